//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package socket

// This file holds how the values of sockopt_types_bsd.go lie in C's memory, beside the codecs of sockopt.go.
// Those of RFC 3678, which only two systems have, are in sockopt_mcast.go.

import (
	"net/netip"
	"reflect"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	asIPMreqn    = asOwn + iota<<32
	asAddr6Index // IPv6Mreq, In6Pktinfo
	asIP6MTUInfo
	asIPMreqSource
	asGroupReq
	asGroupSourceReq
)

// structCodec is the codec of a type that only one suits, for NewOption.
func structCodec(t reflect.Type) uint64 {
	switch t {
	case reflect.TypeFor[IPMreqn]():
		return asIPMreqn
	case reflect.TypeFor[IPv6Mreq](), reflect.TypeFor[In6Pktinfo]():
		return asAddr6Index
	case reflect.TypeFor[IP6MTUInfo]():
		return asIP6MTUInfo
	}
	return mcastCodec(t)
}

// The structures of C that are not laid out as ours are.
type (
	cIPMreqn struct {
		multiaddr, address [4]byte
		ifindex            int32
	}
	cAddr6Index struct {
		addr    [16]byte
		ifindex int32
	}
	cIP6MTUInfo struct {
		addr [sizeofSockaddrIn6]byte
		mtu  uint32
	}
)

// put4 stores an IPv4 address, put6 an IPv6 one; the zero Addr is all zero.
func put4(field *[4]byte, a netip.Addr) bool {
	if a.Is4() {
		*field = a.As4()
	}
	return a.Is4() || !a.IsValid()
}

func put6(field *[16]byte, a netip.Addr) bool {
	if a.Is6() {
		*field = a.As16()
	}
	return a.Is6() || !a.IsValid()
}

// putIndex stores the index of an interface: v, or the zone of a if that is 0.
func putIndex(field *int32, v int, a netip.Addr) bool {
	if v == 0 && a.Zone() != "" {
		v = int(zoneID(a.Zone()))
	}
	return store(field, int64(v))
}

func setStruct(fd int, w uint64, p unsafe.Pointer) error {
	level, name := optionLevel(w), optionName(w)
	switch w & codecMask {
	case asIPMreqn:
		v, c := (*IPMreqn)(p), cIPMreqn{}
		size := unsafe.Sizeof(c)
		switch {
		case name == unix.IP_MULTICAST_IF:
		case v.Ifindex == 0:
			size = unsafe.Offsetof(c.ifindex) // struct ip_mreq, which all take
		case runtime.GOOS == "darwin":
			return unix.EINVAL // that kernel does not look at the index
		}
		if !put4(&c.multiaddr, v.Multiaddr) || !put4(&c.address, v.Address) || !store(&c.ifindex, int64(v.Ifindex)) {
			return unix.EINVAL
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(size)))
	case asAddr6Index:
		v, c := (*IPv6Mreq)(p), cAddr6Index{} // In6Pktinfo is the same
		if !put6(&c.addr, v.Multiaddr) || !putIndex(&c.ifindex, v.Interface, v.Multiaddr) {
			return unix.EINVAL
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(unsafe.Sizeof(c))))
	}
	return setMcast(fd, w, p)
}

func getStruct(fd int, w uint64, p unsafe.Pointer) (n int, err error) {
	level, name := optionLevel(w), optionName(w)
	switch w & codecMask {
	case asAddr6Index:
		var c cAddr6Index
		vallen := uint32(unsafe.Sizeof(c))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&c), &vallen); e != 0 {
			return 0, e
		}
		v := In6Pktinfo{Ifindex: int(c.ifindex)}
		if c.addr != [16]byte{} {
			v.Addr = netip.AddrFrom16(c.addr)
		}
		*(*In6Pktinfo)(p) = v
		return int(vallen), nil
	case asIP6MTUInfo:
		var c cIP6MTUInfo
		vallen := uint32(unsafe.Sizeof(c))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&c), &vallen); e != 0 {
			return 0, e
		}
		v := IP6MTUInfo{Mtu: int(c.mtu)}
		if c.addr[1] == unix.AF_INET6 {
			v.Addr.len = uint32(copy(v.Addr.bytes()[:], c.addr[:]))
		}
		*(*IP6MTUInfo)(p) = v
		return int(vallen), nil
	}
	return 0, unix.EINVAL
}
