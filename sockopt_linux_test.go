package socket_test

// This file holds a row for every option of Linux, what the tables promise, and what the compiler refuses. What
// options do to traffic is in sockopt_effects_linux_test.go.
//
// A row sets a value that differs from the start and reads it back; or reads a value that is known; or says which
// test has it. An error is a failure but for privilege, an older kernel than the option's line says, and what the
// row itself expects.

import (
	"encoding/binary"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"net/netip"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/census"
	"rawsocket.internal/socket/internal/testutil"
)

// 1. Sockets that the rows are tried on.

type sock func(t testing.TB) int

func opened(domain, typ, protocol int) sock {
	return func(t testing.TB) int {
		t.Helper()
		fd, err := socket.Socket(domain, typ, protocol)
		switch {
		case (err == unix.EPERM || err == unix.EACCES) && !privileged():
			t.Skipf("needs CAP_NET_RAW for such a socket: %v", err)
		case err == unix.EAFNOSUPPORT || err == unix.EPROTONOSUPPORT || err == unix.ESOCKTNOSUPPORT:
			t.Skipf("needs a kernel with socket(%d, %d, %d): %v", domain, typ, protocol, err)
		case err != nil:
			t.Fatalf("Socket(%d, %d, %d): %v", domain, typ, protocol, err)
		}
		t.Cleanup(func() { socket.Close(fd) })
		return fd
	}
}

func privileged() bool { return os.Geteuid() == 0 }

var (
	tcp4       = opened(socket.AF_INET, socket.SOCK_STREAM, 0)
	tcp6       = opened(socket.AF_INET6, socket.SOCK_STREAM, 0)
	udp4       = opened(socket.AF_INET, socket.SOCK_DGRAM, 0)
	udp6       = opened(socket.AF_INET6, socket.SOCK_DGRAM, 0)
	unixStream = opened(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	icmp4      = opened(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
	icmp6      = opened(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
	raw4       = opened(socket.AF_INET, socket.SOCK_RAW, 253)
	raw6       = opened(socket.AF_INET6, socket.SOCK_RAW, 253)
	rawRaw6    = opened(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
	udplite4   = opened(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDPLITE)
	packet     = opened(socket.AF_PACKET, socket.SOCK_RAW, 0)
	netlink    = opened(socket.AF_NETLINK, socket.SOCK_RAW, unix.NETLINK_ROUTE)
	vsock      = opened(socket.AF_VSOCK, socket.SOCK_STREAM, 0) // never bound, never connected
	xdp        = opened(socket.AF_XDP, socket.SOCK_RAW, 0)
	tcp4c      = joined(socket.AF_INET, socket.SOCK_STREAM, 0)
	tcp6c      = joined(socket.AF_INET6, socket.SOCK_STREAM, 0)
	udp4c      = joined(socket.AF_INET, socket.SOCK_DGRAM, 0)
	udp6c      = joined(socket.AF_INET6, socket.SOCK_DGRAM, 0)
	mptcp4c    = joined(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP)
)

// joined is a socket connected to one that the test closes.
func joined(domain, typ, protocol int) sock {
	return func(t testing.TB) int {
		t.Helper()
		c, _ := joinedPair(t, domain, typ, protocol)
		return c
	}
}

// joinedPair gives both ends over loopback. A stream's second end was accepted.
func joinedPair(t testing.TB, domain, typ, protocol int) (c, a int) {
	t.Helper()
	l, c := opened(domain, typ, protocol)(t), opened(domain, typ, protocol)(t)
	must(t, "Bind", socket.Bind(l, local(t, domain)))
	if typ == socket.SOCK_STREAM {
		must(t, "Listen", socket.Listen(l, 8))
	}
	addr, err := socket.Getsockname(l)
	must(t, "Getsockname", err)
	must(t, "Connect", socket.Connect(c, addr))
	if typ != socket.SOCK_STREAM {
		return c, l
	}
	a, _, err = socket.Accept(l)
	must(t, "Accept", err)
	t.Cleanup(func() { socket.Close(a) })
	return c, a
}

func listening4(t testing.TB) int {
	t.Helper()
	l := tcp4(t)
	must(t, "Bind", socket.Bind(l, loopback4))
	must(t, "Listen", socket.Listen(l, 8))
	return l
}

func unixPair(t testing.TB) int {
	t.Helper()
	a, _ := newPair(t, socket.SOCK_STREAM)
	return a
}

// with is a socket on which an option was set before.
func with[T any, A socket.Writable](s sock, opt socket.Option[T, A], v T) sock {
	return func(t testing.TB) int {
		t.Helper()
		fd := s(t)
		succeeds(t, opt.String(), "Setsockopt before", socket.Setsockopt(fd, opt, v))
		return fd
	}
}

// refused is a UDP socket that has heard that nobody listens.
func refused(t testing.TB) int {
	t.Helper()
	fd := udp4(t)
	gone := udp4(t)
	must(t, "Bind", socket.Bind(gone, loopback4))
	addr, err := socket.Getsockname(gone)
	must(t, "Getsockname", err)
	must(t, "Connect", socket.Connect(fd, addr))
	socket.Close(gone)
	socket.Send(fd, []byte("x"), 0)
	return fd
}

// in runs in a new network namespace.
func inNetns(s sock) sock {
	return func(t testing.TB) int { t.Helper(); testutil.NewNetns(t); return s(t) }
}

// 2. What a row does.

type row struct {
	name          string
	level, number int
	run           func(t *testing.T)
}

func newRow[T any, A socket.Access](opt socket.Option[T, A], run func(t *testing.T)) row {
	return row{opt.String(), opt.Level(), opt.Name(), run}
}

// change sets v, which is not the start, and reads it.
func change[T any](opt socket.Option[T, socket.RW], s sock, v T) row { return reads(opt, s, v, v) }

// reads sets v and reads want, which is not the start.
func reads[T any](opt socket.Option[T, socket.RW], s sock, v, want T) row {
	return newRow(opt, func(t *testing.T) {
		fd := s(t)
		start, err := socket.Getsockopt(fd, opt)
		succeeds(t, opt.String(), "Getsockopt at first", err)
		if cmp.Equal(start, want, byValue) {
			t.Errorf("it starts as %v: this row proves nothing", start)
		}
		succeeds(t, opt.String(), "Setsockopt", socket.Setsockopt(fd, opt, v))
		got, err := socket.Getsockopt(fd, opt)
		succeeds(t, opt.String(), "Getsockopt", err)
		if diff := cmp.Diff(want, got, byValue); diff != "" {
			t.Errorf("set to %v it reads (-want +got)\n%s", v, diff)
		}
		if fixedSize[T]() {
			testutil.Allocs(t, "Setsockopt", func() { socket.Setsockopt(fd, opt, v) })
			testutil.Allocs(t, "Getsockopt", func() { socket.Getsockopt(fd, opt) })
		}
	})
}

// get reads want.
func get[T any, A socket.Readable](opt socket.Option[T, A], s sock, want T) row {
	return getIf(opt, s, func(t *testing.T, _ int, got T) {
		if diff := cmp.Diff(want, got, byValue); diff != "" {
			t.Errorf("it reads (-want +got)\n%s", diff)
		}
	})
}

// getIf reads a value and checks it.
func getIf[T any, A socket.Readable](opt socket.Option[T, A], s sock, check func(t *testing.T, fd int, got T)) row {
	return newRow(opt, func(t *testing.T) {
		fd := s(t)
		got, err := socket.Getsockopt(fd, opt)
		succeeds(t, opt.String(), "Getsockopt", err)
		check(t, fd, got)
		if fixedSize[T]() && opt.String() != "SO_PEERPIDFD" { // which makes a descriptor each time
			testutil.Allocs(t, "Getsockopt", func() { socket.Getsockopt(fd, opt) })
		}
	})
}

// set sets an option that cannot be read.
func set[T any](opt socket.Option[T, socket.WO], s sock, v T) row {
	return newRow(opt, func(t *testing.T) {
		fd := s(t)
		succeeds(t, opt.String(), "Setsockopt", socket.Setsockopt(fd, opt, v))
		_, err := socket.GetsockoptInt(fd, opt.Level(), opt.Name())
		if shared(opt.Level(), opt.Name()) {
			err = unix.ENOPROTOOPT // the number is another option's too, which may be readable
		}
		if err != unix.ENOPROTOOPT && err != unix.EOPNOTSUPP {
			t.Errorf("reading it: %v, want ENOPROTOOPT: it is not write-only", err)
		}
		if fixedSize[T]() {
			testutil.Allocs(t, "Setsockopt", func() { socket.Setsockopt(fd, opt, v) })
		}
	})
}

// setFails sets an option where its state or its value must make it fail.
func setFails[T any, A socket.Writable](opt socket.Option[T, A], s sock, v T, want unix.Errno, why string) row {
	return newRow(opt, func(t *testing.T) {
		fd := s(t)
		err := socket.Setsockopt(fd, opt, v)
		if fixedSize[T]() {
			testutil.Allocs(t, "Setsockopt", func() { socket.Setsockopt(fd, opt, v) })
		}
		excused(t, opt.String(), "Setsockopt", err, want, why)
	})
}

// getFails reads an option where it must fail.
func getFails[T any, A socket.Readable](opt socket.Option[T, A], s sock, want unix.Errno, why string) row {
	return newRow(opt, func(t *testing.T) {
		fd := s(t)
		_, err := socket.Getsockopt(fd, opt)
		if fixedSize[T]() {
			testutil.Allocs(t, "Getsockopt", func() { socket.Getsockopt(fd, opt) })
		}
		excused(t, opt.String(), "Getsockopt", err, want, why)
	})
}

// excused skips a row whose call failed as expected, and fails it if it failed otherwise.
func excused(t *testing.T, name, what string, err error, want unix.Errno, why string) {
	t.Helper()
	if err == want {
		t.Skipf("%v as expected: %s", err, why)
	}
	succeeds(t, name, what, err)
	t.Logf("this kernel has it, others lack it: %s", why)
}

// has is an option that a test of its own has.
func has[T any, A socket.Access](opt socket.Option[T, A], test func(*testing.T)) row {
	name := runtime.FuncForPC(reflect.ValueOf(test).Pointer()).Name()
	return newRow(opt, func(t *testing.T) { t.Logf("see %s", name[strings.LastIndex(name, ".")+1:]) })
}

// byValue compares structures with hidden fields, as netip.Addr and Sockaddr.
var byValue = cmp.Options{cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }), cmp.Comparer(func(a, b socket.Sockaddr) bool { return a == b })}

func fixedSize[T any]() bool {
	var fixed func(t reflect.Type) bool
	fixed = func(t reflect.Type) bool {
		switch t.Kind() {
		case reflect.Slice, reflect.String:
			return false
		case reflect.Struct:
			for i := range t.NumField() {
				if t != reflect.TypeFor[netip.Addr]() && !fixed(t.Field(i).Type) {
					return false
				}
			}
		}
		return true
	}
	return fixed(reflect.TypeFor[T]())
}

// succeeds skips what privilege or an older kernel excuses, and fails with the rest.
func succeeds(t testing.TB, name, what string, err error) {
	t.Helper()
	switch {
	case err == nil:
	case (err == unix.EPERM || err == unix.EACCES) && !privileged():
		t.Skipf("%s of %s needs privilege: %v", what, name, err)
	case (err == unix.ENOPROTOOPT || err == unix.EOPNOTSUPP) && os.Getenv("SOCKET_TEST_QEMU") != "":
		t.Skipf("qemu does not know %s: %v", name, err)
	case (err == unix.ENOPROTOOPT || err == unix.EOPNOTSUPP) && kernelBefore(sinceOf[name]):
		t.Skipf("%s needs Linux %s: %v", name, sinceOf[name], err)
	default:
		t.Fatalf("%s of %s: %v", what, name, err)
	}
}

func kernelBefore(since string) bool {
	var u unix.Utsname
	unix.Uname(&u)
	return since != "" && slices.Compare(version(unix.ByteSliceToString(u.Release[:])), version(since)) < 0
}

// version is 6.18.44-x as 6, 18.
func version(s string) []int {
	parts := strings.Split(s, ".")
	v := make([]int, 2)
	for i := range min(2, len(parts)) {
		v[i], _ = strconv.Atoi(strings.TrimRight(parts[i], "abcdefghijklmnopqrstuvwxyz-+"))
	}
	return v
}

// shared reports whether more than one option has a number.
func shared(level, number int) bool {
	n := 0
	for _, r := range optionRows {
		if r.level == level && r.number == number {
			n++
		}
	}
	return n > 1
}

// 3. The rows.

var (
	ip       = netip.MustParseAddr
	group4   = ip("239.1.2.3")
	group6   = ip("ff15::1234")
	loAddr   = ip("127.0.0.1")
	sender4  = ip("10.9.9.9")
	sender6  = ip("fd77::9")
	keepAll  = []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: 0xffffffff}}
	loIndex  = 1                               // of lo in every namespace
	padN     = []byte{59, 0, 1, 4, 0, 0, 0, 0} // an extension header: next header, length, PadN
	segments = append([]byte{59, 2, 4, 0, 0, 0, 0, 0}, sender6.AsSlice()...)
	tenGroup = socket.IPMreqn{Multiaddr: group4, Ifindex: loIndex}
	joinLo4  = socket.GroupReq{Interface: loIndex, Group: group4}
	joinLo6  = socket.GroupReq{Interface: loIndex, Group: group6}
	fromLo4  = socket.GroupSourceReq{Interface: loIndex, Group: group4, Source: sender4}
	fromLo6  = socket.GroupSourceReq{Interface: loIndex, Group: group6, Source: sender6}
	source4  = socket.IPMreqSource{Multiaddr: group4, Interface: loAddr, Sourceaddr: sender4}
	mreq6    = socket.IPv6Mreq{Multiaddr: group6, Interface: loIndex}
	repaired = with(tcp4, socket.TCP_REPAIR, socket.TCP_REPAIR_ON)
	aesGCM   = socket.TLSCryptoInfo{Version: socket.TLS_1_3_VERSION, Cipher_type: socket.TLS_CIPHER_AES_GCM_128,
		Iv: make([]byte, 8), Key: make([]byte, 16), Salt: make([]byte, 4), Rec_seq: make([]byte, 8)}
	noPolicy = map[int]unix.Errno{64: unix.EINVAL, 32: unix.EOPNOTSUPP}[strconv.IntSize] // 32-bit programs cannot on a 64-bit kernel
	noTLS    = "CONFIG_TLS is not in this kernel, so TCP_ULP is not either"
	noTCPAO  = "CONFIG_TCP_AO is not in this kernel"
)

