package cmsg_test

import (
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/poll"
)

// pathMTU finds the largest packet that reaches the host of peer whole. peer is a port where nobody is, as for
// traceroute: its host answers what arrives with port unreachable.
func pathMTU(peer netip.AddrPort) int {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(fd)
	check(socket.Setsockopt(fd, socket.IP_RECVERR, true))
	check(socket.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO)) // never cut in fragments
	check(socket.Connect(fd, socket.SockaddrIn(peer)))
	mtu, err := socket.Getsockopt(fd, socket.IP_MTU) // so far: of the device, or what is known from before
	check(err)

	for range 20 {
		fmt.Println("try", mtu)
		_, err := socket.Send(fd, make([]byte, mtu-20-8), 0) // less the headers of IP and UDP
		if err != nil && err != unix.EMSGSIZE && err != unix.ECONNREFUSED {
			check(err)
		}
		// What comes is in the error queue: a smaller MTU, from this host or a router, or that it has arrived.
		n, err := poll.Poll([]poll.Fd{{Fd: int32(fd)}}, time.Second)
		check(err)
		if n == 0 {
			continue // lost: try again. A path that swallows both takes smaller probes, and patience: RFC 8899
		}
		msg := socket.Msghdr{Control: make([]byte, 512)}
		_, err = socket.Recvmsg(fd, &msg, socket.MSG_ERRQUEUE)
		check(err)
		e, _ := cmsg.GetRecvErr(msg.Control[:msg.Controllen])
		if smaller, ok := e.MTU(); ok {
			fmt.Println(e.Offender.AddrPort().Addr(), "says", smaller)
			mtu = smaller
		} else if e.Errno == unix.ECONNREFUSED {
			fmt.Println(e.Offender.AddrPort().Addr(), "has it")
			return mtu
		}
	}
	return 0
}

// What is too big for the path comes back as an error, with the MTU of the link where it did not fit. Here that is behind
// a router, on a network of the example's own.
func Example_pathMTU() {
	onNetwork(chain, func() {
		fmt.Println(pathMTU(netip.MustParseAddrPort("10.88.0.2:33434")))
	})
	// Output:
	// try 1500
	// 10.77.0.2 says 1300
	// try 1300
	// 10.88.0.2 has it
	// 1300
}
