package socket

// This file holds the options that only macOS has, as sockopt_bsd.go does those that all BSDs have.
//
// Left out: SO_ACCEPTCONN, SO_LABEL, SO_PEERLABEL and IP_MULTICAST_VIF, which the kernel refuses; SO_NKE and
// SO_UPCALLCLOSEWAIT, of kernel extensions; IP_MSFILTER, which is private to the C library; and what configures
// the packet filter, dummynet and RSVP through a raw socket.

import (
	"time"

	"golang.org/x/sys/unix"
)

// SOL_SOCKET: addresses and ends. getsockopt(2), sys/socket.h.
var (
	SO_LINGER_SEC     = Option[Linger, RW]{solSocket | unix.SO_LINGER_SEC | asPlain}            // rw; SO_LINGER, in seconds
	SO_NOSIGPIPE      = Option[bool, RW]{solSocket | unix.SO_NOSIGPIPE | asBool}                // rw; EPIPE without SIGPIPE
	SO_REUSESHAREUID  = Option[bool, RW]{solSocket | unix.SO_REUSESHAREUID | asBool}            // rw; before bind; share a port with sockets of other users
	SO_NOTIFYCONFLICT = Option[bool, RW]{solSocket | unix.SO_NOTIFYCONFLICT | asBool}           // rw; hear of others that bind to the port; root
	SO_RANDOMPORT     = Option[bool, RW]{solSocket | unix.SO_RANDOMPORT | asBool}               // rw; before bind to port 0; a random port
	SO_NOADDRERR      = Option[bool, RW]{solSocket | unix.SO_NOADDRERR | asBool}                // rw; EADDRNOTAVAIL when the local address has gone
	SO_NP_EXTENSIONS  = Option[SoNpExtensions, RW]{solSocket | unix.SO_NP_EXTENSIONS | asPlain} // rw; where macOS is more lenient than POSIX
)

// SOL_SOCKET: buffers, limits, priority. getsockopt(2), sys/socket.h.
var (
	SO_NREAD                = Option[int, RO]{solSocket | unix.SO_NREAD | asInt}                       // ro; bytes that can be read; of datagrams, of the first
	SO_NWRITE               = Option[int, RO]{solSocket | unix.SO_NWRITE | asInt}                      // ro; bytes in the send buffer
	SO_NUMRCVPKT            = Option[int, RO]{solSocket | unix.SO_NUMRCVPKT | asInt}                   // ro; datagrams that can be read; ENOPROTOOPT on a stream
	SO_DONTTRUNC            = Option[bool, RW]{solSocket | unix.SO_DONTTRUNC | asBool}                 // rw; keep what of a datagram did not fit, and set MSG_RCVMORE
	SO_WANTMORE             = Option[bool, RW]{solSocket | unix.SO_WANTMORE | asBool}                  // rw; set MSG_HAVEMORE when more can be read
	SO_WANTOOBFLAG          = Option[bool, RW]{solSocket | unix.SO_WANTOOBFLAG | asBool}               // rw; set MSG_OOB where urgent data are inline
	SO_NET_SERVICE_TYPE     = Option[NetServiceType, RW]{solSocket | unix.SO_NET_SERVICE_TYPE | asInt} // rw; what sort of traffic it is, for queues and Wi-Fi
	SO_NETSVC_MARKING_LEVEL = Option[int, RO]{solSocket | unix.SO_NETSVC_MARKING_LEVEL | asInt}        // ro; how that is marked on the way out: 0 unknown, 1 layer 2, 2 and the DSCP, 3 background only
)

// SO_TIMESTAMP_MONOTONIC is the option of time stamps that no clock setting moves. SOL_SOCKET, sys/socket.h.
var SO_TIMESTAMP_MONOTONIC = Option[bool, RW]{solSocket | unix.SO_TIMESTAMP_MONOTONIC | asBool} // rw; SCM_TIMESTAMP_MONOTONIC with each datagram

// SOL_LOCAL: AF_UNIX. unix(4), sys/un.h.
var (
	LOCAL_PEERCRED  = Option[Xucred, RO]{solLocal | unix.LOCAL_PEERCRED | asPlain}     // ro; who connected or listened, as it was then; ENOTCONN
	LOCAL_PEERPID   = Option[int, RO]{solLocal | unix.LOCAL_PEERPID | asInt}           // ro; the process at the other end; ENOTCONN
	LOCAL_PEEREPID  = Option[int, RO]{solLocal | unix.LOCAL_PEEREPID | asInt}          // ro; the process it works for
	LOCAL_PEERUUID  = Option[[16]byte, RO]{solLocal | unix.LOCAL_PEERUUID | asPlain}   // ro; the UUID of its program
	LOCAL_PEEREUUID = Option[[16]byte, RO]{solLocal | unix.LOCAL_PEEREUUID | asPlain}  // ro; that of the one it works for
	LOCAL_PEERTOKEN = Option[[8]uint32, RO]{solLocal | unix.LOCAL_PEERTOKEN | asPlain} // ro; its audit_token_t
)

