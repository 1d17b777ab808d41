package socket

// This file holds the options of Linux: a line each, in blocks by level and theme.
//
// A line gives the type of the value and its direction, then level | name | codec, then in words: the
// direction again (ro, wo, rw), the unit, what it needs, what surprises, and the first kernel. Structures,
// enumerations and flags are in sockopt_types_linux.go; the numbers that are no options of a socket, and those
// of families without types here, in sockopt_consts_linux.go. Adding an option is a line here, a row in
// sockopt_linux_test.go and in internal/census, and go generate for its name.
//
// Where C has one name at two levels, the one of IPPROTO_IP has it here, and that of IPPROTO_IPV6 is
// IPV6_MCAST_JOIN_GROUP and so on. Where C has one name for two types, it has the usual one here, and a line
// below it the other.

//go:generate go run ./internal/optnames linux

import (
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// Levels, as the tables have them.
const (
	solSocket  = unix.SOL_SOCKET << levelShift
	solIP      = unix.IPPROTO_IP << levelShift
	solIPv6    = unix.IPPROTO_IPV6 << levelShift
	solICMPv6  = unix.IPPROTO_ICMPV6 << levelShift
	solRaw     = unix.SOL_RAW << levelShift
	solTCP     = unix.IPPROTO_TCP << levelShift
	solMPTCP   = unix.SOL_MPTCP << levelShift
	solTLS     = unix.SOL_TLS << levelShift
	solUDP     = unix.IPPROTO_UDP << levelShift
	solUDPLite = SOL_UDPLITE << levelShift
	solPacket  = unix.SOL_PACKET << levelShift
	solNetlink = unix.SOL_NETLINK << levelShift
	solXDP     = unix.SOL_XDP << levelShift
	solVsock   = unix.AF_VSOCK << levelShift
)

// Numbers that x/sys/unix lacks; others of their kind are in sys_linux.go.
const (
	ipv6Flowinfo      = 11 // linux/in6.h: IPV6_FLOWINFO
	ipv6FlowinfoSend  = 33 // linux/in6.h: IPV6_FLOWINFO_SEND
	soOriginalDst     = 80 // linux/netfilter_ipv4.h: SO_ORIGINAL_DST; linux/netfilter_ipv6/ip6_tables.h: IP6T_SO_ORIGINAL_DST
	icmpFilter        = 1  // linux/icmp.h: ICMP_FILTER
	icmpv6Filter      = 1  // linux/icmpv6.h: ICMPV6_FILTER
	tcpAODelKey       = 39 // linux/tcp.h: TCP_AO_DEL_KEY
	tcpAOInfo         = 40 // linux/tcp.h: TCP_AO_INFO
	tcpAOGetKeys      = 41 // linux/tcp.h: TCP_AO_GET_KEYS
	tcpIsMPTCP        = 43 // linux/tcp.h: TCP_IS_MPTCP
	mptcpInfo         = 1  // linux/mptcp.h: MPTCP_INFO
	mptcpTcpinfo      = 2  // linux/mptcp.h: MPTCP_TCPINFO
	mptcpSubflowAddrs = 3  // linux/mptcp.h: MPTCP_SUBFLOW_ADDRS
	mptcpFullInfo     = 4  // linux/mptcp.h: MPTCP_FULL_INFO
	tlsTx             = 1  // linux/tls.h: TLS_TX
	tlsRx             = 2  // linux/tls.h: TLS_RX
	tlsTxZerocopyRO   = 3  // linux/tls.h: TLS_TX_ZEROCOPY_RO
	tlsRxExpectNoPad  = 4  // linux/tls.h: TLS_RX_EXPECT_NO_PAD
	tlsTxMaxPayload   = 5  // linux/tls.h: TLS_TX_MAX_PAYLOAD_LEN
	udpliteSendCscov  = 10 // linux/udp.h, gone by 7.2: UDPLITE_SEND_CSCOV
	udpliteRecvCscov  = 11 // linux/udp.h, gone by 7.2: UDPLITE_RECV_CSCOV
)

// SOL_SOCKET: what a socket is. socket(7).
var (
	SO_TYPE         = Option[int, RO]{solSocket | unix.SO_TYPE | asInt}               // ro; SOCK_STREAM and so on, without flags
	SO_DOMAIN       = Option[int, RO]{solSocket | unix.SO_DOMAIN | asInt}             // ro; AF_INET and so on; 2.6.32
	SO_PROTOCOL     = Option[int, RO]{solSocket | unix.SO_PROTOCOL | asInt}           // ro; IPPROTO_TCP and so on; 2.6.32
	SO_ACCEPTCONN   = Option[bool, RO]{solSocket | unix.SO_ACCEPTCONN | asBool}       // ro; it listens
	SO_ERROR        = Option[unix.Errno, RO]{solSocket | unix.SO_ERROR | asErrno}     // ro; the pending error, 0 for none; reading clears it
	SO_COOKIE       = Option[uint64, RO]{solSocket | unix.SO_COOKIE | asPlain}        // ro; a number no other socket has; 4.12
	SO_NETNS_COOKIE = Option[uint64, RO]{solSocket | unix.SO_NETNS_COOKIE | asPlain}  // ro; a number no other network namespace has; 5.14
	SO_MEMINFO      = Option[MemInfo, RO]{solSocket | unix.SO_MEMINFO | asPlain}      // ro; bytes; what its buffers hold; 4.12
	SO_PEERNAME     = Option[Sockaddr, RO]{solSocket | unix.SO_PEERNAME | asSockaddr} // ro; connected, else ENOTCONN; as Getpeername, but takes several calls to find the length
)

// SOL_SOCKET: addresses and ends. socket(7).
var (
	SO_REUSEADDR     = Option[bool, RW]{solSocket | unix.SO_REUSEADDR | asBool}        // rw; before bind; take an address that is in TIME_WAIT
	SO_REUSEPORT     = Option[bool, RW]{solSocket | unix.SO_REUSEPORT | asBool}        // rw; before bind; share the port among sockets of one user; EOPNOTSUPP but on AF_INET, AF_INET6; 3.9
	SO_BINDTODEVICE  = Option[string, RW]{solSocket | unix.SO_BINDTODEVICE | asName}   // rw; an interface by name, "" for any; CAP_NET_RAW to change it; ENODEV
	SO_BINDTOIFINDEX = Option[int, RW]{solSocket | unix.SO_BINDTOIFINDEX | asInt}      // rw; the same by index, 0 for any; takes one that does not exist; 5.1
	SO_DONTROUTE     = Option[bool, RW]{solSocket | unix.SO_DONTROUTE | asBool}        // rw; send to directly connected networks only
	SO_BROADCAST     = Option[bool, RW]{solSocket | unix.SO_BROADCAST | asBool}        // rw; datagrams may go to broadcast addresses, else EACCES
	SO_KEEPALIVE     = Option[bool, RW]{solSocket | unix.SO_KEEPALIVE | asBool}        // rw; probe an idle TCP peer: TCP_KEEPIDLE
	SO_LINGER        = Option[Linger, RW]{solSocket | unix.SO_LINGER | asPlain}        // rw; close waits, or sends RST: see Linger
	SO_OOBINLINE     = Option[bool, RW]{solSocket | unix.SO_OOBINLINE | asBool}        // rw; urgent data stay among the others
	SO_CNX_ADVICE    = Option[struct{}, WO]{solSocket | unix.SO_CNX_ADVICE | asSwitch} // wo; find the route anew: the peer does not answer; 4.6
	SO_TXREHASH      = Option[Txrehash, RW]{solSocket | unix.SO_TXREHASH | asInt}      // rw; TCP; take another path when the peer does not answer; -1 for the system's, never read; 5.18
)

// SOL_SOCKET: buffers, limits, priority. socket(7).
var (
	SO_SNDBUF          = Option[int, RW]{solSocket | unix.SO_SNDBUF | asInt}                 // rw; bytes; Linux doubles it, and get shows the double; at most net.core.wmem_max
	SO_RCVBUF          = Option[int, RW]{solSocket | unix.SO_RCVBUF | asInt}                 // rw; bytes; doubled as SO_SNDBUF is; at most net.core.rmem_max; before listen or connect for a window above 64 KiB
	SO_SNDBUFFORCE     = Option[int, WO]{solSocket | unix.SO_SNDBUFFORCE | asInt}            // wo; bytes; as SO_SNDBUF without its limit; CAP_NET_ADMIN; 2.6.14
	SO_RCVBUFFORCE     = Option[int, WO]{solSocket | unix.SO_RCVBUFFORCE | asInt}            // wo; bytes; as SO_RCVBUF without its limit; CAP_NET_ADMIN; 2.6.14
	SO_BUF_LOCK        = Option[BufLock, RW]{solSocket | unix.SO_BUF_LOCK | asInt}           // rw; which buffers the kernel leaves as they are; setting their size turns it on; 5.15
	SO_RESERVE_MEM     = Option[int, RW]{solSocket | unix.SO_RESERVE_MEM | asInt}            // rw; bytes kept ready; EOPNOTSUPP outside a memory cgroup that counts sockets; 5.16
	SO_RCVLOWAT        = Option[int, RW]{solSocket | unix.SO_RCVLOWAT | asInt}               // rw; bytes that make a socket readable; 0 is stored as 1
	SO_SNDLOWAT        = Option[int, RO]{solSocket | unix.SO_SNDLOWAT | asInt}               // ro; 1
	SO_RCVTIMEO        = Option[time.Duration, RW]{solSocket | unix.SO_RCVTIMEO | asTimeval} // rw; a receive that waits longer is EAGAIN; 0 for none, EINVAL if negative; in steps of the kernel's clock, 1 to 10 ms
	SO_SNDTIMEO        = Option[time.Duration, RW]{solSocket | unix.SO_SNDTIMEO | asTimeval} // rw; a send that waits longer is EAGAIN, a connect EINPROGRESS; as SO_RCVTIMEO
	SO_PRIORITY        = Option[int, RW]{solSocket | unix.SO_PRIORITY | asInt}               // rw; 0 to 6; others need CAP_NET_ADMIN; IP_TOS sets it too
	SO_MARK            = Option[uint32, RW]{solSocket | unix.SO_MARK | asPlain}              // rw; for routing and filters; CAP_NET_ADMIN or CAP_NET_RAW; 2.6.25
	SO_MAX_PACING_RATE = Option[uint64, RW]{solSocket | unix.SO_MAX_PACING_RATE | asRate}    // rw; bytes a second; 1<<64-1 for no limit; TCP, others with the fq scheduler; 3.13
)

// SOL_SOCKET: who works on it: busy polling and processors. socket(7).
var (
	SO_BUSY_POLL        = Option[time.Duration, RW]{solSocket | unix.SO_BUSY_POLL | asMicros} // rw; microseconds to spin in a receive; 3.11
	SO_PREFER_BUSY_POLL = Option[bool, RW]{solSocket | unix.SO_PREFER_BUSY_POLL | asBool}     // rw; leave the device's interrupts off between polls; CAP_NET_ADMIN to turn on; 5.11
	SO_BUSY_POLL_BUDGET = Option[int, WO]{solSocket | unix.SO_BUSY_POLL_BUDGET | asInt}       // wo; packets a poll, to 65535; CAP_NET_ADMIN to raise; 5.11
	SO_INCOMING_CPU     = Option[int, RW]{solSocket | unix.SO_INCOMING_CPU | asInt}           // rw; the processor that received last, -1 for none; set steers among SO_REUSEPORT; 3.19, set 4.4
	SO_INCOMING_NAPI_ID = Option[uint32, RO]{solSocket | unix.SO_INCOMING_NAPI_ID | asPlain}  // ro; the device's queue that received last, 0 for none; 4.12
	SO_DEBUG            = Option[bool, RW]{solSocket | unix.SO_DEBUG | asBool}                // rw; of no visible effect; CAP_NET_ADMIN to turn on, else EACCES
	SO_BSDCOMPAT        = Option[bool, RW]{solSocket | unix.SO_BSDCOMPAT | asBool}            // rw; obsolete: set does nothing, get is false
)

// SOL_SOCKET: filters. socket(7), bpf(2).
var (
	SO_ATTACH_FILTER         = Option[[]unix.SockFilter, WO]{solSocket | unix.SO_ATTACH_FILTER | asFilter}         // wo; a classic program that says how much of a packet to keep; CAP_NET_ADMIN on TCP; 2.2
	SO_GET_FILTER            = Option[[]unix.SockFilter, RO]{solSocket | unix.SO_ATTACH_FILTER | asFilter}         // ro; the number of SO_ATTACH_FILTER; the program, none if there is none; 3.8
	SO_ATTACH_BPF            = Option[int, WO]{solSocket | unix.SO_ATTACH_BPF | asInt}                             // wo; the descriptor of an eBPF program; 3.19
	SO_DETACH_FILTER         = Option[struct{}, WO]{solSocket | unix.SO_DETACH_FILTER | asSwitch}                  // wo; of either kind; ENOENT if there is none; 2.2
	SO_DETACH_BPF            = Option[struct{}, WO]{solSocket | unix.SO_DETACH_FILTER | asSwitch}                  // wo; the number of SO_DETACH_FILTER; 3.19
	SO_LOCK_FILTER           = Option[bool, RW]{solSocket | unix.SO_LOCK_FILTER | asBool}                          // rw; keep the filter for good: EPERM to change it or to turn this off; 3.9
	SO_ATTACH_REUSEPORT_CBPF = Option[[]unix.SockFilter, WO]{solSocket | unix.SO_ATTACH_REUSEPORT_CBPF | asFilter} // wo; a classic program that gives the index of the socket to take; with SO_REUSEPORT, else EINVAL; 4.5
	SO_ATTACH_REUSEPORT_EBPF = Option[int, WO]{solSocket | unix.SO_ATTACH_REUSEPORT_EBPF | asInt}                  // wo; the descriptor of an eBPF program that does; 4.5
	SO_DETACH_REUSEPORT_BPF  = Option[struct{}, WO]{solSocket | unix.SO_DETACH_REUSEPORT_BPF | asSwitch}           // wo; of either kind; ENOENT if there is none; 5.3
	SO_BPF_EXTENSIONS        = Option[int, RO]{solSocket | unix.SO_BPF_EXTENSIONS | asInt}                         // ro; the highest SKF_AD_* that classic programs can load; 3.14
)

// SOL_SOCKET: time stamps and counters beside the data. socket(7).
var (
	SO_TIMESTAMP        = Option[bool, RW]{solSocket | unix.SO_TIMESTAMP | asBool}                 // rw; SCM_TIMESTAMP with each datagram, in microseconds; turns SO_TIMESTAMPNS off
	SO_TIMESTAMPNS      = Option[bool, RW]{solSocket | unix.SO_TIMESTAMPNS | asBool}               // rw; SCM_TIMESTAMPNS with each datagram, in nanoseconds; turns SO_TIMESTAMP off; 2.6.22
	SO_TIMESTAMPING     = Option[Timestamping, RW]{solSocket | unix.SO_TIMESTAMPING | asPlain}     // rw; time stamps of sends and receives, by the kernel and the device; 2.6.30
	SO_TXTIME           = Option[SockTxtime, RW]{solSocket | unix.SO_TXTIME | asPlain}             // rw; SCM_TXTIME says when to send; CAP_NET_ADMIN but for CLOCK_MONOTONIC; never off again; 4.19
	SO_RXQ_OVFL         = Option[bool, RW]{solSocket | unix.SO_RXQ_OVFL | asBool}                  // rw; how many datagrams were dropped, as control data; 2.6.33
	SO_RCVMARK          = Option[bool, RW]{solSocket | unix.SO_RCVMARK | asBool}                   // rw; the mark of each packet, as control data SO_MARK; 5.19
	SO_RCVPRIORITY      = Option[bool, RW]{solSocket | unix.SO_RCVPRIORITY | asBool}               // rw; the priority of each packet, as control data SO_PRIORITY; 6.14
	SO_SELECT_ERR_QUEUE = Option[bool, RW]{solSocket | unix.SO_SELECT_ERR_QUEUE | asBool}          // rw; what waits in the error queue raises POLLPRI too; 3.10
	SO_ZEROCOPY         = Option[bool, RW]{solSocket | unix.SO_ZEROCOPY | asBool}                  // rw; allow MSG_ZEROCOPY; 4.14
	SO_DEVMEM_DONTNEED  = Option[[]DmabufToken, WO]{solSocket | unix.SO_DEVMEM_DONTNEED | asPairs} // wo; give device memory back; EBADF but on TCP; 6.12
	SO_NO_CHECK         = Option[bool, RW]{solSocket | unix.SO_NO_CHECK | asBool}                  // rw; UDP over IPv4: send without a checksum
	SO_NOFCS            = Option[bool, RW]{solSocket | unix.SO_NOFCS | asBool}                     // rw; AF_PACKET: frames come with their checksum; 3.4
	SO_WIFI_STATUS      = Option[bool, RW]{solSocket | unix.SO_WIFI_STATUS | asBool}               // rw; whether a frame was acknowledged, as control data; 3.3
)

// SOL_SOCKET: AF_UNIX. unix(7).
var (
	SO_PASSCRED   = Option[bool, RW]{solSocket | unix.SO_PASSCRED | asBool}          // rw; SCM_CREDENTIALS with each message
	SO_PASSSEC    = Option[bool, RW]{solSocket | unix.SO_PASSSEC | asBool}           // rw; SCM_SECURITY with each message; 2.6.18
	SO_PASSPIDFD  = Option[bool, RW]{solSocket | unix.SO_PASSPIDFD | asBool}         // rw; SCM_PIDFD with each message; 6.5
	SO_PASSRIGHTS = Option[bool, RW]{solSocket | unix.SO_PASSRIGHTS | asBool}        // rw; on at first; off refuses SCM_RIGHTS: the sender gets EPERM; 6.16
	SO_PEERCRED   = Option[Ucred, RO]{solSocket | unix.SO_PEERCRED | asPlain}        // ro; who connected or listened, as it was then; pid 0, uid and gid -1 if nobody
	SO_PEERGROUPS = Option[[]uint32, RO]{solSocket | unix.SO_PEERGROUPS | asUint32s} // ro; the peer's supplementary groups; ENODATA if nobody; 4.13
	SO_PEERPIDFD  = Option[int, RO]{solSocket | unix.SO_PEERPIDFD | asFd}            // ro; a new descriptor of the peer's process, close-on-exec, to be closed; ENODATA if nobody; 6.5
	SO_PEERSEC    = Option[string, RO]{solSocket | unix.SO_PEERSEC | asString}       // ro; the peer's security context; TCP too; ENOPROTOOPT without a security module that has them; 2.6.17
	SO_PEEK_OFF   = Option[int, RW]{solSocket | unix.SO_PEEK_OFF | asInt}            // rw; bytes; where MSG_PEEK starts, and moves on; -1 for off; 3.4, UDP 4.8, TCP 6.10
	SO_INQ        = Option[bool, WO]{solSocket | unix.SO_INQ | asBool}               // wo; streams; how much is left to read, as control data; 6.17
)

// IPPROTO_TCP: how data leave. tcp(7).
var (
	TCP_NODELAY       = Option[bool, RW]{solTCP | unix.TCP_NODELAY | asBool}             // rw; send small segments at once: no Nagle
	TCP_CORK          = Option[bool, RW]{solTCP | unix.TCP_CORK | asBool}                // rw; send full segments only, for 200 ms at most; 2.2
	TCP_MAXSEG        = Option[int, RW]{solTCP | unix.TCP_MAXSEG | asInt}                // rw; bytes, 88 to 32767; before connect to go into the SYN
	TCP_QUICKACK      = Option[bool, RW]{solTCP | unix.TCP_QUICKACK | asBool}            // rw; acknowledge at once; the kernel turns it off again; 2.4.4
	TCP_NOTSENT_LOWAT = Option[uint32, RW]{solTCP | unix.TCP_NOTSENT_LOWAT | asPlain}    // rw; bytes not yet sent above which the socket is not writable; 3.12
	TCP_WINDOW_CLAMP  = Option[int, RW]{solTCP | unix.TCP_WINDOW_CLAMP | asInt}          // rw; bytes; the window is never larger; 0 for no bound, not while connected; small ones are raised; 2.4
	TCP_INQ           = Option[bool, RW]{solTCP | unix.TCP_INQ | asBool}                 // rw; how much is left to read, as control data; 4.18
	TCP_TX_DELAY      = Option[time.Duration, RW]{solTCP | unix.TCP_TX_DELAY | asMicros} // rw; microseconds, below 1<<28; delay what is sent, for tests, with the fq scheduler; 5.3
	TCP_ULP           = Option[string, RW]{solTCP | unix.TCP_ULP | asName}               // rw; a protocol above TCP, as "tls"; connected; ENOENT; EEXIST if there is one; "" for none; 4.13
)

// IPPROTO_TCP: loss and congestion. tcp(7).
var (
	TCP_CONGESTION           = Option[string, RW]{solTCP | unix.TCP_CONGESTION | asName}             // rw; the congestion control, as "cubic"; ENOENT; CAP_NET_ADMIN for one that is not allowed to all; 2.6.13
	TCP_INFO                 = Option[TCPInfo, RO]{solTCP | unix.TCP_INFO | asPlain}                 // ro; the state of the connection; GetsockoptInto tells how much of it this kernel knows; 2.4
	TCP_CC_INFO              = Option[TCPCCInfo, RO]{solTCP | unix.TCP_CC_INFO | asPlain}            // ro; the state of the congestion control: vegas, dctcp and bbr have one; 4.1
	TCP_RTO_MAX_MS           = Option[time.Duration, RW]{solTCP | unix.TCP_RTO_MAX_MS | asMillis}    // rw; milliseconds; the longest time before a segment is sent again, 1 to 120 s; 6.15
	TCP_RTO_MIN_US           = Option[time.Duration, RW]{solTCP | unix.TCP_RTO_MIN_US | asMicros}    // rw; microseconds; the shortest, to 200 ms; in steps of the kernel's clock; 6.15
	TCP_DELACK_MAX_US        = Option[time.Duration, RW]{solTCP | unix.TCP_DELACK_MAX_US | asMicros} // rw; microseconds an acknowledgement may wait, to 200 ms; in steps of the kernel's clock; 6.15
	TCP_THIN_LINEAR_TIMEOUTS = Option[bool, RW]{solTCP | unix.TCP_THIN_LINEAR_TIMEOUTS | asBool}     // rw; a stream with little in flight waits no longer each time; 2.6.34
	TCP_THIN_DUPACK          = Option[bool, RW]{solTCP | unix.TCP_THIN_DUPACK | asBool}              // rw; obsolete: set does nothing, get is false; 2.6.34
	TCP_IS_MPTCP             = Option[bool, RO]{solTCP | tcpIsMPTCP | asBool}                        // ro; MPTCP, and not fallen back to TCP; 6.10
)

// IPPROTO_TCP: limits and keep-alive. tcp(7).
var (
	TCP_KEEPIDLE     = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPIDLE | asSeconds}        // rw; seconds of silence before the first probe, 1 to 32767; 2.4
	TCP_KEEPINTVL    = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPINTVL | asSeconds}       // rw; seconds between probes, 1 to 32767; 2.4
	TCP_KEEPCNT      = Option[int, RW]{solTCP | unix.TCP_KEEPCNT | asInt}                       // rw; unanswered probes that end the connection, 1 to 127; 2.4
	TCP_USER_TIMEOUT = Option[time.Duration, RW]{solTCP | unix.TCP_USER_TIMEOUT | asMillis}     // rw; milliseconds data may stay unacknowledged; 0 for the system's; overrides TCP_KEEPCNT; 2.6.37
	TCP_SYNCNT       = Option[int, RW]{solTCP | unix.TCP_SYNCNT | asInt}                        // rw; SYNs sent again before connect gives up, 1 to 127; before connect; 2.4
	TCP_LINGER2      = Option[time.Duration, RW]{solTCP | unix.TCP_LINGER2 | asSecondsOff}      // rw; seconds in FIN_WAIT2 after close, to 120; 0 for the system's; negative: none, read as -1s; 2.4
	TCP_DEFER_ACCEPT = Option[time.Duration, RW]{solTCP | unix.TCP_DEFER_ACCEPT | asSecondsOff} // rw; seconds a listener waits for data before it wakes accept, 0 or negative: none; stored in steps of retransmission; 2.4
)

