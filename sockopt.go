//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socket

// This file holds how options work; the options themselves are in the tables of sockopt_linux.go and its
// siblings, a line each:
//
//	1 Option and its directions   2 Getsockopt, Setsockopt   3 Setting   4 the untyped calls
//	5 codecs: how a value lies in memory
//
// The codecs of values that only one system has are in sockopt_codecs_linux.go and its sibling.

import (
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket/internal/race"
)

// 1. Option and its directions.

// An Option is a socket option: the level and name of setsockopt(2), the Go type T of its value, and the
// way A it goes: RO, WO or RW. Misuse of either does not compile. (But of a time.Duration, which a number without a
// unit is too, in nanoseconds: 60*time.Second, not 60.)
//
//	err := socket.Setsockopt(fd, socket.SO_REUSEADDR, true)
//	info, err := socket.Getsockopt(fd, socket.TCP_INFO) // a TCPInfo
//
// The zero Option is none: calls with it fail with ENOPROTOOPT. Options compare with ==.
type Option[T any, A Access] struct{ word word[T, A] }

// A word packs an option: the level in bits 40 to 63, the codec in 32 to 38, the name in 0 to 31. (Bit 39 is
// the BSDs', see solLocal.) One word keeps the generic calls small enough to be inlined. Its own type
// parameters keep one Option from being converted to another.
type word[T any, A Access] uint64

const (
	levelShift = 40
	codecMask  = 0x7f << 32
)

// RO, WO and RW are the directions of an option: read-only, write-only, both.
type (
	RO struct{}
	WO struct{}
	RW struct{}
)

// Access is any direction; Readable and Writable are those that Getsockopt and Setsockopt take.
type (
	Access   interface{ RO | WO | RW }
	Readable interface{ RO | RW }
	Writable interface{ WO | RW }
)

// NewOption makes an option that this package does not know, or another view of one that it does.
//
// T says how the value lies in memory:
//
//	bool, int, uint             a C int, or unsigned int
//	any other type without      as it is: int32, uint64, [16]byte, a struct laid out as C's
//	pointers
//	time.Duration               struct timeval; for an int of seconds or milliseconds use int
//	string                      bytes, up to the first NUL when read
//	[]byte                      bytes
//	netip.Addr                  struct in6_addr at level IPPROTO_IPV6, else struct in_addr
//	unix.Errno                  a C int
//	struct{}                    a C int, 1
//	a type of this package      as the option does that has it
//
// A type with other pointers inside may only be set (WO). Where T does not do, or level is beyond 24 bits,
// each call with the option is EINVAL.
func NewOption[T any, A Access](level, name int) Option[T, A] {
	w := uint64(level)<<levelShift | uint64(uint32(name)) | newCodec(reflect.TypeFor[T](), reflect.TypeFor[A]() == reflect.TypeFor[WO]())
	if optionLevel(w) != level || optionName(w) != name {
		w = asInvalid
	}
	return Option[T, A]{word[T, A](w)}
}

func optionLevel(w uint64) int { return int(int64(w) >> levelShift) }
func optionName(w uint64) int  { return int(int32(w)) }

// Level is the level of the option, as SOL_SOCKET or IPPROTO_TCP.
func (o Option[T, A]) Level() int { return optionLevel(uint64(o.word)) }

// Name is the number of the option within its level: C's optname.
func (o Option[T, A]) Name() int { return optionName(uint64(o.word)) }

// String is the option's name in C, as SO_REUSEADDR, or its numbers if it has no name here.
func (o Option[T, A]) String() string { return optionString(uint64(o.word)) }

func optionString(w uint64) string {
	if name := optionText(w &^ codecMask); name != "" {
		return name
	}
	return "option(" + strconv.Itoa(optionLevel(w)) + ", " + strconv.Itoa(optionName(w)) + ")"
}

// 2. Getsockopt, Setsockopt.

// Getsockopt reads an option.
//
//	int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen);
//
// Errors: ENOPROTOOPT or EOPNOTSUPP (the socket has no such option), ENOTSOCK, EINVAL; the line of each option
// says more. See getsockopt(2), socket(7).
func Getsockopt[T any, A Readable](fd int, opt Option[T, A]) (T, error) {
	var v T
	_, err := getOption(fd, uint64(opt.word), unsafe.Pointer(&v), unsafe.Sizeof(v))
	return v, err
}

