package socket

// This file holds the numbers of options that have no type here: first those that are no options of a socket, with
// the reason, then those of the families that this package makes sockets of but knows no more about. All work with
// NewOption and with the untyped calls:
//
//	loopback := socket.NewOption[bool, socket.RW](socket.SOL_CAN_RAW, socket.CAN_RAW_LOOPBACK)

import "golang.org/x/sys/unix"

// Not options of a socket, each with its level and the reason.
const (
	// Reserved or removed: ENOPROTOOPT.
	SO_SECURITY_AUTHENTICATION       = unix.SO_SECURITY_AUTHENTICATION       // SOL_SOCKET; never implemented
	SO_SECURITY_ENCRYPTION_TRANSPORT = unix.SO_SECURITY_ENCRYPTION_TRANSPORT // SOL_SOCKET; never implemented
	SO_SECURITY_ENCRYPTION_NETWORK   = unix.SO_SECURITY_ENCRYPTION_NETWORK   // SOL_SOCKET; never implemented
	TCP_COOKIE_TRANSACTIONS          = unix.TCP_COOKIE_TRANSACTIONS          // IPPROTO_TCP; removed in 3.10
	IPV6_NEXTHOP                     = unix.IPV6_NEXTHOP                     // IPPROTO_IPV6; never implemented
	IPV6_AUTHHDR                     = unix.IPV6_AUTHHDR                     // IPPROTO_IPV6; never implemented
	IPV6_USE_MIN_MTU                 = 63                                    // IPPROTO_IPV6; never implemented; reserved in linux/in6.h
	SO_VM_SOCKETS_PEER_HOST_VM_ID    = unix.SO_VM_SOCKETS_PEER_HOST_VM_ID    // AF_VSOCK; VMCI only, not in the kernel
	SO_VM_SOCKETS_TRUSTED            = unix.SO_VM_SOCKETS_TRUSTED            // AF_VSOCK; VMCI only, not in the kernel
	SO_VM_SOCKETS_NONBLOCK_TXRX      = unix.SO_VM_SOCKETS_NONBLOCK_TXRX      // AF_VSOCK; VMCI only, not in the kernel
	PACKET_RECV_OUTPUT               = unix.PACKET_RECV_OUTPUT               // SOL_PACKET; never implemented
	PACKET_TX_TIMESTAMP              = unix.PACKET_TX_TIMESTAMP              // SOL_PACKET; never implemented
	NETLINK_RX_RING                  = unix.NETLINK_RX_RING                  // SOL_NETLINK; removed in 4.6
	NETLINK_TX_RING                  = unix.NETLINK_TX_RING                  // SOL_NETLINK; removed in 4.6

	// Numbers of control messages only: see package cmsg.
	SO_DEVMEM_LINEAR = unix.SO_DEVMEM_LINEAR // SOL_SOCKET; what was received without device memory
	SO_DEVMEM_DMABUF = unix.SO_DEVMEM_DMABUF // SOL_SOCKET; what was received into device memory
	IPV6_HOPLIMIT    = unix.IPV6_HOPLIMIT    // IPPROTO_IPV6; the option is IPV6_UNICAST_HOPS

	// The multicast routing of IPv4, which one raw IPPROTO_IGMP socket of a namespace controls: IPPROTO_IP,
	// linux/mroute.h.
	MRT_INIT          = 200 // wo; int: be that socket; EADDRINUSE
	MRT_DONE          = 201 // wo; no longer
	MRT_ADD_VIF       = 202 // wo; struct vifctl
	MRT_DEL_VIF       = 203 // wo; struct vifctl
	MRT_ADD_MFC       = 204 // wo; struct mfcctl
	MRT_DEL_MFC       = 205 // wo; struct mfcctl
	MRT_VERSION       = 206 // ro; int
	MRT_ASSERT        = 207 // rw; int
	MRT_PIM           = 208 // rw; int
	MRT_TABLE         = 209 // wo; u32: before MRT_INIT
	MRT_ADD_MFC_PROXY = 210 // wo; struct mfcctl
	MRT_DEL_MFC_PROXY = 211 // wo; struct mfcctl
	MRT_FLUSH         = 212 // wo; int flags

	// The same of IPv6, by a raw IPPROTO_ICMPV6 socket: IPPROTO_IPV6, linux/mroute6.h.
	MRT6_INIT          = 200 // wo; int: be that socket; EADDRINUSE
	MRT6_DONE          = 201 // wo; no longer
	MRT6_ADD_MIF       = 202 // wo; struct mif6ctl
	MRT6_DEL_MIF       = 203 // wo; struct mif6ctl
	MRT6_ADD_MFC       = 204 // wo; struct mf6cctl
	MRT6_DEL_MFC       = 205 // wo; struct mf6cctl
	MRT6_VERSION       = 206 // ro; int
	MRT6_ASSERT        = 207 // rw; int
	MRT6_PIM           = 208 // rw; int
	MRT6_TABLE         = 209 // wo; u32: before MRT6_INIT
	MRT6_ADD_MFC_PROXY = 210 // wo; struct mf6cctl
	MRT6_DEL_MFC_PROXY = 211 // wo; struct mf6cctl
	MRT6_FLUSH         = 212 // wo; int flags

	// The tables of netfilter, which any raw socket controls: IPPROTO_IP, CAP_NET_ADMIN. iptables(8), arptables(8),
	// ebtables(8), ipset(8), ipvsadm(8); the headers of linux/netfilter_ipv4, _arp, _bridge and ipset.
	IPT_SO_SET_REPLACE          = 64   // wo; struct ipt_replace
	IPT_SO_SET_ADD_COUNTERS     = 65   // wo; struct xt_counters_info
	IPT_SO_GET_INFO             = 64   // ro; struct ipt_getinfo
	IPT_SO_GET_ENTRIES          = 65   // ro; struct ipt_get_entries
	IPT_SO_GET_REVISION_MATCH   = 66   // ro; struct xt_get_revision
	IPT_SO_GET_REVISION_TARGET  = 67   // ro; struct xt_get_revision
	ARPT_SO_SET_REPLACE         = 96   // wo; struct arpt_replace
	ARPT_SO_SET_ADD_COUNTERS    = 97   // wo; struct xt_counters_info
	ARPT_SO_GET_INFO            = 96   // ro; struct arpt_getinfo
	ARPT_SO_GET_ENTRIES         = 97   // ro; struct arpt_get_entries
	ARPT_SO_GET_REVISION_TARGET = 99   // ro; struct xt_get_revision
	EBT_SO_SET_ENTRIES          = 128  // wo; struct ebt_replace
	EBT_SO_SET_COUNTERS         = 129  // wo; struct ebt_replace
	EBT_SO_GET_INFO             = 128  // ro; struct ebt_replace
	EBT_SO_GET_ENTRIES          = 129  // ro; struct ebt_replace
	EBT_SO_GET_INIT_INFO        = 130  // ro; struct ebt_replace
	EBT_SO_GET_INIT_ENTRIES     = 131  // ro; struct ebt_replace
	SO_IP_SET                   = 83   // rw; struct ip_set_req_*
	IP_VS_SO_SET                = 1152 // wo; the first of IP_VS_SO_SET_*, to IP_VS_SO_SET_MAX; net/ip_vs.h: IP_VS_BASE_CTL
	IP_VS_SO_GET                = 1152 // ro; the first of IP_VS_SO_GET_*

	// The same of IPv6: IPPROTO_IPV6, ip6tables(8), linux/netfilter_ipv6/ip6_tables.h.
	IP6T_SO_SET_REPLACE         = 64 // wo; struct ip6t_replace
	IP6T_SO_SET_ADD_COUNTERS    = 65 // wo; struct xt_counters_info
	IP6T_SO_GET_INFO            = 64 // ro; struct ip6t_getinfo
	IP6T_SO_GET_ENTRIES         = 65 // ro; struct ip6t_get_entries
	IP6T_SO_GET_REVISION_MATCH  = 68 // ro; struct xt_get_revision
	IP6T_SO_GET_REVISION_TARGET = 69 // ro; struct xt_get_revision
)

