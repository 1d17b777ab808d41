package cmsg_test

// This file holds the tests of sending and receiving without a copy: what is sent arrives whole though its buffers are
// written to as soon as they are free, completions in any order against a model, and the pages of TCP_ZEROCOPY_RECEIVE.

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/internal/testutil"
)

// zerocopyTCP is a connection that may send without a copy, from a to b.
func zerocopyTCP(t *testing.T) (a, b int) {
	t.Helper()
	a, b = tcp(t)
	must(t, "SO_ZEROCOPY", socket.Setsockopt(a, socket.SO_ZEROCOPY, true))
	return a, b
}

// zerocopyUDP is a connected socket that may send without a copy, and its peer.
func zerocopyUDP(t *testing.T, addr netip.Addr) (a, b int) {
	t.Helper()
	b, name := bound(t, addr)
	a, _ = bound(t, addr)
	must(t, "Connect", socket.Connect(a, name))
	must(t, "SO_ZEROCOPY", socket.Setsockopt(a, socket.SO_ZEROCOPY, true))
	return a, b
}

// awaitDone waits until no send is pending.
func awaitDone(t *testing.T, fd int, z *cmsg.Zerocopy) {
	t.Helper()
	for {
		_, err := z.Reap(fd)
		must(t, "Reap", err)
		if z.Pending() == 0 {
			return
		}
		awaitError(t, fd)
	}
}

// fill fills p with bytes that depend on where in the whole of what is sent they are.
func fill(p []byte, at int) {
	for i := range p {
		p[i] = byte((at+i)>>8*31 ^ (at + i))
	}
}

// A wheel is buffers that are filled again as soon as they are free; in between they hold what must never arrive.
type wheel struct {
	buffers [8][]byte
	ids     [8][]uint64
	turn    int
}

func newWheel() (w wheel) {
	for i := range w.buffers {
		w.buffers[i] = make([]byte, 100_000)
	}
	return w
}

// next is a buffer that is free, if there is one.
func (w *wheel) next(z *cmsg.Zerocopy) (i int, ok bool) {
	for range w.buffers {
		w.turn = (w.turn + 1) % len(w.buffers)
		if !slices.ContainsFunc(w.ids[w.turn], func(id uint64) bool { return !z.Done(id) }) {
			w.ids[w.turn] = w.ids[w.turn][:0]
			return w.turn, true
		}
	}
	return 0, false
}

func (w *wheel) spoil(z *cmsg.Zerocopy) {
	for i, ids := range w.ids {
		if !slices.ContainsFunc(ids, func(id uint64) bool { return !z.Done(id) }) {
			clear(w.buffers[i])
		}
	}
}

func TestZerocopyOverTCPArrivesWhole(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_ZEROCOPY")
	a, b := zerocopyTCP(t)
	must(t, "SetNonblock", socket.SetNonblock(a, true)) // so that sends are partial
	must(t, "SO_SNDBUF", socket.Setsockopt(a, socket.SO_SNDBUF, 50_000))
	const total = 8 << 20
	received := make(chan error, 1)
	go func() {
		p, want := make([]byte, 50_000), make([]byte, 50_000)
		for at := 0; at < total; {
			n, err := socket.Recv(b, p, 0)
			if n == 0 || err != nil {
				received <- fmt.Errorf("Recv at %d = %d, %v", at, n, err)
				return
			}
			fill(want[:n], at)
			if !bytes.Equal(p[:n], want[:n]) {
				received <- fmt.Errorf("bytes %d to %d are wrong", at, at+n)
				return
			}
			at += n
		}
		received <- nil
	}()

	var z cmsg.Zerocopy
	if n, id, err := z.Send(a, nil, 0); n != 0 || err != nil || !z.Done(id) || z.Pending() != 0 {
		t.Errorf("Send of nothing = %d, %d, %v, %d pending", n, id, err, z.Pending())
	}
	w := newWheel()
	sends, partial := 1, 0
	for at := 0; at < total; {
		i, ok := w.next(&z)
		for ; !ok; i, ok = w.next(&z) {
			awaitError(t, a)
			_, err := z.Reap(a)
			must(t, "Reap", err)
			w.spoil(&z)
		}
		p := w.buffers[i][:min(1+rand.IntN(len(w.buffers[i])), total-at)]
		fill(p, at)
		for len(p) > 0 {
			n, id, err := z.Send(a, p, 0)
			if err == unix.EAGAIN {
				if n != 0 || id != 0 || !z.Done(id) {
					t.Fatalf("Send = %d, %d, %v", n, id, err)
				}
				fds := []unix.PollFd{{Fd: int32(a), Events: unix.POLLOUT}}
				unix.Poll(fds, 1000)
				if fds[0].Revents&unix.POLLERR != 0 {
					z.Reap(a)
				}
				continue
			}
			must(t, "Send", err)
			sends++
			if n < len(p) {
				partial++
			}
			w.ids[i] = append(w.ids[i], id)
			p, at = p[n:], at+n
		}
	}
	awaitDone(t, a, &z)
	must(t, "received", <-received)
	if z.Pending() != 0 || z.Kept() != 0 || int(z.Copied()) != sends || partial == 0 {
		t.Errorf("at the end %d pending, %d kept; %d sends, %d partial, %d copied, want all: it is loopback", z.Pending(), z.Kept(), sends, partial, z.Copied())
	}
}

