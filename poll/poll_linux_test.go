package poll_test

// This file holds the tests that need Linux: every flag of poll and epoll, EINTR, the garbage collector beside
// calls that wait, allocations, what strace sees, and Python's answers for the same descriptors.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/trace"
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
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/poll"
)

// slack is how late a wait may be at best. Half a millisecond is more than the kernel's 50 µs, and less than
// milliseconds would be. (The emulator has no epoll_pwait2: there they are what is seen.)
var slack = func() time.Duration {
	if os.Getenv("SOCKET_TEST_QEMU") != "" {
		return 2 * time.Millisecond
	}
	return 500 * time.Microsecond
}()

var epollWaits = map[string]func(t testing.TB, fd int) func(timeout time.Duration) (int, error){
	"EpollWait": func(t testing.TB, fd int) func(time.Duration) (int, error) {
		epfd := newEpoll(t)
		add(t, epfd, fd, poll.EPOLLIN)
		events := make([]poll.EpollEvent, 1)
		return func(timeout time.Duration) (int, error) { return poll.EpollWait(epfd, events, timeout) }
	},
}

func recv(t testing.TB, fd int) {
	t.Helper()
	_, err := socket.Recv(fd, make([]byte, 1), socket.MSG_DONTWAIT)
	must(t, "Recv", err)
}

func newEpoll(t testing.TB) int {
	t.Helper()
	epfd, err := poll.EpollCreate(0)
	must(t, "EpollCreate", err)
	t.Cleanup(func() { socket.Close(epfd) })
	return epfd
}

func add(t testing.TB, epfd, fd int, events uint32) {
	t.Helper()
	ev := poll.EpollEvent{Events: events}
	ev.SetFd(fd)
	must(t, "EpollCtl", poll.EpollCtl(epfd, poll.EPOLL_CTL_ADD, fd, &ev))
}

// told is what an epoll tells at once, by descriptor.
func told(t testing.TB, epfd int) map[int]uint32 {
	t.Helper()
	events := make([]poll.EpollEvent, 100)
	n, err := poll.EpollWait(epfd, events, 0)
	must(t, "EpollWait", err)
	m := map[int]uint32{}
	for _, ev := range events[:n] {
		m[ev.Fd()] |= ev.Events
	}
	return m
}

// listener listens on loopback.
func listener(t testing.TB) (fd int, addr socket.Sockaddr) {
	t.Helper()
	fd = newSocket(t, socket.AF_INET, socket.SOCK_STREAM)
	must(t, "Bind", socket.Bind(fd, loopback))
	must(t, "Listen", socket.Listen(fd, 5))
	addr, err := socket.Getsockname(fd)
	must(t, "Getsockname", err)
	return fd, addr
}

var loopback, _ = socket.ParseSockaddr("127.0.0.1:0")

func newSocket(t testing.TB, domain, typ int) int {
	t.Helper()
	fd, err := socket.Socket(domain, typ, 0)
	must(t, "Socket", err)
	t.Cleanup(func() { socket.Close(fd) })
	return fd
}

func tcpPair(t testing.TB) (c, s int) {
	t.Helper()
	l, addr := listener(t)
	c = newSocket(t, socket.AF_INET, socket.SOCK_STREAM)
	must(t, "Connect", socket.Connect(c, addr))
	s, err := socket.AcceptFD(l, 0)
	must(t, "AcceptFD", err)
	t.Cleanup(func() { socket.Close(s) })
	return c, s
}

// 1. What is told: the same of poll, epoll, select and Python's modules.

// A scenario is a descriptor in some state.
type scenario struct {
	name  string
	fd    int
	wants int // revents, when all is asked for
}

const (
	all   = poll.POLLIN | poll.POLLPRI | poll.POLLOUT | poll.POLLRDHUP
	in    = poll.POLLIN
	pri   = poll.POLLPRI
	out   = poll.POLLOUT
	perr  = poll.POLLERR
	hup   = poll.POLLHUP
	rdhup = poll.POLLRDHUP
)

