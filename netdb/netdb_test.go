//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb_test

// This file holds the tests of names and addresses that compare with nobody: what goes wrong at a name
// server, contexts, missing files. Those against CPython are in python_test.go and private_linux_test.go,
// Connect and Listen in connect_test.go, the name server in dns_test.go.

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/netdb"
)

func TestMain(m *testing.M) { testutil.Main(m) }

func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func wantErr(t testing.TB, what string, err error, wants ...error) {
	t.Helper()
	for _, want := range wants {
		if !errors.Is(err, want) {
			t.Errorf("%s: error %v, want %v", what, err, want)
		}
	}
}

func addrPort(a netip.Addr, port int) netip.AddrPort { return netip.AddrPortFrom(a, uint16(port)) }

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// within fails a test that takes longer.
func within(t testing.TB, limit time.Duration, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if d := time.Since(start); d > limit {
		t.Errorf("it took %v, want less than %v", d, limit)
	}
}

var stream = netdb.Addrinfo{Socktype: socket.SOCK_STREAM}

func TestGetaddrinfoAsksTheNameServer(t *testing.T) {
	server, _ := nameServer(t, "127.0.0.1:0", zone{
		"both.test":    {"192.0.2.1", "2001:db8::1"},
		"six.test":     {"2001:db8::1"},
		"alias.test":   {"both.test"},
		"chain.test":   {"alias.test"},
		"nodata.test":  {"nodata"},
		"mail.test":    {"servfail"},
		"strict.test":  {"refused"},
		"garbage.test": {"formerr"},
	})
	netdb.AskAt(t, server)
	for _, c := range []struct {
		node   string
		family int
		flags  int
		want   string // addresses in any order: which way they are sorted depends on the machine
		canon  string
		err    error
	}{
		{"both.test.", socket.AF_UNSPEC, 0, "192.0.2.1 2001:db8::1", "", nil},
		{"both.test.", socket.AF_INET, 0, "192.0.2.1", "", nil},
		{"BOTH.test.", socket.AF_INET6, netdb.AI_CANONNAME, "2001:db8::1", "BOTH.test", nil},
		{"both.test.", socket.AF_INET6, netdb.AI_V4MAPPED, "2001:db8::1", "", nil},
		{"both.test.", socket.AF_INET6, netdb.AI_V4MAPPED | netdb.AI_ALL, "2001:db8::1 ::ffff:192.0.2.1", "", nil},
		{"alias.test.", socket.AF_INET, netdb.AI_CANONNAME, "192.0.2.1", "both.test", nil},
		{"chain.test.", socket.AF_INET, netdb.AI_CANONNAME, "192.0.2.1", "both.test", nil},
		{"six.test.", socket.AF_INET, 0, "", "", netdb.EAI_NODATA},
		{"nodata.test.", socket.AF_UNSPEC, 0, "", "", netdb.EAI_NODATA},
		{"nosuch.test.", socket.AF_UNSPEC, 0, "", "", netdb.EAI_NONAME},
		{"both.test.", socket.AF_UNSPEC, netdb.AI_NUMERICHOST, "", "", netdb.EAI_NONAME},
		{"mail.test.", socket.AF_UNSPEC, 0, "", "", netdb.EAI_AGAIN},
		{"strict.test.", socket.AF_UNSPEC, 0, "", "", netdb.EAI_AGAIN},
		{"garbage.test.", socket.AF_UNSPEC, 0, "", "", netdb.EAI_AGAIN},
		{"a\x00b", socket.AF_UNSPEC, 0, "", "", netdb.EAI_NONAME},
		{"1.2.3.4\x00", socket.AF_UNSPEC, 0, "", "", netdb.EAI_NONAME},
	} {
		list, err := netdb.Getaddrinfo(t.Context(), c.node, "7", &netdb.Addrinfo{Flags: c.flags, Family: c.family, Socktype: socket.SOCK_STREAM})
		wantErr(t, c.node, err, c.err)
		got, canons := map[string]bool{}, ""
		for i, ai := range list {
			got[ai.Addr.AddrPort().Addr().String()] = true
			if ai.Canonname != "" && i > 0 {
				t.Errorf("%s: answer %d has a Canonname", c.node, i)
			}
			canons += ai.Canonname
		}
		want := map[string]bool{}
		for _, a := range strings.Fields(c.want) {
			want[a] = true
		}
		if diff := cmp.Diff(want, got); diff != "" || canons != c.canon {
			t.Errorf("%s, family %d, flags %#x: Canonname %q, want %q, addresses (-want +got):\n%s", c.node, c.family, c.flags, canons, c.canon, diff)
		}
	}
}