// Levels that x/sys/unix lacks: include/linux/socket.h, linux/can.h.
const (
	SOL_CAN_ISOTP = 106
	SOL_CAN_J1939 = 107
	SOL_BLUETOOTH = 274
)

// SOL_ALG: AF_ALG. linux/if_alg.h.
const (
	ALG_SET_KEY               = unix.ALG_SET_KEY               // wo; bytes
	ALG_SET_IV                = unix.ALG_SET_IV                // no option; the number of a control message
	ALG_SET_OP                = unix.ALG_SET_OP                // no option; the number of a control message
	ALG_SET_AEAD_ASSOCLEN     = unix.ALG_SET_AEAD_ASSOCLEN     // no option; the number of a control message
	ALG_SET_AEAD_AUTHSIZE     = unix.ALG_SET_AEAD_AUTHSIZE     // wo; length in optlen
	ALG_SET_DRBG_ENTROPY      = unix.ALG_SET_DRBG_ENTROPY      // wo; bytes
	ALG_SET_KEY_BY_KEY_SERIAL = unix.ALG_SET_KEY_BY_KEY_SERIAL // wo; key_serial_t
)

// SOL_CAN_RAW: AF_CAN, CAN_RAW. linux/can/raw.h.
const (
	CAN_RAW_FILTER        = unix.CAN_RAW_FILTER        // rw; struct can_filter[]
	CAN_RAW_ERR_FILTER    = unix.CAN_RAW_ERR_FILTER    // rw; can_err_mask_t
	CAN_RAW_LOOPBACK      = unix.CAN_RAW_LOOPBACK      // rw; int-bool
	CAN_RAW_RECV_OWN_MSGS = unix.CAN_RAW_RECV_OWN_MSGS // rw; int-bool
	CAN_RAW_FD_FRAMES     = unix.CAN_RAW_FD_FRAMES     // rw; int-bool
	CAN_RAW_JOIN_FILTERS  = unix.CAN_RAW_JOIN_FILTERS  // rw; int-bool
	CAN_RAW_XL_FRAMES     = 7                          // rw; int-bool
	CAN_RAW_XL_VCID_OPTS  = 8                          // rw; struct can_raw_vcid_options
)

