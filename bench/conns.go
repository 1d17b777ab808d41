package main

// Ping-pong, and streams in one direction: C's streams.c. Each contestant is a conn, and all run the same loops.

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"strings"

	mdlayher "github.com/mdlayher/socket"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/netfd"
	"rawsocket.internal/socket/poll"
)

// A conn is a connected socket of one of the libraries, used as its users do.
type conn interface {
	Send(p []byte) (int, error)
	Recv(p []byte) (int, error) // 0 or an error at the end
}

func proto() string   { return word("proto", "tcp") }
func isStream() bool  { return !strings.HasPrefix(proto(), "udp") }
func isTCP() bool     { return strings.HasPrefix(proto(), "tcp") }
func network() string { return map[string]string{"tcp": "tcp4", "udp": "udp4"}[proto()] }
func netName() string { // the name of proto= in package net
	if n := network(); n != "" {
		return n
	}
	return proto()
}

func family() int {
	switch proto() {
	case "unix":
		return socket.AF_UNIX
	case "tcp6", "udp6":
		return socket.AF_INET6
	}
	return socket.AF_INET
}

func socktype() int {
	if isStream() {
		return socket.SOCK_STREAM
	}
	return socket.SOCK_DGRAM
}

// text is an address as package net and ParseSockaddr write it: where is a port, or an abstract name.
func text(where string) string {
	switch family() {
	case socket.AF_UNIX:
		return "@" + where
	case socket.AF_INET6:
		return "[::1]:" + where
	}
	return "127.0.0.1:" + where
}

func loopback(where string) socket.Sockaddr {
	s := text(where)
	if family() == socket.AF_UNIX {
		s = "unix:" + s
	}
	addr, err := socket.ParseSockaddr(s)
	check("address", err)
	return addr
}

// connected is a descriptor connected to an address; xsysConnected the same by x/sys/unix.
func connected(where string) int {
	fd, err := socket.Socket(family(), socktype(), 0)
	check("socket", err)
	check("connect", socket.Connect(fd, loopback(where)))
	if isTCP() {
		check("TCP_NODELAY", socket.Setsockopt(fd, socket.TCP_NODELAY, true))
	}
	return fd
}

func nonblocking(fd int) socket.Nonblocking {
	check("fcntl", socket.SetNonblock(fd, true))
	return socket.Nonblocking(fd)
}

type socketConn int

func (c socketConn) Send(p []byte) (int, error) { return socket.Send(int(c), p, 0) }
func (c socketConn) Recv(p []byte) (int, error) { return socket.Recv(int(c), p, 0) }

// A dontwaitConn sends what it knows there is room for: the scheduler is not told of it.
type dontwaitConn int

func (c dontwaitConn) Send(p []byte) (int, error) { return socket.Send(int(c), p, socket.MSG_DONTWAIT) }
func (c dontwaitConn) Recv(p []byte) (int, error) { return socket.Recv(int(c), p, 0) }

// A pollConn never waits in a call that moves data: it tries, and waits in Poll.
type pollConn socket.Nonblocking

func (c pollConn) wait(events int16) error {
	fds := [1]poll.Fd{{Fd: int32(c), Events: events}}
	_, err := poll.Poll(fds[:], -1)
	return err
}

func (c pollConn) Send(p []byte) (int, error) {
	for {
		n, err := socket.Nonblocking(c).Send(p, 0)
		if err != unix.EAGAIN {
			return n, err
		}
		if err := c.wait(poll.POLLOUT); err != nil {
			return 0, err
		}
	}
}

func (c pollConn) Recv(p []byte) (int, error) {
	for {
		n, err := socket.Nonblocking(c).Recv(p, 0)
		if err != unix.EAGAIN {
			return n, err
		}
		if err := c.wait(poll.POLLIN); err != nil {
			return 0, err
		}
	}
}

type netfdConn struct{ *netfd.FD }

func (c netfdConn) Send(p []byte) (int, error) { return c.FD.Send(p, 0) }
func (c netfdConn) Recv(p []byte) (int, error) { return c.FD.Recv(p, 0) }

type xsysConn int

func (c xsysConn) Send(p []byte) (int, error) { return unix.Write(int(c), p) }
func (c xsysConn) Recv(p []byte) (int, error) { return unix.Read(int(c), p) }

type netConn struct{ net.Conn }

func (c netConn) Send(p []byte) (int, error) { return c.Write(p) }
func (c netConn) Recv(p []byte) (int, error) { return c.Read(p) }

type mdlayherConn struct{ *mdlayher.Conn }

func (c mdlayherConn) Send(p []byte) (int, error) { return c.Write(p) }
func (c mdlayherConn) Recv(p []byte) (int, error) { return c.Read(p) }

