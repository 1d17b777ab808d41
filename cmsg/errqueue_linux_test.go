package cmsg_test

// This file holds the tests of the error queue: ICMP errors from real routers, path MTUs, stamps of what was sent,
// zero copy.

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/internal/testutil"
)

// errqueue waits for an entry of the error queue.
func errqueue(t *testing.T, fd int) (p []byte, msg socket.Msghdr, e cmsg.RecvErr) {
	t.Helper()
	awaitError(t, fd)
	p, msg = receive(t, fd, 1<<16, socket.MSG_ERRQUEUE)
	e, ok := cmsg.GetRecvErr(msg.Control)
	if !ok || msg.Flags&socket.MSG_ERRQUEUE == 0 {
		t.Fatalf("no RecvErr in %v, flags %#x", messages(msg.Control), msg.Flags)
	}
	return p, msg, e
}

func awaitError(t *testing.T, fd int) {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(fd)}}
	for fds[0].Revents&unix.POLLERR == 0 {
		if n, err := unix.Poll(fds, 10000); n == 0 || err != nil && err != unix.EINTR {
			t.Fatalf("the error queue stays empty: %v", err)
		}
	}
}

// routes makes the second namespace a router: to nowhere, to where it is forbidden, and to a device of MTU 1300.
func routes(t *testing.T) *testutil.Veth {
	testutil.NotUnderQEMU(t, "ICMP errors")
	v := testutil.NewVeth(t)
	v.In(1)
	testutil.Sh(t, `sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratemask=0 net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratemask=255
		ip route add unreachable 10.99.0.1; ip route add prohibit 10.99.0.2
		ip route add unreachable fd99::1; ip route add prohibit fd99::2
		ip tuntap add t0 mode tun; ip addr add 10.66.0.1/24 dev t0; ip addr add fd66::1/64 dev t0 nodad; ip link set t0 mtu 1300 up`)
	v.In(0)
	testutil.Sh(t, `ip route add 10.99.0.0/24 via 10.77.0.2; ip route add 10.66.0.0/24 via 10.77.0.2
		ip route add fd99::/64 via fd77::2; ip route add fd66::/64 via fd77::2`)
	return v
}

func sending(t *testing.T, to string) (fd int, addr socket.Sockaddr) {
	t.Helper()
	ap := netip.MustParseAddrPort(to)
	fd = newSocket(t, family(ap.Addr()), socket.SOCK_DGRAM, 0)
	patient(t, fd)
	if ap.Addr().Is4() {
		must(t, "IP_RECVERR", socket.Setsockopt(fd, socket.IP_RECVERR, true))
	} else {
		must(t, "IPV6_RECVERR", socket.Setsockopt(fd, socket.IPV6_RECVERR, true))
	}
	return fd, socket.SockaddrIn(ap)
}