// SOL_CAN_ISOTP: AF_CAN, CAN_ISOTP. linux/can/isotp.h.
const (
	CAN_ISOTP_OPTS     = 1 // rw; struct can_isotp_options
	CAN_ISOTP_RECV_FC  = 2 // rw; struct can_isotp_fc_options
	CAN_ISOTP_TX_STMIN = 3 // rw; u32
	CAN_ISOTP_RX_STMIN = 4 // rw; u32
	CAN_ISOTP_LL_OPTS  = 5 // rw; struct can_isotp_ll_options
)

// SOL_CAN_J1939: AF_CAN, CAN_J1939. linux/can/j1939.h.
const (
	SO_J1939_FILTER    = 1 // wo; struct j1939_filter[]
	SO_J1939_PROMISC   = 2 // rw; int-bool
	SO_J1939_SEND_PRIO = 3 // rw; int
	SO_J1939_ERRQUEUE  = 4 // rw; int-bool
)

// SOL_TIPC: AF_TIPC. linux/tipc.h.
const (
	TIPC_IMPORTANCE       = unix.TIPC_IMPORTANCE       // rw; u32
	TIPC_SRC_DROPPABLE    = unix.TIPC_SRC_DROPPABLE    // rw; u32-bool
	TIPC_DEST_DROPPABLE   = unix.TIPC_DEST_DROPPABLE   // rw; u32-bool
	TIPC_CONN_TIMEOUT     = unix.TIPC_CONN_TIMEOUT     // rw; u32 (ms)
	TIPC_NODE_RECVQ_DEPTH = unix.TIPC_NODE_RECVQ_DEPTH // ro; u32
	TIPC_SOCK_RECVQ_DEPTH = unix.TIPC_SOCK_RECVQ_DEPTH // ro; u32
	TIPC_MCAST_BROADCAST  = unix.TIPC_MCAST_BROADCAST  // wo; none
	TIPC_MCAST_REPLICAST  = unix.TIPC_MCAST_REPLICAST  // wo; none
	TIPC_GROUP_JOIN       = unix.TIPC_GROUP_JOIN       // rw; struct tipc_group_req
	TIPC_GROUP_LEAVE      = unix.TIPC_GROUP_LEAVE      // wo; none
	TIPC_SOCK_RECVQ_USED  = unix.TIPC_SOCK_RECVQ_USED  // ro; u32
	TIPC_NODELAY          = unix.TIPC_NODELAY          // wo; u32-bool
)

