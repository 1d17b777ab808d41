//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command iterative is a daytime server that serves one client after another: the smallest TCP server.
//
//	go run ./examples/iterative [HOST [PORT [CLIENTS]]]     127.0.0.1 7000 0; it ends after CLIENTS, 0: never
//
// It prints its address, and that of each client.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"time"

	"rawsocket.internal/socket"
)

func main() {
	addr := sockaddr(arg(1, "127.0.0.1"), arg(2, "7000"))
	clients := number(arg(3, "0"))

	listener, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Setsockopt(listener, socket.SO_REUSEADDR, true) // a server that starts again finds its port free
	check("setsockopt", err)
	err = socket.Bind(listener, addr)
	check("bind", err)
	err = socket.Listen(listener, 16)
	check("listen", err)
	fmt.Printf("listening on %v\n", addr)

	for i := 0; clients == 0 || i < clients; i++ {
		conn, peer, err := socket.Accept(listener)
		check("accept", err)
		fmt.Printf("client %v\n", peer)

		// Who comes meanwhile waits in the listener's queue.
		now := time.Now().Format("Mon Jan _2 15:04:05 2006\r\n")
		_, err = socket.Sendall(conn, []byte(now), socket.MSG_NOSIGNAL)
		check("send", err)
		err = socket.Close(conn) // which the client reads as the end
		check("close", err)
	}

	err = socket.Close(listener)
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
		fmt.Fprintf(os.Stderr, "iterative: %s: %v\n", call, err)
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
