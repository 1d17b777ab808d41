//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly || solaris

package poll

// This file holds poll of <poll.h>, and what all the waits share: time, errors, constants. Select and its
// sets are in select.go, epoll in epoll_linux.go, the wake-up in wakeup.go, Python's selectors in
// selector.go, and the system calls themselves in sys_linux.go and sys_other.go.

import (
	"math"
	"time"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket/internal/race"
)

// An Fd is a descriptor and what to wait for on it: struct pollfd itself.
//
//	struct pollfd { int fd; short events; short revents; };
//
// Events are what is waited for, Revents what is there: set by every call that succeeds. POLLERR, POLLHUP
// and POLLNVAL come unasked, also where Events is 0. An Fd with a negative Fd is skipped: its Revents is 0.
type Fd struct {
	Fd      int32
	Events  int16
	Revents int16
}

// Poll waits until a descriptor is ready for what is asked of it, and returns how many of fds are: those
// whose Revents is not 0.
//
//	int ppoll(struct pollfd *fds, nfds_t nfds, const struct timespec *timeout, NULL);
//
// A negative timeout waits for ever, 0 does not wait; when the time is over, n is 0. It counts to the
// nanosecond on Linux, where the kernel may add some 50 µs, and to the millisecond, rounded up, elsewhere.
// Signals do not end a wait and do not prolong it: a Wakeup ends it. With no fds Poll sleeps.
//
// A descriptor that is not open is no error but POLLNVAL. A regular file is always ready.
//
// Errors: EINVAL (more fds than RLIMIT_NOFILE), ENOMEM. See poll(2).
func Poll(fds []Fd, timeout time.Duration) (n int, err error) {
	if !isInt(len(fds)) {
		return 0, unix.EINVAL
	}
	w := begin(timeout)
	for {
		n, e := ppoll(fds, w.left)
		if !w.again(n, e) {
			return result(n, e)
		}
	}
}

// A wait carries a timeout over EINTR, and over waits that are longer than a system call can make them.
type wait struct {
	left  time.Duration // for the next system call; negative: no limit
	until time.Duration // when the limit is over
}

func begin(timeout time.Duration) wait {
	if timeout <= 0 {
		return wait{left: timeout}
	}
	t := now()
	return wait{min(timeout, maxWait), t + min(timeout, math.MaxInt64-t)}
}

// again says, with the results of a system call, whether to call again, for what is then left.
func (w *wait) again(n int, e unix.Errno) bool {
	switch {
	case e != 0 && e != unix.EINTR, e == 0 && n > 0:
		return false
	case w.left < 0:
		return true
	case w.until == 0: // a call that does not wait: interrupted before it looked
		return e == unix.EINTR
	}
	w.left = min(max(w.until-now(), 0), maxWait)
	return e == unix.EINTR || w.left > 0
}

// maxWait fits 32 bits of seconds and of milliseconds: longer waits are made of several.
const maxWait = 500 * time.Hour

var epoch = time.Now()

// now is the monotonic time.
func now() time.Duration { return time.Since(epoch) }

// milliseconds is d rounded up: a short wait must not become none, and a loop around it not spin.
func milliseconds(d time.Duration) int {
	if d < 0 {
		return -1
	}
	return int((d + time.Millisecond - 1) / time.Millisecond)
}

// result is what a call that waits returns: no count with an error. (Errnos are small: the conversion does
// not allocate.)
func result(n int, e unix.Errno) (int, error) {
	if e != 0 {
		return 0, e
	}
	if n > 0 {
		race.Acquire()
	}
	return n, nil
}

// orNil is an errno as an error.
func orNil(e unix.Errno) error {
	if e == 0 {
		return nil
	}
	return e
}

// isInt reports whether v fits a C int: what does not is refused, not cut.
func isInt(v int) bool { return int(int32(v)) == v }

// What Poll waits for, and what it tells. <poll.h>.
const (
	POLLIN   = unix.POLLIN   // data to read, a connection to accept, or the end of the stream
	POLLPRI  = unix.POLLPRI  // urgent data (MSG_OOB), or a state that only its device knows
	POLLOUT  = unix.POLLOUT  // room to write; a connect is over
	POLLERR  = unix.POLLERR  // told only: an error (SO_ERROR), or the error queue holds a message
	POLLHUP  = unix.POLLHUP  // told only: the peer has gone both ways; data may still be there to read
	POLLNVAL = unix.POLLNVAL // told only: the descriptor is not open
)
