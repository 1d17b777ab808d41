//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package main

import (
	"bytes"
	"crypto/sha256"
	"runtime"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
)

// One thread is both sides, so whatever a side sends must fit into the buffers between them until the
// other side receives it.
const (
	chunk  = 64 << 10
	buffer = 128 << 10
)

// connection is a server that listens and a client that connects.
func connection(t *tour) {
	server, client := side{t, "server"}, side{t, "client"}

	// The server makes a socket, sets its options, gives it an address and listens.
	l, err := socket.Socket(t.domain, t.typ, 0)
	if !server.tried(err, "socket(%s, %s, 0) → %d", domainName(t.domain), typeName(t.typ), l) {
		return
	}
	if t.domain != socket.AF_UNIX {
		err = socket.Setsockopt(l, socket.SO_REUSEADDR, true)
		server.did(err, "setsockopt(%d, SOL_SOCKET, SO_REUSEADDR, [1], 4) → 0", l)
	}
	if t.domain == socket.AF_INET6 {
		err = socket.Setsockopt(l, socket.IPV6_V6ONLY, true)
		server.did(err, "setsockopt(%d, IPPROTO_IPV6, IPV6_V6ONLY, [1], 4) → 0", l)
	}
	err = socket.Setsockopt(l, socket.SO_RCVBUF, buffer) // before listen: connections inherit it
	server.did(err, "setsockopt(%d, SOL_SOCKET, SO_RCVBUF, [%d], 4) → 0", l, buffer)
	size, err := socket.Getsockopt(l, socket.SO_RCVBUF)
	server.did(err, "getsockopt(%d, SOL_SOCKET, SO_RCVBUF, &val, &len) → %d: %d times that", l, size, size/buffer)

	addr := server.address()
	err = socket.Bind(l, addr)
	if !server.tried(err, "bind(%d, %v, %d) → 0", l, addr, addr.Len()) {
		socket.Close(l)
		return
	}
	addr, err = socket.Getsockname(l) // with the port that the kernel chose
	server.did(err, "getsockname(%d, &addr, &len) → %v", l, addr)
	err = socket.Listen(l, 16)
	server.did(err, "listen(%d, 16) → 0", l)

	// The client connects. It need not wait until the server accepts: the kernel holds the connection.
	c, err := socket.Socket(t.domain, t.typ, 0)
	client.did(err, "socket(%s, %s, 0) → %d", domainName(t.domain), typeName(t.typ), c)
	if t.domain != socket.AF_UNIX {
		err = socket.Setsockopt(c, socket.TCP_NODELAY, true)
		client.did(err, "setsockopt(%d, IPPROTO_TCP, TCP_NODELAY, [1], 4) → 0", c)
	}
	err = socket.Setsockopt(c, socket.SO_SNDBUF, buffer)
	client.did(err, "setsockopt(%d, SOL_SOCKET, SO_SNDBUF, [%d], 4) → 0", c, buffer)
	if t.abstract {
		unnamed, err := socket.SockaddrUn("")
		client.check(err == nil, "sockaddr_un", "%v", err)
		err = socket.Bind(c, unnamed)
		client.did(err, "bind(%d, %v, %d) → 0", c, unnamed, unnamed.Len())
	}
	err = socket.Connect(c, addr)
	client.did(err, "connect(%d, %v, %d) → 0", c, addr, addr.Len())
	name, err := socket.Getsockname(c)
	client.did(err, "getsockname(%d, &addr, &len) → %v", c, name)

	// Each knows the other's address.
	s, peer, err := socket.Accept(l)
	server.did(err, "accept(%d, &addr, &len) → %d, %v", l, s, peer)
	server.check(peer == name, "accept", "the peer is %v, not %v", peer, name)
	peer, err = socket.Getpeername(c)
	client.did(err, "getpeername(%d, &addr, &len) → %v", c, peer)
	client.check(peer == addr, "getpeername", "the peer is %v, not %v", peer, addr)

	converse(client, server, c, s)

	err = socket.Close(l)
	server.did(err, "close(%d) → 0", l)
	if path := addr.Path(); path != "" && path[0] != 0 {
		err = unix.Unlink(path) // close leaves the file
		server.did(err, "unlink(%q) → 0", path)
	}
}

// abstract is a connection between names that are no files.
func abstract(t *tour) {
	if runtime.GOOS != "linux" {
		t.passOver("only Linux has abstract names")
		return
	}
	t.abstract = true
	connection(t)
}

