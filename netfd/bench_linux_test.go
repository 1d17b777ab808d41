package netfd_test

// This file holds the measurements that the package comment quotes.

import (
	"os"
	"testing"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/netfd"
)

// echoChild sends back on descriptor 3 what comes there.
var echoChild = testutil.Child("echo", func() {
	p := make([]byte, 64)
	for {
		n, err := socket.Recv(3, p, 0)
		if n == 0 || err != nil {
			return
		}
		socket.Send(3, p[:n], 0)
	}
})

// BenchmarkRoundTrip is 64 bytes to a child process and back, as that of package poll.
func BenchmarkRoundTrip(b *testing.B) {
	run := func(name string, f func(b *testing.B, fd int, p []byte)) {
		b.Run(name, func(b *testing.B) {
			fds, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
			must(b, "Socketpair", err)
			peer := os.NewFile(uintptr(fds[1]), "")
			testutil.StartChild(b, echoChild, []*os.File{peer})
			peer.Close()
			b.ReportAllocs()
			f(b, fds[0], make([]byte, 64))
		})
	}
	run("netfd", func(b *testing.B, fd int, p []byte) {
		f, err := netfd.New(fd)
		must(b, "New", err)
		defer f.Close()
		for b.Loop() {
			f.Send(p, 0)
			f.Recv(p, 0)
		}
	})
	run("net", func(b *testing.B, fd int, p []byte) {
		f, err := netfd.New(fd)
		must(b, "New", err)
		c, err := f.Conn()
		must(b, "Conn", err)
		defer c.Close()
		for b.Loop() {
			c.Write(p)
			c.Read(p)
		}
	})
	run("Recv", func(b *testing.B, fd int, p []byte) {
		defer socket.Close(fd)
		for b.Loop() {
			socket.Send(fd, p, 0)
			socket.Recv(fd, p, 0)
		}
	})
}

// BenchmarkReady is a send and a receive that need not wait.
func BenchmarkReady(b *testing.B) {
	p := make([]byte, 64)
	run := func(name string, send, recv func() (int, error)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				send()
				recv()
			}
		})
	}
	x, y := pair(b, socket.SOCK_STREAM)
	run("netfd", func() (int, error) { return x.Send(p, 0) }, func() (int, error) { return y.Recv(p, 0) })
	run("netfd, in line", func() (int, error) { return x.Sendall(p, 0) }, func() (int, error) { return y.Recvall(p, 0) })
	run("netfd, MSG_DONTWAIT", func() (int, error) { return x.Send(p, socket.MSG_DONTWAIT) }, func() (int, error) { return y.Recv(p, socket.MSG_DONTWAIT) })
	fx, err := x.Detach()
	must(b, "Detach", err)
	fy, err := y.Detach()
	must(b, "Detach", err)
	defer socket.Close(fx)
	defer socket.Close(fy)
	run("Nonblocking", func() (int, error) { return socket.Nonblocking(fx).Send(p, 0) }, func() (int, error) { return socket.Nonblocking(fy).Recv(p, 0) })
	run("raw", func() (int, error) { return socket.Send(fx, p, 0) }, func() (int, error) { return socket.Recv(fy, p, 0) })
	a, c := pair(b, socket.SOCK_STREAM)
	na, err := a.Conn()
	must(b, "Conn", err)
	defer na.Close()
	nc, err := c.Conn()
	must(b, "Conn", err)
	defer nc.Close()
	run("net", func() (int, error) { return na.Write(p) }, func() (int, error) { return nc.Read(p) })
}
