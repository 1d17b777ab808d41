package udp

// This file holds the Sender:
//
//	1 taking datagrams: the queue   2 sending it   3 what the kernel refuses   4 errors and counters

import (
	"fmt"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
)

// 1. Taking datagrams.

const (
	maxSegments = 64             // the kernel's UDP_MAX_SEGMENTS; twice that since 6.9
	maxMessage  = 65535 - 60 - 8 // bytes: IPv4's longest packet less its longest header and UDP's
	maxDatagram = 65535 - 8      // bytes: none is longer
	maxQueue    = 512            // datagrams; with more buffers than that Sendmmsg clears memory for 2048
	maxMessages = 256            // messages made of them
	maxBytes    = 256 << 10      // of theirs; small enough for a processor's cache
	lookBack    = 32             // messages in which the last one to a destination is looked for
)

// A Sender takes datagrams and sends many in a call. Those to one destination arrive in order, as far as the
// network keeps it; those to different ones may overtake each other.
//
// It copies what Sendto takes, and sends when its queue of 256 KiB or 512 datagrams is full, and at Flush.
// What it has copied goes nowhere without Flush.
//
// Where segments are refused (see [IsGSOFailure]) it remembers the destination and the size, sends one by one,
// and tries again after 16384 datagrams.
//
// With IP_PMTUDISC_WANT, Linux's default, segments that are together longer than the MTU leave without the
// don't-fragment bit: a router cuts what does not fit, and nothing is learnt of the path's MTU. IP_PMTUDISC_DO
// and PROBE set the bit.
type Sender struct {
	socket Socket
	gso    bool // it has UDP_SEGMENT
	stats  SenderStats
	failed SendErrors // not yet told

	// The queue: datagrams in the order they came, chained to messages.
	bytes     []byte // copies of the datagrams
	used      int    // of bytes
	datagrams [maxQueue]queued
	ndatagram int
	messages  [maxMessages]message
	head      int // the first message that has not been sent
	nmessage  int
	first     uint64 // the Index of datagrams[0]

	// What the kernel is given, made of the queue.
	hdrs    [maxMessages]socket.Mmsghdr
	iov     [maxQueue][]byte
	control [maxMessages * controlSpace]byte

	// The same for the datagrams of a plain message.
	single    [maxSegments]socket.Mmsghdr
	singleIov [maxSegments][]byte

	refused map[socket.Sockaddr]*refusal
}

// controlSpace is cmsg.Space(2), that of UDP_SEGMENT, where words have 64 bits.
const controlSpace = 24

// A queued is a datagram in the queue.
type queued struct {
	p    []byte
	next int // in the message; -1 behind the last
}

// A message is one or more datagrams to one destination that go to the kernel as one.
type message struct {
	to          socket.Sockaddr
	first, last int  // of datagrams
	n           int  // how many
	size        int  // of each but the last
	bytes       int  // of all
	scattered   bool // not all behind each other in memory
	open        bool // another one can be added
	plain       bool // to be sent one by one
	again       bool // has been refused once
}

// NewSender makes a Sender that sends through a socket. It sets no options, and asks whether there is
// UDP_SEGMENT: if not, before Linux 4.18 or on a socket that is not UDP, all goes one by one. It takes 400 KiB
// of memory.
func NewSender(s Socket) *Sender {
	sender := &Sender{socket: s, bytes: make([]byte, maxBytes), refused: map[socket.Sockaddr]*refusal{}}
	sender.gso = control(s, func(fd int) error { _, err := socket.Getsockopt(fd, socket.UDP_SEGMENT); return err }) == nil
	for i := range sender.hdrs {
		sender.hdrs[i].Name = &sender.messages[i].to
	}
	return sender
}

