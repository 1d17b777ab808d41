//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Package netdb turns names into addresses and back, as C's <netdb.h> does, with glibc's flags, order and
// errors. On top of it, Connect and Listen make sockets from names, as Python's create_connection and
// create_server do.
//
//	list, err := netdb.Getaddrinfo(ctx, "localhost", "http", &netdb.Addrinfo{Socktype: socket.SOCK_STREAM})
//	fd, err := netdb.Connect(ctx, "localhost", "2000", nil)
//
// Host names go to Go's own resolver, which reads /etc/hosts and asks the name servers of
// /etc/resolv.conf; no C library is linked. Numbers touch no resolver. Services come from /etc/services,
// protocols from /etc/protocols, read anew by each call; where a file cannot be read, a small table stands
// for it: domain, ftp, http, https, imap, ntp, smtp, ssh and some fifteen more; icmp, tcp, udp and some
// eighteen more.
//
// # Where it differs from glibc
//
// The package's tests compare its answers with those of glibc 2.36, which CPython passes on. These differ:
//
//   - "" is C's NULL: there is no empty name.
//   - A service above 65535 is EAI_SERVICE; glibc drops the upper bits, and 65616 is port 80.
//   - AI_IDN with a node that is not ASCII is EAI_IDN_ENCODE; glibc encodes it, where libidn2 is
//     installed. AI_CANONIDN and NI_IDN leave xn-- names as they are.
//   - Of nsswitch.conf only files and dns count, and there is no nscd. gai.conf is not read: its defaults
//     hold.
//   - A name in /etc/hosts is not asked of DNS for the other family. Nor does a line "::1 name" there
//     answer for AF_INET, as 127.0.0.1. Official names of /etc/hosts come in lower case.
//   - Go's resolver asks for no names of digits and dots only, such as 256.1.1.1.
//   - AI_CANONNAME costs more queries, where the answer comes from DNS.
//   - A name server's FORMERR or NOTIMP is EAI_AGAIN; glibc says EAI_NONAME.
//   - Between addresses that glibc's rules find equal, the order is that of Go's resolver, which has the
//     newer RFC 6724's table.
//   - Gethostbyname sorts its addresses too, and of aliases knows only the name it was asked for.
//     Gethostbyaddr gives all names that DNS has.
package netdb

// This file holds getaddrinfo(3) and its flags. Its steps are
//
//	1 the kinds of sockets that are asked for   2 their service   3 the host, a number or a name
//
// What follows is in resolver.go and sort.go. EAI errors are in eai.go, getnameinfo in nameinfo.go, the older
// calls for hosts in hosts.go, those for services and protocols in files.go, Connect and Listen in connect.go.

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"rawsocket.internal/socket"
)

// An Addrinfo is an answer of Getaddrinfo, or the hints for one: struct addrinfo, with its field names.
//
//	struct addrinfo { int ai_flags; int ai_family; int ai_socktype; int ai_protocol;
//	                  socklen_t ai_addrlen; struct sockaddr *ai_addr; char *ai_canonname;
//	                  struct addrinfo *ai_next; };
//
// As an answer it has all that Socket and Connect, or Bind, want. As hints the zero Addrinfo asks for
// everything, and Addr and Canonname mean nothing.
type Addrinfo struct {
	Flags     int             // AI_*: what was asked, in an answer too
	Family    int             // AF_INET or AF_INET6; as a hint AF_UNSPEC for both
	Socktype  int             // SOCK_*; as a hint 0 for all
	Protocol  int             // IPPROTO_*; as a hint 0 for all
	Addr      socket.Sockaddr // address and port
	Canonname string          // the host's official name: in the first answer, if AI_CANONNAME asked
}

