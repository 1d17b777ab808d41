package socket

// This file holds the options that only FreeBSD has, as sockopt_bsd.go does those that all BSDs have.
//
// Left out: SO_LABEL and SO_PEERLABEL, whose struct mac points to memory of its own; TCP_LOGBUF, which gives
// what it holds once only (GetsockoptBytes reads it); the older of two names of a number of the stacks rack
// and bbr; IP_MSFILTER, which is private to the C library; and what configures ipfw, dummynet and multicast
// routing through a raw socket.

import (
	"time"

	"golang.org/x/sys/unix"
)

// SOL_SOCKET: what a socket is. getsockopt(2).
var (
	SO_DOMAIN        = Option[int, RO]{solSocket | unix.SO_DOMAIN | asInt}        // ro; AF_INET and so on
	SO_PROTOCOL      = Option[int, RO]{solSocket | unix.SO_PROTOCOL | asInt}      // ro; IPPROTO_TCP and so on
	SO_ACCEPTCONN    = Option[bool, RO]{solSocket | unix.SO_ACCEPTCONN | asBool}  // ro; it listens
	SO_LISTENQLIMIT  = Option[int, RO]{solSocket | unix.SO_LISTENQLIMIT | asInt}  // ro; the backlog, as the kernel has it
	SO_LISTENQLEN    = Option[int, RO]{solSocket | unix.SO_LISTENQLEN | asInt}    // ro; connections that wait to be accepted
	SO_LISTENINCQLEN = Option[int, RO]{solSocket | unix.SO_LISTENINCQLEN | asInt} // ro; those that are not complete
)

// SO_PROTOTYPE is another name of SO_PROTOCOL.
var SO_PROTOTYPE = SO_PROTOCOL // ro; the same

// SOL_SOCKET: addresses and ends. getsockopt(2).
var (
	SO_REUSEPORT_LB = Option[bool, RW]{solSocket | unix.SO_REUSEPORT_LB | asBool}             // rw; before bind; share address and port, and the load: SO_REUSEPORT of Linux
	SO_NOSIGPIPE    = Option[bool, RW]{solSocket | unix.SO_NOSIGPIPE | asBool}                // rw; EPIPE without SIGPIPE
	SO_SETFIB       = Option[int, WO]{solSocket | unix.SO_SETFIB | asInt}                     // wo; the routing table: setfib(2)
	SO_USER_COOKIE  = Option[uint32, WO]{solSocket | unix.SO_USER_COOKIE | asPlain}           // wo; a number for ipfw and dummynet
	SO_ACCEPTFILTER = Option[AcceptFilterArg, RW]{solSocket | unix.SO_ACCEPTFILTER | asPlain} // rw; after listen; what must have come before accept; SetsockoptNull removes it
)

// SOL_SOCKET: buffers, limits, priority. getsockopt(2).
var (
	SO_MAX_PACING_RATE = Option[uint32, RW]{solSocket | unix.SO_MAX_PACING_RATE | asPlain} // rw; bytes a second; needs RATELIMIT in kernel and interface
	SO_NO_OFFLOAD      = Option[bool, RW]{solSocket | unix.SO_NO_OFFLOAD | asBool}         // rw; no TCP offload
	SO_NO_DDP          = Option[bool, RW]{solSocket | unix.SO_NO_DDP | asBool}             // rw; no direct data placement
	SO_RERROR          = Option[bool, RW]{solSocket | unix.SO_RERROR | asBool}             // rw; ENOBUFS when datagrams were dropped; 14
)

// SOL_SOCKET: time stamps beside the data. getsockopt(2).
var (
	SO_BINTIME  = Option[bool, RW]{solSocket | unix.SO_BINTIME | asBool}    // rw; SCM_BINTIME with each datagram, a struct bintime
	SO_TS_CLOCK = Option[TSClock, RW]{solSocket | unix.SO_TS_CLOCK | asInt} // rw; the clock of SO_TIMESTAMP
)

// SOL_LOCAL: AF_UNIX. unix(4).
var (
	LOCAL_PEERCRED = Option[Xucred, RO]{solLocal | unix.LOCAL_PEERCRED | asPlain} // ro; who connected or listened, as it was then; ENOTCONN
	LOCAL_CREDS    = Option[bool, RW]{solLocal | unix.LOCAL_CREDS | asBool}       // rw; SCM_CREDS with the first message of a stream, each datagram
	LOCAL_CONNWAIT = Option[bool, RW]{solLocal | unix.LOCAL_CONNWAIT | asBool}    // rw; connect waits until it is accepted
)