func TestICMPErrors(t *testing.T) {
	routes(t)
	const (
		icmp4   = cmsg.SO_EE_ORIGIN_ICMP
		icmp6   = cmsg.SO_EE_ORIGIN_ICMP6
		router4 = "10.77.0.2:0"
		router6 = "[fd77::2]:0"
	)
	for _, c := range []struct {
		name, to string
		control  []byte
		want     cmsg.RecvErr
		offender string
	}{
		{"unreachable", "10.99.0.1:9", nil, cmsg.RecvErr{Errno: unix.EHOSTUNREACH, Origin: icmp4, Type: 3, Code: 1}, router4},
		{"prohibited", "10.99.0.2:9", nil, cmsg.RecvErr{Errno: unix.EHOSTUNREACH, Origin: icmp4, Type: 3, Code: 13}, router4},
		{"no route", "10.99.0.3:9", nil, cmsg.RecvErr{Errno: unix.ENETUNREACH, Origin: icmp4, Type: 3, Code: 0}, router4},
		{"port closed", "10.77.0.2:9", nil, cmsg.RecvErr{Errno: unix.ECONNREFUSED, Origin: icmp4, Type: 3, Code: 3}, router4},
		{"TTL over", "10.66.0.9:9", cmsg.Append(nil, cmsg.IP_TTL, 1), cmsg.RecvErr{Errno: unix.EHOSTUNREACH, Origin: icmp4, Type: 11, Code: 0}, router4},
		{"IPv6 unreachable", "[fd99::1]:9", nil, cmsg.RecvErr{Errno: unix.ENETUNREACH, Origin: icmp6, Type: 1, Code: 0}, router6},
		{"IPv6 prohibited", "[fd99::2]:9", nil, cmsg.RecvErr{Errno: unix.EACCES, Origin: icmp6, Type: 1, Code: 1}, router6},
		{"IPv6 no route", "[fd99::3]:9", nil, cmsg.RecvErr{Errno: unix.ENETUNREACH, Origin: icmp6, Type: 1, Code: 0}, router6},
		{"IPv6 port closed", "[fd77::2]:9", nil, cmsg.RecvErr{Errno: unix.ECONNREFUSED, Origin: icmp6, Type: 1, Code: 4}, router6},
		{"IPv6 hop limit over", "[fd66::9]:9", cmsg.Append(nil, cmsg.IPV6_HOPLIMIT, 1), cmsg.RecvErr{Errno: unix.EHOSTUNREACH, Origin: icmp6, Type: 3, Code: 0}, router6},
	} {
		fd, to := sending(t, c.to)
		send(t, fd, c.name, c.control, &to)
		p, msg, got := errqueue(t, fd)
		c.want.Offender = socket.SockaddrIn(netip.MustParseAddrPort(c.offender))
		if got != c.want || *msg.Name != to || string(p) != c.name {
			t.Errorf("%s: %+v for %q to %v, want %+v to %v", c.name, got, p, msg.Name, c.want, to)
		}
		if _, ok := got.MTU(); ok {
			t.Errorf("%s: there is an MTU", c.name)
		}
		// The queue is empty, and the error pending with it.
		_, err := socket.Recv(fd, nil, socket.MSG_ERRQUEUE)
		wantErr(t, "Recv of an empty error queue", err, unix.EAGAIN)
	}
}

func TestPathMTUFromARouter(t *testing.T) {
	routes(t)
	for _, to := range []string{"10.66.0.9:9", "[fd66::9]:9"} {
		fd, addr := sending(t, to)
		must(t, "Connect", socket.Connect(fd, addr))
		want := cmsg.SO_EE_ORIGIN_ICMP
		if addr.Family() == socket.AF_INET6 {
			want = cmsg.SO_EE_ORIGIN_ICMP6
			must(t, "IPV6_MTU_DISCOVER", socket.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_DO))
		} else {
			must(t, "IP_MTU_DISCOVER", socket.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO))
		}
		big := strings.Repeat("x", 1400)
		send(t, fd, big, nil, nil)
		_, _, e := errqueue(t, fd)
		if mtu, ok := e.MTU(); mtu != 1300 || !ok || e.Errno != unix.EMSGSIZE || e.Origin != want {
			t.Errorf("%s: from the router %+v, want MTU 1300", to, e)
		}
		_, err := socket.Send(fd, []byte(big), 0)
		wantErr(t, "Send when the MTU is known", err, unix.EMSGSIZE)
		_, _, e = errqueue(t, fd)
		if mtu, ok := e.MTU(); mtu != 1300 || !ok || e.Origin != cmsg.SO_EE_ORIGIN_LOCAL || e.Offender.Len() != 0 {
			t.Errorf("%s: from this host %+v, want MTU 1300", to, e)
		}
	}
}

