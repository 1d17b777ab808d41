package sockinfo

// This file holds sock_diag's messages: the requests of a Filter, and what comes back. sock_diag(7),
// linux/inet_diag.h, linux/unix_diag.h.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

const (
	sockDiagByFamily = 20 // linux/sock_diag.h: SOCK_DIAG_BY_FAMILY

	inetDiagInfo      = 2 // linux/inet_diag.h: INET_DIAG_INFO, as those that follow
	inetDiagVegasinfo = 3
	inetDiagCong      = 4
	inetDiagTOS       = 5
	inetDiagTClass    = 6
	inetDiagSkmeminfo = 7
	inetDiagShutdown  = 8
	inetDiagDCTCPInfo = 9
	inetDiagProtocol  = 10
	inetDiagSkV6only  = 11
	inetDiagMark      = 15
	inetDiagBBRInfo   = 16
	inetDiagClassID   = 17
	inetDiagULPInfo   = 19
	inetDiagCgroupID  = 21
	inetDiagSockopt   = 22

	inetULPInfoName = 1

	inetDiagReqBytecode = 1
	inetDiagReqProtocol = 3
	inetDiagBcSCond     = 7
	inetDiagBcDCond     = 8

	unixDiagName     = 0 // linux/unix_diag.h: UNIX_DIAG_NAME, as those that follow
	unixDiagVFS      = 1
	unixDiagPeer     = 2
	unixDiagIcons    = 3
	unixDiagRqlen    = 4
	unixDiagMeminfo  = 5
	unixDiagShutdown = 6
	unixDiagUID      = 7

	tcpfBoundInactive = 1 << 13 // net/tcp_states.h: TCP sockets that are bound and no more, which tell of TCP_CLOSE; 6.8

	udiagShowAll = 1<<unixDiagUID - 1 // UDIAG_SHOW_NAME and so on: all
)

// ErrInterrupted says that sockets came or went during a dump so that some may be missing or twice: list again.
var ErrInterrupted = errors.New("sock_diag: the dump was interrupted by a change")

var native = binary.NativeEndian

// align rounds up to a multiple of 4: NLMSG_ALIGN, NLA_ALIGN.
func align(n int) int { return (n + 3) &^ 3 }

// A request is one dump: of a family and, but for AF_UNIX, a protocol.
type request struct {
	domain   Domain
	protocol Protocol
	optional bool // nobody asked for it by name: a kernel that does not know it is fine
}

// message is the request's netlink message.
func (r request) message(f *Filter, seq uint32) []byte {
	flags := uint16(unix.NLM_F_REQUEST | unix.NLM_F_DUMP)
	states := uint32(0)
	for _, s := range f.States {
		states |= 1 << s
		if s == socket.TCP_CLOSE {
			states |= tcpfBoundInactive
		}
	}
	if len(f.States) == 0 {
		states = 1<<32 - 1
	}
	b := make([]byte, unix.SizeofNlMsghdr, 128)
	if r.domain == unix.AF_UNIX {
		if f.single(r) {
			flags = unix.NLM_F_REQUEST // by its number: no dump
		}
		b = append(b, byte(r.domain), 0, 0, 0)
		b = native.AppendUint32(b, states)
		b = native.AppendUint32(b, uint32(f.Inode))
		b = native.AppendUint32(b, udiagShowAll)
		b = native.AppendUint64(b, 1<<64-1) // no cookie: List looks at it
	} else {
		protocol := byte(r.protocol)
		if int(protocol) != int(r.protocol) {
			protocol = 0 // said by the attribute; a kernel that does not read it knows no protocol 0
		}
		const ext = 1<<(inetDiagInfo-1) | 1<<(inetDiagVegasinfo-1) | 1<<(inetDiagCong-1) | 1<<(inetDiagTOS-1) |
			1<<(inetDiagTClass-1) | 1<<(inetDiagSkmeminfo-1) | 1<<(inetDiagShutdown-1)
		b = append(b, byte(r.domain), protocol, ext, 0)
		b = native.AppendUint32(b, states)
		b = binary.BigEndian.AppendUint16(b, f.LocalPort)
		b = binary.BigEndian.AppendUint16(b, f.PeerPort)
		b = append(b, make([]byte, 16+16+4)...) // addresses: the kernel's dump does not look at them
		b = native.AppendUint64(b, 1<<64-1)
		if protocol == 0 {
			b = appendAttr(b, inetDiagReqProtocol, native.AppendUint32(nil, uint32(r.protocol)))
		}
		if code := f.bytecode(); code != nil {
			b = appendAttr(b, inetDiagReqBytecode, code)
		}
	}
	native.PutUint32(b[0:], uint32(len(b)))
	native.PutUint16(b[4:], sockDiagByFamily)
	native.PutUint16(b[6:], flags)
	native.PutUint32(b[8:], seq)
	return b
}

