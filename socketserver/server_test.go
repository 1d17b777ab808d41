//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socketserver_test

// This file holds what the tests share, and the tests of both stream servers. Those of one are in tcp_test.go and
// event_linux_test.go, those of datagrams in udp_test.go, those of many clients in load_linux_test.go.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	ss "rawsocket.internal/socket/socketserver"
)

func TestMain(m *testing.M) { testutil.Main(m) }

func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// A server is what all of them are.
type server interface {
	Listen() error
	Serve() error
	Shutdown(context.Context) error
	Close() error
	ServerAddress() socket.Sockaddr
	Counters() ss.Counters
}

var (
	loopback4 = socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))
	loopback6 = socket.SockaddrIn(netip.MustParseAddrPort("[::1]:0"))
	quiet     = slog.New(slog.DiscardHandler)
)

// start has s serve until the end of the test, and tells when Serve has returned.
func start(t testing.TB, s server) (done chan error) {
	t.Helper()
	must(t, "Listen", s.Listen())
	done = make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		done <- s.Serve()
		close(ended)
	}()
	t.Cleanup(func() {
		s.Close()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Error("Serve has not returned 10 s after Close")
		}
	})
	return done
}

// returned waits for Serve to return nil.
func returned(t testing.TB, done chan error) {
	t.Helper()
	select {
	case err := <-done:
		must(t, "Serve", err)
	case <-time.After(10 * time.Second):
		t.Fatal("Serve has not returned after 10 s")
	}
}

// dial connects to a server. What the client waits for, it waits for 10 s.
func dial(t testing.TB, addr socket.Sockaddr) int {
	t.Helper()
	return dialType(t, addr, socket.SOCK_STREAM)
}

func dialType(t testing.TB, addr socket.Sockaddr, typ int) int {
	t.Helper()
	fd, err := socket.Socket(addr.Family(), typ, 0)
	must(t, "Socket", err)
	t.Cleanup(func() { socket.Close(fd) })
	must(t, "SO_RCVTIMEO", socket.Setsockopt(fd, socket.SO_RCVTIMEO, 10*time.Second))
	must(t, "SO_SNDTIMEO", socket.Setsockopt(fd, socket.SO_SNDTIMEO, 10*time.Second))
	must(t, "Connect", socket.Connect(fd, addr))
	return fd
}

func send(t testing.TB, fd int, text string) {
	t.Helper()
	_, err := socket.Sendall(fd, []byte(text), 0)
	must(t, "Sendall", err)
}

// want receives exactly text.
func want(t testing.TB, fd int, text string) {
	t.Helper()
	p := make([]byte, len(text))
	n, err := socket.Recvall(fd, p, 0)
	if err != nil || string(p[:n]) != text {
		t.Fatalf("Recvall = %q, %v; want %q", p[:n], err, text)
	}
}

// wantEnd receives the end of the stream.
func wantEnd(t testing.TB, fd int) {
	t.Helper()
	var p [16]byte
	if n, err := socket.Recv(fd, p[:], 0); n != 0 || err != nil {
		t.Fatalf("Recv = %q, %v; want the end", p[:n], err)
	}
}

// wantGone receives the end of the stream or a reset.
func wantGone(t testing.TB, fd int) {
	t.Helper()
	var p [16]byte
	if n, err := socket.Recv(fd, p[:], 0); n != 0 || err != nil && err != unix.ECONNRESET {
		t.Fatalf("Recv = %q, %v; want the end or ECONNRESET", p[:n], err)
	}
}

func wantEcho(t testing.TB, fd int, text string) {
	t.Helper()
	send(t, fd, text)
	want(t, fd, text)
}

// reset closes a connection with RST.
func reset(t testing.TB, fd int) {
	t.Helper()
	must(t, "SO_LINGER", socket.Setsockopt(fd, socket.SO_LINGER, socket.Linger{Onoff: 1}))
	d, err := socket.Dup(fd)
	must(t, "Dup", err)
	null, err := unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
	must(t, "open", err)
	must(t, "close", socket.Close(d))
	must(t, "dup2", dup2(null, fd)) // closes the socket; the number is the test's to close
	must(t, "close", socket.Close(null))
}

// An echoServer makes a server that sends back what it gets.
type echoServer struct {
	name string
	make func(ss.Config) server
}