func TestPathMTUOfIPv6(t *testing.T) {
	routes(t)
	fd, to := sending(t, "[fd77::2]:9")
	must(t, "IPV6_RECVPATHMTU", socket.Setsockopt(fd, socket.IPV6_RECVPATHMTU, true))
	dontfrag := cmsg.Append(nil, cmsg.IPV6_DONTFRAG, true)
	_, err := socket.Sendmsg(fd, &socket.Msghdr{Name: &to, Iov: [][]byte{make([]byte, 2000)}, Control: dontfrag}, 0)
	wantErr(t, "Sendmsg of 2000 bytes with IPV6_DONTFRAG", err, unix.EMSGSIZE)
	p, msg := receive(t, fd, 100, 0)
	got, ok := cmsg.Get(msg.Control, cmsg.IPV6_PATHMTU)
	if !ok || len(p) != 0 || got.Mtu != 1500 || got.Addr.AddrPort().Addr() != to.AddrPort().Addr() {
		t.Errorf("IPV6_PATHMTU = %v, %v with %d bytes of data; control data %v, want 1500 to %v", got, ok, len(p), messages(msg.Control), to)
	}
}

func TestStampsOfWhatIsSent(t *testing.T) {
	testutil.NotUnderQEMU(t, "time stamps")
	needRoot(t)
	_, to := bound(t, lo4)
	fd := newSocket(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
	report := socket.SOF_TIMESTAMPING_SOFTWARE | socket.SOF_TIMESTAMPING_OPT_ID | socket.SOF_TIMESTAMPING_OPT_TSONLY
	must(t, "SO_TIMESTAMPING", socket.Setsockopt(fd, socket.SO_TIMESTAMPING, socket.Timestamping{Flags: report | socket.SOF_TIMESTAMPING_TX_SOFTWARE}))
	expect := func(what string, id uint32, tstamp int) {
		t.Helper()
		p, msg, e := errqueue(t, fd)
		stamps, ok := cmsg.Get(msg.Control, cmsg.SCM_TIMESTAMPING)
		gotID, gotTstamp, ok2 := e.Timestamp()
		if len(p) != 0 || !ok || !ok2 || gotID != id || gotTstamp != tstamp || time.Since(stamps.Software).Abs() > time.Minute {
			t.Errorf("%s: id %d, tstamp %d, %v, want %d, %d; %+v, %v", what, gotID, gotTstamp, stamps, id, tstamp, e, messages(msg.Control))
		}
	}
	for i := range uint32(3) {
		send(t, fd, "x", nil, &to)
		expect("numbered by the kernel", i, cmsg.SCM_TSTAMP_SND)
	}
	send(t, fd, "x", cmsg.Append(nil, cmsg.SCM_TS_OPT_ID, 1<<31+5), &to)
	expect("numbered by SCM_TS_OPT_ID", 1<<31+5, cmsg.SCM_TSTAMP_SND)

	must(t, "SO_TIMESTAMPING", socket.Setsockopt(fd, socket.SO_TIMESTAMPING, socket.Timestamping{Flags: report}))
	send(t, fd, "x", cmsg.Append(nil, cmsg.SO_TIMESTAMPING, socket.SOF_TIMESTAMPING_TX_SCHED), &to)
	_, _, e := errqueue(t, fd)
	if _, tstamp, ok := e.Timestamp(); tstamp != cmsg.SCM_TSTAMP_SCHED || !ok {
		t.Errorf("SO_TIMESTAMPING for one message gives %+v, want SCM_TSTAMP_SCHED", e)
	}
	// The data come back without SOF_TIMESTAMPING_OPT_TSONLY.
	must(t, "SO_TIMESTAMPING", socket.Setsockopt(fd, socket.SO_TIMESTAMPING, socket.Timestamping{Flags: socket.SOF_TIMESTAMPING_SOFTWARE | socket.SOF_TIMESTAMPING_TX_SOFTWARE}))
	send(t, fd, "comes back", nil, &to)
	if p, _, _ := errqueue(t, fd); !strings.HasSuffix(string(p), "comes back") {
		t.Errorf("what came back is %q", p)
	}
}

// tcp is a connection over loopback.
func tcp(t *testing.T) (a, b int) {
	t.Helper()
	l := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Listen", socket.Listen(l, 1))
	addr, err := socket.Getsockname(l)
	must(t, "Getsockname", err)
	a = newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Connect", socket.Connect(a, addr))
	b, _, err = socket.Accept(l)
	must(t, "Accept", err)
	t.Cleanup(func() { socket.Close(b) })
	patient(t, a)
	patient(t, b)
	return a, b
}

func TestOptStatsOfATCPSend(t *testing.T) {
	testutil.NotUnderQEMU(t, "time stamps")
	a, b := tcp(t)
	must(t, "SO_TIMESTAMPING", socket.Setsockopt(a, socket.SO_TIMESTAMPING, socket.Timestamping{Flags: socket.SOF_TIMESTAMPING_TX_ACK |
		socket.SOF_TIMESTAMPING_SOFTWARE | socket.SOF_TIMESTAMPING_OPT_ID | socket.SOF_TIMESTAMPING_OPT_ID_TCP |
		socket.SOF_TIMESTAMPING_OPT_TSONLY | socket.SOF_TIMESTAMPING_OPT_STATS}))
	send(t, a, strings.Repeat("x", 1000), nil, nil)
	n, err := socket.Recv(b, make([]byte, 1000), socket.MSG_WAITALL)
	if n != 1000 || err != nil {
		t.Fatalf("Recv = %d, %v", n, err)
	}
	_, msg, e := errqueue(t, a)
	if id, tstamp, ok := e.Timestamp(); id != 999 || tstamp != cmsg.SCM_TSTAMP_ACK || !ok {
		t.Errorf("Timestamp = %d, %d, %v, want the last byte, 999, and SCM_TSTAMP_ACK", id, tstamp, ok)
	}
	s, ok := cmsg.Get(msg.Control, cmsg.SCM_TIMESTAMPING_OPT_STATS)
	if !ok || s.Bytes_sent != 1000 || s.Data_segs_out != 1 || s.Delivered == 0 || s.Srtt <= 0 || s.Srtt > time.Minute || s.Min_rtt > time.Minute ||
		s.Snd_cwnd == 0 || s.Total_retrans != 0 || s.Bytes_notsent != 0 || s.Ttl != 64 || s.Edt <= 0 {
		t.Errorf("OptStats = %+v, %v", s, ok)
	}
	for attr := cmsg.TCP_NLA_BUSY; attr <= cmsg.TCP_NLA_REHASH; attr++ {
		if !s.Has(attr) {
			t.Errorf("the attribute %d is missing", attr)
		}
	}
	if s.Has(0) || s.Has(-1) || s.Has(31) || s.Has(32) || s.Has(1<<20) {
		t.Errorf("there are attributes that there are not: %+v", s)
	}
	// The attribute numbers and our reading of them are TCP_INFO's.
	info, err := socket.Getsockopt(a, socket.TCP_INFO)
	must(t, "TCP_INFO", err)
	if got, want := fmt.Sprint(s.Snd_cwnd, s.Reordering, s.Snd_ssthresh, s.Bytes_sent, s.Delivered), fmt.Sprint(info.Snd_cwnd, info.Reordering, info.Snd_ssthresh, info.Bytes_sent, info.Delivered); got != want {
		t.Logf("OptStats %s, TCP_INFO later %s", got, want)
	}
}

func attribute(typ uint16, data ...byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(data)))
	b = append(binary.NativeEndian.AppendUint16(b, typ), data...)
	return append(b, make([]byte, -len(b)&3)...)
}

