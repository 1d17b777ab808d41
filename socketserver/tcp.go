//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socketserver

// This file holds 1 TCPServer   2 accepting   3 a connection's life   4 Conn.

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/netfd"
	"rawsocket.internal/socket/poll"
)

// 1. TCPServer.

// A TCPServer serves connections, each on a goroutine of its own, on Go's poller: handlers read and write as if
// they blocked. Setup, Handle and Finish are Python's, called one after the other; only Handle is needed. They
// keep what they have to remember in Conn.Data. When they have returned, what they wrote is sent and the
// connection closed.
//
// An error that Setup returns ends the connection without Handle and Finish; Finish is called whatever Handle
// returns, also when it panics. io.EOF and nil are the usual end, other errors go to HandleError.
type TCPServer struct {
	Config
	Type int // SOCK_STREAM, or of AF_UNIX SOCK_SEQPACKET; 0: SOCK_STREAM

	Setup  func(c *Conn) error
	Handle func(c *Conn) error
	Finish func(c *Conn)

	HandlerTimeout time.Duration // ends a connection so long after it came: what the handler reads or writes then fails; 0: none

	life    life
	fd      *netfd.FD
	addr    socket.Sockaddr
	release func()
	serving bool
	spare   spare
	short   atomic.Bool   // the last accept found no descriptor
	slots   chan struct{} // one for each of MaxClients that is there
	ended   chan struct{} // a connection has ended
	mu      sync.Mutex
	conns   map[*Conn]struct{}
	counts  counters
}

// A UnixStreamServer is a TCPServer whose Addr is a unix path or an abstract name: the one is the other in Python too.
type UnixStreamServer = TCPServer

// Listen makes the listening socket: Python's server_bind and server_activate. Serve and HandleRequest do it, if
// it was not done.
//
// A unix path at which nobody listens any more is removed first; what Listen has made is removed at the end, if
// it still is what is there.
//
// Errors: those of socket, bind and listen, wrapped with the call; EINVAL (no Handle).
func (s *TCPServer) Listen() error {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	if s.life.stopped {
		return net.ErrClosed
	}
	if s.fd != nil {
		return nil
	}
	if s.Handle == nil {
		return call("listen", unix.EINVAL)
	}
	if s.Type == 0 {
		s.Type = socket.SOCK_STREAM
	}
	fd, release, err := open(s.Type, s.Addr, s.Settings, s.Mode, false)
	if err != nil {
		return err
	}
	if err = call("listen", socket.Listen(fd, s.backlog())); err == nil {
		if s.addr, err = socket.Getsockname(fd); err == nil {
			s.fd, err = netfd.New(fd)
		}
	}
	if err != nil {
		release()
		socket.Close(fd)
		return err
	}
	s.release = release
	s.spare.open()
	s.conns = map[*Conn]struct{}{}
	s.ended = make(chan struct{}, 1)
	if s.MaxClients > 0 {
		s.slots = make(chan struct{}, s.MaxClients)
	}
	s.life.begin(s, s.unlisten)
	return nil
}

// unlisten is called once, by the last one to leave, or before by Serve.
func (s *TCPServer) unlisten() {
	if s.release != nil {
		s.release() // while fd holds the inode, so that its number is nobody else's
		s.release = nil
		s.fd.Close()
		s.spare.close()
	}
}

// ServerAddress is the address the server listens at: Python's server_address.
func (s *TCPServer) ServerAddress() socket.Sockaddr {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	return s.addr
}

// Serve serves until Shutdown or Close, and returns when all handlers have returned: Python's serve_forever and
// server_close. The error is nil then, and also if that was before Serve.
//
// Errors: those of Listen; EALREADY (Serve is running).
func (s *TCPServer) Serve() error {
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
	s.life.workers++
	s.life.mu.Unlock()
	err := s.serve()
	s.life.leave()
	<-s.life.done
	return err
}

// HandleRequest waits for one client, and handles it on the caller's goroutine: Python's handle_request. ctx ends
// the wait, as Python's server.timeout does, but not the handler.
//
// Errors: those of Listen; ctx's; net.ErrClosed; EMFILE and others of accept. What the handler returns goes to
// HandleError.
func (s *TCPServer) HandleRequest(ctx context.Context) error {
	if err := s.Listen(); err != nil {
		return err
	}
	if err := s.life.enter(); err != nil {
		return err
	}
	defer s.life.leave()
	fd, peer, err := s.next(ctx)
	switch {
	case err == errRefused:
		return nil
	case err != nil:
		return err
	}
	s.handle(fd, peer)
	return nil
}