var echoServers = []echoServer{{"TCPServer", func(c ss.Config) server {
	return &ss.TCPServer{Config: c, Handle: func(c *ss.Conn) error {
		_, err := io.CopyBuffer(c, c, make([]byte, 512))
		return err
	}}
}}}

// eachEcho runs f with every kind of stream server.
func eachEcho(t *testing.T, f func(t *testing.T, e echoServer)) {
	for _, e := range echoServers {
		t.Run(e.name, func(t *testing.T) { f(t, e) })
	}
}

// unixAddr is a path of the test's own.
func unixAddr(t testing.TB) socket.Sockaddr {
	t.Helper()
	dir, err := os.MkdirTemp("", "ss") // shorter than t.TempDir: a path has 107 bytes
	must(t, "MkdirTemp", err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	addr, err := socket.SockaddrUn(filepath.Join(dir, "s"))
	must(t, "SockaddrUn", err)
	return addr
}

// Errors collects what HandleError is told.
type handled struct {
	mu   sync.Mutex
	errs []error
}

func (h *handled) add(peer socket.Sockaddr, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.errs = append(h.errs, err)
}

func (h *handled) all() []error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]error(nil), h.errs...)
}

func (h *handled) has(err error) bool {
	for _, e := range h.all() {
		if errors.Is(e, err) {
			return true
		}
	}
	return false
}

func TestServeEchoesInEveryFamily(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		for _, addr := range []socket.Sockaddr{loopback4, loopback6, unixAddr(t)} {
			s := e.make(ss.Config{Addr: addr})
			if err := s.Listen(); addr == loopback6 && errors.Is(err, unix.EADDRNOTAVAIL) {
				continue // no IPv6 here
			}
			start(t, s)
			a, b := dial(t, s.ServerAddress()), dial(t, s.ServerAddress())
			big := strings.Repeat("all that a socket buffer does not hold ", 1<<15)
			wantEcho(t, a, "one")
			wantEcho(t, b, "two")
			wantEcho(t, a, "three")
			go socket.Sendall(b, []byte(big), 0)
			want(t, b, big)
			must(t, "Shutdown", socket.Shutdown(a, socket.SHUT_WR))
			wantEnd(t, a)
		}
	})
}

func TestServeIsNilAfterShutdown(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		s := e.make(ss.Config{Addr: loopback4})
		done := start(t, s)
		must(t, "Shutdown", s.Shutdown(context.Background()))
		returned(t, done)
		must(t, "Serve after Shutdown", s.Serve())
		must(t, "Shutdown again", s.Shutdown(context.Background()))
		must(t, "Close after Shutdown", s.Close())

		s = e.make(ss.Config{Addr: loopback4})
		must(t, "Close of a fresh server", s.Close())
		if err := s.Listen(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Listen after Close = %v, want net.ErrClosed", err)
		}
		s = e.make(ss.Config{Addr: loopback4})
		must(t, "Listen", s.Listen())
		must(t, "Shutdown of a server that does not serve", s.Shutdown(context.Background()))
	})
}

func TestServeTwiceIsEALREADY(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		s := e.make(ss.Config{Addr: loopback4})
		start(t, s)
		wantEcho(t, dial(t, s.ServerAddress()), "it serves")
		if err := s.Serve(); !errors.Is(err, unix.EALREADY) {
			t.Errorf("Serve = %v, want EALREADY", err)
		}
	})
}

func TestListenErrorsNameTheCall(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		s := e.make(ss.Config{Addr: loopback4})
		start(t, s)
		addr := s.ServerAddress()
		var called *os.SyscallError
		err := e.make(ss.Config{Addr: addr}).Serve()
		if !errors.Is(err, unix.EADDRINUSE) || !errors.As(err, &called) || called.Syscall != "bind "+addr.String() {
			t.Errorf("Serve at an address in use = %v, want bind %v: EADDRINUSE", err, addr)
		}
		if err := e.make(ss.Config{}).Serve(); !errors.Is(err, unix.EDESTADDRREQ) {
			t.Errorf("Serve without an address = %v, want EDESTADDRREQ", err)
		}
		bad := ss.Config{Addr: loopback4, Settings: []socket.Setting{socket.Set(socket.SO_RCVLOWAT, -5), socket.Set(socket.NewOption[int, socket.RW](socket.SOL_SOCKET, 9999), 1)}}
		if err := e.make(bad).Serve(); !errors.Is(err, unix.ENOPROTOOPT) || !strings.Contains(err.Error(), "9999") {
			t.Errorf("Serve with an option that is none = %v, want ENOPROTOOPT and its number", err)
		}
	})
}