func TestErrorsTellTheirCause(t *testing.T) {
	server, _ := nameServer(t, "127.0.0.1:0", zone{"mail.test": {"servfail"}})
	netdb.AskAt(t, server)
	_, err := netdb.Getaddrinfo(t.Context(), "nosuch.test.", "80", nil)
	if err != netdb.EAI_NONAME {
		t.Errorf("no such host: %#v, want EAI_NONAME itself", err)
	}
	_, err = netdb.Getaddrinfo(t.Context(), "mail.test.", "80", nil)
	var dns *net.DNSError
	if !errors.As(err, &dns) || !errors.Is(err, netdb.EAI_AGAIN) || !strings.HasPrefix(err.Error(), "Temporary failure in name resolution: ") {
		t.Errorf("SERVFAIL: %v, want EAI_AGAIN and a *net.DNSError", err)
	}
	netdb.AskAt(t, "")
	_, err = netdb.Getaddrinfo(t.Context(), "nosuch.test.", "80", nil)
	wantErr(t, "no descriptor left", err, netdb.EAI_SYSTEM, unix.EMFILE)
	if errors.Is(err, netdb.EAI_AGAIN) || err.Error() != "System error: too many open files" {
		t.Errorf("no descriptor left: %v", err)
	}
}

func TestNumbersTouchNoResolver(t *testing.T) {
	server, queries := nameServer(t, "127.0.0.1:0", zone{})
	netdb.AskAt(t, server)
	hints := &netdb.Addrinfo{Flags: netdb.AI_CANONNAME}
	for _, node := range []string{"127.0.0.1", "1", "0x7f.1", "::1", "fe80::1%1", "fe80::1%nosuch"} {
		netdb.Getaddrinfo(t.Context(), node, "80", hints)
	}
	netdb.Getaddrinfo(t.Context(), "", "80", nil)
	netdb.Getaddrinfo(t.Context(), "nosuch.test", "80", &netdb.Addrinfo{Flags: netdb.AI_NUMERICHOST})
	netdb.Getaddrinfo(t.Context(), "nosuch.test", "nosuch", nil) // the service is wrong already
	netdb.Getnameinfo(t.Context(), socket.SockaddrIn(addrPort(netip.MustParseAddr("192.0.2.1"), 80)), netdb.NI_NUMERICHOST)
	if n := queries(); n != 0 {
		t.Errorf("the name server got %d queries", n)
	}
}