// appendAttr appends a struct nlattr; data is a multiple of 4 bytes long.
func appendAttr(b []byte, typ uint16, data []byte) []byte {
	b = native.AppendUint16(b, uint16(4+len(data)))
	b = native.AppendUint16(b, typ)
	return append(b, data...)
}

// bytecode is a program for the kernel that keeps the sockets of the filter's prefixes: struct inet_diag_bc_op,
// each with a struct inet_diag_hostcond. A condition that does not hold jumps past the end, which refuses.
func (f *Filter) bytecode() []byte {
	var conds [][]byte
	for _, c := range []struct {
		op     byte
		prefix netip.Prefix
	}{{inetDiagBcSCond, f.Local}, {inetDiagBcDCond, f.Peer}} {
		if !c.prefix.IsValid() {
			continue
		}
		addr := c.prefix.Addr().AsSlice()
		family := byte(unix.AF_INET6)
		if c.prefix.Addr().Is4() {
			family = unix.AF_INET
		}
		b := append(make([]byte, 4), family, byte(c.prefix.Bits()), 0, 0)
		b[0] = c.op
		b = native.AppendUint32(b, 1<<32-1) // any port
		b = append(b, addr...)
		b[1] = byte(len(b))
		conds = append(conds, b)
	}
	var code []byte
	rest := 0
	for i := len(conds) - 1; i >= 0; i-- {
		rest += len(conds[i])
		native.PutUint16(conds[i][2:], uint16(rest+4))
	}
	for _, c := range conds {
		code = append(code, c...)
	}
	return code
}

// An answer is what the messages of a datagram say beside the entries in them.
type answer struct {
	seq         uint32 // of the request: other messages are skipped
	single      bool   // one entry ends it, where a dump has a message of its own for that
	done        bool   // no more datagrams follow
	interrupted bool   // NLM_F_DUMP_INTR: the dump was
	stopped     bool   // entry returned false
}

// parse reads a datagram and tells each entry. An error that the kernel sent is done, one of form is not.
func (a *answer) parse(b []byte, entry func(Entry) bool) error {
	for len(b) >= unix.SizeofNlMsghdr {
		n := int(native.Uint32(b[0:]))
		if n < unix.SizeofNlMsghdr || n > len(b) {
			return malformed("its length is wrong")
		}
		typ, flags, seq := native.Uint16(b[4:]), native.Uint16(b[6:]), native.Uint32(b[8:])
		data := b[unix.SizeofNlMsghdr:n]
		b = b[min(align(n), len(b)):]
		if seq != a.seq {
			continue
		}
		a.interrupted = a.interrupted || flags&unix.NLM_F_DUMP_INTR != 0
		switch typ {
		case unix.NLMSG_OVERRUN:
			return os.NewSyscallError("sock_diag", unix.ENOBUFS)
		case unix.NLMSG_DONE, unix.NLMSG_ERROR:
			a.done = true
			if len(data) >= 4 {
				if e := int32(native.Uint32(data)); e < 0 {
					return os.NewSyscallError("sock_diag", unix.Errno(-int64(e)))
				}
			}
			return nil
		case sockDiagByFamily:
			e, err := parseEntry(data)
			if err != nil {
				return err
			}
			if !entry(e) {
				a.stopped = true
				return nil
			}
			if a.single {
				a.done = true
				return nil
			}
		}
	}
	if len(b) > 0 {
		return malformed("it is cut")
	}
	return nil
}