func TestOptStatsFromAttributes(t *testing.T) {
	u16, u32, u64 := make([]byte, 2), make([]byte, 4), make([]byte, 8)
	binary.NativeEndian.PutUint16(u16, 1<<15)
	binary.NativeEndian.PutUint32(u32, 1<<31)
	binary.NativeEndian.PutUint64(u64, 1<<40)
	var b []byte
	for attr := range uint16(40) {
		data := u32
		switch attr {
		case cmsg.TCP_NLA_PAD:
			data = nil
		case cmsg.TCP_NLA_BUSY, cmsg.TCP_NLA_RWND_LIMITED, cmsg.TCP_NLA_SNDBUF_LIMITED, cmsg.TCP_NLA_DATA_SEGS_OUT, cmsg.TCP_NLA_TOTAL_RETRANS,
			cmsg.TCP_NLA_PACING_RATE, cmsg.TCP_NLA_DELIVERY_RATE, cmsg.TCP_NLA_BYTES_SENT, cmsg.TCP_NLA_BYTES_RETRANS, cmsg.TCP_NLA_EDT:
			data = u64
		case cmsg.TCP_NLA_TIMEOUT_REHASH:
			data = u16
		case cmsg.TCP_NLA_RECUR_RETRANS, cmsg.TCP_NLA_DELIVERY_RATE_APP_LMT, cmsg.TCP_NLA_CA_STATE, cmsg.TCP_NLA_TTL:
			data = []byte{1 << 7}
		}
		b = append(b, attribute(attr, data...)...)
	}
	const micro = time.Microsecond
	got, ok := cmsg.Get(raw(len(b), unix.SOL_SOCKET, unix.SCM_TIMESTAMPING_OPT_STATS, b...), cmsg.SCM_TIMESTAMPING_OPT_STATS)
	want := cmsg.OptStats{Busy: 1 << 40 * micro, Rwnd_limited: 1 << 40 * micro, Sndbuf_limited: 1 << 40 * micro, Data_segs_out: 1 << 40,
		Total_retrans: 1 << 40, Pacing_rate: 1 << 40, Delivery_rate: 1 << 40, Snd_cwnd: 1 << 31, Reordering: 1 << 31, Min_rtt: 1 << 31 * micro,
		Recur_retrans: 1 << 7, Delivery_rate_app_lmt: true, Sndq_size: 1 << 31, Ca_state: 1 << 7, Snd_ssthresh: 1 << 31, Delivered: 1 << 31,
		Delivered_ce: 1 << 31, Bytes_sent: 1 << 40, Bytes_retrans: 1 << 40, Dsack_dups: 1 << 31, Reord_seen: 1 << 31, Srtt: 1 << 31 * micro,
		Timeout_rehash: 1 << 15, Bytes_notsent: 1 << 31, Edt: 1 << 40, Ttl: 1 << 7, Rehash: 1 << 31}
	if g, w := fmt.Sprintf("%+v", got)[len("{attrs:268435454 "):], fmt.Sprintf("%+v", want)[len("{attrs:0 "):]; !ok || g != w {
		t.Errorf("Get = %s, %v, want %s", g, ok, w)
	}
	for attr := range 40 {
		if got.Has(attr) != (0 < attr && attr <= cmsg.TCP_NLA_REHASH) {
			t.Errorf("Has(%d) = %v", attr, got.Has(attr))
		}
	}
	control := raw(len(b), unix.SOL_SOCKET, unix.SCM_TIMESTAMPING_OPT_STATS, b...)
	testutil.Allocs(t, "Get of OptStats", func() { cmsg.Get(control, cmsg.SCM_TIMESTAMPING_OPT_STATS) })

	// What cannot be ends the walk; before it counts.
	ttl := attribute(cmsg.TCP_NLA_TTL, 5)
	for name, tail := range map[string][]byte{"a length of 3": {3, 0, 1, 0}, "a length of 0": {0, 0, 1, 0}, "a length beyond the end": {200, 200, 1, 0}, "half a header": {4, 0}} {
		tail = append(tail, attribute(cmsg.TCP_NLA_CA_STATE, 1)...)
		b := append(ttl[:len(ttl):len(ttl)], tail...)
		got, ok := cmsg.Get(raw(len(b), unix.SOL_SOCKET, unix.SCM_TIMESTAMPING_OPT_STATS, b...), cmsg.SCM_TIMESTAMPING_OPT_STATS)
		if !ok || got.Ttl != 5 || got.Has(cmsg.TCP_NLA_CA_STATE) {
			t.Errorf("%s: %+v, %v", name, got, ok)
		}
	}
}

