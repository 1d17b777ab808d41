package udp

// This file holds the Receiver:
//
//	1 making one, and its options   2 datagrams   3 counters

import (
	"iter"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
)

// 1. Making one.

// Settings are what a Receiver asks the kernel for, and the room it has. The zero Settings are those to
// begin with: datagrams and their source.
type Settings struct {
	Pktinfo   bool // Datagram.To and Ifindex: IP_PKTINFO, IPV6_RECVPKTINFO
	TOS       bool // Datagram.TOS: IP_RECVTOS, IPV6_RECVTCLASS
	Timestamp bool // Datagram.Time: SO_TIMESTAMPNS
	Drops     bool // ReceiverStats.Drops: SO_RXQ_OVFL

	// Messages is how many messages a call can bring; 8 for 0, 1024 at most. Each is one datagram, or up to 64
	// and more that the kernel has joined.
	Messages int

	// Size is the room for each message, in bytes; 64 KiB for 0, which UDP_GRO needs. With less room UDP_GRO is
	// left as it is, so that each message is one datagram, and longer ones are cut.
	Size int
}

const (
	defaultMessages = 8
	groSize         = 1<<16 - 1
	controlBytes    = 512 // of control messages with each: those of Settings take 200
)

// A Receiver receives datagrams, many in a call. It takes Settings.Messages times Settings.Size of memory: 512 KiB.
type Receiver struct {
	socket Socket
	stats  ReceiverStats

	msgs  []socket.Mmsghdr
	names []socket.Sockaddr
	n, i  int // the call brought n messages, of which i are used up

	d    Datagram
	rest []byte // of the message that d is a part of, behind d
	size int    // of its datagrams; 0 if rest is none
	more bool   // there is rest
	cut  bool   // the message was cut
}

// NewReceiver makes a Receiver that receives from a socket, and sets the options that the settings say, and
// UDP_GRO, which concerns all who receive from that socket: it brings them datagrams joined. It turns none
// off.
//
// The kernel may lack UDP_GRO (before 5.0): then there are fewer datagrams in a call. Errors: those of
// Setsockopt, EINVAL (Messages or Size is negative or too large), EOPNOTSUPP (a Socket without a descriptor).
func NewReceiver(s Socket, set Settings) (*Receiver, error) {
	if set.Messages == 0 {
		set.Messages = defaultMessages
	}
	if set.Size == 0 {
		set.Size = groSize
	}
	if set.Messages < 0 || set.Messages > 1024 || set.Size < 0 || set.Size > 1<<20 {
		return nil, unix.EINVAL
	}
	if err := control(s, set.setsockopt); err != nil {
		return nil, err
	}
	r := &Receiver{socket: s, msgs: make([]socket.Mmsghdr, set.Messages), names: make([]socket.Sockaddr, set.Messages)}
	bytes, control := make([]byte, set.Messages*set.Size), make([]byte, set.Messages*controlBytes)
	iov := make([][]byte, set.Messages)
	for i := range r.msgs {
		iov[i] = bytes[i*set.Size : (i+1)*set.Size : (i+1)*set.Size]
		r.msgs[i].Name = &r.names[i]
		r.msgs[i].Iov = iov[i : i+1 : i+1]
		r.msgs[i].Control = control[i*controlBytes : (i+1)*controlBytes : (i+1)*controlBytes]
	}
	return r, nil
}

