//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socket_test

// This file holds an example of each call, in the order of socket_unix.go, addr.go and sockopt.go. Those of what
// only Linux has are in sys_example_linux_test.go. They end the program on an error, as a first C program does.

import (
	"fmt"
	"log"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// check is perror and exit.
func check(call string, err error) {
	if err != nil {
		log.Fatalf("%s: %v", call, err)
	}
}

// listening is a socket that listens on a port of the loopback, and its address.
func listening() (int, socket.Sockaddr) {
	s, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	check("bind", socket.Bind(s, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	check("listen", socket.Listen(s, 10))
	addr, err := socket.Getsockname(s)
	check("getsockname", err)
	return s, addr
}

// Example is a server and a client in one process: the kernel holds the connection until it is accepted.
func Example() {
	s, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(s)
	check("bind", socket.Bind(s, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	check("listen", socket.Listen(s, 1))
	addr, err := socket.Getsockname(s) // with the port that the kernel chose
	check("getsockname", err)

	c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(c)
	check("connect", socket.Connect(c, addr))
	_, err = socket.Sendall(c, []byte("hello"), 0)
	check("send", err)
	check("shutdown", socket.Shutdown(c, socket.SHUT_WR))

	fd, _, err := socket.Accept(s)
	check("accept", err)
	defer socket.Close(fd)
	buf := make([]byte, 100)
	n, err := socket.Recvall(fd, buf, 0) // until buf is full or the client has shut down
	check("recv", err)
	fmt.Printf("%s\n", buf[:n])
	// Output: hello
}

// 1. Make, name, finish.

func ExampleSocket() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
	check("socket", err)
	defer socket.Close(fd)

	_, err = socket.Socket(socket.AF_INET, 99, 0)
	fmt.Println(err == unix.EINVAL || err == unix.ESOCKTNOSUPPORT, "no such type")
	// Output: true no such type
}

func ExampleSocketpair() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	socket.Send(sv[0], []byte("to the other end"), 0)
	buf := make([]byte, 100)
	n, err := socket.Recv(sv[1], buf, 0)
	fmt.Printf("%s %v\n", buf[:n], err)
	// Output: to the other end <nil>
}

func ExampleBind() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	check("bind", socket.Bind(fd, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	addr, err := socket.Getsockname(fd)
	fmt.Println(addr.AddrPort().Addr(), addr.AddrPort().Port() != 0, err)

	// A socket is bound once.
	fmt.Println(socket.Bind(fd, addr) == unix.EINVAL)
	// Output:
	// 127.0.0.1 true <nil>
	// true
}

// A path of a unix socket stays behind when the socket is closed.
func ExampleBind_unix() {
	dir, err := os.MkdirTemp("", "")
	check("mkdtemp", err)
	defer os.RemoveAll(dir)
	addr, err := socket.SockaddrUn(filepath.Join(dir, "s"))
	check("sockaddr_un", err)

	for range 2 {
		fd, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
		check("socket", err)
		fmt.Println("bind:", socket.Bind(fd, addr))
		socket.Close(fd)
	}
	fmt.Println("unlink:", os.Remove(addr.Path()))
	// Output:
	// bind: <nil>
	// bind: address already in use
	// unlink: <nil>
}

func ExampleGetsockname() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	addr, err := socket.Getsockname(fd) // not bound yet
	fmt.Println(addr, err)
	// Output: 0.0.0.0:0 <nil>
}

func ExampleGetpeername() {
	s, addr := listening()
	defer socket.Close(s)
	c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(c)
	_, err = socket.Getpeername(c)
	fmt.Println(err == unix.ENOTCONN)
	check("connect", socket.Connect(c, addr))
	peer, err := socket.Getpeername(c)
	fmt.Println(peer == addr, err)
	// Output:
	// true
	// true <nil>
}

func ExampleClose() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	fmt.Println(socket.Close(fd))
	fmt.Println(socket.Close(-1))
	// Output:
	// <nil>
	// bad file descriptor
}

func ExampleDup() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	dup, err := socket.Dup(fd)
	check("dup", err)
	socket.Close(fd)
	typ, err := socket.Getsockopt(dup, socket.SO_TYPE) // the socket lives as long as one of its descriptors
	fmt.Println(typ == socket.SOCK_STREAM, err)
	socket.Close(dup)
	// Output: true <nil>
}

func ExampleSetCloexec() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	on, err := socket.Cloexec(fd)
	fmt.Println(on, err)
	check("fcntl", socket.SetCloexec(fd, false)) // a program that this one starts inherits it
	on, err = socket.Cloexec(fd)
	fmt.Println(on, err)
	// Output:
	// true <nil>
	// false <nil>
}

