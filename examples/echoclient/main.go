//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command echoclient sends the lines of its standard input to an echo server, one at a time.
//
//	go run ./examples/echoclient [HOST [PORT]]     127.0.0.1 7000: see ./examples/echoserver
//
// It prints what comes back.
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

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Connect(fd, addr)
	check("connect", err)

	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		line := append(lines.Bytes(), '\n')
		_, err := socket.Sendall(fd, line, socket.MSG_NOSIGNAL)
		check("send", err)

		// The echo of a line may come in parts: MSG_WAITALL waits for all of it.
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

// sockaddr is a struct sockaddr_in.
func sockaddr(host, port string) socket.Sockaddr {
	ip, err := socket.InetPton(socket.AF_INET, host)
	check("inet_pton", err)
	return socket.SockaddrIn(netip.AddrPortFrom(ip, uint16(number(port))))
}

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "echoclient: %s: %v\n", call, err)
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
