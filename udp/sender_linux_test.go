package udp_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/poll"
	"rawsocket.internal/socket/udp"
)

// This file holds the tests of the Sender:
//
//	1 what it makes of datagrams   2 any sequence, any interruption   3 paths that refuse   4 errors

// 1. What it makes of datagrams.

// rawMessages is what a receiver with UDP_GRO gets from the kernel, n messages and no more: the lengths in each.
func rawMessages(t testing.TB, fd, n int) (messages [][]int) {
	t.Helper()
	buf := make([]byte, 1<<16)
	for {
		flags := 0
		if len(messages) >= n {
			flags = socket.MSG_DONTWAIT
		}
		msg := socket.Msghdr{Iov: [][]byte{buf}, Control: make([]byte, 64)}
		n, err := socket.Recvmsg(fd, &msg, flags)
		if err == unix.EAGAIN {
			return messages
		}
		must(t, "Recvmsg", err)
		size, _ := cmsg.Get(msg.Control[:msg.Controllen], cmsg.UDP_GRO)
		var lens []int
		for p := range cmsg.Segments(buf[:n], size) {
			lens = append(lens, len(p))
		}
		messages = append(messages, lens)
	}
}

func TestSenderMakesOneMessageOfARun(t *testing.T) {
	repeat := func(size, n int, more ...int) []int {
		var lens []int
		for range n {
			lens = append(lens, size)
		}
		return append(lens, more...)
	}
	for _, row := range []struct {
		name  string
		lens  []int
		want  [][]int
		stats udp.SenderStats // Calls, Segmented
	}{
		{"nothing", nil, nil, udp.SenderStats{}},
		{"one", []int{10}, [][]int{{10}}, udp.SenderStats{Calls: 1}},
		{"an odd last one", []int{1000, 1000, 1000, 7}, [][]int{{1000, 1000, 1000, 7}}, udp.SenderStats{Calls: 1, Segmented: 1}},
		{"a short one ends it", []int{100, 50, 50, 100, 50}, [][]int{{100, 50}, {50}, {100, 50}}, udp.SenderStats{Calls: 1, Segmented: 2}},
		{"empty ones are none of it", []int{100, 0, 100, 0, 0}, [][]int{{100}, {0}, {100}, {0}, {0}}, udp.SenderStats{Calls: 1}},
		{"64 at most", repeat(10, 130), [][]int{repeat(10, 64), repeat(10, 64), {10, 10}}, udp.SenderStats{Calls: 1, Segmented: 3}},
		{"less than 64 KiB", repeat(30000, 5), [][]int{{30000, 30000}, {30000, 30000}, {30000}}, udp.SenderStats{Calls: 1, Segmented: 2}},
		{"the longest", []int{65507, 65507}, [][]int{{65507}, {65507}}, udp.SenderStats{Calls: 1}},
	} {
		for _, batch := range []bool{false, true} {
			in, to := boundSocket(t, "127.0.0.1")
			must(t, "UDP_GRO", socket.Setsockopt(in, socket.UDP_GRO, true))
			s := udp.NewSender(udp.Fd(newSocket(t, socket.AF_INET)))
			want := row.stats
			var ps [][]byte
			for _, n := range row.lens {
				ps = append(ps, make([]byte, n))
				want.Queued++
				want.Datagrams++
				want.Bytes += uint64(n)
			}
			if batch {
				n, err := s.SendBatch(ps, to)
				must(t, "SendBatch", err)
				if n != len(ps) {
					t.Errorf("%s: SendBatch = %d, want %d", row.name, n, len(ps))
				}
			} else {
				for _, p := range ps {
					must(t, "Sendto", s.Sendto(p, to))
				}
				must(t, "Flush", s.Flush())
			}
			if d := cmp.Diff(row.want, rawMessages(t, in, len(row.want))); d != "" {
				t.Errorf("%s, batch %v: messages (-want +got):\n%s", row.name, batch, d)
			}
			if d := cmp.Diff(want, s.Stats()); d != "" {
				t.Errorf("%s, batch %v: Stats (-want +got):\n%s", row.name, batch, d)
			}
			must(t, "Flush of nothing", s.Flush())
			if s.Stats() != want {
				t.Errorf("%s: Flush of nothing made a call", row.name)
			}
		}
	}
}