// SOL_RDS: AF_RDS. linux/rds.h.
const (
	RDS_CANCEL_SENT_TO        = 1  // wo; struct sockaddr_in
	RDS_GET_MR                = 2  // wo; struct rds_get_mr_args
	RDS_FREE_MR               = 3  // wo; struct rds_free_mr_args
	RDS_RECVERR               = 5  // rw; int-bool
	RDS_CONG_MONITOR          = 6  // wo; int-bool
	RDS_GET_MR_FOR_DEST       = 7  // wo; struct rds_get_mr_for_dest_args
	SO_RDS_TRANSPORT          = 8  // rw; int
	SO_RDS_MSG_RXPATH_LATENCY = 10 // wo; struct rds_rx_trace_so
)

// SOL_SCTP: IPPROTO_SCTP. linux/sctp.h; sctp(7).
const (
	SCTP_RTOINFO                         = 0   // rw; struct sctp_rtoinfo
	SCTP_ASSOCINFO                       = 1   // rw; struct sctp_assocparams
	SCTP_INITMSG                         = 2   // rw; struct sctp_initmsg
	SCTP_NODELAY                         = 3   // rw; int-bool
	SCTP_AUTOCLOSE                       = 4   // rw; int, seconds
	SCTP_SET_PEER_PRIMARY_ADDR           = 5   // wo; struct sctp_setpeerprim
	SCTP_PRIMARY_ADDR                    = 6   // rw; struct sctp_prim
	SCTP_ADAPTATION_LAYER                = 7   // rw; struct sctp_setadaptation
	SCTP_DISABLE_FRAGMENTS               = 8   // rw; int-bool
	SCTP_PEER_ADDR_PARAMS                = 9   // rw; struct sctp_paddrparams
	SCTP_DEFAULT_SEND_PARAM              = 10  // rw; struct sctp_sndrcvinfo
	SCTP_EVENTS                          = 11  // rw; struct sctp_event_subscribe
	SCTP_I_WANT_MAPPED_V4_ADDR           = 12  // rw; int-bool
	SCTP_MAXSEG                          = 13  // rw; struct sctp_assoc_value
	SCTP_STATUS                          = 14  // ro; struct sctp_status
	SCTP_GET_PEER_ADDR_INFO              = 15  // ro; struct sctp_paddrinfo
	SCTP_DELAYED_ACK_TIME                = 16  // rw; struct sctp_sack_info
	SCTP_CONTEXT                         = 17  // rw; struct sctp_assoc_value
	SCTP_FRAGMENT_INTERLEAVE             = 18  // rw; int
	SCTP_PARTIAL_DELIVERY_POINT          = 19  // rw; u32, bytes
	SCTP_MAX_BURST                       = 20  // rw; struct sctp_assoc_value
	SCTP_AUTH_CHUNK                      = 21  // wo; struct sctp_authchunk
	SCTP_HMAC_IDENT                      = 22  // rw; struct sctp_hmacalgo
	SCTP_AUTH_KEY                        = 23  // wo; struct sctp_authkey
	SCTP_AUTH_ACTIVE_KEY                 = 24  // rw; struct sctp_authkeyid
	SCTP_AUTH_DELETE_KEY                 = 25  // wo; struct sctp_authkeyid
	SCTP_PEER_AUTH_CHUNKS                = 26  // ro; struct sctp_authchunks
	SCTP_LOCAL_AUTH_CHUNKS               = 27  // ro; struct sctp_authchunks
	SCTP_GET_ASSOC_NUMBER                = 28  // ro; u32
	SCTP_GET_ASSOC_ID_LIST               = 29  // ro; struct sctp_assoc_ids
	SCTP_AUTO_ASCONF                     = 30  // rw; int-bool
	SCTP_PEER_ADDR_THLDS                 = 31  // rw; struct sctp_paddrthlds
	SCTP_RECVRCVINFO                     = 32  // rw; int-bool
	SCTP_RECVNXTINFO                     = 33  // rw; int-bool
	SCTP_DEFAULT_SNDINFO                 = 34  // rw; struct sctp_sndinfo
	SCTP_AUTH_DEACTIVATE_KEY             = 35  // wo; struct sctp_authkeyid
	SCTP_REUSE_PORT                      = 36  // rw; int-bool
	SCTP_PEER_ADDR_THLDS_V2              = 37  // rw; struct sctp_paddrthlds_v2
	SCTP_SOCKOPT_BINDX_ADD               = 100 // wo; packed addresses: sctp_bindx(3)
	SCTP_SOCKOPT_BINDX_REM               = 101 // wo; packed addresses
	SCTP_SOCKOPT_PEELOFF                 = 102 // ro; sctp_peeloff_arg_t: sctp_peeloff(3)
	SCTP_SOCKOPT_CONNECTX_OLD            = 107 // wo; packed addresses
	SCTP_GET_PEER_ADDRS                  = 108 // ro; struct sctp_getaddrs
	SCTP_GET_LOCAL_ADDRS                 = 109 // ro; struct sctp_getaddrs
	SCTP_SOCKOPT_CONNECTX                = 110 // wo; packed addresses: sctp_connectx(3)
	SCTP_SOCKOPT_CONNECTX3               = 111 // ro; struct sctp_getaddrs_old
	SCTP_GET_ASSOC_STATS                 = 112 // ro; struct sctp_assoc_stats
	SCTP_PR_SUPPORTED                    = 113 // rw; struct sctp_assoc_value
	SCTP_DEFAULT_PRINFO                  = 114 // rw; struct sctp_default_prinfo
	SCTP_PR_ASSOC_STATUS                 = 115 // ro; struct sctp_prstatus
	SCTP_PR_STREAM_STATUS                = 116 // ro; struct sctp_prstatus
	SCTP_RECONFIG_SUPPORTED              = 117 // rw; struct sctp_assoc_value
	SCTP_ENABLE_STREAM_RESET             = 118 // rw; struct sctp_assoc_value
	SCTP_RESET_STREAMS                   = 119 // wo; struct sctp_reset_streams
	SCTP_RESET_ASSOC                     = 120 // wo; sctp_assoc_t
	SCTP_ADD_STREAMS                     = 121 // wo; struct sctp_add_streams
	SCTP_SOCKOPT_PEELOFF_FLAGS           = 122 // ro; sctp_peeloff_flags_arg_t
	SCTP_STREAM_SCHEDULER                = 123 // rw; struct sctp_assoc_value
	SCTP_STREAM_SCHEDULER_VALUE          = 124 // rw; struct sctp_stream_value
	SCTP_INTERLEAVING_SUPPORTED          = 125 // rw; struct sctp_assoc_value
	SCTP_EVENT                           = 127 // rw; struct sctp_event
	SCTP_ASCONF_SUPPORTED                = 128 // rw; struct sctp_assoc_value
	SCTP_AUTH_SUPPORTED                  = 129 // rw; struct sctp_assoc_value
	SCTP_ECN_SUPPORTED                   = 130 // rw; struct sctp_assoc_value
	SCTP_EXPOSE_POTENTIALLY_FAILED_STATE = 131 // rw; struct sctp_assoc_value
	SCTP_REMOTE_UDP_ENCAPS_PORT          = 132 // rw; struct sctp_udpencaps
	SCTP_PLPMTUD_PROBE_INTERVAL          = 133 // rw; struct sctp_probeinterval
)