// GetsockoptInto reads an option into v and returns how many bytes the kernel wrote of it: fewer than the
// structure's size where the kernel is older than this package, and the fields beyond are zero. A slice is
// read into v's capacity, if it suffices. A few options are questions, as their lines say: what v holds goes
// to the kernel first.
//
//	int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen);
//
// See Getsockopt.
func GetsockoptInto[T any, A Readable](fd int, opt Option[T, A], v *T) (n int, err error) {
	if v == nil {
		return 0, unix.EFAULT
	}
	return getOption(fd, uint64(opt.word), unsafe.Pointer(v), unsafe.Sizeof(*v))
}

// Setsockopt sets an option.
//
//	int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen);
//
// A time.Duration is rounded up to the kernel's unit, which the line of the option gives.
//
// Errors: EINVAL (the value does not fit the kernel's type, or the kernel refuses it), ENOPROTOOPT or
// EOPNOTSUPP (the socket has no such option), EPERM (it needs privilege), ENOTSOCK; the line of each option
// says more. See setsockopt(2), socket(7).
func Setsockopt[T any, A Writable](fd int, opt Option[T, A], v T) error {
	return setOption(fd, uint64(opt.word), unsafe.Pointer(&v), unsafe.Sizeof(v))
}

// 3. Setting.

// A Setting is an option with the value to set: Set makes it, Apply sets it. It prints as
// SO_REUSEPORT=true. The zero Setting does nothing.
type Setting struct {
	word  uint64
	value any
	apply func(fd int) error
}

// Set binds a value to an option.
func Set[T any, A Writable](opt Option[T, A], v T) Setting {
	return Setting{uint64(opt.word), v, func(fd int) error { return Setsockopt(fd, opt, v) }}
}

// Apply sets the option on a socket. See Setsockopt.
func (s Setting) Apply(fd int) error {
	if s.apply == nil {
		return nil
	}
	return s.apply(fd)
}

// Level is the level of the option.
func (s Setting) Level() int { return optionLevel(s.word) }

// Name is the number of the option within its level.
func (s Setting) Name() int { return optionName(s.word) }

// String is the option's name and the value: SO_REUSEPORT=true.
func (s Setting) String() string {
	if s.apply == nil {
		return ""
	}
	return fmt.Sprintf("%s=%+v", optionString(s.word), s.value)
}

// 4. The untyped calls.

// GetsockoptInt reads an option whose value is a C int.
//
//	int getsockopt(int sockfd, int level, int optname, int *optval, socklen_t *optlen);
//
// See Getsockopt.
func GetsockoptInt(fd, level, name int) (int, error) {
	if !isInt(fd) || !isInt(level) || !isInt(name) {
		return 0, invalid(fd)
	}
	v, _, e := getInt(fd, level, name)
	return v, orNil(e)
}

// SetsockoptInt sets an option whose value is a C int. What does not fit one is EINVAL.
//
//	int setsockopt(int sockfd, int level, int optname, const int *optval, socklen_t optlen);
//
// See Setsockopt.
func SetsockoptInt(fd, level, name, value int) error {
	if !isInt(fd) || !isInt(level) || !isInt(name) || !isInt(value) {
		return invalid(fd)
	}
	v := int32(value)
	return orNil(setsockopt(fd, level, name, unsafe.Pointer(&v), int(unsafe.Sizeof(v))))
}

// GetsockoptBytes reads an option of any kind into buf and returns the length the kernel gave, which for a
// few options is more than len(buf).
//
//	int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen);
//
// What buf holds goes to the kernel too: some options are questions. See Getsockopt.
func GetsockoptBytes(fd, level, name int, buf []byte) (n int, err error) {
	if !isInt(fd) || !isInt(level) || !isInt(name) || !isInt(len(buf)) {
		return 0, invalid(fd)
	}
	vallen := uint32(len(buf))
	if e := getsockopt(fd, level, name, unsafe.Pointer(unsafe.SliceData(buf)), &vallen); e != 0 {
		return 0, e
	}
	race.Write(buf, int(vallen))
	return int(vallen), nil
}

