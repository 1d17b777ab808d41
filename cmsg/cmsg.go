//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Package cmsg reads and writes control messages, the data beside the data of sendmsg(2) and recvmsg(2):
// descriptors, credentials, time stamps, where a datagram came to, why one did not arrive.
//
// It is the CMSG_ macros of <sys/socket.h> with types. A [Type] is a level, a type and the Go type of the
// value; the types have their C names.
//
//	control := cmsg.Append(nil, cmsg.IP_TTL, 5)
//	control = cmsg.Append(control, cmsg.IP_TOS, 0x10)
//	n, err := socket.Sendmsg(fd, &socket.Msghdr{Name: &to, Iov: iov, Control: control}, 0)
//
//	msg := socket.Msghdr{Iov: iov, Control: make([]byte, 256)}
//	n, err := socket.Recvmsg(fd, &msg, 0)
//	ttl, ok := cmsg.Get(msg.Control[:msg.Controllen], cmsg.IP_TTL)
//
// Which option makes the kernel send a message is said beside its type. Space for what is received must
// suffice, each message with its header and padding: [Space]. If it does not, the kernel says so in
// Msghdr.Flags (MSG_CTRUNC), cuts the message that does not fit, and drops those behind it. Linux writes the
// length that is left to the header of the one it cuts: a value cut to another length that is valid too, an
// IP_TOS, reads wrongly. Look at the flag.
//
// Received descriptors are open until they are closed, in a message that was cut as well: see [RecvFds] and
// [CloseRights].
//
// No function here panics or reads out of bounds, whatever the bytes. Those for types of fixed size do not
// allocate. See cmsg(3).
package cmsg

// This file holds the walk over a control buffer and the values that all systems have:
//
//	1 Type   2 Append   3 All, Get, Decode   4 codecs: how a value lies in memory   5 values
//
// Descriptors are in fds.go, the types of each system in cmsg_linux.go and its siblings, the error queue in
// errqueue_linux.go, zero copy, which needs it, in zerocopy_linux.go, the segments of UDP_GRO in segments_linux.go.
// Adding a type is a line in a table and a row in the tests, which fail without it.

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math"
	"net/netip"
	"reflect"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// 1. Type.

// A Type is a kind of control message: the level and type of its header and, as T, the type of its value.
// It is a plain value; the zero Type is none.
type Type[T any] struct {
	Level int // cmsg_level: SOL_SOCKET, IPPROTO_IP, …
	Type  int // cmsg_type: SCM_RIGHTS, IP_TTL, …
	codec codec
}

// NewType makes a type that this package does not know, or another view of one that it does.
//
// T says how the value lies in memory:
//
//	bool, int, uint            a C int, or unsigned int
//	any other type without     as it is: int32, uint64, [16]byte, a struct laid out as C's
//	pointers
//	time.Time                  struct timespec
//	string                     bytes, up to the first NUL when read
//	[]byte                     bytes; Get and Decode give a part of control
//	[]int                      C ints
//	socket.Sockaddr            struct sockaddr of any family
//	a struct of this package   as the type does that has it
//
// Where T or a number does not do, Get finds nothing, and what Append makes is refused by the kernel.
func NewType[T any](level, typ int) Type[T] {
	t := Type[T]{level, typ, newCodec(reflect.TypeFor[T]())}
	if int(int32(level)) != level || int(int32(typ)) != typ {
		t.codec = asInvalid
	}
	return t
}

// A Header is what precedes the data of a control message.
//
//	struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; };
type Header struct {
	Level int // cmsg_level
	Type  int // cmsg_type
	Len   int // the length of the data: cmsg_len less the header. More than there are if the message was cut
}

// Space is the room that a control message with n bytes of data takes in a buffer, padding included.
//
//	size_t CMSG_SPACE(size_t length);
//
// A buffer for SCM_RIGHTS has room for more descriptors than it was made for: that for one holds two where
// words have 64 bits. See cmsg(3).
func Space(n int) int { return hdrLen + (n+align-1)&^(align-1) }

// Len is the length that the header of a control message with n bytes of data says.
//
//	size_t CMSG_LEN(size_t length);
//
// See cmsg(3).
func Len(n int) int { return hdrLen + n }

// 2. Append.

