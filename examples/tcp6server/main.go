//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command tcp6server is the echo server over IPv6: tcp6.
//
//	go run ./examples/tcp6server [HOST [PORT [CLIENTS]]]     ::1 7000 0; it ends after CLIENTS, 0: never
//
// It prints its address, and for each client its address and how many bytes went back. Beside echoserver the
// family and the structure of the address differ, and one option: IPv6 alone.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"rawsocket.internal/socket"
)

func main() {
	addr := sockaddr6(arg(1, "::1"), arg(2, "7000"))
	clients := number(arg(3, "0"))

	listener, err := socket.Socket(socket.AF_INET6, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Setsockopt(listener, socket.SO_REUSEADDR, true)
	check("setsockopt", err)
	err = socket.Setsockopt(listener, socket.IPV6_V6ONLY, true) // whatever the system's default
	check("setsockopt", err)
	err = socket.Bind(listener, addr)
	check("bind", err)
	err = socket.Listen(listener, 16)
	check("listen", err)
	fmt.Printf("listening on %v\n", addr)

	for i := 0; clients == 0 || i < clients; i++ {
		conn, peer, err := socket.Accept(listener)
		check("accept", err)
		total := echo(conn)
		fmt.Printf("client %v: %d bytes\n", peer, total)
		err = socket.Close(conn)
		check("close", err)
	}

	err = socket.Close(listener)
	check("close", err)
}

// echo sends back what comes, until the end.
func echo(conn int) (total int) {
	buf := make([]byte, 4096)
	for {
		n, err := socket.Recv(conn, buf, 0)
		if n == 0 || err != nil { // the end; or the client broke off, which is no reason for a server to end
			return total
		}
		if _, err := socket.Sendall(conn, buf[:n], socket.MSG_NOSIGNAL); err != nil {
			return total
		}
		total += n
	}
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
		fmt.Fprintf(os.Stderr, "tcp6server: %s: %v\n", call, err)
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