// SetsockoptBytes sets an option of any kind from the bytes of its C value.
//
//	int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen);
//
// See Setsockopt.
func SetsockoptBytes(fd, level, name int, value []byte) error {
	if !isInt(fd) || !isInt(level) || !isInt(name) || !isInt(len(value)) {
		return invalid(fd)
	}
	race.Read(value, len(value))
	return orNil(setsockopt(fd, level, name, unsafe.Pointer(unsafe.SliceData(value)), len(value)))
}

// SetsockoptNull sets an option with a null value: a few read only its length.
//
//	int setsockopt(int sockfd, int level, int optname, NULL, socklen_t optlen);
//
// See Setsockopt.
func SetsockoptNull(fd, level, name, optlen int) error {
	if !isInt(fd) || !isInt(level) || !isInt(name) || !isInt(optlen) {
		return invalid(fd)
	}
	return orNil(setsockopt(fd, level, name, nil, optlen))
}

// 5. Codecs: how a value lies in memory. A table's line names one; NewOption finds it by the type.

const (
	asNothing = iota << 32 // none: the zero Option
	asInvalid              // NewOption could not make it
	asPlain                // T as it is: no pointers inside, or only to be set
	asBool                 // C int: 0, or not 0
	asInt                  // C int, in an int
	asUint                 // C unsigned int, in a uint
	asUint8                // one byte, in an int
	asErrno                // C int, in a unix.Errno
	asSeconds              // C int of seconds, as the next two in a time.Duration, rounded up
	asMillis               // C int of milliseconds
	asMicros               // C int of microseconds
	asTimeval              // struct timeval, in a time.Duration
	asString               // bytes up to a NUL, in a string
	asName                 // the same, 15 bytes at most, which the kernel would cut: IFNAMSIZ, TCP_CA_NAME_MAX
	asBytes                // []byte
	asAddr4                // struct in_addr, in a netip.Addr
	asAddr6                // struct in6_addr, in a netip.Addr
	asIndex                // C int in network order, in an int: IP_UNICAST_IF
	asSwitch               // C int, 1, in a struct{}
	asOwn                  // and the values that only one system has: see structCodec
)

func newCodec(t reflect.Type, setOnly bool) uint64 {
	if codec := structCodec(t); codec != asNothing {
		return codec
	}
	switch t {
	case reflect.TypeFor[time.Duration]():
		return asTimeval
	case reflect.TypeFor[unix.Errno]():
		return asErrno
	case reflect.TypeFor[netip.Addr]():
		return asAddr4 // asAddr6 by its level
	case reflect.TypeFor[struct{}]():
		return asSwitch
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
		if t.Elem().Kind() == reflect.Uint8 {
			return asBytes
		}
	case reflect.Struct, reflect.Array:
		if setOnly || !hasPointers(t) {
			return asPlain
		}
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Uintptr, reflect.Float32, reflect.Float64:
		return asPlain
	}
	return asInvalid
}

// hasPointers reports whether values of t hold pointers, which the kernel must not write.
func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return hasPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	}
	return t.Kind() > reflect.Array // Chan, Func, Interface, Map, Pointer, Slice, String, UnsafePointer
}

// getOption reads option w into the T at p, of the given size.
func getOption(fd int, w uint64, p unsafe.Pointer, size uintptr) (n int, err error) {
	if !isInt(fd) {
		return 0, unix.EBADF
	}
	level, name := optionLevel(w), optionName(w)
	switch codec := w & codecMask; codec {
	case asBool, asInt, asUint, asErrno, asSeconds, asMillis, asMicros, asIndex:
		// As getInt and getsockopt, without the cost of calling them.
		var b int32
		vallen := uint32(unsafe.Sizeof(b))
		var e unix.Errno
		if mayWait(level, name) {
			e = getsockopt(fd, level, name, unsafe.Pointer(&b), &vallen)
		} else {
			e = getsockoptRaw(fd, level, name, unsafe.Pointer(&b), &vallen)
		}
		if e != 0 {
			return 0, e
		}
		v, n := int(b), int(vallen)
		if n < 4 {
			v = shortInt(&b, n)
		}
		switch codec {
		case asBool:
			*(*bool)(p) = v != 0
		case asInt:
			*(*int)(p) = v
		case asUint:
			*(*uint)(p) = uint(uint32(v))
		case asErrno:
			*(*unix.Errno)(p) = unix.Errno(v)
		case asSeconds:
			*(*time.Duration)(p) = time.Duration(v) * time.Second
		case asMillis:
			*(*time.Duration)(p) = time.Duration(v) * time.Millisecond
		case asMicros:
			*(*time.Duration)(p) = time.Duration(v) * time.Microsecond
		case asIndex:
			*(*int)(p) = int(int32(Ntohl(uint32(v))))
		}
		return n, nil
	case asPlain:
		vallen := uint32(size)
		if e := getsockopt(fd, level, name, p, &vallen); e != 0 {
			return 0, e
		}
		if uintptr(vallen) < size { // an older kernel: v may hold what it held before
			clear(unsafe.Slice((*byte)(p), size)[vallen:])
		}
		return int(vallen), nil
	default:
		return getOther(fd, w, p)
	}
}

