package sockinfo_test

import (
	"encoding/json"
	"errors"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/sockinfo"
)

var update = flag.Bool("update", false, "write the golden files")

func in(s string) socket.Sockaddr { return socket.SockaddrIn(netip.MustParseAddrPort(s)) }

// listen gives a listener at addr.
func listen(t testing.TB, domain, protocol int, addr socket.Sockaddr, backlog int) int {
	t.Helper()
	l := open(t, domain, socket.SOCK_STREAM, protocol)
	must(t, "Bind", socket.Bind(l, addr))
	must(t, "Listen", socket.Listen(l, backlog))
	return l
}

// name is the address of a socket.
func name(t testing.TB, fd int) socket.Sockaddr {
	t.Helper()
	addr, err := socket.Getsockname(fd)
	must(t, "Getsockname", err)
	return addr
}

// connect gives a client, connected to addr.
func connect(t testing.TB, domain, typ, protocol int, addr socket.Sockaddr) int {
	t.Helper()
	c := open(t, domain, typ, protocol)
	must(t, "Connect to "+addr.String(), socket.Connect(c, addr))
	return c
}

func accept(t testing.TB, l int) int {
	t.Helper()
	a, _, err := socket.Accept(l)
	must(t, "Accept", err)
	t.Cleanup(func() { socket.Close(a) })
	return a
}

func of(t testing.TB, fd int) sockinfo.Info {
	t.Helper()
	i, err := sockinfo.Of(fd)
	must(t, "Of", err)
	return i
}

// addrOnLo adds an address to lo. The kernel takes a moment until one of IPv6 has its route.
func addrOnLo(t testing.TB, prefix string) {
	t.Helper()
	testutil.Sh(t, "ip addr add "+prefix+" dev lo nodad")
	addr := netip.MustParsePrefix(prefix).Addr()
	if addr.IsLinkLocalUnicast() {
		addr = addr.WithZone("lo")
	}
	u, err := socket.Socket(socket.AF_INET6, socket.SOCK_DGRAM, 0)
	must(t, "Socket", err)
	defer socket.Close(u)
	must(t, "Bind", socket.Bind(u, socket.SockaddrIn(netip.AddrPortFrom(addr, 0))))
	testutil.Eventually(t, prefix+" can be reached", func() bool {
		socket.Sendto(u, []byte("x"), 0, name(t, u))
		_, err := socket.Recv(u, make([]byte, 1), socket.MSG_DONTWAIT)
		return err == nil
	})
}

