package udp_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/udp"
)

func TestReceiverTellsWhereADatagramCameFromAndTo(t *testing.T) {
	lo, err := socket.IfNametoindex("lo")
	must(t, "IfNametoindex", err)
	for _, row := range []struct {
		bind, from, to, want string
	}{
		{"0.0.0.0", "127.0.0.5", "127.0.0.42", "127.0.0.42"},
		{"::", "::1", "::1", "::1"},
		{"::", "127.0.0.5", "127.0.0.42", "::ffff:127.0.0.42"}, // IPv4 to a socket of both
	} {
		fd, name := boundSocket(t, row.bind)
		r, err := udp.NewReceiver(udp.Fd(fd), udp.Settings{Pktinfo: true, TOS: true, Timestamp: true, Drops: true})
		must(t, "NewReceiver", err)
		out, source := boundSocket(t, row.from)
		if source.Family() == socket.AF_INET {
			must(t, "IP_TOS", socket.Setsockopt(out, socket.IP_TOS, 0x29))
		} else {
			must(t, "IPV6_TCLASS", socket.Setsockopt(out, socket.IPV6_TCLASS, 0x29))
		}
		s := udp.NewSender(udp.Fd(out))
		to := socket.SockaddrIn(netip.AddrPortFrom(netip.MustParseAddr(row.to), name.AddrPort().Port()))
		before := time.Now()
		for i := range 10 {
			must(t, "Sendto", s.Sendto([]byte{byte(i)}, to))
		}
		must(t, "Sendto", s.Sendto(nil, to))
		must(t, "Flush", s.Flush())

		for i := range 11 {
			d, err := r.Next()
			must(t, "Next", err)
			if i < 10 && (len(d.Data) != 1 || d.Data[0] != byte(i)) || i == 10 && len(d.Data) != 0 {
				t.Errorf("%v: datagram %d is % x", row, i, d.Data)
			}
			from := d.From.AddrPort()
			if from.Addr().Unmap() != source.AddrPort().Addr() || from.Port() != source.AddrPort().Port() {
				t.Errorf("%v: From = %v, want %v", row, d.From, source)
			}
			if d.To.String() != row.want || d.Ifindex != lo {
				t.Errorf("%v: To = %v by interface %d, want %s, %d", row, d.To, d.Ifindex, row.want, lo)
			}
			if d.TOS != 0x29 || d.ECN() != 1 {
				t.Errorf("%v: TOS = %#x, ECN %d, want 0x29, 1", row, d.TOS, d.ECN())
			}
			if d.Time.Before(before.Add(-time.Second)) || d.Time.After(time.Now().Add(time.Second)) {
				t.Errorf("%v: Time = %v, sent at %v", row, d.Time, before)
			}
			if d.Flags != 0 {
				t.Errorf("%v: Flags = %#x", row, d.Flags)
			}
			if size, ok := cmsg.Get(d.Control, cmsg.UDP_GRO); ok != (i < 10) || ok && size != 1 {
				t.Errorf("%v: datagram %d came with UDP_GRO %d, %v", row, i, size, ok)
			}
		}
		want := udp.ReceiverStats{Datagrams: 11, Bytes: 10, Calls: r.Stats().Calls, Joined: 1}
		if d := cmp.Diff(want, r.Stats()); d != "" {
			t.Errorf("%v: Stats (-want +got):\n%s", row, d)
		}

		for _, opt := range []socket.Option[bool, socket.RW]{socket.IP_RECVTOS, socket.SO_TIMESTAMPNS, socket.IP_PKTINFO, socket.IPV6_RECVTCLASS, socket.IPV6_RECVPKTINFO} {
			socket.Setsockopt(fd, opt, false) // ENOPROTOOPT for the other family's
		}
		must(t, "Sendto", s.Sendto(nil, to))
		must(t, "Flush", s.Flush())
		d, err := r.Next()
		must(t, "Next", err)
		if d.To.IsValid() || d.Ifindex != 0 || d.TOS != 0 || !d.Time.IsZero() || len(d.Control) != 0 {
			t.Errorf("%v: a datagram without control messages has To %v, Ifindex %d, TOS %d, Time %v, Control % x", row, d.To, d.Ifindex, d.TOS, d.Time, d.Control)
		}
	}
}

