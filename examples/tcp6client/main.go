//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command tcp6client is the echo client over IPv6: tcp6.
//
//	go run ./examples/tcp6client [HOST [PORT]]     ::1 7000: see ./examples/tcp6server
//
// It sends the lines of its standard input and prints what comes back.
package main

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"rawsocket.internal/socket"
)

func main() {
	addr := sockaddr6(arg(1, "::1"), arg(2, "7000"))

	fd, err := socket.Socket(socket.AF_INET6, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Connect(fd, addr)
	check("connect", err)

	// Both ends have an address, though only the server has chosen its own.
	local, err := socket.Getsockname(fd)
	check("getsockname", err)
	fmt.Printf("from %v\n", local)
	peer, err := socket.Getpeername(fd)
	check("getpeername", err)
	fmt.Printf("to %v\n", peer)

	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		line := append(lines.Bytes(), '\n')
		_, err := socket.Sendall(fd, line, socket.MSG_NOSIGNAL)
		check("send", err)
		n, err := socket.Recv(fd, line, socket.MSG_WAITALL)
		check("recv", err)
		if n < len(line) {
			fmt.Println("the server hung up")
			os.Exit(1)
		}
		fmt.Printf("%s", line)
	}

	err = socket.Close(fd)
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
		fmt.Fprintf(os.Stderr, "tcp6client: %s: %v\n", call, err)
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
