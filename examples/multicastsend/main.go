//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command multicastsend sends datagrams to a group: whoever has joined it hears them.
//
//	go run ./examples/multicastsend [GROUP [PORT [INTERFACE-ADDRESS]]]     239.1.2.3 7000 127.0.0.1
//
// It prints what it sends: three datagrams. ./examples/multicastrecv hears them.
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

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	err = socket.Setsockopt(fd, socket.IP_MULTICAST_IF, device) // the interface to leave by
	check("setsockopt", err)
	err = socket.Setsockopt(fd, socket.IP_MULTICAST_TTL, 1) // not beyond the next router, which is the default
	check("setsockopt", err)
	err = socket.Setsockopt(fd, socket.IP_MULTICAST_LOOP, true) // this host hears it too, which is the default
	check("setsockopt", err)

	for i := 1; i <= 3; i++ {
		text := fmt.Sprintf("news %d", i)
		n, err := socket.Sendto(fd, []byte(text), 0, group)
		check("sendto", err)
		fmt.Printf("%d bytes to %v: %s\n", n, group, text)
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
		fmt.Fprintf(os.Stderr, "multicastsend: %s: %v\n", call, err)
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