func TestServeRestartsBesideTimeWait(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		addr := loopback4
		for range 3 { // the server closes first, so that TIME_WAIT is on its side
			s := e.make(ss.Config{Addr: addr})
			done := start(t, s)
			addr = s.ServerAddress()
			c := dial(t, addr)
			wantEcho(t, c, "hello")
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			s.Shutdown(ctx)
			cancel()
			returned(t, done)
			wantGone(t, c)
		}
	})
}

func TestSettings(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		seen := make(chan [2]any, 1)
		s := e.make(ss.Config{
			Addr:         loopback4,
			Settings:     []socket.Setting{socket.Set(socket.IP_TTL, 7)},
			ConnSettings: []socket.Setting{socket.Set(socket.SO_KEEPALIVE, true)},
			VerifyClient: func(fd int, peer socket.Sockaddr) bool {
				ttl, _ := socket.Getsockopt(fd, socket.IP_TTL)
				seen <- [2]any{ttl, peer.AddrPort().Addr().String()}
				return true
			},
		})
		start(t, s)
		wantEcho(t, dial(t, s.ServerAddress()), "hello")
		if got := <-seen; got != [2]any{7, "127.0.0.1"} {
			t.Errorf("VerifyClient saw %v, want IP_TTL 7, which Settings set, and 127.0.0.1", got)
		}

		h := new(handled)
		s = e.make(ss.Config{Addr: loopback4, HandleError: h.add,
			ConnSettings: []socket.Setting{socket.Set(socket.NewOption[int, socket.RW](socket.SOL_SOCKET, 9999), 1)}})
		start(t, s)
		wantGone(t, dial(t, s.ServerAddress()))
		testutil.Eventually(t, "HandleError is told of ENOPROTOOPT", func() bool { return h.has(unix.ENOPROTOOPT) })
	})
}

func TestVerifyClientRefuses(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		h := new(handled)
		var calls atomic.Int32
		s := e.make(ss.Config{Addr: loopback4, HandleError: h.add, VerifyClient: func(int, socket.Sockaddr) bool {
			n := calls.Add(1)
			if n == 2 {
				panic("a hook's panic is a no")
			}
			return n > 2
		}})
		start(t, s)
		wantGone(t, dial(t, s.ServerAddress()))
		wantGone(t, dial(t, s.ServerAddress()))
		wantEcho(t, dial(t, s.ServerAddress()), "third")
		c := s.Counters()
		if c.Accepted != 1 || c.Active != 1 || c.Refused != 2 || c.Errors != 1 {
			t.Errorf("Counters = %+v, want 1 accepted, 1 active, 2 refused, 1 error", c)
		}
		if len(h.all()) != 1 {
			t.Errorf("HandleError was told %v, want one panic", h.all())
		}
	})
}

func TestMaxClientsWaits(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		s := e.make(ss.Config{Addr: loopback4, MaxClients: 2})
		start(t, s)
		a := dial(t, s.ServerAddress())
		wantEcho(t, a, "one")
		b := dial(t, s.ServerAddress())
		wantEcho(t, b, "two")
		c := dial(t, s.ServerAddress())
		send(t, c, "three")
		time.Sleep(20 * time.Millisecond)
		if n := s.Counters(); n.Active != 2 || n.Refused != 0 {
			t.Errorf("Counters = %+v, want 2 active, none refused", n)
		}
		must(t, "Shutdown", socket.Shutdown(a, socket.SHUT_WR))
		want(t, c, "three")
		wantEcho(t, b, "still")
	})
}

func TestMaxClientsRefuses(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		s := e.make(ss.Config{Addr: loopback4, MaxClients: 1, Refuse: true})
		start(t, s)
		a := dial(t, s.ServerAddress())
		wantEcho(t, a, "one")
		wantGone(t, dial(t, s.ServerAddress()))
		wantGone(t, dial(t, s.ServerAddress()))
		if n := s.Counters(); n.Active != 1 || n.Refused != 2 {
			t.Errorf("Counters = %+v, want 1 active, 2 refused", n)
		}
		must(t, "Shutdown", socket.Shutdown(a, socket.SHUT_WR))
		wantEnd(t, a)
		testutil.Eventually(t, "the first has gone", func() bool { return s.Counters().Active == 0 })
		wantEcho(t, dial(t, s.ServerAddress()), "four")
	})
}

