package sockinfo

// This file holds the C names of small numbers.

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// A Domain is an address family as it prints: AF_INET.
type Domain int

// A Type is a socket type as it prints: SOCK_STREAM.
type Type int

// A Protocol is a protocol of AF_INET or AF_INET6 as it prints: IPPROTO_TCP. Other families have numbers of their own.
type Protocol int

// String is the family's name in C.
func (d Domain) String() string { return domains.text(int(d), "AF_") }

// String is the type's name in C.
func (t Type) String() string { return types.text(int(t), "SOCK_") }

// String is the protocol's name in C.
func (p Protocol) String() string { return protocols.text(int(p), "IPPROTO_") }

// A name is a number and its name in C.
type name struct {
	value int
	name  string
}

type names []name

func (names names) value(text string) (int, bool) {
	for _, n := range names {
		if n.name == text {
			return n.value, true
		}
	}
	return 0, false
}

// text is a number's name; a stranger is the prefix that they share and the number.
func (names names) text(v int, prefix string) string {
	for _, n := range names {
		if n.value == v {
			return n.name
		}
	}
	return prefix + "(" + strconv.Itoa(v) + ")"
}

var domains = names{
	{unix.AF_UNSPEC, "AF_UNSPEC"}, {unix.AF_UNIX, "AF_UNIX"}, {unix.AF_INET, "AF_INET"}, {unix.AF_AX25, "AF_AX25"},
	{unix.AF_IPX, "AF_IPX"}, {unix.AF_APPLETALK, "AF_APPLETALK"}, {unix.AF_NETROM, "AF_NETROM"}, {unix.AF_BRIDGE, "AF_BRIDGE"},
	{unix.AF_ATMPVC, "AF_ATMPVC"}, {unix.AF_X25, "AF_X25"}, {unix.AF_INET6, "AF_INET6"}, {unix.AF_ROSE, "AF_ROSE"},
	{unix.AF_KEY, "AF_KEY"}, {unix.AF_NETLINK, "AF_NETLINK"}, {unix.AF_PACKET, "AF_PACKET"}, {unix.AF_ATMSVC, "AF_ATMSVC"},
	{unix.AF_RDS, "AF_RDS"}, {unix.AF_PPPOX, "AF_PPPOX"}, {unix.AF_LLC, "AF_LLC"}, {unix.AF_IB, "AF_IB"}, {unix.AF_MPLS, "AF_MPLS"},
	{unix.AF_CAN, "AF_CAN"}, {unix.AF_TIPC, "AF_TIPC"}, {unix.AF_BLUETOOTH, "AF_BLUETOOTH"}, {unix.AF_IUCV, "AF_IUCV"},
	{unix.AF_RXRPC, "AF_RXRPC"}, {unix.AF_ISDN, "AF_ISDN"}, {unix.AF_PHONET, "AF_PHONET"}, {unix.AF_IEEE802154, "AF_IEEE802154"},
	{unix.AF_CAIF, "AF_CAIF"}, {unix.AF_ALG, "AF_ALG"}, {unix.AF_NFC, "AF_NFC"}, {unix.AF_VSOCK, "AF_VSOCK"}, {unix.AF_KCM, "AF_KCM"},
	{unix.AF_QIPCRTR, "AF_QIPCRTR"}, {unix.AF_SMC, "AF_SMC"}, {unix.AF_XDP, "AF_XDP"}, {unix.AF_MCTP, "AF_MCTP"},
}

var types = names{
	{unix.SOCK_STREAM, "SOCK_STREAM"}, {unix.SOCK_DGRAM, "SOCK_DGRAM"}, {unix.SOCK_RAW, "SOCK_RAW"}, {unix.SOCK_RDM, "SOCK_RDM"},
	{unix.SOCK_SEQPACKET, "SOCK_SEQPACKET"}, {unix.SOCK_DCCP, "SOCK_DCCP"}, {unix.SOCK_PACKET, "SOCK_PACKET"},
}