var optionRows []row

func init() { // they refer to tests, which refer to them
	optionRows = []row{

		// SOL_SOCKET
		get(socket.SO_TYPE, udp4, socket.SOCK_DGRAM),
		get(socket.SO_DOMAIN, udp6, socket.AF_INET6),
		get(socket.SO_PROTOCOL, udp4, socket.IPPROTO_UDP),
		get(socket.SO_ACCEPTCONN, listening4, true),
		get(socket.SO_ERROR, refused, unix.ECONNREFUSED),
		getIf(socket.SO_COOKIE, tcp4, distinct(socket.SO_COOKIE)),
		getIf(socket.SO_NETNS_COOKIE, tcp4, distinctNetns),
		getIf(socket.SO_MEMINFO, tcp4, func(t *testing.T, fd int, got socket.MemInfo) {
			if size, err := socket.Getsockopt(fd, socket.SO_RCVBUF); int(got.Rcvbuf) != size || got.Sndbuf == 0 {
				t.Errorf("it reads %+v, and SO_RCVBUF %d, %v", got, size, err)
			}
		}),
		has(socket.SO_PEERNAME, TestPeernameIsThePeersAddress),
		change(socket.SO_REUSEADDR, tcp4, true),
		change(socket.SO_REUSEPORT, tcp4, true),
		change(socket.SO_BINDTODEVICE, inNetns(tcp4), "lo"),
		change(socket.SO_BINDTOIFINDEX, inNetns(tcp4), loIndex),
		change(socket.SO_DONTROUTE, udp4, true),
		change(socket.SO_BROADCAST, udp4, true),
		change(socket.SO_KEEPALIVE, tcp4, true),
		change(socket.SO_LINGER, tcp4, socket.Linger{Onoff: 1, Linger: 5}),
		change(socket.SO_OOBINLINE, tcp4, true),
		set(socket.SO_CNX_ADVICE, tcp6c, struct{}{}),
		change(socket.SO_TXREHASH, tcp4, socket.SOCK_TXREHASH_DISABLED),
		reads(socket.SO_SNDBUF, udp4, 30000, 60000),
		reads(socket.SO_RCVBUF, udp4, 30000, 60000),
		set(socket.SO_SNDBUFFORCE, tcp4, 8<<20),
		set(socket.SO_RCVBUFFORCE, tcp4, 8<<20),
		change(socket.SO_BUF_LOCK, tcp4, socket.BufLock(socket.SOCK_SNDBUF_LOCK|socket.SOCK_RCVBUF_LOCK)),
		setFails(socket.SO_RESERVE_MEM, tcp4, 65536, unix.EOPNOTSUPP, "it needs a memory cgroup that counts sockets"),
		change(socket.SO_RCVLOWAT, tcp4, 100),
		get(socket.SO_SNDLOWAT, tcp4, 1),
		change(socket.SO_RCVTIMEO, tcp4, 1500*time.Millisecond),
		change(socket.SO_SNDTIMEO, tcp4, 1500*time.Millisecond),
		change(socket.SO_PRIORITY, udp4, 6),
		change(socket.SO_MARK, udp4, 1<<32-1),
		change(socket.SO_MAX_PACING_RATE, tcp4, 1_000_000),
		change(socket.SO_BUSY_POLL, tcp4, 50*time.Microsecond),
		change(socket.SO_PREFER_BUSY_POLL, tcp4, true),
		set(socket.SO_BUSY_POLL_BUDGET, tcp4, 16),
		change(socket.SO_INCOMING_CPU, udp4, 0),
		get(socket.SO_INCOMING_NAPI_ID, tcp4c, 0), // of loopback
		change(socket.SO_DEBUG, tcp4, true),
		has(socket.SO_BSDCOMPAT, TestObsoleteOptionsDoNothing),
		has(socket.SO_ATTACH_FILTER, TestFilterComesBackAndFilters),
		has(socket.SO_GET_FILTER, TestFilterComesBackAndFilters),
		has(socket.SO_ATTACH_BPF, TestEBPFProgramsAttach),
		set(socket.SO_DETACH_FILTER, with(udp4, socket.SO_ATTACH_FILTER, keepAll), struct{}{}),
		set(socket.SO_DETACH_BPF, with(udp4, socket.SO_ATTACH_FILTER, keepAll), struct{}{}),
		change(socket.SO_LOCK_FILTER, udp4, true),
		has(socket.SO_ATTACH_REUSEPORT_CBPF, TestReuseportProgramSteers),
		has(socket.SO_ATTACH_REUSEPORT_EBPF, TestEBPFProgramsAttach),
		has(socket.SO_DETACH_REUSEPORT_BPF, TestReuseportProgramSteers),
		getIf(socket.SO_BPF_EXTENSIONS, udp4, atLeast(60)),
		change(socket.SO_TIMESTAMP, udp4, true),
		change(socket.SO_TIMESTAMPNS, udp4, true),
		change(socket.SO_TIMESTAMPING, udp4, socket.Timestamping{Flags: socket.SOF_TIMESTAMPING_RX_SOFTWARE | socket.SOF_TIMESTAMPING_SOFTWARE}),
		change(socket.SO_TXTIME, udp4, socket.SockTxtime{Clockid: unix.CLOCK_TAI, Flags: socket.SOF_TXTIME_REPORT_ERRORS}),
		change(socket.SO_RXQ_OVFL, udp4, true),
		change(socket.SO_RCVMARK, udp4, true),
		change(socket.SO_RCVPRIORITY, udp4, true),
		change(socket.SO_SELECT_ERR_QUEUE, udp4, true),
		change(socket.SO_ZEROCOPY, tcp4, true),
		set(socket.SO_DEVMEM_DONTNEED, tcp4, []socket.DmabufToken{{Token_start: 0, Token_count: 1}}),
		change(socket.SO_NO_CHECK, udp4, true),
		change(socket.SO_NOFCS, packet, true),
		change(socket.SO_WIFI_STATUS, icmp4, true),
		change(socket.SO_PASSCRED, unixStream, true),
		change(socket.SO_PASSSEC, unixStream, true),
		change(socket.SO_PASSPIDFD, unixStream, true),
		change(socket.SO_PASSRIGHTS, unixStream, false),
		get(socket.SO_PEERCRED, unixPair, socket.Ucred{Pid: int32(os.Getpid()), Uid: uint32(os.Geteuid()), Gid: uint32(os.Getegid())}),
		has(socket.SO_PEERGROUPS, TestPeergroupsOfAnyNumber),
		has(socket.SO_PEERPIDFD, TestPeerpidfdIsOwnedAndCloseOnExec),
		getFails(socket.SO_PEERSEC, unixPair, unix.ENOPROTOOPT, "no security module gives contexts here"),
		change(socket.SO_PEEK_OFF, unixStream, 5),
		set(socket.SO_INQ, unixStream, true),

		// IPPROTO_TCP
		change(socket.TCP_NODELAY, tcp4, true),
		change(socket.TCP_CORK, tcp4, true),
		change(socket.TCP_MAXSEG, tcp4, 1000),
		change(socket.TCP_QUICKACK, tcp4, false),
		change(socket.TCP_NOTSENT_LOWAT, tcp4, 1<<32-1),
		change(socket.TCP_WINDOW_CLAMP, tcp4, 65536),
		change(socket.TCP_INQ, tcp4, true),
		change(socket.TCP_TX_DELAY, tcp4, time.Millisecond),
		setFails(socket.TCP_ULP, tcp4c, "tls", unix.ENOENT, noTLS),
		change(socket.TCP_CONGESTION, tcp4, "reno"),
		getIf(socket.TCP_INFO, tcp4c, func(t *testing.T, fd int, got socket.TCPInfo) {
			if got.State != socket.TCP_ESTABLISHED || got.Snd_mss == 0 || got.Options&socket.TCPI_OPT_WSCALE == 0 || got.SndWscale() == 0 {
				t.Errorf("it reads %+v", got)
			}
		}),
		has(socket.TCP_CC_INFO, TestCCInfoIsTheAlgorithms),
		change(socket.TCP_RTO_MAX_MS, tcp4, 5*time.Second),
		change(socket.TCP_RTO_MIN_US, tcp4, 100*time.Millisecond),
		change(socket.TCP_DELACK_MAX_US, tcp4, 100*time.Millisecond),
		change(socket.TCP_THIN_LINEAR_TIMEOUTS, tcp4, true),
		has(socket.TCP_THIN_DUPACK, TestObsoleteOptionsDoNothing),
		get(socket.TCP_IS_MPTCP, mptcp4c, true),
		change(socket.TCP_KEEPIDLE, tcp4, time.Minute),
		change(socket.TCP_KEEPINTVL, tcp4, 5*time.Second),
		change(socket.TCP_KEEPCNT, tcp4, 3),
		change(socket.TCP_USER_TIMEOUT, tcp4, 1500*time.Millisecond),
		change(socket.TCP_SYNCNT, tcp4, 2),
		change(socket.TCP_LINGER2, tcp4, 5*time.Second),
		reads(socket.TCP_DEFER_ACCEPT, tcp4, 5*time.Second, 7*time.Second), // after 1, 3, 7 s a SYN-ACK is sent again
		change(socket.TCP_FASTOPEN, listening4, 5),
		change(socket.TCP_FASTOPEN_CONNECT, tcp4, true),
		change(socket.TCP_FASTOPEN_KEY, listening4, []byte("0123456789abcdef0123456789ABCDEF")),
		change(socket.TCP_FASTOPEN_NO_COOKIE, tcp4, true),
		change(socket.TCP_SAVE_SYN, listening4, 1),
		has(socket.TCP_SAVED_SYN, TestSavedSynIsGivenOnceAndWhole),
		set(socket.TCP_MD5SIG, tcp4, socket.TCPMD5Sig{Addr: loAddr, Key: []byte("secret")}),
		set(socket.TCP_MD5SIG_EXT, tcp4, socket.TCPMD5Sig{Addr: ip("10.0.0.0"), Flags: socket.TCP_MD5SIG_FLAG_PREFIX, Prefixlen: 8, Key: []byte("secret")}),
		setFails(socket.TCP_AO_ADD_KEY, tcp4, socket.TCPAOAdd{Addr: loAddr, Alg_name: "hmac(sha1)", Prefix: 32, Sndid: 1, Rcvid: 1, Key: []byte("secret")}, unix.ENOPROTOOPT, noTCPAO),
		setFails(socket.TCP_AO_DEL_KEY, tcp4, socket.TCPAODel{Addr: loAddr, Prefix: 32, Sndid: 1, Rcvid: 1}, unix.ENOPROTOOPT, noTCPAO),
		getFails(socket.TCP_AO_INFO, tcp4, unix.ENOPROTOOPT, noTCPAO),
		getFails(socket.TCP_AO_GET_KEYS, tcp4, unix.ENOPROTOOPT, noTCPAO),
		getFails(socket.TCP_AO_REPAIR, repaired, unix.ENOPROTOOPT, noTCPAO),
		change(socket.TCP_REPAIR, tcp4, socket.TCP_REPAIR_ON),
		change(socket.TCP_REPAIR_QUEUE, repaired, socket.TCP_SEND_QUEUE),
		change(socket.TCP_QUEUE_SEQ, with(repaired, socket.TCP_REPAIR_QUEUE, socket.TCP_SEND_QUEUE), 12345),
		set(socket.TCP_REPAIR_OPTIONS, with(tcp4c, socket.TCP_REPAIR, socket.TCP_REPAIR_ON), []socket.TCPRepairOpt{{Opt_code: 2, Opt_val: 1000}}),
		has(socket.TCP_REPAIR_WINDOW, TestRepairMovesALiveConnection),
		has(socket.TCP_TIMESTAMP, TestRepairMovesALiveConnection),
		has(socket.TCP_ZEROCOPY_RECEIVE, TestReceiveByMappingTakesAndGives),

		// SOL_MPTCP, SOL_TLS
		has(socket.MPTCP_INFO, TestMPTCPTellsOfItsSubflows),
		has(socket.MPTCP_TCPINFO, TestMPTCPTellsOfItsSubflows),
		has(socket.MPTCP_SUBFLOW_ADDRS, TestMPTCPTellsOfItsSubflows),
		has(socket.MPTCP_FULL_INFO, TestMPTCPTellsOfItsSubflows),
		setFails(socket.TLS_TX, tcp4c, aesGCM, unix.ENOPROTOOPT, noTLS),
		getFails(socket.TLS_RX, tcp4c, unix.EOPNOTSUPP, noTLS),
		setFails(socket.TLS_TX_ZEROCOPY_RO, tcp4c, true, unix.ENOPROTOOPT, noTLS),
		setFails(socket.TLS_RX_EXPECT_NO_PAD, tcp4c, true, unix.ENOPROTOOPT, noTLS),
		setFails(socket.TLS_TX_MAX_PAYLOAD_LEN, tcp4c, 8192, unix.ENOPROTOOPT, noTLS),

		// IPPROTO_IP
		change(socket.IP_TOS, udp4, 0x10),
		change(socket.IP_TTL, udp4, 9),
		change(socket.IP_MINTTL, tcp4, 255),
		get(socket.IP_MTU, udp4c, 65535),
		change(socket.IP_MTU_DISCOVER, udp4, socket.IP_PMTUDISC_DO),
		change(socket.IP_OPTIONS, udp4, []byte{7, 7, 4, 0, 0, 0, 0, 0}),
		change(socket.IP_HDRINCL, raw4, true),
		change(socket.IP_NODEFRAG, icmp4, true),
		setFails(socket.IP_IPSEC_POLICY, udp4, make([]byte, 16), unix.EOPNOTSUPP, "CONFIG_NET_KEY is not in this kernel"),
		setFails(socket.IP_XFRM_POLICY, udp4, make([]byte, 4), noPolicy, "four bytes are no policy"),
		get(socket.IP_PROTOCOL, raw4, 253),
		change(socket.IP_FREEBIND, tcp4, true),
		change(socket.IP_TRANSPARENT, tcp4, true),
		change(socket.IP_BIND_ADDRESS_NO_PORT, tcp6, true),
		change(socket.IP_LOCAL_PORT_RANGE, tcp6, socket.PortRange{Lo: 40000, Hi: 50000}),
		change(socket.IP_UNICAST_IF, inNetns(udp4), loIndex),
		change(socket.IP_ROUTER_ALERT, inNetns(icmp4), true),
		has(socket.SO_ORIGINAL_DST, TestOriginalDstIsWhereItWent),
		change(socket.IP_RECVERR, udp4, true),
		change(socket.IP_RECVERR_RFC4884, udp4, true),
		change(socket.IP_PKTINFO, udp4, true),
		change(socket.IP_RECVTTL, udp4, true),
		change(socket.IP_RECVTOS, udp4, true),
		change(socket.IP_RECVOPTS, udp4, true),
		change(socket.IP_RETOPTS, udp4, true),
		change(socket.IP_RECVORIGDSTADDR, udp4, true),
		change(socket.IP_RECVFRAGSIZE, udp4, true),
		change(socket.IP_CHECKSUM, udp4, true),
		change(socket.IP_PASSSEC, udp4, true),
		getIf(socket.IP_PKTOPTIONS, with(tcp4c, socket.IP_RECVTTL, true), cmsgOf(unix.IPPROTO_IP, unix.IP_TTL)),
		change(socket.IP_MULTICAST_IF, inNetns(udp4), loAddr),
		set(socket.IP_MULTICAST_IF_MREQN, inNetns(udp4), socket.IPMreqn{Ifindex: loIndex}),
		change(socket.IP_MULTICAST_TTL, udp4, 7),
		change(socket.IP_MULTICAST_LOOP, udp4, false),
		change(socket.IP_MULTICAST_ALL, udp4, false),
		set(socket.IP_ADD_MEMBERSHIP, inNetns(udp4), tenGroup),
		set(socket.IP_DROP_MEMBERSHIP, with(inNetns(udp4), socket.IP_ADD_MEMBERSHIP, tenGroup), tenGroup),
		set(socket.IP_ADD_SOURCE_MEMBERSHIP, inNetns(udp4), source4),
		set(socket.IP_DROP_SOURCE_MEMBERSHIP, with(inNetns(udp4), socket.IP_ADD_SOURCE_MEMBERSHIP, source4), source4),
		set(socket.IP_BLOCK_SOURCE, with(inNetns(udp4), socket.IP_ADD_MEMBERSHIP, tenGroup), source4),
		set(socket.IP_UNBLOCK_SOURCE, with(with(inNetns(udp4), socket.IP_ADD_MEMBERSHIP, tenGroup), socket.IP_BLOCK_SOURCE, source4), source4),
		has(socket.IP_MSFILTER, TestMulticastFiltersComeBack),
		set(socket.MCAST_JOIN_GROUP, inNetns(udp4), joinLo4),
		set(socket.MCAST_LEAVE_GROUP, with(inNetns(udp4), socket.MCAST_JOIN_GROUP, joinLo4), joinLo4),
		set(socket.MCAST_JOIN_SOURCE_GROUP, inNetns(udp4), fromLo4),
		set(socket.MCAST_LEAVE_SOURCE_GROUP, with(inNetns(udp4), socket.MCAST_JOIN_SOURCE_GROUP, fromLo4), fromLo4),
		set(socket.MCAST_BLOCK_SOURCE, with(inNetns(udp4), socket.MCAST_JOIN_GROUP, joinLo4), fromLo4),
		set(socket.MCAST_UNBLOCK_SOURCE, with(with(inNetns(udp4), socket.MCAST_JOIN_GROUP, joinLo4), socket.MCAST_BLOCK_SOURCE, fromLo4), fromLo4),
		has(socket.MCAST_MSFILTER, TestMulticastFiltersComeBack),

		// IPPROTO_IPV6
		change(socket.IPV6_V6ONLY, tcp6, true),
		change(socket.IPV6_UNICAST_HOPS, udp6, 9),
		change(socket.IPV6_MINHOPCOUNT, tcp6, 255),
		change(socket.IPV6_TCLASS, udp6, 0x10),
		has(socket.IPV6_MTU, TestIPv6MTUIsSetAndReadApart),
		change(socket.IPV6_MTU_DISCOVER, udp6, socket.IP_PMTUDISC_DO),
		get(socket.IPV6_PATHMTU, udp6c, socket.IP6MTUInfo{Mtu: 65536}),
		change(socket.IPV6_DONTFRAG, udp6, true),
		change(socket.IPV6_AUTOFLOWLABEL, udp6, false),
		change(socket.IPV6_FLOWINFO_SEND, udp6, true),
		has(socket.IPV6_FLOWLABEL_MGR, TestFlowlabelIsTakenUsedAndGivenBack),
		change(socket.IPV6_CHECKSUM, raw6, 2),
		change(socket.IPV6_HDRINCL, raw6, true),
		setFails(socket.IPV6_IPSEC_POLICY, udp6, make([]byte, 16), unix.EOPNOTSUPP, "CONFIG_NET_KEY is not in this kernel"),
		setFails(socket.IPV6_XFRM_POLICY, udp6, make([]byte, 4), noPolicy, "four bytes are no policy"),
		change(socket.IPV6_HOPOPTS, udp6, padN),
		change(socket.IPV6_DSTOPTS, udp6, padN),
		change(socket.IPV6_RTHDRDSTOPTS, udp6, padN),
		change(socket.IPV6_RTHDR, udp6, segments),
		getIf(socket.IPV6_2292PKTOPTIONS, with(tcp6c, socket.IPV6_RECVPKTINFO, true), cmsgOf(unix.IPPROTO_IPV6, unix.IPV6_PKTINFO)),
		change(socket.IPV6_FREEBIND, tcp6, true),
		change(socket.IPV6_TRANSPARENT, tcp6, true),
		set(socket.IPV6_PKTINFO, udp6, socket.In6Pktinfo{Addr: ip("::1"), Ifindex: loIndex}),
		reads(socket.IPV6_ADDR_PREFERENCES, udp6, socket.IPV6_PREFER_SRC_TMP, socket.IPV6_PREFER_SRC_TMP|socket.IPV6_PREFER_SRC_HOME),
		change(socket.IPV6_UNICAST_IF, inNetns(udp6), loIndex),
		has(socket.IPV6_ADDRFORM, TestAddrformTurnsIPv6IntoIPv4),
		reads(socket.IPV6_ROUTER_ALERT, inNetns(rawRaw6), 3, 1),
		change(socket.IPV6_ROUTER_ALERT_ISOLATE, udp6, true),
		has(socket.IP6T_SO_ORIGINAL_DST, TestOriginalDstIsWhereItWent),
		change(socket.IPV6_RECVERR, udp6, true),
		change(socket.IPV6_RECVERR_RFC4884, udp6, true),
		change(socket.IPV6_RECVPKTINFO, udp6, true),
		change(socket.IPV6_RECVHOPLIMIT, udp6, true),
		change(socket.IPV6_RECVTCLASS, udp6, true),
		change(socket.IPV6_RECVHOPOPTS, udp6, true),
		change(socket.IPV6_RECVDSTOPTS, udp6, true),
		change(socket.IPV6_RECVRTHDR, udp6, true),
		change(socket.IPV6_FLOWINFO, udp6, true),
		change(socket.IPV6_RECVPATHMTU, udp6, true),
		change(socket.IPV6_RECVORIGDSTADDR, udp6, true),
		change(socket.IPV6_RECVFRAGSIZE, udp6, true),
		change(socket.IPV6_2292PKTINFO, udp6, true),
		change(socket.IPV6_2292HOPLIMIT, udp6, true),
		change(socket.IPV6_2292HOPOPTS, udp6, true),
		change(socket.IPV6_2292DSTOPTS, udp6, true),
		change(socket.IPV6_2292RTHDR, udp6, true),
		change(socket.IPV6_MULTICAST_IF, udp6, loIndex),
		change(socket.IPV6_MULTICAST_HOPS, udp6, 7),
		change(socket.IPV6_MULTICAST_LOOP, udp6, false),
		change(socket.IPV6_MULTICAST_ALL, udp6, false),
		set(socket.IPV6_ADD_MEMBERSHIP, inNetns(udp6), mreq6),
		set(socket.IPV6_DROP_MEMBERSHIP, with(inNetns(udp6), socket.IPV6_ADD_MEMBERSHIP, mreq6), mreq6),
		has(socket.IPV6_JOIN_ANYCAST, TestAnycastIsJoinedAndLeft),
		has(socket.IPV6_LEAVE_ANYCAST, TestAnycastIsJoinedAndLeft),
		set(socket.IPV6_MCAST_JOIN_GROUP, inNetns(udp6), joinLo6),
		set(socket.IPV6_MCAST_LEAVE_GROUP, with(inNetns(udp6), socket.IPV6_MCAST_JOIN_GROUP, joinLo6), joinLo6),
		set(socket.IPV6_MCAST_JOIN_SOURCE_GROUP, inNetns(udp6), fromLo6),
		set(socket.IPV6_MCAST_LEAVE_SOURCE_GROUP, with(inNetns(udp6), socket.IPV6_MCAST_JOIN_SOURCE_GROUP, fromLo6), fromLo6),
		set(socket.IPV6_MCAST_BLOCK_SOURCE, with(inNetns(udp6), socket.IPV6_MCAST_JOIN_GROUP, joinLo6), fromLo6),
		set(socket.IPV6_MCAST_UNBLOCK_SOURCE, with(with(inNetns(udp6), socket.IPV6_MCAST_JOIN_GROUP, joinLo6), socket.IPV6_MCAST_BLOCK_SOURCE, fromLo6), fromLo6),
		has(socket.IPV6_MCAST_MSFILTER, TestMulticastFiltersComeBack),

		// IPPROTO_UDP, SOL_UDPLITE, SOL_RAW, IPPROTO_ICMPV6
		change(socket.UDP_CORK, udp4, true),
		change(socket.UDP_SEGMENT, udp4, 1400),
		change(socket.UDP_GRO, udp4, true),
		change(socket.UDP_ENCAP, udp4, socket.UDP_ENCAP_L2TPINUDP),
		change(socket.UDP_NO_CHECK6_TX, udp6, true),
		change(socket.UDP_NO_CHECK6_RX, udp6, true),
		change(socket.UDPLITE_SEND_CSCOV, udplite4, 20),
		change(socket.UDPLITE_RECV_CSCOV, udplite4, 20),
		change(socket.ICMP_FILTER, icmp4, 1<<8),
		change(socket.ICMPV6_FILTER, icmp6, socket.ICMPv6Filter{Data: [8]uint32{4: 1, 7: 1 << 31}}),

		// SOL_PACKET
		set(socket.PACKET_ADD_MEMBERSHIP, packet, unix.PacketMreq{Ifindex: int32(loIndex), Type: unix.PACKET_MR_ALLMULTI}),
		set(socket.PACKET_DROP_MEMBERSHIP, packet, unix.PacketMreq{Ifindex: int32(loIndex), Type: unix.PACKET_MR_ALLMULTI}),
		change(socket.PACKET_VERSION, packet, socket.TPACKET_V3),
		has(socket.PACKET_HDRLEN, TestPacketHdrlenOfEachVersion),
		change(socket.PACKET_RESERVE, packet, 16),
		set(socket.PACKET_RX_RING, packet, unix.TpacketReq{Block_size: 4096, Block_nr: 1, Frame_size: 2048, Frame_nr: 2}),
		set(socket.PACKET_RX_RING_V3, with(packet, socket.PACKET_VERSION, socket.TPACKET_V3), unix.TpacketReq3{Block_size: 4096, Block_nr: 1, Frame_size: 2048, Frame_nr: 2, Retire_blk_tov: 10}),
		set(socket.PACKET_TX_RING, packet, unix.TpacketReq{Block_size: 4096, Block_nr: 1, Frame_size: 2048, Frame_nr: 2}),
		set(socket.PACKET_TX_RING_V3, with(packet, socket.PACKET_VERSION, socket.TPACKET_V3), unix.TpacketReq3{Block_size: 4096, Block_nr: 1, Frame_size: 2048, Frame_nr: 2}),
		change(socket.PACKET_TX_HAS_OFF, packet, true),
		change(socket.PACKET_LOSS, packet, true),
		change(socket.PACKET_COPY_THRESH, packet, 1),
		has(socket.PACKET_FANOUT, TestPacketFanoutSharesOut),
		has(socket.PACKET_FANOUT_DATA, TestPacketFanoutSharesOut),
		has(socket.PACKET_FANOUT_DATA_BPF, TestEBPFProgramsAttach),
		has(socket.PACKET_ROLLOVER_STATS, TestPacketFanoutSharesOut),
		get(socket.PACKET_STATISTICS, packet, unix.TpacketStats{}),
		get(socket.PACKET_STATISTICS_V3, with(packet, socket.PACKET_VERSION, socket.TPACKET_V3), unix.TpacketStatsV3{}),
		change(socket.PACKET_AUXDATA, packet, true),
		change(socket.PACKET_ORIGDEV, packet, true),
		change(socket.PACKET_IGNORE_OUTGOING, packet, true),
		change(socket.PACKET_QDISC_BYPASS, packet, true),
		change(socket.PACKET_TIMESTAMP, packet, socket.SOF_TIMESTAMPING_RAW_HARDWARE),
		change(socket.PACKET_VNET_HDR, packet, true),
		change(socket.PACKET_VNET_HDR_SZ, packet, 12),

		// SOL_NETLINK, AF_VSOCK, SOL_XDP
		set(socket.NETLINK_ADD_MEMBERSHIP, netlink, unix.RTNLGRP_LINK),
		set(socket.NETLINK_DROP_MEMBERSHIP, with(netlink, socket.NETLINK_ADD_MEMBERSHIP, unix.RTNLGRP_LINK), unix.RTNLGRP_LINK),
		getIf(socket.NETLINK_LIST_MEMBERSHIPS, with(with(netlink, socket.NETLINK_ADD_MEMBERSHIP, unix.RTNLGRP_LINK), socket.NETLINK_ADD_MEMBERSHIP, 33), func(t *testing.T, _ int, got []uint32) {
			if len(got) < 2 || got[0] != 1<<(unix.RTNLGRP_LINK-1) || got[1] != 1 {
				t.Errorf("groups 1 and 33 read as %x", got)
			}
		}),
		change(socket.NETLINK_PKTINFO, netlink, true),
		change(socket.NETLINK_BROADCAST_ERROR, netlink, true),
		change(socket.NETLINK_NO_ENOBUFS, netlink, true),
		change(socket.NETLINK_LISTEN_ALL_NSID, netlink, true),
		change(socket.NETLINK_CAP_ACK, netlink, true),
		change(socket.NETLINK_EXT_ACK, netlink, true),
		change(socket.NETLINK_GET_STRICT_CHK, netlink, true),
		change(socket.SO_VM_SOCKETS_BUFFER_SIZE, vsock, 131072),
		change(socket.SO_VM_SOCKETS_BUFFER_MIN_SIZE, vsock, 4096),
		change(socket.SO_VM_SOCKETS_BUFFER_MAX_SIZE, vsock, 1<<20),
		change(socket.SO_VM_SOCKETS_CONNECT_TIMEOUT, vsock, time.Second),
		has(socket.XDP_UMEM_REG, TestXDPTakesItsMemory),
		set(socket.XDP_UMEM_FILL_RING, xdp, 64),
		set(socket.XDP_UMEM_COMPLETION_RING, xdp, 64),
		set(socket.XDP_RX_RING, xdp, 64),
		set(socket.XDP_TX_RING, xdp, 64),
		getIf(socket.XDP_MMAP_OFFSETS, xdp, func(t *testing.T, _ int, got unix.XDPMmapOffsets) {
			if got.Rx.Desc == 0 || got.Cr.Desc == 0 {
				t.Errorf("it reads %+v", got)
			}
		}),
		get(socket.XDP_STATISTICS, xdp, unix.XDPStatistics{}),
		get(socket.XDP_OPTIONS, xdp, 0),
		set(socket.XDP_MAX_TX_SKB_BUDGET, with(xdp, socket.XDP_TX_RING, 64), 64),
	}
}

