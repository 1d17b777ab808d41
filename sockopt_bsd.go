//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package socket

// This file holds the options that the BSDs and macOS all have: a line each, in blocks by level and theme,
// as in sockopt_linux.go. What one system has, or some, is in its own file: sockopt_darwin.go,
// sockopt_freebsd.go and so on. Structures are in sockopt_types_bsd.go.
//
// A line gives the type of the value and its direction, then level | name | codec, then in words: the
// direction again (ro, wo, rw), the unit, what it needs, what surprises.

//go:generate go run ./internal/optnames bsd darwin freebsd netbsd openbsd dragonfly

import (
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// Levels, as the tables have them. That of AF_UNIX is 0, as IPPROTO_IP's: a bit that the kernel does not see
// tells the two apart, so that each option has its name.
const (
	solSocket = unix.SOL_SOCKET << levelShift
	solLocal  = 0<<levelShift | 1<<39
	solIP     = unix.IPPROTO_IP << levelShift
	solIPv6   = unix.IPPROTO_IPV6 << levelShift
	solICMPv6 = unix.IPPROTO_ICMPV6 << levelShift
	solTCP    = unix.IPPROTO_TCP << levelShift
)

// SOL_SOCKET: what a socket is. getsockopt(2).
var (
	SO_TYPE  = Option[int, RO]{solSocket | unix.SO_TYPE | asInt}           // ro; SOCK_STREAM and so on
	SO_ERROR = Option[unix.Errno, RO]{solSocket | unix.SO_ERROR | asErrno} // ro; the pending error, 0 for none; reading clears it
	SO_DEBUG = Option[bool, RW]{solSocket | unix.SO_DEBUG | asBool}        // rw; the kernel keeps a trace, if it was built to
)

// SOL_SOCKET: addresses and ends. getsockopt(2).
var (
	SO_REUSEADDR   = Option[bool, RW]{solSocket | unix.SO_REUSEADDR | asBool}   // rw; before bind; take an address that is in TIME_WAIT, or another one of the port
	SO_REUSEPORT   = Option[bool, RW]{solSocket | unix.SO_REUSEPORT | asBool}   // rw; before bind; share address and port; multicast comes to all, the rest to one: see SO_REUSEPORT_LB on FreeBSD
	SO_DONTROUTE   = Option[bool, RW]{solSocket | unix.SO_DONTROUTE | asBool}   // rw; send to directly connected networks only
	SO_BROADCAST   = Option[bool, RW]{solSocket | unix.SO_BROADCAST | asBool}   // rw; datagrams may go to broadcast addresses, else EACCES
	SO_KEEPALIVE   = Option[bool, RW]{solSocket | unix.SO_KEEPALIVE | asBool}   // rw; probe an idle TCP peer
	SO_LINGER      = Option[Linger, RW]{solSocket | unix.SO_LINGER | asPlain}   // rw; close waits, or sends RST: see Linger
	SO_OOBINLINE   = Option[bool, RW]{solSocket | unix.SO_OOBINLINE | asBool}   // rw; urgent data stay among the others
	SO_USELOOPBACK = Option[bool, RW]{solSocket | unix.SO_USELOOPBACK | asBool} // rw; AF_ROUTE: hear the answers to what one sends
)

// SOL_SOCKET: buffers, limits, priority. getsockopt(2).
var (
	SO_SNDBUF   = Option[int, RW]{solSocket | unix.SO_SNDBUF | asInt}                 // rw; bytes; ENOBUFS above the system's limit
	SO_RCVBUF   = Option[int, RW]{solSocket | unix.SO_RCVBUF | asInt}                 // rw; bytes; as SO_SNDBUF; before listen or connect for a large window
	SO_SNDLOWAT = Option[int, RW]{solSocket | unix.SO_SNDLOWAT | asInt}               // rw; bytes of room that make a socket writable
	SO_RCVLOWAT = Option[int, RW]{solSocket | unix.SO_RCVLOWAT | asInt}               // rw; bytes that make a socket readable
	SO_RCVTIMEO = Option[time.Duration, RW]{solSocket | unix.SO_RCVTIMEO | asTimeval} // rw; a receive that waits longer is EAGAIN; 0 for none; in steps of the kernel's clock
	SO_SNDTIMEO = Option[time.Duration, RW]{solSocket | unix.SO_SNDTIMEO | asTimeval} // rw; a send that waits longer is EAGAIN; as SO_RCVTIMEO
)

// SO_TIMESTAMP is the option of time stamps beside the data. SOL_SOCKET, getsockopt(2).
var SO_TIMESTAMP = Option[bool, RW]{solSocket | unix.SO_TIMESTAMP | asBool} // rw; SCM_TIMESTAMP with each datagram, in microseconds

// IPPROTO_TCP: how data leave. tcp(4).
var (
	TCP_NODELAY = Option[bool, RW]{solTCP | unix.TCP_NODELAY | asBool} // rw; send small segments at once: no Nagle
	TCP_MAXSEG  = Option[int, RW]{solTCP | unix.TCP_MAXSEG | asInt}    // rw; bytes; set only lowers it
)

// IPPROTO_IP: what goes into each packet. ip(4).
var (
	IP_TOS     = Option[int, RW]{solIP | unix.IP_TOS | asInt}          // rw; the DSCP and ECN byte
	IP_TTL     = Option[int, RW]{solIP | unix.IP_TTL | asInt}          // rw; 1 to 255
	IP_OPTIONS = Option[[]byte, RW]{solIP | unix.IP_OPTIONS | asBytes} // rw; the options of the IP header, 40 bytes at most, a multiple of 4; none clears
	IP_HDRINCL = Option[bool, RW]{solIP | unix.IP_HDRINCL | asBool}    // rw; SOCK_RAW; the sender writes the IP header
	IP_RETOPTS = Option[[]byte, RO]{solIP | unix.IP_RETOPTS | asBytes} // ro; as IP_OPTIONS
)

// IPPROTO_IP: addresses and control data. ip(4).
var (
	IP_PORTRANGE   = Option[IPPortRange, RW]{solIP | unix.IP_PORTRANGE | asInt} // rw; before bind; which port is chosen where none is given
	IP_RECVDSTADDR = Option[bool, RW]{solIP | unix.IP_RECVDSTADDR | asBool}     // rw; datagrams; where each came to, as control data
	IP_RECVIF      = Option[bool, RW]{solIP | unix.IP_RECVIF | asBool}          // rw; datagrams; the interface each came by, a struct sockaddr_dl as control data
	IP_RECVTTL     = Option[bool, RW]{solIP | unix.IP_RECVTTL | asBool}         // rw; datagrams; the TTL of each, as control data
	IP_RECVOPTS    = Option[bool, RW]{solIP | unix.IP_RECVOPTS | asBool}        // rw; datagrams; the IP options of each, as control data
	IP_RECVRETOPTS = Option[bool, RW]{solIP | unix.IP_RECVRETOPTS | asBool}     // rw; datagrams; and those of an answer to it
)

// IPPROTO_IP: multicast. ip(4).
var (
	IP_MULTICAST_IF    = Option[netip.Addr, RW]{solIP | unix.IP_MULTICAST_IF | asAddr4}   // rw; the interface, by its address, that multicast leaves by; EADDRNOTAVAIL
	IP_MULTICAST_TTL   = Option[int, RW]{solIP | unix.IP_MULTICAST_TTL | asUint8}         // rw; 0 to 255; how far multicast goes, 1 at first; a u_char
	IP_MULTICAST_LOOP  = Option[bool, RW]{solIP | unix.IP_MULTICAST_LOOP | asPlain}       // rw; the host hears its own multicast; on at first; a u_char of 0 or 1, as Go's bool
	IP_ADD_MEMBERSHIP  = Option[IPMreqn, WO]{solIP | unix.IP_ADD_MEMBERSHIP | asIPMreqn}  // wo; join a group; EADDRINUSE twice; see IPMreqn
	IP_DROP_MEMBERSHIP = Option[IPMreqn, WO]{solIP | unix.IP_DROP_MEMBERSHIP | asIPMreqn} // wo; leave it; EADDRNOTAVAIL if not joined
)

// IPPROTO_IPV6: what goes into each packet. ip6(4).
var (
	IPV6_V6ONLY       = Option[bool, RW]{solIPv6 | unix.IPV6_V6ONLY | asBool}              // rw; before bind; no IPv4 by ::ffff: addresses; OpenBSD: always on, and off is EINVAL
	IPV6_UNICAST_HOPS = Option[int, RW]{solIPv6 | unix.IPV6_UNICAST_HOPS | asInt}          // rw; 0 to 255; -1 for the default
	IPV6_TCLASS       = Option[int, RW]{solIPv6 | unix.IPV6_TCLASS | asInt}                // rw; the DSCP and ECN byte; -1 for the default
	IPV6_DONTFRAG     = Option[bool, RW]{solIPv6 | unix.IPV6_DONTFRAG | asBool}            // rw; EMSGSIZE and not fragments
	IPV6_USE_MIN_MTU  = Option[int, RW]{solIPv6 | unix.IPV6_USE_MIN_MTU | asInt}           // rw; 1280 bytes at most: 1 always, 0 never, -1 for multicast only
	IPV6_PATHMTU      = Option[IP6MTUInfo, RO]{solIPv6 | unix.IPV6_PATHMTU | asIP6MTUInfo} // ro; bytes; the path's, once connected, else ENOTCONN
	IPV6_CHECKSUM     = Option[int, RW]{solIPv6 | unix.IPV6_CHECKSUM | asInt}              // rw; SOCK_RAW; where in the data the checksum is, even; -1 for nowhere
)

// IPPROTO_IPV6: extension headers to send with each packet. ip6(4), RFC 3542.
var (
	IPV6_HOPOPTS      = Option[[]byte, RW]{solIPv6 | unix.IPV6_HOPOPTS | asBytes}      // rw; the header with its length, a multiple of 8; none clears; root
	IPV6_DSTOPTS      = Option[[]byte, RW]{solIPv6 | unix.IPV6_DSTOPTS | asBytes}      // rw; the same; root
	IPV6_RTHDRDSTOPTS = Option[[]byte, RW]{solIPv6 | unix.IPV6_RTHDRDSTOPTS | asBytes} // rw; the same, read by each in a routing header; root
	IPV6_RTHDR        = Option[[]byte, RW]{solIPv6 | unix.IPV6_RTHDR | asBytes}        // rw; a routing header; type 0, which RFC 5095 forbids, is EINVAL on some
	IPV6_NEXTHOP      = Option[[]byte, RW]{solIPv6 | unix.IPV6_NEXTHOP | asBytes}      // rw; the next hop, as the bytes of a Sockaddr; none clears; root
)

// IPPROTO_IPV6: addresses and control data. ip6(4), RFC 3542.
var (
	IPV6_PKTINFO      = Option[In6Pktinfo, RW]{solIPv6 | unix.IPV6_PKTINFO | asAddr6Index} // rw; the source of what is sent; the zero value clears
	IPV6_PORTRANGE    = Option[IPPortRange, RW]{solIPv6 | unix.IPV6_PORTRANGE | asInt}     // rw; before bind; which port is chosen where none is given
	IPV6_RECVPKTINFO  = Option[bool, RW]{solIPv6 | unix.IPV6_RECVPKTINFO | asBool}         // rw; where each datagram came to, as control data IPV6_PKTINFO
	IPV6_RECVHOPLIMIT = Option[bool, RW]{solIPv6 | unix.IPV6_RECVHOPLIMIT | asBool}        // rw; the hop limit of each datagram, as control data IPV6_HOPLIMIT
	IPV6_RECVTCLASS   = Option[bool, RW]{solIPv6 | unix.IPV6_RECVTCLASS | asBool}          // rw; the traffic class of each datagram, as control data IPV6_TCLASS
	IPV6_RECVHOPOPTS  = Option[bool, RW]{solIPv6 | unix.IPV6_RECVHOPOPTS | asBool}         // rw; the header of that name, as control data IPV6_HOPOPTS; root
	IPV6_RECVDSTOPTS  = Option[bool, RW]{solIPv6 | unix.IPV6_RECVDSTOPTS | asBool}         // rw; the header of that name, as control data IPV6_DSTOPTS; root
	IPV6_RECVRTHDR    = Option[bool, RW]{solIPv6 | unix.IPV6_RECVRTHDR | asBool}           // rw; the header of that name, as control data IPV6_RTHDR
	IPV6_RECVPATHMTU  = Option[bool, RW]{solIPv6 | unix.IPV6_RECVPATHMTU | asBool}         // rw; datagrams; a new MTU of the path comes as control data IPV6_PATHMTU
)

// IPPROTO_IPV6: multicast. ip6(4).
var (
	IPV6_MULTICAST_IF   = Option[int, RW]{solIPv6 | unix.IPV6_MULTICAST_IF | asInt}            // rw; the interface, by index, that multicast leaves by; ENXIO
	IPV6_MULTICAST_HOPS = Option[int, RW]{solIPv6 | unix.IPV6_MULTICAST_HOPS | asInt}          // rw; -1 to 255, -1 for 1; how far multicast goes, 1 at first
	IPV6_MULTICAST_LOOP = Option[bool, RW]{solIPv6 | unix.IPV6_MULTICAST_LOOP | asBool}        // rw; the host hears its own multicast; on at first
	IPV6_JOIN_GROUP     = Option[IPv6Mreq, WO]{solIPv6 | unix.IPV6_JOIN_GROUP | asAddr6Index}  // wo; join a group; EADDRINUSE twice
	IPV6_LEAVE_GROUP    = Option[IPv6Mreq, WO]{solIPv6 | unix.IPV6_LEAVE_GROUP | asAddr6Index} // wo; leave it; EADDRNOTAVAIL if not joined
)

// ICMP6_FILTER is the option of raw ICMPv6 sockets. IPPROTO_ICMPV6, icmp6(4), RFC 3542.
var ICMP6_FILTER = Option[ICMPv6Filter, RW]{solICMPv6 | unix.ICMP6_FILTER | asPlain} // rw; SOCK_RAW; the types that are received
