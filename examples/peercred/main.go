//go:build linux

// Command peercred asks the kernel who its clients are: SO_PEERCRED, which nobody can forge.
//
//	go run ./examples/peercred [PATH [CLIENTS]]     /tmp/who.sock 0; it ends after CLIENTS, 0: never
//
// It prints its path, and of each client process, user and group, and tells the client too. Try nc -U /tmp/who.sock
package main

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
)

func main() {
	path := arg(1, "/tmp/who.sock")
	clients := number(arg(2, "0"))
	addr, err := socket.SockaddrUn(path)
	check(path, err)

	listener, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Bind(listener, addr)
	check("bind", err)
	err = socket.Listen(listener, 16)
	check("listen", err)
	fmt.Printf("listening on %s\n", path)

	for i := 0; clients == 0 || i < clients; i++ {
		conn, err := socket.AcceptFD(listener, 0)
		check("accept", err)
		who, err := socket.Getsockopt(conn, socket.SO_PEERCRED) // as it was when it connected
		check("getsockopt", err)
		text := fmt.Sprintf("you are process %d of user %d, group %d\n", who.Pid, who.Uid, who.Gid)
		fmt.Print(text)
		_, err = socket.Sendall(conn, []byte(text), socket.MSG_NOSIGNAL)
		check("send", err)
		err = socket.Close(conn)
		check("close", err)
	}

	err = socket.Close(listener)
	check("close", err)
	err = unix.Unlink(path)
	check("unlink", err)
}

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "peercred: %s: %v\n", call, err)
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
