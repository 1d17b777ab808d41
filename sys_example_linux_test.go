package socket_test

// Examples of what only Linux has, or names otherwise; see sys_example_test.go.

import (
	"fmt"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

func ExampleAccept4() {
	s, addr := listening()
	defer socket.Close(s)
	c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(c)
	check("connect", socket.Connect(c, addr))

	fd, _, err := socket.Accept4(s, socket.SOCK_NONBLOCK)
	check("accept4", err)
	defer socket.Close(fd)
	fmt.Println(socket.Nonblock(fd))
	// Output: true <nil>
}

// AcceptFD is accept4(fd, NULL, NULL, flags): no address asked for, none paid for.
func ExampleAcceptFD() {
	s, addr := listening()
	defer socket.Close(s)
	c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(c)
	check("connect", socket.Connect(c, addr))

	fd, err := socket.AcceptFD(s, 0)
	check("accept4", err)
	fmt.Println(socket.Close(fd))
	// Output: <nil>
}

// Many datagrams in one system call.
func ExampleSendmmsg() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	msgs := make([]socket.Mmsghdr, 3)
	for i := range msgs {
		msgs[i].Iov = [][]byte{fmt.Appendf(nil, "datagram %d", i)}
	}
	n, err := socket.Sendmmsg(sv[0], msgs, 0)
	fmt.Println(n, err, msgs[0].Len)
	// Output: 3 <nil> 10
}

// The headers and their buffers may be used again: each call sets them up anew.
func ExampleRecvmmsg() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	msgs := make([]socket.Mmsghdr, 8)
	for i := range msgs {
		msgs[i].Iov = [][]byte{make([]byte, 1500)}
	}
	for _, text := range []string{"one", "two", "three"} {
		socket.Send(sv[0], []byte(text), 0)
	}
	n, err := socket.Recvmmsg(sv[1], msgs, socket.MSG_DONTWAIT, -1) // what is here
	check("recvmmsg", err)
	for _, m := range msgs[:n] {
		fmt.Printf("%s\n", m.Iov[0][:m.Len])
	}
	// Output:
	// one
	// two
	// three
}

func ExampleSendfile() {
	f, err := os.CreateTemp("", "")
	check("mkstemp", err)
	defer os.Remove(f.Name())
	defer f.Close()
	f.WriteString("the file's bytes")

	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	offset := int64(4)
	n, err := socket.Sendfile(sv[0], int(f.Fd()), &offset, 100)
	fmt.Println(n, offset, err)
	// Output: 12 16 <nil>
}

// Splice moves bytes between a socket and a pipe inside the kernel.
func ExampleSplice() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	var p [2]int
	check("pipe2", unix.Pipe2(p[:], unix.O_CLOEXEC))
	defer socket.Close(p[0])
	defer socket.Close(p[1])

	socket.Send(sv[0], []byte("hello"), 0)
	n, err := socket.Splice(sv[1], nil, p[1], nil, 100, 0)
	fmt.Println(n, err)
	buf := make([]byte, 100)
	n, err = socket.Read(p[0], buf)
	fmt.Printf("%s %v\n", buf[:n], err)
	// Output:
	// 5 <nil>
	// hello <nil>
}

func ExampleSiocinq() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	socket.Send(sv[0], []byte("hello"), 0)
	fmt.Println(socket.Siocinq(sv[1])) // not received yet
	// Output: 5 <nil>
}

// Siocoutq is what was sent and is not at the peer's yet: with TCP, not acknowledged.
func ExampleSiocoutq() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	fmt.Println(socket.Siocoutq(fd))
	// Output: 0 <nil>
}

// A null value takes the IP options of a socket away again.
func ExampleSetsockoptNull() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	fmt.Println(socket.SetsockoptNull(fd, socket.IPPROTO_IP, unix.IP_OPTIONS, 0))
	// Output: <nil>
}

// An abstract name begins with a NUL, may hold more of them, and needs no file. The @ is how it is shown.
func ExampleSockaddrUn_abstract() {
	addr, err := socket.SockaddrUn("\x00name")
	fmt.Printf("%v %q %d %v\n", addr, addr.Path(), addr.Len(), err)
	// Output: unix:@name "\x00name" 7 <nil>
}

func ExampleSockaddrLl() {
	addr := socket.SockaddrLl(unix.ETH_P_IP, 1, nil) // the protocol in host order
	fmt.Println(addr.Family() == socket.AF_PACKET, addr.Len())
	// Output: true 20
}

func ExampleSockaddrNl() {
	addr := socket.SockaddrNl(0, 1) // the kernel chooses the port; one group
	fmt.Println(addr.Family() == socket.AF_NETLINK, addr.Len())
	// Output: true 12
}

func ExampleSockaddrVm() {
	addr := socket.SockaddrVm(unix.VMADDR_CID_HOST, 1234)
	fmt.Println(addr.Family() == socket.AF_VSOCK, addr.Len())
	// Output: true 16
}

// The kernel chooses a flow label, and tells it.
func ExampleIPv6FlowlabelMgr() {
	fd, err := socket.Socket(socket.AF_INET6, socket.SOCK_DGRAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	req := socket.In6FlowlabelReq{
		Dst:    netip.IPv6Loopback(),
		Action: socket.IPV6_FL_A_GET,
		Flags:  socket.IPV6_FL_F_CREATE,
		Share:  socket.IPV6_FL_S_ANY, // an exclusive one keeps others from using labels of their own choice
	}
	err = socket.IPv6FlowlabelMgr(fd, &req)
	fmt.Println(req.Label != 0, err)
	// Output: true <nil>
}
