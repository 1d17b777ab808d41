//go:build linux

// Command sniffer prints the UDP datagrams that an interface carries: AF_PACKET. It needs CAP_NET_RAW.
//
//	go run ./examples/sniffer [INTERFACE [PACKETS]]     lo 0; it ends after PACKETS, 0: never
//
// It prints the interface's index, and of each datagram the direction, the addresses and the length. Over lo every
// packet goes by twice, out and in.
package main

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
)

func main() {
	device := arg(1, "lo")
	packets := number(arg(2, "0"))
	index, err := socket.IfNametoindex(device)
	check("if_nametoindex", err)

	// SOCK_DGRAM: without the header of the link. ETH_P_ALL: what goes out, too; ETH_P_IP is what comes in.
	// The protocol is a number in network order.
	fd, err := socket.Socket(socket.AF_PACKET, socket.SOCK_DGRAM, int(socket.Htons(unix.ETH_P_ALL)))
	check("socket", err)
	err = socket.Bind(fd, socket.SockaddrLl(unix.ETH_P_ALL, index, nil)) // this interface only
	check("bind", err)
	fmt.Printf("listening on %s, interface %d\n", device, index)

	buf := make([]byte, 65536)
	for seen := 0; packets == 0 || seen < packets; {
		n, from, err := socket.Recvfrom(fd, buf, 0)
		check("recvfrom", err)
		head := int(buf[0]&15) * 4
		if n < head+8 || buf[0]>>4 != 4 || buf[9] != socket.IPPROTO_UDP {
			continue
		}
		seen++
		direction := "in"
		if from.Bytes()[10] == unix.PACKET_OUTGOING { // sll_pkttype
			direction = "out"
		}
		udp := buf[head:n]
		fmt.Printf("%s %s:%d > %s:%d, %d bytes\n", direction,
			netip.AddrFrom4([4]byte(buf[12:16])), binary.BigEndian.Uint16(udp[0:]),
			netip.AddrFrom4([4]byte(buf[16:20])), binary.BigEndian.Uint16(udp[2:]),
			binary.BigEndian.Uint16(udp[4:])-8)
	}

	err = socket.Close(fd)
	check("close", err)
}

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "sniffer: %s: %v\n", call, err)
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