func TestZerocopyOverUDPArrivesWhole(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_ZEROCOPY")
	for _, addr := range []netip.Addr{lo4, lo6} {
		a, b := zerocopyUDP(t, addr)
		var z cmsg.Zerocopy
		w := newWheel()
		p, want := make([]byte, 1<<16), make([]byte, 1<<16)
		for at := range 500 {
			i, ok := w.next(&z)
			for ; !ok; i, ok = w.next(&z) {
				awaitError(t, a)
				_, err := z.Reap(a)
				must(t, "Reap", err)
				w.spoil(&z)
			}
			size := rand.IntN(60_000)
			if at%10 == 0 {
				size = 0
			}
			fill(w.buffers[i][:size], at)
			n, id, err := z.Send(a, w.buffers[i][:size], 0)
			if n != size || err != nil || id != uint64(at+1) || size == 0 && z.Pending() == 0 && !z.Done(id) {
				t.Fatalf("Send of %d bytes = %d, %d, %v", size, n, id, err)
			}
			w.ids[i] = append(w.ids[i], id)
			if n, err = socket.Recv(b, p, 0); n != size || err != nil {
				t.Fatalf("Recv = %d, %v, want %d", n, err, size)
			}
			fill(want[:n], at)
			if !bytes.Equal(p[:n], want[:n]) {
				t.Fatalf("datagram %d of %d bytes is wrong", at, size)
			}
		}
		awaitDone(t, a, &z)
		if z.Copied() != 500 || z.Kept() != 0 {
			t.Errorf("%d copied, %d kept, want 500 and 0", z.Copied(), z.Kept())
		}
	}
}

func TestZerocopyNeedsItsOption(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_ZEROCOPY")
	a, b := newPair(t, socket.SOCK_STREAM)
	wantErr(t, "SO_ZEROCOPY of a unix socket", socket.Setsockopt(a, socket.SO_ZEROCOPY, true), unix.EOPNOTSUPP)
	off, _ := tcp(t)
	send(t, b, "stays", nil, nil)
	for name, fd := range map[string]int{"a unix socket": a, "a TCP socket without SO_ZEROCOPY": off} {
		var z cmsg.Zerocopy
		n, id, err := z.Send(fd, []byte("x"), 0)
		if n != 0 || id != 0 || err != unix.EOPNOTSUPP {
			t.Errorf("Send on %s = %d, %d, %v, want EOPNOTSUPP", name, n, id, err)
		}
		_, _, err = z.Sendmsg(fd, &socket.Msghdr{Iov: [][]byte{{1}}}, 0)
		wantErr(t, "Sendmsg on "+name, err, unix.EOPNOTSUPP)
		if n, err := z.Reap(fd); n != 0 || err != nil || z.Pending() != 0 {
			t.Errorf("Reap on %s = %d, %v", name, n, err)
		}
	}
	// A unix socket has no error queue: it would receive.
	p := make([]byte, 10)
	if n, err := socket.Recv(a, p, socket.MSG_ERRQUEUE|socket.MSG_DONTWAIT); string(p[:n]) != "stays" || err != nil {
		t.Errorf("Recv with MSG_ERRQUEUE on a unix socket = %q, %v, want what was sent", p[:n], err)
	}
	var z cmsg.Zerocopy
	_, _, err := z.Send(-1, []byte("x"), 0)
	wantErr(t, "Send on -1", err, unix.EBADF)
	c, _ := zerocopyTCP(t)
	_, _, err = z.Sendmsg(c, nil, 0)
	wantErr(t, "Sendmsg of nil", err, unix.EFAULT)
	_, err = z.Reap(-1)
	wantErr(t, "Reap of -1", err, unix.EBADF)
}

