//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socket

// This file holds addresses, as <netinet/in.h>, <sys/un.h>, <arpa/inet.h> and <net/if.h> do:
//
//	1 struct sockaddr_storage   2 making one   3 reading one   4 as text   5 x/sys/unix
//	6 byte order   7 inet_pton and its family
//
// The families that only Linux has, and interface names, are in addr_linux.go; where a BSD puts the
// length of an address is in addr_bsd.go.

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/sys/unix"
)

// 1. struct sockaddr_storage.

const (
	sizeofSockaddrStorage = 128
	sizeofSockaddrIn      = 16
	sizeofSockaddrIn6     = 28
	offsetofSunPath       = 2
)

// A Sockaddr is a socket address of any family: the bytes of struct sockaddr_storage and their number.
//
//	struct sockaddr_storage { sa_family_t ss_family; … };  socklen_t addrlen;
//
// It is a value: equal addresses are ==, it serves as a map key, and goroutines may share it. The zero
// Sockaddr is no address: calls pass it on as a null pointer.
type Sockaddr struct {
	raw [sizeofSockaddrStorage / 8]uint64 // in memory order; zero behind len
	len uint32
}

func (s *Sockaddr) bytes() *[sizeofSockaddrStorage]byte {
	return (*[sizeofSockaddrStorage]byte)(unsafe.Pointer(&s.raw))
}

// 2. Making one.

// SockaddrIn is the address and port of an IPv4 or IPv6 socket.
//
//	struct sockaddr_in  { sin_family, sin_port, sin_addr };
//	struct sockaddr_in6 { sin6_family, sin6_port, sin6_flowinfo, sin6_addr, sin6_scope_id };
//
// An IPv4 address makes a sockaddr_in; an IPv6 one, ::ffff:a.b.c.d too, a sockaddr_in6. A zone becomes
// the scope: a number as it is; the name of an interface is looked up (the one constructor that can
// make a system call), and is scope 0 when there is no such interface. The zero AddrPort makes the
// zero Sockaddr. See ip(7), ipv6(7).
func SockaddrIn(ap netip.AddrPort) Sockaddr {
	if !ap.Addr().Is4() {
		return SockaddrIn6(ap, 0, 0)
	}
	var s Sockaddr
	s.setFamily(unix.AF_INET, sizeofSockaddrIn)
	b := s.bytes()
	binary.BigEndian.PutUint16(b[2:], ap.Port())
	*(*[4]byte)(b[4:]) = ap.Addr().As4()
	return s
}

// SockaddrIn6 is a sockaddr_in6 with every field given: an IPv4 address becomes ::ffff:a.b.c.d.
//
// flowinfo is in host order. scopeID is the index of an interface; 0 takes the address's zone, as
// SockaddrIn does. See ipv6(7).
func SockaddrIn6(ap netip.AddrPort, flowinfo, scopeID uint32) Sockaddr {
	var s Sockaddr
	if !ap.Addr().IsValid() {
		return s
	}
	if zone := ap.Addr().Zone(); zone != "" && scopeID == 0 {
		scopeID = zoneID(zone)
	}
	s.setFamily(unix.AF_INET6, sizeofSockaddrIn6)
	b := s.bytes()
	binary.BigEndian.PutUint16(b[2:], ap.Port())
	binary.BigEndian.PutUint32(b[4:], flowinfo)
	*(*[16]byte)(b[8:]) = ap.Addr().As16()
	binary.NativeEndian.PutUint32(b[24:], scopeID)
	return s
}

func zoneID(zone string) uint32 {
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n)
	}
	n, _ := IfNametoindex(zone)
	return uint32(n)
}

