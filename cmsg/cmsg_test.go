//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package cmsg_test

// This file holds the tests that need no particular system: the layout of a control buffer, the walk over any
// bytes, NewType. Descriptors are in fds_test.go, the types of Linux in cmsg_linux_test.go.

import (
	"bytes"
	"encoding/binary"
	"flag"
	"math"
	"net/netip"
	"os"
	"strconv"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/internal/testutil"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() != "" {
		os.Exit(m.Run()) // fuzzing leaves a goroutine behind
	}
	if os.Getenv("SOCKET_TEST_QEMU") != "" {
		flag.Set("test.skip", "^Example(RecvErr|Segments|Zerocopy|_)") // they need a kernel
	} else if os.Geteuid() != 0 {
		flag.Set("test.skip", "^Example_(ping|pathMTU)") // they need root, for a network of their own
	}
	testutil.Main(m)
}

// Helpers.

func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func wantErr(t testing.TB, what string, err error, want unix.Errno) {
	t.Helper()
	if err != want {
		t.Errorf("%s: error %v, want %s", what, err, unix.ErrnoName(want))
	}
}

func newSocket(t testing.TB, domain, typ, protocol int) int {
	t.Helper()
	fd, err := socket.Socket(domain, typ, protocol)
	must(t, "Socket", err)
	t.Cleanup(func() { socket.Close(fd) })
	return fd
}

// newPair is two connected unix sockets that wait ten seconds at most.
func newPair(t testing.TB, typ int) (a, b int) {
	t.Helper()
	fds, err := socket.Socketpair(socket.AF_UNIX, typ, 0)
	must(t, "Socketpair", err)
	t.Cleanup(func() { socket.Close(fds[0]); socket.Close(fds[1]) })
	patient(t, fds[0])
	patient(t, fds[1])
	return fds[0], fds[1]
}

func patient(t testing.TB, fd int) {
	t.Helper()
	must(t, "SO_RCVTIMEO", socket.Setsockopt(fd, socket.SO_RCVTIMEO, 10*time.Second))
}

// raw is a message as the kernel could write it: a header with the data length n, and data.
func raw(n, level, typ int, data ...byte) []byte {
	b := cmsg.Append(nil, cmsg.NewType[[]byte](level, typ), data)
	setLen(b, uint64(cmsg.Len(n)))
	return b
}

// setLen writes cmsg_len.
func setLen(b []byte, n uint64) {
	if unsafe.Sizeof(unix.Cmsghdr{}.Len) == 8 {
		binary.NativeEndian.PutUint64(b, n)
	} else {
		binary.NativeEndian.PutUint32(b, uint32(n))
	}
}

type message struct {
	Header cmsg.Header
	Data   string
}

func messages(control []byte) (all []message) {
	for h, data := range cmsg.All(control) {
		all = append(all, message{h, string(data)})
	}
	return all
}

// 1. The layout.

func TestSpaceAndLenAreThoseOfXSys(t *testing.T) {
	for n := range 100 {
		if cmsg.Space(n) != unix.CmsgSpace(n) || cmsg.Len(n) != unix.CmsgLen(n) {
			t.Errorf("Space(%d), Len(%d) = %d, %d, want %d, %d", n, n, cmsg.Space(n), cmsg.Len(n), unix.CmsgSpace(n), unix.CmsgLen(n))
		}
	}
}

func TestAppendWritesWhatXSysWrites(t *testing.T) {
	for _, fds := range [][]int{{1}, {1, 2}, {1, 2, 3}} {
		if got, want := cmsg.Append(nil, cmsg.SCM_RIGHTS, fds), unix.UnixRights(fds...); !bytes.Equal(got, want) {
			t.Errorf("SCM_RIGHTS of %v = %x, want %x", fds, got, want)
		}
	}
}

