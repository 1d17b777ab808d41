//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command halfclose says all it has to say, says so, and then listens: a connection has two ends to close.
//
//	go run ./examples/halfclose [HOST [PORT]] <FILE     127.0.0.1 7000: see ./examples/echoserver
//
// It sends its standard input and prints what comes back. Its input must be small: as long as it sends it does
// not listen.
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

	buf := make([]byte, 4096)
	for {
		n, err := os.Stdin.Read(buf)
		if n == 0 || err != nil {
			break
		}
		_, err = socket.Sendall(fd, buf[:n], socket.MSG_NOSIGNAL)
		check("send", err)
	}

	// The server's recv gives 0 now, and its answer still comes. After close nobody would hear it.
	err = socket.Shutdown(fd, socket.SHUT_WR)
	check("shutdown", err)
	for {
		n, err := socket.Recv(fd, buf, 0)
		check("recv", err)
		if n == 0 {
			break
		}
		os.Stdout.Write(buf[:n])
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
		fmt.Fprintf(os.Stderr, "halfclose: %s: %v\n", call, err)
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
