//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socketserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	ss "rawsocket.internal/socket/socketserver"
)

// tcp makes a server with a handler.
func tcp(handle func(c *ss.Conn) error) *ss.TCPServer {
	s := &ss.TCPServer{Handle: handle}
	s.Addr, s.Log = loopback4, quiet
	return s
}

// upper answers each line in capitals, with Next.
func upper(c *ss.Conn) error {
	for c.Next() {
		line, err := c.Rfile().ReadString('\n')
		if err != nil {
			return err
		}
		c.Wfile().WriteString(strings.ToUpper(line))
	}
	return nil
}

func TestHandlersOrder(t *testing.T) {
	boom := errors.New("boom")
	for _, test := range []struct {
		name                       string
		setup, handle              error
		setupPanics, handlePanics  bool
		want                       []string
		wantErr                    error
		wantPanic, wantNothingSent bool
	}{
		{name: "all well", want: []string{"setup", "handle", "finish"}},
		{name: "Setup fails", setup: boom, want: []string{"setup"}, wantErr: boom, wantNothingSent: true},
		{name: "Handle fails", handle: boom, want: []string{"setup", "handle", "finish"}, wantErr: boom},
		{name: "Handle meets the end", handle: io.EOF, want: []string{"setup", "handle", "finish"}},
		{name: "Setup panics", setupPanics: true, want: []string{"setup"}, wantErr: boom, wantPanic: true, wantNothingSent: true},
		{name: "Handle panics", handlePanics: true, want: []string{"setup", "handle", "finish"}, wantErr: boom, wantPanic: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var calls []string
			h := new(handled)
			s := tcp(func(c *ss.Conn) error {
				calls = append(calls, "handle")
				c.Wfile().WriteString("answer")
				if test.handlePanics {
					panic(boom)
				}
				return test.handle
			})
			s.Setup = func(c *ss.Conn) error {
				calls = append(calls, "setup")
				c.Data = 7
				if test.setupPanics {
					panic(boom)
				}
				return test.setup
			}
			s.Finish = func(c *ss.Conn) {
				if c.Data != 7 {
					t.Errorf("Data = %v, want Setup's 7", c.Data)
				}
				calls = append(calls, "finish")
			}
			s.HandleError = h.add
			start(t, s)
			c := dial(t, s.ServerAddress())
			if !test.wantNothingSent {
				want(t, c, "answer") // Wfile is sent, whatever happened
			}
			wantEnd(t, c)
			testutil.Eventually(t, "it is over", func() bool { return s.Counters().Active == 0 })
			if d := cmp.Diff(test.want, calls); d != "" {
				t.Errorf("calls (-want +got):\n%s", d)
			}
			errs := h.all()
			if test.wantErr == nil && len(errs) != 0 || test.wantErr != nil && (len(errs) != 1 || !errors.Is(errs[0], test.wantErr)) {
				t.Fatalf("HandleError was told %v, want %v", errs, test.wantErr)
			}
			var p *ss.PanicError
			if test.wantPanic && (!errors.As(errs[0], &p) || !strings.Contains(string(p.Stack), "tcp_test.go")) {
				t.Errorf("HandleError was told %v, want a *PanicError with the handler's stack", errs[0])
			}
			wantGone(t, dialAndEnd(t, s.ServerAddress())) // the server goes on
		})
	}
}

// dialAndEnd connects and ends at once; what comes is read but for the end.
func dialAndEnd(t testing.TB, addr socket.Sockaddr) int {
	fd := dial(t, addr)
	socket.Shutdown(fd, socket.SHUT_WR)
	var p [64]byte
	for {
		if n, err := socket.Recv(fd, p[:], socket.MSG_PEEK); n == 0 || err != nil {
			return fd
		}
		socket.Recv(fd, p[:], 0)
	}
}

func TestHandlerGoexitClosesTheConnection(t *testing.T) {
	s := tcp(func(c *ss.Conn) error { runtime.Goexit(); return nil })
	start(t, s)
	wantEnd(t, dial(t, s.ServerAddress()))
	wantEnd(t, dial(t, s.ServerAddress()))
	testutil.Eventually(t, "none is active", func() bool { return s.Counters().Active == 0 })
}

func TestWfileIsSentBeforeRfileWaits(t *testing.T) {
	s := tcp(func(c *ss.Conn) error {
		c.Wfile().WriteString("name? ")
		name, err := c.Rfile().ReadString('\n')
		fmt.Fprintf(c.Wfile(), "hello %s", name)
		io.WriteString(c, "bye\n") // behind what Wfile holds
		return err
	})
	start(t, s)
	c := dial(t, s.ServerAddress())
	want(t, c, "name? ")
	send(t, c, "gopher\n")
	want(t, c, "hello gopher\nbye\n")
	wantEnd(t, c)
}

