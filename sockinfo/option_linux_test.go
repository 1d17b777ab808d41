package sockinfo_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/census"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/sockinfo"
)

func TestMain(m *testing.M) { testutil.Main(m) }

func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func open(t testing.TB, domain, typ, protocol int) int {
	t.Helper()
	fd, err := socket.Socket(domain, typ, protocol)
	must(t, "Socket", err)
	t.Cleanup(func() { socket.Close(fd) })
	return fd
}

func lookup(t testing.TB, name string) sockinfo.Option {
	t.Helper()
	o, ok := sockinfo.Lookup(name)
	if !ok {
		t.Fatalf("Lookup(%q) finds nothing", name)
	}
	return o
}

// byValue compares what has no exported fields.
var byValue = cmp.Options{cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }),
	cmp.Comparer(func(a, b socket.Sockaddr) bool { return a == b }), cmpopts.EquateEmpty()}

func TestOptionsAreFoundByNameAndNumber(t *testing.T) {
	names := map[string]bool{}
	for _, o := range sockinfo.Options() {
		if names[o.Name] {
			t.Errorf("there are two %s", o.Name)
		}
		names[o.Name] = true
		if got := lookup(t, o.Name); got.Name != o.Name {
			t.Errorf("Lookup(%q) = %s", o.Name, got)
		}
		if got := lookup(t, o.LevelName+"."+o.CName); got.CName != o.CName || got.Level != o.Level {
			t.Errorf("Lookup(%q) = %s", o.LevelName+"."+o.CName, got)
		}
		if got, ok := sockinfo.LookupNumber(o.Level, o.Number); !ok || got.Level != o.Level || got.Number != o.Number {
			t.Errorf("LookupNumber(%d, %d) = %s, %v", o.Level, o.Number, got, ok)
		}
		if o.Type == "" || o.Theme == "" || o.See == "" || o.LevelName == "" {
			t.Errorf("%s lacks something: %+v", o.Name, o)
		}
		if want := map[string][2]bool{"RO": {true, false}, "WO": {false, true}, "RW": {true, true}}[o.Access]; [2]bool{o.Readable(), o.Writable()} != want {
			t.Errorf("%s is %s, but Readable is %v and Writable %v", o.Name, o.Access, o.Readable(), o.Writable())
		}
	}
	for name, want := range map[string]string{
		"IPPROTO_IPV6.MCAST_JOIN_GROUP": "IPV6_MCAST_JOIN_GROUP",
		"IPPROTO_IP.MCAST_JOIN_GROUP":   "MCAST_JOIN_GROUP",
		"MCAST_JOIN_GROUP":              "MCAST_JOIN_GROUP",
		"IPV6_JOIN_GROUP":               "IPV6_ADD_MEMBERSHIP",
		"IPPROTO_IPV6.IPV6_JOIN_GROUP":  "IPV6_ADD_MEMBERSHIP",
		"IP_MULTICAST_IF_MREQN":         "IP_MULTICAST_IF_MREQN",
		"SO_GET_FILTER":                 "SO_GET_FILTER",
	} {
		if got := lookup(t, name); got.Name != want {
			t.Errorf("Lookup(%q) = %s, want %s", name, got, want)
		}
	}
	for _, name := range []string{"", ".", "SO_NONE", "SOL_SOCKET.TCP_NODELAY", ".SO_DEBUG", "so_debug"} {
		if got, ok := sockinfo.Lookup(name); ok {
			t.Errorf("Lookup(%q) = %s, want nothing", name, got)
		}
	}
	if got, ok := sockinfo.LookupNumber(socket.SOL_SOCKET, 9999); ok {
		t.Errorf("LookupNumber(SOL_SOCKET, 9999) = %s, want nothing", got)
	}
	list := sockinfo.Options()
	list[0] = sockinfo.Option{}
	if sockinfo.Options()[0].Name == "" {
		t.Error("Options gives its own table away")
	}
}

func TestOptionsHaveEveryOptionOfTheCensus(t *testing.T) {
	levels := map[string]bool{}
	for _, o := range sockinfo.Options() {
		levels[o.LevelName] = true
	}
	for _, row := range census.Options() {
		if row.Tier != "1" {
			continue
		}
		o, ok := sockinfo.Lookup(row.Level + "." + row.Name)
		if !ok {
			t.Errorf("%s.%s is missing", row.Level, row.Name)
			continue
		}
		if want := map[string]string{"get": "RO", "set": "WO", "both": "RW"}[row.Dir]; o.Access != want {
			t.Errorf("%s is %s, and %s in the census", o.Name, o.Access, want)
		}
	}
}

