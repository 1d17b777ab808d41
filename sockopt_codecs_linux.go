package socket

// This file holds how the values of sockopt_types_linux.go lie in C's memory, beside the codecs of sockopt.go:
//
//	1 the codecs and the structures of C   2 setting   3 getting
//
// A value is turned into C's structure on the stack, by calls the compiler knows: setting allocates nothing but
// for long lists.

import (
	"encoding/binary"
	"net/netip"
	"reflect"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// 1. The codecs and the structures of C.

const (
	asFd         = asOwn + iota<<32 // C int, a new descriptor, in an int; -1 on an error
	asSecondsOff                    // C int of seconds, in a time.Duration; any negative one is -1
	asRate                          // unsigned long in a uint64, all ones for no limit
	asWhole                         // []byte, which the kernel never cuts, and may give once only
	asUint32s                       // []uint32
	asPairs                         // a slice of structures of 8 bytes, only to be set
	asFilter                        // struct sock_fprog to set, sock_filter[] to get, in a []unix.SockFilter
	asPortRange                     // PortRange
	asAddrPort                      // struct sockaddr_in or sockaddr_in6, in a netip.AddrPort
	asSockaddr                      // struct sockaddr of any family; the kernel may want its exact length
	asIPMreqn                       // and from here on the structure of that name
	asIPMreqSource
	asIPMsfilter
	asGroupReq
	asGroupSourceReq
	asGroupFilter
	asAddr6Index // IPv6Mreq, In6Pktinfo
	asIP6MTUInfo
	asIn6FlowlabelReq
	asTCPMD5Sig
	asTCPAOAdd
	asTCPAODel
	asTCPAOInfo
	asTCPAOKeys
	asMPTCPTcpinfo
	asMPTCPSubflowAddrs
	asMPTCPFullInfo
	asTLSCryptoInfo
	asFanoutArgs
)

// structCodec is the codec of a type that only one suits, for NewOption.
func structCodec(t reflect.Type) uint64 {
	switch t {
	case reflect.TypeFor[[]uint32]():
		return asUint32s
	case reflect.TypeFor[[]TCPRepairOpt](), reflect.TypeFor[[]DmabufToken]():
		return asPairs
	case reflect.TypeFor[[]unix.SockFilter]():
		return asFilter
	case reflect.TypeFor[PortRange]():
		return asPortRange
	case reflect.TypeFor[netip.AddrPort]():
		return asAddrPort
	case reflect.TypeFor[Sockaddr]():
		return asSockaddr
	case reflect.TypeFor[IPMreqn]():
		return asIPMreqn
	case reflect.TypeFor[IPMreqSource]():
		return asIPMreqSource
	case reflect.TypeFor[IPMsfilter]():
		return asIPMsfilter
	case reflect.TypeFor[GroupReq]():
		return asGroupReq
	case reflect.TypeFor[GroupSourceReq]():
		return asGroupSourceReq
	case reflect.TypeFor[GroupFilter]():
		return asGroupFilter
	case reflect.TypeFor[IPv6Mreq](), reflect.TypeFor[In6Pktinfo]():
		return asAddr6Index
	case reflect.TypeFor[IP6MTUInfo]():
		return asIP6MTUInfo
	case reflect.TypeFor[In6FlowlabelReq]():
		return asIn6FlowlabelReq
	case reflect.TypeFor[TCPMD5Sig]():
		return asTCPMD5Sig
	case reflect.TypeFor[TCPAOAdd]():
		return asTCPAOAdd
	case reflect.TypeFor[TCPAODel]():
		return asTCPAODel
	case reflect.TypeFor[TCPAOInfo]():
		return asTCPAOInfo
	case reflect.TypeFor[[]TCPAOKey]():
		return asTCPAOKeys
	case reflect.TypeFor[[]TCPInfo]():
		return asMPTCPTcpinfo
	case reflect.TypeFor[[]MPTCPSubflowAddrs]():
		return asMPTCPSubflowAddrs
	case reflect.TypeFor[MPTCPFullInfo]():
		return asMPTCPFullInfo
	case reflect.TypeFor[TLSCryptoInfo]():
		return asTLSCryptoInfo
	case reflect.TypeFor[FanoutArgs]():
		return asFanoutArgs
	}
	return asNothing
}

// The structures of C that are not laid out as ours are.
type (
	// A cStorage is struct sockaddr_storage, aligned as a long.
	cStorage [sizeofSockaddrStorage / unsafe.Sizeof(uintptr(0))]uintptr

	cIPMreqn struct {
		multiaddr, address [4]byte
		ifindex            int32
	}
	cIPMreqSource struct{ multiaddr, iface, source [4]byte }
	cIPMsfilter   struct {
		multiaddr, iface [4]byte
		fmode, numsrc    uint32
	}
	cGroupReq struct {
		iface int32
		group cStorage
	}
	cGroupSourceReq struct {
		iface         int32
		group, source cStorage
	}
	cGroupFilter struct {
		iface         int32
		group         cStorage
		fmode, numsrc uint32
	}
	cAddr6Index struct {
		addr    [16]byte
		ifindex int32
	}
	cIP6MTUInfo struct {
		addr [sizeofSockaddrIn6]byte
		mtu  uint32
	}
	cIn6FlowlabelReq struct {
		dst                    [16]byte
		label                  uint32 // in network order
		action, share          uint8
		flags, expires, linger uint16
		_                      uint32
	}
	cTCPMD5Sig struct {
		addr             cStorage
		flags, prefixlen uint8
		keylen           uint16
		ifindex          int32
		key              [TCP_MD5SIG_MAXKEYLEN]byte
	}
	cTCPAOAdd struct {
		addr                                           cStorage
		algName                                        [64]byte
		ifindex                                        int32
		bits                                           uint32
		_                                              uint16
		prefix, sndid, rcvid, maclen, keyflags, keylen uint8
		key                                            [TCP_AO_MAXKEYLEN]byte
	}
	cTCPAODel struct {
		addr                                           cStorage
		ifindex                                        int32
		bits                                           uint32
		_                                              uint16
		prefix, sndid, rcvid, current, rnext, keyflags uint8
	}
	cTCPAOInfo struct {
		bits           uint32
		_              uint16
		current, rnext uint8
		counters       [5]uint64
	}
	cTCPAOKey struct {
		addr                                           cStorage
		algName                                        [64]byte
		key                                            [TCP_AO_MAXKEYLEN]byte
		nkeys                                          uint32
		bits                                           uint16
		sndid, rcvid, prefix, maclen, keyflags, keylen uint8
		ifindex                                        int32
		pktGood, pktBad                                uint64
	}
	cMPTCPSubflowData  struct{ sizeSubflowData, numSubflows, sizeKernel, sizeUser uint32 }
	cMPTCPSubflowAddrs [2][sizeofSockaddrStorage / 8]uint64
	cMPTCPSubflowInfo  [1 + 2*sizeofSockaddrStorage/8]uint64 // the addresses begin at 4 or 8, as the kernel aligns
	cMPTCPFullInfo     struct {
		sizeTcpinfoKernel, sizeTcpinfoUser uint32
		sizeSfinfoKernel, sizeSfinfoUser   uint32
		numSubflows, sizeArraysUser        uint32
		subflowInfo, tcpInfo               uint64
		info                               MPTCPInfo
	}
)

// bit32 and bit16 are a C bit field of one bit, the n-th of a word: the n-th highest on big-endian machines.
func bit32(on bool, n int) uint32 {
	if bigEndian {
		n = 31 - n
	}
	if on {
		return 1 << n
	}
	return 0
}

func bit16(w uint16, n int) bool {
	if bigEndian {
		n = 15 - n
	}
	return w>>n&1 != 0
}

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

func (s *cStorage) put(a netip.Addr) {
	addr := SockaddrIn(netip.AddrPortFrom(a, 0))
	*(*[sizeofSockaddrStorage]byte)(unsafe.Pointer(s)) = *addr.bytes()
}

func (s *cStorage) addr() netip.Addr {
	addr := sockaddrInFrom((*[sizeofSockaddrStorage]byte)(unsafe.Pointer(s))[:])
	return addr.AddrPort().Addr()
}

// sockaddrInFrom is a sockaddr_in or sockaddr_in6 in a larger space; another family is no address.
func sockaddrInFrom(b []byte) Sockaddr {
	var s Sockaddr
	switch binary.NativeEndian.Uint16(b) {
	case unix.AF_INET:
		s.len = uint32(copy(s.bytes()[:], b[:sizeofSockaddrIn]))
	case unix.AF_INET6:
		s.len = uint32(copy(s.bytes()[:], b[:sizeofSockaddrIn6]))
	}
	return s
}

// 2. Setting.

// setStruct sets what only Linux has.
func setStruct(fd int, w uint64, p unsafe.Pointer) error {
	level, name := optionLevel(w), optionName(w)
	switch w & codecMask {
	case asSecondsOff:
		v, err := -1, error(nil)
		if d := *(*time.Duration)(p); d >= 0 {
			v, err = units(d, asSeconds)
		}
		if err != nil {
			return err
		}
		return SetsockoptInt(fd, level, name, v)
	case asRate:
		return setRate(fd, level, name, *(*uint64)(p))
	case asWhole:
		return SetsockoptBytes(fd, level, name, *(*[]byte)(p))
	case asUint32s:
		v := *(*[]uint32)(p)
		return setArray(fd, level, name, unsafe.Pointer(unsafe.SliceData(v)), len(v), 4)
	case asPairs:
		v := *(*[]TCPRepairOpt)(p) // or another of its size
		return setArray(fd, level, name, unsafe.Pointer(unsafe.SliceData(v)), len(v), 8)
	case asFilter:
		v := *(*[]unix.SockFilter)(p)
		prog := unix.SockFprog{Len: uint16(len(v)), Filter: unsafe.SliceData(v)}
		if int(prog.Len) != len(v) {
			return unix.EINVAL
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&prog), int(unsafe.Sizeof(prog))))
	case asPortRange:
		v := (*PortRange)(p)
		b := uint32(v.Hi)<<16 | uint32(v.Lo)
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&b), int(unsafe.Sizeof(b))))
	case asSockaddr:
		v := (*Sockaddr)(p)
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&v.raw), int(v.len)))
	case asIPMreqn, asIPMreqSource, asIPMsfilter, asGroupReq, asGroupSourceReq, asGroupFilter, asAddr6Index:
		return setGroup(fd, w, p)
	case asIn6FlowlabelReq:
		req := *(*In6FlowlabelReq)(p)
		return IPv6FlowlabelMgr(fd, &req)
	case asTCPMD5Sig, asTCPAOAdd, asTCPAODel, asTCPAOInfo:
		return setKey(fd, w, p)
	case asTLSCryptoInfo:
		return setCryptoInfo(fd, level, name, (*TLSCryptoInfo)(p))
	case asFanoutArgs:
		v := (*FanoutArgs)(p)
		b := [2]uint32{uint32(v.Id) | uint32(uint16(v.Type)|uint16(v.Flags))<<16, v.Max_num_members}
		size := unsafe.Sizeof(b)
		if v.Max_num_members == 0 {
			size = 4 // all that older kernels take
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&b), int(size)))
	}
	return unix.EINVAL
}