func malformed(why string) error {
	return fmt.Errorf("sock_diag: a bad message: %s: %w", why, unix.EBADMSG)
}

func parseEntry(b []byte) (Entry, error) {
	switch {
	case len(b) >= 16 && b[0] == unix.AF_UNIX:
		return parseUnix(b)
	case len(b) >= 72 && (b[0] == unix.AF_INET || b[0] == unix.AF_INET6):
		return parseInet(b)
	}
	return Entry{}, malformed("it is no socket")
}

// parseInet reads a struct inet_diag_msg and its attributes. List fills in the protocol.
func parseInet(b []byte) (Entry, error) {
	e := Entry{Domain: Domain(b[0]), State: socket.TCPState(b[1]), Timer: Timer(b[2]), Retransmits: int(b[3]),
		Interface: int(native.Uint32(b[40:])), Cookie: cookie(b[44:]), Expires: time.Duration(native.Uint32(b[52:])) * time.Millisecond,
		Recvq: native.Uint32(b[56:]), Sendq: native.Uint32(b[60:]), UID: native.Uint32(b[64:]), Inode: uint64(native.Uint32(b[68:]))}
	e.Local = e.sockaddr(b[8:24], binary.BigEndian.Uint16(b[4:]))
	e.Peer = e.sockaddr(b[24:40], binary.BigEndian.Uint16(b[6:]))
	return e, attributes(b[72:], func(typ uint16, v []byte) {
		switch typ {
		case inetDiagInfo:
			e.info = v
		case inetDiagVegasinfo:
			e.Vegas = structOf[socket.TCPVegasInfo](v)
		case inetDiagDCTCPInfo:
			e.DCTCP = structOf[socket.TCPDCTCPInfo](v)
		case inetDiagBBRInfo:
			e.BBR = structOf[socket.TCPBBRInfo](v)
		case inetDiagCong:
			e.Congestion = unix.ByteSliceToString(v)
		case inetDiagTOS:
			e.TOS = int(uint8Of(v))
		case inetDiagTClass:
			e.TClass = int(uint8Of(v))
		case inetDiagSkmeminfo:
			e.Memory = structOf[socket.MemInfo](v)
		case inetDiagShutdown:
			e.Shutdown = Shutdown(uint8Of(v))
		case inetDiagProtocol:
			e.Protocol = Protocol(uint8Of(v))
		case inetDiagSkV6only:
			e.V6only = uint8Of(v) != 0
		case inetDiagMark:
			e.Mark = uint32Of(v)
		case inetDiagClassID:
			e.ClassID = uint32Of(v)
		case inetDiagCgroupID:
			if len(v) >= 8 {
				e.CgroupID = native.Uint64(v)
			}
		case inetDiagSockopt:
			e.Sockopt = sockoptOf(v)
		case inetDiagULPInfo:
			attributes(v, func(typ uint16, v []byte) {
				if typ == inetULPInfoName {
					e.ULP = unix.ByteSliceToString(v)
				}
			})
		}
	})
}

// sockaddr is an address of struct inet_diag_sockid. A link-local one has the interface that the socket is bound to.
func (e *Entry) sockaddr(b []byte, port uint16) socket.Sockaddr {
	if e.Domain == unix.AF_INET {
		return socket.SockaddrIn(netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[:4])), port))
	}
	addr := netip.AddrFrom16([16]byte(b[:16]))
	scope := uint32(0)
	if addr.IsLinkLocalUnicast() && !addr.Is4In6() {
		scope = uint32(e.Interface)
	}
	return socket.SockaddrIn6(netip.AddrPortFrom(addr, port), 0, scope)
}