func ExampleCloexec() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	fmt.Println(socket.Cloexec(fd))
	// Output: true <nil>
}

func ExampleSetNonblock() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	check("fcntl", socket.SetNonblock(fd, true))
	_, err = socket.Recv(fd, make([]byte, 100), 0)
	fmt.Println(err == unix.EAGAIN, "nothing is here, and the call did not wait")
	// Output: true nothing is here, and the call did not wait
}

func ExampleNonblock() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	fmt.Println(socket.Nonblock(fd))
	// Output: false <nil>
}

// 2. Wait for peers.

func ExampleListen() {
	s, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(s)
	check("bind", socket.Bind(s, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	fmt.Println(socket.Listen(s, socket.SOMAXCONN))
	// Output: <nil>
}

func ExampleAccept() {
	s, addr := listening()
	defer socket.Close(s)
	c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(c)
	check("connect", socket.Connect(c, addr))

	fd, peer, err := socket.Accept(s)
	check("accept", err)
	defer socket.Close(fd)
	name, err := socket.Getsockname(c)
	fmt.Println(peer == name, err)
	// Output: true <nil>
}

// 3. Reach a peer.

func ExampleConnect() {
	s, addr := listening()
	c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	fmt.Println(socket.Connect(c, addr))
	socket.Close(c)

	socket.Close(s) // and with nobody there:
	c, err = socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	fmt.Println(socket.Connect(c, addr))
	socket.Close(c)
	// Output:
	// <nil>
	// connection refused
}

// A connected UDP socket has one peer, until it is dissolved.
func ExampleConnect_datagram() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	check("connect", socket.Connect(fd, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:9"))))
	peer, err := socket.Getpeername(fd)
	fmt.Println(peer, err)
	if err := socket.Connect(fd, socket.SockaddrUnspec()); err != nil && err != unix.EAFNOSUPPORT {
		fmt.Println("connect:", err) // macOS dissolves it, and says EAFNOSUPPORT
	}
	_, err = socket.Getpeername(fd)
	fmt.Println(err == unix.ENOTCONN)
	// Output:
	// 127.0.0.1:9 <nil>
	// true
}

// 4. Send.

func ExampleSend() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	fmt.Println(socket.Send(sv[0], []byte("hello"), 0)) // how many bytes it took: perhaps not all
	socket.Close(sv[1])
	fmt.Println(socket.Send(sv[0], []byte("hello"), socket.MSG_NOSIGNAL))
	// Output:
	// 5 <nil>
	// 0 broken pipe
}

func ExampleSendall() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[1])
	go func() {
		defer socket.Close(sv[0])
		n, err := socket.Sendall(sv[0], make([]byte, 1<<20), 0) // as often as it takes
		check("send", err)
		fmt.Println("sent", n)
	}()
	n, err := socket.Recvall(sv[1], make([]byte, 2<<20), 0)
	fmt.Println("received", n, err)
	// Unordered output:
	// sent 1048576
	// received 1048576 <nil>
}

func ExampleSendto() {
	r, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	defer socket.Close(r)
	check("bind", socket.Bind(r, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	to, err := socket.Getsockname(r)
	check("getsockname", err)

	s, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	defer socket.Close(s)
	fmt.Println(socket.Sendto(s, []byte("a datagram"), 0, to))
	// Output: 10 <nil>
}

// Sendmsg gathers what it sends from several buffers.
func ExampleSendmsg() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	msg := socket.Msghdr{Iov: [][]byte{[]byte("head, "), []byte("body")}}
	n, err := socket.Sendmsg(sv[0], &msg, 0)
	check("sendmsg", err)

	buf := make([]byte, 100)
	socket.Recv(sv[1], buf, 0)
	fmt.Printf("%s\n", buf[:n])
	// Output: head, body
}

func ExampleWrite() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	fmt.Println(socket.Write(sv[0], []byte("hello")))
	// Output: 5 <nil>
}