// setRate sets an unsigned long. What fits a u32 goes as one, which every kernel takes alike.
func setRate(fd, level, name int, v uint64) error {
	if b := uint32(v); uint64(b) == v && b != 1<<32-1 || v == 1<<64-1 {
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&b), int(unsafe.Sizeof(b))))
	}
	if unsafe.Sizeof(uintptr(0)) < unsafe.Sizeof(v) {
		return unix.EINVAL // a 32-bit kernel would take its first half
	}
	return orNil(setsockopt(fd, level, name, unsafe.Pointer(&v), int(unsafe.Sizeof(v))))
}

// setArray sets n elements of the given size.
func setArray(fd, level, name int, p unsafe.Pointer, n, size int) error {
	if !isInt(n * size) {
		return unix.EINVAL
	}
	return orNil(setsockopt(fd, level, name, p, n*size))
}

// setGroup sets what names a group or an interface.
func setGroup(fd int, w uint64, p unsafe.Pointer) error {
	level, name := optionLevel(w), optionName(w)
	switch w & codecMask {
	case asIPMreqn:
		v, c := (*IPMreqn)(p), cIPMreqn{}
		if !put4(&c.multiaddr, v.Multiaddr) || !put4(&c.address, v.Address) || !store(&c.ifindex, int64(v.Ifindex)) {
			return unix.EINVAL
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(unsafe.Sizeof(c))))
	case asIPMreqSource:
		v, c := (*IPMreqSource)(p), cIPMreqSource{}
		if !put4(&c.multiaddr, v.Multiaddr) || !put4(&c.iface, v.Interface) || !put4(&c.source, v.Sourceaddr) {
			return unix.EINVAL
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(unsafe.Sizeof(c))))
	case asIPMsfilter:
		return setIPMsfilter(fd, level, name, (*IPMsfilter)(p))
	case asGroupReq:
		v, c := (*GroupReq)(p), cGroupReq{}
		if !putIndex(&c.iface, v.Interface, v.Group) {
			return unix.EINVAL
		}
		c.group.put(v.Group)
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(unsafe.Sizeof(c))))
	case asGroupSourceReq:
		v, c := (*GroupSourceReq)(p), cGroupSourceReq{}
		if !putIndex(&c.iface, v.Interface, v.Group) {
			return unix.EINVAL
		}
		c.group.put(v.Group)
		c.source.put(v.Source)
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(unsafe.Sizeof(c))))
	case asGroupFilter:
		return setGroupFilter(fd, level, name, (*GroupFilter)(p))
	}
	v, c := (*IPv6Mreq)(p), cAddr6Index{} // In6Pktinfo is the same
	if !put6(&c.addr, v.Multiaddr) || !putIndex(&c.ifindex, v.Interface, v.Multiaddr) {
		return unix.EINVAL
	}
	return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(unsafe.Sizeof(c))))
}

