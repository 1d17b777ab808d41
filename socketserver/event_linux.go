package socketserver

// This file holds the event loops as their user sees them, and what happens on a connection:
//
//	1 EventServer   2 EventConn   3 a connection's events
//
// The loop itself is in loop_linux.go.

import (
	"context"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/poll"
)

// 1. EventServer.

// An EventServer serves connections on event loops: a goroutine and an epoll for each processor, and no
// goroutine for a connection. It is for tens of thousands of clients, with callbacks that never wait: a callback
// that does holds up all the connections of its loop. TCPServer is for everything else. It is for streams, on Linux.
//
// A connection belongs to one loop, and its callbacks run one after the other. Those of different loops run at
// the same time. A panic in a callback ends its connection.
//
// An idle connection has no buffer. Data are read into the loop's own; what OnData leaves of it is kept for the
// connection. What is written in a callback is sent when the callback returns, in one call. If the peer does not
// take it, it is kept, and nothing is read from this peer until it has.
//
// OnOpen, OnEnd, OnDrain and OnClose may be nil. OnClose is told io.ErrUnexpectedEOF if the peer has ended with data
// unconsumed, os.ErrDeadlineExceeded itself after IdleTimeout and wrapped after ReadTimeout and WriteTimeout,
// net.ErrClosed after Close, ECONNRESET, EPIPE, ENOBUFS (a request is longer than ReadBuffer), or a *PanicError.
type EventServer struct {
	Config

	// OnData gets what a connection has not yet consumed, and returns how much of it it consumes. The rest comes
	// again when there is more. data are the loop's: valid until OnData returns.
	OnData func(c *EventConn, data []byte) int

	OnOpen  func(c *EventConn)            // the connection is there
	OnEnd   func(c *EventConn)            // the peer has ended its side (shutdown(2) SHUT_WR); nil: c is closed when all is sent, else OnEnd's user closes it
	OnDrain func(c *EventConn)            // the peer, having been slow, has taken all
	OnClose func(c *EventConn, err error) // the connection is gone: nil if either side ended it, else why

	Loops      int // how many; 0: runtime.GOMAXPROCS. On TCP each has a listening socket of its own (SO_REUSEPORT)
	ReadBuffer int // of a loop, and the limit of what OnData may leave unconsumed; 0: 64 KiB
	MaxPending int // how many bytes wait for a slow peer, beyond which Write fails; 0: 1 MiB

	life    life
	loops   []*loop
	addr    socket.Sockaddr
	serving bool
	spare   spare
	short   atomic.Bool  // an accept found no descriptor, and no connection has ended since
	taken   atomic.Int64 // of MaxClients
	counts  counters
	paused  atomic.Int32 // loops that do not accept until a connection ends
}

// Listen makes the listening sockets: Python's server_bind and server_activate. Serve does it, if it was not done.
//
// Errors: those of socket, bind and listen, wrapped with the call; EINVAL (no OnData).
func (s *EventServer) Listen() error {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	if s.life.stopped {
		return net.ErrClosed
	}
	if s.loops != nil {
		return nil
	}
	if s.OnData == nil {
		return call("listen", unix.EINVAL)
	}
	s.life.begin(s, s.free)
	if s.ReadBuffer <= 0 {
		s.ReadBuffer = 64 << 10
	}
	if s.MaxPending <= 0 {
		s.MaxPending = 1 << 20
	}
	if s.Loops <= 0 {
		s.Loops = runtime.GOMAXPROCS(0)
	}
	if err := s.listen(); err != nil {
		s.free()
		s.loops = nil
		return err
	}
	s.spare.open()
	return nil
}

