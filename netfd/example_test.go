//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netfd_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/netfd"
)

// An echo server, and a client with a deadline.
func Example() {
	l, err := netfd.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	if err := errors.Join(l.Bind(socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))), l.Listen(16)); err != nil {
		log.Fatal(err)
	}
	addr, _ := l.Getsockname()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	done := make(chan bool)
	go func() {
		defer close(done)
		conn, _, err := l.Accept(ctx)
		if err != nil {
			log.Print(err)
			return
		}
		defer conn.Close()
		buf := make([]byte, 512)
		for {
			n, err := conn.Recv(buf, 0)
			if n == 0 || err != nil { // 0 and no error: the peer has sent all
				return
			}
			conn.Sendall(buf[:n], 0)
		}
	}()

	c, err := netfd.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if err := c.Connect(ctx, addr); err != nil {
		log.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(10 * time.Second))
	c.Sendall([]byte("hello"), 0)
	c.Shutdown(socket.SHUT_WR)
	buf := make([]byte, 512)
	n, err := c.Recvall(buf, 0)
	fmt.Println(string(buf[:n]), err)
	<-done
	// Output: hello <nil>
}

// A web server on a socket with the options one likes.
func ExampleFD_Listener() {
	f, err := netfd.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	if err != nil {
		log.Fatal(err)
	}
	err = errors.Join(
		netfd.Setsockopt(f, socket.SO_REUSEADDR, true),
		netfd.Setsockopt(f, socket.SO_RCVBUF, 1<<20),
		f.Bind(socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))),
		f.Listen(1024))
	if err != nil {
		log.Fatal(err)
	}
	l, err := f.Listener()
	if err != nil {
		log.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })}
	go srv.Serve(l)
	defer srv.Close()

	resp, err := http.Get("http://" + l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	fmt.Println(string(body))
	// Output: hello
}

// Package net makes the connection; the call that it lacks is made beside it.
func ExampleFrom() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()

	f, err := netfd.From(conn.(syscall.Conn))
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close() // conn stays open
	mss, err := netfd.Getsockopt(f, socket.TCP_MAXSEG)
	fmt.Println(mss > 0, err)
	_, err = f.Recv(make([]byte, 1), socket.MSG_PEEK|socket.MSG_DONTWAIT)
	fmt.Println(errors.Is(err, unix.EAGAIN)) // nothing has come yet, and the peer is still there
	// Output:
	// true <nil>
	// true
}

// Options for connections of both families: each socket gets its own.
func ExampleControl() {
	d := net.Dialer{Control: netfd.Control(
		socket.Set(socket.IP_TOS, 0x10),
		socket.Set(socket.IPV6_TCLASS, 0x10),
		socket.Set(socket.SO_RCVBUF, 1<<20))}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	conn, err := d.Dial("tcp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	f, err := netfd.From(conn.(syscall.Conn))
	if err != nil {
		log.Fatal(err)
	}
	tos, err := netfd.Getsockopt(f, socket.IP_TOS)
	fmt.Println(tos, err)
	// Output: 16 <nil>
}

// A descriptor that comes from elsewhere.
func ExampleNew() {
	fds, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer socket.Close(fds[1])
	f, err := netfd.New(fds[0])
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close() // it is the FD's now
	f.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err = f.Recv(make([]byte, 1), 0)
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), err)
	// Output: true recv: i/o timeout
}

func ExampleSocketpair() {
	pair, err := netfd.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer pair[0].Close()
	defer pair[1].Close()
	pair[1].SetReadDeadline(time.Now().Add(-time.Second))
	_, err = pair[1].Recv(make([]byte, 10), 0)
	fmt.Println(err, errors.Is(err, os.ErrDeadlineExceeded))
	// Output: recv: i/o timeout true
}

func ExampleGetsockopt() {
	f, err := netfd.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	fmt.Println(netfd.Setsockopt(f, socket.TCP_NODELAY, true))
	fmt.Println(netfd.Getsockopt(f, socket.TCP_NODELAY))
	// Output:
	// <nil>
	// true <nil>
}