// maxSources bounds a filter: the kernel's own limits are igmp_max_msf and mld_max_msf, and optmem_max.
const maxSources = 1 << 16

// room is n elements: of space, if that suffices.
func room[T any](space []T, n int) []T {
	if n > len(space) {
		return make([]T, n)
	}
	return space[:n]
}

// The lists of senders, in words: a structure, then four bytes or a cStorage each.
const (
	wordSize         = int(unsafe.Sizeof(uintptr(0)))
	msfilterWords    = int(unsafe.Sizeof(cIPMsfilter{})) / 4
	groupFilterWords = int(unsafe.Sizeof(cGroupFilter{})) / wordSize
	storageWords     = len(cStorage{})
)

func setIPMsfilter(fd, level, name int, v *IPMsfilter) error {
	n := len(v.Slist)
	if n > maxSources {
		return unix.ENOBUFS
	}
	var space [msfilterWords + 16]uint32
	b := room(space[:], msfilterWords+n)
	c := (*cIPMsfilter)(unsafe.Pointer(&b[0]))
	c.fmode, c.numsrc = uint32(v.Fmode), uint32(n)
	ok := put4(&c.multiaddr, v.Multiaddr) && put4(&c.iface, v.Interface)
	for i, a := range v.Slist {
		ok = ok && put4((*[4]byte)(unsafe.Pointer(&b[msfilterWords+i])), a)
	}
	if !ok || MCASTMode(c.fmode) != v.Fmode {
		return unix.EINVAL
	}
	return orNil(setsockopt(fd, level, name, unsafe.Pointer(&b[0]), 4*len(b)))
}

