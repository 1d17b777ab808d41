package poll_test

// This file holds the measurements that the package comment quotes.

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/poll"
)

// BenchmarkReady is a wait for one descriptor, which is ready: raw with a timeout of 0, else told.
func BenchmarkReady(b *testing.B) {
	for name, wait := range waits() {
		for _, timeout := range []time.Duration{0, -1, time.Hour} {
			b.Run(fmt.Sprintf("%s/%v", name, timeout), func(b *testing.B) {
				x, y := pair(b, socket.SOCK_STREAM)
				send(b, y)
				call := wait(b, x)
				for b.Loop() {
					call(timeout)
				}
			})
		}
	}
}

// BenchmarkAmong is a wait for one descriptor that is ready among many that are not.
func BenchmarkAmong(b *testing.B) {
	for _, many := range []int{10, 100, 1000, 10_000} {
		var fds []poll.Fd
		var all, r poll.FdSet
		highest := 0
		epfd := newEpoll(b)
		var last int
		for range many / 2 {
			x, y := pair(b, socket.SOCK_STREAM)
			for _, fd := range []int{x, y} {
				fds = append(fds, poll.Fd{Fd: int32(fd), Events: poll.POLLIN})
				all.Set(fd)
				highest = max(highest, fd)
				add(b, epfd, fd, poll.EPOLLIN)
			}
			last = x
		}
		send(b, last)
		events := make([]poll.EpollEvent, 64)
		b.Run(fmt.Sprintf("%d/Poll", many), func(b *testing.B) {
			for b.Loop() {
				poll.Poll(fds, -1)
			}
		})
		b.Run(fmt.Sprintf("%d/Select", many), func(b *testing.B) {
			for b.Loop() {
				r.Copy(&all)
				poll.Select(highest+1, &r, nil, nil, -1)
			}
		})
		b.Run(fmt.Sprintf("%d/EpollWait", many), func(b *testing.B) {
			for b.Loop() {
				poll.EpollWait(epfd, events, -1)
			}
		})
	}
}

// echoChild sends back on descriptor 3 what comes there.
var echoChild = testutil.Child("echo", func() {
	p := make([]byte, 64)
	for {
		n, err := socket.Recv(3, p, 0)
		if n == 0 || err != nil {
			return
		}
		socket.Send(3, p[:n], 0)
	}
})

// BenchmarkRoundTrip is 64 bytes to a child process and back, waited for in each of the ways.
func BenchmarkRoundTrip(b *testing.B) {
	run := func(name string, f func(b *testing.B, fd int, p []byte)) {
		b.Run(name, func(b *testing.B) {
			fds, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
			must(b, "Socketpair", err)
			defer socket.Close(fds[0])
			peer := os.NewFile(uintptr(fds[1]), "")
			testutil.StartChild(b, echoChild, []*os.File{peer})
			peer.Close()
			f(b, fds[0], make([]byte, 64))
		})
	}
	run("Recv", func(b *testing.B, fd int, p []byte) {
		for b.Loop() {
			socket.Send(fd, p, 0)
			socket.Recv(fd, p, 0)
		}
	})
	run("Nonblocking+Poll", func(b *testing.B, fd int, p []byte) {
		socket.SetNonblock(fd, true)
		fds := []poll.Fd{{Fd: int32(fd), Events: poll.POLLIN}}
		for b.Loop() {
			socket.Nonblocking(fd).Send(p, 0)
			poll.Poll(fds, -1)
			socket.Nonblocking(fd).Recv(p, 0)
		}
	})
	run("Nonblocking+EpollWait", func(b *testing.B, fd int, p []byte) {
		socket.SetNonblock(fd, true)
		epfd := newEpoll(b)
		add(b, epfd, fd, poll.EPOLLIN)
		events := make([]poll.EpollEvent, 16)
		for b.Loop() {
			socket.Nonblocking(fd).Send(p, 0)
			poll.EpollWait(epfd, events, -1)
			socket.Nonblocking(fd).Recv(p, 0)
		}
	})
	run("net", func(b *testing.B, fd int, p []byte) {
		dup, err := socket.Dup(fd)
		must(b, "Dup", err)
		f := os.NewFile(uintptr(dup), "")
		c, err := net.FileConn(f)
		must(b, "FileConn", err)
		f.Close()
		defer c.Close()
		for b.Loop() {
			c.Write(p)
			c.Read(p)
		}
	})
}

// BenchmarkWaiter is the memory and the threads of one more that waits.
func BenchmarkWaiter(b *testing.B) {
	const many = 1000
	measure := func(name string, wait func(fd int) (stop func())) {
		b.Run(name, func(b *testing.B) {
			var peers []int
			var stops []func()
			rss, threads := status(b, "VmRSS"), status(b, "Threads")
			for range many {
				x, y := pair(b, socket.SOCK_STREAM)
				peers = append(peers, y)
				stops = append(stops, wait(x))
			}
			time.Sleep(100 * time.Millisecond)
			runtime.GC()
			b.ReportMetric(float64(status(b, "VmRSS")-rss)*1024/many, "B/waiter")
			b.ReportMetric(float64(status(b, "Threads")-threads)/many, "threads/waiter")
			b.ReportMetric(0, "ns/op")
			for i, y := range peers {
				send(b, y)
				stops[i]()
			}
		})
	}
	epfd := newEpoll(b)
	measure("epoll", func(fd int) func() {
		add(b, epfd, fd, poll.EPOLLIN)
		return func() { poll.EpollCtl(epfd, poll.EPOLL_CTL_DEL, fd, nil) }
	})
	s := newSelector(b, poll.NewSelector)
	measure("Selector", func(fd int) func() {
		s.Register(fd, poll.EVENT_READ, nil)
		return func() { s.Unregister(fd) }
	})
	measure("net", func(fd int) func() {
		dup, _ := socket.Dup(fd)
		f := os.NewFile(uintptr(dup), "")
		c, _ := net.FileConn(f)
		f.Close()
		done := make(chan bool)
		go func() { c.Read(make([]byte, 64)); done <- true }()
		return func() { <-done; c.Close() }
	})
	measure("Recv", func(fd int) func() {
		done := make(chan bool)
		go func() { socket.Recv(fd, make([]byte, 64), 0); done <- true }()
		return func() { <-done }
	})
}

// status is a number of /proc/self/status.
func status(b *testing.B, field string) (n int) {
	text, err := os.ReadFile("/proc/self/status")
	must(b, "ReadFile", err)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			fmt.Sscan(rest, &n)
		}
	}
	return n
}

// BenchmarkWake is Wake and Drain.
func BenchmarkWake(b *testing.B) {
	w, err := poll.NewWakeup()
	must(b, "NewWakeup", err)
	defer w.Close()
	for b.Loop() {
		w.Wake()
		w.Drain()
	}
}

// BenchmarkXSys is what x/sys/unix takes for BenchmarkReady, and its allocations.
func BenchmarkXSys(b *testing.B) {
	x, y := pair(b, socket.SOCK_STREAM)
	send(b, y)
	fds := []unix.PollFd{{Fd: int32(x), Events: unix.POLLIN}}
	b.Run("Poll", func(b *testing.B) {
		for b.Loop() {
			unix.Poll(fds, 0)
		}
	})
	epfd := newEpoll(b)
	add(b, epfd, x, poll.EPOLLIN)
	events := make([]unix.EpollEvent, 1)
	b.Run("EpollWait", func(b *testing.B) {
		for b.Loop() {
			unix.EpollWait(epfd, events, 0)
		}
	})
}
