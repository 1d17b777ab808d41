//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command udpclient sends the lines of its standard input as datagrams, one at a time.
//
//	go run ./examples/udpclient [HOST [PORT]]     127.0.0.1 7000: see ./examples/udpserver
//
// It prints who answers what. If nobody does, it waits for ever: see ./examples/udpconnected and ./examples/timeouts.
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
	addr := sockaddr(arg(1, "127.0.0.1"), arg(2, "7000"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)

	buf := make([]byte, 65536)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		_, err = socket.Sendto(fd, lines.Bytes(), 0, addr) // the first binds the socket to a free port
		check("sendto", err)
		n, from, err := socket.Recvfrom(fd, buf, 0) // from anybody
		check("recvfrom", err)
		fmt.Printf("%v: %s\n", from, buf[:n])
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
		fmt.Fprintf(os.Stderr, "udpclient: %s: %v\n", call, err)
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
