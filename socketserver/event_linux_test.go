package socketserver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	ss "rawsocket.internal/socket/socketserver"
)

func echoLoop(c *ss.EventConn, p []byte) int {
	c.Write(p)
	return len(p)
}

func init() {
	for _, loops := range []int{1, 2} {
		echoServers = append(echoServers, echoServer{"EventServer" + strconv.Itoa(loops), func(c ss.Config) server {
			return &ss.EventServer{Config: c, OnData: echoLoop, Loops: loops}
		}})
	}
}

// event makes a server with one loop, so that callbacks need no locks.
func event(onData func(c *ss.EventConn, p []byte) int) *ss.EventServer {
	s := &ss.EventServer{OnData: onData, Loops: 1}
	s.Addr, s.Log = loopback4, quiet
	return s
}

// ends has the errors of OnClose sent to a channel.
func ends(s *ss.EventServer) chan error {
	ended := make(chan error, 100)
	s.OnClose = func(c *ss.EventConn, err error) { ended <- err }
	return ended
}

func next[T any](t testing.TB, what string, c chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(10 * time.Second):
		t.Fatalf("after 10 s still not: %s", what)
		panic("")
	}
}

// lines answers each whole line in capitals.
func lines(c *ss.EventConn, p []byte) (n int) {
	for {
		i := bytes.IndexByte(p[n:], '\n')
		if i < 0 {
			return n
		}
		c.Write(bytes.ToUpper(p[n : n+i+1]))
		n += i + 1
	}
}

func TestOnDataGetsAgainWhatItLeaves(t *testing.T) {
	s := event(lines)
	ended := ends(s)
	start(t, s)
	c := dial(t, s.ServerAddress())
	for _, b := range "one\ntwo\nthr" {
		send(t, c, string(b))
		time.Sleep(time.Millisecond)
	}
	want(t, c, "ONE\nTWO\n")
	send(t, c, "ee\nfour\nfi")
	want(t, c, "THREE\nFOUR\n")
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	wantEnd(t, c)
	if err := next(t, "OnClose", ended); err != io.ErrUnexpectedEOF {
		t.Errorf("OnClose was told %v, want io.ErrUnexpectedEOF", err)
	}

	c = dial(t, s.ServerAddress())
	wantEcho(t, c, "WHOLE\n")
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	wantEnd(t, c)
	if err := next(t, "OnClose", ended); err != nil {
		t.Errorf("OnClose was told %v, want nil", err)
	}
}

func TestOnDataThatNeverConsumesIsENOBUFS(t *testing.T) {
	s := event(func(*ss.EventConn, []byte) int { return 0 })
	s.ReadBuffer = 1 << 10
	ended := ends(s)
	start(t, s)
	c := dial(t, s.ServerAddress())
	send(t, c, strings.Repeat("x", 1<<10-1))
	time.Sleep(5 * time.Millisecond)
	select {
	case err := <-ended:
		t.Fatalf("OnClose was told %v before the buffer was full", err)
	default:
	}
	send(t, c, "xx")
	if err := next(t, "OnClose", ended); !errors.Is(err, unix.ENOBUFS) {
		t.Errorf("OnClose was told %v, want ENOBUFS", err)
	}
	wantGone(t, c)
}

func TestEventPanics(t *testing.T) {
	h := new(handled)
	s := event(func(c *ss.EventConn, p []byte) int {
		switch string(p) {
		case "panic":
			c.Write([]byte("this is not sent"))
			panic("boom")
		case "more":
			return len(p) + 1
		case "close":
			c.Data = "close"
			c.Close()
		case "drain":
			c.Data = "drain"
		case "later":
			go c.Do(func(c *ss.EventConn) { panic("later") })
		default:
			c.Write(p)
		}
		return len(p)
	})
	s.OnOpen = func(c *ss.EventConn) {
		if s.Counters().Accepted == 1 {
			panic("open")
		}
	}
	s.OnClose = func(c *ss.EventConn, err error) {
		if c.Data == "close" {
			panic("close")
		}
	}
	s.HandleError = h.add
	start(t, s)
	wantGone(t, dial(t, s.ServerAddress()))
	stays := dial(t, s.ServerAddress())
	wantEcho(t, stays, "hello")
	for i, text := range []string{"panic", "more", "close", "later"} {
		c := dial(t, s.ServerAddress())
		send(t, c, text)
		wantGone(t, c)
		testutil.Eventually(t, "HandleError is told", func() bool { return len(h.all()) == i+2 })
		wantEcho(t, stays, "hello")
	}
	for _, err := range h.all() {
		var p *ss.PanicError
		if !errors.As(err, &p) {
			t.Errorf("HandleError was told %v, want a *PanicError", err)
		}
	}
	if n := s.Counters(); n.Active != 1 || n.Errors != 5 {
		t.Errorf("Counters = %+v, want 1 active, 5 errors", n)
	}
}

