package socketserver

import (
	"errors"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/udp"
)

// This file holds how Linux receives and answers UDP datagrams: many in a call.

const manyUDP = true

var reusePort = []socket.Setting{socket.Set(socket.SO_REUSEPORT, true)}

// A local is where a datagram came to: what its answer leaves from.
type local struct {
	addr    netip.Addr // zero: the kernel chooses
	ifindex int
}

func (u *udpSocket) prepare() error {
	if u.s.addr.Family() == socket.AF_UNIX {
		u.rx = newSingle(u)
		return nil
	}
	size := 0 // 64 KiB, and UDP_GRO
	if u.s.MaxPacketSize < 1<<16-1 {
		size = u.s.MaxPacketSize
	}
	wildcard := u.s.addr.AddrPort().Addr().IsUnspecified()
	r, err := udp.NewReceiver(drainable{u}, udp.Settings{Pktinfo: wildcard, Size: size})
	if err != nil {
		return err
	}
	u.rx = &many{u: u, r: r, wildcard: wildcard, ds: make([]udp.Datagram, batch)}
	return nil
}

// A drainable is a socket that does not wait any more when the server is shutting down.
type drainable struct{ u *udpSocket }

func (s drainable) Sendmmsg(msgs []socket.Mmsghdr, flags int) (int, error) {
	return s.u.fd.Sendmmsg(msgs, flags)
}

func (s drainable) Recvmmsg(msgs []socket.Mmsghdr, flags int, timeout time.Duration) (int, error) {
	if !s.u.draining.Load() {
		n, err := s.u.fd.Recvmmsg(msgs, flags, timeout)
		if !errors.Is(err, os.ErrDeadlineExceeded) || !s.u.draining.Load() {
			return n, err
		}
	}
	return s.u.fd.Recvmmsg(msgs, flags|socket.MSG_DONTWAIT, timeout)
}

// Getsockopt and its like reach the descriptor by Control.
func (s drainable) Control(f func(fd int)) error { return s.u.fd.Control(f) }

// A many receives datagrams in batches.
type many struct {
	u        *udpSocket
	r        *udp.Receiver
	wildcard bool
	ds       []udp.Datagram
	n, i     int
	tx       sender
}

func (m *many) next(max int) (err error) {
	m.i = 0
	m.n, err = m.r.RecvBatch(m.ds[:max])
	return err
}

func (m *many) each(d *Datagram) bool {
	if m.i == m.n {
		return false
	}
	from := &m.ds[m.i]
	m.i++
	*d = Datagram{Data: from.Data, Peer: from.From, u: m.u, flags: from.Flags}
	if m.wildcard {
		d.local = asked(from)
	}
	return true
}

// asked is the address that an answer leaves from: the one that was asked, or for a group's or a broadcast one
// the interface's own.
func asked(d *udp.Datagram) local {
	if v, ok := cmsg.Get(d.Control, cmsg.IP_PKTINFO); ok {
		return local{v.SpecDst, 0}
	}
	v, ok := cmsg.Get(d.Control, cmsg.IPV6_PKTINFO)
	if !ok || v.Addr.IsMulticast() {
		return local{}
	}
	if v.Addr.IsLinkLocalUnicast() {
		return local{v.Addr, v.Ifindex}
	}
	return local{v.Addr, 0}
}

// A sender keeps answers until all datagrams of a batch are handled.
type sender struct {
	msgs []socket.Mmsghdr
	bufs []answer
	n    int
	old  time.Time // when the first was kept
}

// An answer is one datagram of a sender.
type answer struct {
	to      socket.Sockaddr
	iov     [1][]byte
	control [64]byte
}

// reply takes an answer.
func (u *udpSocket) reply(d *Datagram, p []byte) error {
	if u.s.addr.Family() == socket.AF_UNIX {
		return u.sendUnix(d, p)
	}
	if len(p) > 1<<16-1 {
		return call("sendmsg", unix.EMSGSIZE)
	}
	if d.now {
		var control [64]byte
		n, err := u.fd.Sendmsg(&socket.Msghdr{Name: &d.Peer, Iov: [][]byte{p}, Control: d.local.control(control[:0])}, 0)
		u.s.counts.out.Add(int64(n))
		return err
	}
	t := &u.rx.(*many).tx
	if t.msgs == nil {
		t.msgs, t.bufs = make([]socket.Mmsghdr, batch), make([]answer, batch)
	}
	if t.n == batch {
		u.flush(0)
	}
	if t.n == 0 {
		t.old = time.Now()
	}
	b := &t.bufs[t.n]
	b.to = d.Peer
	b.iov[0] = append(b.iov[0][:0], p...)
	m := &t.msgs[t.n]
	m.Name, m.Iov, m.Control = &b.to, b.iov[:], d.local.control(b.control[:0])
	t.n++
	return nil
}

// control is the control message that says where a datagram leaves from.
func (l local) control(b []byte) []byte {
	switch {
	case !l.addr.IsValid() || l.addr.IsUnspecified():
		return nil
	case l.addr.Is4():
		return cmsg.Append(b, cmsg.IP_PKTINFO, cmsg.InPktinfo{SpecDst: l.addr})
	}
	return cmsg.Append(b, cmsg.IPV6_PKTINFO, cmsg.In6Pktinfo{Addr: l.addr, Ifindex: l.ifindex})
}

// flush sends the answers that are kept, if the first is older than wait. One that the kernel refuses is told of, and
// the next ones go on.
func (u *udpSocket) flush(wait time.Duration) {
	m, ok := u.rx.(*many)
	if !ok || m.tx.n == 0 || wait > 0 && time.Since(m.tx.old) < wait {
		return
	}
	t := &m.tx
	for i := 0; i < t.n; {
		n, err := u.fd.Sendmmsg(t.msgs[i:t.n], 0)
		for j := range n {
			u.s.counts.out.Add(int64(t.msgs[i+j].Len))
		}
		i += n
		if err != nil {
			if u.s.life.ctx.Err() == nil {
				report(u.s.HandleError, logger(u.s.Log), &u.s.counts, t.bufs[i].to, err)
			}
			i++
		}
	}
	t.n = 0
}
