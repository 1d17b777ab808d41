// Package udp sends and receives many datagrams in a system call. The kernel then carries up to 64 of them
// as one packet, and cuts it where it leaves: some tens of times the rate of single sends on loopback. Who
// uses the package need not know how.
//
//	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
//	err = socket.Bind(fd, addr)
//
//	s := udp.NewSender(udp.Fd(fd))
//	for _, p := range packets {
//		err = s.Sendto(p, to)          // p is copied
//	}
//	err = s.Flush()                    // now they go
//
//	r, err := udp.NewReceiver(udp.Fd(fd), udp.Settings{})
//	for d, err := range r.All() {      // waits
//		if err != nil { … }
//		fmt.Println(d.From, d.Data)    // until the next
//	}
//
// A [Sender] makes one UDP_SEGMENT message of datagrams of the same length to the same place, and sends all
// messages with sendmmsg(2). Where the kernel refuses the segments it sends them one by one. A [Receiver]
// reads with recvmmsg(2) and UDP_GRO, and cuts what was joined. Either end works with any other at the far
// side: what goes over the wire are plain datagrams.
//
// Both take a blocking descriptor (Fd(fd)), a non-blocking one (socket.Nonblocking(fd), which gives EAGAIN),
// or one on Go's poller (netfd.FD). Neither allocates per datagram, and neither is for several goroutines
// at once; several of them can share a descriptor.
//
// # What the rate on loopback does not show
//
// On loopback, and on a veth pair, the joined packet is handed over whole, to a receiver that asked for it:
// the gain is the kernel's whole cost per datagram. A network card cuts it into packets, in hardware if it
// has tx-udp-segmentation (ethtool -k), else the kernel does late on the way: the gain is then a few times,
// not tens. On the way in the kernel joins what the driver brings in one go, same addresses, same length:
// with many senders or few packets a second that is little. Single datagrams to many places gain what
// sendmmsg does, a tenth. And what a Sender keeps for Flush waits until then.
//
// # Where it exists
//
// On Linux: sendmmsg with UDP_SEGMENT (4.18) and recvmmsg with UDP_GRO (5.0) are Linux's, and elsewhere a loop
// of socket.Sendto and socket.Recvfrom is all there is to have. On older kernels the datagrams go, and come,
// one by one.
package udp

// This file holds what Sender and Receiver share; they are in sender_linux.go and receiver_linux.go.

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// A Socket is what datagrams go through: an [Fd], a socket.Nonblocking, a *netfd.FD. Another type needs a method
// Control as netfd.FD has too, for the options.
type Socket interface {
	Sendmmsg(msgs []socket.Mmsghdr, flags int) (n int, err error)
	Recvmmsg(msgs []socket.Mmsghdr, flags int, timeout time.Duration) (n int, err error)
}

// An Fd is a plain descriptor. If it is non-blocking, socket.Nonblocking(fd) costs a little less.
type Fd int

// Sendmmsg is socket.Sendmmsg.
func (fd Fd) Sendmmsg(msgs []socket.Mmsghdr, flags int) (n int, err error) {
	return socket.Sendmmsg(int(fd), msgs, flags)
}

// Recvmmsg is socket.Recvmmsg.
func (fd Fd) Recvmmsg(msgs []socket.Mmsghdr, flags int, timeout time.Duration) (n int, err error) {
	return socket.Recvmmsg(int(fd), msgs, flags, timeout)
}

// Control calls f with the descriptor.
func (fd Fd) Control(f func(fd int)) error { f(int(fd)); return nil }

// control calls f with a socket's descriptor.
func control(s Socket, f func(fd int) error) (err error) {
	switch s := s.(type) {
	case socket.Nonblocking:
		return f(int(s))
	case interface{ Control(func(fd int)) error }:
		if e := s.Control(func(fd int) { err = f(fd) }); e != nil {
			return e
		}
		return err
	}
	return unix.EOPNOTSUPP
}

// IsGSOFailure reports whether an error of a message with UDP_SEGMENT can mean that the kernel would have
// taken its datagrams one by one:
//
//	EIO        the device has no checksum offload, or IPsec is on the way
//	EINVAL     SO_NO_CHECK is set; before Linux 6.14 segments over the path's MTU
//	EMSGSIZE   segments over the path's MTU
//
// The same errors have other causes too. The answer is to send that message's datagrams one by one, with
// sendmmsg and without UDP_SEGMENT: nothing of it has gone out, so that nothing comes twice, and a datagram
// that fails then has failed for its own sake. A Sender does this. For those who do it themselves:
//
//   - Ask once: Getsockopt of socket.UDP_SEGMENT fails where there are none, on kernels before 4.18 and on
//     sockets that are not UDP. Those refuse nothing: they ignore the message and send all as one datagram.
//   - Give UDP_SEGMENT as a control message, cmsg.UDP_SEGMENT, with each message that has segments. The
//     option socket.UDP_SEGMENT cuts every send from then on, those after a refusal too.
//   - Give none to a message that is a single datagram: it gains nothing and can be refused.
//   - Segments go to one place, are all of one length but the last, which may be shorter, and are 64 at most,
//     together less than 64 KiB.
//   - A refusal is about a path and a size: remember it for the destination, not for the socket, and try
//     again after a while. A trial send on another socket says nothing about this path.
//   - An ICMP error of an earlier datagram can be any errno, EMSGSIZE among them, and is told once: make the
//     call again before believing it.
func IsGSOFailure(err error) bool {
	e, ok := errno(err)
	return ok && (e == unix.EIO || e == unix.EINVAL || e == unix.EMSGSIZE)
}

// errno is the errno inside an error.
func errno(err error) (unix.Errno, bool) {
	if e, ok := err.(unix.Errno); ok {
		return e, true
	}
	var e unix.Errno
	return e, errors.As(err, &e)
}