// golden compares text with a file of testdata.
func golden(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.Join("testdata", file)
	if *update {
		must(t, "WriteFile", os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, "ReadFile", err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", file, diff)
	}
}

// steady makes an Info the same on every kernel: it keeps a few options, and puts numbers of its own where
// those of the kernel vary.
func steady(i sockinfo.Info, options ...string) sockinfo.Info {
	i.FD, i.Inode, i.Cookie = 3, 1234, 5678
	i.Memory = socket.MemInfo{Rcvbuf: 131072, Sndbuf: 16384, Wmem_queued: uint32(i.Sendq)}
	i.Options = slices.DeleteFunc(slices.Clone(i.Options), func(o sockinfo.OptionValue) bool { return !slices.Contains(options, o.Option.Name) })
	if i.TCP != nil {
		i.TCP, i.TCPLen = &socket.TCPInfo{State: i.TCP.State, Ca_state: i.TCP.Ca_state, Options: i.TCP.Options, Rto: 204000, Snd_mss: 32768}, 280
	}
	return i
}

func TestOfPrintsAsPeopleReadIt(t *testing.T) {
	testutil.NotUnderQEMU(t, "structures by getsockopt")
	testutil.NewNetns(t)
	l := listen(t, socket.AF_INET, 0, in("127.0.0.1:80"), 7)
	tcp := open(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Bind", socket.Bind(tcp, in("127.0.0.1:43210")))
	must(t, "Connect", socket.Connect(tcp, in("127.0.0.1:80")))
	must(t, "SetNonblock", socket.SetNonblock(tcp, true))
	for opt, text := range map[string]string{"SO_LINGER": "Onoff:1 Linger:5", "SO_RCVTIMEO": "3s", "TCP_NODELAY": "on", "TCP_CONGESTION": "reno", "TCP_KEEPIDLE": "90s",
		"IP_TOS": "IPTOS_DSCP_EF", "IP_MTU_DISCOVER": "IP_PMTUDISC_DO", "SO_TIMESTAMPING": "Flags:SOF_TIMESTAMPING_RX_SOFTWARE|SOF_TIMESTAMPING_SOFTWARE"} {
		must(t, "Set", lookup(t, opt).Set(tcp, text))
	}
	udp := open(t, socket.AF_INET6, socket.SOCK_DGRAM, 0)
	must(t, "Bind", socket.Bind(udp, in("[::1]:53")))
	path := filepath.Join(t.TempDir(), "s")
	stream := open(t, socket.AF_UNIX, socket.SOCK_STREAM, 0)
	addr, err := socket.SockaddrUn("\x00a b")
	must(t, "SockaddrUn", err)
	must(t, "Bind", socket.Bind(stream, addr))
	must(t, "Listen", socket.Listen(stream, 3))
	client := connect(t, socket.AF_UNIX, socket.SOCK_STREAM, 0, addr)
	must(t, "SetCloexec", socket.SetCloexec(client, false))
	dgram := open(t, socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	addr, err = socket.SockaddrUn(path)
	must(t, "SockaddrUn", err)
	must(t, "Bind", socket.Bind(dgram, addr))
	route := open(t, socket.AF_NETLINK, socket.SOCK_RAW, unix.NETLINK_ROUTE)

	for _, c := range []struct {
		file    string
		fd      int
		options []string
	}{
		{"tcp", tcp, []string{"SO_REUSEADDR", "SO_BINDTODEVICE", "SO_LINGER", "SO_RCVTIMEO", "SO_TIMESTAMPING", "TCP_NODELAY", "TCP_CONGESTION", "TCP_KEEPIDLE", "IP_TOS", "IP_TTL",
			"IP_MTU_DISCOVER", "IP_OPTIONS"}},
		{"listener", l, []string{"SO_REUSEADDR", "SO_ACCEPTCONN", "TCP_DEFER_ACCEPT"}},
		{"udp", udp, []string{"SO_TYPE", "SO_PRIORITY", "IP_TTL", "IPV6_V6ONLY", "IPV6_TCLASS", "UDP_CORK"}},
		{"unix", client, []string{"SO_REUSEADDR", "SO_PASSCRED", "SO_PEERNAME", "TCP_NODELAY"}},
		{"unixdgram", dgram, []string{"SO_PASSCRED"}},
		{"netlink", route, []string{"SO_PRIORITY", "NETLINK_PKTINFO", "NETLINK_LIST_MEMBERSHIPS"}},
	} {
		i := steady(of(t, c.fd), c.options...)
		b, err := json.MarshalIndent(i, "", "\t")
		must(t, "MarshalIndent", err)
		clean := func(s string) string { return strings.ReplaceAll(s, path, "/run/s") }
		golden(t, c.file+".txt", clean(i.String()))
		golden(t, c.file+".json", clean(string(b))+"\n")
	}
}

func TestOfDecodesASocket(t *testing.T) {
	testutil.NotUnderQEMU(t, "structures by getsockopt")
	l := listen(t, socket.AF_INET, 0, in("127.0.0.1:0"), 7)
	c := connect(t, socket.AF_INET, socket.SOCK_STREAM, 0, name(t, l))
	i := of(t, l)
	if !i.Listening || i.State != socket.TCP_LISTEN || i.Peer != (socket.Sockaddr{}) || i.Recvq != 1 || i.Sendq != 7 {
		t.Errorf("a listener with a client that waits: %+v", i)
	}
	a := accept(t, l)
	_, err := socket.Send(c, []byte("hello"), 0)
	must(t, "Send", err)
	testutil.Eventually(t, "the data are there", func() bool { n, _ := socket.Siocinq(a); return n == 5 })
	i = of(t, a)
	var stat unix.Stat_t
	must(t, "Fstat", unix.Fstat(a, &stat))
	cookie, err := socket.Getsockopt(a, socket.SO_COOKIE)
	must(t, "SO_COOKIE", err)
	if i.FD != a || i.Domain != socket.AF_INET || i.Type != socket.SOCK_STREAM || i.Protocol != socket.IPPROTO_TCP || i.State != socket.TCP_ESTABLISHED ||
		i.Local != name(t, a) || i.Peer != name(t, c) || i.Listening || i.Nonblock || !i.Cloexec || i.Recvq != 5 || i.Sendq != 0 ||
		i.Inode != stat.Ino || i.Cookie != cookie || i.Memory.Rcvbuf == 0 || i.Memory.Rmem_alloc == 0 {
		t.Errorf("an accepted socket with 5 bytes to read: %+v", i)
	}
	var tcp socket.TCPInfo
	n, err := socket.GetsockoptInto(a, socket.TCP_INFO, &tcp)
	must(t, "TCP_INFO", err)
	if i.TCP == nil || i.TCP.State != tcp.State || i.TCP.Snd_mss != tcp.Snd_mss || i.TCPLen != n {
		t.Errorf("TCP_INFO is %+v, %d bytes, want %+v, %d bytes", i.TCP, i.TCPLen, tcp, n)
	}
	if v, ok := i.Option("TCP_NODELAY"); !ok || v != false {
		t.Errorf("TCP_NODELAY is %v, %v", v, ok)
	}
	if v, ok := i.Option("UDP_SEGMENT"); ok {
		t.Errorf("UDP_SEGMENT of a TCP socket is %v", v)
	}
	if s := of(t, open(t, socket.AF_INET, socket.SOCK_DGRAM, 0)).String(); !strings.Contains(s, "UNCONNECTED") {
		t.Errorf("a new UDP socket is no UNCONNECTED:\n%s", s)
	}
}

// Every readable option is in Options, or fails by itself, or is said to be left out.
func TestOfHasEveryOptionThatAnswers(t *testing.T) {
	testutil.NotUnderQEMU(t, "structures by getsockopt")
	testutil.NewNetns(t)
	l := listen(t, socket.AF_INET6, 0, in("[::1]:0"), 7)
	tcp := connect(t, socket.AF_INET6, socket.SOCK_STREAM, 0, name(t, l))
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0)
	must(t, "Socketpair", err)
	t.Cleanup(func() { socket.Close(pair[0]); socket.Close(pair[1]) })
	left := strings.Fields(`SO_ERROR SO_PEERPIDFD TCP_SAVED_SYN TCP_ZEROCOPY_RECEIVE TCP_FASTOPEN_KEY TCP_AO_GET_KEYS TLS_TX TLS_RX
		IP_MSFILTER MCAST_MSFILTER IPV6_MCAST_MSFILTER IPV6_FLOWLABEL_MGR PACKET_HDRLEN PACKET_STATISTICS PACKET_STATISTICS_V3 TCP_INFO`)
	for _, fd := range []int{tcp, l, pair[0], open(t, socket.AF_INET, socket.SOCK_DGRAM, 0), open(t, socket.AF_INET6, socket.SOCK_DGRAM, 0),
		open(t, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP), open(t, socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6),
		open(t, socket.AF_PACKET, socket.SOCK_RAW, 0), open(t, socket.AF_NETLINK, socket.SOCK_RAW, 0)} {
		i := of(t, fd)
		for _, o := range sockinfo.Options() {
			_, has := i.Option(o.Name)
			if slices.Contains(left, o.Name) || !o.Readable() {
				if has {
					t.Errorf("%v %v: %s is not left out", i.Domain, i.Type, o.Name)
				}
				continue
			}
			_, err := o.Get(fd)
			odd := o.Name == "IP_PROTOCOL" && i.Type != socket.SOCK_RAW || // reads as the port
				o.Level == socket.SOL_UDPLITE // answers on UDP too, where it means nothing
			if answers := err == nil && !odd; answers != has {
				t.Errorf("%v %v: %s answers with error %v, but is there: %v", i.Domain, i.Type, o.Name, err, has)
			}
		}
	}
}

func TestOfChangesNothing(t *testing.T) {
	testutil.NotUnderQEMU(t, "structures by getsockopt")
	testutil.NewNetns(t)
	t.Run("SO_ERROR", func(t *testing.T) {
		fd := open(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
		gone := open(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
		must(t, "Bind", socket.Bind(gone, in("127.0.0.1:0")))
		must(t, "Connect", socket.Connect(fd, name(t, gone)))
		socket.Close(gone)
		_, err := socket.Send(fd, []byte("x"), 0)
		must(t, "Send", err)
		of(t, fd)
		if e, err := socket.Getsockopt(fd, socket.SO_ERROR); err != nil || e != unix.ECONNREFUSED {
			t.Errorf("SO_ERROR after Of = %v, %v, want ECONNREFUSED", e, err)
		}
	})
	t.Run("TCP_SAVED_SYN", func(t *testing.T) {
		l := listen(t, socket.AF_INET, 0, in("127.0.0.1:0"), 7)
		must(t, "TCP_SAVE_SYN", socket.Setsockopt(l, socket.TCP_SAVE_SYN, 1))
		connect(t, socket.AF_INET, socket.SOCK_STREAM, 0, name(t, l))
		a := accept(t, l)
		of(t, a)
		if syn, err := socket.Getsockopt(a, socket.TCP_SAVED_SYN); err != nil || len(syn) == 0 {
			t.Errorf("TCP_SAVED_SYN after Of = %x, %v, want the headers", syn, err)
		}
	})
	t.Run("PACKET_STATISTICS", func(t *testing.T) {
		fd, err := socket.Socket(socket.AF_PACKET, socket.SOCK_RAW, int(socket.Htons(unix.ETH_P_ALL)))
		must(t, "Socket", err)
		t.Cleanup(func() { socket.Close(fd) })
		must(t, "Bind", socket.Bind(fd, socket.SockaddrLl(unix.ETH_P_ALL, 1, nil)))
		u := open(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
		_, err = socket.Sendto(u, []byte("x"), 0, in("127.0.0.1:9"))
		must(t, "Sendto", err)
		of(t, fd)
		if s, err := socket.Getsockopt(fd, socket.PACKET_STATISTICS); err != nil || s.Packets == 0 {
			t.Errorf("PACKET_STATISTICS after Of = %+v, %v, want packets", s, err)
		}
	})
	t.Run("data and descriptors", func(t *testing.T) {
		pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
		must(t, "Socketpair", err)
		t.Cleanup(func() { socket.Close(pair[0]); socket.Close(pair[1]) })
		_, err = socket.Send(pair[1], []byte("hello"), 0)
		must(t, "Send", err)
		before, err := os.ReadDir("/proc/self/fd")
		must(t, "ReadDir", err)
		first := of(t, pair[0])
		second := of(t, pair[0])
		after, err := os.ReadDir("/proc/self/fd")
		must(t, "ReadDir", err)
		if len(after) != len(before) {
			t.Errorf("Of leaves %d descriptors", len(after)-len(before))
		}
		if first.Recvq != 5 || first.String() != second.String() {
			t.Errorf("Of twice:\n%s\n%s", first, second)
		}
	})
}

func TestOfLeavesSecretsOut(t *testing.T) {
	testutil.NotUnderQEMU(t, "structures by getsockopt")
	l := listen(t, socket.AF_INET, 0, in("127.0.0.1:0"), 7)
	must(t, "TCP_FASTOPEN_KEY", socket.Setsockopt(l, socket.TCP_FASTOPEN_KEY, []byte("sixteen bytes!!!")))
	b, err := json.Marshal(of(t, l))
	must(t, "Marshal", err)
	if s := string(b) + of(t, l).String(); strings.Contains(s, "7369787465656e") {
		t.Errorf("it tells the key:\n%s", s)
	}
}

func TestOfRefusesWhatIsNoSocket(t *testing.T) {
	r, w, err := os.Pipe()
	must(t, "Pipe", err)
	defer r.Close()
	defer w.Close()
	for _, c := range []struct {
		fd   int
		want unix.Errno
	}{{int(r.Fd()), unix.ENOTSOCK}, {-1, unix.EBADF}, {1 << 20, unix.EBADF}} {
		if i, err := sockinfo.Of(c.fd); !errors.Is(err, c.want) || err.Error() != "getsockopt SO_TYPE: "+c.want.Error() {
			t.Errorf("Of(%d) = %v, %v, want %v", c.fd, i, err, c.want)
		}
		if e, err := sockinfo.Find(c.fd); !errors.Is(err, c.want) {
			t.Errorf("Find(%d) = %v, %v, want %v", c.fd, e, err, c.want)
		}
	}
}

func TestInfoJSONIsStableAndWhole(t *testing.T) {
	testutil.NotUnderQEMU(t, "structures by getsockopt")
	l := listen(t, socket.AF_INET, 0, in("127.0.0.1:0"), 7)
	must(t, "SO_RCVTIMEO", socket.Setsockopt(l, socket.SO_RCVTIMEO, 2*time.Second))
	i := of(t, l)
	b, err := json.Marshal(i)
	must(t, "Marshal", err)
	var got struct {
		Domain, Type, Protocol, State, Local, Peer string
		Listening, Nonblock, Cloexec               *bool
		TCPInfo                                    map[string]any `json:"tcp_info"`
		Options                                    map[string]any
	}
	must(t, "Unmarshal", json.Unmarshal(b, &got))
	if got.Domain != "AF_INET" || got.Type != "SOCK_STREAM" || got.Protocol != "IPPROTO_TCP" || got.State != "TCP_LISTEN" || got.Local != i.Local.String() || got.Peer != "" ||
		got.Listening == nil || !*got.Listening || got.Nonblock == nil || got.Cloexec == nil || got.TCPInfo["state"] != "TCP_LISTEN" || got.TCPInfo["snd_cwnd"] == nil {
		t.Errorf("JSON: %s", b)
	}
	if len(got.Options) != len(i.Options) || got.Options["SO_RCVTIMEO"] != "2s" || got.Options["SO_REUSEADDR"] != false {
		t.Errorf("JSON has %d options of %d: %s", len(got.Options), len(i.Options), b)
	}
}
