//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly || solaris

package poll

import (
	"sync"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket/internal/race"
)

// A Wakeup ends a wait: a goroutine that waits watches Fd for reading, together with its other descriptors,
// and another goroutine calls Wake. It is an eventfd(2) on Linux and a pipe elsewhere: C programs write to
// one from a signal handler to the same end.
//
//	int eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
//
// All its methods may be called by any goroutine at any time, also after Close.
type Wakeup struct {
	mu   sync.Mutex
	r, w int
}

// NewWakeup makes a Wakeup.
//
// Errors: EMFILE, ENFILE, ENOMEM. See eventfd(2).
func NewWakeup() (*Wakeup, error) {
	r, w, e := openWakeup()
	if e != 0 {
		return nil, e
	}
	return &Wakeup{r: r, w: w}, nil
}

// Fd is the descriptor to watch, for POLLIN, EPOLLIN or in the set r of Select; -1 after Close. It is for
// watching only: Close, not close(2), gives it back.
func (w *Wakeup) Fd() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.r
}

// Wake makes Fd readable, until Drain. It never waits, and to wake what is awake is no error.
//
// Errors: EBADF (after Close).
func (w *Wakeup) Wake() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.r < 0 {
		return unix.EBADF
	}
	race.Release()
	return unlessFull(wake(w.w))
}

// Drain makes Fd not readable again: one Drain for any number of Wakes. A Wake that comes later is for the
// next wait. So drain first, and look behind that for what there is to do: then nothing is missed.
//
// Errors: EBADF (after Close).
func (w *Wakeup) Drain() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.r < 0 {
		return unix.EBADF
	}
	e := drain(w.r)
	race.Acquire()
	return unlessFull(e)
}

// Close gives the descriptor back. Take Fd out of an epoll first.
//
// Errors: EBADF (after Close).
func (w *Wakeup) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.r < 0 {
		return unix.EBADF
	}
	closeWakeup(w.r, w.w)
	w.r, w.w = -1, -1
	return nil
}

// unlessFull is the error of e; a full counter and an empty one are none.
func unlessFull(e unix.Errno) error {
	if e == unix.EAGAIN {
		return nil
	}
	return orNil(e)
}
