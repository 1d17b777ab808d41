//go:build linux

// Command abstract talks to itself over a name that is no file: Linux's abstract names.
//
//	go run ./examples/abstract [NAME]     echo
//
// It is server and client at once. It prints the client's name, which it lets the kernel choose, and what arrives.
// Abstract names show in ss -x with an @; here they end with their last close, and no file has to be removed.
package main

import (
	"fmt"
	"os"

	"rawsocket.internal/socket"
)

func main() {
	// The name begins with a NUL. The address's length is that of the name: no closing NUL is counted, and
	// one that is there would be part of the name.
	server, err := socket.SockaddrUn("\x00" + arg(1, "echo"))
	check("name", err)
	unnamed, err := socket.SockaddrUn("")
	check("name", err)

	listener, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Bind(listener, server)
	check("bind", err)
	err = socket.Listen(listener, 1)
	check("listen", err)

	client, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Bind(client, unnamed) // the family alone: the kernel finds a free name
	check("bind", err)
	err = socket.Connect(client, server)
	check("connect", err)

	conn, peer, err := socket.Accept(listener)
	check("accept", err)
	name := peer.Path()
	fmt.Printf("the client's name: @%s, %d bytes with its NUL\n", name[1:], len(name))

	_, err = socket.Send(client, []byte("hello"), 0)
	check("send", err)
	buf := make([]byte, 64)
	n, err := socket.Recv(conn, buf, 0)
	check("recv", err)
	fmt.Printf("the server hears: %s\n", buf[:n])

	for _, fd := range []int{conn, client, listener} {
		err = socket.Close(fd)
		check("close", err)
	}
}

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "abstract: %s: %v\n", call, err)
		os.Exit(1)
	}
}

func arg(i int, otherwise string) string {
	if len(os.Args) > i {
		return os.Args[i]
	}
	return otherwise
}