func TestZerocopySendmsgKeepsEachBuffer(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_ZEROCOPY")
	b, name := bound(t, lo4)
	a, _ := bound(t, lo4)
	must(t, "SO_ZEROCOPY", socket.Setsockopt(a, socket.SO_ZEROCOPY, true))
	must(t, "UDP_GRO", socket.Setsockopt(b, socket.UDP_GRO, true))
	var z cmsg.Zerocopy
	iov := [][]byte{[]byte("one"), nil, []byte("two"), []byte("six"), {}}
	for i := range 3 {
		n, id, err := z.Sendmsg(a, &socket.Msghdr{Name: &name, Iov: iov, Control: cmsg.Append(nil, cmsg.UDP_SEGMENT, 3)}, 0)
		if n != 9 || err != nil || z.Pending() != i+1 || z.Kept() != 3*(i+1) || z.Done(id) {
			t.Errorf("Sendmsg = %d, %d, %v; %d pending, %d kept, done %v", n, id, err, z.Pending(), z.Kept(), z.Done(id))
		}
		p, msg := receive(t, b, 100, 0)
		want(cmsg.UDP_GRO, 3)(t, msg.Control)
		if string(p) != "onetwosix" {
			t.Errorf("received %q", p)
		}
	}
	_, none, err := z.Sendmsg(a, &socket.Msghdr{Name: &name, Iov: iov[4:]}, socket.MSG_ZEROCOPY)
	if err != nil || z.Pending() != 3 || !z.Done(none) {
		t.Errorf("Sendmsg of nothing: %v, %d pending", err, z.Pending())
	}
	awaitError(t, a)
	if n, err := z.Reap(a); n != 3 || err != nil || z.Pending() != 0 || z.Kept() != 0 || z.Copied() != 4 {
		t.Errorf("Reap = %d, %v; %d pending, %d kept, %d copied", n, err, z.Pending(), z.Kept(), z.Copied())
	}
}

