//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socketserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	ss "rawsocket.internal/socket/socketserver"
)

// The behaviours that Python's documentation of socketserver promises, and what both do: the left column is run
// by python3 (testdata/behaviours.py), the right one here. Where they differ, why is said.
var behaviours = []struct {
	name, python, ours string
	run                func(t *testing.T) string
	why                string
}{
	{"the port is known after bind", "known", "known", portIsKnown, ""},
	{"backlog", "about 5", "50", backlogOf50, "Backlog is as much as the kernel allows; Python's request_queue_size is 5"},
	{"restart beside TIME_WAIT", "EADDRINUSE", "listens", restart, "SO_REUSEADDR is on; Python's allow_reuse_address is off"},
	{"handle_request", "hello, then nothing", "hello, then nothing", handleRequest, ""},
	{"handle_request and nobody comes", "handle_timeout is called", "context deadline exceeded", handleTimeout, "the context is the timeout, and its error the call"},
	{"a server", "one at a time", "two at once", func(t *testing.T) string { return concurrency(t, 0) }, "goroutines cost little; MaxClients: 1 is Python's"},
	{"ThreadingMixIn", "two at once", "one at a time", func(t *testing.T) string { return concurrency(t, 1) }, "the other way round, with MaxClients: 1"},
	{"verify_request is false", "the end", "the end", verifyRequest, ""},
	{"a handler's steps", "setup handle finish", "setup handle finish", func(t *testing.T) string { return order(t, "") }, ""},
	{"setup fails", "setup error hello", "setup error hello", func(t *testing.T) string { return order(t, "setup") }, ""},
	{"handle fails", "setup handle finish error hello", "setup handle finish error hello", func(t *testing.T) string { return order(t, "handle") }, ""},
	{"finish fails", "setup handle finish error hello", "setup handle finish error hello", func(t *testing.T) string { return order(t, "finish") }, ""},
	{"rfile and wfile", "ONE\nTWO\n", "ONE\nTWO\n", streamHandler, ""},
	{"what wfile gets is sent", "when it is written", "later", wfileAtOnce, "before Rfile waits, and at the end; Conn.Write sends at once"},
	{"StreamRequestHandler.timeout", "TimeoutError", "i/o timeout", readTimeout, "its name here: os.ErrDeadlineExceeded"},
	{"shutdown in a handler", "deadlock", "ends", shutdownInHandler, "given the handler's context, Shutdown does not wait for its caller"},
	{"shutdown of an idle server", "polls", "at once", shutdownDelay, "Python looks every half a second"},
	{"connect after shutdown", "still listens", "ECONNREFUSED", shutdownListens, "Shutdown is server_close too"},
	{"server_close", "waits for handlers", "waits for handlers", closeWaits, ""},
	{"data nobody read", "no", "no", unread, ""},
	{"max_packet_size", "8192", "9000", udpLength, "nothing is cut"},
	{"DatagramRequestHandler", "HELLO!", "HELLO!", udpFiles, ""},
	{"a datagram handler that says nothing", "0 bytes", "no answer", udpSilent, "an answer nobody wrote is none"},
	{"the address a datagram is answered from", "127.0.0.1", "127.0.0.2", udpAddress, "the one that was asked"},
	{"a unix path after server_close", "left, then EADDRINUSE", "removed, then EADDRINUSE", unixPath, "removed at the end, and if stale at the beginning; another file there is left alone by both"},
	{"UnixDatagramServer", "hello", "hello", unixDatagram, ""},
}

func TestBehavesAsPythonOrSaysWhyNot(t *testing.T) {
	python := pythonDoes(t)
	for _, b := range behaviours {
		t.Run(b.name, func(t *testing.T) {
			if got := b.run(t); got != b.ours {
				t.Errorf("ours: %q, want %q", got, b.ours)
			}
			if got, ok := python[b.name]; python != nil && (!ok || got != b.python) {
				t.Errorf("Python's: %q, want %q", got, b.python)
			}
			if (b.python != b.ours) != (b.why != "") {
				t.Errorf("Python's is %q, ours %q, because %q", b.python, b.ours, b.why)
			}
		})
	}
}

