//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command urgentrecv waits for urgent data and for others, and tells where in the stream the mark is.
//
//	go run ./examples/urgentrecv [HOST [PORT]]     127.0.0.1 7000: see ./examples/urgentsend
//
// It serves one client and prints what comes: urgent data as soon as they are announced.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/poll"
)

func main() {
	addr := sockaddr(arg(1, "127.0.0.1"), arg(2, "7000"))

	listener, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Setsockopt(listener, socket.SO_REUSEADDR, true)
	check("setsockopt", err)
	err = socket.Bind(listener, addr)
	check("bind", err)
	err = socket.Listen(listener, 1)
	check("listen", err)
	fmt.Printf("listening on %v\n", addr)
	conn, err := socket.AcceptFD(listener, 0)
	check("accept", err)

	buf := make([]byte, 64)
	for {
		fds := []poll.Fd{{Fd: int32(conn), Events: poll.POLLIN | poll.POLLPRI}}
		_, err := poll.Poll(fds, -1)
		check("poll", err)

		if fds[0].Revents&poll.POLLPRI != 0 {
			n, err := socket.Recv(conn, buf, socket.MSG_OOB)
			check("recv", err)
			fmt.Printf("urgent: %s\n", buf[:n])
		}
		if fds[0].Revents&poll.POLLIN != 0 {
			mark, err := socket.Sockatmark(conn) // where the urgent byte was, before that is read
			check("sockatmark", err)
			n, err := socket.Recv(conn, buf, 0) // not beyond the mark
			check("recv", err)
			if n == 0 {
				break
			}
			if mark {
				fmt.Print("at the mark: ")
			}
			fmt.Printf("%s\n", buf[:n])
		}
	}

	err = socket.Close(conn)
	check("close", err)
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
		fmt.Fprintf(os.Stderr, "urgentrecv: %s: %v\n", call, err)
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
