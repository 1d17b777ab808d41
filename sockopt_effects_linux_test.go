package socket_test

// This file holds what options of Linux do: to values that need a state, in section 1, and to traffic, in section 2,
// between two namespaces where that shows it.

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
)

func at(s string) socket.Sockaddr { return socket.SockaddrIn(netip.MustParseAddrPort(s)) }

// setOpt sets an option that must be settable.
func setOpt[T any, A socket.Writable](t testing.TB, fd int, opt socket.Option[T, A], v T) {
	t.Helper()
	succeeds(t, opt.String(), "Setsockopt", socket.Setsockopt(fd, opt, v))
}

// getOpt reads an option that must be readable.
func getOpt[T any, A socket.Readable](t testing.TB, fd int, opt socket.Option[T, A]) T {
	t.Helper()
	v, err := socket.Getsockopt(fd, opt)
	succeeds(t, opt.String(), "Getsockopt", err)
	return v
}

// hears reports what a socket receives within the time it takes a datagram to come, and from whom.
func hears(t testing.TB, fd int) (text string, from netip.Addr, ok bool) {
	t.Helper()
	setOpt(t, fd, socket.SO_RCVTIMEO, 250*time.Millisecond)
	var b [64]byte
	n, addr, err := socket.Recvfrom(fd, b[:], 0)
	if err == unix.EAGAIN {
		return "", netip.Addr{}, false
	}
	must(t, "Recvfrom", err)
	return string(b[:n]), addr.AddrPort().Addr(), true
}

func sendTo(t testing.TB, fd int, text string, to socket.Sockaddr) {
	t.Helper()
	_, err := socket.Sendto(fd, []byte(text), 0, to)
	must(t, "Sendto "+to.String(), err)
}

func boundTo(t testing.TB, s sock, to string) int {
	t.Helper()
	fd := s(t)
	setOpt(t, fd, socket.SO_REUSEADDR, true)
	must(t, "Bind "+to, socket.Bind(fd, at(to)))
	return fd
}

func index(t testing.TB, name string) int {
	t.Helper()
	i, err := socket.IfNametoindex(name)
	must(t, "IfNametoindex "+name, err)
	return i
}

// ready6 waits until the interfaces of this namespace have their link-local addresses: before, the kernel drops
// IPv6 multicast.
func ready6(t testing.TB) {
	t.Helper()
	testutil.Eventually(t, "IPv6 is ready", func() bool {
		const tentative = 0x40
		addrs, err := os.ReadFile("/proc/thread-self/net/if_inet6")
		must(t, "if_inet6", err)
		local := false
		for line := range strings.Lines(string(addrs)) {
			f := strings.Fields(line)
			flags, _ := strconv.ParseUint(f[4], 16, 32)
			if flags&tentative != 0 {
				return false
			}
			local = local || strings.HasPrefix(f[0], "fe80")
		}
		return local
	})
}

// 1. Values that need a state.

func TestPeernameIsThePeersAddress(t *testing.T) {
	path := local(t, socket.AF_UNIX)
	l, toPath := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0), newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0)
	must(t, "Bind", socket.Bind(l, path))
	must(t, "Listen", socket.Listen(l, 1))
	must(t, "Connect", socket.Connect(toPath, path))
	for name, fd := range map[string]int{"tcp4": tcp4c(t), "tcp6": tcp6c(t), "a socket pair": unixPair(t), "a path": toPath} {
		want, err := socket.Getpeername(fd)
		must(t, "Getpeername", err)
		if got, err := socket.Getsockopt(fd, socket.SO_PEERNAME); got != want || err != nil {
			t.Errorf("%s: SO_PEERNAME = %v (%d bytes), %v, want %v (%d)", name, got, got.Len(), err, want, want.Len())
		}
		testutil.Allocs(t, "SO_PEERNAME", func() { socket.Getsockopt(fd, socket.SO_PEERNAME) })
	}
	_, err := socket.Getsockopt(tcp4(t), socket.SO_PEERNAME)
	wantErr(t, "SO_PEERNAME without a peer", err, unix.ENOTCONN)
}

func TestObsoleteOptionsDoNothing(t *testing.T) {
	fd := tcp4(t)
	for _, opt := range []socket.Option[bool, socket.RW]{socket.SO_BSDCOMPAT, socket.TCP_THIN_DUPACK} {
		setOpt(t, fd, opt, true)
		if getOpt(t, fd, opt) {
			t.Errorf("%s turns on, though it is obsolete", opt)
		}
		testutil.Allocs(t, opt.String(), func() { socket.Setsockopt(fd, opt, true); socket.Getsockopt(fd, opt) })
	}
}

func TestFilterComesBackAndFilters(t *testing.T) {
	fd := boundTo(t, udp4, "127.0.0.1:0")
	self, _ := socket.Getsockname(fd)
	if got := getOpt(t, fd, socket.SO_GET_FILTER); len(got) != 0 {
		t.Errorf("SO_GET_FILTER without one = %v", got)
	}
	// Keep datagrams that begin with a, behind the 8 bytes of the UDP header.
	prog := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 8},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: 'a', Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: 0xffffffff},
		{Code: unix.BPF_RET | unix.BPF_K, K: 0},
	}
	setOpt(t, fd, socket.SO_ATTACH_FILTER, prog)
	testutil.Allocs(t, "SO_ATTACH_FILTER", func() { socket.Setsockopt(fd, socket.SO_ATTACH_FILTER, prog) })
	if diff := cmp.Diff(prog, getOpt(t, fd, socket.SO_GET_FILTER)); diff != "" {
		t.Errorf("SO_GET_FILTER (-want +got)\n%s", diff)
	}
	space := make([]unix.SockFilter, 0, 16)
	if n, err := socket.GetsockoptInto(fd, socket.SO_GET_FILTER, &space); n != 8*len(prog) || len(space) != len(prog) || cap(space) != 16 || err != nil {
		t.Errorf("GetsockoptInto a slice of 16 = %d, %v, %d of them", n, err, len(space))
	}
	sendTo(t, fd, "b", self)
	sendTo(t, fd, "a", self)
	if got, _, _ := hears(t, fd); got != "a" {
		t.Errorf("through the filter came %q", got)
	}
	setOpt(t, fd, socket.SO_DETACH_FILTER, struct{}{})
	wantErr(t, "SO_DETACH_FILTER again", socket.Setsockopt(fd, socket.SO_DETACH_FILTER, struct{}{}), unix.ENOENT)
	sendTo(t, fd, "b", self)
	if got, _, _ := hears(t, fd); got != "b" {
		t.Errorf("without the filter came %q", got)
	}
	setOpt(t, fd, socket.SO_LOCK_FILTER, true)
	wantErr(t, "SO_ATTACH_FILTER when locked", socket.Setsockopt(fd, socket.SO_ATTACH_FILTER, prog), unix.EPERM)
}

// loadEBPF loads a program that returns v.
func loadEBPF(t *testing.T, v int32) int {
	t.Helper()
	insns := []uint64{0xb7 | uint64(uint32(v))<<32, 0x95} // r0 = v; exit
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		insns = []uint64{0xb7<<56 | uint64(uint32(v)), 0x95 << 56}
	}
	license := []byte("GPL\x00")
	attr := [16]uint64{}
	*(*[2]uint32)(unsafe.Pointer(&attr)) = [2]uint32{unix.BPF_PROG_TYPE_SOCKET_FILTER, uint32(len(insns))}
	var pinner runtime.Pinner
	defer pinner.Unpin()
	pinner.Pin(&insns[0])
	pinner.Pin(&license[0])
	attr[1], attr[2] = uint64(uintptr(unsafe.Pointer(&insns[0]))), uint64(uintptr(unsafe.Pointer(&license[0])))
	fd, _, e := unix.Syscall(unix.SYS_BPF, unix.BPF_PROG_LOAD, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	if e == unix.EPERM || e == unix.ENOSYS {
		t.Skipf("needs bpf(2): %v", e)
	} else if e != 0 {
		t.Fatalf("BPF_PROG_LOAD: %v", e)
	}
	t.Cleanup(func() { socket.Close(int(fd)) })
	return int(fd)
}

