//go:build linux

// Command udpgso sends many datagrams in one call: UDP_SEGMENT, generic segmentation offload.
//
//	go run ./examples/udpgso [HOST [PORT [BYTES [SEGMENT]]]]     127.0.0.1 7000 4500 1000: see ./examples/udpserver
//
// It prints how many bytes went, and as how many datagrams: the last is shorter.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
)

func main() {
	addr := sockaddr(arg(1, "127.0.0.1"), arg(2, "7000"))
	size, segment := number(arg(3, "4500")), number(arg(4, "1000"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check("socket", err)

	// The size goes with the message; as an option of the socket it would hold for all that follow.
	buf := make([]byte, size)
	for i := range buf {
		buf[i] = byte('a' + i/segment)
	}
	msg := socket.Msghdr{
		Name:    &addr,
		Iov:     [][]byte{buf},
		Control: cmsg.Append(nil, cmsg.UDP_SEGMENT, uint16(segment)),
	}
	n, err := socket.Sendmsg(fd, &msg, 0)
	check("sendmsg", err)
	fmt.Printf("%d bytes in %d datagrams\n", n, (n+segment-1)/segment)

	err = socket.Close(fd)
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
		fmt.Fprintf(os.Stderr, "udpgso: %s: %v\n", call, err)
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
