package socket

// This file holds the constants of FreeBSD that not all systems have.

import "golang.org/x/sys/unix"

// Address families of FreeBSD.
const (
	AF_ARP       = unix.AF_ARP // arp(4)
	AF_ATM       = unix.AF_ATM
	AF_BLUETOOTH = unix.AF_BLUETOOTH // bluetooth(4)
	AF_IEEE80211 = unix.AF_IEEE80211 // 802.11
	AF_INET6_SDP = unix.AF_INET6_SDP // OFED socket direct protocol, IPv6
	AF_INET_SDP  = unix.AF_INET_SDP  // OFED socket direct protocol
	AF_NETBIOS   = unix.AF_NETBIOS
	AF_NETGRAPH  = unix.AF_NETGRAPH // netgraph(4)
	AF_SCLUSTER  = unix.AF_SCLUSTER
	AF_SIP       = unix.AF_SIP
	AF_SLOW      = unix.AF_SLOW
	AF_VENDOR00  = unix.AF_VENDOR00
	AF_VENDOR01  = unix.AF_VENDOR01
	AF_VENDOR03  = unix.AF_VENDOR03
	AF_VENDOR04  = unix.AF_VENDOR04
	AF_VENDOR05  = unix.AF_VENDOR05
	AF_VENDOR06  = unix.AF_VENDOR06
	AF_VENDOR07  = unix.AF_VENDOR07
	AF_VENDOR08  = unix.AF_VENDOR08
	AF_VENDOR09  = unix.AF_VENDOR09
	AF_VENDOR10  = unix.AF_VENDOR10
	AF_VENDOR11  = unix.AF_VENDOR11
	AF_VENDOR12  = unix.AF_VENDOR12
	AF_VENDOR13  = unix.AF_VENDOR13
	AF_VENDOR14  = unix.AF_VENDOR14
	AF_VENDOR15  = unix.AF_VENDOR15
	AF_VENDOR16  = unix.AF_VENDOR16
	AF_VENDOR17  = unix.AF_VENDOR17
	AF_VENDOR18  = unix.AF_VENDOR18
	AF_VENDOR19  = unix.AF_VENDOR19
	AF_VENDOR20  = unix.AF_VENDOR20
	AF_VENDOR21  = unix.AF_VENDOR21
	AF_VENDOR22  = unix.AF_VENDOR22
	AF_VENDOR23  = unix.AF_VENDOR23
	AF_VENDOR24  = unix.AF_VENDOR24
	AF_VENDOR25  = unix.AF_VENDOR25
	AF_VENDOR26  = unix.AF_VENDOR26
	AF_VENDOR27  = unix.AF_VENDOR27
	AF_VENDOR28  = unix.AF_VENDOR28
	AF_VENDOR29  = unix.AF_VENDOR29
	AF_VENDOR30  = unix.AF_VENDOR30
	AF_VENDOR31  = unix.AF_VENDOR31
	AF_VENDOR32  = unix.AF_VENDOR32
	AF_VENDOR33  = unix.AF_VENDOR33
	AF_VENDOR34  = unix.AF_VENDOR34
	AF_VENDOR35  = unix.AF_VENDOR35
	AF_VENDOR36  = unix.AF_VENDOR36
	AF_VENDOR37  = unix.AF_VENDOR37
	AF_VENDOR38  = unix.AF_VENDOR38
	AF_VENDOR39  = unix.AF_VENDOR39
	AF_VENDOR40  = unix.AF_VENDOR40
	AF_VENDOR41  = unix.AF_VENDOR41
	AF_VENDOR42  = unix.AF_VENDOR42
	AF_VENDOR43  = unix.AF_VENDOR43
	AF_VENDOR44  = unix.AF_VENDOR44
	AF_VENDOR45  = unix.AF_VENDOR45
	AF_VENDOR46  = unix.AF_VENDOR46
	AF_VENDOR47  = unix.AF_VENDOR47
)

// Types and flags of types of FreeBSD.
const (
	SOCK_CLOEXEC    = unix.SOCK_CLOEXEC    // in typ: close-on-exec (always added)
	SOCK_MAXADDRLEN = unix.SOCK_MAXADDRLEN // the longest address
	SOCK_NONBLOCK   = unix.SOCK_NONBLOCK   // in typ, and for Accept4: non-blocking
)

// Protocols of FreeBSD.
const (
	IPPROTO_CARP         = unix.IPPROTO_CARP // carp(4)
	IPPROTO_DCCP         = unix.IPPROTO_DCCP
	IPPROTO_HIP          = unix.IPPROTO_HIP
	IPPROTO_MH           = unix.IPPROTO_MH
	IPPROTO_MOBILE       = unix.IPPROTO_MOBILE
	IPPROTO_MPLS         = unix.IPPROTO_MPLS
	IPPROTO_OLD_DIVERT   = unix.IPPROTO_OLD_DIVERT
	IPPROTO_PFSYNC       = unix.IPPROTO_PFSYNC // pfsync(4)
	IPPROTO_RESERVED_253 = unix.IPPROTO_RESERVED_253
	IPPROTO_RESERVED_254 = unix.IPPROTO_RESERVED_254
	IPPROTO_SCTP         = unix.IPPROTO_SCTP // sctp(4)
	IPPROTO_SEND         = unix.IPPROTO_SEND
	IPPROTO_SHIM6        = unix.IPPROTO_SHIM6
	IPPROTO_SKIP         = unix.IPPROTO_SKIP
	IPPROTO_SPACER       = unix.IPPROTO_SPACER
	IPPROTO_TLSP         = unix.IPPROTO_TLSP
	IPPROTO_UDPLITE      = unix.IPPROTO_UDPLITE // udplite(4)
)

// SOL_LOCAL is the level of the options of AF_UNIX sockets. unix(4).
const SOL_LOCAL = unix.SOL_LOCAL

// Flags of the send and receive calls of FreeBSD.
const (
	MSG_CMSG_CLOEXEC = unix.MSG_CMSG_CLOEXEC // received descriptors are close-on-exec (always added)
	MSG_COMPAT       = unix.MSG_COMPAT       // used internally
	MSG_EOF          = unix.MSG_EOF          // this send is the last: it shuts the direction down
	MSG_NBIO         = unix.MSG_NBIO         // FIONBIO, used internally
	MSG_NOTIFICATION = unix.MSG_NOTIFICATION // received: an SCTP notification
	MSG_WAITFORONE   = unix.MSG_WAITFORONE   // recvmmsg: wait for the first message only
)