func TestZerocopyCompletions(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_ZEROCOPY")
	a, b := tcp(t)
	must(t, "SO_ZEROCOPY", socket.Setsockopt(a, socket.SO_ZEROCOPY, true))
	const sends = 5
	p := make([]byte, 20000)
	for range sends {
		n, err := socket.Sendall(a, p, socket.MSG_ZEROCOPY)
		if n != len(p) || err != nil {
			t.Fatalf("Sendall = %d, %v", n, err)
		}
	}
	n, err := socket.Recvall(b, make([]byte, sends*len(p)), 0)
	if n != sends*len(p) || err != nil {
		t.Fatalf("Recvall = %d, %v", n, err)
	}
	for next := uint32(0); next < sends; {
		_, _, e := errqueue(t, a)
		first, last, copied, ok := e.Zerocopy()
		if !ok || first != next || last < first || last >= sends || !copied {
			t.Fatalf("%+v: sends %d to %d, copied %v, %v, want from %d on, copied as always on loopback", e, first, last, copied, ok, next)
		}
		next = last + 1
	}
}

func TestPacketTxTimestamp(t *testing.T) {
	testutil.NotUnderQEMU(t, "packet sockets")
	testutil.NewNetns(t)
	fd := newSocket(t, socket.AF_PACKET, socket.SOCK_DGRAM, 0)
	patient(t, fd)
	must(t, "SO_TIMESTAMPING", socket.Setsockopt(fd, socket.SO_TIMESTAMPING, socket.Timestamping{Flags: socket.SOF_TIMESTAMPING_TX_SOFTWARE | socket.SOF_TIMESTAMPING_SOFTWARE | socket.SOF_TIMESTAMPING_OPT_ID | socket.SOF_TIMESTAMPING_OPT_TSONLY}))
	to := socket.SockaddrLl(0x88b5, 1, make([]byte, 6)) // a protocol for experiments, to lo
	for i := range uint32(2) {
		send(t, fd, "packet", nil, &to)
		awaitError(t, fd)
		_, msg := receive(t, fd, 100, socket.MSG_ERRQUEUE)
		control := msg.Control
		e, ok := cmsg.Get(control, cmsg.PACKET_TX_TIMESTAMP)
		id, _, ok2 := e.Timestamp()
		stamps, ok3 := cmsg.Get(control, cmsg.SCM_TIMESTAMPING)
		if !ok || !ok2 || !ok3 || id != i || stamps.Software.IsZero() {
			t.Errorf("PACKET_TX_TIMESTAMP = %+v, id %d, %v, want %d; %v", e, id, stamps, i, messages(control))
		}
	}
}

