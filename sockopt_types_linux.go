package socket

// This file holds the values of Linux's options that Go has no type for, under their C names:
//
//	1 structures of any socket   2 of IP   3 of TCP   4 of MPTCP and TLS   5 of packet sockets
//	6 enumerations and flags
//
// Fields have the names of C, without their prefix. What is an address in C is a netip.Addr here, what is
// in network order is in the host's, and what C leaves to a length field is a slice.

import (
	"net/netip"
	"strconv"
	"unsafe"
)

// 1. Structures of any socket.

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

// A Timestamping is the value of SO_TIMESTAMPING: struct so_timestamping. Kernels before 5.14 know Flags only.
type Timestamping struct {
	Flags    TimestampingFlags
	Bind_phc int32 // the PTP clock to use, with SOF_TIMESTAMPING_BIND_PHC
}

// A SockTxtime is the value of SO_TXTIME: struct sock_txtime.
type SockTxtime struct {
	Clockid int32 // CLOCK_TAI, CLOCK_MONOTONIC
	Flags   TxtimeFlags
}

// A MemInfo is the value of SO_MEMINFO: the memory of a socket in bytes, as SK_MEMINFO_* has it.
// linux/sock_diag.h.
type MemInfo struct {
	Rmem_alloc  uint32 // received and not yet read, with the kernel's own share
	Rcvbuf      uint32 // SO_RCVBUF
	Wmem_alloc  uint32 // sent, and still with the device
	Sndbuf      uint32 // SO_SNDBUF
	Fwd_alloc   uint32 // taken in advance
	Wmem_queued uint32 // not yet sent or acknowledged
	Optmem      uint32 // options and filters
	Backlog     uint32 // arrived while the socket was in use
	Drops       uint32 // datagrams, not bytes
}

// A DmabufToken names fragments of device memory to give back: struct dmabuf_token, SO_DEVMEM_DONTNEED.
type DmabufToken struct {
	Token_start uint32
	Token_count uint32
}

// 2. Structures of IP.

// An IPMreqn is a multicast group and an interface: struct ip_mreqn, IP_ADD_MEMBERSHIP. ip(7).
type IPMreqn struct {
	Multiaddr netip.Addr // the group, an IPv4 address; the zero Addr is 0.0.0.0, as everywhere
	Address   netip.Addr // the interface by its address, if Ifindex is 0
	Ifindex   int        // the interface; with no Address and 0 the kernel chooses
}

// An IPMreqSource is a group, an interface and a sender: struct ip_mreq_source, IP_ADD_SOURCE_MEMBERSHIP. ip(7).
type IPMreqSource struct {
	Multiaddr  netip.Addr
	Interface  netip.Addr // by its address; MCAST_JOIN_SOURCE_GROUP takes an index
	Sourceaddr netip.Addr
}

// An IPMsfilter is the senders a group is heard from: struct ip_msfilter, IP_MSFILTER. To read it, fill in
// Multiaddr and Interface and call GetsockoptInto. ip(7).
type IPMsfilter struct {
	Multiaddr netip.Addr
	Interface netip.Addr // by its address
	Fmode     MCASTMode  // hear only, or all but, the senders in Slist
	Slist     []netip.Addr
}

// A GroupReq is a group and an interface: struct group_req, MCAST_JOIN_GROUP. The family of the group is that
// of the option's level. RFC 3678.
type GroupReq struct {
	Interface int        // by index; 0: the group's zone or, without one, the kernel's choice
	Group     netip.Addr // IPv4 at level IPPROTO_IP, IPv6 at IPPROTO_IPV6
}

// A GroupSourceReq is a group, an interface and a sender: struct group_source_req, MCAST_JOIN_SOURCE_GROUP.
// RFC 3678.
type GroupSourceReq struct {
	Interface int // as in GroupReq
	Group     netip.Addr
	Source    netip.Addr
}

// A GroupFilter is the senders a group is heard from: struct group_filter, MCAST_MSFILTER. To read it, fill in
// Interface and Group and call GetsockoptInto. RFC 3678.
type GroupFilter struct {
	Interface int // as in GroupReq
	Group     netip.Addr
	Fmode     MCASTMode // hear only, or all but, the senders in Slist
	Slist     []netip.Addr
}

// An IPv6Mreq is a group, or an anycast address, and an interface: struct ipv6_mreq, IPV6_ADD_MEMBERSHIP. ipv6(7).
type IPv6Mreq struct {
	Multiaddr netip.Addr // an IPv6 address
	Interface int        // by index; 0: Multiaddr's zone or, without one, the kernel's choice
}

// An In6Pktinfo is a source address and an interface to send from: struct in6_pktinfo, IPV6_PKTINFO. The zero
// value is neither. ipv6(7).
type In6Pktinfo struct {
	Addr    netip.Addr // an IPv6 address of this host
	Ifindex int        // 0: Addr's zone, or any
}

// An IP6MTUInfo is the MTU of a path: struct ip6_mtuinfo, IPV6_PATHMTU. RFC 3542.
type IP6MTUInfo struct {
	Addr Sockaddr // where to; the option leaves it out
	Mtu  int      // bytes
}

// An In6FlowlabelReq asks for a flow label: struct in6_flowlabel_req, IPV6_FLOWLABEL_MGR and IPv6FlowlabelMgr.
// linux/in6.h.
type In6FlowlabelReq struct {
	Dst     netip.Addr // who the label is for
	Label   uint32     // the 20 bits; 0 with IPV6_FL_A_GET: any
	Action  uint8      // IPV6_FL_A_*
	Share   uint8      // IPV6_FL_S_*
	Flags   uint16     // IPV6_FL_F_*
	Expires uint16     // seconds
	Linger  uint16     // seconds it stays taken when it is given back
}

