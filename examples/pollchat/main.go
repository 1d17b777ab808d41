//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command pollchat is a chat server: one thread that waits for all its clients at once, with poll.
//
//	go run ./examples/pollchat [HOST [PORT]]     127.0.0.1 7000; join it with nc 127.0.0.1 7000
//
// What a client says goes to all others. It prints who comes, speaks and leaves, and ends with the last.
// selectchat and epollchat are the same server with select and epoll.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/poll"
)

const most = 8 // clients

func main() {
	addr := sockaddr(arg(1, "127.0.0.1"), arg(2, "7000"))

	listener, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Setsockopt(listener, socket.SO_REUSEADDR, true)
	check("setsockopt", err)
	err = socket.Bind(listener, addr)
	check("bind", err)
	err = socket.Listen(listener, 16)
	check("listen", err)
	fmt.Printf("listening on %v\n", addr)

	var clients [most]int // descriptors, -1 for none
	for i := range clients {
		clients[i] = -1
	}
	var fds [most + 1]poll.Fd // the clients and the listener
	for members, first := 0, true; first || members > 0; first = false {
		// What is asked stays, and what is there is another field. -1 is passed over.
		fds[most] = poll.Fd{Fd: int32(listener), Events: poll.POLLIN}
		for i, fd := range clients {
			fds[i] = poll.Fd{Fd: int32(fd), Events: poll.POLLIN}
		}
		_, err := poll.Poll(fds[:], -1)
		check("poll", err)

		if fds[most].Revents != 0 && join(listener, &clients) {
			members++
		}
		for i := range clients {
			if fds[i].Revents != 0 && !relay(i, &clients) {
				members--
			}
		}
	}

	err = socket.Close(listener)
	check("close", err)
}

// join accepts a client, and gives it a place.
func join(listener int, clients *[most]int) bool {
	fd, err := socket.AcceptFD(listener, 0)
	check("accept", err)
	for i := range clients {
		if clients[i] == -1 {
			clients[i] = fd
			fmt.Printf("%d comes\n", i)
			return true
		}
	}
	err = socket.Close(fd) // no place is left
	check("close", err)
	return false
}

// relay tells all others what a client says; false if it leaves.
func relay(from int, clients *[most]int) bool {
	buf := make([]byte, 1024)
	n, err := socket.Recv(clients[from], buf, 0)
	if n == 0 || err != nil {
		fmt.Printf("%d leaves\n", from)
		err = socket.Close(clients[from])
		check("close", err)
		clients[from] = -1
		return false
	}
	line := fmt.Sprintf("%d: %s", from, buf[:n])
	fmt.Print(line)
	for i, fd := range clients {
		if fd != -1 && i != from {
			// One who does not read misses it: the others do not wait for him.
			socket.Send(fd, []byte(line), socket.MSG_NOSIGNAL|socket.MSG_DONTWAIT)
		}
	}
	return true
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
		fmt.Fprintf(os.Stderr, "pollchat: %s: %v\n", call, err)
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
