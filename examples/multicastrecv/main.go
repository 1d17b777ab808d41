//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command multicastrecv joins a group and prints what is sent to it.
//
//	go run ./examples/multicastrecv [GROUP [PORT [INTERFACE-ADDRESS [DATAGRAMS]]]]     239.1.2.3 7000 127.0.0.1 3
//
// It prints that it has joined, and of each datagram the sender and the text. ./examples/multicastsend sends some.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"rawsocket.internal/socket"
)

func main() {
	group := sockaddr(arg(1, "239.1.2.3"), arg(2, "7000"))
	device, err := socket.InetPton(socket.AF_INET, arg(3, "127.0.0.1"))
	check("inet_pton", err)
	datagrams := number(arg(4, "3"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	err = socket.Setsockopt(fd, socket.SO_REUSEADDR, true) // several programs of one host may listen
	check("setsockopt", err)
	err = socket.Bind(fd, group) // to the group, or the socket hears what is sent to its port at any address
	check("bind", err)
	member := socket.IPMreqn{Multiaddr: group.AddrPort().Addr(), Address: device}
	err = socket.Setsockopt(fd, socket.IP_ADD_MEMBERSHIP, member)
	check("setsockopt", err)
	fmt.Printf("joined %v\n", group)

	buf := make([]byte, 1500)
	for range datagrams {
		n, from, err := socket.Recvfrom(fd, buf, 0)
		check("recvfrom", err)
		fmt.Printf("%v: %s\n", from, buf[:n])
	}

	err = socket.Setsockopt(fd, socket.IP_DROP_MEMBERSHIP, member) // close does it too
	check("setsockopt", err)
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
		fmt.Fprintf(os.Stderr, "multicastrecv: %s: %v\n", call, err)
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