func TestCountersCountBytes(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		s := e.make(ss.Config{Addr: loopback4})
		start(t, s)
		for range 3 {
			c := dial(t, s.ServerAddress())
			wantEcho(t, c, "hello")
			must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
			wantEnd(t, c)
		}
		want := ss.Counters{Accepted: 3, BytesIn: 15, BytesOut: 15}
		testutil.Eventually(t, fmt.Sprintf("Counters are %+v", want), func() bool { return s.Counters() == want })
	})
}

func TestCloseIsAtOnce(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		h := new(handled)
		s := e.make(ss.Config{Addr: loopback4, HandleError: h.add})
		done := start(t, s)
		var clients []int
		for range 10 {
			c := dial(t, s.ServerAddress())
			wantEcho(t, c, "hello")
			clients = append(clients, c)
		}
		began := time.Now()
		must(t, "Close", s.Close())
		returned(t, done)
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("Close took %v", d)
		}
		for _, c := range clients {
			wantGone(t, c)
		}
		if errs := h.all(); len(errs) != 0 {
			t.Errorf("HandleError was told %v, want nothing: it is the server that closed", errs)
		}
	})
}

func TestShutdownEndsWithItsContext(t *testing.T) {
	s := &ss.TCPServer{Handle: func(c *ss.Conn) error { _, err := io.Copy(c, c); return err }}
	s.Addr = loopback4
	done := start(t, s)
	c := dial(t, s.ServerAddress())
	wantEcho(t, c, "a client that stays")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); err != context.DeadlineExceeded {
		t.Errorf("Shutdown = %v, want context.DeadlineExceeded", err)
	}
	returned(t, done)
	wantGone(t, c)
}

// A server that is told to stop while clients wait in its backlog serves them.
func TestShutdownServesTheBacklog(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		s := e.make(ss.Config{Addr: loopback4})
		must(t, "Listen", s.Listen())
		var clients []int
		for range 20 {
			c := dial(t, s.ServerAddress())
			send(t, c, "hello")
			must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
			clients = append(clients, c)
		}
		done := start(t, s)
		testutil.Eventually(t, "it serves", func() bool { return s.Counters().Accepted > 0 })
		must(t, "Shutdown", s.Shutdown(context.Background()))
		returned(t, done)
		for _, c := range clients {
			want(t, c, "hello")
			wantEnd(t, c)
		}
	})
}

// Connections that are reset before they are accepted cost nobody else anything.
func TestResetInTheBacklog(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		s := e.make(ss.Config{Addr: loopback4, Log: quiet})
		must(t, "Listen", s.Listen())
		for range 50 {
			reset(t, dial(t, s.ServerAddress()))
		}
		stays := dial(t, s.ServerAddress())
		start(t, s)
		wantEcho(t, stays, "hello")
		testutil.Eventually(t, "the others have gone", func() bool { return s.Counters().Active == 1 })
	})
}

// A server that is shut down while clients come, talk, end and reset loses no descriptor and no goroutine, which
// TestMain sees, and answers whom it has accepted.
func TestShutdownUnderLoad(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		s := e.make(ss.Config{Addr: loopback4, MaxClients: 20, Log: quiet})
		done := start(t, s)
		addr := s.ServerAddress()
		stop := make(chan struct{})
		var clients sync.WaitGroup
		for i := range 30 {
			clients.Go(func() {
				p := make([]byte, 8)
				for n := i; ; n++ {
					select {
					case <-stop:
						return
					default:
					}
					fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
					if err != nil {
						t.Errorf("Socket: %v", err)
						return
					}
					socket.Setsockopt(fd, socket.SO_RCVTIMEO, 10*time.Second)
					if socket.Connect(fd, addr) == nil {
						for range n % 4 {
							socket.Send(fd, p, 0)
							if n, err := socket.Recvall(fd, p, 0); n != 8 && err == unix.EAGAIN {
								t.Errorf("an echo of %d bytes after 10 s", n)
							}
						}
						if n%3 == 0 {
							socket.Setsockopt(fd, socket.SO_LINGER, socket.Linger{Onoff: 1})
						}
					}
					socket.Close(fd)
				}
			})
		}
		testutil.Eventually(t, "they come and go", func() bool { return s.Counters().Accepted > 500 })
		must(t, "Shutdown", s.Shutdown(context.Background()))
		returned(t, done)
		close(stop)
		clients.Wait()
		if n := s.Counters(); n.Active != 0 {
			t.Errorf("Counters = %+v, want none active", n)
		}
	})
}

