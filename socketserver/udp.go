//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socketserver

// This file holds 1 UDPServer   2 receiving   3 Datagram. What Linux does in batches is in udp_linux.go.

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/netfd"
)

// 1. UDPServer.

// A UDPServer has each datagram handled by itself. Its answer leaves from the address that was asked, also where
// the server listens on the wildcard address of a host with many.
//
// On Linux datagrams are received many in a call, joined by the kernel where it does (UDP_GRO), and answers are
// sent many in a call. None is cut: one that is longer than MaxPacketSize is not handled, but told to HandleError
// as EMSGSIZE.
type UDPServer struct {
	Addr     socket.Sockaddr  // where to listen; see Config
	Mode     fs.FileMode      // the permissions of a unix path; see Config
	Settings []socket.Setting // options of the socket, set before bind

	Handle      func(d *Datagram) error // its error and its panic go to HandleError
	MaxHandlers int                     // how many run at once, each on a goroutine of its own; 0: one at a time, on the goroutine that receives

	MaxPacketSize int // bytes; 0: 65,535, more than any UDP datagram has; longer ones are for unix sockets
	Sockets       int // that share the address (SO_REUSEPORT), each with a goroutine that receives; 0: 1. UDP, Linux only

	VerifyClient func(fd int, peer socket.Sockaddr) bool // false drops the datagram
	HandleError  func(peer socket.Sockaddr, err error)   // nil: it is logged
	Log          *slog.Logger                            // nil: slog.Default()

	life    life
	socks   []*udpSocket
	addr    socket.Sockaddr
	release func()
	serving bool
	slots   chan struct{}
	counts  counters
}

// A UnixDatagramServer is a UDPServer whose Addr is a unix path or an abstract name: the one is the other in
// Python too. A client that wants an answer has to be bound itself.
type UnixDatagramServer = UDPServer

// A udpSocket is one of a server's sockets, with what has been received from it.
type udpSocket struct {
	s  *UDPServer
	fd *netfd.FD
	rx receiver
	mu sync.Mutex // of HandleRequest
	d  Datagram   // the one being handled, where that is one at a time

	draining atomic.Bool
}

// Listen makes the sockets: Python's server_bind. Serve and HandleRequest do it, if it was not done. A unix path is
// treated as by TCPServer.
//
// Errors: those of socket and bind, wrapped with the call; EINVAL (no Handle, or Sockets where there can be one only).
func (s *UDPServer) Listen() (err error) {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	if s.life.stopped {
		return net.ErrClosed
	}
	if s.socks != nil {
		return nil
	}
	if s.Handle == nil {
		return call("bind", unix.EINVAL)
	}
	if s.MaxPacketSize <= 0 {
		s.MaxPacketSize = 1<<16 - 1
	}
	if s.MaxHandlers > 0 {
		s.slots = make(chan struct{}, s.MaxHandlers)
	}
	many := max(1, s.Sockets)
	if many > 1 && (!manyUDP || s.Addr.Family() == socket.AF_UNIX) {
		return call("bind", unix.EINVAL)
	}
	defer func() {
		if err != nil {
			s.unlisten()
			s.socks = nil
		}
	}()
	addr, settings := s.Addr, s.Settings
	for i := range many {
		fd, release, err := open(socket.SOCK_DGRAM, addr, settings, s.Mode, many > 1 && i == 0)
		if err != nil {
			return err
		}
		if i == 0 {
			s.release = release
		}
		if s.addr, err = socket.Getsockname(fd); err == nil {
			u := &udpSocket{s: s}
			if u.fd, err = netfd.New(fd); err == nil {
				s.socks = append(s.socks, u)
				err = u.prepare()
			}
		}
		if err != nil {
			if len(s.socks) == i {
				socket.Close(fd)
			}
			return err
		}
		if i == 0 && many > 1 {
			addr = s.addr
			settings = append(settings[:len(settings):len(settings)], reusePort...)
		}
	}
	s.life.begin(s, s.unlisten)
	return nil
}

func (s *UDPServer) unlisten() {
	if s.release != nil {
		s.release() // while fd holds the inode, so that its number is nobody else's
		s.release = nil
	}
	for _, u := range s.socks {
		u.fd.Close()
	}
}

// ServerAddress is the address the server listens at: Python's server_address.
func (s *UDPServer) ServerAddress() socket.Sockaddr {
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	return s.addr
}