// SOL_DCCP: IPPROTO_DCCP. removed in 6.16; linux/dccp.h.
const (
	DCCP_SOCKOPT_PACKET_SIZE     = 1   // rw; obsolete
	DCCP_SOCKOPT_SERVICE         = 2   // rw; u32[], network order
	DCCP_SOCKOPT_CHANGE_L        = 3   // wo; obsolete
	DCCP_SOCKOPT_CHANGE_R        = 4   // wo; obsolete
	DCCP_SOCKOPT_GET_CUR_MPS     = 5   // ro; int, bytes
	DCCP_SOCKOPT_SERVER_TIMEWAIT = 6   // rw; int-bool
	DCCP_SOCKOPT_SEND_CSCOV      = 10  // rw; int
	DCCP_SOCKOPT_RECV_CSCOV      = 11  // rw; int
	DCCP_SOCKOPT_AVAILABLE_CCIDS = 12  // ro; u8[]
	DCCP_SOCKOPT_CCID            = 13  // wo; u8[]
	DCCP_SOCKOPT_TX_CCID         = 14  // rw; u8[]
	DCCP_SOCKOPT_RX_CCID         = 15  // rw; u8[]
	DCCP_SOCKOPT_QPOLICY_ID      = 16  // rw; int
	DCCP_SOCKOPT_QPOLICY_TXQLEN  = 17  // rw; int, packets
	DCCP_SOCKOPT_CCID_RX_INFO    = 128 // ro; struct of the CCID
	DCCP_SOCKOPT_CCID_TX_INFO    = 192 // ro; struct of the CCID
)