// What RecvErr tells is read from its fields: those that no device here reports too.
func TestRecvErrTells(t *testing.T) {
	ext := binary.NativeEndian.Uint32([]byte{0, 0, 0, 0})
	var b [4]byte
	binary.NativeEndian.PutUint16(b[:], 100)
	valid := binary.NativeEndian.Uint32(b[:])
	b[2] = unix.SO_EE_RFC4884_FLAG_INVALID
	invalid := binary.NativeEndian.Uint32(b[:])
	for _, c := range []struct {
		name string
		e    cmsg.RecvErr
		want string
	}{
		{"nothing", cmsg.RecvErr{}, ""},
		{"an MTU", cmsg.RecvErr{Errno: unix.EMSGSIZE, Origin: cmsg.SO_EE_ORIGIN_LOCAL, Info: 1500}, "MTU 1500"},
		{"EMSGSIZE of no origin", cmsg.RecvErr{Errno: unix.EMSGSIZE, Info: 1500}, ""},
		{"zero copy", cmsg.RecvErr{Origin: cmsg.SO_EE_ORIGIN_ZEROCOPY, Info: 1<<32 - 1, Data: 2}, "zerocopy 4294967295-2 false"},
		{"zero copy, copied", cmsg.RecvErr{Origin: cmsg.SO_EE_ORIGIN_ZEROCOPY, Code: 1, Info: 1, Data: 1}, "zerocopy 1-1 true"},
		{"zero copy that failed", cmsg.RecvErr{Origin: cmsg.SO_EE_ORIGIN_ZEROCOPY, Errno: unix.EIO}, ""},
		{"a stamp", cmsg.RecvErr{Errno: unix.ENOMSG, Origin: cmsg.SO_EE_ORIGIN_TIMESTAMPING, Info: 2, Data: 7}, "stamp 7 2"},
		{"a missed time", cmsg.RecvErr{Errno: unix.ECANCELED, Origin: cmsg.SO_EE_ORIGIN_TXTIME, Code: 2, Info: 5, Data: 1 << 31}, "txtime 9223372036854775813"},
		{"extensions", cmsg.RecvErr{Errno: unix.ECONNREFUSED, Origin: cmsg.SO_EE_ORIGIN_ICMP, Data: valid}, "extensions 100 true"},
		{"bad extensions", cmsg.RecvErr{Errno: unix.ECONNREFUSED, Origin: cmsg.SO_EE_ORIGIN_ICMP6, Data: invalid}, "extensions 100 false"},
		{"no extensions", cmsg.RecvErr{Errno: unix.ECONNREFUSED, Origin: cmsg.SO_EE_ORIGIN_ICMP, Data: ext}, ""},
	} {
		if got := tells(c.e); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func tells(e cmsg.RecvErr) string {
	var s []string
	if mtu, ok := e.MTU(); ok {
		s = append(s, fmt.Sprint("MTU ", mtu))
	}
	if first, last, copied, ok := e.Zerocopy(); ok {
		s = append(s, fmt.Sprintf("zerocopy %d-%d %v", first, last, copied))
	}
	if id, tstamp, ok := e.Timestamp(); ok {
		s = append(s, fmt.Sprint("stamp ", id, " ", tstamp))
	}
	if at, ok := e.Txtime(); ok {
		s = append(s, fmt.Sprint("txtime ", at))
	}
	if offset, valid, ok := e.Extensions(); ok {
		s = append(s, fmt.Sprint("extensions ", offset, " ", valid))
	}
	return strings.Join(s, ", ")
}

func TestRecvErrWithoutAnOffender(t *testing.T) {
	full := cmsg.Append(nil, cmsg.IPV6_RECVERR, recvErr(sin6))
	data := []byte(messages(full)[0].Data)
	for n := range len(data) + 1 {
		e, ok := cmsg.Get(raw(n, unix.IPPROTO_IPV6, unix.IPV6_RECVERR, data[:n]...), cmsg.IPV6_RECVERR)
		if ok != (n >= 16) || (e.Offender == sin6) != (n == len(data)) || n < len(data) && e.Offender.Len() != 0 {
			t.Errorf("%d bytes: %+v, %v", n, e, ok)
		}
	}
}

// Hosts on the way are found by hop limits that are too small, and the last by a port where nobody is.
func TestTracerouteFindsEachHop(t *testing.T) {
	testutil.NotUnderQEMU(t, "ICMP errors")
	chain(t)
	for _, c := range []struct {
		to   string
		hops []string
		ttl  cmsg.Type[int]
	}{
		{"10.88.0.2:33434", []string{"10.77.0.2", "10.88.0.2"}, cmsg.IP_TTL},
		{"[fd88::2]:33434", []string{"fd77::2", "fd88::2"}, cmsg.IPV6_HOPLIMIT},
	} {
		fd, to := sending(t, c.to)
		for i, hop := range c.hops {
			send(t, fd, "probe", cmsg.Append(nil, c.ttl, i+1), &to)
			p, msg, e := errqueue(t, fd)
			want := unix.EHOSTUNREACH
			if i == len(c.hops)-1 {
				want = unix.ECONNREFUSED
			}
			if e.Errno != want || e.Offender.AddrPort().Addr() != netip.MustParseAddr(hop) || *msg.Name != to || string(p) != "probe" {
				t.Errorf("hop %d to %s: %+v for %q to %v, want %v from %s", i+1, c.to, e, p, msg.Name, want, hop)
			}
		}
	}
}

// ICMP errors of several sends are all in the queue, in order, and the socket's error is returned once and goes with
// the last.
func TestErrorsQueueUp(t *testing.T) {
	routes(t)
	fd, refused := sending(t, "10.77.0.2:9")
	_, unreachable := sending(t, "10.99.0.1:9")
	must(t, "SetNonblock", socket.SetNonblock(fd, true))
	for i, to := range []*socket.Sockaddr{&refused, &unreachable, &refused} {
		for { // an error that is pending is returned, and nothing is sent
			_, err := socket.Sendto(fd, []byte{byte(i)}, 0, *to)
			if err == nil {
				break
			}
			if err != unix.ECONNREFUSED && err != unix.EHOSTUNREACH {
				t.Fatalf("Sendto: %v", err)
			}
		}
	}
	var got []string
	for range 3 {
		p, msg, e := errqueue(t, fd)
		got = append(got, fmt.Sprint(p, *msg.Name, e.Errno))
	}
	want := []string{fmt.Sprint([]byte{0}, refused, unix.ECONNREFUSED), fmt.Sprint([]byte{1}, unreachable, unix.EHOSTUNREACH), fmt.Sprint([]byte{2}, refused, unix.ECONNREFUSED)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the error queue (-want +got)\n%s", diff)
	}
	for _, flags := range []int{socket.MSG_ERRQUEUE, 0} {
		_, err := socket.Recv(fd, make([]byte, 1), flags)
		wantErr(t, "Recv when all has been read", err, unix.EAGAIN)
	}
}

// Routers can say more behind the packet that they send back: RFC 4884.
func TestExtensionsOfAnICMPError(t *testing.T) {
	testutil.NotUnderQEMU(t, "ICMP errors")
	testutil.NewNetns(t)
	router := newSocket(t, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
	fd, name := bound(t, lo4)
	must(t, "IP_RECVERR", socket.Setsockopt(fd, socket.IP_RECVERR, true))
	must(t, "IP_RECVERR_RFC4884", socket.Setsockopt(fd, socket.IP_RECVERR_RFC4884, true))
	_, to := bound(t, lo4)

	const quoted = 128 // the least there must be before extensions
	for _, valid := range []bool{true, false} {
		original := make([]byte, quoted) // the headers of IP and UDP, and data
		original[0], original[8], original[9] = 0x45, 64, unix.IPPROTO_UDP
		binary.BigEndian.PutUint16(original[2:], quoted)
		copy(original[12:], []byte{127, 0, 0, 1, 127, 0, 0, 1})
		binary.BigEndian.PutUint16(original[20:], name.AddrPort().Port())
		binary.BigEndian.PutUint16(original[22:], to.AddrPort().Port())
		binary.BigEndian.PutUint16(original[24:], quoted-20)
		copy(original[28:], "what was sent")
		extension := []byte{2 << 4, 0, 0, 0, 0, 8, 1, 1, 'l', 'a', 'b', 'l'} // version, checksum; an object: length, class, type
		binary.BigEndian.PutUint16(extension[2:], ^sum(extension))
		if !valid {
			extension[len(extension)-1]++
		}
		icmp := append([]byte{unreachable, 13, 0, 0, 0, quoted / 4, 0, 0}, append(original, extension...)...)
		binary.BigEndian.PutUint16(icmp[2:], ^sum(icmp))
		addr := socket.SockaddrIn(netip.AddrPortFrom(lo4, 0))
		send(t, router, string(icmp), nil, &addr)

		p, _, e := errqueue(t, fd)
		offset, ok1, ok2 := e.Extensions()
		if e.Errno != unix.EHOSTUNREACH || e.Type != unreachable || e.Code != 13 || ok1 != valid || !ok2 || offset > len(p) || !strings.HasPrefix(string(p), "what was sent") {
			t.Fatalf("%+v with %q: extensions at %d, valid %v, %v, want valid %v", e, p, offset, ok1, ok2, valid)
		}
		if got := p[offset:]; string(got) != string(extension) {
			t.Errorf("the extensions are %q, want %q", got, extension)
		}
	}
}

const unreachable = 3 // ICMP: destination unreachable
