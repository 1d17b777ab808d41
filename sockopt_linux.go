package socket

// This file holds the options of Linux: a line each, in blocks by level and theme.
//
// A line gives the type of the value and its direction, then level | name | codec, then in words: the
// direction again (ro, wo, rw), the unit, what it needs, what surprises, and the first kernel. Behind the
// tables come the structures and the enumerations. Adding an option is a line here, a row in the tests,
// and go generate for its name.

//go:generate go run ./internal/optnames linux

import (
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Levels, as the tables have them.
const (
	solSocket = unix.SOL_SOCKET << levelShift
	solIP     = unix.IPPROTO_IP << levelShift
	solIPv6   = unix.IPPROTO_IPV6 << levelShift
	solTCP    = unix.IPPROTO_TCP << levelShift
	solUDP    = unix.IPPROTO_UDP << levelShift
)

// SOL_SOCKET: what a socket is. socket(7).
var (
	SO_TYPE       = Option[int, RO]{solSocket | unix.SO_TYPE | asInt}           // ro; SOCK_STREAM and so on, without flags
	SO_DOMAIN     = Option[int, RO]{solSocket | unix.SO_DOMAIN | asInt}         // ro; AF_INET and so on; 2.6.32
	SO_PROTOCOL   = Option[int, RO]{solSocket | unix.SO_PROTOCOL | asInt}       // ro; IPPROTO_TCP and so on; 2.6.32
	SO_ACCEPTCONN = Option[bool, RO]{solSocket | unix.SO_ACCEPTCONN | asBool}   // ro; it listens
	SO_ERROR      = Option[unix.Errno, RO]{solSocket | unix.SO_ERROR | asErrno} // ro; the pending error, 0 for none; reading clears it
	SO_COOKIE     = Option[uint64, RO]{solSocket | unix.SO_COOKIE | asPlain}    // ro; a number no other socket has; 4.12
)

// SOL_SOCKET: addresses and ends. socket(7).
var (
	SO_REUSEADDR    = Option[bool, RW]{solSocket | unix.SO_REUSEADDR | asBool}      // rw; before bind; take an address that is in TIME_WAIT
	SO_REUSEPORT    = Option[bool, RW]{solSocket | unix.SO_REUSEPORT | asBool}      // rw; before bind; share the port among sockets of one user; EOPNOTSUPP but on AF_INET, AF_INET6; 3.9
	SO_BINDTODEVICE = Option[string, RW]{solSocket | unix.SO_BINDTODEVICE | asName} // rw; an interface by name, "" for any; CAP_NET_RAW to change it; ENODEV
	SO_DONTROUTE    = Option[bool, RW]{solSocket | unix.SO_DONTROUTE | asBool}      // rw; send to directly connected networks only
	SO_BROADCAST    = Option[bool, RW]{solSocket | unix.SO_BROADCAST | asBool}      // rw; datagrams may go to broadcast addresses, else EACCES
	SO_KEEPALIVE    = Option[bool, RW]{solSocket | unix.SO_KEEPALIVE | asBool}      // rw; probe an idle TCP peer: TCP_KEEPIDLE
	SO_LINGER       = Option[Linger, RW]{solSocket | unix.SO_LINGER | asPlain}      // rw; close waits, or sends RST: see Linger
	SO_OOBINLINE    = Option[bool, RW]{solSocket | unix.SO_OOBINLINE | asBool}      // rw; urgent data stay among the others
)

// SOL_SOCKET: buffers, limits, priority. socket(7).
var (
	SO_SNDBUF    = Option[int, RW]{solSocket | unix.SO_SNDBUF | asInt}                 // rw; bytes; Linux doubles it, and get shows the double; at most net.core.wmem_max
	SO_RCVBUF    = Option[int, RW]{solSocket | unix.SO_RCVBUF | asInt}                 // rw; bytes; as SO_SNDBUF, net.core.rmem_max; before listen or connect for a window above 64 KiB
	SO_RCVLOWAT  = Option[int, RW]{solSocket | unix.SO_RCVLOWAT | asInt}               // rw; bytes that make a socket readable; 0 is stored as 1
	SO_RCVTIMEO  = Option[time.Duration, RW]{solSocket | unix.SO_RCVTIMEO | asTimeval} // rw; a receive that waits longer is EAGAIN; 0 for none; in steps of the kernel's clock, 1 to 10 ms
	SO_SNDTIMEO  = Option[time.Duration, RW]{solSocket | unix.SO_SNDTIMEO | asTimeval} // rw; a send that waits longer is EAGAIN, a connect EINPROGRESS; as SO_RCVTIMEO
	SO_PRIORITY  = Option[int, RW]{solSocket | unix.SO_PRIORITY | asInt}               // rw; 0 to 6; others need CAP_NET_ADMIN; IP_TOS sets it too
	SO_MARK      = Option[uint32, RW]{solSocket | unix.SO_MARK | asPlain}              // rw; for routing and filters; CAP_NET_ADMIN or CAP_NET_RAW; 2.6.25
	SO_BUSY_POLL = Option[time.Duration, RW]{solSocket | unix.SO_BUSY_POLL | asMicros} // rw; microseconds to spin in a receive; 3.11
)

// SOL_SOCKET: time stamps and counters beside the data. socket(7).
var (
	SO_TIMESTAMP   = Option[bool, RW]{solSocket | unix.SO_TIMESTAMP | asBool}   // rw; SCM_TIMESTAMP with each datagram, in microseconds; turns SO_TIMESTAMPNS off
	SO_TIMESTAMPNS = Option[bool, RW]{solSocket | unix.SO_TIMESTAMPNS | asBool} // rw; SCM_TIMESTAMPNS with each datagram, in nanoseconds; turns SO_TIMESTAMP off; 2.6.22
	SO_RXQ_OVFL    = Option[bool, RW]{solSocket | unix.SO_RXQ_OVFL | asBool}    // rw; how many datagrams were dropped, as control data; 2.6.33
	SO_ZEROCOPY    = Option[bool, RW]{solSocket | unix.SO_ZEROCOPY | asBool}    // rw; allow MSG_ZEROCOPY; 4.14
)

// SOL_SOCKET: AF_UNIX. unix(7).
var (
	SO_PASSCRED = Option[bool, RW]{solSocket | unix.SO_PASSCRED | asBool}   // rw; SCM_CREDENTIALS with each message
	SO_PEERCRED = Option[Ucred, RO]{solSocket | unix.SO_PEERCRED | asPlain} // ro; who connected or listened, as it was then; pid 0, uid and gid -1 if nobody
	SO_PEEK_OFF = Option[int, RW]{solSocket | unix.SO_PEEK_OFF | asInt}     // rw; bytes; where MSG_PEEK starts, and moves on; -1 for off; 3.4
)

// IPPROTO_TCP: how data leave. tcp(7).
var (
	TCP_NODELAY       = Option[bool, RW]{solTCP | unix.TCP_NODELAY | asBool}          // rw; send small segments at once: no Nagle
	TCP_CORK          = Option[bool, RW]{solTCP | unix.TCP_CORK | asBool}             // rw; send full segments only, for 200 ms at most; 2.2
	TCP_MAXSEG        = Option[int, RW]{solTCP | unix.TCP_MAXSEG | asInt}             // rw; bytes; before connect to go into the SYN
	TCP_QUICKACK      = Option[bool, RW]{solTCP | unix.TCP_QUICKACK | asBool}         // rw; acknowledge at once; the kernel turns it off again; 2.4.4
	TCP_NOTSENT_LOWAT = Option[uint32, RW]{solTCP | unix.TCP_NOTSENT_LOWAT | asPlain} // rw; bytes not yet sent above which the socket is not writable; 3.12
	TCP_CONGESTION    = Option[string, RW]{solTCP | unix.TCP_CONGESTION | asName}     // rw; the congestion control, as "cubic"; ENOENT; CAP_NET_ADMIN for one that is not allowed to all; 2.6.13
	TCP_INFO          = Option[TCPInfo, RO]{solTCP | unix.TCP_INFO | asPlain}         // ro; the state of the connection; GetsockoptInto tells how much of it this kernel knows; 2.4
)

// IPPROTO_TCP: limits and keep-alive. tcp(7).
var (
	TCP_KEEPIDLE     = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPIDLE | asSeconds}     // rw; seconds of silence before the first probe; 2.4
	TCP_KEEPINTVL    = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPINTVL | asSeconds}    // rw; seconds between probes; 2.4
	TCP_KEEPCNT      = Option[int, RW]{solTCP | unix.TCP_KEEPCNT | asInt}                    // rw; unanswered probes that end the connection; 2.4
	TCP_USER_TIMEOUT = Option[time.Duration, RW]{solTCP | unix.TCP_USER_TIMEOUT | asMillis}  // rw; milliseconds data may stay unacknowledged; 0 for the system's; overrides TCP_KEEPCNT; 2.6.37
	TCP_SYNCNT       = Option[int, RW]{solTCP | unix.TCP_SYNCNT | asInt}                     // rw; SYNs sent again before connect gives up; before connect; 2.4
	TCP_DEFER_ACCEPT = Option[time.Duration, RW]{solTCP | unix.TCP_DEFER_ACCEPT | asSeconds} // rw; seconds a listener waits for data before it wakes accept; stored in steps of retransmission; 2.4
	TCP_FASTOPEN     = Option[int, RW]{solTCP | unix.TCP_FASTOPEN | asInt}                   // rw; a listener's queue for data in the SYN; net.ipv4.tcp_fastopen; 3.6
)

