package cmsg_test

// This file holds a row for every type of Linux, and the tests that receive them from the kernel; those of the
// error queue are in errqueue_linux_test.go.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
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
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/internal/testutil"
)

// 1. Every type.

// A row is a type, with a value to write and read in memory, and where it comes from the kernel: the test that
// receives it, or why none does.
type row struct {
	name   string
	from   string
	header cmsg.Header
	sample []byte                           // the message in memory
	check  func(t *testing.T)               // writes and reads it
	get    func(control []byte) (any, bool) // reads it, for the fuzzers
}

func newRow[T any](name string, typ cmsg.Type[T], size int, v T, from string) row {
	return row{name, from, cmsg.Header{Level: typ.Level, Type: typ.Type}, cmsg.Append(nil, typ, v),
		func(t *testing.T) {
			t.Helper()
			control := cmsg.Append(nil, typ, v)
			all := messages(control)
			if len(all) != 1 || all[0].Header != (cmsg.Header{Level: typ.Level, Type: typ.Type, Len: size}) {
				t.Errorf("%s: Append makes %v, want %d bytes", name, all, size)
			}
			got, ok := cmsg.Get(control, typ)
			if !ok || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", v) {
				t.Errorf("%s: Get = %v, %v, want %v", name, got, ok, v)
			}
			switch any(v).(type) {
			case []byte, []int, string, socket.Sockaddr:
			default:
				testutil.Allocs(t, "Append of "+name, func() { cmsg.Append(control[:0], typ, v) })
				testutil.Allocs(t, "Get of "+name, func() { cmsg.Get(control, typ) })
			}
		},
		func(control []byte) (any, bool) { return cmsg.Get(control, typ) },
	}
}

var (
	word  = int(cmsg.Len(0) - 8)
	clock = time.Unix(1700000000, 123456000)
	lo4   = netip.MustParseAddr("127.0.0.1")
	lo6   = netip.MustParseAddr("::1")
	sin   = socket.SockaddrIn(netip.MustParseAddrPort("10.1.2.3:80"))
	sin6  = socket.SockaddrIn(netip.MustParseAddrPort("[fd00::1]:80"))
)

var rows = []row{
	newRow("SCM_RIGHTS", cmsg.SCM_RIGHTS, 12, []int{1, 2, 3}, "TestFdsArriveExactly"),
	newRow("SCM_CREDENTIALS", cmsg.SCM_CREDENTIALS, 12, cmsg.Ucred{Pid: 1, Uid: 2, Gid: 3}, "TestCredentialsArrive"),
	newRow("SCM_SECURITY", cmsg.SCM_SECURITY, 4, "text", "no security module here"),
	newRow("SCM_PIDFD", cmsg.SCM_PIDFD, 4, 5, "TestCredentialsArrive"),

	newRow("SCM_TIMESTAMP", cmsg.SCM_TIMESTAMP, 2*word, clock, "TestStampsOfWhatIsReceived"),
	newRow("SCM_TIMESTAMP_NEW", cmsg.SCM_TIMESTAMP_NEW, 16, clock, "TestStampsOfWhatIsReceived"),
	newRow("SCM_TIMESTAMPNS", cmsg.SCM_TIMESTAMPNS, 2*word, clock.Add(789), "TestStampsOfWhatIsReceived"),
	newRow("SCM_TIMESTAMPNS_NEW", cmsg.SCM_TIMESTAMPNS_NEW, 16, clock.Add(789), "TestStampsOfWhatIsReceived"),
	newRow("SCM_TIMESTAMPING", cmsg.SCM_TIMESTAMPING, 6*word, cmsg.Timestamps{Software: clock, Hardware: clock}, "TestStampsOfWhatIsReceived"),
	newRow("SCM_TIMESTAMPING_NEW", cmsg.SCM_TIMESTAMPING_NEW, 48, cmsg.Timestamps{Legacy: clock}, "TestStampsOfWhatIsReceived"),
	newRow("SO_TIMESTAMPING", cmsg.SO_TIMESTAMPING, 4, socket.SOF_TIMESTAMPING_TX_SCHED, "TestStampsOfWhatIsSent"),
	newRow("SCM_TS_OPT_ID", cmsg.SCM_TS_OPT_ID, 4, 1<<31, "TestStampsOfWhatIsSent"),
	newRow("SCM_TIMESTAMPING_PKTINFO", cmsg.SCM_TIMESTAMPING_PKTINFO, 16, cmsg.TsPktinfo{If_index: 1, Pkt_length: 2}, "no hardware stamps here"),
	newRow("SCM_TXTIME", cmsg.SCM_TXTIME, 8, 1<<63, "TestTheKernelTakesWhatIsSent"),

	newRow("SO_RXQ_OVFL", cmsg.SO_RXQ_OVFL, 4, 1<<31, "TestDropsAreCounted"),
	newRow("SO_MARK", cmsg.SO_MARK, 4, 1<<31, "TestDatagramsBringWhatWasAsked"),
	newRow("SO_PRIORITY", cmsg.SO_PRIORITY, 4, 1<<31, "TestDatagramsBringWhatWasAsked"),
	newRow("SCM_INQ", cmsg.SCM_INQ, 4, 5, "TestStreamsTellWhatIsLeft"),
	newRow("SCM_WIFI_STATUS", cmsg.SCM_WIFI_STATUS, 4, true, "no wireless device here"),
	newRow("SCM_DEVMEM_LINEAR", cmsg.SCM_DEVMEM_LINEAR, 24, cmsg.DmabufCmsg{1, 2, 3, 4, 5}, "no device memory here"),
	newRow("SCM_DEVMEM_DMABUF", cmsg.SCM_DEVMEM_DMABUF, 24, cmsg.DmabufCmsg{1, 2, 3, 4, 5}, "no device memory here"),
	newRow("SO_DEVMEM_DMABUF", cmsg.SO_DEVMEM_DMABUF, 4, 5, "no device memory here"),

	newRow("IP_PKTINFO", cmsg.IP_PKTINFO, 12, cmsg.InPktinfo{Ifindex: 3, SpecDst: lo4, Addr: sin.AddrPort().Addr()}, "TestDatagramsBringWhatWasAsked"),
	newRow("IP_TTL", cmsg.IP_TTL, 4, 64, "TestDatagramsBringWhatWasAsked"),
	newRow("IP_TOS", cmsg.IP_TOS, 4, 0x10, "TestDatagramsBringWhatWasAsked"),
	newRow("IP_PROTOCOL", cmsg.IP_PROTOCOL, 4, 17, "TestTheKernelTakesWhatIsSent"),
	newRow("IP_RECVOPTS", cmsg.IP_RECVOPTS, 3, []byte{1, 2, 3}, "TestDatagramsBringWhatWasAsked"),
	newRow("IP_RETOPTS", cmsg.IP_RETOPTS, 3, []byte{1, 2, 3}, "TestDatagramsBringWhatWasAsked"),
	newRow("IP_ORIGDSTADDR", cmsg.IP_ORIGDSTADDR, 16, sin, "TestDatagramsBringWhatWasAsked"),
	newRow("IP_CHECKSUM", cmsg.IP_CHECKSUM, 4, 1<<31, "TestChecksumOfADatagram"),
	newRow("IP_RECVFRAGSIZE", cmsg.IP_RECVFRAGSIZE, 4, 1500, "TestFragmentSizes"),
	newRow("IP_RECVERR", cmsg.IP_RECVERR, 32, recvErr(sin), "TestICMPErrors"),
	newRow("IP_PASSSEC", cmsg.IP_PASSSEC, 4, "text", "no security module here"),

	newRow("IPV6_PKTINFO", cmsg.IPV6_PKTINFO, 20, cmsg.In6Pktinfo{Addr: lo6, Ifindex: 3}, "TestDatagramsBringWhatWasAsked"),
	newRow("IPV6_HOPLIMIT", cmsg.IPV6_HOPLIMIT, 4, -1, "TestDatagramsBringWhatWasAsked"),
	newRow("IPV6_TCLASS", cmsg.IPV6_TCLASS, 4, 0x10, "TestDatagramsBringWhatWasAsked"),
	newRow("IPV6_FLOWINFO", cmsg.IPV6_FLOWINFO, 4, 0x12345, "TestDatagramsBringWhatWasAsked"),
	newRow("IPV6_DONTFRAG", cmsg.IPV6_DONTFRAG, 4, true, "TestPathMTUOfIPv6"),
	newRow("IPV6_PATHMTU", cmsg.IPV6_PATHMTU, 32, cmsg.IP6MTUInfo{Addr: sin6, Mtu: 1280}, "TestPathMTUOfIPv6"),
	newRow("IPV6_ORIGDSTADDR", cmsg.IPV6_ORIGDSTADDR, 28, sin6, "TestDatagramsBringWhatWasAsked"),
	newRow("IPV6_RECVFRAGSIZE", cmsg.IPV6_RECVFRAGSIZE, 4, 1500, "TestFragmentSizes"),
	newRow("IPV6_RECVERR", cmsg.IPV6_RECVERR, 44, recvErr(sin6), "TestICMPErrors"),
	newRow("IPV6_HOPOPTS", cmsg.IPV6_HOPOPTS, 3, []byte{1, 2, 3}, "TestDatagramsBringWhatWasAsked"),
	newRow("IPV6_DSTOPTS", cmsg.IPV6_DSTOPTS, 3, []byte{1, 2, 3}, "TestDatagramsBringWhatWasAsked"),
	newRow("IPV6_RTHDRDSTOPTS", cmsg.IPV6_RTHDRDSTOPTS, 3, []byte{1, 2, 3}, "TestTheKernelTakesWhatIsSent"),
	newRow("IPV6_RTHDR", cmsg.IPV6_RTHDR, 3, []byte{1, 2, 3}, "TestRoutingHeaderArrives"),
	newRow("IPV6_2292PKTINFO", cmsg.IPV6_2292PKTINFO, 20, cmsg.In6Pktinfo{Addr: lo6, Ifindex: 3}, "TestDatagramsBringWhatWasAsked"),
	newRow("IPV6_2292HOPLIMIT", cmsg.IPV6_2292HOPLIMIT, 4, 64, "TestDatagramsBringWhatWasAsked"),
	newRow("IPV6_2292HOPOPTS", cmsg.IPV6_2292HOPOPTS, 3, []byte{1, 2, 3}, "TestDatagramsBringWhatWasAsked"),
	newRow("IPV6_2292DSTOPTS", cmsg.IPV6_2292DSTOPTS, 3, []byte{1, 2, 3}, "TestDatagramsBringWhatWasAsked"),
	newRow("IPV6_2292RTHDR", cmsg.IPV6_2292RTHDR, 3, []byte{1, 2, 3}, "TestRoutingHeaderArrives"),

	newRow("UDP_SEGMENT", cmsg.UDP_SEGMENT, 2, 1400, "TestDatagramsBringWhatWasAsked"),
	newRow("UDP_GRO", cmsg.UDP_GRO, 4, 1400, "TestDatagramsBringWhatWasAsked"),
	newRow("TCP_CM_INQ", cmsg.TCP_CM_INQ, 4, 5, "TestStreamsTellWhatIsLeft"),
	newRow("TLS_SET_RECORD_TYPE", cmsg.TLS_SET_RECORD_TYPE, 1, 21, "no kTLS here"),
	newRow("TLS_GET_RECORD_TYPE", cmsg.TLS_GET_RECORD_TYPE, 1, 22, "no kTLS here"),

	newRow("PACKET_AUXDATA", cmsg.PACKET_AUXDATA, 20, cmsg.TpacketAuxdata{1, 2, 3, 4, 5, 6, 7}, "TestPacketAuxdata"),
	newRow("PACKET_TX_TIMESTAMP", cmsg.PACKET_TX_TIMESTAMP, 16, recvErr(socket.Sockaddr{}), "TestPacketTxTimestamp"),
	newRow("NETLINK_PKTINFO", cmsg.NETLINK_PKTINFO, 4, 1<<31, "TestNetlinkTellsGroupAndNamespace"),
	newRow("NETLINK_LISTEN_ALL_NSID", cmsg.NETLINK_LISTEN_ALL_NSID, 4, 5, "TestNetlinkTellsGroupAndNamespace"),
	newRow("VSOCK_RECVERR", cmsg.VSOCK_RECVERR, 16, recvErr(socket.Sockaddr{}), "no vsock peer here"),
	{"SCM_TIMESTAMPING_OPT_STATS", "TestOptStatsOfATCPSend",
		cmsg.Header{Level: unix.SOL_SOCKET, Type: unix.SCM_TIMESTAMPING_OPT_STATS},
		raw(16, unix.SOL_SOCKET, unix.SCM_TIMESTAMPING_OPT_STATS, append(attribute(1, 1, 2, 3, 4), attribute(26, 5)...)...),
		func(*testing.T) {}, // only received: TestOptStatsFromAttributes
		func(control []byte) (any, bool) { return cmsg.Get(control, cmsg.SCM_TIMESTAMPING_OPT_STATS) }},
}