func distinct(opt socket.Option[uint64, socket.RO]) func(*testing.T, int, uint64) {
	return func(t *testing.T, fd int, got uint64) {
		other, err := socket.Getsockopt(tcp4(t), opt)
		if again, _ := socket.Getsockopt(fd, opt); got == 0 || got != again || got == other || err != nil {
			t.Errorf("it reads %d, then %d, that of another socket %d, %v", got, again, other, err)
		}
	}
}

func distinctNetns(t *testing.T, fd int, got uint64) {
	same, err := socket.Getsockopt(tcp6(t), socket.SO_NETNS_COOKIE)
	if got == 0 || same != got || err != nil {
		t.Errorf("it reads %d, and %d, %v on another socket", got, same, err)
	}
	testutil.NewNetns(t)
	if other, err := socket.Getsockopt(tcp4(t), socket.SO_NETNS_COOKIE); other == got || err != nil {
		t.Errorf("in another namespace it reads %d, %v too", other, err)
	}
}

func atLeast(n int) func(*testing.T, int, int) {
	return func(t *testing.T, _, got int) {
		if got < n {
			t.Errorf("it reads %d, want %d or more", got, n)
		}
	}
}

// cmsgOf checks that control data begins with such a message. (From IPV6_2292PKTOPTIONS a 64-bit kernel gives 32-bit
// programs the messages of 64-bit ones.)
func cmsgOf(level, typ int32) func(*testing.T, int, []byte) {
	return func(t *testing.T, _ int, got []byte) {
		if len(got) < unix.CmsgSpace(4) {
			t.Fatalf("it reads %d bytes: % x", len(got), got)
		}
		h := (*unix.Cmsghdr)(unsafe.Pointer(&got[0]))
		if strconv.IntSize == 32 && h.Level == 0 && level != 0 {
			h = (*unix.Cmsghdr)(unsafe.Pointer(&got[4]))
		}
		if h.Level != level || h.Type != typ {
			t.Errorf("it reads level %d, type %d: % x", h.Level, h.Type, got)
		}
	}
}

