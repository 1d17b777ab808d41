//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package main

import (
	"bytes"
	"crypto/sha256"
	"time"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
)

// patience ends a wait for a datagram that was lost, with EAGAIN.
const patience = 5 * time.Second

// datagrams is a server that is there and a client that sends to it.
func datagrams(t *tour) {
	server, client := side{t, "server"}, side{t, "client"}
	s, addr, ok := datagramSocket(server)
	if !ok {
		return
	}
	c, name, ok := datagramSocket(client)
	if !ok {
		socket.Close(s)
		return
	}

	// To connect a datagram socket sends nothing: it says whom send means, and whom recv hears.
	err := socket.Connect(c, addr)
	client.did(err, "connect(%d, %v, %d) → 0", c, addr, addr.Len())
	peer, err := socket.Getpeername(c)
	client.did(err, "getpeername(%d, &addr, &len) → %v", c, peer)
	client.check(peer == addr, "getpeername", "the peer is %v, not %v", peer, addr)

	// The server receives each before the next is sent: what finds no room is lost without a word.
	pieces, size, want := t.part()
	hash := sha256.New()
	buf := make([]byte, chunk)
	for _, piece := range pieces {
		n, err := socket.Send(c, piece, 0)
		client.didOne(err, "send(%d, piece, %d, 0)", c, len(piece))
		client.check(n == len(piece), "send", "%d bytes of %d", n, len(piece))

		n, from, err := socket.Recvfrom(s, buf, 0)
		server.didOne(err, "recvfrom(%d, buf, %d, 0, &addr, &len)", s, len(buf))
		server.check(from == name, "recvfrom", "from %v, not %v", from, name)
		server.check(bytes.Equal(buf[:n], piece), "recvfrom", "%d bytes, not the %d sent", n, len(piece))
		hash.Write(buf[:n])
	}
	client.didAll("send(%d, piece, 1 to %d, 0) → %d calls, %d bytes", c, largest, len(pieces), size)
	server.didAll("recvfrom(%d, buf, %d, 0, &addr, &len) → as many, each as it was sent", s, len(buf))

	// There is no end to see: these two agree on an empty datagram.
	n, err := socket.Send(c, nil, 0)
	client.did(err, "send(%d, NULL, 0, 0) → %d", c, n)
	n, from, err := socket.Recvfrom(s, buf, 0)
	server.did(err, "recvfrom(%d, buf, %d, 0, &addr, &len) → %d, %v", s, len(buf), n, from)
	server.check(n == 0, "recvfrom", "%d bytes, want an empty datagram", n)

	// The server answers whoever sent that.
	sum := hash.Sum(nil)
	n, err = socket.Sendto(s, sum, 0, from)
	server.did(err, "sendto(%d, sum, %d, 0, %v, %d) → %d", s, len(sum), from, from.Len(), n)
	n, err = socket.Recv(c, buf, 0)
	client.did(err, "recv(%d, buf, %d, 0) → %d: SHA-256 %x…", c, len(buf), n, buf[:8])
	client.check(bytes.Equal(buf[:n], want[:]), "recv", "SHA-256 %x, want %x", buf[:n], want)
	t.bytes += size

	closeDatagram(client, c, name)
	closeDatagram(server, s, addr)
}

// datagramSocket is a socket with its options and its address; false if the system has none.
func datagramSocket(s side) (fd int, addr socket.Sockaddr, ok bool) {
	fd, err := socket.Socket(s.domain, socket.SOCK_DGRAM, 0)
	if !s.tried(err, "socket(%s, SOCK_DGRAM, 0) → %d", domainName(s.domain), fd) {
		return -1, addr, false
	}
	switch s.domain {
	case socket.AF_INET:
		err = socket.Setsockopt(fd, socket.IP_TTL, 1) // not beyond the next router
		s.did(err, "setsockopt(%d, IPPROTO_IP, IP_TTL, [1], 4) → 0", fd)
	case socket.AF_INET6:
		err = socket.Setsockopt(fd, socket.IPV6_V6ONLY, true)
		s.did(err, "setsockopt(%d, IPPROTO_IPV6, IPV6_V6ONLY, [1], 4) → 0", fd)
		err = socket.Setsockopt(fd, socket.IPV6_UNICAST_HOPS, 1)
		s.did(err, "setsockopt(%d, IPPROTO_IPV6, IPV6_UNICAST_HOPS, [1], 4) → 0", fd)
	}
	err = socket.Setsockopt(fd, socket.SO_RCVTIMEO, patience)
	s.did(err, "setsockopt(%d, SOL_SOCKET, SO_RCVTIMEO, {%d, 0}, 16) → 0", fd, patience/time.Second)
	addr = s.address()
	err = socket.Bind(fd, addr)
	if !s.tried(err, "bind(%d, %v, %d) → 0", fd, addr, addr.Len()) {
		socket.Close(fd)
		return -1, addr, false
	}
	addr, err = socket.Getsockname(fd)
	s.did(err, "getsockname(%d, &addr, &len) → %v", fd, addr)
	return fd, addr, true
}

func closeDatagram(s side, fd int, addr socket.Sockaddr) {
	err := socket.Close(fd)
	s.did(err, "close(%d) → 0", fd)
	if path := addr.Path(); path != "" {
		err = unix.Unlink(path)
		s.did(err, "unlink(%q) → 0", path)
	}
}