// IPPROTO_IP. ip(7).
var (
	IP_TOS                  = Option[int, RW]{solIP | unix.IP_TOS | asInt}                    // rw; the DSCP and ECN byte; TCP keeps the ECN bits itself; sets SO_PRIORITY
	IP_TTL                  = Option[int, RW]{solIP | unix.IP_TTL | asInt}                    // rw; 1 to 255; -1 for the default
	IP_MTU                  = Option[int, RO]{solIP | unix.IP_MTU | asInt}                    // ro; bytes; the path's, once connected, else ENOTCONN; 2.2
	IP_MTU_DISCOVER         = Option[PMTUDisc, RW]{solIP | unix.IP_MTU_DISCOVER | asInt}      // rw; whether datagrams may be cut on their way; 2.2
	IP_RECVERR              = Option[bool, RW]{solIP | unix.IP_RECVERR | asBool}              // rw; ICMP errors come to MSG_ERRQUEUE; 2.2
	IP_PKTINFO              = Option[bool, RW]{solIP | unix.IP_PKTINFO | asBool}              // rw; where each datagram came to, as control data; 2.2
	IP_RECVTTL              = Option[bool, RW]{solIP | unix.IP_RECVTTL | asBool}              // rw; the TTL of each datagram, as control data; 2.2
	IP_RECVTOS              = Option[bool, RW]{solIP | unix.IP_RECVTOS | asBool}              // rw; the TOS of each datagram, as control data; 2.2
	IP_FREEBIND             = Option[bool, RW]{solIP | unix.IP_FREEBIND | asBool}             // rw; before bind; to addresses the host does not have; 2.4
	IP_BIND_ADDRESS_NO_PORT = Option[bool, RW]{solIP | unix.IP_BIND_ADDRESS_NO_PORT | asBool} // rw; before bind to port 0; the port is chosen by connect; 4.2
	IP_MULTICAST_TTL        = Option[int, RW]{solIP | unix.IP_MULTICAST_TTL | asInt}          // rw; 0 to 255; how far multicast goes, 1 at first
	IP_MULTICAST_LOOP       = Option[bool, RW]{solIP | unix.IP_MULTICAST_LOOP | asBool}       // rw; the host hears its own multicast; on at first
)

