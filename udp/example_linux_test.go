package udp_test

import (
	"errors"
	"fmt"
	"log"
	"net/netip"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/udp"
)

// A thousand datagrams go, and come, in a few calls each.
func Example() {
	in, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(in)
	check(socket.Bind(in, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	to, err := socket.Getsockname(in)
	check(err)
	out, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(out)

	r, err := udp.NewReceiver(udp.Fd(in), udp.Settings{})
	check(err)
	s := udp.NewSender(udp.Fd(out))
	for i := range 1000 {
		check(s.Sendto(fmt.Appendf(nil, "datagram %03d", i), to))
	}
	check(s.Flush())

	n, last := 0, ""
	for d, err := range r.All() {
		check(err)
		n, last = n+1, string(d.Data)
		if n == 1000 {
			break
		}
	}
	fmt.Println(n, "datagrams, the last is", last)
	fmt.Println(s.Stats().Calls, "calls to send")
	// Output:
	// 1000 datagrams, the last is datagram 999
	// 2 calls to send
}

// One Sender serves all peers of a socket. Datagrams to one of them stay in order and are joined, even with others in
// between. What the kernel refuses is told of by Flush, or by the Sendto that found the queue full; the rest goes.
func ExampleSender() {
	a, toA := bound("127.0.0.1:0")
	defer socket.Close(a)
	b, toB := bound("127.0.0.1:0")
	defer socket.Close(b)
	nowhere := socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(fd)
	s := udp.NewSender(udp.Fd(fd))
	for _, to := range []socket.Sockaddr{toA, toB, nowhere, toA, toB} {
		err := s.Sendto([]byte("hello"), to)
		var failed udp.SendErrors
		if err != nil && !errors.As(err, &failed) {
			log.Fatal(err) // not taken
		}
	}
	err = s.Flush()
	var failed udp.SendErrors
	switch {
	case errors.As(err, &failed):
		for _, e := range failed {
			fmt.Println("datagram", e.Index, "to", e.To, "has not gone:", e.Err)
		}
	case err == unix.EAGAIN: // a non-blocking socket: wait until it is writable, Flush again
	default:
		check(err)
	}
	stats := s.Stats()
	fmt.Println(stats.Datagrams, "datagrams have, in", stats.Segmented, "messages")
	// Output:
	// datagram 2 to 127.0.0.1:0 has not gone: invalid argument
	// 4 datagrams have, in 2 messages
}

// Where each datagram came to, and its congestion mark, are asked for with Settings.
func ExampleReceiver() {
	in, to := bound("0.0.0.0:0")
	defer socket.Close(in)
	r, err := udp.NewReceiver(udp.Fd(in), udp.Settings{Pktinfo: true, TOS: true})
	check(err)

	out, from := bound("127.0.0.1:0")
	defer socket.Close(out)
	check(socket.Setsockopt(out, socket.IP_TOS, 2)) // capable of congestion marks
	to = socket.SockaddrIn(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.42"), to.AddrPort().Port()))
	_, err = socket.Sendto(out, []byte("hello"), 0, to)
	check(err)

	d, err := r.Next()
	check(err)
	fmt.Printf("%q to %v, ECN %d\n", d.Data, d.To, d.ECN())
	fmt.Println(d.From == from)
	// Output:
	// "hello" to 127.0.0.42, ECN 2
	// true
}

func bound(addr string) (fd int, name socket.Sockaddr) {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	check(socket.Bind(fd, socket.SockaddrIn(netip.MustParseAddrPort(addr))))
	name, err = socket.Getsockname(fd)
	check(err)
	return fd, name
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Who makes such messages without a Sender falls back by hand.
func ExampleIsGSOFailure() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(fd)
	check(socket.Setsockopt(fd, socket.SO_NO_CHECK, true)) // without checksums the kernel cuts nothing
	to := socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:9"))
	p := make([]byte, 300)
	msg := socket.Msghdr{Name: &to, Iov: [][]byte{p}, Control: cmsg.Append(nil, cmsg.UDP_SEGMENT, 100)}
	_, err = socket.Sendmsg(fd, &msg, 0)
	fmt.Println(err, udp.IsGSOFailure(err))
	if udp.IsGSOFailure(err) {
		for segment := range cmsg.Segments(p, 100) {
			n, err := socket.Sendto(fd, segment, 0, to)
			fmt.Println(n, err)
		}
	}
	// Output:
	// invalid argument true
	// 100 <nil>
	// 100 <nil>
	// 100 <nil>
}
