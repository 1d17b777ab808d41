//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socketserver

// This file holds what the servers share, in this order:
//
//	1 Config and Counters   2 the life of a server   3 errors and the log   4 listening   5 descriptors that run out
//
// A unix path's life is in path.go; the servers are in tcp.go, udp.go, and event_linux.go with loop_linux.go.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// 1. Config and Counters.

// A Config is what TCPServer and EventServer have in common. Set Addr, and of the rest what is to differ from
// the zero value; change nothing once the server listens. The functions are called by many goroutines at once.
//
// An EventServer looks for timeouts now and then: one may be late by an eighth of itself, and by a second at most.
type Config struct {
	Addr socket.Sockaddr // where to listen: socket.SockaddrIn, SockaddrIn6 or SockaddrUn; port 0: the kernel chooses, ServerAddress tells; [::] is IPv4 too, without socket.IPV6_V6ONLY in Settings

	Backlog  int              // how many connections may wait to be accepted; 0: as many as the kernel allows (Linux: net.core.somaxconn)
	Mode     fs.FileMode      // the permissions of a unix path, as 0o600; 0: as the umask has it
	Settings []socket.Setting // options of the listening socket, set before bind; SO_REUSEADDR is on for TCP unless it is among them

	ConnSettings []socket.Setting                        // options of each connection
	VerifyClient func(fd int, peer socket.Sockaddr) bool // false closes the connection before anything is read from it
	MaxClients   int                                     // how many connections at once; 0: no limit but that of descriptors
	Refuse       bool                                    // at that limit, or without descriptors, accept and close; else clients wait in the backlog

	IdleTimeout  time.Duration // ends a connection on which nothing moves either way for so long; 0: none, as for the next two
	ReadTimeout  time.Duration // ends one whose peer leaves off for so long in the middle of a request
	WriteTimeout time.Duration // ends one whose peer takes nothing of what is written for so long

	HandleError func(peer socket.Sockaddr, err error) // told of what ended a connection before its time, as a *PanicError; nil: it is logged
	Log         *slog.Logger                          // nil: slog.Default()
}

// Counters are what a server has done so far.
type Counters struct {
	Accepted int64 // connections accepted and not refused; of a UDPServer datagrams received
	Active   int64 // connections open now; of a UDPServer handlers running
	Refused  int64 // connections closed unheard: by VerifyClient, at MaxClients, for want of descriptors; datagrams VerifyClient refused
	Errors   int64 // what HandleError was told
	BytesIn  int64 // read from connections or received in datagrams
	BytesOut int64 // written
}

// counters are Counters as they count.
type counters struct {
	accepted, active, refused, errors, in, out atomic.Int64
}

func (c *counters) add(to *Counters) {
	to.Accepted += c.accepted.Load()
	to.Active += c.active.Load()
	to.Refused += c.refused.Load()
	to.Errors += c.errors.Load()
	to.BytesIn += c.in.Load()
	to.BytesOut += c.out.Load()
}

// 2. The life of a server: fresh, listening, stopping, and done when the last that works for it has left.

type life struct {
	mu      sync.Mutex
	begun   bool          // the fields below are made
	stopped bool          // Shutdown or Close was called
	workers int           // goroutines that serve: Serve, HandleRequest, each handler, each loop
	stop    chan struct{} // closed when stopped
	done    chan struct{} // closed when stopped and no worker is left
	ctx     context.Context
	cancel  context.CancelFunc // Close
	last    func()             // of the last one to leave: gives back what the server has open
}

// inHandler is the key under which a handler's context holds its server.
type inHandler struct{}

// begin makes what a server needs; mu is held.
func (l *life) begin(server any, last func()) {
	l.last = last
	if l.begun {
		return
	}
	l.begun = true
	l.stop, l.done = make(chan struct{}), make(chan struct{})
	l.ctx, l.cancel = context.WithCancel(context.WithValue(context.Background(), inHandler{}, server))
}