func TestReadGoesOnBehindRfile(t *testing.T) {
	s := tcp(func(c *ss.Conn) error {
		line, _ := c.Rfile().ReadString('\n')
		rest, err := io.ReadAll(c)
		fmt.Fprintf(c, "%q %q", line, rest)
		return err
	})
	start(t, s)
	c := dial(t, s.ServerAddress())
	send(t, c, "head\nbody")
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	want(t, c, `"head\n" "body"`)
}

// What a client sends that the handler does not read must not cost it the answer.
func TestAnswerOutlivesUnreadData(t *testing.T) {
	s := tcp(func(c *ss.Conn) error {
		c.Rfile().ReadString('\n')
		io.WriteString(c, "no, thank you\n")
		return nil
	})
	start(t, s)
	for range 20 {
		c := dial(t, s.ServerAddress())
		send(t, c, "may I?\n"+strings.Repeat("lots of it ", 5000))
		time.Sleep(time.Millisecond)
		want(t, c, "no, thank you\n")
		wantEnd(t, c)
		must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	}
	testutil.Eventually(t, "none is active", func() bool { return s.Counters().Active == 0 })
}

func TestHandleRequestHandlesOne(t *testing.T) {
	s := tcp(upper)
	defer s.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := s.HandleRequest(ctx); err != context.DeadlineExceeded {
		t.Errorf("HandleRequest with nobody there = %v, want context.DeadlineExceeded", err)
	}
	for _, text := range []string{"one\n", "two\n"} {
		c := dial(t, s.ServerAddress())
		send(t, c, text)
		must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
		must(t, "HandleRequest", s.HandleRequest(context.Background()))
		want(t, c, strings.ToUpper(text))
		wantEnd(t, c)
	}
	if n := s.Counters(); n.Accepted != 2 || n.Active != 0 {
		t.Errorf("Counters = %+v, want 2 accepted", n)
	}
	s.VerifyClient = func(int, socket.Sockaddr) bool { return false }
	c := dial(t, s.ServerAddress())
	must(t, "HandleRequest of one refused", s.HandleRequest(context.Background()))
	wantEnd(t, c)

	done := make(chan error)
	go func() { done <- s.HandleRequest(context.Background()) }()
	time.Sleep(10 * time.Millisecond)
	must(t, "Shutdown", s.Shutdown(context.Background()))
	if err := <-done; err != net.ErrClosed {
		t.Errorf("HandleRequest at Shutdown = %v, want net.ErrClosed", err)
	}
}

func TestMaxClientsOneIsOneAtATime(t *testing.T) {
	var mu sync.Mutex
	s := tcp(func(c *ss.Conn) error {
		if !mu.TryLock() {
			t.Error("two handlers run at once")
			return nil
		}
		defer mu.Unlock()
		return upper(c)
	})
	s.MaxClients = 1
	start(t, s)
	var wg sync.WaitGroup
	for range 20 {
		c := dial(t, s.ServerAddress())
		wg.Go(func() {
			socket.Send(c, []byte("x\n"), 0)
			socket.Shutdown(c, socket.SHUT_WR)
			var p [4]byte
			if n, err := socket.Recvall(c, p[:], 0); string(p[:n]) != "X\n" {
				t.Errorf("answer %q, %v", p[:n], err)
			}
		})
	}
	wg.Wait()
}

func TestShutdownLetsNextFinishItsRequest(t *testing.T) {
	reading := make(chan bool)
	s := tcp(func(c *ss.Conn) error {
		for c.Next() {
			reading <- true
			line, err := c.Rfile().ReadString('\n')
			if err != nil {
				return err
			}
			c.Wfile().WriteString(strings.ToUpper(line))
		}
		return nil
	})
	h := new(handled)
	s.HandleError = h.add
	done := start(t, s)
	idle, busy := dial(t, s.ServerAddress()), dial(t, s.ServerAddress())
	send(t, idle, "idle\n")
	<-reading
	want(t, idle, "IDLE\n")
	send(t, busy, "half a ")
	<-reading

	down := make(chan error)
	go func() { down <- s.Shutdown(context.Background()) }()
	wantEnd(t, idle)
	select {
	case err := <-down:
		t.Fatalf("Shutdown = %v while a request is on its way", err)
	case <-time.After(20 * time.Millisecond):
	}
	send(t, busy, "line\n")
	want(t, busy, "HALF A LINE\n")
	wantEnd(t, busy)
	must(t, "Shutdown", <-down)
	returned(t, done)
	if errs := h.all(); len(errs) > 0 {
		t.Errorf("HandleError was told %v", errs)
	}
}

func TestShutdownInAHandler(t *testing.T) {
	var s *ss.TCPServer
	s = tcp(func(c *ss.Conn) error {
		if _, err := c.Rfile().ReadString('\n'); err != nil {
			return err
		}
		if err := s.Shutdown(c.Context()); err != nil {
			t.Errorf("Shutdown in a handler = %v", err)
		}
		_, err := io.WriteString(c, "bye\n")
		return err
	})
	done := start(t, s)
	c := dial(t, s.ServerAddress())
	send(t, c, "stop\n")
	want(t, c, "bye\n")
	wantEnd(t, c)
	returned(t, done)
}