func scenarios(t *testing.T) (list []scenario) {
	put := func(name string, fd, wants int) { list = append(list, scenario{name, fd, wants}) }

	a, b := pair(t, socket.SOCK_STREAM)
	put("an idle stream", a, out)
	send(t, a)
	put("data to read", b, in|out)

	full := func() (a, b int) {
		a, b = pair(t, socket.SOCK_STREAM)
		for {
			if _, err := socket.Send(a, make([]byte, 1<<12), socket.MSG_DONTWAIT); err != nil {
				return a, b
			}
		}
	}
	a, _ = full()
	put("a full stream", a, 0)
	a, b = full()
	must(t, "Shutdown", socket.Shutdown(b, socket.SHUT_WR))
	put("a full stream whose peer sends no more", a, in|rdhup)

	a, b = pair(t, socket.SOCK_STREAM)
	must(t, "Shutdown", socket.Shutdown(b, socket.SHUT_RDWR))
	put("a stream whose peer has shut down", a, in|out|rdhup|hup)

	a, b = pair(t, socket.SOCK_DGRAM)
	put("an idle datagram socket", b, out)
	_, err := socket.Send(b, nil, 0)
	must(t, "Send", err)
	put("an empty datagram", a, in|out)

	c, s := tcpPair(t)
	put("an idle TCP connection", c, out)
	_, err = socket.Send(c, []byte("!"), socket.MSG_OOB)
	must(t, "Send", err)
	testutil.Eventually(t, "urgent data", func() bool {
		fds := []poll.Fd{{Fd: int32(s), Events: pri}}
		n, _ := poll.Poll(fds, 0)
		return n == 1
	})
	put("urgent data", s, pri|out)

	c, s = tcpPair(t)
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	put("a half-closed TCP connection", s, in|out|rdhup)

	c, s = tcpPair(t)
	must(t, "Setsockopt", socket.Setsockopt(c, socket.SO_LINGER, socket.Linger{Onoff: 1}))
	must(t, "Shutdown", socket.Connect(c, socket.SockaddrUnspec())) // RST
	put("a reset TCP connection", s, in|out|rdhup|hup|perr)

	l, _ := listener(t)
	put("a listener", l, 0)
	c = newSocket(t, socket.AF_INET, socket.SOCK_STREAM)
	put("a new TCP socket", c, out|hup)
	l, addr := listener(t)
	must(t, "Connect", socket.Connect(newSocket(t, socket.AF_INET, socket.SOCK_STREAM), addr))
	put("a listener with a connection", l, in)

	u := newSocket(t, socket.AF_INET, socket.SOCK_DGRAM)
	must(t, "Bind", socket.Bind(u, loopback))
	name, err := socket.Getsockname(u)
	must(t, "Getsockname", err)
	must(t, "Close", socket.Close(u))
	u = newSocket(t, socket.AF_INET, socket.SOCK_DGRAM)
	must(t, "Connect", socket.Connect(u, name))
	send(t, u)
	put("an ICMP error", u, out|perr)
	testutil.Eventually(t, "an ICMP error", func() bool {
		fds := []poll.Fd{{Fd: int32(u)}}
		n, _ := poll.Poll(fds, 0)
		return n == 1
	})

	pipe := func(ends ...int) [2]int {
		var p [2]int
		must(t, "Pipe2", unix.Pipe2(p[:], unix.O_CLOEXEC))
		for i := range p {
			if slices.Contains(ends, i) {
				t.Cleanup(func() { unix.Close(p[i]) })
			} else {
				unix.Close(p[i])
			}
		}
		return p
	}
	p := pipe(0, 1)
	put("a pipe to read from", p[0], 0)
	put("a pipe to write to", p[1], out)
	put("a pipe nobody writes to", pipe(0)[0], hup)
	put("a pipe nobody reads from", pipe(1)[1], out|perr)

	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	must(t, "Create", err)
	t.Cleanup(func() { f.Close() })
	put("a regular file", int(f.Fd()), in|out)

	wake, err := poll.NewWakeup()
	must(t, "NewWakeup", err)
	t.Cleanup(func() { wake.Close() })
	put("a wake-up", wake.Fd(), out)
	ep := newEpoll(t)
	add(t, ep, b, poll.EPOLLOUT)
	put("an epoll that would tell", ep, in)
	return list
}

// pythonProgram prints for each descriptor from 3 on what poll, epoll, select and the selectors say.
const pythonProgram = `
import json, select, selectors, sys
def epoll(fd):
    with select.epoll() as e:
        try:
            e.register(fd, all)
        except OSError as err:
            return -err.errno
        got = e.poll(0)
        return got[0][1] if got else 0
def selector(kind, fd):
    with kind() as s:
        try:
            s.register(fd, selectors.EVENT_READ | selectors.EVENT_WRITE)
        except OSError as err:
            return -err.errno
        got = s.select(0)
        return got[0][1] if got else 0
def poll(fd):
    p = select.poll()
    p.register(fd, all)
    got = p.poll(0)
    return got[0][1] if got else 0
all = int(sys.argv[2])
for fd in range(3, 3 + int(sys.argv[1])):
    r, w, e = select.select([fd], [fd], [fd], 0)
    print(json.dumps([poll(fd), epoll(fd), len(r), len(w), len(e), selector(selectors.DefaultSelector, fd), selector(selectors.PollSelector, fd)]))
`

func TestWhatIsToldIsWhatPythonTells(t *testing.T) {
	testutil.NotUnderQEMU(t, "it translates some of the states")
	list := scenarios(t)
	var files []*os.File
	for _, s := range list {
		dup, err := socket.Dup(s.fd)
		must(t, "Dup", err)
		files = append(files, os.NewFile(uintptr(dup), s.name))
	}
	cmd := exec.Command(testutil.Program(t, "python3"), "-c", pythonProgram, strconv.Itoa(len(list)), strconv.Itoa(all))
	cmd.ExtraFiles = files
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	for _, f := range files {
		f.Close()
	}
	must(t, "python3", err)
	dec := json.NewDecoder(bytes.NewReader(text))
	for _, s := range list {
		var theirs []int
		must(t, "Python's answer", dec.Decode(&theirs))
		ours := tellAll(t, s.fd)
		if ours[0] != s.wants {
			t.Errorf("%s: Poll tells %#x, want %#x", s.name, ours[0], s.wants)
		}
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Errorf("%s: Python's answers and ours, of poll, epoll, select, and two selectors, differ:\n%s", s.name, diff)
		}
	}
	if !t.Failed() {
		t.Logf("%d descriptors, 7 answers each, all as Python's", len(list))
	}
}

// tellAll gives the answers of pythonProgram.
func tellAll(t *testing.T, fd int) (answers []int) {
	t.Helper()
	count := func(n int, err error) {
		t.Helper()
		must(t, "a wait", err)
		answers = append(answers, n)
	}
	fds := []poll.Fd{{Fd: int32(fd), Events: all}}
	_, err := poll.Poll(fds, 0)
	count(int(fds[0].Revents), err)

	epfd := newEpoll(t)
	events := make([]poll.EpollEvent, 1)
	if err := poll.EpollCtl(epfd, poll.EPOLL_CTL_ADD, fd, &poll.EpollEvent{Events: all}); err != nil {
		count(-int(err.(unix.Errno)), nil)
	} else {
		_, err = poll.EpollWait(epfd, events, 0)
		count(int(events[0].Events), err)
	}

	for i := range 3 {
		var sets [3]*poll.FdSet
		sets[i] = new(poll.FdSet)
		sets[i].Set(fd)
		count(poll.Select(fd+1, sets[0], sets[1], sets[2], 0))
	}
	for _, open := range []func() (*poll.Selector, error){poll.NewSelector, poll.NewPollSelector} {
		s := newSelector(t, open)
		ready := make([]poll.Ready, 1)
		if err := s.Register(fd, poll.EVENT_READ|poll.EVENT_WRITE, nil); err != nil {
			count(-int(err.(unix.Errno)), nil)
			continue
		}
		_, err := s.Select(ready, 0)
		count(ready[0].Mask, err)
	}
	return answers
}