func TestOptionAppliesAsItsSocketsSay(t *testing.T) {
	for _, c := range []struct {
		option                string
		domain, typ, protocol int
		want                  bool
	}{
		{"SO_RCVBUF", socket.AF_UNIX, socket.SOCK_DGRAM, 0, true},
		{"TCP_NODELAY", socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, true},
		{"TCP_NODELAY", socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP, true},
		{"TCP_NODELAY", socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDP, false},
		{"TCP_NODELAY", socket.AF_UNIX, socket.SOCK_STREAM, 0, false},
		{"ICMP_FILTER", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP, true},
		{"ICMP_FILTER", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP, false},
		{"SO_PASSCRED", socket.AF_NETLINK, socket.SOCK_RAW, 0, true},
		{"SO_PASSCRED", socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, false},
	} {
		if got := lookup(t, c.option).Applies(sockinfo.Domain(c.domain), sockinfo.Type(c.typ), sockinfo.Protocol(c.protocol)); got != c.want {
			t.Errorf("%s applies to %v %v %v: %v, want %v", c.option, sockinfo.Domain(c.domain), sockinfo.Type(c.typ), sockinfo.Protocol(c.protocol), got, c.want)
		}
	}
}

// fill puts a value into v that is not zero, of any type that options have.
func fill(v reflect.Value, r *rand.Rand) {
	switch p := v.Addr().Interface().(type) {
	case *netip.Addr:
		*p = []netip.Addr{{}, netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("fe80::1%2"), netip.MustParseAddr("::ffff:1.2.3.4")}[r.IntN(4)]
		return
	case *netip.AddrPort:
		*p = []netip.AddrPort{{}, netip.MustParseAddrPort("192.0.2.7:80"), netip.MustParseAddrPort("[2001:db8::1]:443")}[r.IntN(3)]
		return
	case *socket.Sockaddr:
		for _, s := range []string{"", "192.0.2.7:80", "[2001:db8::1]:443", `unix:@"a b\x00{}"`, "unix:/run/x", "sockaddr:1000deadbeef"}[r.IntN(6):] {
			*p, _ = socket.ParseSockaddr(s)
			break
		}
		return
	case *unix.Errno:
		*p = []unix.Errno{0, unix.ECONNREFUSED, unix.ETIMEDOUT, 4000}[r.IntN(4)]
		return
	case *time.Duration:
		*p = []time.Duration{0, 3 * time.Second, -time.Second, 1500 * time.Microsecond, math.MaxInt64}[r.IntN(5)]
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.Uint64()) >> (r.IntN(64) + 64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.Uint64() >> (r.IntN(64) + 64 - v.Type().Bits()))
		v.SetUint(v.Uint() & (1<<v.Type().Bits() - 1))
	case reflect.String:
		v.SetString([]string{"", "cubic", "a b", `"q"`, "{x:1}", "é\x00\xff", "hmac(sha1)", "1"}[r.IntN(8)])
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), r.IntN(4), 4))
		for i := range v.Len() {
			fill(v.Index(i), r)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), r)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), r)
			}
		}
	}
}

func TestOptionTextRoundTripsEveryType(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, o := range sockinfo.Options() {
		for i := range 50 {
			v := reflect.New(o.GoType()).Elem()
			if i > 0 {
				fill(v, r)
			}
			text := o.Format(v.Interface())
			got, err := o.Value(text)
			if err != nil {
				t.Fatalf("%s: Value(Format(%#v)): %v", o.Name, v.Interface(), err)
			}
			if diff := cmp.Diff(v.Interface(), got, byValue); diff != "" {
				t.Fatalf("%s: as %s it comes back as (-want +got)\n%s", o.Name, text, diff)
			}
			if again := o.Format(got); again != text {
				t.Fatalf("%s: %s comes back as %s", o.Name, text, again)
			}
			if !o.Writable() {
				continue
			}
			if s, err := o.Parse(text); err != nil || s.Level() != o.Level || s.Name() != o.Number {
				t.Fatalf("%s: Parse(%q) = %v, %v", o.Name, text, s, err)
			}
		}
	}
}

