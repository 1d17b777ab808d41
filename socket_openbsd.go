package socket

// This file holds the constants of OpenBSD that not all systems have.

import "golang.org/x/sys/unix"

// Address families of OpenBSD.
const (
	AF_BLUETOOTH = unix.AF_BLUETOOTH // bluetooth(4)
	AF_ENCAP     = unix.AF_ENCAP
	AF_KEY       = unix.AF_KEY  // PF_KEY
	AF_MPLS      = unix.AF_MPLS // mpls(4)
	AF_NS        = unix.AF_NS
	AF_SIP       = unix.AF_SIP
)

// Types and flags of types of OpenBSD.
const (
	SOCK_CLOEXEC  = unix.SOCK_CLOEXEC  // in typ: close-on-exec (always added)
	SOCK_DNS      = unix.SOCK_DNS      // in typ: to DNS servers only, for pledge(2)
	SOCK_NONBLOCK = unix.SOCK_NONBLOCK // in typ, and for Accept4: non-blocking
)

// Protocols of OpenBSD.
const (
	IPPROTO_CARP    = unix.IPPROTO_CARP   // carp(4)
	IPPROTO_DIVERT  = unix.IPPROTO_DIVERT // divert(4)
	IPPROTO_MAXID   = unix.IPPROTO_MAXID
	IPPROTO_MOBILE  = unix.IPPROTO_MOBILE
	IPPROTO_MPLS    = unix.IPPROTO_MPLS
	IPPROTO_PFSYNC  = unix.IPPROTO_PFSYNC  // pfsync(4)
	IPPROTO_SCTP    = unix.IPPROTO_SCTP    // sctp(4)
	IPPROTO_UDPLITE = unix.IPPROTO_UDPLITE // udplite(4)
)

// Flags of the send and receive calls of OpenBSD.
const (
	MSG_BCAST        = unix.MSG_BCAST        // received: the datagram was a broadcast
	MSG_CMSG_CLOEXEC = unix.MSG_CMSG_CLOEXEC // received descriptors are close-on-exec (always added)
	MSG_MCAST        = unix.MSG_MCAST        // received: the datagram was a multicast
)
