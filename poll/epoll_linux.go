package poll

// This file holds the calls of <sys/epoll.h>. The layout of struct epoll_event is in epollevent_packed.go
// and epollevent_padded.go.

import (
	"time"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket/internal/race"
)

// EpollCreate makes an epoll instance and returns its descriptor, which is close-on-exec.
//
//	int epoll_create1(int flags);
//
// It is given back with close(2). Another epoll, Poll or Select can wait on it: it is readable when
// EpollWait would return events.
//
// Errors: EINVAL (flags other than EPOLL_CLOEXEC), EMFILE, ENFILE, ENOMEM. See epoll_create(2).
func EpollCreate(flags int) (epfd int, err error) {
	if !isInt(flags) {
		return -1, unix.EINVAL
	}
	epfd, e := epollCreate(flags | EPOLL_CLOEXEC)
	if e != 0 {
		return -1, e
	}
	return epfd, nil
}

// EpollCtl adds a descriptor to those an epoll instance watches (EPOLL_CTL_ADD), changes what it is watched
// for (EPOLL_CTL_MOD) or takes it out (EPOLL_CTL_DEL, where event may be nil).
//
//	int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
//
// What is watched is not the number fd but the open file behind it, until its last descriptor is closed:
// while a Dup, a child process or a message on its way holds another, closing fd does not end its events,
// and nothing can be said any more to end them. So take it out first, and close it then.
//
// It can be called while others wait on epfd.
//
// Errors: EEXIST (watched already), ENOENT (not watched), EPERM (a regular file or a directory, which is
// always ready), EBADF, EINVAL (epfd is no epoll, or fd is epfd; EPOLLEXCLUSIVE with EPOLL_CTL_MOD or what
// does not go with it), ELOOP (epolls that watch each other), ENOSPC (fs.epoll.max_user_watches), EFAULT (a
// nil event). See epoll_ctl(2).
func EpollCtl(epfd, op, fd int, event *EpollEvent) error {
	switch {
	case !isInt(epfd) || !isInt(fd):
		return unix.EBADF
	case !isInt(op):
		return unix.EINVAL
	}
	race.Release()
	return orNil(epollCtl(epfd, op, fd, event))
}

// EpollWait waits until descriptors that epfd watches are ready, and returns how many of events it has
// filled. What does not fit comes with the next call.
//
//	int epoll_pwait2(int epfd, struct epoll_event *events, int maxevents, const struct timespec *timeout, NULL);
//
// The timeout is that of Poll. Kernels before Linux 5.11 count it in milliseconds, rounded up. Signals do not
// end a wait and do not prolong it: a Wakeup ends it.
//
// Errors: EBADF, EINVAL (epfd is no epoll, or events has no room). See epoll_wait(2).
func EpollWait(epfd int, events []EpollEvent, timeout time.Duration) (n int, err error) {
	switch {
	case !isInt(epfd):
		return 0, unix.EBADF
	case !isInt(len(events)):
		return 0, unix.EINVAL
	}
	w := begin(timeout)
	for {
		n, e := epollWait(epfd, events, w.left)
		if !w.again(n, e) {
			return result(n, e)
		}
	}
}

// Fd is the descriptor that SetFd has stored.
func (e *EpollEvent) Fd() int { return int(int32(e.Data())) }

// SetFd stores a descriptor in the event's data, as its low 32 bits; the high 32 are 0.
//
// C has data.fd in a union with data.u64: on big-endian machines that is the other half.
func (e *EpollEvent) SetFd(fd int) { e.SetData(uint64(uint32(fd))) }

// Flag of EpollCreate, and operations of EpollCtl. <sys/epoll.h>.
const (
	EPOLL_CLOEXEC = unix.EPOLL_CLOEXEC // close-on-exec (always added)

	EPOLL_CTL_ADD = unix.EPOLL_CTL_ADD
	EPOLL_CTL_DEL = unix.EPOLL_CTL_DEL
	EPOLL_CTL_MOD = unix.EPOLL_CTL_MOD
)

// What an epoll watches for and tells, and how. <sys/epoll.h>.
const (
	EPOLLIN    = unix.EPOLLIN    // data to read, a connection to accept, or the end of the stream
	EPOLLPRI   = unix.EPOLLPRI   // urgent data (MSG_OOB)
	EPOLLOUT   = unix.EPOLLOUT   // room to write; a connect is over
	EPOLLERR   = unix.EPOLLERR   // comes unasked: an error (SO_ERROR), or the error queue holds a message
	EPOLLHUP   = unix.EPOLLHUP   // comes unasked: the peer has gone both ways; data may still be there to read
	EPOLLRDHUP = unix.EPOLLRDHUP // the peer has shut down its sending side, or both

	EPOLLRDNORM = unix.EPOLLRDNORM // EPOLLIN
	EPOLLRDBAND = unix.EPOLLRDBAND // unused
	EPOLLWRNORM = unix.EPOLLWRNORM // EPOLLOUT
	EPOLLWRBAND = unix.EPOLLWRBAND // EPOLLOUT
	EPOLLMSG    = unix.EPOLLMSG    // unused

	EPOLLET        = unix.EPOLLET        // edge-triggered: told once each time something new comes; read until EAGAIN
	EPOLLONESHOT   = unix.EPOLLONESHOT   // told once; then again after EPOLL_CTL_MOD
	EPOLLEXCLUSIVE = unix.EPOLLEXCLUSIVE // of several epolls that watch the same file, wake one or a few
	EPOLLWAKEUP    = unix.EPOLLWAKEUP    // the system does not suspend meanwhile (CAP_BLOCK_SUSPEND)
)
