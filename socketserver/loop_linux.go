package socketserver

// This file holds an event loop: 1 the loop   2 accepting   3 time.

import (
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/poll"
)

// 1. The loop.

type loop struct {
	s       *EventServer
	epfd    int
	lfd     int
	release func() // the unix path; of the first loop
	wake    *poll.Wakeup

	buf    []byte       // received into
	cork   []byte       // what cur has written so far
	cur    *EventConn   // whose callback runs
	later  []*EventConn // to be settled when it has returned
	events []poll.EpollEvent
	next   int // of events

	conns []*EventConn // by slot
	gens  []uint32     // by slot
	empty []uint32     // slots that are free
	open  int
	kept  []*buffers // to be used again

	listening, paused, draining bool
	resume                      time.Time // without descriptors: when to accept again
	timed                       bool      // a timeout is set, or a connection lingers
	start                       time.Time
	now                         int64 // since start
	scanAt                      int64 // when to look for timeouts

	quit   atomic.Bool
	gone   bool // with mu: nothing is posted any more
	mu     sync.Mutex
	posted []func()
	counts counters
}

// What an event's data say: a slot with its generation in the high half, or one of these.
const (
	isWakeup   = 1<<32 - 1
	isListener = 1<<32 - 2
)

const maxEvents = 256

func (l *loop) make() (err error) {
	l.epfd = -1
	if l.wake, err = poll.NewWakeup(); err != nil {
		return call("eventfd", err)
	}
	if l.epfd, err = poll.EpollCreate(0); err != nil {
		return call("epoll_create1", err)
	}
	if err := l.watch(poll.EPOLL_CTL_ADD, l.wake.Fd(), poll.EPOLLIN, isWakeup); err != nil {
		return call("epoll_ctl", err)
	}
	l.listening = true
	if err := l.watch(poll.EPOLL_CTL_ADD, l.lfd, poll.EPOLLIN|poll.EPOLLEXCLUSIVE, isListener); err != nil {
		return call("epoll_ctl", err)
	}
	return nil
}

func (l *loop) watch(op, fd int, events uint32, data uint64) error {
	ev := poll.EpollEvent{Events: events}
	ev.SetData(data)
	return poll.EpollCtl(l.epfd, op, fd, &ev)
}

// free gives back what the loop has open.
func (l *loop) free() {
	l.unlisten()
	if l.epfd >= 0 {
		socket.Close(l.epfd)
	}
	if l.wake != nil {
		l.wake.Close()
	}
}

func (l *loop) unlisten() {
	if l.release != nil {
		l.release() // while lfd holds the inode, so that its number is nobody else's
		l.release = nil
	}
	if l.lfd >= 0 {
		socket.Close(l.lfd)
		l.lfd = -1
	}
}

// run serves until there is nothing left to serve.
func (l *loop) run() {
	s := l.s
	defer func() {
		l.mu.Lock()
		l.gone = true
		l.mu.Unlock()
		for _, c := range l.conns {
			if c != nil {
				l.end(c, net.ErrClosed)
			}
		}
		l.free()
		s.life.leave()
	}()
	l.buf = make([]byte, s.ReadBuffer)
	l.cork = make([]byte, 0, s.ReadBuffer)
	l.events = make([]poll.EpollEvent, maxEvents)
	l.start = time.Now()
	l.timed = s.IdleTimeout > 0 || s.ReadTimeout > 0 || s.WriteTimeout > 0
	for !l.quit.Load() && !(l.draining && l.open == 0) {
		n, err := poll.EpollWait(l.epfd, l.events, l.timeout())
		if err != nil {
			s.log().Error("socketserver: epoll_wait", "error", err)
			s.Close()
			return
		}
		if l.timed {
			l.now = int64(time.Since(l.start))
		}
		for l.next = 0; l.next < n && !l.quit.Load(); {
			l.batch(n)
		}
		l.tick()
	}
}

// batch deals with the events that are left. A callback that panics ends its connection and the batch.
func (l *loop) batch(n int) {
	defer l.rescue()
	for l.next < n {
		ev := &l.events[l.next]
		l.next++
		switch data := ev.Data(); data {
		case isWakeup:
			l.wake.Drain()
			l.work()
		case isListener:
			l.accept()
		default:
			slot := uint32(data)
			if c := l.conns[slot]; c != nil && c.gen == uint32(data>>32) {
				c.ready(ev.Events)
			}
		}
		if len(l.later) > 0 {
			l.settleLater()
		}
	}
}