func setGroupFilter(fd, level, name int, v *GroupFilter) error {
	n := len(v.Slist)
	if n > maxSources {
		return unix.ENOBUFS
	}
	var space [groupFilterWords + 8*storageWords]uintptr
	b := room(space[:], groupFilterWords+n*storageWords)
	c := (*cGroupFilter)(unsafe.Pointer(&b[0]))
	c.fmode, c.numsrc = uint32(v.Fmode), uint32(n)
	if !putIndex(&c.iface, v.Interface, v.Group) || MCASTMode(c.fmode) != v.Fmode {
		return unix.EINVAL
	}
	c.group.put(v.Group)
	for i, a := range v.Slist {
		(*cStorage)(b[groupFilterWords+i*storageWords:]).put(a)
	}
	return orNil(setsockopt(fd, level, name, unsafe.Pointer(&b[0]), wordSize*len(b)))
}

// setKey sets what authenticates a peer.
func setKey(fd int, w uint64, p unsafe.Pointer) error {
	level, name := optionLevel(w), optionName(w)
	switch w & codecMask {
	case asTCPMD5Sig:
		v := (*TCPMD5Sig)(p)
		c := cTCPMD5Sig{flags: v.Flags, prefixlen: v.Prefixlen, keylen: uint16(len(v.Key))}
		c.addr.put(v.Addr)
		if copy(c.key[:], v.Key) < len(v.Key) || !store(&c.ifindex, int64(v.Ifindex)) {
			return unix.EINVAL
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(unsafe.Sizeof(c))))
	case asTCPAOAdd:
		v := (*TCPAOAdd)(p)
		c := cTCPAOAdd{bits: bit32(v.Set_current, 0) | bit32(v.Set_rnext, 1), prefix: v.Prefix, sndid: v.Sndid, rcvid: v.Rcvid,
			maclen: v.Maclen, keyflags: v.Keyflags, keylen: uint8(len(v.Key))}
		c.addr.put(v.Addr)
		if len(v.Alg_name) >= len(c.algName) {
			return unix.ENAMETOOLONG
		}
		copy(c.algName[:], v.Alg_name)
		if copy(c.key[:], v.Key) < len(v.Key) || !store(&c.ifindex, int64(v.Ifindex)) {
			return unix.EINVAL
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(unsafe.Sizeof(c))))
	case asTCPAODel:
		v := (*TCPAODel)(p)
		c := cTCPAODel{bits: bit32(v.Set_current, 0) | bit32(v.Set_rnext, 1) | bit32(v.Del_async, 2), prefix: v.Prefix, sndid: v.Sndid, rcvid: v.Rcvid,
			current: v.Current_key, rnext: v.Rnext, keyflags: v.Keyflags}
		c.addr.put(v.Addr)
		if !store(&c.ifindex, int64(v.Ifindex)) {
			return unix.EINVAL
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(unsafe.Sizeof(c))))
	}
	v := (*TCPAOInfo)(p)
	c := cTCPAOInfo{current: v.Current_key, rnext: v.Rnext,
		counters: [5]uint64{v.Pkt_good, v.Pkt_bad, v.Pkt_key_not_found, v.Pkt_ao_required, v.Pkt_dropped_icmp}}
	c.bits = bit32(v.Set_current, 0) | bit32(v.Set_rnext, 1) | bit32(v.Ao_required, 2) | bit32(v.Set_counters, 3) | bit32(v.Accept_icmps, 4)
	return orNil(setsockopt(fd, level, name, unsafe.Pointer(&c), int(unsafe.Sizeof(c))))
}

func setCryptoInfo(fd, level, name int, v *TLSCryptoInfo) error {
	i := int(v.Cipher_type) - int(TLS_CIPHER_AES_GCM_128)
	if i < 0 || i >= len(tlsCiphers) {
		return unix.EINVAL
	}
	c := &tlsCiphers[i]
	if len(v.Iv) != c.iv || len(v.Key) != c.key || len(v.Salt) != c.salt || len(v.Rec_seq) != c.recSeq {
		return unix.EINVAL
	}
	var space [4 + 12 + 32 + 4 + 8]byte
	b := binary.NativeEndian.AppendUint16(space[:0], uint16(v.Version))
	b = binary.NativeEndian.AppendUint16(b, uint16(v.Cipher_type))
	b = append(append(append(append(b, v.Iv...), v.Key...), v.Salt...), v.Rec_seq...)
	return orNil(setsockopt(fd, level, name, unsafe.Pointer(unsafe.SliceData(b)), len(b)))
}