func TestSenderJoinsBetweenOtherDestinations(t *testing.T) {
	a, toA := boundSocket(t, "127.0.0.1")
	b, toB := boundSocket(t, "127.0.0.2")
	s := udp.NewSender(udp.Fd(newSocket(t, socket.AF_INET)))
	for _, fd := range []int{a, b} {
		must(t, "UDP_GRO", socket.Setsockopt(fd, socket.UDP_GRO, true))
	}
	for range 3 {
		must(t, "Sendto", s.Sendto(make([]byte, 100), toA))
		must(t, "Sendto", s.Sendto(make([]byte, 200), toB))
	}
	must(t, "Sendto", s.Sendto(make([]byte, 1), toA))
	must(t, "Flush", s.Flush())
	if d := cmp.Diff([][]int{{100, 100, 100, 1}}, rawMessages(t, a, 1)); d != "" {
		t.Errorf("to the first (-want +got):\n%s", d)
	}
	if d := cmp.Diff([][]int{{200, 200, 200}}, rawMessages(t, b, 1)); d != "" {
		t.Errorf("to the second (-want +got):\n%s", d)
	}
	if got := s.Stats(); got.Calls != 1 || got.Segmented != 2 {
		t.Errorf("Stats = %+v, want 1 call with 2 segmented messages", got)
	}
}

// A socket that is not UDP does not refuse UDP_SEGMENT but ignores it: datagrams would be stuck together.
func TestSenderMakesNoSegmentsWhereThereAreNone(t *testing.T) {
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	must(t, "Socketpair", err)
	defer socket.Close(pair[0])
	defer socket.Close(pair[1])
	for _, out := range []udp.Socket{udp.Fd(pair[0]), socket.Nonblocking(nonblocking(t, pair[0])), struct{ udp.Socket }{udp.Fd(pair[0])}} {
		s := udp.NewSender(out)
		for range 3 {
			must(t, "Send", s.Send([]byte("abc")))
		}
		must(t, "Flush", s.Flush())
		for range 3 {
			n, err := socket.Recv(pair[1], make([]byte, 100), socket.MSG_DONTWAIT)
			if n != 3 || err != nil {
				t.Errorf("received %d bytes, %v, want 3", n, err)
			}
		}
		if got := s.Stats(); got.Datagrams != 3 || got.Segmented != 0 || got.Calls != 1 {
			t.Errorf("Stats = %+v, want 3 datagrams, none segmented, in a call", got)
		}
	}
}

func TestSenderKeepsTheOrderToManyDestinations(t *testing.T) {
	fd, name := boundSocket(t, "0.0.0.0")
	r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd)), udp.Settings{Pktinfo: true})
	must(t, "NewReceiver", err)
	s := udp.NewSender(udp.Fd(newSocket(t, socket.AF_INET)))
	const dests, rounds = 100, 9
	for round := range rounds {
		for i := range dests {
			to := netip.AddrFrom4([4]byte{127, 0, 0, byte(1 + (i*7+round)%dests)})
			must(t, "Sendto", s.Sendto([]byte{byte(round)}, socket.SockaddrIn(netip.AddrPortFrom(to, name.AddrPort().Port()))))
		}
	}
	must(t, "Flush", s.Flush())
	next := map[netip.Addr]byte{}
	for range dests * rounds {
		d, err := soon(t, r)
		must(t, "Next", err)
		if len(d.Data) != 1 || d.Data[0] != next[d.To] {
			t.Fatalf("%v received % x, want %d", d.To, d.Data, next[d.To])
		}
		next[d.To]++
	}
	if len(next) != dests {
		t.Errorf("%d destinations received, want %d", len(next), dests)
	}
}

func TestSendtoCopiesAndSendBatchDoesNotKeep(t *testing.T) {
	in, to := boundSocket(t, "127.0.0.1")
	s := udp.NewSender(udp.Fd(newSocket(t, socket.AF_INET)))
	p := []byte("first")
	must(t, "Sendto", s.Sendto(p, to))
	copy(p, "taken")
	_, err := s.SendBatch([][]byte{[]byte("second"), []byte("third")}, to) // goes behind the first
	must(t, "SendBatch", err)
	buf := make([]byte, 100)
	for _, want := range []string{"first", "second", "third"} {
		n, err := socket.Recv(in, buf, 0)
		must(t, "Recv", err)
		if string(buf[:n]) != want {
			t.Errorf("received %q, want %q", buf[:n], want)
		}
	}
}

func TestSenderDoesNotAllocate(t *testing.T) {
	in, to := boundSocket(t, "127.0.0.1")
	in2, to2 := boundSocket(t, "127.0.0.2")
	r, err := udp.NewReceiver(udp.Fd(in), udp.Settings{Pktinfo: true, TOS: true, Timestamp: true, Drops: true})
	must(t, "NewReceiver", err)
	r2, err := udp.NewReceiver(udp.Fd(in2), udp.Settings{})
	must(t, "NewReceiver", err)
	s := udp.NewSender(socket.Nonblocking(nonblocking(t, newSocket(t, socket.AF_INET))))
	p := make([]byte, 1000)
	ps := [][]byte{p, p, p, p[:10]}
	ds := make([]udp.Datagram, 16)
	testutil.Allocs(t, "Sendto, Flush, Next", func() {
		for range 10 {
			must(t, "Sendto", s.Sendto(p, to))
			must(t, "Sendto", s.Sendto(p, to2))
		}
		must(t, "Flush", s.Flush())
		for range 10 {
			_, err := r.Next()
			must(t, "Next", err)
		}
		for n := 0; n < 10; {
			for _, err := range r2.All() {
				must(t, "All", err)
				if n++; n == 10 {
					break
				}
			}
		}
	})
	testutil.Allocs(t, "SendBatch, RecvBatch", func() {
		_, err := s.SendBatch(ps, to)
		must(t, "SendBatch", err)
		for n := 0; n < len(ps); {
			k, err := r.RecvBatch(ds)
			must(t, "RecvBatch", err)
			n += k
		}
	})
	nonblocking(t, in)
	testutil.Allocs(t, "Next, EAGAIN", func() {
		if _, err := r.Next(); err != unix.EAGAIN {
			t.Fatalf("Next of nothing = %v, want EAGAIN", err)
		}
	})
}

