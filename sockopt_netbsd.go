package socket

// This file holds the options that only NetBSD has, as sockopt_bsd.go does those that all BSDs have.
//
// Left out: IPV6_FAITH, which has gone with faith(4).

import (
	"time"

	"golang.org/x/sys/unix"
)

// Numbers that x/sys/unix lacks: sys/un.h.
const (
	localConnwait = 2 // LOCAL_CONNWAIT
	localPeereid  = 3 // LOCAL_PEEREID
	localCreds    = 4 // LOCAL_CREDS, since 8
)

// SOL_SOCKET: what a socket is, and its ends. getsockopt(2).
var (
	SO_ACCEPTCONN   = Option[bool, RO]{solSocket | unix.SO_ACCEPTCONN | asBool}               // ro; it listens
	SO_NOSIGPIPE    = Option[bool, RW]{solSocket | unix.SO_NOSIGPIPE | asBool}                // rw; EPIPE without SIGPIPE
	SO_ACCEPTFILTER = Option[AcceptFilterArg, RW]{solSocket | unix.SO_ACCEPTFILTER | asPlain} // rw; after listen; what must have come before accept; SetsockoptNull removes it
	SO_NOHEADER     = Option[bool, RW]{solSocket | unix.SO_NOHEADER | asBool}                 // rw; SOCK_RAW; neither send nor receive the IP header
	SO_OVERFLOWED   = Option[int, RO]{solSocket | unix.SO_OVERFLOWED | asInt}                 // ro; datagrams that were dropped for want of room
)

// SOL_LOCAL: AF_UNIX. unix(4).
var (
	LOCAL_PEEREID  = Option[Unpcbid, RO]{solLocal | localPeereid | asPlain} // ro; who connected or listened, as it was then; ENOTCONN
	LOCAL_CREDS    = Option[bool, RW]{solLocal | localCreds | asBool}       // rw; SCM_CREDS with the first message of a stream, each datagram
	LOCAL_CONNWAIT = Option[bool, RW]{solLocal | localConnwait | asBool}    // rw; connect waits until it is accepted
)

// IPPROTO_TCP: congestion, limits and keep-alive. tcp(4).
var (
	TCP_CONGCTL   = Option[string, RW]{solTCP | unix.TCP_CONGCTL | asString}           // rw; the congestion control, as "newreno"; EINVAL
	TCP_MD5SIG    = Option[bool, RW]{solTCP | unix.TCP_MD5SIG | asBool}                // rw; RFC 2385; keys by setkey(8)
	TCP_KEEPIDLE  = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPIDLE | asSeconds}  // rw; seconds of silence before the first probe
	TCP_KEEPINTVL = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPINTVL | asSeconds} // rw; seconds between probes
	TCP_KEEPCNT   = Option[int, RW]{solTCP | unix.TCP_KEEPCNT | asInt}                 // rw; unanswered probes that end the connection
	TCP_KEEPINIT  = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPINIT | asSeconds}  // rw; seconds before connect gives up
)

// IPPROTO_IP: what goes into each packet. ip(4).
var (
	IP_MINTTL       = Option[int, RW]{solIP | unix.IP_MINTTL | asInt}            // rw; 1 to 255; drop what comes with less
	IP_ERRORMTU     = Option[int, RO]{solIP | unix.IP_ERRORMTU | asInt}          // ro; bytes; the MTU that the last EMSGSIZE was for
	IP_IPSEC_POLICY = Option[[]byte, WO]{solIP | unix.IP_IPSEC_POLICY | asBytes} // wo; struct sadb_x_policy and what follows it: ipsec_set_policy(3)
)

// IPV6_IPSEC_POLICY is IP_IPSEC_POLICY of IPv6. IPPROTO_IPV6, ip6(4).
var IPV6_IPSEC_POLICY = Option[[]byte, WO]{solIPv6 | unix.IPV6_IPSEC_POLICY | asBytes} // wo; as IP_IPSEC_POLICY

// An Unpcbid is a process and its effective user and group: struct unpcbid. unix(4).
type Unpcbid struct {
	Pid  int32
	Euid uint32
	Egid uint32
}