func ExampleWritev() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	fmt.Println(socket.Writev(sv[0], [][]byte{[]byte("head, "), []byte("body")}))
	// Output: 10 <nil>
}

// 5. Receive.

func ExampleRecv() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[1])
	socket.Send(sv[0], []byte("hello"), 0)
	socket.Close(sv[0])

	buf := make([]byte, 100)
	for {
		n, err := socket.Recv(sv[1], buf, 0)
		check("recv", err)
		if n == 0 { // the end: not an error, as in C
			break
		}
		fmt.Printf("%s\n", buf[:n])
	}
	// Output: hello
}

// With MSG_TRUNC the result is the length of the datagram, also where the buffer is shorter.
func ExampleRecv_truncated() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	socket.Send(sv[0], []byte("hello"), 0)
	n, err := socket.Recv(sv[1], make([]byte, 2), socket.MSG_PEEK)
	fmt.Println(n, err) // the rest would be lost, but for MSG_PEEK
	// Output: 2 <nil>
}

func ExampleRecvall() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	socket.Send(sv[0], []byte("type"), 0)
	socket.Send(sv[0], []byte("length"), 0)
	head := make([]byte, 10)
	n, err := socket.Recvall(sv[1], head, 0) // until head is full
	fmt.Printf("%s %v\n", head[:n], err)
	// Output: typelength <nil>
}

func ExampleRecvfrom() {
	server, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	defer socket.Close(server)
	check("bind", socket.Bind(server, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	addr, err := socket.Getsockname(server)
	check("getsockname", err)
	client, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	defer socket.Close(client)
	socket.Sendto(client, []byte("hello"), 0, addr)

	buf := make([]byte, 65536) // no datagram is longer
	n, from, err := socket.Recvfrom(server, buf, 0)
	check("recvfrom", err)
	socket.Sendto(server, buf[:n], 0, from) // the answer

	n, from, err = socket.Recvfrom(client, buf, 0)
	fmt.Printf("%s %v %v\n", buf[:n], from == addr, err)
	// Output: hello true <nil>
}

// Recvmsg scatters what it receives, and tells in Flags what became of it.
func ExampleRecvmsg() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	socket.Send(sv[0], []byte("headbody and more"), 0)
	head, body := make([]byte, 4), make([]byte, 4)
	msg := socket.Msghdr{Iov: [][]byte{head, body}}
	n, err := socket.Recvmsg(sv[1], &msg, 0)
	fmt.Printf("%d %v %s %s %v\n", n, err, head, body, msg.Flags&socket.MSG_TRUNC != 0)
	// Output: 8 <nil> head body true
}

func ExampleRead() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[1])
	socket.Close(sv[0])
	fmt.Println(socket.Read(sv[1], make([]byte, 100))) // the end is 0, and no io.EOF
	// Output: 0 <nil>
}

func ExampleReadv() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	socket.Send(sv[0], []byte("headbody"), 0)
	head, body := make([]byte, 4), make([]byte, 100)
	n, err := socket.Readv(sv[1], [][]byte{head, body})
	fmt.Printf("%s %s %v\n", head, body[:n-len(head)], err)
	// Output: head body <nil>
}

func ExampleFionread() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	socket.Send(sv[0], []byte("hello"), 0)
	fmt.Println(socket.Fionread(sv[1]))
	// Output: 5 <nil>
}