// IPPROTO_TCP: how data leave. tcp(4).
var (
	TCP_NOPUSH           = Option[bool, RW]{solTCP | unix.TCP_NOPUSH | asBool}                  // rw; send full segments only, until it is off
	TCP_NOOPT            = Option[bool, RW]{solTCP | unix.TCP_NOOPT | asBool}                   // rw; no TCP options in the SYN
	TCP_DELACK           = Option[bool, RW]{solTCP | unix.TCP_DELACK | asBool}                  // rw; rack; delay acknowledgements
	TCP_DATA_AFTER_CLOSE = Option[bool, RW]{solTCP | unix.TCP_DATA_AFTER_CLOSE | asBool}        // rw; rack, bbr; data after a close do not end the connection
	TCP_MD5SIG           = Option[bool, RW]{solTCP | unix.TCP_MD5SIG | asBool}                  // rw; RFC 2385; keys by setkey(8); ENOPROTOOPT without tcpmd5
	TCP_CONGESTION       = Option[string, RW]{solTCP | unix.TCP_CONGESTION | asName}            // rw; the congestion control, as "cubic"; ESRCH: mod_cc(4)
	TCP_CCALGOOPT        = Option[CCNewrenoOpts, RW]{solTCP | unix.TCP_CCALGOOPT | asPlain}     // rw; cc_newreno(4); get by GetsockoptInto
	TCP_FUNCTION_BLK     = Option[TCPFunctionSet, RW]{solTCP | unix.TCP_FUNCTION_BLK | asPlain} // rw; the stack, as "freebsd", "rack" or "bbr"; ENOENT: tcp_functions(9)
	TCP_INFO             = Option[TCPInfo, RO]{solTCP | unix.TCP_INFO | asPlain}                // ro; the state of the connection; GetsockoptInto tells how much of it this kernel knows
)

// IPPROTO_TCP: limits and keep-alive. tcp(4).
var (
	TCP_KEEPIDLE     = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPIDLE | asSeconds}  // rw; seconds of silence before the first probe
	TCP_KEEPINTVL    = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPINTVL | asSeconds} // rw; seconds between probes
	TCP_KEEPCNT      = Option[int, RW]{solTCP | unix.TCP_KEEPCNT | asInt}                 // rw; unanswered probes that end the connection
	TCP_KEEPINIT     = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPINIT | asSeconds}  // rw; seconds before connect gives up
	TCP_FASTOPEN     = Option[bool, RW]{solTCP | unix.TCP_FASTOPEN | asBool}              // rw; data in the SYN; EPERM if net.inet.tcp.fastopen is off
	TCP_FASTOPEN_PSK = Option[TCPFastopen, WO]{solTCP | unix.TCP_FASTOPEN | asPlain}      // wo; the same number and struct tcp_fastopen: with a shared key
)

// IPPROTO_TCP: traces. tcp_bblog(4).
var (
	TCP_LOG       = Option[int, RW]{solTCP | unix.TCP_LOG | asInt}             // rw; the state of the log: TCP_LOG_STATE_*
	TCP_LOGID     = Option[string, RW]{solTCP | unix.TCP_LOGID | asString}     // rw; an id of 63 bytes at most
	TCP_LOGDUMP   = Option[string, WO]{solTCP | unix.TCP_LOGDUMP | asString}   // wo; give the log out, for the reason said
	TCP_LOGDUMPID = Option[string, WO]{solTCP | unix.TCP_LOGDUMPID | asString} // wo; those of all connections of the id
	TCP_PCAP_OUT  = Option[int, RW]{solTCP | unix.TCP_PCAP_OUT | asInt}        // rw; packets sent to keep for a debugger; needs TCPPCAP in the kernel
	TCP_PCAP_IN   = Option[int, RW]{solTCP | unix.TCP_PCAP_IN | asInt}         // rw; packets received to keep
)