// Sendto takes a copy of p, a datagram to an address.
//
// If the queue is full it is sent first. A [SendErrors] is about earlier datagrams then, and p is taken;
// with any other error it is not: EMSGSIZE (p is longer than any datagram), those of Flush.
func (s *Sender) Sendto(p []byte, to socket.Sockaddr) error {
	if len(p) > maxDatagram {
		return unix.EMSGSIZE
	}
	if s.ndatagram == maxQueue || s.nmessage == maxMessages || s.used+len(p) > maxBytes {
		if err := s.flush(); err != nil {
			return err
		}
	}
	n := s.used
	s.used += copy(s.bytes[n:], p)
	s.add(s.bytes[n:s.used], &to)
	return s.takeFailed()
}

// Send takes a copy of p, a datagram to where the socket is connected to; see Sendto.
func (s *Sender) Send(p []byte) error { return s.Sendto(p, socket.Sockaddr{}) }

// SendBatch sends datagrams to one address, the zero Sockaddr for a connected socket, without copying them,
// behind all that Sendto has taken. It is done with ps when it returns.
//
// n is how many it has dealt with: sent, or told of in a [SendErrors]. It is less than len(ps) only with
// another error, one of Flush; the rest, ps[n:], is not kept.
func (s *Sender) SendBatch(ps [][]byte, to socket.Sockaddr) (n int, err error) {
	if err := s.flush(); err != nil {
		return 0, err
	}
	for n < len(ps) && err == nil {
		for _, p := range ps[n:] {
			if s.ndatagram == maxQueue || s.nmessage == maxMessages {
				break
			}
			s.add(p, &to)
		}
		batch := s.ndatagram
		err = s.flush()
		left := 0
		for _, m := range s.messages[s.head:s.nmessage] {
			left += m.n
		}
		n += batch - left
		clear(s.datagrams[:batch]) // let go of the memory
		clear(s.iov[:batch])
		clear(s.singleIov[:])
		if left > 0 {
			s.reset()
			s.first -= uint64(left)
		}
	}
	if err != nil {
		return n, err
	}
	return n, s.takeFailed()
}

// add queues a datagram: as the next of the last message to its destination, or as a new message.
func (s *Sender) add(p []byte, to *socket.Sockaddr) {
	i := s.ndatagram
	s.ndatagram++
	s.datagrams[i] = queued{p, -1}
	if m := s.lastTo(to); m != nil && m.open && len(p) <= m.size && len(p) > 0 && m.n < maxSegments && m.bytes+len(p) <= maxMessage {
		last := &s.datagrams[m.last]
		last.next = i
		m.scattered = m.scattered || !follows(p, last.p)
		m.last = i
		m.n++
		m.bytes += len(p)
		m.open = len(p) == m.size // a shorter one is the last
		return
	}
	m := &s.messages[s.nmessage]
	s.nmessage++
	*m = message{to: *to, first: i, last: i, n: 1, size: len(p), bytes: len(p)}
	m.open = len(p) > 0 && s.segments(to, len(p))
}

// lastTo is the last message to a destination, nil if there is none among the last few.
func (s *Sender) lastTo(to *socket.Sockaddr) *message {
	for i := s.nmessage - 1; i >= s.head && i >= s.nmessage-lookBack; i-- {
		if s.messages[i].to == *to {
			return &s.messages[i]
		}
	}
	return nil
}

// reset empties the queue.
func (s *Sender) reset() {
	s.first += uint64(s.ndatagram)
	s.used, s.ndatagram, s.head, s.nmessage = 0, 0, 0, 0
}

// 2. Sending.

// Flush sends what the sender has taken.
//
// A [SendErrors] lists the datagrams that were refused; all others have gone. With any other error the
// datagrams not sent yet stay, and the next Flush goes on where this one ended: EAGAIN (a non-blocking
// socket's buffer is full; poll for writing), EPIPE (shut down), EBADF, or one of netfd's.
func (s *Sender) Flush() error {
	if err := s.flush(); err != nil {
		return err
	}
	return s.takeFailed()
}

