package main

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// serve starts a server, and returns its port.
func serve(t testing.TB) string {
	t.Helper()
	s := newServer(socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0")))
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
		if n := s.Counters(); n.Errors != 0 || n.Active != 0 {
			t.Errorf("Counters = %+v, want no errors", n)
		}
	})
	return strconv.Itoa(int(s.ServerAddress().AddrPort().Port()))
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

func TestRedisCLI(t *testing.T) {
	testutil.Program(t, "redis-cli")
	port := serve(t)
	for _, test := range []struct{ command, want string }{
		{"ping", "PONG"},
		{"echo|two words", "two words"},
		{"get|colour", ""},
		{"set|colour|green", "OK"},
		{"get|colour", "green"},
		{"SET|colour|brown", "OK"},
		{"get|colour", "brown"},
		{"set|empty|", "OK"},
		{"del|colour|empty|none", "2"},
		{"get|colour", ""},
		{"flushall", `ERR unknown command "flushall", or a wrong number of arguments`},
	} {
		out := run(t, "redis-cli", append([]string{"-p", port}, strings.Split(test.command, "|")...)...)
		if got := strings.TrimRight(out, "\n"); got != test.want {
			t.Errorf("redis-cli %s: %q, want %q", test.command, got, test.want)
		}
	}
	big := strings.Repeat("a value longer than any one read ", 20_000)
	cli := exec.Command("redis-cli", "-p", port, "-x", "set", "big")
	cli.Stdin = strings.NewReader(big)
	if out, err := cli.CombinedOutput(); err != nil || string(out) != "OK\n" {
		t.Fatalf("redis-cli -x set big: %v\n%s", err, out)
	}
	if got := run(t, "redis-cli", "-p", port, "get", "big"); got != big+"\n" {
		t.Errorf("redis-cli get big: %d bytes, want %d", len(got), len(big)+1)
	}
}

func TestRedisBenchmark(t *testing.T) {
	testutil.Program(t, "redis-benchmark")
	port := serve(t)
	for _, pipeline := range []string{"1", "16"} {
		out := run(t, "redis-benchmark", "-p", port, "-t", "ping,set,get", "-n", "20000", "-c", "50", "-r", "1000", "-P", pipeline, "--csv")
		if strings.Contains(out, "rror") || strings.Count(out, "\n\"") < 4 {
			t.Errorf("redis-benchmark -P %s:\n%s", pipeline, out)
		}
	}
}

func TestParse(t *testing.T) {
	long := "*12\r\n" + strings.Repeat("$1\r\nx\r\n", 12)
	for _, test := range []struct {
		in   string
		want []string
		n    int
		err  error
	}{
		{in: ""},
		{in: "PING"},
		{in: "PING\r\nPI", want: []string{"PING"}, n: 6},
		{in: " GET  colour \n", want: []string{"GET", "colour"}, n: 14},
		{in: "\r\n", n: 2},
		{in: "*1\r\n$4\r\nPING\r\n*1", want: []string{"PING"}, n: 14},
		{in: "*2\r\n$3\r\nGET\r\n$0\r\n\r\n", want: []string{"GET", ""}, n: 19},
		{in: long, want: strings.Split(strings.Repeat("x", 12), ""), n: len(long)},
		{in: "*0\r\n", n: 4},
		{in: "*-1\r\n", n: 5},
		{in: "*x\r\n", err: errCount},
		{in: "*1\r\n+4\r\n", err: errDollar},
		{in: "*1\r\n$-1\r\n", err: errBulk},
		{in: "*1\r\n$99999999\r\n", err: errBulk},
	} {
		c, n, err := parse([]byte(test.in))
		var words []string
		for _, w := range c.list() {
			words = append(words, string(w))
		}
		if n == 0 {
			words = nil
		}
		if n != test.n || err != test.err || !cmp.Equal(words, test.want) {
			t.Errorf("parse(%q) = %q, %d, %v; want %q, %d, %v", test.in, words, n, err, test.want, test.n, test.err)
		}
	}
	// Cut anywhere, a command is not there yet.
	whole := []byte("*3\r\n$3\r\nSET\r\n$6\r\ncolour\r\n$5\r\ngreen\r\n")
	for i := range whole {
		if _, n, err := parse(whole[:i]); n != 0 || err != nil {
			t.Errorf("parse(%q) = %d, %v; want 0, nil", whole[:i], n, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("*2\r\n$3\r\nGET\r\n$6\r\ncolour\r\n"))
	f.Fuzz(func(t *testing.T, p []byte) {
		c, n, err := parse(p)
		if n < 0 || n > len(p) || err != nil && n != 0 {
			t.Errorf("parse(%q) = %d, %v", p, n, err)
		}
		for _, w := range c.list() {
			if !bytes.Contains(p, w) {
				t.Errorf("parse(%q) has the word %q", p, w)
			}
		}
	})
}

func TestObeyAllocs(t *testing.T) {
	text := []byte("*3\r\n$3\r\nSET\r\n$6\r\ncolour\r\n$5\r\ngreen\r\n*2\r\n$3\r\nGET\r\n$6\r\ncolour\r\n")
	testutil.Allocs(t, "parse", func() {
		if c, n, _ := parse(text); n == 0 || len(c.list()) != 3 {
			t.Error(fmt.Sprint("parse: ", n))
		}
	})
}
