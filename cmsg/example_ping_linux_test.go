package cmsg_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/internal/testutil"
)

// An echo request and its reply: RFC 792, RFC 4443. The kernel sees to id and checksum.
type echo struct {
	family, protocol  int
	request, reply    byte
	recvTTL           socket.Option[bool, socket.RW]
	ttl               cmsg.Type[int]
	unreachableOption socket.Option[bool, socket.RW]
}

var (
	echo4 = echo{socket.AF_INET, socket.IPPROTO_ICMP, 8, 0, socket.IP_RECVTTL, cmsg.IP_TTL, socket.IP_RECVERR}
	echo6 = echo{socket.AF_INET6, socket.IPPROTO_ICMPV6, 128, 129, socket.IPV6_RECVHOPLIMIT, cmsg.IPV6_HOPLIMIT, socket.IPV6_RECVERR}
)

func ping(addr netip.Addr, count int) {
	e := echo4
	if addr.Is6() {
		e = echo6
	}
	fd, err := socket.Socket(e.family, socket.SOCK_DGRAM, e.protocol)
	check(err) // EACCES: the group is not in net.ipv4.ping_group_range
	defer socket.Close(fd)
	check(socket.Setsockopt(fd, e.recvTTL, true))
	check(socket.Setsockopt(fd, e.unreachableOption, true)) // so that an ICMP error ends the wait
	check(socket.Setsockopt(fd, socket.SO_RCVTIMEO, 5*time.Second))
	check(socket.Connect(fd, socket.SockaddrIn(netip.AddrPortFrom(addr, 0))))

	for seq := range count {
		packet := make([]byte, 8, 64) // type, code, checksum, id, sequence number
		packet[0] = e.request
		binary.BigEndian.PutUint16(packet[6:], uint16(seq))
		_, err = socket.Send(fd, append(packet, "abcdefghijklmnop"...), 0)
		check(err)

		p := make([]byte, 1500)
		msg := socket.Msghdr{Iov: [][]byte{p}, Control: make([]byte, cmsg.Space(4))}
		n, err := socket.Recvmsg(fd, &msg, 0)
		check(err) // EAGAIN: no reply in time; EHOSTUNREACH, …: the error queue says who says so
		ttl, _ := cmsg.Get(msg.Control[:msg.Controllen], e.ttl)
		if p[0] == e.reply {
			fmt.Printf("%d bytes from %v: seq=%d ttl=%d\n", n, addr, binary.BigEndian.Uint16(p[6:]), ttl)
		}
	}
}

// Ping needs no privilege: a socket of type SOCK_DGRAM for ICMP sends echo requests and receives their replies, and no
// others. The groups that may have one are in net.ipv4.ping_group_range, for IPv6 too; the example allows it on a network
// of its own.
func Example_ping() {
	onNetwork(func(t testing.TB) {
		testutil.NewNetns(t)
		testutil.Sh(t, `sysctl -qw net.ipv4.ping_group_range="0 2147483647"`)
	}, func() {
		ping(netip.MustParseAddr("127.0.0.1"), 2)
		ping(netip.MustParseAddr("::1"), 1)
	})
	// Output:
	// 24 bytes from 127.0.0.1: seq=0 ttl=64
	// 24 bytes from 127.0.0.1: seq=1 ttl=64
	// 24 bytes from ::1: seq=0 ttl=64
}