// settleLater settles what callbacks of other connections have touched. OnClose may touch more.
func (l *loop) settleLater() {
	for len(l.later) > 0 {
		c := l.later[len(l.later)-1]
		l.later = l.later[:len(l.later)-1]
		c.settle()
	}
}

// rescue is what batch and whatever else runs callbacks defers.
func (l *loop) rescue() {
	v := recover()
	if v == nil {
		return
	}
	c := l.cur
	if c == nil {
		panic(v) // not a callback's
	}
	l.cur, l.cork = nil, l.cork[:0]
	l.end(c, recovered(v))
	l.settleLater()
}

// post has f called by the loop.
func (l *loop) post(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		return
	}
	l.posted = append(l.posted, f)
	l.wake.Wake()
}

// work does what was posted.
func (l *loop) work() {
	l.mu.Lock()
	todo := l.posted
	l.posted = nil
	l.mu.Unlock()
	if l.quit.Load() {
		return
	}
	for _, f := range todo {
		func() {
			defer l.rescue()
			f()
		}()
		l.settleLater()
	}
	if l.paused && l.s.hasRoom() {
		l.unpause()
	}
}

// 2. Accepting.

// accept takes connections from the backlog: so many at a time, that others have their turn.
func (l *loop) accept() {
	for range 64 {
		if l.lfd < 0 || !l.listening || !l.acceptOne() {
			return
		}
	}
}

// acceptOne reports whether there may be more.
func (l *loop) acceptOne() bool {
	s := l.s
	if !s.Refuse && !s.take() {
		l.pause(0)
		return false
	}
	nfd, peer, err := -1, socket.Sockaddr{}, error(nil)
	if s.VerifyClient == nil {
		nfd, err = socket.Nonblocking(l.lfd).AcceptFD(socket.SOCK_NONBLOCK)
	} else {
		nfd, peer, err = socket.Nonblocking(l.lfd).Accept4(socket.SOCK_NONBLOCK)
	}
	if err != nil {
		if !s.Refuse {
			s.give()
		}
		return l.acceptFailed(err)
	}
	if s.Refuse && !s.take() {
		l.refuse(nfd)
		return true
	}
	if s.Refuse && !s.spare.kept() || !s.verified(nfd, peer, &l.counts) {
		l.refuse(nfd)
		s.give()
		s.spare.kept()
		return true
	}
	if err := s.configure(nfd); err != nil {
		socket.Nonblocking(nfd).Close()
		s.give()
		report(s.HandleError, s.log(), &l.counts, peer, err)
		return true
	}
	l.counts.accepted.Add(1)
	s.counts.active.Add(1)
	c := l.add(nfd)
	if err := l.watch(poll.EPOLL_CTL_ADD, nfd, poll.EPOLLIN, uint64(c.gen)<<32|uint64(c.slot)); err != nil {
		l.end(c, call("epoll_ctl", err))
		return true
	}
	c.opened = true
	if s.OnOpen != nil {
		func() {
			defer l.rescue()
			c.callback(func() { s.OnOpen(c) })
		}()
	}
	c.settle()
	return true
}

// acceptFailed reports whether accepting may go on.
func (l *loop) acceptFailed(err error) bool {
	s := l.s
	switch {
	case err == unix.EAGAIN:
		return false
	case scarce(err):
		if !s.short.Swap(true) {
			s.log().Warn("socketserver: no descriptor for the next client", "error", err)
		}
		if s.Refuse && s.spare.shed(l.lfd) {
			l.counts.refused.Add(1)
			return true
		}
		l.pause(scarceWait)
		return false
	case fatal(err):
		s.log().Error("socketserver: accept", "error", err)
		s.Close()
		return false
	}
	return true // the connection has gone
}

func (l *loop) refuse(nfd int) {
	l.counts.refused.Add(1)
	socket.Nonblocking(nfd).Close()
}

// add gives a new connection a slot.
func (l *loop) add(fd int) *EventConn {
	c := &EventConn{loop: l, fd: int32(fd), want: poll.EPOLLIN, moved: l.now}
	if n := len(l.empty); n > 0 {
		c.slot, l.empty = l.empty[n-1], l.empty[:n-1]
		c.gen = l.gens[c.slot]
		l.conns[c.slot] = c
	} else {
		c.slot = uint32(len(l.conns))
		l.conns = append(l.conns, c)
		l.gens = append(l.gens, 0)
	}
	l.open++
	return c
}