func recvErr(offender socket.Sockaddr) cmsg.RecvErr {
	return cmsg.RecvErr{Errno: unix.ECONNREFUSED, Origin: cmsg.SO_EE_ORIGIN_ICMP, Type: 3, Code: 4, Info: 5, Data: 6, Offender: offender}
}

func TestEveryTypeInMemory(t *testing.T) {
	for _, r := range rows {
		r.check(t)
	}
}

// TestEveryTypeHasARow finds types without a row, and rows that name no test.
func TestEveryTypeHasARow(t *testing.T) {
	var names []string
	tests := map[string]bool{}
	files, err := filepath.Glob("*.go")
	must(t, "Glob", err)
	for _, name := range files {
		if strings.HasSuffix(name, "_bsd.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, "ParseFile", err)
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				tests[f.Name.Name] = true
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 && !strings.HasSuffix(name, "_test.go") {
				if lit, ok := spec.Values[0].(*ast.CompositeLit); ok {
					if index, ok := lit.Type.(*ast.IndexExpr); ok && fmt.Sprint(index.X) == "Type" {
						names = append(names, spec.Names[0].Name)
					}
				}
			}
			return true
		})
	}
	var have []string
	for _, r := range rows {
		have = append(have, r.name)
		if !tests[r.from] && !strings.HasPrefix(r.from, "no ") {
			t.Errorf("%s: there is no test %s", r.name, r.from)
		}
	}
	slices.Sort(names)
	slices.Sort(have)
	if diff := cmp.Diff(names, have); diff != "" || len(names) < 50 {
		t.Errorf("types (-) and rows (+): %s", diff)
	}
}

