package socket

// This file holds the options that only OpenBSD has, as sockopt_bsd.go does those that all BSDs have.
//
// Left out: SO_NETPROC, IPV6_FAITH and IP_IPSEC_LOCAL_ID and its siblings, which the kernel refuses.

import "golang.org/x/sys/unix"

// SOL_SOCKET: what a socket is, and its ends. getsockopt(2).
var (
	SO_DOMAIN     = Option[int, RO]{solSocket | unix.SO_DOMAIN | asInt}              // ro; AF_INET and so on
	SO_PROTOCOL   = Option[int, RO]{solSocket | unix.SO_PROTOCOL | asInt}            // ro; IPPROTO_TCP and so on
	SO_ACCEPTCONN = Option[bool, RO]{solSocket | unix.SO_ACCEPTCONN | asBool}        // ro; it listens
	SO_PEERCRED   = Option[Sockpeercred, RO]{solSocket | unix.SO_PEERCRED | asPlain} // ro; AF_UNIX: who connected or listened, as it was then; ENOTCONN
	SO_BINDANY    = Option[bool, RW]{solSocket | unix.SO_BINDANY | asBool}           // rw; before bind; be any address; root
	SO_RTABLE     = Option[int, RW]{solSocket | unix.SO_RTABLE | asInt}              // rw; the routing table; root to change it again
	SO_ZEROIZE    = Option[bool, RW]{solSocket | unix.SO_ZEROIZE | asBool}           // rw; what was sent or received is wiped from the kernel's memory
	SO_SPLICE     = Option[int, WO]{solSocket | unix.SO_SPLICE | asInt}              // wo; move what is received to this socket, in the kernel; -1 ends it; sosplice(9)
	SO_SPLICE_LEN = Option[int64, RO]{solSocket | unix.SO_SPLICE | asPlain}          // ro; the same number: bytes moved so far
)

// IPPROTO_TCP: how data leave. tcp(4).
var (
	TCP_NOPUSH      = Option[bool, RW]{solTCP | unix.TCP_NOPUSH | asBool}      // rw; send full segments only, until it is off
	TCP_SACK_ENABLE = Option[bool, RW]{solTCP | unix.TCP_SACK_ENABLE | asBool} // rw; before connect; selective acknowledgements
	TCP_MD5SIG      = Option[bool, RW]{solTCP | unix.TCP_MD5SIG | asBool}      // rw; before connect; RFC 2385; keys by ipsecctl(8)
	TCP_INFO        = Option[TCPInfo, RO]{solTCP | unix.TCP_INFO | asPlain}    // ro; the state of the connection; GetsockoptInto tells how much of it this kernel knows
)

// IPPROTO_IP: what goes into each packet, addresses and routes. ip(4).
var (
	IP_MINTTL   = Option[int, RW]{solIP | unix.IP_MINTTL | asInt}   // rw; 0 to 255; drop what comes with less
	IP_IPDEFTTL = Option[int, RO]{solIP | unix.IP_IPDEFTTL | asInt} // ro; the TTL that packets have by default
	IP_RTABLE   = Option[int, RW]{solIP | unix.IP_RTABLE | asInt}   // rw; as SO_RTABLE
	IP_PIPEX    = Option[bool, RW]{solIP | unix.IP_PIPEX | asBool}  // rw; L2TP goes by pipex(4)
)

// IPPROTO_IP: control data. ip(4).
var (
	IP_RECVDSTPORT   = Option[bool, RW]{solIP | unix.IP_RECVDSTPORT | asBool}   // rw; the port each datagram came to, as control data
	IP_RECVRTABLE    = Option[bool, RW]{solIP | unix.IP_RECVRTABLE | asBool}    // rw; the routing table of each datagram, as control data
	IP_IPSECFLOWINFO = Option[bool, RW]{solIP | unix.IP_IPSECFLOWINFO | asBool} // rw; the IPsec flow of each datagram, as control data
)

// IPPROTO_IP: multicast and IPsec. ip(4), ipsec(4).
var (
	IP_MULTICAST_IF_MREQN = Option[IPMreqn, WO]{solIP | unix.IP_MULTICAST_IF | asIPMreqn}     // wo; IP_MULTICAST_IF and struct ip_mreqn: by index
	IP_AUTH_LEVEL         = Option[IPsecLevel, RW]{solIP | unix.IP_AUTH_LEVEL | asInt}        // rw; authentication; root for less than the default
	IP_ESP_TRANS_LEVEL    = Option[IPsecLevel, RW]{solIP | unix.IP_ESP_TRANS_LEVEL | asInt}   // rw; encryption, transport mode; the same
	IP_ESP_NETWORK_LEVEL  = Option[IPsecLevel, RW]{solIP | unix.IP_ESP_NETWORK_LEVEL | asInt} // rw; encryption, tunnel mode; the same
	IP_IPCOMP_LEVEL       = Option[IPsecLevel, RW]{solIP | unix.IP_IPCOMP_LEVEL | asInt}      // rw; compression; the same
)

