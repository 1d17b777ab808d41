//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command daytimeclient asks a daytime server what time it is: the smallest TCP client.
//
//	go run ./examples/daytimeclient [HOST [PORT]]     127.0.0.1 7000: see ./examples/iterative
//
// It prints what the server sends, until the server closes the connection.
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

	// A stream has no messages: what the server sent at once may come in parts. 0 is the end.
	buf := make([]byte, 256)
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
		fmt.Fprintf(os.Stderr, "daytimeclient: %s: %v\n", call, err)
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
