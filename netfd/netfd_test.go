//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netfd_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/netfd"
)

func TestMain(m *testing.M) { testutil.Main(m) }

var background = context.Background()

// Helpers.

func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func closing(t testing.TB, fds ...*netfd.FD) {
	t.Cleanup(func() {
		for _, f := range fds {
			f.Close()
		}
	})
}

func newSocket(t testing.TB, domain, typ int) *netfd.FD {
	t.Helper()
	f, err := netfd.Socket(domain, typ, 0)
	must(t, "Socket", err)
	closing(t, f)
	return f
}

func pair(t testing.TB, typ int) (a, b *netfd.FD) {
	t.Helper()
	p, err := netfd.Socketpair(socket.AF_UNIX, typ, 0)
	must(t, "Socketpair", err)
	closing(t, p[0], p[1])
	return p[0], p[1]
}

var loopback = socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))

// bound is a socket with an address: of the loopback, or a path.
func bound(t testing.TB, domain, typ int) (*netfd.FD, socket.Sockaddr) {
	t.Helper()
	f := newSocket(t, domain, typ)
	addr := loopback
	if domain == socket.AF_UNIX {
		dir, err := os.MkdirTemp("", "netfd")
		must(t, "MkdirTemp", err)
		t.Cleanup(func() { os.RemoveAll(dir) })
		addr, err = socket.SockaddrUn(filepath.Join(dir, "s"))
		must(t, "SockaddrUn", err)
	}
	must(t, "Bind", f.Bind(addr))
	addr, err := f.Getsockname()
	must(t, "Getsockname", err)
	return f, addr
}

func listener(t testing.TB, domain int) (*netfd.FD, socket.Sockaddr) {
	t.Helper()
	l, addr := bound(t, domain, socket.SOCK_STREAM)
	must(t, "Listen", l.Listen(128))
	return l, addr
}

// connected is a connection over a listener.
func connected(t testing.TB, domain int) (c, s *netfd.FD) {
	t.Helper()
	l, addr := listener(t, domain)
	c = newSocket(t, domain, socket.SOCK_STREAM)
	must(t, "Connect", c.Connect(background, addr))
	s, _, err := l.Accept(background)
	must(t, "Accept", err)
	closing(t, s)
	must(t, "Close", l.Close())
	return c, s
}

// fill sends until there is no room.
func fill(t testing.TB, f *netfd.FD) (n int) {
	t.Helper()
	chunk := make([]byte, 4096)
	for {
		m, err := f.Send(chunk, socket.MSG_DONTWAIT)
		n += m
		if errors.Is(err, unix.EAGAIN) {
			return n
		}
		must(t, "Send", err)
	}
}

// parked waits until n goroutines wait on the poller.
func parked(t testing.TB, n int) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	testutil.Eventually(t, fmt.Sprintf("%d goroutines wait on the poller", n), func() bool {
		text := stacks[:runtime.Stack(stacks, true)]
		return bytes.Count(text, []byte("[IO wait")) >= n
	})
}

// async runs a call and gives its error.
func async(f func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	return done
}

// within is what a call that ought to end ends with.
func within(t testing.TB, what string, done <-chan error) error {
	t.Helper()
	select {
	case err := <-done:
		return err
	case <-time.After(20 * time.Second):
		t.Fatalf("%s: still waits after 20 s", what)
		return nil
	}
}

func isTimeout(err error) bool {
	ne, ok := err.(net.Error)
	return ok && ne.Timeout() && errors.Is(err, os.ErrDeadlineExceeded)
}

func isClosed(err error) bool { return errors.Is(err, net.ErrClosed) && errors.Is(err, os.ErrClosed) }

// untilError repeats a call: of TCP, that has no room, some may come free until all queues are full.
func untilError(f *netfd.FD, call func(*netfd.FD, []byte) (int, error)) error {
	for {
		if n, err := call(f, make([]byte, 8)); err != nil {
			if n >= 8 {
				err = fmt.Errorf("n = %d, and an error: %w", n, err)
			}
			return err
		}
	}
}

// receives are all the ways to receive.
var receives = map[string]func(f *netfd.FD, p []byte) (int, error){
	"Recv":     func(f *netfd.FD, p []byte) (int, error) { return f.Recv(p, 0) },
	"Recvfrom": func(f *netfd.FD, p []byte) (int, error) { n, _, err := f.Recvfrom(p, 0); return n, err },
	"Recvmsg": func(f *netfd.FD, p []byte) (int, error) {
		return f.Recvmsg(&socket.Msghdr{Iov: [][]byte{p[:1], p[1:]}}, 0)
	},
	"Recvall": func(f *netfd.FD, p []byte) (int, error) { return f.Recvall(p, 0) },
	"Read":    func(f *netfd.FD, p []byte) (int, error) { return f.Read(p) },
	"Readv":   func(f *netfd.FD, p []byte) (int, error) { return f.Readv([][]byte{p[:1], p[1:]}) },
}

// sends are all the ways to send.
var sends = map[string]func(f *netfd.FD, p []byte) (int, error){
	"Send":   func(f *netfd.FD, p []byte) (int, error) { return f.Send(p, 0) },
	"Sendto": func(f *netfd.FD, p []byte) (int, error) { return f.Sendto(p, 0, socket.Sockaddr{}) },
	"Sendmsg": func(f *netfd.FD, p []byte) (int, error) {
		return f.Sendmsg(&socket.Msghdr{Iov: [][]byte{p[:1], p[1:]}}, 0)
	},
	"Sendall": func(f *netfd.FD, p []byte) (int, error) { return f.Sendall(p, 0) },
	"Write":   func(f *netfd.FD, p []byte) (int, error) { return f.Write(p) },
	"Writev":  func(f *netfd.FD, p []byte) (int, error) { return f.Writev([][]byte{p[:1], p[1:]}) },
}