// Shutdown ends the server gently: it stops accepting, serves those who wait in the backlog and those who are
// being served, and returns when all are done. A handler that goes from request to request by Conn.Next ends
// behind the one it is at; for any other Shutdown waits. If ctx is done before, it closes all connections and
// returns ctx's error.
//
// In a handler, pass Conn.Context: Shutdown then returns at once, and Serve at the end.
func (s *TCPServer) Shutdown(ctx context.Context) error {
	if s.life.shut(s) && s.fd != nil {
		s.fd.SetReadDeadline(past) // wakes Accept
	}
	s.mu.Lock()
	for c := range s.conns {
		c.wake()
	}
	s.mu.Unlock()
	return s.life.wait(ctx, s, s.Close)
}

var past = time.Unix(1, 0)

// Close ends the server at once: the listening socket and all connections are closed. Handlers fail at what they
// read or write; Serve returns when they have returned.
func (s *TCPServer) Close() error {
	s.life.shut(s)
	s.life.mu.Lock()
	s.life.cancel()
	if s.fd != nil {
		s.unlisten()
	}
	s.life.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.fd.Close()
	}
	return nil
}

// Counters are what the server has done so far. They can be read at any time.
func (s *TCPServer) Counters() (n Counters) {
	s.counts.add(&n)
	return n
}

// 2. Accepting.

// errRefused is next's where it has refused a connection.
var errRefused = errors.New("refused")

// serve accepts until the end.
func (s *TCPServer) serve() error {
	for {
		fd, peer, err := s.next(context.Background())
		switch {
		case err == nil:
			s.life.add()
			go func() {
				defer s.life.leave()
				s.handle(fd, peer)
			}()
		case err == errRefused:
		case s.life.stopping():
			s.drain()
			return nil
		default:
			s.Close()
			return err
		}
	}
}

// next waits for a connection, within the limits, and returns it.
func (s *TCPServer) next(ctx context.Context) (*netfd.FD, socket.Sockaddr, error) {
	for {
		if s.slots != nil && !s.Refuse {
			select {
			case s.slots <- struct{}{}:
			case <-s.life.stop:
				return nil, socket.Sockaddr{}, net.ErrClosed
			case <-ctx.Done():
				return nil, socket.Sockaddr{}, ctx.Err()
			}
		}
		fd, peer, err := s.fd.Accept(ctx)
		if err == nil {
			s.short.Store(false)
			return s.admit(fd, peer)
		}
		if s.slots != nil && !s.Refuse {
			<-s.slots
		}
		switch {
		case ctx.Err() != nil:
			return nil, peer, ctx.Err()
		case s.life.stopping():
			return nil, peer, net.ErrClosed
		case scarce(err):
			if err := s.scarcity(ctx, err); err != nil {
				return nil, peer, err
			}
		case fatal(err):
			return nil, peer, err
		}
	}
}

// admit lets a connection in or refuses it.
func (s *TCPServer) admit(fd *netfd.FD, peer socket.Sockaddr) (*netfd.FD, socket.Sockaddr, error) {
	if s.Refuse && !s.spare.kept() {
		s.counts.refused.Add(1)
		fd.Close()
		s.spare.kept()
		return nil, peer, errRefused
	}
	if s.slots != nil && s.Refuse {
		select {
		case s.slots <- struct{}{}:
		default:
			s.counts.refused.Add(1)
			fd.Close()
			return nil, peer, errRefused
		}
	}
	ok, err := true, error(nil)
	if s.VerifyClient != nil || len(s.ConnSettings) > 0 {
		fd.Control(func(n int) {
			if ok = s.verified(n, peer, &s.counts); ok {
				err = s.configure(n)
			}
		})
	}
	if ok && err == nil {
		s.counts.accepted.Add(1)
		s.counts.active.Add(1)
		return fd, peer, nil
	}
	if err != nil {
		report(s.HandleError, s.log(), &s.counts, peer, err)
	} else {
		s.counts.refused.Add(1)
	}
	fd.Close()
	if s.slots != nil {
		<-s.slots
	}
	return nil, peer, errRefused
}

