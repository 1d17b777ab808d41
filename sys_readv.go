//go:build darwin || openbsd

package socket

// This file holds readv and writev where x/sys has them.

import "golang.org/x/sys/unix"

func readv(fd int, iov [][]byte) (int, unix.Errno) {
	n, err := unix.Readv(fd, iov)
	return n, errnoOf(err)
}

func writev(fd int, iov [][]byte) (int, unix.Errno) {
	n, err := unix.Writev(fd, iov)
	return n, errnoOf(err)
}