func TestAppendUsesTheCapacityThereIs(t *testing.T) {
	typ := cmsg.NewType[[]byte](7, 8)
	buf := bytes.Repeat([]byte{0xff}, cmsg.Space(5)+cmsg.Space(3)+1)
	b := cmsg.Append(buf[:0], typ, []byte("12345"))
	b = cmsg.Append(b, typ, []byte("123"))
	if &b[0] != &buf[0] || len(b) != len(buf)-1 || buf[len(b)] != 0xff {
		t.Errorf("Append moved the buffer, or took %d bytes, want %d", len(b), len(buf)-1)
	}
	zeroed := slicesOf(b, cmsg.Len(5), cmsg.Space(5), cmsg.Space(5)+cmsg.Len(3), len(b))
	if len(bytes.Trim(zeroed, "\x00")) != 0 {
		t.Errorf("the padding is %x, want zeros", zeroed)
	}
	if got := cmsg.Append(b[:len(b):len(b)], typ, nil); len(got) != len(b)+cmsg.Space(0) {
		t.Errorf("Append without data has %d bytes, want %d", len(got)-len(b), cmsg.Space(0))
	}
}

// slicesOf joins b[i:j] for each pair.
func slicesOf(b []byte, at ...int) (joined []byte) {
	for ; len(at) > 0; at = at[2:] {
		joined = append(joined, b[at[0]:at[1]]...)
	}
	return joined
}

func TestAppendAlignsBehindAnyBytes(t *testing.T) {
	for n := range 20 {
		b := cmsg.Append(make([]byte, n), cmsg.NewType[int](1, 2), 3)
		at := cmsg.Space(n) - cmsg.Space(0)
		if v, ok := cmsg.Get(b[at:], cmsg.NewType[int](1, 2)); !ok || v != 3 || len(b) != at+cmsg.Space(4) {
			t.Errorf("Append to %d bytes: %x", n, b)
		}
	}
}

// 2. The walk.

func TestAllYieldsEachMessage(t *testing.T) {
	b := raw(5, 1, 2, []byte("abcde")...)
	b = append(b, raw(0, -1, math.MinInt32)...)
	b = append(b, raw(8, 3, math.MaxInt32, []byte("12345678")...)...)
	want := []message{{cmsg.Header{Level: 1, Type: 2, Len: 5}, "abcde"}, {cmsg.Header{Level: -1, Type: math.MinInt32}, ""},
		{cmsg.Header{Level: 3, Type: math.MaxInt32, Len: 8}, "12345678"}}
	for range 2 { // a Seq2 can be used again
		if diff := cmp.Diff(want, messages(b)); diff != "" {
			t.Errorf("All: %s", diff)
		}
	}
	for h, data := range cmsg.All(b) {
		if h.Level != 1 || &data[0] != &b[cmsg.Len(0)] || cap(data) != 5 {
			t.Errorf("the data of %v are no part of control, or can grow over the next message", h)
		}
		break
	}
}