func TestOptionsOfLinux(t *testing.T) {
	for _, r := range optionRows {
		t.Run(r.name, r.run)
	}
}

// 4. What the tables promise.

// A tableLine is an option or a constant in the source.
type tableLine struct {
	name, comment, access string
}

// tableLines reads the options or constants of a source file.
func tableLines(t *testing.T, file string, tok token.Token) (lines []tableLine) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	must(t, "parse", err)
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != tok {
			continue
		}
		for _, s := range decl.Specs {
			spec := s.(*ast.ValueSpec)
			line := tableLine{name: spec.Names[0].Name, comment: strings.TrimSpace(spec.Comment.Text())}
			if tok == token.VAR {
				lit, ok := spec.Values[0].(*ast.CompositeLit)
				if !ok {
					continue // another name of an option
				}
				line.access = lit.Type.(*ast.IndexListExpr).Indices[1].(*ast.Ident).Name
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// sinceOf has the first kernel of each option, as its line says.
var sinceOf = func() map[string]string {
	since := map[string]string{}
	src, _ := os.ReadFile("sockopt_linux.go")
	for _, m := range regexp.MustCompile(`(?m)^\t(\w+) += Option.*; (?:by )?([0-9.]+)(?:, .*)?$`).FindAllSubmatch(src, -1) {
		since[string(m[1])] = string(m[2])
	}
	return since
}()

// inCensus is the C name and level of an option that has another name in Go.
func inCensus(goName string) (name string, ipv6 bool) {
	switch goName {
	case "IP_MULTICAST_IF_MREQN":
		return "IP_MULTICAST_IF", false
	case "PACKET_FANOUT_DATA_BPF":
		return "PACKET_FANOUT_DATA", false
	case "IP_VS_SO_SET", "IP_VS_SO_GET":
		return goName + "_*", false
	}
	if rest, ok := strings.CutPrefix(goName, "IPV6_MCAST_"); ok {
		return "MCAST_" + rest, true
	}
	return strings.TrimSuffix(goName, "_V3"), false
}

// key is a row of the census.
func key(r census.Row) [2]string {
	if strings.HasPrefix(r.Name, "MCAST_") && r.Level == "IPPROTO_IPV6" {
		return [2]string{r.Name, "IPv6"}
	}
	return [2]string{r.Name}
}

func keyOf(goName string) [2]string {
	if name, ipv6 := inCensus(goName); ipv6 {
		return [2]string{name, "IPv6"}
	}
	name, _ := inCensus(goName)
	return [2]string{name}
}

func TestEveryOptionHasACommentARowAndACensusEntry(t *testing.T) {
	rows := map[string]int{}
	f, err := parser.ParseFile(token.NewFileSet(), "sockopt_linux_test.go", nil, 0)
	must(t, "parse", err)
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 2 {
			return true
		}
		kind, ok := call.Fun.(*ast.Ident)
		sel, ok2 := call.Args[0].(*ast.SelectorExpr)
		if ok && ok2 && slices.Contains([]string{"change", "reads", "get", "getIf", "set", "setFails", "getFails", "has"}, kind.Name) {
			rows[sel.Sel.Name]++
		}
		return true
	})
	listed := map[[2]string]census.Row{}
	for _, r := range census.Options() {
		listed[key(r)] = r
	}
	dirs := map[string]string{"RO": "get", "WO": "set", "RW": "both"}
	first := map[[2]string]bool{}
	lines := tableLines(t, "sockopt_linux.go", token.VAR)
	for _, o := range lines {
		if rows[o.name] != 1 {
			t.Errorf("%s has %d rows, want 1", o.name, rows[o.name])
		}
		if !strings.HasPrefix(o.comment, strings.ToLower(o.access)+"; ") {
			t.Errorf("%s is %s, its comment begins %.12q", o.name, o.access, o.comment)
		}
		r, ok := listed[keyOf(o.name)]
		if !ok {
			t.Errorf("%s is not in the census", o.name)
		} else if dirs[o.access] != r.Dir && o.name == r.Name {
			t.Errorf("%s is %s, the census has %s", o.name, o.access, r.Dir)
		}
		first[keyOf(o.name)] = true
	}
	if len(lines) != len(optionRows) {
		t.Errorf("%d options, %d rows", len(lines), len(optionRows))
	}
}