// Flags of Getaddrinfo: glibc's values, on every system.
const (
	AI_PASSIVE     = 0x001 // without a node: the wildcard, to bind to, and not the loopback address
	AI_CANONNAME   = 0x002 // Canonname, please
	AI_NUMERICHOST = 0x004 // node is a number: no look-up
	AI_V4MAPPED    = 0x008 // for AF_INET6: IPv4 addresses as ::ffff:a.b.c.d, if there is no other
	AI_ALL         = 0x010 // and with AI_V4MAPPED also if there is
	AI_ADDRCONFIG  = 0x020 // families only that this host has an address of, but for loopback
	AI_IDN         = 0x040 // node may be of other letters than ASCII: EAI_IDN_ENCODE if it is
	AI_CANONIDN    = 0x080 // Canonname too: without effect
	AI_NUMERICSERV = 0x400 // service is a number: no look-up

	AI_IDN_ALLOW_UNASSIGNED     = 0x100 // without effect, in glibc too
	AI_IDN_USE_STD3_ASCII_RULES = 0x200 // without effect, in glibc too

	aiAll = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_IDN | AI_CANONIDN |
		AI_NUMERICSERV | AI_IDN_ALLOW_UNASSIGNED | AI_IDN_USE_STD3_ASCII_RULES
)

// A kind is a line of glibc's table of socket types and protocols.
type kind struct {
	socktype, protocol int
	name               string // the protocol's in /etc/services
	byDefault          bool   // answered when neither type nor protocol is asked for
	raw                bool   // any protocol, and no services
}

var kinds = []kind{
	{socket.SOCK_STREAM, socket.IPPROTO_TCP, "tcp", true, false},
	{socket.SOCK_DGRAM, socket.IPPROTO_UDP, "udp", true, false},
	{6, 33, "dccp", false, false}, // SOCK_DCCP and what follows by number: only Linux has all the names
	{socket.SOCK_DGRAM, 136, "udplite", false, false},
	{socket.SOCK_STREAM, 132, "sctp", false, false},
	{socket.SOCK_SEQPACKET, 132, "sctp", false, false},
	{socket.SOCK_RAW, 0, "raw", true, true},
}

func (k kind) matches(h *Addrinfo) bool {
	return (h.Socktype == 0 || h.Socktype == k.socktype) && (h.Protocol == 0 || k.raw || h.Protocol == k.protocol)
}

// An endpoint is all of an answer but the address.
type endpoint struct {
	socktype, protocol int
	port               uint16
}

// Getaddrinfo lists the addresses of a host and a service, each with the kind of socket to reach it, the best
// first.
//
//	int getaddrinfo(const char *node, const char *service,
//	                const struct addrinfo *hints, struct addrinfo **res);
//
// node is a name or a number: 192.0.2.1 and C's other forms of it, 2001:db8::1, fe80::1%eth0. service is a
// name of /etc/services or a decimal number. "" is C's NULL: no node means this host, its loopback addresses
// or, with AI_PASSIVE, the wildcards; no service is port 0; "*" is the same. Both cannot be missing.
//
// hints narrow the answers down. nil hints are C's NULL: Flags of AI_V4MAPPED|AI_ADDRCONFIG. For each
// address there is an answer for each kind of socket, in glibc's order: stream, datagram, raw. Several
// addresses are sorted by RFC 3484's rules, as glibc does, which asks the kernel what the source address to
// each would be.
//
// Errors are EAI: EAI_NONAME (no such host), EAI_SERVICE (no such service), EAI_NODATA, EAI_ADDRFAMILY (not of
// that family), EAI_AGAIN (no answer now; or the context ended: it wraps the context's error), EAI_BADFLAGS,
// EAI_FAMILY, EAI_SOCKTYPE (bad hints), EAI_IDN_ENCODE, EAI_SYSTEM (no descriptor left: it wraps the errno).
// See getaddrinfo(3), gai.conf(5), RFC 3493.
func Getaddrinfo(ctx context.Context, node, service string, hints *Addrinfo) ([]Addrinfo, error) {
	if err := ctx.Err(); err != nil {
		return nil, EAI_AGAIN.because(err)
	}
	h := Addrinfo{Flags: AI_V4MAPPED | AI_ADDRCONFIG}
	if hints != nil {
		h = *hints
	}
	if node == "*" {
		node = ""
	}
	if service == "*" {
		service = ""
	}
	switch {
	case node == "" && service == "":
		return nil, EAI_NONAME
	case h.Flags&^aiAll != 0, h.Flags&AI_CANONNAME != 0 && node == "":
		return nil, EAI_BADFLAGS
	case h.Family != socket.AF_UNSPEC && h.Family != socket.AF_INET && h.Family != socket.AF_INET6:
		return nil, EAI_FAMILY
	}
	family, err := configured(&h)
	if err != nil {
		return nil, err
	}
	h.Family = family
	endpoints, err := lookupEndpoints(service, &h)
	if err != nil {
		return nil, err
	}
	addrs, err := lookupAddrs(ctx, node, &h)
	if err != nil {
		return nil, err
	}
	sortAddrs(addrs)

	list := make([]Addrinfo, 0, len(addrs)*len(endpoints))
	for _, a := range addrs {
		for _, e := range endpoints {
			list = append(list, Addrinfo{
				Flags: h.Flags, Family: familyOf(a), Socktype: e.socktype, Protocol: e.protocol,
				Addr: socket.SockaddrIn(netip.AddrPortFrom(a, e.port)),
			})
		}
	}
	if h.Flags&AI_CANONNAME != 0 {
		list[0].Canonname = canonname(ctx, node)
	}
	return list, nil
}

