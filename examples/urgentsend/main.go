//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command urgentsend sends a byte of urgent data among others: MSG_OOB.
//
//	go run ./examples/urgentsend [HOST [PORT]]     127.0.0.1 7000: see ./examples/urgentrecv
//
// It prints what it sends.
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

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Connect(fd, addr)
	check("connect", err)

	say(fd, "one", 0)
	say(fd, "!", socket.MSG_OOB) // one byte: of more the last would be the urgent one
	say(fd, "two", 0)

	err = socket.Close(fd)
	check("close", err)
}

func say(fd int, text string, flags int) {
	n, err := socket.Send(fd, []byte(text), flags)
	check("send", err)
	fmt.Printf("%d bytes: %s\n", n, text)
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
		fmt.Fprintf(os.Stderr, "urgentsend: %s: %v\n", call, err)
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
