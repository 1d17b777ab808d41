package cmsg_test

import (
	"fmt"
	"log"
	"net/netip"
	"os"
	"slices"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/poll"
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

// NewType gives a type to a message that this package does not know.
func ExampleNewType() {
	var SCM_MINE = cmsg.NewType[uint32](1000, 1)
	control := cmsg.Append(nil, SCM_MINE, 42)
	fmt.Println(cmsg.Get(control, SCM_MINE))
	// Output: 42 true
}

// A message, and the space it takes with the padding behind it.
func ExampleSpace() {
	control := make([]byte, 0, cmsg.Space(1)+cmsg.Space(4)) // room for a byte and an int: Append need not grow it
	control = cmsg.Append(control, cmsg.NewType[[]byte](1000, 1), []byte{7})
	control = cmsg.Append(control, cmsg.IP_TTL, 5)
	fmt.Println(len(control) == cap(control), cmsg.Space(1) == cmsg.Space(4))
	// Output: true true
}

// Len is what stands in the header: without the padding.
func ExampleLen() {
	fmt.Println(cmsg.Len(4) - cmsg.Len(0))
	// Output: 4
}

func ExampleAll() {
	control := cmsg.Append(nil, cmsg.IP_TTL, 5)
	control = cmsg.Append(control, cmsg.IP_TOS, 0x10)
	for h, data := range cmsg.All(control) {
		fmt.Println(h.Level == socket.IPPROTO_IP, h.Type, len(data))
	}
	// Output:
	// true 2 4
	// true 1 4
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

// More came than was asked for: what is above is closed, and the error says so.
func ExampleRecvFds() {
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(pair[0])
	defer socket.Close(pair[1])
	_, err = cmsg.SendFds(pair[0], []byte("two"), []int{pair[0], pair[1]}, 0)
	check(err)
	n, nfds, err := cmsg.RecvFds(pair[1], make([]byte, 100), make([]int, 1), 0)
	fmt.Println(n, nfds, err)
	// Output: 0 0 message too long
}

// AppendRights is Get of SCM_RIGHTS without an allocation; the descriptors are the program's now.
func ExampleAppendRights() {
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(pair[0])
	defer socket.Close(pair[1])
	_, err = cmsg.SendFds(pair[0], []byte("one"), []int{pair[0]}, 0)
	check(err)

	msg := socket.Msghdr{Iov: [][]byte{make([]byte, 100)}, Control: make([]byte, cmsg.Space(4*4))}
	_, err = socket.Recvmsg(pair[1], &msg, 0)
	check(err)
	fds := cmsg.AppendRights(make([]int, 0, 4), msg.Control[:msg.Controllen])
	fmt.Println(len(fds), socket.Close(fds[0]))
	// Output: 1 <nil>
}

// A program that does not want the descriptors of a message closes them, or they stay open.
func ExampleCloseRights() {
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(pair[0])
	defer socket.Close(pair[1])
	_, err = cmsg.SendFds(pair[0], []byte("unasked"), []int{pair[0]}, 0)
	check(err)

	msg := socket.Msghdr{Iov: [][]byte{make([]byte, 100)}, Control: make([]byte, 100)}
	_, err = socket.Recvmsg(pair[1], &msg, 0)
	check(err)
	cmsg.CloseRights(msg.Control[:msg.Controllen])
	// Output:
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

// The error queue tells what became of a datagram: here nobody had the port open.
func ExampleGetRecvErr() {
	nobody, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	check(socket.Bind(nobody, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	name, err := socket.Getsockname(nobody)
	check(err)
	socket.Close(nobody)

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(fd)
	check(socket.Setsockopt(fd, socket.IP_RECVERR, true))
	_, err = socket.Sendto(fd, []byte("hello"), 0, name)
	check(err)
	_, err = poll.Poll([]poll.Fd{{Fd: int32(fd)}}, -1) // POLLERR comes unasked
	check(err)

	msg := socket.Msghdr{Iov: [][]byte{make([]byte, 100)}, Control: make([]byte, 200)}
	n, err := socket.Recvmsg(fd, &msg, socket.MSG_ERRQUEUE)
	check(err)
	e, ok := cmsg.GetRecvErr(msg.Control[:msg.Controllen])
	fmt.Printf("%s: %v %v %v\n", msg.Iov[0][:n], e.Errno, e.Offender.AddrPort().Addr(), ok)
	// Output: hello: connection refused 127.0.0.1 true
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
		// Wait for the error queue: POLLERR comes unasked.
		_, err = poll.Poll([]poll.Fd{{Fd: int32(sender)}}, -1)
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

// Sends without a copy: a buffer is the kernel's until the error queue gives it back. Two buffers in turn: while
// the one is sent, the other is filled.
func ExampleZerocopy() {
	fd, peer := connection()
	defer socket.Close(fd)
	defer socket.Close(peer)
	check(socket.Setsockopt(fd, socket.SO_ZEROCOPY, true))

	const size, count = 1 << 16, 100
	arrived := make(chan int)
	go func() {
		n, _ := socket.Recvall(peer, make([]byte, count*size), 0)
		arrived <- n
	}()

	var z cmsg.Zerocopy
	wait := func() {
		_, err := poll.Poll([]poll.Fd{{Fd: int32(fd)}}, -1) // for POLLERR, which comes unasked
		check(err)
		_, err = z.Reap(fd)
		check(err)
	}
	busy := func(id uint64) bool { return !z.Done(id) }
	buffers := [2][]byte{make([]byte, size), make([]byte, size)}
	var ids [2][]uint64 // of the sends of each
	for i := range count {
		p, sends := buffers[i%2], ids[i%2]
		for slices.ContainsFunc(sends, busy) {
			wait()
		}
		for j := range p {
			p[j] = byte(i)
		}
		for sends = sends[:0]; len(p) > 0; { // a stream may take less
			n, id, err := z.Send(fd, p, 0)
			check(err)
			p, sends = p[n:], append(sends, id)
		}
		ids[i%2] = sends
	}
	fmt.Println(<-arrived, "bytes arrived")

	for z.Pending() > 0 { // before a Close
		wait()
	}
	fmt.Println("copied after all, as always on loopback:", z.Copied() >= count)
	// Output:
	// 6553600 bytes arrived
	// copied after all, as always on loopback: true
}

// connection is two TCP sockets that are connected.
func connection() (fd, peer int) {
	l, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check(err)
	defer socket.Close(l)
	check(socket.Bind(l, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	check(socket.Listen(l, 1))
	addr, err := socket.Getsockname(l)
	check(err)
	fd, err = socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check(err)
	check(socket.Connect(fd, addr))
	peer, _, err = socket.Accept(l)
	check(err)
	return fd, peer
}

func check(err error) {
	if err != nil {
		log.Panic(err)
	}
}
