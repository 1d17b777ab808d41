package udp_test

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/netfd"
	"rawsocket.internal/socket/udp"
)

// This file holds the tests on descriptors of Go's poller.

func newFD(t testing.TB, fd int) *netfd.FD {
	t.Helper()
	dup, err := socket.Dup(fd)
	must(t, "Dup", err)
	f, err := netfd.New(dup)
	must(t, "netfd.New", err)
	t.Cleanup(func() { f.Close() })
	return f
}

func TestSenderAndReceiverOnNetfd(t *testing.T) {
	fd, to := boundSocket(t, "127.0.0.1")
	in, out := newFD(t, fd), newFD(t, newSocket(t, socket.AF_INET))
	r, err := udp.NewReceiver(in, udp.Settings{Pktinfo: true})
	must(t, "NewReceiver", err)
	s := udp.NewSender(out)

	const bursts, burst = 50, 100
	acks := make(chan int)
	done := make(chan error, 1)
	go func() {
		for n := range bursts * burst {
			d, err := r.Next() // parks, mostly
			if err != nil || int(binary.NativeEndian.Uint32(d.Data)) != n || d.To != to.AddrPort().Addr() {
				done <- errors.Join(err, errors.New("not the next datagram"))
				close(acks)
				return
			}
			if n%burst == burst-1 {
				acks <- n
			}
		}
		done <- nil
	}()
	for i := range bursts {
		numbered(t, s, i*burst, burst, 200, to)
		must(t, "Flush", s.Flush())
		<-acks
	}
	must(t, "the receiver", <-done)
	if got := s.Stats(); got.Datagrams != bursts*burst || got.Segmented != 2*bursts {
		t.Errorf("Stats = %+v, want %d datagrams, %d segmented messages", got, bursts*burst, 2*bursts)
	}

	must(t, "SetReadDeadline", in.SetReadDeadline(time.Now().Add(time.Millisecond)))
	if _, err := r.Next(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Next behind the deadline = %v, want os.ErrDeadlineExceeded", err)
	}
	must(t, "SetReadDeadline", in.SetReadDeadline(time.Time{}))

	must(t, "SetWriteDeadline", out.SetWriteDeadline(time.Now().Add(-time.Second)))
	must(t, "Sendto", s.Sendto([]byte("late"), to))
	if err := s.Flush(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Flush behind the deadline = %v, want os.ErrDeadlineExceeded", err)
	}
	must(t, "SetWriteDeadline", out.SetWriteDeadline(time.Time{}))
	must(t, "Flush", s.Flush())
	if d, err := r.Next(); err != nil || string(d.Data) != "late" {
		t.Errorf("Next = %v, %v, want what was kept over the deadline", d, err)
	}

	must(t, "Close", in.Close())
	must(t, "Close", out.Close())
	if _, err := r.Next(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Next of a closed FD = %v, want net.ErrClosed", err)
	}
	must(t, "Sendto", s.Sendto([]byte("never"), to))
	if err := s.Flush(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Flush of a closed FD = %v, want net.ErrClosed", err)
	}
	if _, err := udp.NewReceiver(in, udp.Settings{}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("NewReceiver of a closed FD = %v, want net.ErrClosed", err)
	}
}

func TestSenderOnNetfdTellsTheErrno(t *testing.T) {
	closed, to := boundSocket(t, "127.0.0.1")
	must(t, "Close", socket.Close(closed))
	fd := newSocket(t, socket.AF_INET)
	must(t, "SO_NO_CHECK", socket.Setsockopt(fd, socket.SO_NO_CHECK, true))
	r, other := nonblockingReceiver(t, "127.0.0.1")
	s := udp.NewSender(newFD(t, fd))
	numbered(t, s, 0, 20, 100, other) // refused as segments
	must(t, "Flush", s.Flush())
	wantNumbers(t, r, 0, 20, 100)
	if got := s.Stats().Fallbacks; got != 1 {
		t.Errorf("Fallbacks = %d, want 1", got)
	}
	must(t, "Connect", socket.Connect(fd, to))
	testutil.Eventually(t, "a refusal", func() bool {
		must(t, "Send", s.Send([]byte("anybody there?")))
		var e udp.SendErrors
		return errors.As(s.Flush(), &e) && e[0].Err.Error() == "connection refused"
	})
}

func TestNetfdDoesNotAllocatePerDatagram(t *testing.T) {
	fd, to := boundSocket(t, "127.0.0.1")
	r, err := udp.NewReceiver(newFD(t, fd), udp.Settings{})
	must(t, "NewReceiver", err)
	s := udp.NewSender(newFD(t, newSocket(t, socket.AF_INET)))
	p := make([]byte, 1000)
	testutil.Allocs(t, "Sendto, Flush, Next", func() {
		for range 10 {
			must(t, "Sendto", s.Sendto(p, to))
		}
		must(t, "Flush", s.Flush())
		for range 10 {
			_, err := r.Next()
			must(t, "Next", err)
		}
	})
}