// socketpair is the same without names.
func socketpair(t *tour) {
	parent, child := side{t, "parent"}, side{t, "child"}

	fds, err := socket.Socketpair(t.domain, t.typ, 0)
	parent.did(err, "socketpair(%s, %s, 0, sv) → %v", domainName(t.domain), typeName(t.typ), fds)
	err = socket.Setsockopt(fds[0], socket.SO_SNDBUF, buffer)
	parent.did(err, "setsockopt(%d, SOL_SOCKET, SO_SNDBUF, [%d], 4) → 0", fds[0], buffer)
	err = socket.Setsockopt(fds[1], socket.SO_RCVBUF, buffer)
	child.did(err, "setsockopt(%d, SOL_SOCKET, SO_RCVBUF, [%d], 4) → 0", fds[1], buffer)
	name, err := socket.Getsockname(fds[1])
	child.did(err, "getsockname(%d, &addr, &len) → %v", fds[1], name)
	child.check(name.Path() == "", "getsockname", "%v is a name", name)

	converse(parent, child, fds[0], fds[1])
}

// converse sends the file from c to s, and its digest back as the answer.
func converse(client, server side, c, s int) {
	size, sum, got := len(client.file), client.sum, digest{}
	if client.typ == socket.SOCK_STREAM {
		got = sendStream(client, server, c, s)
	} else {
		var pieces [][]byte
		pieces, size, sum = client.part()
		got = sendMessages(client, server, c, s, pieces)
	}

	// Half-close: the client has said all, and still hears.
	err := socket.Shutdown(c, socket.SHUT_WR)
	client.did(err, "shutdown(%d, SHUT_WR) → 0", c)
	buf := make([]byte, chunk)
	n, err := socket.Recv(s, buf, 0)
	server.did(err, "recv(%d, buf, %d, 0) → %d: the end", s, len(buf), n)
	server.check(n == 0, "recv", "%d bytes, want the end", n)

	// The server answers and hangs up.
	n, err = socket.Send(s, got[:], 0)
	server.did(err, "send(%d, sum, %d, 0) → %d", s, len(got), n)
	err = socket.Close(s)
	server.did(err, "close(%d) → 0", s)
	n, err = socket.Recv(c, buf, 0)
	client.did(err, "recv(%d, buf, %d, 0) → %d: SHA-256 %x…", c, len(buf), n, buf[:8])
	client.check(bytes.Equal(buf[:n], sum[:]), "recv", "SHA-256 %x, want %x", buf[:n], sum)
	client.bytes += size
	n, err = socket.Recv(c, buf, 0)
	client.did(err, "recv(%d, buf, %d, 0) → %d: the end", c, len(buf), n)
	client.check(n == 0, "recv", "%d bytes, want the end", n)
	err = socket.Close(c)
	client.did(err, "close(%d) → 0", c)
}

// sendStream sends the whole file, a chunk at a time, and returns the digest of what arrived. A stream has
// no messages: the receiver says how much it waits for.
func sendStream(client, server side, c, s int) digest {
	hash := sha256.New()
	buf := make([]byte, chunk)
	calls := 0
	for rest := client.file; len(rest) > 0; calls++ {
		n, err := socket.Send(c, rest[:min(chunk, len(rest))], 0)
		client.didOne(err, "send(%d, file, %d, 0)", c, min(chunk, len(rest)))
		rest = rest[n:]

		m, err := socket.Recvall(s, buf[:n], socket.MSG_WAITALL)
		server.didOne(err, "recv(%d, buf, %d, MSG_WAITALL)", s, n)
		server.check(m == n, "recv", "%d bytes of %d, and the end", m, n)
		hash.Write(buf[:m])
	}
	client.didAll("send(%d, file, %d, 0) → %d calls, %d bytes", c, chunk, calls, len(client.file))
	server.didAll("recv(%d, buf, %d, MSG_WAITALL) → as many", s, chunk)
	return digest(hash.Sum(nil))
}

// sendMessages sends each piece by itself: recv gives it whole and alone, however large its buffer.
func sendMessages(client, server side, c, s int, pieces [][]byte) digest {
	hash := sha256.New()
	buf := make([]byte, chunk)
	sum := 0
	for _, piece := range pieces {
		n, err := socket.Send(c, piece, 0)
		client.didOne(err, "send(%d, piece, %d, 0)", c, len(piece))
		client.check(n == len(piece), "send", "%d bytes of %d", n, len(piece))

		n, err = socket.Recv(s, buf, 0)
		server.didOne(err, "recv(%d, buf, %d, 0)", s, len(buf))
		server.check(bytes.Equal(buf[:n], piece), "recv", "%d bytes, not the %d sent", n, len(piece))
		hash.Write(buf[:n])
		sum += n
	}
	client.didAll("send(%d, piece, 1 to %d, 0) → %d calls, %d bytes", c, largest, len(pieces), sum)
	server.didAll("recv(%d, buf, %d, 0) → as many, each as it was sent", s, chunk)
	return digest(hash.Sum(nil))
}
