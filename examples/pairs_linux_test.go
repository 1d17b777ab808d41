// Package examples holds no code but this test: that each program makes the same calls in Go as in C.
package examples

// Each program of the folder is built in both languages and run under strace against the same peer, in a
// network namespace of its own. Compared are its calls on sockets, epolls and files, with arguments and
// results, what it prints, and how it ends. What may differ is in differences, and for one pair in its row;
// rows_linux_test.go has the rows.
//
//	go test ./examples            all of them
//	go test ./examples -update    and the calls that each README shows are written anew

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"rawsocket.internal/socket/internal/strace"
	"rawsocket.internal/socket/internal/testutil"
)

var update = flag.Bool("update", false, "write the calls that the READMEs show anew")

func TestMain(m *testing.M) { testutil.Main(m) }

// A pair is a program, how it is called, and whom it talks to.
type pair struct {
	dir     string
	variant string // of several rows for one program
	args    []string
	stdin   string
	files   map[string]string // what there is in the folder that it runs in

	cable bool             // between two namespaces, where the peer can go to the other: p.veth
	peer  func(p *program) // starts the program and plays the other side; nil: there is none
	exit  int              // how it ends
	apart string           // if not "", the reason why calls are compared for each descriptor by itself
	may   []difference     // between the two, beside those of every pair
	drop  []without        // calls that one of the two makes alone
	shows int              // how many calls the README shows, 0: up to 40
}

// A difference between C and Go that does not count: what it looks like, and what both are compared as.
type difference struct {
	why  string
	from *regexp.Regexp
	to   string
}

// A without is calls that only one side makes, with the reason.
type without struct {
	why  string
	lang string // "c", "go" or "" for both
	call func(strace.Call) bool
}

// The differences that any pair may have, and all of them. (Besides the numbers of descriptors and of the
// ports that the kernel chooses, which package strace gives names.)
var differences = []difference{
	{"a descriptor of package socket is close-on-exec from the start; everyday C does not ask for it",
		regexp.MustCompile(`\|(SOCK|MSG_CMSG|EPOLL|O)_CLOEXEC|(SOCK|O)_CLOEXEC\|`), ""},
	{"the same, where it is the only flag",
		regexp.MustCompile(`(SOCK|MSG_CMSG|EPOLL)_CLOEXEC`), "0"},
	{"accept4 is accept with flags, those of close-on-exec",
		regexp.MustCompile(`^accept4(\(.*), 0\) =`), "accept$1) ="},
	{"package socket has room for an address of any family: 128 bytes, in C often those of one family",
		regexp.MustCompile(`^(accept|getsockname|getpeername|recvfrom)(\(.*), \[\d+ => (\d+)\]`), "$1$2, [$3]"},
	{"the timeouts of package poll count nanoseconds: ppoll is poll, in the libraries of C too",
		regexp.MustCompile(`^ppoll\((.*), (\{[^}]*\}|NULL), NULL, \d+\)`), "poll($1, $2)"},
	{"as ppoll, so pselect6; and select says the time that is left",
		regexp.MustCompile(`^pselect6\((.*), NULL\)`), "select($1)"},
	{"a wait for ever is epoll_pwait in package poll: epoll_wait with a signal mask, here none",
		regexp.MustCompile(`^epoll_pwait\((.*), NULL, \d+\)`), "epoll_wait($1)"},
	{"no timeout is NULL or -1",
		regexp.MustCompile(`^(poll|epoll_wait)\((.*), NULL\)`), "$1($2, -1)"},
	{"where a buffer is that nothing was received into",
		regexp.MustCompile(`0x[0-9a-f]{6,}`), "…"},
	{"no buffers are NULL, or a list of none",
		regexp.MustCompile(`msg_iov=\[\]`), "msg_iov=NULL"},
	{"what is left of a timeout depends on the clock",
		regexp.MustCompile(`, left \{.*\}|(in \[[^]]*\]), left.*`), "$1"},
}

var timespec = regexp.MustCompile(`^(poll)\((.*), \{tv_sec=(\d+), tv_nsec=(\d+)\}\)`)

// normal is a call without the differences.
func normal(call string, row pair) string {
	call = replace(call, slices.Concat(differences, row.may))
	return timespec.ReplaceAllStringFunc(call, func(s string) string {
		m := timespec.FindStringSubmatch(s)
		sec, _ := strconv.Atoi(m[3])
		nsec, _ := strconv.Atoi(m[4])
		return fmt.Sprintf("%s(%s, %d)", m[1], m[2], sec*1000+nsec/1e6)
	})
}