// A peer that does not read is not read from, and holds up nobody.
func TestSlowReaderIsNotReadFrom(t *testing.T) {
	s := event(echoLoop)
	s.Settings = []socket.Setting{socket.Set(socket.SO_SNDBUF, 16<<10), socket.Set(socket.SO_RCVBUF, 16<<10)}
	start(t, s)
	slow := dial(t, s.ServerAddress())
	must(t, "SetNonblock", socket.SetNonblock(slow, true))
	p := bytes.Repeat([]byte("sixteen bytes.. "), 1<<10)
	sent := 0
	for quiet := time.Now(); time.Since(quiet) < 200*time.Millisecond; {
		n, err := socket.Send(slow, p[sent%16:], 0)
		if err == unix.EAGAIN {
			time.Sleep(time.Millisecond)
			continue
		}
		must(t, "Send", err)
		sent += n
		quiet = time.Now()
		if sent > 64<<20 {
			t.Fatal("the server takes all that a peer sends that does not read")
		}
	}
	quick := dial(t, s.ServerAddress())
	wantEcho(t, quick, "nobody else waits")
	if in, out := s.Counters().BytesIn, s.Counters().BytesOut; in-out > 1<<20 {
		t.Errorf("%d bytes wait in the server", in-out)
	}
	// When it reads, nothing is missing.
	must(t, "SetNonblock", socket.SetNonblock(slow, false))
	must(t, "Shutdown", socket.Shutdown(slow, socket.SHUT_WR))
	got, buf := 0, make([]byte, 64<<10)
	for {
		n, err := socket.Recv(slow, buf, 0)
		must(t, "Recv", err)
		if n == 0 {
			break
		}
		for i, b := range buf[:n] {
			if b != p[(got+i)%16] {
				t.Fatalf("byte %d is %q", got+i, b)
			}
		}
		got += n
	}
	if got != sent {
		t.Errorf("%d bytes sent, %d came back", sent, got)
	}
}

func TestMaxPendingEndsInENOBUFSAndOnDrain(t *testing.T) {
	errs, drained := make(chan error, 1), make(chan int, 10)
	s := event(func(c *ss.EventConn, p []byte) int {
		big := make([]byte, 1<<20)
		for {
			if _, err := c.Write(big); err != nil {
				errs <- err
				c.Data = c.Pending()
				return len(p)
			}
		}
	})
	s.MaxPending = 4 << 20
	s.OnDrain = func(c *ss.EventConn) {
		drained <- c.Data.(int)
		c.Write([]byte("the end"))
		c.Close()
	}
	start(t, s)
	c := dial(t, s.ServerAddress())
	send(t, c, "go")
	if err := next(t, "Write fails", errs); !errors.Is(err, unix.ENOBUFS) {
		t.Errorf("Write = %v, want ENOBUFS", err)
	}
	got := all(t, c)
	if n := next(t, "OnDrain", drained); n == 0 || n > s.MaxPending {
		t.Errorf("%d bytes were pending, want 1 to %d", n, s.MaxPending)
	}
	if !strings.HasSuffix(got, "the end") || len(got)%(1<<20) != len("the end") {
		t.Errorf("%d bytes came, which end in %q", len(got), got[max(0, len(got)-10):])
	}
}

// Requests that a handler leaves because the peer is slow come again when the peer has read.
func TestPipelinedRequestsWaitForASlowPeer(t *testing.T) {
	const size, requests = 1 << 20, 30
	pages := 0
	s := event(func(c *ss.EventConn, p []byte) (n int) {
		for n < len(p) && c.Pending() == 0 {
			pages++
			c.Write(bytes.Repeat(p[n:n+1], size))
			n++
		}
		return n
	})
	start(t, s)
	c := dial(t, s.ServerAddress())
	var asked string
	for i := range requests {
		asked += string(rune('a' + i%26))
	}
	send(t, c, asked)
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	p := make([]byte, size)
	for i := range requests {
		if i < 3 {
			time.Sleep(10 * time.Millisecond)
		}
		n, err := socket.Recvall(c, p, 0)
		if n != size || err != nil || p[0] != asked[i] || p[size-1] != asked[i] {
			t.Fatalf("answer %d: %d bytes of %q, %v", i, n, p[0], err)
		}
	}
	wantEnd(t, c)
}