func TestIdleTimeout(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		h := new(handled)
		s := e.make(ss.Config{Addr: loopback4, IdleTimeout: 300 * time.Millisecond, HandleError: h.add, Log: quiet})
		start(t, s)
		silent, lively := dial(t, s.ServerAddress()), dial(t, s.ServerAddress())
		began := time.Now()
		for time.Since(began) < 600*time.Millisecond {
			wantEcho(t, lively, "x")
			time.Sleep(10 * time.Millisecond)
		}
		wantGone(t, silent)
		wantEcho(t, lively, "still here")
	})
}

func TestUnixPathLife(t *testing.T) {
	eachEcho(t, func(t *testing.T, e echoServer) {
		addr := unixAddr(t)
		path := addr.Path()
		mode := func() os.FileMode {
			info, err := os.Lstat(path)
			must(t, "Lstat", err)
			return info.Mode()
		}

		// A dead server's file: bound, never removed.
		dead, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
		must(t, "Socket", err)
		must(t, "Bind", socket.Bind(dead, addr))
		must(t, "Listen", socket.Listen(dead, 1))
		must(t, "Close", socket.Close(dead))
		s := e.make(ss.Config{Addr: addr, Mode: 0o666})
		done := start(t, s)
		wantEcho(t, dial(t, addr), "over a stale file")
		if mode() != os.ModeSocket|0o666 {
			t.Errorf("the path's mode is %v, want 0666 whatever the umask", mode())
		}

		// A live one's is not touched.
		if err := e.make(ss.Config{Addr: addr}).Serve(); !errors.Is(err, unix.EADDRINUSE) {
			t.Errorf("Serve at a path that is served = %v, want EADDRINUSE", err)
		}
		wantEcho(t, dial(t, addr), "still served")
		must(t, "Close", s.Close())
		returned(t, done)
		if _, err := os.Lstat(path); !os.IsNotExist(err) {
			t.Errorf("Lstat after Close = %v, want not exist", err)
		}

		// What somebody else has put there is not removed at the end,
		s = e.make(ss.Config{Addr: addr, Mode: 0o600})
		done = start(t, s)
		if mode() != os.ModeSocket|0o600 {
			t.Errorf("the path's mode is %v, want 0600", mode())
		}
		must(t, "Remove", os.Remove(path))
		other, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
		must(t, "Socket", err)
		defer socket.Close(other)
		must(t, "Bind", socket.Bind(other, addr))
		must(t, "Close", s.Close())
		returned(t, done)
		mode()
		must(t, "Remove", os.Remove(path))

		// nor a file that is no socket at the beginning.
		must(t, "WriteFile", os.WriteFile(path, []byte("precious"), 0o600))
		if err := e.make(ss.Config{Addr: addr}).Serve(); !errors.Is(err, unix.EADDRINUSE) {
			t.Errorf("Serve at a file's path = %v, want EADDRINUSE", err)
		}
		if text, _ := os.ReadFile(path); string(text) != "precious" {
			t.Errorf("the file is now %q", text)
		}
	})
}

// Of several servers that start at a stale path at once, one serves, and its file stays.
func TestUnixStalePathRace(t *testing.T) {
	for range 20 {
		addr := unixAddr(t)
		dead, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
		must(t, "Socket", err)
		must(t, "Bind", socket.Bind(dead, addr))
		must(t, "Close", socket.Close(dead))
		results := make(chan error, 5)
		var servers []server
		for range cap(results) {
			s := echoServers[0].make(ss.Config{Addr: addr})
			servers = append(servers, s)
			go func() { results <- s.Listen() }()
		}
		won := 0
		for range cap(results) {
			switch err := <-results; {
			case err == nil:
				won++
			case !errors.Is(err, unix.EADDRINUSE):
				t.Fatalf("Listen = %v, want nil or EADDRINUSE", err)
			}
		}
		if won != 1 {
			t.Fatalf("%d servers of %d listen, want 1", won, cap(results))
		}
		dial(t, addr)
		for _, s := range servers {
			s.Close()
		}
	}
}