// IPPROTO_TCP: the SYN. tcp(7).
var (
	TCP_FASTOPEN           = Option[int, RW]{solTCP | unix.TCP_FASTOPEN | asInt}               // rw; a listener's queue for data in the SYN; net.ipv4.tcp_fastopen; 3.6
	TCP_FASTOPEN_CONNECT   = Option[bool, RW]{solTCP | unix.TCP_FASTOPEN_CONNECT | asBool}     // rw; before connect; connect returns at once, and the first write goes with the SYN; 4.11
	TCP_FASTOPEN_KEY       = Option[[]byte, RW]{solTCP | unix.TCP_FASTOPEN_KEY | asBytes}      // rw; 16 bytes, or 32 with a second key; a listener's own; 4.15
	TCP_FASTOPEN_NO_COOKIE = Option[bool, RW]{solTCP | unix.TCP_FASTOPEN_NO_COOKIE | asBool}   // rw; before connect, or a listener; data in the SYN without a cookie; 4.15
	TCP_SAVE_SYN           = Option[int, RW]{solTCP | unix.TCP_SAVE_SYN | asInt}               // rw; a listener; 1 keeps the headers of SYNs, 2 the link's too (5.10); 4.3
	TCP_SAVED_SYN          = Option[[]byte, RO]{solTCP | unix.TCP_SAVED_SYN | asWhole}         // ro; accepted; the headers of its SYN, once only, then none; 4.3
	TCP_MD5SIG             = Option[TCPMD5Sig, WO]{solTCP | unix.TCP_MD5SIG | asTCPMD5Sig}     // wo; sign the segments to and from a peer; ENOENT to delete a key there is not; 2.6.20
	TCP_MD5SIG_EXT         = Option[TCPMD5Sig, WO]{solTCP | unix.TCP_MD5SIG_EXT | asTCPMD5Sig} // wo; the same with its Flags; 4.14
	TCP_AO_ADD_KEY         = Option[TCPAOAdd, WO]{solTCP | tcpAOAddKey | asTCPAOAdd}           // wo; a key to sign with; before connect or listening for the first; ENOPROTOOPT unless built in, as the next four; 6.7
	TCP_AO_DEL_KEY         = Option[TCPAODel, WO]{solTCP | tcpAODelKey | asTCPAODel}           // wo; 6.7
	TCP_AO_INFO            = Option[TCPAOInfo, RW]{solTCP | tcpAOInfo | asTCPAOInfo}           // rw; the keys in use and counters; ENOENT without keys; 6.7
	TCP_AO_GET_KEYS        = Option[[]TCPAOKey, RO]{solTCP | tcpAOGetKeys | asTCPAOKeys}       // ro; all keys; ENOENT without; 6.7
	TCP_AO_REPAIR          = Option[TCPAORepair, RW]{solTCP | tcpAORepair | asPlain}           // rw; in repair; CAP_NET_ADMIN; 6.7
)