// pythonDoes runs Python's side; without Python only ours is tested.
func pythonDoes(t *testing.T) map[string]string {
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Logf("Python's side needs the program python3: %v", err)
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "testdata/behaviours.py")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	must(t, "python3 testdata/behaviours.py", err)
	does := map[string]string{}
	for in := bufio.NewScanner(strings.NewReader(string(out))); in.Scan(); {
		var line [2]string
		must(t, "json", json.Unmarshal(in.Bytes(), &line))
		does[line[0]] = line[1]
	}
	return does
}

func sayHello(c *ss.Conn) error {
	_, err := io.WriteString(c, "hello")
	return err
}

// all is what a client reads to the end.
func all(t testing.TB, fd int) string {
	t.Helper()
	var text []byte
	buf := make([]byte, 64<<10)
	for {
		n, err := socket.Recv(fd, buf, 0)
		must(t, "Recv", err)
		if n == 0 {
			return string(text)
		}
		text = append(text, buf[:n]...)
	}
}

func portIsKnown(t *testing.T) string {
	s := tcp(sayHello)
	defer s.Close()
	must(t, "Listen", s.Listen())
	if s.ServerAddress().AddrPort().Port() == 0 {
		return "0"
	}
	return "known"
}

func backlogOf50(t *testing.T) string {
	s := tcp(sayHello)
	defer s.Close()
	must(t, "Listen", s.Listen())
	for range 50 {
		dial(t, s.ServerAddress()) // it waits until it is connected
	}
	return "50"
}

func restart(t *testing.T) string {
	s := tcp(sayHello)
	must(t, "Listen", s.Listen())
	c := dial(t, s.ServerAddress())
	must(t, "HandleRequest", s.HandleRequest(context.Background()))
	all(t, c)
	again := tcp(sayHello)
	again.Addr = s.ServerAddress()
	s.Close()
	defer again.Close()
	if err := again.Listen(); err != nil {
		return err.Error()
	}
	return "listens"
}

func handleRequest(t *testing.T) string {
	s := tcp(sayHello)
	defer s.Close()
	must(t, "Listen", s.Listen())
	a, b := dial(t, s.ServerAddress()), dial(t, s.ServerAddress())
	must(t, "HandleRequest", s.HandleRequest(context.Background()))
	first := all(t, a)
	must(t, "SO_RCVTIMEO", socket.Setsockopt(b, socket.SO_RCVTIMEO, 50*time.Millisecond))
	var p [10]byte
	if n, err := socket.Recv(b, p[:], 0); err != unix.EAGAIN {
		return fmt.Sprintf("%s, then %q, %v", first, p[:n], err)
	}
	return first + ", then nothing"
}

func handleTimeout(t *testing.T) string {
	s := tcp(sayHello)
	defer s.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	return fmt.Sprint(s.HandleRequest(ctx))
}

func concurrency(t *testing.T, maxClients int) string {
	gate := make(chan bool)
	s := tcp(func(c *ss.Conn) error {
		select {
		case gate <- true:
		case <-gate:
		case <-time.After(200 * time.Millisecond):
			_, err := io.WriteString(c, "one at a time")
			return err
		}
		_, err := io.WriteString(c, "two at once")
		return err
	})
	s.MaxClients = maxClients
	start(t, s)
	a, b := dial(t, s.ServerAddress()), dial(t, s.ServerAddress())
	text := all(t, a)
	all(t, b)
	return text
}

func verifyRequest(t *testing.T) string {
	s := tcp(sayHello)
	defer s.Close()
	s.VerifyClient = func(int, socket.Sockaddr) bool { return false }
	must(t, "Listen", s.Listen())
	c := dial(t, s.ServerAddress())
	must(t, "HandleRequest", s.HandleRequest(context.Background()))
	if text := all(t, c); text != "" {
		return text
	}
	return "the end"
}

