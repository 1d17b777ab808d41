package cmsg

// This file holds what the error queue of a socket brings, to calls with MSG_ERRQUEUE: errors of what was sent,
// time stamps, and the end of zero-copy sends.

import (
	"encoding/binary"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// An Origin says where an entry of the error queue comes from: SO_EE_ORIGIN_*.
type Origin uint8

const (
	SO_EE_ORIGIN_NONE         Origin = unix.SO_EE_ORIGIN_NONE
	SO_EE_ORIGIN_LOCAL        Origin = unix.SO_EE_ORIGIN_LOCAL        // this host: EMSGSIZE
	SO_EE_ORIGIN_ICMP         Origin = unix.SO_EE_ORIGIN_ICMP         // an ICMP message: Type and Code are its
	SO_EE_ORIGIN_ICMP6        Origin = unix.SO_EE_ORIGIN_ICMP6        // an ICMPv6 message
	SO_EE_ORIGIN_TIMESTAMPING Origin = unix.SO_EE_ORIGIN_TIMESTAMPING // SO_TIMESTAMPING: see Timestamp
	SO_EE_ORIGIN_TXSTATUS            = SO_EE_ORIGIN_TIMESTAMPING      // SO_WIFI_STATUS, with SCM_WIFI_STATUS
	SO_EE_ORIGIN_ZEROCOPY     Origin = unix.SO_EE_ORIGIN_ZEROCOPY     // MSG_ZEROCOPY: see Zerocopy
	SO_EE_ORIGIN_TXTIME       Origin = unix.SO_EE_ORIGIN_TXTIME       // SCM_TXTIME: see Txtime
)

// Values of RecvErr.Code.
const (
	SO_EE_CODE_ZEROCOPY_COPIED      = unix.SO_EE_CODE_ZEROCOPY_COPIED      // the data were copied after all
	SO_EE_CODE_TXTIME_INVALID_PARAM = unix.SO_EE_CODE_TXTIME_INVALID_PARAM // the time could not be used
	SO_EE_CODE_TXTIME_MISSED        = unix.SO_EE_CODE_TXTIME_MISSED        // the time had passed
)

// Which time a stamp of a send is, as RecvErr.Timestamp has it.
const (
	SCM_TSTAMP_SND        = unix.SCM_TSTAMP_SND   // it went to the device, or left it (Timestamps.Hardware)
	SCM_TSTAMP_SCHED      = unix.SCM_TSTAMP_SCHED // it was queued
	SCM_TSTAMP_ACK        = unix.SCM_TSTAMP_ACK   // the peer has acknowledged it
	SCM_TSTAMP_COMPLETION = 3                     // the device has done with it; Bluetooth; linux/errqueue.h
)

// A RecvErr is an entry of the error queue: struct sock_extended_err, and the address behind it.
//
// To read the queue, call Recvmsg with MSG_ERRQUEUE: it never waits, and gives EAGAIN when the queue is empty.
// poll says POLLERR when it is not. The data are what was sent, as far as they came back, Msghdr.Name is where it
// went. While the queue holds an error of ICMP, other calls on the socket return it once. AF_UNIX and AF_NETLINK have
// no such queue and pass over the flag: there the call receives, and waits.
//
// See ip(7), IP_RECVERR.
type RecvErr struct {
	Errno    unix.Errno      // ee_errno: ECONNREFUSED, EHOSTUNREACH, EMSGSIZE, …; ENOMSG with a time stamp; 0 with zero copy
	Origin   Origin          // ee_origin
	Type     uint8           // ee_type: of the ICMP message
	Code     uint8           // ee_code: of the ICMP message, or SO_EE_CODE_*
	Info     uint32          // ee_info
	Data     uint32          // ee_data
	Offender socket.Sockaddr // SO_EE_OFFENDER: who sent the ICMP message; for other origins none, the zero Sockaddr
}

// GetRecvErr finds the entry of the error queue in a control buffer as received, whatever the family of the
// socket: IP_RECVERR, IPV6_RECVERR, PACKET_TX_TIMESTAMP or VSOCK_RECVERR.
func GetRecvErr(control []byte) (e RecvErr, ok bool) {
	for _, t := range [...]Type[RecvErr]{IP_RECVERR, IPV6_RECVERR, PACKET_TX_TIMESTAMP, VSOCK_RECVERR} {
		if e, ok = Get(control, t); ok {
			break
		}
	}
	return e, ok
}

// MTU is the MTU of the path, in bytes, that a datagram was too big for: an EMSGSIZE of this host or a router.
func (e RecvErr) MTU() (mtu int, ok bool) {
	if e.Errno != unix.EMSGSIZE || e.Origin == SO_EE_ORIGIN_NONE || e.Origin > SO_EE_ORIGIN_ICMP6 {
		return 0, false
	}
	return int(e.Info), true
}

// Zerocopy is the sends with MSG_ZEROCOPY that are done, from the first to the last, both included: their buffers
// may be used again. The kernel numbers those of a socket from 0, modulo 1<<32, so that last may be less than first;
// ranges mostly come in order, but need not. A send that failed has no number, but over UDP it has one if it failed
// behind the making of its packet, and an empty datagram has one. copied says that the kernel copied the data after
// all: such sends gain nothing. The type Zerocopy counts along.
//
// See Documentation/networking/msg_zerocopy.rst.
func (e RecvErr) Zerocopy() (first, last uint32, copied, ok bool) {
	if e.Origin != SO_EE_ORIGIN_ZEROCOPY || e.Errno != 0 {
		return 0, 0, false, false
	}
	return e.Info, e.Data, e.Code&SO_EE_CODE_ZEROCOPY_COPIED != 0, true
}

// Timestamp is which send the stamp beside it, SCM_TIMESTAMPING, belongs to, and which of its times it is:
// SCM_TSTAMP_*.
//
// With SOF_TIMESTAMPING_OPT_ID id counts the sends of a datagram socket from 0, or is what SCM_TS_OPT_ID gave; on a
// stream it is the last byte of the send, counted from when the option was set. Without, it is 0.
//
// See Documentation/networking/timestamping.rst.
func (e RecvErr) Timestamp() (id uint32, tstamp int, ok bool) {
	if e.Origin != SO_EE_ORIGIN_TIMESTAMPING || e.Errno != unix.ENOMSG {
		return 0, 0, false
	}
	return e.Data, int(e.Info), true
}

// Txtime is the time, as SCM_TXTIME gave it, of a datagram that was dropped for it: Code says why
// (SO_EE_CODE_TXTIME_*). SOF_TXTIME_REPORT_ERRORS asks for it.
func (e RecvErr) Txtime() (txtime uint64, ok bool) {
	if e.Origin != SO_EE_ORIGIN_TXTIME {
		return 0, false
	}
	return uint64(e.Data)<<32 | uint64(e.Info), true
}

// Extensions is where in the data that came back the extensions of an ICMP message begin (RFC 4884). valid says that
// the kernel found their checksum and lengths right. IP_RECVERR_RFC4884 asks for it.
func (e RecvErr) Extensions() (offset int, valid, ok bool) {
	if e.Origin != SO_EE_ORIGIN_ICMP && e.Origin != SO_EE_ORIGIN_ICMP6 {
		return 0, false, false
	}
	var b [4]byte // struct sock_ee_data_rfc4884 { __u16 len; __u8 flags; __u8 reserved; }
	binary.NativeEndian.PutUint32(b[:], e.Data)
	offset = int(binary.NativeEndian.Uint16(b[:]))
	return offset, b[2]&unix.SO_EE_RFC4884_FLAG_INVALID == 0, offset != 0
}

const sizeofSockExtendedErr = 16

func (e *RecvErr) append(b []byte) []byte {
	b = binary.NativeEndian.AppendUint32(b, uint32(e.Errno))
	b = append(b, uint8(e.Origin), e.Type, e.Code, 0)
	b = binary.NativeEndian.AppendUint32(b, e.Info)
	b = binary.NativeEndian.AppendUint32(b, e.Data)
	return append(b, e.Offender.Bytes()...)
}

func (e *RecvErr) decode(data []byte) bool {
	if len(data) < sizeofSockExtendedErr {
		return false
	}
	*e = RecvErr{
		Errno:  unix.Errno(binary.NativeEndian.Uint32(data)),
		Origin: Origin(data[4]),
		Type:   data[5],
		Code:   data[6],
		Info:   binary.NativeEndian.Uint32(data[8:]),
		Data:   binary.NativeEndian.Uint32(data[12:]),
	}
	addr := data[sizeofSockExtendedErr:]
	if len(addr) < 2 {
		return true
	}
	size := 0
	switch binary.NativeEndian.Uint16(addr) {
	case unix.AF_INET:
		size = unix.SizeofSockaddrInet4
	case unix.AF_INET6:
		size = unix.SizeofSockaddrInet6
	}
	if size <= len(addr) {
		e.Offender, _ = socket.SockaddrFrom(addr[:size])
	}
	return true
}

// OptStats is the state of a TCP connection when a stamp was taken: the netlink attributes of
// SCM_TIMESTAMPING_OPT_STATS, TCP_NLA_*. An older kernel has fewer: Has tells which came. What they mean is said
// beside those of TCP_INFO, which most of them are too. linux/tcp.h.
type OptStats struct {
	attrs                 uint32
	Busy                  time.Duration // sending
	Rwnd_limited          time.Duration // held up by the receiver's window
	Sndbuf_limited        time.Duration // held up by SO_SNDBUF
	Data_segs_out         uint64        // segments with data sent, with those sent again
	Total_retrans         uint64        // segments sent again
	Pacing_rate           uint64        // bytes a second
	Delivery_rate         uint64        // bytes a second
	Snd_cwnd              uint32        // segments
	Reordering            uint32        // segments
	Min_rtt               time.Duration
	Recur_retrans         uint8  // how often what was stamped has been sent again, and in vain
	Delivery_rate_app_lmt bool   // the program sends less than the path would take
	Sndq_size             uint32 // bytes not acknowledged or not sent
	Ca_state              uint8  // of congestion control: TCP_CA_*
	Snd_ssthresh          uint32 // segments
	Delivered             uint32 // segments
	Delivered_ce          uint32 // of these with an ECN mark
	Bytes_sent            uint64 // with those sent again
	Bytes_retrans         uint64
	Dsack_dups            uint32 // segments that the peer had already
	Reord_seen            uint32 // events
	Srtt                  time.Duration
	Timeout_rehash        uint16        // other paths tried after a time-out
	Bytes_notsent         uint32        // not sent yet
	Edt                   time.Duration // when it may leave: CLOCK_MONOTONIC
	Ttl                   uint8         // of the acknowledgement
	Rehash                uint32        // other paths tried
}

// The attributes of OptStats, in the order of its fields.
const (
	TCP_NLA_PAD = iota // none
	TCP_NLA_BUSY
	TCP_NLA_RWND_LIMITED
	TCP_NLA_SNDBUF_LIMITED
	TCP_NLA_DATA_SEGS_OUT
	TCP_NLA_TOTAL_RETRANS
	TCP_NLA_PACING_RATE
	TCP_NLA_DELIVERY_RATE
	TCP_NLA_SND_CWND
	TCP_NLA_REORDERING
	TCP_NLA_MIN_RTT
	TCP_NLA_RECUR_RETRANS
	TCP_NLA_DELIVERY_RATE_APP_LMT
	TCP_NLA_SNDQ_SIZE
	TCP_NLA_CA_STATE
	TCP_NLA_SND_SSTHRESH
	TCP_NLA_DELIVERED
	TCP_NLA_DELIVERED_CE
	TCP_NLA_BYTES_SENT
	TCP_NLA_BYTES_RETRANS
	TCP_NLA_DSACK_DUPS
	TCP_NLA_REORD_SEEN
	TCP_NLA_SRTT
	TCP_NLA_TIMEOUT_REHASH
	TCP_NLA_BYTES_NOTSENT
	TCP_NLA_EDT
	TCP_NLA_TTL
	TCP_NLA_REHASH
)

// Has reports whether the attribute attr, TCP_NLA_*, came.
func (s OptStats) Has(attr int) bool { return 0 < attr && attr < 32 && s.attrs&(1<<attr) != 0 }

// decode reads netlink attributes, each a length, a type, and data, padded to 4 bytes, up to one that cannot be.
func (s *OptStats) decode(b []byte) {
	const (
		header      = unix.SizeofNlAttr
		nlaTypeMask = 0x3fff // linux/netlink.h: NLA_TYPE_MASK
	)
	for len(b) >= header {
		n, attr := int(binary.NativeEndian.Uint16(b)), int(binary.NativeEndian.Uint16(b[2:])&nlaTypeMask)
		if n < header || n > len(b) {
			return
		}
		if v, ok := number(b[header:n]); ok && s.set(attr, v) {
			s.attrs |= 1 << attr
		}
		b = b[min((n+3)&^3, len(b)):]
	}
}

// number is an attribute of 1, 2, 4 or 8 bytes.
func number(b []byte) (uint64, bool) {
	switch len(b) {
	case 1:
		return uint64(b[0]), true
	case 2:
		return uint64(binary.NativeEndian.Uint16(b)), true
	case 4:
		return uint64(binary.NativeEndian.Uint32(b)), true
	case 8:
		return binary.NativeEndian.Uint64(b), true
	}
	return 0, false
}

func (s *OptStats) set(attr int, v uint64) bool {
	switch attr {
	case TCP_NLA_BUSY:
		s.Busy = micros(v)
	case TCP_NLA_RWND_LIMITED:
		s.Rwnd_limited = micros(v)
	case TCP_NLA_SNDBUF_LIMITED:
		s.Sndbuf_limited = micros(v)
	case TCP_NLA_DATA_SEGS_OUT:
		s.Data_segs_out = v
	case TCP_NLA_TOTAL_RETRANS:
		s.Total_retrans = v
	case TCP_NLA_PACING_RATE:
		s.Pacing_rate = v
	case TCP_NLA_DELIVERY_RATE:
		s.Delivery_rate = v
	case TCP_NLA_SND_CWND:
		s.Snd_cwnd = uint32(v)
	case TCP_NLA_REORDERING:
		s.Reordering = uint32(v)
	case TCP_NLA_MIN_RTT:
		s.Min_rtt = micros(v)
	case TCP_NLA_RECUR_RETRANS:
		s.Recur_retrans = uint8(v)
	case TCP_NLA_DELIVERY_RATE_APP_LMT:
		s.Delivery_rate_app_lmt = v != 0
	case TCP_NLA_SNDQ_SIZE:
		s.Sndq_size = uint32(v)
	case TCP_NLA_CA_STATE:
		s.Ca_state = uint8(v)
	case TCP_NLA_SND_SSTHRESH:
		s.Snd_ssthresh = uint32(v)
	case TCP_NLA_DELIVERED:
		s.Delivered = uint32(v)
	case TCP_NLA_DELIVERED_CE:
		s.Delivered_ce = uint32(v)
	case TCP_NLA_BYTES_SENT:
		s.Bytes_sent = v
	case TCP_NLA_BYTES_RETRANS:
		s.Bytes_retrans = v
	case TCP_NLA_DSACK_DUPS:
		s.Dsack_dups = uint32(v)
	case TCP_NLA_REORD_SEEN:
		s.Reord_seen = uint32(v)
	case TCP_NLA_SRTT:
		s.Srtt = micros(v)
	case TCP_NLA_TIMEOUT_REHASH:
		s.Timeout_rehash = uint16(v)
	case TCP_NLA_BYTES_NOTSENT:
		s.Bytes_notsent = uint32(v)
	case TCP_NLA_EDT:
		s.Edt = time.Duration(v)
	case TCP_NLA_TTL:
		s.Ttl = uint8(v)
	case TCP_NLA_REHASH:
		s.Rehash = uint32(v)
	default:
		return false
	}
	return true
}

func micros(v uint64) time.Duration { return time.Duration(v) * time.Microsecond }