func (s *EventServer) listen() error {
	own := s.Loops > 1 && isTCP(s.Addr, socket.SOCK_STREAM)
	first, release, err := open(socket.SOCK_STREAM, s.Addr, s.Settings, s.Mode, own)
	if err != nil {
		return err
	}
	s.addr, err = socket.Getsockname(first)
	for i := range s.Loops {
		fd := first
		switch {
		case err != nil:
		case i > 0 && own:
			settings := append(slices.Clip(s.Settings), socket.Set(socket.SO_REUSEPORT, true))
			fd, _, err = open(socket.SOCK_STREAM, s.addr, settings, 0, false)
		case i > 0:
			fd, err = socket.Dup(first)
			err = call("dup", err)
		}
		if err != nil {
			if i == 0 {
				release()
				socket.Close(first)
			}
			return err
		}
		l := &loop{s: s, lfd: fd}
		if i == 0 {
			l.release = release
		}
		s.loops = append(s.loops, l)
		if err := l.make(); err != nil {
			return err
		}
	}
	for _, l := range s.loops { // all at once: a listener that joins later moves connections that are being made
		if err := socket.Listen(l.lfd, s.backlog()); err != nil {
			return call("listen", err)
		}
	}
	return nil
}

// ServerAddress is the address the server listens at: Python's server_address.
func (s *EventServer) ServerAddress() socket.Sockaddr {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	return s.addr
}

// Serve serves until Shutdown or Close, and returns when all connections are closed. The error is nil then, and also
// if that was before Serve.
//
// Errors: those of Listen; EALREADY (Serve is running).
func (s *EventServer) Serve() error {
	if err := s.Listen(); err != nil && err != net.ErrClosed {
		return err
	}
	s.life.mu.Lock()
	if s.life.stopped || s.serving {
		defer s.life.mu.Unlock()
		if s.life.stopped {
			return nil
		}
		return call("serve", unix.EALREADY)
	}
	s.serving = true
	s.life.workers += len(s.loops)
	s.life.mu.Unlock()
	for _, l := range s.loops {
		go l.run()
	}
	<-s.life.done
	return nil
}

// Shutdown ends the server gently: it stops accepting, serves what has come, sends what is pending, and closes
// each connection as soon as nothing of it is unconsumed or unsent. It returns when all are closed, or when ctx
// is done: then it closes the rest and returns ctx's error.
//
// In a callback, pass the context of the connection: Shutdown then returns at once, and Serve at the end.
func (s *EventServer) Shutdown(ctx context.Context) error {
	s.life.shut(s)
	for _, l := range s.loops {
		l.post(func() { l.drain() })
	}
	return s.life.wait(ctx, s, s.Close)
}

// Close ends the server at once: all connections are closed, whatever is pending. Serve returns soon after.
func (s *EventServer) Close() error {
	s.life.shut(s)
	for _, l := range s.loops {
		l.quit.Store(true)
		l.wake.Wake()
	}
	return nil
}

// free is called when the last loop has gone. It gives back what the loops have not.
func (s *EventServer) free() {
	s.spare.close()
	if !s.serving {
		for _, l := range s.loops {
			l.free()
		}
	}
}

// Counters are what the server has done so far. They can be read at any time.
func (s *EventServer) Counters() (n Counters) {
	s.life.mu.Lock()
	loops := s.loops
	s.life.mu.Unlock()
	s.counts.add(&n)
	for _, l := range loops {
		l.counts.add(&n)
	}
	return n
}

// 2. EventConn.

// An EventConn is a connection of an EventServer. All its methods but Do are for its callbacks only.
type EventConn struct {
	Data any // the user's

	loop   *loop
	io     *buffers // nil while there is nothing to keep
	moved  int64    // when data last moved, on the loop's clock; 0 without timeouts
	fd     int32
	slot   uint32
	gen    uint32 // of the slot, so that an event of its former owner is known
	state  uint8
	opened bool  // OnOpen was called
	want   uint8 // what epoll watches for: EPOLLIN, EPOLLOUT
}

// The states of an EventConn, as bits.
const (
	closing   = 1 << iota // Close was called: send, then end
	ended                 // the peer has ended its side
	lingering             // this side has ended: read on until the peer does too
	failed                // an error: end at once
	closed
)

// buffers keep what cannot be dealt with at once.
type buffers struct {
	out  []byte // to be sent
	sent int    // how much of out is
	rest []byte // received and not consumed
	err  error  // of failed
}