// enter adds a worker, unless the server is stopping.
func (l *life) enter() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return net.ErrClosed
	}
	l.workers++
	return nil
}

// add adds a worker on the word of another one, who is still there.
func (l *life) add() {
	l.mu.Lock()
	l.workers++
	l.mu.Unlock()
}

func (l *life) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.workers--
	l.finish()
}

// finish closes done when there is nobody left; mu is held.
func (l *life) finish() {
	if l.stopped && l.workers == 0 {
		if l.last != nil {
			l.last()
		}
		l.cancel()
		close(l.done)
	}
}

// shut begins the end and reports whether this call did it.
func (l *life) shut(server any) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return false
	}
	l.begin(server, l.last)
	l.stopped = true
	close(l.stop)
	l.finish()
	return true
}

// stopping reports whether the end has begun.
func (l *life) stopping() bool {
	select {
	case <-l.stop:
		return true
	default:
		return false
	}
}

// wait is the end of Shutdown.
func (l *life) wait(ctx context.Context, server any, close func() error) error {
	if ctx.Value(inHandler{}) == server {
		return nil // Shutdown would wait for its own caller
	}
	select {
	case <-l.done:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-l.done: // both
		return nil
	default:
		close()
		return ctx.Err()
	}
}

// 3. Errors and the log.