// flush sends until the queue is empty, or an error concerns the socket rather than a datagram.
func (s *Sender) flush() error {
	niov := 0
	for i := s.head; i < s.nmessage; i++ {
		niov += s.build(i, s.iov[niov:])
	}
	for s.head < s.nmessage {
		if err := s.sendmmsg(); err != nil {
			e, ok := errno(err)
			if !ok || e == unix.EAGAIN || e == unix.EBADF || e == unix.ENOTSOCK || e == unix.EPIPE {
				return err
			}
			s.refuse(e)
		}
	}
	s.reset()
	return nil
}

// build makes the header of a message, with buffers from iov, and returns how many it took: one for datagrams
// that lie behind each other in memory.
func (s *Sender) build(i int, iov [][]byte) int {
	m, n := &s.messages[i], 1
	if !m.scattered {
		iov[0] = s.datagrams[m.first].p[:m.bytes]
	} else {
		n = 0
		for j := m.first; j >= 0; j = s.datagrams[j].next {
			iov[n] = s.datagrams[j].p
			n++
		}
	}
	hdr := &s.hdrs[i]
	hdr.Iov, hdr.Control = iov[:n], nil
	if m.n > 1 {
		control := s.control[i*controlSpace : (i+1)*controlSpace]
		hdr.Control = cmsg.Append(control[:0], cmsg.UDP_SEGMENT, uint16(m.size))
	}
	return n
}

// follows reports whether p lies behind q in the same array.
func follows(p, q []byte) bool {
	return len(p) > 0 && cap(q)-len(q) >= len(p) && &q[:len(q)+1][len(q)] == &p[0]
}

// sendmmsg makes one system call: for the messages up to the next plain one, or for the datagrams of a plain
// one. Its error is that of the message at the head.
func (s *Sender) sendmmsg() error {
	s.stats.Calls++
	m := &s.messages[s.head]
	if m.plain {
		hdrs := s.single[:0]
		for i := m.first; i >= 0; i = s.datagrams[i].next {
			n := len(hdrs)
			s.singleIov[n] = s.datagrams[i].p
			hdrs = append(hdrs, socket.Mmsghdr{Msghdr: socket.Msghdr{Name: &m.to, Iov: s.singleIov[n : n+1]}})
		}
		n, err := s.socket.Sendmmsg(hdrs, 0)
		for range n {
			s.stats.Datagrams++
			s.stats.Bytes += uint64(len(s.pop()))
		}
		return err
	}
	end := s.head + 1
	for end < s.nmessage && !s.messages[end].plain {
		end++
	}
	n, err := s.socket.Sendmmsg(s.hdrs[s.head:end], 0)
	for range n {
		m := &s.messages[s.head]
		if m.n > 1 {
			s.stats.Segmented++
		}
		s.stats.Datagrams += uint64(m.n)
		s.stats.Bytes += uint64(m.bytes)
		s.head++
	}
	return err
}

// pop takes the first datagram out of the message at the head, and with the last one the message.
func (s *Sender) pop() []byte {
	m := &s.messages[s.head]
	d := s.datagrams[m.first]
	m.first = d.next
	m.n--
	m.bytes -= len(d.p)
	if m.n == 0 {
		s.head++
	}
	return d.p
}

// 3. What the kernel refuses.

const (
	maxRefused = 1024    // destinations that are remembered
	retryAfter = 1 << 14 // datagrams, until segments are tried again
)

// A refusal says that the kernel takes no segments of size and more to a destination.
type refusal struct {
	size int
	left int // datagrams, until it is forgotten
}

// refuse deals with an error of the message at the head.
func (s *Sender) refuse(e unix.Errno) {
	m := &s.messages[s.head]
	segmented := m.n > 1 && !m.plain
	switch {
	case segmented && IsGSOFailure(e) && !m.again:
		m.again = true // it may have been an ICMP error of an earlier datagram: then it is gone now
	case segmented && IsGSOFailure(e):
		s.stats.Fallbacks++
		r := &refusal{m.size, retryAfter}
		if e == unix.EIO { // whatever the size
			r.size = 1
		}
		if len(s.refused) >= maxRefused {
			clear(s.refused)
		}
		s.refused[m.to] = r
		for i := s.head; i < s.nmessage; i++ {
			if other := &s.messages[i]; other.size >= r.size && other.to == m.to {
				other.plain = true
			}
		}
	case segmented && (e == unix.ENOBUFS || e == unix.ENETDOWN):
		for range m.n { // a part of it may have gone: never twice
			s.fail(e)
		}
	default: // the kernel has sent nothing of it; as with single sends the error takes one datagram
		s.fail(e)
		if segmented {
			s.build(s.head, s.hdrs[s.head].Iov)
		}
	}
}