func TestEBPFProgramsAttach(t *testing.T) {
	dropAll, first := loadEBPF(t, 0), loadEBPF(t, 0)
	fd := boundTo(t, udp4, "127.0.0.1:0")
	self, _ := socket.Getsockname(fd)
	setOpt(t, fd, socket.SO_ATTACH_BPF, dropAll)
	testutil.Allocs(t, "SO_ATTACH_BPF", func() { socket.Setsockopt(fd, socket.SO_ATTACH_BPF, dropAll) })
	sendTo(t, fd, "x", self)
	if got, _, ok := hears(t, fd); ok {
		t.Errorf("through a program that drops all came %q", got)
	}
	setOpt(t, fd, socket.SO_DETACH_BPF, struct{}{})
	wantErr(t, "SO_ATTACH_BPF of no descriptor", socket.Setsockopt(fd, socket.SO_ATTACH_BPF, -1), unix.EBADF)

	a, b := with(udp4, socket.SO_REUSEPORT, true)(t), with(udp4, socket.SO_REUSEPORT, true)(t)
	must(t, "Bind", socket.Bind(a, loopback4))
	shared, _ := socket.Getsockname(a)
	must(t, "Bind", socket.Bind(b, shared))
	setOpt(t, a, socket.SO_ATTACH_REUSEPORT_EBPF, first)
	testutil.Allocs(t, "SO_ATTACH_REUSEPORT_EBPF", func() { socket.Setsockopt(a, socket.SO_ATTACH_REUSEPORT_EBPF, first) })
	for range 16 {
		sendTo(t, udp4(t), "x", shared)
		if _, _, ok := hears(t, a); !ok {
			t.Fatal("a datagram went to another than the first socket")
		}
	}

	testutil.NewNetns(t)
	p := packet(t)
	must(t, "Bind", socket.Bind(p, socket.SockaddrLl(unix.ETH_P_ALL, loIndex, nil)))
	setOpt(t, p, socket.PACKET_FANOUT, socket.FanoutArgs{Id: 9, Type: socket.PACKET_FANOUT_EBPF})
	setOpt(t, p, socket.PACKET_FANOUT_DATA_BPF, first)
	testutil.Allocs(t, "PACKET_FANOUT_DATA_BPF", func() { socket.Setsockopt(p, socket.PACKET_FANOUT_DATA_BPF, first) })
}

func TestPeergroupsOfAnyNumber(t *testing.T) {
	fd := unixPair(t)
	want, err := unix.Getgroups()
	must(t, "Getgroups", err)
	if got := getOpt(t, fd, socket.SO_PEERGROUPS); len(got) != len(want) {
		t.Errorf("SO_PEERGROUPS = %v, want %v", got, want)
	}
	_, err = socket.Getsockopt(unixStream(t), socket.SO_PEERGROUPS)
	wantErr(t, "SO_PEERGROUPS without a peer", err, unix.ENODATA)
	if !privileged() || strconv.IntSize == 32 {
		t.Skip("needs CAP_SETGID, and setgroups with wide numbers, for many groups")
	}
	many := make([]uint32, 300)
	for i := range many {
		many[i] = uint32(100_000 + i)
	}
	// Of this thread only, which ends with the test.
	runtime.LockOSThread()
	if _, _, e := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(many)), uintptr(unsafe.Pointer(&many[0])), 0); e != 0 {
		t.Fatalf("setgroups: %v", e)
	}
	fd = unixPair(t)
	if got := getOpt(t, fd, socket.SO_PEERGROUPS); !slices.Equal(got, many) {
		t.Errorf("SO_PEERGROUPS gives %d groups, want %d", len(got), len(many))
	}
	space := make([]uint32, 0, 300)
	if n, err := socket.GetsockoptInto(fd, socket.SO_PEERGROUPS, &space); n != 1200 || !slices.Equal(space, many) || err != nil {
		t.Errorf("GetsockoptInto = %d, %v, %d groups", n, err, len(space))
	}
}

func TestPeerpidfdIsOwnedAndCloseOnExec(t *testing.T) {
	fd := unixPair(t)
	a, b := getOpt(t, fd, socket.SO_PEERPIDFD), getOpt(t, fd, socket.SO_PEERPIDFD)
	defer socket.Close(a)
	defer socket.Close(b)
	if a == b {
		t.Error("two reads give one descriptor")
	}
	for _, pidfd := range []int{a, b} {
		if on, err := socket.Cloexec(pidfd); !on || err != nil {
			t.Errorf("SO_PEERPIDFD: close-on-exec %v, %v", on, err)
		}
	}
	info, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", a))
	must(t, "fdinfo", err)
	if want := fmt.Sprintf("Pid:\t%d\n", os.Getpid()); !strings.Contains(string(info), want) {
		t.Errorf("it is of another process: %s", info)
	}
	if v, err := socket.Getsockopt(unixStream(t), socket.SO_PEERPIDFD); v != -1 || err != unix.ENODATA {
		t.Errorf("SO_PEERPIDFD without a peer = %d, %v, want -1, ENODATA", v, err)
	}
}

func TestCCInfoIsTheAlgorithms(t *testing.T) {
	fd := tcp4c(t)
	available, err := os.ReadFile("/proc/sys/net/ipv4/tcp_available_congestion_control")
	must(t, "the list", err)
	for name, size := range map[string]int{"reno": 0, "bbr": 20, "vegas": 16, "dctcp": 16} {
		if !slices.Contains(strings.Fields(string(available)), name) {
			t.Logf("this kernel lacks %s", name)
			continue
		}
		setOpt(t, fd, socket.TCP_CONGESTION, name)
		var info socket.TCPCCInfo
		n, err := socket.GetsockoptInto(fd, socket.TCP_CC_INFO, &info)
		if n != size || err != nil {
			t.Errorf("TCP_CC_INFO of %s: %d bytes, %v, want %d", name, n, err, size)
		}
		if name == "bbr" && info.BBR().Min_rtt == 0 {
			t.Errorf("bbr: %+v", info.BBR())
		}
	}
	testutil.Allocs(t, "TCP_CC_INFO", func() { socket.Getsockopt(fd, socket.TCP_CC_INFO) })
	info := socket.TCPCCInfo{1, 2, 3, 4, 5}
	if v := info.Vegas(); v != (socket.TCPVegasInfo{Enabled: 1, Rttcnt: 2, Rtt: 3, Minrtt: 4}) {
		t.Errorf("Vegas() = %+v", v)
	}
	if b := info.BBR(); b.Bw() != 2<<32|1 || b.Cwnd_gain != 5 {
		t.Errorf("BBR() = %+v", b)
	}
	if d := info.DCTCP(); d.Alpha != 2 || d.Ab_tot != 4 || uint32(d.Enabled)|uint32(d.Ce_state) != 1 {
		t.Errorf("DCTCP() = %+v", d)
	}
}

func TestSavedSynIsGivenOnceAndWhole(t *testing.T) {
	l := with(listening4, socket.TCP_SAVE_SYN, 1)(t)
	self, _ := socket.Getsockname(l)
	accepted := func() int {
		must(t, "Connect", socket.Connect(tcp4(t), self))
		a, _, err := socket.Accept(l)
		must(t, "Accept", err)
		t.Cleanup(func() { socket.Close(a) })
		return a
	}
	a := accepted()
	syn := getOpt(t, a, socket.TCP_SAVED_SYN)
	if len(syn) < 40 || syn[0]>>4 != 4 || syn[33]&2 == 0 {
		t.Errorf("TCP_SAVED_SYN = % x, want the headers of a SYN", syn)
	}
	if again := getOpt(t, a, socket.TCP_SAVED_SYN); len(again) != 0 {
		t.Errorf("TCP_SAVED_SYN again = % x", again)
	}
	for _, size := range []int{10, len(syn), len(syn) + 1} { // too small, just right, larger
		space := make([]byte, 0, size)
		if n, err := socket.GetsockoptInto(accepted(), socket.TCP_SAVED_SYN, &space); n != len(syn) || len(space) != len(syn) || err != nil {
			t.Errorf("GetsockoptInto %d bytes = %d, %v, %d bytes; want %d", size, n, err, len(space), len(syn))
		}
	}
	_, err := socket.Getsockopt(newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0), socket.TCP_SAVED_SYN)
	wantErr(t, "TCP_SAVED_SYN of a unix socket", err, unix.EOPNOTSUPP)
}

