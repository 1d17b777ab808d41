package cmsg_test

import (
	"fmt"
	"log"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
)

// Messages with other options than the program knows are passed over; data it does not know stay bytes.
func Example() {
	control := cmsg.Append(nil, cmsg.IP_TTL, 5)
	control = cmsg.Append(control, cmsg.IP_TOS, 0x10)
	control = cmsg.Append(control, cmsg.NewType[string](1000, 1), "mine")

	for h, data := range cmsg.All(control) {
		if ttl, ok := cmsg.IP_TTL.Decode(h, data); ok {
			fmt.Println("TTL", ttl)
		} else if tos, ok := cmsg.IP_TOS.Decode(h, data); ok {
			fmt.Println("TOS", tos)
		} else {
			fmt.Printf("level %d type %d: %q\n", h.Level, h.Type, data)
		}
	}
	// Output:
	// TTL 5
	// TOS 16
	// level 1000 type 1: "mine"
}

// A process opens a file and gives it to another, which may not even see it.
func ExampleSendFds() {
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check(err)
	defer socket.Close(pair[0])
	defer socket.Close(pair[1])

	r, w, err := os.Pipe()
	check(err)
	_, err = cmsg.SendFds(pair[0], []byte("a pipe"), []int{int(w.Fd())}, 0)
	check(err)
	w.Close() // the receiver has its own

	// In the other process:
	p, fds := make([]byte, 100), make([]int, 1)
	n, nfds, err := cmsg.RecvFds(pair[1], p, fds, 0)
	check(err)
	fmt.Printf("received %q and %d descriptor\n", p[:n], nfds)
	_, err = socket.Write(fds[0], []byte("through it"))
	check(err)
	socket.Close(fds[0])

	n, _ = r.Read(p)
	fmt.Printf("%q came\n", p[:n])
	r.Close()
	// Output:
	// received "a pipe" and 1 descriptor
	// "through it" came
}

// Who is at the other end of a unix socket: the kernel's word, not the peer's.
func ExampleGet_credentials() {
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check(err)
	defer socket.Close(pair[0])
	defer socket.Close(pair[1])
	check(socket.Setsockopt(pair[1], socket.SO_PASSCRED, true))

	_, err = socket.Send(pair[0], []byte("hello"), 0)
	check(err)

	msg := socket.Msghdr{Iov: [][]byte{make([]byte, 100)}, Control: make([]byte, cmsg.Space(12))}
	_, err = socket.Recvmsg(pair[1], &msg, 0)
	check(err)
	cred, ok := cmsg.Get(msg.Control[:msg.Controllen], cmsg.SCM_CREDENTIALS)
	fmt.Println(ok, int(cred.Pid) == os.Getpid(), int(cred.Uid) == os.Getuid())
	// Output: true true true
}

// A server on all addresses answers from the one that was asked: without that, routing chooses the source, and the
// client does not know the answer.
func ExampleAppend_pktinfo() {
	server, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(server)
	check(socket.Bind(server, socket.SockaddrIn(netip.MustParseAddrPort("0.0.0.0:0"))))
	check(socket.Setsockopt(server, socket.IP_PKTINFO, true))
	name, err := socket.Getsockname(server)
	check(err)

	client, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(client)
	asked := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.42"), name.AddrPort().Port())
	_, err = socket.Sendto(client, []byte("question"), 0, socket.SockaddrIn(asked))
	check(err)

	var peer socket.Sockaddr
	msg := socket.Msghdr{Name: &peer, Iov: [][]byte{make([]byte, 100)}, Control: make([]byte, cmsg.Space(12))}
	_, err = socket.Recvmsg(server, &msg, 0)
	check(err)
	info, _ := cmsg.Get(msg.Control[:msg.Controllen], cmsg.IP_PKTINFO)
	answer := socket.Msghdr{
		Name:    &peer,
		Iov:     [][]byte{[]byte("answer")},
		Control: cmsg.Append(nil, cmsg.IP_PKTINFO, cmsg.InPktinfo{SpecDst: info.SpecDst}),
	}
	_, err = socket.Sendmsg(server, &answer, 0)
	check(err)

	p := make([]byte, 100)
	n, from, err := socket.Recvfrom(client, p, 0)
	check(err)
	fmt.Printf("%q from %v\n", p[:n], from.AddrPort().Addr())
	// Output: "answer" from 127.0.0.42
}

