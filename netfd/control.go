//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netfd

import (
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// Control gives the function that net.Dialer.Control and net.ListenConfig.Control take: it sets options on each
// socket that package net makes, before it is bound or connected.
//
//	d := net.Dialer{Control: netfd.Control(
//		socket.Set(socket.IP_TOS, 0x10), socket.Set(socket.IPV6_TCLASS, 0x10),
//		socket.Set(socket.TCP_USER_TIMEOUT, 10*time.Second))}
//
// Options of IPv4 and of IPv6 may stand together: each socket gets those of its own family. On Linux one of
// AF_INET6 that carries IPv4 too (a listener on the wildcard address, without IPV6_V6ONLY) gets both. Options
// of other levels are set on every socket: those of TCP make a Dial of UDP or unix fail, with ENOPROTOOPT or EOPNOTSUPP. TCP_NODELAY and keep-alive do not last: package net sets its own
// when the connection is there (see net.Dialer.KeepAliveConfig and (*net.TCPConn).SetNoDelay).
//
// An error is an *os.SyscallError that names the option, and ends the Dial or Listen.
func Control(settings ...socket.Setting) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) (err error) {
		if e := c.Control(func(fd uintptr) { err = apply(int(fd), settings) }); e != nil {
			return e
		}
		return err
	}
}

func apply(fd int, settings []socket.Setting) error {
	// The network that package net names does not tell: "tcp6" is also the name of what carries both.
	name, err := socket.Getsockname(fd)
	if err != nil {
		return os.NewSyscallError("getsockname", err)
	}
	for _, s := range settings {
		switch family := name.Family(); {
		case s.Level() == socket.IPPROTO_IPV6 && family == socket.AF_INET,
			s.Level() == socket.IPPROTO_IP && family == socket.AF_INET6 && !carriesIPv4(fd):
			continue
		}
		if err := s.Apply(fd); err != nil {
			return os.NewSyscallError("setsockopt "+s.String(), err)
		}
	}
	return nil
}

// carriesIPv4 reports whether a socket of AF_INET6 takes options of IPv4, and has a use for them.
func carriesIPv4(fd int) bool {
	if runtime.GOOS != "linux" {
		return false
	}
	typ, err := socket.Getsockopt(fd, socket.SO_TYPE)
	if err != nil || typ == unix.SOCK_RAW {
		return false
	}
	only, err := socket.Getsockopt(fd, socket.IPV6_V6ONLY)
	return err == nil && !only
}