// each runs a test for each call and each kind of connection.
func each(t *testing.T, calls map[string]func(*netfd.FD, []byte) (int, error), test func(t *testing.T, a, b *netfd.FD, call func(*netfd.FD, []byte) (int, error))) {
	for name, call := range calls {
		t.Run(name+"/pair", func(t *testing.T) { a, b := pair(t, socket.SOCK_STREAM); test(t, a, b, call) })
		t.Run(name+"/tcp", func(t *testing.T) { a, b := connected(t, socket.AF_INET); test(t, a, b, call) })
	}
}

// 1. Every call does what it does, and waits.

func TestEveryCallMovesData(t *testing.T) {
	each(t, sends, func(t *testing.T, a, b *netfd.FD, send func(*netfd.FD, []byte) (int, error)) {
		for name, receive := range receives {
			n, err := send(a, []byte("hello"))
			if n != 5 || err != nil {
				t.Fatalf("send = %d, %v", n, err)
			}
			p := make([]byte, 5)
			n, err = receive(b, p)
			if n != 5 || err != nil || string(p) != "hello" {
				t.Fatalf("%s = %d, %v: %q", name, n, err, p)
			}
		}
	})
}

func TestReceiveWaitsForData(t *testing.T) {
	each(t, receives, func(t *testing.T, a, b *netfd.FD, receive func(*netfd.FD, []byte) (int, error)) {
		p := make([]byte, 5)
		n := 0
		done := async(func() (err error) { n, err = receive(b, p); return err })
		parked(t, 1)
		_, err := a.Send([]byte("later"), 0)
		must(t, "Send", err)
		must(t, "the call", within(t, "the call", done))
		if string(p[:n]) != "later" {
			t.Errorf("received %q", p[:n])
		}
	})
}

func TestEndOfStreamIsZeroAndNoError(t *testing.T) {
	each(t, receives, func(t *testing.T, a, b *netfd.FD, receive func(*netfd.FD, []byte) (int, error)) {
		done := async(func() error {
			n, err := receive(b, make([]byte, 5))
			if n != 0 {
				return fmt.Errorf("n = %d", n)
			}
			return err
		})
		parked(t, 1)
		must(t, "Shutdown", a.Shutdown(socket.SHUT_WR))
		must(t, "the call", within(t, "the call", done))
	})
}

func TestSendWaitsForRoom(t *testing.T) {
	each(t, sends, func(t *testing.T, a, b *netfd.FD, send func(*netfd.FD, []byte) (int, error)) {
		sent := fill(t, a)
		var enough atomic.Bool
		done := async(func() error {
			for {
				n, err := send(a, []byte("late"))
				sent += n
				if err != nil || enough.Load() {
					return err
				}
			}
		})
		parked(t, 1)
		enough.Store(true)
		got := 0
		reader := async(func() error {
			for p := make([]byte, 1<<16); ; {
				n, err := b.Recv(p, 0)
				got += n
				if n == 0 || err != nil {
					return err
				}
			}
		})
		must(t, "the call", within(t, "the call", done))
		must(t, "Shutdown", a.Shutdown(socket.SHUT_WR))
		must(t, "Recv", within(t, "Recv", reader))
		if got != sent {
			t.Errorf("%d bytes were sent, %d received", sent, got)
		}
	})
}

func TestSendallSendsAllAndRecvallFillsAll(t *testing.T) {
	for _, domain := range []int{socket.AF_UNIX, socket.AF_INET} {
		a, b := connected(t, domain)
		data := make([]byte, 4<<20)
		for i := range data {
			data[i] = byte(rand.Uint32())
		}
		done := async(func() error {
			n, err := a.Sendall(data, 0)
			if n != len(data) {
				return fmt.Errorf("Sendall = %d, %v", n, err)
			}
			return err
		})
		got := make([]byte, len(data))
		n, err := b.Recvall(got, 0)
		must(t, "Recvall", err)
		must(t, "Sendall", within(t, "Sendall", done))
		if n != len(data) || !bytes.Equal(data, got) {
			t.Errorf("Recvall = %d: not what was sent", n)
		}
	}
}

func TestSendallAndRecvallTellWhatMovedBeforeTheDeadline(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	must(t, "SetDeadline", a.SetDeadline(time.Now().Add(50*time.Millisecond)))
	n, err := a.Sendall(make([]byte, 8<<20), 0)
	if n == 0 || n == 8<<20 || !isTimeout(err) {
		t.Errorf("Sendall = %d, %v, want some and a timeout", n, err)
	}
	must(t, "SetDeadline", b.SetDeadline(time.Now().Add(50*time.Millisecond)))
	m, err := b.Recvall(make([]byte, n+1), 0)
	if m != n || !isTimeout(err) {
		t.Errorf("Recvall = %d, %v, want %d and a timeout", m, err, n)
	}
}