// Urgent data leave a mark in the stream, before which a receive stops.
func ExampleSockatmark() {
	s, addr := listening()
	defer socket.Close(s)
	c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(c)
	check("connect", socket.Connect(c, addr))
	fd, _, err := socket.Accept(s)
	check("accept", err)
	defer socket.Close(fd)
	check("setsockopt", socket.Setsockopt(fd, socket.SO_OOBINLINE, true)) // the urgent byte stays in its place

	socket.Send(c, []byte("calm"), 0)
	socket.Send(c, []byte("!"), socket.MSG_OOB)
	buf := make([]byte, 100)
	for range 2 {
		_, err = socket.Recv(fd, buf[:1], socket.MSG_PEEK) // wait for something
		check("recv", err)
		mark, err := socket.Sockatmark(fd)
		check("sockatmark", err)
		n, err := socket.Recv(fd, buf, 0)
		fmt.Printf("%v %s %v\n", mark, buf[:n], err)
	}
	// Output:
	// false calm <nil>
	// true ! <nil>
}

// 6. Finish.

// A half-closed connection still carries the other direction.
func ExampleShutdown() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	socket.Send(sv[0], []byte("question"), 0)
	check("shutdown", socket.Shutdown(sv[0], socket.SHUT_WR))

	buf := make([]byte, 100)
	n, err := socket.Recvall(sv[1], buf, 0) // ends: no more will come
	fmt.Printf("%s %v\n", buf[:n], err)
	socket.Send(sv[1], []byte("answer"), 0)
	n, err = socket.Recv(sv[0], buf, 0)
	fmt.Printf("%s %v\n", buf[:n], err)
	// Output:
	// question <nil>
	// answer <nil>
}

// 7. Without the scheduler.

func ExampleNonblocking() {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	check("fcntl", socket.SetNonblock(sv[0], true))
	fd := socket.Nonblocking(sv[0]) // whose word it now is that no call waits
	_, err = fd.Recv(make([]byte, 10), 0)
	fmt.Println(err == unix.EAGAIN)
	// Output: true
}

// A connect that does not wait goes on behind the program's back: poll tells of its end, SO_ERROR how it ended.
func ExampleNonblocking_Connect() {
	s, addr := listening()
	defer socket.Close(s)
	c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(c)
	check("fcntl", socket.SetNonblock(c, true))
	if err := socket.Nonblocking(c).Connect(addr); err != unix.EINPROGRESS {
		check("connect", err)
	}
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(c), Events: unix.POLLOUT}}, 3000)
	check("poll", err)
	fmt.Println(n)
	errno, err := socket.Getsockopt(c, socket.SO_ERROR)
	fmt.Println(errno == 0, err)
	// Output:
	// 1
	// true <nil>
}

// 8. Addresses.

func ExampleSockaddrIn() {
	addr := socket.SockaddrIn(netip.MustParseAddrPort("192.0.2.1:80"))
	fmt.Println(addr.Family() == socket.AF_INET, addr.Len())
	addr = socket.SockaddrIn(netip.AddrPortFrom(netip.IPv6Loopback(), 80))
	fmt.Println(addr, addr.Family() == socket.AF_INET6, addr.Len())
	fmt.Println(socket.SockaddrIn(netip.AddrPortFrom(netip.IPv4Unspecified(), 80))) // INADDR_ANY
	// Output:
	// true 16
	// [::1]:80 true 28
	// 0.0.0.0:80
}

func ExampleSockaddrIn6() {
	addr := socket.SockaddrIn6(netip.MustParseAddrPort("[fe80::1]:80"), 0, 7)
	fmt.Println(addr.ScopeID(), addr.Flowinfo(), addr.AddrPort())
	addr = socket.SockaddrIn6(netip.MustParseAddrPort("192.0.2.1:80"), 0, 0) // for a dual-stack socket
	fmt.Println(addr)
	// Output:
	// 7 0 [fe80::1%7]:80
	// [::ffff:192.0.2.1]:80
}

func ExampleSockaddrUn() {
	addr, err := socket.SockaddrUn("/run/my.sock")
	fmt.Println(addr, addr.Path(), err)
	_, err = socket.SockaddrUn(string(make([]byte, 200)))
	fmt.Println(err)
	// Output:
	// unix:/run/my.sock /run/my.sock <nil>
	// file name too long
}

func ExampleSockaddrUnspec() {
	fmt.Println(socket.SockaddrUnspec().Family() == socket.AF_UNSPEC)
	// Output: true
}