// IPPROTO_TCP: taking connections apart and out of the kernel. tcp(7), linux/tcp.h.
var (
	TCP_REPAIR           = Option[TCPRepairMode, RW]{solTCP | unix.TCP_REPAIR | asInt}                  // rw; close and connect send nothing while it is on; CAP_NET_ADMIN; 3.5
	TCP_REPAIR_QUEUE     = Option[TCPRepairQueue, RW]{solTCP | unix.TCP_REPAIR_QUEUE | asInt}           // rw; in repair, else EPERM, get EINVAL; which queue TCP_QUEUE_SEQ, send and recv mean; 3.5
	TCP_QUEUE_SEQ        = Option[uint32, RW]{solTCP | unix.TCP_QUEUE_SEQ | asPlain}                    // rw; in repair, set before connect; the queue's sequence number; 3.5
	TCP_REPAIR_OPTIONS   = Option[[]TCPRepairOpt, WO]{solTCP | unix.TCP_REPAIR_OPTIONS | asPairs}       // wo; in repair, connected; what the SYNs agreed on; 3.5
	TCP_REPAIR_WINDOW    = Option[TCPRepairWindow, RW]{solTCP | unix.TCP_REPAIR_WINDOW | asPlain}       // rw; in repair, else EPERM; 4.8
	TCP_TIMESTAMP        = Option[uint32, RW]{solTCP | unix.TCP_TIMESTAMP | asPlain}                    // rw; the clock of its time stamps; set in repair, else EPERM; 3.9
	TCP_ZEROCOPY_RECEIVE = Option[TCPZerocopyReceive, RO]{solTCP | unix.TCP_ZEROCOPY_RECEIVE | asPlain} // ro; by GetsockoptInto with the request filled in; maps what was received into mmap'ed memory; 4.18
)