func TestOptionValueTakesWhatPeopleWrite(t *testing.T) {
	addr := netip.MustParseAddr
	for _, c := range []struct {
		option, text string
		want         any
	}{
		{"SO_KEEPALIVE", "on", true}, {"SO_KEEPALIVE", "0", false}, {"SO_KEEPALIVE", "No", false}, {"SO_KEEPALIVE", " true ", true},
		{"SO_RCVBUF", "0x1000", 4096}, {"SO_RCVBUF", "65_536", 65536}, {"SO_PEEK_OFF", "-1", -1},
		{"SO_RCVTIMEO", "3s", 3 * time.Second}, {"SO_RCVTIMEO", "0", time.Duration(0)}, {"SO_RCVTIMEO", "1m30.5s", 90500 * time.Millisecond},
		{"TCP_CONGESTION", "cubic", "cubic"}, {"SO_BINDTODEVICE", "", ""},
		{"SO_LINGER", "{Onoff:1 Linger:5}", socket.Linger{Onoff: 1, Linger: 5}}, {"SO_LINGER", "linger:5, onoff:1", socket.Linger{Onoff: 1, Linger: 5}},
		{"SO_LINGER", "{}", socket.Linger{}}, {"SO_LINGER", "", socket.Linger{}},
		{"IP_MTU_DISCOVER", "IP_PMTUDISC_DO", socket.IP_PMTUDISC_DO}, {"IP_MTU_DISCOVER", "2", socket.IP_PMTUDISC_DO},
		{"SO_BUF_LOCK", "SOCK_SNDBUF_LOCK|SOCK_RCVBUF_LOCK", socket.BufLock(3)}, {"SO_BUF_LOCK", "SOCK_RCVBUF_LOCK|1", socket.BufLock(3)},
		{"SO_TIMESTAMPING", "{Flags:SOF_TIMESTAMPING_BIND_PHC|SOF_TIMESTAMPING_SOFTWARE}", socket.Timestamping{Flags: socket.SOF_TIMESTAMPING_BIND_PHC | socket.SOF_TIMESTAMPING_SOFTWARE}},
		{"IP_TOS", "IPTOS_DSCP_EF|IPTOS_ECN_ECT0", 0xba}, {"IP_TOS", "0xb8", 0xb8}, {"IP_TOS", "IPTOS_LOWDELAY", 0x10},
		{"IPV6_ADDRFORM", "AF_INET", socket.AF_INET},
		{"SO_TYPE", "SOCK_DGRAM", socket.SOCK_DGRAM},
		{"SO_ERROR", "ECONNREFUSED", unix.ECONNREFUSED}, {"SO_ERROR", "111", unix.ECONNREFUSED}, {"SO_ERROR", "0", unix.Errno(0)},
		{"IP_MULTICAST_IF", "127.0.0.1", addr("127.0.0.1")}, {"IP_MULTICAST_IF", "", netip.Addr{}},
		{"IP_ADD_MEMBERSHIP", "{Multiaddr:239.0.0.1 Ifindex:1}", socket.IPMreqn{Multiaddr: addr("239.0.0.1"), Ifindex: 1}},
		{"IPV6_ADD_MEMBERSHIP", "Multiaddr:ff02::1,Interface:1", socket.IPv6Mreq{Multiaddr: addr("ff02::1"), Interface: 1}},
		{"MCAST_MSFILTER", "Slist:[192.0.2.1,192.0.2.2] Fmode:MCAST_INCLUDE", socket.GroupFilter{Fmode: socket.MCAST_INCLUDE, Slist: []netip.Addr{addr("192.0.2.1"), addr("192.0.2.2")}}},
		{"TCP_MD5SIG", "{Addr:192.0.2.1 Key:736563726574}", socket.TCPMD5Sig{Addr: addr("192.0.2.1"), Key: []byte("secret")}},
		{"SO_ATTACH_FILTER", "[{Code:6 K:0xffff}]", []unix.SockFilter{{Code: 6, K: 0xffff}}}, {"SO_ATTACH_FILTER", "{Code:6},{Code:6}", []unix.SockFilter{{Code: 6}, {Code: 6}}},
		{"IP_OPTIONS", "0x0101", []byte{1, 1}}, {"IP_OPTIONS", "", []byte{}},
		{"SO_DETACH_FILTER", "", struct{}{}}, {"SO_DETACH_FILTER", "on", struct{}{}},
		{"IP_LOCAL_PORT_RANGE", "Lo:40000 Hi:41000", socket.PortRange{Lo: 40000, Hi: 41000}},
	} {
		got, err := lookup(t, c.option).Value(c.text)
		if err != nil {
			t.Errorf("%s: Value(%q): %v", c.option, c.text, err)
			continue
		}
		if diff := cmp.Diff(c.want, got, byValue); diff != "" {
			t.Errorf("%s: Value(%q) (-want +got)\n%s", c.option, c.text, diff)
		}
	}
}

