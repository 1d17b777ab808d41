//go:build darwin || freebsd || dragonfly

package socket

// This file holds sendfile, of the systems that have BSD's.

import (
	"io"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket/internal/race"
)

// Sendfile sends count bytes of a file, from *offset, which it moves on, or if offset is nil from the file's
// own, and returns how many the socket took.
//
//	int sendfile(int fd, int s, off_t offset, size_t nbytes, struct sf_hdtr *hdtr, off_t *sbytes, int flags);
//
// The order of arguments is Linux's. C leaves the file's own offset alone, which a nil offset asks for and
// sets with two calls of lseek. n is 0 at the end of the file, and for a count of 0, which C takes for all of
// the file. A non-blocking socket takes what it has room for.
//
// Errors: those of Write; ENOTSUP or EINVAL (in_fd is no regular file), EINVAL (out_fd is no stream, or count
// is negative), ENOTCONN. See sendfile(2).
func Sendfile(outfd, infd int, offset *int64, count int) (n int, err error) {
	if !isInt(outfd) || !isInt(infd) {
		return 0, unix.EBADF
	}
	if count <= 0 {
		if count < 0 {
			err = unix.EINVAL
		}
		return 0, err
	}
	if offset != nil {
		return sendFile(outfd, infd, offset, count)
	}
	start, err := unix.Seek(infd, 0, io.SeekCurrent)
	if err != nil {
		return 0, errnoOf(err)
	}
	at := start
	if n, err = sendFile(outfd, infd, &at, count); n > 0 {
		if _, err := unix.Seek(infd, at, io.SeekStart); err != nil {
			return n, errnoOf(err)
		}
	}
	return n, err
}

// Sendfile is the function Sendfile. The file's blocks may have to come from its disk, which takes time.
func (fd Nonblocking) Sendfile(infd int, offset *int64, count int) (n int, err error) {
	return Sendfile(int(fd), infd, offset, count)
}

func sendFile(outfd, infd int, offset *int64, count int) (int, error) {
	race.Release()
	start := now()
	for {
		// x/sys does not move *offset on, and returns what was sent with an error, too.
		n, err := unix.Sendfile(outfd, infd, offset, count)
		e := errnoOf(err)
		switch {
		case n > 0:
			*offset += int64(n)
			return n, nil // the error, if it lasts, is the next call's
		case e == 0:
			return 0, nil
		case e != unix.EINTR:
			return 0, e
		case expired(outfd, unix.SO_SNDTIMEO, start):
			return 0, unix.EAGAIN
		}
	}
}