// Sends over UDP that fail behind the making of the packet have a number all the same. The sends after them must keep
// theirs.
func TestZerocopyCountsSendsThatFailed(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_ZEROCOPY")
	testutil.NewNetns(t)
	a, b := zerocopyUDP(t, lo4)
	var z cmsg.Zerocopy
	var ids []uint64
	sends := func(want error) {
		t.Helper()
		n, id, err := z.Send(a, make([]byte, 2000), 0)
		if err != want || (n == 2000) != (err == nil) || (id == 0) != (err != nil) {
			t.Fatalf("Send = %d, %d, %v, want %v", n, id, err, want)
		}
		if err == nil {
			ids = append(ids, id)
		}
	}
	sends(nil)
	must(t, "UDP_SEGMENT", socket.Setsockopt(a, socket.UDP_SEGMENT, 1))
	sends(unix.EINVAL) // more segments than go in one packet
	sends(unix.EINVAL)
	must(t, "UDP_SEGMENT", socket.Setsockopt(a, socket.UDP_SEGMENT, 0))
	sends(nil)
	testutil.Sh(t, testutil.Program(t, "nft")+` "add table ip t; add chain ip t o { type filter hook output priority 0; }; add rule ip t o drop"`)
	sends(unix.EPERM)
	testutil.Sh(t, `nft "delete table ip t"`)
	sends(nil)
	_, _, err := z.Send(a, make([]byte, 70_000), 0)
	wantErr(t, "Send of more than a datagram", err, unix.EMSGSIZE)
	sends(nil)
	awaitDone(t, a, &z)
	for _, id := range ids {
		if !z.Done(id) {
			t.Errorf("%d is not done", id)
		}
	}

	// A queue that is slow holds one send, and drops the next ones: what is done comes out of order. IP_RECVERR makes
	// the drops ENOBUFS; the copy is dropped too.
	testutil.Sh(t, testutil.Program(t, "tc")+" qdisc add dev lo root tbf rate 1kbit burst 2100 limit 2100")
	must(t, "IP_RECVERR", socket.Setsockopt(a, socket.IP_RECVERR, true))
	sends(nil) // uses up the burst
	awaitDone(t, a, &z)
	sends(nil) // waits for sixteen seconds
	held := ids[len(ids)-1]
	sends(unix.ENOBUFS)
	sends(unix.ENOBUFS)
	if z.Pending() != 1 || z.Done(held) {
		t.Fatalf("%d pending, want the one that is held", z.Pending())
	}
	testutil.Sh(t, "tc qdisc del dev lo root")
	sends(nil)
	awaitDone(t, a, &z)
	for range ids {
		if _, err := socket.Recv(b, make([]byte, 1), socket.MSG_DONTWAIT); err == unix.EAGAIN {
			break // the one that was held went with its queue
		}
	}
	// The count is right still: a send that waits is not done because one that failed before it is.
	testutil.Sh(t, "tc qdisc add dev lo root tbf rate 1kbit burst 2100 limit 2100")
	sends(nil)
	awaitDone(t, a, &z)
	must(t, "UDP_SEGMENT", socket.Setsockopt(a, socket.UDP_SEGMENT, 1))
	sends(unix.EINVAL)
	must(t, "UDP_SEGMENT", socket.Setsockopt(a, socket.UDP_SEGMENT, 0))
	sends(nil)
	if n, err := z.Reap(a); n != 0 || err != nil || z.Pending() != 1 {
		t.Errorf("Reap while the send waits = %d, %v, %d pending", n, err, z.Pending())
	}
	testutil.Sh(t, "tc qdisc del dev lo root")
	awaitDone(t, a, &z)
}

func TestZerocopyCopiesWhenTheKernelHasNoRoom(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_ZEROCOPY")
	testutil.NewNetns(t)
	a, b := zerocopyUDP(t, lo4)
	testutil.Sh(t, "sysctl -qw net.core.optmem_max=1500") // room for one or two
	_, err := socket.Getsockopt(a, socket.SO_ZEROCOPY)
	must(t, "SO_ZEROCOPY", err)
	// Entries of the error queue that are not read take the room.
	var z cmsg.Zerocopy
	for i := range 20 {
		n, id, err := z.Send(a, make([]byte, 1000), 0)
		if n != 1000 || err != nil || id != uint64(i+1) {
			t.Fatalf("Send %d = %d, %d, %v", i, n, id, err)
		}
		if n, err := socket.Recv(b, make([]byte, 1000), 0); n != 1000 || err != nil {
			t.Fatalf("Recv %d = %d, %v", i, n, err)
		}
	}
	awaitDone(t, a, &z)
	testutil.Sh(t, "sysctl -qw net.core.optmem_max=1") // room for none
	c, d := zerocopyTCP(t)
	var y cmsg.Zerocopy
	_, err = socket.Send(c, []byte("x"), socket.MSG_ZEROCOPY)
	wantErr(t, "Send with MSG_ZEROCOPY without room", err, unix.ENOBUFS)
	n, id, err := y.Send(c, []byte("copied"), socket.MSG_ZEROCOPY)
	if n != 6 || err != nil || !y.Done(id) || y.Pending() != 0 || y.Copied() != 1 || y.Kept() != 0 {
		t.Errorf("Send without room = %d, %d, %v; done %v, %d pending, %d copied", n, id, err, y.Done(id), y.Pending(), y.Copied())
	}
	n, id, err = y.Sendmsg(c, &socket.Msghdr{Iov: [][]byte{[]byte("as"), []byte("well")}}, socket.MSG_ZEROCOPY)
	if n != 6 || err != nil || !y.Done(id) || y.Copied() != 2 {
		t.Errorf("Sendmsg without room = %d, %d, %v; done %v, %d copied", n, id, err, y.Done(id), y.Copied())
	}
	testutil.Sh(t, "sysctl -qw net.core.optmem_max=131072")
	_, id, err = y.Send(c, []byte("not"), 0)
	if err != nil || y.Pending() != 1 || y.Done(id) {
		t.Errorf("Send with room: %v, %d pending, done %v", err, y.Pending(), y.Done(id))
	}
	p := make([]byte, 15)
	if n, err := socket.Recvall(d, p, 0); string(p[:n]) != "copiedaswellnot" || err != nil {
		t.Errorf("received %q, %v", p[:n], err)
	}
	awaitDone(t, c, &y)
}

