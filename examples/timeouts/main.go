//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command timeouts asks a UDP server, and asks again when no answer comes in time: SO_RCVTIMEO.
//
//	go run ./examples/timeouts [HOST [PORT [MILLISECONDS [TRIES]]]]     127.0.0.1 7000 500 3: see ./examples/udpserver
//
// It prints the answer, and each time that there was none. Without any it ends with 1.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
)

func main() {
	addr := sockaddr(arg(1, "127.0.0.1"), arg(2, "7000"))
	limit, tries := number(arg(3, "500")), number(arg(4, "3"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)
	err = socket.Connect(fd, addr) // hear this server only
	check("connect", err)
	err = socket.Setsockopt(fd, socket.SO_RCVTIMEO, time.Duration(limit)*time.Millisecond)
	check("setsockopt", err)

	buf := make([]byte, 1500)
	for range tries {
		_, err = socket.Send(fd, []byte("are you there?"), 0)
		check("send", err)
		n, err := socket.Recv(fd, buf, 0)
		if err == unix.EAGAIN { // the same errno as of a non-blocking socket
			fmt.Printf("no answer within %d ms\n", limit)
			continue
		}
		check("recv", err)
		fmt.Printf("answer: %s\n", buf[:n])
		err = socket.Close(fd)
		check("close", err)
		return
	}
	os.Exit(1)
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
		fmt.Fprintf(os.Stderr, "timeouts: %s: %v\n", call, err)
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