// SOL_MPTCP: multipath TCP. linux/mptcp.h.
var (
	MPTCP_INFO          = Option[MPTCPInfo, RO]{solMPTCP | mptcpInfo | asPlain}                               // ro; the state of the connection, as TCP_INFO; EOPNOTSUPP on TCP; 5.16
	MPTCP_TCPINFO       = Option[[]TCPInfo, RO]{solMPTCP | mptcpTcpinfo | asMPTCPTcpinfo}                     // ro; that of each subflow; 5.16
	MPTCP_SUBFLOW_ADDRS = Option[[]MPTCPSubflowAddrs, RO]{solMPTCP | mptcpSubflowAddrs | asMPTCPSubflowAddrs} // ro; the ends of each subflow; 5.16
	MPTCP_FULL_INFO     = Option[MPTCPFullInfo, RO]{solMPTCP | mptcpFullInfo | asMPTCPFullInfo}               // ro; all of these at one time; 6.5
)

// SOL_TLS: TLS in the kernel. After TCP_ULP "tls". linux/tls.h.
var (
	TLS_TX                 = Option[TLSCryptoInfo, RW]{solTLS | tlsTx | asTLSCryptoInfo} // rw; encrypt what is sent with this cipher; once, new keys with TLS 1.3 since 6.14; 4.13
	TLS_RX                 = Option[TLSCryptoInfo, RW]{solTLS | tlsRx | asTLSCryptoInfo} // rw; decrypt what is received; 4.17
	TLS_TX_ZEROCOPY_RO     = Option[bool, RW]{solTLS | tlsTxZerocopyRO | asBool}         // rw; sendfile copies nothing: the file must not change; device offload only; 5.19
	TLS_RX_EXPECT_NO_PAD   = Option[bool, RW]{solTLS | tlsRxExpectNoPad | asBool}        // rw; TLS 1.3: peers that pad cost more, others less; 6.0
	TLS_TX_MAX_PAYLOAD_LEN = Option[uint16, RW]{solTLS | tlsTxMaxPayload | asPlain}      // rw; bytes of a record; by 7.2
)

// IPPROTO_IP: what goes into each packet. ip(7).
var (
	IP_TOS          = Option[int, RW]{solIP | unix.IP_TOS | asInt}               // rw; the DSCP and ECN byte: see TOS; TCP keeps the ECN bits itself; sets SO_PRIORITY
	IP_TTL          = Option[int, RW]{solIP | unix.IP_TTL | asInt}               // rw; 1 to 255; -1 for the default
	IP_MINTTL       = Option[int, RW]{solIP | unix.IP_MINTTL | asInt}            // rw; TCP; 0 to 255; drop what comes with less; 2.6.34
	IP_MTU          = Option[int, RO]{solIP | unix.IP_MTU | asInt}               // ro; bytes; the path's, once connected, else ENOTCONN; 2.2
	IP_MTU_DISCOVER = Option[PMTUDisc, RW]{solIP | unix.IP_MTU_DISCOVER | asInt} // rw; whether datagrams may be cut on their way; 2.2
	IP_OPTIONS      = Option[[]byte, RW]{solIP | unix.IP_OPTIONS | asBytes}      // rw; the options of the IP header, 40 bytes at most; none clears; CAP_NET_RAW for a few
	IP_HDRINCL      = Option[bool, RW]{solIP | unix.IP_HDRINCL | asBool}         // rw; SOCK_RAW, else set ENOPROTOOPT; the sender writes the IP header
	IP_NODEFRAG     = Option[bool, RW]{solIP | unix.IP_NODEFRAG | asBool}        // rw; SOCK_RAW; netfilter leaves fragments apart; 2.6.36
	IP_IPSEC_POLICY = Option[[]byte, WO]{solIP | unix.IP_IPSEC_POLICY | asBytes} // wo; struct sadb_x_policy and what follows it; CAP_NET_ADMIN; EOPNOTSUPP without PF_KEY; 2.6
	IP_XFRM_POLICY  = Option[[]byte, WO]{solIP | unix.IP_XFRM_POLICY | asBytes}  // wo; struct xfrm_userpolicy_info and its templates; none removes it; CAP_NET_ADMIN; 2.6
	IP_PROTOCOL     = Option[int, RO]{solIP | unix.IP_PROTOCOL | asInt}          // ro; SOCK_RAW: its protocol; 6.4
)

// IPPROTO_IP: addresses and routes. ip(7).
var (
	IP_FREEBIND             = Option[bool, RW]{solIP | unix.IP_FREEBIND | asBool}                   // rw; before bind; to addresses the host does not have; 2.4
	IP_TRANSPARENT          = Option[bool, RW]{solIP | unix.IP_TRANSPARENT | asBool}                // rw; before bind; be any address: a transparent proxy; CAP_NET_ADMIN or CAP_NET_RAW to turn on; 2.6.24
	IP_BIND_ADDRESS_NO_PORT = Option[bool, RW]{solIP | unix.IP_BIND_ADDRESS_NO_PORT | asBool}       // rw; before bind to port 0; the port is chosen by connect; AF_INET6 too; 4.2
	IP_LOCAL_PORT_RANGE     = Option[PortRange, RW]{solIP | unix.IP_LOCAL_PORT_RANGE | asPortRange} // rw; before bind; the ports to choose from; AF_INET6 too; 6.3
	IP_UNICAST_IF           = Option[int, RW]{solIP | unix.IP_UNICAST_IF | asIndex}                 // rw; the interface, by index, that unicast leaves by; 0 for any; EADDRNOTAVAIL; 3.4
	IP_ROUTER_ALERT         = Option[bool, RW]{solIP | unix.IP_ROUTER_ALERT | asBool}               // rw; SOCK_RAW, else EINVAL; receive what is forwarded with that option
	SO_ORIGINAL_DST         = Option[netip.AddrPort, RO]{solIP | soOriginalDst | asAddrPort}        // ro; where a connection went before NAT; ENOENT if it was not tracked
)