// Write sends p, when the callback returns; a peer that is slow gets it later. It takes all of p, or fails.
//
// Errors: net.ErrClosed, and ENOBUFS when more than MaxPending bytes would wait for the peer: Write again in
// OnDrain, or close. What fails while sending ends the connection, and is told to OnClose.
func (c *EventConn) Write(p []byte) (n int, err error) {
	if c.state&(closing|failed|closed) != 0 {
		return 0, net.ErrClosed
	}
	l := c.loop
	if l.cur == c && c.pending() == 0 {
		if len(l.cork)+len(p) > cap(l.cork) {
			c.uncork()
		}
		if len(p) <= cap(l.cork) && c.pending() == 0 {
			l.cork = append(l.cork, p...)
			return len(p), nil
		}
	}
	if c.pending() > 0 && c.pending()+len(p) > l.s.MaxPending {
		return 0, call("send", unix.ENOBUFS)
	}
	c.send(p)
	c.touched()
	return len(p), nil
}

// Pending is how many bytes wait for the peer, beyond what the kernel holds, and beyond what is sent when the
// callback returns. A callback that has much to say looks at it, and leaves the rest to OnDrain; requests that
// OnData leaves unconsumed for it come again by themselves.
func (c *EventConn) Pending() int { return c.pending() }

func (c *EventConn) pending() int {
	if c.io == nil {
		return 0
	}
	return len(c.io.out) - c.io.sent
}

// Close closes the connection when the peer has taken all that was written. Nothing more is read from it.
func (c *EventConn) Close() error {
	if c.state&(closing|closed) != 0 {
		return net.ErrClosed
	}
	c.state |= closing
	c.touched()
	return nil
}

// touched has a connection settled that another one's callback has touched.
func (c *EventConn) touched() {
	if c.loop.cur != c {
		c.loop.later = append(c.loop.later, c)
	}
}

// Do calls f on the connection's loop, as a callback, unless the connection is closed by then. Any goroutine may
// call it: it is the way to answer later.
func (c *EventConn) Do(f func(c *EventConn)) {
	c.loop.post(func() {
		if c.state&closed == 0 {
			c.callback(func() { f(c) })
			c.settle()
		}
	})
}

// Fd is the connection's descriptor, for options and names. It is the server's to read, write and close.
func (c *EventConn) Fd() int { return int(c.fd) }

// Peer is the peer's address: Python's client_address. Getpeername is asked each time; a peer that has reset the
// connection has none.
func (c *EventConn) Peer() socket.Sockaddr {
	if c.fd < 0 {
		return socket.Sockaddr{}
	}
	peer, _ := socket.Getpeername(int(c.fd))
	return peer
}

// Context is done when the server is closed. See Shutdown.
func (c *EventConn) Context() context.Context { return c.loop.s.life.ctx }

// 3. A connection's events.

// ready deals with an event.
func (c *EventConn) ready(events uint32) {
	if c.state&lingering != 0 {
		c.linger()
		return
	}
	if c.pending() > 0 {
		c.flush() // an error is found by sending, too
	} else if c.want&poll.EPOLLIN != 0 {
		c.receive()
	} else if events&(poll.EPOLLERR|poll.EPOLLHUP) != 0 { // nothing is wanted: OnEnd's user has yet to answer
		c.fail(c.sockError())
	}
	c.settle()
}

// callback runs f as a callback of c: what it writes is kept, and sent afterwards.
func (c *EventConn) callback(f func()) {
	c.loop.cur = c
	f()
	c.uncork()
	c.loop.cur = nil
}

// receive reads once and gives the data to OnData. There is more to read in the next round of the loop: every
// connection has its turn. It reports whether something came.
func (c *EventConn) receive() bool {
	l := c.loop
	kept := 0
	if c.io != nil {
		kept = copy(l.buf, c.io.rest)
	}
	n, err := socket.Nonblocking(c.fd).Recv(l.buf[kept:], 0)
	if err != nil {
		if err != unix.EAGAIN {
			c.fail(call("recv", err))
		}
		return false
	}
	if l.timed {
		c.moved = l.now
	}
	if n == 0 {
		c.end()
		return false
	}
	l.counts.in.Add(int64(n))
	c.deliver(l.buf[:kept+n])
	return true
}

