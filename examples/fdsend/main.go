//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command fdsend opens a file and gives the descriptor to another process: SCM_RIGHTS.
//
//	go run ./examples/fdsend FILE [PATH]     /tmp/fd.sock: see ./examples/fdrecv
//
// It prints what it sent. It does not read the file: who gets the descriptor does, with the rights of this one.
package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
)

func main() {
	file := arg(1, "README.md")
	addr, err := socket.SockaddrUn(arg(2, "/tmp/fd.sock"))
	check("path", err)

	given, err := unix.Open(file, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	check(file, err)
	fd, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Connect(fd, addr)
	check("connect", err)

	// The descriptor goes in a control message, beside at least a byte of data.
	n, err := cmsg.SendFds(fd, []byte("!"), []int{given}, 0)
	check("sendmsg", err)
	fmt.Printf("%d byte and a descriptor sent\n", n)

	// The other process has one of its own now.
	err = socket.Close(given)
	check("close", err)
	err = socket.Close(fd)
	check("close", err)
}

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "fdsend: %s: %v\n", call, err)
		os.Exit(1)
	}
}

func arg(i int, otherwise string) string {
	if len(os.Args) > i {
		return os.Args[i]
	}
	return otherwise
}
