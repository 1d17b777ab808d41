//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package poll_test

// This file holds the tests of what every system has: readiness, sets, time, the wake-up, the Selector. Those
// that need Linux are in poll_linux_test.go.

import (
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/poll"
)

func TestMain(m *testing.M) { testutil.Main(m) }

func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func wantErr(t testing.TB, what string, err error, want unix.Errno) {
	t.Helper()
	if err != want || !errors.Is(err, want) {
		t.Errorf("%s = %v, want %v", what, err, want)
	}
}

// pair makes two connected sockets, which are closed with the test.
func pair(t testing.TB, typ int) (a, b int) {
	t.Helper()
	fds, err := socket.Socketpair(socket.AF_UNIX, typ, 0)
	must(t, "Socketpair", err)
	t.Cleanup(func() { socket.Close(fds[0]); socket.Close(fds[1]) })
	return fds[0], fds[1]
}

func send(t testing.TB, fd int) {
	t.Helper()
	_, err := socket.Send(fd, []byte("x"), 0)
	must(t, "Send", err)
}

func newSelector(t testing.TB, open func() (*poll.Selector, error)) *poll.Selector {
	t.Helper()
	s, err := open()
	must(t, "NewSelector", err)
	t.Cleanup(func() { s.Close() })
	return s
}

var selectors = map[string]func() (*poll.Selector, error){"NewSelector": poll.NewSelector, "NewPollSelector": poll.NewPollSelector}

// eachSelector runs f with a Selector of every kind.
func eachSelector(t *testing.T, f func(t *testing.T, s *poll.Selector)) {
	for name, open := range selectors {
		t.Run(name, func(t *testing.T) { f(t, newSelector(t, open)) })
	}
}

// waits are all the calls that wait, for a descriptor to be readable.
func waits() map[string]func(t testing.TB, fd int) func(timeout time.Duration) (int, error) {
	w := map[string]func(t testing.TB, fd int) func(timeout time.Duration) (int, error){
		"Poll": func(t testing.TB, fd int) func(time.Duration) (int, error) {
			fds := []poll.Fd{{Fd: int32(fd), Events: poll.POLLIN}}
			return func(timeout time.Duration) (int, error) { return poll.Poll(fds, timeout) }
		},
		"Select": func(t testing.TB, fd int) func(time.Duration) (int, error) {
			var r poll.FdSet
			return func(timeout time.Duration) (int, error) {
				r.Set(fd)
				return poll.Select(fd+1, &r, nil, nil, timeout)
			}
		},
	}
	for name, open := range selectors {
		w[name] = func(t testing.TB, fd int) func(time.Duration) (int, error) {
			s := newSelector(t, open)
			must(t, "Register", s.Register(fd, poll.EVENT_READ, nil))
			ready := make([]poll.Ready, 1)
			return func(timeout time.Duration) (int, error) { return s.Select(ready, timeout) }
		}
	}
	maps.Copy(w, epollWaits)
	return w
}

// 1. Poll.

func TestPollSetsEveryRevents(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	fds := []poll.Fd{
		{Fd: int32(a), Events: poll.POLLIN, Revents: 99},
		{Fd: int32(b), Events: poll.POLLIN | poll.POLLOUT, Revents: 99},
		{Fd: -1, Events: poll.POLLIN, Revents: 99},
		{Fd: math.MinInt32, Events: poll.POLLIN, Revents: 99},
		{Fd: 1 << 20, Events: poll.POLLIN, Revents: 99},
		{Fd: int32(a), Revents: 99},
	}
	send(t, a)
	n, err := poll.Poll(fds, -1)
	var got []int16
	for _, f := range fds {
		got = append(got, f.Revents)
	}
	if want := []int16{0, poll.POLLIN | poll.POLLOUT, 0, 0, poll.POLLNVAL, 0}; n != 2 || err != nil || !slices.Equal(got, want) {
		t.Errorf("Poll = %d, %v, Revents %v, want 2, %v", n, err, got, want)
	}
}

func TestPollOfNothingSleeps(t *testing.T) {
	for _, fds := range [][]poll.Fd{nil, {}, make([]poll.Fd, 0, 3), {{Fd: -1}}} {
		start := time.Now()
		if n, err := poll.Poll(fds, 20*time.Millisecond); n != 0 || err != nil || time.Since(start) < 20*time.Millisecond {
			t.Errorf("Poll(%v) = %d, %v after %v", fds, n, err, time.Since(start))
		}
	}
}