func familyOf(a netip.Addr) int {
	if a.Is4() {
		return socket.AF_INET
	}
	return socket.AF_INET6
}

// configured is the family to look for: with AI_ADDRCONFIG one that this host has.
func configured(h *Addrinfo) (int, error) {
	if h.Flags&AI_ADDRCONFIG == 0 {
		return h.Family, nil
	}
	has4, has6 := false, false
	for _, l := range localAddrs() {
		has4 = has4 || l.addr.Is4() && l.addr != loopback4
		has6 = has6 || l.addr.Is6() && l.addr != loopback6
	}
	switch {
	case h.Family == socket.AF_INET && !has4, h.Family == socket.AF_INET6 && !has6:
		return 0, EAI_NONAME
	case h.Family == socket.AF_UNSPEC && has4 && !has6:
		return socket.AF_INET, nil
	case h.Family == socket.AF_UNSPEC && has6 && !has4:
		return socket.AF_INET6, nil
	}
	return h.Family, nil
}

// lookupEndpoints lists the kinds of sockets that are asked for, with the service's port.
func lookupEndpoints(service string, h *Addrinfo) ([]endpoint, error) {
	port, numeric, portErr := parsePort(service)
	if !numeric && h.Flags&AI_NUMERICSERV != 0 {
		return nil, EAI_NONAME
	}
	// As glibc does: of the kinds that match a type or protocol, the first one is meant.
	asked, matching := h.Socktype != 0 || h.Protocol != 0, kinds
	if asked {
		i := slices.IndexFunc(kinds, func(k kind) bool { return k.matches(h) })
		switch {
		case i < 0 && h.Socktype != 0:
			return nil, EAI_SOCKTYPE
		case i < 0, kinds[i].raw && service != "":
			return nil, EAI_SERVICE
		}
		matching = kinds[i : i+1]
	}
	if portErr != nil {
		return nil, portErr
	}
	var services []entry
	if !numeric {
		services = readServices()
	}
	var found []endpoint
	for _, k := range matching {
		switch {
		case numeric && !asked && !k.byDefault, !numeric && k.raw:
			continue
		case !numeric:
			s := findEntry(services, service, k.name)
			if s == nil {
				continue
			}
			port = uint16(s.number)
		}
		if k.raw {
			k.protocol = h.Protocol
		}
		found = append(found, endpoint{k.socktype, k.protocol, port})
	}
	if len(found) == 0 {
		return nil, EAI_SERVICE
	}
	return found, nil
}