// IPPROTO_TCP: the stack rack, after TCP_FUNCTION_BLK "rack". tcp_rack(4), netinet/tcp.h.
var (
	TCP_RACK_PROP             = Option[int, RW]{solTCP | unix.TCP_RACK_PROP | asInt}             // rw; not used
	TCP_RACK_TLP_REDUCE       = Option[int, RW]{solTCP | unix.TCP_RACK_TLP_REDUCE | asInt}       // rw; a tail loss probe lowers the congestion window
	TCP_RACK_PACE_REDUCE      = Option[int, RW]{solTCP | unix.TCP_RACK_PACE_REDUCE | asInt}      // rw; divisor of the pacing
	TCP_RACK_PACE_MAX_SEG     = Option[int, RW]{solTCP | unix.TCP_RACK_PACE_MAX_SEG | asInt}     // rw; the largest TSO burst, in segments
	TCP_RACK_PACE_ALWAYS      = Option[int, RW]{solTCP | unix.TCP_RACK_PACE_ALWAYS | asInt}      // rw; pace always
	TCP_RACK_PROP_RATE        = Option[int, RW]{solTCP | unix.TCP_RACK_PROP_RATE | asInt}        // rw; not used
	TCP_RACK_PRR_SENDALOT     = Option[int, RW]{solTCP | unix.TCP_RACK_PRR_SENDALOT | asInt}     // rw; proportional rate reduction may send more than a segment
	TCP_RACK_MIN_TO           = Option[int, RW]{solTCP | unix.TCP_RACK_MIN_TO | asInt}           // rw; milliseconds between timeouts, at least
	TCP_RACK_EARLY_RECOV      = Option[int, RW]{solTCP | unix.TCP_RACK_EARLY_RECOV | asInt}      // rw; not used
	TCP_RACK_EARLY_SEG        = Option[int, RW]{solTCP | unix.TCP_RACK_EARLY_SEG | asInt}        // rw; segments of early recovery, at most
	TCP_RACK_REORD_THRESH     = Option[int, RW]{solTCP | unix.TCP_RACK_REORD_THRESH | asInt}     // rw; the threshold of reordering, as a shift
	TCP_RACK_REORD_FADE       = Option[int, RW]{solTCP | unix.TCP_RACK_REORD_FADE | asInt}       // rw; milliseconds until reordering is forgotten
	TCP_RACK_TLP_THRESH       = Option[int, RW]{solTCP | unix.TCP_RACK_TLP_THRESH | asInt}       // rw; the threshold of tail loss probes: srtt + srtt/N
	TCP_RACK_PKT_DELAY        = Option[int, RW]{solTCP | unix.TCP_RACK_PKT_DELAY | asInt}        // rw; milliseconds added to the timer
	TCP_RACK_TLP_INC_VAR      = Option[int, RW]{solTCP | unix.TCP_RACK_TLP_INC_VAR | asInt}      // rw; tail loss probes heed the variance of the RTT
	TCP_RACK_IDLE_REDUCE_HIGH = Option[int, RW]{solTCP | unix.TCP_RACK_IDLE_REDUCE_HIGH | asInt} // rw; silence lowers the highest congestion window
	TCP_RACK_MIN_PACE         = Option[int, RW]{solTCP | unix.TCP_RACK_MIN_PACE | asInt}         // rw; heed a minimal pacing time
	TCP_RACK_GP_INCREASE      = Option[int, RW]{solTCP | unix.TCP_RACK_GP_INCREASE | asInt}      // rw; the gain of goodput; TCP_RACK_MIN_PACE_SEG before
	TCP_RACK_TLP_USE          = Option[int, RW]{solTCP | unix.TCP_RACK_TLP_USE | asInt}          // rw; which sort of tail loss probe
)