// SockaddrUn is the address of an AF_UNIX socket: a path in the file system or, on Linux, an abstract
// name, which starts with a NUL byte and is all of path, NULs within and at its end included.
//
//	struct sockaddr_un { sun_family_t sun_family; char sun_path[108]; };
//
// There is no magic in '@'. "" is the unnamed address: to bind it asks Linux for an abstract name of
// the kernel's choice. The path's closing NUL is added and counted, as the kernel does when it returns
// the address. sun_path has 108 bytes (104 on the BSDs and macOS).
//
// Errors: ENAMETOOLONG (a path of more than 107 bytes, 103 on the BSDs; an abstract name of more than
// 108), EINVAL (a NUL inside a path; an abstract name where there are none). See unix(7).
func SockaddrUn(path string) (Sockaddr, error) {
	var s Sockaddr
	n := offsetofSunPath + len(path)
	switch {
	case path == "":
	case path[0] == 0:
		if !abstractNames {
			return s, unix.EINVAL
		}
	case strings.IndexByte(path, 0) >= 0:
		return s, unix.EINVAL
	default:
		n++
	}
	if n > unix.SizeofSockaddrUnix {
		return s, unix.ENAMETOOLONG
	}
	s.setFamily(unix.AF_UNIX, n)
	copy(s.bytes()[offsetofSunPath:], path)
	return s, nil
}

// SockaddrUnspec is the address of no family. A datagram socket that connects to it forgets its peer;
// on Linux a stream socket too is disconnected.
//
//	struct sockaddr a = { .sa_family = AF_UNSPEC };
//
// See connect(2).
func SockaddrUnspec() Sockaddr {
	var s Sockaddr
	s.setFamily(unix.AF_UNSPEC, sizeofSockaddrIn)
	return s
}

// SockaddrFrom is an address of any family, from the bytes of its C structure; Bytes gives them back.
// No bytes make the zero Sockaddr.
//
// Errors: EINVAL (a single byte, which holds no family; more than the 128 of struct sockaddr_storage).
func SockaddrFrom(b []byte) (Sockaddr, error) {
	var s Sockaddr
	if len(b) == 1 || len(b) > sizeofSockaddrStorage {
		return s, unix.EINVAL
	}
	s.len = uint32(copy(s.bytes()[:], b))
	return s, nil
}

// 3. Reading one.

// Len is the number of bytes of the C structure, its socklen_t: 0 for no address, 2 for an unnamed
// unix socket, 16 for a sockaddr_in.
func (s Sockaddr) Len() int { return int(s.len) }

// Bytes is a copy of the C structure.
func (s Sockaddr) Bytes() []byte {
	b := make([]byte, s.len)
	copy(b, s.bytes()[:])
	return b
}

// AppendTo appends the C structure to b: Bytes without an allocation. (The text is AppendText's.)
func (s Sockaddr) AppendTo(b []byte) []byte { return append(b, s.bytes()[:s.len]...) }

// AddrPort is the address and port of a sockaddr_in or sockaddr_in6, with a scope as a numeric zone;
// for other families the zero AddrPort. It makes no system call: String may name the interface.
func (s Sockaddr) AddrPort() netip.AddrPort {
	b := s.bytes()
	switch {
	case s.Family() == unix.AF_INET && s.len >= sizeofSockaddrIn/2:
		return netip.AddrPortFrom(netip.AddrFrom4(*(*[4]byte)(b[4:])), binary.BigEndian.Uint16(b[2:]))
	case s.Family() == unix.AF_INET6 && s.len >= sizeofSockaddrIn6-4:
		a := netip.AddrFrom16(*(*[16]byte)(b[8:]))
		if id := s.ScopeID(); id != 0 {
			a = a.WithZone(strconv.FormatUint(uint64(id), 10))
		}
		return netip.AddrPortFrom(a, binary.BigEndian.Uint16(b[2:]))
	}
	return netip.AddrPort{}
}

// Path is the name of an AF_UNIX socket, as SockaddrUn takes it: a path without its closing NUL, an
// abstract name with its leading one, "" for an unnamed socket. For other families it is "".
func (s Sockaddr) Path() string { return string(s.path()) }