// setsockopt sets the options.
func (set Settings) setsockopt(fd int) error {
	domain, err := socket.Getsockopt(fd, socket.SO_DOMAIN)
	if err != nil {
		return err
	}
	if set.Size >= groSize {
		if err := socket.Setsockopt(fd, socket.UDP_GRO, true); err != nil && err != unix.ENOPROTOOPT {
			return err
		}
	}
	v6 := domain == socket.AF_INET6
	for _, o := range []struct {
		on  bool
		opt socket.Option[bool, socket.RW]
	}{
		{set.Pktinfo && !v6, socket.IP_PKTINFO},
		{set.Pktinfo && v6, socket.IPV6_RECVPKTINFO}, // of IPv4 too: a mapped address
		{set.TOS, socket.IP_RECVTOS},                 // on AF_INET6 for the IPv4 that comes there
		{set.TOS && v6, socket.IPV6_RECVTCLASS},
		{set.Timestamp, socket.SO_TIMESTAMPNS},
		{set.Drops, socket.SO_RXQ_OVFL},
	} {
		if o.on {
			if err := socket.Setsockopt(fd, o.opt, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// 2. Datagrams.

// A Datagram is one datagram received. Its memory is the Receiver's: Data and Control are valid until the
// next call of one of its methods.
type Datagram struct {
	Data    []byte
	From    socket.Sockaddr
	To      netip.Addr // the destination in the header, a group's too; with Settings.Pktinfo
	Ifindex int        // the interface it came by; with Settings.Pktinfo
	TOS     int        // the DSCP and ECN byte; with Settings.TOS
	Time    time.Time  // when the kernel had it; with Settings.Timestamp
	Flags   int        // MSG_TRUNC: it was longer than the room, and what was joined behind it is lost; MSG_CTRUNC
	Control []byte     // all control messages that came with it, for package cmsg
}

// ECN is the congestion mark, the low two bits of TOS: 0 not capable, 1 and 2 capable, 3 congestion met.
func (d *Datagram) ECN() int { return d.TOS & 3 }

// Next is the next datagram, and makes a system call if the last one's are used up. The Datagram is
// overwritten by the next call.
//
// Errors: EAGAIN (a non-blocking socket has none), ECONNREFUSED and other ICMP errors of what was sent on a
// connected socket; the next call goes on.
func (r *Receiver) Next() (*Datagram, error) {
	if !r.ready() {
		if err := r.recvmmsg(); err != nil {
			return nil, err
		}
	}
	r.cutOff()
	return &r.d, nil
}

// All goes through the datagrams as they come, waiting for them on a blocking socket. It ends behind an
// error, with a nil Datagram; ranging over it again goes on. Each Datagram is overwritten by the next.
func (r *Receiver) All() iter.Seq2[*Datagram, error] {
	return func(yield func(*Datagram, error) bool) {
		for {
			d, err := r.Next()
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}

// RecvBatch fills ds with datagrams and returns how many: those that are there, or if there are none those
// of one system call. All of them are valid until the next call. Errors are those of Next, for the first.
func (r *Receiver) RecvBatch(ds []Datagram) (n int, err error) {
	if len(ds) == 0 {
		return 0, nil
	}
	if !r.ready() {
		if err := r.recvmmsg(); err != nil {
			return 0, err
		}
	}
	for n < len(ds) && r.ready() {
		r.cutOff()
		ds[n] = r.d
		n++
	}
	return n, nil
}

// ready reports whether there is a datagram that needs no call.
func (r *Receiver) ready() bool { return r.more || r.i < r.n }

// recvmmsg waits for one message and takes those behind it that are there.
func (r *Receiver) recvmmsg() error {
	r.n, r.i = 0, 0
	n, err := r.socket.Recvmmsg(r.msgs, unix.MSG_WAITFORONE, -1)
	r.stats.Calls++
	if err != nil {
		return err
	}
	r.n = n
	return nil
}

// cutOff makes r.d the next datagram, of the message it was a part of or the next one.
func (r *Receiver) cutOff() {
	if !r.more {
		r.open(&r.msgs[r.i])
		r.i++
	}
	d := &r.d
	if r.size > 0 && len(r.rest) > r.size {
		d.Data, r.rest = r.rest[:r.size:r.size], r.rest[r.size:]
	} else {
		d.Data, r.rest, r.more = r.rest[:len(r.rest):len(r.rest)], nil, false
		if r.cut {
			d.Flags |= unix.MSG_TRUNC
			r.stats.Truncated++
		}
	}
	r.stats.Datagrams++
	r.stats.Bytes += uint64(len(d.Data))
}

// open takes a message: what all its datagrams have in common, and the bytes to cut.
func (r *Receiver) open(msg *socket.Mmsghdr) {
	d := &r.d
	d.From = *msg.Name
	d.To, d.Ifindex, d.TOS, d.Time = netip.Addr{}, 0, 0, time.Time{}
	d.Flags = msg.Flags &^ unix.MSG_TRUNC
	d.Control = msg.Control[:msg.Controllen:msg.Controllen]
	r.rest, r.more = msg.Iov[0][:min(msg.Len, len(msg.Iov[0]))], true
	r.cut = msg.Flags&unix.MSG_TRUNC != 0
	r.size = 0
	for h, data := range cmsg.All(d.Control) {
		if size, ok := cmsg.UDP_GRO.Decode(h, data); ok {
			r.size = size
		} else if tos, ok := cmsg.IP_TOS.Decode(h, data); ok {
			d.TOS = tos
		} else if tos, ok := cmsg.IPV6_TCLASS.Decode(h, data); ok {
			d.TOS = tos
		} else if info, ok := cmsg.IP_PKTINFO.Decode(h, data); ok {
			d.To, d.Ifindex = info.Addr, info.Ifindex
		} else if info, ok := cmsg.IPV6_PKTINFO.Decode(h, data); ok {
			d.To, d.Ifindex = info.Addr, info.Ifindex
		} else if stamp, ok := cmsg.SCM_TIMESTAMPNS.Decode(h, data); ok {
			d.Time = stamp
		} else if stamp, ok := cmsg.SCM_TIMESTAMPNS_NEW.Decode(h, data); ok {
			d.Time = stamp
		} else if drops, ok := cmsg.SO_RXQ_OVFL.Decode(h, data); ok {
			r.stats.Drops = drops
		}
	}
	if r.size > 0 && len(r.rest) > r.size {
		r.stats.Joined++
	}
}

// 3. Counters.

// ReceiverStats are the counters of a Receiver. Drops are what the kernel says with each message that comes:
// what it has dropped since then is not in them yet. It counts joined datagrams as one.
type ReceiverStats struct {
	Datagrams uint64 // given out
	Bytes     uint64 // in these, without headers
	Calls     uint64 // of recvmmsg
	Joined    uint64 // messages that were several datagrams
	Truncated uint64 // messages that were cut
	Drops     uint32 // messages dropped for want of room since the socket was made, modulo 1<<32; with Settings.Drops
}

// Stats are the counters as they are now.
func (r *Receiver) Stats() ReceiverStats { return r.stats }