// IPPROTO_TCP: the stack bbr: start and measurement. tcp_bbr(4), netinet/tcp.h.
var (
	TCP_BBR_IWINTSO            = Option[int, RW]{solTCP | unix.TCP_BBR_IWINTSO | asInt}            // rw; the first TSO window
	TCP_BBR_RECFORCE           = Option[int, RW]{solTCP | unix.TCP_BBR_RECFORCE | asInt}           // rw; send a segment when recovery begins
	TCP_BBR_STARTUP_PG         = Option[int, RW]{solTCP | unix.TCP_BBR_STARTUP_PG | asInt}         // rw; the gain of startup
	TCP_BBR_DRAIN_PG           = Option[int, RW]{solTCP | unix.TCP_BBR_DRAIN_PG | asInt}           // rw; the gain of draining
	TCP_BBR_RWND_IS_APP        = Option[int, RW]{solTCP | unix.TCP_BBR_RWND_IS_APP | asInt}        // rw; a full window of the peer counts as limited by the application
	TCP_BBR_PROBE_RTT_INT      = Option[int, RW]{solTCP | unix.TCP_BBR_PROBE_RTT_INT | asInt}      // rw; microseconds between probes of the RTT
	TCP_BBR_ONE_RETRAN         = Option[int, RW]{solTCP | unix.TCP_BBR_ONE_RETRAN | asInt}         // rw; one segment at a time is retransmitted
	TCP_BBR_STARTUP_LOSS_EXIT  = Option[int, RW]{solTCP | unix.TCP_BBR_STARTUP_LOSS_EXIT | asInt}  // rw; loss ends startup
	TCP_BBR_USE_LOWGAIN        = Option[int, RW]{solTCP | unix.TCP_BBR_USE_LOWGAIN | asInt}        // rw; lower the gain in PROBE_BW
	TCP_BBR_TSLIMITS           = Option[int, RW]{solTCP | unix.TCP_BBR_TSLIMITS | asInt}           // rw; limits from time stamps; TCP_BBR_LOWGAIN_THRESH before
	TCP_BBR_PACE_OH            = Option[int, RW]{solTCP | unix.TCP_BBR_PACE_OH | asInt}            // rw; overhead in pacing; TCP_BBR_LOWGAIN_HALF before
	TCP_BBR_HOLD_TARGET        = Option[int, RW]{solTCP | unix.TCP_BBR_HOLD_TARGET | asInt}        // rw; hold the target; TCP_BBR_LOWGAIN_FD before
	TCP_BBR_USEDEL_RATE        = Option[int, RW]{solTCP | unix.TCP_BBR_USEDEL_RATE | asInt}        // rw; the delivery rate is used for recovery
	TCP_BBR_MIN_RTO            = Option[int, RW]{solTCP | unix.TCP_BBR_MIN_RTO | asInt}            // rw; milliseconds
	TCP_BBR_MAX_RTO            = Option[int, RW]{solTCP | unix.TCP_BBR_MAX_RTO | asInt}            // rw; milliseconds
	TCP_BBR_REC_OVER_HPTS      = Option[int, RW]{solTCP | unix.TCP_BBR_REC_OVER_HPTS | asInt}      // rw; recovery overrides the timer: 0, 1, 3
	TCP_BBR_ALGORITHM          = Option[int, RW]{solTCP | unix.TCP_BBR_ALGORITHM | asInt}          // rw; what is measured: 0 Netflix, 1 Google; TCP_BBR_UNLIMITED before
	TCP_BBR_DRAIN_INC_EXTRA    = Option[int, RW]{solTCP | unix.TCP_BBR_DRAIN_INC_EXTRA | asInt}    // rw; the target of draining counts the extra gain
	TCP_BBR_STARTUP_EXIT_EPOCH = Option[int, RW]{solTCP | unix.TCP_BBR_STARTUP_EXIT_EPOCH | asInt} // rw; the epoch that ends startup
	TCP_BBR_PACE_PER_SEC       = Option[int, RW]{solTCP | unix.TCP_BBR_PACE_PER_SEC | asInt}       // rw; pacings a second
	TCP_BBR_PACE_DEL_TAR       = Option[int, RW]{solTCP | unix.TCP_BBR_PACE_DEL_TAR | asInt}       // rw; the target of delay
	TCP_BBR_PACE_SEG_MAX       = Option[int, RW]{solTCP | unix.TCP_BBR_PACE_SEG_MAX | asInt}       // rw; segments paced at once, at most
)