func TestPollAsksForWhatItIsAsked(t *testing.T) {
	for _, s := range scenarios(t) {
		for _, ask := range []int16{0, in, pri, out, rdhup, in | out, poll.POLLRDNORM, poll.POLLWRNORM, poll.POLLRDBAND, poll.POLLWRBAND, poll.POLLMSG} {
			if ask == poll.POLLMSG {
				continue // an eventfd or a device may tell anything
			}
			fds := []poll.Fd{{Fd: int32(s.fd), Events: ask}}
			n, err := poll.Poll(fds, 0)
			if got := fds[0].Revents; err != nil || got&^(ask|perr|hup|poll.POLLNVAL) != 0 || n == 1 != (got != 0) ||
				int(ask|perr|hup)&s.wants&(in|pri|out|rdhup|perr|hup) != int(got)&(in|pri|out|rdhup|perr|hup) {
				t.Errorf("%s: asked for %#x, Poll = %d, %v, Revents %#x", s.name, ask, n, err, got)
			}
		}
	}
}

// 2. epoll's modes.

func TestEpollLevelTellsUntilItIsDealtWith(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	epfd := newEpoll(t)
	add(t, epfd, b, poll.EPOLLIN)
	send(t, a)
	for range 3 {
		if got := told(t, epfd); got[b] != poll.EPOLLIN {
			t.Errorf("told %v", got)
		}
	}
	recv(t, b)
	if got := told(t, epfd); len(got) != 0 {
		t.Errorf("told %v when nothing is left", got)
	}
}

func TestEpollEdgeTellsOnceEachTime(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	epfd := newEpoll(t)
	add(t, epfd, b, poll.EPOLLIN|poll.EPOLLET)
	for range 3 { // each send is new, read or not
		send(t, a)
		if got := told(t, epfd); got[b] != poll.EPOLLIN {
			t.Errorf("told %v", got)
		}
		if got := told(t, epfd); len(got) != 0 {
			t.Errorf("told %v once more", got)
		}
	}
}

func TestEpollOneshotTellsOnceUntilMod(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	epfd := newEpoll(t)
	add(t, epfd, b, poll.EPOLLIN|poll.EPOLLONESHOT)
	for range 3 {
		send(t, a)
		if got := told(t, epfd); got[b] != poll.EPOLLIN {
			t.Errorf("told %v", got)
		}
		send(t, a)
		if got := told(t, epfd); len(got) != 0 {
			t.Errorf("told %v once more", got)
		}
		ev := poll.EpollEvent{Events: poll.EPOLLIN | poll.EPOLLONESHOT}
		ev.SetFd(b)
		must(t, "EpollCtl", poll.EpollCtl(epfd, poll.EPOLL_CTL_MOD, b, &ev))
	}
}

func TestEpollExclusiveWakesFewer(t *testing.T) {
	// Eight wait for the same connection. Without the flag all wake; with it one or a few.
	wakes := func(flags uint32) int {
		const many = 8
		l, addr := listener(t)
		woken := make(chan int, many)
		var wg sync.WaitGroup
		for range many {
			epfd := newEpoll(t)
			add(t, epfd, l, poll.EPOLLIN|flags)
			wg.Go(func() {
				n, _ := poll.EpollWait(epfd, make([]poll.EpollEvent, 1), 300*time.Millisecond)
				woken <- n
			})
		}
		time.Sleep(50 * time.Millisecond)
		must(t, "Connect", socket.Connect(newSocket(t, socket.AF_INET, socket.SOCK_STREAM), addr))
		wg.Wait()
		sum := 0
		for range many {
			sum += <-woken
		}
		return sum
	}
	if n := wakes(0); n != 8 {
		t.Errorf("without EPOLLEXCLUSIVE %d of 8 wake", n)
	}
	if n := wakes(poll.EPOLLEXCLUSIVE); n < 1 || n == 8 {
		t.Errorf("with EPOLLEXCLUSIVE %d of 8 wake", n)
	}
}

func TestEpollErrors(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	epfd := newEpoll(t)
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	must(t, "Create", err)
	defer f.Close()
	ev := &poll.EpollEvent{Events: poll.EPOLLIN}
	add(t, epfd, a, poll.EPOLLIN)
	const ADD, MOD, DEL = poll.EPOLL_CTL_ADD, poll.EPOLL_CTL_MOD, poll.EPOLL_CTL_DEL
	for _, c := range []struct {
		what         string
		epfd, op, fd int
		event        *poll.EpollEvent
		want         unix.Errno
	}{
		{"ADD again", epfd, ADD, a, ev, unix.EEXIST},
		{"MOD of what is not watched", epfd, MOD, b, ev, unix.ENOENT},
		{"DEL of what is not watched", epfd, DEL, b, nil, unix.ENOENT},
		{"ADD of a regular file", epfd, ADD, int(f.Fd()), ev, unix.EPERM},
		{"ADD to itself", epfd, ADD, epfd, ev, unix.EINVAL},
		{"ADD to a socket", a, ADD, b, ev, unix.EINVAL},
		{"ADD without an event", epfd, ADD, b, nil, unix.EFAULT},
		{"another op", epfd, 4, a, ev, unix.EINVAL},
		{"ADD of -1", epfd, ADD, -1, ev, unix.EBADF},
		{"ADD to -1", -1, ADD, a, ev, unix.EBADF},
		{"MOD to EPOLLEXCLUSIVE", epfd, MOD, a, &poll.EpollEvent{Events: poll.EPOLLIN | poll.EPOLLEXCLUSIVE}, unix.EINVAL},
		{"ADD with EPOLLEXCLUSIVE and EPOLLONESHOT", epfd, ADD, b, &poll.EpollEvent{Events: poll.EPOLLEXCLUSIVE | poll.EPOLLONESHOT}, unix.EINVAL},
	} {
		wantErr(t, "EpollCtl: "+c.what, poll.EpollCtl(c.epfd, c.op, c.fd, c.event), c.want)
	}
	if math.MaxInt > math.MaxInt32 {
		for _, big := range []int{math.MaxInt, math.MinInt, math.MinInt + a} {
			wantErr(t, "EpollCtl of no C int", poll.EpollCtl(big, ADD, a, ev), unix.EBADF)
			wantErr(t, "EpollCtl of no C int", poll.EpollCtl(epfd, ADD, big, ev), unix.EBADF)
			wantErr(t, "EpollCtl of no C int", poll.EpollCtl(epfd, big, a, ev), unix.EINVAL)
			_, err := poll.EpollWait(big, make([]poll.EpollEvent, 1), 0)
			wantErr(t, "EpollWait of no C int", err, unix.EBADF)
			fd, err := poll.EpollCreate(big)
			if wantErr(t, "EpollCreate with no C int", err, unix.EINVAL); fd != -1 {
				t.Errorf("EpollCreate = %d", fd)
			}
		}
	}
	fd, err := poll.EpollCreate(1)
	if wantErr(t, "EpollCreate with another flag", err, unix.EINVAL); fd != -1 {
		t.Errorf("EpollCreate = %d, want -1", fd)
	}
	send(t, b)
	for _, timeout := range []time.Duration{0, time.Millisecond, -1} {
		for _, c := range []struct {
			what   string
			epfd   int
			events []poll.EpollEvent
			want   unix.Errno
		}{
			{"without room", epfd, nil, unix.EINVAL},
			{"without room", epfd, []poll.EpollEvent{}, unix.EINVAL},
			{"on a socket", a, make([]poll.EpollEvent, 1), unix.EINVAL},
			{"on -1", -1, make([]poll.EpollEvent, 1), unix.EBADF},
		} {
			n, err := poll.EpollWait(c.epfd, c.events, timeout)
			if n != 0 {
				t.Errorf("EpollWait %s = %d", c.what, n)
			}
			wantErr(t, "EpollWait "+c.what, err, c.want)
		}
	}
}