func order(t *testing.T, fail string) string {
	var calls []string
	failed := false
	step := func(name string) {
		calls = append(calls, name)
		if name == fail && !failed {
			failed = true
			panic(name)
		}
	}
	s := tcp(func(c *ss.Conn) error {
		if failed {
			return sayHello(c)
		}
		step("handle")
		return nil
	})
	s.Setup = func(*ss.Conn) error {
		if !failed {
			step("setup")
		}
		return nil
	}
	s.Finish = func(*ss.Conn) {
		if !failed || fail == "handle" && len(calls) == 2 {
			step("finish")
		}
	}
	s.HandleError = func(socket.Sockaddr, error) { calls = append(calls, "error") }
	defer s.Close()
	must(t, "Listen", s.Listen())
	c := dial(t, s.ServerAddress())
	must(t, "HandleRequest", s.HandleRequest(context.Background()))
	all(t, c)
	if fail != "" {
		c = dial(t, s.ServerAddress())
		must(t, "HandleRequest", s.HandleRequest(context.Background()))
		calls = append(calls, all(t, c))
	}
	return strings.Join(calls, " ")
}

func streamHandler(t *testing.T) string {
	s := tcp(upper)
	start(t, s)
	c := dial(t, s.ServerAddress())
	send(t, c, "one\ntwo\n")
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	return all(t, c)
}

func wfileAtOnce(t *testing.T) string {
	done := make(chan bool)
	s := tcp(func(c *ss.Conn) error {
		c.Wfile().WriteString("early")
		<-done
		return nil
	})
	start(t, s)
	defer close(done)
	c := dial(t, s.ServerAddress())
	must(t, "SO_RCVTIMEO", socket.Setsockopt(c, socket.SO_RCVTIMEO, 100*time.Millisecond))
	var p [5]byte
	if _, err := socket.Recv(c, p[:], 0); err == unix.EAGAIN {
		return "later"
	}
	return "when it is written"
}

func readTimeout(t *testing.T) string {
	s := tcp(func(c *ss.Conn) error {
		_, err := c.Rfile().ReadString('\n')
		return err
	})
	told := make(chan error, 1)
	s.ReadTimeout, s.HandleError = 20*time.Millisecond, func(_ socket.Sockaddr, err error) { told <- err }
	start(t, s)
	c := dial(t, s.ServerAddress())
	text := all(t, c)
	if err := <-told; !errors.Is(err, os.ErrDeadlineExceeded) {
		return err.Error()
	}
	return text + os.ErrDeadlineExceeded.Error()
}

func shutdownInHandler(t *testing.T) string {
	var s *ss.TCPServer
	s = tcp(func(c *ss.Conn) error { return s.Shutdown(c.Context()) })
	done := start(t, s)
	dial(t, s.ServerAddress())
	select {
	case err := <-done:
		must(t, "Serve", err)
		return "ends"
	case <-time.After(5 * time.Second):
		return "deadlock"
	}
}

func shutdownDelay(t *testing.T) string {
	best := time.Hour
	for range 3 {
		s := tcp(sayHello)
		start(t, s)
		time.Sleep(20 * time.Millisecond)
		began := time.Now()
		must(t, "Shutdown", s.Shutdown(context.Background()))
		best = min(best, time.Since(began))
	}
	if best > 200*time.Millisecond {
		return best.String()
	}
	return "at once"
}

func shutdownListens(t *testing.T) string {
	s := tcp(sayHello)
	start(t, s)
	must(t, "Shutdown", s.Shutdown(context.Background()))
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Socket", err)
	defer socket.Close(fd)
	if err := socket.Connect(fd, s.ServerAddress()); err != unix.ECONNREFUSED {
		return fmt.Sprint(err)
	}
	return "ECONNREFUSED"
}