func TestReceiverSetsOnlyWhatItIsAskedFor(t *testing.T) {
	get := func(fd int) (on []bool) {
		for _, opt := range []socket.Option[bool, socket.RW]{socket.UDP_GRO, socket.IP_PKTINFO, socket.IP_RECVTOS, socket.SO_TIMESTAMPNS, socket.SO_RXQ_OVFL} {
			v, err := socket.Getsockopt(fd, opt)
			must(t, "Getsockopt", err)
			on = append(on, v)
		}
		return on
	}
	for _, row := range []struct {
		set  udp.Settings
		want []bool
	}{
		{udp.Settings{}, []bool{true, false, false, false, false}},
		{udp.Settings{Size: 2000}, []bool{false, false, false, false, false}},
		{udp.Settings{Size: 2000, Pktinfo: true}, []bool{false, true, false, false, false}},
		{udp.Settings{Size: 2000, TOS: true}, []bool{false, false, true, false, false}},
		{udp.Settings{Size: 2000, Timestamp: true}, []bool{false, false, false, true, false}},
		{udp.Settings{Size: 2000, Drops: true}, []bool{false, false, false, false, true}},
	} {
		fd := newSocket(t, socket.AF_INET)
		_, err := udp.NewReceiver(udp.Fd(fd), row.set)
		must(t, "NewReceiver", err)
		if got := get(fd); !slices.Equal(got, row.want) {
			t.Errorf("%+v: UDP_GRO, IP_PKTINFO, IP_RECVTOS, SO_TIMESTAMPNS, SO_RXQ_OVFL = %v, want %v", row.set, got, row.want)
		}
	}
	for _, set := range []udp.Settings{{Messages: -1}, {Messages: 1025}, {Size: -1}, {Size: 1<<20 + 1}} {
		if _, err := udp.NewReceiver(udp.Fd(newSocket(t, socket.AF_INET)), set); err != unix.EINVAL {
			t.Errorf("NewReceiver with %+v = %v, want EINVAL", set, err)
		}
	}
	if _, err := udp.NewReceiver(udp.Fd(-1), udp.Settings{}); err != unix.EBADF {
		t.Errorf("NewReceiver of no descriptor = %v, want EBADF", err)
	}
	if _, err := udp.NewReceiver(struct{ udp.Socket }{}, udp.Settings{}); err != unix.EOPNOTSUPP {
		t.Errorf("NewReceiver of another Socket = %v, want EOPNOTSUPP", err)
	}
}

func TestReceiverShowsWhatWasCut(t *testing.T) {
	type got struct {
		Len, Flags int
	}
	for _, row := range []struct {
		name string
		gro  bool
		lens []int
		want []got
	}{
		{"single", false, []int{250, 251, 300, 10}, []got{{250, 0}, {250, unix.MSG_TRUNC}, {250, unix.MSG_TRUNC}, {10, 0}}},
		{"joined", true, []int{100, 100, 100, 100}, []got{{100, 0}, {100, 0}, {50, unix.MSG_TRUNC}}},
		{"joined, cut between two", true, []int{125, 125, 125}, []got{{125, 0}, {125, unix.MSG_TRUNC}}},
	} {
		fd, to := boundSocket(t, "127.0.0.1")
		r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd)), udp.Settings{Size: 250})
		must(t, "NewReceiver", err)
		must(t, "UDP_GRO", socket.Setsockopt(fd, socket.UDP_GRO, row.gro))
		s := udp.NewSender(udp.Fd(newSocket(t, socket.AF_INET)))
		for _, n := range row.lens {
			must(t, "Sendto", s.Sendto(make([]byte, n), to))
		}
		must(t, "Flush", s.Flush())
		var all []got
		truncated := 0
		for range row.want {
			d, err := soon(t, r)
			must(t, "Next", err)
			all = append(all, got{len(d.Data), d.Flags})
			if d.Flags != 0 {
				truncated++
			}
		}
		if d := cmp.Diff(row.want, all); d != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, d)
		}
		if n := r.Stats().Truncated; int(n) != truncated {
			t.Errorf("%s: Truncated = %d, want %d", row.name, n, truncated)
		}
	}
}

func TestRecvBatchGivesAllOfACallInParts(t *testing.T) {
	fd, to := boundSocket(t, "127.0.0.1")
	r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd)), udp.Settings{})
	must(t, "NewReceiver", err)
	s := udp.NewSender(udp.Fd(newSocket(t, socket.AF_INET)))
	numbered(t, s, 0, 100, 50, to)
	must(t, "Flush", s.Flush())
	ds := make([]udp.Datagram, 70)
	number, n := 0, 0
	for number < 100 {
		testutil.Eventually(t, "a batch arrives", func() bool {
			n, err = r.RecvBatch(ds)
			return err != unix.EAGAIN
		})
		must(t, "RecvBatch", err)
		if n < 30 { // 64 went in one message, 36 in another
			t.Errorf("RecvBatch = %d, want 70 and 30, or 64 and 36 if the second message is late", n)
		}
		for _, d := range ds[:n] {
			if got := int(binary.NativeEndian.Uint32(d.Data)); got != number || len(d.Data) != 50 {
				t.Errorf("received %d bytes, number %d, want 50, number %d", len(d.Data), got, number)
			}
			number++
		}
	}
	if n, err := r.RecvBatch(ds); n != 0 || err != unix.EAGAIN {
		t.Errorf("RecvBatch of nothing = %d, %v, want 0, EAGAIN", n, err)
	}
	if n, err := r.RecvBatch(nil); n != 0 || err != nil {
		t.Errorf("RecvBatch into nothing = %d, %v, want 0", n, err)
	}
	if got := r.Stats(); got.Datagrams != 100 || got.Joined != 2 {
		t.Errorf("Stats = %+v, want 100 datagrams, 2 joined messages", got)
	}
}