// scarcity is what happens while there are no descriptors: with Refuse, one client less; else a pause.
func (s *TCPServer) scarcity(ctx context.Context, err error) error {
	if !s.short.Swap(true) {
		s.log().Warn("socketserver: no descriptor for the next client", "error", err)
	}
	if s.Refuse {
		shed := false
		s.fd.Control(func(fd int) { shed = s.spare.shed(fd) })
		if shed {
			s.counts.refused.Add(1)
			return errRefused
		}
	}
	t := time.NewTimer(scarceWait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-s.ended:
	case <-s.life.stop:
	case <-ctx.Done():
	}
	return nil
}

// drain accepts those who wait in the backlog, as far as the limits go, and stops listening.
func (s *TCPServer) drain() {
	for range 1 << 16 {
		if s.slots != nil && !s.Refuse {
			select {
			case s.slots <- struct{}{}:
			default:
				s.stopListening()
				return
			}
		}
		fd, peer := s.acceptNow()
		if fd == nil {
			if s.slots != nil && !s.Refuse {
				<-s.slots
			}
			break
		}
		if fd, peer, err := s.admit(fd, peer); err == nil {
			s.life.add()
			go func() {
				defer s.life.leave()
				s.handle(fd, peer)
			}()
		}
	}
	s.stopListening()
}

func (s *TCPServer) stopListening() {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	s.unlisten()
}

// acceptNow takes a connection from the backlog, if one is there.
func (s *TCPServer) acceptNow() (*netfd.FD, socket.Sockaddr) {
	nfd, peer := -1, socket.Sockaddr{}
	s.fd.Control(func(fd int) {
		for {
			var err error
			if nfd, peer, err = socket.Nonblocking(fd).Accept(); err != unix.ECONNABORTED {
				return
			}
		}
	})
	if nfd < 0 {
		return nil, peer
	}
	fd, err := netfd.New(nfd)
	if err != nil {
		socket.Close(nfd)
		return nil, peer
	}
	return fd, peer
}

// 3. A connection's life.

// handle serves a connection from its first to its last byte.
func (s *TCPServer) handle(fd *netfd.FD, peer socket.Sockaddr) {
	c := &Conn{Peer: peer, s: s, fd: fd, ctx: s.life.ctx}
	if s.HandlerTimeout > 0 {
		c.limit = time.Now().Add(s.HandlerTimeout)
		fd.SetDeadline(c.limit)
		var cancel context.CancelFunc
		c.ctx, cancel = context.WithDeadline(c.ctx, c.limit)
		defer cancel()
	}
	s.mu.Lock()
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	if s.life.ctx.Err() != nil { // Close has not seen it
		fd.Close()
	}

	defer func() { // also when the handler calls runtime.Goexit
		c.hangUp()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
		s.counts.active.Add(-1)
		if s.slots != nil {
			<-s.slots
		}
		select {
		case s.ended <- struct{}{}:
		default:
		}
	}()
	err := s.call(c)
	if err == nil {
		err = c.err
	}
	if err != nil && err != io.EOF && s.life.ctx.Err() == nil {
		report(s.HandleError, s.log(), &s.counts, peer, err)
	}
}

// call calls Setup, Handle and Finish.
func (s *TCPServer) call(c *Conn) (err error) {
	defer func() {
		if p := recovered(recover()); p != nil {
			err = p
		}
		if e := c.flush(); err == nil {
			err = e
		}
	}()
	if s.Setup != nil {
		if err := s.Setup(c); err != nil {
			return err
		}
	}
	if s.Finish != nil {
		defer s.Finish(c)
	}
	return s.Handle(c)
}

// lingerTime is how long a connection is read on from after its end, and lingerBytes how far.
const (
	lingerTime  = time.Second
	lingerBytes = 1 << 20
)

// hangUp closes the connection. With data unread, close(2) would reset it, and the peer might lose what it has
// not yet read: then this side ends first, and closes when the peer has too.
func (c *Conn) hangUp() {
	defer c.fd.Close()
	defer c.giveBack()
	if c.fd.Shutdown(socket.SHUT_WR) != nil {
		return
	}
	flags := socket.MSG_DONTWAIT | socket.MSG_PEEK
	p := c.one[:]
	for got := 0; got < lingerBytes; {
		n, err := c.fd.Recv(p, flags)
		if n == 0 || err != nil {
			return
		}
		if flags != 0 {
			flags = 0
			p = make([]byte, 4<<10)
			c.fd.SetReadDeadline(time.Now().Add(lingerTime))
		} else {
			got += n
		}
	}
}

// 4. Conn.