func TestReceiveByMappingTakesAndGives(t *testing.T) {
	c, a := joinedPair(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	_, err := socket.Send(c, []byte("hello"), 0)
	must(t, "Send", err)
	var zc socket.TCPZerocopyReceive
	testutil.Eventually(t, "the data are there", func() bool {
		n, err := socket.GetsockoptInto(a, socket.TCP_ZEROCOPY_RECEIVE, &zc)
		succeeds(t, "TCP_ZEROCOPY_RECEIVE", "GetsockoptInto", err)
		return zc.Inq == 5 && n >= 16
	})
	testutil.Allocs(t, "TCP_ZEROCOPY_RECEIVE", func() { socket.Getsockopt(a, socket.TCP_ZEROCOPY_RECEIVE) })
	// What the value holds goes to the kernel: an address, which must be a page's, and a length.
	page := uint64(os.Getpagesize())
	zc = socket.TCPZerocopyReceive{Address: page, Length: uint32(page)}
	_, err = socket.GetsockoptInto(a, socket.TCP_ZEROCOPY_RECEIVE, &zc)
	if zc.Length != 0 || zc.Recv_skip_hint != 5 || err != nil {
		t.Errorf("5 bytes, less than a page: %+v, %v; want them left to recv", zc, err)
	}
	zc = socket.TCPZerocopyReceive{Address: page + 1, Length: uint32(page)}
	_, err = socket.GetsockoptInto(a, socket.TCP_ZEROCOPY_RECEIVE, &zc)
	wantErr(t, "TCP_ZEROCOPY_RECEIVE into no page", err, unix.EINVAL)
	_, err = socket.Getsockopt(listening4(t), socket.TCP_ZEROCOPY_RECEIVE)
	wantErr(t, "TCP_ZEROCOPY_RECEIVE of a listener", err, unix.ENOTCONN)
}

func TestMPTCPTellsOfItsSubflows(t *testing.T) {
	c, a := joinedPair(t, socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP)
	_, err := socket.Send(c, []byte("hello"), 0)
	must(t, "Send", err)
	_, err = socket.Recv(a, make([]byte, 5), 0)
	must(t, "Recv", err)
	name, _ := socket.Getsockname(c)
	peer, _ := socket.Getpeername(c)

	var info socket.MPTCPInfo
	n, err := socket.GetsockoptInto(c, socket.MPTCP_INFO, &info)
	succeeds(t, "MPTCP_INFO", "Getsockopt", err)
	if n < 48 || info.Flags&socket.MPTCP_INFO_FLAG_FALLBACK != 0 || info.Token == 0 || n >= 80 && info.Bytes_sent != 5 {
		t.Errorf("MPTCP_INFO: %d bytes, %+v", n, info)
	}
	testutil.Allocs(t, "MPTCP_INFO", func() { socket.Getsockopt(c, socket.MPTCP_INFO) })
	infos := getOpt(t, c, socket.MPTCP_TCPINFO)
	if len(infos) != 1 || infos[0].State != socket.TCP_ESTABLISHED || infos[0].Snd_mss == 0 {
		t.Errorf("MPTCP_TCPINFO = %+v", infos)
	}
	ends := socket.MPTCPSubflowAddrs{Local: name, Remote: peer}
	if diff := cmp.Diff([]socket.MPTCPSubflowAddrs{ends}, getOpt(t, c, socket.MPTCP_SUBFLOW_ADDRS), byValue); diff != "" {
		t.Errorf("MPTCP_SUBFLOW_ADDRS (-want +got)\n%s", diff)
	}
	full := getOpt(t, c, socket.MPTCP_FULL_INFO)
	if len(full.Tcp_info) != 1 || full.Tcp_info[0].State != socket.TCP_ESTABLISHED || full.Mptcp_info.Token != info.Token {
		t.Errorf("MPTCP_FULL_INFO = %+v", full)
	}
	if len(full.Subflow_info) != 1 || full.Subflow_info[0].Addrs != ends {
		t.Errorf("MPTCP_FULL_INFO: subflows %+v, want %+v", full.Subflow_info, ends)
	}
	if state := getOpt(t, c, socket.TCP_INFO).State; state != socket.TCP_ESTABLISHED {
		t.Errorf("TCP_INFO of MPTCP: %v", state)
	}
	for _, err := range []error{
		second(socket.Getsockopt(tcp4c(t), socket.MPTCP_INFO)), second(socket.Getsockopt(tcp4c(t), socket.MPTCP_TCPINFO)),
		second(socket.Getsockopt(tcp4c(t), socket.MPTCP_SUBFLOW_ADDRS)), second(socket.Getsockopt(tcp4c(t), socket.MPTCP_FULL_INFO)),
	} {
		wantErr(t, "an option of MPTCP on TCP", err, unix.EOPNOTSUPP)
	}
}

func second[T any](_ T, err error) error { return err }

// This kernel has no TLS; but an extension header of IPv6 is kept as it is, if its second byte gives its length.
func TestTLSCryptoInfoIsLaidOutAsC(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		t.Skip("needs a little-endian machine, where that byte is the version's")
	}
	fd := udp6(t)
	kept := socket.NewOption[socket.TLSCryptoInfo, socket.RW](socket.IPPROTO_IPV6, unix.IPV6_DSTOPTS)
	seq := func(from byte, n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = from + byte(i)
		}
		return b
	}
	for cipher, parts := range map[socket.TLSCipher][4]int{
		socket.TLS_CIPHER_AES_GCM_128: {8, 16, 4, 8}, socket.TLS_CIPHER_AES_GCM_256: {8, 32, 4, 8}, socket.TLS_CIPHER_AES_CCM_128: {8, 16, 4, 8},
		socket.TLS_CIPHER_CHACHA20_POLY1305: {12, 32, 0, 8}, socket.TLS_CIPHER_SM4_GCM: {8, 16, 4, 8}, socket.TLS_CIPHER_SM4_CCM: {8, 16, 4, 8},
		socket.TLS_CIPHER_ARIA_GCM_128: {8, 16, 4, 8}, socket.TLS_CIPHER_ARIA_GCM_256: {8, 32, 4, 8},
	} {
		size := 4 + parts[0] + parts[1] + parts[2] + parts[3]
		info := socket.TLSCryptoInfo{Version: socket.TLSVersion(size/8-1)<<8 | 3, Cipher_type: cipher,
			Iv: seq(10, parts[0]), Key: seq(50, parts[1]), Salt: seq(100, parts[2]), Rec_seq: seq(200, parts[3])}
		setOpt(t, fd, kept, info)
		want := append(slices.Concat([]byte{3, byte(size/8 - 1), byte(cipher), 0}, info.Iv, info.Key, info.Salt), info.Rec_seq...)
		if got := getOpt(t, fd, socket.IPV6_DSTOPTS); !slices.Equal(got, want) {
			t.Errorf("%v is\n% x, want\n% x", cipher, got, want)
		}
		if diff := cmp.Diff(info, getOpt(t, fd, kept)); diff != "" {
			t.Errorf("%v (-want +got)\n%s", cipher, diff)
		}
		testutil.Allocs(t, cipher.String(), func() { socket.Setsockopt(fd, kept, info) })
		info.Salt = append(info.Salt, 0)
		wantErr(t, cipher.String()+" with a long salt", socket.Setsockopt(fd, kept, info), unix.EINVAL)
	}
}

func TestOriginalDstIsWhereItWent(t *testing.T) {
	_, err := socket.Getsockopt(udp4(t), socket.SO_ORIGINAL_DST)
	if err != unix.ENOPROTOOPT {
		t.Errorf("SO_ORIGINAL_DST of UDP: %v, want ENOPROTOOPT", err)
	}
	testutil.NewNetns(t)
	c4, c6 := tcp4c(t), tcp6c(t)
	for name, err := range map[string]error{"IPv4": second(socket.Getsockopt(c4, socket.SO_ORIGINAL_DST)), "IPv6": second(socket.Getsockopt(c6, socket.IP6T_SO_ORIGINAL_DST))} {
		if err != unix.ENOENT && err != unix.ENOPROTOOPT {
			t.Errorf("%s, not tracked: %v, want ENOENT", name, err)
		}
	}
	testutil.Allocs(t, "SO_ORIGINAL_DST", func() {
		socket.Getsockopt(c4, socket.SO_ORIGINAL_DST)
		socket.Getsockopt(c6, socket.IP6T_SO_ORIGINAL_DST)
	})
	redirect := func(nft, host string, s sock, opt socket.Option[netip.AddrPort, socket.RO]) {
		if out, err := nftables(nft); err != nil {
			t.Logf("%s: no redirect here: %v %s", opt, err, out)
			return
		}
		l := boundTo(t, s, host+":2000")
		must(t, "Listen", socket.Listen(l, 1))
		c := s(t)
		must(t, "Connect", socket.Connect(c, at(host+":81")))
		a, _, err := socket.Accept(l)
		must(t, "Accept", err)
		defer socket.Close(a)
		if got := getOpt(t, a, opt); got != netip.MustParseAddrPort(host+":81") {
			t.Errorf("%s = %v, want %s:81", opt, got, host)
		}
	}
	testutil.Program(t, "nft")
	redirect("ip", "127.0.0.1", tcp4, socket.SO_ORIGINAL_DST)
	redirect("ip6", "[::1]", tcp6, socket.IP6T_SO_ORIGINAL_DST)
}

