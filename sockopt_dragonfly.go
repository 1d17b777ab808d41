package socket

// This file holds the options that only DragonFly BSD has, as sockopt_bsd.go does those that all BSDs have.
//
// Left out: what configures ipfw, dummynet and multicast routing through a raw socket.

import (
	"time"

	"golang.org/x/sys/unix"
)

// localPeercred is LOCAL_PEERCRED of sys/un.h, which x/sys/unix lacks.
const localPeercred = 1

// SOL_SOCKET: what a socket is, and its ends. getsockopt(2).
var (
	SO_ACCEPTCONN   = Option[bool, RO]{solSocket | unix.SO_ACCEPTCONN | asBool}               // ro; it listens
	SO_NOSIGPIPE    = Option[bool, RW]{solSocket | unix.SO_NOSIGPIPE | asBool}                // rw; EPIPE without SIGPIPE
	SO_ACCEPTFILTER = Option[AcceptFilterArg, RW]{solSocket | unix.SO_ACCEPTFILTER | asPlain} // rw; after listen; what must have come before accept; SetsockoptNull removes it
	SO_SNDSPACE     = Option[int, RO]{solSocket | unix.SO_SNDSPACE | asPlain}                 // ro; bytes of room in the send buffer; a long
	SO_RERROR       = Option[bool, RW]{solSocket | unix.SO_RERROR | asBool}                   // rw; ENOBUFS when datagrams were dropped
	SO_CPUHINT      = Option[int, RO]{solSocket | unix.SO_CPUHINT | asInt}                    // ro; the processor that works on it
)

// LOCAL_PEERCRED is the option of AF_UNIX. unix(4).
var LOCAL_PEERCRED = Option[Xucred, RO]{solLocal | localPeercred | asPlain} // ro; who connected or listened, as it was then; ENOTCONN

// IPPROTO_TCP: how data leave. tcp(4).
var (
	TCP_NOPUSH           = Option[bool, RW]{solTCP | unix.TCP_NOPUSH | asBool}           // rw; send full segments only, until it is off
	TCP_NOOPT            = Option[bool, RW]{solTCP | unix.TCP_NOOPT | asBool}            // rw; no TCP options in the SYN
	TCP_SIGNATURE_ENABLE = Option[bool, RW]{solTCP | unix.TCP_SIGNATURE_ENABLE | asBool} // rw; RFC 2385; keys by setkey(8)
)

// IPPROTO_TCP: limits and keep-alive. tcp(4).
var (
	TCP_KEEPIDLE  = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPIDLE | asSeconds}  // rw; seconds of silence before the first probe; milliseconds before 5.8
	TCP_KEEPINTVL = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPINTVL | asSeconds} // rw; seconds between probes; the same
	TCP_KEEPCNT   = Option[int, RW]{solTCP | unix.TCP_KEEPCNT | asInt}                 // rw; unanswered probes that end the connection
	TCP_KEEPINIT  = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPINIT | asSeconds}  // rw; seconds before connect gives up; the same
	TCP_FASTKEEP  = Option[bool, RW]{solTCP | unix.TCP_FASTKEEP | asBool}              // rw; probe soon
)

// IPPROTO_IP. ip(4).
var (
	IP_MINTTL             = Option[int, RW]{solIP | unix.IP_MINTTL | asInt}               // rw; 0 to 255; drop what comes with less
	IP_MULTICAST_IF_MREQN = Option[IPMreqn, WO]{solIP | unix.IP_MULTICAST_IF | asIPMreqn} // wo; IP_MULTICAST_IF and struct ip_mreqn: by index
	IP_MULTICAST_VIF      = Option[int, RW]{solIP | unix.IP_MULTICAST_VIF | asInt}        // rw; the virtual interface that multicast leaves by; multicast(4)
)

// IPPROTO_IPV6. ip6(4).
var (
	IPV6_AUTOFLOWLABEL   = Option[bool, RW]{solIPv6 | unix.IPV6_AUTOFLOWLABEL | asBool} // rw; a flow label for each flow
	IPV6_PREFER_TEMPADDR = Option[int, RW]{solIPv6 | unix.IPV6_PREFER_TEMPADDR | asInt} // rw; temporary source addresses: 1 yes, 0 no, -1 for the default
	IPV6_PKTOPTIONS      = Option[[]byte, RW]{solIPv6 | unix.IPV6_PKTOPTIONS | asBytes} // rw; RFC 2292: all that goes with each packet, as control data of package cmsg; none clears
)

// An Xucred is a process's user and groups: struct xucred. sys/ucred.h.
type Xucred struct {
	Version uint32 // XUCRED_VERSION, 0
	Uid     uint32 // effective
	Ngroups int16
	Groups  [16]uint32 // Groups[:Ngroups]; the first is the effective one
	_       uintptr
}