const (
	IPV6_FL_A_GET   = 0 // take a label, or read the one in use; linux/in6.h, as all of these
	IPV6_FL_A_PUT   = 1 // give it back
	IPV6_FL_A_RENEW = 2 // prolong it

	IPV6_FL_F_CREATE  = 1 // make it if there is none
	IPV6_FL_F_EXCL    = 2 // and fail if there is
	IPV6_FL_F_REFLECT = 4 // answer with the label that came
	IPV6_FL_F_REMOTE  = 8 // read the peer's

	IPV6_FL_S_NONE    = 0
	IPV6_FL_S_EXCL    = 1   // for this socket
	IPV6_FL_S_PROCESS = 2   // for this process
	IPV6_FL_S_USER    = 3   // for this user
	IPV6_FL_S_ANY     = 255 // for all
)

// A PortRange bounds the ports that the kernel chooses from: IP_LOCAL_PORT_RANGE. 0 is the system's bound.
type PortRange struct{ Lo, Hi uint16 }

// An ICMPFilter has a bit for each type of ICMP that a raw socket does not receive, 1<<type: struct icmp_filter. raw(7).
type ICMPFilter uint32

// An ICMPv6Filter has a bit for each type of ICMPv6 that a raw socket does not receive: struct icmp6_filter. RFC 3542.
type ICMPv6Filter struct{ Data [8]uint32 }

// SetPass lets a type through: ICMP6_FILTER_SETPASS.
func (f *ICMPv6Filter) SetPass(typ uint8) { f.Data[typ>>5] &^= 1 << (typ & 31) }

// SetBlock blocks a type: ICMP6_FILTER_SETBLOCK.
func (f *ICMPv6Filter) SetBlock(typ uint8) { f.Data[typ>>5] |= 1 << (typ & 31) }

// SetPassAll lets all types through: ICMP6_FILTER_SETPASSALL.
func (f *ICMPv6Filter) SetPassAll() { *f = ICMPv6Filter{} }

// SetBlockAll blocks all types: ICMP6_FILTER_SETBLOCKALL.
func (f *ICMPv6Filter) SetBlockAll() {
	for i := range f.Data {
		f.Data[i] = 1<<32 - 1
	}
}

// WillPass reports whether a type comes through: ICMP6_FILTER_WILLPASS.
func (f *ICMPv6Filter) WillPass(typ uint8) bool { return f.Data[typ>>5]>>(typ&31)&1 == 0 }

// 3. Structures of TCP.