func TestSendallsDoNotMix(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	const size, each, senders = 1 << 19, 4, 4
	var wg sync.WaitGroup
	for i := range senders {
		wg.Go(func() {
			for range each {
				if n, err := a.Sendall(bytes.Repeat([]byte{byte(i)}, size), 0); n != size || err != nil {
					t.Errorf("Sendall = %d, %v", n, err)
				}
			}
		})
	}
	p := make([]byte, size)
	for range senders * each {
		_, err := b.Recvall(p, 0)
		must(t, "Recvall", err)
		if bytes.Count(p, p[:1]) != size {
			t.Fatal("two Sendalls are mixed")
		}
	}
	wg.Wait()
}

func TestMsgDontwaitDoesNotWait(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	reader := async(func() error { _, err := b.Recv(make([]byte, 1), 0); return err })
	parked(t, 1)
	// Nor does it stand in line behind one that waits.
	if n, err := b.Recv(make([]byte, 1), socket.MSG_DONTWAIT); n != 0 || !errors.Is(err, unix.EAGAIN) {
		t.Errorf("Recv(MSG_DONTWAIT) = %d, %v, want EAGAIN", n, err)
	}
	fill(t, a)
	if n, err := a.Send(make([]byte, 4096), socket.MSG_DONTWAIT); n != 0 || !errors.Is(err, unix.EAGAIN) {
		t.Errorf("Send(MSG_DONTWAIT) = %d, %v, want EAGAIN", n, err)
	}
	must(t, "Recv", within(t, "Recv", reader))
}

func TestDatagramsKeepTheirSenders(t *testing.T) {
	a, aAddr := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	b, bAddr := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	_, err := a.Sendto([]byte("to you"), 0, bAddr)
	must(t, "Sendto", err)
	p := make([]byte, 16)
	n, from, err := b.Recvfrom(p, 0)
	must(t, "Recvfrom", err)
	if string(p[:n]) != "to you" || from != aAddr {
		t.Errorf("Recvfrom = %q from %v, want from %v", p[:n], from, aAddr)
	}
	name := aAddr
	_, err = b.Sendmsg(&socket.Msghdr{Name: &name, Iov: [][]byte{[]byte("and "), []byte("back")}}, 0)
	must(t, "Sendmsg", err)
	msg := socket.Msghdr{Name: new(socket.Sockaddr), Iov: [][]byte{p}}
	n, err = a.Recvmsg(&msg, 0)
	must(t, "Recvmsg", err)
	if string(p[:n]) != "and back" || *msg.Name != bAddr {
		t.Errorf("Recvmsg = %q from %v, want from %v", p[:n], *msg.Name, bAddr)
	}
	if n, err := b.Recv(p[:0], socket.MSG_DONTWAIT); n != 0 || !errors.Is(err, unix.EAGAIN) {
		t.Errorf("Recv = %d, %v", n, err)
	}
}

func TestSenderWaitsForTheQueueOfAnUnconnectedReceiver(t *testing.T) {
	r, addr := bound(t, socket.AF_UNIX, socket.SOCK_DGRAM)
	s := newSocket(t, socket.AF_UNIX, socket.SOCK_DGRAM)
	sent := 0
	for {
		_, err := s.Sendto([]byte{1}, socket.MSG_DONTWAIT, addr)
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.ENOBUFS) {
			break
		}
		must(t, "Sendto", err)
		sent++
	}
	if runtime.GOOS != "linux" {
		t.Skip("needs Linux: elsewhere a full queue is ENOBUFS")
	}
	done := async(func() error { _, err := s.Sendto([]byte{2}, 0, addr); return err })
	time.Sleep(20 * time.Millisecond)
	select {
	case err := <-done:
		t.Fatalf("Sendto did not wait: %v", err)
	default:
	}
	for range sent {
		_, err := r.Recv(make([]byte, 1), 0)
		must(t, "Recv", err)
	}
	must(t, "Sendto", within(t, "Sendto", done))
	for {
		if _, err := s.Sendto([]byte{1}, socket.MSG_DONTWAIT, addr); err != nil {
			break
		}
	}
	must(t, "SetWriteDeadline", s.SetWriteDeadline(time.Now().Add(30*time.Millisecond)))
	if _, err := s.Sendto([]byte{2}, 0, addr); !isTimeout(err) {
		t.Errorf("Sendto at the deadline: %v", err)
	}
	must(t, "SetWriteDeadline", s.SetWriteDeadline(time.Time{}))
	done = async(func() error { _, err := s.Sendto([]byte{2}, 0, addr); return err })
	time.Sleep(20 * time.Millisecond)
	must(t, "Close", s.Close())
	if err := within(t, "Sendto", done); !isClosed(err) {
		t.Errorf("Sendto when closed: %v", err)
	}
}

// 2. Deadlines.

func TestEveryCallEndsAtItsDeadline(t *testing.T) {
	test := func(which func(*netfd.FD, time.Time) error) func(*testing.T, *netfd.FD, *netfd.FD, func(*netfd.FD, []byte) (int, error)) {
		return func(t *testing.T, a, b *netfd.FD, call func(*netfd.FD, []byte) (int, error)) {
			fill(t, a)
			must(t, "set", which(a, time.Now().Add(20*time.Millisecond)))
			if err := untilError(a, call); !isTimeout(err) {
				t.Errorf("at the deadline: %v", err)
			}
			if n, err := call(a, make([]byte, 8)); n != 0 || !isTimeout(err) {
				t.Errorf("after the deadline: %d, %v", n, err)
			}
			must(t, "set", which(a, time.Time{}))
			done := async(func() error { return untilError(a, call) })
			parked(t, 1)
			must(t, "set", which(a, time.Unix(1, 0)))
			if err := within(t, "the call", done); !isTimeout(err) {
				t.Errorf("a deadline set while it waits: %v", err)
			}
		}
	}
	each(t, receives, test((*netfd.FD).SetReadDeadline))
	each(t, sends, test((*netfd.FD).SetWriteDeadline))
	each(t, sends, test((*netfd.FD).SetDeadline))
}

