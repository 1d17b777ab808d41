//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package poll_test

import (
	"fmt"
	"log"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/poll"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func ExamplePoll() {
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check(err)
	defer socket.Close(pair[0])
	defer socket.Close(pair[1])

	fds := []poll.Fd{{Fd: int32(pair[0]), Events: poll.POLLIN}}
	n, err := poll.Poll(fds, 10*time.Millisecond)
	fmt.Println(n, err)

	socket.Send(pair[1], []byte("hello"), 0)
	n, err = poll.Poll(fds, -1) // as long as it takes
	fmt.Println(n, err, fds[0].Revents&poll.POLLIN != 0)
	// Output:
	// 0 <nil>
	// 1 <nil> true
}

func ExampleSelect() {
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check(err)
	defer socket.Close(pair[0])
	defer socket.Close(pair[1])
	socket.Send(pair[1], []byte("hello"), 0)

	var all poll.FdSet
	all.Set(pair[0])
	all.Set(pair[1])
	r := all // Select leaves in r what is ready
	n, err := poll.Select(max(pair[0], pair[1])+1, &r, nil, nil, -1)
	fmt.Println(n, err, r.IsSet(pair[0]), r.IsSet(pair[1]))
	// Output: 1 <nil> true false
}

// A loop is told to stop.
func ExampleWakeup() {
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check(err)
	defer socket.Close(pair[0])
	defer socket.Close(pair[1])
	stop, err := poll.NewWakeup()
	check(err)
	defer stop.Close()

	time.AfterFunc(10*time.Millisecond, func() { stop.Wake() })

	fds := []poll.Fd{
		{Fd: int32(pair[0]), Events: poll.POLLIN},
		{Fd: int32(stop.Fd()), Events: poll.POLLIN},
	}
	for {
		_, err := poll.Poll(fds, -1)
		check(err)
		if fds[1].Revents != 0 {
			fmt.Println("stopped")
			return
		}
		// … deal with fds[0]
	}
	// Output: stopped
}

// An echo server for any number of clients, on one goroutine, which Wake stops.
func ExampleSelector() {
	l, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check(err)
	defer socket.Close(l)
	check(socket.Bind(l, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	check(socket.Listen(l, 10))
	check(socket.SetNonblock(l, true))
	addr, err := socket.Getsockname(l)
	check(err)

	s, err := poll.NewSelector()
	check(err)
	check(s.Register(l, poll.EVENT_READ, nil))

	served := make(chan int)
	go func() {
		clients := 0
		ready := make([]poll.Ready, 64)
		buf := make([]byte, 4096)
		for {
			n, err := s.Select(ready, -1)
			if n == 0 || err != nil { // Wake
				break
			}
			for _, r := range ready[:n] {
				if r.Fd == l {
					c, _, err := socket.Nonblocking(l).Accept() // c is blocking, but read only when it is ready
					if err == nil {
						check(s.Register(c, poll.EVENT_READ, nil))
						clients++
					}
					continue
				}
				n, err := socket.Recv(r.Fd, buf, socket.MSG_DONTWAIT)
				switch {
				case n > 0:
					socket.Sendall(r.Fd, buf[:n], 0)
				case err != unix.EAGAIN: // the end, or an error
					s.Unregister(r.Fd) // first this,
					socket.Close(r.Fd) // then that
				}
			}
		}
		for k := range s.Keys() {
			if k.Fd != l {
				socket.Close(k.Fd)
			}
		}
		s.Close()
		served <- clients
	}()

	for _, text := range []string{"one", "two", "three"} {
		c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
		check(err)
		check(socket.Connect(c, addr))
		socket.Sendall(c, []byte(text), 0)
		reply := make([]byte, len(text))
		socket.Recvall(c, reply, 0)
		fmt.Printf("%s\n", reply)
		socket.Close(c)
	}
	s.Wake()
	fmt.Println(<-served, "clients")
	// Output:
	// one
	// two
	// three
	// 3 clients
}

// A Selector on poll takes what epoll refuses, as a regular file, which is always ready.
func ExampleNewPollSelector() {
	f, err := os.CreateTemp("", "")
	check(err)
	defer os.Remove(f.Name())
	defer f.Close()
	s, err := poll.NewPollSelector()
	check(err)
	defer s.Close()
	check(s.Register(int(f.Fd()), poll.EVENT_READ, nil))
	ready := make([]poll.Ready, 1)
	fmt.Println(s.Select(ready, -1))
	// Output: 1 <nil>
}