// IPPROTO_IP: control data and errors. ip(7).
var (
	IP_RECVERR         = Option[bool, RW]{solIP | unix.IP_RECVERR | asBool}         // rw; ICMP errors come to MSG_ERRQUEUE; 2.2
	IP_RECVERR_RFC4884 = Option[bool, RW]{solIP | unix.IP_RECVERR_RFC4884 | asBool} // rw; datagrams; and where their extensions begin; 5.9
	IP_PKTINFO         = Option[bool, RW]{solIP | unix.IP_PKTINFO | asBool}         // rw; where each datagram came to, as control data; 2.2
	IP_RECVTTL         = Option[bool, RW]{solIP | unix.IP_RECVTTL | asBool}         // rw; the TTL of each datagram, as control data; 2.2
	IP_RECVTOS         = Option[bool, RW]{solIP | unix.IP_RECVTOS | asBool}         // rw; the TOS of each datagram, as control data; 2.2
	IP_RECVOPTS        = Option[bool, RW]{solIP | unix.IP_RECVOPTS | asBool}        // rw; the IP options of each datagram, as control data; 2.2
	IP_RETOPTS         = Option[bool, RW]{solIP | unix.IP_RETOPTS | asBool}         // rw; and those of an answer to it; 2.2
	IP_RECVORIGDSTADDR = Option[bool, RW]{solIP | unix.IP_RECVORIGDSTADDR | asBool} // rw; where each datagram went before NAT, as control data; 2.6.29
	IP_RECVFRAGSIZE    = Option[bool, RW]{solIP | unix.IP_RECVFRAGSIZE | asBool}    // rw; datagrams; the largest fragment of each, as control data; 4.10
	IP_CHECKSUM        = Option[bool, RW]{solIP | unix.IP_CHECKSUM | asBool}        // rw; UDP; the sum of each datagram, as control data; 4.0
	IP_PASSSEC         = Option[bool, RW]{solIP | unix.IP_PASSSEC | asBool}         // rw; the security context of each datagram, as control data; 2.6.17
	IP_PKTOPTIONS      = Option[[]byte, RO]{solIP | unix.IP_PKTOPTIONS | asBytes}   // ro; SOCK_STREAM; the control data of the last packet, for package cmsg; 2.2
)

// IPPROTO_IP: multicast. ip(7), RFC 3678.
var (
	IP_MULTICAST_IF           = Option[netip.Addr, RW]{solIP | unix.IP_MULTICAST_IF | asAddr4}                       // rw; the interface, by its address, that multicast leaves by; EADDRNOTAVAIL
	IP_MULTICAST_IF_MREQN     = Option[IPMreqn, WO]{solIP | unix.IP_MULTICAST_IF | asIPMreqn}                        // wo; the same number and struct ip_mreqn: by index, which IP_MULTICAST_IF reads as 0.0.0.0; 2.2
	IP_MULTICAST_TTL          = Option[int, RW]{solIP | unix.IP_MULTICAST_TTL | asInt}                               // rw; 0 to 255, -1 for 1; how far multicast goes, 1 at first
	IP_MULTICAST_LOOP         = Option[bool, RW]{solIP | unix.IP_MULTICAST_LOOP | asBool}                            // rw; the host hears its own multicast; on at first
	IP_MULTICAST_ALL          = Option[bool, RW]{solIP | unix.IP_MULTICAST_ALL | asBool}                             // rw; hear groups that other sockets joined; on at first; 2.6.31
	IP_ADD_MEMBERSHIP         = Option[IPMreqn, WO]{solIP | unix.IP_ADD_MEMBERSHIP | asIPMreqn}                      // wo; join a group; ENODEV without a route or interface; EADDRINUSE twice; EPROTO on TCP
	IP_DROP_MEMBERSHIP        = Option[IPMreqn, WO]{solIP | unix.IP_DROP_MEMBERSHIP | asIPMreqn}                     // wo; leave it; EADDRNOTAVAIL if not joined
	IP_ADD_SOURCE_MEMBERSHIP  = Option[IPMreqSource, WO]{solIP | unix.IP_ADD_SOURCE_MEMBERSHIP | asIPMreqSource}     // wo; join a group for one sender, again for the next; 2.4.22
	IP_DROP_SOURCE_MEMBERSHIP = Option[IPMreqSource, WO]{solIP | unix.IP_DROP_SOURCE_MEMBERSHIP | asIPMreqSource}    // wo; leave it; 2.4.22
	IP_BLOCK_SOURCE           = Option[IPMreqSource, WO]{solIP | unix.IP_BLOCK_SOURCE | asIPMreqSource}              // wo; hear a sender in a joined group no longer; 2.4.22
	IP_UNBLOCK_SOURCE         = Option[IPMreqSource, WO]{solIP | unix.IP_UNBLOCK_SOURCE | asIPMreqSource}            // wo; and again; 2.4.22
	IP_MSFILTER               = Option[IPMsfilter, RW]{solIP | unix.IP_MSFILTER | asIPMsfilter}                      // rw; all senders of a joined group at once; get by GetsockoptInto; ENOBUFS; 2.4.22
	MCAST_JOIN_GROUP          = Option[GroupReq, WO]{solIP | unix.MCAST_JOIN_GROUP | asGroupReq}                     // wo; as IP_ADD_MEMBERSHIP, and as all that follow, by index; 2.4.22
	MCAST_LEAVE_GROUP         = Option[GroupReq, WO]{solIP | unix.MCAST_LEAVE_GROUP | asGroupReq}                    // wo; EADDRNOTAVAIL if not joined; 2.4.22
	MCAST_JOIN_SOURCE_GROUP   = Option[GroupSourceReq, WO]{solIP | unix.MCAST_JOIN_SOURCE_GROUP | asGroupSourceReq}  // wo; 2.4.22
	MCAST_LEAVE_SOURCE_GROUP  = Option[GroupSourceReq, WO]{solIP | unix.MCAST_LEAVE_SOURCE_GROUP | asGroupSourceReq} // wo; 2.4.22
	MCAST_BLOCK_SOURCE        = Option[GroupSourceReq, WO]{solIP | unix.MCAST_BLOCK_SOURCE | asGroupSourceReq}       // wo; 2.4.22
	MCAST_UNBLOCK_SOURCE      = Option[GroupSourceReq, WO]{solIP | unix.MCAST_UNBLOCK_SOURCE | asGroupSourceReq}     // wo; 2.4.22
	MCAST_MSFILTER            = Option[GroupFilter, RW]{solIP | unix.MCAST_MSFILTER | asGroupFilter}                 // rw; get by GetsockoptInto; ENOBUFS; 2.4.22
)