// nftables redirects port 81 to 2000.
func nftables(family string) (string, error) {
	out, err := exec.Command("nft", fmt.Sprintf("add table %[1]s t; add chain %[1]s t c { type nat hook output priority -100 ; }; add rule %[1]s t c tcp dport 81 redirect to :2000", family)).CombinedOutput()
	return string(out), err
}

func TestMulticastFiltersComeBack(t *testing.T) {
	testutil.NewNetns(t)
	fd := with(udp4, socket.IP_ADD_MEMBERSHIP, socket.IPMreqn{Multiaddr: group4, Address: loAddr})(t)
	filter := socket.IPMsfilter{Multiaddr: group4, Interface: loAddr, Fmode: socket.MCAST_INCLUDE, Slist: []netip.Addr{ip("10.0.0.1"), ip("10.0.0.2")}}
	question := func() socket.IPMsfilter { return socket.IPMsfilter{Multiaddr: group4, Interface: loAddr} }
	got := question()
	n, err := socket.GetsockoptInto(fd, socket.IP_MSFILTER, &got)
	if n != 16 || err != nil || got.Fmode != socket.MCAST_EXCLUDE || len(got.Slist) != 0 {
		t.Errorf("IP_MSFILTER at first: %d bytes, %v, %+v", n, err, got)
	}
	setOpt(t, fd, socket.IP_MSFILTER, filter)
	testutil.Allocs(t, "IP_MSFILTER", func() { socket.Setsockopt(fd, socket.IP_MSFILTER, filter) })
	got = question()
	if n, err := socket.GetsockoptInto(fd, socket.IP_MSFILTER, &got); n != 24 || err != nil {
		t.Errorf("GetsockoptInto(IP_MSFILTER) = %d, %v", n, err)
	}
	if diff := cmp.Diff(filter, got, byValue); diff != "" {
		t.Errorf("IP_MSFILTER (-want +got)\n%s", diff)
	}
	_, err = socket.Getsockopt(fd, socket.IP_MSFILTER)
	wantErr(t, "IP_MSFILTER without a group", err, unix.EINVAL)
	filter.Slist = make([]netip.Addr, 11)
	for i := range filter.Slist {
		filter.Slist[i] = netip.AddrFrom4([4]byte{10, 0, 1, byte(i)})
	}
	wantErr(t, "IP_MSFILTER of 11", socket.Setsockopt(fd, socket.IP_MSFILTER, filter), unix.ENOBUFS)

	for _, f := range []struct {
		s     sock
		join  socket.Option[socket.GroupReq, socket.WO]
		opt   socket.Option[socket.GroupFilter, socket.RW]
		group netip.Addr
		count int
	}{
		{udp4, socket.MCAST_JOIN_GROUP, socket.MCAST_MSFILTER, group4, 9},
		{udp6, socket.IPV6_MCAST_JOIN_GROUP, socket.IPV6_MCAST_MSFILTER, group6, 40},
	} {
		fd := with(f.s, f.join, socket.GroupReq{Interface: loIndex, Group: f.group})(t)
		for _, count := range []int{0, 1, f.count} {
			filter := socket.GroupFilter{Interface: loIndex, Group: f.group, Fmode: socket.MCAST_EXCLUDE, Slist: []netip.Addr{}}
			for i := range count {
				host := sender6.As16()
				host[15] = byte(i)
				sender := netip.AddrFrom16(host)
				if f.group.Is4() {
					sender = netip.AddrFrom4([4]byte{10, 0, 1, byte(i)})
				}
				filter.Slist = append(filter.Slist, sender)
			}
			setOpt(t, fd, f.opt, filter)
			got := socket.GroupFilter{Interface: loIndex, Group: f.group, Slist: []netip.Addr{}}
			n, err := socket.GetsockoptInto(fd, f.opt, &got)
			if want := 128*count + 136 + strconv.IntSize/8; n != want || err != nil {
				t.Errorf("GetsockoptInto(%s) of %d = %d, %v, want %d", f.opt, count, n, err, want)
			}
			if diff := cmp.Diff(filter, got, byValue); diff != "" {
				t.Errorf("%s (-want +got)\n%s", f.opt, diff)
			}
			if count < 8 {
				testutil.Allocs(t, f.opt.String(), func() { socket.Setsockopt(fd, f.opt, filter) })
			}
		}
	}
}

func TestIPv6MTUIsSetAndReadApart(t *testing.T) {
	_, err := socket.Getsockopt(udp6(t), socket.IPV6_MTU)
	wantErr(t, "IPV6_MTU without a peer", err, unix.ENOTCONN)
	fd := udp6c(t)
	path := getOpt(t, fd, socket.IPV6_MTU)
	setOpt(t, fd, socket.IPV6_MTU, 1280)
	if got := getOpt(t, fd, socket.IPV6_MTU); path < 1280 || got != path {
		t.Errorf("IPV6_MTU is %d, set to 1280 it is %d", path, got)
	}
	wantErr(t, "IPV6_MTU of 100", socket.Setsockopt(fd, socket.IPV6_MTU, 100), unix.EINVAL)
	testutil.Allocs(t, "IPV6_MTU", func() { socket.Setsockopt(fd, socket.IPV6_MTU, 1280); socket.Getsockopt(fd, socket.IPV6_MTU) })
}

func TestFlowlabelIsTakenUsedAndGivenBack(t *testing.T) {
	testutil.NewNetns(t)
	fd := udp6(t)
	req := socket.In6FlowlabelReq{Dst: ip("::1"), Action: socket.IPV6_FL_A_GET, Share: socket.IPV6_FL_S_EXCL, Flags: socket.IPV6_FL_F_CREATE}
	must(t, "IPv6FlowlabelMgr", socket.IPv6FlowlabelMgr(fd, &req))
	if req.Label == 0 || req.Label > 0xfffff {
		t.Fatalf("the kernel chose label %#x", req.Label)
	}
	taken := req
	taken.Flags |= socket.IPV6_FL_F_EXCL
	if err := socket.Setsockopt(udp6(t), socket.IPV6_FLOWLABEL_MGR, taken); err == nil {
		t.Error("another socket can take the same label")
	}
	_, err := socket.Getsockopt(fd, socket.IPV6_FLOWLABEL_MGR)
	wantErr(t, "IPV6_FLOWLABEL_MGR before it is used", err, unix.ENOENT)

	recv := boundTo(t, udp6, "[::1]:7000")
	setOpt(t, recv, socket.IPV6_FLOWINFO, true)
	setOpt(t, fd, socket.IPV6_FLOWINFO_SEND, true)
	must(t, "Connect", socket.Connect(fd, socket.SockaddrIn6(netip.MustParseAddrPort("[::1]:7000"), req.Label, 0)))
	got := socket.In6FlowlabelReq{Action: socket.IPV6_FL_A_GET}
	_, err = socket.GetsockoptInto(fd, socket.IPV6_FLOWLABEL_MGR, &got)
	must(t, "GetsockoptInto", err)
	if got.Label != req.Label || got.Dst != req.Dst || got.Share != req.Share {
		t.Errorf("IPV6_FLOWLABEL_MGR reads %+v, want %+v", got, req)
	}
	testutil.Allocs(t, "IPV6_FLOWLABEL_MGR", func() {
		socket.GetsockoptInto(fd, socket.IPV6_FLOWLABEL_MGR, &got)
		socket.Setsockopt(fd, socket.IPV6_FLOWLABEL_MGR, taken)
	})
	_, err = socket.Send(fd, []byte("x"), 0)
	must(t, "Send", err)
	msg := socket.Msghdr{Iov: [][]byte{make([]byte, 1)}, Control: make([]byte, 64)}
	_, err = socket.Recvmsg(recv, &msg, 0)
	must(t, "Recvmsg", err)
	if c, err := unix.ParseSocketControlMessage(msg.Control[:msg.Controllen]); err != nil || len(c) != 1 || binary.BigEndian.Uint32(c[0].Data)&0xfffff != req.Label {
		t.Errorf("the datagram came with %v, %v, want label %#x", c, err, req.Label)
	}
	back := socket.In6FlowlabelReq{Action: socket.IPV6_FL_A_PUT, Label: req.Label}
	setOpt(t, fd, socket.IPV6_FLOWLABEL_MGR, back)
	if err := socket.Setsockopt(fd, socket.IPV6_FLOWLABEL_MGR, back); err == nil {
		t.Error("a label is given back twice")
	}
	if e := socket.IPv6FlowlabelMgr(-1, &req); e != unix.EBADF {
		t.Errorf("IPv6FlowlabelMgr(-1) = %v", e)
	}
}