// SockaddrFrom takes the bytes of a structure that this package has no name for.
func ExampleSockaddrFrom() {
	addr, err := socket.SockaddrFrom(socket.SockaddrIn(netip.MustParseAddrPort("192.0.2.1:80")).Bytes())
	fmt.Println(addr, err)
	_, err = socket.SockaddrFrom(make([]byte, 129)) // longer than struct sockaddr_storage
	fmt.Println(err)
	// Output:
	// 192.0.2.1:80 <nil>
	// invalid argument
}

func ExampleParseSockaddr() {
	for _, text := range []string{"127.0.0.1:80", "[fe80::1%9999]:80", "unix:/run/x", "localhost:80"} {
		addr, err := socket.ParseSockaddr(text)
		fmt.Printf("%q %d %v\n", addr.String(), addr.Len(), err)
	}
	// Output:
	// "127.0.0.1:80" 16 <nil>
	// "[fe80::1%9999]:80" 28 <nil>
	// "unix:/run/x" 9 <nil>
	// "" 0 invalid argument
}

func ExampleFromUnix() {
	addr, err := socket.FromUnix(&unix.SockaddrInet4{Port: 80, Addr: [4]byte{192, 0, 2, 1}})
	fmt.Println(addr, err)
	back, err := addr.Unix()
	fmt.Println(back.(*unix.SockaddrInet4).Port, err)
	// Output:
	// 192.0.2.1:80 <nil>
	// 80 <nil>
}

// Addresses are values: they compare, and serve as keys.
func ExampleSockaddr() {
	var seen = map[socket.Sockaddr]int{}
	for _, from := range []string{"192.0.2.1:80", "192.0.2.2:80", "192.0.2.1:80"} {
		seen[socket.SockaddrIn(netip.MustParseAddrPort(from))]++
	}
	fmt.Println(seen[socket.SockaddrIn(netip.MustParseAddrPort("192.0.2.1:80"))], len(seen))
	var none socket.Sockaddr
	fmt.Println(none.Len(), none == socket.Sockaddr{})
	// Output:
	// 2 2
	// 0 true
}

func ExampleHtons() {
	fmt.Println(socket.Ntohs(socket.Htons(80)))
	// Output: 80
}

func ExampleNtohs() {
	fmt.Println(socket.Ntohs(socket.Htons(80)))
	// Output: 80
}

func ExampleHtonl() {
	fmt.Println(socket.Ntohl(socket.Htonl(socket.INADDR_LOOPBACK)) == 127<<24|1)
	// Output: true
}

func ExampleNtohl() {
	fmt.Println(socket.Ntohl(socket.Htonl(1)))
	// Output: 1
}

func ExampleInetPton() {
	fmt.Println(socket.InetPton(socket.AF_INET, "192.0.2.1"))
	fmt.Println(socket.InetPton(socket.AF_INET6, "2001:db8::1"))
	_, err := socket.InetPton(socket.AF_INET, "192.0.2") // C's returns 0
	fmt.Println(err)
	_, err = socket.InetPton(socket.AF_UNIX, "/run/x")
	fmt.Println(err == unix.EAFNOSUPPORT)
	// Output:
	// 192.0.2.1 <nil>
	// 2001:db8::1 <nil>
	// invalid argument
	// true
}

func ExampleInetNtop() {
	fmt.Println(socket.InetNtop(netip.MustParseAddr("2001:DB8:0:0::1")))
	// Output: 2001:db8::1
}

func ExampleInetAton() {
	for _, cp := range []string{"192.0.2.1", "127.1", "0x7f000001", "010.0.0.1", "1.2.3.4.5"} {
		fmt.Println(socket.InetAton(cp))
	}
	// Output:
	// 192.0.2.1 <nil>
	// 127.0.0.1 <nil>
	// 127.0.0.1 <nil>
	// 8.0.0.1 <nil>
	// invalid IP invalid argument
}

func ExampleInetNtoa() {
	fmt.Println(socket.InetNtoa(netip.MustParseAddr("192.0.2.1")))
	// Output: 192.0.2.1
}

func ExampleIfNametoindex() {
	_, err := socket.IfNametoindex("no-such-interface")
	fmt.Println(err == unix.ENODEV || err == unix.ENXIO)
	// Output: true
}