func TestContextsEndLookups(t *testing.T) {
	server, _ := nameServer(t, "127.0.0.1:0", zone{"silence.test": {"silence"}, "1.2.0.192.in-addr.arpa": {"silence"}})
	netdb.AskAt(t, server)
	addr := netip.MustParseAddr("192.0.2.1")
	calls := map[string]func(ctx context.Context) error{
		"Getaddrinfo": func(ctx context.Context) error {
			_, err := netdb.Getaddrinfo(ctx, "silence.test.", "80", &stream)
			return err
		},
		"Getnameinfo": func(ctx context.Context) error {
			_, _, err := netdb.Getnameinfo(ctx, socket.SockaddrIn(addrPort(addr, 80)), 0)
			return err
		},
		"Gethostbyname": func(ctx context.Context) error {
			_, err := netdb.Gethostbyname(ctx, "silence.test.")
			return err
		},
		"Gethostbyaddr": func(ctx context.Context) error {
			_, err := netdb.Gethostbyaddr(ctx, addr)
			return err
		},
		"Connect": func(ctx context.Context) error {
			fd, err := netdb.Connect(ctx, "silence.test.", "80", nil)
			if fd != -1 {
				t.Errorf("Connect = %d", fd)
			}
			return err
		},
		"Listen": func(ctx context.Context) error {
			fd, err := netdb.Listen(ctx, "silence.test.", "80", nil, 1)
			if fd != -1 {
				t.Errorf("Listen = %d", fd)
			}
			return err
		},
	}
	for name, call := range calls {
		within(t, 2*time.Second, func() {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
			defer cancel()
			wantErr(t, name+" beyond the deadline", call(ctx), netdb.EAI_AGAIN, context.DeadlineExceeded)

			ctx, cancel = context.WithCancel(t.Context())
			time.AfterFunc(30*time.Millisecond, cancel)
			wantErr(t, name+" cancelled", call(ctx), netdb.EAI_AGAIN, context.Canceled)
			wantErr(t, name+" cancelled before", call(ctx), netdb.EAI_AGAIN, context.Canceled)
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if name := netdb.Getfqdn(ctx, "silence.test"); name != "silence.test" {
		t.Errorf("Getfqdn = %q", name)
	}
}

func TestNamesOfAddresses(t *testing.T) {
	server, _ := nameServer(t, "127.0.0.1:0", zone{"1.2.0.192.in-addr.arpa": {"one.test"}, "2.2.0.192.in-addr.arpa": {"servfail"}})
	netdb.AskAt(t, server)
	at := func(a string) socket.Sockaddr { return socket.SockaddrIn(addrPort(netip.MustParseAddr(a), 80)) }
	for _, c := range []struct {
		addr  socket.Sockaddr
		flags int
		want  string
		err   error
	}{
		{at("192.0.2.1"), 0, "one.test http", nil},
		{at("192.0.2.1"), netdb.NI_NUMERICHOST | netdb.NI_NUMERICSERV, "192.0.2.1 80", nil},
		{at("192.0.2.2"), 0, " ", netdb.EAI_AGAIN},
		{at("192.0.2.3"), 0, "192.0.2.3 http", nil},
		{at("192.0.2.3"), netdb.NI_NAMEREQD, " ", netdb.EAI_NONAME},
		{at("192.0.2.1"), 0x100, " ", netdb.EAI_BADFLAGS},
		{socket.Sockaddr{}, 0, " ", netdb.EAI_FAMILY},
	} {
		host, service, err := netdb.Getnameinfo(t.Context(), c.addr, c.flags)
		if got := host + " " + service; got != c.want || !errors.Is(err, c.err) {
			t.Errorf("Getnameinfo(%v, %#x) = %q, %v, want %q, %v", c.addr, c.flags, got, err, c.want, c.err)
		}
	}
	h, err := netdb.Gethostbyaddr(t.Context(), netip.MustParseAddr("192.0.2.1"))
	want := netdb.Hostent{Name: "one.test", Aliases: []string{}, Addrtype: socket.AF_INET, AddrList: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}
	if diff := cmp.Diff(want, h, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" || err != nil {
		t.Errorf("Gethostbyaddr: %v (-want +got):\n%s", err, diff)
	}
	_, err = netdb.Gethostbyaddr(t.Context(), netip.Addr{})
	wantErr(t, "Gethostbyaddr of no address", err, netdb.EAI_FAMILY)
}

// The small tables say what the machine's own files say, where those know a name, and serve in their place.
func TestWithoutFilesASmallTableServes(t *testing.T) {
	services, protocols := strings.TrimSpace(netdb.FewServices), strings.TrimSpace(netdb.FewProtocols)
	ask := func() (answers []string) {
		for line := range strings.Lines(services) {
			fields := strings.Fields(line)
			port, proto, _ := strings.Cut(fields[1], "/")
			for _, name := range append(fields[2:], fields[0]) {
				q := question{Call: "getservbyname", Node: name, Service: proto}
				answers = append(answers, name+" "+answerOr(q, port))
			}
		}
		for line := range strings.Lines(protocols) {
			fields := strings.Fields(line)
			for _, name := range append(fields[2:], fields[0]) {
				q := question{Call: "getprotobyname", Node: name}
				answers = append(answers, name+" "+answerOr(q, fields[1]))
			}
		}
		return answers
	}
	with := ask()
	netdb.WithoutFiles(t)
	if diff := cmp.Diff(with, ask()); diff != "" {
		t.Errorf("the small tables differ from the files (-files +tables):\n%s", diff)
	}
	if _, err := netdb.Getservbyname("nosuch", ""); err != netdb.EAI_SERVICE {
		t.Errorf("Getservbyname of nothing: %v", err)
	}
	if _, err := netdb.Getprotobynumber(255); err != netdb.EAI_NONAME {
		t.Errorf("Getprotobynumber of nothing: %v", err)
	}
	list, err := netdb.Getaddrinfo(t.Context(), "127.0.0.1", "domain", nil)
	if err != nil || len(list) != 2 || list[0].Addr.AddrPort().Port() != 53 {
		t.Errorf("Getaddrinfo of domain = %v, %v", list, err)
	}
}

func answerOr(q question, otherwise string) string {
	if a := ask(context.Background(), q); a != "none" {
		return a
	}
	return otherwise
}