// 2. Select.

func TestSelectLeavesWhatIsReady(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	c, d := pair(t, socket.SOCK_STREAM)
	var r, w poll.FdSet
	for _, fd := range []int{a, b, c, d} {
		r.Set(fd)
		w.Set(fd)
	}
	send(t, a)
	n, err := poll.Select(max(a, b, c, d)+1, &r, &w, nil, -1)
	if n != 5 || err != nil {
		t.Errorf("Select = %d, %v, want 5: one to read, four to write", n, err)
	}
	for _, fd := range []int{a, b, c, d} {
		if r.IsSet(fd) != (fd == b) || !w.IsSet(fd) {
			t.Errorf("of %d %d %d %d: %d readable %v, writable %v", a, b, c, d, fd, r.IsSet(fd), w.IsSet(fd))
		}
	}
	r.Zero()
	r.Set(a)
	if n, err := poll.Select(a+1, &r, nil, nil, 0); n != 0 || err != nil || r.IsSet(a) {
		t.Errorf("Select when the time is over = %d, %v, the set holds it: %v", n, err, r.IsSet(a))
	}
}

func TestSelectEdges(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	send(t, a)
	var r, empty poll.FdSet
	for _, nfds := range []int{b + 1, 1024, 1025, 1 << 20, math.MaxInt32} {
		r.Set(b)
		if n, err := poll.Select(nfds, &r, &empty, nil, -1); n != 1 || err != nil || !r.IsSet(b) {
			t.Errorf("Select with nfds %d = %d, %v", nfds, n, err)
		}
	}
	r.Set(b)
	if n, err := poll.Select(b, &r, nil, nil, 0); n != 0 || err != nil {
		t.Errorf("Select with nfds equal to fd = %d, %v, want 0: it is not looked at", n, err)
	}
	for _, nfds := range []int{0, 10, math.MaxInt32} {
		if n, err := poll.Select(nfds, nil, nil, nil, time.Microsecond); n != 0 || err != nil {
			t.Errorf("Select of %d in no sets = %d, %v", nfds, n, err)
		}
		if n, err := poll.Select(nfds, &empty, new(poll.FdSet), nil, 0); n != 0 || err != nil {
			t.Errorf("Select of %d in empty sets = %d, %v", nfds, n, err)
		}
	}
	for _, nfds := range []int{-1, math.MinInt32, math.MinInt} {
		n, err := poll.Select(nfds, &r, nil, nil, 0)
		if n != 0 {
			t.Errorf("Select = %d", n)
		}
		wantErr(t, "Select with a negative nfds", err, unix.EINVAL)
	}
	if math.MaxInt > math.MaxInt32 {
		big := math.MaxInt
		_, err := poll.Select(big, &r, nil, nil, 0)
		wantErr(t, "Select with an nfds that is no C int", err, unix.EINVAL)
	}
	fd, err := socket.Dup(a)
	must(t, "Dup", err)
	must(t, "Close", socket.Close(fd))
	r.Zero()
	r.Set(fd)
	_, err = poll.Select(fd+1, &r, nil, nil, -1)
	wantErr(t, "Select of a closed descriptor", err, unix.EBADF)
}

func TestSelectHighDescriptorThatIsClosedIsEBADF(t *testing.T) {
	testutil.NotUnderQEMU(t, "it ends itself at sets beyond 1024")
	a, b := pair(t, socket.SOCK_STREAM)
	send(t, a)
	for _, timeout := range []time.Duration{0, time.Millisecond, -1} {
		var r, w poll.FdSet
		r.Set(b)
		r.Set(1 << 20)
		w.Set(1 << 20)
		n, err := poll.Select(1<<20+1, &r, &w, nil, timeout)
		if n != 0 {
			t.Errorf("Select = %d", n)
		}
		wantErr(t, "Select of a descriptor no process has", err, unix.EBADF)
		r.Set(b)
		r.Set(1 << 20)
		if n, err := poll.Select(b+1, &r, nil, nil, timeout); n != 1 || err != nil {
			t.Errorf("Select where it is not looked at = %d, %v", n, err)
		}
	}
}

