package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/netip"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/socketserver"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// serve starts a server, and returns it with its URL.
func serve(t testing.TB) (*socketserver.TCPServer, string) {
	t.Helper()
	s := newServer(socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0")))
	s.HandleError = func(_ socket.Sockaddr, err error) { // wrk hangs up in the middle
		if !errors.Is(err, unix.ECONNRESET) && !errors.Is(err, unix.EPIPE) {
			t.Errorf("HandleError was told %v", err)
		}
	}
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- s.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if n := s.Counters(); n.Active != 0 || n.Refused != 0 {
			t.Errorf("Counters = %+v, want none active, none refused", n)
		}
	})
	return s, "http://" + s.ServerAddress().String() + "/"
}

func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, testutil.Program(t, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func TestCurl(t *testing.T) {
	testutil.Program(t, "curl")
	s, url := serve(t)
	if got := run(t, "curl", "-sS", url); got != page {
		t.Errorf("GET: %q, want the page", got)
	}
	if got := run(t, "curl", "-sSI", url); !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n") || strings.Contains(got, "It works") {
		t.Errorf("HEAD: %q", got)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{url + "none"}, "404"},
		{[]string{"-d", "a body", url}, "405"},
		{[]string{"-0", url}, "200"},
		{[]string{"-H", "Transfer-Encoding: chunked", "-d", "a body", url}, "501"},
		{[]string{"-H", "X: " + strings.Repeat("long ", 2000), url}, "431"},
		{[]string{"-H", "Expect:", "-d", strings.Repeat("x", 100_000), "-H", "Content-Length: 9999999", url}, "413"},
	} {
		args := append([]string{"-sS", "-o", "/dev/null", "-w", "%{http_code}"}, test.args...)
		if got := run(t, "curl", args...); got != test.want {
			t.Errorf("curl %.80q: %s, want %s", test.args, got, test.want)
		}
	}
	before := s.Counters().Accepted
	run(t, "curl", "-sS", url, url, url, url, url)
	if n := s.Counters().Accepted - before; n != 1 {
		t.Errorf("5 requests of one curl took %d connections, want 1", n)
	}
}

func TestWrk(t *testing.T) {
	testutil.Program(t, "wrk")
	_, url := serve(t)
	out := run(t, "wrk", "-t", "1", "-c", "50", "-d", "1s", url)
	if strings.Contains(out, "Socket errors") || strings.Contains(out, "Non-2xx") || !regexp.MustCompile(`[1-9]\d* requests in`).MatchString(out) {
		t.Errorf("wrk:\n%s", out)
	}
}

func TestAb(t *testing.T) {
	testutil.Program(t, "ab")
	_, url := serve(t)
	for _, args := range [][]string{{"-k"}, {}} {
		out := run(t, "ab", append(args, "-q", "-c", "20", "-n", "2000", url)...)
		if !regexp.MustCompile(`Complete requests: +2000\n(?s).*Failed requests: +0\n`).MatchString(out) || strings.Contains(out, "Non-2xx") {
			t.Errorf("ab %q:\n%s", args, out)
		}
	}
}

func TestRequestRead(t *testing.T) {
	for _, test := range []struct {
		in, left string
		want     request
		err      error
	}{
		{in: "GET / HTTP/1.1\r\n\r\nGET", left: "GET", want: request{"GET", "/", true, false}},
		{in: "\r\nHEAD /x HTTP/1.1\nHost: a\n\n", want: request{"HEAD", "/x", true, false}},
		{in: "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", want: request{"GET", "/", true, true}},
		{in: "GET / HTTP/1.0\r\n\r\n", want: request{"GET", "/", false, true}},
		{in: "GET / HTTP/1.1\r\nConnection: TE, close\r\n\r\n", want: request{"GET", "/", false, false}},
		{in: "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbodyGET", left: "GET", want: request{"POST", "/", true, false}},
		{in: "POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody", err: status(400)},
		{in: "POST / HTTP/1.1\r\nContent-Length: +4\r\n\r\nbody", err: status(400)},
		{in: "POST / HTTP/1.1\r\nContent-Length : 4\r\n\r\nbody", err: status(400)},
		{in: "POST / HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n", err: status(413)},
		{in: "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", err: status(501)},
		{in: "GET / HTTP/2.0\r\n\r\n", err: status(505)},
		{in: "GET /\r\n\r\n", err: status(400)},
		{in: "hello\r\n", err: status(400)},
		{in: "GET /" + strings.Repeat("x", 5000) + " HTTP/1.1\r\n\r\n", err: status(431)},
		{in: "GET / HTTP/1.1\r\n" + strings.Repeat("a: b\r\n", 101) + "\r\n", err: status(431)},
		{in: "GET / HTTP/1.1\r\n", err: io.ErrUnexpectedEOF},
		{in: "GET / HTT", err: io.ErrUnexpectedEOF},
		{in: "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbo", err: io.ErrUnexpectedEOF},
	} {
		var got request
		r := bufio.NewReader(strings.NewReader(test.in))
		err := got.read(r)
		if err != test.err || err == nil && got != test.want {
			t.Errorf("read(%.60q) = %+v, %v; want %+v, %v", test.in, got, err, test.want, test.err)
		}
		if err == nil {
			if left, _ := io.ReadAll(r); string(left) != test.left {
				t.Errorf("read(%.60q) leaves %q, want %q", test.in, left, test.left)
			}
		}
	}
}

func FuzzRequestRead(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody")
	f.Fuzz(func(t *testing.T, in string) {
		var q request
		q.read(bufio.NewReader(strings.NewReader(in)))
	})
}
