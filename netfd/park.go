//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netfd

// This file holds how a call is made and how it waits:
//
//	1 a kind of call, with its errors   2 one call   3 one direction of an FD, and a context's end   4 RawConn

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/poll"
)

// 1. A kind of call.

// A call is one of the system calls, with the errors that are no accident, made once: they cost nothing.
type call struct {
	name                   string
	try                    func(o *op, fd int) (n int, err error) // makes the call and does not wait
	again, expired, closed error
}

func newCall(name string, try func(o *op, fd int) (int, error)) *call {
	return &call{
		name:    name,
		try:     try,
		again:   &net.OpError{Op: name, Err: unix.EAGAIN},
		expired: &net.OpError{Op: name, Err: os.ErrDeadlineExceeded},
		closed:  &net.OpError{Op: name, Err: closedError{}},
	}
}

// closedError is both packages' error for what is closed.
type closedError struct{}

func (closedError) Error() string        { return net.ErrClosed.Error() }
func (closedError) Is(target error) bool { return target == net.ErrClosed || target == os.ErrClosed }

// error is a call's own error with its name.
func (c *call) error(err error, addr *socket.Sockaddr) error {
	switch {
	case err == nil:
		return nil
	case err == unix.EAGAIN:
		return c.again
	case addr != nil && addr.Len() > 0:
		return &net.OpError{Op: c.name, Addr: netAddr{*addr}, Err: err}
	}
	return &net.OpError{Op: c.name, Err: err}
}

// failure is the error of a call that the poller did not let through.
func (c *call) failure(f *FD, err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return c.expired
	case f.isClosed():
		return c.closed
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return &net.OpError{Op: c.name, Err: err}
}

// netAddr is an address for the text of an error.
type netAddr struct{ socket.Sockaddr }

func (a netAddr) Network() string {
	if a.Family() == socket.AF_UNIX {
		return "unix"
	}
	return "ip"
}

// 2. One call.

// An op is one call under way: its arguments and results, and the functions that the poller calls, made
// once for each op. Ops are used again, so that no call allocates; what a caller passes by pointer is kept in
// one, and so is on the heap.
type op struct {
	*call
	fd *FD

	p     []byte
	iov   [][]byte
	msg   *socket.Msghdr
	addr  socket.Sockaddr
	flags int
	f     func(fd int)
	copyArgs
	batchArgs

	begun bool // connect is under way
	nap   bool // the poller would not wake: sleep instead
	n     int
	err   error

	once  func(fd uintptr)
	until func(fd uintptr) bool
	whole func(fd uintptr) bool
}

var ops = sync.Pool{New: func() any {
	o := new(op)
	o.once = o.step
	o.until = func(fd uintptr) bool {
		o.step(fd)
		return o.nap || o.err != unix.EAGAIN
	}
	o.whole = func(uintptr) bool { // the wait is on another descriptor
		if o.fd.rc.Control(o.once) != nil {
			o.err = errGone
		}
		return o.err != unix.EAGAIN
	}
	return o
}}

// What a try says beside the kernel's errnos.
var (
	errGone  error = closedError{}                      // the FD is closed
	errOther error = errors.New("the other descriptor") // EAGAIN, but not of the FD
)

func (o *op) step(fd uintptr) {
	n, err := o.try(o, int(fd))
	o.n += n
	o.err = err
}

// op begins a call.
func (f *FD) op(c *call) *op {
	o := ops.Get().(*op)
	o.call, o.fd = c, f
	return o
}

// end gives the op back and returns its results.
func (o *op) end(err error) (int, error) {
	n := o.n
	once, until, whole := o.once, o.until, o.whole
	*o = op{once: once, until: until, whole: whole}
	ops.Put(o)
	return n, err
}

// direct makes a call that does not wait.
func (o *op) direct() (int, error) { return o.directAddr(nil) }

func (o *op) directAddr(addr *socket.Sockaddr) (int, error) {
	err := o.now()
	if addr != nil && err == nil {
		*addr = o.addr
	}
	return o.end(err)
}

// now makes the call at once, whoever else waits.
func (o *op) now() error {
	if o.fd.isLentAndClosed() {
		return o.closed
	}
	if err := o.fd.rc.Control(o.once); err != nil {
		return o.failure(o.fd, err)
	}
	if o.call == bindCall {
		return o.error(o.err, &o.addr)
	}
	return o.error(o.err, nil)
}

// wait makes the call, and waits while it says EAGAIN.
func (o *op) wait(d *direction) error { return o.waitFor(d, nil) }