func TestAppendOfLinuxTypesIsThatOfXSys(t *testing.T) {
	cred := unix.UnixCredentials(&unix.Ucred{Pid: 1, Uid: 2, Gid: 3})
	if got := cmsg.Append(nil, cmsg.SCM_CREDENTIALS, cmsg.Ucred{Pid: 1, Uid: 2, Gid: 3}); !bytes.Equal(got, cred) {
		t.Errorf("SCM_CREDENTIALS = %x, want %x", got, cred)
	}
	info4 := unix.PktInfo4(&unix.Inet4Pktinfo{Ifindex: 7, Spec_dst: lo4.As4()})
	if got := cmsg.Append(nil, cmsg.IP_PKTINFO, cmsg.InPktinfo{Ifindex: 7, SpecDst: lo4}); !bytes.Equal(got, info4) {
		t.Errorf("IP_PKTINFO = %x, want %x", got, info4)
	}
	info6 := unix.PktInfo6(&unix.Inet6Pktinfo{Ifindex: 7, Addr: lo6.As16()})
	if got := cmsg.Append(nil, cmsg.IPV6_PKTINFO, cmsg.In6Pktinfo{Ifindex: 7, Addr: lo6}); !bytes.Equal(got, info6) {
		t.Errorf("IPV6_PKTINFO = %x, want %x", got, info6)
	}
	if got := cmsg.Append(nil, cmsg.IPV6_PKTINFO, cmsg.In6Pktinfo{Addr: lo6.WithZone("7")}); !bytes.Equal(got, info6) {
		t.Errorf("IPV6_PKTINFO by zone = %x, want %x", got, info6)
	}
}

func TestOneByteIsATTLAndATOS(t *testing.T) {
	for _, typ := range []cmsg.Type[int]{cmsg.IP_TTL, cmsg.IP_TOS} {
		if v, ok := cmsg.Get(raw(1, typ.Level, typ.Type, 200), typ); v != 200 || !ok {
			t.Errorf("Get of one byte = %v, %v, want 200", v, ok)
		}
	}
	if v, ok := cmsg.Get(raw(1, cmsg.UDP_GRO.Level, cmsg.UDP_GRO.Type, 200), cmsg.UDP_GRO); ok {
		t.Errorf("Get of UDP_GRO from one byte = %v: it may be a part of one that was cut", v)
	}
}

func TestInPktinfoTakesIPv4Only(t *testing.T) {
	for name, v := range map[string]cmsg.InPktinfo{"SpecDst": {SpecDst: lo6}, "Addr": {Addr: lo6}} {
		if all := messages(cmsg.Append(nil, cmsg.IP_PKTINFO, v)); all != nil {
			t.Errorf("Append with an IPv6 %s makes %v, want a message that is none", name, all)
		}
	}
	mapped := cmsg.Append(nil, cmsg.IP_PKTINFO, cmsg.InPktinfo{SpecDst: netip.AddrFrom16(lo4.As16())})
	if v, _ := cmsg.Get(mapped, cmsg.IP_PKTINFO); v.SpecDst != lo4 {
		t.Errorf("::ffff:127.0.0.1 becomes %v", v.SpecDst)
	}
}

func TestAllAllocatesNothing(t *testing.T) {
	var control []byte
	for i := range 10 {
		control = cmsg.Append(cmsg.Append(control, cmsg.IP_TTL, i), cmsg.IP_PKTINFO, cmsg.InPktinfo{Ifindex: i, SpecDst: lo4})
	}
	var ttl int
	var info cmsg.InPktinfo
	testutil.Allocs(t, "All with Decode", func() {
		for h, data := range cmsg.All(control) {
			if v, ok := cmsg.IP_TTL.Decode(h, data); ok {
				ttl = v
			} else if v, ok := cmsg.IP_PKTINFO.Decode(h, data); ok {
				info = v
			}
		}
	})
	if ttl != 9 || info.Ifindex != 9 {
		t.Errorf("Decode gives %d, %v last", ttl, info)
	}
	testutil.Allocs(t, "Get of bytes", func() { cmsg.Get(control, cmsg.NewType[[]byte](9, 9)) })
	testutil.Allocs(t, "Append and Get on the stack", func() {
		var buf [128]byte
		b := cmsg.Append(cmsg.Append(buf[:0], cmsg.IP_TTL, 5), cmsg.IP_TOS, 6)
		if v, ok := cmsg.Get(b, cmsg.IP_TOS); v != 6 || !ok {
			t.Fatal(v, ok)
		}
	})
}

// 2. Datagrams.

func needRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

// bound is a datagram socket at a loopback address.
func bound(t testing.TB, addr netip.Addr) (fd int, name socket.Sockaddr) {
	t.Helper()
	fd = newSocket(t, family(addr), socket.SOCK_DGRAM, 0)
	must(t, "Bind", socket.Bind(fd, socket.SockaddrIn(netip.AddrPortFrom(addr, 0))))
	name, err := socket.Getsockname(fd)
	must(t, "Getsockname", err)
	patient(t, fd)
	return fd, name
}

func family(addr netip.Addr) int {
	if addr.Is4() {
		return socket.AF_INET
	}
	return socket.AF_INET6
}

// come is how often receive has had a type, by level and number.
var come = map[[2]int]int{}

// receive is one message: its control data are msg.Control.
func receive(t testing.TB, fd, size, flags int) (p []byte, msg socket.Msghdr) {
	t.Helper()
	p = make([]byte, size)
	msg = socket.Msghdr{Name: new(socket.Sockaddr), Iov: [][]byte{p}, Control: make([]byte, 2048)}
	n, err := socket.Recvmsg(fd, &msg, flags)
	must(t, "Recvmsg", err)
	if msg.Flags&socket.MSG_CTRUNC != 0 {
		t.Errorf("Recvmsg: MSG_CTRUNC with %d bytes of space", len(msg.Control))
	}
	msg.Control = msg.Control[:msg.Controllen]
	for h := range cmsg.All(msg.Control) {
		come[[2]int{h.Level, h.Type}]++
	}
	return p[:min(n, size)], msg
}

// send is one message, to a connected peer if to is nil.
func send(t testing.TB, fd int, p string, control []byte, to *socket.Sockaddr) {
	t.Helper()
	n, err := socket.Sendmsg(fd, &socket.Msghdr{Name: to, Iov: [][]byte{[]byte(p)}, Control: control}, 0)
	must(t, "Sendmsg", err)
	if n != len(p) {
		t.Fatalf("Sendmsg of %d bytes = %d", len(p), n)
	}
}

// want checks a value received.
func want[T any](typ cmsg.Type[T], v T) func(*testing.T, []byte) {
	return func(t *testing.T, control []byte) {
		t.Helper()
		got, ok := cmsg.Get(control, typ)
		if !ok || fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", v) {
			t.Errorf("Get = %v, %v, want %v; control data %v", got, ok, v, messages(control))
		}
	}
}