// IPPROTO_IPV6: what goes into each packet. ipv6(7).
var (
	IPV6_V6ONLY        = Option[bool, RW]{solIPv6 | unix.IPV6_V6ONLY | asBool}                       // rw; before bind; no IPv4 by ::ffff: addresses; net.ipv6.bindv6only at first; 2.4.21
	IPV6_UNICAST_HOPS  = Option[int, RW]{solIPv6 | unix.IPV6_UNICAST_HOPS | asInt}                   // rw; 0 to 255; -1 for the default
	IPV6_MINHOPCOUNT   = Option[int, RW]{solIPv6 | unix.IPV6_MINHOPCOUNT | asInt}                    // rw; TCP; 0 to 255; drop what comes with less; 2.6.35
	IPV6_TCLASS        = Option[int, RW]{solIPv6 | unix.IPV6_TCLASS | asInt}                         // rw; the DSCP and ECN byte: see TOS; -1 for 0; TCP keeps the ECN bits itself; 2.6.14
	IPV6_MTU           = Option[int, RW]{solIPv6 | unix.IPV6_MTU | asInt}                            // rw; bytes; set bounds it, 0 or from 1280; get is the path's, once connected
	IPV6_MTU_DISCOVER  = Option[PMTUDisc, RW]{solIPv6 | unix.IPV6_MTU_DISCOVER | asInt}              // rw; whether datagrams may be cut by the sender
	IPV6_PATHMTU       = Option[IP6MTUInfo, RO]{solIPv6 | unix.IPV6_PATHMTU | asIP6MTUInfo}          // ro; bytes; the path's, once connected, else ENOTCONN; 2.6.35
	IPV6_DONTFRAG      = Option[bool, RW]{solIPv6 | unix.IPV6_DONTFRAG | asBool}                     // rw; EMSGSIZE and not fragments; 2.6.35
	IPV6_AUTOFLOWLABEL = Option[bool, RW]{solIPv6 | unix.IPV6_AUTOFLOWLABEL | asBool}                // rw; a flow label for each flow; net.ipv6.auto_flowlabels at first; 3.17
	IPV6_FLOWINFO_SEND = Option[bool, RW]{solIPv6 | ipv6FlowinfoSend | asBool}                       // rw; heed the flowinfo of addresses; 2.2
	IPV6_FLOWLABEL_MGR = Option[In6FlowlabelReq, RW]{solIPv6 | ipv6FlowlabelMgr | asIn6FlowlabelReq} // rw; take a flow label and give it back: IPv6FlowlabelMgr gives the one the kernel chose; get by GetsockoptInto; 2.2
	IPV6_CHECKSUM      = Option[int, RW]{solIPv6 | unix.IPV6_CHECKSUM | asInt}                       // rw; SOCK_RAW; where in the data the checksum is, even; -1 for nowhere
	IPV6_HDRINCL       = Option[bool, RW]{solIPv6 | unix.IPV6_HDRINCL | asBool}                      // rw; SOCK_RAW; the sender writes the IP header; 4.5
	IPV6_IPSEC_POLICY  = Option[[]byte, WO]{solIPv6 | unix.IPV6_IPSEC_POLICY | asBytes}              // wo; as IP_IPSEC_POLICY; 2.6
	IPV6_XFRM_POLICY   = Option[[]byte, WO]{solIPv6 | unix.IPV6_XFRM_POLICY | asBytes}               // wo; as IP_XFRM_POLICY; 2.6
)

// IPPROTO_IPV6: extension headers to send with each packet. ipv6(7), RFC 3542.
var (
	IPV6_HOPOPTS        = Option[[]byte, RW]{solIPv6 | unix.IPV6_HOPOPTS | asBytes}        // rw; the header with its length, a multiple of 8, 2040 at most; none clears; CAP_NET_RAW; 2.6.14
	IPV6_DSTOPTS        = Option[[]byte, RW]{solIPv6 | unix.IPV6_DSTOPTS | asBytes}        // rw; the same; 2.6.14
	IPV6_RTHDRDSTOPTS   = Option[[]byte, RW]{solIPv6 | unix.IPV6_RTHDRDSTOPTS | asBytes}   // rw; the same, read by each in a routing header; 2.6.14
	IPV6_RTHDR          = Option[[]byte, RW]{solIPv6 | unix.IPV6_RTHDR | asBytes}          // rw; a routing header of type 2 or 4; 2.6.14
	IPV6_2292PKTOPTIONS = Option[[]byte, RW]{solIPv6 | unix.IPV6_2292PKTOPTIONS | asBytes} // rw; set: all of these, as control data of package cmsg, none clears; get: SOCK_STREAM, the control data of the last packet
)

// IPPROTO_IPV6: addresses and routes. ipv6(7).
var (
	IPV6_FREEBIND             = Option[bool, RW]{solIPv6 | unix.IPV6_FREEBIND | asBool}                // rw; before bind; to addresses the host does not have; that of IP_FREEBIND; 4.15
	IPV6_TRANSPARENT          = Option[bool, RW]{solIPv6 | unix.IPV6_TRANSPARENT | asBool}             // rw; before bind; as IP_TRANSPARENT, and the same; CAP_NET_ADMIN or CAP_NET_RAW to turn on; 2.6.37
	IPV6_PKTINFO              = Option[In6Pktinfo, WO]{solIPv6 | unix.IPV6_PKTINFO | asAddr6Index}     // wo; the source of what is sent; the zero value clears; 2.6.14
	IPV6_ADDR_PREFERENCES     = Option[IPv6AddrPref, RW]{solIPv6 | unix.IPV6_ADDR_PREFERENCES | asInt} // rw; which source address to take; EINVAL if they exclude each other; get adds what was left open; 2.6.26
	IPV6_UNICAST_IF           = Option[int, RW]{solIPv6 | unix.IPV6_UNICAST_IF | asIndex}              // rw; the interface, by index, that unicast leaves by; 0 for any; EADDRNOTAVAIL; 3.4
	IPV6_ADDRFORM             = Option[int, RW]{solIPv6 | unix.IPV6_ADDRFORM | asInt}                  // rw; AF_INET turns a socket connected to a ::ffff: address into one of IPv4; ENOTCONN, EADDRNOTAVAIL
	IPV6_ROUTER_ALERT         = Option[int, RW]{solIPv6 | unix.IPV6_ROUTER_ALERT | asInt}              // rw; IPPROTO_RAW; receive what is forwarded with this router alert; -1 for none; get is 1 or 0
	IPV6_ROUTER_ALERT_ISOLATE = Option[bool, RW]{solIPv6 | unix.IPV6_ROUTER_ALERT_ISOLATE | asBool}    // rw; of the own network namespace only; 5.1
	IP6T_SO_ORIGINAL_DST      = Option[netip.AddrPort, RO]{solIPv6 | soOriginalDst | asAddrPort}       // ro; where a connection went before NAT; ENOENT if it was not tracked
)

// IPPROTO_IPV6: control data and errors. ipv6(7), RFC 3542.
var (
	IPV6_RECVERR         = Option[bool, RW]{solIPv6 | unix.IPV6_RECVERR | asBool}         // rw; ICMPv6 errors come to MSG_ERRQUEUE
	IPV6_RECVERR_RFC4884 = Option[bool, RW]{solIPv6 | unix.IPV6_RECVERR_RFC4884 | asBool} // rw; and where their extensions begin; 5.9
	IPV6_RECVPKTINFO     = Option[bool, RW]{solIPv6 | unix.IPV6_RECVPKTINFO | asBool}     // rw; where each datagram came to, as control data; 2.6.14
	IPV6_RECVHOPLIMIT    = Option[bool, RW]{solIPv6 | unix.IPV6_RECVHOPLIMIT | asBool}    // rw; the hop limit of each datagram, as control data; 2.6.14
	IPV6_RECVTCLASS      = Option[bool, RW]{solIPv6 | unix.IPV6_RECVTCLASS | asBool}      // rw; the traffic class of each datagram, as control data; 2.6.14
	IPV6_RECVHOPOPTS     = Option[bool, RW]{solIPv6 | unix.IPV6_RECVHOPOPTS | asBool}     // rw; the header of that name, as control data IPV6_HOPOPTS; 2.6.14
	IPV6_RECVDSTOPTS     = Option[bool, RW]{solIPv6 | unix.IPV6_RECVDSTOPTS | asBool}     // rw; the header of that name, as control data IPV6_DSTOPTS; 2.6.14
	IPV6_RECVRTHDR       = Option[bool, RW]{solIPv6 | unix.IPV6_RECVRTHDR | asBool}       // rw; the header of that name, as control data IPV6_RTHDR; 2.6.14
	IPV6_FLOWINFO        = Option[bool, RW]{solIPv6 | ipv6Flowinfo | asBool}              // rw; the flow label of each datagram, as control data
	IPV6_RECVPATHMTU     = Option[bool, RW]{solIPv6 | unix.IPV6_RECVPATHMTU | asBool}     // rw; EMSGSIZE comes with the MTU, as control data IPV6_PATHMTU; 2.6.35
	IPV6_RECVORIGDSTADDR = Option[bool, RW]{solIPv6 | unix.IPV6_RECVORIGDSTADDR | asBool} // rw; where each datagram went before NAT, as control data; 2.6.37
	IPV6_RECVFRAGSIZE    = Option[bool, RW]{solIPv6 | unix.IPV6_RECVFRAGSIZE | asBool}    // rw; the largest fragment of each datagram, as control data; 4.10
	IPV6_2292PKTINFO     = Option[bool, RW]{solIPv6 | unix.IPV6_2292PKTINFO | asBool}     // rw; as IPV6_RECVPKTINFO before RFC 3542, as control data of this number
	IPV6_2292HOPLIMIT    = Option[bool, RW]{solIPv6 | unix.IPV6_2292HOPLIMIT | asBool}    // rw; as IPV6_RECVHOPLIMIT, the same
	IPV6_2292HOPOPTS     = Option[bool, RW]{solIPv6 | unix.IPV6_2292HOPOPTS | asBool}     // rw; as IPV6_RECVHOPOPTS, the same
	IPV6_2292DSTOPTS     = Option[bool, RW]{solIPv6 | unix.IPV6_2292DSTOPTS | asBool}     // rw; as IPV6_RECVDSTOPTS, the same
	IPV6_2292RTHDR       = Option[bool, RW]{solIPv6 | unix.IPV6_2292RTHDR | asBool}       // rw; as IPV6_RECVRTHDR, the same
)