// A Conn is a connection with its client, as a handler has it. It is an io.Reader and an io.Writer, for one
// goroutine that reads and one that writes, and until the handler returns.
type Conn struct {
	Peer socket.Sockaddr // the client: Python's client_address
	Data any             // the handler's

	s     *TCPServer
	fd    *netfd.FD
	ctx   context.Context
	limit time.Time // HandlerTimeout's
	moved atomic.Int64
	r     *bufio.Reader
	w     *bufio.Writer
	one   [1]byte
	err   error // of Next

	mu      sync.Mutex
	waiting bool // in Next
}

// FD is the connection's descriptor, for all that Conn does not have: options, names, passing descriptors. What
// is read and written by it is not counted, and not in line with Rfile and Wfile. It is the server's to close.
func (c *Conn) FD() *netfd.FD { return c.fd }

// Context is done when the server is closed or HandlerTimeout is over. See Shutdown.
func (c *Conn) Context() context.Context { return c.ctx }

// Read reads what there is, and waits for something. At the end of the stream it returns io.EOF. Of a
// SOCK_SEQPACKET connection it reads one record.
//
// Errors: os.ErrDeadlineExceeded (ReadTimeout, IdleTimeout or HandlerTimeout is over), EMSGSIZE (a record is
// longer than p, and its end lost), ECONNRESET, net.ErrClosed.
func (c *Conn) Read(p []byte) (n int, err error) {
	if c.r != nil && c.r.Buffered() > 0 {
		return c.r.Read(p)
	}
	return c.read(p)
}

// Write writes all of p, behind what Wfile holds.
//
// Errors: os.ErrDeadlineExceeded (WriteTimeout, IdleTimeout or HandlerTimeout is over), EPIPE, ECONNRESET,
// net.ErrClosed.
func (c *Conn) Write(p []byte) (n int, err error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	return c.write(p)
}

// Rfile reads through a buffer: Python's rfile. Before it waits it sends what Wfile holds.
func (c *Conn) Rfile() *bufio.Reader { return c.reader() }

// Wfile writes through a buffer: Python's wfile. What it holds is sent before Rfile or Next wait, and at the end.
func (c *Conn) Wfile() *bufio.Writer {
	if c.w == nil {
		c.w = writers.Get().(*bufio.Writer)
		c.w.Reset((*bareConn)(c))
	}
	return c.w
}

// Next waits for the next request, and reports whether there is one: something to read from Rfile. It is false
// when the stream has ended, when nothing has come for IdleTimeout, and when the server is shutting down and
// nothing has come yet. A handler that serves one request after the other has it as its loop:
//
//	for c.Next() {
//		line, err := c.Rfile().ReadString('\n')
//		…
//	}
func (c *Conn) Next() bool {
	r := c.reader()
	if r.Buffered() > 0 {
		return true
	}
	if c.err = c.flush(); c.err != nil {
		return false
	}
	c.mu.Lock()
	c.waiting = true
	c.mu.Unlock()
	_, err := r.Peek(1)
	c.mu.Lock()
	c.waiting = false
	if c.s.IdleTimeout > 0 || c.s.life.stopping() {
		c.fd.SetReadDeadline(c.limit) // away with that of the wait, and with wake's
	}
	c.mu.Unlock()
	if err != nil && err != io.EOF && !errors.Is(err, os.ErrDeadlineExceeded) {
		c.err = err
	}
	return err == nil
}

// wake ends the wait of Next.
func (c *Conn) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting {
		c.fd.SetReadDeadline(past)
	}
}

func (c *Conn) read(p []byte) (n int, err error) {
	for {
		if idle := c.readDeadline(); idle {
			n, err = c.recv(p, socket.MSG_DONTWAIT) // the server is shutting down: what has come is served
			if errors.Is(err, unix.EAGAIN) {
				return 0, io.EOF
			}
		} else if n, err = c.recv(p, 0); errors.Is(err, os.ErrDeadlineExceeded) {
			if c.waiting && c.s.life.stopping() {
				continue
			}
			if c.stillMoving() {
				continue
			}
		}
		break
	}
	if n > 0 {
		c.s.counts.in.Add(int64(n))
		c.move()
	}
	return n, err
}

