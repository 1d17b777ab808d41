package cmsg_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/internal/testutil"
)

func TestSegmentsCutsBySize(t *testing.T) {
	for _, row := range []struct {
		p    string
		size int
		want []string
	}{
		{"", 0, []string{""}},
		{"", 3, []string{""}},
		{"abc", 0, []string{"abc"}},
		{"abc", -1, []string{"abc"}},
		{"abc", 3, []string{"abc"}},
		{"abc", 4, []string{"abc"}},
		{"abc", 1, []string{"a", "b", "c"}},
		{"abcdefg", 3, []string{"abc", "def", "g"}},
		{"abcdef", 3, []string{"abc", "def"}},
	} {
		var got []string
		segments := cmsg.Segments([]byte(row.p), row.size)
		for range 2 { // a sequence can be gone through again
			got = nil
			for s := range segments {
				if cap(s) != len(s) {
					t.Errorf("Segments(%q, %d): %q has capacity %d: append would write to the next one", row.p, row.size, s, cap(s))
				}
				got = append(got, string(s))
			}
		}
		if d := cmp.Diff(row.want, got); d != "" {
			t.Errorf("Segments(%q, %d) (-want +got):\n%s", row.p, row.size, d)
		}
	}
	for s := range cmsg.Segments([]byte("abc"), 1) {
		if string(s) != "a" {
			t.Errorf("Segments went on to %q behind a break", s)
		}
		break
	}
}

func TestSegmentsDoesNotAllocate(t *testing.T) {
	p, n := make([]byte, 65000), 0
	testutil.Allocs(t, "Segments", func() {
		for s := range cmsg.Segments(p, 1400) {
			n += len(s)
		}
	})
	if n%len(p) != 0 {
		t.Errorf("Segments gave %d bytes, want a multiple of %d", n, len(p))
	}
}

// The kernel refuses segments that the path cannot carry whole, by the MTU of a device or of one route; the
// program sends them one by one, and IP cuts them.
func TestSendmsgWithSegmentsOverThePathMTUIsRefusedAndSentPlain(t *testing.T) {
	testutil.NotUnderQEMU(t, "it leaves UDP_SEGMENT in the byte order of the host")
	v := testutil.NewVeth(t)
	testutil.Sh(t, "ip link set va mtu 1400; ip route add fd77::2/128 dev va mtu 1300; ip route add 10.77.0.2/32 dev va mtu 1300")
	for _, row := range []struct {
		addr string
		fits int // payload of a packet of 1300 bytes
	}{
		{"10.77.0.2", 1300 - 20 - 8},
		{"fd77::2", 1300 - 40 - 8},
	} {
		family := socket.AF_INET
		if netip.MustParseAddr(row.addr).Is6() {
			family = socket.AF_INET6
		}
		v.In(1)
		in := newSocket(t, family, socket.SOCK_DGRAM, 0)
		must(t, "Bind", socket.Bind(in, socket.SockaddrIn(netip.AddrPortFrom(netip.MustParseAddr(row.addr), 0))))
		must(t, "UDP_GRO", socket.Setsockopt(in, socket.UDP_GRO, true))
		to, err := socket.Getsockname(in)
		must(t, "Getsockname", err)
		v.In(0)
		out := newSocket(t, family, socket.SOCK_DGRAM, 0)

		send := func(size int) error {
			p := make([]byte, 3*size+1)
			_, err := socket.Sendmsg(out, &socket.Msghdr{Name: &to, Iov: [][]byte{p}, Control: cmsg.Append(nil, cmsg.UDP_SEGMENT, uint16(size))}, 0)
			return err
		}
		receive := func() (sizes []int) {
			buf := make([]byte, 1<<16)
			for {
				msg := socket.Msghdr{Iov: [][]byte{buf}, Control: make([]byte, 64)}
				n, err := socket.Recvmsg(in, &msg, socket.MSG_DONTWAIT)
				if err == unix.EAGAIN {
					return sizes
				}
				must(t, "Recvmsg", err)
				size, _ := cmsg.Get(msg.Control[:msg.Controllen], cmsg.UDP_GRO)
				for s := range cmsg.Segments(buf[:n], size) {
					sizes = append(sizes, len(s))
				}
			}
		}

		must(t, "Sendmsg of segments that fit", send(row.fits))
		var got []int
		want := []int{row.fits, row.fits, row.fits, 1}
		testutil.Eventually(t, "what fits arrives", func() bool { got = append(got, receive()...); return len(got) >= len(want) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: segments of %d came as %v, want %v", row.addr, row.fits, got, want)
		}

		if err := send(row.fits + 1); err != unix.EMSGSIZE && err != unix.EINVAL { // EINVAL before Linux 6.14
			t.Fatalf("%s: Sendmsg of segments of %d over an MTU of 1300 = %v, want EMSGSIZE", row.addr, row.fits+1, err)
		}
		for range 3 {
			_, err := socket.Sendto(out, make([]byte, row.fits+1), 0, to)
			must(t, "Sendto", err)
		}
		got, want = nil, []int{row.fits + 1, row.fits + 1, row.fits + 1}
		testutil.Eventually(t, "the plain ones arrive", func() bool { got = append(got, receive()...); return len(got) >= len(want) })
		if !slices.Equal(got, want) {
			t.Errorf("%s: plain datagrams of %d came as %v, want %v", row.addr, row.fits+1, got, want)
		}
	}
}

// GSO and GRO in plain calls: 2500 bytes go as datagrams of 1000 in one call, and come back joined in one. Package udp
// does this, and more, unasked.
func ExampleSegments() {
	in, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(in)
	check(socket.Bind(in, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))))
	check(socket.Setsockopt(in, socket.UDP_GRO, true))
	to, err := socket.Getsockname(in)
	check(err)

	out, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(out)
	_, err = socket.Sendmsg(out, &socket.Msghdr{
		Name:    &to,
		Iov:     [][]byte{make([]byte, 2500)},
		Control: cmsg.Append(nil, cmsg.UDP_SEGMENT, 1000),
	}, 0)
	check(err)

	buf := make([]byte, 1<<16) // any less could cut what was joined
	msg := socket.Msghdr{Iov: [][]byte{buf}, Control: make([]byte, cmsg.Space(4))}
	n, err := socket.Recvmsg(in, &msg, 0)
	check(err)
	size, _ := cmsg.Get(msg.Control[:msg.Controllen], cmsg.UDP_GRO)
	fmt.Println("received", n, "bytes in datagrams of", size)
	for p := range cmsg.Segments(buf[:n], size) {
		fmt.Println(len(p))
	}
	// Output:
	// received 2500 bytes in datagrams of 1000
	// 1000
	// 1000
	// 500
}