// Received and dropped make what was sent. Without UDP_GRO the kernel counts the datagrams that it drops, with it the
// messages, of 64 here.
func TestReceivedAndDroppedMakeSent(t *testing.T) {
	for _, row := range []struct {
		set udp.Settings
		per int
	}{
		{udp.Settings{Size: 2000, Drops: true}, 1},
		{udp.Settings{Drops: true}, 64},
	} {
		fd, to := boundSocket(t, "127.0.0.1")
		must(t, "SO_RCVBUF", socket.Setsockopt(fd, socket.SO_RCVBUF, 300<<10))
		r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd)), row.set)
		must(t, "NewReceiver", err)
		s := udp.NewSender(udp.Fd(newSocket(t, socket.AF_INET)))
		const n = 64 * 50
		for i := 0; i < n; i += 64 {
			numbered(t, s, i, 64, 1000, to)
			must(t, "Flush", s.Flush())
		}
		last, received := -1, 0
		drain := func() {
			for d, err := range r.All() {
				if err == unix.EAGAIN {
					break
				}
				must(t, "Next", err)
				number := int(binary.NativeEndian.Uint32(d.Data))
				if number <= last {
					t.Fatalf("number %d came behind %d", number, last)
				}
				last = number
				received++
			}
		}
		drain()
		sent := n
		testutil.Eventually(t, "one that tells of the drops arrives", func() bool {
			numbered(t, s, sent, 1, 1000, to)
			must(t, "Flush", s.Flush())
			sent++
			drain()
			return last == sent-1
		})
		drops := int(r.Stats().Drops)
		if drops == 0 || received+drops*row.per != sent {
			t.Errorf("%+v: received %d, dropped %d times %d, sent %d", row.set, received, drops, row.per, sent)
		}
		if got := s.Stats(); got.Datagrams != uint64(sent) {
			t.Errorf("sender's Stats = %+v, want %d datagrams", got, sent)
		}
	}
}

func TestAllEndsBehindAnError(t *testing.T) {
	fd, to := boundSocket(t, "127.0.0.1")
	r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd)), udp.Settings{})
	must(t, "NewReceiver", err)
	s := udp.NewSender(udp.Fd(newSocket(t, socket.AF_INET)))
	for range 2 {
		numbered(t, s, 0, 3, 10, to)
		must(t, "Flush", s.Flush())
		testutil.Eventually(t, "the message arrives", func() bool {
			info, err := socket.Getsockopt(fd, socket.SO_MEMINFO)
			must(t, "SO_MEMINFO", err)
			return info.Rmem_alloc > 0
		})
		var errs []error
		for d, err := range r.All() {
			if errs = append(errs, err); len(errs) > 4 || (d == nil) != (err != nil) {
				break
			}
		}
		if want := []error{nil, nil, nil, unix.EAGAIN}; !slices.Equal(errs, want) {
			t.Errorf("All gave the errors %v, want %v", errs, want)
		}
	}
}

func TestReceiverShowsICMPErrorsAndGoesOn(t *testing.T) {
	closed, to := boundSocket(t, "127.0.0.1")
	must(t, "Close", socket.Close(closed))
	fd, name := boundSocket(t, "127.0.0.1")
	must(t, "Connect", socket.Connect(fd, to))
	r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd)), udp.Settings{})
	must(t, "NewReceiver", err)
	s := udp.NewSender(udp.Fd(fd))
	must(t, "Send", s.Send([]byte("anybody there?")))
	must(t, "Flush", s.Flush())
	testutil.Eventually(t, "the refusal arrives", func() bool {
		_, err := r.Next()
		return err == unix.ECONNREFUSED
	})
	peer := newSocket(t, socket.AF_INET)
	must(t, "Bind", socket.Bind(peer, to))
	_, err = socket.Sendto(peer, []byte("yes"), 0, name)
	must(t, "Sendto", err)
	d, err := soon(t, r)
	if err != nil || string(d.Data) != "yes" || d.From != to {
		t.Errorf("Next behind the error = %v, %v, want yes from %v", d, err, to)
	}
}