// path is the bytes of Path, in s.
func (s *Sockaddr) path() []byte {
	if s.Family() != unix.AF_UNIX || s.len <= offsetofSunPath {
		return nil
	}
	path := s.bytes()[offsetofSunPath:s.len]
	if path[0] == 0 && abstractNames {
		return path
	}
	if i := bytes.IndexByte(path, 0); i >= 0 {
		path = path[:i]
	}
	return path
}

// ScopeID is the sin6_scope_id of a sockaddr_in6, the index of an interface; 0 for none.
func (s Sockaddr) ScopeID() uint32 {
	if s.Family() != unix.AF_INET6 {
		return 0
	}
	return binary.NativeEndian.Uint32(s.bytes()[24:])
}

// Flowinfo is the sin6_flowinfo of a sockaddr_in6, in host order: the traffic class and flow label.
func (s Sockaddr) Flowinfo() uint32 {
	if s.Family() != unix.AF_INET6 {
		return 0
	}
	return binary.BigEndian.Uint32(s.bytes()[4:])
}

// 4. As text.

// String is the address as a person writes it, and ParseSockaddr reads it back to the same value:
//
//	127.0.0.1:80  [::1]:80  [fe80::1%lo]:80      IPv4, IPv6, with the name or number of its interface
//	[::1]:80?flowinfo=7                          with a flow label
//	unix:/run/x  unix:"@at"  unix:               a path, one that must be quoted, an unnamed socket
//	unix:@name  unix:@"a\x00b"                   abstract names, without their leading NUL
//	unspec                                       AF_UNSPEC
//	sockaddr:1000…                               any other, its bytes in hexadecimal
//
// The zero Sockaddr is "". A name of spaces, control or other unprintable characters, and a path that
// starts with '@' or a quote, is quoted as in Go.
func (s Sockaddr) String() string { return string(s.appendText(nil)) }

// AppendText is String as encoding.TextAppender has it.
func (s Sockaddr) AppendText(b []byte) ([]byte, error) { return s.appendText(b), nil }

func (s Sockaddr) appendText(b []byte) []byte {
	switch s.Family() {
	case unix.AF_INET:
		if ap := s.AddrPort(); SockaddrIn(ap) == s {
			return ap.AppendTo(b)
		}
	case unix.AF_INET6:
		if ap, id, flow := s.AddrPort(), s.ScopeID(), s.Flowinfo(); SockaddrIn6(ap, flow, id) == s {
			if name := zoneName(id); name != "" {
				ap = netip.AddrPortFrom(ap.Addr().WithZone(name), ap.Port())
			}
			b = ap.AppendTo(b)
			if flow != 0 {
				b = strconv.AppendUint(append(b, "?flowinfo="...), uint64(flow), 10)
			}
			return b
		}
	case unix.AF_UNIX:
		path := unsafe.String(unsafe.SliceData(s.path()), len(s.path())) // of s itself: nothing is allocated
		if un, err := SockaddrUn(path); err == nil && un == s {
			b = append(b, "unix:"...)
			if path != "" && path[0] == 0 {
				return appendName(append(b, '@'), path[1:], `"`)
			}
			return appendName(b, path, "@\"'`")
		}
	case unix.AF_UNSPEC:
		if s.len == 0 {
			return b
		}
		if s == SockaddrUnspec() {
			return append(b, "unspec"...)
		}
	}
	return hex.AppendEncode(append(b, "sockaddr:"...), s.bytes()[:s.len])
}

// zoneName names the interface of a scope, if the name can stand in an address and leads back to it.
func zoneName(id uint32) string {
	if id == 0 {
		return ""
	}
	name, err := IfIndextoname(int(id))
	if err != nil || strings.Trim(name, "0123456789") == "" {
		return ""
	}
	for _, c := range []byte(name) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
			return ""
		}
	}
	return name
}