// IPPROTO_IPV6: multicast. ipv6(7), RFC 3678.
var (
	IPV6_MULTICAST_IF             = Option[int, RW]{solIPv6 | unix.IPV6_MULTICAST_IF | asInt}                              // rw; the interface, by index, that multicast leaves by; ENODEV
	IPV6_MULTICAST_HOPS           = Option[int, RW]{solIPv6 | unix.IPV6_MULTICAST_HOPS | asInt}                            // rw; -1 to 255, -1 for 1; how far multicast goes, 1 at first
	IPV6_MULTICAST_LOOP           = Option[bool, RW]{solIPv6 | unix.IPV6_MULTICAST_LOOP | asBool}                          // rw; the host hears its own multicast; on at first
	IPV6_MULTICAST_ALL            = Option[bool, RW]{solIPv6 | unix.IPV6_MULTICAST_ALL | asBool}                           // rw; hear groups that other sockets joined; on at first; 4.20
	IPV6_ADD_MEMBERSHIP           = Option[IPv6Mreq, WO]{solIPv6 | unix.IPV6_ADD_MEMBERSHIP | asAddr6Index}                // wo; join a group; EADDRINUSE twice; EPROTO on TCP
	IPV6_DROP_MEMBERSHIP          = Option[IPv6Mreq, WO]{solIPv6 | unix.IPV6_DROP_MEMBERSHIP | asAddr6Index}               // wo; leave it; EADDRNOTAVAIL if not joined
	IPV6_JOIN_ANYCAST             = Option[IPv6Mreq, WO]{solIPv6 | unix.IPV6_JOIN_ANYCAST | asAddr6Index}                  // wo; be one of those with an anycast address; CAP_NET_ADMIN; EINVAL if it is the host's own; 2.4
	IPV6_LEAVE_ANYCAST            = Option[IPv6Mreq, WO]{solIPv6 | unix.IPV6_LEAVE_ANYCAST | asAddr6Index}                 // wo; ENOENT if not joined; 2.4
	IPV6_MCAST_JOIN_GROUP         = Option[GroupReq, WO]{solIPv6 | unix.MCAST_JOIN_GROUP | asGroupReq}                     // wo; MCAST_JOIN_GROUP in C, as those that follow are without IPV6_; 2.4.22
	IPV6_MCAST_LEAVE_GROUP        = Option[GroupReq, WO]{solIPv6 | unix.MCAST_LEAVE_GROUP | asGroupReq}                    // wo; EADDRNOTAVAIL if not joined; 2.4.22
	IPV6_MCAST_JOIN_SOURCE_GROUP  = Option[GroupSourceReq, WO]{solIPv6 | unix.MCAST_JOIN_SOURCE_GROUP | asGroupSourceReq}  // wo; join a group for one sender, again for the next; 2.4.22
	IPV6_MCAST_LEAVE_SOURCE_GROUP = Option[GroupSourceReq, WO]{solIPv6 | unix.MCAST_LEAVE_SOURCE_GROUP | asGroupSourceReq} // wo; leave it; 2.4.22
	IPV6_MCAST_BLOCK_SOURCE       = Option[GroupSourceReq, WO]{solIPv6 | unix.MCAST_BLOCK_SOURCE | asGroupSourceReq}       // wo; hear a sender in a joined group no longer; 2.4.22
	IPV6_MCAST_UNBLOCK_SOURCE     = Option[GroupSourceReq, WO]{solIPv6 | unix.MCAST_UNBLOCK_SOURCE | asGroupSourceReq}     // wo; and again; 2.4.22
	IPV6_MCAST_MSFILTER           = Option[GroupFilter, RW]{solIPv6 | unix.MCAST_MSFILTER | asGroupFilter}                 // rw; all senders of a joined group at once; get by GetsockoptInto; ENOBUFS; 2.4.22
)

// Other names of options above: RFC 3493, linux/in.h.
var (
	IPV6_JOIN_GROUP  = IPV6_ADD_MEMBERSHIP  // wo; the same
	IPV6_LEAVE_GROUP = IPV6_DROP_MEMBERSHIP // wo; the same
	IP_RECVRETOPTS   = IP_RETOPTS           // rw; the same
)

// IPPROTO_UDP and SOL_UDPLITE. udp(7), udplite(7).
var (
	UDP_CORK           = Option[bool, RW]{solUDP | unix.UDP_CORK | asBool}         // rw; gather what is sent into one datagram until it is off; 2.5.44
	UDP_SEGMENT        = Option[int, RW]{solUDP | unix.UDP_SEGMENT | asInt}        // rw; bytes; cut what is sent into datagrams of this size; 0 for off; 4.18
	UDP_GRO            = Option[bool, RW]{solUDP | unix.UDP_GRO | asBool}          // rw; several datagrams come as one, their size as control data; 5.0
	UDP_ENCAP          = Option[UDPEncap, RW]{solUDP | unix.UDP_ENCAP | asInt}     // rw; what datagrams carry: the kernel takes them; ENOPROTOOPT but for 0, ESPINUDP and L2TPINUDP; 2.5.67
	UDP_NO_CHECK6_TX   = Option[bool, RW]{solUDP | unix.UDP_NO_CHECK6_TX | asBool} // rw; IPv6: send without a checksum; 3.16
	UDP_NO_CHECK6_RX   = Option[bool, RW]{solUDP | unix.UDP_NO_CHECK6_RX | asBool} // rw; IPv6: receive what has none; 3.16
	UDPLITE_SEND_CSCOV = Option[int, RW]{solUDPLite | udpliteSendCscov | asInt}    // rw; bytes that the checksum covers, with the 8 of the header; 0 for all; 2.6.20, gone by 7.2
	UDPLITE_RECV_CSCOV = Option[int, RW]{solUDPLite | udpliteRecvCscov | asInt}    // rw; drop what covers less; 2.6.20, gone by 7.2
)

// SOL_RAW and IPPROTO_ICMPV6: raw sockets. raw(7), RFC 3542.
var (
	ICMP_FILTER   = Option[ICMPFilter, RW]{solRaw | icmpFilter | asPlain}        // rw; IPPROTO_ICMP, else EOPNOTSUPP; types that are not received
	ICMPV6_FILTER = Option[ICMPv6Filter, RW]{solICMPv6 | icmpv6Filter | asPlain} // rw; IPPROTO_ICMPV6, else EOPNOTSUPP; types that are not received
)

// SOL_PACKET: rings and groups. packet(7).
var (
	PACKET_ADD_MEMBERSHIP  = Option[unix.PacketMreq, WO]{solPacket | unix.PACKET_ADD_MEMBERSHIP | asPlain}      // wo; receive a multicast address, or everything: PACKET_MR_PROMISC; ENODEV
	PACKET_DROP_MEMBERSHIP = Option[unix.PacketMreq, WO]{solPacket | unix.PACKET_DROP_MEMBERSHIP | asPlain}     // wo; no longer
	PACKET_VERSION         = Option[TpacketVersion, RW]{solPacket | unix.PACKET_VERSION | asInt}                // rw; how packets lie in the rings; EBUSY with a ring; 2.6.27
	PACKET_HDRLEN          = Option[int32, RO]{solPacket | unix.PACKET_HDRLEN | asPlain}                        // ro; bytes of a header of that TpacketVersion, by GetsockoptInto with the version filled in; 2.6.27
	PACKET_RESERVE         = Option[int, RW]{solPacket | unix.PACKET_RESERVE | asInt}                           // rw; bytes to leave before each packet; EBUSY with a ring; 2.6.29
	PACKET_RX_RING         = Option[unix.TpacketReq, WO]{solPacket | unix.PACKET_RX_RING | asPlain}             // wo; a ring to mmap and receive from; the zero value frees it
	PACKET_RX_RING_V3      = Option[unix.TpacketReq3, WO]{solPacket | unix.PACKET_RX_RING | asPlain}            // wo; the same number and struct tpacket_req3, for TPACKET_V3; 3.2
	PACKET_TX_RING         = Option[unix.TpacketReq, WO]{solPacket | unix.PACKET_TX_RING | asPlain}             // wo; a ring to send from; 2.6.31
	PACKET_TX_RING_V3      = Option[unix.TpacketReq3, WO]{solPacket | unix.PACKET_TX_RING | asPlain}            // wo; the same number and struct tpacket_req3, for TPACKET_V3; 4.11
	PACKET_TX_HAS_OFF      = Option[bool, RW]{solPacket | unix.PACKET_TX_HAS_OFF | asBool}                      // rw; packets in the ring may begin anywhere; 3.11
	PACKET_LOSS            = Option[bool, RW]{solPacket | unix.PACKET_LOSS | asBool}                            // rw; drop malformed packets of the ring; EBUSY with a ring; 2.6.31
	PACKET_COPY_THRESH     = Option[int, RW]{solPacket | unix.PACKET_COPY_THRESH | asInt}                       // rw; packets that do not fit the ring come by recv, this many at most
	PACKET_FANOUT          = Option[FanoutArgs, RW]{solPacket | unix.PACKET_FANOUT | asFanoutArgs}              // rw; bound, else EINVAL; join a group that shares what arrives; 3.1
	PACKET_FANOUT_DATA     = Option[[]unix.SockFilter, WO]{solPacket | unix.PACKET_FANOUT_DATA | asFilter}      // wo; the program of PACKET_FANOUT_CBPF; 4.3
	PACKET_FANOUT_DATA_BPF = Option[int, WO]{solPacket | unix.PACKET_FANOUT_DATA | asInt}                       // wo; the same number: the descriptor of a program, of PACKET_FANOUT_EBPF; 4.3
	PACKET_ROLLOVER_STATS  = Option[TpacketRolloverStats, RO]{solPacket | unix.PACKET_ROLLOVER_STATS | asPlain} // ro; EINVAL but in a group of PACKET_FANOUT_ROLLOVER; 4.2
)

