//go:build darwin || freebsd || netbsd || openbsd || dragonfly || solaris

package poll

// This file holds the system calls of the BSDs, macOS and Solaris, by x/sys/unix: Go's scheduler is always
// told. poll counts milliseconds here, and select microseconds, both rounded up.

import (
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// errnoOf is the errno in an error of x/sys, which has no others.
func errnoOf(err error) unix.Errno {
	if err == nil {
		return 0
	}
	if e, ok := err.(unix.Errno); ok {
		return e
	}
	return unix.EIO
}

func ppoll(fds []Fd, d time.Duration) (int, unix.Errno) {
	n, err := unix.Poll(unsafe.Slice((*unix.PollFd)(unsafe.Pointer(unsafe.SliceData(fds))), len(fds)), milliseconds(d))
	return n, errnoOf(err)
}

// pselect's sets are of 1024 descriptors at least, as x/sys's.
func pselect(nfds int, r, w, e *uint, d time.Duration) (int, unix.Errno) {
	var limit *unix.Timeval
	if d >= 0 {
		tv := unix.NsecToTimeval(int64(d)) // rounds up
		limit = &tv
	}
	n, err := unix.Select(nfds, (*unix.FdSet)(unsafe.Pointer(r)), (*unix.FdSet)(unsafe.Pointer(w)), (*unix.FdSet)(unsafe.Pointer(e)), limit)
	return n, errnoOf(err)
}

// A pipe is a wake-up: readable when something was written.

func openWakeup() (r, w int, e unix.Errno) {
	var p [2]int
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := unix.Pipe(p[:]); err != nil {
		return -1, -1, errnoOf(err)
	}
	for _, fd := range p {
		unix.CloseOnExec(fd)
		if err := unix.SetNonblock(fd, true); err != nil {
			closeWakeup(p[0], p[1])
			return -1, -1, errnoOf(err)
		}
	}
	return p[0], p[1], 0
}

func wake(fd int) unix.Errno {
	_, err := unix.Write(fd, []byte{1})
	return errnoOf(err)
}

func drain(fd int) unix.Errno {
	var p [512]byte
	for {
		if n, err := unix.Read(fd, p[:]); err != nil || n <= 0 {
			return errnoOf(err)
		}
	}
}

func closeWakeup(r, w int) {
	closefd(r)
	closefd(w)
}

func closefd(fd int) { unix.Close(fd) }