func TestPastDeadlineEndsACallThatNeedNotWait(t *testing.T) {
	each(t, sends, func(t *testing.T, a, b *netfd.FD, send func(*netfd.FD, []byte) (int, error)) {
		must(t, "SetDeadline", a.SetDeadline(time.Unix(1, 0)))
		if n, err := send(a, []byte("no")); n != 0 || !isTimeout(err) {
			t.Errorf("%d, %v, want a timeout", n, err)
		}
	})
	each(t, receives, func(t *testing.T, a, b *netfd.FD, receive func(*netfd.FD, []byte) (int, error)) {
		_, err := a.Send([]byte("hello"), 0)
		must(t, "Send", err)
		must(t, "SetDeadline", b.SetDeadline(time.Unix(1, 0)))
		if n, err := receive(b, make([]byte, 5)); n != 0 || !isTimeout(err) {
			t.Errorf("%d, %v, want a timeout", n, err)
		}
	})
}

// 3. Close.

func TestCloseWakesEveryCall(t *testing.T) {
	for _, calls := range []map[string]func(*netfd.FD, []byte) (int, error){receives, sends} {
		each(t, calls, func(t *testing.T, a, b *netfd.FD, call func(*netfd.FD, []byte) (int, error)) {
			fill(t, a)
			one := async(func() error { return untilError(a, call) })
			two := async(func() error { return untilError(a, call) })
			parked(t, 1)
			must(t, "Close", a.Close())
			for _, done := range []<-chan error{one, two} {
				if err := within(t, "the call", done); !isClosed(err) {
					t.Errorf("the call: %v, want closed", err)
				}
			}
		})
	}
}

// afterClose makes every call.
func afterClose(f *netfd.FD) map[string]error {
	errs := map[string]error{}
	for name, call := range receives {
		_, errs[name] = call(f, make([]byte, 4))
	}
	for name, call := range sends {
		_, errs[name] = call(f, []byte("oops"))
	}
	errs["Bind"] = f.Bind(loopback)
	errs["Listen"] = f.Listen(1)
	errs["Connect"] = f.Connect(background, loopback)
	ctx, cancel := context.WithCancel(background)
	errs["Connect with a context"] = f.Connect(ctx, loopback)
	cancel()
	_, _, errs["Accept"] = f.Accept(background)
	_, errs["Getsockname"] = f.Getsockname()
	_, errs["Getpeername"] = f.Getpeername()
	_, errs["Getsockopt"] = netfd.Getsockopt(f, socket.SO_TYPE)
	errs["Setsockopt"] = netfd.Setsockopt(f, socket.SO_KEEPALIVE, true)
	errs["SetDeadline"] = f.SetDeadline(time.Now())
	errs["Shutdown"] = f.Shutdown(socket.SHUT_RDWR)
	errs["Control"] = f.Control(func(int) {})
	_, errs["Detach"] = f.Detach()
	_, errs["Conn"] = f.Conn()
	_, errs["Recv(MSG_DONTWAIT)"] = f.Recv(make([]byte, 1), socket.MSG_DONTWAIT)
	rc, _ := f.SyscallConn()
	errs["RawConn.Read"] = rc.Read(func(uintptr) bool { return true })
	errs["RawConn.Write"] = rc.Write(func(uintptr) bool { return true })
	errs["RawConn.Control"] = rc.Control(func(uintptr) {})
	errs["Close"] = f.Close()
	return errs
}

func TestUseAfterCloseNeverTouchesAnotherDescriptor(t *testing.T) {
	f, peer := pair(t, socket.SOCK_STREAM)
	var number int
	must(t, "Control", f.Control(func(fd int) { number = fd }))
	must(t, "Close", f.Close())
	// The number leads to another socket now.
	var other, otherPeer int
	for {
		fds, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
		must(t, "Socketpair", err)
		defer socket.Close(fds[0])
		defer socket.Close(fds[1])
		if fds[0] == number {
			other, otherPeer = fds[0], fds[1]
			break
		}
		if fds[1] == number {
			other, otherPeer = fds[1], fds[0]
			break
		}
		if fds[0] > number+1000 {
			t.Fatal("the number is not used again")
		}
	}
	for name, err := range afterClose(f) {
		if !isClosed(err) {
			t.Errorf("%s of a closed FD: %v, want closed", name, err)
		}
	}
	if on, err := socket.Getsockopt(other, socket.SO_KEEPALIVE); on || err != nil {
		t.Errorf("SO_KEEPALIVE of the other = %v, %v", on, err)
	}
	if n, err := socket.Recv(otherPeer, make([]byte, 8), socket.MSG_DONTWAIT); err != unix.EAGAIN {
		t.Errorf("the other's peer received %d, %v, want EAGAIN", n, err)
	}
	if n, err := peer.Recv(make([]byte, 8), 0); n != 0 || err != nil {
		t.Errorf("the peer's Recv = %d, %v, want the end", n, err)
	}
}