// 2. Any sequence, any interruption.

// A hinderer is a socket whose kernel, now and then, takes less, nothing, or refuses, as a script of bytes says: that
// a full buffer, an ICMP error and a device without checksums are at hand when the test wants them.
type hinderer struct {
	udp.Fd
	script  []byte
	refused int // datagrams refused
}

func (h *hinderer) Sendmmsg(msgs []socket.Mmsghdr, flags int) (int, error) {
	if len(h.script) == 0 {
		return h.Fd.Sendmmsg(msgs, flags)
	}
	b := h.script[0]
	h.script = h.script[1:]
	segmented := len(msgs[0].Control) > 0
	switch b % 8 {
	case 0:
		return 0, unix.EAGAIN
	case 1:
		h.refused++
		return 0, unix.ECONNREFUSED
	case 5:
		h.refused++
		if size, ok := cmsg.Get(msgs[0].Control, cmsg.UDP_SEGMENT); ok {
			n := 0
			for _, p := range msgs[0].Iov {
				n += len(p)
			}
			h.refused += (n - 1) / int(size) // all of them: a part may have gone
		}
		return 0, unix.ENOBUFS
	case 2:
		if segmented {
			return 0, unix.EIO
		}
	case 3:
		if segmented {
			return 0, unix.EMSGSIZE
		}
	case 4:
		return h.Fd.Sendmmsg(msgs[:1+int(b/8)%len(msgs)], flags)
	}
	return h.Fd.Sendmmsg(msgs, flags)
}

// payload fills p with what only the datagram of that number has, as far as it has room.
func payload(p []byte, number int) {
	x := uint64(number)*0x9e3779b97f4a7c15 + uint64(len(p))
	for i := range p {
		if i%8 == 0 && i > 0 {
			x += 0x9e3779b97f4a7c15
		}
		p[i] = byte(x >> (i % 8 * 8))
	}
}

// sequence sends what ops say, two bytes a datagram, to four destinations, and checks that each got its own, whole,
// once, in order, but for those that an error named.
func sequence(t testing.TB, v6 bool, ops, script []byte) {
	addr := "127.0.0.1"
	if v6 {
		addr = "::1"
	}
	type sent struct{ number, size int }
	type destination struct {
		name socket.Sockaddr
		r    *udp.Receiver
		want []sent
	}
	var dests [4]destination
	for i := range dests {
		fd, name := boundSocket(t, addr)
		set := udp.Settings{Messages: 1 + i*5}
		if i%2 == 1 {
			set.Size = 9000 // without UDP_GRO
		}
		r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd)), set)
		must(t, "NewReceiver", err)
		dests[i] = destination{name: name, r: r}
	}
	domain := dests[0].name.Family()
	h := &hinderer{Fd: udp.Fd(newSocket(t, domain)), script: script}
	s := udp.NewSender(h)

	failed := map[int]bool{}
	look := func(err error) (again bool) {
		if err == nil {
			return false
		}
		var errs udp.SendErrors
		if !errors.As(err, &errs) {
			if err != unix.EAGAIN {
				t.Fatalf("Sendto or Flush: %v", err)
			}
			return true
		}
		for _, e := range errs {
			if failed[int(e.Index)] || e.Err != unix.ECONNREFUSED && e.Err != unix.ENOBUFS {
				t.Errorf("told of twice, or of another error: %v", e)
			}
			failed[int(e.Index)] = true
		}
		return false
	}
	check := func() {
		for i := range dests {
			d := &dests[i]
			for _, want := range d.want {
				if failed[want.number] {
					continue
				}
				got, err := soon(t, d.r)
				if err != nil {
					t.Fatalf("destination %d, datagram %d of %d bytes: %v", i, want.number, want.size, err)
				}
				p := make([]byte, want.size)
				payload(p, want.number)
				if string(p) != string(got.Data) || cap(got.Data) != len(p) || got.Flags != 0 {
					t.Fatalf("destination %d: received %d bytes, flags %#x, want datagram %d of %d bytes", i, len(got.Data), got.Flags, want.number, want.size)
				}
			}
			if got, err := d.r.Next(); err != unix.EAGAIN {
				t.Fatalf("destination %d: there is one more, of %d bytes, %v", i, len(got.Data), err)
			}
			d.want = nil
		}
	}

	sizes := []int{100, 100, 100, 1200, 1200, 0, 1, 99, 101, 8000, 100, 1200, 100, 100, 1199, 1201}
	number := 0
	buf := make([]byte, 8000)
	var batch [][]byte
	for ; len(ops) >= 2; ops = ops[2:] {
		d := &dests[ops[0]%4]
		p := buf[:sizes[ops[1]%16]]
		payload(p, number)
		switch ops[0] / 4 % 16 {
		case 0: // three at once
			batch = batch[:0]
			first := number
			for range 3 {
				p := make([]byte, len(p))
				payload(p, number)
				batch = append(batch, p)
				d.want = append(d.want, sent{number, len(p)})
				number++
			}
			done := 0
			for try := 0; ; try++ {
				n, err := s.SendBatch(batch[done:], d.name)
				if done += n; !look(err) {
					break
				}
				if try > 300 {
					t.Fatal("SendBatch does not end")
				}
			}
			if done != 3 || s.Stats().Queued != uint64(first+3) {
				t.Fatalf("SendBatch has done %d of 3, and %d of %d in all", done, s.Stats().Queued, first+3)
			}
			continue
		case 1:
			look(s.Flush())
		}
		for try := 0; look(s.Sendto(p, d.name)); try++ { // EAGAIN: it was not taken
			if try > 300 {
				t.Fatal("Sendto does not end")
			}
		}
		d.want = append(d.want, sent{number, len(p)})
		number++
		if number%256 == 0 {
			for look(s.Flush()) {
			}
			check()
		}
	}
	for look(s.Flush()) {
	}
	check()
	stats := s.Stats()
	if len(failed) != h.refused || int(stats.Errors) != h.refused || int(stats.Datagrams) != number-h.refused || int(stats.Queued) != number {
		t.Errorf("%d sent, %d refused, %d told of; Stats = %+v", number, h.refused, len(failed), stats)
	}
}

