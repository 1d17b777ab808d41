//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command fdrecv gets a descriptor from another process and reads what it leads to: SCM_RIGHTS.
//
//	go run ./examples/fdrecv [PATH]     /tmp/fd.sock: see ./examples/fdsend
//
// It prints its path, and then the file, up to 4096 bytes of it.
package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
)

func main() {
	path := arg(1, "/tmp/fd.sock")
	addr, err := socket.SockaddrUn(path)
	check(path, err)

	listener, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Bind(listener, addr)
	check("bind", err)
	err = socket.Listen(listener, 1)
	check("listen", err)
	fmt.Printf("listening on %s\n", path)
	conn, err := socket.AcceptFD(listener, 0)
	check("accept", err)

	// The number is another than the sender's: what it leads to is the same, the position in the file too.
	var fds [1]int
	buf := make([]byte, 4096)
	_, nfds, err := cmsg.RecvFds(conn, buf[:1], fds[:], 0)
	check("recvmsg", err)
	if nfds == 0 {
		fmt.Println("no descriptor came")
		os.Exit(1)
	}
	n, err := socket.Read(fds[0], buf)
	check("read", err)
	os.Stdout.Write(buf[:n])

	err = socket.Close(fds[0])
	check("close", err)
	err = socket.Close(conn)
	check("close", err)
	err = socket.Close(listener)
	check("close", err)
	err = unix.Unlink(path)
	check("unlink", err)
}

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "fdrecv: %s: %v\n", call, err)
		os.Exit(1)
	}
}

func arg(i int, otherwise string) string {
	if len(os.Args) > i {
		return os.Args[i]
	}
	return otherwise
}