// IPPROTO_TCP: how data leave. tcp(4), netinet/tcp.h.
var (
	TCP_NOPUSH          = Option[bool, RW]{solTCP | unix.TCP_NOPUSH | asBool}                        // rw; send full segments only, until it is off
	TCP_NOTSENT_LOWAT   = Option[uint32, RW]{solTCP | unix.TCP_NOTSENT_LOWAT | asPlain}              // rw; bytes not yet sent above which the socket is not writable; 0 for off
	TCP_SENDMOREACKS    = Option[bool, RW]{solTCP | unix.TCP_SENDMOREACKS | asBool}                  // rw; acknowledge every other segment
	TCP_NOOPT           = Option[bool, RW]{solTCP | unix.TCP_NOOPT | asBool}                         // rw; no TCP options in the SYN
	TCP_ENABLE_ECN      = Option[bool, RW]{solTCP | unix.TCP_ENABLE_ECN | asBool}                    // rw; explicit congestion notification
	TCP_CONNECTION_INFO = Option[TCPConnectionInfo, RO]{solTCP | unix.TCP_CONNECTION_INFO | asPlain} // ro; the state of the connection; GetsockoptInto tells how much of it this kernel knows
)

// IPPROTO_TCP: limits and keep-alive. tcp(4), netinet/tcp.h.
var (
	TCP_KEEPALIVE         = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPALIVE | asSeconds}         // rw; seconds of silence before the first probe: TCP_KEEPIDLE of others
	TCP_KEEPINTVL         = Option[time.Duration, RW]{solTCP | unix.TCP_KEEPINTVL | asSeconds}         // rw; seconds between probes
	TCP_KEEPCNT           = Option[int, RW]{solTCP | unix.TCP_KEEPCNT | asInt}                         // rw; unanswered probes that end the connection
	TCP_CONNECTIONTIMEOUT = Option[time.Duration, RW]{solTCP | unix.TCP_CONNECTIONTIMEOUT | asSeconds} // rw; seconds before connect gives up
	TCP_RXT_CONNDROPTIME  = Option[time.Duration, RW]{solTCP | unix.TCP_RXT_CONNDROPTIME | asSeconds}  // rw; seconds of retransmission that end the connection
	TCP_RXT_FINDROP       = Option[bool, RW]{solTCP | unix.TCP_RXT_FINDROP | asBool}                   // rw; the third retransmission of a FIN ends the connection
	TCP_FASTOPEN          = Option[bool, RW]{solTCP | unix.TCP_FASTOPEN | asBool}                      // rw; a listener, else EINVAL; take data in the SYN; ENOTSUP if net.inet.tcp.fastopen is off
)

// IPPROTO_IP: what goes into each packet, and addresses. ip(4), netinet/in.h.
var (
	IP_DONTFRAG               = Option[bool, RW]{solIP | unix.IP_DONTFRAG | asBool}               // rw; EMSGSIZE and not fragments
	IP_STRIPHDR               = Option[bool, RW]{solIP | unix.IP_STRIPHDR | asBool}               // rw; SOCK_RAW; receive without the IP header
	IP_BOUND_IF               = Option[int, RW]{solIP | unix.IP_BOUND_IF | asInt}                 // rw; the interface, by index, that packets leave and come by; 0 for any
	IP_TRAFFIC_MGT_BACKGROUND = Option[bool, RW]{solIP | unix.IP_TRAFFIC_MGT_BACKGROUND | asBool} // rw; background traffic, which yields to other
	IP_IPSEC_POLICY           = Option[[]byte, WO]{solIP | unix.IP_IPSEC_POLICY | asBytes}        // wo; struct sadb_x_policy and what follows it: ipsec_set_policy(3)
)