func TestCallsRacedByDeadlinesAndClose(t *testing.T) {
	for round := range 30 {
		a, b := pair(t, socket.SOCK_STREAM)
		var wg sync.WaitGroup
		run := func(f func() error) {
			wg.Go(func() {
				for {
					if err := f(); err != nil && isClosed(err) {
						return
					} else if err != nil && !isTimeout(err) && !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ECONNRESET) {
						t.Error(err)
						return
					}
				}
			})
		}
		p := make([]byte, 1000)
		for _, f := range []*netfd.FD{a, b} {
			run(func() error { _, err := f.Sendall(p, 0); return err })
			run(func() error { _, err := f.Send(p, 0); return err })
			run(func() error { _, err := f.Recv(make([]byte, 1000), 0); return err })
			run(func() error { _, err := f.Recv(make([]byte, 100), socket.MSG_DONTWAIT); return ignoreAgain(err) })
			run(func() error { return f.SetDeadline(time.Now().Add(time.Duration(rand.IntN(300)) * time.Microsecond)) })
			run(func() error { return f.SetReadDeadline(time.Time{}) })
			run(func() error { _, err := f.Getsockname(); return err })
		}
		time.Sleep(time.Duration(round%10) * 300 * time.Microsecond)
		a.Close()
		switch round % 3 {
		case 0:
			b.Close()
		case 1:
			fd, err := b.Detach()
			must(t, "Detach", err)
			must(t, "Close", socket.Close(fd))
		case 2:
			c, err := b.Conn()
			must(t, "Conn", err)
			c.Close()
		}
		wg.Wait()
	}
}

func ignoreAgain(err error) error {
	if errors.Is(err, unix.EAGAIN) {
		return nil
	}
	return err
}

// 4. New and Detach.

func TestNewLeavesWhatItRefusesToTheCaller(t *testing.T) {
	file, err := os.Open(os.Args[0])
	must(t, "Open", err)
	defer file.Close()
	if _, err := netfd.New(int(file.Fd())); !errors.Is(err, unix.EPERM) {
		t.Errorf("New(a regular file): %v, want EPERM", err)
	}
	for _, fd := range []int{-1, 1 << 20} {
		if _, err := netfd.New(fd); !errors.Is(err, unix.EBADF) {
			t.Errorf("New(%d): %v, want EBADF", fd, err)
		}
	}
	f, _ := pair(t, socket.SOCK_STREAM)
	must(t, "Control", f.Control(func(fd int) {
		if runtime.GOOS != "linux" {
			return
		}
		if _, err := netfd.New(fd); !errors.Is(err, unix.EEXIST) {
			t.Errorf("New of another's descriptor: %v, want EEXIST", err)
		}
	}))
	for range 3 { // what was refused is not closed by the collector
		runtime.GC()
	}
	_, err = f.Getsockname()
	must(t, "Getsockname", err)
	_, err = file.Stat()
	must(t, "Stat", err)
}

func TestNewTakesABlockingDescriptor(t *testing.T) {
	fds, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	must(t, "Socketpair", err)
	defer socket.Close(fds[1])
	f, err := netfd.New(fds[0])
	must(t, "New", err)
	defer f.Close()
	if on, err := socket.Nonblock(fds[0]); !on || err != nil {
		t.Errorf("Nonblock = %v, %v", on, err)
	}
	done := async(func() error { _, err := f.Recv(make([]byte, 1), 0); return err })
	parked(t, 1)
	_, err = socket.Send(fds[1], []byte("x"), 0)
	must(t, "Send", err)
	must(t, "Recv", within(t, "Recv", done))
}

func TestPipesWait(t *testing.T) {
	var p [2]int
	must(t, "pipe", unix.Pipe(p[:]))
	r, err := netfd.New(p[0])
	must(t, "New", err)
	w, err := netfd.New(p[1])
	must(t, "New", err)
	defer w.Close()
	defer r.Close()
	buf := make([]byte, 8)
	done := async(func() error { _, err := r.Read(buf); return err })
	parked(t, 1)
	_, err = w.Write([]byte("piped"))
	must(t, "Write", err)
	must(t, "Read", within(t, "Read", done))
}

func TestDetachGivesAWorkingDescriptor(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	done := async(func() error { _, err := a.Recv(make([]byte, 1), 0); return err })
	parked(t, 1)
	fd, err := a.Detach()
	must(t, "Detach", err)
	defer socket.Close(fd)
	if err := within(t, "Recv", done); !isClosed(err) {
		t.Errorf("Recv that waited: %v", err)
	}
	if on, err := socket.Nonblock(fd); !on || err != nil {
		t.Errorf("Nonblock = %v, %v, want true", on, err)
	}
	if on, err := socket.Cloexec(fd); !on || err != nil {
		t.Errorf("Cloexec = %v, %v, want true", on, err)
	}
	must(t, "SetNonblock", socket.SetNonblock(fd, false))
	_, err = b.Send([]byte("still here"), 0)
	must(t, "Send", err)
	p := make([]byte, 16)
	n, err := socket.Recv(fd, p, 0)
	if string(p[:n]) != "still here" || err != nil {
		t.Errorf("Recv = %q, %v", p[:n], err)
	}
	if _, err := a.Detach(); !isClosed(err) {
		t.Errorf("Detach again: %v, want closed", err)
	}
	again, err := netfd.New(fd) // and back
	must(t, "New", err)
	fd, err = again.Detach()
	must(t, "Detach", err)
	defer socket.Close(fd)
	if _, err := a.Getsockname(); !isClosed(err) {
		t.Errorf("Getsockname: %v, want closed", err)
	}
}

