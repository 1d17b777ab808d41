//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package socket

// This file holds how the calls with more than one buffer are made on the BSDs and macOS, and the
// constants that these have in common:
//
//	1 queue size   2 several buffers   3 constants
//
// What only some have is in socket_accept4.go, socket_sendfile.go, socket_ipproto.go and the file of each.

import (
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket/internal/race"
)

// 1. Queue size.

const fionread = 0x4004667f // FIONREAD: _IOR('f', 127, int); x/sys has it for other systems

// 2. Several buffers. The lists of buffers are made, and allocated, in x/sys.

func writevTo(fd int, iov [][]byte, raw bool) (int, error) {
	if !isInt(fd) {
		return 0, unix.EBADF
	}
	if len(iov) > maxIov {
		return 0, unix.EINVAL
	}
	race.Release()
	var r retry
	for {
		n, e := 0, unix.Errno(0)
		if r.flags == 0 {
			n, e = writev(fd, iov)
		} else { // a socket with a timeout: only sendmsg can be told not to wait
			n, e = sendmsg(fd, iov, nil, nil, r.flags)
		}
		if e == 0 {
			race.Readv(iov, n)
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_SNDTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

func readvFrom(fd int, iov [][]byte, raw bool) (int, error) {
	if !isInt(fd) {
		return 0, unix.EBADF
	}
	if len(iov) > maxIov {
		return 0, unix.EINVAL
	}
	var r retry
	for {
		n, e := 0, unix.Errno(0)
		if r.flags == 0 {
			n, e = readv(fd, iov)
		} else { // a socket with a timeout: only recvmsg can be told not to wait
			n, _, _, _, e = recvmsg(fd, iov, nil, r.flags)
		}
		if e == 0 {
			race.Writev(iov, n)
			race.Acquire()
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_RCVTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

func sendMessage(fd int, msg *Msghdr, flags int, raw bool) (int, error) {
	switch {
	case !isInt(fd) || !isInt(flags):
		return 0, invalid(fd)
	case msg == nil:
		return 0, unix.EFAULT
	case len(msg.Iov) > maxIov:
		return 0, unix.EMSGSIZE
	}
	to, e := outgoing(msg.Name)
	if e != 0 {
		return 0, e
	}
	race.Release()
	var r retry
	for {
		n, e := sendmsg(fd, msg.Iov, msg.Control, to, flags|r.flags)
		if e == 0 {
			race.Readv(msg.Iov, n)
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_SNDTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

func recvMessage(fd int, msg *Msghdr, flags int, raw bool) (int, error) {
	if msg == nil {
		return 0, unix.EFAULT
	}
	msg.Controllen, msg.Flags = 0, 0
	if msg.Name != nil {
		*msg.Name = Sockaddr{}
	}
	switch {
	case !isInt(fd) || !isInt(flags):
		return 0, invalid(fd)
	case len(msg.Iov) > maxIov:
		return 0, unix.EMSGSIZE
	}
	var r retry
	for {
		n, controllen, rflags, from, e := recvmsg(fd, msg.Iov, msg.Control, flags|r.flags)
		if e == 0 {
			msg.Controllen = controllen
			msg.Flags = rflags &^ ((r.flags | recvmsgFlags) &^ flags) // a kernel may report ours back
			incoming(msg.Name, from)
			race.Writev(msg.Iov, n)
			race.Write(msg.Control, msg.Controllen)
			race.Acquire()
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_RCVTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

// 3. Constants.

// Address families of the BSDs and macOS.
const (
	AF_CCITT   = unix.AF_CCITT
	AF_CHAOS   = unix.AF_CHAOS
	AF_CNT     = unix.AF_CNT
	AF_COIP    = unix.AF_COIP
	AF_DATAKIT = unix.AF_DATAKIT
	AF_DLI     = unix.AF_DLI
	AF_E164    = unix.AF_E164
	AF_ECMA    = unix.AF_ECMA
	AF_HYLINK  = unix.AF_HYLINK
	AF_IMPLINK = unix.AF_IMPLINK
	AF_ISO     = unix.AF_ISO
	AF_LAT     = unix.AF_LAT
	AF_LINK    = unix.AF_LINK // link-layer addresses, in routing messages
	AF_NATM    = unix.AF_NATM
	AF_OSI     = unix.AF_OSI
	AF_PUP     = unix.AF_PUP
)

// Protocols of the BSDs and macOS.
const (
	IPPROTO_DONE    = unix.IPPROTO_DONE
	IPPROTO_EON     = unix.IPPROTO_EON
	IPPROTO_ETHERIP = unix.IPPROTO_ETHERIP
	IPPROTO_GGP     = unix.IPPROTO_GGP
	IPPROTO_IPCOMP  = unix.IPPROTO_IPCOMP
	IPPROTO_IPV4    = unix.IPPROTO_IPV4
	IPPROTO_MAX     = unix.IPPROTO_MAX
)