// IPPROTO_IP: control data and multicast. ip(4), netinet/in.h.
var (
	IP_PKTINFO                = Option[bool, RW]{solIP | unix.IP_PKTINFO | asBool}                                   // rw; where each datagram came to, as control data
	IP_RECVTOS                = Option[bool, RW]{solIP | unix.IP_RECVTOS | asBool}                                   // rw; the TOS of each datagram, as control data
	IP_MULTICAST_IFINDEX      = Option[int, RW]{solIP | unix.IP_MULTICAST_IFINDEX | asInt}                           // rw; IP_MULTICAST_IF by index; 0 for any
	IP_MULTICAST_IF_MREQN     = Option[IPMreqn, WO]{solIP | unix.IP_MULTICAST_IF | asIPMreqn}                        // wo; IP_MULTICAST_IF and struct ip_mreqn: by index
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

// IPPROTO_IPV6: addresses and control data. ip6(4), netinet6/in6.h.
var (
	IPV6_BOUND_IF        = Option[int, RW]{solIPv6 | unix.IPV6_BOUND_IF | asInt}            // rw; the interface, by index, that packets leave and come by; 0 for any
	IPV6_PREFER_TEMPADDR = Option[int, RW]{solIPv6 | unix.IPV6_PREFER_TEMPADDR | asInt}     // rw; temporary source addresses: 1 yes, 0 no, -1 for the default
	IPV6_AUTOFLOWLABEL   = Option[bool, RW]{solIPv6 | unix.IPV6_AUTOFLOWLABEL | asBool}     // rw; a flow label for each flow
	IPV6_IPSEC_POLICY    = Option[[]byte, WO]{solIPv6 | unix.IPV6_IPSEC_POLICY | asBytes}   // wo; as IP_IPSEC_POLICY
	IPV6_2292PKTINFO     = Option[bool, RW]{solIPv6 | unix.IPV6_2292PKTINFO | asBool}       // rw; as IPV6_RECVPKTINFO before RFC 3542, as control data of this number
	IPV6_2292HOPLIMIT    = Option[bool, RW]{solIPv6 | unix.IPV6_2292HOPLIMIT | asBool}      // rw; as IPV6_RECVHOPLIMIT, the same
	IPV6_2292HOPOPTS     = Option[bool, RW]{solIPv6 | unix.IPV6_2292HOPOPTS | asBool}       // rw; as IPV6_RECVHOPOPTS, the same; root
	IPV6_2292DSTOPTS     = Option[bool, RW]{solIPv6 | unix.IPV6_2292DSTOPTS | asBool}       // rw; as IPV6_RECVDSTOPTS, the same; root
	IPV6_2292RTHDR       = Option[bool, RW]{solIPv6 | unix.IPV6_2292RTHDR | asBool}         // rw; as IPV6_RECVRTHDR, the same
	IPV6_2292PKTOPTIONS  = Option[[]byte, WO]{solIPv6 | unix.IPV6_2292PKTOPTIONS | asBytes} // wo; what goes with each packet, as control data of package cmsg; none clears
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

// IP_RECVPKTINFO is another name of IP_PKTINFO.
var IP_RECVPKTINFO = IP_PKTINFO // rw; the same

// A SoNpExtensions is the value of SO_NP_EXTENSIONS: struct so_np_extensions. sys/socket.h.
type SoNpExtensions struct {
	Flags uint32 // SONPX_*
	Mask  uint32 // which of them to set
}

// SONPX_SETOPTSHUT lets options be set after a shutdown.
const SONPX_SETOPTSHUT = 1

// An Xucred is a process's user and groups: struct xucred. sys/ucred.h.
type Xucred struct {
	Version uint32 // XUCRED_VERSION, 0
	Uid     uint32 // effective
	Ngroups int16
	Groups  [16]uint32 // Groups[:Ngroups]; the first is the effective one
}

// A TCPConnectionInfo is the value of TCP_CONNECTION_INFO: struct tcp_connection_info, its fields without
// tcpi_. netinet/tcp.h.
type TCPConnectionInfo struct {
	State               TCPState
	Snd_wscale          uint8
	Rcv_wscale          uint8
	_                   uint8
	Options             uint32 // TCPCI_OPT_*: 1 time stamps, 2 SACK, 4 window scaling, 8 ECN
	Flags               uint32 // TCPCI_FLAG_*: 1 loss recovery, 2 reordering was met
	Rto                 uint32 // milliseconds
	Maxseg              uint32 // bytes, as all up to Rcv_wnd
	Snd_ssthresh        uint32
	Snd_cwnd            uint32
	Snd_wnd             uint32
	Snd_sbbytes         uint32 // in the send buffer, those on their way too
	Rcv_wnd             uint32
	Rttcur              uint32 // milliseconds, as the next two
	Srtt                uint32
	Rttvar              uint32
	Tfo                 uint32 // fast open: the bits tcpi_tfo_cookie_req and so on, from the lowest
	Txpackets           uint64
	Txbytes             uint64
	Txretransmitbytes   uint64
	Rxpackets           uint64
	Rxbytes             uint64
	Rxoutoforderbytes   uint64
	Txretransmitpackets uint64
}

// A NetServiceType is the value of SO_NET_SERVICE_TYPE. sys/socket.h.
type NetServiceType int

const (
	NET_SERVICE_TYPE_BE  NetServiceType = iota // best effort
	NET_SERVICE_TYPE_BK                        // background
	NET_SERVICE_TYPE_SIG                       // signaling
	NET_SERVICE_TYPE_VI                        // interactive video
	NET_SERVICE_TYPE_VO                        // interactive voice
	NET_SERVICE_TYPE_RV                        // responsive audio and video
	NET_SERVICE_TYPE_AV                        // audio and video streams
	NET_SERVICE_TYPE_OAM                       // operations, administration, management
	NET_SERVICE_TYPE_RD                        // responsive data
)

var netServiceTypes = [...]string{"NET_SERVICE_TYPE_BE", "NET_SERVICE_TYPE_BK", "NET_SERVICE_TYPE_SIG", "NET_SERVICE_TYPE_VI", "NET_SERVICE_TYPE_VO",
	"NET_SERVICE_TYPE_RV", "NET_SERVICE_TYPE_AV", "NET_SERVICE_TYPE_OAM", "NET_SERVICE_TYPE_RD"}

// String is the type's name in C, as NET_SERVICE_TYPE_VO.
func (t NetServiceType) String() string {
	return enumString(netServiceTypes[:], int(t), "NetServiceType")
}