func TestReadTimeoutIsOfARequest(t *testing.T) {
	h := new(handled)
	s := tcp(upper)
	s.ReadTimeout, s.HandleError = 50*time.Millisecond, h.add
	start(t, s)
	c := dial(t, s.ServerAddress())
	time.Sleep(100 * time.Millisecond) // between requests it does not count
	send(t, c, "one\n")
	want(t, c, "ONE\n")
	send(t, c, "half a li")
	wantGone(t, c)
	testutil.Eventually(t, "HandleError is told of the timeout", func() bool { return h.has(os.ErrDeadlineExceeded) })
}

func TestWriteTimeout(t *testing.T) {
	h := new(handled)
	s := tcp(func(c *ss.Conn) error {
		p := make([]byte, 64<<10)
		for {
			if _, err := c.Write(p); err != nil {
				return err
			}
		}
	})
	s.WriteTimeout, s.HandleError = 50*time.Millisecond, h.add
	start(t, s)
	dial(t, s.ServerAddress()) // reads nothing
	testutil.Eventually(t, "HandleError is told of the timeout", func() bool { return h.has(os.ErrDeadlineExceeded) })
	testutil.Eventually(t, "none is active", func() bool { return s.Counters().Active == 0 })
}

func TestHandlerTimeout(t *testing.T) {
	h := new(handled)
	s := tcp(func(c *ss.Conn) error {
		var p [1]byte
		for {
			if _, err := c.Read(p[:]); err != nil {
				<-c.Context().Done()
				return err
			}
		}
	})
	s.HandlerTimeout, s.HandleError = 100*time.Millisecond, h.add
	start(t, s)
	c := dial(t, s.ServerAddress())
	for range 100 { // it never waits long
		if _, err := socket.Send(c, []byte("x"), 0); err != nil {
			break
		}
		time.Sleep(2 * time.Millisecond)
	}
	testutil.Eventually(t, "HandleError is told of the timeout", func() bool { return h.has(os.ErrDeadlineExceeded) })
}

func TestResetIsToldToHandleError(t *testing.T) {
	h := new(handled)
	s := tcp(upper)
	s.HandleError = h.add
	start(t, s)
	c := dial(t, s.ServerAddress())
	send(t, c, "one\n")
	want(t, c, "ONE\n")
	send(t, c, "half")
	reset(t, c)
	testutil.Eventually(t, "HandleError is told ECONNRESET", func() bool { return h.has(unix.ECONNRESET) })
}

func TestSeqpacketKeepsRecords(t *testing.T) {
	h := new(handled)
	s := tcp(func(c *ss.Conn) error {
		var p [8]byte
		for {
			n, err := c.Read(p[:])
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(c, "%d:%s", n, p[:n]); err != nil {
				return err
			}
		}
	})
	s.Addr, s.Type, s.HandleError = unixAddr(t), socket.SOCK_SEQPACKET, h.add
	if err := s.Listen(); errors.Is(err, unix.EPROTONOSUPPORT) {
		t.Skip("needs AF_UNIX SOCK_SEQPACKET")
	}
	start(t, s)
	c := dialType(t, s.Addr, socket.SOCK_SEQPACKET)
	var p [16]byte
	for _, test := range [][2]string{{"abc", "3:abc"}, {"", "0:"}, {"", "0:"}, {"12345678", "8:12345678"}} {
		_, err := socket.Send(c, []byte(test[0]), 0)
		must(t, "Send", err)
		n, err := socket.Recv(c, p[:], 0)
		if string(p[:n]) != test[1] || err != nil {
			t.Fatalf("record %q: answer %q, %v; want %q", test[0], p[:n], err, test[1])
		}
	}
	_, err := socket.Send(c, []byte("too long a record"), 0)
	must(t, "Send", err)
	wantEnd(t, c)
	testutil.Eventually(t, "HandleError is told EMSGSIZE", func() bool { return h.has(unix.EMSGSIZE) })

	c = dialType(t, s.Addr, socket.SOCK_SEQPACKET)
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	wantEnd(t, c)
}

// Nothing a handler's reads and writes do allocates.
func TestConnAllocs(t *testing.T) {
	s := tcp(func(c *ss.Conn) error {
		p := make([]byte, 64)
		for {
			n, err := c.Read(p)
			if err != nil {
				return err
			}
			if _, err := c.Write(p[:n]); err != nil {
				return err
			}
		}
	})
	s.ReadTimeout, s.WriteTimeout, s.IdleTimeout = time.Minute, time.Minute, time.Minute
	start(t, s)
	c := dial(t, s.ServerAddress())
	p := make([]byte, 64)
	ping := func() {
		socket.Send(c, p, 0)
		socket.Recvall(c, p, 0)
	}
	ping()
	testutil.Allocs(t, "Conn.Read and Write", ping)

}
