//go:build freebsd || netbsd || openbsd || dragonfly

package socket

// This file holds the calls that make descriptors where the kernel makes them close-on-exec in the call.

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

func socket(domain, typ, protocol int) (int, unix.Errno) {
	fd, err := unix.Socket(domain, typ|unix.SOCK_CLOEXEC, protocol)
	return fd, errnoOf(err)
}

func socketpair(domain, typ, protocol int, fds *[2]int32) unix.Errno {
	sv, err := unix.Socketpair(domain, typ|unix.SOCK_CLOEXEC, protocol)
	fds[0], fds[1] = int32(sv[0]), int32(sv[1])
	return errnoOf(err)
}

// accept4 fills addr, if it is not nil. It is package syscall's: x/sys has none for NetBSD and OpenBSD.
func accept4(fd int, addr *Sockaddr, flags int, raw bool) (int, unix.Errno) {
	nfd, sa, err := syscall.Accept4(fd, flags|unix.SOCK_CLOEXEC)
	if err != nil {
		return -1, errnoOf(err) // with an address that it cannot read, too: it has closed the descriptor
	}
	if addr != nil {
		*addr = fromSyscall(sa)
	}
	return nfd, 0
}

func fromSyscall(sa syscall.Sockaddr) (addr Sockaddr) {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		addr = SockaddrIn(netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)))
	case *syscall.SockaddrInet6:
		addr = SockaddrIn6(netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), uint16(sa.Port)), 0, sa.ZoneId)
	case *syscall.SockaddrUnix:
		addr, _ = SockaddrUn(sa.Name)
	}
	return addr
}

// Received descriptors are close-on-exec by a flag of recvmsg.

const recvmsgFlags = unix.MSG_CMSG_CLOEXEC

func setCloexecRights([]byte) {}