// The counts that the README tells. Whoever adds an option changes them.
func TestEveryOptionOfTheCensusIsTypedOrAConstant(t *testing.T) {
	typed, constants := map[[2]string]bool{}, map[[2]string]bool{}
	for _, o := range tableLines(t, "sockopt_linux.go", token.VAR) {
		typed[keyOf(o.name)] = true
	}
	for _, c := range tableLines(t, "sockopt_consts_linux.go", token.CONST) {
		if c.comment == "" && !strings.HasPrefix(c.name, "SOL_") {
			t.Errorf("the constant %s has no comment", c.name)
		}
		constants[keyOf(c.name)] = true
	}
	got := map[string]int{}
	for _, r := range census.Options() {
		switch {
		case typed[key(r)] && constants[key(r)]:
			t.Errorf("%s is an option and a constant", r.Name)
		case typed[key(r)]:
			got["typed "+r.Tier]++
		case constants[key(r)]:
			got["constant "+r.Tier]++
		default:
			t.Errorf("%s of level %s, tier %s, is missing", r.Name, r.Level, r.Tier)
		}
	}
	want := map[string]int{"typed 1": 183, "typed 2": 63, "constant 2": 62, "typed 3": 44, "constant 3": 189}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options by tier (-want +got)\n%s", diff)
	}
}