// SOL_KCM: AF_KCM. linux/kcm.h.
const (
	KCM_RECV_DISABLE = unix.KCM_RECV_DISABLE // rw; int-bool
)

// SOL_SMC: AF_SMC. linux/smc.h.
const (
	SMC_LIMIT_HS = 1 // rw; int-bool
)

// SOL_RXRPC: AF_RXRPC. linux/rxrpc.h.
const (
	RXRPC_SECURITY_KEY         = 1 // wo; string
	RXRPC_SECURITY_KEYRING     = 2 // wo; string
	RXRPC_EXCLUSIVE_CONNECTION = 3 // wo; none
	RXRPC_MIN_SECURITY_LEVEL   = 4 // wo; u32
	RXRPC_UPGRADEABLE_SERVICE  = 5 // wo; u16[2]
	RXRPC_SUPPORTED_CMSG       = 6 // ro; int
	RXRPC_MANAGE_RESPONSE      = 7 // wo; int
)

// SOL_PPPOL2TP: AF_PPPOX, PX_PROTO_OL2TP. linux/if_pppol2tp.h.
const (
	PPPOL2TP_SO_DEBUG     = 1 // rw; int
	PPPOL2TP_SO_RECVSEQ   = 2 // rw; int-bool
	PPPOL2TP_SO_SENDSEQ   = 3 // rw; int-bool
	PPPOL2TP_SO_LNSMODE   = 4 // rw; int-bool
	PPPOL2TP_SO_REORDERTO = 5 // rw; int (ms)
)