func TestEpollTellsTheRestLater(t *testing.T) {
	epfd := newEpoll(t)
	seen := map[int]int{}
	for range 5 {
		a, _ := pair(t, socket.SOCK_STREAM)
		add(t, epfd, a, poll.EPOLLOUT)
	}
	events := make([]poll.EpollEvent, 2)
	for range 5 {
		n, err := poll.EpollWait(epfd, events, -1)
		if n != 2 || err != nil {
			t.Fatalf("EpollWait = %d, %v", n, err)
		}
		for _, ev := range events {
			seen[ev.Fd()]++
		}
	}
	for fd, n := range seen {
		if n != 2 || len(seen) != 5 {
			t.Errorf("%d was told %d times, %d of 5 were told", fd, n, len(seen))
		}
	}
}

func TestEpollWatchesFilesNotNumbers(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	epfd := newEpoll(t)
	dup, err := socket.Dup(b)
	must(t, "Dup", err)
	add(t, epfd, dup, poll.EPOLLIN)
	must(t, "Close", socket.Close(dup)) // b keeps the file open
	send(t, a)
	if got := told(t, epfd); got[dup] != poll.EPOLLIN {
		t.Errorf("told %v, want the closed %d: the doc of EpollCtl says so", got, dup)
	}
	wantErr(t, "DEL of the closed one", poll.EpollCtl(epfd, poll.EPOLL_CTL_DEL, dup, nil), unix.EBADF)
	must(t, "Close", socket.Close(b))
	if got := told(t, epfd); len(got) != 0 {
		t.Errorf("told %v behind the last close", got)
	}
}

func TestEpollOnEpoll(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	inner, outer := newEpoll(t), newEpoll(t)
	add(t, inner, b, poll.EPOLLIN)
	add(t, outer, inner, poll.EPOLLIN)
	wantErr(t, "a circle", poll.EpollCtl(inner, poll.EPOLL_CTL_ADD, outer, &poll.EpollEvent{Events: poll.EPOLLIN}), unix.ELOOP)
	send(t, a)
	if got := told(t, outer); got[inner] != poll.EPOLLIN {
		t.Errorf("told %v", got)
	}
}

func TestEventsHaveTheKernelsLayout(t *testing.T) {
	var ev poll.EpollEvent
	var theirs unix.EpollEvent
	if got, want := unsafe.Sizeof(ev), unsafe.Sizeof(theirs); got != want {
		t.Errorf("EpollEvent has %d bytes, x/sys's %d", got, want)
	}
	data, ok := reflect.TypeOf(ev).FieldByName("data")
	fd, _ := reflect.TypeOf(theirs).FieldByName("Fd")
	if !ok || data.Offset != fd.Offset || unsafe.Offsetof(ev.Events) != unsafe.Offsetof(theirs.Events) {
		t.Errorf("EpollEvent's data is at %d, x/sys's at %d", data.Offset, fd.Offset)
	}
	var p poll.Fd
	var xp unix.PollFd
	if unsafe.Sizeof(p) != unsafe.Sizeof(xp) || unsafe.Offsetof(p.Revents) != unsafe.Offsetof(xp.Revents) || unsafe.Offsetof(p.Events) != unsafe.Offsetof(xp.Events) {
		t.Error("Fd and x/sys's PollFd differ")
	}
	a, _ := pair(t, socket.SOCK_STREAM)
	epfd := newEpoll(t)
	ev.Events = poll.EPOLLOUT
	add(t, epfd, a, poll.EPOLLOUT)
	for _, v := range []uint64{0, 1, math.MaxUint64, 0x0123456789abcdef, 1 << 63, math.MaxUint32, 1 << 32} {
		ev.SetData(v)
		if ev.Data() != v {
			t.Errorf("SetData(%#x): Data = %#x", v, ev.Data())
		}
		must(t, "EpollCtl", poll.EpollCtl(epfd, poll.EPOLL_CTL_MOD, a, &ev))
		events := make([]poll.EpollEvent, 3)
		n, err := poll.EpollWait(epfd, events, -1)
		if n != 1 || err != nil || events[0] != ev || events[1] != (poll.EpollEvent{}) {
			t.Errorf("EpollWait = %d, %v, %+v, want data %#x", n, err, events, v)
		}
		info, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", epfd))
		if err == nil && os.Getenv("SOCKET_TEST_QEMU") == "" && !strings.Contains(string(info), fmt.Sprintf("data: %16x", v)) {
			t.Errorf("the kernel has other data than %#x: %s", v, info)
		}
	}
	for _, fd := range []int{0, 7, -1, math.MaxInt32, math.MinInt32} {
		ev.SetFd(fd)
		if ev.Fd() != fd || ev.Data() != uint64(uint32(fd)) {
			t.Errorf("SetFd(%d): Fd = %d, Data = %#x", fd, ev.Fd(), ev.Data())
		}
	}
}