func TestZerocopyKeepsItsBufferAlive(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_ZEROCOPY")
	testutil.NewNetns(t)
	testutil.Sh(t, testutil.Program(t, "tc")+" qdisc add dev lo root tbf rate 1kbit burst 2100 limit 9000")
	a, _ := zerocopyUDP(t, lo4)
	var z cmsg.Zerocopy
	gone := make(chan int, 2)
	for i := range 2 { // the first uses up the burst
		func() {
			p := make([]byte, 2000)
			runtime.AddCleanup(&p[0], func(i int) { gone <- i }, i)
			_, _, err := z.Send(a, p, 0)
			must(t, "Send", err)
		}()
	}
	collect := func() {
		for range 3 {
			runtime.GC()
		}
	}
	for z.Pending() == 2 {
		awaitError(t, a)
		z.Reap(a)
	}
	collect()
	testutil.Eventually(t, "the first buffer is collected", func() bool { collect(); return len(gone) == 1 })
	if i := <-gone; i != 0 || z.Pending() != 1 || z.Kept() != 1 {
		t.Errorf("buffer %d is collected, %d pending, %d kept", i, z.Pending(), z.Kept())
	}
	testutil.Sh(t, "tc qdisc del dev lo root") // drops it: done, and not copied, as the first was on its way in
	awaitDone(t, a, &z)
	if z.Copied() != 1 {
		t.Errorf("%d copied, want the first", z.Copied())
	}
	testutil.Eventually(t, "the second buffer is collected", func() bool { collect(); return len(gone) == 1 })
}

func TestZerocopyLeavesTheRestOfTheQueueToOther(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_ZEROCOPY")
	closed, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	must(t, "Socket", err)
	must(t, "Bind", socket.Bind(closed, socket.SockaddrIn(netip.AddrPortFrom(lo4, 0))))
	peer, err := socket.Getsockname(closed)
	must(t, "Getsockname", err)
	must(t, "Close", socket.Close(closed)) // nobody receives there
	a, _ := bound(t, lo4)
	must(t, "Connect", socket.Connect(a, peer))
	must(t, "SO_ZEROCOPY", socket.Setsockopt(a, socket.SO_ZEROCOPY, true))
	must(t, "IP_RECVERR", socket.Setsockopt(a, socket.IP_RECVERR, true))
	must(t, "SO_TIMESTAMPING", socket.Setsockopt(a, socket.SO_TIMESTAMPING, socket.Timestamping{Flags: socket.SOF_TIMESTAMPING_TX_SOFTWARE |
		socket.SOF_TIMESTAMPING_SOFTWARE | socket.SOF_TIMESTAMPING_OPT_ID | socket.SOF_TIMESTAMPING_OPT_TSONLY}))
	refused, stamps := 0, 0
	z := cmsg.Zerocopy{Other: func(e cmsg.RecvErr, msg *socket.Msghdr) {
		if e.Origin == cmsg.SO_EE_ORIGIN_ICMP && e.Errno == unix.ECONNREFUSED && *msg.Name == peer {
			refused++
		}
		if _, _, ok := e.Timestamp(); ok {
			if s, ok := cmsg.Get(msg.Control[:msg.Controllen], cmsg.SCM_TIMESTAMPING); ok && !s.Software.IsZero() {
				stamps++
			}
		}
	}}
	_, id, err := z.Send(a, []byte("x"), 0)
	must(t, "Send", err)
	testutil.Eventually(t, "all has come", func() bool {
		_, err := z.Reap(a)
		must(t, "Reap", err)
		return z.Done(id) && refused == 1 && stamps == 1
	})
}

