//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command connecttimeout connects, but waits no longer than it is told to: a non-blocking connect.
//
//	go run ./examples/connecttimeout [HOST [PORT [MILLISECONDS]]]     127.0.0.1 7000 1000
//
// It prints the address it is connected to. It ends with 1 if the peer refuses, or does not answer in time.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
	"rawsocket.internal/socket/poll"
)

func main() {
	addr := sockaddr(arg(1, "127.0.0.1"), arg(2, "7000"))
	limit := number(arg(3, "1000"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.SetNonblock(fd, true) // Linux and the BSDs: SOCK_NONBLOCK in socket
	check("fcntl", err)

	// What cannot be done at once goes on in the kernel, and the socket can be written when it is over,
	// well or not. SO_ERROR says which.
	err = socket.Connect(fd, addr)
	if err == unix.EINPROGRESS {
		fds := []poll.Fd{{Fd: int32(fd), Events: poll.POLLOUT}}
		n, err := poll.Poll(fds, time.Duration(limit)*time.Millisecond)
		check("poll", err)
		if n == 0 {
			fmt.Printf("no answer within %d ms\n", limit)
			os.Exit(1) // close gives the attempt up, and so does the program's end
		}
		errno, err := socket.Getsockopt(fd, socket.SO_ERROR)
		check("getsockopt", err)
		if errno != 0 {
			check("connect", errno)
		}
	} else {
		check("connect", err)
	}

	peer, err := socket.Getpeername(fd)
	check("getpeername", err)
	fmt.Printf("connected to %v\n", peer)

	err = socket.SetNonblock(fd, false) // from here on calls wait again
	check("fcntl", err)
	err = socket.Close(fd)
	check("close", err)
}

// sockaddr is a struct sockaddr_in.
func sockaddr(host, port string) socket.Sockaddr {
	ip, err := socket.InetPton(socket.AF_INET, host)
	check("inet_pton", err)
	return socket.SockaddrIn(netip.AddrPortFrom(ip, uint16(number(port))))
}

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "connecttimeout: %s: %v\n", call, err)
		os.Exit(1)
	}
}

func arg(i int, otherwise string) string {
	if len(os.Args) > i {
		return os.Args[i]
	}
	return otherwise
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	check("number", err)
	return n
}