func ExampleIfIndextoname() {
	_, err := socket.IfIndextoname(0)
	fmt.Println(err == unix.ENXIO)
	// Output: true
}

func ExampleIfNameindex() {
	all, err := socket.IfNameindex()
	check("if_nameindex", err)
	for _, i := range all {
		name, err := socket.IfIndextoname(i.Index)
		check("if_indextoname", err)
		if name != i.Name {
			fmt.Println(i, name)
		}
	}
	// Output:
}

// 9. Options.

func ExampleGetsockopt() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	typ, err := socket.Getsockopt(fd, socket.SO_TYPE) // an int
	fmt.Println(typ == socket.SOCK_STREAM, err)
	l, err := socket.Getsockopt(fd, socket.SO_LINGER) // a Linger
	fmt.Println(l.Onoff, err)
	errno, err := socket.Getsockopt(fd, socket.SO_ERROR) // a unix.Errno
	fmt.Println(errno == 0, err)
	// Output:
	// true <nil>
	// 0 <nil>
	// true <nil>
}

func ExampleSetsockopt() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	check("setsockopt", socket.Setsockopt(fd, socket.SO_RCVTIMEO, 3*time.Second))
	check("setsockopt", socket.Setsockopt(fd, socket.TCP_NODELAY, true))
	limit, err := socket.Getsockopt(fd, socket.SO_RCVTIMEO)
	fmt.Println(limit, err)
	fmt.Println(socket.Setsockopt(fd, socket.SO_RCVTIMEO, -time.Second) == unix.EINVAL)
	// socket.Setsockopt(fd, socket.TCP_NODELAY, 1) does not compile: it is a bool.
	// Output:
	// 3s <nil>
	// true
}

// GetsockoptInto tells how much of a structure the kernel filled.
func ExampleGetsockoptInto() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	var l socket.Linger
	n, err := socket.GetsockoptInto(fd, socket.SO_LINGER, &l)
	fmt.Println(n, err)
	// Output: 8 <nil>
}

func ExampleGetsockoptInt() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	typ, err := socket.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	fmt.Println(typ == socket.SOCK_STREAM, err)
	// Output: true <nil>
}

func ExampleSetsockoptInt() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	fmt.Println(socket.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1))
	fmt.Println(socket.SetsockoptInt(fd, unix.SOL_SOCKET, 12345, 1) == unix.ENOPROTOOPT)
	// Output:
	// <nil>
	// true
}

func ExampleGetsockoptBytes() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	buf := make([]byte, 64)
	n, err := socket.GetsockoptBytes(fd, unix.SOL_SOCKET, unix.SO_LINGER, buf) // struct linger
	fmt.Println(buf[:n], err)
	// Output: [0 0 0 0 0 0 0 0] <nil>
}

func ExampleSetsockoptBytes() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	linger := make([]byte, 8) // struct linger: l_onoff, l_linger
	fmt.Println(socket.SetsockoptBytes(fd, unix.SOL_SOCKET, unix.SO_LINGER, linger))
	// Output: <nil>
}

// NewOption types an option that this package does not know.
func ExampleNewOption() {
	var SO_SNDBUF = socket.NewOption[int, socket.RW](unix.SOL_SOCKET, unix.SO_SNDBUF)

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	check("setsockopt", socket.Setsockopt(fd, SO_SNDBUF, 8192))
	n, err := socket.Getsockopt(fd, SO_SNDBUF)
	fmt.Println(n >= 8192, err) // Linux doubles it
	// Output: true <nil>
}

// A Setting is an option with its value, to be applied later.
func ExampleSet() {
	settings := []socket.Setting{
		socket.Set(socket.SO_REUSEADDR, true),
		socket.Set(socket.SO_LINGER, socket.Linger{Onoff: 1, Linger: 0}),
		socket.Set(socket.SO_RCVTIMEO, 3*time.Second),
	}
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	defer socket.Close(fd)
	for _, s := range settings {
		fmt.Println(s, s.Apply(fd))
	}
	// Output:
	// SO_REUSEADDR=true <nil>
	// SO_LINGER={Onoff:1 Linger:0} <nil>
	// SO_RCVTIMEO=3s <nil>
}