// Serve serves until Shutdown or Close, and returns when all handlers have returned. The error is nil then, and also
// if that was before Serve.
//
// Errors: those of Listen; EALREADY (Serve is running).
func (s *UDPServer) Serve() error {
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
	s.life.workers += len(s.socks)
	s.life.mu.Unlock()
	var failed atomic.Pointer[error]
	for _, u := range s.socks {
		go func() {
			defer s.life.leave()
			u.mu.Lock()
			defer u.mu.Unlock()
			if err := u.serve(); err != nil {
				failed.CompareAndSwap(nil, &err)
				s.Close()
			}
		}()
	}
	<-s.life.done
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// HandleRequest waits for one datagram, and handles it on the caller's goroutine: Python's handle_request. ctx
// ends the wait.
//
// Errors: those of Listen; ctx's; net.ErrClosed. What the handler returns goes to HandleError.
func (s *UDPServer) HandleRequest(ctx context.Context) error {
	if err := s.Listen(); err != nil {
		return err
	}
	if err := s.life.enter(); err != nil {
		return err
	}
	defer s.life.leave()
	u := s.socks[0]
	u.mu.Lock()
	defer u.mu.Unlock()
	woken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		u.fd.SetReadDeadline(past)
		close(woken)
	})
	defer func() {
		if !stop() {
			<-woken
			if !s.life.stopping() {
				u.fd.SetReadDeadline(time.Time{})
			}
		}
	}()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for {
		err := u.rx.next(1)
		switch {
		case err == nil:
			u.each()
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case s.life.stopping():
			return net.ErrClosed
		case !passes(err):
			return err
		}
	}
}

// Shutdown ends the server gently: what the kernel has received is handled, and nothing after it. It returns when
// all handlers have returned, or when ctx is done: then it closes the sockets and returns ctx's error.
//
// In a handler, pass Datagram.Context: Shutdown then returns at once, and Serve at the end.
func (s *UDPServer) Shutdown(ctx context.Context) error {
	s.life.shut(s)
	for _, u := range s.socks {
		u.draining.Store(true)
		u.fd.SetReadDeadline(past)
	}
	return s.life.wait(ctx, s, s.Close)
}

// Close ends the server at once. Serve returns when the handlers that run have returned.
func (s *UDPServer) Close() error {
	s.life.shut(s)
	s.life.mu.Lock()
	defer s.life.mu.Unlock()
	s.life.cancel()
	s.unlisten()
	return nil
}

// Counters are what the server has done so far. They can be read at any time.
func (s *UDPServer) Counters() (n Counters) {
	s.counts.add(&n)
	return n
}

// 2. Receiving.

// A receiver receives datagrams: next waits for up to max of them, and each goes through those it got. d is
// overwritten by the next one.
type receiver interface {
	next(max int) error
	each(d *Datagram) (more bool)
}

// serve receives and handles until the end.
func (u *udpSocket) serve() error {
	for {
		err := u.rx.next(batch)
		switch {
		case err == nil:
			u.each()
		case errors.Is(err, os.ErrDeadlineExceeded) && u.draining.Load(), errors.Is(err, unix.EAGAIN):
			return nil
		case u.s.life.stopping():
			return nil
		case !passes(err):
			return err
		}
	}
}

// batch is how many datagrams are taken at a time.
const batch = 64