// take takes one of MaxClients places, if one is free; give gives it back.
func (s *EventServer) take() bool {
	if s.MaxClients > 0 && s.taken.Add(1) > int64(s.MaxClients) {
		s.taken.Add(-1)
		return false
	}
	return true
}

func (s *EventServer) give() {
	if s.MaxClients > 0 {
		s.taken.Add(-1)
	}
}

func (s *EventServer) hasRoom() bool {
	return s.MaxClients == 0 || s.taken.Load() < int64(s.MaxClients)
}

// pause stops accepting until a connection has ended or, if after is not 0, until then.
func (l *loop) pause(after time.Duration) {
	l.paused = true
	if after > 0 {
		l.resume = time.Now().Add(after)
	}
	l.listen(false)
	l.s.paused.Add(1)
	if after == 0 && l.s.hasRoom() { // one has ended meanwhile
		l.unpause()
	}
}

func (l *loop) unpause() {
	l.paused, l.resume = false, time.Time{}
	l.s.paused.Add(-1)
	l.listen(true)
}

// listen says whether the loop watches its listening socket. (EPOLLEXCLUSIVE does not go with EPOLL_CTL_MOD.)
func (l *loop) listen(on bool) {
	if on == l.listening || l.lfd < 0 {
		return
	}
	l.listening = on
	if on {
		l.watch(poll.EPOLL_CTL_ADD, l.lfd, poll.EPOLLIN|poll.EPOLLEXCLUSIVE, isListener)
	} else {
		l.watch(poll.EPOLL_CTL_DEL, l.lfd, 0, 0)
	}
}

// drain begins the end of the loop: what waits in the backlog is accepted, as far as the limits go, and each
// connection that is idle is closed.
func (l *loop) drain() {
	if l.draining {
		return
	}
	for range 1 << 16 {
		if l.lfd < 0 || !l.listening || !l.acceptOne() {
			break
		}
	}
	if l.listening {
		l.listen(false)
	}
	l.unlisten()
	l.draining = true
	for _, c := range slices.Clone(l.conns) {
		if c != nil {
			func() {
				defer l.rescue()
				c.settle()
			}()
		}
	}
}

// 3. Time. Timeouts are looked for, in all connections of the loop, when the first may be due and not more often
// than eight times within the shortest, nor than once a second unless that is less.

// timeout is how long the loop may wait for events.
func (l *loop) timeout() time.Duration {
	d := time.Duration(-1)
	if l.timed && l.open > 0 {
		d = max(0, time.Duration(l.scanAt-l.now))
	}
	if !l.resume.IsZero() {
		r := max(0, time.Until(l.resume))
		if d < 0 || r < d {
			d = r
		}
	}
	return d
}

// tick does what is due.
func (l *loop) tick() {
	if !l.resume.IsZero() && time.Now().After(l.resume) {
		l.unpause()
	}
	if l.timed && l.now >= l.scanAt {
		l.scan()
	}
}

// limit is how long nothing may move in the state the connection is in; 0: for ever.
func (c *EventConn) limit() time.Duration {
	s := c.loop.s
	d := s.IdleTimeout
	switch {
	case c.state&lingering != 0:
		return lingerTime
	case c.pending() > 0:
		d = s.WriteTimeout
	case c.io != nil && len(c.io.rest) > 0:
		d = s.ReadTimeout
	}
	if d == 0 {
		d = s.IdleTimeout
	}
	return d
}

func (l *loop) scan() {
	s := l.s
	shortest := int64(time.Hour)
	for _, d := range []time.Duration{s.IdleTimeout, s.ReadTimeout, s.WriteTimeout} {
		if d > 0 {
			shortest = min(shortest, int64(d))
		}
	}
	next := shortest // what begins now is not due before
	for _, c := range l.conns {
		if c == nil {
			continue
		}
		limit := int64(c.limit())
		if limit == 0 {
			continue
		}
		left := c.moved + limit - l.now
		switch {
		case left > 0:
			next = min(next, left)
		case c.state&lingering != 0:
			l.end(c, nil)
		case c.idle():
			l.end(c, os.ErrDeadlineExceeded)
		case c.pending() > 0:
			l.end(c, call("send", os.ErrDeadlineExceeded))
		default:
			l.end(c, call("recv", os.ErrDeadlineExceeded))
		}
	}
	l.settleLater()
	l.scanAt = l.now + max(next, min(shortest/8, int64(time.Second)))
}