func replace(s string, list []difference) string {
	for _, d := range list {
		if d.from.MatchString(s) {
			used[d.why]++
			s = d.from.ReplaceAllString(s, d.to)
		}
	}
	return s
}

// used counts how often each difference was met: one that never is, is to be deleted.
var used = map[string]int{}

// build builds all programs in both languages: c/NAME and go/NAME under dir.
func build(t *testing.T, dir string) {
	t.Helper()
	for _, lang := range []string{"c", "go"} {
		if err := os.Mkdir(filepath.Join(dir, lang), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"build", "-ldflags=-s -w", "-o", filepath.Join(dir, "go") + "/"}
	for _, name := range programs() {
		args = append(args, "./"+name)
		if out, err := cc(name, filepath.Join(dir, "c", name)); err != nil {
			t.Fatalf("cc %s: %v\n%s", name, err, out)
		}
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
}

func cc(dir, exe string) ([]byte, error) {
	return exec.Command("cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-pthread", "-o", exe, dir+"/main.c").CombinedOutput()
}

// programs are the folders with a C twin.
func programs() (dirs []string) {
	files, _ := filepath.Glob("*/main.c")
	for _, f := range files {
		dirs = append(dirs, filepath.Dir(f))
	}
	return dirs
}

// needs skips a test on a machine that cannot run the pairs.
func needs(t *testing.T) {
	t.Helper()
	testutil.NotUnderQEMU(t, "strace")
	testutil.Program(t, "strace")
	machine, err := exec.Command(testutil.Program(t, "cc"), "-dumpmachine").Output()
	if err != nil {
		t.Fatal(err)
	}
	arch := map[string]string{"amd64": "x86_64", "arm64": "aarch64", "386": "i686"}
	if want := arch[runtime.GOARCH]; want == "" || !strings.HasPrefix(string(machine), want) {
		t.Skipf("cc builds for %s, go for %s: their calls differ", bytes.TrimSpace(machine), runtime.GOARCH)
	}
}

func TestTwins(t *testing.T) {
	needs(t)
	built := t.TempDir()
	build(t, built)
	t.Run("MakeTheSameCalls", func(t *testing.T) { makeTheSameCalls(t, built) })
	t.Run("TalkToEachOther", func(t *testing.T) { talkToEachOther(t, built) })
}

func makeTheSameCalls(t *testing.T, built string) {
	equal := 0
	for _, row := range pairs {
		name := row.dir
		if row.variant != "" {
			name += "-" + row.variant
		}
		t.Run(name, func(t *testing.T) {
			c, goes := run(t, row, built, "c"), run(t, row, built, "go")
			if c == nil || goes == nil {
				t.Skip("its sides have not run: they say why")
			}
			if diff := cmp.Diff(c.calls, goes.calls); diff != "" {
				t.Errorf("calls (-C +Go):\n%s", diff)
			}
			if diff := cmp.Diff(c.stdout, goes.stdout); diff != "" {
				t.Errorf("output (-C +Go):\n%s", diff)
			}
			// The texts of errno: Go's begin with a small letter.
			if diff := cmp.Diff(strings.ToLower(c.stderr), strings.ToLower(goes.stderr)); diff != "" {
				t.Errorf("errors (-C +Go):\n%s", diff)
			}
			if c.code != row.exit || goes.code != row.exit {
				t.Errorf("C ends with %d, Go with %d, want %d\n%s%s", c.code, goes.code, row.exit, c.stderr, goes.stderr)
			}
			if len(goes.calls) < 2 {
				t.Errorf("%d calls are no comparison:\n%s", len(goes.calls), strings.Join(goes.calls, "\n"))
			}
			if row.variant == "" && !t.Failed() {
				readmeShows(t, row, c.calls)
			}
			if !t.Failed() {
				equal++
			}
		})
	}
	t.Logf("%d pairs equal, of %d programs", equal, len(programs()))

	if equal < len(pairs) {
		return
	}
	needed := slices.Clone(differences)
	for _, row := range pairs {
		needed = append(needed, row.may...)
		for _, w := range row.drop {
			needed = append(needed, difference{why: w.why})
		}
	}
	for _, d := range needed {
		if used[d.why] == 0 {
			t.Errorf("no pair has this difference, so delete it: %s", d.why)
		}
	}
}

// A server in one language with a client in the other, as a reader runs them: without strace, and mostly
// on the defaults of their arguments.
func talkToEachOther(t *testing.T, built string) {
	talks := 0
	for _, talk := range []struct {
		server, client string
		args, to       string // of the server, of the client
		stdin          string // of the client
		hears          string // the client, at least
	}{
		{"iterative", "daytimeclient", "127.0.0.1 7000 1", "", "", ":"},
		{"iterative", "getaddrinfo", "127.0.0.1 7000 1", "", "", "trying 127.0.0.1, port 7000\n"},
		{"echoserver", "echoclient", "127.0.0.1 7000 1", "", "hello\nthere\n", "hello\nthere\n"},
		{"echoserver", "connecttimeout", "127.0.0.1 7000 1", "", "", "connected to 127.0.0.1:7000\n"},
		{"echoserver", "halfclose", "127.0.0.1 7000 1", "", "hello\nthere\n", "hello\nthere\n"},
		{"echoserver", "tcpinfo", "127.0.0.1 7000 1", "", "", "sent 3000"},
		{"concurrent", "echoclient", "127.0.0.1 7000 1", "", "hello\n", "hello\n"},
		{"selectchat", "connecttimeout", "", "", "", "connected to 127.0.0.1:7000\n"},
		{"pollchat", "connecttimeout", "", "", "", "connected to 127.0.0.1:7000\n"},
		{"epollchat", "connecttimeout", "", "", "", "connected to 127.0.0.1:7000\n"},
		{"tcp6server", "tcp6client", "::1 7000 1", "", "hello\n", "hello\n"},
		{"dualstack", "daytimeclient", "7000 1", "", "", "you speak IPv4"},
		{"unixserver", "unixclient", "echo.sock 1", "echo.sock", "hello\n", "hello\n"},
		{"urgentrecv", "urgentsend", "", "", "", "1 bytes: !\n"},
		{"sendfile", "daytimeclient", "file 127.0.0.1 7000 1", "", "", "the file\n"},
		{"udpserver", "udpclient", "127.0.0.1 7000 1", "", "hello\n", "127.0.0.1:7000: hello\n"},
		{"udpserver", "udpconnected", "127.0.0.1 7000 1", "", "", "answer: are you there?\n"},
		{"udpserver", "timeouts", "127.0.0.1 7000 1", "", "", "answer: are you there?\n"},
		{"udpserver", "udpgso", "127.0.0.1 7000 5", "", "", "4500 bytes in 5 datagrams\n"},
		{"multicastrecv", "multicastsend", "", "", "", "news 3\n"},
		{"fdrecv", "fdsend", "fd.sock", "file fd.sock", "", "1 byte and a descriptor sent\n"},
	} {
		for _, langs := range [][2]string{{"c", "go"}, {"go", "c"}} {
			t.Run(talk.server+"-"+langs[0]+"-"+talk.client+"-"+langs[1], func(t *testing.T) {
				testutil.NewNetns(t)
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				server := exec.CommandContext(ctx, filepath.Join(built, langs[0], talk.server), strings.Fields(talk.args)...)
				server.Dir = t.TempDir()
				if err := os.WriteFile(filepath.Join(server.Dir, "file"), []byte("the file\n"), 0o644); err != nil {
					t.Fatal(err)
				}
				s := testutil.Start(t, server)
				s.Line(t) // it is ready
				client := exec.CommandContext(ctx, filepath.Join(built, langs[1], talk.client), strings.Fields(talk.to)...)
				client.Dir = server.Dir
				client.Stdin = strings.NewReader(talk.stdin)
				heard, err := client.Output()
				if err != nil || !strings.Contains(string(heard), talk.hears) {
					t.Errorf("the client ends with %v and prints %q, want %q", err, heard, talk.hears)
				}
				if _, err := s.Out.WriteTo(io.Discard); err != nil {
					t.Error(err)
				}
				if err := s.Wait(); err != nil {
					t.Errorf("the server: %v", err)
				}
				if !t.Failed() {
					talks++
				}
			})
		}
	}
	t.Logf("%d talks between the languages", talks)
}

// An outcome is what a program did.
type outcome struct {
	calls          []string
	stdout, stderr string
	code           int
}

// run runs one side of a pair in a namespace of its own, which a subtest's goroutine takes with it when it
// ends. It gives nil if the machine has no such thing.
func run(t *testing.T, row pair, built, lang string) (got *outcome) {
	t.Run(lang, func(t *testing.T) {
		p := &program{T: t, row: row}
		if row.cable {
			p.veth = testutil.NewVeth(t)
		} else {
			testutil.NewNetns(t)
		}
		p.dir = t.TempDir()
		for name, text := range row.files {
			if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		p.prepare(filepath.Join(built, lang, row.dir))
		if row.peer == nil {
			p.start()
		} else {
			row.peer(p)
		}
		got = p.end(lang)
	})
	return got
}

// A program is one side of a pair that runs, with the test as its peer. The peer's code is in the test's
// goroutine throughout: no other is in the namespace.
type program struct {
	*testing.T
	row    pair
	veth   *testutil.Veth
	dir    string
	cmd    *exec.Cmd
	cancel context.CancelFunc
	lines  *bufio.Reader
	stdout strings.Builder
}

// patience is the longest that a program may take, and the longest wait of a peer.
const patience = 20 * time.Second

func (p *program) path(name string) string { return filepath.Join(p.dir, name) }

func (p *program) prepare(exe string) {
	args := slices.Concat(strace.Options, []string{"-o", p.path("strace.log"), exe}, p.row.args)
	ctx, cancel := context.WithTimeout(p.Context(), patience)
	p.cancel = cancel
	p.cmd = exec.CommandContext(ctx, "strace", args...)
	p.cmd.Dir = p.dir
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.Cancel = func() error { return syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }
	// Go's preemption signals could cut a wait in two: they are no part of what is compared.
	p.cmd.Env = append(os.Environ(), "GODEBUG=asyncpreemptoff=1", "TZ=UTC", "LC_ALL=C")
	open := func(name string, flags int) *os.File {
		f, err := os.OpenFile(p.path(name), flags, 0o600)
		if err != nil {
			p.Fatal(err)
		}
		p.Cleanup(func() { f.Close() })
		return f
	}
	if err := os.WriteFile(p.path("stdin"), []byte(p.row.stdin), 0o600); err != nil {
		p.Fatal(err)
	}
	p.cmd.Stdin = open("stdin", os.O_RDONLY)
	p.cmd.Stderr = open("stderr", os.O_CREATE|os.O_WRONLY)
}

func (p *program) start() {
	p.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { r.Close() })
	r.SetReadDeadline(time.Now().Add(patience))
	p.lines = bufio.NewReader(r)
	p.cmd.Stdout = w
	err = p.cmd.Start()
	w.Close()
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			p.cancel()
			p.cmd.Wait()
		}
		p.cancel()
	})
}