func TestFdSetIgnoresWhatIsNoDescriptor(t *testing.T) {
	var s poll.FdSet
	for _, fd := range []int{-1, -64, math.MinInt, math.MaxInt} {
		if fd == math.MaxInt32 {
			continue // a C int
		}
		s.Set(fd)
		s.Clear(fd)
		if s.IsSet(fd) {
			t.Errorf("IsSet(%d)", fd)
		}
	}
	s.Zero()
	s.Clear(5)
	s.Set(5)
	var c poll.FdSet
	c.Copy(&s)
	s.Clear(5)
	if !c.IsSet(5) || s.IsSet(5) {
		t.Error("a copy shares its memory")
	}
}

func TestFdSetIsCopiedByAssignment(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	send(t, b)
	var all poll.FdSet
	all.Set(a)
	all.Set(b)
	for range 2 {
		r := all
		if n, err := poll.Select(max(a, b)+1, &r, nil, nil, -1); n != 1 || err != nil || !r.IsSet(a) || r.IsSet(b) {
			t.Errorf("Select = %d, %v", n, err)
		}
		if !all.IsSet(a) || !all.IsSet(b) {
			t.Fatal("Select changed what its set was copied from")
		}
	}
	testutil.Allocs(t, "Select of sets that are local", func() {
		var r, w poll.FdSet
		r.Set(a)
		w.Set(b)
		if n, err := poll.Select(max(a, b)+1, &r, &w, nil, -1); n != 2 || err != nil {
			t.Fatalf("Select = %d, %v", n, err)
		}
	})
}

func FuzzFdSet(f *testing.F) {
	f.Add([]byte{0, 0, 5, 1, 0, 5, 2, 0, 5, 3, 0, 0})
	f.Add([]byte{0, 255, 255, 4, 0, 0, 1, 255, 255})
	f.Fuzz(func(t *testing.T, ops []byte) {
		var s poll.FdSet
		model := map[int]bool{}
		for ; len(ops) >= 3; ops = ops[3:] {
			fd := int(int16(uint16(ops[1])<<8 | uint16(ops[2])))
			switch ops[0] % 8 {
			case 0, 1, 2:
				s.Set(fd)
				if fd >= 0 {
					model[fd] = true
				}
			case 3, 4:
				s.Clear(fd)
				delete(model, fd)
			case 5:
				var c poll.FdSet
				c.Set(fd)
				c.Copy(&s)
				s.Zero()
				s.Copy(&c)
			case 6:
				if fd%8 == 0 {
					s.Zero()
					clear(model)
				}
			}
			if s.IsSet(fd) != model[fd] {
				t.Fatalf("IsSet(%d) = %v", fd, s.IsSet(fd))
			}
		}
		for fd := math.MinInt16; fd <= math.MaxInt16; fd++ {
			if s.IsSet(fd) != model[fd] {
				t.Fatalf("in the end IsSet(%d) = %v", fd, s.IsSet(fd))
			}
		}
	})
}

// 3. Time.

// TestPollHearsOfWhatWasSent has nothing to check but under -race, which must not report it: what was written
// before a send is there once a poll has told of it.
func TestPollHearsOfWhatWasSent(t *testing.T) {
	sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	must(t, "Socketpair", err)
	defer socket.Close(sv[0])
	defer socket.Close(sv[1])
	said := ""
	done := make(chan error)
	go func() {
		said = "hello"
		_, err := socket.Send(sv[0], []byte("x"), 0)
		done <- err
	}()
	n, err := poll.Poll([]poll.Fd{{Fd: int32(sv[1]), Events: poll.POLLIN}}, -1)
	if n != 1 || err != nil || said != "hello" {
		t.Errorf("Poll = %d, %v; said = %q, want 1, nil and what was said before the send", n, err, said)
	}
	must(t, "Send", <-done)
}