func (o *op) waitFor(d *direction, k *kick) error {
	f := o.fd
	if f.isLentAndClosed() {
		return o.closed
	}
	for nap := time.Millisecond; ; {
		epoch := d.epoch.Load()
		err := d.park(f, o.until)
		switch {
		case err == nil && (o.err != unix.EAGAIN || !o.nap):
			return o.err
		case k.ended() != nil:
			return k.ended()
		case err == nil:
			// Nobody tells when the call is worth another try.
		case errors.Is(err, os.ErrDeadlineExceeded):
			if d.settle(k) == epoch {
				return o.expired
			}
			if k.ended() != nil {
				return k.ended()
			}
			continue // it was the end of another call's context
		case f.isClosed():
			return o.closed
		case errors.Is(err, unix.EINVAL): // a net.Listener does not let others wait
			return unix.EINVAL
		// The poller saw an error and no readiness, and lets nobody wait until it sees more.
		case f.file != nil && haveSides:
			return o.waitRefused()
		case f.rc.Control(o.once) != nil:
			return o.closed
		case o.err != unix.EAGAIN:
			return o.err
		}
		k.sleep(nap)
		if k.ended() != nil {
			return k.ended()
		}
		nap = min(2*nap, 16*time.Millisecond)
	}
}

// isClosed reports whether the descriptor is closed, or given back.
func (f *FD) isClosed() bool {
	return f.isLentAndClosed() || f.rc.Control(func(uintptr) {}) != nil
}

func (f *FD) isLentAndClosed() bool { return f.file == nil && f.closed.Load() }

// result is the error of a call with its name; those of wait that have it are left alone.
func (o *op) result(err error, addr *socket.Sockaddr) error {
	if err == o.expired || err == o.closed {
		return err
	}
	switch err {
	case errGone:
		return o.closed
	case errOther:
		return o.again
	}
	return o.error(err, addr)
}

// receive makes a call that takes from the receive queue, or with MSG_ERRQUEUE from that of errors.
func (o *op) receive(from *socket.Sockaddr) (int, error) {
	var err error
	switch {
	case o.flags&(socket.MSG_DONTWAIT|socket.MSG_OOB) != 0: // C does not wait for urgent data either
		err = o.now()
	case o.flags&msgErrqueue != 0:
		err = o.result(o.waitErrqueue(), nil)
	default:
		err = o.result(o.wait(&o.fd.rd), nil)
	}
	if from != nil && err == nil {
		*from = o.addr
	}
	return o.end(err)
}

// send makes a call that sends: at once, and only then in line with others that wait. A deadline that has
// passed is the poller's to tell.
func (o *op) send() (int, error) {
	if o.flags&socket.MSG_DONTWAIT != 0 {
		return o.end(o.now())
	}
	f := o.fd
	if f.file != nil && !f.wr.timed.Load() {
		if err := o.now(); err != o.again {
			return o.end(err)
		}
	}
	return o.end(o.result(o.wait(&f.wr), nil))
}

// inLine makes a call that sends in line with others: a Sendall is not mixed with another's.
func (o *op) inLine() (int, error) {
	if o.flags&socket.MSG_DONTWAIT != 0 {
		return o.end(o.now())
	}
	return o.end(o.result(o.wait(&o.fd.wr), nil))
}

// waitCtx makes the call, and waits until the context ends.
func (o *op) waitCtx(ctx context.Context, d *direction, addr *socket.Sockaddr) (int, error) {
	var to *socket.Sockaddr
	if o.call == connectCall {
		to = &o.addr
	}
	if err := ctx.Err(); err != nil {
		return o.end(o.result(err, to))
	}
	var err error
	if ctx.Done() == nil {
		err = o.wait(d)
	} else {
		err = o.waitEnding(ctx, d)
	}
	if err == nil && addr != nil {
		*addr = o.addr
	}
	if err != nil {
		o.n = 0
	}
	return o.end(o.result(err, to))
}

// waitEnding is wait with a context that can end: first without it, which costs less.
func (o *op) waitEnding(ctx context.Context, d *direction) error {
	f := o.fd
	if f.isLentAndClosed() {
		return o.closed
	}
	if f.file != nil && !d.timed.Load() {
		if f.rc.Control(o.once) != nil {
			return o.closed
		}
		if o.err != unix.EAGAIN {
			return o.err
		}
	}
	k := &kick{ctx: ctx, f: f, d: d}
	stop := context.AfterFunc(ctx, k.kick)
	err := o.waitFor(d, k)
	stop()
	k.leave()
	return err
}

// 3. One direction.

// A direction is the reading or the writing side of an FD.
//
// The poller knows one way to wake a goroutine that waits: a deadline in the past, which wakes all of that
// side. So when a context ends, the deadline is set so, until the call of that context has left; the others
// see that it was not theirs, wait for that, and then again for what they waited for.
type direction struct {
	write bool
	timed atomic.Bool   // a deadline is set
	epoch atomic.Uint64 // counts how often the deadline was put back

	mu       sync.Mutex
	deadline time.Time
	kicked   int        // calls whose context has ended, and that have not left
	left     *sync.Cond // kicked is 0 again
}