// IPPROTO_IPV6. ipv6(7).
var (
	IPV6_V6ONLY         = Option[bool, RW]{solIPv6 | unix.IPV6_V6ONLY | asBool}          // rw; before bind; no IPv4 by ::ffff: addresses; net.ipv6.bindv6only at first; 2.4.21
	IPV6_UNICAST_HOPS   = Option[int, RW]{solIPv6 | unix.IPV6_UNICAST_HOPS | asInt}      // rw; 0 to 255; -1 for the default
	IPV6_TCLASS         = Option[int, RW]{solIPv6 | unix.IPV6_TCLASS | asInt}            // rw; the DSCP and ECN byte; TCP keeps the ECN bits itself; 2.6.14
	IPV6_MTU            = Option[int, RW]{solIPv6 | unix.IPV6_MTU | asInt}               // rw; bytes; set bounds it, get is the path's, once connected
	IPV6_MTU_DISCOVER   = Option[PMTUDisc, RW]{solIPv6 | unix.IPV6_MTU_DISCOVER | asInt} // rw; whether datagrams may be cut by the sender
	IPV6_RECVERR        = Option[bool, RW]{solIPv6 | unix.IPV6_RECVERR | asBool}         // rw; ICMPv6 errors come to MSG_ERRQUEUE
	IPV6_RECVPKTINFO    = Option[bool, RW]{solIPv6 | unix.IPV6_RECVPKTINFO | asBool}     // rw; where each datagram came to, as control data; 2.6.14
	IPV6_RECVHOPLIMIT   = Option[bool, RW]{solIPv6 | unix.IPV6_RECVHOPLIMIT | asBool}    // rw; the hop limit of each datagram, as control data; 2.6.14
	IPV6_RECVTCLASS     = Option[bool, RW]{solIPv6 | unix.IPV6_RECVTCLASS | asBool}      // rw; the traffic class of each datagram, as control data; 2.6.14
	IPV6_MULTICAST_HOPS = Option[int, RW]{solIPv6 | unix.IPV6_MULTICAST_HOPS | asInt}    // rw; -1 to 255; how far multicast goes, 1 at first
	IPV6_MULTICAST_LOOP = Option[bool, RW]{solIPv6 | unix.IPV6_MULTICAST_LOOP | asBool}  // rw; the host hears its own multicast; on at first
	IPV6_MULTICAST_IF   = Option[int, RW]{solIPv6 | unix.IPV6_MULTICAST_IF | asInt}      // rw; the interface, by index, that multicast leaves by
)