func TestOnEndAnswersLater(t *testing.T) {
	s := event(func(c *ss.EventConn, p []byte) int { return len(p) })
	s.OnEnd = func(c *ss.EventConn) {
		time.AfterFunc(10*time.Millisecond, func() {
			c.Do(func(c *ss.EventConn) {
				c.Write([]byte("later"))
				c.Close()
			})
		})
	}
	ended := ends(s)
	start(t, s)
	c := dial(t, s.ServerAddress())
	send(t, c, "question")
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	want(t, c, "later")
	wantEnd(t, c)
	next(t, "OnClose", ended)

	// A peer that goes meanwhile is noticed.
	s.OnEnd = nil
	s2 := event(func(c *ss.EventConn, p []byte) int { return len(p) })
	halves := make(chan bool, 1)
	s2.OnEnd = func(*ss.EventConn) { halves <- true }
	ended = ends(s2)
	start(t, s2)
	c = dial(t, s2.ServerAddress())
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	next(t, "OnEnd", halves)
	reset(t, c)
	if err := next(t, "OnClose", ended); !errors.Is(err, unix.ECONNRESET) && !errors.Is(err, unix.EPIPE) {
		t.Errorf("OnClose was told %v, want ECONNRESET", err)
	}
}

func TestEventReset(t *testing.T) {
	h := new(handled)
	s := event(echoLoop)
	s.HandleError = h.add
	ended := ends(s)
	start(t, s)
	stays := dial(t, s.ServerAddress())
	c := dial(t, s.ServerAddress())
	wantEcho(t, c, "hello")
	reset(t, c)
	if err := next(t, "OnClose", ended); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("OnClose was told %v, want ECONNRESET", err)
	}
	if !h.has(unix.ECONNRESET) {
		t.Errorf("HandleError was told %v, want ECONNRESET", h.all())
	}
	wantEcho(t, stays, "hello")
}

func TestEventTimeouts(t *testing.T) {
	h := new(handled)
	s := event(lines)
	s.ReadTimeout, s.WriteTimeout, s.HandleError = 100*time.Millisecond, 100*time.Millisecond, h.add
	ended := ends(s)
	start(t, s)
	idle, half := dial(t, s.ServerAddress()), dial(t, s.ServerAddress())
	send(t, half, "half a li")
	if err := next(t, "OnClose", ended); !errors.Is(err, os.ErrDeadlineExceeded) || err == os.ErrDeadlineExceeded {
		t.Errorf("OnClose was told %v, want os.ErrDeadlineExceeded with a call", err)
	}
	wantGone(t, half)
	deaf := dial(t, s.ServerAddress())
	must(t, "SetNonblock", socket.SetNonblock(deaf, true))
	line := []byte(strings.Repeat("x", 1000) + "\n")
	testutil.Eventually(t, "OnClose is told", func() bool {
		for range 1000 {
			socket.Send(deaf, line, 0)
		}
		select {
		case err := <-ended:
			if !errors.Is(err, os.ErrDeadlineExceeded) || err == os.ErrDeadlineExceeded {
				t.Errorf("OnClose was told %v, want os.ErrDeadlineExceeded with a call", err)
			}
			return true
		default:
			return false
		}
	})
	wantEcho(t, idle, "STILL HERE\n")
	if n := len(h.all()); n != 2 {
		t.Errorf("HandleError was told %v, want both", h.all())
	}

	s = event(echoLoop)
	s.IdleTimeout, s.HandleError = 50*time.Millisecond, func(_ socket.Sockaddr, err error) { t.Errorf("HandleError was told %v", err) }
	ended = ends(s)
	start(t, s)
	c := dial(t, s.ServerAddress())
	if err := next(t, "OnClose", ended); err != os.ErrDeadlineExceeded {
		t.Errorf("OnClose was told %v, want os.ErrDeadlineExceeded", err)
	}
	wantEnd(t, c)
}

// What a client sends that is not read must not cost it the answer.
func TestEventAnswerOutlivesUnreadData(t *testing.T) {
	s := event(func(c *ss.EventConn, p []byte) int {
		c.Write([]byte("no, thank you\n"))
		c.Close()
		if _, err := c.Write(p); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write after Close = %v, want net.ErrClosed", err)
		}
		return len(p)
	})
	s.ReadBuffer = 16
	start(t, s)
	for range 20 {
		c := dial(t, s.ServerAddress())
		send(t, c, "may I?\n"+strings.Repeat("lots of it ", 5000))
		time.Sleep(time.Millisecond)
		want(t, c, "no, thank you\n")
		wantEnd(t, c)
		must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	}
	c := dial(t, s.ServerAddress()) // this one never ends: it is closed all the same
	send(t, c, "may I?\n"+strings.Repeat("lots of it ", 5000))
	testutil.Eventually(t, "none is active", func() bool { return s.Counters().Active == 0 })
}