// getInt reads a C int; an option of fewer bytes is the number they make.
func getInt(fd, level, name int) (v, n int, e unix.Errno) {
	var b int32
	vallen := uint32(unsafe.Sizeof(b))
	if e = getsockopt(fd, level, name, unsafe.Pointer(&b), &vallen); e != 0 {
		return 0, 0, e
	}
	return shortInt(&b, int(vallen)), int(vallen), 0
}

// shortInt is the number in the first n bytes of b.
func shortInt(b *int32, n int) int {
	switch n {
	case 1:
		return int(*(*uint8)(unsafe.Pointer(b)))
	case 2:
		return int(*(*uint16)(unsafe.Pointer(b)))
	}
	return int(*b)
}

// getOther reads what is not a C int and not plain.
func getOther(fd int, w uint64, p unsafe.Pointer) (n int, err error) {
	level, name := optionLevel(w), optionName(w)
	switch w & codecMask {
	case asUint8:
		var b uint8
		vallen := uint32(1)
		if e := getsockopt(fd, level, name, unsafe.Pointer(&b), &vallen); e != 0 {
			return 0, e
		}
		*(*int)(p) = int(b)
		return int(vallen), nil
	case asTimeval:
		var tv unix.Timeval
		vallen := uint32(unsafe.Sizeof(tv))
		if e := getsockopt(fd, level, name, unsafe.Pointer(&tv), &vallen); e != 0 {
			return 0, e
		}
		*(*time.Duration)(p) = duration(&tv)
		return int(vallen), nil
	case asString, asName:
		var space [256]byte
		b, err := getBytes(fd, level, name, space[:])
		if err != nil {
			return 0, err
		}
		*(*string)(p) = unix.ByteSliceToString(b)
		return len(b), nil
	case asBytes:
		v := (*[]byte)(p)
		b := (*v)[:cap(*v)]
		if len(b) == 0 {
			b = make([]byte, 256)
		}
		b, err := getBytes(fd, level, name, b)
		if err == nil {
			*v = b
		}
		return len(b), err
	case asAddr4, asAddr6:
		var b [16]byte
		vallen := uint32(4)
		if isAddr6(w) {
			vallen = 16
		}
		if e := getsockopt(fd, level, name, unsafe.Pointer(&b), &vallen); e != 0 {
			return 0, e
		}
		if isAddr6(w) {
			*(*netip.Addr)(p) = netip.AddrFrom16(b)
		} else {
			*(*netip.Addr)(p) = netip.AddrFrom4([4]byte(b[:4]))
		}
		return int(vallen), nil
	case asNothing:
		return 0, unix.ENOPROTOOPT
	case asInvalid:
		return 0, unix.EINVAL
	default:
		return getStruct(fd, w, p)
	}
}

// getBytes reads a value of any length into b or, where it does not fit, into a larger slice.
func getBytes(fd, level, name int, b []byte) ([]byte, error) {
	for {
		vallen := uint32(len(b))
		e := getsockopt(fd, level, name, unsafe.Pointer(unsafe.SliceData(b)), &vallen)
		// Options that do not fit either say so or are cut in silence.
		small := e == unix.ERANGE || e == 0 && int(vallen) >= len(b)
		switch {
		case small && len(b) < 64<<10:
			b = make([]byte, max(2*len(b), int(min(vallen, 64<<10))+1))
		case e != 0:
			return nil, e
		default:
			return b[:min(int(vallen), len(b))], nil
		}
	}
}

func isAddr6(w uint64) bool {
	return w&codecMask == asAddr6 || optionLevel(w) == unix.IPPROTO_IPV6
}

