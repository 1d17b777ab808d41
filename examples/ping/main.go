//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command ping asks a host whether it is there: a raw ICMP socket. It needs CAP_NET_RAW.
//
//	go run ./examples/ping [HOST [COUNT]]     127.0.0.1 3
//
// It prints each answer: who, how many bytes, which one, its time to live, and how long it took.
package main

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"time"

	"rawsocket.internal/socket"
)

const id = 4711 // tells these echoes from those of others; ping(8) takes its process's number

func main() {
	addr := sockaddr(arg(1, "127.0.0.1"), "0") // there are no ports here
	count := number(arg(2, "3"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
	check("socket", err)

	for seq := 1; seq <= count; seq++ {
		// Of the packet the kernel writes the IP header, the program what follows: the header of ICMP,
		// 8 bytes in network order, and any data.
		request := []byte{8, 0, 0, 0, id >> 8, id & 0xff, byte(seq >> 8), byte(seq), 'h', 'e', 'l', 'l', 'o', '!'}
		sum := checksum(request)
		request[2], request[3] = byte(sum>>8), byte(sum)
		start := time.Now()
		_, err := socket.Sendto(fd, request, 0, addr)
		check("sendto", err)

		// A raw socket hears every ICMP packet of the host, its own requests over loopback too, and with
		// the header of IP.
		for {
			buf := make([]byte, 1500)
			n, from, err := socket.Recvfrom(fd, buf, 0)
			check("recvfrom", err)
			head := int(buf[0]&15) * 4
			ttl, icmp := buf[8], buf[head:n]
			if len(icmp) >= 8 && icmp[0] == 0 && binary.BigEndian.Uint16(icmp[4:]) == id &&
				binary.BigEndian.Uint16(icmp[6:]) == uint16(seq) {
				ms := float64(time.Since(start).Microseconds()) / 1000
				fmt.Printf("%d bytes from %v: seq %d, ttl %d, %.3f ms\n", len(icmp), from.AddrPort().Addr(), seq, ttl, ms)
				break
			}
		}
	}

	err = socket.Close(fd)
	check("close", err)
}

// checksum is that of the Internet protocols: RFC 1071.
func checksum(p []byte) uint16 {
	var sum uint32
	for i := 0; i+1 < len(p); i += 2 {
		sum += uint32(p[i])<<8 | uint32(p[i+1])
	}
	if len(p)%2 == 1 {
		sum += uint32(p[len(p)-1]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
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
		fmt.Fprintf(os.Stderr, "ping: %s: %v\n", call, err)
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