// Callbacks write to other connections, and close them.
func TestEventConnsTouchEachOther(t *testing.T) {
	conns := map[*ss.EventConn]bool{}
	s := event(func(c *ss.EventConn, p []byte) int {
		if string(p) == "all out" {
			for other := range conns {
				other.Write([]byte("bye"))
				other.Close()
			}
			return len(p)
		}
		for other := range conns {
			other.Write(p)
		}
		return len(p)
	})
	s.OnOpen = func(c *ss.EventConn) {
		conns[c] = true
		c.Write([]byte("welcome"))
	}
	s.OnClose = func(c *ss.EventConn, err error) {
		delete(conns, c)
		for other := range conns {
			other.Write([]byte("one less")) // fails where it is closed, too
		}
	}
	start(t, s)
	var clients []int
	for range 5 {
		c := dial(t, s.ServerAddress())
		want(t, c, "welcome")
		clients = append(clients, c)
	}
	send(t, clients[0], "to all")
	for _, c := range clients {
		want(t, c, "to all")
	}
	must(t, "Shutdown", socket.Shutdown(clients[4], socket.SHUT_WR))
	for _, c := range clients[:4] {
		want(t, c, "one less")
	}
	send(t, clients[0], "all out")
	for _, c := range clients[:4] {
		want(t, c, "bye")
		wantEnd(t, c)
	}
}

func TestEventShutdown(t *testing.T) {
	var s *ss.EventServer
	s = event(func(c *ss.EventConn, p []byte) int {
		if string(p) == "stop\n" {
			if err := s.Shutdown(c.Context()); err != nil {
				t.Errorf("Shutdown in a callback = %v", err)
			}
		}
		return lines(c, p)
	})
	ended := ends(s)
	done := start(t, s)
	idle, half, last := dial(t, s.ServerAddress()), dial(t, s.ServerAddress()), dial(t, s.ServerAddress())
	wantEcho(t, idle, "IDLE\n")
	send(t, half, "half a ")
	testutil.Eventually(t, "half a line is there", func() bool { return s.Counters().BytesIn == int64(len("IDLE\nhalf a ")) })
	send(t, last, "stop\n")
	want(t, last, "STOP\n")
	wantEnd(t, last)
	wantEnd(t, idle)
	for range 2 {
		if err := next(t, "OnClose", ended); err != nil {
			t.Errorf("OnClose was told %v, want nil", err)
		}
	}
	send(t, half, "line\n")
	want(t, half, "HALF A LINE\n")
	wantEnd(t, half)
	returned(t, done)

	// With a request that never ends, the context does.
	s = event(lines)
	done = start(t, s)
	half = dial(t, s.ServerAddress())
	send(t, half, "half a ")
	testutil.Eventually(t, "half a line is there", func() bool { return s.Counters().BytesIn > 0 })
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); err != context.DeadlineExceeded {
		t.Errorf("Shutdown = %v, want context.DeadlineExceeded", err)
	}
	returned(t, done)
	wantGone(t, half)
}

// A connection costs no allocation once it is there.
func TestEventAllocs(t *testing.T) {
	s := event(lines)
	s.IdleTimeout = time.Hour
	s.OnData = echoLoop
	start(t, s)
	c := dial(t, s.ServerAddress())
	p := make([]byte, 64)
	ping := func() {
		socket.Send(c, p, 0)
		socket.Recvall(c, p, 0)
	}
	ping()
	testutil.Allocs(t, "a request and its answer", ping)

	s = event(func(c *ss.EventConn, p []byte) int { // 64 bytes a request
		n := len(p) / 64 * 64
		c.Write(p[:n])
		return n
	})
	start(t, s)
	c = dial(t, s.ServerAddress())
	must(t, "TCP_NODELAY", socket.Setsockopt(c, socket.TCP_NODELAY, true))
	halves := func() {
		socket.Send(c, p[:32], 0)
		for s.Counters().BytesIn%64 == 0 {
			time.Sleep(50 * time.Microsecond)
		}
		socket.Send(c, p[32:], 0)
		socket.Recvall(c, p, 0)
	}
	halves()
	testutil.Allocs(t, "a request in two halves", halves)
}

// A second server at the address is refused, though the loops of the first share it.
func TestLoopsShareTheirAddressWithNobody(t *testing.T) {
	s := event(echoLoop)
	s.Loops = 4
	start(t, s)
	other := event(echoLoop)
	other.Loops, other.Addr = 4, s.ServerAddress()
	if err := other.Listen(); !errors.Is(err, unix.EADDRINUSE) {
		t.Errorf("Listen = %v, want EADDRINUSE", err)
	}
}