// appendName appends a name of unix sockets, quoted where it starts with one of first or would not print.
func appendName(b []byte, name, first string) []byte {
	odd := func(r rune) bool { return r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsPrint(r) }
	if name != "" && strings.IndexByte(first, name[0]) >= 0 || strings.IndexFunc(name, odd) >= 0 {
		return strconv.AppendQuote(b, name)
	}
	return append(b, name...)
}

// ParseSockaddr reads an address in the forms that String writes. It looks up no host or service: that does package
// netdb. For package net's ":80" write "0.0.0.0:80" or "[::]:80".
//
// Errors: EINVAL (not such a form), ENAMETOOLONG (as SockaddrUn), ENODEV (no interface of that name).
func ParseSockaddr(str string) (Sockaddr, error) {
	switch kind, rest, _ := strings.Cut(str, ":"); kind {
	case "":
		if str == "" {
			return Sockaddr{}, nil
		}
	case "unspec":
		if str == kind {
			return SockaddrUnspec(), nil
		}
	case "unix":
		abstract := strings.HasPrefix(rest, "@")
		name := strings.TrimPrefix(rest, "@")
		if strings.HasPrefix(name, `"`) {
			var err error
			if name, err = strconv.Unquote(name); err != nil {
				return Sockaddr{}, unix.EINVAL
			}
			if !abstract && strings.HasPrefix(name, "\x00") {
				return Sockaddr{}, unix.EINVAL
			}
		}
		if abstract {
			name = "\x00" + name
		}
		if str == kind {
			return Sockaddr{}, unix.EINVAL
		}
		return SockaddrUn(name)
	case "sockaddr":
		b, err := hex.DecodeString(rest)
		if err != nil || len(b) == 0 {
			return Sockaddr{}, unix.EINVAL
		}
		return SockaddrFrom(b)
	}
	return parseSockaddrIn(str)
}

func parseSockaddrIn(str string) (Sockaddr, error) {
	addr, flow, hasFlow := strings.Cut(str, "?flowinfo=")
	// The zone is taken out first: package netip has its own rules for it.
	zone := ""
	if i := strings.IndexByte(addr, '%'); i >= 0 {
		j := strings.LastIndex(addr, "]:")
		if j <= i+1 {
			return Sockaddr{}, unix.EINVAL
		}
		addr, zone = addr[:i]+addr[j:], addr[i+1:j]
	}
	ap, err := netip.ParseAddrPort(addr)
	if err != nil {
		return Sockaddr{}, unix.EINVAL
	}
	if ap.Addr().Is4() {
		if zone != "" || hasFlow {
			return Sockaddr{}, unix.EINVAL
		}
		return SockaddrIn(ap), nil
	}
	var flowinfo, scope uint64
	if hasFlow {
		if flowinfo, err = strconv.ParseUint(flow, 0, 32); err != nil {
			return Sockaddr{}, unix.EINVAL
		}
	}
	if zone != "" {
		if scope, err = strconv.ParseUint(zone, 10, 32); err != nil {
			index, err := IfNametoindex(zone)
			if err != nil {
				return Sockaddr{}, err
			}
			scope = uint64(index)
		}
	}
	return SockaddrIn6(ap, uint32(flowinfo), uint32(scope)), nil
}

// MarshalText is String as encoding.TextMarshaler has it.
func (s Sockaddr) MarshalText() ([]byte, error) { return s.appendText(nil), nil }

// UnmarshalText is ParseSockaddr as encoding.TextUnmarshaler has it; on an error s stays as it was.
func (s *Sockaddr) UnmarshalText(text []byte) error {
	addr, err := ParseSockaddr(string(text))
	if err == nil {
		*s = addr
	}
	return err
}

// 5. x/sys/unix.