func TestAnySequenceArrivesOnceAndInOrder(t *testing.T) {
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		ops := make([]byte, 2*rnd.IntN(900))
		var script []byte
		if seed%3 > 0 {
			script = make([]byte, rnd.IntN(300))
		}
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
		}
		for i := range script {
			script[i] = byte(rnd.Uint32())
		}
		if seed%5 == 0 { // long runs to one place
			for i := range ops {
				ops[i] &= 0x51
			}
		}
		sequence(t, seed%2 == 0, ops, script)
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

func FuzzSequence(f *testing.F) {
	f.Add(false, []byte("\x10\x00\x10\x00\x10\x03\x10\x05\x11\x00"), []byte{})
	f.Add(true, []byte("\x10\x00\x10\x00\x10\x03\x00\x05\x11\x00"), []byte{3, 3, 0, 1, 4, 0, 2})
	f.Fuzz(func(t *testing.T, v6 bool, ops, script []byte) {
		if len(ops) > 2000 || len(script) > 200 {
			return
		}
		sequence(t, v6, ops, script)
	})
}

// 3. Paths that refuse.

// numbered sends n datagrams of a size, numbered from first.
func numbered(t testing.TB, s *udp.Sender, first, n, size int, to socket.Sockaddr) {
	t.Helper()
	p := make([]byte, size)
	for i := range n {
		binary.NativeEndian.PutUint32(p, uint32(first+i))
		must(t, "Sendto", s.Sendto(p, to))
	}
}

// wantNumbers receives, waiting, the datagrams numbered first to first+n-1, in order, and no more.
func wantNumbers(t testing.TB, r *udp.Receiver, first, n, size int) {
	t.Helper()
	got := 0
	testutil.Eventually(t, fmt.Sprintf("%d datagrams from %d on arrive", n, first), func() bool {
		for d, err := range r.All() {
			if err == unix.EAGAIN {
				break
			}
			must(t, "Next", err)
			if len(d.Data) != size || int(binary.NativeEndian.Uint32(d.Data)) != first+got {
				t.Fatalf("received %d bytes, number %d, want %d, number %d", len(d.Data), binary.NativeEndian.Uint32(d.Data), size, first+got)
			}
			got++
		}
		return got >= n
	})
	if got != n {
		t.Fatalf("received %d datagrams, want %d", got, n)
	}
}

func nonblockingReceiver(t testing.TB, addr string) (*udp.Receiver, socket.Sockaddr) {
	t.Helper()
	fd, name := boundSocket(t, addr)
	r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd)), udp.Settings{})
	must(t, "NewReceiver", err)
	return r, name
}