// Append appends a control message to b, padded, so that the next can follow. It allocates only if the
// capacity of b does not suffice: Space says how much a message takes.
//
//	CMSG_FIRSTHDR, CMSG_NXTHDR, CMSG_DATA
//
// A value that does not fit its C type makes a message that the kernel refuses: sending it is EINVAL. What
// else the kernel refuses is said by the call that sends it too, mostly as EINVAL. See cmsg(3).
func Append[T any](b []byte, t Type[T], v T) []byte {
	return appendMessage(b, t.Level, t.Type, t.codec, unsafe.Pointer(&v), unsafe.Sizeof(v))
}

var zeros [64]byte

func appendMessage(b []byte, level, typ int, c codec, p unsafe.Pointer, size uintptr) []byte {
	b = pad(b)
	start := len(b)
	b, ok := encode(append(b, zeros[:hdrLen]...), c, p, size)
	if !ok {
		b = b[:start+hdrLen]
		putHeader(b[start:], 0, level, typ) // shorter than a header: the kernel refuses it
		return b
	}
	putHeader(b[start:], len(b)-start, level, typ)
	return pad(b)
}

// pad fills b up to where a message can begin.
func pad(b []byte) []byte { return append(b, zeros[:-len(b)&(align-1)]...) }

// 3. All, Get, Decode.

// All goes through the messages of a control buffer as received: Control[:Controllen].
//
//	CMSG_FIRSTHDR, CMSG_NXTHDR, CMSG_DATA
//
//	for h, data := range cmsg.All(msg.Control[:msg.Controllen]) {
//		if ttl, ok := cmsg.IP_TTL.Decode(h, data); ok { … }
//	}
//
// The data are a part of control. A last message that was cut comes with the data that are there; a header that
// cannot be ends the walk. A control buffer that is a local variable is moved to the heap by All, as the compiler does
// not see where data go; by Get it is not. See cmsg(3).
func All(control []byte) iter.Seq2[Header, []byte] {
	return func(yield func(Header, []byte) bool) {
		for h, data, rest, ok := next(control); ok && yield(h, data); {
			h, data, rest, ok = next(rest)
		}
	}
}

// next splits the first message off b.
func next(b []byte) (h Header, data, rest []byte, ok bool) {
	if len(b) < hdrLen {
		return h, nil, nil, false
	}
	n, level, typ := getHeader(b)
	if n < uint64(hdrLen) {
		return h, nil, nil, false
	}
	h = Header{int(level), int(typ), int(min(n-uint64(hdrLen), math.MaxInt))}
	if n >= uint64(len(b)) {
		return h, b[hdrLen:], nil, true
	}
	return h, b[hdrLen:n:n], b[min(Space(h.Len), len(b)):], true
}

// Get finds the first message of a type in a control buffer as received: Control[:Controllen]. There is none
// if it has been cut, or if its data are no value of the type.
//
//	CMSG_FIRSTHDR, CMSG_NXTHDR, CMSG_DATA
//
// Of a few types more than one can come, IPV6_DSTOPTS and SCM_DEVMEM_DMABUF: All shows each. See cmsg(3).
func Get[T any](control []byte, t Type[T]) (v T, ok bool) {
	for h, data, rest, ok := next(control); ok; h, data, rest, ok = next(rest) {
		if h.Level == t.Level && h.Type == t.Type {
			return t.Decode(h, data)
		}
	}
	return v, false
}

// Decode reads a message that All gave, if it is one of the type. It is for programs that look at several
// types in one walk.
//
// A message that was cut has no value, but for the types []byte and []int, which give what is there.
func (t Type[T]) Decode(h Header, data []byte) (v T, ok bool) {
	switch {
	case h.Level != t.Level || h.Type != t.Type:
		return v, false
	case t.codec == asBytes:
		return *(*T)(unsafe.Pointer(&data)), true // here, so that decode need not let data escape
	}
	ok = decode(data, h.Len != len(data), t.codec, unsafe.Pointer(&v), unsafe.Sizeof(v))
	return v, ok
}

// 4. Codecs: how a value lies in memory. A table's line names one; NewType finds it by the type.

type codec uint8

