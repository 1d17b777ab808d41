//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command linger shows the three ways that close can go: in the background, waited for, and as a reset (RST).
//
//	go run ./examples/linger [PORT]     7000
//
// It is client and server at once, over loopback. It prints what the server sees behind the last bytes: 0, the
// end, or ECONNRESET.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
)

func main() {
	addr := sockaddr("127.0.0.1", arg(1, "7000"))

	listener, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Setsockopt(listener, socket.SO_REUSEADDR, true)
	check("setsockopt", err)
	err = socket.Bind(listener, addr)
	check("bind", err)
	err = socket.Listen(listener, 1)
	check("listen", err)

	closing(listener, addr, "close returns at once, the kernel sends the rest", socket.Linger{Onoff: 0, Linger: 0})
	closing(listener, addr, "close waits for the rest, 5 seconds at most", socket.Linger{Onoff: 1, Linger: 5})
	closing(listener, addr, "close resets the connection", socket.Linger{Onoff: 1, Linger: 0})

	err = socket.Close(listener)
	check("close", err)
}

// closing connects, says something and closes.
func closing(listener int, addr socket.Sockaddr, what string, linger socket.Linger) {
	fmt.Println(what)
	client, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Connect(client, addr)
	check("connect", err)
	server, err := socket.AcceptFD(listener, 0)
	check("accept", err)

	err = socket.Setsockopt(client, socket.SO_LINGER, linger)
	check("setsockopt", err)
	_, err = socket.Send(client, []byte("goodbye"), 0)
	check("send", err)
	err = socket.Close(client)
	check("close", err)

	buf := make([]byte, 16)
	for {
		n, err := socket.Recv(server, buf, 0)
		if err != nil {
			fmt.Printf("  the server's recv: %s\n", unix.ErrnoName(err.(unix.Errno)))
			break
		}
		fmt.Printf("  the server's recv: %d\n", n)
		if n == 0 {
			break
		}
	}
	err = socket.Close(server)
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
		fmt.Fprintf(os.Stderr, "linger: %s: %v\n", call, err)
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