// line waits until the program prints a line that starts so.
func (p *program) line(start string) string {
	p.Helper()
	for {
		line, err := p.lines.ReadString('\n')
		p.stdout.WriteString(line)
		if err != nil {
			stderr, _ := os.ReadFile(p.path("stderr"))
			p.Fatalf("no line %q: %v\n%s%s", start, err, p.stdout.String(), stderr)
		}
		if strings.HasPrefix(line, start) {
			return line
		}
	}
}

// end waits for the program's end.
func (p *program) end(lang string) *outcome {
	p.Helper()
	if _, err := p.lines.WriteTo(&p.stdout); err != nil {
		p.Errorf("the program does not end: %v", err)
		p.cancel()
	}
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.Fatal(err)
	}
	log, err := os.ReadFile(p.path("strace.log"))
	if err != nil {
		p.Fatal(err)
	}
	stderr, err := os.ReadFile(p.path("stderr"))
	if err != nil {
		p.Fatal(err)
	}
	got := &outcome{stderr: string(stderr), code: p.cmd.ProcessState.ExitCode()}

	calls := strace.Parse(string(log))
	for _, w := range p.row.drop {
		if w.lang == "" || w.lang == lang {
			before := len(calls)
			calls = strace.Without(calls, w.call)
			used[w.why] += before - len(calls)
		}
	}
	lines, names := strace.Number(calls)
	if p.row.apart != "" {
		lines = strings.Split(strings.Join(strace.Stories(calls), "\n\n"), "\n")
	}
	for _, line := range lines {
		got.calls = append(got.calls, normal(names.Data(line), p.row))
	}
	got.stdout = names.Output(p.stdout.String())
	got.stderr = names.Output(got.stderr)
	got.stdout = replace(got.stdout, p.row.may)
	if p.Failed() {
		p.Logf("output:\n%s%s\ncalls:\n%s", got.stdout, got.stderr, strings.Join(got.calls, "\n"))
	}
	return got
}
