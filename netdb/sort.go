//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb

// This file holds the order of addresses: RFC 3484's, as glibc applies it. The addresses of this host are in
// local_linux.go and local_bsd.go.

import (
	"cmp"
	"math/bits"
	"net/netip"
	"slices"

	"rawsocket.internal/socket"
)

// A local is an address of this host.
type local struct {
	addr       netip.Addr
	bits       int  // of its subnet
	deprecated bool // not for new connections
	home       bool // a mobile host's at home
	tunnel     bool // its interface carries IP in IP
}

// A candidate is an address with what there is to know of the way to it.
type candidate struct {
	addr   netip.Addr
	source netip.Addr // the kernel's choice; invalid if it knows no way
	local             // of source
}

// sortAddrs sorts addresses, the best first.
func sortAddrs(addrs []netip.Addr) {
	if len(addrs) < 2 {
		return
	}
	locals := localAddrs()
	candidates := make([]candidate, len(addrs))
	for i, a := range addrs {
		c := candidate{addr: a, source: sourceOf(a)}
		c.tunnel = c.source.IsValid() // of an address that no interface has glibc thinks the worst
		key := c.source.Unmap()
		if key.Is4() && key.IsLoopback() {
			key = loopback4 // lo answers for the whole of its subnet
		}
		for _, l := range locals {
			if key == l.addr {
				c.local = l
			}
		}
		candidates[i] = c
	}
	slices.SortStableFunc(candidates, compare)
	for i, c := range candidates {
		addrs[i] = c.addr
	}
}

// sourceOf is the address the kernel would send from: a datagram socket that connects sends nothing.
func sourceOf(a netip.Addr) netip.Addr {
	const discard = 9 // no system refuses it; the BSDs do not connect to port 0
	fd, err := socket.Socket(familyOf(a), socket.SOCK_DGRAM, 0)
	if err != nil {
		return netip.Addr{}
	}
	defer socket.Close(fd)
	if err := socket.Connect(fd, socket.SockaddrIn(netip.AddrPortFrom(a, discard))); err != nil {
		return netip.Addr{}
	}
	name, err := socket.Getsockname(fd)
	if err != nil {
		return netip.Addr{}
	}
	return name.AddrPort().Addr().WithZone("")
}

// compare is negative where a comes before b: the rules of RFC 3484, section 6. Rule 10 is that the sort is
// stable. Without a source for both, those that look at it find no difference.
func compare(a, b candidate) int {
	return cmp.Or(
		first(a.source.IsValid(), b.source.IsValid()), // 1: avoid unusable destinations
		first(a.same(scope), b.same(scope)),           // 2: prefer matching scope
		first(!a.deprecated, !b.deprecated),           // 3: avoid deprecated addresses
		first(a.home, b.home),                         // 4: prefer home addresses
		first(a.same(label), b.same(label)),           // 5: prefer matching label
		precedence(b.addr)-precedence(a.addr),         // 6: prefer higher precedence
		first(!a.tunnel, !b.tunnel),                   // 7: prefer native transport
		scope(a.addr)-scope(b.addr),                   // 8: prefer smaller scope
		first(a.addr.Is4() == b.addr.Is4() && a.common() > b.common(), // 9: use longest matching prefix
			a.addr.Is4() == b.addr.Is4() && a.common() < b.common()),
	)
}

func first(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

// same reports whether destination and source are of the same kind.
func (c candidate) same(kind func(netip.Addr) int) bool {
	return c.source.IsValid() && kind(c.addr) == kind(c.source)
}

// common is the length of the prefix that destination and source share; for IPv4 it counts within the subnet
// only.
func (c candidate) common() int {
	if !c.source.IsValid() {
		return 0
	}
	n := commonBits(c.addr, c.source)
	if c.addr.Is4() && n < cmp.Or(c.bits, 32) {
		return 0
	}
	return n
}

func commonBits(a, b netip.Addr) int {
	x, y := a.AsSlice(), b.AsSlice()
	for i := range x {
		if d := x[i] ^ y[i]; d != 0 {
			return 8*i + bits.LeadingZeros8(d)
		}
	}
	return 8 * len(x)
}

// scope is the reach of an address, as RFC 4291 numbers it.
func scope(a netip.Addr) int {
	switch {
	case a.Is6() && a.IsMulticast():
		return int(a.As16()[1] & 0xf)
	case a.Is4In6():
		return 14
	case a.IsLoopback(), a.IsLinkLocalUnicast():
		return 2
	case siteLocal.Contains(a):
		return 5
	}
	return 14
}

var siteLocal = netip.MustParsePrefix("fec0::/10")

// RFC 3484's tables of policy, section 2.1, with glibc's additions; the longest prefixes first.
type policy struct {
	prefix netip.Prefix
	value  int
}

var (
	labels = []policy{
		{netip.MustParsePrefix("::1/128"), 0},
		{netip.MustParsePrefix("::/96"), 3},
		{netip.MustParsePrefix("2001::/32"), 7}, // Teredo
		{netip.MustParsePrefix("2002::/16"), 2}, // 6to4
		{siteLocal, 5},
		{netip.MustParsePrefix("fc00::/7"), 6},
		{netip.MustParsePrefix("::/0"), 1},
	}
	precedences = []policy{
		{netip.MustParsePrefix("::1/128"), 50},
		{netip.MustParsePrefix("::/96"), 20},
		{netip.MustParsePrefix("2002::/16"), 30},
		{netip.MustParsePrefix("::/0"), 40},
	}
)

func label(a netip.Addr) int      { return lookup(labels, a, 4) }
func precedence(a netip.Addr) int { return lookup(precedences, a, 10) }

// lookup finds an address in a table; IPv4, which stands there as ::ffff:0:0/96, has its value apart.
func lookup(table []policy, a netip.Addr, ipv4 int) int {
	if a.Is4() || a.Is4In6() {
		return ipv4
	}
	for _, p := range table {
		if p.prefix.Contains(a) {
			return p.value
		}
	}
	return 0
}