func TestAddrformTurnsIPv6IntoIPv4(t *testing.T) {
	fd := tcp6(t)
	wantErr(t, "IPV6_ADDRFORM without a peer", socket.Setsockopt(fd, socket.IPV6_ADDRFORM, socket.AF_INET), unix.ENOTCONN)
	l := listening4(t)
	self, _ := socket.Getsockname(l)
	mapped := netip.AddrPortFrom(netip.AddrFrom16(self.AddrPort().Addr().As16()), self.AddrPort().Port())
	must(t, "Connect", socket.Connect(fd, socket.SockaddrIn(mapped)))
	if v := getOpt(t, fd, socket.IPV6_ADDRFORM); v != socket.AF_INET6 {
		t.Errorf("IPV6_ADDRFORM = %d", v)
	}
	testutil.Allocs(t, "IPV6_ADDRFORM", func() { socket.Getsockopt(fd, socket.IPV6_ADDRFORM) })
	setOpt(t, fd, socket.IPV6_ADDRFORM, socket.AF_INET)
	if v := getOpt(t, fd, socket.SO_DOMAIN); v != socket.AF_INET {
		t.Errorf("behind it SO_DOMAIN = %d", v)
	}
}

func TestPacketHdrlenOfEachVersion(t *testing.T) {
	fd := packet(t)
	for version, want := range map[socket.TpacketVersion]int32{socket.TPACKET_V2: 32, socket.TPACKET_V3: 48} {
		v := int32(version)
		if n, err := socket.GetsockoptInto(fd, socket.PACKET_HDRLEN, &v); n != 4 || v != want || err != nil {
			t.Errorf("PACKET_HDRLEN of %v = %d, %v, %d bytes; want %d", version, v, err, n, want)
		}
	}
	bad := int32(9)
	_, err := socket.GetsockoptInto(fd, socket.PACKET_HDRLEN, &bad)
	wantErr(t, "PACKET_HDRLEN of version 9", err, unix.EINVAL)
	testutil.Allocs(t, "PACKET_HDRLEN", func() { socket.Getsockopt(fd, socket.PACKET_HDRLEN) })
}

func TestPacketFanoutSharesOut(t *testing.T) {
	testutil.NewNetns(t)
	onLo := func(args socket.FanoutArgs) int {
		fd := packet(t)
		wantErr(t, "PACKET_FANOUT before bind", socket.Setsockopt(fd, socket.PACKET_FANOUT, args), unix.EINVAL)
		must(t, "Bind", socket.Bind(fd, socket.SockaddrLl(unix.ETH_P_IP, loIndex, nil)))
		setOpt(t, fd, socket.PACKET_FANOUT, args)
		if got := getOpt(t, fd, socket.PACKET_FANOUT); got.Id != args.Id || got.Type != args.Type || got.Flags != args.Flags {
			t.Errorf("PACKET_FANOUT = %+v, want %+v", got, args)
		}
		testutil.Allocs(t, "PACKET_FANOUT", func() { socket.Setsockopt(fd, socket.PACKET_FANOUT, args); socket.Getsockopt(fd, socket.PACKET_FANOUT) })
		setOpt(t, fd, socket.PACKET_IGNORE_OUTGOING, true)
		return fd
	}
	count := func(fd int) (n int) {
		for {
			if _, err := socket.Recv(fd, make([]byte, 100), socket.MSG_DONTWAIT); err != nil {
				return n
			}
			n++
		}
	}
	_, err := socket.Getsockopt(packet(t), socket.PACKET_ROLLOVER_STATS)
	wantErr(t, "PACKET_ROLLOVER_STATS without a group", err, unix.EINVAL)
	turns := socket.FanoutArgs{Id: 1, Type: socket.PACKET_FANOUT_LB, Flags: socket.PACKET_FANOUT_FLAG_ROLLOVER}
	a, b := onLo(turns), onLo(turns)
	filtered := socket.FanoutArgs{Id: 2, Type: socket.PACKET_FANOUT_CBPF, Flags: socket.PACKET_FANOUT_FLAG_DEFRAG, Max_num_members: 300}
	c, d := onLo(filtered), onLo(filtered)
	second := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: 1}}
	setOpt(t, c, socket.PACKET_FANOUT_DATA, second)
	from := udp4(t)
	for range 20 {
		sendTo(t, from, "x", at("127.0.0.1:9"))
	}
	ab := [2]int{count(a), count(b)}
	if ab[0] == 0 || ab[1] == 0 {
		t.Errorf("of 20 in turn came %v", ab)
	}
	if n, m := count(c), count(d); n != 0 || m == 0 {
		t.Errorf("with a program for the second socket %d and %d came", n, m)
	}
	if s := getOpt(t, a, socket.PACKET_ROLLOVER_STATS); s.Failed != 0 {
		t.Errorf("PACKET_ROLLOVER_STATS = %+v", s)
	}
	testutil.Allocs(t, "PACKET_ROLLOVER_STATS", func() { socket.Getsockopt(a, socket.PACKET_ROLLOVER_STATS) })
	if s := getOpt(t, a, socket.PACKET_STATISTICS); int(s.Packets) != ab[0] {
		t.Errorf("PACKET_STATISTICS = %+v, %d came", s, ab[0])
	}
}

func TestXDPTakesItsMemory(t *testing.T) {
	fd := xdp(t)
	mem, err := unix.Mmap(-1, 0, 16*os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	must(t, "Mmap", err)
	t.Cleanup(func() { unix.Munmap(mem) })
	umem := unix.XDPUmemReg{Addr: uint64(uintptr(unsafe.Pointer(&mem[0]))), Len: uint64(len(mem)), Size: 4096}
	setOpt(t, fd, socket.XDP_UMEM_REG, umem)
	if err := socket.Setsockopt(fd, socket.XDP_UMEM_REG, umem); err != unix.EBUSY {
		t.Errorf("XDP_UMEM_REG again: %v, want EBUSY", err)
	}
	testutil.Allocs(t, "XDP_UMEM_REG", func() { socket.Setsockopt(fd, socket.XDP_UMEM_REG, umem) })
}

// 2. What options do to traffic.

func TestReuseportProgramSteers(t *testing.T) {
	fds := [2]int{with(udp4, socket.SO_REUSEPORT, true)(t), with(udp4, socket.SO_REUSEPORT, true)(t)}
	must(t, "Bind", socket.Bind(fds[0], loopback4))
	shared, _ := socket.Getsockname(fds[0])
	must(t, "Bind", socket.Bind(fds[1], shared))
	// The first byte of the datagram says which.
	prog := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: 0},
		{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: 1},
		{Code: unix.BPF_RET | unix.BPF_A},
	}
	wantErr(t, "a program without SO_REUSEPORT", socket.Setsockopt(udp4(t), socket.SO_ATTACH_REUSEPORT_CBPF, prog), unix.EINVAL)
	setOpt(t, fds[0], socket.SO_ATTACH_REUSEPORT_CBPF, prog)
	testutil.Allocs(t, "SO_ATTACH_REUSEPORT_CBPF", func() { socket.Setsockopt(fds[0], socket.SO_ATTACH_REUSEPORT_CBPF, prog) })
	for i := range 20 {
		sendTo(t, udp4(t), string(rune('0'+i%2)), shared)
		if got, _, ok := hears(t, fds[i%2]); !ok || got != string(rune('0'+i%2)) {
			t.Fatalf("datagram %d: socket %d hears %q, %v", i, i%2, got, ok)
		}
	}
	setOpt(t, fds[0], socket.SO_DETACH_REUSEPORT_BPF, struct{}{})
	wantErr(t, "SO_DETACH_REUSEPORT_BPF again", socket.Setsockopt(fds[0], socket.SO_DETACH_REUSEPORT_BPF, struct{}{}), unix.ENOENT)
	testutil.Allocs(t, "SO_DETACH_REUSEPORT_BPF", func() { socket.Setsockopt(fds[0], socket.SO_DETACH_REUSEPORT_BPF, struct{}{}) })
}

