//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netfd

// This file holds the calls that move data: 1 send   2 receive. Those of Linux are in data_linux.go, and
// Sendfile in sendfile.go.

import (
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// 1. Send.

// Send sends p to the socket's peer and returns how many bytes the kernel took: a stream may take less than
// all of p (see Sendall). It waits until there is room for some. See socket.Send, send(2).
func (f *FD) Send(p []byte, flags int) (n int, err error) {
	o := f.op(sendCall)
	o.p, o.flags = p, flags
	return o.send()
}

// Sendto sends p to an address; the zero Sockaddr means the socket's peer. See socket.Sendto, sendto(2).
//
// An unconnected AF_UNIX datagram socket whose receiver's queue is full tries again after naps of up to 16 ms:
// the kernel tells it nothing.
func (f *FD) Sendto(p []byte, flags int, to socket.Sockaddr) (n int, err error) {
	o := f.op(sendtoCall)
	o.p, o.flags, o.addr = p, flags, to
	o.nap = to.Family() == socket.AF_UNIX
	return o.send()
}

// Sendmsg sends a message: gathered from several buffers, to an address or the peer, with control data.
// See Sendto, socket.Sendmsg, sendmsg(2).
func (f *FD) Sendmsg(msg *socket.Msghdr, flags int) (n int, err error) {
	o := f.op(sendmsgCall)
	o.msg, o.flags = msg, flags
	o.nap = msg != nil && msg.Name != nil && msg.Name.Family() == socket.AF_UNIX
	return o.send()
}

// Sendall sends all of p, and waits for room as often as it takes. n is what was sent, whatever the error:
// the deadline's, too. Sendalls of several goroutines come one after the other; a Send may come between.
func (f *FD) Sendall(p []byte, flags int) (n int, err error) {
	o := f.op(sendallCall)
	o.p, o.flags = p, flags
	return o.inLine()
}

// Write is Send without flags. It may take less than all of p: Sendall does not, nor the Write of Conn. See write(2).
func (f *FD) Write(p []byte) (n int, err error) {
	o := f.op(writeCall)
	o.p = p
	return o.send()
}

// Writev writes several buffers in order and returns how many bytes of them the kernel took. See writev(2).
func (f *FD) Writev(iov [][]byte) (n int, err error) {
	o := f.op(writevCall)
	o.iov = iov
	return o.send()
}

var (
	sendCall    = newCall("send", func(o *op, fd int) (int, error) { return socket.Send(fd, o.p, o.flags|unix.MSG_DONTWAIT) })
	sendtoCall  = newCall("sendto", func(o *op, fd int) (int, error) { return socket.Sendto(fd, o.p, o.flags|unix.MSG_DONTWAIT, o.addr) })
	sendmsgCall = newCall("sendmsg", func(o *op, fd int) (int, error) { return socket.Sendmsg(fd, o.msg, o.flags|unix.MSG_DONTWAIT) })
	sendallCall = newCall("send", func(o *op, fd int) (int, error) {
		return socket.Sendall(fd, o.p[o.n:], o.flags|unix.MSG_DONTWAIT)
	})
	writeCall  = newCall("write", func(o *op, fd int) (int, error) { return socket.Nonblocking(fd).Write(o.p) })
	writevCall = newCall("writev", func(o *op, fd int) (int, error) { return socket.Nonblocking(fd).Writev(o.iov) })
)

// 2. Receive.

// Recv receives into p from the socket's peer, and waits for data unless flags have MSG_DONTWAIT. n is 0 at
// the end of a stream, and for an empty datagram. See socket.Recv, recv(2).
//
// With MSG_ERRQUEUE it waits for the error queue, beside calls that wait for data.
func (f *FD) Recv(p []byte, flags int) (n int, err error) {
	o := f.op(recvCall)
	o.p, o.flags = p, flags
	return o.receive(nil)
}

// Recvfrom receives into p and returns the sender's address: the zero Sockaddr on a stream. See Recv,
// socket.Recvfrom, recvfrom(2).
func (f *FD) Recvfrom(p []byte, flags int) (n int, from socket.Sockaddr, err error) {
	o := f.op(recvfromCall)
	o.p, o.flags = p, flags
	n, err = o.receive(&from)
	return n, from, err
}

// Recvmsg receives a message: scattered to several buffers, with its sender, control data and flags. See Recv,
// socket.Recvmsg, recvmsg(2).
func (f *FD) Recvmsg(msg *socket.Msghdr, flags int) (n int, err error) {
	o := f.op(recvmsgCall)
	o.msg, o.flags = msg, flags
	n, err = o.receive(nil)
	if err != nil {
		socket.Recvmsg(-1, msg, 0) // clears what a call that fails clears, if none was made
	}
	return n, err
}

// Recvall receives until p is full or the stream ends, and waits as often as it takes. n is what was received,
// whatever the error: the deadline's, too. See socket.Recvall.
func (f *FD) Recvall(p []byte, flags int) (n int, err error) {
	o := f.op(recvallCall)
	o.p, o.flags = p, flags
	return o.receive(nil)
}

// Read is Recv without flags. At the end of a stream it is 0 and no error: an FD is no io.Reader, see Conn. See
// read(2).
func (f *FD) Read(p []byte) (n int, err error) {
	o := f.op(readCall)
	o.p = p
	return o.receive(nil)
}

// Readv reads into several buffers in order. See readv(2).
func (f *FD) Readv(iov [][]byte) (n int, err error) {
	o := f.op(readvCall)
	o.iov = iov
	return o.receive(nil)
}

var (
	recvCall     = newCall("recv", func(o *op, fd int) (int, error) { return socket.Recv(fd, o.p, o.flags|unix.MSG_DONTWAIT) })
	recvfromCall = newCall("recvfrom", func(o *op, fd int) (n int, err error) {
		n, o.addr, err = socket.Recvfrom(fd, o.p, o.flags|unix.MSG_DONTWAIT)
		return n, err
	})
	recvmsgCall = newCall("recvmsg", func(o *op, fd int) (int, error) { return socket.Recvmsg(fd, o.msg, o.flags|unix.MSG_DONTWAIT) })
	recvallCall = newCall("recv", func(o *op, fd int) (int, error) {
		return socket.Recvall(fd, o.p[o.n:], o.flags|unix.MSG_DONTWAIT)
	})
	readCall  = newCall("read", func(o *op, fd int) (int, error) { return socket.Nonblocking(fd).Read(o.p) })
	readvCall = newCall("readv", func(o *op, fd int) (int, error) { return socket.Nonblocking(fd).Readv(o.iov) })
)