// SOL_LLC: AF_LLC. linux/llc.h.
const (
	LLC_OPT_RETRY        = 1 // rw; int
	LLC_OPT_SIZE         = 2 // rw; int
	LLC_OPT_ACK_TMR_EXP  = 3 // rw; int (s)
	LLC_OPT_P_TMR_EXP    = 4 // rw; int (s)
	LLC_OPT_REJ_TMR_EXP  = 5 // rw; int (s)
	LLC_OPT_BUSY_TMR_EXP = 6 // rw; int (s)
	LLC_OPT_TX_WIN       = 7 // rw; int
	LLC_OPT_RX_WIN       = 8 // rw; int
	LLC_OPT_PKTINFO      = 9 // rw; int-bool
)

// SOL_NFC: AF_NFC, NFC_SOCKPROTO_LLCP. linux/nfc.h.
const (
	NFC_LLCP_RW         = unix.NFC_LLCP_RW         // rw; u32
	NFC_LLCP_MIUX       = unix.NFC_LLCP_MIUX       // rw; u32
	NFC_LLCP_REMOTE_MIU = unix.NFC_LLCP_REMOTE_MIU // ro; u32
	NFC_LLCP_REMOTE_LTO = unix.NFC_LLCP_REMOTE_LTO // ro; u32
	NFC_LLCP_REMOTE_RW  = unix.NFC_LLCP_REMOTE_RW  // ro; u32
)

// SOL_PNPIPE: AF_PHONET. linux/phonet.h.
const (
	PNPIPE_ENCAP     = 1 // rw; int
	PNPIPE_IFINDEX   = 2 // ro; int
	PNPIPE_HANDLE    = 3 // rw; int
	PNPIPE_INITSTATE = 4 // rw; int
)

// SOL_MCTP: AF_MCTP. linux/mctp.h.
const (
	MCTP_OPT_ADDR_EXT = 1 // rw; int-bool
)

// SOL_X25: AF_X25. linux/x25.h.
const (
	X25_QBITINCL = 1 // rw; int-bool
)

// SOL_CAIF: AF_CAIF. linux/caif/caif_socket.h.
const (
	CAIFSO_LINK_SELECT = 127 // wo; int
	CAIFSO_REQ_PARAM   = 128 // wo; bytes
	CAIFSO_RSP_PARAM   = 129 // ro; bytes
)

// SOL_IUCV: AF_IUCV, on s390. net/iucv/af_iucv.h.
const (
	SO_IPRMDATA_MSG = 128  // rw; int-bool
	SO_MSGLIMIT     = 4096 // rw; int
	SO_MSGSIZE      = 2048 // ro; int
)

// SOL_BLUETOOTH: AF_BLUETOOTH; SOL_HCI, SOL_L2CAP, SOL_SCO and SOL_RFCOMM have more. net/bluetooth/bluetooth.h.
const (
	BT_SECURITY       = 4  // rw; struct bt_security
	BT_DEFER_SETUP    = 7  // rw; u32-bool
	BT_FLUSHABLE      = 8  // rw; u32-bool
	BT_POWER          = 9  // rw; struct bt_power
	BT_CHANNEL_POLICY = 10 // rw; u32
	BT_VOICE          = 11 // rw; struct bt_voice
	BT_SNDMTU         = 12 // rw; u16
	BT_RCVMTU         = 13 // rw; u16
	BT_PHY            = 14 // rw; u32
	BT_MODE           = 15 // rw; u8
	BT_PKT_STATUS     = 16 // rw; int-bool
	BT_ISO_QOS        = 17 // rw; struct bt_iso_qos
	BT_CODEC          = 19 // rw; struct bt_codecs
	BT_ISO_BASE       = 20 // rw; bytes
	BT_PKT_SEQNUM     = 22 // rw; int-bool
)