// deliver gives data to OnData and keeps what it leaves.
func (c *EventConn) deliver(data []byte) {
	l := c.loop
	l.cur = c
	n := l.s.OnData(c, data)
	rest := data[n:]
	c.uncork()
	l.cur = nil
	switch {
	case len(rest) > 0:
		if len(rest) == len(l.buf) && c.pending() == 0 { // there is no room for more
			c.fail(call("recv", unix.ENOBUFS))
		}
		b := c.buffers()
		b.rest = append(b.rest[:0], rest...)
	case c.io != nil:
		c.io.rest = c.io.rest[:0]
	}
}

// end deals with the end of the peer's stream.
func (c *EventConn) end() {
	c.state |= ended
	if c.loop.s.OnEnd == nil {
		c.state |= closing
		return
	}
	c.callback(func() { c.loop.s.OnEnd(c) })
}

// uncork sends what c has written in its callback.
func (c *EventConn) uncork() {
	l := c.loop
	if l.cur == c && len(l.cork) > 0 {
		c.send(l.cork)
		l.cork = l.cork[:0]
	}
}

// send sends p, and keeps what the peer does not take.
func (c *EventConn) send(p []byte) {
	if c.pending() == 0 && c.state&failed == 0 {
		n, err := socket.Nonblocking(c.fd).Send(p, unix.MSG_NOSIGNAL)
		if err != nil && err != unix.EAGAIN {
			c.fail(call("send", err))
			return
		}
		c.loop.counts.out.Add(int64(n))
		p = p[n:]
		if c.loop.timed {
			c.moved = c.loop.now
		}
	}
	if len(p) > 0 && c.state&failed == 0 {
		b := c.buffers()
		if b.sent > len(b.out)/2 {
			b.out = append(b.out[:0], b.out[b.sent:]...)
			b.sent = 0
		}
		b.out = append(b.out, p...)
	}
}

// flush sends what is pending. When the peer has taken all, requests that OnData left are its again.
func (c *EventConn) flush() {
	b := c.io
	n, err := socket.Nonblocking(c.fd).Send(b.out[b.sent:], unix.MSG_NOSIGNAL)
	if err != nil {
		if err != unix.EAGAIN {
			c.fail(call("send", err))
		}
		return
	}
	c.loop.counts.out.Add(int64(n))
	if c.loop.timed {
		c.moved = c.loop.now
	}
	if b.sent += n; b.sent < len(b.out) {
		return
	}
	b.out, b.sent = b.out[:0], 0
	if c.state&(closing|failed) == 0 && c.loop.s.OnDrain != nil {
		c.callback(func() { c.loop.s.OnDrain(c) })
	}
	if c.state&(closing|failed) == 0 && len(b.rest) > 0 && c.pending() == 0 {
		c.deliver(c.loop.buf[:copy(c.loop.buf, b.rest)])
	}
}

// settle brings the connection to the state that follows from what has happened: watched for one thing, or gone.
func (c *EventConn) settle() {
	l := c.loop
	if c.state&closed != 0 {
		return
	}
	want := uint8(poll.EPOLLIN)
	switch {
	case c.state&failed != 0:
		l.end(c, c.io.err)
		return
	case c.pending() > 0:
		want = poll.EPOLLOUT // and nothing more is read
	case c.state&closing != 0:
		c.hangUp()
		return
	case c.state&ended != 0:
		want = 0
	case l.draining && c.idle():
		c.drain()
		if c.state != 0 || c.pending() > 0 {
			c.settle()
			return
		}
	}
	if c.io != nil && c.idle() {
		l.keep(c)
	}
	if want != c.want {
		c.want = want
		l.watch(poll.EPOLL_CTL_MOD, int(c.fd), uint32(want), uint64(c.gen)<<32|uint64(c.slot))
	}
}

// drain, when the server is being shut down, reads what has come, and ends the connection if it is idle then.
func (c *EventConn) drain() {
	for range 16 { // no more at a time: others have their turn
		if !c.receive() {
			if c.state == 0 && c.idle() {
				c.state = closing
			}
			return
		}
		if c.state != 0 || !c.idle() {
			return
		}
	}
}