// setOption sets option w to the T at p, of the given size.
func setOption(fd int, w uint64, p unsafe.Pointer, size uintptr) error {
	if !isInt(fd) {
		return unix.EBADF
	}
	level, name := optionLevel(w), optionName(w)
	v := 0
	switch w & codecMask {
	case asBool:
		if *(*bool)(p) {
			v = 1
		}
	case asInt:
		v = *(*int)(p)
	case asPlain:
		return orNil(setsockopt(fd, level, name, p, int(size)))
	case asUint:
		u := *(*uint)(p)
		if uint(uint32(u)) != u {
			return unix.EINVAL
		}
		v = int(int32(u))
	case asSeconds, asMillis, asMicros:
		var err error
		if v, err = units(*(*time.Duration)(p), w); err != nil {
			return err
		}
	case asIndex:
		if v = *(*int)(p); isInt(v) {
			v = int(int32(Htonl(uint32(v))))
		}
	case asSwitch:
		v = 1
	default:
		return setOther(fd, w, p)
	}
	if !isInt(v) {
		return unix.EINVAL
	}
	b := int32(v)
	if mayWait(level, name) {
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&b), int(unsafe.Sizeof(b))))
	}
	return orNil(setsockoptRaw(fd, level, name, unsafe.Pointer(&b), int(unsafe.Sizeof(b))))
}

// units is a duration in the units of codec w, rounded up: a limit never turns into none.
func units(d time.Duration, w uint64) (int, error) {
	unit := time.Second
	switch w & codecMask {
	case asMillis:
		unit = time.Millisecond
	case asMicros:
		unit = time.Microsecond
	}
	n := int64(d / unit)
	if d%unit > 0 {
		n++
	}
	if d < 0 || int64(int32(n)) != n {
		return 0, unix.EINVAL
	}
	return int(n), nil
}

// setOther sets what is not a C int and not plain.
func setOther(fd int, w uint64, p unsafe.Pointer) error {
	level, name := optionLevel(w), optionName(w)
	switch w & codecMask {
	case asUint8:
		v := *(*int)(p)
		b := uint8(v)
		if int(b) != v {
			return unix.EINVAL
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&b), 1))
	case asTimeval:
		d := *(*time.Duration)(p)
		us := int64(d / time.Microsecond)
		if d%time.Microsecond > 0 {
			us++
		}
		tv := unix.NsecToTimeval(us % 1e6 * 1e3)
		if d < 0 || !store(&tv.Sec, us/1e6) {
			return unix.EINVAL
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(&tv), int(unsafe.Sizeof(tv))))
	case asString, asName:
		s := *(*string)(p)
		if w&codecMask == asName && len(s) > 15 { // the kernel would cut it, and then look for it
			if level == unix.SOL_SOCKET {
				return unix.ENODEV
			}
			return unix.ENOENT
		}
		for i := range len(s) {
			if s[i] == 0 {
				return unix.EINVAL
			}
		}
		return orNil(setsockopt(fd, level, name, unsafe.Pointer(unsafe.StringData(s)), len(s)))
	case asBytes:
		return SetsockoptBytes(fd, level, name, *(*[]byte)(p))
	case asAddr4, asAddr6:
		a := *(*netip.Addr)(p)
		switch {
		case !isAddr6(w) && (a.Is4() || !a.IsValid()):
			var b [4]byte
			if a.IsValid() {
				b = a.As4()
			}
			return orNil(setsockopt(fd, level, name, unsafe.Pointer(&b), len(b)))
		case isAddr6(w) && (a.Is6() || !a.IsValid()):
			var b [16]byte
			if a.IsValid() {
				b = a.As16()
			}
			return orNil(setsockopt(fd, level, name, unsafe.Pointer(&b), len(b)))
		}
	case asNothing:
		return unix.ENOPROTOOPT
	case asInvalid:
	default:
		return setStruct(fd, w, p)
	}
	return unix.EINVAL
}

// duration is a struct timeval; one that is too long for a Duration is the longest.
func duration(tv *unix.Timeval) time.Duration {
	if int64(tv.Sec) >= int64(math.MaxInt64/time.Second) {
		return math.MaxInt64
	}
	return time.Duration(tv.Nano())
}

// store sets a C field of either size, and reports whether v fits.
func store[I int32 | int64](field *I, v int64) bool {
	*field = I(v)
	return int64(*field) == v
}
