package cmsg

// This file holds the types of Linux: a line each, in blocks by level and theme; SCM_RIGHTS is in fds.go.
//
// A line gives the type of the value, then level, type and codec, then in words: which way it goes (received,
// sent, both), the option that makes the kernel send it, the unit, what surprises, and the first kernel. Types
// that are only received are appended too, so that programs can test their readers; but for OptStats.

import (
	"encoding/binary"
	"net/netip"
	"reflect"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// Numbers that x/sys/unix lacks.
const (
	ipv6Flowinfo     = 11 // linux/in6.h: IPV6_FLOWINFO
	tlsSetRecordType = 1  // linux/tls.h: TLS_SET_RECORD_TYPE
	tlsGetRecordType = 2  // linux/tls.h: TLS_GET_RECORD_TYPE
	vsockRecverr     = 1  // linux/vm_sockets.h: VSOCK_RECVERR
)

// SOL_SOCKET: who sent it. unix(7).
var (
	SCM_CREDENTIALS = Type[Ucred]{unix.SOL_SOCKET, unix.SCM_CREDENTIALS, asPlain} // both: SO_PASSCRED; EPERM or ESRCH for who the sender is not
	SCM_SECURITY    = Type[string]{unix.SOL_SOCKET, unix.SCM_SECURITY, asString}  // received: SO_PASSSEC; the security context; 2.6.18
	SCM_PIDFD       = Type[int]{unix.SOL_SOCKET, unix.SCM_PIDFD, asInt}           // received: SO_PASSPIDFD; a pidfd, to be closed, or a negative errno; 6.5
)

// SOL_SOCKET: time stamps. socket(7), Documentation/networking/timestamping.rst.
var (
	SCM_TIMESTAMP        = Type[time.Time]{unix.SOL_SOCKET, unix.SO_TIMESTAMP_OLD, asTimeval}             // received: SO_TIMESTAMP; microseconds; struct timeval
	SCM_TIMESTAMP_NEW    = Type[time.Time]{unix.SOL_SOCKET, unix.SO_TIMESTAMP_NEW, asTimeval64}           // received: SO_TIMESTAMP_NEW; the same in 64 bits everywhere; 5.1
	SCM_TIMESTAMPNS      = Type[time.Time]{unix.SOL_SOCKET, unix.SO_TIMESTAMPNS_OLD, asTimespec}          // received: SO_TIMESTAMPNS; nanoseconds; struct timespec; 2.6.22
	SCM_TIMESTAMPNS_NEW  = Type[time.Time]{unix.SOL_SOCKET, unix.SO_TIMESTAMPNS_NEW, asTimespec64}        // received: SO_TIMESTAMPNS_NEW; the same in 64 bits everywhere; 5.1
	SCM_TIMESTAMPING     = Type[Timestamps]{unix.SOL_SOCKET, unix.SO_TIMESTAMPING_OLD, asTimestamps}      // received: SO_TIMESTAMPING; also on the error queue, for what was sent; 2.6.30
	SCM_TIMESTAMPING_NEW = Type[Timestamps]{unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW, asTimestamps64}    // received: SO_TIMESTAMPING_NEW; the same in 64 bits everywhere; 5.1
	SO_TIMESTAMPING      = Type[socket.TimestampingFlags]{unix.SOL_SOCKET, unix.SO_TIMESTAMPING, asPlain} // sent: SOF_TIMESTAMPING_TX_* for this message, whatever the socket's; 4.7

	SCM_TS_OPT_ID              = Type[uint32]{unix.SOL_SOCKET, unix.SCM_TS_OPT_ID, asPlain}                   // sent: its number, with SOF_TIMESTAMPING_OPT_ID; datagrams; 6.13
	SCM_TIMESTAMPING_OPT_STATS = Type[OptStats]{unix.SOL_SOCKET, unix.SCM_TIMESTAMPING_OPT_STATS, asOptStats} // received: SOF_TIMESTAMPING_OPT_STATS; TCP, on the error queue; 4.10
	SCM_TIMESTAMPING_PKTINFO   = Type[TsPktinfo]{unix.SOL_SOCKET, unix.SCM_TIMESTAMPING_PKTINFO, asPlain}     // received: SOF_TIMESTAMPING_OPT_PKTINFO; with hardware stamps; 4.13
	SCM_TXTIME                 = Type[uint64]{unix.SOL_SOCKET, unix.SCM_TXTIME, asPlain}                      // sent: SO_TXTIME; when, in nanoseconds of its clock; EINVAL without; 4.19
)

// SOL_SOCKET: the rest. socket(7).
var (
	SO_RXQ_OVFL       = Type[uint32]{unix.SOL_SOCKET, unix.SO_RXQ_OVFL, asPlain}           // received: SO_RXQ_OVFL; how many datagrams were dropped since the socket was made, if any; 2.6.33
	SO_MARK           = Type[uint32]{unix.SOL_SOCKET, unix.SO_MARK, asPlain}               // both: SO_RCVMARK (5.19); sent: CAP_NET_ADMIN or CAP_NET_RAW
	SO_PRIORITY       = Type[uint32]{unix.SOL_SOCKET, unix.SO_PRIORITY, asPlain}           // both: SO_RCVPRIORITY; sent: over 6 needs CAP_NET_ADMIN or CAP_NET_RAW; 6.14
	SCM_INQ           = Type[int]{unix.SOL_SOCKET, unix.SCM_INQ, asInt}                    // received: SO_INQ; AF_UNIX streams; bytes left to read; 6.17
	SCM_WIFI_STATUS   = Type[bool]{unix.SOL_SOCKET, unix.SCM_WIFI_STATUS, asBool}          // received: SO_WIFI_STATUS; on the error queue; whether the frame was acknowledged; 3.3
	SCM_DEVMEM_LINEAR = Type[DmabufCmsg]{unix.SOL_SOCKET, unix.SCM_DEVMEM_LINEAR, asPlain} // received: MSG_SOCK_DEVMEM; bytes that are in the buffer: Frag_size; may come often; 6.12
	SCM_DEVMEM_DMABUF = Type[DmabufCmsg]{unix.SOL_SOCKET, unix.SCM_DEVMEM_DMABUF, asPlain} // received: MSG_SOCK_DEVMEM; bytes that are in device memory; may come often; 6.12
	SO_DEVMEM_DMABUF  = Type[uint32]{unix.SOL_SOCKET, unix.SO_DEVMEM_DMABUF, asPlain}      // sent: with MSG_ZEROCOPY; the dmabuf that the iovecs are offsets into; 6.16
)

// IPPROTO_IP. ip(7).
var (
	IP_PKTINFO      = Type[InPktinfo]{unix.IPPROTO_IP, unix.IP_PKTINFO, asInPktinfo}          // both: IP_PKTINFO; where a datagram came to; sent: where it leaves from; 2.2
	IP_TTL          = Type[int]{unix.IPPROTO_IP, unix.IP_TTL, asIntOrByte}                    // both: IP_RECVTTL; 1 to 255; 2.2
	IP_TOS          = Type[int]{unix.IPPROTO_IP, unix.IP_TOS, asIntOrByte}                    // both: IP_RECVTOS; the DSCP and ECN byte, received as one byte; 2.2
	IP_PROTOCOL     = Type[int]{unix.IPPROTO_IP, unix.IP_PROTOCOL, asInt}                     // sent: SOCK_RAW with IP_HDRINCL; the protocol to route by; 6.4
	IP_RECVOPTS     = Type[[]byte]{unix.IPPROTO_IP, unix.IP_RECVOPTS, asBytes}                // received: IP_RECVOPTS; the options of the header, as they came; 2.2
	IP_RETOPTS      = Type[[]byte]{unix.IPPROTO_IP, unix.IP_RETOPTS, asBytes}                 // both: IP_RETOPTS; options made ready to answer with; sent: the options; 2.2
	IP_ORIGDSTADDR  = Type[socket.Sockaddr]{unix.IPPROTO_IP, unix.IP_ORIGDSTADDR, asSockaddr} // received: IP_RECVORIGDSTADDR; where it went before a transparent proxy took it; 2.6.29
	IP_CHECKSUM     = Type[uint32]{unix.IPPROTO_IP, unix.IP_CHECKSUM, asPlain}                // received: IP_CHECKSUM; UDP; the unfolded sum of the data, if the kernel has it; 4.0
	IP_RECVFRAGSIZE = Type[int]{unix.IPPROTO_IP, unix.IP_RECVFRAGSIZE, asInt}                 // received: IP_RECVFRAGSIZE; bytes; its largest fragment, if it came in fragments; 4.10
	IP_RECVERR      = Type[RecvErr]{unix.IPPROTO_IP, unix.IP_RECVERR, asRecvErr}              // received: IP_RECVERR, on the error queue; and for stamps and zero copy without it; 2.2
	IP_PASSSEC      = Type[string]{unix.IPPROTO_IP, unix.SCM_SECURITY, asString}              // received: IP_PASSSEC; the sender's security context; C has SCM_SECURITY at this level; 2.6.17
)

// IPPROTO_IPV6. ipv6(7), RFC 3542.
var (
	IPV6_PKTINFO      = Type[In6Pktinfo]{unix.IPPROTO_IPV6, unix.IPV6_PKTINFO, asIn6Pktinfo}        // both: IPV6_RECVPKTINFO; where a datagram came to; sent: where it leaves from
	IPV6_HOPLIMIT     = Type[int]{unix.IPPROTO_IPV6, unix.IPV6_HOPLIMIT, asInt}                     // both: IPV6_RECVHOPLIMIT; 0 to 255, sent: -1 for the socket's
	IPV6_TCLASS       = Type[int]{unix.IPPROTO_IPV6, unix.IPV6_TCLASS, asInt}                       // both: IPV6_RECVTCLASS; the DSCP and ECN byte, sent: -1 for the socket's
	IPV6_FLOWINFO     = Type[uint32]{unix.IPPROTO_IPV6, ipv6Flowinfo, asUint32BE}                   // both: IPV6_FLOWINFO; traffic class<<20 | flow label; sent: EINVAL while any socket here has a label for itself
	IPV6_DONTFRAG     = Type[bool]{unix.IPPROTO_IPV6, unix.IPV6_DONTFRAG, asBool}                   // sent
	IPV6_PATHMTU      = Type[IP6MTUInfo]{unix.IPPROTO_IPV6, unix.IPV6_PATHMTU, asIP6MTUInfo}        // received: IPV6_RECVPATHMTU, without data, after a send was EMSGSIZE
	IPV6_ORIGDSTADDR  = Type[socket.Sockaddr]{unix.IPPROTO_IPV6, unix.IPV6_ORIGDSTADDR, asSockaddr} // received: IPV6_RECVORIGDSTADDR; where it went before a transparent proxy took it; 2.6.37
	IPV6_RECVFRAGSIZE = Type[int]{unix.IPPROTO_IPV6, unix.IPV6_RECVFRAGSIZE, asInt}                 // received: IPV6_RECVFRAGSIZE; bytes; its largest fragment, if it came in fragments; 4.10
	IPV6_RECVERR      = Type[RecvErr]{unix.IPPROTO_IPV6, unix.IPV6_RECVERR, asRecvErr}              // received: IPV6_RECVERR, on the error queue; as IP_RECVERR
)

// IPPROTO_IPV6: extension headers, from their first byte, the number of the next header. RFC 3542. Sent, they need
// CAP_NET_RAW.
var (
	IPV6_HOPOPTS      = Type[[]byte]{unix.IPPROTO_IPV6, unix.IPV6_HOPOPTS, asBytes}      // both: IPV6_RECVHOPOPTS
	IPV6_DSTOPTS      = Type[[]byte]{unix.IPPROTO_IPV6, unix.IPV6_DSTOPTS, asBytes}      // both: IPV6_RECVDSTOPTS; one each from before and from behind a routing header
	IPV6_RTHDRDSTOPTS = Type[[]byte]{unix.IPPROTO_IPV6, unix.IPV6_RTHDRDSTOPTS, asBytes} // sent: the one before a routing header
	IPV6_RTHDR        = Type[[]byte]{unix.IPPROTO_IPV6, unix.IPV6_RTHDR, asBytes}        // both: IPV6_RECVRTHDR; sent: of type 2 only, of type 4 by the option

	IPV6_2292PKTINFO  = Type[In6Pktinfo]{unix.IPPROTO_IPV6, unix.IPV6_2292PKTINFO, asIn6Pktinfo} // both: the option of its name, as the others; as before RFC 3542
	IPV6_2292HOPLIMIT = Type[int]{unix.IPPROTO_IPV6, unix.IPV6_2292HOPLIMIT, asInt}              // both
	IPV6_2292HOPOPTS  = Type[[]byte]{unix.IPPROTO_IPV6, unix.IPV6_2292HOPOPTS, asBytes}          // both
	IPV6_2292DSTOPTS  = Type[[]byte]{unix.IPPROTO_IPV6, unix.IPV6_2292DSTOPTS, asBytes}          // both
	IPV6_2292RTHDR    = Type[[]byte]{unix.IPPROTO_IPV6, unix.IPV6_2292RTHDR, asBytes}            // both
)

// UDP, TCP and TLS. udp(7), tcp(7), Documentation/networking/tls.rst.
var (
	UDP_SEGMENT         = Type[uint16]{unix.IPPROTO_UDP, unix.UDP_SEGMENT, asPlain} // sent: bytes; cut the data into datagrams of this size; 4.18
	UDP_GRO             = Type[int]{unix.IPPROTO_UDP, unix.UDP_GRO, asInt}          // received: UDP_GRO; bytes; the data are datagrams of this size, the last may be shorter; 5.0
	TCP_CM_INQ          = Type[int]{unix.IPPROTO_TCP, unix.TCP_CM_INQ, asInt}       // received: TCP_INQ; bytes left to read; at the end of the stream 1; 4.18
	TLS_SET_RECORD_TYPE = Type[uint8]{unix.SOL_TLS, tlsSetRecordType, asPlain}      // sent: TLS_TX; the content type of the record: 21 alert, 22 handshake; 4.13
	TLS_GET_RECORD_TYPE = Type[uint8]{unix.SOL_TLS, tlsGetRecordType, asPlain}      // received: TLS_RX; the same; without space for it a record that is not data is EIO; 4.17
)

// Packets, netlink, vsock. packet(7), netlink(7), vsock(7).
var (
	PACKET_AUXDATA          = Type[TpacketAuxdata]{unix.SOL_PACKET, unix.PACKET_AUXDATA, asPlain} // received: PACKET_AUXDATA; 2.6.21
	PACKET_TX_TIMESTAMP     = Type[RecvErr]{unix.SOL_PACKET, unix.PACKET_TX_TIMESTAMP, asRecvErr} // received: SO_TIMESTAMPING, on the error queue; goes with SCM_TIMESTAMPING
	NETLINK_PKTINFO         = Type[uint32]{unix.SOL_NETLINK, unix.NETLINK_PKTINFO, asPlain}       // received: NETLINK_PKTINFO; the multicast group, 0 for none: struct nl_pktinfo; 2.6.14
	NETLINK_LISTEN_ALL_NSID = Type[int]{unix.SOL_NETLINK, unix.NETLINK_LISTEN_ALL_NSID, asInt}    // received: NETLINK_LISTEN_ALL_NSID; the network namespace, by its number here; 4.2
	VSOCK_RECVERR           = Type[RecvErr]{unix.SOL_VSOCK, vsockRecverr, asRecvErr}              // received: SO_ZEROCOPY, on the error queue; 6.7
)

// A Ucred is a process and its user and group: struct ucred. unix(7).
type Ucred = socket.Ucred

// An InPktinfo is local IPv4 addresses and an interface: struct in_pktinfo, IP_PKTINFO. ip(7).
//
// To answer from the address that was asked, send the SpecDst that was received, with Ifindex 0 so that routing
// chooses the interface.
type InPktinfo struct {
	Ifindex int        // the interface: it came by, or is to leave by; 0 for any
	SpecDst netip.Addr // the local address: the kernel would answer from, or is to send from; the zero Addr for any
	Addr    netip.Addr // the destination in the header: a group or broadcast address too; of no effect when sent
}

// Timestamps are the times of one packet, the zero Time where there is none: struct scm_timestamping.
type Timestamps struct {
	Software time.Time // ts[0]: by the kernel's clock
	Legacy   time.Time // ts[1]: no longer set
	Hardware time.Time // ts[2]: by the device's clock, which may be in TAI, or run free
}

// A TsPktinfo is by which device a packet with a hardware stamp came: struct scm_ts_pktinfo.
type TsPktinfo struct {
	If_index   uint32 // 0: not known
	Pkt_length uint32 // bytes, with the link's header
	_          [2]uint32
}

// A DmabufCmsg is a fragment of what was received to device memory: struct dmabuf_cmsg.
type DmabufCmsg struct {
	Frag_offset uint64 // where in the dmabuf
	Frag_size   uint32 // bytes
	Frag_token  uint32 // to give it back with: SO_DEVMEM_DONTNEED
	Dmabuf_id   uint32
	Flags       uint32
}

// A TpacketAuxdata is what the kernel knows of a packet beside its bytes: struct tpacket_auxdata. packet(7).
type TpacketAuxdata struct {
	Status    uint32 // TP_STATUS_*
	Len       uint32 // bytes on the wire
	Snaplen   uint32 // bytes that a filter left
	Mac       uint16 // where in the data the link's header begins
	Net       uint16 // where in the data the network's header begins
	Vlan_tci  uint16 // the VLAN tag, with TP_STATUS_VLAN_VALID
	Vlan_tpid uint16 // its protocol, with TP_STATUS_VLAN_TPID_VALID
}

// The layout of struct cmsghdr.
const (
	hdrLen = unix.SizeofCmsghdr
	align  = int(unsafe.Sizeof(uintptr(0)))
)

const scmPidfd = unix.SCM_PIDFD

func getHeader(b []byte) (n uint64, level, typ int32) {
	if align == 8 {
		n = binary.NativeEndian.Uint64(b)
	} else {
		n = uint64(binary.NativeEndian.Uint32(b))
	}
	return n, int32(binary.NativeEndian.Uint32(b[align:])), int32(binary.NativeEndian.Uint32(b[align+4:]))
}

func putHeader(b []byte, n, level, typ int) {
	if align == 8 {
		binary.NativeEndian.PutUint64(b, uint64(n))
	} else {
		binary.NativeEndian.PutUint32(b, uint32(n))
	}
	binary.NativeEndian.PutUint32(b[align:], uint32(level))
	binary.NativeEndian.PutUint32(b[align+4:], uint32(typ))
}

// The codecs of Linux.
const (
	asTimeval64    = asOwn + iota // struct __kernel_sock_timeval
	asTimespec64                  // struct __kernel_timespec
	asTimestamps                  // struct scm_timestamping
	asTimestamps64                // struct scm_timestamping64
	asInPktinfo                   // struct in_pktinfo
	asRecvErr                     // struct sock_extended_err and a struct sockaddr
	asOptStats                    // netlink attributes TCP_NLA_*
)

func ownCodec(t reflect.Type) codec {
	switch t {
	case reflect.TypeFor[Timestamps]():
		return asTimestamps
	case reflect.TypeFor[InPktinfo]():
		return asInPktinfo
	case reflect.TypeFor[RecvErr]():
		return asRecvErr
	case reflect.TypeFor[OptStats]():
		return asOptStats
	}
	return asNothing
}

func encodeOwn(b []byte, c codec, p unsafe.Pointer) ([]byte, bool) {
	switch c {
	case asTimeval64:
		ns := nanoseconds(*(*time.Time)(p))
		return store(b, timespec64{ns / 1e9, ns % 1e9 / 1e3}), true
	case asTimespec64:
		return store(b, newTimespec64(*(*time.Time)(p))), true
	case asTimestamps:
		v := (*Timestamps)(p)
		for _, t := range [...]time.Time{v.Software, v.Legacy, v.Hardware} {
			b = store(b, unix.NsecToTimespec(nanoseconds(t)))
		}
		return b, true
	case asTimestamps64:
		v := (*Timestamps)(p)
		return store(b, [3]timespec64{newTimespec64(v.Software), newTimespec64(v.Legacy), newTimespec64(v.Hardware)}), true
	case asInPktinfo:
		v := (*InPktinfo)(p)
		dst, ok1 := addr4(v.SpecDst)
		addr, ok2 := addr4(v.Addr)
		return store(b, cInPktinfo{int32(v.Ifindex), dst, addr}), ok1 && ok2 && int(int32(v.Ifindex)) == v.Ifindex
	case asRecvErr:
		return (*RecvErr)(p).append(b), true
	}
	return b, false
}

func decodeOwn(data []byte, c codec, p unsafe.Pointer) bool {
	switch c {
	case asTimeval64:
		v, ok := load[timespec64](data)
		if ok {
			*(*time.Time)(p) = time.Unix(v.sec, v.nsec*1e3)
		}
		return ok
	case asTimespec64:
		v, ok := load[timespec64](data)
		if ok {
			*(*time.Time)(p) = time.Unix(v.sec, v.nsec)
		}
		return ok
	case asTimestamps:
		v, ok := load[[3]unix.Timespec](data)
		if ok {
			*(*Timestamps)(p) = Timestamps{stamp(v[0].Unix()), stamp(v[1].Unix()), stamp(v[2].Unix())}
		}
		return ok
	case asTimestamps64:
		v, ok := load[[3]timespec64](data)
		if ok {
			*(*Timestamps)(p) = Timestamps{stamp(v[0].sec, v[0].nsec), stamp(v[1].sec, v[1].nsec), stamp(v[2].sec, v[2].nsec)}
		}
		return ok
	case asInPktinfo:
		v, ok := load[cInPktinfo](data)
		if ok {
			*(*InPktinfo)(p) = InPktinfo{int(v.ifindex), netip.AddrFrom4(v.specDst), netip.AddrFrom4(v.addr)}
		}
		return ok
	case asRecvErr:
		return (*RecvErr)(p).decode(data)
	case asOptStats:
		(*OptStats)(p).decode(data)
		return true
	}
	return false
}

// C's structures.
type (
	cInPktinfo struct {
		ifindex       int32
		specDst, addr [4]byte
	}
	timespec64 struct{ sec, nsec int64 } // or microseconds
)

func newTimespec64(t time.Time) timespec64 {
	ns := nanoseconds(t)
	return timespec64{ns / 1e9, ns % 1e9}
}

// stamp is a time of struct scm_timestamping, where 0 is none.
func stamp(sec, nsec int64) time.Time {
	if sec == 0 && nsec == 0 {
		return time.Time{}
	}
	return time.Unix(sec, nsec)
}

// addr4 is a as struct in_addr, 0.0.0.0 for the zero Addr.
func addr4(a netip.Addr) (b [4]byte, ok bool) {
	if a = a.Unmap(); a.Is4() {
		return a.As4(), true
	}
	return b, !a.IsValid()
}