// IPv6FlowlabelMgr sets IPV6_FLOWLABEL_MGR, and puts the label that the kernel chose for a Label of 0 into req:
// an option set by value cannot.
//
//	int setsockopt(int sockfd, IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, struct in6_flowlabel_req *req, socklen_t optlen);
//
// Errors: EINVAL (what it asks for makes no sense), ENOENT (no such label, and no IPV6_FL_F_CREATE), EEXIST (there is
// one, and IPV6_FL_F_EXCL), EPERM (it is not to be shared, or there are too many), EADDRINUSE.
func IPv6FlowlabelMgr(fd int, req *In6FlowlabelReq) error {
	if !isInt(fd) {
		return unix.EBADF
	}
	c := cIn6FlowlabelReq{label: Htonl(req.Label), action: req.Action, share: req.Share, flags: req.Flags, expires: req.Expires, linger: req.Linger}
	if !put6(&c.dst, req.Dst) {
		return unix.EINVAL
	}
	e := setsockopt(fd, unix.IPPROTO_IPV6, ipv6FlowlabelMgr, unsafe.Pointer(&c), int(unsafe.Sizeof(c)))
	if e == 0 {
		req.Label = Ntohl(c.label)
	}
	return orNil(e)
}

// 3. Getting.

// getStruct reads what only Linux has. What the value holds already goes to the kernel where C sends it too.
func getStruct(fd int, w uint64, p unsafe.Pointer) (n int, err error) {
	level, name := optionLevel(w), optionName(w)
	switch w & codecMask {
	case asFd:
		*(*int)(p) = -1
		v, n, e := getInt(fd, level, name)
		if e != 0 {
			return 0, e
		}
		*(*int)(p) = v
		return n, nil
	case asSecondsOff:
		v, n, e := getInt(fd, level, name)
		if e != 0 {
			return 0, e
		}
		*(*time.Duration)(p) = time.Duration(v) * time.Second
		return n, nil
	case asRate:
		var b [2]uint32
		vallen := uint32(unsafe.Sizeof(b))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&b), &vallen); e != 0 {
			return 0, e
		}
		switch v := *(*uint64)(unsafe.Pointer(&b)); {
		case vallen == 8:
			*(*uint64)(p) = v
		case b[0] == 1<<32-1:
			*(*uint64)(p) = 1<<64 - 1
		default:
			*(*uint64)(p) = uint64(b[0])
		}
		return int(vallen), nil
	case asWhole:
		return getWhole(fd, level, name, (*[]byte)(p))
	case asUint32s:
		return getUint32s(fd, level, name, (*[]uint32)(p))
	case asFilter:
		return getFilter(fd, level, name, (*[]unix.SockFilter)(p))
	case asPortRange:
		var b uint32
		vallen := uint32(unsafe.Sizeof(b))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&b), &vallen); e != 0 {
			return 0, e
		}
		*(*PortRange)(p) = PortRange{uint16(b), uint16(b >> 16)}
		return int(vallen), nil
	case asAddrPort:
		var addr Sockaddr
		addr.len = sizeofSockaddrIn
		if level == unix.IPPROTO_IPV6 {
			addr.len = sizeofSockaddrIn6
		}
		if e := getsockopt(fd, level, name, unsafe.Pointer(&addr.raw), &addr.len); e != 0 {
			return 0, e
		}
		*(*netip.AddrPort)(p) = addr.AddrPort()
		return int(addr.len), nil
	case asSockaddr:
		return getSockaddr(fd, level, name, (*Sockaddr)(p))
	case asIPMsfilter:
		return getIPMsfilter(fd, level, name, (*IPMsfilter)(p))
	case asGroupFilter:
		return getGroupFilter(fd, level, name, (*GroupFilter)(p))
	case asIP6MTUInfo:
		var c cIP6MTUInfo
		vallen := uint32(unsafe.Sizeof(c))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&c), &vallen); e != 0 {
			return 0, e
		}
		*(*IP6MTUInfo)(p) = IP6MTUInfo{sockaddrInFrom(c.addr[:]), int(c.mtu)}
		return int(vallen), nil
	case asIn6FlowlabelReq:
		v := (*In6FlowlabelReq)(p)
		c := cIn6FlowlabelReq{action: v.Action, flags: v.Flags}
		vallen := uint32(unsafe.Sizeof(c))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&c), &vallen); e != 0 {
			return 0, e
		}
		*v = In6FlowlabelReq{netip.AddrFrom16(c.dst), Ntohl(c.label), c.action, c.share, c.flags, c.expires, c.linger}
		return int(vallen), nil
	case asTCPAOInfo:
		var c cTCPAOInfo
		vallen := uint32(unsafe.Sizeof(c))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&c), &vallen); e != 0 {
			return 0, e
		}
		on := func(n int) bool { return c.bits&bit32(true, n) != 0 }
		*(*TCPAOInfo)(p) = TCPAOInfo{on(0), on(1), on(2), on(3), on(4), c.current, c.rnext,
			c.counters[0], c.counters[1], c.counters[2], c.counters[3], c.counters[4]}
		return int(vallen), nil
	case asTCPAOKeys:
		return getTCPAOKeys(fd, level, name, (*[]TCPAOKey)(p))
	case asMPTCPTcpinfo:
		return getMPTCPTcpinfo(fd, level, name, (*[]TCPInfo)(p))
	case asMPTCPSubflowAddrs:
		return getMPTCPSubflowAddrs(fd, level, name, (*[]MPTCPSubflowAddrs)(p))
	case asMPTCPFullInfo:
		return getMPTCPFullInfo(fd, level, name, (*MPTCPFullInfo)(p))
	case asTLSCryptoInfo:
		return getCryptoInfo(fd, level, name, (*TLSCryptoInfo)(p))
	case asFanoutArgs:
		var b uint32
		vallen := uint32(unsafe.Sizeof(b))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&b), &vallen); e != 0 {
			return 0, e
		}
		// Unlike in the structure to set, the flags come in the highest byte.
		*(*FanoutArgs)(p) = FanoutArgs{Id: uint16(b), Type: FanoutType(b >> 16), Flags: FanoutFlags(b >> 16 & 0xff00)}
		return int(vallen), nil
	}
	return 0, unix.EINVAL
}

