//go:build linux

// Command sendfile sends a file to each client, without copying it through the program.
//
//	go run ./examples/sendfile FILE [HOST [PORT [CLIENTS]]]     127.0.0.1 7000 0; it ends after CLIENTS, 0: never
//
// It prints its address, and for each client its address and how many bytes went. nc 127.0.0.1 7000 is a client.
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
	path := arg(1, "README.md")
	addr := sockaddr(arg(2, "127.0.0.1"), arg(3, "7000"))
	clients := number(arg(4, "0"))

	listener, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Setsockopt(listener, socket.SO_REUSEADDR, true)
	check("setsockopt", err)
	err = socket.Bind(listener, addr)
	check("bind", err)
	err = socket.Listen(listener, 16)
	check("listen", err)
	fmt.Printf("listening on %v\n", addr)

	for i := 0; clients == 0 || i < clients; i++ {
		conn, peer, err := socket.Accept(listener)
		check("accept", err)
		file, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		check(path, err)

		// Without an offset the file's own moves on: 0 is the end of the file.
		total := 0
		for {
			n, err := socket.Sendfile(conn, file, nil, 1<<20)
			if n == 0 || err != nil { // the end; or the client has gone
				break
			}
			total += n
		}
		fmt.Printf("client %v: %d bytes\n", peer, total)

		err = socket.Close(file)
		check("close", err)
		err = socket.Close(conn)
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
		fmt.Fprintf(os.Stderr, "sendfile: %s: %v\n", call, err)
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