func TestZerocopyIsDoneWhenThePeerResets(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_ZEROCOPY")
	a, b := zerocopyTCP(t)
	must(t, "SetNonblock", socket.SetNonblock(a, true))
	var z cmsg.Zerocopy
	p := make([]byte, 100_000)
	sends := 0
	for ; ; sends++ {
		if _, _, err := z.Send(a, p, 0); err == unix.EAGAIN {
			break
		} else {
			must(t, "Send", err)
		}
	}
	if z.Pending() == 0 {
		t.Error("nothing is pending though nobody receives")
	}
	must(t, "Connect", socket.Connect(b, socket.SockaddrUnspec())) // RST
	awaitDone(t, a, &z)
	if z.Copied() == 0 || z.Kept() != 0 {
		t.Errorf("%d of %d copied, %d kept", z.Copied(), sends, z.Kept())
	}
}

func TestZerocopyAllocatesNothing(t *testing.T) {
	testutil.NotUnderQEMU(t, "SO_ZEROCOPY")
	a, b := zerocopyUDP(t, lo4)
	z := new(cmsg.Zerocopy)
	p, q := make([]byte, 2000), make([]byte, 2000)
	msg := &socket.Msghdr{Iov: [][]byte{p[:1000], p[1000:]}}
	testutil.Allocs(t, "Zerocopy's Send, Sendmsg, Reap, Done", func() {
		_, id, err := z.Send(a, p, 0)
		_, id2, err2 := z.Sendmsg(a, msg, 0)
		socket.Recv(b, q, 0)
		socket.Recv(b, q, 0)
		if _, err3 := z.Reap(a); err != nil || err2 != nil || err3 != nil || z.Pending() > 10 || id == 0 || id2 == 0 {
			t.Fatal(err, err2, err3, z.Pending())
		}
		z.Done(id)
	})
	full, _ := zerocopyTCP(t)
	z = new(cmsg.Zerocopy)
	for err := error(nil); err == nil; {
		_, _, err = z.Send(full, p, socket.MSG_DONTWAIT)
	}
	testutil.Allocs(t, "Zerocopy's Send with EAGAIN", func() {
		if _, _, err := z.Send(full, p, socket.MSG_DONTWAIT); err != unix.EAGAIN {
			t.Fatal(err)
		}
	})
}

// A model of a Zerocopy: every send that ever was.
type zerocopyModel struct {
	sends []struct {
		id     uint64
		number uint64 // without the wrap
		done   bool
	}
	next uint64
}

func (m *zerocopyModel) complete(first, last uint64) (n int) {
	for i := range m.sends {
		if s := &m.sends[i]; !s.done && first <= s.number && s.number <= last {
			s.done = true
			n++
		}
	}
	m.next = max(m.next, last+1)
	return n
}