// IPPROTO_UDP. udp(7).
var (
	UDP_CORK    = Option[bool, RW]{solUDP | unix.UDP_CORK | asBool}  // rw; gather what is sent into one datagram until it is off; 2.5.44
	UDP_SEGMENT = Option[int, RW]{solUDP | unix.UDP_SEGMENT | asInt} // rw; bytes; cut what is sent into datagrams of this size; 0 for off; 4.18
	UDP_GRO     = Option[bool, RW]{solUDP | unix.UDP_GRO | asBool}   // rw; several datagrams come as one, their size as control data; 5.0
)

// Structures.

// A Linger is the value of SO_LINGER: struct linger. Onoff 0: close returns at once, and the kernel sends on.
// Onoff 1 and Linger 0: close drops what is unsent and sends RST. Onoff 1: close waits for it, Linger seconds
// at most. socket(7).
type Linger struct {
	Onoff  int32 // l_onoff: 0 or 1
	Linger int32 // l_linger: seconds
}

// A Ucred is a process and its user and group: struct ucred. unix(7).
type Ucred struct {
	Pid int32
	Uid uint32
	Gid uint32
}

// A TCPInfo is the value of TCP_INFO: struct tcp_info, its fields without tcpi_. The kernel fills as much as
// it knows, which GetsockoptInto returns; what it does not is 0. Times are in microseconds but where it says
// otherwise. tcp(7), linux/tcp.h.
type TCPInfo struct {
	State                TCPState
	Ca_state             uint8 // TCP_CA_*: 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss
	Retransmits          uint8 // of the oldest unacknowledged segment
	Probes               uint8 // unanswered keep-alive or window probes
	Backoff              uint8
	Options              uint8 // TCPI_OPT_*
	Wscale               uint8 // see SndWscale, RcvWscale
	Flags                uint8 // see DeliveryRateAppLimited, FastopenClientFail
	Rto                  uint32
	Ato                  uint32
	Snd_mss              uint32 // bytes
	Rcv_mss              uint32 // bytes
	Unacked              uint32 // segments; a listener: connections that wait
	Sacked               uint32 // segments; a listener: its backlog
	Lost                 uint32
	Retrans              uint32
	Fackets              uint32
	Last_data_sent       uint32 // milliseconds ago, as the next three
	Last_ack_sent        uint32 // not kept: 0
	Last_data_recv       uint32
	Last_ack_recv        uint32
	Pmtu                 uint32 // bytes
	Rcv_ssthresh         uint32
	Rtt                  uint32
	Rttvar               uint32
	Snd_ssthresh         uint32 // segments
	Snd_cwnd             uint32 // segments
	Advmss               uint32
	Reordering           uint32
	Rcv_rtt              uint32
	Rcv_space            uint32
	Total_retrans        uint32
	Pacing_rate          uint64 // bytes a second
	Max_pacing_rate      uint64
	Bytes_acked          uint64
	Bytes_received       uint64
	Segs_out             uint32
	Segs_in              uint32
	Notsent_bytes        uint32
	Min_rtt              uint32
	Data_segs_in         uint32
	Data_segs_out        uint32
	Delivery_rate        uint64 // bytes a second
	Busy_time            uint64
	Rwnd_limited         uint64
	Sndbuf_limited       uint64
	Delivered            uint32
	Delivered_ce         uint32
	Bytes_sent           uint64
	Bytes_retrans        uint64
	Dsack_dups           uint32
	Reord_seen           uint32
	Rcv_ooopack          uint32
	Snd_wnd              uint32 // bytes
	Rcv_wnd              uint32 // bytes; 6.2
	Rehash               uint32 // 6.2
	Total_rto            uint16 // 6.7, as the next two
	Total_rto_recoveries uint16
	Total_rto_time       uint32 // milliseconds
	Received_ce          uint32 // 6.18, as all that follow: AccECN
	Delivered_e1_bytes   uint32
	Delivered_e0_bytes   uint32
	Delivered_ce_bytes   uint32
	Received_e1_bytes    uint32
	Received_e0_bytes    uint32
	Received_ce_bytes    uint32
	Accecn               uint32 // accecn_fail_mode and accecn_opt_seen, 16 bits each as C has them
}

