//go:build freebsd || netbsd || dragonfly

package socket

// This file holds readv and writev where x/sys has none: these systems take system calls from anywhere.

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

func readv(fd int, iov [][]byte) (int, unix.Errno) {
	vec := iovecs(iov)
	n, _, e := syscall.Syscall(unix.SYS_READV, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(vec))), uintptr(len(vec)))
	return int(n), e
}

func writev(fd int, iov [][]byte) (int, unix.Errno) {
	vec := iovecs(iov)
	n, _, e := syscall.Syscall(unix.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(vec))), uintptr(len(vec)))
	return int(n), e
}

func iovecs(iov [][]byte) []unix.Iovec {
	vec := make([]unix.Iovec, len(iov))
	for i, p := range iov {
		vec[i].Base = unsafe.SliceData(p)
		vec[i].SetLen(len(p))
	}
	return vec
}