func (d *direction) park(f *FD, until func(uintptr) bool) error {
	if d.write {
		return f.rc.Write(until)
	}
	return f.rc.Read(until)
}

func (d *direction) setDeadline(f *FD, t time.Time) error {
	if f.isLentAndClosed() {
		return deadlineCall.closed
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kicked == 0 {
		if err := d.apply(f, t); err != nil {
			return deadlineCall.failure(f, err)
		}
	}
	d.deadline = t
	d.timed.Store(!t.IsZero())
	return nil
}

var deadlineCall = newCall("set deadline", nil)

func (d *direction) apply(f *FD, t time.Time) error {
	switch {
	case f.file != nil && d.write:
		return f.file.SetWriteDeadline(t)
	case f.file != nil:
		return f.file.SetReadDeadline(t)
	case f.lent == nil:
		return os.ErrNoDeadline
	case d.write:
		return f.lent.SetWriteDeadline(t)
	}
	return f.lent.SetReadDeadline(t)
}

// settle waits until those have left whose context has ended, or until the caller is one of them, and returns
// the epoch: if it is not that of before the wait, the deadline in the past may have been theirs.
func (d *direction) settle(k *kick) uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.kicked > 0 && (k == nil || !k.done) {
		d.left.Wait()
	}
	return d.epoch.Load()
}

// A kick wakes a call whose context has ended. A nil one is of a context that does not end.
type kick struct {
	ctx        context.Context
	f          *FD
	d          *direction
	done, gone bool
}

func (k *kick) kick() {
	d := k.d
	d.mu.Lock()
	defer d.mu.Unlock()
	if k.gone {
		return
	}
	k.done = true
	d.kicked++
	if d.left == nil {
		d.left = sync.NewCond(&d.mu)
	}
	d.left.Broadcast() // the call itself may wait for others to leave
	d.apply(k.f, time.Unix(1, 0))
}

// ended is the context's error.
func (k *kick) ended() error {
	if k == nil {
		return nil
	}
	return k.ctx.Err()
}

// sleep sleeps, until the context ends.
func (k *kick) sleep(d time.Duration) {
	if k == nil {
		time.Sleep(d)
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-k.ctx.Done():
	case <-t.C:
	}
}

// leave is for the call to say that it waits no more.
func (k *kick) leave() {
	d := k.d
	d.mu.Lock()
	defer d.mu.Unlock()
	k.gone = true
	if !k.done {
		return
	}
	if d.kicked--; d.kicked == 0 {
		d.apply(k.f, d.deadline)
		d.epoch.Add(1) // only now: who reads the new count finds the deadline that was set
		d.left.Broadcast()
	}
}

// keep keeps what must not be collected.
type keep struct {
	mu    sync.Mutex
	files []*os.File
}

func (k *keep) add(f *os.File) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.files = append(k.files, f)
}

// 4. RawConn.

// A rawConn is an FD's syscall.RawConn: that of the descriptor, but for what a context's end would do to it.
type rawConn struct{ f *FD }

var (
	readCallRaw  = newCall("raw-read", nil)
	writeCallRaw = newCall("raw-write", nil)
	ctlCallRaw   = newCall("raw-control", nil)
)

func (c rawConn) Control(g func(fd uintptr)) error {
	if c.f.isLentAndClosed() {
		return ctlCallRaw.closed
	}
	if err := c.f.rc.Control(g); err != nil {
		return ctlCallRaw.failure(c.f, err)
	}
	return nil
}

func (c rawConn) Read(g func(fd uintptr) bool) error  { return c.wait(readCallRaw, &c.f.rd, g) }
func (c rawConn) Write(g func(fd uintptr) bool) error { return c.wait(writeCallRaw, &c.f.wr, g) }

func (c rawConn) wait(name *call, d *direction, g func(fd uintptr) bool) error {
	if c.f.isLentAndClosed() {
		return name.closed
	}
	for {
		epoch := d.epoch.Load()
		err := d.park(c.f, g)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, os.ErrDeadlineExceeded) && d.settle(nil) != epoch:
			continue
		}
		return name.failure(c.f, err)
	}
}

// 5. Readiness, asked of the kernel.

// ready is which of the events are there, with POLLERR and POLLHUP.
func ready(fd int, events int16) int16 {
	fds := [1]poll.Fd{{Fd: int32(fd), Events: events}}
	poll.Poll(fds[:], 0)
	return fds[0].Revents
}

// hungUp reports whether a socket is not connected and not about to be.
func hungUp(fd int) bool { return ready(fd, unix.POLLOUT)&(unix.POLLHUP|unix.POLLERR) != 0 }
