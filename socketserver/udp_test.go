//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socketserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	ss "rawsocket.internal/socket/socketserver"
)

func udpServer(handle func(d *ss.Datagram) error) *ss.UDPServer {
	return &ss.UDPServer{Addr: loopback4, Handle: handle, Log: quiet}
}

func echoDatagram(d *ss.Datagram) error { return d.Reply(d.Data) }

// dialUDP makes a client's socket, connected: what comes from elsewhere it does not hear.
func dialUDP(t testing.TB, addr socket.Sockaddr) int {
	t.Helper()
	return dialType(t, addr, socket.SOCK_DGRAM)
}

func wantDatagram(t testing.TB, fd int, text string) {
	t.Helper()
	p := make([]byte, 1<<16)
	n, err := socket.Recv(fd, p, 0)
	if err != nil || string(p[:n]) != text {
		t.Fatalf("Recv = %d bytes, %q…, %v; want %d bytes", n, p[:min(n, 20)], err, len(text))
	}
}

func TestUDPEchoes(t *testing.T) {
	for _, addr := range []socket.Sockaddr{loopback4, loopback6} {
		for _, handlers := range []int{0, 4} {
			s := udpServer(echoDatagram)
			s.Addr, s.MaxHandlers = addr, handlers
			if err := s.Listen(); addr == loopback6 && errors.Is(err, unix.EADDRNOTAVAIL) {
				continue
			}
			start(t, s)
			c := dialUDP(t, s.ServerAddress())
			for _, text := range []string{"one", "", strings.Repeat("x", 60000), "two"} {
				_, err := socket.Send(c, []byte(text), 0)
				must(t, "Send", err)
				wantDatagram(t, c, text)
			}
			testutil.Eventually(t, "Counters count", func() bool {
				return s.Counters() == ss.Counters{Accepted: 4, BytesIn: 60006, BytesOut: 60006}
			})
		}
	}
}

func TestUDPLongerThanMaxPacketSizeIsToldOf(t *testing.T) {
	h := new(handled)
	s := udpServer(echoDatagram)
	s.MaxPacketSize, s.HandleError = 100, h.add
	start(t, s)
	c := dialUDP(t, s.ServerAddress())
	for _, n := range []int{100, 101, 99} {
		_, err := socket.Send(c, make([]byte, n), 0)
		must(t, "Send", err)
	}
	wantDatagram(t, c, string(make([]byte, 100)))
	wantDatagram(t, c, string(make([]byte, 99)))
	if errs := h.all(); len(errs) != 1 || !errors.Is(errs[0], unix.EMSGSIZE) {
		t.Errorf("HandleError was told %v, want EMSGSIZE once", errs)
	}
}

func TestUDPHandlersErrorsAndPanics(t *testing.T) {
	for _, handlers := range []int{0, 2} {
		h := new(handled)
		boom := errors.New("boom")
		s := udpServer(func(d *ss.Datagram) error {
			switch string(d.Data) {
			case "panic":
				panic(boom)
			case "error":
				return boom
			}
			return d.Reply(d.Data)
		})
		s.MaxHandlers, s.HandleError = handlers, h.add
		n := 0
		s.VerifyClient = func(fd int, peer socket.Sockaddr) bool {
			if n++; n == 4 {
				panic("no")
			}
			return n != 3
		}
		start(t, s)
		c := dialUDP(t, s.ServerAddress())
		for _, text := range []string{"panic", "error", "refused", "refused by a panic", "fine"} {
			_, err := socket.Send(c, []byte(text), 0)
			must(t, "Send", err)
		}
		wantDatagram(t, c, "fine")
		testutil.Eventually(t, "HandleError is told three times", func() bool { return len(h.all()) == 3 })
		if got := s.Counters(); got.Refused != 2 || got.Errors != 3 || got.Accepted != 5 {
			t.Errorf("Counters = %+v, want 5 accepted, 2 refused, 3 errors", got)
		}
	}
}

func TestUDPFilesServeAsStreamsDo(t *testing.T) {
	shout := func(r io.Reader, w io.Writer) error {
		p, err := io.ReadAll(r)
		fmt.Fprintf(w, "%s", strings.ToUpper(string(p)))
		fmt.Fprintf(w, "!")
		return err
	}
	u := udpServer(func(d *ss.Datagram) error { return shout(d.Rfile(), d.Wfile()) })
	start(t, u)
	c := dialUDP(t, u.ServerAddress())
	for _, text := range []string{"hello", "again"} {
		send(t, c, text)
		wantDatagram(t, c, strings.ToUpper(text)+"!")
	}
	s := tcp(func(c *ss.Conn) error { return shout(c.Rfile(), c.Wfile()) })
	start(t, s)
	c = dial(t, s.ServerAddress())
	send(t, c, "hello")
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	want(t, c, "HELLO!")
}

