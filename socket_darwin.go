package socket

// This file holds the constants of macOS that not all systems have.

import "golang.org/x/sys/unix"

// Address families of macOS.
const (
	AF_IEEE80211   = unix.AF_IEEE80211 // 802.11
	AF_NDRV        = unix.AF_NDRV      // raw access to a network driver
	AF_NETBIOS     = unix.AF_NETBIOS
	AF_NS          = unix.AF_NS
	AF_PPP         = unix.AF_PPP // PPP
	AF_RESERVED_36 = unix.AF_RESERVED_36
	AF_SIP         = unix.AF_SIP
	AF_SYSTEM      = unix.AF_SYSTEM      // kernel events and controls: SockaddrCtl
	AF_SYS_CONTROL = unix.AF_SYS_CONTROL // the ss_sysaddr of a kernel control
	AF_UTUN        = unix.AF_UTUN
	AF_VSOCK       = unix.AF_VSOCK // virtual machines: SockaddrVm
)

// SOCK_MAXADDRLEN is the length of the longest address.
const SOCK_MAXADDRLEN = unix.SOCK_MAXADDRLEN

// Protocols of macOS.
const (
	IPPROTO_MAXID = unix.IPPROTO_MAXID
	IPPROTO_SCTP  = unix.IPPROTO_SCTP // sctp(4)
	IPPROTO_SEP   = unix.IPPROTO_SEP
)

// SOL_LOCAL is the level of the options of AF_UNIX sockets. unix(4).
const SOL_LOCAL = unix.SOL_LOCAL

// Flags of the send and receive calls of macOS.
const (
	MSG_EOF        = unix.MSG_EOF        // this send is the last: it shuts the direction down
	MSG_FLUSH      = unix.MSG_FLUSH      // begin a message to hold, and drop what was held
	MSG_HAVEMORE   = unix.MSG_HAVEMORE   // received: more data are ready
	MSG_HOLD       = unix.MSG_HOLD       // add to the message that is held
	MSG_NEEDSA     = unix.MSG_NEEDSA     // fail where there is no address
	MSG_RCVMORE    = unix.MSG_RCVMORE    // received: data of this message remain
	MSG_SEND       = unix.MSG_SEND       // send the message that is held
	MSG_WAITSTREAM = unix.MSG_WAITSTREAM // wait until the buffer is full, or for less
)
