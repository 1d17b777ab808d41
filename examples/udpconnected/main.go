//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command udpconnected asks a UDP server that it has connected to: which sends nothing, but says whom send means,
// whom recv hears, and that errors are told.
//
//	go run ./examples/udpconnected [HOST [PORT]]     127.0.0.1 7000: see ./examples/udpserver
//
// It prints its own address and the answer; without a server recv fails with ECONNREFUSED, and it ends with 1.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"rawsocket.internal/socket"
)

func main() {
	addr := sockaddr(arg(1, "127.0.0.1"), arg(2, "7000"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	err = socket.Connect(fd, addr)
	check("connect", err)
	local, err := socket.Getsockname(fd) // chosen by connect, as the route to the server asks for
	check("getsockname", err)
	fmt.Printf("from %v\n", local)

	_, err = socket.Send(fd, []byte("are you there?"), 0)
	check("send", err)
	buf := make([]byte, 1500)
	n, err := socket.Recv(fd, buf, 0) // the ICMP error of the datagram before is this call's errno
	check("recv", err)
	fmt.Printf("answer: %s\n", buf[:n])

	// Connected to no family, it is free again.
	err = socket.Connect(fd, socket.SockaddrUnspec())
	check("connect", err)
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
		fmt.Fprintf(os.Stderr, "udpconnected: %s: %v\n", call, err)
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