// When each datagram left: the kernel numbers the sends, and the stamps that come back have the numbers. Datagrams that
// arrive are stamped too.
func ExampleRecvErr_Timestamp() {
	receiver, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(receiver)
	check(socket.Bind(receiver, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	check(socket.Setsockopt(receiver, socket.SO_TIMESTAMPNS, true))
	to, err := socket.Getsockname(receiver)
	check(err)

	sender, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(sender)
	check(socket.Setsockopt(sender, socket.SO_TIMESTAMPING, socket.Timestamping{Flags: socket.SOF_TIMESTAMPING_TX_SOFTWARE |
		socket.SOF_TIMESTAMPING_SOFTWARE | socket.SOF_TIMESTAMPING_OPT_ID | socket.SOF_TIMESTAMPING_OPT_TSONLY}))
	sends := []string{"one", "two", "three"}
	for _, s := range sends {
		_, err = socket.Sendto(sender, []byte(s), 0, to)
		check(err)
	}

	for range sends {
		// Wait for the error queue. (Package poll has Poll without unix.)
		_, err = unix.Poll([]unix.PollFd{{Fd: int32(sender)}}, 1000)
		check(err)
		msg := socket.Msghdr{Control: make([]byte, 512)}
		_, err = socket.Recvmsg(sender, &msg, socket.MSG_ERRQUEUE)
		check(err)
		e, _ := cmsg.GetRecvErr(msg.Control[:msg.Controllen])
		id, _, _ := e.Timestamp()
		left, _ := cmsg.Get(msg.Control[:msg.Controllen], cmsg.SCM_TIMESTAMPING)

		p := make([]byte, 100)
		msg = socket.Msghdr{Iov: [][]byte{p}, Control: make([]byte, 512)}
		n, err := socket.Recvmsg(receiver, &msg, 0)
		check(err)
		arrived, _ := cmsg.Get(msg.Control[:msg.Controllen], cmsg.SCM_TIMESTAMPNS)
		fmt.Printf("%s is send %d; on its way for less than a second: %v\n", p[:n], id, arrived.Sub(left.Software).Abs().Seconds() < 1)
	}
	// Output:
	// one is send 0; on its way for less than a second: true
	// two is send 1; on its way for less than a second: true
	// three is send 2; on its way for less than a second: true
}

// Sends without a copy: the buffer is the kernel's until the error queue says that it is done.
func ExampleRecvErr_Zerocopy() {
	l, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check(err)
	defer socket.Close(l)
	check(socket.Listen(l, 1))
	addr, err := socket.Getsockname(l)
	check(err)
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check(err)
	defer socket.Close(fd)
	check(socket.Connect(fd, addr))
	peer, _, err := socket.Accept(l)
	check(err)
	defer socket.Close(peer)

	check(socket.Setsockopt(fd, socket.SO_ZEROCOPY, true))
	buf := make([]byte, 1<<14)
	n, err := socket.Send(fd, buf, socket.MSG_ZEROCOPY)
	check(err)
	_, err = socket.Recvall(peer, make([]byte, n), 0)
	check(err)

	_, err = unix.Poll([]unix.PollFd{{Fd: int32(fd)}}, 1000)
	check(err)
	msg := socket.Msghdr{Control: make([]byte, 128)}
	_, err = socket.Recvmsg(fd, &msg, socket.MSG_ERRQUEUE)
	check(err)
	e, _ := cmsg.GetRecvErr(msg.Control[:msg.Controllen])
	first, last, copied, ok := e.Zerocopy()
	fmt.Printf("sends %d to %d are done: %v; copied after all: %v\n", first, last, ok, copied)
	// Output: sends 0 to 0 are done: true; copied after all: true
}

func check(err error) {
	if err != nil {
		log.Panic(err)
	}
}
