//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"time"

	"rawsocket.internal/socket"
)

// pings sends echo requests with pieces of the file, and takes the kernel's replies.
func pings(t *tour) {
	client := side{t, "client"}
	protocol, name, request, reply := socket.IPPROTO_ICMP, "IPPROTO_ICMP", byte(8), byte(0)
	if t.domain == socket.AF_INET6 {
		protocol, name, request, reply = socket.IPPROTO_ICMPV6, "IPPROTO_ICMPV6", 128, 129
	}

	fd, err := socket.Socket(t.domain, socket.SOCK_RAW, protocol)
	if !client.tried(err, "socket(%s, SOCK_RAW, %s) → %d", domainName(t.domain), name, fd) {
		return
	}
	err = socket.Setsockopt(fd, socket.SO_RCVTIMEO, patience)
	client.did(err, "setsockopt(%d, SOL_SOCKET, SO_RCVTIMEO, {%d, 0}, 16) → 0", fd, patience/time.Second)
	addr := client.address()
	err = socket.Bind(fd, addr)
	if !client.tried(err, "bind(%d, %v, %d) → 0", fd, addr, addr.Len()) {
		socket.Close(fd)
		return
	}
	bound, err := socket.Getsockname(fd) // Linux shows the protocol as the port
	client.did(err, "getsockname(%d, &addr, &len) → %v", fd, bound)
	err = socket.Connect(fd, addr)
	client.did(err, "connect(%d, %v, %d) → 0", fd, addr, addr.Len())
	const count, size = 32, 1000
	buf := make([]byte, chunk)
	heard := 0
	for i := range count {
		data := t.file[i*size : (i+1)*size]
		ping, want := echo(t.domain, request, i, data), echo(t.domain, reply, i, data)
		n, err := socket.Send(fd, ping, 0)
		client.didOne(err, "send(%d, ping, %d, 0)", fd, len(ping))
		client.check(n == len(ping), "send", "%d bytes of %d", n, len(ping))

		// A raw socket hears all ICMP from its peer, these requests too.
		for answered := false; !answered; heard++ {
			n, err = socket.Recv(fd, buf, 0)
			if i == 0 && err != nil && !client.tried(err, "recv(%d, buf, %d, 0)", fd, len(buf)) {
				socket.Close(fd) // Linux: net.ipv4.icmp_echo_ignore_all
				return
			}
			client.didOne(err, "recv(%d, buf, %d, 0)", fd, len(buf))
			answered = bytes.Equal(message(t.domain, buf[:n]), want)
			client.check(answered || heard < 100*count, "recv", "%d messages, but no reply to ping %d", heard, i)
		}
		t.bytes += size
	}
	client.didAll("send(%d, ping, %d, 0) → %d calls, %d bytes", fd, 8+size, count, count*(8+size))
	client.didAll("recv(%d, buf, %d, 0) → %d calls, the %d replies among them", fd, len(buf), heard, count)
	err = socket.Close(fd)
	client.did(err, "close(%d) → 0", fd)
}

// echo is an ICMP echo message: type, code, checksum, identifier, number, data. IPv6's checksum is the
// kernel's work.
func echo(domain int, typ byte, number int, data []byte) []byte {
	b := append([]byte{typ, 0, 0, 0, 0, 0, 0, 0}, data...)
	binary.BigEndian.PutUint16(b[4:], uint16(os.Getpid()))
	binary.BigEndian.PutUint16(b[6:], uint16(number))
	if domain == socket.AF_INET {
		var sum uint32
		for i := 0; i < len(b); i += 2 {
			sum += uint32(binary.BigEndian.Uint16(b[i:]))
		}
		sum = sum>>16 + sum&0xffff
		binary.BigEndian.PutUint16(b[2:], ^uint16(sum>>16+sum))
	}
	return b
}

// message is the ICMP message of a received packet: IPv4 leaves its header before it, and IPv6's checksum
// is the kernel's.
func message(domain int, packet []byte) []byte {
	if domain == socket.AF_INET {
		return packet[min(int(packet[0]&15)*4, len(packet)):]
	}
	clear(packet[2:4])
	return packet
}