func TestDatagramsBringWhatWasAsked(t *testing.T) {
	testutil.NotUnderQEMU(t, "it leaves most values in the byte order of the host")
	hopopts := []byte{0, 0, 1, 4, 0, 0, 0, 0}                   // next header, length 0, PadN
	arrives := append([]byte{unix.IPPROTO_UDP}, hopopts[1:]...) // before UDP
	route := []byte{7, 7, 4, 0, 0, 0, 0, 0}                     // record route, with room for one address
	took := []byte{7, 7, 8, 127, 0, 0, 1, 0}
	for _, c := range []struct {
		name    string
		addr    netip.Addr
		setting socket.Setting // of the receiver
		control []byte         // of the sender
		check   func(*testing.T, []byte)
	}{
		{"IP_PKTINFO", lo4, socket.Set(socket.IP_PKTINFO, true), nil, want(cmsg.IP_PKTINFO, cmsg.InPktinfo{Ifindex: 1, SpecDst: lo4, Addr: lo4})},
		{"IP_TTL", lo4, socket.Set(socket.IP_RECVTTL, true), cmsg.Append(nil, cmsg.IP_TTL, 5), want(cmsg.IP_TTL, 5)},
		{"IP_TOS", lo4, socket.Set(socket.IP_RECVTOS, true), cmsg.Append(nil, cmsg.IP_TOS, 0x10), want(cmsg.IP_TOS, 0x10)},
		{"IP_RECVOPTS", lo4, socket.Set(socket.IP_RECVOPTS, true), cmsg.Append(nil, cmsg.IP_RETOPTS, route), want(cmsg.IP_RECVOPTS, took)},
		{"IP_RETOPTS", lo4, socket.Set(socket.IP_RETOPTS, true), cmsg.Append(nil, cmsg.IP_RETOPTS, route), want(cmsg.IP_RETOPTS, took)},
		{"SO_MARK", lo4, socket.Set(socket.SO_RCVMARK, true), cmsg.Append(nil, cmsg.SO_MARK, 0x80000007), want(cmsg.SO_MARK, 0x80000007)},
		{"SO_PRIORITY", lo4, socket.Set(socket.SO_RCVPRIORITY, true), cmsg.Append(nil, cmsg.SO_PRIORITY, 5), want(cmsg.SO_PRIORITY, 5)},
		{"IPV6_PKTINFO", lo6, socket.Set(socket.IPV6_RECVPKTINFO, true), cmsg.Append(nil, cmsg.IPV6_PKTINFO, cmsg.In6Pktinfo{Addr: lo6, Ifindex: 1}), want(cmsg.IPV6_PKTINFO, cmsg.In6Pktinfo{Addr: lo6, Ifindex: 1})},
		{"IPV6_HOPLIMIT", lo6, socket.Set(socket.IPV6_RECVHOPLIMIT, true), cmsg.Append(nil, cmsg.IPV6_HOPLIMIT, 5), want(cmsg.IPV6_HOPLIMIT, 5)},
		{"IPV6_TCLASS", lo6, socket.Set(socket.IPV6_RECVTCLASS, true), cmsg.Append(nil, cmsg.IPV6_TCLASS, 0x10), want(cmsg.IPV6_TCLASS, 0x10)},
		{"IPV6_FLOWINFO", lo6, socket.Set(socket.IPV6_FLOWINFO, true), cmsg.Append(nil, cmsg.IPV6_FLOWINFO, 0x12345), want(cmsg.IPV6_FLOWINFO, 0x12345)},
		{"IPV6_HOPOPTS", lo6, socket.Set(socket.IPV6_RECVHOPOPTS, true), cmsg.Append(nil, cmsg.IPV6_HOPOPTS, hopopts), want(cmsg.IPV6_HOPOPTS, arrives)},
		{"IPV6_DSTOPTS", lo6, socket.Set(socket.IPV6_RECVDSTOPTS, true), cmsg.Append(nil, cmsg.IPV6_DSTOPTS, hopopts), want(cmsg.IPV6_DSTOPTS, arrives)},
		{"IPV6_2292PKTINFO", lo6, socket.Set(socket.IPV6_2292PKTINFO, true), cmsg.Append(nil, cmsg.IPV6_2292PKTINFO, cmsg.In6Pktinfo{Addr: lo6}), want(cmsg.IPV6_2292PKTINFO, cmsg.In6Pktinfo{Addr: lo6, Ifindex: 1})},
		{"IPV6_2292HOPLIMIT", lo6, socket.Set(socket.IPV6_2292HOPLIMIT, true), cmsg.Append(nil, cmsg.IPV6_2292HOPLIMIT, 5), want(cmsg.IPV6_2292HOPLIMIT, 5)},
		{"IPV6_2292HOPOPTS", lo6, socket.Set(socket.IPV6_2292HOPOPTS, true), cmsg.Append(nil, cmsg.IPV6_2292HOPOPTS, hopopts), want(cmsg.IPV6_2292HOPOPTS, arrives)},
		{"IPV6_2292DSTOPTS", lo6, socket.Set(socket.IPV6_2292DSTOPTS, true), cmsg.Append(nil, cmsg.IPV6_2292DSTOPTS, hopopts), want(cmsg.IPV6_2292DSTOPTS, arrives)},
		{"UDP_GRO", lo4, socket.Set(socket.UDP_GRO, true), cmsg.Append(nil, cmsg.UDP_SEGMENT, 3), want(cmsg.UDP_GRO, 3)},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, option := range []string{"HOPOPTS", "DSTOPTS", "SO_"} {
				if strings.Contains(c.name, option) {
					needRoot(t)
				}
			}
			if c.name == "IPV6_FLOWINFO" {
				testutil.NewNetns(t) // where any socket has a label for itself, others need leave for theirs
			}
			to, name := bound(t, c.addr)
			from, _ := bound(t, c.addr)
			must(t, c.setting.String(), c.setting.Apply(to))
			send(t, from, "datagram", c.control, &name)
			p, msg := receive(t, to, 100, 0)
			if string(p) != "datagram" {
				t.Errorf("received %q", p)
			}
			c.check(t, msg.Control)
		})
	}
	for _, addr := range []netip.Addr{lo4, lo6} {
		to, name := bound(t, addr)
		from, _ := bound(t, addr)
		option, typ := socket.IP_RECVORIGDSTADDR, cmsg.IP_ORIGDSTADDR
		if addr == lo6 {
			option, typ = socket.IPV6_RECVORIGDSTADDR, cmsg.IPV6_ORIGDSTADDR
		}
		must(t, option.String(), socket.Setsockopt(to, option, true))
		send(t, from, "datagram", nil, &name)
		_, msg := receive(t, to, 100, 0)
		want(typ, name)(t, msg.Control)
	}
}

// Where the space ends within a message, Linux says in its header what is left, and MSG_CTRUNC.
func TestTheKernelCutsTheLastMessage(t *testing.T) {
	testutil.NotUnderQEMU(t, "it cuts by itself")
	to, name := bound(t, lo4)
	from, _ := bound(t, lo4)
	must(t, "IP_PKTINFO", socket.Setsockopt(to, socket.IP_PKTINFO, true))
	must(t, "IP_RECVTTL", socket.Setsockopt(to, socket.IP_RECVTTL, true))
	for _, c := range []struct {
		space  int
		lens   []int
		ctrunc bool
	}{
		{cmsg.Space(12) + cmsg.Space(4), []int{12, 4}, false},
		{cmsg.Space(12) + cmsg.Len(4), []int{12, 4}, false},
		{cmsg.Space(12) + cmsg.Len(3), []int{12, 3}, true},
		{cmsg.Space(12) + cmsg.Len(0), []int{12, 0}, true},
		{cmsg.Space(12) + cmsg.Len(0) - 1, []int{12}, true},
		{cmsg.Len(5), []int{5}, true},
		{1, nil, true},
		{0, nil, true},
	} {
		send(t, from, "x", nil, &name)
		msg := socket.Msghdr{Iov: [][]byte{make([]byte, 1)}, Control: make([]byte, c.space)}
		_, err := socket.Recvmsg(to, &msg, 0)
		must(t, "Recvmsg", err)
		var lens []int
		for h, data := range cmsg.All(msg.Control[:msg.Controllen]) {
			if h.Len != len(data) {
				t.Errorf("%v with %d bytes", h, len(data))
			}
			lens = append(lens, h.Len)
		}
		if ctrunc := msg.Flags&socket.MSG_CTRUNC != 0; !slices.Equal(lens, c.lens) || ctrunc != c.ctrunc {
			t.Errorf("in %d bytes of space: %v, MSG_CTRUNC %v, want %v, %v", c.space, lens, ctrunc, c.lens, c.ctrunc)
		}
		_, info := cmsg.Get(msg.Control[:msg.Controllen], cmsg.IP_PKTINFO)
		_, ttl := cmsg.Get(msg.Control[:msg.Controllen], cmsg.IP_TTL)
		if info != (len(c.lens) > 0 && c.lens[0] == 12) || ttl != (len(c.lens) > 1 && c.lens[1] == 4) {
			t.Errorf("in %d bytes of space: IP_PKTINFO %v, IP_TTL %v", c.space, info, ttl)
		}
	}
}

