//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command dualstack is one server for IPv6 and IPv4: a dual-stack socket.
//
//	go run ./examples/dualstack [PORT [CLIENTS]]     7000 0; it ends after CLIENTS, 0: never
//
// It greets each client with the address it came from, and prints that: one of IPv4 shows as ::ffff:a.b.c.d.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"rawsocket.internal/socket"
)

func main() {
	addr := sockaddr6("::", arg(1, "7000")) // in6addr_any
	clients := number(arg(2, "0"))

	listener, err := socket.Socket(socket.AF_INET6, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Setsockopt(listener, socket.SO_REUSEADDR, true)
	check("setsockopt", err)
	err = socket.Setsockopt(listener, socket.IPV6_V6ONLY, false) // and IPv4
	check("setsockopt", err)
	err = socket.Bind(listener, addr)
	check("bind", err)
	err = socket.Listen(listener, 16)
	check("listen", err)
	fmt.Printf("listening on %v\n", addr)

	for i := 0; clients == 0 || i < clients; i++ {
		conn, peer, err := socket.Accept(listener)
		check("accept", err)
		family := "IPv6"
		if peer.AddrPort().Addr().Is4In6() {
			family = "IPv4"
		}
		fmt.Printf("client %v: %s\n", peer, family)

		greeting := fmt.Sprintf("hello %v, you speak %s\n", peer, family)
		_, err = socket.Sendall(conn, []byte(greeting), socket.MSG_NOSIGNAL)
		check("send", err)
		err = socket.Close(conn)
		check("close", err)
	}

	err = socket.Close(listener)
	check("close", err)
}

// sockaddr6 is a struct sockaddr_in6.
func sockaddr6(host, port string) socket.Sockaddr {
	ip, err := socket.InetPton(socket.AF_INET6, host)
	check("inet_pton", err)
	return socket.SockaddrIn(netip.AddrPortFrom(ip, uint16(number(port))))
}

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "dualstack: %s: %v\n", call, err)
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