// Unix is the address as golang.org/x/sys/unix has it; nil for the zero Sockaddr.
//
// Errors: EAFNOSUPPORT (a family that FromUnix does not know either), EINVAL (what the type of
// x/sys/unix cannot say: a flow label, a name as long as sun_path; on Linux an abstract name with a NUL inside, a
// path that starts with '@').
func (s Sockaddr) Unix() (unix.Sockaddr, error) {
	if s.len == 0 {
		return nil, nil
	}
	var u unix.Sockaddr
	switch s.Family() {
	case unix.AF_INET:
		ap := s.AddrPort()
		if !ap.IsValid() {
			return nil, unix.EINVAL
		}
		u = &unix.SockaddrInet4{Port: int(ap.Port()), Addr: ap.Addr().As4()}
	case unix.AF_INET6:
		ap := s.AddrPort()
		if !ap.IsValid() || s.Flowinfo() != 0 {
			return nil, unix.EINVAL
		}
		u = &unix.SockaddrInet6{Port: int(ap.Port()), ZoneId: s.ScopeID(), Addr: ap.Addr().As16()}
	case unix.AF_UNIX:
		path := s.Path()
		switch {
		case abstractNames && strings.HasPrefix(path, "@"), len(path) > 1 && strings.IndexByte(path[1:], 0) >= 0,
			len(path) >= len(unix.RawSockaddrUnix{}.Path):
			return nil, unix.EINVAL
		case path != "" && path[0] == 0:
			path = "@" + path[1:]
		}
		u = &unix.SockaddrUnix{Name: path}
	default:
		return s.unixOS()
	}
	return u, nil
}

// FromUnix is the address of a unix.Sockaddr; nil makes the zero Sockaddr. As in x/sys/unix, the Name of
// a SockaddrUnix that starts with '@' or a NUL is an abstract one.
//
// Errors: EAFNOSUPPORT (a type that is not known here), EINVAL (a port out of range, a nil pointer), and those
// of SockaddrUn.
func FromUnix(u unix.Sockaddr) (Sockaddr, error) {
	switch u := u.(type) {
	case nil:
		return Sockaddr{}, nil
	case *unix.SockaddrInet4:
		if u == nil || u.Port != int(uint16(u.Port)) {
			return Sockaddr{}, unix.EINVAL
		}
		return SockaddrIn(netip.AddrPortFrom(netip.AddrFrom4(u.Addr), uint16(u.Port))), nil
	case *unix.SockaddrInet6:
		if u == nil || u.Port != int(uint16(u.Port)) {
			return Sockaddr{}, unix.EINVAL
		}
		return SockaddrIn6(netip.AddrPortFrom(netip.AddrFrom16(u.Addr), uint16(u.Port)), 0, u.ZoneId), nil
	case *unix.SockaddrUnix:
		if u == nil {
			return Sockaddr{}, unix.EINVAL
		}
		if strings.HasPrefix(u.Name, "@") && abstractNames {
			return SockaddrUn("\x00" + u.Name[1:])
		}
		return SockaddrUn(u.Name)
	}
	return fromUnixOS(u)
}

// 6. Byte order.

var bigEndian = binary.NativeEndian.Uint16([]byte{0, 1}) == 1

// Htons turns a 16-bit number from the host's byte order to the network's.
//
//	uint16_t htons(uint16_t hostshort);
//
// Addresses and options of this package are in host order already. See byteorder(3).
func Htons(hostshort uint16) uint16 {
	if bigEndian {
		return hostshort
	}
	return bits.ReverseBytes16(hostshort)
}

// Htonl turns a 32-bit number from the host's byte order to the network's.
//
//	uint32_t htonl(uint32_t hostlong);
//
// See byteorder(3).
func Htonl(hostlong uint32) uint32 {
	if bigEndian {
		return hostlong
	}
	return bits.ReverseBytes32(hostlong)
}

// Ntohs turns a 16-bit number from the network's byte order to the host's.
//
//	uint16_t ntohs(uint16_t netshort);
//
// See byteorder(3).
func Ntohs(netshort uint16) uint16 { return Htons(netshort) }