func TestUDPHandleRequestHandlesOne(t *testing.T) {
	s := udpServer(echoDatagram)
	defer s.Close()
	for range 2 {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		if err := s.HandleRequest(ctx); err != context.DeadlineExceeded {
			t.Errorf("HandleRequest with nobody there = %v, want context.DeadlineExceeded", err)
		}
		cancel()
	}
	c := dialUDP(t, s.ServerAddress())
	for _, text := range []string{"one", "two", "three"} {
		send(t, c, text)
	}
	for _, text := range []string{"one", "two", "three"} {
		must(t, "HandleRequest", s.HandleRequest(context.Background()))
		wantDatagram(t, c, text)
		var p [1]byte
		if n, err := socket.Recv(c, p[:], socket.MSG_DONTWAIT); err != unix.EAGAIN {
			t.Fatalf("Recv = %d, %v; want EAGAIN: HandleRequest handles one", n, err)
		}
	}
}

func TestUDPShutdown(t *testing.T) {
	for _, handlers := range []int{0, 4} {
		var s *ss.UDPServer
		release := make(chan bool)
		var once sync.Once
		s = udpServer(func(d *ss.Datagram) error {
			once.Do(func() { <-release })
			if string(d.Data) == "stop" {
				if err := s.Shutdown(d.Context()); err != nil {
					t.Errorf("Shutdown in a handler = %v", err)
				}
			}
			return d.Reply(d.Data)
		})
		s.MaxHandlers = handlers
		done := start(t, s)
		c := dialUDP(t, s.ServerAddress())
		send(t, c, "first")
		testutil.Eventually(t, "the first is being handled", func() bool { return s.Counters().Active == 1 })
		for i := range 100 { // these are in the kernel when the server is told to stop
			send(t, c, fmt.Sprint(i))
		}
		send(t, c, "stop")
		close(release)
		answers := map[string]bool{}
		p := make([]byte, 100)
		for range 102 {
			n, err := socket.Recv(c, p, 0)
			must(t, "Recv", err)
			answers[string(p[:n])] = true
		}
		if len(answers) != 102 {
			t.Errorf("%d answers, want 102", len(answers))
		}
		returned(t, done)
		if err := s.HandleRequest(context.Background()); err != net.ErrClosed {
			t.Errorf("HandleRequest after Shutdown = %v, want net.ErrClosed", err)
		}
	}
}

func TestUnixDatagramServer(t *testing.T) {
	addr := unixAddr(t)
	dead, err := socket.Socket(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	must(t, "Socket", err)
	must(t, "Bind", socket.Bind(dead, addr))
	must(t, "Close", socket.Close(dead)) // its file stays, stale

	results := make(chan error, 1)
	s := &ss.UnixDatagramServer{Addr: addr, Mode: 0o600, Log: quiet, MaxPacketSize: 100_000, Handle: func(d *ss.Datagram) error {
		err := d.Reply(d.Data)
		results <- err
		return nil
	}}
	start(t, s)
	if err := (&ss.UnixDatagramServer{Addr: addr, Handle: echoDatagram}).Listen(); !errors.Is(err, unix.EADDRINUSE) {
		t.Errorf("Listen at a path that is served = %v, want EADDRINUSE", err)
	}
	send(t, dialUDP(t, addr), "nobody to answer")
	if err := <-results; !errors.Is(err, unix.EDESTADDRREQ) {
		t.Errorf("Reply to a client without a name = %v, want EDESTADDRREQ", err)
	}
	c, err := socket.Socket(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	must(t, "Socket", err)
	defer socket.Close(c)
	must(t, "Bind", socket.Bind(c, unixAddr(t)))
	must(t, "Connect", socket.Connect(c, addr))
	big := strings.Repeat("x", 1500)
	for _, text := range []string{"one", "", big} {
		_, err := socket.Send(c, []byte(text), 0)
		must(t, "Send", err)
		must(t, "Reply", <-results)
		wantDatagram(t, c, text)
	}
	// One that does not read does not stop the server.
	for range 10_000 {
		send(t, c, "x")
		if err := <-results; err != nil {
			if !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.ENOBUFS) {
				t.Errorf("Reply to a client that does not read = %v, want EAGAIN", err)
			}
			return
		}
	}
	t.Error("Reply to a client that does not read never fails")
}
