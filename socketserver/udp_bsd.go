//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package socketserver

import (
	"time"

	"rawsocket.internal/socket"
)

// This file holds how systems without recvmmsg receive and answer UDP datagrams: one by one. An answer leaves from
// the address the kernel chooses.

const manyUDP = false

var reusePort []socket.Setting

type local struct{}

func (u *udpSocket) prepare() error {
	u.rx = newSingle(u)
	return nil
}

func (u *udpSocket) flush(time.Duration) {}

func (u *udpSocket) reply(d *Datagram, p []byte) error {
	if u.s.addr.Family() == socket.AF_UNIX {
		return u.sendUnix(d, p)
	}
	return u.send(d, p, 0)
}
