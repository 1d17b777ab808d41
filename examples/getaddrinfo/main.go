//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command getaddrinfo connects to a host by name: to the first of its addresses that answers.
//
//	go run ./examples/getaddrinfo [HOST [SERVICE]]     localhost 7000: see ./examples/iterative; - for this host
//
// It prints each address it tries, what failed, and then what the server sends.
package main

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
	"rawsocket.internal/socket/netdb"
)

func main() {
	host, service := arg(1, "localhost"), arg(2, "7000")
	if host == "-" {
		host = "" // C: NULL
	}

	hints := netdb.Addrinfo{Family: socket.AF_UNSPEC, Socktype: socket.SOCK_STREAM}
	list, err := netdb.Getaddrinfo(context.Background(), host, service, &hints)
	check("getaddrinfo", err)

	fd := -1
	for _, ai := range list {
		number, port, err := netdb.Getnameinfo(context.Background(), ai.Addr, netdb.NI_NUMERICHOST|netdb.NI_NUMERICSERV)
		check("getnameinfo", err)
		fmt.Printf("trying %s, port %s\n", number, port)

		fd, err = socket.Socket(ai.Family, ai.Socktype, ai.Protocol)
		if err != nil {
			fmt.Printf("socket: %s\n", unix.ErrnoName(err.(unix.Errno)))
			continue
		}
		err = socket.Connect(fd, ai.Addr)
		if err == nil {
			break
		}
		fmt.Printf("connect: %s\n", unix.ErrnoName(err.(unix.Errno)))
		err = socket.Close(fd) // after a failure a socket is of no use any more
		check("close", err)
		fd = -1
	}
	if fd == -1 {
		fmt.Println("no address answers")
		os.Exit(1)
	}

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

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "getaddrinfo: %s: %v\n", call, err)
		os.Exit(1)
	}
}

func arg(i int, otherwise string) string {
	if len(os.Args) > i {
		return os.Args[i]
	}
	return otherwise
}
