//go:build darwin

package socket

// This file holds the calls that make descriptors where close-on-exec needs a second call. Between the two
// a child process may start: syscall.ForkLock keeps Go's own children out, but must not be held in a call
// that waits, so that accept and recvmsg leave the gap open, as package net does.

import (
	"encoding/binary"
	"syscall"

	"golang.org/x/sys/unix"
)

func socket(domain, typ, protocol int) (int, unix.Errno) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(domain, typ, protocol)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	return fd, errnoOf(err)
}

func socketpair(domain, typ, protocol int, fds *[2]int32) unix.Errno {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	sv, err := unix.Socketpair(domain, typ, protocol)
	if err == nil {
		unix.CloseOnExec(sv[0])
		unix.CloseOnExec(sv[1])
	}
	fds[0], fds[1] = int32(sv[0]), int32(sv[1])
	return errnoOf(err)
}

// accept4 fills addr, if it is not nil. There are no flags; a new descriptor that has O_NONBLOCK from the
// listener loses it, as accept4 has it elsewhere.
func accept4(fd int, addr *Sockaddr, flags int, raw bool) (int, unix.Errno) {
	if flags != 0 {
		return -1, unix.EINVAL
	}
	nfd, sa, err := unix.Accept(fd)
	if err != nil {
		return -1, errnoOf(err) // with an address that it cannot read, too: it has closed the descriptor
	}
	unix.CloseOnExec(nfd)
	if err := unix.SetNonblock(nfd, false); err != nil {
		unix.Close(nfd)
		return -1, errnoOf(err)
	}
	incoming(addr, sa)
	return nfd, 0
}

const recvmsgFlags = 0

// setCloexecRights marks the descriptors in control data. A message that was cut counts more bytes than
// there are: what is there is marked.
func setCloexecRights(control []byte) {
	for len(control) >= unix.SizeofCmsghdr {
		size := int(binary.NativeEndian.Uint32(control))
		level := int32(binary.NativeEndian.Uint32(control[4:]))
		typ := int32(binary.NativeEndian.Uint32(control[8:]))
		if size < unix.SizeofCmsghdr {
			return
		}
		data := control[unix.CmsgLen(0):min(size, len(control))]
		if level == unix.SOL_SOCKET && typ == unix.SCM_RIGHTS {
			for ; len(data) >= 4; data = data[4:] {
				unix.CloseOnExec(int(int32(binary.NativeEndian.Uint32(data))))
			}
		}
		control = control[min(unix.CmsgSpace(size-unix.CmsgLen(0)), len(control)):]
	}
}
