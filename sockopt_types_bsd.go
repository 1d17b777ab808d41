//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package socket

// This file holds the values of the options that the BSDs and macOS have in common, under their C names:
//
//	1 structures   2 enumerations
//
// Fields have the names of C, without their prefix. What is an address in C is a netip.Addr here.

import (
	"net/netip"
	"strconv"
)

// 1. Structures.

// A Linger is the value of SO_LINGER: struct linger. Onoff 0: close returns at once, and the kernel sends on.
// Onoff 1 and Linger 0: close drops what is unsent and sends RST. Onoff 1: close waits for it, Linger seconds
// at most; on macOS these are hundredths, and SO_LINGER_SEC has the seconds. getsockopt(2).
type Linger struct {
	Onoff  int32 // l_onoff: 0 or not; a kernel may give another number than 1
	Linger int32 // l_linger: seconds
}

// An IPMreqn is a multicast group and an interface: struct ip_mreqn, or struct ip_mreq where Ifindex is 0.
// IP_ADD_MEMBERSHIP takes an index on FreeBSD, OpenBSD and DragonFly BSD; elsewhere one is EINVAL. ip(4).
type IPMreqn struct {
	Multiaddr netip.Addr // the group, an IPv4 address; the zero Addr is 0.0.0.0, as everywhere
	Address   netip.Addr // the interface by its address, if Ifindex is 0: imr_interface of struct ip_mreq
	Ifindex   int        // the interface; with no Address and 0 the kernel chooses
}

// An IPv6Mreq is a group and an interface: struct ipv6_mreq, IPV6_JOIN_GROUP. ip6(4).
type IPv6Mreq struct {
	Multiaddr netip.Addr // an IPv6 address
	Interface int        // by index; 0: Multiaddr's zone or, without one, the kernel's choice
}

// An In6Pktinfo is a source address and an interface to send from: struct in6_pktinfo, IPV6_PKTINFO. The zero
// value is neither. ip6(4).
type In6Pktinfo struct {
	Addr    netip.Addr // an IPv6 address of this host
	Ifindex int        // 0: Addr's zone, or any
}

// An IP6MTUInfo is the MTU of a path: struct ip6_mtuinfo, IPV6_PATHMTU. RFC 3542.
type IP6MTUInfo struct {
	Addr Sockaddr // where to; the option may leave it out
	Mtu  int      // bytes
}

// An ICMPv6Filter has a bit for each type of ICMPv6 that a raw socket receives: struct icmp6_filter. (On Linux
// the bits are those that it does not.) RFC 3542.
type ICMPv6Filter struct{ Filt [8]uint32 }

// SetPass lets a type through: ICMP6_FILTER_SETPASS.
func (f *ICMPv6Filter) SetPass(typ uint8) { f.Filt[typ>>5] |= 1 << (typ & 31) }

// SetBlock blocks a type: ICMP6_FILTER_SETBLOCK.
func (f *ICMPv6Filter) SetBlock(typ uint8) { f.Filt[typ>>5] &^= 1 << (typ & 31) }

// SetPassAll lets all types through: ICMP6_FILTER_SETPASSALL.
func (f *ICMPv6Filter) SetPassAll() {
	for i := range f.Filt {
		f.Filt[i] = 1<<32 - 1
	}
}

// SetBlockAll blocks all types: ICMP6_FILTER_SETBLOCKALL.
func (f *ICMPv6Filter) SetBlockAll() { *f = ICMPv6Filter{} }

// WillPass reports whether a type comes through: ICMP6_FILTER_WILLPASS.
func (f *ICMPv6Filter) WillPass(typ uint8) bool { return f.Filt[typ>>5]>>(typ&31)&1 != 0 }

// 2. Enumerations.

// An IPPortRange is where the kernel looks for a port: IP_PORTRANGE, IPV6_PORTRANGE. ip(4).
type IPPortRange int

const (
	IP_PORTRANGE_DEFAULT IPPortRange = iota // the usual range
	IP_PORTRANGE_HIGH                       // the high range; the usual one on NetBSD
	IP_PORTRANGE_LOW                        // below 1024, downwards; root

	IPV6_PORTRANGE_DEFAULT = IP_PORTRANGE_DEFAULT
	IPV6_PORTRANGE_HIGH    = IP_PORTRANGE_HIGH
	IPV6_PORTRANGE_LOW     = IP_PORTRANGE_LOW
)

var portRanges = [...]string{"IP_PORTRANGE_DEFAULT", "IP_PORTRANGE_HIGH", "IP_PORTRANGE_LOW"}

// String is the range's name in C, as IP_PORTRANGE_HIGH.
func (r IPPortRange) String() string { return enumString(portRanges[:], int(r), "IPPortRange") }

// A TCPState is the state of a TCP connection. netinet/tcp_fsm.h.
type TCPState uint8

const (
	TCPS_CLOSED TCPState = iota
	TCPS_LISTEN
	TCPS_SYN_SENT
	TCPS_SYN_RECEIVED
	TCPS_ESTABLISHED
	TCPS_CLOSE_WAIT
	TCPS_FIN_WAIT_1
	TCPS_CLOSING
	TCPS_LAST_ACK
	TCPS_FIN_WAIT_2
	TCPS_TIME_WAIT
)

var tcpStates = [...]string{"TCPS_CLOSED", "TCPS_LISTEN", "TCPS_SYN_SENT", "TCPS_SYN_RECEIVED", "TCPS_ESTABLISHED", "TCPS_CLOSE_WAIT",
	"TCPS_FIN_WAIT_1", "TCPS_CLOSING", "TCPS_LAST_ACK", "TCPS_FIN_WAIT_2", "TCPS_TIME_WAIT"}

// String is the state's name in C, as TCPS_ESTABLISHED.
func (s TCPState) String() string { return enumString(tcpStates[:], int(s), "TCPState") }

// enumString names a value; a stranger is its type and number.
func enumString(names []string, v int, typ string) string {
	if v >= 0 && v < len(names) && names[v] != "" {
		return names[v]
	}
	return typ + "(" + strconv.Itoa(v) + ")"
}