func TestPktinfoChoosesTheSource(t *testing.T) {
	other := netip.MustParseAddr("127.5.6.7")
	to, name := bound(t, lo4)
	from := newSocket(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
	send(t, from, "x", cmsg.Append(nil, cmsg.IP_PKTINFO, cmsg.InPktinfo{SpecDst: other}), &name)
	if _, msg := receive(t, to, 10, 0); msg.Name.AddrPort().Addr() != other {
		t.Errorf("the datagram comes from %v, want %v", msg.Name, other)
	}
}

func TestStampsOfWhatIsReceived(t *testing.T) {
	testutil.NotUnderQEMU(t, "time stamps")
	rx := socket.SOF_TIMESTAMPING_RX_SOFTWARE | socket.SOF_TIMESTAMPING_SOFTWARE
	stamps := func(typ cmsg.Type[cmsg.Timestamps]) func([]byte) (time.Time, bool) {
		return func(control []byte) (time.Time, bool) {
			v, ok := cmsg.Get(control, typ)
			return v.Software, ok && v.Legacy.IsZero() && v.Hardware.IsZero()
		}
	}
	get := func(typ cmsg.Type[time.Time]) func([]byte) (time.Time, bool) {
		return func(control []byte) (time.Time, bool) { return cmsg.Get(control, typ) }
	}
	for _, c := range []struct {
		name    string
		setting socket.Setting
		get     func([]byte) (time.Time, bool)
	}{
		{"SCM_TIMESTAMP", socket.Set(socket.SO_TIMESTAMP, true), get(cmsg.SCM_TIMESTAMP)},
		{"SCM_TIMESTAMP_NEW", socket.Set(socket.NewOption[bool, socket.RW](unix.SOL_SOCKET, unix.SO_TIMESTAMP_NEW), true), get(cmsg.SCM_TIMESTAMP_NEW)},
		{"SCM_TIMESTAMPNS", socket.Set(socket.SO_TIMESTAMPNS, true), get(cmsg.SCM_TIMESTAMPNS)},
		{"SCM_TIMESTAMPNS_NEW", socket.Set(socket.NewOption[bool, socket.RW](unix.SOL_SOCKET, unix.SO_TIMESTAMPNS_NEW), true), get(cmsg.SCM_TIMESTAMPNS_NEW)},
		{"SCM_TIMESTAMPING", socket.Set(socket.SO_TIMESTAMPING, socket.Timestamping{Flags: rx}), stamps(cmsg.SCM_TIMESTAMPING)},
		{"SCM_TIMESTAMPING_NEW", socket.Set(socket.NewOption[uint32, socket.RW](unix.SOL_SOCKET, unix.SO_TIMESTAMPING_NEW), uint32(rx)), stamps(cmsg.SCM_TIMESTAMPING_NEW)},
	} {
		to, name := bound(t, lo4)
		from, _ := bound(t, lo4)
		must(t, c.name, c.setting.Apply(to))
		// The kernel turns stamping on a moment after the option: the first datagrams may come without.
		testutil.Eventually(t, c.name, func() bool {
			before := time.Now().Add(-10 * time.Millisecond)
			send(t, from, "x", nil, &name)
			_, msg := receive(t, to, 10, 0)
			v, ok := c.get(msg.Control)
			if ok && (v.Before(before) || v.After(time.Now().Add(10*time.Millisecond))) {
				t.Errorf("%s: %v, want about now; control data %v", c.name, v, messages(msg.Control))
			}
			return ok
		})
	}
}

func TestDropsAreCounted(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_RXQ_OVFL")
	to, name := bound(t, lo4)
	from, _ := bound(t, lo4)
	must(t, "SO_RXQ_OVFL", socket.Setsockopt(to, socket.SO_RXQ_OVFL, true))
	must(t, "SO_RCVBUF", socket.Setsockopt(to, socket.SO_RCVBUF, 4096))
	const sent = 100
	for range sent {
		send(t, from, strings.Repeat("x", 1000), nil, &name)
	}
	arrived := 0
	for {
		if _, err := socket.Recv(to, make([]byte, 1), socket.MSG_DONTWAIT); err != nil {
			break
		}
		arrived++
	}
	send(t, from, "last", nil, &name)
	_, msg := receive(t, to, 10, 0)
	want(cmsg.SO_RXQ_OVFL, uint32(sent-arrived))(t, msg.Control)
}

func TestChecksumOfADatagram(t *testing.T) {
	testutil.NotUnderQEMU(t, "IP_CHECKSUM")
	needRoot(t)
	to, name := bound(t, lo4)
	must(t, "IP_CHECKSUM", socket.Setsockopt(to, socket.IP_CHECKSUM, true))
	// A raw socket leaves the checksum to us, and lo to the receiver: sums that the kernel makes go unsummed there.
	from := newSocket(t, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
	const data = "checksum"
	udp := binary.BigEndian.AppendUint16(nil, 999)
	udp = binary.BigEndian.AppendUint16(udp, name.AddrPort().Port())
	udp = binary.BigEndian.AppendUint16(udp, uint16(8+len(data)))
	udp = append(append(udp, 0, 0), data...)
	pseudo := append([]byte{127, 0, 0, 1, 127, 0, 0, 1, 0, unix.IPPROTO_UDP, 0, byte(len(udp))}, udp...)
	binary.BigEndian.PutUint16(udp[6:], ^sum(pseudo))
	send(t, from, string(udp), nil, &name)
	p, msg := receive(t, to, 100, 0)
	v, ok := cmsg.Get(msg.Control, cmsg.IP_CHECKSUM)
	var b [4]byte
	binary.NativeEndian.PutUint32(b[:], v)
	if string(p) != data || !ok || sum(b[:]) != sum([]byte(data)) {
		t.Errorf("received %q with sum %#x, %v, want %#x", p, sum(b[:]), ok, sum([]byte(data)))
	}
}

// sum is the sum of the Internet checksum: RFC 1071.
func sum(b []byte) uint16 {
	n := uint32(0)
	for ; len(b) > 1; b = b[2:] {
		n += uint32(binary.BigEndian.Uint16(b))
	}
	for n > 0xffff {
		n = n>>16 + n&0xffff
	}
	return uint16(n)
}

func TestFragmentSizes(t *testing.T) {
	testutil.NotUnderQEMU(t, "IP_RECVFRAGSIZE")
	testutil.NewNetns(t)
	testutil.Sh(t, testutil.Program(t, "ip")+" link set lo mtu 1500")
	for _, addr := range []netip.Addr{lo4, lo6} {
		to, name := bound(t, addr)
		from, _ := bound(t, addr)
		option, typ, size := socket.IP_RECVFRAGSIZE, cmsg.IP_RECVFRAGSIZE, 1500
		if addr == lo6 {
			option, typ = socket.IPV6_RECVFRAGSIZE, cmsg.IPV6_RECVFRAGSIZE
		} else {
			must(t, "IP_MTU_DISCOVER", socket.SetsockoptInt(from, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DONT))
		}
		must(t, option.String(), socket.Setsockopt(to, option, true))
		send(t, from, strings.Repeat("x", 4000), nil, &name)
		p, msg := receive(t, to, 5000, 0)
		if v, ok := cmsg.Get(msg.Control, typ); len(p) != 4000 || !ok || v > size || v < size-16 {
			t.Errorf("%v: %d bytes in fragments of %d, %v, want up to %d", addr, len(p), v, ok, size)
		}
	}
}

func TestRoutingHeaderArrives(t *testing.T) {
	testutil.NotUnderQEMU(t, "raw IPv6")
	needRoot(t)
	to, name := bound(t, lo6)
	must(t, "IPV6_RECVRTHDR", socket.Setsockopt(to, socket.IPV6_RECVRTHDR, true))
	must(t, "IPV6_2292RTHDR", socket.Setsockopt(to, socket.IPV6_2292RTHDR, true))
	const data = "routed"
	udp := binary.BigEndian.AppendUint16(nil, 999)
	udp = binary.BigEndian.AppendUint16(udp, name.AddrPort().Port())
	udp = binary.BigEndian.AppendUint16(udp, uint16(8+len(data)))
	udp = append(append(udp, 0, 0), data...)
	lo := lo6.As16()
	pseudo := append(append(lo[:], lo[:]...), 0, 0, 0, byte(len(udp)), 0, 0, 0, unix.IPPROTO_UDP)
	binary.BigEndian.PutUint16(udp[6:], ^sum(append(pseudo, udp...)))
	rthdr := []byte{unix.IPPROTO_UDP, 0, 253, 0, 0, 0, 0, 0} // next header, length 0, an experiment, at its end
	packet := []byte{0x60, 0, 0, 0, 0, byte(len(rthdr) + len(udp)), unix.IPPROTO_ROUTING, 64}
	packet = append(append(packet, lo[:]...), lo[:]...)
	packet = append(append(packet, rthdr...), udp...)
	from := newSocket(t, socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
	addr := socket.SockaddrIn(netip.AddrPortFrom(lo6, 0))
	send(t, from, string(packet), nil, &addr)
	p, msg := receive(t, to, 100, 0)
	if string(p) != data {
		t.Errorf("received %q, want %q", p, data)
	}
	want(cmsg.IPV6_RTHDR, rthdr)(t, msg.Control)
	want(cmsg.IPV6_2292RTHDR, rthdr)(t, msg.Control)
}

// TestTheKernelTakesWhatIsSent sends types that leave no trace at the receiver: the kernel takes a good value, and
// refuses a bad one.
func TestTheKernelTakesWhatIsSent(t *testing.T) {
	testutil.NotUnderQEMU(t, "it does not know these")
	needRoot(t)
	dst := []byte{0, 0, 1, 4, 0, 0, 0, 0}
	udp4, name4 := bound(t, lo4)
	udp6, name6 := bound(t, lo6)
	timed, _ := bound(t, lo4)
	must(t, "SO_TXTIME", socket.Setsockopt(timed, socket.SO_TXTIME, socket.SockTxtime{Clockid: unix.CLOCK_MONOTONIC}))
	header := newSocket(t, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
	for _, c := range []struct {
		name    string
		fd      int
		to      *socket.Sockaddr
		control []byte
		want    error
	}{
		{"SCM_TXTIME", timed, &name4, cmsg.Append(nil, cmsg.SCM_TXTIME, 1), nil},
		{"SCM_TXTIME without SO_TXTIME", udp4, &name4, cmsg.Append(nil, cmsg.SCM_TXTIME, 1), unix.EINVAL},
		{"IP_PROTOCOL", header, &name4, cmsg.Append(nil, cmsg.IP_PROTOCOL, unix.IPPROTO_UDP), nil},
		{"IP_PROTOCOL 0", header, &name4, cmsg.Append(nil, cmsg.IP_PROTOCOL, 0), unix.EINVAL},
		{"IPV6_RTHDRDSTOPTS", udp6, &name6, cmsg.Append(nil, cmsg.IPV6_RTHDRDSTOPTS, dst), nil},
		{"IPV6_RTHDRDSTOPTS without its data", udp6, &name6, cmsg.Append(nil, cmsg.IPV6_RTHDRDSTOPTS, dst[:2]), unix.EINVAL},
		{"IPV6_RTHDR of type 0", udp6, &name6, cmsg.Append(nil, cmsg.IPV6_RTHDR, dst), unix.EINVAL},
		{"IP_TTL 0", udp4, &name4, cmsg.Append(nil, cmsg.IP_TTL, 0), unix.EINVAL},
		{"IP_TTL 256", udp4, &name4, cmsg.Append(nil, cmsg.IP_TTL, 256), unix.EINVAL},
		{"IP_PKTINFO of IPv6", udp4, &name4, cmsg.Append(nil, cmsg.IP_PKTINFO, cmsg.InPktinfo{SpecDst: lo6}), unix.EINVAL},
		{"a bad value behind a good one", udp4, &name4, cmsg.Append(cmsg.Append(nil, cmsg.IP_TTL, 5), cmsg.IP_PKTINFO, cmsg.InPktinfo{SpecDst: lo6}), unix.EINVAL},
		{"IPV6_HOPLIMIT -2", udp6, &name6, cmsg.Append(nil, cmsg.IPV6_HOPLIMIT, -2), unix.EINVAL},
		{"IPV6_HOPLIMIT -1", udp6, &name6, cmsg.Append(nil, cmsg.IPV6_HOPLIMIT, -1), nil},
		{"IPV6_DONTFRAG", udp6, &name6, cmsg.Append(nil, cmsg.IPV6_DONTFRAG, true), nil},
		{"UDP_SEGMENT", udp4, &name4, cmsg.Append(nil, cmsg.UDP_SEGMENT, 10), nil},
		{"SCM_TS_OPT_ID without SOF_TIMESTAMPING_OPT_ID", udp4, &name4, cmsg.Append(nil, cmsg.SCM_TS_OPT_ID, 1), unix.EINVAL},
		{"a type that nobody knows", udp4, &name4, cmsg.Append(nil, cmsg.NewType[int](unix.IPPROTO_IP, 250), 1), unix.EINVAL},
		{"the zero Type", udp4, &name4, cmsg.Append(nil, cmsg.Type[int]{}, 1), unix.EINVAL},
	} {
		packet := make([]byte, 20)
		packet[0], packet[8], packet[9] = 0x45, 64, 253 // an IPv4 header, for the raw socket; to the others just data
		copy(packet[16:], []byte{127, 0, 0, 1})
		_, err := socket.Sendmsg(c.fd, &socket.Msghdr{Name: c.to, Iov: [][]byte{packet}, Control: c.control}, 0)
		if err != c.want {
			t.Errorf("Sendmsg with %s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestBatchesThroughTheSameSlots(t *testing.T) {
	testutil.NotUnderQEMU(t, "control data of datagrams")
	needRoot(t)
	for _, c := range []struct {
		name    string
		sockets func() (a, b int)
		control func(i int) []byte // of message i, if it has any
		check   func(t *testing.T, control []byte, i int, has bool)
	}{
		{"IPv4", func() (a, b int) { return batchPair(t, lo4, socket.Set(socket.IP_RECVTTL, true)) },
			func(i int) []byte { return cmsg.Append(nil, cmsg.IP_TTL, 1+i%63) },
			func(t *testing.T, control []byte, i int, has bool) {
				want := 64
				if has {
					want = 1 + i%63
				}
				if v, ok := cmsg.Get(control, cmsg.IP_TTL); v != want || !ok {
					t.Errorf("message %d: IP_TTL %d, %v, want %d", i, v, ok, want)
				}
			}},
		{"IPv6", func() (a, b int) { return batchPair(t, lo6, socket.Set(socket.IPV6_RECVTCLASS, true)) },
			func(i int) []byte { return cmsg.Append(nil, cmsg.IPV6_TCLASS, i%255+1) },
			func(t *testing.T, control []byte, i int, has bool) {
				want := 0
				if has {
					want = i%255 + 1
				}
				if v, ok := cmsg.Get(control, cmsg.IPV6_TCLASS); v != want || !ok {
					t.Errorf("message %d: IPV6_TCLASS %d, %v, want %d", i, v, ok, want)
				}
			}},
		{"unix", func() (a, b int) {
			a, b = newPair(t, socket.SOCK_DGRAM)
			must(t, "SO_PASSCRED", socket.Setsockopt(b, socket.SO_PASSCRED, true))
			return a, b
		},
			func(i int) []byte {
				return cmsg.Append(nil, cmsg.SCM_CREDENTIALS, cmsg.Ucred{Pid: 1, Uid: uint32(1 + i)})
			},
			func(t *testing.T, control []byte, i int, has bool) {
				want := cmsg.Ucred{Pid: int32(os.Getpid()), Uid: uint32(os.Getuid()), Gid: uint32(os.Getgid())}
				if has {
					want = cmsg.Ucred{Pid: 1, Uid: uint32(1 + i)}
				}
				if v, ok := cmsg.Get(control, cmsg.SCM_CREDENTIALS); v != want || !ok {
					t.Errorf("message %d: SCM_CREDENTIALS %v, %v, want %v", i, v, ok, want)
				}
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := c.sockets()
			must(t, "SetNonblock", socket.SetNonblock(a, true))
			must(t, "SetNonblock", socket.SetNonblock(b, true))
			const count = 1300 // more than go in one call
			out, in := make([]socket.Mmsghdr, count), make([]socket.Mmsghdr, count)
			controls := make([][]byte, count)
			for i := range out {
				controls[i] = c.control(i)
				out[i].Iov = [][]byte{make([]byte, 4)}
				in[i].Iov = [][]byte{make([]byte, 2)} // too short for those of 4 bytes
				in[i].Control = make([]byte, 64)
			}
			// Slot i has control data in every second round, and message i is 1 or 4 bytes long.
			for round := range 4 {
				for i := range out {
					out[i].Control = nil
					if (i+round)%2 == 0 {
						out[i].Control = controls[i]
					}
					out[i].Iov[0] = out[i].Iov[0][:1+3*((i/2+round)%2)]
					out[i].Iov[0][0] = byte(i + round)
				}
				sent, received := 0, 0
				for received < count {
					if sent < count {
						n, err := socket.Sendmmsg(a, out[sent:], 0)
						if err != unix.EAGAIN { // unix: the receiver's queue is full
							must(t, "Sendmmsg", err)
						}
						sent += n
					}
					n, err := socket.Recvmmsg(b, in[received:], 0, -1)
					must(t, "Recvmmsg", err)
					if n > 1024 {
						t.Fatalf("Recvmmsg = %d", n)
					}
					received += n
				}
				for i, m := range in {
					size := len(out[i].Iov[0])
					if truncated := m.Flags == socket.MSG_TRUNC; out[i].Len != size || m.Len != min(size, 2) || truncated != (size > 2) || m.Iov[0][0] != byte(i+round) || t.Failed() {
						t.Fatalf("round %d, message %d of %d bytes: sent %d, received %d, flags %#x, % x", round, i, size, out[i].Len, m.Len, m.Flags, m.Iov[0])
					}
					c.check(t, m.Control[:m.Controllen], i, (i+round)%2 == 0)
				}
			}
			testutil.Allocs(t, "Sendmmsg, Recvmmsg, Get", func() {
				socket.Sendmmsg(a, out[:8], 0)
				n, _ := socket.Recvmmsg(b, in, 0, -1)
				for i := range in[:n] {
					cmsg.Get(in[i].Control[:in[i].Controllen], cmsg.IP_TTL)
				}
			})
		})
	}
}

// batchPair is a socket connected to another, which has room for a thousand datagrams.
func batchPair(t *testing.T, addr netip.Addr, setting socket.Setting) (a, b int) {
	t.Helper()
	b, name := bound(t, addr)
	must(t, setting.String(), setting.Apply(b))
	must(t, "SO_RCVBUFFORCE", socket.SetsockoptInt(b, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20))
	a, _ = bound(t, addr)
	must(t, "Connect", socket.Connect(a, name))
	return a, b
}

// 3. Streams, and who is at the other end.

func TestStreamsTellWhatIsLeft(t *testing.T) {
	testutil.NotUnderQEMU(t, "TCP_INQ")
	l := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Listen", socket.Listen(l, 1))
	addr, err := socket.Getsockname(l)
	must(t, "Getsockname", err)
	a := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Connect", socket.Connect(a, addr))
	b, _, err := socket.Accept(l)
	must(t, "Accept", err)
	defer socket.Close(b)
	must(t, "TCP_INQ", socket.Setsockopt(b, socket.TCP_INQ, true))
	patient(t, b)
	send(t, a, "0123456789", nil, nil)
	_, msg := receive(t, b, 4, 0)
	want(cmsg.TCP_CM_INQ, 6)(t, msg.Control)

	c, d := newPair(t, socket.SOCK_STREAM)
	switch err := socket.Setsockopt(d, socket.SO_INQ, true); err {
	case unix.ENOPROTOOPT:
		t.Log("SCM_INQ needs Linux 6.17")
		return
	default:
		must(t, "SO_INQ", err)
	}
	send(t, c, "0123456789", nil, nil)
	_, msg = receive(t, d, 3, 0)
	want(cmsg.SCM_INQ, 7)(t, msg.Control)
}

var sender = testutil.Child("sender", func() {
	socket.Send(3, []byte("from the child"), 0)
	os.Stdin.Read(make([]byte, 1)) // until the parent has done
})

func TestCredentialsArrive(t *testing.T) {
	testutil.NotUnderQEMU(t, "the child would be started without the emulator")
	ours, theirs := newPair(t, socket.SOCK_STREAM)
	must(t, "SO_PASSCRED", socket.Setsockopt(ours, socket.SO_PASSCRED, true))
	must(t, "SO_PASSPIDFD", socket.Setsockopt(ours, socket.SO_PASSPIDFD, true))
	dup, err := socket.Dup(theirs)
	must(t, "Dup", err)
	file := os.NewFile(uintptr(dup), "socket")
	child := testutil.StartChild(t, sender, []*os.File{file})
	file.Close()

	leaksNothing(t, "CloseRights of SCM_PIDFD", func() {
		_, msg := receive(t, ours, 100, 0)
		want(cmsg.SCM_CREDENTIALS, cmsg.Ucred{Pid: int32(child.Process.Pid), Uid: uint32(os.Getuid()), Gid: uint32(os.Getgid())})(t, msg.Control)
		pidfd, ok := cmsg.Get(msg.Control, cmsg.SCM_PIDFD)
		info, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", pidfd))
		if !ok || err != nil || !strings.Contains(string(info), fmt.Sprintf("Pid:\t%d\n", child.Process.Pid)) {
			t.Errorf("SCM_PIDFD = %d, %v: %s %v, want process %d", pidfd, ok, info, err, child.Process.Pid)
		}
		if on, err := socket.Cloexec(pidfd); !on || err != nil {
			t.Errorf("SCM_PIDFD: close-on-exec %v, %v", on, err)
		}
		cmsg.CloseRights(msg.Control)
	})
	_, err = cmsg.SendFds(theirs, []byte("x"), []int{theirs, ours}, 0)
	must(t, "SendFds", err)
	leaksNothing(t, "CloseRights of all", func() {
		_, msg := receive(t, ours, 1, 0)
		fds, ok := cmsg.Get(msg.Control, cmsg.SCM_RIGHTS)
		if len(fds) != 2 || !ok || !sameFile(fds[0], theirs) || !sameFile(fds[1], ours) {
			t.Errorf("SCM_RIGHTS = %v, %v; control data %v", fds, ok, messages(msg.Control))
		}
		cmsg.CloseRights(msg.Control)
	})
	// RecvFds gives the descriptors of SCM_RIGHTS only.
	_, err = cmsg.SendFds(theirs, []byte("x"), []int{theirs}, 0)
	must(t, "SendFds", err)
	leaksNothing(t, "RecvFds beside SCM_PIDFD", func() {
		fds := make([]int, 5)
		_, nfds, err := cmsg.RecvFds(ours, make([]byte, 1), fds, 0)
		if nfds != 1 || err != nil || !sameFile(fds[0], theirs) {
			t.Errorf("RecvFds = %d, %v", nfds, err)
		}
		closeFds(fds[:nfds])
	})
	// Credentials of our own choice: root may lie.
	needRoot(t)
	lie := cmsg.Ucred{Pid: 1, Uid: 12345, Gid: 54321}
	send(t, theirs, "x", cmsg.Append(nil, cmsg.SCM_CREDENTIALS, lie), nil)
	_, msg := receive(t, ours, 1, 0)
	cmsg.CloseRights(msg.Control)
	want(cmsg.SCM_CREDENTIALS, lie)(t, msg.Control)
}

func TestSendFdsWithoutAByte(t *testing.T) {
	for name, c := range map[string]struct{ typ, nfds int }{"stream": {socket.SOCK_STREAM, 0}, "seqpacket": {socket.SOCK_SEQPACKET, 1}, "datagram": {socket.SOCK_DGRAM, 1}} {
		a, b := newPair(t, c.typ)
		n, err := cmsg.SendFds(a, nil, []int{a}, 0)
		if n != 0 || err != nil {
			t.Errorf("%s: SendFds without data = %d, %v, want 0, nil", name, n, err)
		}
		fds := make([]int, 5)
		n, nfds, err := cmsg.RecvFds(b, make([]byte, 1), fds, socket.MSG_DONTWAIT)
		closeFds(fds[:nfds])
		if n != 0 || nfds != c.nfds || (err == unix.EAGAIN) != (c.nfds == 0) {
			t.Errorf("%s: RecvFds = %d, %d, %v, want %d descriptors", name, n, nfds, err, c.nfds)
		}
	}
}

var fewFds = testutil.Child("fewFds", func() {
	// Receives ten descriptors with room for three more, and says what comes of it.
	open := func() int {
		entries, _ := os.ReadDir("/proc/self/fd")
		return len(entries)
	}
	before := open() // with the folder's own
	limit := unix.Rlimit{Cur: uint64(before + 2), Max: uint64(before + 2)}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		fmt.Println("Setrlimit:", err)
		return
	}
	n, nfds, err := cmsg.RecvFds(3, make([]byte, 10), make([]int, 20), 0)
	fmt.Println(n, nfds, err, open()-before)
})

func TestRecvFdsWithTooManyOpen(t *testing.T) {
	testutil.NotUnderQEMU(t, "the child would be started without the emulator")
	ours, theirs := newPair(t, socket.SOCK_STREAM)
	dup, err := socket.Dup(theirs)
	must(t, "Dup", err)
	file := os.NewFile(uintptr(dup), "socket")
	_, err = cmsg.SendFds(ours, []byte("x"), slices.Repeat([]int{ours}, 10), 0)
	must(t, "SendFds", err)
	child := testutil.StartChild(t, fewFds, []*os.File{file})
	file.Close()
	if line, want := child.Line(t), fmt.Sprint(0, 0, unix.EMFILE, 0); line != want {
		t.Errorf("RecvFds near the limit: %q, want %q", line, want)
	}
}

var flood = testutil.Child("flood", func() {
	// As a user without privilege, sends descriptors that nobody receives.
	unix.Setgroups(nil)
	if err := unix.Setuid(54321); err != nil {
		fmt.Println("Setuid:", err)
		return
	}
	limit := unix.Rlimit{Cur: 50, Max: 50}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		fmt.Println("Setrlimit:", err)
		return
	}
	fds, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	if err != nil {
		fmt.Println("Socketpair:", err)
		return
	}
	for range 100 {
		if _, err := cmsg.SendFds(fds[0], []byte("x"), slices.Repeat([]int{0}, 20), socket.MSG_DONTWAIT); err != nil {
			fmt.Println(err)
			return
		}
	}
})

func TestSendFdsWithTooManyOnTheirWay(t *testing.T) {
	testutil.NotUnderQEMU(t, "the child would be started without the emulator")
	needRoot(t)
	child := testutil.StartChild(t, flood, nil)
	if line := child.Line(t); line != unix.ETOOMANYREFS.Error() {
		t.Errorf("SendFds without end: %q, want %q", line, unix.ETOOMANYREFS.Error())
	}
}

// 4. Packets and netlink.

func TestPacketAuxdata(t *testing.T) {
	testutil.NotUnderQEMU(t, "packet sockets")
	testutil.NewNetns(t)
	fd := newSocket(t, socket.AF_PACKET, socket.SOCK_RAW, 0)
	patient(t, fd)
	must(t, "Bind", socket.Bind(fd, socket.SockaddrLl(unix.ETH_P_IP, 1, nil)))
	must(t, "PACKET_AUXDATA", socket.Setsockopt(fd, socket.PACKET_AUXDATA, true))
	_, name := bound(t, lo4)
	from, _ := bound(t, lo4)
	send(t, from, "datagram", nil, &name)
	p, msg := receive(t, fd, 20, 0)
	control := msg.Control
	v, ok := cmsg.Get(control, cmsg.PACKET_AUXDATA)
	if size := uint32(14 + 20 + 8 + len("datagram")); !ok || v.Len != size || v.Snaplen != size || v.Mac != 0 || v.Net != 14 || v.Status&unix.TP_STATUS_USER == 0 {
		t.Errorf("PACKET_AUXDATA = %+v, %v of %d bytes %x, want %d bytes", v, ok, len(p), p, size)
	}
}

func TestNetlinkTellsGroupAndNamespace(t *testing.T) {
	testutil.NotUnderQEMU(t, "netlink")
	v := testutil.NewVeth(t) // in the first namespace
	fd := newSocket(t, socket.AF_NETLINK, socket.SOCK_RAW, unix.NETLINK_ROUTE)
	patient(t, fd)
	must(t, "Bind", socket.Bind(fd, socket.SockaddrNl(0, 1<<(unix.RTNLGRP_LINK-1))))
	must(t, "NETLINK_PKTINFO", socket.Setsockopt(fd, socket.NETLINK_PKTINFO, true))
	must(t, "NETLINK_LISTEN_ALL_NSID", socket.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_LISTEN_ALL_NSID, 1))
	testutil.Sh(t, "ip link set va mtu 1400")
	_, msg := receive(t, fd, 1<<16, 0)
	want(cmsg.NETLINK_PKTINFO, uint32(unix.RTNLGRP_LINK))(t, msg.Control)

	// The veth has given the second namespace a number in the first: link-netnsid.
	for {
		if _, err := socket.Recv(fd, make([]byte, 1), socket.MSG_DONTWAIT); err != nil {
			break
		}
	}
	v.In(1)
	testutil.Sh(t, "ip link set vb mtu 1400")
	for {
		_, msg := receive(t, fd, 1<<16, 0)
		if nsid, ok := cmsg.Get(msg.Control, cmsg.NETLINK_LISTEN_ALL_NSID); ok {
			if nsid != 0 {
				t.Errorf("NETLINK_LISTEN_ALL_NSID = %d, want 0", nsid)
			}
			break
		}
	}
}
