//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command unixserver is the echo server on a path of the file system: AF_UNIX.
//
//	go run ./examples/unixserver [PATH [CLIENTS]]     /tmp/echo.sock 0; it ends after CLIENTS, 0: never
//
// It prints its path, and for each client how many bytes went back. Clients have no name, unless they bind one.
package main

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
)

func main() {
	path := arg(1, "/tmp/echo.sock")
	clients := number(arg(2, "0"))
	addr, err := socket.SockaddrUn(path)
	check(path, err)

	listener, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Bind(listener, addr) // makes the file: EADDRINUSE if there is one
	check("bind", err)
	err = socket.Listen(listener, 16)
	check("listen", err)
	fmt.Printf("listening on %s\n", path)

	for i := 0; clients == 0 || i < clients; i++ {
		conn, err := socket.AcceptFD(listener, 0) // without the address
		check("accept", err)
		total := echo(conn)
		fmt.Printf("client: %d bytes\n", total)
		err = socket.Close(conn)
		check("close", err)
	}

	err = socket.Close(listener)
	check("close", err)
	err = unix.Unlink(path) // close leaves the file
	check("unlink", err)
}

// echo sends back what comes, until the end.
func echo(conn int) (total int) {
	buf := make([]byte, 4096)
	for {
		n, err := socket.Recv(conn, buf, 0)
		if n == 0 || err != nil { // the end; or the client broke off, which is no reason for a server to end
			return total
		}
		if _, err := socket.Sendall(conn, buf[:n], socket.MSG_NOSIGNAL); err != nil {
			return total
		}
		total += n
	}
}

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "unixserver: %s: %v\n", call, err)
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