// IPPROTO_TCP: the stack bbr: pacing and recovery. tcp_bbr(4), netinet/tcp.h.
var (
	TCP_BBR_PACE_SEG_MIN     = Option[int, RW]{solTCP | unix.TCP_BBR_PACE_SEG_MIN | asInt}     // rw; and at least
	TCP_BBR_PACE_CROSS       = Option[int, RW]{solTCP | unix.TCP_BBR_PACE_CROSS | asInt}       // rw; where the one becomes the other
	TCP_BBR_TMR_PACE_OH      = Option[int, RW]{solTCP | unix.TCP_BBR_TMR_PACE_OH | asInt}      // rw; overhead of the timer; TCP_BBR_ACK_COMP_ALG before
	TCP_BBR_EXTRA_GAIN       = Option[int, RW]{solTCP | unix.TCP_BBR_EXTRA_GAIN | asInt}       // rw; extra gain
	TCP_BBR_RACK_RTT_USE     = Option[int, RW]{solTCP | unix.TCP_BBR_RACK_RTT_USE | asInt}     // rw; which RTT: 0, 1, 2
	TCP_BBR_RETRAN_WTSO      = Option[int, RW]{solTCP | unix.TCP_BBR_RETRAN_WTSO | asInt}      // rw; retransmit with TSO
	TCP_BBR_PROBE_RTT_GAIN   = Option[int, RW]{solTCP | unix.TCP_BBR_PROBE_RTT_GAIN | asInt}   // rw; the gain while the RTT is probed
	TCP_BBR_PROBE_RTT_LEN    = Option[int, RW]{solTCP | unix.TCP_BBR_PROBE_RTT_LEN | asInt}    // rw; how long it is
	TCP_BBR_SEND_IWND_IN_TSO = Option[int, RW]{solTCP | unix.TCP_BBR_SEND_IWND_IN_TSO | asInt} // rw; send the initial window in bursts
	TCP_BBR_USE_RACK_CHEAT   = Option[int, RW]{solTCP | unix.TCP_BBR_USE_RACK_CHEAT | asInt}   // rw; pace retransmissions as rack does
	TCP_BBR_HDWR_PACE        = Option[int, RW]{solTCP | unix.TCP_BBR_HDWR_PACE | asInt}        // rw; pacing by the interface
	TCP_BBR_UTTER_MAX_TSO    = Option[int, RW]{solTCP | unix.TCP_BBR_UTTER_MAX_TSO | asInt}    // rw; an absolute limit of TSO
	TCP_BBR_EXTRA_STATE      = Option[int, RW]{solTCP | unix.TCP_BBR_EXTRA_STATE | asInt}      // rw; catch up after persist
	TCP_BBR_FLOOR_MIN_TSO    = Option[int, RW]{solTCP | unix.TCP_BBR_FLOOR_MIN_TSO | asInt}    // rw; the smallest TSO burst
	TCP_BBR_MIN_TOPACEOUT    = Option[int, RW]{solTCP | unix.TCP_BBR_MIN_TOPACEOUT | asInt}    // rw; when pacing pauses
	TCP_BBR_TSTMP_RAISES     = Option[int, RW]{solTCP | unix.TCP_BBR_TSTMP_RAISES | asInt}     // rw; time stamps may raise the bandwidth
	TCP_BBR_POLICER_DETECT   = Option[int, RW]{solTCP | unix.TCP_BBR_POLICER_DETECT | asInt}   // rw; detect policers
)

// IPPROTO_IP: what goes into each packet. ip(4).
var (
	IP_MINTTL       = Option[int, RW]{solIP | unix.IP_MINTTL | asInt}            // rw; TCP, UDP; 0 to 255; drop what comes with less
	IP_DONTFRAG     = Option[bool, RW]{solIP | unix.IP_DONTFRAG | asBool}        // rw; UDP, raw; EMSGSIZE and not fragments
	IP_ONESBCAST    = Option[bool, RW]{solIP | unix.IP_ONESBCAST | asBool}       // rw; datagrams to a broadcast address go to 255.255.255.255
	IP_VLAN_PCP     = Option[int, RW]{solIP | unix.IP_VLAN_PCP | asInt}          // rw; the priority in a VLAN tag: 0 to 7, -1 for the interface's
	IP_IPSEC_POLICY = Option[[]byte, WO]{solIP | unix.IP_IPSEC_POLICY | asBytes} // wo; struct sadb_x_policy and what follows it: ipsec_set_policy(3)
)

// IPPROTO_IP: addresses and flows. ip(4).
var (
	IP_BINDANY           = Option[bool, RW]{solIP | unix.IP_BINDANY | asBool}         // rw; before bind; be any address; root
	IP_BINDMULTI         = Option[bool, RW]{solIP | unix.IP_BINDMULTI | asBool}       // rw; before bind; several sockets of one address and port; needs RSS in the kernel
	IP_RSS_LISTEN_BUCKET = Option[int, WO]{solIP | unix.IP_RSS_LISTEN_BUCKET | asInt} // wo; take connections of this RSS bucket
	IP_RSSBUCKETID       = Option[int, RO]{solIP | unix.IP_RSSBUCKETID | asInt}       // ro; the RSS bucket of the flow
	IP_FLOWID            = Option[uint32, RO]{solIP | unix.IP_FLOWID | asPlain}       // ro; the flow's hash
	IP_FLOWTYPE          = Option[uint32, RO]{solIP | unix.IP_FLOWTYPE | asPlain}     // ro; what that was made of: M_HASHTYPE_*
)