// A socket without checksums is refused segments, whatever the path.
func TestSenderFallsBackPerDestinationAndTriesAgain(t *testing.T) {
	for _, row := range []struct {
		addr string
		opt  socket.Option[bool, socket.RW]
	}{
		{"127.0.0.1", socket.SO_NO_CHECK},
		{"::1", socket.UDP_NO_CHECK6_TX},
	} {
		fd, to := boundSocket(t, row.addr)
		fd2, to2 := boundSocket(t, row.addr)
		if to.Family() == socket.AF_INET6 {
			must(t, "UDP_NO_CHECK6_RX", socket.Setsockopt(fd, socket.UDP_NO_CHECK6_RX, true))
			must(t, "UDP_NO_CHECK6_RX", socket.Setsockopt(fd2, socket.UDP_NO_CHECK6_RX, true))
		}
		r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd)), udp.Settings{})
		must(t, "NewReceiver", err)
		r2, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd2)), udp.Settings{})
		must(t, "NewReceiver", err)
		out := newSocket(t, to.Family())
		s := udp.NewSender(udp.Fd(out))
		want := udp.SenderStats{}
		send := func(n int, size int, to socket.Sockaddr, r *udp.Receiver, calls, segmented, fallbacks uint64) {
			t.Helper()
			first := s.Stats().Queued
			numbered(t, s, int(first), n, size, to)
			must(t, "Flush", s.Flush())
			wantNumbers(t, r, int(first), n, size)
			want.Queued += uint64(n)
			want.Datagrams += uint64(n)
			want.Bytes += uint64(n * size)
			want.Calls += calls
			want.Segmented += segmented
			want.Fallbacks += fallbacks
			if d := cmp.Diff(want, s.Stats()); d != "" {
				t.Fatalf("%s: Stats (-want +got):\n%s", row.addr, d)
			}
		}
		send(10, 100, to, r, 1, 1, 0)
		must(t, "SO_NO_CHECK", socket.Setsockopt(out, row.opt, true))
		send(10, 100, to, r, 3, 0, 1)      // refused twice, sent one by one
		send(10, 100, to, r, 1, 0, 0)      // it remembers
		send(100, 100, to2, r2, 3+1, 0, 1) // another destination: the second message is not tried any more
		must(t, "SO_NO_CHECK", socket.Setsockopt(out, row.opt, false))
		send(10, 99, to, r, 1, 1, 0)  // smaller segments are not what was refused
		send(10, 100, to, r, 1, 0, 0) // these were
		for range 16384/64 - 1 {
			send(64, 100, to, r, 1, 0, 0)
		}
		send(44, 100, to, r, 1, 0, 0) // up to 16384 with those above
		send(10, 100, to, r, 1, 1, 0) // and again
	}
}

// A noChecksums is a socket whose segments to one destination meet a device without checksum offload.
type noChecksums struct {
	udp.Fd
	to    socket.Sockaddr
	tried int
}

func (n *noChecksums) Sendmmsg(msgs []socket.Mmsghdr, flags int) (int, error) {
	for i, msg := range msgs {
		if *msg.Name == n.to && len(msg.Control) > 0 {
			if n.tried++; i == 0 {
				return 0, unix.EIO
			}
			return n.Fd.Sendmmsg(msgs[:i], flags)
		}
	}
	return n.Fd.Sendmmsg(msgs, flags)
}

func TestSenderTriesNoSegmentsOfAnySizeBehindEIO(t *testing.T) {
	a, toA := nonblockingReceiver(t, "127.0.0.1")
	b, toB := nonblockingReceiver(t, "127.0.0.1")
	out := &noChecksums{Fd: udp.Fd(newSocket(t, socket.AF_INET)), to: toA}
	s := udp.NewSender(out)
	for i := range 3 {
		numbered(t, s, i*64, 64, 100, toA)
		numbered(t, s, i*64, 64, 100, toB)
	}
	must(t, "Flush", s.Flush())
	wantNumbers(t, a, 0, 192, 100)
	wantNumbers(t, b, 0, 192, 100)
	numbered(t, s, 0, 10, 50, toA)
	must(t, "Flush", s.Flush())
	wantNumbers(t, a, 0, 10, 50)
	if got := s.Stats(); out.tried != 2 || got.Fallbacks != 1 || got.Segmented != 3 {
		t.Errorf("segments tried %d times, Stats = %+v; want 2 times, 1 fallback, 3 segmented messages", out.tried, got)
	}
}

// carries waits until a closed port at an address answers with an ICMP error: until the neighbour is known the kernel
// keeps a few packets only.
func carries(t testing.TB, addr string) {
	t.Helper()
	to := socket.SockaddrIn(netip.AddrPortFrom(netip.MustParseAddr(addr), 9))
	probe := newSocket(t, to.Family())
	must(t, "Connect", socket.Connect(probe, to))
	testutil.Eventually(t, "datagrams reach "+addr, func() bool {
		_, err := socket.Send(probe, []byte{0}, 0)
		return err == unix.ECONNREFUSED
	})
}

