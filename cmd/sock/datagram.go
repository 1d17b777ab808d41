//go:build linux

package main

// This file holds the server of datagrams, which has no connections: one socket hears all, and answers each from
// the address that was asked.

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
)

// A datagram is what came, from whom, and the control data that make the answer leave from where it came to.
type datagram struct {
	data   []byte
	from   socket.Sockaddr
	answer []byte
}

func (c *config) datagramServer() error {
	s, err := c.bindServer()
	if err != nil {
		return err
	}
	if s.peer, err = s.getsockname(); err != nil {
		return err
	}
	if err := s.setTimeout(c.timeout); err != nil {
		return err
	}
	s.touch()
	say("sock: listening on %v", s.peer)
	time.Sleep(c.first)
	buf, control := make([]byte, c.read), make([]byte, 256)
	serve := map[string]func(*conn, *datagram) error{
		"stdio": c.dialogue(), "echo": echoDatagram, "discard": nothing, "chargen": chargenDatagram, "sink": c.sinkDatagram(),
	}[c.mode]
	if c.mode == "sink" {
		transfer.begin(0)
	}
	began := time.Now()
	for reads := 0; c.count == 0 || reads < c.count; reads++ {
		d, err := s.recvmsg(buf, control)
		if err == nil {
			err = serve(s, &d)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if c.mode == "sink" {
		n := transfer.bytes.Load()
		transfer.end()
		say("sock: received %s", sums(n, time.Since(began)))
	}
	return s.close()
}

// pktinfo has each datagram tell where it came to, if that is not said by the socket's own address.
func (s *conn) pktinfo() error {
	addr := s.peer.AddrPort().Addr()
	if !addr.IsValid() || !addr.IsUnspecified() {
		return nil
	}
	level, o := "IPPROTO_IP", socket.IP_PKTINFO
	if s.peer.Family() == socket.AF_INET6 {
		level, o = "IPPROTO_IPV6", socket.IPV6_RECVPKTINFO
	}
	err := socket.Setsockopt(s.fd, o, true)
	trace(err, "setsockopt(%d, %s, %v, [1], 4) → 0", s.fd, level, o)
	return failed("setsockopt", fmt.Sprintf("%v=true", o), err)
}

// recvmsg receives a datagram. One that did not fit is said to be cut. When -t is over, that is io.EOF.
func (s *conn) recvmsg(buf, control []byte) (datagram, error) {
	var d datagram
	msg := socket.Msghdr{Name: &d.from, Iov: [][]byte{buf}, Control: control}
	n, err := socket.Recvmsg(s.fd, &msg, 0)
	to := ""
	control = control[:msg.Controllen]
	if info, ok := cmsg.Get(control, cmsg.IP_PKTINFO); ok {
		d.answer = cmsg.Append(nil, cmsg.IP_PKTINFO, cmsg.InPktinfo{SpecDst: info.SpecDst})
		to = fmt.Sprintf(", to %v", info.Addr)
	}
	if info, ok := cmsg.Get(control, cmsg.IPV6_PKTINFO); ok {
		to = fmt.Sprintf(", to %v", info.Addr)
		if !info.Addr.IsLinkLocalUnicast() {
			info.Ifindex = 0 // the routing's choice
		}
		if info.Addr.IsMulticast() {
			info.Addr = netip.IPv6Unspecified()
		}
		d.answer = cmsg.Append(nil, cmsg.IPV6_PKTINFO, info)
	}
	trace(err, "recvmsg(%d, &msg, 0) → %d, from %v%s", s.fd, n, d.from, to)
	if err == unix.EAGAIN && s.timeout > 0 {
		return d, io.EOF
	}
	if msg.Flags&socket.MSG_TRUNC != 0 {
		say("sock: recvmsg %v: a datagram from %v was cut to %d bytes", s.peer, d.from, n)
	}
	s.touch()
	d.data = buf[:n]
	return d, failed("recvmsg", s.peer, err)
}

// sendmsg answers a datagram. A client without a name cannot be answered; one that has gone is no failure.
func (s *conn) sendmsg(d *datagram, data []byte) error {
	if d.from.Family() == socket.AF_UNIX && d.from.Path() == "" {
		return nil
	}
	n, err := socket.Sendmsg(s.fd, &socket.Msghdr{Name: &d.from, Iov: [][]byte{data}, Control: d.answer}, socket.MSG_NOSIGNAL)
	trace(err, "sendmsg(%d, &msg to %v, MSG_NOSIGNAL) → %d", s.fd, d.from, n)
	if err != nil {
		report(failed("sendmsg", d.from, err))
	}
	return nil
}

func echoDatagram(s *conn, d *datagram) error { return s.sendmsg(d, d.data) }

func nothing(*conn, *datagram) error { return nil }

// chargenDatagram answers with 0 to 512 characters, as RFC 864 has it.
func chargenDatagram(s *conn, d *datagram) error {
	for p := range pattern(512) {
		return s.sendmsg(d, p[:rand.IntN(len(p)+1)])
	}
	return nil
}

func (c *config) sinkDatagram() func(*conn, *datagram) error {
	return func(_ *conn, d *datagram) error {
		transfer.add(len(d.data))
		time.Sleep(c.pause)
		return nil
	}
}

// dialogue copies what comes to standard output, and standard input to whoever sent the first datagram.
func (c *config) dialogue() func(*conn, *datagram) error {
	var first *datagram
	return func(s *conn, d *datagram) error {
		if first == nil {
			first = &datagram{from: d.from, answer: d.answer}
			go func() {
				buf := make([]byte, c.write)
				for {
					n, err := os.Stdin.Read(buf)
					if n > 0 {
						s.sendmsg(first, buf[:n])
					}
					if err != nil {
						return // there is no end to send
					}
				}
			}()
		}
		return write(d.data)
	}
}