const (
	asNothing    codec = iota // none: the zero Type
	asInvalid                 // NewType could not make it
	asPlain                   // T as it is: no pointers inside
	asBool                    // C int: 0, or not 0
	asInt                     // C int, in an int
	asIntOrByte               // C int, but read from one byte too
	asUint                    // C unsigned int, in a uint
	asUint32BE                // 32 bits in network order, in a uint32
	asBytes                   // []byte
	asString                  // bytes up to a NUL, in a string
	asInts                    // C ints, in an []int
	asTimeval                 // struct timeval, in a time.Time
	asTimespec                // struct timespec, in a time.Time
	asSockaddr                // struct sockaddr, in a socket.Sockaddr
	asAddr                    // struct in_addr or in6_addr, in a netip.Addr
	asIn6Pktinfo              // struct in6_pktinfo
	asIP6MTUInfo              // struct ip6_mtuinfo
	asOwn                     // and the values that only one system has
)

func newCodec(t reflect.Type) codec {
	if c := ownCodec(t); c != asNothing {
		return c
	}
	switch t {
	case reflect.TypeFor[time.Time]():
		return asTimespec
	case reflect.TypeFor[socket.Sockaddr]():
		return asSockaddr
	case reflect.TypeFor[netip.Addr]():
		return asAddr
	case reflect.TypeFor[In6Pktinfo]():
		return asIn6Pktinfo
	case reflect.TypeFor[IP6MTUInfo]():
		return asIP6MTUInfo
	}
	switch t.Kind() {
	case reflect.Bool:
		return asBool
	case reflect.Int:
		return asInt
	case reflect.Uint:
		return asUint
	case reflect.String:
		return asString
	case reflect.Slice:
		switch t.Elem().Kind() {
		case reflect.Uint8:
			return asBytes
		case reflect.Int:
			return asInts
		}
	}
	if plain(t) {
		return asPlain
	}
	return asInvalid
}

// plain reports whether any bytes are a value of t: no pointers, and no bool, inside.
func plain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return plain(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if !plain(t.Field(i).Type) {
				return false
			}
		}
		return true
	}
	return reflect.Int <= t.Kind() && t.Kind() <= reflect.Complex128
}

// encode appends the data of the T at p, of the given size; false if it does not fit its C type.
func encode(b []byte, c codec, p unsafe.Pointer, size uintptr) ([]byte, bool) {
	switch c {
	case asPlain:
		return append(b, unsafe.Slice((*byte)(p), size)...), true
	case asBool:
		v := int32(0)
		if *(*bool)(p) {
			v = 1
		}
		return store(b, v), true
	case asInt, asIntOrByte:
		v := *(*int)(p)
		return store(b, int32(v)), int(int32(v)) == v
	case asUint:
		v := *(*uint)(p)
		return store(b, uint32(v)), uint(uint32(v)) == v
	case asUint32BE:
		return binary.BigEndian.AppendUint32(b, *(*uint32)(p)), true
	case asBytes:
		return append(b, *(*[]byte)(p)...), true
	case asString:
		return append(b, *(*string)(p)...), true
	case asInts:
		ok := true
		for _, v := range *(*[]int)(p) {
			b = store(b, int32(v))
			ok = ok && int(int32(v)) == v
		}
		return b, ok
	case asTimeval:
		return store(b, unix.NsecToTimeval(nanoseconds(*(*time.Time)(p)))), true
	case asTimespec:
		return store(b, unix.NsecToTimespec(nanoseconds(*(*time.Time)(p)))), true
	case asSockaddr:
		return append(b, (*socket.Sockaddr)(p).Bytes()...), true
	case asAddr:
		a := *(*netip.Addr)(p)
		if a.Is4() {
			return store(b, a.As4()), true
		}
		return store(b, a.As16()), a.IsValid()
	case asIn6Pktinfo:
		v := (*In6Pktinfo)(p)
		index := v.Ifindex
		if index == 0 && v.Addr.Zone() != "" {
			index = int(socket.SockaddrIn(netip.AddrPortFrom(v.Addr, 0)).ScopeID())
		}
		return store(b, cIn6Pktinfo{v.Addr.As16(), uint32(index)}), int(int32(index)) == index
	case asIP6MTUInfo:
		v := (*IP6MTUInfo)(p)
		var c cIP6MTUInfo
		copy(c.addr[:], v.Addr.Bytes())
		c.mtu = uint32(v.Mtu)
		return store(b, c), v.Addr.Len() <= len(c.addr) && int(uint32(v.Mtu)) == v.Mtu
	}
	return encodeOwn(b, c, p)
}