func TestTheLinesHaveTheCensusNumbers(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the census has the numbers of x86")
	}
	levels := map[string]int{"SOL_SOCKET": socket.SOL_SOCKET, "IPPROTO_IP": socket.IPPROTO_IP, "IPPROTO_IPV6": socket.IPPROTO_IPV6, "IPPROTO_TCP": socket.IPPROTO_TCP,
		"IPPROTO_UDP": socket.IPPROTO_UDP, "SOL_UDPLITE": socket.SOL_UDPLITE, "SOL_RAW": socket.SOL_RAW, "IPPROTO_ICMPV6": socket.IPPROTO_ICMPV6,
		"SOL_MPTCP": socket.SOL_MPTCP, "SOL_TLS": socket.SOL_TLS, "SOL_PACKET": socket.SOL_PACKET, "SOL_NETLINK": socket.SOL_NETLINK,
		"SOL_XDP": socket.SOL_XDP, "AF_VSOCK": socket.AF_VSOCK}
	listed := map[[2]string]census.Row{}
	for _, r := range census.Options() {
		listed[key(r)] = r
	}
	for _, row := range optionRows {
		r := listed[keyOf(row.name)]
		if level, ok := levels[r.Level]; !ok || row.level != level || strconv.Itoa(row.number) != r.Number {
			t.Errorf("%s is %d, %d, the census has %s, %s", row.name, row.level, row.number, r.Level, r.Number)
		}
	}
	pkg := checker(t).imported
	for _, c := range tableLines(t, "sockopt_consts_linux.go", token.CONST) {
		if r := listed[keyOf(c.name)]; !strings.HasPrefix(c.name, "SOL_") {
			if v := pkg.Scope().Lookup(c.name).(*types.Const).Val().String(); v != r.Number {
				t.Errorf("the constant %s is %s, the census has %s", c.name, v, r.Number)
			}
		}
	}
}

// 5. What the compiler refuses.

type typeChecker struct {
	fset     *token.FileSet
	importer types.Importer
	imported *types.Package
}

var checker = func() func(t *testing.T) *typeChecker {
	once := sync.OnceValues(func() (*typeChecker, error) {
		c := &typeChecker{fset: token.NewFileSet()}
		c.importer = importer.ForCompiler(c.fset, "source", nil)
		var err error
		c.imported, err = c.importer.Import("rawsocket.internal/socket")
		return c, err
	})
	return func(t *testing.T) *typeChecker {
		t.Helper()
		testutil.Program(t, "go")
		c, err := once()
		must(t, "type-check the package", err)
		return c
	}
}()