// A PanicError is a handler's panic, as HandleError is told of it.
type PanicError struct {
	Value any    // what it panicked with
	Stack []byte // where, as runtime/debug.Stack tells it
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic in handler: %v", e.Value) }

// Unwrap is the value, if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// recovered is the error of a panic; nil if there was none. A deferred function calls it with recover().
func recovered(v any) error {
	if v == nil {
		return nil
	}
	return &PanicError{v, debug.Stack()}
}

func (c *Config) log() *slog.Logger { return logger(c.Log) }

func logger(l *slog.Logger) *slog.Logger {
	if l != nil {
		return l
	}
	return slog.Default()
}

// report tells of an error that ended a connection or a datagram's handler. HandleError is the user's code: it
// may panic as well.
func report(hook func(socket.Sockaddr, error), log *slog.Logger, n *counters, peer socket.Sockaddr, err error) {
	n.errors.Add(1)
	defer func() {
		if err := recovered(recover()); err != nil {
			logError(log, peer, err)
		}
	}()
	if hook != nil {
		hook(peer, err)
		return
	}
	logError(log, peer, err)
}

// logError logs at the level that an error deserves: that peers vanish is no news.
func logError(log *slog.Logger, peer socket.Sockaddr, err error) {
	level := slog.LevelError
	var attrs []slog.Attr
	var panicked *PanicError
	switch {
	case errors.As(err, &panicked):
		attrs = []slog.Attr{slog.String("stack", string(panicked.Stack))}
	case isPeers(err):
		level = slog.LevelDebug
	}
	log.LogAttrs(context.Background(), level, "socketserver: handler failed",
		append([]slog.Attr{slog.Any("peer", peer), slog.Any("error", err)}, attrs...)...)
}

// isPeers reports whether an error is the peer's doing, or that of a timeout or of Close.
func isPeers(err error) bool {
	for _, e := range []error{unix.ECONNRESET, unix.EPIPE, unix.ETIMEDOUT, unix.ENOTCONN, io.EOF, io.ErrUnexpectedEOF,
		os.ErrDeadlineExceeded, net.ErrClosed} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// call wraps an errno with its call.
func call(name string, err error) error { return os.NewSyscallError(name, err) }

// 4. Listening.

// open makes a socket that is bound to addr and, if it is for connections, listens. Where reuseport is on, the
// address has to be free, and others can join it afterwards. release gives a unix path back.
func open(typ int, addr socket.Sockaddr, settings []socket.Setting, mode fs.FileMode, reuseport bool) (fd int, release func(), err error) {
	if addr.Len() == 0 {
		return -1, nil, call("bind", unix.EDESTADDRREQ)
	}
	fd, err = socket.Socket(addr.Family(), typ, 0)
	if err != nil {
		return -1, nil, call("socket", err)
	}
	defer func() {
		if err != nil {
			socket.Close(fd)
			fd = -1
		}
	}()
	if isTCP(addr, typ) {
		if err := socket.Setsockopt(fd, socket.SO_REUSEADDR, true); err != nil {
			return fd, nil, call("setsockopt SO_REUSEADDR", err)
		}
	}
	for _, s := range settings {
		if err := s.Apply(fd); err != nil {
			return fd, nil, call("setsockopt "+s.String(), err)
		}
	}
	if release, err = bind(fd, typ, addr, mode); err != nil {
		return fd, nil, call("bind "+addr.String(), err)
	}
	if reuseport {
		if err := socket.Setsockopt(fd, socket.SO_REUSEPORT, true); err != nil {
			return fd, nil, call("setsockopt SO_REUSEPORT", err)
		}
	}
	if err := socket.SetNonblock(fd, true); err != nil {
		release()
		return fd, nil, call("fcntl", err)
	}
	return fd, release, nil
}

func isTCP(addr socket.Sockaddr, typ int) bool {
	return typ == socket.SOCK_STREAM && (addr.Family() == socket.AF_INET || addr.Family() == socket.AF_INET6)
}

// backlog is what listen is called with.
func (c *Config) backlog() int {
	if c.Backlog == 0 {
		return -1 // the kernel's own limit
	}
	return c.Backlog
}

// configure sets the options of an accepted connection.
func (c *Config) configure(fd int) error {
	for _, s := range c.ConnSettings {
		if err := s.Apply(fd); err != nil {
			return call("setsockopt "+s.String(), err)
		}
	}
	return nil
}

// verified asks VerifyClient, whose panic is a no.
func (c *Config) verified(fd int, peer socket.Sockaddr, n *counters) (ok bool) {
	if c.VerifyClient == nil {
		return true
	}
	defer func() {
		if err := recovered(recover()); err != nil {
			report(c.HandleError, c.log(), n, peer, err)
			ok = false
		}
	}()
	return c.VerifyClient(fd, peer)
}

// 5. Descriptors that run out.

// scarce reports whether accept failed for want of descriptors or memory: calling again at once would spin,
// because the connection stays where it is.
func scarce(err error) bool {
	return errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) || errors.Is(err, unix.ENOBUFS) || errors.Is(err, unix.ENOMEM)
}

// fatal reports whether accept failed for a reason that will not pass. What else accept(2) lists are errors of
// the one connection, which is gone.
func fatal(err error) bool {
	for _, e := range []error{unix.EBADF, unix.EINVAL, unix.ENOTSOCK, unix.EFAULT, unix.EOPNOTSUPP, net.ErrClosed} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// scarceWait is how long a server without descriptors waits, if none of its own connections ends before.
const scarceWait = 100 * time.Millisecond

// A spare is a descriptor kept for the time when there are no others: given up, it lets one connection be
// accepted, and so be closed.
type spare struct {
	mu sync.Mutex
	fd int // 0: none
}

func (s *spare) open() {
	fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err == nil {
		s.fd = fd
	}
}

// kept reports whether the spare is there, if need be after opening it again. If it is not, somebody else who
// accepted at the same time as shed has it: and has to give it back.
func (s *spare) kept() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fd == 0 {
		s.open()
	}
	return s.fd != 0
}

// shed takes one connection off a listening socket and closes it, and reports whether there was one.
func (s *spare) shed(lfd int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut()
	nfd, _, err := socket.Nonblocking(lfd).Accept()
	if err == nil {
		socket.Nonblocking(nfd).Close()
	}
	s.open()
	return err == nil
}

func (s *spare) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut()
}

func (s *spare) shut() {
	if s.fd != 0 {
		socket.Close(s.fd)
		s.fd = 0
	}
}