// getWhole reads bytes into v's capacity, or into a new slice: the kernel says EINVAL, and the length, if it is short.
func getWhole(fd, level, name int, v *[]byte) (int, error) {
	b := (*v)[:cap(*v)]
	if len(b) == 0 {
		b = make([]byte, 256)
	}
	for {
		vallen := uint32(len(b))
		switch e := getsockopt(fd, level, name, unsafe.Pointer(unsafe.SliceData(b)), &vallen); {
		case e == 0:
			*v = b[:vallen]
			return int(vallen), nil
		case e != unix.EINVAL || int(vallen) <= len(b):
			return 0, e
		}
		b = make([]byte, vallen)
	}
}

// getUint32s reads numbers into v's capacity, or into a new slice: the kernel gives the length, with ERANGE or not.
func getUint32s(fd, level, name int, v *[]uint32) (int, error) {
	b := (*v)[:cap(*v)]
	if len(b) == 0 {
		b = make([]uint32, 16)
	}
	for {
		vallen := uint32(4 * len(b))
		e := getsockopt(fd, level, name, unsafe.Pointer(unsafe.SliceData(b)), &vallen)
		if int(vallen) > 4*len(b) && (e == 0 || e == unix.ERANGE) {
			b = make([]uint32, (vallen+3)/4)
			continue
		}
		if e != 0 {
			return 0, e
		}
		*v = b[:vallen/4]
		return int(vallen), nil
	}
}

// getFilter reads a filter. The kernel counts instructions where it counts bytes elsewhere; asked for none it
// says how many there are.
func getFilter(fd, level, name int, v *[]unix.SockFilter) (int, error) {
	vallen := uint32(0)
	e := getsockopt(fd, level, name, nil, &vallen)
	if e != 0 {
		return 0, e
	}
	b := (*v)[:0]
	if vallen > 0 {
		if b = (*v)[:cap(*v)]; len(b) < int(vallen) {
			b = make([]unix.SockFilter, vallen)
		}
		vallen = uint32(len(b))
		if e = getsockopt(fd, level, name, unsafe.Pointer(unsafe.SliceData(b)), &vallen); e != 0 {
			return 0, e
		}
	}
	*v = b[:vallen]
	return int(vallen) * int(unsafe.Sizeof(unix.SockFilter{})), nil
}

// getSockaddr finds the longest address that the kernel gives: SO_PEERNAME refuses a longer one than it has.
func getSockaddr(fd, level, name int, v *Sockaddr) (int, error) {
	low, high := 0, sizeofSockaddrStorage // a length that succeeded, and one above which all fail
	for low < high {
		var addr Sockaddr
		try := (low + high + 1) / 2
		addr.len = uint32(try)
		switch e := getsockopt(fd, level, name, unsafe.Pointer(&addr.raw), &addr.len); {
		case e == 0:
			low, *v = int(addr.len), addr
			if low < try {
				return low, nil
			}
		case e == unix.EINVAL:
			high = try - 1
		default:
			return 0, e
		}
	}
	return low, nil
}

func getIPMsfilter(fd, level, name int, v *IPMsfilter) (int, error) {
	var space [msfilterWords + 16]uint32
	for n := max(cap(v.Slist), 16); ; {
		b := room(space[:], msfilterWords+n)
		c := (*cIPMsfilter)(unsafe.Pointer(&b[0]))
		*c = cIPMsfilter{numsrc: uint32(n)}
		if !put4(&c.multiaddr, v.Multiaddr) || !put4(&c.iface, v.Interface) {
			return 0, unix.EINVAL
		}
		vallen := uint32(4 * len(b))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&b[0]), &vallen); e != 0 {
			return 0, e
		}
		if got := int(c.numsrc); got > n && got <= maxSources {
			n = got
			continue
		}
		v.Fmode, v.Slist = MCASTMode(c.fmode), v.Slist[:0]
		for i := range min(int(c.numsrc), n) {
			v.Slist = append(v.Slist, netip.AddrFrom4(*(*[4]byte)(unsafe.Pointer(&b[msfilterWords+i]))))
		}
		return int(vallen), nil
	}
}

func getGroupFilter(fd, level, name int, v *GroupFilter) (int, error) {
	var space [groupFilterWords + 8*storageWords]uintptr
	for n := max(cap(v.Slist), 8); ; {
		b := room(space[:], groupFilterWords+n*storageWords)
		c := (*cGroupFilter)(unsafe.Pointer(&b[0]))
		*c = cGroupFilter{numsrc: uint32(n)}
		if !putIndex(&c.iface, v.Interface, v.Group) {
			return 0, unix.EINVAL
		}
		c.group.put(v.Group)
		vallen := uint32(wordSize * len(b))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&b[0]), &vallen); e != 0 {
			return 0, e
		}
		if got := int(c.numsrc); got > n && got <= maxSources {
			n = got
			continue
		}
		v.Fmode, v.Slist = MCASTMode(c.fmode), v.Slist[:0]
		for i := range min(int(c.numsrc), n) {
			v.Slist = append(v.Slist, (*cStorage)(b[groupFilterWords+i*storageWords:]).addr())
		}
		return int(vallen), nil
	}
}

