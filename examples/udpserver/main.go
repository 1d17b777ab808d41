//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command udpserver sends datagrams back to where they came from: nothing is accepted, one socket serves all.
//
//	go run ./examples/udpserver [HOST [PORT [DATAGRAMS]]]     127.0.0.1 7000 0; it ends after DATAGRAMS, 0: never
//
// It prints its address, and of each datagram the sender and the text.
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
	datagrams := number(arg(3, "0"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	err = socket.Bind(fd, addr)
	check("bind", err)
	fmt.Printf("waiting on %v\n", addr)

	buf := make([]byte, 65536)
	for i := 0; datagrams == 0 || i < datagrams; i++ {
		n, from, err := socket.Recvfrom(fd, buf, 0) // a whole datagram, which may be empty
		check("recvfrom", err)
		fmt.Printf("%v: %s\n", from, buf[:n])
		socket.Sendto(fd, buf[:n], 0, from) // whether it arrives, nobody knows
	}

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
		fmt.Fprintf(os.Stderr, "udpserver: %s: %v\n", call, err)
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