func TestZerocopyCompletionsInAnyOrder(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		start := []uint64{0, 5, 1<<31 - 20, 1<<32 - 20, 1<<32 - 1}[seed%5]
		z, m := cmsg.NewZerocopyAt(uint32(start)), zerocopyModel{next: start}
		copied, wantCopied := false, uint64(0)
		for step := range 300 {
			switch what := r.IntN(10); {
			case what < 5: // a send, with one buffer or more
				for range r.IntN(3) {
					z.Add([]byte{1}, false, true)
				}
				id := z.Add([]byte{1}, false, false)
				m.sends = append(m.sends, struct {
					id, number uint64
					done       bool
				}{id, m.next, false})
				m.next++
			case what == 5: // one that was copied
				id := z.Add([]byte{1}, true, false)
				m.sends = append(m.sends, struct {
					id, number uint64
					done       bool
				}{id, m.next, true})
				wantCopied++
			case what == 6: // one that failed, with a number, alone or joined to some before
				back := uint64(r.IntN(int(min(5, m.next-start) + 1)))
				n, want := z.Complete(uint32(m.next-back), uint32(m.next), copied), m.complete(m.next-back, m.next)
				if n != want {
					t.Fatalf("seed %d: a send that failed, and %d before, complete %d, want %d", seed, back, n, want)
				}
				if copied {
					wantCopied += uint64(n)
				}
			default: // some range, maybe done before, in part or whole
				if m.next == start {
					continue
				}
				first := start + uint64(r.Int64N(int64(m.next-start)))
				last := min(first+uint64(r.IntN(20)), m.next-1)
				copied = !copied
				n, want := z.Complete(uint32(first), uint32(last), copied), m.complete(first, last)
				if n != want {
					t.Fatalf("seed %d: Complete(%d, %d) = %d, want %d", seed, uint32(first), uint32(last), n, want)
				}
				if copied {
					wantCopied += uint64(n)
				}
			}
			pending := 0
			for _, s := range m.sends {
				if z.Done(s.id) != s.done {
					t.Fatalf("seed %d, step %d: Done(%d), number %d, = %v, want %v", seed, step, s.id, s.number, !s.done, s.done)
				}
				if !s.done {
					pending++
				}
			}
			if z.Pending() != pending || z.Copied() != wantCopied || (z.Kept() == 0) != (pending == 0) {
				t.Fatalf("seed %d, step %d: %d pending, %d copied, %d kept, want %d, %d", seed, step, z.Pending(), z.Copied(), z.Kept(), pending, wantCopied)
			}
		}
		if z.Done(1 << 40) {
			t.Error("a send that never was is done")
		}
		// The kernel may have joined more than half of all numbers.
		z.Complete(uint32(m.next), uint32(m.next-1), false)
		if n := z.Complete(uint32(m.next+10), uint32(m.next-1), false); n != 0 && z.Pending() != 0 {
			t.Errorf("seed %d: after all numbers %d pending", seed, z.Pending())
		}
		if z.Pending() != 0 || z.Kept() != 0 {
			t.Errorf("seed %d: after all numbers %d pending, %d kept", seed, z.Pending(), z.Kept())
		}
	}
}

// 2. TCP_ZEROCOPY_RECEIVE.

// A mapping receives by TCP_ZEROCOPY_RECEIVE.
type mapping struct {
	pages  []byte // of the socket: the kernel puts received pages there
	little []byte // where it copies what is less than a page
}

func newMapping(t *testing.T, fd, pages int) mapping {
	t.Helper()
	p, err := unix.Mmap(fd, 0, pages*os.Getpagesize(), unix.PROT_READ, unix.MAP_SHARED)
	must(t, "Mmap of a socket", err)
	q, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	must(t, "Mmap", err)
	t.Cleanup(func() { unix.Munmap(p); unix.Munmap(q) })
	return mapping{p, q}
}

// receive gives what is there, in its order: pages that were mapped, bytes that were copied, and those that recv is to
// read.
func (m mapping) receive(t *testing.T, fd int) (mapped, copied, read []byte) {
	t.Helper()
	zc := socket.TCPZerocopyReceive{
		Address: uint64(uintptr(unsafe.Pointer(&m.pages[0]))), Length: uint32(len(m.pages)),
		Copybuf_address: uint64(uintptr(unsafe.Pointer(&m.little[0]))), Copybuf_len: int32(len(m.little)),
	}
	n, err := socket.GetsockoptInto(fd, socket.TCP_ZEROCOPY_RECEIVE, &zc)
	must(t, "TCP_ZEROCOPY_RECEIVE", err)
	if zc.Err != 0 || int(zc.Length) > len(m.pages) || int(zc.Copybuf_len) > len(m.little) || n < 40 {
		t.Fatalf("TCP_ZEROCOPY_RECEIVE: %d bytes, %+v", n, zc)
	}
	if zc.Recv_skip_hint > 0 {
		read = make([]byte, zc.Recv_skip_hint)
		n, err := socket.Recvall(fd, read, socket.MSG_DONTWAIT)
		must(t, "Recvall of the rest", err)
		if n != len(read) {
			t.Fatalf("Recvall of the %d bytes that were left to it = %d", len(read), n)
		}
	}
	return m.pages[:zc.Length], m.little[:zc.Copybuf_len], read
}