func TestDescriptorsAreCloseOnExec(t *testing.T) {
	before := descriptors(t)
	newEpoll(t)
	for _, open := range selectors {
		newSelector(t, open)
	}
	w, err := poll.NewWakeup()
	must(t, "NewWakeup", err)
	defer w.Close()
	made := 0
	for fd := range descriptors(t) {
		if before[fd] {
			continue
		}
		made++
		if on, err := socket.Cloexec(fd); !on || err != nil {
			t.Errorf("descriptor %d: Cloexec = %v, %v", fd, on, err)
		}
	}
	if made != 5 {
		t.Errorf("%d descriptors made, want an epoll, two for NewSelector, one for NewPollSelector, an eventfd", made)
	}
}

func descriptors(t testing.TB) map[int]bool {
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, "ReadDir", err)
	fds := map[int]bool{}
	for _, e := range entries {
		fd, _ := strconv.Atoi(e.Name())
		if _, err := socket.Cloexec(fd); err == nil {
			fds[fd] = true
		}
	}
	return fds
}

func TestSelectBeyond1024(t *testing.T) {
	testutil.NotUnderQEMU(t, "it ends itself at sets beyond 1024")
	a, b := pair(t, socket.SOCK_STREAM)
	for _, at := range []int{1023, 1024, 1025, 5000, 19000} {
		fd, err := unix.FcntlInt(uintptr(b), unix.F_DUPFD_CLOEXEC, at)
		if err == unix.EINVAL {
			t.Logf("RLIMIT_NOFILE does not allow %d", at)
			continue
		}
		must(t, "F_DUPFD_CLOEXEC", err)
		defer unix.Close(fd)
		var r, w, e poll.FdSet
		for _, s := range []*poll.FdSet{&r, &w, &e} {
			s.Set(fd)
		}
		w.Set(a)
		if n, err := poll.Select(fd+1, &r, &w, &e, 0); n != 2 || err != nil || r.IsSet(fd) || !w.IsSet(fd) || !w.IsSet(a) || e.IsSet(fd) {
			t.Errorf("Select of %d = %d, %v", fd, n, err)
		}
		send(t, a)
		r.Set(fd)
		var small poll.FdSet
		small.Set(a)
		if n, err := poll.Select(fd+1, &r, &small, nil, -1); n != 2 || err != nil || !r.IsSet(fd) || !small.IsSet(a) || small.IsSet(fd) {
			t.Errorf("Select of %d when readable = %d, %v", fd, n, err)
		}
		recv(t, b)
	}
}

func TestTenThousandDescriptors(t *testing.T) {
	var limit unix.Rlimit
	must(t, "Getrlimit", unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	many := min(10_000, int(limit.Cur)-200) / 2 * 2
	epfd := newEpoll(t)
	s := newSelector(t, poll.NewSelector)
	peer := map[int]int{}
	var fds []int
	var pollFds []poll.Fd
	for range many / 2 {
		sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
		must(t, "Socketpair", err)
		for i, fd := range sv {
			defer socket.Close(fd)
			peer[fd] = sv[1-i]
			fds = append(fds, fd)
			add(t, epfd, fd, poll.EPOLLIN)
			must(t, "Register", s.Register(fd, poll.EVENT_READ, fd))
			pollFds = append(pollFds, poll.Fd{Fd: int32(fd), Events: poll.POLLIN})
		}
	}
	events, ready := make([]poll.EpollEvent, many+1), make([]poll.Ready, many+1)
	for _, count := range []int{0, 1, 17, many} {
		rand.Shuffle(many, func(i, j int) { fds[i], fds[j] = fds[j], fds[i] })
		want := slices.Sorted(slices.Values(fds[:count]))
		for _, fd := range want {
			send(t, peer[fd])
		}
		n, err := poll.EpollWait(epfd, events, 0)
		must(t, "EpollWait", err)
		var got, selected, polled []int
		for _, ev := range events[:n] {
			got = append(got, ev.Fd())
		}
		n, err = s.Select(ready, 0)
		must(t, "Select", err)
		for _, r := range ready[:n] {
			selected = append(selected, r.Data.(int))
		}
		n, err = poll.Poll(pollFds, 0)
		for _, f := range pollFds {
			if f.Revents != 0 {
				polled = append(polled, int(f.Fd))
			}
		}
		if n != count || err != nil {
			t.Errorf("Poll = %d, %v, want %d", n, err, count)
		}
		for what, got := range map[string][]int{"EpollWait": got, "Selector": selected, "Poll": polled} {
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s tells %d of %d, not those that are ready", what, len(got), count)
			}
		}
		for _, fd := range want {
			recv(t, fd)
		}
	}
	t.Logf("%d descriptors in one epoll", many)
}

// 3. EINTR.

// harass sends SIGURG to the calling thread, which stays locked, every millisecond until the returned
// function is called.
func harass() (stop func()) {
	runtime.LockOSThread()
	tid := unix.Gettid()
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-quit:
				return
			case <-time.After(time.Millisecond):
				unix.Tgkill(unix.Getpid(), tid, unix.SIGURG)
			}
		}
	}()
	return func() {
		close(quit)
		<-done
		runtime.UnlockOSThread()
	}
}