func TestCollectorClosesWhatIsLost(t *testing.T) {
	fds, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	must(t, "Socketpair", err)
	defer socket.Close(fds[1])
	func() {
		_, err := netfd.New(fds[0])
		must(t, "New", err)
	}()
	testutil.Eventually(t, "the peer sees the end", func() bool {
		runtime.GC()
		n, err := socket.Recv(fds[1], make([]byte, 1), socket.MSG_DONTWAIT)
		return n == 0 && err == nil
	})
}

// 5. Connect, Accept, contexts.

func TestConnectRefusedNamesTheAddress(t *testing.T) {
	_, addr := bound(t, socket.AF_INET, socket.SOCK_STREAM) // and it does not listen: nobody else takes the port
	f := newSocket(t, socket.AF_INET, socket.SOCK_STREAM)
	err := f.Connect(background, addr)
	var op *net.OpError
	if !errors.Is(err, unix.ECONNREFUSED) || !errors.As(err, &op) || op.Op != "connect" || !strings.Contains(err.Error(), addr.String()) {
		t.Errorf("Connect: %v, want connect %v: connection refused", err, addr)
	}
	un, _ := socket.SockaddrUn(filepath.Join(t.TempDir(), "none"))
	if err := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM).Connect(background, un); !errors.Is(err, unix.ENOENT) {
		t.Errorf("Connect: %v, want ENOENT", err)
	}
}

func TestConnectConnectsWithAndWithoutAContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(background, time.Hour)
	defer cancel()
	for _, domain := range []int{socket.AF_INET, socket.AF_UNIX} {
		for _, ctx := range []context.Context{background, ctx} {
			l, addr := listener(t, domain)
			for range 100 {
				c := newSocket(t, domain, socket.SOCK_STREAM)
				must(t, "Connect", c.Connect(ctx, addr))
				s, peer, err := l.Accept(ctx)
				must(t, "Accept", err)
				name, err := c.Getsockname()
				must(t, "Getsockname", err)
				if diff := cmp.Diff(name, peer, cmp.Comparer(func(a, b socket.Sockaddr) bool { return a == b })); diff != "" {
					t.Errorf("Accept's peer: %s", diff)
				}
				_, err = s.Send([]byte("x"), 0)
				must(t, "Send", err)
				_, err = c.Recv(make([]byte, 1), 0)
				must(t, "Recv", err)
				c.Close()
				s.Close()
			}
		}
	}
}

func TestAcceptEndsWithItsContextAndDisturbsNobody(t *testing.T) {
	l, addr := listener(t, socket.AF_INET)
	deadline := time.Now().Add(time.Hour)
	must(t, "SetReadDeadline", l.SetReadDeadline(deadline))
	patient := async(func() error {
		s, _, err := l.Accept(background)
		if err == nil {
			s.Close()
		}
		return err
	})
	rc, err := l.SyscallConn()
	must(t, "SyscallConn", err)
	rawPatient := async(func() (err error) {
		fd := -1
		if e := rc.Read(func(l uintptr) bool {
			fd, _, err = socket.Nonblocking(l).Accept()
			return err != unix.EAGAIN
		}); e != nil {
			return e
		}
		if err == nil {
			socket.Close(fd)
		}
		return err
	})
	parked(t, 1)
	for _, first := range []bool{true, false} {
		ctx, cancel := context.WithCancel(background)
		if !first {
			ctx, cancel = context.WithTimeout(background, 20*time.Millisecond)
		}
		want := context.DeadlineExceeded
		if first {
			want = context.Canceled
		}
		done := async(func() error { _, _, err := l.Accept(ctx); return err })
		if first {
			time.Sleep(10 * time.Millisecond)
			cancel()
		}
		if err := within(t, "Accept", done); !errors.Is(err, want) || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Accept: %v, want %v", err, want)
		}
		cancel()
		if _, _, err := l.Accept(ctx); !errors.Is(err, want) {
			t.Errorf("Accept with a context that has ended: %v", err)
		}
	}
	for what, done := range map[string]<-chan error{"the other Accept": patient, "RawConn.Read": rawPatient} {
		select {
		case err := <-done:
			t.Fatalf("%s: %v", what, err)
		default:
		}
	}
	for range 2 {
		must(t, "Connect", newSocket(t, socket.AF_INET, socket.SOCK_STREAM).Connect(background, addr))
	}
	must(t, "the other Accept", within(t, "the other Accept", patient))
	must(t, "RawConn.Read", within(t, "RawConn.Read", rawPatient))
	// The deadline is still the one that was set.
	ctx, cancel := context.WithTimeout(background, 10*time.Millisecond)
	defer cancel()
	must(t, "SetReadDeadline", l.SetReadDeadline(time.Now().Add(60*time.Millisecond)))
	if _, _, err := l.Accept(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Accept: %v, want the context's end", err)
	}
	if _, _, err := l.Accept(background); !isTimeout(err) {
		t.Errorf("Accept: %v, want the deadline", err)
	}
}