// decode reads data into the T at p, of the given size. cut says that data are not all of it.
func decode(data []byte, cut bool, c codec, p unsafe.Pointer, size uintptr) bool {
	if c == asInts {
		*(*[]int)(p) = appendInts(make([]int, 0, len(data)/4), data)
		return true
	}
	if cut {
		return false
	}
	switch c {
	case asPlain:
		return uintptr(copy(unsafe.Slice((*byte)(p), size), data)) == size
	case asBool:
		v, ok := load[int32](data)
		*(*bool)(p) = v != 0
		return ok
	case asIntOrByte:
		if len(data) == 1 {
			*(*int)(p) = int(data[0])
			return true
		}
		fallthrough
	case asInt:
		v, ok := load[int32](data)
		*(*int)(p) = int(v)
		return ok
	case asUint:
		v, ok := load[uint32](data)
		*(*uint)(p) = uint(v)
		return ok
	case asUint32BE:
		if len(data) != 4 {
			return false
		}
		*(*uint32)(p) = binary.BigEndian.Uint32(data)
		return true
	case asString:
		if i := bytes.IndexByte(data, 0); i >= 0 {
			data = data[:i]
		}
		*(*string)(p) = string(data)
		return true
	case asTimeval:
		v, ok := load[unix.Timeval](data)
		if ok {
			*(*time.Time)(p) = time.Unix(v.Unix())
		}
		return ok
	case asTimespec:
		v, ok := load[unix.Timespec](data)
		if ok {
			*(*time.Time)(p) = time.Unix(v.Unix())
		}
		return ok
	case asSockaddr:
		if len(data) < 2 {
			return false
		}
		addr, err := socket.SockaddrFrom(data)
		*(*socket.Sockaddr)(p) = addr
		return err == nil
	case asAddr:
		addr, ok := netip.AddrFromSlice(data)
		*(*netip.Addr)(p) = addr
		return ok
	case asIn6Pktinfo:
		v, ok := load[cIn6Pktinfo](data)
		if ok {
			*(*In6Pktinfo)(p) = In6Pktinfo{Addr: netip.AddrFrom16(v.addr), Ifindex: int(int32(v.ifindex))}
		}
		return ok
	case asIP6MTUInfo:
		v, ok := load[cIP6MTUInfo](data)
		if ok {
			addr, _ := socket.SockaddrFrom(v.addr[:])
			*(*IP6MTUInfo)(p) = IP6MTUInfo{Addr: addr, Mtu: int(v.mtu)}
		}
		return ok
	}
	return decodeOwn(data, c, p)
}

// C's structures.
type (
	cIn6Pktinfo struct {
		addr    [16]byte
		ifindex uint32
	}
	cIP6MTUInfo struct {
		addr [28]byte // struct sockaddr_in6
		mtu  uint32
	}
)

// store appends the bytes of s.
func store[S any](b []byte, s S) []byte {
	return append(b, unsafe.Slice((*byte)(unsafe.Pointer(&s)), unsafe.Sizeof(s))...)
}

// load reads an S from data, if they have its length.
func load[S any](data []byte) (s S, ok bool) {
	b := unsafe.Slice((*byte)(unsafe.Pointer(&s)), unsafe.Sizeof(s))
	return s, copy(b, data) == len(b) && len(data) == len(b)
}

// nanoseconds since 1970; 0 for the zero Time.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// appendInts appends the C ints that are whole in data.
func appendInts(dst []int, data []byte) []int {
	for ; len(data) >= 4; data = data[4:] {
		dst = append(dst, int(int32(binary.NativeEndian.Uint32(data))))
	}
	return dst
}

// 5. Values.

// An In6Pktinfo is a local IPv6 address and an interface: struct in6_pktinfo, IPV6_PKTINFO. Received, they are
// where a datagram came to; sent, where it leaves from, and either may be zero. An Ifindex of 0 takes Addr's
// zone. ipv6(7).
type In6Pktinfo = socket.In6Pktinfo

// An IP6MTUInfo is the MTU of a path and where that leads: struct ip6_mtuinfo, IPV6_PATHMTU. RFC 3542.
type IP6MTUInfo = socket.IP6MTUInfo