func TestSignalsNeitherEndNorStretchAWait(t *testing.T) {
	const limit = 200 * time.Millisecond
	for name, wait := range waits() {
		t.Run(name, func(t *testing.T) {
			a, b := pair(t, socket.SOCK_STREAM)
			call := wait(t, a)
			stop := harass()
			defer stop()
			start := time.Now()
			n, err := call(limit)
			if took := time.Since(start); n != 0 || err != nil || took < limit || took > limit+300*time.Millisecond {
				t.Errorf("for %v: %d, %v after %v", limit, n, err, took)
			}
			for range 1000 {
				if n, err := call(0); n != 0 || err != nil {
					t.Fatalf("for 0: %d, %v", n, err)
				}
			}
			for _, d := range []time.Duration{-1, time.Hour} {
				start = time.Now()
				timer := time.AfterFunc(50*time.Millisecond, func() { send(t, b) })
				n, err = call(d)
				if took := time.Since(start); n != 1 || err != nil || took < 50*time.Millisecond {
					t.Errorf("for %v: %d, %v after %v", d, n, err, took)
				}
				timer.Stop()
				recv(t, a)
			}
		})
	}
}

// 4. What strace sees. EINTR can be made to come before a call has begun.

var waitingChild = testutil.Child("waiting", func() {
	runtime.LockOSThread()
	fds, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	check := func(n int, err error) {
		if n != 0 || err != nil {
			fmt.Println(n, err)
			os.Exit(0)
		}
	}
	check(0, err)
	a := fds[0]
	var r poll.FdSet
	events := make([]poll.EpollEvent, 4)
	p := []poll.Fd{{Fd: int32(a), Events: poll.POLLIN}}
	epfd, err := poll.EpollCreate(0)
	check(0, err)
	ev := poll.EpollEvent{Events: poll.EPOLLIN}
	ev.SetData(1<<32 | 2)
	check(0, poll.EpollCtl(epfd, poll.EPOLL_CTL_ADD, a, &ev))
	var took []time.Duration
	for _, d := range []time.Duration{0, 100*time.Microsecond + 1, 1500 * time.Microsecond, 10 * time.Millisecond} {
		start := time.Now()
		check(poll.Poll(p, d))
		r.Set(a)
		check(poll.Select(a+1, &r, nil, nil, d))
		wait := time.Now()
		check(poll.EpollWait(epfd, events, d))
		took = append(took, time.Since(wait))
		if time.Since(start) < 3*d {
			fmt.Println("early")
			os.Exit(0)
		}
	}
	_, err = socket.Send(fds[1], []byte("x"), 0)
	check(0, err)
	n, err := poll.Poll(p, -1)
	check(n-1, err)
	r.Set(a)
	n, err = poll.Select(a+1, &r, nil, nil, -1)
	check(n-1, err)
	n, err = poll.EpollWait(epfd, events, -1)
	check(n-1, err)
	check(0, poll.EpollCtl(epfd, poll.EPOLL_CTL_DEL, a, nil))
	fmt.Println("ok", slices.Max(took) < time.Second)
})

// straced runs a child under strace and returns what the child printed, and the lines of the trace from its
// socketpair to its EPOLL_CTL_DEL, without signals.
func straced(t *testing.T, child string, options ...string) (said string, trace []string) {
	t.Helper()
	testutil.NotUnderQEMU(t, "strace sees the emulator's calls")
	strace := testutil.Program(t, "strace")
	self, err := os.Executable()
	must(t, "Executable", err)
	log := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, append(append([]string{"-f", "--seccomp-bpf", "-o", log}, options...), self)...)
	cmd.Env = append(os.Environ(), "SOCKET_TEST_CHILD="+child)
	out, err := cmd.Output()
	must(t, "strace", err)
	text, err := os.ReadFile(log)
	must(t, "ReadFile", err)
	thread := ""
	for line := range strings.Lines(string(text)) {
		tid, call, _ := strings.Cut(strings.TrimSpace(line), " ")
		call = strings.TrimSpace(call)
		if strings.HasPrefix(call, "socketpair(") {
			thread = tid
		}
		if tid == thread && !strings.HasPrefix(call, "---") && !strings.HasPrefix(call, "+++") {
			trace = append(trace, call)
			if strings.Contains(call, "EPOLL_CTL_DEL") {
				break // what comes now is the end of the process
			}
		}
	}
	return strings.TrimSpace(string(out)), trace
}

const waitCalls = "trace=socketpair,sendto,poll,ppoll,ppoll_time64,select,_newselect,pselect6,pselect6_time64," +
	"epoll_wait,epoll_pwait,epoll_pwait2,epoll_create,epoll_create1,epoll_ctl"

func TestSystemCallsAreThese(t *testing.T) {
	said, trace := straced(t, waitingChild, "-e", waitCalls)
	var got []string
	for _, line := range trace {
		name, args, _ := strings.Cut(line, "(")
		limit := ""
		if i := strings.Index(args, "tv_nsec="); i >= 0 {
			j := strings.LastIndex(args[:i], "tv_sec=")
			limit = args[j : i+strings.Index(args[i:], "}")]
		}
		got = append(got, strings.TrimSpace(name+" "+limit))
	}
	want := []string{"socketpair", "epoll_create1", "epoll_ctl", "ppoll tv_sec=0, tv_nsec=0", "pselect6 tv_sec=0, tv_nsec=0", "epoll_pwait"}
	for _, ns := range []int{100_001, 1_500_000, 10_000_000} {
		for _, call := range []string{"ppoll", "pselect6", "epoll_pwait2"} {
			want = append(want, fmt.Sprintf("%s tv_sec=0, tv_nsec=%d", call, ns))
		}
	}
	want = append(want, "sendto", "ppoll", "pselect6", "epoll_pwait", "epoll_ctl")
	if diff := cmp.Diff(want, got); diff != "" || said != "ok true" {
		t.Errorf("%s: the calls differ:\n%s\n%s", said, diff, strings.Join(trace, "\n"))
	}
}