// TestEndingContextsLoseNothing lets contexts end while connections come in and deadlines are changed: every
// connection is accepted once, and no call sees another's end.
func TestEndingContextsLoseNothing(t *testing.T) {
	l, addr := listener(t, socket.AF_UNIX)
	const total = 300
	var accepted atomic.Int64
	stop, cancelAll := context.WithCancel(background)
	defer cancelAll()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for stop.Err() == nil {
				ctx, cancel := stop, context.CancelFunc(func() {})
				if i%2 == 0 {
					ctx, cancel = context.WithTimeout(stop, time.Duration(rand.IntN(500))*time.Microsecond)
				}
				s, _, err := l.Accept(ctx)
				switch {
				case err == nil:
					s.Close()
					if accepted.Add(1) == total {
						cancelAll()
					}
				case ctx.Err() == nil:
					t.Errorf("Accept: %v, and the context has not ended", err)
				}
				cancel()
			}
		})
	}
	wg.Go(func() {
		for stop.Err() == nil {
			must(t, "SetReadDeadline", l.SetReadDeadline(time.Now().Add(time.Hour)))
			must(t, "SetReadDeadline", l.SetReadDeadline(time.Time{}))
			time.Sleep(50 * time.Microsecond)
		}
	})
	for range total {
		c := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM)
		must(t, "Connect", c.Connect(stop, addr))
		c.Close()
	}
	select {
	case <-stop.Done():
	case <-time.After(20 * time.Second):
		t.Errorf("%d of %d connections were accepted", accepted.Load(), total)
		cancelAll()
	}
	wg.Wait()
}

func TestAcceptAndConnectEndAtCloseAndDeadline(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	for _, ctx := range []context.Context{background, ctx} {
		l, _ := listener(t, socket.AF_INET)
		must(t, "SetReadDeadline", l.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
		if _, _, err := l.Accept(ctx); !isTimeout(err) {
			t.Errorf("Accept at the deadline: %v", err)
		}
		must(t, "SetReadDeadline", l.SetReadDeadline(time.Time{}))
		done := async(func() error { _, _, err := l.Accept(ctx); return err })
		parked(t, 1)
		must(t, "Close", l.Close())
		if err := within(t, "Accept", done); !isClosed(err) {
			t.Errorf("Accept when closed: %v", err)
		}
	}
}

// 6. Package net, and back.

func TestConnListenerPacketConnAreNets(t *testing.T) {
	l, addr := listener(t, socket.AF_INET)
	nl, err := l.Listener()
	must(t, "Listener", err)
	defer nl.Close()
	if _, _, err := l.Accept(background); !isClosed(err) {
		t.Errorf("Accept of an FD that was handed over: %v, want closed", err)
	}
	f := newSocket(t, socket.AF_INET, socket.SOCK_STREAM)
	must(t, "Connect", f.Connect(background, addr))
	c, err := f.Conn()
	must(t, "Conn", err)
	defer c.Close()
	s, err := nl.Accept()
	must(t, "Accept", err)
	defer s.Close()
	for name, conn := range map[string]net.Conn{"Conn": c, "Accept": s} {
		b, err := netfd.From(conn.(syscall.Conn))
		must(t, "From", err)
		nodelay, err := netfd.Getsockopt(b, socket.TCP_NODELAY)
		must(t, "Getsockopt", err)
		keepalive, err := netfd.Getsockopt(b, socket.SO_KEEPALIVE)
		must(t, "Getsockopt", err)
		if !nodelay || !keepalive { // as the doc says
			t.Errorf("%s: TCP_NODELAY=%v SO_KEEPALIVE=%v", name, nodelay, keepalive)
		}
	}
	go io.Copy(struct{ io.Writer }{s}, s) // not by splice, whose pipe package net would keep
	io.WriteString(c, "through net")
	p := make([]byte, 11)
	if _, err := io.ReadFull(c, p); err != nil || string(p) != "through net" {
		t.Errorf("read %q, %v", p, err)
	}
	c.Close()
	if _, err := f.Conn(); !isClosed(err) {
		t.Errorf("Conn again: %v, want closed", err)
	}

	u, uAddr := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	pc, err := u.PacketConn()
	must(t, "PacketConn", err)
	defer pc.Close()
	_, err = newSocket(t, socket.AF_INET, socket.SOCK_DGRAM).Sendto([]byte("dgram"), 0, uAddr)
	must(t, "Sendto", err)
	n, _, err := pc.ReadFrom(p)
	if string(p[:n]) != "dgram" || err != nil {
		t.Errorf("ReadFrom = %q, %v", p[:n], err)
	}

	var pipe [2]int
	must(t, "pipe", unix.Pipe(pipe[:]))
	r, err := netfd.New(pipe[0])
	must(t, "New", err)
	defer r.Close()
	defer unix.Close(pipe[1])
	if _, err := r.Conn(); err == nil {
		t.Error("Conn of a pipe: no error")
	}
	if err := r.Control(func(int) {}); err != nil { // it was not closed
		t.Errorf("Control after Conn failed: %v", err)
	}
}

func TestFromBorrows(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, "Listen", err)
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	must(t, "Dial", err)
	defer conn.Close()
	peer, err := l.Accept()
	must(t, "Accept", err)
	defer peer.Close()

	f, err := netfd.From(conn.(syscall.Conn))
	must(t, "From", err)
	p := make([]byte, 16)
	done := async(func() error { _, err := f.Recvall(p[:9], 0); return err })
	parked(t, 1)
	io.WriteString(peer, "for ")
	io.WriteString(peer, "f, us")
	must(t, "Recvall", within(t, "Recvall", done))
	for name, send := range sends {
		if n, err := send(f, []byte("12")); n != 2 || err != nil {
			t.Errorf("%s = %d, %v", name, n, err)
		}
	}
	if _, err := io.ReadFull(peer, p[:2*len(sends)]); err != nil {
		t.Errorf("the peer: %v", err)
	}
	// Deadlines are shared, both ways.
	must(t, "SetReadDeadline", conn.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
	if _, err := f.Recv(p, 0); !isTimeout(err) {
		t.Errorf("Recv at the conn's deadline: %v", err)
	}
	must(t, "SetReadDeadline", f.SetReadDeadline(time.Time{}))
	done = async(func() error { _, err := conn.Read(p); return err })
	parked(t, 1)
	must(t, "SetReadDeadline", f.SetReadDeadline(time.Unix(1, 0)))
	if err := within(t, "Read", done); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the conn's Read at the FD's deadline: %v", err)
	}
	must(t, "SetDeadline", f.SetDeadline(time.Time{}))
	// Its mode is as it was.
	must(t, "Control", f.Control(func(fd int) {
		if on, err := socket.Nonblock(fd); !on || err != nil {
			t.Errorf("Nonblock = %v, %v", on, err)
		}
	}))
	if _, err := f.Detach(); !errors.Is(err, unix.EINVAL) {
		t.Errorf("Detach: %v, want EINVAL", err)
	}
	if _, err := f.Conn(); !errors.Is(err, unix.EINVAL) {
		t.Errorf("Conn: %v, want EINVAL", err)
	}
	must(t, "Close", f.Close())
	for name, err := range afterClose(f) {
		if !isClosed(err) && !(errors.Is(err, unix.EINVAL) && (name == "Detach" || name == "Conn")) {
			t.Errorf("%s of a borrowed FD after Close: %v, want closed", name, err)
		}
	}
	io.WriteString(conn, "open")
	if _, err := io.ReadFull(peer, p[:4]); err != nil || string(p[:4]) != "open" {
		t.Errorf("the conn after the FD's Close: %q, %v", p[:4], err)
	}
	// And the other way round.
	f, err = netfd.From(conn.(syscall.Conn))
	must(t, "From", err)
	done = async(func() error { _, err := f.Recv(p, 0); return err })
	parked(t, 1)
	conn.Close()
	if err := within(t, "Recv", done); !isClosed(err) {
		t.Errorf("Recv when the conn is closed: %v", err)
	}
}

func TestFromListenerAcceptsWhatIsThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, "Listen", err)
	defer l.Close()
	f, err := netfd.From(l.(syscall.Conn))
	must(t, "From", err)
	defer f.Close()
	if _, _, err := f.Accept(background); !errors.Is(err, unix.EINVAL) {
		t.Errorf("Accept: %v, want EINVAL", err)
	}
}

func TestFromRefusesBlockingMode(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, "Listen", err)
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	must(t, "Dial", err)
	defer conn.Close()
	file, err := conn.(*net.TCPConn).File()
	must(t, "File", err)
	defer file.Close()
	file.Fd() // the trap
	if _, err := netfd.From(conn.(syscall.Conn)); !errors.Is(err, unix.EINVAL) {
		t.Errorf("From a connection in blocking mode: %v, want EINVAL", err)
	}
}

func TestFromAFileAndItsContexts(t *testing.T) {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Socket", err)
	must(t, "Listen", socket.Listen(fd, 8))
	must(t, "SetNonblock", socket.SetNonblock(fd, true))
	file := os.NewFile(uintptr(fd), "listener")
	defer file.Close()
	f, err := netfd.From(file)
	must(t, "From", err)
	defer f.Close()
	ctx, cancel := context.WithTimeout(background, 10*time.Millisecond)
	defer cancel()
	if _, _, err := f.Accept(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Accept: %v, want the context's end", err)
	}
	done := async(func() error {
		s, _, err := f.Accept(background)
		if err == nil {
			s.Close()
		}
		return err
	})
	parked(t, 1)
	addr, err := f.Getsockname()
	must(t, "Getsockname", err)
	c := newSocket(t, socket.AF_INET, socket.SOCK_STREAM)
	must(t, "Connect", c.Connect(background, socket.SockaddrIn(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), addr.AddrPort().Port()))))
	must(t, "Accept", within(t, "Accept", done))
}

func TestErrorsNameWhatWasAsked(t *testing.T) {
	f, err := netfd.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Socket", err)
	defer f.Close()
	addr := socket.SockaddrIn(netip.MustParseAddrPort("192.0.2.1:7"))
	if err := f.Bind(addr); !errors.Is(err, unix.EADDRNOTAVAIL) || !strings.Contains(err.Error(), "192.0.2.1:7") {
		t.Errorf("Bind to an address of others: %v", err)
	}
	if err := netfd.Setsockopt(f, socket.SO_RCVTIMEO, -time.Second); !errors.Is(err, unix.EINVAL) || !strings.Contains(err.Error(), "SO_RCVTIMEO=-1s") {
		t.Errorf("Setsockopt out of range: %v", err)
	}
	if l, err := f.Listener(); !errors.Is(err, unix.EINVAL) {
		t.Errorf("Listener of a socket that does not listen = %v, %v", l, err)
	}
	must(t, "Listen", f.Listen(1)) // it is as it was
}