// IPPROTO_IPV6. ip6(4), ipsec(4).
var (
	IPV6_MINHOPCOUNT       = Option[int, RW]{solIPv6 | unix.IPV6_MINHOPCOUNT | asInt}              // rw; 0 to 255; drop what comes with less
	IPV6_AUTOFLOWLABEL     = Option[bool, RW]{solIPv6 | unix.IPV6_AUTOFLOWLABEL | asBool}          // rw; a flow label for each flow
	IPV6_RTABLE            = Option[int, RW]{solIPv6 | unix.IPV6_RTABLE | asInt}                   // rw; as SO_RTABLE
	IPV6_PIPEX             = Option[bool, RW]{solIPv6 | unix.IPV6_PIPEX | asBool}                  // rw; L2TP goes by pipex(4)
	IPV6_RECVDSTPORT       = Option[bool, RW]{solIPv6 | unix.IPV6_RECVDSTPORT | asBool}            // rw; the port each datagram came to, as control data
	IPV6_AUTH_LEVEL        = Option[IPsecLevel, RW]{solIPv6 | unix.IPV6_AUTH_LEVEL | asInt}        // rw; authentication; root for less than the default
	IPV6_ESP_TRANS_LEVEL   = Option[IPsecLevel, RW]{solIPv6 | unix.IPV6_ESP_TRANS_LEVEL | asInt}   // rw; encryption, transport mode; the same
	IPV6_ESP_NETWORK_LEVEL = Option[IPsecLevel, RW]{solIPv6 | unix.IPV6_ESP_NETWORK_LEVEL | asInt} // rw; encryption, tunnel mode; the same
	IPV6_IPCOMP_LEVEL      = Option[IPsecLevel, RW]{solIPv6 | unix.IPV6_IPCOMP_LEVEL | asInt}      // rw; compression; the same
)

// An IPsecLevel is how much of IPsec a socket wants: IP_AUTH_LEVEL and its siblings. netinet/in.h.
type IPsecLevel int

const (
	IPSEC_LEVEL_BYPASS  IPsecLevel = iota // none, past the policy
	IPSEC_LEVEL_AVAIL                     // send so if an association is there: the default
	IPSEC_LEVEL_USE                       // send so, accept any
	IPSEC_LEVEL_REQUIRE                   // accept no other
	IPSEC_LEVEL_UNIQUE                    // and send by an association of one's own

	IPSEC_LEVEL_NONE    = IPSEC_LEVEL_BYPASS
	IPSEC_LEVEL_DEFAULT = IPSEC_LEVEL_AVAIL
)

var ipsecLevels = [...]string{"IPSEC_LEVEL_BYPASS", "IPSEC_LEVEL_AVAIL", "IPSEC_LEVEL_USE", "IPSEC_LEVEL_REQUIRE", "IPSEC_LEVEL_UNIQUE"}

// String is the level's name in C, as IPSEC_LEVEL_REQUIRE.
func (l IPsecLevel) String() string { return enumString(ipsecLevels[:], int(l), "IPsecLevel") }

// A Sockpeercred is a process and its effective user and group: struct sockpeercred. getsockopt(2).
type Sockpeercred struct {
	Uid uint32
	Gid uint32
	Pid int32
}

// A TCPInfo is the value of TCP_INFO: struct tcp_info, its fields without tcpi_ and __tcpi_; the latter are
// there for Linux's sake, and 0. Times are in microseconds. From Snd_wnd on the fields are 0 but for root.
// netinet/tcp.h.
type TCPInfo struct {
	State           TCPState
	Ca_state        uint8
	Retransmits     uint8
	Probes          uint8
	Backoff         uint8
	Options         uint8 // TCPI_OPT_*: 1 time stamps, 2 SACK, 4 window scaling, 8 ECN, 0x10 TOE
	Snd_wscale      uint8
	Rcv_wscale      uint8
	Rto             uint32
	Ato             uint32
	Snd_mss         uint32 // bytes
	Rcv_mss         uint32
	Unacked         uint32
	Sacked          uint32
	Lost            uint32
	Retrans         uint32
	Fackets         uint32
	Last_data_sent  uint32
	Last_ack_sent   uint32
	Last_data_recv  uint32
	Last_ack_recv   uint32
	Pmtu            uint32
	Rcv_ssthresh    uint32
	Rtt             uint32
	Rttvar          uint32
	Snd_ssthresh    uint32 // bytes, as the next
	Snd_cwnd        uint32
	Advmss          uint32
	Reordering      uint32
	Rcv_rtt         uint32
	Rcv_space       uint32 // bytes
	Snd_wnd         uint32 // bytes
	Snd_nxt         uint32 // sequence numbers
	Rcv_nxt         uint32
	Toe_tid         uint32
	Snd_rexmitpack  uint32 // segments
	Rcv_ooopack     uint32
	Snd_zerowin     uint32
	Rttmin          uint32
	Max_sndwnd      uint32
	Rcv_adv         uint32
	Rcv_up          uint32
	Snd_una         uint32
	Snd_up          uint32
	Snd_wl1         uint32
	Snd_wl2         uint32
	Snd_max         uint32
	Ts_recent       uint32
	Ts_recent_age   uint32
	Rfbuf_cnt       uint32
	Rfbuf_ts        uint32
	So_rcv_sb_cc    uint32 // the socket's buffers
	So_rcv_sb_hiwat uint32
	So_rcv_sb_lowat uint32
	So_rcv_sb_wat   uint32
	So_snd_sb_cc    uint32
	So_snd_sb_hiwat uint32
	So_snd_sb_lowat uint32
	So_snd_sb_wat   uint32
}
