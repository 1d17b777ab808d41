package socket

// This file holds the constants of DragonFly BSD that not all systems have.

import "golang.org/x/sys/unix"

// Address families of DragonFly BSD.
const (
	AF_ATM       = unix.AF_ATM
	AF_BLUETOOTH = unix.AF_BLUETOOTH // bluetooth(4)
	AF_IEEE80211 = unix.AF_IEEE80211 // 802.11
	AF_MPLS      = unix.AF_MPLS      // mpls(4)
	AF_NETBIOS   = unix.AF_NETBIOS
	AF_NETGRAPH  = unix.AF_NETGRAPH // netgraph(4)
	AF_SIP       = unix.AF_SIP
)

// Types and flags of types of DragonFly BSD.
const (
	SOCK_CLOEXEC    = unix.SOCK_CLOEXEC    // in typ: close-on-exec (always added)
	SOCK_MAXADDRLEN = unix.SOCK_MAXADDRLEN // the longest address
	SOCK_NONBLOCK   = unix.SOCK_NONBLOCK   // in typ, and for Accept4: non-blocking
)

// Protocols of DragonFly BSD.
const (
	IPPROTO_CARP    = unix.IPPROTO_CARP // carp(4)
	IPPROTO_MAXID   = unix.IPPROTO_MAXID
	IPPROTO_MOBILE  = unix.IPPROTO_MOBILE
	IPPROTO_PFSYNC  = unix.IPPROTO_PFSYNC // pfsync(4)
	IPPROTO_SEP     = unix.IPPROTO_SEP
	IPPROTO_SKIP    = unix.IPPROTO_SKIP
	IPPROTO_TLSP    = unix.IPPROTO_TLSP
	IPPROTO_UNKNOWN = unix.IPPROTO_UNKNOWN
)

// Flags of the send and receive calls of DragonFly BSD.
const (
	MSG_CMSG_CLOEXEC = unix.MSG_CMSG_CLOEXEC // received descriptors are close-on-exec (always added)
	MSG_EOF          = unix.MSG_EOF          // this send is the last: it shuts the direction down
	MSG_FBLOCKING    = unix.MSG_FBLOCKING    // block even where O_NONBLOCK is set
	MSG_FMASK        = unix.MSG_FMASK        // both
	MSG_FNONBLOCKING = unix.MSG_FNONBLOCKING // do not block even where O_NONBLOCK is not set
	MSG_SYNC         = unix.MSG_SYNC         // used internally
	MSG_UNUSED09     = unix.MSG_UNUSED09
)
