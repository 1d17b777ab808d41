//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command broadcast sends a datagram to every host of a network, once it has said that it means to.
//
//	go run ./examples/broadcast [ADDRESS [PORT]]     255.255.255.255 7000: all hosts of the network this one is in
//
// It prints how the first attempt fails, without SO_BROADCAST, and how the second goes. ./examples/udpserver, with
// 0.0.0.0 for its address, hears it.
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
	addr := sockaddr(arg(1, "255.255.255.255"), arg(2, "7000"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)

	_, err = socket.Sendto(fd, []byte("all"), 0, addr)
	if err != nil {
		fmt.Printf("sendto: %s\n", unix.ErrnoName(err.(unix.Errno))) // a wrong address should not reach everybody
	}

	err = socket.Setsockopt(fd, socket.SO_BROADCAST, true)
	check("setsockopt", err)
	n, err := socket.Sendto(fd, []byte("all"), 0, addr)
	check("sendto", err)
	fmt.Printf("%d bytes to %v\n", n, addr)

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
		fmt.Fprintf(os.Stderr, "broadcast: %s: %v\n", call, err)
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