func TestSenderOverAPathWithASmallMTU(t *testing.T) {
	v := testutil.NewVeth(t)
	testutil.Sh(t, "ip route add 10.77.0.2/32 dev va mtu 1300; ip route add fd77::2/128 dev va mtu 1300")
	testutil.Sh(t, "ip addr add 10.77.0.11/24 dev va; ip addr add fd77::11/64 dev va nodad")
	v.In(1)
	testutil.Sh(t, "ip addr add 10.77.0.3/24 dev vb; ip addr add fd77::3/64 dev vb nodad")
	for _, addrs := range [][2]string{{"10.77.0.2", "10.77.0.3"}, {"fd77::2", "fd77::3"}} {
		v.In(1)
		small, toSmall := nonblockingReceiver(t, addrs[0])
		large, toLarge := nonblockingReceiver(t, addrs[1])
		v.In(0)
		carries(t, addrs[1])
		s := udp.NewSender(udp.Fd(newSocket(t, toSmall.Family())))
		p := make([]byte, 1400)
		for i := range 200 {
			binary.NativeEndian.PutUint32(p, uint32(i))
			must(t, "Sendto", s.Sendto(p, toSmall))
			must(t, "Sendto", s.Sendto(p, toLarge))
		}
		must(t, "Flush", s.Flush())
		wantNumbers(t, small, 0, 200, 1400)
		wantNumbers(t, large, 0, 200, 1400)
		stats := s.Stats()
		if stats.Fallbacks != 1 || stats.Segmented < 5 || stats.Errors != 0 || stats.Datagrams != 400 {
			t.Errorf("%v: Stats = %+v, want 400 datagrams, 1 fallback, 5 segmented messages at least (200 of 1400 bytes, 46 in each)", addrs, stats)
		}
		numbered(t, s, 200, 64, 1000, toSmall) // these fit
		must(t, "Flush", s.Flush())
		wantNumbers(t, small, 200, 64, 1000)
		if got := s.Stats().Segmented; got != stats.Segmented+1 {
			t.Errorf("%v: smaller segments went in %d messages, want 1", addrs, got-stats.Segmented)
		}
	}
}

// Behind a router with a smaller MTU a datagram is lost and answered by an ICMP error, which a connected socket tells
// the next send: that is no refusal yet, the second attempt is. Segments leave without the don't-fragment bit, and the
// router cuts them.
func TestSenderLearnsAPathMTUFromARouter(t *testing.T) {
	v := testutil.NewVeth(t)
	v.In(1)
	router, err := os.Open("/proc/thread-self/ns/net")
	must(t, "netns", err)
	defer router.Close()
	testutil.NewNetns(t)
	testutil.Sh(t, fmt.Sprintf(`ip link add vd type veth peer name vc netns /proc/%d/fd/%d
		ip addr add 10.78.0.2/24 dev vd; ip link set vd mtu 1300 up; ip route add default via 10.78.0.1`, os.Getpid(), router.Fd()))
	fd, to := boundSocket(t, "10.78.0.2")
	r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd)), udp.Settings{})
	must(t, "NewReceiver", err)
	v.In(1)
	testutil.Sh(t, `ip addr add 10.78.0.1/24 dev vc; ip link set vc mtu 1300 up
		echo 1 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv4/icmp_ratelimit`)
	v.In(0)
	testutil.Sh(t, "ip route add 10.78.0.0/24 via 10.77.0.2")
	carries(t, "10.78.0.2")

	out := newSocket(t, socket.AF_INET)
	must(t, "Connect", socket.Connect(out, to))
	s := udp.NewSender(udp.Fd(out))
	numbered(t, s, 0, 20, 1400, socket.Sockaddr{}) // 1472 would fit the first link
	must(t, "Flush", s.Flush())
	wantNumbers(t, r, 0, 20, 1400)
	if mtu, err := socket.Getsockopt(out, socket.IP_MTU); mtu != 1500 || err != nil {
		t.Errorf("IP_MTU behind segments that were cut = %d, %v, want 1500: nothing learnt", mtu, err)
	}
	numbered(t, s, 0, 1, 1400, socket.Sockaddr{})
	must(t, "Flush", s.Flush())
	waitError(t, out)
	if mtu, err := socket.Getsockopt(out, socket.IP_MTU); mtu != 1300 || err != nil {
		t.Errorf("IP_MTU behind a single datagram = %d, %v, want 1300", mtu, err)
	}

	before := s.Stats()
	numbered(t, s, 1, 20, 1000, socket.Sockaddr{})
	must(t, "Flush", s.Flush())
	wantNumbers(t, r, 1, 20, 1000)
	if got := s.Stats(); got.Fallbacks != 0 || got.Errors != 0 || got.Segmented != before.Segmented+1 || got.Calls != before.Calls+2 {
		t.Errorf("Stats = %+v, then %+v, want 1 segmented message in 2 calls, of which the first met the router's error", before, got)
	}
	numbered(t, s, 21, 20, 1400, socket.Sockaddr{})
	must(t, "Flush", s.Flush())
	wantNumbers(t, r, 21, 20, 1400) // in fragments
	if got := s.Stats(); got.Fallbacks != 1 || got.Errors != 0 {
		t.Errorf("Stats = %+v, want 1 fallback and no errors", got)
	}
}

