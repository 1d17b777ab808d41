//go:build darwin || freebsd || netbsd || openbsd || dragonfly || solaris

package poll

import "golang.org/x/sys/unix"

// The names that Unix System V gave to bands of priority. <poll.h>.
const (
	POLLRDNORM = unix.POLLRDNORM // POLLIN without bands
	POLLRDBAND = unix.POLLRDBAND
	POLLWRNORM = unix.POLLWRNORM
	POLLWRBAND = unix.POLLWRBAND
)