// idle reports whether there is nothing to send and nothing unconsumed.
func (c *EventConn) idle() bool { return c.pending() == 0 && (c.io == nil || len(c.io.rest) == 0) }

// hangUp closes a connection of which all is sent. With data unread, close(2) would reset it, and the peer might
// lose what it has not yet read: then this side ends first, and closes when the peer has too.
func (c *EventConn) hangUp() {
	l := c.loop
	if c.state&ended == 0 {
		if n, err := socket.Nonblocking(c.fd).Recv(l.buf, 0); err == nil && n > 0 && socket.Nonblocking(c.fd).Shutdown(socket.SHUT_WR) == nil {
			c.state |= lingering
			l.timed = true
			l.now = int64(time.Since(l.start))
			c.moved = l.now
			l.scanAt = min(l.scanAt, l.now+int64(lingerTime))
			if c.want != poll.EPOLLIN {
				c.want = poll.EPOLLIN
				l.watch(poll.EPOLL_CTL_MOD, int(c.fd), poll.EPOLLIN, uint64(c.gen)<<32|uint64(c.slot))
			}
			return
		}
	}
	var err error
	if c.io != nil && len(c.io.rest) > 0 && c.state&ended != 0 {
		err = io.ErrUnexpectedEOF
	}
	l.end(c, err)
}

// linger reads and forgets what a peer still sends.
func (c *EventConn) linger() {
	n, err := socket.Nonblocking(c.fd).Recv(c.loop.buf, 0)
	if n == 0 && err != unix.EAGAIN {
		c.loop.end(c, nil)
	}
}

// fail has the connection ended with an error.
func (c *EventConn) fail(err error) {
	if c.state&failed == 0 {
		c.state |= failed
		c.buffers().err = err
	}
}

func (c *EventConn) sockError() error {
	if e, err := socket.Getsockopt(int(c.fd), socket.SO_ERROR); err == nil && e != 0 {
		return call("recv", e)
	}
	return call("recv", unix.ECONNRESET)
}

func (c *EventConn) buffers() *buffers {
	l := c.loop
	if c.io == nil {
		if n := len(l.kept); n > 0 {
			c.io, l.kept = l.kept[n-1], l.kept[:n-1]
		} else {
			c.io = new(buffers)
		}
	}
	return c.io
}

// keep takes empty buffers from a connection, and keeps a few for others.
func (l *loop) keep(c *EventConn) {
	b := c.io
	c.io = nil
	if len(l.kept) < 64 && cap(b.out)+cap(b.rest) <= 128<<10 {
		*b = buffers{out: b.out[:0], rest: b.rest[:0]}
		l.kept = append(l.kept, b)
	}
}

// end closes a connection and tells of it.
func (l *loop) end(c *EventConn, err error) {
	s := l.s
	var peer socket.Sockaddr
	if isFault(err) {
		peer = c.Peer()
	}
	l.watch(poll.EPOLL_CTL_DEL, int(c.fd), 0, 0) // a Dup of the user's would keep it in
	socket.Nonblocking(c.fd).Close()
	c.state, c.fd = closed, -1
	l.conns[c.slot] = nil
	l.gens[c.slot]++
	l.empty = append(l.empty, c.slot)
	l.open--
	if c.io != nil {
		l.keep(c)
	}
	s.counts.active.Add(-1)
	s.give()
	s.short.Store(false)
	if s.paused.Load() > 0 {
		for _, other := range s.loops {
			other.wake.Wake()
		}
	}
	if isFault(err) {
		report(s.HandleError, s.log(), &l.counts, peer, err)
	}
	if s.OnClose != nil && c.opened {
		defer func() {
			if err := recovered(recover()); err != nil {
				report(s.HandleError, s.log(), &l.counts, peer, err)
			}
		}()
		s.OnClose(c, err)
	}
}

// isFault reports whether an end is one that HandleError is told of: not an idle one's, nor that of Close.
func isFault(err error) bool {
	return err != nil && err != os.ErrDeadlineExceeded && err != net.ErrClosed
}