// SOL_PACKET: packets. packet(7).
var (
	PACKET_STATISTICS      = Option[unix.TpacketStats, RO]{solPacket | unix.PACKET_STATISTICS | asPlain}   // ro; packets received and dropped; reading clears
	PACKET_STATISTICS_V3   = Option[unix.TpacketStatsV3, RO]{solPacket | unix.PACKET_STATISTICS | asPlain} // ro; the same number and struct tpacket_stats_v3, with TPACKET_V3; 3.2
	PACKET_AUXDATA         = Option[bool, RW]{solPacket | unix.PACKET_AUXDATA | asBool}                    // rw; struct tpacket_auxdata with each packet, as control data; 2.6.21
	PACKET_ORIGDEV         = Option[bool, RW]{solPacket | unix.PACKET_ORIGDEV | asBool}                    // rw; addresses name the device below a bond
	PACKET_IGNORE_OUTGOING = Option[bool, RW]{solPacket | unix.PACKET_IGNORE_OUTGOING | asBool}            // rw; receive none that the host sends; 4.20
	PACKET_QDISC_BYPASS    = Option[bool, RW]{solPacket | unix.PACKET_QDISC_BYPASS | asBool}               // rw; send past the device's queue; 3.14
	PACKET_TIMESTAMP       = Option[TimestampingFlags, RW]{solPacket | unix.PACKET_TIMESTAMP | asPlain}    // rw; which clock stamps packets in the ring; 2.6.36
	PACKET_VNET_HDR        = Option[bool, RW]{solPacket | unix.PACKET_VNET_HDR | asBool}                   // rw; SOCK_RAW; struct virtio_net_hdr before each packet; 2.6.34
	PACKET_VNET_HDR_SZ     = Option[int, RW]{solPacket | unix.PACKET_VNET_HDR_SZ | asInt}                  // rw; SOCK_RAW; bytes of that header: 0, 10 or 12; 6.6
)

// SOL_NETLINK. netlink(7).
var (
	NETLINK_ADD_MEMBERSHIP   = Option[int, WO]{solNetlink | unix.NETLINK_ADD_MEMBERSHIP | asInt}            // wo; join a multicast group, by number; 2.6.14
	NETLINK_DROP_MEMBERSHIP  = Option[int, WO]{solNetlink | unix.NETLINK_DROP_MEMBERSHIP | asInt}           // wo; leave it; 2.6.14
	NETLINK_LIST_MEMBERSHIPS = Option[[]uint32, RO]{solNetlink | unix.NETLINK_LIST_MEMBERSHIPS | asUint32s} // ro; a bit for each group joined: group 1 is the lowest of the first; 4.2
	NETLINK_PKTINFO          = Option[bool, RW]{solNetlink | unix.NETLINK_PKTINFO | asBool}                 // rw; the group of each message, as control data; 2.6.14
	NETLINK_BROADCAST_ERROR  = Option[bool, RW]{solNetlink | unix.NETLINK_BROADCAST_ERROR | asBool}         // rw; tell the sender of a multicast that it did not arrive; 2.6.30
	NETLINK_NO_ENOBUFS       = Option[bool, RW]{solNetlink | unix.NETLINK_NO_ENOBUFS | asBool}              // rw; lose messages in silence; 2.6.30
	NETLINK_LISTEN_ALL_NSID  = Option[bool, RW]{solNetlink | unix.NETLINK_LISTEN_ALL_NSID | asBool}         // rw; hear namespaces that have a number here too; CAP_NET_BROADCAST; 4.2
	NETLINK_CAP_ACK          = Option[bool, RW]{solNetlink | unix.NETLINK_CAP_ACK | asBool}                 // rw; errors come without the whole request; 4.3
	NETLINK_EXT_ACK          = Option[bool, RW]{solNetlink | unix.NETLINK_EXT_ACK | asBool}                 // rw; errors come with their reasons; 4.12
	NETLINK_GET_STRICT_CHK   = Option[bool, RW]{solNetlink | unix.NETLINK_GET_STRICT_CHK | asBool}          // rw; dumps heed the filters of the request; 4.20
)

// AF_VSOCK: its own level. vsock(7).
var (
	SO_VM_SOCKETS_BUFFER_SIZE     = Option[uint64, RW]{solVsock | unix.SO_VM_SOCKETS_BUFFER_SIZE | asPlain}              // rw; bytes; cut to the two that follow; 3.9
	SO_VM_SOCKETS_BUFFER_MIN_SIZE = Option[uint64, RW]{solVsock | unix.SO_VM_SOCKETS_BUFFER_MIN_SIZE | asPlain}          // rw; bytes; 3.9
	SO_VM_SOCKETS_BUFFER_MAX_SIZE = Option[uint64, RW]{solVsock | unix.SO_VM_SOCKETS_BUFFER_MAX_SIZE | asPlain}          // rw; bytes; 3.9
	SO_VM_SOCKETS_CONNECT_TIMEOUT = Option[time.Duration, RW]{solVsock | unix.SO_VM_SOCKETS_CONNECT_TIMEOUT | asTimeval} // rw; 0 for the default of 2 s; 3.9
)

// SOL_XDP: AF_XDP. linux/if_xdp.h.
var (
	XDP_UMEM_REG             = Option[unix.XDPUmemReg, WO]{solXDP | unix.XDP_UMEM_REG | asPlain}         // wo; the memory that packets lie in; it must not be Go's; 4.18
	XDP_UMEM_FILL_RING       = Option[int, WO]{solXDP | unix.XDP_UMEM_FILL_RING | asInt}                 // wo; entries, a power of 2; 4.18
	XDP_UMEM_COMPLETION_RING = Option[int, WO]{solXDP | unix.XDP_UMEM_COMPLETION_RING | asInt}           // wo; entries, a power of 2; 4.18
	XDP_RX_RING              = Option[int, WO]{solXDP | unix.XDP_RX_RING | asInt}                        // wo; entries, a power of 2; 4.18
	XDP_TX_RING              = Option[int, WO]{solXDP | unix.XDP_TX_RING | asInt}                        // wo; entries, a power of 2; 4.18
	XDP_MMAP_OFFSETS         = Option[unix.XDPMmapOffsets, RO]{solXDP | unix.XDP_MMAP_OFFSETS | asPlain} // ro; where in the mmap'ed rings things are; 4.18
	XDP_STATISTICS           = Option[unix.XDPStatistics, RO]{solXDP | unix.XDP_STATISTICS | asPlain}    // ro; packets dropped and why; 4.18
	XDP_OPTIONS              = Option[uint32, RO]{solXDP | unix.XDP_OPTIONS | asPlain}                   // ro; struct xdp_options: XDP_OPTIONS_ZEROCOPY; 5.3
	XDP_MAX_TX_SKB_BUDGET    = Option[int, WO]{solXDP | unix.XDP_MAX_TX_SKB_BUDGET | asInt}              // wo; packets a send call, 32 to the entries of XDP_TX_RING, else EACCES; by 6.18
)
