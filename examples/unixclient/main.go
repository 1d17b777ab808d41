//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command unixclient is the echo client on a path of the file system: AF_UNIX.
//
//	go run ./examples/unixclient [PATH]     /tmp/echo.sock: see ./examples/unixserver
//
// It sends the lines of its standard input and prints what comes back.
package main

import (
	"bufio"
	"fmt"
	"os"

	"rawsocket.internal/socket"
)

func main() {
	addr, err := socket.SockaddrUn(arg(1, "/tmp/echo.sock"))
	check("path", err)

	fd, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Connect(fd, addr)
	check("connect", err)

	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		line := append(lines.Bytes(), '\n')
		_, err := socket.Sendall(fd, line, socket.MSG_NOSIGNAL)
		check("send", err)
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

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "unixclient: %s: %v\n", call, err)
		os.Exit(1)
	}
}

func arg(i int, otherwise string) string {
	if len(os.Args) > i {
		return os.Args[i]
	}
	return otherwise
}