func TestWaitsAreNeitherEarlyNorLate(t *testing.T) {
	for name, wait := range waits() {
		t.Run(name, func(t *testing.T) {
			fd, _ := pair(t, socket.SOCK_STREAM)
			call := wait(t, fd)
			for _, d := range []time.Duration{0, 1, 999, 100 * time.Microsecond, 1500 * time.Microsecond, 20 * time.Millisecond} {
				best := time.Hour
				for range 20 {
					start := time.Now()
					n, err := call(d)
					took := time.Since(start)
					if n != 0 || err != nil || took < d {
						t.Fatalf("for %v: %d, %v after %v", d, n, err, took)
					}
					best = min(best, took)
				}
				if late := best - d; late > slack {
					t.Errorf("for %v it waits %v at best", d, best)
				}
			}
		})
	}
}

func TestLongWaitsEnd(t *testing.T) {
	for name, wait := range waits() {
		t.Run(name, func(t *testing.T) {
			for _, d := range []time.Duration{-1, math.MinInt64, math.MaxInt64, 1 << 32 * time.Millisecond, 1 << 33 * time.Second} {
				a, b := pair(t, socket.SOCK_STREAM)
				call := wait(t, a)
				timer := time.AfterFunc(10*time.Millisecond, func() { send(t, b) })
				start := time.Now()
				if n, err := call(d); n != 1 || err != nil || time.Since(start) < 9*time.Millisecond {
					t.Errorf("for %v: %d, %v after %v", d, n, err, time.Since(start))
				}
				timer.Stop()
			}
		})
	}
}

// 4. The wake-up.

func TestWakeEndsEveryWait(t *testing.T) {
	for name, wait := range waits() {
		t.Run(name, func(t *testing.T) {
			w, err := poll.NewWakeup()
			must(t, "NewWakeup", err)
			call := wait(t, w.Fd())
			said := 0 // ordered by the wake-up alone: the race detector is to agree
			go func() {
				time.Sleep(10 * time.Millisecond)
				said = 1
				w.Wake()
			}()
			n, err := call(-1)
			if n != 1 || err != nil || said != 1 {
				t.Errorf("= %d, %v, said %d", n, err, said)
			}
			if n, err := call(0); n != 1 || err != nil {
				t.Errorf("before Drain = %d, %v", n, err)
			}
			must(t, "Wake", w.Wake())
			must(t, "Drain", w.Drain())
			if n, err := call(0); n != 0 || err != nil {
				t.Errorf("after Drain = %d, %v", n, err)
			}
			must(t, "Drain of nothing", w.Drain())
			must(t, "Wake", w.Wake())
			if n, err := call(-1); n != 1 || err != nil {
				t.Errorf("woken before = %d, %v", n, err)
			}
			must(t, "Close", w.Close())
		})
	}
}

func TestWakeupIsSafeAfterClose(t *testing.T) {
	w, err := poll.NewWakeup()
	must(t, "NewWakeup", err)
	if on, err := socket.Cloexec(w.Fd()); !on || err != nil {
		t.Errorf("Cloexec = %v, %v", on, err)
	}
	if on, err := socket.Nonblock(w.Fd()); !on || err != nil {
		t.Errorf("Nonblock = %v, %v", on, err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				if err := w.Wake(); err != nil {
					if err != unix.EBADF {
						t.Errorf("Wake = %v", err)
					}
					return
				}
			}
		})
	}
	time.Sleep(time.Millisecond)
	must(t, "Close", w.Close())
	wg.Wait()
	wantErr(t, "Wake after Close", w.Wake(), unix.EBADF)
	wantErr(t, "Drain after Close", w.Drain(), unix.EBADF)
	wantErr(t, "Close after Close", w.Close(), unix.EBADF)
	if w.Fd() != -1 {
		t.Errorf("Fd after Close = %d", w.Fd())
	}
}

// 5. The Selector.