// IPPROTO_IP: control data. ip(4).
var (
	IP_RECVTOS         = Option[bool, RW]{solIP | unix.IP_RECVTOS | asBool}         // rw; the TOS of each datagram, as control data
	IP_RECVORIGDSTADDR = Option[bool, RW]{solIP | unix.IP_RECVORIGDSTADDR | asBool} // rw; where each datagram went before ipfw's fwd, as control data
	IP_RECVFLOWID      = Option[bool, RW]{solIP | unix.IP_RECVFLOWID | asBool}      // rw; the flow of each datagram, as control data IP_FLOWID, IP_FLOWTYPE
	IP_RECVRSSBUCKETID = Option[bool, RW]{solIP | unix.IP_RECVRSSBUCKETID | asBool} // rw; the RSS bucket of each datagram, as control data
)

// IPPROTO_IP: multicast. ip(4), RFC 3678.
var (
	IP_MULTICAST_IF_MREQN     = Option[IPMreqn, WO]{solIP | unix.IP_MULTICAST_IF | asIPMreqn}                        // wo; IP_MULTICAST_IF and struct ip_mreqn: by index
	IP_MULTICAST_VIF          = Option[int, RW]{solIP | unix.IP_MULTICAST_VIF | asInt}                               // rw; the virtual interface that multicast leaves by; multicast(4)
	IP_ADD_SOURCE_MEMBERSHIP  = Option[IPMreqSource, WO]{solIP | unix.IP_ADD_SOURCE_MEMBERSHIP | asIPMreqSource}     // wo; join a group for one sender, again for the next
	IP_DROP_SOURCE_MEMBERSHIP = Option[IPMreqSource, WO]{solIP | unix.IP_DROP_SOURCE_MEMBERSHIP | asIPMreqSource}    // wo; leave it
	IP_BLOCK_SOURCE           = Option[IPMreqSource, WO]{solIP | unix.IP_BLOCK_SOURCE | asIPMreqSource}              // wo; hear a sender in a joined group no longer
	IP_UNBLOCK_SOURCE         = Option[IPMreqSource, WO]{solIP | unix.IP_UNBLOCK_SOURCE | asIPMreqSource}            // wo; and again
	MCAST_JOIN_GROUP          = Option[GroupReq, WO]{solIP | unix.MCAST_JOIN_GROUP | asGroupReq}                     // wo; as IP_ADD_MEMBERSHIP, and as all that follow, by index
	MCAST_LEAVE_GROUP         = Option[GroupReq, WO]{solIP | unix.MCAST_LEAVE_GROUP | asGroupReq}                    // wo; EADDRNOTAVAIL if not joined
	MCAST_JOIN_SOURCE_GROUP   = Option[GroupSourceReq, WO]{solIP | unix.MCAST_JOIN_SOURCE_GROUP | asGroupSourceReq}  // wo; as IP_ADD_SOURCE_MEMBERSHIP
	MCAST_LEAVE_SOURCE_GROUP  = Option[GroupSourceReq, WO]{solIP | unix.MCAST_LEAVE_SOURCE_GROUP | asGroupSourceReq} // wo; leave it
	MCAST_BLOCK_SOURCE        = Option[GroupSourceReq, WO]{solIP | unix.MCAST_BLOCK_SOURCE | asGroupSourceReq}       // wo; as IP_BLOCK_SOURCE
	MCAST_UNBLOCK_SOURCE      = Option[GroupSourceReq, WO]{solIP | unix.MCAST_UNBLOCK_SOURCE | asGroupSourceReq}     // wo; and again
)