func closeWaits(t *testing.T) string {
	var mu sync.Mutex
	finished := false
	s := tcp(func(c *ss.Conn) error {
		var p [1]byte
		c.Read(p[:])
		time.Sleep(50 * time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		finished = true
		return nil
	})
	start(t, s)
	c := dial(t, s.ServerAddress())
	send(t, c, "x")
	testutil.Eventually(t, "the handler has begun", func() bool { return s.Counters().BytesIn == 1 })
	must(t, "Shutdown", s.Shutdown(context.Background()))
	mu.Lock()
	defer mu.Unlock()
	if finished {
		return "waits for handlers"
	}
	return "leaves them"
}

func unread(t *testing.T) string {
	s := tcp(func(c *ss.Conn) error {
		c.Rfile().ReadString('\n')
		_, err := io.WriteString(c, "no")
		return err
	})
	start(t, s)
	c := dial(t, s.ServerAddress())
	send(t, c, "please\n"+strings.Repeat("x", 50_000))
	time.Sleep(20 * time.Millisecond)
	return all(t, c)
}

// asked sends a datagram to a server and is its answer.
func asked(t testing.TB, s *ss.UDPServer, question string) string {
	t.Helper()
	start(t, s)
	c := dialUDP(t, s.ServerAddress())
	must(t, "SO_RCVTIMEO", socket.Setsockopt(c, socket.SO_RCVTIMEO, time.Second))
	send(t, c, question)
	p := make([]byte, 1<<16)
	n, err := socket.Recv(c, p, 0)
	if err != nil {
		return "no answer"
	}
	return string(p[:n])
}

func udpLength(t *testing.T) string {
	return asked(t, udpServer(func(d *ss.Datagram) error { return d.Reply(fmt.Append(nil, len(d.Data))) }), strings.Repeat("x", 9000))
}

func udpFiles(t *testing.T) string {
	return asked(t, udpServer(func(d *ss.Datagram) error {
		p, err := io.ReadAll(d.Rfile())
		fmt.Fprintf(d.Wfile(), "%s", strings.ToUpper(string(p)))
		fmt.Fprintf(d.Wfile(), "!")
		return err
	}), "hello")
}

func udpSilent(t *testing.T) string {
	return asked(t, udpServer(func(d *ss.Datagram) error { return nil }), "hello")
}

func udpAddress(t *testing.T) string {
	s := udpServer(echoDatagram)
	s.Addr = socket.SockaddrIn(netip.MustParseAddrPort("0.0.0.0:0"))
	start(t, s)
	c, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	must(t, "Socket", err)
	defer socket.Close(c)
	must(t, "SO_RCVTIMEO", socket.Setsockopt(c, socket.SO_RCVTIMEO, 5*time.Second))
	must(t, "Bind", socket.Bind(c, loopback4))
	_, err = socket.Sendto(c, []byte("x"), 0, socket.SockaddrIn(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), s.ServerAddress().AddrPort().Port())))
	must(t, "Sendto", err)
	var p [1]byte
	_, from, err := socket.Recvfrom(c, p[:], 0)
	must(t, "Recvfrom", err)
	return from.AddrPort().Addr().String()
}

func unixPath(t *testing.T) string {
	s := tcp(sayHello)
	s.Addr = unixAddr(t)
	must(t, "Listen", s.Listen())
	must(t, "Close", s.Close())
	left := "left"
	if _, err := os.Lstat(s.Addr.Path()); os.IsNotExist(err) {
		left = "removed"
		must(t, "WriteFile", os.WriteFile(s.Addr.Path(), nil, 0o600))
	}
	again := tcp(sayHello)
	again.Addr = s.Addr
	err := again.Listen()
	again.Close()
	if errors.Is(err, unix.EADDRINUSE) {
		return left + ", then EADDRINUSE"
	}
	return fmt.Sprintf("%s, then %v", left, err)
}

func unixDatagram(t *testing.T) string {
	s := &ss.UnixDatagramServer{Addr: unixAddr(t), Handle: echoDatagram}
	start(t, s)
	c, err := socket.Socket(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	must(t, "Socket", err)
	defer socket.Close(c)
	must(t, "SO_RCVTIMEO", socket.Setsockopt(c, socket.SO_RCVTIMEO, 5*time.Second))
	must(t, "Bind", socket.Bind(c, unixAddr(t)))
	_, err = socket.Sendto(c, []byte("hello"), 0, s.Addr)
	must(t, "Sendto", err)
	var p [10]byte
	n, err := socket.Recv(c, p[:], 0)
	must(t, "Recv", err)
	return string(p[:n])
}