// fail gives up the first datagram of the message at the head.
func (s *Sender) fail(e unix.Errno) {
	m := &s.messages[s.head]
	failed := SendError{Index: s.first + uint64(m.first), To: m.to, Err: e}
	failed.Len = len(s.pop())
	s.failed = append(s.failed, failed)
	s.stats.Errors++
}

// segments reports whether segments of a size to a destination are worth trying.
func (s *Sender) segments(to *socket.Sockaddr, size int) bool {
	if len(s.refused) == 0 || !s.gso {
		return s.gso
	}
	r := s.refused[*to]
	if r == nil || size < r.size {
		return true
	}
	if r.left--; r.left == 0 {
		delete(s.refused, *to)
	}
	return false
}

// 4. Errors and counters.

// A SendError is a datagram that the kernel refused, and that has not gone.
//
// ECONNREFUSED and other ICMP errors on a connected socket are about an earlier datagram to the same place:
// the call that met the error sent nothing, and the datagram here is that call's, as with Send. EMSGSIZE
// is this one: too long for the path with IP_PMTUDISC_DO, or for UDP.
type SendError struct {
	Index uint64          // which: how many the Sender had been given before it
	To    socket.Sockaddr // as given
	Len   int             // its length
	Err   error           // a unix.Errno
}

// Error has the form "udp: datagram 17 (1400 bytes to 10.0.0.1:53): connection refused".
func (e SendError) Error() string {
	if e.To == (socket.Sockaddr{}) {
		return fmt.Sprintf("udp: datagram %d (%d bytes): %v", e.Index, e.Len, e.Err)
	}
	return fmt.Sprintf("udp: datagram %d (%d bytes to %v): %v", e.Index, e.Len, e.To, e.Err)
}

// Unwrap is Err.
func (e SendError) Unwrap() error { return e.Err }

// SendErrors are the datagrams that the kernel refused since the last such error, in the order it did.
// errors.Is finds the errno of any, errors.As a SendError the first.
type SendErrors []SendError

// Error is that of the first, and how many more there are.
func (e SendErrors) Error() string {
	switch len(e) {
	case 0:
		return "udp: no error"
	case 1:
		return e[0].Error()
	}
	return fmt.Sprintf("%v, and %d more", e[0], len(e)-1)
}

// Unwrap is each of them.
func (e SendErrors) Unwrap() []error {
	all := make([]error, len(e))
	for i := range e {
		all[i] = e[i]
	}
	return all
}

// takeFailed is what failed since it was last called, as an error.
func (s *Sender) takeFailed() error {
	if len(s.failed) == 0 {
		return nil
	}
	failed := s.failed
	s.failed = nil
	return failed
}

// SenderStats are the counters of a Sender. Queued is Datagrams, Errors and what waits for Flush.
type SenderStats struct {
	Queued    uint64 // datagrams given to the sender: the Index of the next one
	Datagrams uint64 // that the kernel has taken
	Bytes     uint64 // in these, without headers
	Calls     uint64 // of sendmmsg
	Segmented uint64 // messages with UDP_SEGMENT that the kernel has taken
	Fallbacks uint64 // messages with UDP_SEGMENT that it refused: they were sent one by one, and others to there after them
	Errors    uint64 // datagrams that it refused
}

// Stats are the counters as they are now.
func (s *Sender) Stats() SenderStats {
	stats := s.stats
	stats.Queued = s.first + uint64(s.ndatagram)
	return stats
}