func TestWaitsGoOnAfterEINTR(t *testing.T) {
	for _, call := range []string{"ppoll", "pselect6", "epoll_pwait2", "epoll_pwait"} {
		t.Run(call, func(t *testing.T) {
			said, trace := straced(t, waitingChild, "-e", waitCalls, "-e", "inject="+call+":error=EINTR:when=1..3+2")
			text := strings.Join(trace, "\n")
			if n := strings.Count(text, "EINTR"); said != "ok true" || n < 2 {
				t.Errorf("with EINTR from %s: %q, and EINTR was seen %d times\n%s", call, said, n, text)
			}
		})
	}
}

func TestEpollWaitOnAnOlderKernel(t *testing.T) {
	for _, errno := range []string{"ENOSYS", "EPERM"} {
		t.Run(errno, func(t *testing.T) {
			said, trace := straced(t, waitingChild, "-e", waitCalls, "-e", "inject=epoll_pwait2:error="+errno)
			var got []string
			for _, line := range trace {
				name, args, _ := strings.Cut(line, "(")
				if strings.HasPrefix(name, "epoll_pwait") {
					if name == "epoll_pwait" {
						name += strings.TrimSuffix(args[strings.Index(args, "], 4, ")+len("], 4,"):strings.Index(args, ", NULL")], ",")
					}
					got = append(got, name)
				}
			}
			want := []string{"epoll_pwait 0", "epoll_pwait2", "epoll_pwait 1", "epoll_pwait 2", "epoll_pwait 10", "epoll_pwait -1"}
			if diff := cmp.Diff(want, got); diff != "" || said != "ok true" {
				t.Errorf("%s: the calls differ:\n%s\n%s", said, diff, strings.Join(trace, "\n"))
			}
		})
	}
}

// 5. The scheduler. The execution trace has an event of every system call that Go's scheduler is told of.

func TestOnlyZeroTimeoutsAreRaw(t *testing.T) {
	if trace.IsEnabled() {
		t.Skip("the test is traced itself")
	}
	const calls = 2000
	size := func(call func(time.Duration) (int, error), d time.Duration) int {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		least := math.MaxInt
		for range 3 { // other things are traced, too
			var buf bytes.Buffer
			must(t, "trace.Start", trace.Start(&buf))
			for range calls {
				call(d)
			}
			trace.Stop()
			least = min(least, buf.Len())
		}
		return least
	}
	for name, wait := range waits() {
		t.Run(name, func(t *testing.T) {
			a, b := pair(t, socket.SOCK_STREAM)
			send(t, b) // ready: no call waits
			call := wait(t, a)
			raw, told, toldTimed := size(call, 0), size(call, -1), size(call, time.Hour)
			if raw > told-2*calls || raw > toldTimed-2*calls {
				t.Errorf("the trace of %d calls has %d bytes with a zero timeout, %d with none, %d with an hour", calls, raw, told, toldTimed)
			}
		})
	}
	t.Run("but those of many descriptors", func(t *testing.T) {
		few, many := make([]poll.Fd, 256), make([]poll.Fd, 257)
		for i := range many {
			many[i].Fd = -1
		}
		copy(few, many)
		raw := size(func(d time.Duration) (int, error) { return poll.Poll(few, d) }, 0)
		told := size(func(d time.Duration) (int, error) { return poll.Poll(many, d) }, 0)
		if raw > told-2*calls {
			t.Errorf("the trace of %d calls has %d bytes for 256 descriptors, %d for 257", calls, raw, told)
		}
	})
}

// blockedChild waits for descriptor 3 in the way and for the time that its arguments name, collects garbage
// meanwhile, and prints what is wrong.
var blockedChild = testutil.Child("blocked", func() {
	timeout, _ := time.ParseDuration(os.Args[2])
	call := waits()[os.Args[1]](childTB{}, 3)
	// The heap of this process has its own time, which the wait must not add to.
	collect := func() time.Duration {
		best := time.Hour
		for began := time.Now(); time.Since(began) < 200*time.Millisecond; {
			start := time.Now()
			runtime.GC()
			best = min(best, time.Since(start))
		}
		return best
	}
	alone := collect()
	done := make(chan string, 1)
	go func() { n, err := call(timeout); done <- fmt.Sprint(n, err) }()
	time.Sleep(20 * time.Millisecond)
	fmt.Println("it waits")
	start := time.Now()
	if beside := collect(); beside > alone+5*time.Millisecond {
		fmt.Printf("runtime.GC took %v at best beside the wait, %v alone\n", beside, alone)
		return
	}
	if len(done) > 0 && time.Since(start) < 280*time.Millisecond {
		fmt.Println("it did not wait:", <-done)
		return
	}
	fmt.Println(<-done)
})

// A childTB stands for the test in a child process.
type childTB struct{ testing.TB }

func (childTB) Helper()                        {}
func (childTB) Cleanup(func())                 {}
func (childTB) Fatalf(format string, v ...any) { fmt.Printf(format+"\n", v...); os.Exit(0) }

func TestGCRunsBesideEveryWait(t *testing.T) {
	testutil.NotUnderQEMU(t, "the child is a program of another architecture")
	// Go's signal for goroutines that run too long would end a raw wait, and hide that it is raw.
	t.Setenv("GODEBUG", "asyncpreemptoff=1")
	for name := range waits() {
		for _, timeout := range []time.Duration{-1, time.Hour} {
			t.Run(name+timeout.String(), func(t *testing.T) {
				a, b := pair(t, socket.SOCK_STREAM)
				dup, err := socket.Dup(b)
				must(t, "Dup", err)
				f := os.NewFile(uintptr(dup), "")
				defer f.Close()
				child := testutil.StartChild(t, blockedChild, []*os.File{f}, name, timeout.String())
				if said := child.Line(t); said != "it waits" {
					t.Fatal(said)
				}
				time.Sleep(300 * time.Millisecond)
				send(t, a)
				if said := child.Line(t); said != "1 <nil>" {
					t.Error(said)
				}
			})
		}
	}
}

// 6. Allocations.

