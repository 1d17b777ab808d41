//go:build linux

// Command tcpinfo watches a connection from inside: TCP_INFO.
//
//	go run ./examples/tcpinfo [HOST [PORT [ROUNDS]]]     127.0.0.1 7000 3: see ./examples/echoserver
//
// Each round it sends 1000 bytes, waits for the echo, and prints what the kernel knows of the connection: its
// state (1 is ESTABLISHED), the round-trip time, the congestion window, what was sent, acknowledged, sent again.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"rawsocket.internal/socket"
)

func main() {
	addr := sockaddr(arg(1, "127.0.0.1"), arg(2, "7000"))
	rounds := number(arg(3, "3"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Connect(fd, addr)
	check("connect", err)

	buf := make([]byte, 1000)
	for i := range rounds {
		_, err = socket.Sendall(fd, buf, socket.MSG_NOSIGNAL)
		check("send", err)
		_, err = socket.Recv(fd, buf, socket.MSG_WAITALL)
		check("recv", err)

		info, err := socket.Getsockopt(fd, socket.TCP_INFO)
		check("getsockopt", err)
		fmt.Printf("round %d: state %d, rtt %d us, cwnd %d, sent %d, acknowledged %d, received %d, sent again %d\n",
			i+1, info.State, info.Rtt, info.Snd_cwnd, info.Bytes_sent, info.Bytes_acked,
			info.Bytes_received, info.Total_retrans)
	}

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
		fmt.Fprintf(os.Stderr, "tcpinfo: %s: %v\n", call, err)
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