func TestReceiveByMappingGivesWhatWasSent(t *testing.T) {
	testutil.NotUnderQEMU(t, "TCP_ZEROCOPY_RECEIVE")
	page := os.Getpagesize()
	for _, flags := range []int{0, socket.MSG_ZEROCOPY} {
		a, b := zerocopyTCP(t)
		must(t, "TCP_NODELAY", socket.Setsockopt(a, socket.TCP_NODELAY, true))
		m := newMapping(t, b, 16)
		var byMap, byCopy, byRead, at int
		for _, size := range []int{15 * page, 5 * page, page, 100, 5*page + 5, 15*page - 100, 3, 40 * page} {
			// Pages of our own, so that what is sent begins with one.
			p, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
			must(t, "Mmap", err)
			fill(p, at)
			n, err := socket.Sendall(a, p, flags)
			if n != size || err != nil {
				t.Fatalf("Sendall = %d, %v", n, err)
			}
			want := make([]byte, size)
			fill(want, at)
			for len(want) > 0 {
				unix.Poll([]unix.PollFd{{Fd: int32(b), Events: unix.POLLIN}}, 10000)
				mapped, copied, read := m.receive(t, b)
				byMap, byCopy, byRead = byMap+len(mapped), byCopy+len(copied), byRead+len(read)
				for _, part := range [][]byte{mapped, copied, read} {
					if len(part) > len(want) || !bytes.Equal(part, want[:len(part)]) {
						t.Fatalf("%d bytes of %d, with flags %#x: %d, %d and %d are wrong", len(want), size, flags, len(mapped), len(copied), len(read))
					}
					want = want[len(part):]
				}
			}
			at += size
			must(t, "Munmap", unix.Munmap(p))
		}
		if byMap+byCopy+byRead != at || byMap%page != 0 || byCopy == 0 {
			t.Errorf("with flags %#x %d bytes mapped, %d copied, %d read, of %d", flags, byMap, byCopy, byRead, at)
		}
		// Loopback hands on the pages of the sender's kernel: with MSG_ZEROCOPY single ones, which can be mapped.
		if (byMap > 0) != (flags != 0) && page == 4096 {
			t.Errorf("with flags %#x %d bytes mapped", flags, byMap)
		}
		t.Logf("flags %#x: %d bytes mapped, %d copied, %d read", flags, byMap, byCopy, byRead)
	}
}

// 3. The count: this is the last test of the last file.

// TestEveryTypeHasCome looks back at what the tests have received: every type that goes that way, but for those whose row
// says why not.
func TestEveryTypeHasCome(t *testing.T) {
	testutil.NotUnderQEMU(t, "the tests before are not")
	needRoot(t)
	if flag.Lookup("test.run").Value.String() != "" || flag.Lookup("test.skip").Value.String() != "" || flag.Lookup("test.shuffle").Value.String() != "off" {
		t.Skip("needs all tests of the package, in order")
	}
	onlySent := strings.Fields("SO_TIMESTAMPING SCM_TS_OPT_ID SCM_TXTIME IP_PROTOCOL IPV6_DONTFRAG IPV6_RTHDRDSTOPTS UDP_SEGMENT")
	received, absent := 0, 0
	for _, r := range rows {
		switch n, no := come[[2]int{r.header.Level, r.header.Type}], strings.HasPrefix(r.from, "no "); {
		case slices.Contains(onlySent, r.name) && !no:
		case no && n > 0:
			t.Errorf("%s has come %d times, but its row says %q", r.name, n, r.from)
		case no:
			absent++
			t.Logf("%s: %s", r.name, r.from)
		case n == 0:
			t.Errorf("%s has not come from the kernel", r.name)
		default:
			received++
		}
	}
	t.Logf("%d types received, %d only sent, %d that this machine has not", received, len(onlySent), absent)
}
