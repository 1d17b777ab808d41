//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package socket

// This file holds the system calls of the BSDs and macOS, one function each as in sys_linux.go, made of
// the typed functions of x/sys/unix: OpenBSD and macOS let programs enter the kernel through their C
// library only. That costs what Linux is spared:
//
//   - raw, the word of the caller that a call cannot wait, changes nothing: Go's scheduler is always told;
//   - an address is translated on the way to the kernel and back, and allocates. Those of a family that
//     x/sys has no type for are EAFNOSUPPORT, and one of them as the sender of a message is no address;
//   - a path of AF_UNIX that comes from the kernel is made anew: its length counts one NUL, whatever the
//     kernel counted;
//   - control data without a byte of data get one from x/sys, a NUL: see sendmsg, recvmsg.
//
// How a descriptor becomes close-on-exec is in sys_cloexec.go and sys_nocloexec.go, reading and writing
// several buffers in sys_readv.go and sys_noreadv.go.

import (
	"math"
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

// outgoing is an address as x/sys takes it, nil for none.
func outgoing(addr *Sockaddr) (unix.Sockaddr, unix.Errno) {
	if addr == nil {
		return nil, 0
	}
	sa, err := addr.Unix()
	return sa, errnoOf(err)
}

// incoming stores an address from x/sys, if addr is not nil.
func incoming(addr *Sockaddr, sa unix.Sockaddr) {
	if addr != nil {
		*addr, _ = FromUnix(sa)
	}
}

// 1. Make and name. (socket, socketpair: sys_cloexec.go and its sibling.)

func bind(fd int, addr *Sockaddr) unix.Errno {
	sa, e := outgoing(addr)
	if e != 0 {
		return e
	}
	if sa == nil {
		return unix.EINVAL // as the kernels say of a null address
	}
	return errnoOf(unix.Bind(fd, sa))
}

func getsockname(fd int, addr *Sockaddr) unix.Errno {
	sa, err := unix.Getsockname(fd)
	incoming(addr, sa)
	return errnoOf(err)
}

func getpeername(fd int, addr *Sockaddr) unix.Errno {
	sa, err := unix.Getpeername(fd)
	incoming(addr, sa)
	return errnoOf(err)
}

// 2. Wait for peers. (accept4: sys_cloexec.go and its sibling.)

func listen(fd, backlog int) unix.Errno { return errnoOf(unix.Listen(fd, backlog)) }

// 3. Reach a peer.

func connect(fd int, addr *Sockaddr, raw bool) unix.Errno {
	if addr.len != 0 && addr.Family() == unix.AF_UNSPEC {
		return disconnect(fd)
	}
	sa, e := outgoing(addr)
	if e != 0 {
		return e
	}
	if sa == nil {
		return unix.EINVAL // as the kernels say of a null address
	}
	return errnoOf(unix.Connect(fd, sa))
}

// disconnect connects to AF_UNSPEC, which x/sys cannot say. connect(2): "Datagram sockets may dissolve the
// association by connecting to an invalid address". This is one, of a family that nothing connects to: the
// kernels dissolve first and look at the address then, whose error says nothing if the peer has gone.
func disconnect(fd int) unix.Errno {
	e := errnoOf(unix.Connect(fd, &unix.SockaddrDatalink{Len: unix.SizeofSockaddrDatalink, Index: 1}))
	switch e {
	case unix.EAFNOSUPPORT, unix.EINVAL, unix.ENOENT:
		if _, err := unix.Getpeername(fd); err == unix.ENOTCONN {
			return 0
		}
	}
	return e
}

// 4. Send.

// sendto is made of sendmsg: the Sendto of x/sys does not tell how many bytes were sent.
func sendto(fd int, p []byte, flags int, to *Sockaddr, raw bool) (int, unix.Errno) {
	sa, e := outgoing(to)
	if e != 0 {
		return 0, e
	}
	n, err := unix.SendmsgN(fd, p, nil, sa, flags)
	return n, errnoOf(err)
}

// sendmsg sends control data that come without data with a NUL byte, which it does not count: so x/sys
// has it, and there is no other way.
func sendmsg(fd int, iov [][]byte, control []byte, to unix.Sockaddr, flags int) (int, unix.Errno) {
	n, err := unix.SendmsgBuffers(fd, atLeastOne(iov), control, to, flags)
	return n, errnoOf(err)
}

// atLeastOne is iov, or one empty buffer: macOS has EMSGSIZE for none.
func atLeastOne(iov [][]byte) [][]byte {
	if len(iov) == 0 {
		return make([][]byte, 1)
	}
	return iov
}

func write(fd int, p []byte, raw bool) (int, unix.Errno) {
	n, err := unix.Write(fd, p)
	return n, errnoOf(err)
}

// 5. Receive.

// recvfrom fills from; nil asks for no address.
func recvfrom(fd int, p []byte, flags int, from *Sockaddr, raw bool) (int, unix.Errno) {
	n, sa, err := unix.Recvfrom(fd, p, flags)
	if err != nil && n < 0 {
		return 0, errnoOf(err)
	}
	incoming(from, sa) // with an error, p is here, and from nobody that x/sys knows
	return n, 0
}

// recvmsg receives control data without space for data by taking a byte of data all the same, or of a
// stream: so x/sys has it. The byte is lost, and not counted.
func recvmsg(fd int, iov [][]byte, control []byte, flags int) (n, controllen, rflags int, from unix.Sockaddr, e unix.Errno) {
	n, controllen, rflags, from, err := unix.RecvmsgBuffers(fd, atLeastOne(iov), control, flags|recvmsgFlags)
	if err != nil && n < 0 {
		return 0, 0, 0, nil, errnoOf(err)
	}
	controllen = min(controllen, len(control))
	setCloexecRights(control[:controllen])
	if n == 1 && isEmpty(iov) && len(control) > 0 {
		n = 0
	}
	return n, controllen, rflags, from, 0
}

func isEmpty(iov [][]byte) bool {
	for _, p := range iov {
		if len(p) > 0 {
			return false
		}
	}
	return true
}

func read(fd int, p []byte, raw bool) (int, unix.Errno) {
	n, err := unix.Read(fd, p)
	return n, errnoOf(err)
}

// 6. Options and flags.

// x/sys has an option's value by a handful of types only, and drops the length that the kernel returns.
// These two are package syscall's, by the names that it keeps for golang.org/x/net (syscall/badlinkname_unix.go:
// "Do not remove or change the type signature"); on OpenBSD and macOS they go through the C library.

//go:noescape
//go:linkname syscallGetsockopt syscall.getsockopt
func syscallGetsockopt(fd, level, name int, val unsafe.Pointer, vallen *uint32) error

//go:noescape
//go:linkname syscallSetsockopt syscall.setsockopt
func syscallSetsockopt(fd, level, name int, val unsafe.Pointer, vallen uintptr) error

func getsockopt(fd, level, name int, val unsafe.Pointer, vallen *uint32) unix.Errno {
	return errnoOf(syscallGetsockopt(fd, level, name, val, vallen))
}

func setsockopt(fd, level, name int, val unsafe.Pointer, vallen int) unix.Errno {
	return errnoOf(syscallSetsockopt(fd, level, name, val, uintptr(vallen)))
}

// These systems' calls are x/sys's and syscall's, which choose themselves whether the scheduler is told.
func mayWait(level, name int) bool { return true }

func getsockoptRaw(fd, level, name int, val unsafe.Pointer, vallen *uint32) unix.Errno {
	return getsockopt(fd, level, name, val, vallen)
}

func setsockoptRaw(fd, level, name int, val unsafe.Pointer, vallen int) unix.Errno {
	return setsockopt(fd, level, name, val, vallen)
}

func fcntl(fd, cmd, arg int) (int, unix.Errno) {
	r, err := unix.FcntlInt(uintptr(fd), cmd, arg)
	return r, errnoOf(err)
}

// ioctl reads a C int, which x/sys reads into the first bytes of a Go int.
func ioctl(fd int, req uint) (int32, unix.Errno) {
	v, err := unix.IoctlGetInt(fd, req)
	return *(*int32)(unsafe.Pointer(&v)), errnoOf(err)
}

// 7. Finish.

func shutdown(fd, how int) unix.Errno { return errnoOf(unix.Shutdown(fd, how)) }

func closefd(fd int, raw bool) unix.Errno { return errnoOf(unix.Close(fd)) }

// 8. Wait: only after EINTR, see retry.

// ppoll waits for events on fd for d at most, for ever if d is negative; in whole milliseconds, which is
// what all these systems have.
func ppoll(fd int, events int16, d time.Duration) (revents int16, e unix.Errno) {
	ms := -1
	if d >= 0 {
		ms = int(min((d+time.Millisecond-1)/time.Millisecond, math.MaxInt32))
	}
	pfds := [1]unix.PollFd{{Fd: int32(fd), Events: events}}
	_, err := unix.Poll(pfds[:], ms)
	return pfds[0].Revents, errnoOf(err)
}
