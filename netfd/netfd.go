//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netfd

// This file holds the FD, from its making to its end:
//
//	1 make and name   2 wait for peers   3 reach a peer   4 options   5 deadlines   6 the descriptor   7 finish
//
// The calls that move data are in data.go and data_linux.go; how a call waits is in park.go, and beside
// the poller in side_linux.go; to and from package net is net.go, and Control is in control.go.

import (
	"context"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// An FD is a descriptor on Go's poller. All its methods may be called from many goroutines at once. An FD that
// is no longer used is closed by the garbage collector, as a net.Conn is; it is better closed. There is no
// useful zero FD.
type FD struct {
	rc   syscall.RawConn // the way to the descriptor: it counts who uses it, so that none uses a closed one
	file *os.File        // what New made; nil if the FD is borrowed
	lent deadliner       // what From was given; nil if the FD is owned

	rd, wr direction
	sides  sides
	closed atomic.Bool // Close was called, on a borrowed FD
}

// deadliner is what From can borrow deadlines from.
type deadliner interface {
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// 1. Make and name.

// New puts a descriptor in non-blocking mode and registers it with Go's poller. The FD owns it from here on:
// it is not to be used or closed by its number again. On an error it is still the caller's, in the mode it was in.
//
// It may be a socket, a pipe, or whatever else epoll or kqueue takes. Non-blocking mode belongs to the open
// file: who shares it (a duplicate, a child process) must leave it on, or Read, Write, Accept and Connect stall
// the program where they should wait.
//
// Errors: EBADF, EPERM (a regular file or a directory), EEXIST (an FD, os.File or net.Conn has it: see From; only
// Linux tells), ENOSPC (fs.epoll.max_user_watches).
func New(fd int) (*FD, error) {
	if fd < 0 {
		return nil, &net.OpError{Op: "netfd", Err: unix.EBADF}
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, &net.OpError{Op: "netfd", Err: err}
	}
	if typ := st.Mode & unix.S_IFMT; typ == unix.S_IFREG || typ == unix.S_IFDIR {
		return nil, &net.OpError{Op: "netfd", Err: unix.EPERM} // as epoll_ctl has it
	}
	on, err := socket.Nonblock(fd)
	if err == nil && !on {
		err = socket.SetNonblock(fd, true)
	}
	if err != nil {
		return nil, &net.OpError{Op: "netfd", Err: err}
	}
	f, err := register(fd, stuck.add)
	if err != nil {
		if !on {
			socket.SetNonblock(fd, false)
		}
		return nil, &net.OpError{Op: "netfd", Err: err}
	}
	return f, nil
}

// stuck keeps the files of descriptors that the poller refused: collected, they would close what is the caller's.
var stuck keep

// register makes an FD of a descriptor that is non-blocking. The file of one that the poller refuses goes to
// refused.
func register(fd int, refused func(*os.File)) (*FD, error) {
	file := os.NewFile(uintptr(fd), "socket")
	err := file.SetDeadline(time.Time{}) // package os does not say that the poller refused, but for this
	if err != nil {
		err = refusal(fd)
		refused(file)
		return nil, err
	}
	rc, err := file.SyscallConn()
	if err != nil {
		refused(file)
		return nil, err
	}
	f := &FD{rc: rc, file: file}
	f.wr.write = true
	return f, nil
}

// own is register for a descriptor that this package made: one that the poller refuses is closed.
func own(fd int, name string) (*FD, error) {
	f, err := register(fd, func(file *os.File) { file.Close() })
	if err != nil {
		return nil, &net.OpError{Op: name, Err: err}
	}
	return f, nil
}

// Socket makes a socket. See socket.Socket, socket(2).
func Socket(domain, typ, protocol int) (*FD, error) {
	fd, err := newSocket(domain, typ, protocol)
	if err != nil {
		return nil, &net.OpError{Op: "socket", Err: err}
	}
	return own(fd, "socket")
}

// Socketpair makes two connected sockets. See socket.Socketpair, socketpair(2).
func Socketpair(domain, typ, protocol int) (pair [2]*FD, err error) {
	fds, err := newPair(domain, typ, protocol)
	if err != nil {
		return pair, &net.OpError{Op: "socketpair", Err: err}
	}
	if pair[0], err = own(fds[0], "socketpair"); err != nil {
		socket.Close(fds[1])
		return [2]*FD{}, err
	}
	if pair[1], err = own(fds[1], "socketpair"); err != nil {
		pair[0].Close()
		return [2]*FD{}, err
	}
	return pair, nil
}

// Bind gives a socket its local address. See socket.Bind, bind(2).
func (f *FD) Bind(addr socket.Sockaddr) error {
	o := f.op(bindCall)
	o.addr = addr
	_, err := o.direct()
	return err
}

// Getsockname is the local address of a socket. See getsockname(2).
func (f *FD) Getsockname() (addr socket.Sockaddr, err error) {
	o := f.op(getsocknameCall)
	_, err = o.directAddr(&addr)
	return addr, err
}

// Getpeername is the address of the socket's peer. See getpeername(2).
func (f *FD) Getpeername() (addr socket.Sockaddr, err error) {
	o := f.op(getpeernameCall)
	_, err = o.directAddr(&addr)
	return addr, err
}

var (
	bindCall        = newCall("bind", func(o *op, fd int) (int, error) { return 0, socket.Bind(fd, o.addr) })
	listenCall      = newCall("listen", func(o *op, fd int) (int, error) { return 0, socket.Listen(fd, o.flags) })
	shutdownCall    = newCall("shutdown", func(o *op, fd int) (int, error) { return 0, socket.Shutdown(fd, o.flags) })
	controlCall     = newCall("control", func(o *op, fd int) (int, error) { o.f(fd); return 0, nil })
	dupCall         = newCall("detach", func(o *op, fd int) (int, error) { return socket.Dup(fd) })
	getsocknameCall = newCall("getsockname", func(o *op, fd int) (_ int, err error) { o.addr, err = socket.Getsockname(fd); return 0, err })
	getpeernameCall = newCall("getpeername", func(o *op, fd int) (_ int, err error) { o.addr, err = socket.Getpeername(fd); return 0, err })
)

// 2. Wait for peers.

// Listen lets peers connect to a socket, and sets how many may wait to be accepted. See socket.Listen, listen(2).
func (f *FD) Listen(backlog int) error {
	o := f.op(listenCall)
	o.flags = backlog
	_, err := o.direct()
	return err
}

// Accept waits for a connection and returns it, on the poller too, with the peer's address. Connections that
// were aborted before they could be accepted (ECONNABORTED) are passed over.
//
// It ends with the context's error when ctx ends, with os.ErrDeadlineExceeded at the read deadline. The end of
// ctx touches neither the deadlines nor other goroutines' calls. A context that can end costs 4 allocations,
// and only if the call has to wait.
//
// The net.Listener of a borrowed FD does the waiting itself: Accept then is EINVAL where it would wait.
//
// Errors: EMFILE, ENFILE (no descriptor left: the connection waits on), EINVAL (the socket does not listen).
// See accept(2).
func (f *FD) Accept(ctx context.Context) (*FD, socket.Sockaddr, error) {
	o := f.op(acceptCall)
	var peer socket.Sockaddr
	nfd, err := o.waitCtx(ctx, &f.rd, &peer)
	if err != nil {
		return nil, socket.Sockaddr{}, err
	}
	conn, err := own(nfd, "accept")
	if err != nil {
		return nil, socket.Sockaddr{}, err
	}
	return conn, peer, nil
}

var acceptCall = newCall("accept", func(o *op, fd int) (nfd int, err error) {
	for {
		nfd, o.addr, err = acceptFrom(fd)
		if err != unix.ECONNABORTED {
			return max(nfd, 0), err
		}
	}
})

// 3. Reach a peer.

// Connect connects a socket to a peer, and waits until it is connected; for a datagram socket it sets where
// Send goes and whom Recv hears.
//
// It ends with the context's error when ctx ends, with os.ErrDeadlineExceeded at the write deadline. Neither ends
// the attempt, which goes on in the kernel: close the FD, or call Connect again to wait for its outcome. The
// end of ctx touches neither the deadlines nor other goroutines' calls. A context that can end costs 4
// allocations, and only if the call has to wait.
//
// On Linux an AF_UNIX peer whose backlog is full is tried again after naps of up to 16 ms until there is room:
// the kernel tells nobody of it.
//
// Errors: those of socket.Connect but EINPROGRESS, EALREADY and that EAGAIN. See connect(2).
func (f *FD) Connect(ctx context.Context, addr socket.Sockaddr) error {
	o := f.op(connectCall)
	o.addr = addr
	_, err := o.waitCtx(ctx, &f.wr, nil)
	return err
}

var connectCall = newCall("connect", func(o *op, fd int) (int, error) { return 0, o.connect(fd) })

// connect begins the attempt, and when called again looks how it stands: EAGAIN if it goes on.
func (o *op) connect(fd int) error {
	if !o.begun {
		var err error
		if o.addr.Family() == socket.AF_UNIX {
			err = socket.Connect(fd, o.addr) // a path on a disk: tell the scheduler
			o.nap = err == unix.EAGAIN
		} else {
			err = socket.Nonblocking(fd).Connect(o.addr)
		}
		switch err {
		case unix.EINPROGRESS, unix.EALREADY, unix.EINTR:
			o.begun = true
		default:
			return err
		}
	}
	for looks := 0; ; looks++ {
		if e, err := socket.Getsockopt(fd, socket.SO_ERROR); err != nil {
			return err
		} else if e != 0 {
			return e
		}
		// The poller wakes for more than the attempt's end: a socket that was not connected yet is a hang-up to epoll.
		if _, err := socket.Getpeername(fd); err != unix.ENOTCONN {
			return err
		}
		if !hungUp(fd) {
			return unix.EAGAIN
		}
		if looks > 0 {
			return unix.ECONNABORTED // it failed, and another call was told why: what connect returns then
		}
	}
}

// 4. Options.

// Getsockopt reads an option of an FD. See socket.Getsockopt.
func Getsockopt[T any, A socket.Readable](f *FD, opt socket.Option[T, A]) (v T, err error) {
	if e := f.Control(func(fd int) { v, err = socket.Getsockopt(fd, opt) }); e != nil {
		return v, e
	}
	return v, opError("getsockopt", err)
}

// Setsockopt sets an option of an FD. See socket.Setsockopt.
func Setsockopt[T any, A socket.Writable](f *FD, opt socket.Option[T, A], v T) (err error) {
	if e := f.Control(func(fd int) { err = socket.Setsockopt(fd, opt, v) }); e != nil {
		return e
	}
	if err != nil {
		err = &net.OpError{Op: "setsockopt " + socket.Set(opt, v).String(), Err: err}
	}
	return err
}

func opError(name string, err error) error {
	if err == nil {
		return nil
	}
	return &net.OpError{Op: name, Err: err}
}

// 5. Deadlines.

// SetDeadline sets both deadlines. A call that waits at its deadline, or begins after it, fails with
// os.ErrDeadlineExceeded, but not one with MSG_DONTWAIT. The zero time is no deadline.
//
// Those of a borrowed FD are the ones of what it is borrowed from.
func (f *FD) SetDeadline(t time.Time) error {
	if err := f.SetReadDeadline(t); err != nil {
		return err
	}
	return f.SetWriteDeadline(t)
}

// SetReadDeadline sets the deadline of Accept and of all that receives, from the error queue too. See SetDeadline.
func (f *FD) SetReadDeadline(t time.Time) error {
	err := f.rd.setDeadline(f, t)
	if err == nil {
		f.sides.setDeadline(t)
	}
	return err
}

// SetWriteDeadline sets the deadline of Connect and of all that sends. See SetDeadline.
func (f *FD) SetWriteDeadline(t time.Time) error { return f.wr.setDeadline(f, t) }

// 6. The descriptor.

// Control calls g with the descriptor, which stays open meanwhile, whoever calls Close. It is for the calls
// that FD does not have. g must not close the descriptor, keep its number, or wait: what it calls is told not to
// (MSG_DONTWAIT, socket.Nonblocking).
//
//	err := f.Control(func(fd int) { queued, err = socket.Siocoutq(fd) })
func (f *FD) Control(g func(fd int)) error {
	o := f.op(controlCall)
	o.f = g
	_, err := o.direct()
	return err
}

// SyscallConn gives the descriptor to code that takes a syscall.RawConn: that of package net's connections.
func (f *FD) SyscallConn() (syscall.RawConn, error) { return rawConn{f}, nil }

// 7. Finish.

// Shutdown ends one direction of a connection, or both: SHUT_RD, SHUT_WR, SHUT_RDWR. See shutdown(2).
func (f *FD) Shutdown(how int) error {
	o := f.op(shutdownCall)
	o.flags = how
	_, err := o.direct()
	return err
}

// Close closes the descriptor. Calls that wait on it end, and later ones fail, with an error that is
// net.ErrClosed and os.ErrClosed; so does a second Close. None of them touches another descriptor of the same
// number. With SO_LINGER on, Close waits.
//
// A borrowed FD only gives back what it borrowed: that stays open, and calls that wait on it wait on.
func (f *FD) Close() error {
	if f.file == nil {
		if f.closed.Swap(true) {
			return closeCall.closed
		}
		f.sides.close()
		return nil
	}
	if err := f.file.Close(); err != nil {
		return closeCall.failure(f, err)
	}
	f.sides.close()
	return nil
}

var closeCall = newCall("close", nil)

// Detach takes the descriptor off the poller and gives it to the caller; the FD is closed, and calls that wait on
// it end. The descriptor is close-on-exec and still non-blocking: socket.SetNonblock(fd, false) makes it wait. It
// has another number than the one that New was given. (Package os does not let go of a descriptor: the
// caller gets a duplicate of it.)
//
// Errors: EINVAL (the FD is borrowed), EMFILE.
func (f *FD) Detach() (fd int, err error) {
	if f.file == nil {
		return -1, &net.OpError{Op: "detach", Err: unix.EINVAL}
	}
	fd, err = f.op(dupCall).direct()
	if err != nil {
		return -1, err
	}
	if err := f.Close(); err != nil { // another was faster
		socket.Close(fd)
		return -1, err
	}
	return fd, nil
}
