//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package cmsg

// This file holds the types of the BSDs and macOS; SCM_RIGHTS is in fds.go.

import (
	"encoding/binary"
	"net/netip"
	"reflect"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The layout of struct cmsghdr: its padding differs from system to system.
var (
	hdrLen = unix.CmsgLen(0)
	align  = unix.CmsgSpace(1) - unix.CmsgSpace(0)
)

func getHeader(b []byte) (n uint64, level, typ int32) {
	return uint64(binary.NativeEndian.Uint32(b)), int32(binary.NativeEndian.Uint32(b[4:])), int32(binary.NativeEndian.Uint32(b[8:]))
}

func putHeader(b []byte, n, level, typ int) {
	binary.NativeEndian.PutUint32(b, uint32(n))
	binary.NativeEndian.PutUint32(b[4:], uint32(level))
	binary.NativeEndian.PutUint32(b[8:], uint32(typ))
}

const scmPidfd = -1 // there is none

// SOL_SOCKET. getsockopt(2).
var SCM_TIMESTAMP = Type[time.Time]{unix.SOL_SOCKET, unix.SCM_TIMESTAMP, asTimeval} // received: SO_TIMESTAMP

// IPPROTO_IP. ip(4).
var (
	IP_RECVDSTADDR = Type[netip.Addr]{unix.IPPROTO_IP, unix.IP_RECVDSTADDR, asAddr} // received: IP_RECVDSTADDR; where a datagram came to
	IP_RECVTTL     = Type[int]{unix.IPPROTO_IP, unix.IP_RECVTTL, asIntOrByte}       // received: IP_RECVTTL
)

// IPPROTO_IPV6. ip6(4), RFC 3542.
var (
	IPV6_PKTINFO  = Type[In6Pktinfo]{unix.IPPROTO_IPV6, unix.IPV6_PKTINFO, asIn6Pktinfo} // both: IPV6_RECVPKTINFO
	IPV6_HOPLIMIT = Type[int]{unix.IPPROTO_IPV6, unix.IPV6_HOPLIMIT, asInt}              // both: IPV6_RECVHOPLIMIT
	IPV6_TCLASS   = Type[int]{unix.IPPROTO_IPV6, unix.IPV6_TCLASS, asInt}                // both: IPV6_RECVTCLASS
	IPV6_HOPOPTS  = Type[[]byte]{unix.IPPROTO_IPV6, unix.IPV6_HOPOPTS, asBytes}          // both: IPV6_RECVHOPOPTS
	IPV6_DSTOPTS  = Type[[]byte]{unix.IPPROTO_IPV6, unix.IPV6_DSTOPTS, asBytes}          // both: IPV6_RECVDSTOPTS
	IPV6_RTHDR    = Type[[]byte]{unix.IPPROTO_IPV6, unix.IPV6_RTHDR, asBytes}            // both: IPV6_RECVRTHDR
	IPV6_PATHMTU  = Type[IP6MTUInfo]{unix.IPPROTO_IPV6, unix.IPV6_PATHMTU, asIP6MTUInfo} // received: IPV6_RECVPATHMTU
	IPV6_DONTFRAG = Type[bool]{unix.IPPROTO_IPV6, unix.IPV6_DONTFRAG, asBool}            // sent
)

func ownCodec(reflect.Type) codec { return asNothing }

func encodeOwn(b []byte, c codec, p unsafe.Pointer) ([]byte, bool) { return b, false }

func decodeOwn(data []byte, c codec, p unsafe.Pointer) bool { return false }