func TestMulticastComesToMembersOnly(t *testing.T) {
	v := testutil.NewVeth(t)
	send4, send6 := udp4(t), udp6(t)
	setOpt(t, send4, socket.IP_MULTICAST_IF_MREQN, socket.IPMreqn{Ifindex: index(t, "va")})
	setOpt(t, send6, socket.IPV6_MULTICAST_IF, index(t, "va"))
	ready6(t)
	v.In(1)
	ready6(t)
	vb := index(t, "vb")
	recv4, recv6 := boundTo(t, udp4, "0.0.0.0:7000"), boundTo(t, udp6, "[::]:7000")
	to4, to6 := at("239.1.2.3:7000"), at("[ff15::1234]:7000")
	comes := func(what string, fd, from int, to socket.Sockaddr, want bool) {
		t.Helper()
		sendTo(t, from, what, to)
		if got, _, ok := hears(t, fd); ok != want || want && got != what {
			t.Errorf("%s: heard %q, %v, want %v", what, got, ok, want)
		}
	}
	comes("IPv4 before joining", recv4, send4, to4, false)
	comes("IPv6 before joining", recv6, send6, to6, false)
	setOpt(t, recv4, socket.IP_ADD_MEMBERSHIP, socket.IPMreqn{Multiaddr: group4, Ifindex: vb})
	setOpt(t, recv6, socket.IPV6_JOIN_GROUP, socket.IPv6Mreq{Multiaddr: group6, Interface: vb})
	comes("IPv4 joined", recv4, send4, to4, true)
	comes("IPv6 joined", recv6, send6, to6, true)
	setOpt(t, recv4, socket.IP_DROP_MEMBERSHIP, socket.IPMreqn{Multiaddr: group4, Ifindex: vb})
	setOpt(t, recv6, socket.IPV6_LEAVE_GROUP, socket.IPv6Mreq{Multiaddr: group6, Interface: vb})
	comes("IPv4 left", recv4, send4, to4, false)
	comes("IPv6 left", recv6, send6, to6, false)
	// The interface as the zone of the group, and by its address.
	setOpt(t, recv6, socket.IPV6_MCAST_JOIN_GROUP, socket.GroupReq{Group: group6.WithZone("vb")})
	setOpt(t, recv4, socket.IP_ADD_MEMBERSHIP, socket.IPMreqn{Multiaddr: group4, Address: ip("10.77.0.2")})
	comes("IPv4 joined by address", recv4, send4, to4, true)
	comes("IPv6 joined by zone", recv6, send6, to6, true)
}

func TestSourceFiltersFilter(t *testing.T) {
	v := testutil.NewVeth(t)
	testutil.Sh(t, "ip addr add 10.77.0.3/24 dev va; ip addr add fd77::3/64 dev va nodad")
	va := index(t, "va")
	from := map[netip.Addr]int{}
	for _, a := range []string{"10.77.0.1", "10.77.0.3", "fd77::1", "fd77::3"} {
		s := udp4
		if ip(a).Is6() {
			s = udp6
		}
		fd := boundTo(t, s, netip.AddrPortFrom(ip(a), 0).String())
		if ip(a).Is6() {
			setOpt(t, fd, socket.IPV6_MULTICAST_IF, va)
		} else {
			setOpt(t, fd, socket.IP_MULTICAST_IF_MREQN, socket.IPMreqn{Ifindex: va})
		}
		from[ip(a)] = fd
	}
	ready6(t)
	v.In(1)
	ready6(t)
	vb := index(t, "vb")
	// heard sends from all senders of the group's family and says whom fd hears.
	heard := func(fd int, group netip.Addr) (senders []string) {
		for _, a := range []string{"10.77.0.1", "10.77.0.3", "fd77::1", "fd77::3"} {
			if ip(a).Is4() == group.Is4() {
				sendTo(t, from[ip(a)], a, socket.SockaddrIn(netip.AddrPortFrom(group, 7000)))
			}
		}
		for {
			_, sender, ok := hears(t, fd)
			if !ok {
				return senders
			}
			senders = append(senders, sender.String())
		}
	}
	check := func(what string, fd int, group netip.Addr, want ...string) {
		t.Helper()
		if got := heard(fd, group); !slices.Equal(got, want) {
			t.Errorf("%s: heard %v, want %v", what, got, want)
		}
	}
	fd := boundTo(t, udp4, "239.1.2.3:7000")
	one := socket.IPMreqSource{Multiaddr: group4, Interface: ip("10.77.0.2"), Sourceaddr: ip("10.77.0.1")}
	three := socket.IPMreqSource{Multiaddr: group4, Interface: ip("10.77.0.2"), Sourceaddr: ip("10.77.0.3")}
	setOpt(t, fd, socket.IP_ADD_SOURCE_MEMBERSHIP, one)
	check("IP_ADD_SOURCE_MEMBERSHIP of .1", fd, group4, "10.77.0.1")
	setOpt(t, fd, socket.IP_ADD_SOURCE_MEMBERSHIP, three)
	check("and of .3", fd, group4, "10.77.0.1", "10.77.0.3")
	setOpt(t, fd, socket.IP_DROP_SOURCE_MEMBERSHIP, one)
	check("without .1", fd, group4, "10.77.0.3")
	socket.Close(fd)

	fd = boundTo(t, udp4, "239.1.2.3:7000")
	setOpt(t, fd, socket.IP_ADD_MEMBERSHIP, socket.IPMreqn{Multiaddr: group4, Ifindex: vb})
	setOpt(t, fd, socket.IP_BLOCK_SOURCE, one)
	check("IP_BLOCK_SOURCE of .1", fd, group4, "10.77.0.3")
	setOpt(t, fd, socket.IP_UNBLOCK_SOURCE, one)
	check("IP_UNBLOCK_SOURCE", fd, group4, "10.77.0.1", "10.77.0.3")
	setOpt(t, fd, socket.IP_MSFILTER, socket.IPMsfilter{Multiaddr: group4, Interface: ip("10.77.0.2"), Fmode: socket.MCAST_INCLUDE, Slist: []netip.Addr{ip("10.77.0.3")}})
	check("IP_MSFILTER to .3", fd, group4, "10.77.0.3")

	fd = boundTo(t, udp6, "[ff15::1234]:7000")
	one6 := socket.GroupSourceReq{Interface: vb, Group: group6, Source: ip("fd77::1")}
	setOpt(t, fd, socket.IPV6_MCAST_JOIN_SOURCE_GROUP, one6)
	check("IPV6_MCAST_JOIN_SOURCE_GROUP of ::1", fd, group6, "fd77::1")
	setOpt(t, fd, socket.IPV6_MCAST_LEAVE_SOURCE_GROUP, one6)
	setOpt(t, fd, socket.IPV6_MCAST_JOIN_GROUP, socket.GroupReq{Interface: vb, Group: group6})
	setOpt(t, fd, socket.IPV6_MCAST_BLOCK_SOURCE, one6)
	check("IPV6_MCAST_BLOCK_SOURCE of ::1", fd, group6, "fd77::3")
	setOpt(t, fd, socket.IPV6_MCAST_UNBLOCK_SOURCE, one6)
	check("IPV6_MCAST_UNBLOCK_SOURCE", fd, group6, "fd77::1", "fd77::3")
	setOpt(t, fd, socket.IPV6_MCAST_MSFILTER, socket.GroupFilter{Interface: vb, Group: group6, Fmode: socket.MCAST_EXCLUDE, Slist: []netip.Addr{ip("fd77::3")}})
	check("IPV6_MCAST_MSFILTER but ::3", fd, group6, "fd77::1")
}

func TestAnycastIsJoinedAndLeft(t *testing.T) {
	v := testutil.NewVeth(t)
	testutil.Sh(t, "echo 0 > /proc/sys/net/ipv6/neigh/va/proxy_delay") // else it answers within 0.8 s
	ready6(t)
	fd := boundTo(t, udp6, "[::]:7000")
	req := socket.IPv6Mreq{Multiaddr: ip("fd77::abcd"), Interface: index(t, "va")}
	wantErr(t, "IPV6_LEAVE_ANYCAST before", socket.Setsockopt(fd, socket.IPV6_LEAVE_ANYCAST, req), unix.ENOENT)
	setOpt(t, fd, socket.IPV6_JOIN_ANYCAST, req)
	v.In(1)
	ready6(t)
	sendTo(t, udp6(t), "to the nearest", at("[fd77::abcd]:7000"))
	if got, _, _ := hears(t, fd); got != "to the nearest" {
		t.Errorf("at the anycast address came %q", got)
	}
	setOpt(t, fd, socket.IPV6_LEAVE_ANYCAST, req)
	testutil.Allocs(t, "IPV6_JOIN_ANYCAST", func() {
		socket.Setsockopt(fd, socket.IPV6_JOIN_ANYCAST, req)
		socket.Setsockopt(fd, socket.IPV6_LEAVE_ANYCAST, req)
	})
}