func TestNoCallAllocates(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	idle, _ := pair(t, socket.SOCK_STREAM)
	send(t, b)
	for name, wait := range waits() {
		for _, fd := range []int{a, idle} {
			call := wait(t, fd)
			for _, d := range []time.Duration{0, time.Nanosecond, -1} {
				if fd == idle && d < 0 {
					continue
				}
				call(d) // a Selector makes room once
				testutil.Allocs(t, fmt.Sprintf("%s of %d for %v", name, fd, d), func() {
					if _, err := call(d); err != nil {
						t.Fatal(err)
					}
				})
			}
		}
	}
	testutil.Allocs(t, "Poll of an array", func() {
		fds := [4]poll.Fd{{Fd: int32(a), Events: poll.POLLIN}}
		poll.Poll(fds[:], -1)
	})
	epfd := newEpoll(t)
	testutil.Allocs(t, "EpollCtl, EpollWait", func() {
		ev := poll.EpollEvent{Events: poll.EPOLLIN}
		ev.SetData(1 << 40)
		poll.EpollCtl(epfd, poll.EPOLL_CTL_ADD, a, &ev)
		var events [16]poll.EpollEvent
		poll.EpollWait(epfd, events[:], -1)
		poll.EpollCtl(epfd, poll.EPOLL_CTL_MOD, a, &ev)
		poll.EpollCtl(epfd, poll.EPOLL_CTL_DEL, a, nil)
	})
	testutil.Allocs(t, "EpollCreate", func() {
		fd, _ := poll.EpollCreate(0)
		socket.Close(fd)
	})
	var r, w poll.FdSet
	testutil.Allocs(t, "FdSet", func() {
		r.Zero()
		r.Set(a)
		w.Copy(&r)
		r.Clear(a)
		if !w.IsSet(a) {
			t.Fatal("not set")
		}
	})
	wake, err := poll.NewWakeup()
	must(t, "NewWakeup", err)
	defer wake.Close()
	testutil.Allocs(t, "Wake, Drain", func() { wake.Wake(); wake.Wake(); wake.Drain(); wake.Drain() })
	testutil.Allocs(t, "errors", func() {
		poll.EpollWait(-1, nil, 0)
		poll.EpollCtl(epfd, poll.EPOLL_CTL_DEL, a, nil)
		poll.Select(-1, nil, nil, nil, 0)
	})
	s := newSelector(t, poll.NewSelector)
	s.Register(a, poll.EVENT_READ, nil)
	testutil.Allocs(t, "Selector", func() {
		s.Modify(a, poll.EVENT_WRITE, nil)
		s.Modify(a, poll.EVENT_READ, nil)
		s.Wake()
	})
}

// 7. What x/sys and C have.

func TestConstantsAreTheKernels(t *testing.T) {
	gcc := testutil.Program(t, "gcc")
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "386" {
		t.Skip("the headers are those of another architecture")
	}
	ours := map[string]int64{
		"POLLIN": poll.POLLIN, "POLLPRI": poll.POLLPRI, "POLLOUT": poll.POLLOUT, "POLLERR": poll.POLLERR, "POLLHUP": poll.POLLHUP, "POLLNVAL": poll.POLLNVAL,
		"POLLRDHUP": poll.POLLRDHUP, "POLLRDNORM": poll.POLLRDNORM, "POLLRDBAND": poll.POLLRDBAND, "POLLWRNORM": poll.POLLWRNORM, "POLLWRBAND": poll.POLLWRBAND, "POLLMSG": poll.POLLMSG,
		"EPOLLIN": poll.EPOLLIN, "EPOLLPRI": poll.EPOLLPRI, "EPOLLOUT": poll.EPOLLOUT, "EPOLLERR": poll.EPOLLERR, "EPOLLHUP": poll.EPOLLHUP, "EPOLLRDHUP": poll.EPOLLRDHUP,
		"EPOLLRDNORM": poll.EPOLLRDNORM, "EPOLLRDBAND": poll.EPOLLRDBAND, "EPOLLWRNORM": poll.EPOLLWRNORM, "EPOLLWRBAND": poll.EPOLLWRBAND, "EPOLLMSG": poll.EPOLLMSG,
		"EPOLLET": poll.EPOLLET, "EPOLLONESHOT": poll.EPOLLONESHOT, "EPOLLEXCLUSIVE": poll.EPOLLEXCLUSIVE, "EPOLLWAKEUP": poll.EPOLLWAKEUP, "EPOLL_CLOEXEC": poll.EPOLL_CLOEXEC,
		"EPOLL_CTL_ADD": poll.EPOLL_CTL_ADD, "EPOLL_CTL_DEL": poll.EPOLL_CTL_DEL, "EPOLL_CTL_MOD": poll.EPOLL_CTL_MOD,
	}
	names := slices.Sorted(maps.Keys(ours))
	dir := t.TempDir()
	var prog strings.Builder
	prog.WriteString("#define _GNU_SOURCE\n#include <poll.h>\n#include <stdio.h>\n#include <sys/epoll.h>\nint main() {\n")
	for _, name := range names {
		fmt.Fprintf(&prog, "printf(\"%s %%lld\\n\", (long long)(unsigned)(%s));\n", name, name)
	}
	prog.WriteString("printf(\"size %d\\n\", (int)sizeof(struct epoll_event)); }\n")
	src, bin := filepath.Join(dir, "c.c"), filepath.Join(dir, "c")
	must(t, "WriteFile", os.WriteFile(src, []byte(prog.String()), 0o666))
	if out, err := exec.Command(gcc, "-o", bin, src).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	out, err := exec.Command(bin).Output()
	must(t, "the C program", err)
	for line := range strings.Lines(string(out)) {
		var name string
		var value int64
		fmt.Sscan(line, &name, &value)
		if name == "size" {
			if value != int64(unsafe.Sizeof(poll.EpollEvent{})) {
				t.Errorf("struct epoll_event has %d bytes, EpollEvent %d", value, unsafe.Sizeof(poll.EpollEvent{}))
			}
		} else if ours[name] != value {
			t.Errorf("%s = %#x, C has %#x", name, ours[name], value)
		}
	}
}