// getTCPAOKeys asks for all keys. optlen is the size of one here, and the first says how many there are.
func getTCPAOKeys(fd, level, name int, v *[]TCPAOKey) (int, error) {
	for n := max(cap(*v), 4); ; {
		c := make([]cTCPAOKey, n)
		c[0].nkeys = uint32(n)
		c[0].bits = 1 << 2 // get_all
		if bigEndian {
			c[0].bits = 1 << (15 - 2)
		}
		vallen := uint32(unsafe.Sizeof(c[0]))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&c[0]), &vallen); e != 0 {
			return 0, e
		}
		if got := int(c[0].nkeys); got > n && got <= maxSources {
			n = got
			continue
		}
		*v = (*v)[:0]
		for _, k := range c[:min(int(c[0].nkeys), n)] {
			*v = append(*v, TCPAOKey{k.addr.addr(), unix.ByteSliceToString(k.algName[:]), append([]byte(nil), k.key[:min(int(k.keylen), len(k.key))]...),
				bit16(k.bits, 0), bit16(k.bits, 1), k.sndid, k.rcvid, k.prefix, k.maclen, k.keyflags, int(k.ifindex), k.pktGood, k.pktBad})
		}
		return len(*v) * int(unsafe.Sizeof(c[0])), nil
	}
}

// getSubflows reads elements of words 8-byte words each, one for a subflow, and gives their words.
func getSubflows(fd, level, name, words, n int) (b []uint64, count, vallen int, err error) {
	const head = int(unsafe.Sizeof(cMPTCPSubflowData{}) / 8)
	for n = max(n, 8); ; {
		b = make([]uint64, head+n*words)
		d := (*cMPTCPSubflowData)(unsafe.Pointer(&b[0]))
		d.sizeSubflowData, d.sizeUser = uint32(unsafe.Sizeof(*d)), uint32(words*8)
		length := uint32(len(b) * 8)
		if e := getsockopt(fd, level, name, unsafe.Pointer(&b[0]), &length); e != 0 {
			return nil, 0, 0, e
		}
		if got := int(d.numSubflows); got > n && got <= maxSources {
			n = got
			continue
		}
		return b[head:], min(int(d.numSubflows), n), int(length), nil
	}
}

func getMPTCPTcpinfo(fd, level, name int, v *[]TCPInfo) (int, error) {
	const words = int(unsafe.Sizeof(TCPInfo{}) / 8)
	b, count, n, err := getSubflows(fd, level, name, words, cap(*v))
	if err != nil {
		return 0, err
	}
	*v = (*v)[:0]
	for i := range count {
		*v = append(*v, *(*TCPInfo)(unsafe.Pointer(&b[i*words])))
	}
	return n, nil
}

func getMPTCPSubflowAddrs(fd, level, name int, v *[]MPTCPSubflowAddrs) (int, error) {
	const words = int(unsafe.Sizeof(cMPTCPSubflowAddrs{}) / 8)
	b, count, n, err := getSubflows(fd, level, name, words, cap(*v))
	if err != nil {
		return 0, err
	}
	*v = (*v)[:0]
	for i := range count {
		*v = append(*v, subflowAddrs((*cMPTCPSubflowAddrs)(unsafe.Pointer(&b[i*words]))[:]))
	}
	return n, nil
}

func subflowAddrs(a []([sizeofSockaddrStorage / 8]uint64)) MPTCPSubflowAddrs {
	bytes := func(i int) []byte { return (*[sizeofSockaddrStorage]byte)(unsafe.Pointer(&a[i]))[:] }
	return MPTCPSubflowAddrs{sockaddrInFrom(bytes(0)), sockaddrInFrom(bytes(1))}
}

func getMPTCPFullInfo(fd, level, name int, v *MPTCPFullInfo) (int, error) {
	for n := max(cap(v.Tcp_info), 8); ; {
		subflows, tcps := make([]cMPTCPSubflowInfo, n), make([]TCPInfo, n)
		// The kernel reads the addresses of these as numbers.
		var pinner runtime.Pinner
		pinner.Pin(&subflows[0])
		pinner.Pin(&tcps[0])
		c := cMPTCPFullInfo{sizeTcpinfoUser: uint32(unsafe.Sizeof(tcps[0])), sizeSfinfoUser: uint32(unsafe.Sizeof(subflows[0])), sizeArraysUser: uint32(n),
			subflowInfo: uint64(uintptr(unsafe.Pointer(&subflows[0]))), tcpInfo: uint64(uintptr(unsafe.Pointer(&tcps[0])))}
		vallen := uint32(unsafe.Sizeof(c))
		e := getsockopt(fd, level, name, unsafe.Pointer(&c), &vallen)
		pinner.Unpin()
		if e != 0 {
			return 0, e
		}
		if got := int(c.numSubflows); got > n && got <= maxSources {
			n = got
			continue
		}
		count := min(int(c.numSubflows), n)
		*v = MPTCPFullInfo{c.info, v.Subflow_info[:0], append(v.Tcp_info[:0], tcps[:count]...)}
		for _, s := range subflows[:count] {
			b := (*[unsafe.Sizeof(s)]byte)(unsafe.Pointer(&s))
			addrs := b[8:]
			if c.sizeSfinfoKernel == 4+2*sizeofSockaddrStorage { // a 32-bit kernel
				addrs = b[4:]
			}
			v.Subflow_info = append(v.Subflow_info, MPTCPSubflowInfo{binary.NativeEndian.Uint32(b[:]),
				MPTCPSubflowAddrs{sockaddrInFrom(addrs), sockaddrInFrom(addrs[sizeofSockaddrStorage:])}})
		}
		return int(vallen), nil
	}
}