// IPPROTO_IPV6: what goes into each packet, addresses and flows. ip6(4).
var (
	IPV6_AUTOFLOWLABEL     = Option[bool, RW]{solIPv6 | unix.IPV6_AUTOFLOWLABEL | asBool}   // rw; a flow label for each flow
	IPV6_VLAN_PCP          = Option[int, RW]{solIPv6 | unix.IPV6_VLAN_PCP | asInt}          // rw; as IP_VLAN_PCP
	IPV6_PREFER_TEMPADDR   = Option[int, RW]{solIPv6 | unix.IPV6_PREFER_TEMPADDR | asInt}   // rw; temporary source addresses: 1 yes, 0 no, -1 for the default
	IPV6_IPSEC_POLICY      = Option[[]byte, WO]{solIPv6 | unix.IPV6_IPSEC_POLICY | asBytes} // wo; as IP_IPSEC_POLICY
	IPV6_BINDANY           = Option[bool, RW]{solIPv6 | unix.IPV6_BINDANY | asBool}         // rw; before bind; be any address; root
	IPV6_BINDMULTI         = Option[bool, RW]{solIPv6 | unix.IPV6_BINDMULTI | asBool}       // rw; as IP_BINDMULTI
	IPV6_RSS_LISTEN_BUCKET = Option[int, WO]{solIPv6 | unix.IPV6_RSS_LISTEN_BUCKET | asInt} // wo; take connections of this RSS bucket
	IPV6_RSSBUCKETID       = Option[int, RO]{solIPv6 | unix.IPV6_RSSBUCKETID | asInt}       // ro; the RSS bucket of the flow
	IPV6_FLOWID            = Option[uint32, RO]{solIPv6 | unix.IPV6_FLOWID | asPlain}       // ro; the flow's hash
	IPV6_FLOWTYPE          = Option[uint32, RO]{solIPv6 | unix.IPV6_FLOWTYPE | asPlain}     // ro; what that was made of: M_HASHTYPE_*
)

// IPPROTO_IPV6: control data. ip6(4).
var (
	IPV6_RECVORIGDSTADDR = Option[bool, RW]{solIPv6 | unix.IPV6_RECVORIGDSTADDR | asBool} // rw; where each datagram went before ipfw's fwd, as control data
	IPV6_RECVFLOWID      = Option[bool, RW]{solIPv6 | unix.IPV6_RECVFLOWID | asBool}      // rw; the flow of each datagram, as control data IPV6_FLOWID, IPV6_FLOWTYPE
	IPV6_RECVRSSBUCKETID = Option[bool, RW]{solIPv6 | unix.IPV6_RECVRSSBUCKETID | asBool} // rw; the RSS bucket of each datagram, as control data
)

// IPPROTO_IPV6: multicast. ip6(4), RFC 3678.
var (
	IPV6_MCAST_JOIN_GROUP         = Option[GroupReq, WO]{solIPv6 | unix.MCAST_JOIN_GROUP | asGroupReq}                     // wo; MCAST_JOIN_GROUP in C, as those that follow are without IPV6_
	IPV6_MCAST_LEAVE_GROUP        = Option[GroupReq, WO]{solIPv6 | unix.MCAST_LEAVE_GROUP | asGroupReq}                    // wo; EADDRNOTAVAIL if not joined
	IPV6_MCAST_JOIN_SOURCE_GROUP  = Option[GroupSourceReq, WO]{solIPv6 | unix.MCAST_JOIN_SOURCE_GROUP | asGroupSourceReq}  // wo; join a group for one sender, again for the next
	IPV6_MCAST_LEAVE_SOURCE_GROUP = Option[GroupSourceReq, WO]{solIPv6 | unix.MCAST_LEAVE_SOURCE_GROUP | asGroupSourceReq} // wo; leave it
	IPV6_MCAST_BLOCK_SOURCE       = Option[GroupSourceReq, WO]{solIPv6 | unix.MCAST_BLOCK_SOURCE | asGroupSourceReq}       // wo; hear a sender in a joined group no longer
	IPV6_MCAST_UNBLOCK_SOURCE     = Option[GroupSourceReq, WO]{solIPv6 | unix.MCAST_UNBLOCK_SOURCE | asGroupSourceReq}     // wo; and again
)

// A TSClock is the value of SO_TS_CLOCK. getsockopt(2).
type TSClock int

const (
	SO_TS_REALTIME_MICRO TSClock = iota // SCM_TIMESTAMP, microseconds: the default
	SO_TS_BINTIME                       // SCM_BINTIME
	SO_TS_REALTIME                      // SCM_REALTIME, nanoseconds
	SO_TS_MONOTONIC                     // SCM_MONOTONIC, nanoseconds

	SO_TS_DEFAULT = SO_TS_REALTIME_MICRO
)

