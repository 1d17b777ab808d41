//go:build darwin || freebsd

package socket

// This file holds the multicast options of RFC 3678, by protocol and by sender, where they are.

import (
	"net/netip"
	"reflect"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An IPMreqSource is a group, an interface and a sender: struct ip_mreq_source, IP_ADD_SOURCE_MEMBERSHIP. ip(4).
type IPMreqSource struct {
	Multiaddr  netip.Addr
	Sourceaddr netip.Addr
	Interface  netip.Addr // by its address; MCAST_JOIN_SOURCE_GROUP takes an index
}

// A GroupReq is a group and an interface: struct group_req, MCAST_JOIN_GROUP. The family of the group is that
// of the option's level. RFC 3678.
type GroupReq struct {
	Interface int        // by index; 0: the group's zone or, without one, the kernel's choice
	Group     netip.Addr // IPv4 at level IPPROTO_IP, IPv6 at IPPROTO_IPV6
}

// A GroupSourceReq is a group, an interface and a sender: struct group_source_req, MCAST_JOIN_SOURCE_GROUP.
// RFC 3678.
type GroupSourceReq struct {
	Interface int // as in GroupReq
	Group     netip.Addr
	Source    netip.Addr
}

func mcastCodec(t reflect.Type) uint64 {
	switch t {
	case reflect.TypeFor[IPMreqSource]():
		return asIPMreqSource
	case reflect.TypeFor[GroupReq]():
		return asGroupReq
	case reflect.TypeFor[GroupSourceReq]():
		return asGroupSourceReq
	}
	return asNothing
}

// setMcast sets them. A group_req is a 32-bit index and one or two sockaddr_storage, which FreeBSD aligns as
// a 64-bit number, where 386 aligns those as others, and macOS packs.
func setMcast(fd int, w uint64, p unsafe.Pointer) error {
	level, name := optionLevel(w), optionName(w)
	if w&codecMask == asIPMreqSource {
		v := (*IPMreqSource)(p)
		var c struct{ multiaddr, source, iface [4]byte }
		if !put4(&c.multiaddr, v.Multiaddr) || !put4(&c.source, v.Sourceaddr) || !put4(&c.iface, v.Interface) {
			return unix.EINVAL
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(unsafe.Sizeof(c))))
	}
	var c [1 + 2*sizeofSockaddrStorage/8]uint64
	index, b := (*int32)(unsafe.Pointer(&c)), (*[unsafe.Sizeof(c)]byte)(unsafe.Pointer(&c))[:]
	size := 8
	if runtime.GOOS == "darwin" || runtime.GOARCH == "386" {
		size = 4
	}
	switch w & codecMask {
	case asGroupReq:
		v := (*GroupReq)(p)
		if !putIndex(index, v.Interface, v.Group) {
			return unix.EINVAL
		}
		size = putStorage(b, size, v.Group)
	case asGroupSourceReq:
		v := (*GroupSourceReq)(p)
		if !putIndex(index, v.Interface, v.Group) {
			return unix.EINVAL
		}
		size = putStorage(b, size, v.Group)
		size = putStorage(b, size, v.Source)
	default:
		return unix.EINVAL
	}
	return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), size))
}

// putStorage stores the address of a as a sockaddr_storage at b[at:], and returns where that ends.
func putStorage(b []byte, at int, a netip.Addr) int {
	addr := SockaddrIn(netip.AddrPortFrom(a, 0))
	return at + copy(b[at:], addr.bytes()[:])
}