// setProtocol says what the request was for, which the answer leaves open.
func (e *Entry) setProtocol(p Protocol) {
	switch p {
	case unix.IPPROTO_TCP, unix.IPPROTO_MPTCP:
		e.Type = unix.SOCK_STREAM
	case unix.IPPROTO_RAW:
		e.Type = unix.SOCK_RAW
	default:
		e.Type = unix.SOCK_DGRAM
	}
	if p != unix.IPPROTO_RAW {
		e.Protocol = p
	}
	if e.info == nil {
		return
	}
	switch p {
	case unix.IPPROTO_TCP:
		e.TCP, e.TCPLen = structOf[socket.TCPInfo](e.info), min(len(e.info), int(unsafe.Sizeof(socket.TCPInfo{})))
	case unix.IPPROTO_MPTCP:
		e.MPTCP = structOf[socket.MPTCPInfo](e.info)
	}
	e.info = nil
}

// parseUnix reads a struct unix_diag_msg and its attributes.
func parseUnix(b []byte) (Entry, error) {
	e := Entry{Domain: unix.AF_UNIX, Type: Type(b[1]), State: socket.TCPState(b[2]), Inode: uint64(native.Uint32(b[4:])), Cookie: cookie(b[8:])}
	e.Local, _ = socket.SockaddrUn("")
	err := attributes(b[16:], func(typ uint16, v []byte) {
		switch typ {
		case unixDiagName:
			e.Local = unixName(v)
		case unixDiagVFS:
			if len(v) >= 8 {
				e.VFSInode, e.VFSDev = native.Uint32(v), native.Uint32(v[4:])
			}
		case unixDiagPeer:
			e.PeerInode = uint64(uint32Of(v))
		case unixDiagIcons:
			for ; len(v) >= 4; v = v[4:] {
				e.Pending = append(e.Pending, uint64(native.Uint32(v)))
			}
		case unixDiagRqlen:
			if len(v) >= 8 {
				e.Recvq, e.Sendq = native.Uint32(v), native.Uint32(v[4:])
			}
		case unixDiagMeminfo:
			e.Memory = structOf[socket.MemInfo](v)
		case unixDiagShutdown:
			e.Shutdown = Shutdown(uint8Of(v))
		case unixDiagUID:
			e.UID = uint32Of(v)
		}
	})
	return e, err
}

// unixName is a name as sun_path holds it, a path with its closing NUL.
func unixName(path []byte) socket.Sockaddr {
	s, _ := socket.SockaddrFrom(append(native.AppendUint16(nil, unix.AF_UNIX), path[:min(len(path), 126)]...))
	return s
}

// attributes tells each struct nlattr and its data.
func attributes(b []byte, attr func(typ uint16, v []byte)) error {
	for len(b) >= 4 {
		n := int(native.Uint16(b))
		if n < 4 || n > len(b) {
			return malformed("the length of an attribute is wrong")
		}
		attr(native.Uint16(b[2:])&^(unix.NLA_F_NESTED|unix.NLA_F_NET_BYTEORDER), b[4:n])
		b = b[min(align(n), len(b)):]
	}
	return nil
}

// cookie is the two halves of a cookie, which are 4 bytes apart from where a u64 may lie.
func cookie(b []byte) uint64 { return uint64(native.Uint32(b)) | uint64(native.Uint32(b[4:]))<<32 }

// structOf is a structure of C that newer kernels make longer and older ones shorter. It holds no pointers.
func structOf[T any](b []byte) *T {
	v := new(T)
	copy(unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v)), b)
	return v
}

func uint8Of(b []byte) uint8 {
	if len(b) < 1 {
		return 0
	}
	return b[0]
}

func uint32Of(b []byte) uint32 {
	if len(b) < 4 {
		return 0
	}
	return native.Uint32(b)
}

// sockoptOf reads struct inet_diag_sockopt: C's bit fields begin at the lowest bit on little-endian machines, else at
// the highest.
func sockoptOf(b []byte) *InetSockopt {
	bit := func(n int) bool {
		if n/8 >= len(b) {
			return false
		}
		shift := n % 8
		if native.Uint16([]byte{0, 1}) == 1 {
			shift = 7 - shift
		}
		return b[n/8]>>shift&1 != 0
	}
	return &InetSockopt{bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6), bit(7), bit(8), bit(9), bit(10)}
}