// readDeadline sets the deadline of a read, and reports whether it is not to wait at all.
func (c *Conn) readDeadline() (stop bool) {
	s := c.s
	limit := s.ReadTimeout
	if c.waiting || limit == 0 || s.IdleTimeout > 0 && s.IdleTimeout < limit {
		limit = s.IdleTimeout
	}
	if !c.waiting && limit == 0 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting && s.life.stopping() {
		return true
	}
	if limit > 0 {
		c.fd.SetReadDeadline(c.until(limit))
	}
	return false
}

// until is the time after d, or the handler's end if that is before.
func (c *Conn) until(d time.Duration) time.Time {
	t := time.Now().Add(d)
	if !c.limit.IsZero() && c.limit.Before(t) {
		return c.limit
	}
	return t
}

// move remembers that something has moved.
func (c *Conn) move() {
	if c.s.IdleTimeout > 0 {
		c.moved.Store(time.Now().UnixNano())
	}
}

// stillMoving reports, when a read has waited for IdleTimeout, whether something was written meanwhile.
func (c *Conn) stillMoving() bool {
	s := c.s
	if s.IdleTimeout == 0 || !c.limit.IsZero() && !time.Now().Before(c.limit) || s.ReadTimeout > 0 && !c.waiting && s.ReadTimeout <= s.IdleTimeout {
		return false
	}
	return time.Since(time.Unix(0, c.moved.Load())) < s.IdleTimeout
}

// recv is recv(2), with the end of the stream as io.EOF.
func (c *Conn) recv(p []byte, flags int) (n int, err error) {
	if c.s.Type == socket.SOCK_SEQPACKET {
		return c.recvRecord(p, flags)
	}
	n, err = c.fd.Recv(p, flags)
	if n == 0 && err == nil && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

// recvRecord receives a record. An empty one looks like the end: it is the end if the peer has gone and nothing is left.
func (c *Conn) recvRecord(p []byte, flags int) (n int, err error) {
	msg := socket.Msghdr{Iov: [][]byte{p}}
	if n, err = c.fd.Recvmsg(&msg, flags); err != nil {
		return 0, err
	}
	if msg.Flags&socket.MSG_TRUNC != 0 {
		return n, call("recvmsg", unix.EMSGSIZE)
	}
	if n == 0 && len(p) > 0 {
		c.fd.Control(func(fd int) {
			gone := []poll.Fd{{Fd: int32(fd), Events: peerGone}}
			poll.Poll(gone, 0)
			if left, _ := socket.Fionread(fd); left == 0 && gone[0].Revents&(peerGone|poll.POLLHUP) != 0 {
				err = io.EOF
			}
		})
	}
	return n, err
}

func (c *Conn) write(p []byte) (n int, err error) {
	s := c.s
	limit := s.WriteTimeout
	if limit == 0 {
		limit = s.IdleTimeout
	}
	if limit == 0 {
		n, err = c.fd.Sendall(p, socket.MSG_NOSIGNAL)
		s.counts.out.Add(int64(n))
		return n, err
	}
	for {
		c.fd.SetWriteDeadline(c.until(limit))
		m, err := c.fd.Send(p[n:], socket.MSG_NOSIGNAL)
		if n += m; m > 0 {
			s.counts.out.Add(int64(m))
			c.move()
		}
		if err != nil || n == len(p) {
			return n, err
		}
	}
}

// flush sends what Wfile holds.
func (c *Conn) flush() error {
	if c.w == nil {
		return nil
	}
	return c.w.Flush()
}

// A bareConn is a Conn below its buffers.
type bareConn Conn

func (c *bareConn) Write(p []byte) (int, error) { return (*Conn)(c).write(p) }

// Read sends what Wfile holds before it waits.
func (c *bareConn) Read(p []byte) (int, error) {
	if err := (*Conn)(c).flush(); err != nil {
		return 0, err
	}
	return (*Conn)(c).read(p)
}

var (
	readers = sync.Pool{New: func() any { return bufio.NewReader(nil) }}
	writers = sync.Pool{New: func() any { return bufio.NewWriter(nil) }}
)

func (c *Conn) reader() *bufio.Reader {
	if c.r == nil {
		c.r = readers.Get().(*bufio.Reader)
		c.r.Reset((*bareConn)(c))
	}
	return c.r
}

// giveBack gives the buffers back for others.
func (c *Conn) giveBack() {
	if c.r != nil {
		c.r.Reset(nil)
		readers.Put(c.r)
		c.r = nil
	}
	if c.w != nil {
		c.w.Reset(nil)
		writers.Put(c.w)
		c.w = nil
	}
}
