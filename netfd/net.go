//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netfd

// This file holds the ways to package net and back.

import (
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// Conn turns the FD into a connection of package net: a *net.TCPConn, *net.UDPConn, *net.UnixConn or *net.IPConn.
// The connection owns the socket from here on, and the FD is closed; after an error it is as it was. Deadlines do
// not come along.
//
// Package net works on a duplicate of the descriptor, with another number. On TCP it sets TCP_NODELAY, and
// keep-alive with 15 s of idle time and 15 s between probes: set them anew on the connection if they are not wanted.
func (f *FD) Conn() (net.Conn, error) { return handOver(f, net.FileConn) }

// Listener turns the FD, which listens, into a listener of package net: a *net.TCPListener or *net.UnixListener. See
// Conn. The connections it accepts are package net's too, with TCP_NODELAY and keep-alive.
//
// Errors: EINVAL (it does not listen: Listen was not called).
//
// The listener does not remove an AF_UNIX path when it is closed: (*net.UnixListener).SetUnlinkOnClose(true) does.
func (f *FD) Listener() (net.Listener, error) {
	listens := 1 // where it is not told, as on macOS
	f.Control(func(fd int) {
		if v, err := socket.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err == nil {
			listens = v
		}
	})
	if listens == 0 {
		return nil, &net.OpError{Op: "netfd", Err: unix.EINVAL}
	}
	return handOver(f, net.FileListener)
}

// PacketConn turns the FD of a datagram socket into a connection of package net: a *net.UDPConn, *net.UnixConn or
// *net.IPConn. See Conn.
func (f *FD) PacketConn() (net.PacketConn, error) { return handOver(f, net.FilePacketConn) }

func handOver[C interface{ Close() error }](f *FD, file func(*os.File) (C, error)) (conn C, err error) {
	if f.file == nil {
		return conn, &net.OpError{Op: "netfd", Err: unix.EINVAL}
	}
	var none C
	if f.rc.Control(func(uintptr) { conn, err = file(f.file) }) != nil {
		return none, closeCall.closed
	}
	if err != nil {
		return none, err
	}
	if err := f.Close(); err != nil { // another was faster
		conn.Close()
		return none, err
	}
	return conn, nil
}

// From borrows the descriptor of a connection, listener or packet connection of package net, or of an *os.File:
// of whatever has SyscallConn and is on Go's poller. What it is borrowed from keeps it and stays usable:
//
//	conn, err := net.Dial("tcp", "localhost:7000")
//	f, err := netfd.From(conn.(syscall.Conn))
//	info, err := netfd.Getsockopt(f, socket.TCP_INFO)
//	n, err := f.Sendmsg(&msg, 0)
//
// The conn still owns the descriptor, and its Close ends the FD's calls too. Close of the FD only gives back what
// was borrowed. Deadlines are shared: each sees those that the other sets. Calls of both stand in the same lines.
//
// What a borrowed FD does not do: Detach and Conn, Listener, PacketConn are EINVAL; Accept of a net.Listener is
// EINVAL where it would wait; a wait for the error queue ends with the FD's Close and not with the conn's, so close
// both; and the end of a context, in Connect or Accept of an *os.File, puts back the deadline that the FD
// set last, and not one that the file set.
//
// No File().Fd() is involved, which duplicates the descriptor, and puts it and the connection in blocking mode.
//
// Errors: EINVAL (it is in blocking mode: somebody did that).
func From(conn syscall.Conn) (*FD, error) {
	rc, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	on := false
	if e := rc.Control(func(fd uintptr) { on, err = socket.Nonblock(int(fd)) }); e != nil {
		return nil, e
	}
	if err == nil && !on {
		err = unix.EINVAL
	}
	if err != nil {
		return nil, &net.OpError{Op: "netfd", Err: err}
	}
	f := &FD{rc: rc}
	f.lent, _ = conn.(deadliner)
	f.wr.write = true
	return f, nil
}