func TestOptionValueRefusesBadText(t *testing.T) {
	for _, c := range [][2]string{
		{"SO_KEEPALIVE", ""}, {"SO_KEEPALIVE", "2"}, {"SO_KEEPALIVE", "yeah"},
		{"SO_RCVBUF", ""}, {"SO_RCVBUF", "4k"}, {"SO_RCVBUF", "99999999999999999999"}, {"SO_RCVBUF", "1.5"},
		{"SO_RCVTIMEO", ""}, {"SO_RCVTIMEO", "3"}, {"SO_RCVTIMEO", "soon"},
		{"SO_MARK", "-1"}, {"SO_MARK", "4294967296"},
		{"SO_LINGER", "{"}, {"SO_LINGER", "{Onoff:1"}, {"SO_LINGER", "{Onoff}"}, {"SO_LINGER", "{On:1}"}, {"SO_LINGER", "{Onoff:x}"}, {"SO_LINGER", "{Onoff:1} more"}, {"SO_LINGER", "5"},
		{"IP_MTU_DISCOVER", "IP_PMTUDISC_NEVER"}, {"IP_MTU_DISCOVER", "PMTUDisc(2)"}, {"SO_BUF_LOCK", "SOCK_SNDBUF_LOCK|x"}, {"SO_BUF_LOCK", "|"},
		{"IP_MULTICAST_IF", "localhost"}, {"SO_ORIGINAL_DST", "1.2.3.4"}, {"SO_PEERNAME", "nowhere"},
		{"IP_OPTIONS", "0"}, {"IP_OPTIONS", "xy"}, {"SO_ATTACH_FILTER", "6"}, {"SO_ATTACH_FILTER", "[{Code:70000}]"}, {"SO_ATTACH_FILTER", "["},
		{"TCP_MD5SIG", `{Key:"}`}, {"ICMPV6_FILTER", "{Data:[1 2 3 4 5 6 7 8 9]}"}, {"SO_DETACH_FILTER", "0"}, {"SO_DETACH_FILTER", "x"}, {"IP_TOS", "IPTOS_NONE"},
	} {
		v, err := lookup(t, c[0]).Value(c[1])
		var bad *sockinfo.ValueError
		if !errors.Is(err, unix.EINVAL) || !errors.As(err, &bad) || bad.Option != c[0] || bad.Text != c[1] {
			t.Errorf("%s: Value(%q) = %v, %v, want a ValueError that is EINVAL", c[0], c[1], v, err)
			continue
		}
		if s := err.Error(); !strings.Contains(s, c[0]) || !strings.Contains(s, c[1]) && !strings.Contains(s, `\"`) {
			t.Errorf("%s: Value(%q): %q does not name both", c[0], c[1], s)
		}
	}
	if _, err := (sockinfo.Option{}).Value("1"); !errors.Is(err, unix.EINVAL) {
		t.Errorf("the zero Option: Value: %v, want EINVAL", err)
	}
}