// parsePort reads a service that is a number, as C's strtoul does: white space and a sign may come first. No
// service is port 0.
func parsePort(service string) (port uint16, numeric bool, err error) {
	if service == "" {
		return 0, true, nil
	}
	digits := strings.TrimLeft(service, " \t\n\v\f\r")
	minus := strings.HasPrefix(digits, "-")
	if minus || strings.HasPrefix(digits, "+") {
		digits = digits[1:]
	}
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false, nil
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || minus && n != 0 {
		return 0, true, EAI_SERVICE
	}
	return uint16(n), true, nil
}

var (
	loopback4 = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	loopback6 = netip.IPv6Loopback()
)

// lookupAddrs lists the addresses of a node.
func lookupAddrs(ctx context.Context, node string, h *Addrinfo) ([]netip.Addr, error) {
	if node == "" {
		any6, any4 := loopback6, loopback4
		if h.Flags&AI_PASSIVE != 0 {
			any6, any4 = netip.IPv6Unspecified(), netip.IPv4Unspecified()
		}
		switch h.Family {
		case socket.AF_INET:
			return []netip.Addr{any4}, nil
		case socket.AF_INET6:
			return []netip.Addr{any6}, nil
		}
		return []netip.Addr{any6, any4}, nil
	}
	if h.Flags&AI_IDN != 0 && !isASCII(node) {
		return nil, EAI_IDN_ENCODE
	}
	if a, scope, scoped := parseAddr(node); a.IsValid() {
		switch {
		case h.Family == socket.AF_UNSPEC || h.Family == familyOf(a):
		case h.Family == socket.AF_INET && a.Is4In6():
			a = a.Unmap()
		case h.Family == socket.AF_INET6 && h.Flags&AI_V4MAPPED != 0:
			a = mapped(a)
		default:
			return nil, EAI_ADDRFAMILY
		}
		if scoped {
			id, err := parseScope(a, scope)
			if err != nil {
				return nil, err
			}
			a = a.WithZone(id)
		}
		return []netip.Addr{a}, nil
	}
	if h.Flags&AI_NUMERICHOST != 0 {
		return nil, EAI_NONAME
	}
	switch h.Family {
	case socket.AF_UNSPEC:
		return lookupHost(ctx, "ip", node)
	case socket.AF_INET:
		return lookupHost(ctx, "ip4", node)
	}
	addrs, err := lookupHost(ctx, "ip6", node)
	if h.Flags&AI_V4MAPPED == 0 || err == nil && h.Flags&AI_ALL == 0 {
		return addrs, err
	}
	addrs4, err4 := lookupHost(ctx, "ip4", node)
	if err != nil && err4 != nil {
		return nil, err4
	}
	for _, a := range addrs4 {
		addrs = append(addrs, mapped(a))
	}
	return addrs, nil
}

func mapped(a netip.Addr) netip.Addr { return netip.AddrFrom16(a.As16()) }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// parseAddr reads a node that is a number, but for its scope; the invalid Addr if it is none.
func parseAddr(node string) (a netip.Addr, scope string, scoped bool) {
	if strings.ContainsAny(node, "\x00 \t\n\v\f\r") {
		return a, "", false // InetAton does not look behind white space
	}
	if a, err := socket.InetAton(node); err == nil {
		return a, "", false
	}
	number, scope, scoped := strings.Cut(node, "%")
	a, _ = socket.InetPton(socket.AF_INET6, number)
	return a, scope, scoped
}

// parseScope reads the scope of an address, a number or the name of an interface; "" for number 0.
func parseScope(a netip.Addr, scope string) (string, error) {
	if a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() || a.IsInterfaceLocalMulticast() {
		if index, err := socket.IfNametoindex(scope); err == nil {
			return strconv.Itoa(index), nil
		}
	}
	id, err := strconv.ParseUint(scope, 10, 32)
	switch {
	case err != nil:
		return "", EAI_NONAME
	case id == 0:
		return "", nil
	}
	return strconv.FormatUint(id, 10), nil
}