var protocols = names{
	{unix.IPPROTO_IP, "IPPROTO_IP"}, {unix.IPPROTO_ICMP, "IPPROTO_ICMP"}, {unix.IPPROTO_IGMP, "IPPROTO_IGMP"}, {unix.IPPROTO_IPIP, "IPPROTO_IPIP"},
	{unix.IPPROTO_TCP, "IPPROTO_TCP"}, {unix.IPPROTO_EGP, "IPPROTO_EGP"}, {unix.IPPROTO_PUP, "IPPROTO_PUP"}, {unix.IPPROTO_UDP, "IPPROTO_UDP"},
	{unix.IPPROTO_IDP, "IPPROTO_IDP"}, {unix.IPPROTO_TP, "IPPROTO_TP"}, {unix.IPPROTO_DCCP, "IPPROTO_DCCP"}, {unix.IPPROTO_IPV6, "IPPROTO_IPV6"},
	{unix.IPPROTO_RSVP, "IPPROTO_RSVP"}, {unix.IPPROTO_GRE, "IPPROTO_GRE"}, {unix.IPPROTO_ESP, "IPPROTO_ESP"}, {unix.IPPROTO_AH, "IPPROTO_AH"},
	{unix.IPPROTO_ICMPV6, "IPPROTO_ICMPV6"}, {unix.IPPROTO_MTP, "IPPROTO_MTP"}, {unix.IPPROTO_BEETPH, "IPPROTO_BEETPH"},
	{unix.IPPROTO_ENCAP, "IPPROTO_ENCAP"}, {unix.IPPROTO_PIM, "IPPROTO_PIM"}, {unix.IPPROTO_COMP, "IPPROTO_COMP"}, {unix.IPPROTO_L2TP, "IPPROTO_L2TP"},
	{unix.IPPROTO_SCTP, "IPPROTO_SCTP"}, {unix.IPPROTO_UDPLITE, "IPPROTO_UDPLITE"}, {unix.IPPROTO_MPLS, "IPPROTO_MPLS"},
	{unix.IPPROTO_ETHERNET, "IPPROTO_ETHERNET"}, {unix.IPPROTO_RAW, "IPPROTO_RAW"}, {unix.IPPROTO_MPTCP, "IPPROTO_MPTCP"},
}

var netlinks = names{
	{unix.NETLINK_ROUTE, "NETLINK_ROUTE"}, {unix.NETLINK_USERSOCK, "NETLINK_USERSOCK"}, {unix.NETLINK_FIREWALL, "NETLINK_FIREWALL"},
	{unix.NETLINK_SOCK_DIAG, "NETLINK_SOCK_DIAG"}, {unix.NETLINK_NFLOG, "NETLINK_NFLOG"}, {unix.NETLINK_XFRM, "NETLINK_XFRM"},
	{unix.NETLINK_SELINUX, "NETLINK_SELINUX"}, {unix.NETLINK_ISCSI, "NETLINK_ISCSI"}, {unix.NETLINK_AUDIT, "NETLINK_AUDIT"},
	{unix.NETLINK_FIB_LOOKUP, "NETLINK_FIB_LOOKUP"}, {unix.NETLINK_CONNECTOR, "NETLINK_CONNECTOR"}, {unix.NETLINK_NETFILTER, "NETLINK_NETFILTER"},
	{unix.NETLINK_DNRTMSG, "NETLINK_DNRTMSG"}, {unix.NETLINK_KOBJECT_UEVENT, "NETLINK_KOBJECT_UEVENT"}, {unix.NETLINK_GENERIC, "NETLINK_GENERIC"},
	{unix.NETLINK_SCSITRANSPORT, "NETLINK_SCSITRANSPORT"}, {unix.NETLINK_ECRYPTFS, "NETLINK_ECRYPTFS"}, {unix.NETLINK_RDMA, "NETLINK_RDMA"},
	{unix.NETLINK_CRYPTO, "NETLINK_CRYPTO"}, {unix.NETLINK_SMC, "NETLINK_SMC"},
}

// protocolText is a protocol's name in its family, or its number.
func protocolText(d Domain, p Protocol) string {
	text := strconv.Itoa(int(p))
	switch d {
	case unix.AF_INET, unix.AF_INET6:
		text = protocols.text(int(p), "")
	case unix.AF_NETLINK:
		text = netlinks.text(int(p), "")
	}
	if s, ok := named(text); ok {
		return s
	}
	return strconv.Itoa(int(p))
}

// stateText is a state as a person knows it. The states of TCP stand for those of other protocols too.
func stateText(p Protocol, s socket.TCPState) string {
	if s == socket.TCP_CLOSE && p != unix.IPPROTO_TCP && p != unix.IPPROTO_MPTCP {
		return "UNCONNECTED"
	}
	return strings.TrimPrefix(s.String(), "TCP_")
}