// Ntohl turns a 32-bit number from the network's byte order to the host's.
//
//	uint32_t ntohl(uint32_t netlong);
//
// See byteorder(3).
func Ntohl(netlong uint32) uint32 { return Htonl(netlong) }

// 7. inet_pton and its family.

// InetPton reads an IPv4 or IPv6 address in its standard form: four decimal numbers without leading
// zeros, or RFC 4291's; no short forms, no zone.
//
//	int inet_pton(int af, const char *src, void *dst);
//
// Errors: EAFNOSUPPORT (af is not AF_INET or AF_INET6), EINVAL (C returns 0). See inet_pton(3).
func InetPton(af int, src string) (netip.Addr, error) {
	if af != unix.AF_INET && af != unix.AF_INET6 {
		return netip.Addr{}, unix.EAFNOSUPPORT
	}
	a, err := netip.ParseAddr(src)
	if err != nil || a.Zone() != "" || a.Is4() != (af == unix.AF_INET) {
		return netip.Addr{}, unix.EINVAL
	}
	return a, nil
}

// InetNtop writes an address in its standard form, as C does: that is as netip's String, but for
// addresses such as ::192.0.2.1, whose last four bytes C writes as IPv4. A zone is left out. An invalid
// address is "".
//
//	const char *inet_ntop(int af, const void *src, char *dst, socklen_t size);
//
// See inet_ntop(3).
func InetNtop(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	a = a.WithZone("")
	if a.Is6() {
		b := a.As16()
		if *(*[12]byte)(b[:12]) == [12]byte{} && (b[12] != 0 || b[13] != 0) {
			return "::" + netip.AddrFrom4([4]byte(b[12:])).String()
		}
	}
	return a.String()
}

// InetAton reads an IPv4 address in any of C's old forms: a.b.c.d, a.b.c, a.b or a, where the last number
// fills the bytes that are left, and each is decimal, octal (0…) or hexadecimal (0x…). What follows white
// space is not looked at, as in glibc.
//
//	int inet_aton(const char *cp, struct in_addr *inp);
//
// Errors: EINVAL (C returns 0). See inet(3).
func InetAton(cp string) (netip.Addr, error) {
	var addr uint64
	for part := range 4 {
		number, rest := cp, ""
		if i := strings.IndexAny(cp, ". \t\n\v\f\r"); i >= 0 {
			number, rest = cp[:i], cp[i:]
		}
		// strconv's base 0 is C's, but for what it takes besides.
		if number == "" || number[0] < '0' || number[0] > '9' || strings.ContainsAny(number, "_oObB") && !isHex(number) {
			return netip.Addr{}, unix.EINVAL
		}
		v, err := strconv.ParseUint(number, 0, 32)
		if err != nil {
			return netip.Addr{}, unix.EINVAL
		}
		if rest == "" || rest[0] != '.' {
			if v >= 1<<(32-8*part) {
				return netip.Addr{}, unix.EINVAL
			}
			var b [4]byte
			binary.BigEndian.PutUint32(b[:], uint32(addr<<(32-8*part)|v))
			return netip.AddrFrom4(b), nil
		}
		if v > 0xff {
			return netip.Addr{}, unix.EINVAL
		}
		addr, cp = addr<<8|v, rest[1:]
	}
	return netip.Addr{}, unix.EINVAL
}

func isHex(number string) bool {
	return len(number) > 2 && number[0] == '0' && number[1]|0x20 == 'x' && strings.IndexByte(number, '_') < 0
}

// InetNtoa writes an IPv4 address as four decimal numbers; "" for an address that is not IPv4.
//
//	char *inet_ntoa(struct in_addr in);
//
// See inet(3).
func InetNtoa(in netip.Addr) string {
	if !in.Is4() && !in.Is4In6() {
		return ""
	}
	return in.Unmap().String()
}

// An Ifnameindex is the index and the name of a network interface: struct if_nameindex.
type Ifnameindex struct {
	Index int
	Name  string
}