func TestMD5RefusesAWrongKey(t *testing.T) {
	v := testutil.NewVeth(t)
	v.In(1)
	l := boundTo(t, tcp4, "10.77.0.2:5000")
	setOpt(t, l, socket.TCP_MD5SIG, socket.TCPMD5Sig{Addr: ip("10.77.0.1"), Key: []byte("right")})
	l6 := boundTo(t, tcp6, "[fd77::2]:5000")
	setOpt(t, l6, socket.TCP_MD5SIG_EXT, socket.TCPMD5Sig{Addr: ip("fd77::"), Flags: socket.TCP_MD5SIG_FLAG_PREFIX, Prefixlen: 64, Key: []byte("right")})
	must(t, "Listen", socket.Listen(l, 8))
	must(t, "Listen", socket.Listen(l6, 8))
	v.In(0)
	for _, to := range []struct {
		s    sock
		addr string
	}{{tcp4, "10.77.0.2:5000"}, {tcp6, "[fd77::2]:5000"}} {
		peer := at(to.addr)
		for key, want := range map[string]error{"right": nil, "wrong": unix.EINPROGRESS, "": unix.EINPROGRESS} {
			fd := to.s(t)
			setOpt(t, fd, socket.SO_SNDTIMEO, 250*time.Millisecond)
			if key != "" {
				setOpt(t, fd, socket.TCP_MD5SIG, socket.TCPMD5Sig{Addr: peer.AddrPort().Addr(), Key: []byte(key)})
			}
			if want == nil {
				setOpt(t, fd, socket.SO_SNDTIMEO, 0)
			}
			if err := socket.Connect(fd, peer); err != want {
				t.Errorf("Connect to %v with key %q: %v, want %v", peer, key, err, want)
			}
		}
	}
	fd := tcp4(t)
	wantErr(t, "deleting a key there is not", socket.Setsockopt(fd, socket.TCP_MD5SIG, socket.TCPMD5Sig{Addr: ip("10.77.0.2")}), unix.ENOENT)
}

func TestDeferAcceptWaitsForData(t *testing.T) {
	l := listening4(t)
	setOpt(t, l, socket.TCP_DEFER_ACCEPT, -time.Second) // as in C
	if d, err := socket.Getsockopt(l, socket.TCP_DEFER_ACCEPT); d != 0 || err != nil {
		t.Errorf("TCP_DEFER_ACCEPT of -1 s reads %v, %v", d, err)
	}
	setOpt(t, l, socket.TCP_DEFER_ACCEPT, 5*time.Second)
	must(t, "SetNonblock", socket.SetNonblock(l, true))
	self, _ := socket.Getsockname(l)
	c := tcp4(t)
	must(t, "Connect", socket.Connect(c, self))
	time.Sleep(50 * time.Millisecond)
	_, _, err := socket.Accept(l)
	wantErr(t, "Accept before there are data", err, unix.EAGAIN)
	_, err = socket.Send(c, []byte("x"), 0)
	must(t, "Send", err)
	testutil.Eventually(t, "the connection is accepted", func() bool {
		a, _, err := socket.Accept(l)
		if err != nil {
			return false
		}
		defer socket.Close(a)
		n, err := socket.Recv(a, make([]byte, 8), socket.MSG_DONTWAIT)
		return n == 1 && err == nil
	})
}

func TestFastopenCarriesDataInTheSyn(t *testing.T) {
	testutil.NewNetns(t)
	if err := os.WriteFile("/proc/sys/net/ipv4/tcp_fastopen", []byte("3"), 0o644); err != nil {
		t.Skipf("needs to write net.ipv4.tcp_fastopen: %v", err)
	}
	l := boundTo(t, tcp4, "127.0.0.1:5000")
	setOpt(t, l, socket.TCP_FASTOPEN, 16)
	must(t, "Listen", socket.Listen(l, 8))
	for round := range 2 { // the first brings the cookie
		c := tcp4(t)
		setOpt(t, c, socket.TCP_FASTOPEN_CONNECT, true)
		must(t, "Connect", socket.Connect(c, at("127.0.0.1:5000")))
		_, err := socket.Send(c, []byte("early"), 0)
		must(t, "Send", err)
		a, _, err := socket.Accept(l)
		must(t, "Accept", err)
		defer socket.Close(a)
		var b [8]byte
		n, err := socket.Recv(a, b[:], 0)
		if string(b[:n]) != "early" || err != nil {
			t.Errorf("round %d: received %q, %v", round, b[:n], err)
		}
		client, server := getOpt(t, c, socket.TCP_INFO), getOpt(t, a, socket.TCP_INFO)
		if early := client.Options&server.Options&socket.TCPI_OPT_SYN_DATA != 0; early != (round == 1) {
			t.Errorf("round %d: data in the SYN: %v; client %v, server %v", round, early, client.Options, server.Options)
		}
		if why := client.FastopenClientFail(); round == 0 && why != socket.TFO_COOKIE_UNAVAILABLE || round == 1 && why != socket.TFO_STATUS_UNSPEC {
			t.Errorf("round %d: %v", round, why)
		}
	}
}

func TestBindtodeviceBindsToIt(t *testing.T) {
	v := testutil.NewVeth(t)
	onLo := with(udp4, socket.SO_BINDTODEVICE, "lo")(t)
	send := udp4(t)
	v.In(1)
	wantErr(t, "SO_BINDTODEVICE of no interface", socket.Setsockopt(udp4(t), socket.SO_BINDTODEVICE, "nope0"), unix.ENODEV)
	r := boundTo(t, with(udp4, socket.SO_BINDTODEVICE, "lo"), "0.0.0.0:7001")
	sendTo(t, send, "1", at("10.77.0.2:7001"))
	if text, _, ok := hears(t, r); ok {
		t.Errorf("a socket bound to lo hears %q through vb", text)
	}
	socket.Sendto(onLo, []byte("by lo"), 0, at("10.77.0.2:7001")) // an error, or lost
	setOpt(t, r, socket.SO_BINDTOIFINDEX, index(t, "vb"))
	if name := getOpt(t, r, socket.SO_BINDTODEVICE); name != "vb" {
		t.Errorf("SO_BINDTODEVICE = %q", name)
	}
	sendTo(t, send, "2", at("10.77.0.2:7001"))
	if text, _, _ := hears(t, r); text != "2" {
		t.Errorf("a socket bound to vb hears %q", text)
	}
	setOpt(t, r, socket.SO_BINDTODEVICE, "")
	if i := getOpt(t, r, socket.SO_BINDTOIFINDEX); i != 0 {
		t.Errorf("unbound, SO_BINDTOIFINDEX = %d", i)
	}
}

func TestTransparentIsAnyAddress(t *testing.T) {
	v := testutil.NewVeth(t)
	foreign := at("198.51.100.7:7000")
	fd := udp4(t)
	wantErr(t, "Bind to an address of another", socket.Bind(fd, foreign), unix.EADDRNOTAVAIL)
	setOpt(t, fd, socket.IP_TRANSPARENT, true)
	must(t, "Bind", socket.Bind(fd, foreign))
	v.In(1)
	testutil.Sh(t, "for f in all vb; do echo 0 > /proc/sys/net/ipv4/conf/$f/rp_filter; done; ip route add 198.51.100.0/24 via 10.77.0.1")
	r := boundTo(t, udp4, "10.77.0.2:7000")
	sendTo(t, fd, "from afar", at("10.77.0.2:7000"))
	if text, from, _ := hears(t, r); text != "from afar" || from != ip("198.51.100.7") {
		t.Errorf("%q came from %v", text, from)
	}
	free := with(udp4, socket.IP_FREEBIND, true)(t)
	must(t, "Bind with IP_FREEBIND", socket.Bind(free, at("198.51.100.8:7000")))
}

func TestMarkChoosesTheRoute(t *testing.T) {
	v := testutil.NewVeth(t)
	testutil.Sh(t, "ip rule add fwmark 42 lookup 100; ip route add 203.0.113.0/24 via 10.77.0.2 table 100")
	fd := udp4(t)
	v.In(1)
	testutil.Sh(t, "ip addr add 203.0.113.1/32 dev lo")
	r := boundTo(t, udp4, "203.0.113.1:7000")
	setOpt(t, r, socket.SO_RCVMARK, true)
	_, err := socket.Sendto(fd, []byte("x"), 0, at("203.0.113.1:7000"))
	wantErr(t, "Sendto without a mark", err, unix.ENETUNREACH)
	setOpt(t, fd, socket.SO_MARK, 42)
	sendTo(t, fd, "marked", at("203.0.113.1:7000"))
	if text, _, _ := hears(t, r); text != "marked" {
		t.Errorf("by the marked route came %q", text)
	}
}