// 4. Errors.

var sameAddr = cmp.Comparer(func(a, b socket.Sockaddr) bool { return a == b })

func TestSenderNamesTheDatagramThatIsTooLong(t *testing.T) {
	v := testutil.NewVeth(t)
	testutil.Sh(t, "ip route add 10.77.0.2/32 dev va mtu 1300")
	v.In(1)
	r, to := nonblockingReceiver(t, "10.77.0.2")
	v.In(0)
	out := newSocket(t, socket.AF_INET)
	must(t, "IP_MTU_DISCOVER", socket.Setsockopt(out, socket.IP_MTU_DISCOVER, socket.IP_PMTUDISC_DO))
	s := udp.NewSender(udp.Fd(out))
	numbered(t, s, 0, 3, 1000, to)
	numbered(t, s, 99, 2, 1300, to) // 3 and 4 in the sender's count
	numbered(t, s, 3, 3, 1000, to)
	err := s.Flush()
	want := udp.SendErrors{{Index: 3, To: to, Len: 1300, Err: unix.EMSGSIZE}, {Index: 4, To: to, Len: 1300, Err: unix.EMSGSIZE}}
	if d := cmp.Diff(error(want), err, sameAddr); d != "" {
		t.Errorf("Flush (-want +got):\n%s", d)
	}
	wantNumbers(t, r, 0, 6, 1000)
	if got := s.Stats(); got.Errors != 2 || got.Datagrams != 6 || got.Fallbacks != 1 {
		t.Errorf("Stats = %+v, want 2 errors, 6 datagrams, 1 fallback", got)
	}

	if err := s.Sendto(make([]byte, 65528), to); err != unix.EMSGSIZE {
		t.Errorf("Sendto of 65528 bytes = %v, want EMSGSIZE", err)
	}
	n, err := s.SendBatch([][]byte{make([]byte, 4), make([]byte, 70000), make([]byte, 4)}, to)
	var errs udp.SendErrors
	if n != 3 || !errors.As(err, &errs) || len(errs) != 1 || errs[0].Index != 9 || errs[0].Err != unix.EMSGSIZE {
		t.Errorf("SendBatch with one of 70000 bytes = %d, %v, want 3, and datagram 9 refused with EMSGSIZE", n, err)
	}
}

// waitError waits until an ICMP error is there for the next call.
func waitError(t testing.TB, fd int) {
	t.Helper()
	testutil.Eventually(t, "an ICMP error arrives", func() bool {
		fds := []poll.Fd{{Fd: int32(fd)}}
		n, err := poll.Poll(fds, 0)
		must(t, "Poll", err)
		return n == 1 && fds[0].Revents&poll.POLLERR != 0
	})
}

func TestSenderGoesOnBehindARefusal(t *testing.T) {
	fd, to := boundSocket(t, "127.0.0.1")
	must(t, "Close", socket.Close(fd)) // nobody is there
	out := newSocket(t, socket.AF_INET)
	must(t, "Connect", socket.Connect(out, to))
	s := udp.NewSender(udp.Fd(out))
	numbered(t, s, 0, 10, 100, socket.Sockaddr{})
	must(t, "Flush", s.Flush()) // nothing is known yet
	waitError(t, out)
	numbered(t, s, 10, 5, 100, socket.Sockaddr{})
	want := udp.SendErrors{{Index: 10, Len: 100, Err: unix.ECONNREFUSED}}
	err := s.Flush()
	if d := cmp.Diff(error(want), err, sameAddr); d != "" {
		t.Errorf("Flush (-want +got):\n%s", d)
	}
	if !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("errors.Is(%v, ECONNREFUSED) is false", err)
	}
	if got := s.Stats(); got.Errors != 1 || got.Datagrams != 14 || got.Fallbacks != 0 {
		t.Errorf("Stats = %+v, want 1 error, 14 datagrams, no fallback", got)
	}

	waitError(t, out) // of the other four
	fd = newSocket(t, socket.AF_INET)
	must(t, "Bind", socket.Bind(fd, to)) // now there is somebody
	numbered(t, s, 0, 6, 100, socket.Sockaddr{})
	if err := s.Flush(); !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("Flush = %v, want the old ECONNREFUSED", err)
	}
	r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(t, fd)), udp.Settings{})
	must(t, "NewReceiver", err)
	wantNumbers(t, r, 1, 5, 100) // less the one that met it
}