func TestSelectorRegistersModifiesUnregisters(t *testing.T) {
	eachSelector(t, func(t *testing.T, s *poll.Selector) {
		a, b := pair(t, socket.SOCK_STREAM)
		ready := make([]poll.Ready, 10)
		check := func(what string, want ...poll.Ready) {
			t.Helper()
			n, err := s.Select(ready, 0)
			if err != nil || !slices.Equal(ready[:n], want) {
				t.Errorf("%s: Select = %v, %v, want %v", what, ready[:n], err, want)
			}
		}
		must(t, "Register", s.Register(a, poll.EVENT_READ, "a"))
		check("nothing to read")
		must(t, "Modify", s.Modify(a, poll.EVENT_READ|poll.EVENT_WRITE, "both"))
		both := poll.Key{Fd: a, Events: poll.EVENT_READ | poll.EVENT_WRITE, Data: "both"}
		check("room to write", poll.Ready{Key: both, Mask: poll.EVENT_WRITE})
		send(t, b)
		check("both, as one", poll.Ready{Key: both, Mask: poll.EVENT_READ | poll.EVENT_WRITE})
		check("level-triggered", poll.Ready{Key: both, Mask: poll.EVENT_READ | poll.EVENT_WRITE})
		must(t, "Modify", s.Modify(a, poll.EVENT_WRITE, nil))
		check("to write only", poll.Ready{Key: poll.Key{Fd: a, Events: poll.EVENT_WRITE}, Mask: poll.EVENT_WRITE})
		must(t, "Modify of the data", s.Modify(a, poll.EVENT_WRITE, 7))
		if k, ok := s.Key(a); !ok || k != (poll.Key{Fd: a, Events: poll.EVENT_WRITE, Data: 7}) {
			t.Errorf("Key = %v, %v", k, ok)
		}
		must(t, "Register", s.Register(b, poll.EVENT_READ, "b"))
		if fds := slices.Sorted(func(yield func(int) bool) {
			for k := range s.Keys() {
				if !yield(k.Fd) {
					return
				}
			}
		}); s.Len() != 2 || !slices.Equal(fds, []int{min(a, b), max(a, b)}) {
			t.Errorf("Keys = %v, Len = %d", fds, s.Len())
		}
		for range s.Keys() {
			break
		}
		must(t, "Unregister", s.Unregister(a))
		if _, ok := s.Key(a); ok || s.Len() != 1 {
			t.Error("Unregister leaves it")
		}
		check("unregistered")
		must(t, "Shutdown", socket.Shutdown(a, socket.SHUT_RDWR))
		check("a hang-up", poll.Ready{Key: poll.Key{Fd: b, Events: poll.EVENT_READ, Data: "b"}, Mask: poll.EVENT_READ})
	})
}

func TestSelectorErrors(t *testing.T) {
	eachSelector(t, func(t *testing.T, s *poll.Selector) {
		a, b := pair(t, socket.SOCK_STREAM)
		must(t, "Register", s.Register(a, poll.EVENT_READ, nil))
		wantErr(t, "Register again", s.Register(a, poll.EVENT_WRITE, nil), unix.EEXIST)
		for _, events := range []int{0, 4, 5, -1} {
			wantErr(t, "Register for no such events", s.Register(b, events, nil), unix.EINVAL)
			wantErr(t, "Modify to no such events", s.Modify(a, events, nil), unix.EINVAL)
		}
		wantErr(t, "Modify of what is not registered", s.Modify(b, poll.EVENT_READ, nil), unix.ENOENT)
		wantErr(t, "Unregister of what is not registered", s.Unregister(b), unix.ENOENT)
		wantErr(t, "Unregister of -1", s.Unregister(-1), unix.ENOENT)
		for _, fd := range []int{-1, math.MinInt, math.MaxInt, 1 << 20} {
			wantErr(t, "Register of no descriptor", s.Register(fd, poll.EVENT_READ, nil), unix.EBADF)
		}
		n, err := s.Select(nil, 0)
		if n != 0 {
			t.Errorf("Select = %d", n)
		}
		wantErr(t, "Select without room", err, unix.EINVAL)
		must(t, "Close", s.Close())
		_, err = s.Select(make([]poll.Ready, 1), -1)
		wantErr(t, "Select after Close", err, unix.EBADF)
		wantErr(t, "Register after Close", s.Register(b, poll.EVENT_READ, nil), unix.EBADF)
		wantErr(t, "Modify after Close", s.Modify(a, poll.EVENT_READ, nil), unix.EBADF)
		wantErr(t, "Unregister after Close", s.Unregister(a), unix.EBADF)
		wantErr(t, "Wake after Close", s.Wake(), unix.EBADF)
		wantErr(t, "Close after Close", s.Close(), unix.EBADF)
		if _, ok := s.Key(a); ok || s.Len() != 0 {
			t.Error("Close leaves keys")
		}
		if _, err := socket.Getsockname(a); err != nil {
			t.Errorf("Close closed a registered descriptor: %v", err)
		}
	})
}