func TestMisuseOfAnOptionDoesNotCompile(t *testing.T) {
	c := checker(t)
	check := func(body string) error {
		src := "package p\nimport \"rawsocket.internal/socket\"\nfunc f(fd int) {\n" + body + "\n}\nvar _ = socket.Close\n"
		f, err := parser.ParseFile(c.fset, "p.go", src, 0)
		must(t, "parse "+body, err)
		conf := types.Config{Importer: c.importer}
		_, err = conf.Check("p", c.fset, []*ast.File{f}, nil)
		return err
	}
	for _, good := range []string{
		"socket.Setsockopt(fd, socket.SO_REUSEADDR, true)",
		"var v, _ = socket.Getsockopt(fd, socket.SO_SNDBUF); _ = v + 1",
		"socket.Setsockopt(fd, socket.IP_ADD_MEMBERSHIP, socket.IPMreqn{Ifindex: 1})",
		"socket.Set(socket.SO_REUSEPORT, true).Apply(fd)",
	} {
		if err := check(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range [][2]string{
		{"socket.Setsockopt(fd, socket.SO_TYPE, 1)", "RO does not satisfy"},
		{"socket.Setsockopt(fd, socket.TCP_INFO, socket.TCPInfo{})", "RO does not satisfy"},
		{"socket.Set(socket.SO_ERROR, 0)", "RO does not satisfy"},
		{"socket.Getsockopt(fd, socket.SO_ATTACH_FILTER)", "WO does not satisfy"},
		{"socket.Getsockopt(fd, socket.IP_ADD_MEMBERSHIP)", "WO does not satisfy"},
		{"socket.GetsockoptInto(fd, socket.SO_SNDBUFFORCE, new(int))", "WO does not satisfy"},
		{"socket.Setsockopt(fd, socket.SO_REUSEADDR, 1)", "cannot use 1"},
		{"socket.Setsockopt(fd, socket.SO_RCVTIMEO, 1.5)", "truncated"},
		{"socket.Setsockopt(fd, socket.SO_SNDBUF, true)", "cannot use true"},
		{"socket.Setsockopt(fd, socket.SO_MARK, -1)", "overflows"},
		{"socket.Setsockopt(fd, socket.SO_LINGER, 5)", "cannot use 5"},
		{"socket.Setsockopt(fd, socket.MCAST_JOIN_GROUP, socket.IPMreqn{})", "does not match"},
		{"var s string; s, _ = socket.Getsockopt(fd, socket.SO_SNDBUF); _ = s", "cannot use"},
		{"socket.GetsockoptInto(fd, socket.SO_SNDBUF, new(bool))", "does not match"},
		{"_ = socket.Option[bool, socket.RW](socket.SO_SNDBUF)", "cannot convert"},
		{"_ = socket.Option[int, socket.WO](socket.SO_TYPE)", "cannot convert"},
	} {
		if err := check(bad[0]); err == nil || !strings.Contains(err.Error(), bad[1]) {
			t.Errorf("%s: %v, want an error with %q", bad[0], err, bad[1])
		}
	}
}

func TestNewOptionKnowsThePackagesTypes(t *testing.T) {
	for name, same := range map[string]bool{
		"IPMreqn":             socket.NewOption[socket.IPMreqn, socket.WO](socket.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP) == socket.IP_ADD_MEMBERSHIP,
		"IPMreqSource":        socket.NewOption[socket.IPMreqSource, socket.WO](socket.IPPROTO_IP, unix.IP_BLOCK_SOURCE) == socket.IP_BLOCK_SOURCE,
		"IPMsfilter":          socket.NewOption[socket.IPMsfilter, socket.RW](socket.IPPROTO_IP, unix.IP_MSFILTER) == socket.IP_MSFILTER,
		"GroupReq":            socket.NewOption[socket.GroupReq, socket.WO](socket.IPPROTO_IP, unix.MCAST_JOIN_GROUP) == socket.MCAST_JOIN_GROUP,
		"GroupSourceReq":      socket.NewOption[socket.GroupSourceReq, socket.WO](socket.IPPROTO_IP, unix.MCAST_BLOCK_SOURCE) == socket.MCAST_BLOCK_SOURCE,
		"GroupFilter":         socket.NewOption[socket.GroupFilter, socket.RW](socket.IPPROTO_IP, unix.MCAST_MSFILTER) == socket.MCAST_MSFILTER,
		"IPv6Mreq":            socket.NewOption[socket.IPv6Mreq, socket.WO](socket.IPPROTO_IPV6, unix.IPV6_JOIN_GROUP) == socket.IPV6_JOIN_GROUP,
		"In6Pktinfo":          socket.NewOption[socket.In6Pktinfo, socket.WO](socket.IPPROTO_IPV6, unix.IPV6_PKTINFO) == socket.IPV6_PKTINFO,
		"IP6MTUInfo":          socket.NewOption[socket.IP6MTUInfo, socket.RO](socket.IPPROTO_IPV6, unix.IPV6_PATHMTU) == socket.IPV6_PATHMTU,
		"In6FlowlabelReq":     socket.NewOption[socket.In6FlowlabelReq, socket.RW](socket.IPPROTO_IPV6, 32) == socket.IPV6_FLOWLABEL_MGR,
		"PortRange":           socket.NewOption[socket.PortRange, socket.RW](socket.IPPROTO_IP, unix.IP_LOCAL_PORT_RANGE) == socket.IP_LOCAL_PORT_RANGE,
		"AddrPort":            socket.NewOption[netip.AddrPort, socket.RO](socket.IPPROTO_IP, 80) == socket.SO_ORIGINAL_DST,
		"Sockaddr":            socket.NewOption[socket.Sockaddr, socket.RO](socket.SOL_SOCKET, unix.SO_PEERNAME) == socket.SO_PEERNAME,
		"[]uint32":            socket.NewOption[[]uint32, socket.RO](socket.SOL_SOCKET, unix.SO_PEERGROUPS) == socket.SO_PEERGROUPS,
		"[]SockFilter":        socket.NewOption[[]unix.SockFilter, socket.WO](socket.SOL_SOCKET, unix.SO_ATTACH_FILTER) == socket.SO_ATTACH_FILTER,
		"TCPInfo":             socket.NewOption[socket.TCPInfo, socket.RO](socket.IPPROTO_TCP, unix.TCP_INFO) == socket.TCP_INFO,
		"TCPMD5Sig":           socket.NewOption[socket.TCPMD5Sig, socket.WO](socket.IPPROTO_TCP, unix.TCP_MD5SIG) == socket.TCP_MD5SIG,
		"TCPAOAdd":            socket.NewOption[socket.TCPAOAdd, socket.WO](socket.IPPROTO_TCP, 38) == socket.TCP_AO_ADD_KEY,
		"TCPAODel":            socket.NewOption[socket.TCPAODel, socket.WO](socket.IPPROTO_TCP, 39) == socket.TCP_AO_DEL_KEY,
		"TCPAOInfo":           socket.NewOption[socket.TCPAOInfo, socket.RW](socket.IPPROTO_TCP, 40) == socket.TCP_AO_INFO,
		"[]TCPAOKey":          socket.NewOption[[]socket.TCPAOKey, socket.RO](socket.IPPROTO_TCP, 41) == socket.TCP_AO_GET_KEYS,
		"[]TCPRepairOpt":      socket.NewOption[[]socket.TCPRepairOpt, socket.WO](socket.IPPROTO_TCP, unix.TCP_REPAIR_OPTIONS) == socket.TCP_REPAIR_OPTIONS,
		"[]DmabufToken":       socket.NewOption[[]socket.DmabufToken, socket.WO](socket.SOL_SOCKET, unix.SO_DEVMEM_DONTNEED) == socket.SO_DEVMEM_DONTNEED,
		"[]TCPInfo":           socket.NewOption[[]socket.TCPInfo, socket.RO](socket.SOL_MPTCP, 2) == socket.MPTCP_TCPINFO,
		"[]MPTCPSubflowAddrs": socket.NewOption[[]socket.MPTCPSubflowAddrs, socket.RO](socket.SOL_MPTCP, 3) == socket.MPTCP_SUBFLOW_ADDRS,
		"MPTCPFullInfo":       socket.NewOption[socket.MPTCPFullInfo, socket.RO](socket.SOL_MPTCP, 4) == socket.MPTCP_FULL_INFO,
		"TLSCryptoInfo":       socket.NewOption[socket.TLSCryptoInfo, socket.RW](socket.SOL_TLS, 1) == socket.TLS_TX,
		"FanoutArgs":          socket.NewOption[socket.FanoutArgs, socket.RW](socket.SOL_PACKET, unix.PACKET_FANOUT) == socket.PACKET_FANOUT,
	} {
		if !same {
			t.Errorf("NewOption of %s makes another option than the table has", name)
		}
	}
	// An address that another option gives in full, and one that is set.
	fd := tcp4c(t)
	_, err := socket.Getsockopt(fd, socket.NewOption[socket.Sockaddr, socket.RO](socket.IPPROTO_TCP, unix.TCP_KEEPCNT))
	must(t, "an int read as an address", err)
	fd = unixStream(t) // which keeps any number
	setOpt(t, fd, socket.NewOption[socket.Sockaddr, socket.WO](socket.SOL_SOCKET, unix.SO_PEEK_OFF), loopback4)
	if got := getOpt(t, fd, socket.SO_PEEK_OFF); uint32(got) != binary.NativeEndian.Uint32(loopback4.Bytes()) {
		t.Errorf("the beginning of %v set to an int reads %#x", loopback4, got)
	}
}

// 6. Values: what is refused, how enumerations print.

func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	tcp, udp, tcpv6 := tcp4(t), udp4(t), tcp6(t)
	large := make([]byte, 81)
	for what, err := range map[string]error{
		"TCP_USER_TIMEOUT of -1ns":          socket.Setsockopt(tcp, socket.TCP_USER_TIMEOUT, -1),
		"TCP_USER_TIMEOUT of 25 days":       socket.Setsockopt(tcp, socket.TCP_USER_TIMEOUT, 25*24*time.Hour),
		"SO_BUSY_POLL of -1us":              socket.Setsockopt(udp, socket.SO_BUSY_POLL, -time.Microsecond),
		"SO_BUSY_POLL of an hour":           socket.Setsockopt(udp, socket.SO_BUSY_POLL, time.Hour),
		"TCP_LINGER2 of 70 years":           socket.Setsockopt(tcp, socket.TCP_LINGER2, 70*365*24*time.Hour),
		"IP_ADD_MEMBERSHIP of IPv6":         socket.Setsockopt(udp, socket.IP_ADD_MEMBERSHIP, socket.IPMreqn{Multiaddr: group6}),
		"IP_MULTICAST_IF of IPv6":           socket.Setsockopt(udp, socket.IP_MULTICAST_IF, ip("::1")),
		"IPV6_ADD_MEMBERSHIP of IPv4":       socket.Setsockopt(tcpv6, socket.IPV6_ADD_MEMBERSHIP, socket.IPv6Mreq{Multiaddr: group4}),
		"IP_MSFILTER of IPv6":               socket.Setsockopt(udp, socket.IP_MSFILTER, socket.IPMsfilter{Multiaddr: group4, Slist: []netip.Addr{sender6}}),
		"TCP_MD5SIG with a key of 81 bytes": socket.Setsockopt(tcp, socket.TCP_MD5SIG, socket.TCPMD5Sig{Addr: loAddr, Key: large}),
		"SO_ATTACH_FILTER of 65536":         socket.Setsockopt(udp, socket.SO_ATTACH_FILTER, make([]unix.SockFilter, 65536)),
		"TLS_TX with a short key":           socket.Setsockopt(tcp, socket.TLS_TX, socket.TLSCryptoInfo{Version: socket.TLS_1_3_VERSION, Cipher_type: socket.TLS_CIPHER_AES_GCM_128}),
		"TLS_TX of no cipher":               socket.Setsockopt(tcp, socket.TLS_TX, socket.TLSCryptoInfo{}),
		"SO_BUF_LOCK of 4":                  socket.Setsockopt(tcp, socket.SO_BUF_LOCK, 4),
		"SO_TXREHASH of its header's 255":   socket.Setsockopt(tcp, socket.SO_TXREHASH, socket.SOCK_TXREHASH_DEFAULT),
		"UDP_SEGMENT of 65536":              socket.Setsockopt(udp, socket.UDP_SEGMENT, 65536),
		"TCP_FASTOPEN_KEY of 8 bytes":       socket.Setsockopt(tcp, socket.TCP_FASTOPEN_KEY, large[:8]),
	} {
		wantErr(t, what, err, unix.EINVAL)
	}
	if strconv.IntSize == 64 {
		big := 1
		big <<= 31
		wantErr(t, "SO_SNDBUF of 1<<31", socket.Setsockopt(tcp, socket.SO_SNDBUF, big), unix.EINVAL)
		wantErr(t, "IP_UNICAST_IF of 1<<31", socket.Setsockopt(udp, socket.IP_UNICAST_IF, big), unix.EINVAL)
		wantErr(t, "an Ifindex of 1<<31", socket.Setsockopt(udp, socket.IP_ADD_MEMBERSHIP, socket.IPMreqn{Multiaddr: group4, Ifindex: big}), unix.EINVAL)
		wantErr(t, "a TCPMD5Sig Ifindex of 1<<31", socket.Setsockopt(tcp, socket.TCP_MD5SIG, socket.TCPMD5Sig{Addr: loAddr, Ifindex: big}), unix.EINVAL)
	}
	name := "a-name-of-16-byte"
	wantErr(t, "SO_BINDTODEVICE of 17 bytes", socket.Setsockopt(tcp, socket.SO_BINDTODEVICE, name), unix.ENODEV)
	wantErr(t, "TCP_CONGESTION of 17 bytes", socket.Setsockopt(tcp, socket.TCP_CONGESTION, name), unix.ENOENT)
	wantErr(t, "TCP_ULP of 17 bytes", socket.Setsockopt(tcp, socket.TCP_ULP, name), unix.ENOENT)
	wantErr(t, "an algorithm of 64 bytes", socket.Setsockopt(tcp, socket.TCP_AO_ADD_KEY, socket.TCPAOAdd{Addr: loAddr, Alg_name: strings.Repeat("x", 64)}), unix.ENAMETOOLONG)
}

func TestNegativeValuesThatHaveAMeaningKeepIt(t *testing.T) {
	tcp, udp, udpv6 := tcp4(t), udp4(t), udp6(t)
	must(t, "Setsockopt TCP_LINGER2", socket.Setsockopt(tcp, socket.TCP_LINGER2, -7*time.Millisecond))
	if d, err := socket.Getsockopt(tcp, socket.TCP_LINGER2); d != -time.Second || err != nil {
		t.Errorf("a negative TCP_LINGER2 reads %v, %v, want -1s", d, err)
	}
	must(t, "Setsockopt TCP_LINGER2", socket.Setsockopt(tcp, socket.TCP_LINGER2, 1500*time.Millisecond))
	if d, err := socket.Getsockopt(tcp, socket.TCP_LINGER2); d != 2*time.Second || err != nil {
		t.Errorf("TCP_LINGER2 of 1.5 s reads %v, %v, want 2s", d, err)
	}
	check := func(opt socket.Option[int, socket.RW], fd, changed, start int) {
		t.Helper()
		must(t, "Setsockopt", socket.Setsockopt(fd, opt, changed))
		must(t, "Setsockopt -1", socket.Setsockopt(fd, opt, -1))
		if v, err := socket.Getsockopt(fd, opt); v != start || err != nil {
			t.Errorf("%s of -1 reads %d, %v, want the default, %d", opt, v, err, start)
		}
	}
	check(socket.IP_TTL, udp, 9, 64)
	check(socket.IP_MULTICAST_TTL, udp, 9, 1)
	check(socket.IPV6_UNICAST_HOPS, udpv6, 9, 64)
	check(socket.IPV6_MULTICAST_HOPS, udpv6, 9, 1)
	check(socket.IPV6_TCLASS, udpv6, 9, 0)
	check(socket.SO_PEEK_OFF, udp, 9, -1)
	must(t, "Setsockopt SO_TXREHASH", socket.Setsockopt(tcp, socket.SO_TXREHASH, socket.SOCK_TXREHASH_DISABLED))
	must(t, "Setsockopt SO_TXREHASH -1", socket.Setsockopt(tcp, socket.SO_TXREHASH, -1))
	if v, err := socket.Getsockopt(tcp, socket.SO_TXREHASH); v != socket.SOCK_TXREHASH_ENABLED || err != nil {
		t.Errorf("SO_TXREHASH of -1 reads %v, %v, want net.core.txrehash", v, err)
	}
}

func TestMaxPacingRateIsOneNumberOnEveryMachine(t *testing.T) {
	fd := tcp4(t)
	for _, rate := range []uint64{1, 1 << 31, 1<<32 - 2, 1<<64 - 1} {
		must(t, "Setsockopt", socket.Setsockopt(fd, socket.SO_MAX_PACING_RATE, 5))
		must(t, "Setsockopt", socket.Setsockopt(fd, socket.SO_MAX_PACING_RATE, rate))
		if v, err := socket.Getsockopt(fd, socket.SO_MAX_PACING_RATE); v != rate || err != nil {
			t.Errorf("SO_MAX_PACING_RATE of %d reads %d, %v", rate, v, err)
		}
	}
	if err := socket.Setsockopt(fd, socket.SO_MAX_PACING_RATE, 1<<40); strconv.IntSize == 32 {
		wantErr(t, "a rate of 41 bits", err, unix.EINVAL)
	} else if v, err := socket.Getsockopt(fd, socket.SO_MAX_PACING_RATE); v != 1<<40 || err != nil {
		t.Errorf("SO_MAX_PACING_RATE of 1<<40 reads %d, %v", v, err)
	}
}

func TestEnumerationsPrintAsCNames(t *testing.T) {
	for want, v := range map[string]any{
		"TCP_CA_Recovery":                      socket.TCP_CA_Recovery,
		"TCPCAState(9)":                        socket.TCPCAState(9),
		"TFO_COOKIE_UNAVAILABLE":               socket.TFO_COOKIE_UNAVAILABLE,
		"TCPI_OPT_SACK|TCPI_OPT_WSCALE":        socket.TCPI_OPT_SACK | socket.TCPI_OPT_WSCALE,
		"TCP_REPAIR_OFF_NO_WP":                 socket.TCP_REPAIR_OFF_NO_WP,
		"TCPRepairMode(2)":                     socket.TCPRepairMode(2),
		"TCP_SEND_QUEUE":                       socket.TCP_SEND_QUEUE,
		"IPTOS_DSCP_EF|IPTOS_ECN_ECT0":         socket.TOS(socket.IPTOS_DSCP_EF | socket.IPTOS_ECN_ECT0),
		"IPTOS_LOWDELAY":                       socket.TOS(0x10),
		"TOS(12)":                              socket.TOS(12),
		"TOS(-1)":                              socket.TOS(-1),
		"MCAST_INCLUDE":                        socket.MCAST_INCLUDE,
		"MCASTMode(-1)":                        socket.MCASTMode(-1),
		"IPV6_PREFER_SRC_CGA|0x10":             socket.IPV6_PREFER_SRC_CGA | 0x10,
		"UDP_ENCAP_L2TPINUDP":                  socket.UDP_ENCAP_L2TPINUDP,
		"0":                                    socket.BufLock(0),
		"BufLock(64)":                          socket.BufLock(64),
		"SOCK_SNDBUF_LOCK|SOCK_RCVBUF_LOCK":    socket.BufLock(3),
		"SOCK_TXREHASH_ENABLED":                socket.Txrehash(1),
		"Txrehash(-1)":                         socket.Txrehash(-1),
		"SOF_TIMESTAMPING_TX_COMPLETION":       socket.SOF_TIMESTAMPING_TX_COMPLETION,
		"SOF_TXTIME_REPORT_ERRORS":             socket.SOF_TXTIME_REPORT_ERRORS,
		"MPTCP_INFO_FLAG_FALLBACK":             socket.MPTCP_INFO_FLAG_FALLBACK,
		"TLS_1_3_VERSION":                      socket.TLS_1_3_VERSION,
		"TLS_CIPHER_CHACHA20_POLY1305":         socket.TLS_CIPHER_CHACHA20_POLY1305,
		"TLSCipher(50)":                        socket.TLSCipher(50),
		"PACKET_FANOUT_CBPF":                   socket.PACKET_FANOUT_CBPF,
		"PACKET_FANOUT_FLAG_DEFRAG":            socket.PACKET_FANOUT_FLAG_DEFRAG,
		"TPACKET_V3":                           socket.TPACKET_V3,
		"TCP_LISTEN":                           socket.TCP_LISTEN,
		"IP_PMTUDISC_PROBE":                    socket.IP_PMTUDISC_PROBE,
		"SOF_TIMESTAMPING_SOFTWARE|0x80000000": socket.SOF_TIMESTAMPING_SOFTWARE | 1<<31,
	} {
		if got := v.(interface{ String() string }).String(); got != want {
			t.Errorf("%#v prints as %s, want %s", v, got, want)
		}
	}
	if got := socket.Set(socket.SO_TIMESTAMPING, socket.Timestamping{Flags: socket.SOF_TIMESTAMPING_RX_SOFTWARE}).String(); got != "SO_TIMESTAMPING={Flags:SOF_TIMESTAMPING_RX_SOFTWARE Bind_phc:0}" {
		t.Errorf("a Setting prints as %s", got)
	}
}