var tsClocks = [...]string{"SO_TS_REALTIME_MICRO", "SO_TS_BINTIME", "SO_TS_REALTIME", "SO_TS_MONOTONIC"}

// String is the clock's name in C, as SO_TS_REALTIME.
func (c TSClock) String() string { return enumString(tsClocks[:], int(c), "TSClock") }

// An Xucred is a process and its user and groups: struct xucred. unix(4).
type Xucred struct {
	Version uint32 // XUCRED_VERSION, 0
	Uid     uint32 // effective
	Ngroups int16
	Groups  [16]uint32 // Groups[:Ngroups]; the first is the effective one
	union   uintptr
}

// Pid is cr_pid, the process id; 0 from kernels before 13. (It is the first half of a union with a pointer,
// on little-endian machines.)
func (c Xucred) Pid() int { return int(int32(c.union)) }

// A CCNewrenoOpts is the value of TCP_CCALGOOPT: struct cc_newreno_opts. cc_newreno(4).
type CCNewrenoOpts struct {
	Name uint32 // CC_NEWRENO_BETA 1, CC_NEWRENO_BETA_ECN 2
	Val  uint32 // percent
}

// A TCPFastopen is a key for both ends of data in the SYN: struct tcp_fastopen. tcp(4).
type TCPFastopen struct {
	Enable int32 // not 0: on
	Psk    [unix.TCP_FASTOPEN_PSK_LEN]byte
}

// A TCPFunctionSet names a stack of TCP: struct tcp_function_set. tcp_functions(9).
type TCPFunctionSet struct {
	Function_set_name [unix.TCP_FUNCTION_NAME_LEN_MAX]byte // up to a NUL
	Pcbcnt            uint32                               // read: connections that use it
}

// A TCPInfo is the value of TCP_INFO: struct tcp_info, its fields without tcpi_ and __tcpi_; the latter are
// there for Linux's sake, and mostly 0. Times are in microseconds. The kernel fills as much as it knows, which
// GetsockoptInto returns. netinet/tcp.h.
type TCPInfo struct {
	State              TCPState
	Ca_state           uint8
	Retransmits        uint8
	Probes             uint8
	Backoff            uint8
	Options            uint8 // TCPI_OPT_*: 1 time stamps, 2 SACK, 4 window scaling, 8 ECN, 0x10 TOE, 0x20 TFO, 0x40 ACE
	Wscale             uint8 // see SndWscale, RcvWscale
	Rto                uint32
	Ato                uint32
	Snd_mss            uint32 // bytes
	Rcv_mss            uint32
	Unacked            uint32 // a listener: connections that wait
	Sacked             uint32 // a listener: its backlog
	Lost               uint32
	Retrans            uint32
	Fackets            uint32
	Last_data_sent     uint32
	Last_ack_sent      uint32
	Last_data_recv     uint32
	Last_ack_recv      uint32
	Pmtu               uint32
	Rcv_ssthresh       uint32
	Rtt                uint32
	Rttvar             uint32
	Snd_ssthresh       uint32 // bytes, as the next
	Snd_cwnd           uint32
	Advmss             uint32
	Reordering         uint32
	Rcv_rtt            uint32
	Rcv_space          uint32 // bytes
	Snd_wnd            uint32 // bytes
	Snd_bwnd           uint32 // not used
	Snd_nxt            uint32 // sequence numbers
	Rcv_nxt            uint32
	Toe_tid            uint32
	Snd_rexmitpack     uint32 // segments
	Rcv_ooopack        uint32
	Snd_zerowin        uint32
	Delivered_ce       uint32 // 14, as all that follow: AccECN
	Received_ce        uint32
	Delivered_e1_bytes uint32
	Delivered_e0_bytes uint32
	Delivered_ce_bytes uint32
	Received_e1_bytes  uint32
	Received_e0_bytes  uint32
	Received_ce_bytes  uint32
	Total_tlp          uint32 // tail loss probes
	Total_tlp_bytes    uint64
	Snd_una            uint32
	Snd_max            uint32
	Rcv_numsacks       uint32
	Rcv_adv            uint32
	Dupacks            uint32
}

// SndWscale is tcpi_snd_wscale, the shift of the window we send into.
func (i *TCPInfo) SndWscale() int { return int(i.Wscale & 15) }

// RcvWscale is tcpi_rcv_wscale, the shift of the window we offer.
func (i *TCPInfo) RcvWscale() int { return int(i.Wscale >> 4) }