func TestSelectorIsWoken(t *testing.T) {
	eachSelector(t, func(t *testing.T, s *poll.Selector) {
		ready := make([]poll.Ready, 2)
		must(t, "Wake", s.Wake())
		must(t, "Wake", s.Wake())
		if n, err := s.Select(ready, -1); n != 0 || err != nil {
			t.Errorf("Select behind Wake = %d, %v", n, err)
		}
		if n, err := s.Select(ready, 0); n != 0 || err != nil {
			t.Errorf("Select = %d, %v", n, err)
		}
		said := 0
		timer := time.AfterFunc(10*time.Millisecond, func() { said = 1; s.Wake() })
		if n, err := s.Select(ready, -1); n != 0 || err != nil || said != 1 {
			t.Errorf("Select beside Wake = %d, %v, said %d", n, err, said)
		}
		timer.Stop()
		a, _ := pair(t, socket.SOCK_STREAM)
		must(t, "Register", s.Register(a, poll.EVENT_WRITE, nil))
		must(t, "Wake", s.Wake())
		if n, err := s.Select(ready, -1); n != 0 || err != nil {
			t.Errorf("Select behind Wake with one that is ready = %d, %v, want 0: a Wake is never lost", n, err)
		}
		if n, err := s.Select(ready, -1); n != 1 || err != nil {
			t.Errorf("Select of the one that is ready = %d, %v", n, err)
		}
		for range 10 { // also where there is room for one only
			must(t, "Wake", s.Wake())
			for i := 0; ; i++ {
				if n, err := s.Select(ready[:1], -1); err != nil || i == 10 {
					t.Fatalf("Select behind Wake = %d, %v, %d times", n, err, i)
				} else if n == 0 {
					break
				}
			}
		}
	})
}

func TestSelectorGivesEachItsTurn(t *testing.T) {
	eachSelector(t, func(t *testing.T, s *poll.Selector) {
		const many = 10
		for range many {
			a, _ := pair(t, socket.SOCK_STREAM)
			must(t, "Register", s.Register(a, poll.EVENT_WRITE, nil))
		}
		for _, room := range []int{1, 3} {
			told := map[int]int{}
			ready := make([]poll.Ready, room)
			for range 5 * many {
				n, err := s.Select(ready, -1)
				if n != room || err != nil {
					t.Fatalf("Select = %d, %v", n, err)
				}
				for _, r := range ready[:n] {
					told[r.Fd]++
				}
			}
			for fd, n := range told {
				if n < 3*room || len(told) != many {
					t.Errorf("with room for %d, %d of %d had their turn, %d %d times", room, len(told), many, fd, n)
				}
			}
		}
	})
}

func TestSelectorForgetsWhatWasClosed(t *testing.T) {
	eachSelector(t, func(t *testing.T, s *poll.Selector) {
		a, b := pair(t, socket.SOCK_STREAM)
		old, err := socket.Dup(a)
		must(t, "Dup", err)
		must(t, "Register", s.Register(old, poll.EVENT_READ, "old"))
		must(t, "Close", socket.Close(old)) // too early; a keeps the file open
		must(t, "Unregister behind Close", s.Unregister(old))
		c, _ := pair(t, socket.SOCK_STREAM)
		if c != old {
			t.Skipf("the number %d is not used again", old)
		}
		must(t, "Register", s.Register(c, poll.EVENT_READ, "new"))
		send(t, b)
		ready := make([]poll.Ready, 4)
		if n, err := s.Select(ready, 20*time.Millisecond); n != 0 || err != nil {
			t.Errorf("Select = %v, %v, want nothing: the one that is ready is no longer registered", ready[:n], err)
		}
	})
}

func TestPollSelectorTakesRegularFiles(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	must(t, "Create", err)
	defer f.Close()
	s := newSelector(t, poll.NewPollSelector)
	must(t, "Register", s.Register(int(f.Fd()), poll.EVENT_READ, nil))
	if n, err := s.Select(make([]poll.Ready, 1), -1); n != 1 || err != nil {
		t.Errorf("Select = %d, %v", n, err)
	}
}
