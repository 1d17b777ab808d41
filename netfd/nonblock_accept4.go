//go:build linux || freebsd || netbsd || openbsd || dragonfly

package netfd

// This file holds how descriptors are made non-blocking where the calls that make them can do it.

import (
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

func newSocket(domain, typ, protocol int) (fd int, err error) {
	return socket.Socket(domain, typ|unix.SOCK_NONBLOCK, protocol)
}

func newPair(domain, typ, protocol int) (fds [2]int, err error) {
	return socket.Socketpair(domain, typ|unix.SOCK_NONBLOCK, protocol)
}

func acceptFrom(fd int) (nfd int, peer socket.Sockaddr, err error) {
	return socket.Nonblocking(fd).Accept4(unix.SOCK_NONBLOCK)
}