func TestSendErrorsSayWhich(t *testing.T) {
	to := socket.SockaddrIn(netip.MustParseAddrPort("10.0.0.1:53"))
	for _, row := range []struct {
		err  error
		want string
	}{
		{udp.SendError{Index: 17, To: to, Len: 1400, Err: unix.ECONNREFUSED}, "udp: datagram 17 (1400 bytes to 10.0.0.1:53): connection refused"},
		{udp.SendErrors{{Index: 1, Len: 2, Err: unix.EPERM}}, "udp: datagram 1 (2 bytes): operation not permitted"},
		{udp.SendErrors{{Index: 1, Len: 2, Err: unix.EPERM}, {}, {}}, "udp: datagram 1 (2 bytes): operation not permitted, and 2 more"},
	} {
		if got := row.err.Error(); got != row.want {
			t.Errorf("Error() = %q, want %q", got, row.want)
		}
	}
	var first udp.SendError
	if err := error(udp.SendErrors{{Index: 5, Err: unix.EPERM}, {Index: 6, Err: unix.EACCES}}); !errors.As(err, &first) || first.Index != 5 || !errors.Is(err, unix.EACCES) {
		t.Errorf("errors.As finds %v, want datagram 5; errors.Is any errno", first)
	}
}

func TestIsGSOFailure(t *testing.T) {
	for _, row := range []struct {
		err  error
		want bool
	}{
		{nil, false}, {unix.EIO, true}, {unix.EINVAL, true}, {unix.EMSGSIZE, true}, {os.NewSyscallError("sendmsg", unix.EIO), true},
		{unix.EAGAIN, false}, {unix.ECONNREFUSED, false}, {os.ErrDeadlineExceeded, false}, {udp.SendErrors{{Err: unix.EINVAL}}, true},
	} {
		if got := udp.IsGSOFailure(row.err); got != row.want {
			t.Errorf("IsGSOFailure(%v) = %v, want %v", row.err, got, row.want)
		}
	}
}

// A link of 8 Mbit/s, a small buffer, a socket that does not wait.
func TestSenderOnAFullBuffer(t *testing.T) {
	testutil.Program(t, "tc")
	v := testutil.NewVeth(t)
	testutil.Sh(t, "tc qdisc add dev va root tbf rate 8mbit burst 20kb limit 10mb")
	v.In(1)
	r, to := nonblockingReceiver(t, "10.77.0.2")
	v.In(0)
	out := nonblocking(t, newSocket(t, socket.AF_INET))
	must(t, "SO_SNDBUF", socket.Setsockopt(out, socket.SO_SNDBUF, 1))
	s := udp.NewSender(socket.Nonblocking(out))
	full := 0
	wait := func() {
		full++
		fds := []poll.Fd{{Fd: int32(out), Events: poll.POLLOUT}}
		_, err := poll.Poll(fds, 10*time.Second)
		must(t, "Poll", err)
	}
	const n, size = 600, 500
	p := make([]byte, size)
	for i := range n {
		binary.NativeEndian.PutUint32(p, uint32(i))
		for {
			err := s.Sendto(p, to)
			if err == nil {
				break
			}
			if err != unix.EAGAIN {
				t.Fatalf("Sendto = %v", err)
			}
			wait()
		}
		if i%50 == 49 {
			if err := s.Flush(); err != nil && err != unix.EAGAIN {
				t.Fatalf("Flush = %v", err)
			}
		}
	}
	for err := s.Flush(); err != nil; err = s.Flush() {
		if err != unix.EAGAIN {
			t.Fatalf("Flush = %v", err)
		}
		wait()
	}
	wantNumbers(t, r, 0, n, size)
	if full == 0 {
		t.Error("the buffer was never full: nothing was tested")
	}
	if got := s.Stats(); got.Datagrams != n || got.Errors != 0 {
		t.Errorf("Stats = %+v, want %d datagrams", got, n)
	}
}

func TestSenderOnASocketThatIsGone(t *testing.T) {
	_, to := boundSocket(t, "127.0.0.1")
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	must(t, "Socket", err)
	must(t, "Connect", socket.Connect(fd, to))
	s := udp.NewSender(udp.Fd(fd))
	must(t, "Send", s.Send([]byte("hello")))
	must(t, "Shutdown", socket.Shutdown(fd, socket.SHUT_WR))
	if err := s.Flush(); err != unix.EPIPE {
		t.Errorf("Flush of a socket that was shut down = %v, want EPIPE", err)
	}
	must(t, "Close", socket.Close(fd))
	for range 2 {
		if err := s.Flush(); err != unix.EBADF {
			t.Errorf("Flush of a closed socket = %v, want EBADF", err)
		}
	}
	if n, err := s.SendBatch([][]byte{nil}, to); n != 0 || err != unix.EBADF {
		t.Errorf("SendBatch of a closed socket = %d, %v, want 0, EBADF", n, err)
	}
	if got := s.Stats(); got.Queued != 1 || got.Datagrams != 0 || got.Errors != 0 {
		t.Errorf("Stats = %+v, want one queued", got)
	}
	if s := strings.ToLower(fmt.Sprint(s.Flush())); !strings.Contains(s, "descriptor") {
		t.Errorf("the error reads %q", s)
	}
}
