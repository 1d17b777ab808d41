//go:build linux

package main

// This file holds the calls: each as in package socket, printed with -v, its error wrapped with the call's name
// and the address it was about. Descriptors are blocking, as in a C program; a goroutine that waits holds a thread.

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/sockinfo"
)

// A callError is a call that failed: "connect 127.0.0.1:9: connection refused".
type callError struct {
	call string
	what any // the address, or what else it was about
	err  error
}

func (e *callError) Error() string { return fmt.Sprintf("%s %v: %v", e.call, e.what, e.err) }
func (e *callError) Unwrap() error { return e.err }

func failed(call string, what any, err error) error {
	if err == nil {
		return nil
	}
	return &callError{call, what, err}
}

// errTimeout is a time of -t that is over.
type errTimeout string

func (e errTimeout) Error() string   { return string(e) }
func (e errTimeout) Is(t error) bool { return t == os.ErrDeadlineExceeded }

// verbose is -v.
var verbose bool

var output sync.Mutex // stderr's

// say prints a line to standard error.
func say(format string, args ...any) {
	output.Lock()
	defer output.Unlock()
	transfer.erase()
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}

// trace prints a call, with -v: the call in C, an arrow, and the result, in whose place an error stands.
func trace(err error, format string, args ...any) {
	if !verbose {
		return
	}
	call, result, _ := strings.Cut(fmt.Sprintf(format, args...), " → ")
	if errno, ok := err.(unix.Errno); ok {
		result = fmt.Sprintf("-1 %s (%v)", unix.ErrnoName(errno), errno)
	} else if err != nil {
		result = "-1 " + err.Error()
	}
	say("%-58s → %s", call, result)
}

// A conn is a socket: connected, listening, or one of datagrams.
type conn struct {
	fd      int
	peer    socket.Sockaddr // whom its errors are about; of a server's own socket its address
	dgram   bool
	timeout time.Duration
	moved   atomic.Int64 // when something last was sent or received, since epoch
}

var epoch = time.Now()

func (c *conn) touch() { c.moved.Store(int64(time.Since(epoch))) }

// quiet is for how long nothing was sent or received.
func (c *conn) quiet() time.Duration { return time.Since(epoch) - time.Duration(c.moved.Load()) }

func newConn(domain, typ int, peer socket.Sockaddr) (*conn, error) {
	fd, err := socket.Socket(domain, typ, 0)
	trace(err, "socket(%v, %v, 0) → %d", sockinfo.Domain(domain), sockinfo.Type(typ), fd)
	if err != nil {
		return nil, failed("socket", fmt.Sprintf("%v %v", sockinfo.Domain(domain), sockinfo.Type(typ)), err)
	}
	return &conn{fd: fd, peer: peer, dgram: typ == socket.SOCK_DGRAM}, nil
}

// setTimeout sets both of the socket's own timeouts: that of sending bounds connect too.
func (c *conn) setTimeout(d time.Duration) error {
	if d == 0 {
		return nil
	}
	c.timeout = d
	for _, o := range []socket.Option[time.Duration, socket.RW]{socket.SO_RCVTIMEO, socket.SO_SNDTIMEO} {
		err := socket.Setsockopt(c.fd, o, d)
		trace(err, "setsockopt(%d, SOL_SOCKET, %v, {%v}, sizeof(struct timeval)) → 0", c.fd, o, d)
		if err != nil {
			return failed("setsockopt", fmt.Sprintf("%v=%v", o, d), err)
		}
	}
	return nil
}

func (c *conn) bind(addr socket.Sockaddr) error {
	err := socket.Bind(c.fd, addr)
	trace(err, "bind(%d, %v, %d) → 0", c.fd, addr, addr.Len())
	if err == nil && addr.Family() == socket.AF_UNIX {
		unlinkLater(addr.Path())
	}
	return failed("bind", addr, err)
}

func (c *conn) connect() error {
	err := socket.Connect(c.fd, c.peer)
	trace(err, "connect(%d, %v, %d) → 0", c.fd, c.peer, c.peer.Len())
	if c.timeout > 0 && (err == unix.EINPROGRESS || err == unix.EAGAIN) { // SO_SNDTIMEO is over
		err = errTimeout(fmt.Sprintf("no answer within %v", c.timeout))
	}
	c.touch()
	return failed("connect", c.peer, err)
}

func (c *conn) listen(backlog int) error {
	err := socket.Listen(c.fd, backlog)
	trace(err, "listen(%d, %d) → 0", c.fd, backlog)
	return failed("listen", c.peer, err)
}

func (c *conn) accept() (*conn, error) {
	fd, peer, err := socket.Accept(c.fd)
	trace(err, "accept(%d, &addr, &len) → %d, %v", c.fd, fd, peer)
	if err != nil {
		return nil, failed("accept", c.peer, err)
	}
	n := &conn{fd: fd, peer: peer}
	n.touch()
	return n, nil
}

func (c *conn) getsockname() (socket.Sockaddr, error) {
	addr, err := socket.Getsockname(c.fd)
	trace(err, "getsockname(%d, &addr, &len) → %v", c.fd, addr)
	return addr, failed("getsockname", c.peer, err)
}

// send sends all of p: as one message, where the socket has messages.
func (c *conn) send(p []byte) error {
	for {
		n, err := socket.Send(c.fd, p, socket.MSG_NOSIGNAL)
		if verbose {
			trace(err, "send(%d, buf, %d, MSG_NOSIGNAL) → %d", c.fd, len(p), n)
		}
		if err == nil {
			c.touch()
			if p = p[n:]; len(p) == 0 {
				return nil
			}
		} else if err != unix.EAGAIN || c.timeout == 0 || c.quiet() >= c.timeout {
			return c.timedOut("send", "nothing could be sent", err)
		}
	}
}

// recv receives into p: the end of a stream is 0 bytes and true.
func (c *conn) recv(p []byte) (n int, end bool, err error) {
	for {
		n, err := socket.Recv(c.fd, p, 0)
		if verbose {
			trace(err, "recv(%d, buf, %d, 0) → %d", c.fd, len(p), n)
		}
		if err == nil {
			c.touch()
			return n, n == 0 && !c.dgram, nil
		} else if err != unix.EAGAIN || c.timeout == 0 || c.quiet() >= c.timeout {
			return 0, false, c.timedOut("recv", "nothing came", err)
		}
	}
}

// timedOut is the error of a call, in words where it is the EAGAIN of a time that is over.
func (c *conn) timedOut(call, what string, err error) error {
	if err == unix.EAGAIN && c.timeout > 0 {
		err = errTimeout(fmt.Sprintf("%s for %v", what, c.timeout))
	}
	return failed(call, c.peer, err)
}

func (c *conn) shutdown(how int) error {
	err := socket.Shutdown(c.fd, how)
	trace(err, "shutdown(%d, %s) → 0", c.fd, []string{"SHUT_RD", "SHUT_WR", "SHUT_RDWR"}[how])
	return failed("shutdown", c.peer, err)
}

func (c *conn) close() error {
	err := socket.Close(c.fd)
	trace(err, "close(%d) → 0", c.fd)
	return failed("close", c.peer, err)
}