func TestOptionSetAndTextSpeakToTheKernel(t *testing.T) {
	fd, udp := open(t, socket.AF_INET, socket.SOCK_STREAM, 0), open(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
	for _, c := range [][3]string{
		{"SO_KEEPALIVE", "on", "true"}, {"TCP_KEEPIDLE", "90s", "1m30s"}, {"SO_LINGER", "Onoff:1 Linger:7", "{Onoff:1 Linger:7}"},
		{"IP_TTL", "0x20", "32"}, {"IP_MTU_DISCOVER", "IP_PMTUDISC_DO", "IP_PMTUDISC_DO"}, {"IP_TOS", "IPTOS_DSCP_AF11", "IPTOS_DSCP_AF11"},
		{"TCP_NOTSENT_LOWAT", "4096", "4096"}, {"IP_OPTIONS", "01010101", "01010101"}, {"IP_MULTICAST_IF", "127.0.0.1", "127.0.0.1"},
	} {
		o, fd := lookup(t, c[0]), fd
		if c[0] == "IP_OPTIONS" || c[0] == "IP_MULTICAST_IF" { // the last rows
			testutil.NotUnderQEMU(t, c[0])
		}
		if c[0] == "IP_MULTICAST_IF" {
			fd = udp
		}
		must(t, "Set", o.Set(fd, c[1]))
		if got, err := o.Text(fd); err != nil || got != c[2] {
			t.Errorf("%s set to %s: Text = %q, %v, want %q", c[0], c[1], got, err, c[2])
		}
	}
}

func TestOptionParseGivesASettingToApply(t *testing.T) {
	fd := open(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	s, err := lookup(t, "TCP_NODELAY").Parse("1")
	must(t, "Parse", err)
	must(t, "Apply", s.Apply(fd))
	if on, err := socket.Getsockopt(fd, socket.TCP_NODELAY); err != nil || !on || s.String() != "TCP_NODELAY=true" {
		t.Errorf("%v applied: TCP_NODELAY is %v, %v", s, on, err)
	}
}

func TestOptionErrorsNameTheCallAndKeepTheErrno(t *testing.T) {
	fd := open(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	_, roSet := lookup(t, "SO_TYPE").Parse("1")
	_, woGet := lookup(t, "SO_SNDBUFFORCE").Get(fd)
	_, noSuch := lookup(t, "UDP_SEGMENT").Get(fd)
	_, woText := lookup(t, "SO_SNDBUFFORCE").Text(fd)
	_, zero := (sockinfo.Option{}).Get(fd)
	for _, c := range []struct {
		what string
		err  error
		want unix.Errno
		text string
	}{
		{"set of RO", roSet, unix.ENOPROTOOPT, "setsockopt SO_TYPE: protocol not available"},
		{"get of WO", woGet, unix.ENOPROTOOPT, "getsockopt SO_SNDBUFFORCE: protocol not available"},
		{"text of WO", woText, unix.ENOPROTOOPT, "getsockopt SO_SNDBUFFORCE: protocol not available"},
		{"the zero Option", zero, unix.ENOPROTOOPT, "getsockopt: protocol not available"},
		{"another protocol's", noSuch, unix.EOPNOTSUPP, "getsockopt UDP_SEGMENT: operation not supported"},
		{"a bad value", lookup(t, "IP_TTL").Set(fd, "1000"), unix.EINVAL, "setsockopt IP_TTL: invalid argument"},
		{"a bad text", lookup(t, "IP_TTL").Set(fd, "many"), unix.EINVAL, `IP_TTL: "many" is no int`},
		{"a bad descriptor", lookup(t, "IP_TTL").Set(-1, "1"), unix.EBADF, "setsockopt IP_TTL: bad file descriptor"},
	} {
		if !errors.Is(c.err, c.want) || c.err.Error() != c.text {
			t.Errorf("%s: %v, want %s", c.what, c.err, c.text)
		}
		var call *os.SyscallError
		if c.what != "a bad text" && !errors.As(c.err, &call) {
			t.Errorf("%s: %T, want an *os.SyscallError", c.what, c.err)
		}
	}
}

func FuzzOptionValue(f *testing.F) {
	for _, o := range sockinfo.Options() {
		f.Add(o.Name, o.Format(reflect.Zero(o.GoType()).Interface()))
	}
	f.Add("SO_LINGER", "{Onoff:1")
	f.Add("SO_ATTACH_FILTER", "[{Code:6 K:1} {")
	f.Fuzz(func(t *testing.T, name, text string) {
		o, ok := sockinfo.Lookup(name)
		if !ok {
			return
		}
		v, err := o.Value(text)
		if err != nil {
			if !errors.Is(err, unix.EINVAL) {
				t.Errorf("%s: Value(%q): %v, want EINVAL", name, text, err)
			}
			return
		}
		again, err := o.Value(o.Format(v))
		if err != nil || o.Format(again) != o.Format(v) {
			t.Errorf("%s: Value(%q) = %v comes back as %v, %v", name, text, v, again, err)
		}
	})
}