// passes reports whether receiving may go on: after an ICMP error of an earlier answer, or for want of memory.
func passes(err error) bool {
	for _, e := range []error{unix.ECONNREFUSED, unix.EHOSTUNREACH, unix.ENETUNREACH, unix.ENETDOWN, unix.EMSGSIZE, unix.EACCES,
		unix.EPERM, unix.ENOBUFS, unix.ENOMEM, unix.EPROTO, unix.ECONNRESET} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// each has every datagram handled that was received.
func (u *udpSocket) each() {
	s := u.s
	d := &u.d
	for u.rx.each(d) {
		s.counts.accepted.Add(1)
		s.counts.in.Add(int64(len(d.Data)))
		if d.flags&socket.MSG_TRUNC != 0 {
			report(s.HandleError, logger(s.Log), &s.counts, d.Peer, call("recvmsg", unix.EMSGSIZE))
			continue
		}
		if s.VerifyClient != nil && !u.verified(d.Peer) {
			s.counts.refused.Add(1)
			continue
		}
		if s.slots == nil {
			u.handle(d)
			u.flush(soon)
			continue
		}
		own := &Datagram{Data: bytes.Clone(d.Data), Peer: d.Peer, u: u, now: true, local: d.local}
		s.slots <- struct{}{}
		s.life.add()
		go func() {
			defer s.life.leave()
			defer func() { <-s.slots }()
			u.handle(own)
		}()
	}
	u.flush(0)
}

// soon is how long an answer may wait for others: not for those of handlers that take their time.
const soon = time.Millisecond

func (u *udpSocket) verified(peer socket.Sockaddr) (ok bool) {
	defer func() {
		if err := recovered(recover()); err != nil {
			report(u.s.HandleError, logger(u.s.Log), &u.s.counts, peer, err)
			ok = false
		}
	}()
	u.fd.Control(func(fd int) { ok = u.s.VerifyClient(fd, peer) })
	return ok
}

// handle calls the handler.
func (u *udpSocket) handle(d *Datagram) {
	u.s.counts.active.Add(1)
	defer u.s.counts.active.Add(-1)
	if err := u.call(d); err != nil && u.s.life.ctx.Err() == nil {
		report(u.s.HandleError, logger(u.s.Log), &u.s.counts, d.Peer, err)
	}
}

func (u *udpSocket) call(d *Datagram) (err error) {
	defer func() {
		if p := recovered(recover()); p != nil {
			err = p
		}
	}()
	err = u.s.Handle(d)
	if d.files != nil {
		if e := d.files.end(d); err == nil {
			err = e
		}
	}
	return err
}

// 3. Datagram.

// A Datagram is a datagram that was received, as a handler has it. It is the server's, and valid until the
// handler returns.
type Datagram struct {
	Data []byte
	Peer socket.Sockaddr // who sent it: Python's client_address. Of a unix socket that is not bound, it has no path

	u     *udpSocket
	now   bool // an answer does not wait for others
	flags int
	local local
	files *files
}

// Reply sends an answer, as one datagram, from the address the question was sent to. p is the caller's again.
//
// An answer to UDP goes when the handler has returned, with those to other datagrams of the moment: what fails then
// goes to HandleError.
//
// Errors: EMSGSIZE; of AF_UNIX EDESTADDRREQ (the peer is not bound), EAGAIN (it does not read, and its queue is
// full), ECONNREFUSED and ENOENT (it has gone).
func (d *Datagram) Reply(p []byte) error { return d.u.reply(d, p) }

// Context is done when the server is closed. See Shutdown.
func (d *Datagram) Context() context.Context { return d.u.s.life.ctx }

// Rfile reads Data: Python's rfile. A handler that has its question from an Rfile and writes its answer to a
// Wfile serves Conn and Datagram alike.
func (d *Datagram) Rfile() *bufio.Reader {
	return d.both().r
}

// Wfile takes an answer, which is sent as one datagram when the handler returns: Python's wfile.
func (d *Datagram) Wfile() *bufio.Writer {
	d.both().wrote = true
	return d.files.w
}

// files are what Rfile and Wfile have.
type files struct {
	in    bytes.Reader
	out   bytes.Buffer
	r     *bufio.Reader
	w     *bufio.Writer
	wrote bool
}

var filesPool = sync.Pool{New: func() any {
	f := new(files)
	f.r, f.w = bufio.NewReader(&f.in), bufio.NewWriter(&f.out)
	return f
}}

func (d *Datagram) both() *files {
	if d.files == nil {
		f := filesPool.Get().(*files)
		f.in.Reset(d.Data)
		f.r.Reset(&f.in)
		f.out.Reset()
		f.w.Reset(&f.out)
		f.wrote = false
		d.files = f
	}
	return d.files
}

// end sends what was written.
func (f *files) end(d *Datagram) (err error) {
	if f.wrote {
		f.w.Flush()
		err = d.Reply(f.out.Bytes())
	}
	f.in.Reset(nil)
	d.files = nil
	filesPool.Put(f)
	return err
}

// send sends one answer by itself.
func (u *udpSocket) send(d *Datagram, p []byte, flags int) error {
	n, err := u.fd.Sendto(p, flags, d.Peer)
	if err == nil {
		u.s.counts.out.Add(int64(n))
	}
	return err
}

// sendUnix is an answer to a unix socket, for which the server does not wait: one that does not read would stop it.
func (u *udpSocket) sendUnix(d *Datagram, p []byte) error {
	if d.Peer.Path() == "" {
		return call("sendto", unix.EDESTADDRREQ)
	}
	return u.send(d, p, socket.MSG_DONTWAIT)
}

// A single is the receiver that takes one datagram at a time.
type single struct {
	u   *udpSocket
	msg socket.Msghdr
	buf []byte
	n   int
	got bool
}

func newSingle(u *udpSocket) *single {
	return &single{u: u, buf: make([]byte, u.s.MaxPacketSize)}
}

func (r *single) next(int) (err error) {
	var from socket.Sockaddr
	r.msg = socket.Msghdr{Name: &from, Iov: [][]byte{r.buf}}
	flags := 0
	if r.u.draining.Load() {
		flags = socket.MSG_DONTWAIT
	}
	r.n, err = r.u.fd.Recvmsg(&r.msg, flags)
	if errors.Is(err, os.ErrDeadlineExceeded) && flags == 0 && r.u.draining.Load() {
		return r.next(1)
	}
	r.got = err == nil
	return err
}

func (r *single) each(d *Datagram) bool {
	if !r.got {
		return false
	}
	r.got = false
	*d = Datagram{Data: r.buf[:min(r.n, len(r.buf))], Peer: *r.msg.Name, u: r.u, flags: r.msg.Flags}
	return true
}
