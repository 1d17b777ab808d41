package socket

// This file holds the constants of NetBSD that not all systems have.

import "golang.org/x/sys/unix"

// Address families of NetBSD.
const (
	AF_ARP       = unix.AF_ARP       // arp(4)
	AF_BLUETOOTH = unix.AF_BLUETOOTH // bluetooth(4)
	AF_IEEE80211 = unix.AF_IEEE80211 // 802.11
	AF_MPLS      = unix.AF_MPLS      // mpls(4)
	AF_NS        = unix.AF_NS
	AF_OROUTE    = unix.AF_OROUTE // routing messages of older NetBSD
)

// Types and flags of types of NetBSD.
const (
	SOCK_CLOEXEC    = unix.SOCK_CLOEXEC    // in typ: close-on-exec (always added)
	SOCK_FLAGS_MASK = unix.SOCK_FLAGS_MASK // all flags of typ
	SOCK_NONBLOCK   = unix.SOCK_NONBLOCK   // in typ, and for Accept4: non-blocking
	SOCK_NOSIGPIPE  = unix.SOCK_NOSIGPIPE  // in typ: EPIPE without SIGPIPE
)

// Protocols of NetBSD.
const (
	IPPROTO_CARP      = unix.IPPROTO_CARP // carp(4)
	IPPROTO_IPV6_ICMP = unix.IPPROTO_IPV6_ICMP
	IPPROTO_MAXID     = unix.IPPROTO_MAXID
	IPPROTO_MOBILE    = unix.IPPROTO_MOBILE
	IPPROTO_PFSYNC    = unix.IPPROTO_PFSYNC // pfsync(4)
	IPPROTO_VRRP      = unix.IPPROTO_VRRP
)

// Flags of the send and receive calls of NetBSD.
const (
	MSG_BCAST        = unix.MSG_BCAST        // received: the datagram was a broadcast
	MSG_CMSG_CLOEXEC = unix.MSG_CMSG_CLOEXEC // received descriptors are close-on-exec (always added)
	MSG_CONTROLMBUF  = unix.MSG_CONTROLMBUF
	MSG_IOVUSRSPACE  = unix.MSG_IOVUSRSPACE
	MSG_LENUSRSPACE  = unix.MSG_LENUSRSPACE
	MSG_MCAST        = unix.MSG_MCAST // received: the datagram was a multicast
	MSG_NAMEMBUF     = unix.MSG_NAMEMBUF
	MSG_NBIO         = unix.MSG_NBIO      // FIONBIO, used internally
	MSG_USERFLAGS    = unix.MSG_USERFLAGS // the flags that a program may give
)