// A TCPInfo is the value of TCP_INFO: struct tcp_info, its fields without tcpi_. The kernel fills as much as
// it knows, which GetsockoptInto returns; what it does not is 0. Times are in microseconds but where it says
// otherwise. tcp(7), linux/tcp.h.
type TCPInfo struct {
	State                TCPState
	Ca_state             TCPCAState
	Retransmits          uint8 // of the oldest unacknowledged segment
	Probes               uint8 // unanswered keep-alive or window probes
	Backoff              uint8
	Options              TCPIOptions
	Wscale               uint8  // see SndWscale, RcvWscale
	Flags                uint8  // see DeliveryRateAppLimited, FastopenClientFail
	Rto                  uint32 // µs
	Ato                  uint32 // µs
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
	Rtt                  uint32 // µs
	Rttvar               uint32 // µs
	Snd_ssthresh         uint32 // segments
	Snd_cwnd             uint32 // segments
	Advmss               uint32
	Reordering           uint32
	Rcv_rtt              uint32 // µs
	Rcv_space            uint32
	Total_retrans        uint32
	Pacing_rate          uint64 // bytes a second
	Max_pacing_rate      uint64
	Bytes_acked          uint64
	Bytes_received       uint64
	Segs_out             uint32
	Segs_in              uint32
	Notsent_bytes        uint32
	Min_rtt              uint32 // µs
	Data_segs_in         uint32
	Data_segs_out        uint32
	Delivery_rate        uint64 // bytes a second
	Busy_time            uint64 // µs
	Rwnd_limited         uint64 // µs
	Sndbuf_limited       uint64 // µs
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

// SndWscale is tcpi_snd_wscale: the peer's windows count in units of 1<<SndWscale bytes.
func (i *TCPInfo) SndWscale() int { return bits8(i.Wscale, 0, 4) }

// RcvWscale is tcpi_rcv_wscale, of the own windows.
func (i *TCPInfo) RcvWscale() int { return bits8(i.Wscale, 4, 4) }

// DeliveryRateAppLimited is tcpi_delivery_rate_app_limited: Delivery_rate was bounded by what there was to send.
func (i *TCPInfo) DeliveryRateAppLimited() bool { return bits8(i.Flags, 0, 1) != 0 }

// FastopenClientFail is tcpi_fastopen_client_fail: why no data went with the SYN.
func (i *TCPInfo) FastopenClientFail() TCPFastopenFail {
	return TCPFastopenFail(bits8(i.Flags, 1, 2))
}

// bits8 is a C bit field: n bits from the first, which is the lowest on little-endian machines.
func bits8(b uint8, from, n int) int {
	if bigEndian {
		from = 8 - n - from
	}
	return int(b >> from & (1<<n - 1))
}

// A TCPCCInfo is the value of TCP_CC_INFO: union tcp_cc_info. Which member it is depends on TCP_CONGESTION, and
// how many bytes GetsockoptInto gives: none for most. linux/inet_diag.h.
type TCPCCInfo [5]uint32

// Vegas is the member of vegas and its kin.
func (i TCPCCInfo) Vegas() TCPVegasInfo { return TCPVegasInfo{i[0], i[1], i[2], i[3]} }

// DCTCP is the member of dctcp.
func (i TCPCCInfo) DCTCP() TCPDCTCPInfo {
	halves := *(*[2]uint16)(unsafe.Pointer(&i))
	return TCPDCTCPInfo{halves[0], halves[1], i[1], i[2], i[3]}
}

// BBR is the member of bbr.
func (i TCPCCInfo) BBR() TCPBBRInfo { return TCPBBRInfo{i[0], i[1], i[2], i[3], i[4]} }

// A TCPVegasInfo is struct tcpvegas_info.
type TCPVegasInfo struct {
	Enabled uint32
	Rttcnt  uint32
	Rtt     uint32 // microseconds
	Minrtt  uint32 // microseconds
}

// A TCPDCTCPInfo is struct tcp_dctcp_info.
type TCPDCTCPInfo struct {
	Enabled  uint16
	Ce_state uint16
	Alpha    uint32
	Ab_ecn   uint32 // bytes acknowledged with ECN marks
	Ab_tot   uint32 // bytes acknowledged
}

// A TCPBBRInfo is struct tcp_bbr_info.
type TCPBBRInfo struct {
	Bw_lo       uint32 // the estimate of the bandwidth, bytes a second, in two halves
	Bw_hi       uint32
	Min_rtt     uint32 // microseconds
	Pacing_gain uint32 // in 1/256, as the next
	Cwnd_gain   uint32
}

// Bw is Bw_hi and Bw_lo as one number.
func (i TCPBBRInfo) Bw() uint64 { return uint64(i.Bw_hi)<<32 | uint64(i.Bw_lo) }

// A TCPMD5Sig is a key for the segments of a peer: struct tcp_md5sig, TCP_MD5SIG. RFC 2385, linux/tcp.h.
type TCPMD5Sig struct {
	Addr      netip.Addr // the peer; IPv6, or ::ffff: for IPv4, on an AF_INET6 socket
	Flags     uint8      // TCP_MD5SIG_FLAG_*, with TCP_MD5SIG_EXT only
	Prefixlen uint8      // bits of Addr that count, with TCP_MD5SIG_FLAG_PREFIX
	Ifindex   int        // an L3 device, with TCP_MD5SIG_FLAG_IFINDEX
	Key       []byte     // 80 bytes at most; none deletes the key
}

const (
	TCP_MD5SIG_MAXKEYLEN    = 80
	TCP_MD5SIG_FLAG_PREFIX  = 1
	TCP_MD5SIG_FLAG_IFINDEX = 2
)

// A TCPAOAdd is a key to add: struct tcp_ao_add, TCP_AO_ADD_KEY. RFC 5925, linux/tcp.h.
type TCPAOAdd struct {
	Addr        netip.Addr // the peer
	Alg_name    string     // the hash, as "hmac(sha1)"
	Ifindex     int        // an L3 device, with TCP_AO_KEYF_IFINDEX
	Set_current bool       // sign with it at once
	Set_rnext   bool       // ask the peer to sign with it
	Prefix      uint8      // bits of Addr that count
	Sndid       uint8      // its number when sent
	Rcvid       uint8      // its number when received
	Maclen      uint8      // bytes of the code, 0 for the usual 12
	Keyflags    uint8      // TCP_AO_KEYF_*
	Key         []byte     // 80 bytes at most
}

const (
	TCP_AO_MAXKEYLEN        = 80
	TCP_AO_KEYF_IFINDEX     = 1
	TCP_AO_KEYF_EXCLUDE_OPT = 2 // leave the TCP options out of the code
)

// A TCPAODel is a key to delete: struct tcp_ao_del, TCP_AO_DEL_KEY.
type TCPAODel struct {
	Addr        netip.Addr
	Ifindex     int
	Set_current bool // to Current_key first
	Set_rnext   bool // to Rnext first
	Del_async   bool // of a listener: without waiting for those who use it
	Prefix      uint8
	Sndid       uint8
	Rcvid       uint8
	Current_key uint8
	Rnext       uint8
	Keyflags    uint8
}

// A TCPAOInfo is the keys in use and the counters of a connection: struct tcp_ao_info_opt, TCP_AO_INFO.
type TCPAOInfo struct {
	Set_current       bool // set: Current_key counts; get: there is one; as the next for Rnext
	Set_rnext         bool
	Ao_required       bool // refuse segments without a code
	Set_counters      bool // set the counters too
	Accept_icmps      bool // heed ICMP errors
	Current_key       uint8
	Rnext             uint8
	Pkt_good          uint64
	Pkt_bad           uint64
	Pkt_key_not_found uint64
	Pkt_ao_required   uint64
	Pkt_dropped_icmp  uint64
}

// A TCPAOKey is a key of a socket: struct tcp_ao_getsockopt, TCP_AO_GET_KEYS.
type TCPAOKey struct {
	Addr       netip.Addr
	Alg_name   string
	Key        []byte
	Is_current bool
	Is_rnext   bool
	Sndid      uint8
	Rcvid      uint8
	Prefix     uint8
	Maclen     uint8
	Keyflags   uint8
	Ifindex    int
	Pkt_good   uint64
	Pkt_bad    uint64
}

// A TCPAORepair is the state of TCP-AO that moves with a connection: struct tcp_ao_repair, TCP_AO_REPAIR.
type TCPAORepair struct {
	Snt_isn [4]byte // in network order, as the next
	Rcv_isn [4]byte
	Snd_sne uint32
	Rcv_sne uint32
}

// A TCPRepairOpt is what was agreed on in the SYNs: struct tcp_repair_opt, TCP_REPAIR_OPTIONS. linux/tcp.h.
type TCPRepairOpt struct {
	Opt_code uint32 // 2 MSS, 3 window scales, 4 SACK, 8 time stamps
	Opt_val  uint32 // of 2: bytes; of 3: the peer's scale | the own << 16
}

// A TCPRepairWindow is the state of the windows: struct tcp_repair_window, TCP_REPAIR_WINDOW. linux/tcp.h.
type TCPRepairWindow struct {
	Snd_wl1    uint32
	Snd_wnd    uint32
	Max_window uint32
	Rcv_wnd    uint32
	Rcv_wup    uint32
}

// A TCPZerocopyReceive maps received data into memory: struct tcp_zerocopy_receive, TCP_ZEROCOPY_RECEIVE. The
// addresses are of memory that is not Go's: mmap of the socket. linux/tcp.h.
type TCPZerocopyReceive struct {
	Address         uint64 // in: where to map
	Length          uint32 // in and out: bytes to map, mapped
	Recv_skip_hint  uint32 // out: bytes to read by recv
	Inq             uint32 // out: bytes that wait
	Err             int32  // out: the pending error
	Copybuf_address uint64 // in: where to copy what is less than a page; 5.11, as the next two
	Copybuf_len     int32  // in and out: bytes
	Flags           uint32 // in
	Msg_control     uint64 // in: control data; 5.13, as all that follow
	Msg_controllen  uint64 // in and out
	Msg_flags       uint32 // out
	Reserved        uint32 // 0
}

// 4. Structures of MPTCP and TLS.

// An MPTCPInfo is the value of MPTCP_INFO: struct mptcp_info, its fields without mptcpi_. The kernel fills as
// much as it knows, which GetsockoptInto returns. linux/mptcp.h.
type MPTCPInfo struct {
	Subflows              uint8 // beside the first
	Add_addr_signal       uint8 // addresses announced
	Add_addr_accepted     uint8
	Subflows_max          uint8
	Add_addr_signal_max   uint8
	Add_addr_accepted_max uint8
	Flags                 MPTCPFlags
	Token                 uint32
	Write_seq             uint64
	Snd_una               uint64
	Rcv_nxt               uint64
	Local_addr_used       uint8
	Local_addr_max        uint8
	Csum_enabled          uint8
	Retransmits           uint32 // 6.5, as all that follow
	Bytes_retrans         uint64
	Bytes_sent            uint64
	Bytes_received        uint64
	Bytes_acked           uint64
	Subflows_total        uint8
	Reserved              [3]uint8
	Last_data_sent        uint32 // milliseconds ago, as the next two; 6.10
	Last_data_recv        uint32
	Last_ack_recv         uint32
}

// An MPTCPSubflowAddrs is the two ends of a subflow: struct mptcp_subflow_addrs, MPTCP_SUBFLOW_ADDRS.
type MPTCPSubflowAddrs struct {
	Local, Remote Sockaddr
}

// An MPTCPSubflowInfo is a subflow in an MPTCPFullInfo: struct mptcp_subflow_info.
type MPTCPSubflowInfo struct {
	Id    uint32
	Addrs MPTCPSubflowAddrs
}

// An MPTCPFullInfo is a connection with all its subflows: struct mptcp_full_info, MPTCP_FULL_INFO.
type MPTCPFullInfo struct {
	Mptcp_info   MPTCPInfo
	Subflow_info []MPTCPSubflowInfo
	Tcp_info     []TCPInfo // of the same subflows
}

// A TLSCryptoInfo is a cipher with its keys: struct tls12_crypto_info_aes_gcm_128 and its kin, TLS_TX and TLS_RX.
// The lengths are the cipher's, others are EINVAL:
//
//	                                            Iv  Key  Salt  Rec_seq
//	AES_GCM_128, AES_CCM_128, SM4_GCM, SM4_CCM,
//	ARIA_GCM_128                                 8   16     4        8
//	AES_GCM_256, ARIA_GCM_256                    8   32     4        8
//	CHACHA20_POLY1305                           12   32     0        8
//
// linux/tls.h.
type TLSCryptoInfo struct {
	Version     TLSVersion
	Cipher_type TLSCipher
	Iv          []byte
	Key         []byte
	Salt        []byte
	Rec_seq     []byte // the number of the next record, in network order
}

// 5. Structures of packet sockets.

// A FanoutArgs is a group of packet sockets that share what arrives: struct fanout_args, PACKET_FANOUT. packet(7).
type FanoutArgs struct {
	Id              uint16
	Type            FanoutType
	Flags           FanoutFlags
	Max_num_members uint32 // 0 for 256; others 5.11
}

// A TpacketRolloverStats counts the packets of PACKET_FANOUT_ROLLOVER: struct tpacket_rollover_stats.
type TpacketRolloverStats struct {
	All    uint64 // rolled over
	Huge   uint64 // for their size
	Failed uint64
}

// 6. Enumerations and flags.

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

// A TCPCAState is the state of the congestion control: TCPInfo.Ca_state. linux/tcp.h.
type TCPCAState uint8

const (
	TCP_CA_Open     TCPCAState = iota // all is well
	TCP_CA_Disorder                   // segments came out of order
	TCP_CA_CWR                        // the window is being reduced
	TCP_CA_Recovery                   // lost segments are sent again
	TCP_CA_Loss                       // after a time-out
)

var tcpCAStates = [...]string{"TCP_CA_Open", "TCP_CA_Disorder", "TCP_CA_CWR", "TCP_CA_Recovery", "TCP_CA_Loss"}

// String is the state's name in C, as TCP_CA_Open.
func (s TCPCAState) String() string { return enumString(tcpCAStates[:], int(s), "TCPCAState") }

// A TCPFastopenFail is why no data went with the SYN: enum tcp_fastopen_client_fail, linux/tcp.h.
type TCPFastopenFail int

const (
	TFO_STATUS_UNSPEC      TCPFastopenFail = iota // it went, or was not asked for
	TFO_COOKIE_UNAVAILABLE                        // no cookie from this server yet
	TFO_DATA_NOT_ACKED                            // the server acknowledged the SYN alone
	TFO_SYN_RETRANSMITTED                         // the SYN was lost
)

var tcpFastopenFails = [...]string{"TFO_STATUS_UNSPEC", "TFO_COOKIE_UNAVAILABLE", "TFO_DATA_NOT_ACKED", "TFO_SYN_RETRANSMITTED"}

// String is the reason's name in C, as TFO_COOKIE_UNAVAILABLE.
func (f TCPFastopenFail) String() string {
	return enumString(tcpFastopenFails[:], int(f), "TCPFastopenFail")
}

// TCPIOptions is what both ends agreed on: TCPInfo.Options. linux/tcp.h.
type TCPIOptions uint8

const (
	TCPI_OPT_TIMESTAMPS TCPIOptions = 1 << iota
	TCPI_OPT_SACK
	TCPI_OPT_WSCALE
	TCPI_OPT_ECN
	TCPI_OPT_ECN_SEEN  // a packet came with ECN
	TCPI_OPT_SYN_DATA  // data went or came with the SYN
	TCPI_OPT_USEC_TS   // time stamps in microseconds; 6.7
	TCPI_OPT_TFO_CHILD // accepted with data in the SYN; 6.12
)

var tcpiOptions = []flagName{{1, "TCPI_OPT_TIMESTAMPS"}, {2, "TCPI_OPT_SACK"}, {4, "TCPI_OPT_WSCALE"}, {8, "TCPI_OPT_ECN"},
	{16, "TCPI_OPT_ECN_SEEN"}, {32, "TCPI_OPT_SYN_DATA"}, {64, "TCPI_OPT_USEC_TS"}, {128, "TCPI_OPT_TFO_CHILD"}}

// String is the names in C, as TCPI_OPT_SACK|TCPI_OPT_WSCALE.
func (o TCPIOptions) String() string { return flagString(tcpiOptions, int(o), "TCPIOptions") }

// A TCPRepairMode is the value of TCP_REPAIR. linux/tcp.h.
type TCPRepairMode int

const (
	TCP_REPAIR_OFF_NO_WP TCPRepairMode = iota - 1 // off, without probing the peer's window; 4.19
	TCP_REPAIR_OFF                                // off
	TCP_REPAIR_ON                                 // on
)

var tcpRepairModes = [...]string{"TCP_REPAIR_OFF_NO_WP", "TCP_REPAIR_OFF", "TCP_REPAIR_ON"}

// String is the mode's name in C, as TCP_REPAIR_ON.
func (m TCPRepairMode) String() string {
	if m < TCP_REPAIR_OFF_NO_WP || m > TCP_REPAIR_ON {
		return "TCPRepairMode(" + strconv.Itoa(int(m)) + ")"
	}
	return tcpRepairModes[m+1]
}

// A TCPRepairQueue is the value of TCP_REPAIR_QUEUE. linux/tcp.h.
type TCPRepairQueue int

const (
	TCP_NO_QUEUE TCPRepairQueue = iota
	TCP_RECV_QUEUE
	TCP_SEND_QUEUE
)

var tcpRepairQueues = [...]string{"TCP_NO_QUEUE", "TCP_RECV_QUEUE", "TCP_SEND_QUEUE"}

// String is the queue's name in C, as TCP_SEND_QUEUE.
func (q TCPRepairQueue) String() string {
	return enumString(tcpRepairQueues[:], int(q), "TCPRepairQueue")
}

// A TOS is a value of IP_TOS or IPV6_TCLASS, to print: its upper six bits are the DSCP, the lower two the ECN.
// netinet/ip.h.
type TOS int

const (
	IPTOS_CLASS_CS0 = 0x00
	IPTOS_CLASS_CS1 = 0x20
	IPTOS_CLASS_CS2 = 0x40
	IPTOS_CLASS_CS3 = 0x60
	IPTOS_CLASS_CS4 = 0x80
	IPTOS_CLASS_CS5 = 0xa0
	IPTOS_CLASS_CS6 = 0xc0
	IPTOS_CLASS_CS7 = 0xe0
	IPTOS_DSCP_LE   = 0x04 // less than best effort: RFC 8622
	IPTOS_DSCP_AF11 = 0x28
	IPTOS_DSCP_AF12 = 0x30
	IPTOS_DSCP_AF13 = 0x38
	IPTOS_DSCP_AF21 = 0x48
	IPTOS_DSCP_AF22 = 0x50
	IPTOS_DSCP_AF23 = 0x58
	IPTOS_DSCP_AF31 = 0x68
	IPTOS_DSCP_AF32 = 0x70
	IPTOS_DSCP_AF33 = 0x78
	IPTOS_DSCP_AF41 = 0x88
	IPTOS_DSCP_AF42 = 0x90
	IPTOS_DSCP_AF43 = 0x98
	IPTOS_DSCP_EF   = 0xb8 // expedited forwarding
	IPTOS_DSCP_MASK = 0xfc

	IPTOS_ECN_NOT_ECT = 0x00
	IPTOS_ECN_ECT1    = 0x01
	IPTOS_ECN_ECT0    = 0x02
	IPTOS_ECN_CE      = 0x03 // congestion was met
	IPTOS_ECN_MASK    = 0x03

	IPTOS_LOWDELAY    = 0x10 // RFC 791's, which the DSCP replaced
	IPTOS_THROUGHPUT  = 0x08
	IPTOS_RELIABILITY = 0x04
	IPTOS_MINCOST     = 0x02
)

var dscps = [...]string{0x00 >> 2: "IPTOS_CLASS_CS0", 0x20 >> 2: "IPTOS_CLASS_CS1", 0x40 >> 2: "IPTOS_CLASS_CS2", 0x60 >> 2: "IPTOS_CLASS_CS3",
	0x80 >> 2: "IPTOS_CLASS_CS4", 0xa0 >> 2: "IPTOS_CLASS_CS5", 0xc0 >> 2: "IPTOS_CLASS_CS6", 0xe0 >> 2: "IPTOS_CLASS_CS7", 0x04 >> 2: "IPTOS_DSCP_LE",
	0x10 >> 2: "IPTOS_LOWDELAY", 0x08 >> 2: "IPTOS_THROUGHPUT",
	0x28 >> 2: "IPTOS_DSCP_AF11", 0x30 >> 2: "IPTOS_DSCP_AF12", 0x38 >> 2: "IPTOS_DSCP_AF13", 0x48 >> 2: "IPTOS_DSCP_AF21", 0x50 >> 2: "IPTOS_DSCP_AF22",
	0x58 >> 2: "IPTOS_DSCP_AF23", 0x68 >> 2: "IPTOS_DSCP_AF31", 0x70 >> 2: "IPTOS_DSCP_AF32", 0x78 >> 2: "IPTOS_DSCP_AF33", 0x88 >> 2: "IPTOS_DSCP_AF41",
	0x90 >> 2: "IPTOS_DSCP_AF42", 0x98 >> 2: "IPTOS_DSCP_AF43", 0xb8 >> 2: "IPTOS_DSCP_EF"}

var ecns = [...]string{"", "|IPTOS_ECN_ECT1", "|IPTOS_ECN_ECT0", "|IPTOS_ECN_CE"}

// String is the names in C, as IPTOS_DSCP_EF|IPTOS_ECN_ECT0.
func (t TOS) String() string {
	if dscp := t >> 2; dscp >= 0 && int(dscp) < len(dscps) && dscps[dscp] != "" {
		return dscps[dscp] + ecns[t&IPTOS_ECN_MASK]
	}
	return "TOS(" + strconv.Itoa(int(t)) + ")"
}

// An MCASTMode says what the list of senders in an IPMsfilter or a GroupFilter means. RFC 3678.
type MCASTMode int

const (
	MCAST_EXCLUDE MCASTMode = iota // hear all but these
	MCAST_INCLUDE                  // hear only these
)

var mcastModes = [...]string{"MCAST_EXCLUDE", "MCAST_INCLUDE"}

// String is the mode's name in C, as MCAST_INCLUDE.
func (m MCASTMode) String() string { return enumString(mcastModes[:], int(m), "MCASTMode") }

// An IPv6AddrPref is the value of IPV6_ADDR_PREFERENCES: which source address to take. RFC 5014.
type IPv6AddrPref int

const (
	IPV6_PREFER_SRC_TMP            IPv6AddrPref = 0x0001 // a temporary one; linux/in6.h, as all of these
	IPV6_PREFER_SRC_PUBLIC         IPv6AddrPref = 0x0002 // a public one
	IPV6_PREFER_SRC_COA            IPv6AddrPref = 0x0004 // a care-of address
	IPV6_PREFER_SRC_CGA            IPv6AddrPref = 0x0008 // a cryptographic one
	IPV6_PREFER_SRC_PUBTMP_DEFAULT IPv6AddrPref = 0x0100 // as the system has it
	IPV6_PREFER_SRC_HOME           IPv6AddrPref = 0x0400 // the home address
	IPV6_PREFER_SRC_NONCGA         IPv6AddrPref = 0x0800 // none that is cryptographic
)

var ipv6AddrPrefs = []flagName{{0x1, "IPV6_PREFER_SRC_TMP"}, {0x2, "IPV6_PREFER_SRC_PUBLIC"}, {0x4, "IPV6_PREFER_SRC_COA"}, {0x8, "IPV6_PREFER_SRC_CGA"},
	{0x100, "IPV6_PREFER_SRC_PUBTMP_DEFAULT"}, {0x400, "IPV6_PREFER_SRC_HOME"}, {0x800, "IPV6_PREFER_SRC_NONCGA"}}

// String is the names in C, as IPV6_PREFER_SRC_TMP|IPV6_PREFER_SRC_HOME.
func (p IPv6AddrPref) String() string { return flagString(ipv6AddrPrefs, int(p), "IPv6AddrPref") }

// A UDPEncap is the value of UDP_ENCAP: what the datagrams carry. linux/udp.h.
type UDPEncap int

const (
	UDP_ENCAP_ESPINUDP_NON_IKE UDPEncap = iota + 1 // removed in 6.11
	UDP_ENCAP_ESPINUDP                             // IPsec: RFC 3948
	UDP_ENCAP_L2TPINUDP
	UDP_ENCAP_GTP0 // this and the next are set by the kernel only
	UDP_ENCAP_GTP1U
	UDP_ENCAP_RXRPC
	TCP_ENCAP_ESPINTCP
)

var udpEncaps = [...]string{"0", "UDP_ENCAP_ESPINUDP_NON_IKE", "UDP_ENCAP_ESPINUDP", "UDP_ENCAP_L2TPINUDP", "UDP_ENCAP_GTP0", "UDP_ENCAP_GTP1U",
	"UDP_ENCAP_RXRPC", "TCP_ENCAP_ESPINTCP"}

// String is the kind's name in C, as UDP_ENCAP_ESPINUDP; 0 is none.
func (e UDPEncap) String() string { return enumString(udpEncaps[:], int(e), "UDPEncap") }

// A BufLock is the value of SO_BUF_LOCK, the buffers that the kernel leaves as they are: SOCK_SNDBUF_LOCK,
// SOCK_RCVBUF_LOCK. linux/socket.h.
type BufLock int

var bufLocks = []flagName{{SOCK_SNDBUF_LOCK, "SOCK_SNDBUF_LOCK"}, {SOCK_RCVBUF_LOCK, "SOCK_RCVBUF_LOCK"}}

// String is the names in C, as SOCK_SNDBUF_LOCK|SOCK_RCVBUF_LOCK.
func (l BufLock) String() string { return flagString(bufLocks, int(l), "BufLock") }

// A Txrehash is the value of SO_TXREHASH, whether a connection that fails takes another path:
// SOCK_TXREHASH_DISABLED, SOCK_TXREHASH_ENABLED; -1 for net.core.txrehash. linux/socket.h.
type Txrehash int

var txrehashes = [...]string{SOCK_TXREHASH_DISABLED: "SOCK_TXREHASH_DISABLED", SOCK_TXREHASH_ENABLED: "SOCK_TXREHASH_ENABLED",
	SOCK_TXREHASH_DEFAULT: "SOCK_TXREHASH_DEFAULT"}

// String is the value's name in C, as SOCK_TXREHASH_ENABLED.
func (r Txrehash) String() string { return enumString(txrehashes[:], int(r), "Txrehash") }

// TimestampingFlags say which time stamps are made, and how they are told. linux/net_tstamp.h.
type TimestampingFlags uint32

const (
	SOF_TIMESTAMPING_TX_HARDWARE   TimestampingFlags = 1 << iota // when the device sends
	SOF_TIMESTAMPING_TX_SOFTWARE                                 // when the kernel hands it to the device
	SOF_TIMESTAMPING_RX_HARDWARE                                 // when the device receives
	SOF_TIMESTAMPING_RX_SOFTWARE                                 // when the kernel receives
	SOF_TIMESTAMPING_SOFTWARE                                    // tell the software's
	SOF_TIMESTAMPING_SYS_HARDWARE                                // of no effect
	SOF_TIMESTAMPING_RAW_HARDWARE                                // tell the hardware's
	SOF_TIMESTAMPING_OPT_ID                                      // number the sends
	SOF_TIMESTAMPING_TX_SCHED                                    // when it is queued
	SOF_TIMESTAMPING_TX_ACK                                      // when all of it is acknowledged
	SOF_TIMESTAMPING_OPT_CMSG                                    // IP_PKTINFO too
	SOF_TIMESTAMPING_OPT_TSONLY                                  // the time without the data
	SOF_TIMESTAMPING_OPT_STATS                                   // TCP's statistics too
	SOF_TIMESTAMPING_OPT_PKTINFO                                 // which device it came by
	SOF_TIMESTAMPING_OPT_TX_SWHW                                 // both, software and hardware
	SOF_TIMESTAMPING_BIND_PHC                                    // the clock of Bind_phc
	SOF_TIMESTAMPING_OPT_ID_TCP                                  // number from the write on
	SOF_TIMESTAMPING_OPT_RX_FILTER                               // no more than was asked for
	SOF_TIMESTAMPING_TX_COMPLETION                               // when it left; Bluetooth
)

var timestampingFlags = []flagName{{1 << 0, "SOF_TIMESTAMPING_TX_HARDWARE"}, {1 << 1, "SOF_TIMESTAMPING_TX_SOFTWARE"}, {1 << 2, "SOF_TIMESTAMPING_RX_HARDWARE"},
	{1 << 3, "SOF_TIMESTAMPING_RX_SOFTWARE"}, {1 << 4, "SOF_TIMESTAMPING_SOFTWARE"}, {1 << 5, "SOF_TIMESTAMPING_SYS_HARDWARE"},
	{1 << 6, "SOF_TIMESTAMPING_RAW_HARDWARE"}, {1 << 7, "SOF_TIMESTAMPING_OPT_ID"}, {1 << 8, "SOF_TIMESTAMPING_TX_SCHED"},
	{1 << 9, "SOF_TIMESTAMPING_TX_ACK"}, {1 << 10, "SOF_TIMESTAMPING_OPT_CMSG"}, {1 << 11, "SOF_TIMESTAMPING_OPT_TSONLY"},
	{1 << 12, "SOF_TIMESTAMPING_OPT_STATS"}, {1 << 13, "SOF_TIMESTAMPING_OPT_PKTINFO"}, {1 << 14, "SOF_TIMESTAMPING_OPT_TX_SWHW"},
	{1 << 15, "SOF_TIMESTAMPING_BIND_PHC"}, {1 << 16, "SOF_TIMESTAMPING_OPT_ID_TCP"}, {1 << 17, "SOF_TIMESTAMPING_OPT_RX_FILTER"},
	{1 << 18, "SOF_TIMESTAMPING_TX_COMPLETION"}}

// String is the names in C, as SOF_TIMESTAMPING_RX_SOFTWARE|SOF_TIMESTAMPING_SOFTWARE.
func (f TimestampingFlags) String() string {
	return flagString(timestampingFlags, int(f), "TimestampingFlags")
}

// TxtimeFlags say what becomes of a datagram that comes too late. linux/net_tstamp.h.
type TxtimeFlags uint32

const (
	SOF_TXTIME_DEADLINE_MODE TxtimeFlags = 1 << iota // the time is the last, not the first, to send at
	SOF_TXTIME_REPORT_ERRORS                         // tell what was dropped on the error queue
)

var txtimeFlags = []flagName{{1, "SOF_TXTIME_DEADLINE_MODE"}, {2, "SOF_TXTIME_REPORT_ERRORS"}}

// String is the names in C, as SOF_TXTIME_DEADLINE_MODE.
func (f TxtimeFlags) String() string { return flagString(txtimeFlags, int(f), "TxtimeFlags") }

// MPTCPFlags are the flags of an MPTCPInfo. linux/mptcp.h.
type MPTCPFlags uint32

const (
	MPTCP_INFO_FLAG_FALLBACK            MPTCPFlags = 1 << iota // it is plain TCP
	MPTCP_INFO_FLAG_REMOTE_KEY_RECEIVED                        // the peer speaks MPTCP
)

var mptcpFlags = []flagName{{1, "MPTCP_INFO_FLAG_FALLBACK"}, {2, "MPTCP_INFO_FLAG_REMOTE_KEY_RECEIVED"}}

// String is the names in C, as MPTCP_INFO_FLAG_REMOTE_KEY_RECEIVED.
func (f MPTCPFlags) String() string { return flagString(mptcpFlags, int(f), "MPTCPFlags") }

// A TLSVersion is the version of a TLSCryptoInfo. linux/tls.h.
type TLSVersion uint16

const (
	TLS_1_2_VERSION TLSVersion = 0x0303
	TLS_1_3_VERSION TLSVersion = 0x0304
)

// String is the version's name in C, as TLS_1_3_VERSION.
func (v TLSVersion) String() string {
	switch v {
	case TLS_1_2_VERSION:
		return "TLS_1_2_VERSION"
	case TLS_1_3_VERSION:
		return "TLS_1_3_VERSION"
	}
	return "TLSVersion(" + strconv.Itoa(int(v)) + ")"
}

// A TLSCipher is the cipher of a TLSCryptoInfo. linux/tls.h.
type TLSCipher uint16

const (
	TLS_CIPHER_AES_GCM_128 TLSCipher = iota + 51
	TLS_CIPHER_AES_GCM_256
	TLS_CIPHER_AES_CCM_128
	TLS_CIPHER_CHACHA20_POLY1305
	TLS_CIPHER_SM4_GCM
	TLS_CIPHER_SM4_CCM
	TLS_CIPHER_ARIA_GCM_128
	TLS_CIPHER_ARIA_GCM_256
)

// tlsCiphers has the lengths of the parts, in bytes, as they follow each other in memory.
var tlsCiphers = [...]struct {
	name                  string
	iv, key, salt, recSeq int
}{
	{"TLS_CIPHER_AES_GCM_128", 8, 16, 4, 8},
	{"TLS_CIPHER_AES_GCM_256", 8, 32, 4, 8},
	{"TLS_CIPHER_AES_CCM_128", 8, 16, 4, 8},
	{"TLS_CIPHER_CHACHA20_POLY1305", 12, 32, 0, 8},
	{"TLS_CIPHER_SM4_GCM", 8, 16, 4, 8},
	{"TLS_CIPHER_SM4_CCM", 8, 16, 4, 8},
	{"TLS_CIPHER_ARIA_GCM_128", 8, 16, 4, 8},
	{"TLS_CIPHER_ARIA_GCM_256", 8, 32, 4, 8},
}

// String is the cipher's name in C, as TLS_CIPHER_AES_GCM_128.
func (c TLSCipher) String() string {
	if i := int(c) - int(TLS_CIPHER_AES_GCM_128); i >= 0 && i < len(tlsCiphers) {
		return tlsCiphers[i].name
	}
	return "TLSCipher(" + strconv.Itoa(int(c)) + ")"
}

// A FanoutType is how a group of packet sockets shares what arrives: PACKET_FANOUT. packet(7).
type FanoutType uint8

const (
	PACKET_FANOUT_HASH     FanoutType = iota // by flow
	PACKET_FANOUT_LB                         // in turn
	PACKET_FANOUT_CPU                        // by the processor it came on
	PACKET_FANOUT_ROLLOVER                   // to the next when one is full
	PACKET_FANOUT_RND                        // by chance
	PACKET_FANOUT_QM                         // by the device's queue
	PACKET_FANOUT_CBPF                       // as the filter of PACKET_FANOUT_DATA says
	PACKET_FANOUT_EBPF                       // as its program says
)

var fanoutTypes = [...]string{"PACKET_FANOUT_HASH", "PACKET_FANOUT_LB", "PACKET_FANOUT_CPU", "PACKET_FANOUT_ROLLOVER", "PACKET_FANOUT_RND",
	"PACKET_FANOUT_QM", "PACKET_FANOUT_CBPF", "PACKET_FANOUT_EBPF"}

// String is the type's name in C, as PACKET_FANOUT_HASH.
func (t FanoutType) String() string { return enumString(fanoutTypes[:], int(t), "FanoutType") }

// FanoutFlags go with a FanoutType. packet(7).
type FanoutFlags uint16

const (
	PACKET_FANOUT_FLAG_ROLLOVER        FanoutFlags = 0x1000 // to the next when one is full
	PACKET_FANOUT_FLAG_UNIQUEID        FanoutFlags = 0x2000 // with Id 0: a new group
	PACKET_FANOUT_FLAG_IGNORE_OUTGOING FanoutFlags = 0x4000
	PACKET_FANOUT_FLAG_DEFRAG          FanoutFlags = 0x8000 // put IP fragments together first
)

var fanoutFlags = []flagName{{0x1000, "PACKET_FANOUT_FLAG_ROLLOVER"}, {0x2000, "PACKET_FANOUT_FLAG_UNIQUEID"},
	{0x4000, "PACKET_FANOUT_FLAG_IGNORE_OUTGOING"}, {0x8000, "PACKET_FANOUT_FLAG_DEFRAG"}}

// String is the names in C, as PACKET_FANOUT_FLAG_DEFRAG.
func (f FanoutFlags) String() string { return flagString(fanoutFlags, int(f), "FanoutFlags") }

// A TpacketVersion is the value of PACKET_VERSION: how packets lie in the rings. packet(7).
type TpacketVersion int

const (
	TPACKET_V1 TpacketVersion = iota
	TPACKET_V2
	TPACKET_V3
)

var tpacketVersions = [...]string{"TPACKET_V1", "TPACKET_V2", "TPACKET_V3"}

// String is the version's name in C, as TPACKET_V3.
func (v TpacketVersion) String() string {
	return enumString(tpacketVersions[:], int(v), "TpacketVersion")
}

// enumString names a value; a stranger is its type and number.
func enumString(names []string, v int, typ string) string {
	if v >= 0 && v < len(names) && names[v] != "" {
		return names[v]
	}
	return typ + "(" + strconv.Itoa(v) + ")"
}

// A flagName is a bit and its name.
type flagName struct {
	bit  int
	name string
}

// flagString names the bits of a value; what has no name is a number, and the type's if nothing has.
func flagString(names []flagName, v int, typ string) string {
	if v == 0 {
		return "0"
	}
	text, rest := "", v
	for _, f := range names {
		if v&f.bit != 0 {
			if text != "" {
				text += "|"
			}
			text += f.name
			rest &^= f.bit
		}
	}
	switch {
	case text == "":
		return typ + "(" + strconv.Itoa(v) + ")"
	case rest != 0:
		return text + "|0x" + strconv.FormatUint(uint64(uint32(rest)), 16)
	}
	return text
}