// Enumerations.

// A TCPState is the state of a TCP connection. tcp(7).
type TCPState uint8

const (
	TCP_ESTABLISHED TCPState = iota + 1
	TCP_SYN_SENT
	TCP_SYN_RECV
	TCP_FIN_WAIT1
	TCP_FIN_WAIT2
	TCP_TIME_WAIT
	TCP_CLOSE
	TCP_CLOSE_WAIT
	TCP_LAST_ACK
	TCP_LISTEN
	TCP_CLOSING
	TCP_NEW_SYN_RECV
)

var tcpStates = [...]string{1: "TCP_ESTABLISHED", "TCP_SYN_SENT", "TCP_SYN_RECV", "TCP_FIN_WAIT1", "TCP_FIN_WAIT2", "TCP_TIME_WAIT",
	"TCP_CLOSE", "TCP_CLOSE_WAIT", "TCP_LAST_ACK", "TCP_LISTEN", "TCP_CLOSING", "TCP_NEW_SYN_RECV"}

// String is the state's name in C, as TCP_ESTABLISHED.
func (s TCPState) String() string { return enumString(tcpStates[:], int(s), "TCPState") }

// A PMTUDisc says whether datagrams may be fragmented: IP_MTU_DISCOVER, IPV6_MTU_DISCOVER. ip(7).
type PMTUDisc int

const (
	IP_PMTUDISC_DONT      PMTUDisc = iota // fragment where needed
	IP_PMTUDISC_WANT                      // as the route says
	IP_PMTUDISC_DO                        // never fragment: EMSGSIZE
	IP_PMTUDISC_PROBE                     // never fragment, and do not heed the path's MTU
	IP_PMTUDISC_INTERFACE                 // by the interface's MTU, and heed no ICMP error
	IP_PMTUDISC_OMIT                      // the same, but fragment
)

var pmtuDiscs = [...]string{"IP_PMTUDISC_DONT", "IP_PMTUDISC_WANT", "IP_PMTUDISC_DO", "IP_PMTUDISC_PROBE", "IP_PMTUDISC_INTERFACE", "IP_PMTUDISC_OMIT"}

// String is the mode's name in C, as IP_PMTUDISC_DO.
func (d PMTUDisc) String() string { return enumString(pmtuDiscs[:], int(d), "PMTUDisc") }

// enumString names a value; a stranger is its type and number.
func enumString(names []string, v int, typ string) string {
	if v >= 0 && v < len(names) && names[v] != "" {
		return names[v]
	}
	return typ + "(" + strconv.Itoa(v) + ")"
}
