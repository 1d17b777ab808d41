//go:build linux

package main

// This file starts sock, as a child process: the tests are in the files of its name's themes. peers_test.go has the
// other programs.

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rawsocket.internal/socket/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// sockChild is sock: the test binary again, which testutil.Main sends to main.
var sockChild = testutil.Child("sock", main)

// sockEnv is the environment that makes the test binary sock. The race detector need not wait a second at its end.
func sockEnv() []string {
	return append(os.Environ(), "SOCKET_TEST_CHILD="+sockChild, "GORACE=atexit_sleep_ms=0")
}

func sockPath(t testing.TB) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

// A result is what a program printed and how it ended.
type result struct {
	Stdout, Stderr string
	Code           int
}

// limit is how long a program of these tests may take.
const limit = time.Minute

// A process is a program that runs.
type process struct {
	*exec.Cmd
	In     io.WriteCloser // standard input; nil if it was given
	stdout bytes.Buffer
	lines  chan string // of standard error, as they come

	sync.Mutex
	stderr strings.Builder
	read   chan struct{} // closed when standard error has ended
}

// start starts sock. A nil stdin is a pipe, In.
func start(t testing.TB, stdin io.Reader, args ...string) *process {
	t.Helper()
	cmd := exec.Command(sockPath(t), args...)
	cmd.Env = sockEnv()
	return startCmd(t, stdin, cmd)
}

func startCmd(t testing.TB, stdin io.Reader, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{Cmd: cmd, lines: make(chan string, 1000), read: make(chan struct{})}
	p.Stdin = stdin
	if p.Stdout == nil {
		p.Stdout = &p.stdout
	}
	if stdin == nil {
		in, err := p.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		p.In = in
	}
	stderr, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.read)
		defer close(p.lines)
		for r := bufio.NewScanner(stderr); r.Scan(); {
			p.Lock()
			p.stderr.WriteString(r.Text() + "\n")
			p.Unlock()
			select {
			case p.lines <- r.Text():
			default: // nobody is interested
			}
		}
	}()
	t.Cleanup(func() {
		if p.ProcessState == nil {
			p.Process.Kill()
			<-p.read
			p.Wait()
		}
	})
	return p
}

// errors is standard error so far.
func (p *process) errors() string {
	p.Lock()
	defer p.Unlock()
	return p.stderr.String()
}

// end waits for the end of a process.
func (p *process) end(t testing.TB) result {
	t.Helper()
	timer := time.AfterFunc(limit, func() { p.Process.Kill() })
	<-p.read
	err := p.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Errorf("%v: %v", p.Args, err)
	}
	if !timer.Stop() {
		t.Fatalf("%v: still running after %v:\n%s%s", p.Args, limit, &p.stdout, &p.stderr)
	}
	return result{p.stdout.String(), p.stderr.String(), p.ProcessState.ExitCode()}
}

// stop ends a server by a signal.
func (p *process) stop(t testing.TB) result {
	t.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	return p.end(t)
}

// sock runs sock to its end.
func sock(t testing.TB, stdin string, args ...string) result {
	t.Helper()
	return start(t, strings.NewReader(stdin), args...).end(t)
}

// line waits for a line of standard error that begins so, and gives the rest.
func (p *process) line(t testing.TB, prefix string) string {
	t.Helper()
	deadline := time.After(limit)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				t.Fatalf("%v ended without a line %q:\n%s", p.Args, prefix, p.stderr.String())
			}
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return rest
			}
		case <-deadline:
			t.Fatalf("%v: no line %q", p.Args, prefix)
		}
	}
}

// serve starts a server, and gives it with the operands of a client that is to reach it.
func serve(t testing.TB, stdin io.Reader, args ...string) (*process, []string) {
	t.Helper()
	p := start(t, stdin, append([]string{"-s"}, args...)...)
	return p, operands(p.line(t, "sock: listening on "))
}

// operands are those of an address as it prints.
func operands(addr string) []string {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return []string{path}
	}
	i := strings.LastIndexByte(addr, ':')
	return []string{strings.Trim(addr[:i], "[]"), addr[i+1:]}
}

// client is the command line of a client: flags, and where to.
func client(to []string, flags ...string) []string { return append(flags, to...) }

// A kind is a kind of socket: the flags, and the operands of a server.
type kind struct {
	name   string
	flags  []string
	server []string
}

func kinds(t testing.TB) []kind {
	dir := shortDir(t)
	return []kind{
		{"tcp4", []string{"-4"}, []string{"127.0.0.1", "0"}},
		{"tcp6", []string{"-6"}, []string{"::1", "0"}},
		{"udp4", []string{"-4u"}, []string{"127.0.0.1", "0"}},
		{"udp6", []string{"-u6"}, []string{"::1", "0"}},
		{"unix-stream", []string{"-U"}, []string{filepath.Join(dir, "stream")}},
		{"unix-dgram", []string{"-Uu"}, []string{filepath.Join(dir, "dgram")}},
		{"unix-seqpacket", []string{"-qU"}, []string{filepath.Join(dir, "seqpacket")}},
		{"unix-abstract", []string{"-U"}, []string{"@" + filepath.Base(dir)}},
	}
}

// shortDir is a directory whose path leaves room in sun_path.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sock")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestClientTalksToEchoOfEveryKind(t *testing.T) {
	for _, k := range kinds(t) {
		t.Run(k.name, func(t *testing.T) {
			flags := slices.Clip(k.flags)
			if strings.Contains(k.flags[0], "u") { // there is no end to see
				flags = append(flags, "-n", "1")
			}
			s, to := serve(t, nil, append(append(slices.Clip(k.flags), "-m", "echo"), k.server...)...)
			for _, text := range []string{"hello\n", "again\n"} {
				got := sock(t, text, client(to, append(flags, "-t", "10", "-o", "SO_SNDBUF=65536")...)...)
				if diff := cmp.Diff(result{Stdout: text}, got); diff != "" {
					t.Errorf("sock against sock -m echo (-want +got):\n%s", diff)
				}
			}
			if got := s.stop(t); got.Code != 143 || strings.Count(got.Stderr, "\n") != 1 {
				t.Errorf("the server ended with %+v, want 143 and no word", got)
			}
		})
	}
}

func TestStdioServerHoldsADialogue(t *testing.T) {
	for _, k := range kinds(t) {
		t.Run(k.name, func(t *testing.T) {
			datagrams := strings.Contains(k.flags[0], "u")
			s, to := serve(t, nil, append(append(slices.Clip(k.flags), "-v"), k.server...)...)
			c := start(t, nil, client(to, append(slices.Clip(k.flags), "-v")...)...)
			io.WriteString(c.In, "question\n")
			if datagrams {
				s.line(t, "recvmsg(")
			} else {
				s.line(t, "recv(")
			}
			io.WriteString(s.In, "answer\n")
			c.line(t, "recv(")
			s.In.Close()
			c.In.Close()
			if got := c.end(t); got.Stdout != "answer\n" || got.Code != 0 {
				t.Errorf("the client: %+v, want the answer and 0", got)
			}
			want := 0
			if datagrams { // there is no end to see: the client has one by its -t, the server by a signal
				s.Process.Signal(syscall.SIGTERM)
				want = 143
			}
			if got := s.end(t); got.Stdout != "question\n" || got.Code != want {
				t.Errorf("the server: %+v, want the question and %d", got, want)
			}
		})
	}
}