// dials connects each contestant.
var dials = map[string]func(where string) conn{
	"socket":      func(where string) conn { return socketConn(connected(where)) },
	"dontwait":    func(where string) conn { return dontwaitConn(connected(where)) },
	"nonblocking": func(where string) conn { return pollConn(nonblocking(connected(where))) },
	"netfd": func(where string) conn {
		fd, err := netfd.Socket(family(), socktype(), 0)
		check("socket", err)
		check("connect", fd.Connect(context.Background(), loopback(where)))
		if isTCP() {
			check("TCP_NODELAY", netfd.Setsockopt(fd, socket.TCP_NODELAY, true))
		}
		return netfdConn{fd}
	},
	"xsys": func(where string) conn { return xsysConn(connected(where)) },
	"net": func(where string) conn {
		c, err := net.Dial(netName(), text(where)) // TCP_NODELAY is its default
		check("dial", err)
		return netConn{c}
	},
	"mdlayher": func(where string) conn {
		c, err := mdlayher.Socket(family(), socktype(), 0, "bench", nil)
		check("socket", err)
		to, err := loopback(where).Unix()
		check("address", err)
		_, err = c.Connect(context.Background(), to)
		check("connect", err)
		if isTCP() {
			check("TCP_NODELAY", c.SetsockoptInt(unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
		}
		return mdlayherConn{c}
	},
}

func sendAll(c conn, p []byte) {
	for len(p) > 0 {
		n, err := c.Send(p)
		if err != nil {
			fail("send", err)
		}
		p = p[n:]
	}
}

func recvAll(c conn, p []byte) {
	for len(p) > 0 {
		n, err := c.Recv(p)
		if err != nil || n == 0 {
			fail("recv", err)
		}
		p = p[n:]
	}
}

// stamp writes the number of a message, its first bytes.
func stamp(p []byte, seq int) {
	if len(p) < 8 {
		p[0] = byte(seq)
		return
	}
	binary.NativeEndian.PutUint64(p, uint64(seq))
}

// every is a role of the conns named.
func every(play func(c conn), who ...string) role {
	r := role{}
	for _, w := range who {
		r[w] = func() { play(dials[w](word("to", ""))) }
	}
	return r
}

var pingpongRole = every(func(c conn) {
	n, warm := number("n", 1), number("warm", 100)
	out := make([]byte, number("size", 64))
	in := make([]byte, len(out))
	fill(out)
	latencies(n)
	before := since()
	for i := -warm; i < n; i++ {
		if i == 0 {
			begin()
			before = since()
		}
		stamp(out, i)
		sendAll(c, out)
		recvAll(c, in)
		if !bytes.Equal(in, out) {
			fail("wrong data: echo", nil)
		}
		if i >= 0 {
			t := since()
			latency(t - before)
			before = t
		}
	}
	finish(n)
}, "socket", "dontwait", "nonblocking", "netfd", "xsys", "net", "mdlayher")

// Sends n messages and waits for the receiver's word that all are there.
var sendRole = every(func(c conn) {
	n := number("n", 1)
	p, word1 := make([]byte, number("size", 65536)), make([]byte, 1)
	fill(p)
	var send func(i int)
	switch word("how", "send") {
	case "send":
		send = func(int) { sendAll(c, p) }
	case "writev":
		send = writevOf(c, p)
	case "sendfile":
		send = sendfileOf(c, p)
		p = make([]byte, 8) // those on their way must not change
	}
	recvAll(c, word1)
	begin()
	for i := range n {
		stamp(p, i)
		send(i)
	}
	recvAll(c, word1)
	finish(n)
}, "socket", "nonblocking", "netfd", "xsys", "net", "mdlayher")

// writevOf sends a message in four parts.
func writevOf(c conn, p []byte) func(int) {
	q := len(p) / 4
	parts := [][]byte{p[:q], p[q : 2*q], p[2*q : 3*q], p[3*q:]}
	var writev func([][]byte) (int, error)
	switch c := c.(type) {
	case socketConn:
		writev = func(iov [][]byte) (int, error) { return socket.Writev(int(c), iov) }
	case netfdConn:
		writev = c.Writev
	case xsysConn:
		writev = func(iov [][]byte) (int, error) { return unix.Writev(int(c), iov) }
	case netConn:
		var buffers net.Buffers
		return func(int) {
			buffers = append(buffers[:0:0], parts...) // WriteTo consumes them
			_, err := buffers.WriteTo(c.Conn)
			check("writev", err)
		}
	}
	return func(int) {
		n, err := writev(parts)
		check("writev", err)
		sendAll(c, p[n:])
	}
}

// sendfileOf sends messages from a file of sixteen.
func sendfileOf(c conn, p []byte) func(int) {
	size := len(p)
	fd, err := unix.MemfdCreate("bench", unix.MFD_CLOEXEC)
	check("memfd_create", err)
	for i := range 16 {
		stamp(p, i)
		n, err := unix.Write(fd, p)
		check("write", err)
		verify(n == size, "write")
	}
	var sendfile func(off *int64, count int) (int, error)
	switch c := c.(type) {
	case socketConn:
		sendfile = func(off *int64, count int) (int, error) { return socket.Sendfile(int(c), fd, off, count) }
	case netfdConn:
		sendfile = func(off *int64, count int) (int, error) { return c.Sendfile(fd, off, count) }
	case xsysConn:
		sendfile = func(off *int64, count int) (int, error) { return unix.Sendfile(int(c), fd, off, count) }
	case netConn:
		file := os.NewFile(uintptr(fd), "bench")
		return func(i int) {
			_, err := file.Seek(int64(i%16*size), io.SeekStart)
			check("seek", err)
			_, err = c.Conn.(io.ReaderFrom).ReadFrom(&io.LimitedReader{R: file, N: int64(size)})
			check("sendfile", err)
		}
	}
	off := new(int64)
	return func(i int) {
		*off = int64(i % 16 * size)
		for left := size; left > 0; {
			n, err := sendfile(off, left)
			check("sendfile", err)
			left -= n
		}
	}
}

// Receives n messages and says so.
var recvRole = every(func(c conn) {
	n, cycle := number("n", 1), number("cycle", 1<<62)
	p := make([]byte, number("size", 65536))
	want := make([]byte, len(p))
	fill(want)
	sendAll(c, []byte{1})
	begin()
	for i := range n {
		recvAll(c, p)
		stamp(want, i%cycle)
		if !bytes.Equal(p, want) {
			fail("wrong data: message", nil)
		}
	}
	sendAll(c, []byte{1})
	finish(n)
}, "socket", "nonblocking", "netfd", "xsys", "net", "mdlayher")

const spliceSize = 1 << 20

// Moves n messages from a source to a sink, by splice through a pipe.
var relayRole = role{
	"socket": func() {
		relay(func(src, dst int) func(left int) int {
			r, w := splicePipe()
			return func(int) int {
				n, err := socket.Splice(src, nil, w, nil, spliceSize, socket.SPLICE_F_MOVE)
				check("splice in", err)
				for left := n; left > 0; {
					m, err := socket.Splice(r, nil, dst, nil, left, socket.SPLICE_F_MOVE)
					check("splice out", err)
					left -= m
				}
				return n
			}
		})
	},
	"xsys": func() {
		relay(func(src, dst int) func(left int) int {
			r, w := splicePipe()
			return func(int) int {
				n, err := unix.Splice(src, nil, w, nil, spliceSize, unix.SPLICE_F_MOVE)
				check("splice in", err)
				for left := int(n); left > 0; {
					m, err := unix.Splice(r, nil, dst, nil, left, unix.SPLICE_F_MOVE)
					check("splice out", err)
					left -= int(m)
				}
				return int(n)
			}
		})
	},
	"netfd": func() {
		relay(func(src, dst int) func(left int) int {
			r, w := splicePipe()
			from, to := netfdOf(src), netfdOf(dst)
			return func(int) int {
				n, err := from.Splice(nil, w, nil, spliceSize, socket.SPLICE_F_MOVE)
				check("splice in", err)
				for left := n; left > 0; {
					m, err := to.SpliceFrom(r, nil, nil, left, socket.SPLICE_F_MOVE)
					check("splice out", err)
					left -= m
				}
				return n
			}
		})
	},
	"net": func() {
		relay(func(src, dst int) func(left int) int {
			from, to := netOf(src), netOf(dst)
			return func(left int) int { // io.Copy between two TCP connections is splice
				n, err := io.CopyN(to, from, int64(left))
				check("copy", err)
				return int(n)
			}
		})
	},
}

func relay(mover func(src, dst int) func(left int) int) {
	n := number("n", 1)
	src, dst := connected(word("from", "")), connected(word("to", ""))
	go1 := make([]byte, 1)
	recvAll(socketConn(dst), go1)
	sendAll(socketConn(src), go1)
	back, err := socket.Dup(dst) // for the sink's last word
	check("dup", err)
	up, err := socket.Dup(src)
	check("dup", err)
	move := mover(src, dst)
	total := n * number("size", 65536)
	begin()
	for moved := 0; moved < total; {
		moved += move(total - moved)
	}
	recvAll(pollConn(back), go1)
	sendAll(pollConn(up), go1)
	finish(n)
}

func splicePipe() (r, w int) {
	var p [2]int
	check("pipe", unix.Pipe2(p[:], unix.O_CLOEXEC))
	_, err := unix.FcntlInt(uintptr(p[0]), unix.F_SETPIPE_SZ, spliceSize)
	check("pipe", err)
	return p[0], p[1]
}

func netfdOf(fd int) *netfd.FD {
	nonblocking(fd)
	f, err := netfd.New(fd)
	check("netfd.New", err)
	return f
}

func netOf(fd int) net.Conn {
	f := os.NewFile(uintptr(fd), "socket")
	c, err := net.FileConn(f)
	check("net.FileConn", err)
	f.Close()
	return c
}