// getCryptoInfo reads which cipher it is first: the kernel wants the exact length.
func getCryptoInfo(fd, level, name int, v *TLSCryptoInfo) (int, error) {
	var space [4 + 12 + 32 + 4 + 8]byte
	vallen := uint32(4)
	if e := getsockopt(fd, level, name, unsafe.Pointer(&space), &vallen); e != 0 {
		return 0, e
	}
	*v = TLSCryptoInfo{Version: TLSVersion(binary.NativeEndian.Uint16(space[0:])), Cipher_type: TLSCipher(binary.NativeEndian.Uint16(space[2:]))}
	i := int(v.Cipher_type) - int(TLS_CIPHER_AES_GCM_128)
	if i < 0 || i >= len(tlsCiphers) {
		return int(vallen), nil
	}
	c := &tlsCiphers[i]
	vallen = uint32(4 + c.iv + c.key + c.salt + c.recSeq)
	if e := getsockopt(fd, level, name, unsafe.Pointer(&space), &vallen); e != 0 {
		return 0, e
	}
	b := append([]byte(nil), space[4:vallen]...)
	v.Iv, b = b[:c.iv:c.iv], b[c.iv:]
	v.Key, b = b[:c.key:c.key], b[c.key:]
	v.Salt, v.Rec_seq = b[:c.salt:c.salt], b[c.salt:]
	return int(vallen), nil
}

// The sizes that linux/in.h, linux/in6.h, linux/tcp.h and linux/mptcp.h have on every machine: another would not compile.
var (
	_ [12]byte                              = [unsafe.Sizeof(cIPMreqn{})]byte{}
	_ [12]byte                              = [unsafe.Sizeof(cIPMreqSource{})]byte{}
	_ [16]byte                              = [unsafe.Sizeof(cIPMsfilter{})]byte{}
	_ [128 + unsafe.Sizeof(uintptr(0))]byte = [unsafe.Sizeof(cGroupReq{})]byte{}
	_ [256 + unsafe.Sizeof(uintptr(0))]byte = [unsafe.Sizeof(cGroupSourceReq{})]byte{}
	_ [136 + unsafe.Sizeof(uintptr(0))]byte = [unsafe.Sizeof(cGroupFilter{})]byte{}
	_ [20]byte                              = [unsafe.Sizeof(cAddr6Index{})]byte{}
	_ [32]byte                              = [unsafe.Sizeof(cIP6MTUInfo{})]byte{}
	_ [32]byte                              = [unsafe.Sizeof(cIn6FlowlabelReq{})]byte{}
	_ [216]byte                             = [unsafe.Sizeof(cTCPMD5Sig{})]byte{}
	_ [288]byte                             = [unsafe.Sizeof(cTCPAOAdd{})]byte{}
	_ [144]byte                             = [unsafe.Sizeof(cTCPAODel{})]byte{}
	_ [48]byte                              = [unsafe.Sizeof(cTCPAOInfo{})]byte{}
	_ [304]byte                             = [unsafe.Sizeof(cTCPAOKey{})]byte{}
	_ [16]byte                              = [unsafe.Sizeof(cMPTCPSubflowData{})]byte{}
	_ [256]byte                             = [unsafe.Sizeof(cMPTCPSubflowAddrs{})]byte{}
	_ [264]byte                             = [unsafe.Sizeof(cMPTCPSubflowInfo{})]byte{}
	_ [136]byte                             = [unsafe.Sizeof(cMPTCPFullInfo{})]byte{}
	_ [280]byte                             = [unsafe.Sizeof(TCPInfo{})]byte{}
	_ [96]byte                              = [unsafe.Sizeof(MPTCPInfo{})]byte{}
	_ [64]byte                              = [unsafe.Sizeof(TCPZerocopyReceive{})]byte{}
	_ [20]byte                              = [unsafe.Sizeof(TCPRepairWindow{})]byte{}
	_ [8]byte                               = [unsafe.Sizeof(TCPRepairOpt{})]byte{}
	_ [8]byte                               = [unsafe.Sizeof(DmabufToken{})]byte{}
	_ [16]byte                              = [unsafe.Sizeof(TCPAORepair{})]byte{}
	_ [36]byte                              = [unsafe.Sizeof(MemInfo{})]byte{}
	_ [20]byte                              = [unsafe.Sizeof(TCPCCInfo{})]byte{}
)