func TestUnicastIfChoosesTheInterface(t *testing.T) {
	v := testutil.NewVeth(t)
	testutil.Sh(t, "ip addr add 10.88.0.1/24 dev lo; ip route add default dev lo metric 1; ip route add default via 10.77.0.2 dev va metric 2")
	fd := udp4(t)
	va := index(t, "va")
	v.In(1)
	testutil.Sh(t, "ip addr add 203.0.113.1/32 dev lo")
	r := boundTo(t, udp4, "203.0.113.1:7000")
	sendTo(t, fd, "by lo", at("203.0.113.1:7000"))
	setOpt(t, fd, socket.IP_UNICAST_IF, va)
	sendTo(t, fd, "by va", at("203.0.113.1:7000"))
	if text, _, _ := hears(t, r); text != "by va" {
		t.Errorf("on the other side came %q", text)
	}
	wantErr(t, "IP_UNICAST_IF of no interface", socket.Setsockopt(fd, socket.IP_UNICAST_IF, 9999), unix.EADDRNOTAVAIL)
}

func TestLocalPortRangeBoundsTheChoice(t *testing.T) {
	for range 8 {
		fd := tcp4(t)
		setOpt(t, fd, socket.IP_LOCAL_PORT_RANGE, socket.PortRange{Lo: 40000, Hi: 40063})
		must(t, "Bind", socket.Bind(fd, loopback4))
		self, _ := socket.Getsockname(fd)
		if port := self.AddrPort().Port(); port < 40000 || port > 40063 {
			t.Errorf("the kernel chose port %d", port)
		}
	}
	wantErr(t, "a range upside down", socket.Setsockopt(tcp4(t), socket.IP_LOCAL_PORT_RANGE, socket.PortRange{Lo: 50000, Hi: 40000}), unix.EINVAL)
}

func TestUserTimeoutEndsADeadConnection(t *testing.T) {
	v := testutil.NewVeth(t)
	v.In(1)
	l := boundTo(t, tcp4, "10.77.0.2:5000")
	must(t, "Listen", socket.Listen(l, 1))
	v.In(0)
	c := tcp4(t)
	must(t, "Connect", socket.Connect(c, at("10.77.0.2:5000")))
	setOpt(t, c, socket.TCP_USER_TIMEOUT, 300*time.Millisecond)
	v.In(1)
	testutil.Sh(t, "ip addr flush dev vb")
	start := time.Now()
	_, err := socket.Send(c, []byte("is anybody there?"), 0)
	must(t, "Send", err)
	setOpt(t, c, socket.SO_RCVTIMEO, time.Minute)
	_, err = socket.Recv(c, make([]byte, 1), 0)
	wantErr(t, "Recv from a dead peer", err, unix.ETIMEDOUT)
	// The kernel looks when it sends again, later each time; without the option it would take 15 minutes.
	if took := time.Since(start); took < 250*time.Millisecond || took > 50*time.Second {
		t.Errorf("TCP_USER_TIMEOUT of 300 ms took %v", took)
	}
}

func TestLingerZeroResets(t *testing.T) {
	for _, linger := range []socket.Linger{{}, {Onoff: 1}} {
		c, a := joinedPair(t, socket.AF_INET, socket.SOCK_STREAM, 0)
		setOpt(t, c, socket.SO_LINGER, linger)
		must(t, "Close", socket.Close(c))
		want := error(nil)
		if linger.Onoff == 1 {
			want = unix.ECONNRESET
		}
		if n, err := socket.Recv(a, make([]byte, 1), 0); n != 0 || err != want {
			t.Errorf("behind a close with %+v Recv = %d, %v, want 0, %v", linger, n, err, want)
		}
	}
}

func TestRepairMovesALiveConnection(t *testing.T) {
	testutil.NewNetns(t)
	c, a := joinedPair(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	say := func(from, to int, text string) {
		t.Helper()
		_, err := socket.Send(from, []byte(text), 0)
		must(t, "Send", err)
		b := make([]byte, len(text))
		setOpt(t, to, socket.SO_RCVTIMEO, 5*time.Second)
		_, err = socket.Recvall(to, b, 0)
		if string(b) != text || err != nil {
			t.Fatalf("%q came as %q, %v", text, b, err)
		}
	}
	say(c, a, "before")
	say(a, c, "and back")
	self, _ := socket.Getsockname(c)
	peer, _ := socket.Getpeername(c)

	// Take it out: the sequence numbers, the windows, the clock, what was agreed on.
	setOpt(t, c, socket.TCP_REPAIR, socket.TCP_REPAIR_ON)
	if v := getOpt(t, c, socket.NewOption[int, socket.RO](socket.SOL_SOCKET, unix.SO_REUSEADDR)); v != 2 {
		t.Errorf("in repair SO_REUSEADDR reads %d, want 2", v)
	}
	queues := []socket.TCPRepairQueue{socket.TCP_SEND_QUEUE, socket.TCP_RECV_QUEUE}
	seq := map[socket.TCPRepairQueue]uint32{}
	for _, q := range queues {
		setOpt(t, c, socket.TCP_REPAIR_QUEUE, q)
		seq[q] = getOpt(t, c, socket.TCP_QUEUE_SEQ)
	}
	window, clock, info := getOpt(t, c, socket.TCP_REPAIR_WINDOW), getOpt(t, c, socket.TCP_TIMESTAMP), getOpt(t, c, socket.TCP_INFO)
	if window.Rcv_wnd == 0 || window.Snd_wnd == 0 {
		t.Errorf("TCP_REPAIR_WINDOW = %+v", window)
	}
	testutil.Allocs(t, "TCP_REPAIR_WINDOW", func() {
		socket.Getsockopt(c, socket.TCP_REPAIR_WINDOW)
		socket.Setsockopt(c, socket.TCP_REPAIR_WINDOW, window)
		socket.Getsockopt(c, socket.TCP_TIMESTAMP)
		socket.Setsockopt(c, socket.TCP_TIMESTAMP, clock)
	})
	must(t, "Close", socket.Close(c)) // which the peer does not hear of

	// And put it into another socket.
	n := with(tcp4, socket.TCP_REPAIR, socket.TCP_REPAIR_ON)(t)
	setOpt(t, n, socket.SO_REUSEADDR, true)
	for _, q := range queues {
		setOpt(t, n, socket.TCP_REPAIR_QUEUE, q)
		setOpt(t, n, socket.TCP_QUEUE_SEQ, seq[q])
	}
	must(t, "Bind", socket.Bind(n, self))
	must(t, "Connect", socket.Connect(n, peer))
	agreed := []socket.TCPRepairOpt{
		{Opt_code: 2, Opt_val: info.Snd_mss},
		{Opt_code: 3, Opt_val: uint32(info.SndWscale() | info.RcvWscale()<<16)},
	}
	if info.Options&socket.TCPI_OPT_SACK != 0 {
		agreed = append(agreed, socket.TCPRepairOpt{Opt_code: 4})
	}
	if info.Options&socket.TCPI_OPT_TIMESTAMPS != 0 {
		agreed = append(agreed, socket.TCPRepairOpt{Opt_code: 8})
	}
	setOpt(t, n, socket.TCP_REPAIR_OPTIONS, agreed)
	testutil.Allocs(t, "TCP_REPAIR_OPTIONS", func() { socket.Setsockopt(n, socket.TCP_REPAIR_OPTIONS, agreed) })
	setOpt(t, n, socket.TCP_TIMESTAMP, clock)
	setOpt(t, n, socket.TCP_REPAIR_WINDOW, window)
	setOpt(t, n, socket.TCP_REPAIR, socket.TCP_REPAIR_OFF)
	say(n, a, "after")
	say(a, n, "and back again")

	wantErr(t, "TCP_REPAIR_WINDOW outside repair", second(socket.Getsockopt(n, socket.TCP_REPAIR_WINDOW)), unix.EPERM)
	wantErr(t, "TCP_TIMESTAMP outside repair", socket.Setsockopt(n, socket.TCP_TIMESTAMP, 1), unix.EPERM)
	wantErr(t, "TCP_REPAIR_QUEUE outside repair", socket.Setsockopt(n, socket.TCP_REPAIR_QUEUE, socket.TCP_SEND_QUEUE), unix.EPERM)
}