func TestAllEndsWhereItMust(t *testing.T) {
	ok := raw(4, 1, 2, 1, 2, 3, 4)
	first := message{cmsg.Header{Level: 1, Type: 2, Len: 4}, "\x01\x02\x03\x04"}
	headerless := cmsg.Len(0)
	short := raw(4, 1, 2, 1, 2, 3, 4)
	setLen(short, uint64(headerless-1))
	zero := raw(4, 1, 2, 1, 2, 3, 4)
	setLen(zero, 0)
	huge := raw(4, 1, 2, 1, 2, 3, 4)
	setLen(huge, math.MaxUint64)
	unpadded := raw(5, 1, 2, []byte("abcde")...)[:cmsg.Len(5)]
	hugeLen := math.MaxInt
	if unsafe.Sizeof(unix.Cmsghdr{}.Len) == 4 {
		hugeLen = int(min(math.MaxUint32-uint64(headerless), math.MaxInt))
	}
	cut := message{cmsg.Header{Level: 1, Type: 2, Len: hugeLen}, string(huge[headerless:])}
	for _, c := range []struct {
		name    string
		control []byte
		want    []message
	}{
		{"nil", nil, nil},
		{"less than a header", ok[:headerless-1], nil},
		{"less than a header behind a message", append(ok[:len(ok):len(ok)], ok[:headerless-1]...), []message{first}},
		{"a length shorter than the header", append(short, ok...), nil},
		{"length 0", append(zero, ok...), nil},
		{"length 0 behind a message", append(ok[:len(ok):len(ok)], zero...), []message{first}},
		{"the largest length", huge, []message{cut}},
		{"a message without its padding", unpadded, []message{{cmsg.Header{Level: 1, Type: 2, Len: 5}, "abcde"}}},
		{"a message that was cut", raw(400, 1, 2, 1, 2, 3, 4)[:cmsg.Len(3)], []message{{cmsg.Header{Level: 1, Type: 2, Len: 400}, "\x01\x02\x03"}}},
		{"a header that was cut off its data", raw(400, 1, 2)[:cmsg.Len(0)], []message{{cmsg.Header{Level: 1, Type: 2, Len: 400}, ""}}},
	} {
		if diff := cmp.Diff(c.want, messages(c.control)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestGetGivesNothingOfACutMessage(t *testing.T) {
	cut := raw(8, unix.SOL_SOCKET, unix.SCM_RIGHTS, 0, 0, 0, 0, 0, 0)[:cmsg.Len(6)]
	if v, ok := cmsg.Get(cut, cmsg.NewType[uint32](unix.SOL_SOCKET, unix.SCM_RIGHTS)); ok {
		t.Errorf("Get of a cut message = %v", v)
	}
	if v, ok := cmsg.Get(cut, cmsg.SCM_RIGHTS); !ok || len(v) != 1 {
		t.Errorf("Get of a cut SCM_RIGHTS = %v, %v, want the one that is whole", v, ok)
	}
	if v, ok := cmsg.Get(cut, cmsg.NewType[[]byte](unix.SOL_SOCKET, unix.SCM_RIGHTS)); !ok || len(v) != 6 {
		t.Errorf("Get of cut bytes = %v, %v, want those there are", v, ok)
	}
}

func TestGetFindsTheFirstOfItsType(t *testing.T) {
	a, b := cmsg.NewType[int](1, 2), cmsg.NewType[int](2, 2)
	control := cmsg.Append(cmsg.Append(cmsg.Append(nil, b, 1), a, 2), a, 3)
	if v, ok := cmsg.Get(control, a); !ok || v != 2 {
		t.Errorf("Get = %v, %v, want 2", v, ok)
	}
	if v, ok := cmsg.Get(control, cmsg.NewType[int](2, 1)); ok {
		t.Errorf("Get of what is not there = %v", v)
	}
	var none cmsg.Type[int]
	if v, ok := cmsg.Get(cmsg.Append(nil, none, 1), none); ok {
		t.Errorf("Get of the zero Type = %v", v)
	}
	for h, data := range cmsg.All(control) {
		if v, ok := b.Decode(h, data); ok != (h.Level == 2) || ok && v != 1 {
			t.Errorf("Decode of %v = %v, %v", h, v, ok)
		}
	}
}

// 3. NewType.

type point struct{ X, Y int16 }

func TestNewTypeTakesWhatLiesFlat(t *testing.T) {
	addr, err := socket.SockaddrUn("/run/x")
	must(t, "SockaddrUn", err)
	roundTrip(t, true, 4)
	roundTrip(t, -5, 4)
	roundTrip(t, uint(6), 4)
	roundTrip(t, int8(-7), 1)
	roundTrip(t, uint16(8), 2)
	roundTrip(t, int32(9), 4)
	roundTrip(t, uint64(10), 8)
	roundTrip(t, 1.5, 8)
	roundTrip(t, [3]byte{1, 2, 3}, 3)
	roundTrip(t, point{11, -12}, 4)
	roundTrip(t, "text", 4)
	roundTrip(t, []byte("bytes"), 5)
	roundTrip(t, []int{1, -2, 3}, 12)
	roundTrip(t, time.Unix(1700000000, 123456789), int(unsafe.Sizeof(unix.Timespec{})))
	roundTrip(t, addr, addr.Len())
	roundTrip(t, netip.MustParseAddr("10.1.2.3"), 4)
	roundTrip(t, netip.MustParseAddr("fe80::1"), 16)
	roundTrip(t, cmsg.In6Pktinfo{Addr: netip.MustParseAddr("::1"), Ifindex: 3}, 20)
	roundTrip(t, cmsg.IP6MTUInfo{Addr: socket.SockaddrIn(netip.MustParseAddrPort("[::1]:5")), Mtu: 1280}, 32)
}

func roundTrip[T any](t *testing.T, v T, size int) {
	t.Helper()
	typ := cmsg.NewType[T](100, 200)
	b := cmsg.Append(nil, typ, v)
	got, ok := cmsg.Get(b, typ)
	if !ok {
		t.Errorf("%T: Get finds nothing in %x", v, b)
	} else if diff := cmp.Diff(v, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b socket.Sockaddr) bool { return a == b })); diff != "" {
		t.Errorf("%T: %s", v, diff)
	}
	if n := messages(b)[0].Header.Len; n != size {
		t.Errorf("%T takes %d bytes, want %d", v, n, size)
	}
	for n := range size { // no value of fixed size comes of less
		switch any(v).(type) {
		case string, []byte, []int, socket.Sockaddr, netip.Addr:
			continue
		}
		setLen(b, uint64(cmsg.Len(n)))
		if got, ok := cmsg.Get(b[:cmsg.Space(n)], typ); ok {
			t.Errorf("%T of %d bytes = %v, want nothing", v, n, got)
		}
	}
}

func TestNewTypeRefusesTheRest(t *testing.T) {
	refused(t, cmsg.NewType[*int](1, 2))
	refused(t, cmsg.NewType[struct{ S string }](1, 2))
	refused(t, cmsg.NewType[struct{ B bool }](1, 2)) // not any byte is a bool
	refused(t, cmsg.NewType[map[int]int](1, 2))
	refused(t, cmsg.NewType[[]string](1, 2))
	refused(t, cmsg.NewType[any](1, 2))
	if strconv.IntSize == 64 {
		big := math.MaxInt
		refused(t, cmsg.NewType[int](big, 2))
		refused(t, cmsg.NewType[int](1, big))
	}
}

func refused[T any](t *testing.T, typ cmsg.Type[T]) {
	t.Helper()
	var v T
	if all := messages(cmsg.Append(nil, typ, v)); all != nil {
		t.Errorf("Append of a %T makes %v, want a message that is none", typ, all)
	}
	if v, ok := cmsg.Get(raw(16, 1, 2, make([]byte, 16)...), typ); ok {
		t.Errorf("Get of a %T = %v, want nothing", typ, v)
	}
}

func TestStringsEndAtANul(t *testing.T) {
	typ := cmsg.NewType[string](1, 2)
	if v, ok := cmsg.Get(raw(5, 1, 2, 'a', 'b', 0, 'c', 0), typ); v != "ab" || !ok {
		t.Errorf("Get = %q, %v, want ab", v, ok)
	}
}

func TestIntsThatFitNoCIntAreRefused(t *testing.T) {
	if strconv.IntSize == 32 {
		t.Skip("every int is a C int")
	}
	big := math.MaxInt
	bad := map[string][]byte{
		"int":        cmsg.Append(nil, cmsg.NewType[int](1, 2), big),
		"uint":       cmsg.Append(nil, cmsg.NewType[uint](1, 2), uint(big)),
		"[]int":      cmsg.Append(nil, cmsg.SCM_RIGHTS, []int{0, big}),
		"In6Pktinfo": cmsg.Append(nil, cmsg.IPV6_PKTINFO, cmsg.In6Pktinfo{Ifindex: big}),
		"IP6MTUInfo": cmsg.Append(nil, cmsg.IPV6_PATHMTU, cmsg.IP6MTUInfo{Mtu: -1}),
		"netip.Addr": cmsg.Append(nil, cmsg.NewType[netip.Addr](1, 2), netip.Addr{}),
	}
	for name, b := range bad {
		if all := messages(b); all != nil {
			t.Errorf("%s: Append makes %v, want a message that is none", name, all)
		}
	}
	testutil.NotUnderQEMU(t, "it breaks off at such a message")
	a, _ := newPair(t, socket.SOCK_DGRAM)
	for name, b := range bad {
		_, err := socket.Sendmsg(a, &socket.Msghdr{Iov: [][]byte{{1}}, Control: b}, 0)
		wantErr(t, "Sendmsg with such a "+name, err, unix.EINVAL)
	}
}
