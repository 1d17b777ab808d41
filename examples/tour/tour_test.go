//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package main

// This file runs the built tour; trace_linux_test.go looks at its system calls.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
)

// built is where the programs are that the tests run.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "tour-test")
	if err == nil {
		err = os.Chmod(dir, 0o755) // for TestTourWithoutPrivilege
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

var build = sync.OnceValues(func() (string, error) {
	exe := filepath.Join(built, "tour")
	if out, err := exec.Command("go", "build", "-o", exe, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %v\n%s", err, out)
	}
	return exe, exec.Command(exe, "-h").Run()
})

// tourExe is the path of the tour, built once.
func tourExe(t *testing.T) string {
	t.Helper()
	exe, err := build()
	if errors.Is(err, unix.ENOEXEC) {
		t.Skipf("this machine runs no programs for %s but through an emulator", runtime.GOARCH)
	}
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

type result struct {
	stdout, stderr string
	code           int
}

// A process is a program that runs, with a directory of its own for temporary files.
type process struct {
	*exec.Cmd
	ctx            context.Context
	stdout, stderr bytes.Buffer
	tmp            string
}

func start(t *testing.T, prepare func(*exec.Cmd), name string, args ...string) *process {
	t.Helper()
	tmp, err := os.MkdirTemp("", "t")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(tmp) })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	p := &process{Cmd: exec.CommandContext(ctx, name, args...), ctx: ctx, tmp: tmp}
	p.Stdout, p.Stderr = &p.stdout, &p.stderr
	p.Env = append(os.Environ(), "TMPDIR="+tmp)
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if prepare != nil {
		prepare(p.Cmd)
	}
	if user := p.SysProcAttr.Credential; user != nil {
		if err := os.Chown(tmp, int(user.Uid), -1); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// end waits for the end of a process, and fails the test if it leaves a file or another process behind.
func (p *process) end(t *testing.T) result {
	t.Helper()
	p.Wait()
	if p.ctx.Err() != nil {
		t.Fatalf("%v: still running after a minute:\n%s%s", p.Cmd, &p.stdout, &p.stderr)
	}
	if err := unix.Kill(-p.Process.Pid, 0); err != unix.ESRCH {
		t.Errorf("%v: a process remains (kill: %v)", p.Cmd, err)
	}
	if left, err := os.ReadDir(p.tmp); err != nil || len(left) > 0 {
		t.Errorf("%v: %v remains in the directory for temporary files (%v)", p.Cmd, left, err)
	}
	return result{p.stdout.String(), p.stderr.String(), p.ProcessState.ExitCode()}
}

// run is start and end.
func run(t *testing.T, prepare func(*exec.Cmd), name string, args ...string) result {
	t.Helper()
	return start(t, prepare, name, args...).end(t)
}

var summary = regexp.MustCompile(`\n(\d+) pairs, (\d+) calls, (\d+) bytes sent and found equal(?:; (\d+) passed over)?\n$`)

// numbers are those of the last line: pairs, calls, bytes, passed over.
func (r result) numbers(t *testing.T) (n [4]int) {
	t.Helper()
	m := summary.FindStringSubmatch(r.stdout)
	if r.code != 0 || r.stderr != "" || m == nil {
		t.Fatalf("the tour ended with %d, want 0 and a summary:\n%s%s", r.code, r.stdout, r.stderr)
	}
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1])
	}
	return n
}

// passed are the names of the pairs that were passed over.
func (r result) passed() (names []string) {
	for _, visit := range strings.Split(r.stdout, "\n\n") {
		name, _, _ := strings.Cut(visit, ":")
		if i := strings.Index(r.stdout, "\n"+name+": "); i >= 0 && strings.Contains(strings.SplitN(r.stdout[i+1:], "\n\n", 3)[1], "passed over") {
			names = append(names, name)
		}
	}
	return names
}

// missing says why the machine has no such pair, as far as a test can tell without the tour.
func missing(p pair) error {
	protocol := map[int]map[int]int{socket.SOCK_RAW: {socket.AF_INET: unix.IPPROTO_ICMP, socket.AF_INET6: unix.IPPROTO_ICMPV6}}[p.typ][p.domain]
	fd, err := unix.Socket(p.domain, p.typ, protocol)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	switch {
	case p.domain == socket.AF_INET6:
		return unix.Bind(fd, &unix.SockaddrInet6{Addr: [16]byte{15: 1}})
	case p.domain == socket.AF_INET && p.typ == socket.SOCK_SEQPACKET:
		return errors.New("SCTP is not visited")
	case p.name == "unix-abstract" && runtime.GOOS != "linux":
		return errors.New("no abstract names")
	}
	return nil
}

func TestTourVisitsEveryPair(t *testing.T) {
	exe := tourExe(t)
	file, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := (&tour{file: file}).part()
	var want [4]int
	var passed []string
	for _, p := range pairs {
		if err := missing(p); err != nil {
			t.Logf("%s: %v: passed over", p.name, err)
			passed = append(passed, p.name)
			want[3]++
			continue
		}
		want[0]++
		switch p.typ {
		case socket.SOCK_STREAM:
			want[2] += len(file)
		case socket.SOCK_RAW:
			want[2] += 32000
		default:
			want[2] += part
		}
	}

	got := run(t, nil, exe)
	n := got.numbers(t)
	want[1] = n[1] // counted in TestTourCountsItsCalls
	if diff := cmp.Diff(want, n); diff != "" {
		t.Errorf("pairs, calls, bytes, passed over (-want +got):\n%s\n%s", diff, got.stdout)
	}
	if diff := cmp.Diff(passed, got.passed()); diff != "" {
		t.Errorf("passed over (-want +got):\n%s\n%s", diff, got.stdout)
	}
	for i, p := range pairs {
		if at := strings.Index(got.stdout, "\n"+p.name+": "); at < 0 {
			t.Errorf("no word of %s (%d)", p.name, i)
		}
	}
}

// A line for every one of hundreds of equal calls is no pleasure to read.
func TestTourPrintsNoWalls(t *testing.T) {
	got := run(t, nil, tourExe(t))
	last := ""
	for line := range strings.Lines(got.stdout) {
		if line == last && line != "\n" {
			t.Errorf("printed twice: %s", line)
		}
		if len([]rune(line)) > 120 {
			t.Errorf("%d characters: %s", len([]rune(line)), line)
		}
		last = line
	}
	if lines := strings.Count(got.stdout, "\n"); lines > 25*len(pairs) {
		t.Errorf("%d lines for %d pairs", lines, len(pairs))
	}
}

func TestTourWithoutPrivilege(t *testing.T) {
	got := run(t, func(cmd *exec.Cmd) {
		if os.Geteuid() == 0 {
			cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
		}
	}, tourExe(t), "-run", "^(icmp4|tcp4|unix-dgram)$")
	n := got.numbers(t)
	if n[0] != 2 || n[3] != 1 || !regexp.MustCompile(`passed over: socket: (EPERM|EACCES) \(`).MatchString(got.stdout) {
		t.Errorf("want 2 pairs and icmp4 passed over for want of a right:\n%s", got.stdout)
	}
}

func TestTourChoosesPairs(t *testing.T) {
	got := run(t, nil, tourExe(t), "-run", "tcp4|pair")
	if n := got.numbers(t); n[0] != 2 || n[3] != 0 {
		t.Errorf("-run 'tcp4|pair': %d pairs and %d passed over, want 2 and 0:\n%s", n[0], n[3], got.stdout)
	}
	got = run(t, nil, tourExe(t), "-run", "nothing")
	if want := "tour: no pair matches \"nothing\": see -h\n"; got.code != 1 || got.stderr != want {
		t.Errorf("-run nothing: %d and %q, want 1 and %q", got.code, got.stderr, want)
	}
	for _, args := range [][]string{{"-run", "("}, {"-no-such-flag"}, {"tcp4"}} {
		if got := run(t, nil, tourExe(t), args...); got.code != 2 || !strings.Contains(got.stderr, "usage: tour") {
			t.Errorf("%q: %d and %q, want 2 and the usage", args, got.code, got.stderr)
		}
	}
}

func TestTourExplains(t *testing.T) {
	got := run(t, nil, tourExe(t), "-h")
	if got.code != 0 {
		t.Errorf("-h ends with %d, want 0", got.code)
	}
	for _, p := range pairs {
		if !strings.Contains(got.stderr, "\n  "+p.name+" ") {
			t.Errorf("-h does not name %s:\n%s", p.name, got.stderr)
		}
	}
}

// tour | head
func TestTourEndsWhenNobodyReads(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	got := run(t, func(cmd *exec.Cmd) { cmd.Stdout = w }, tourExe(t))
	if got.code != 1 || got.stderr != "" {
		t.Errorf("with a closed pipe for output: %d and %q, want 1 and silence", got.code, got.stderr)
	}
}

func TestTourCleansUpAfterSignals(t *testing.T) {
	for _, signal := range []syscall.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGTERM} {
		// A full pipe holds the tour at its first word, when its directory is there.
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		fill(t, w)
		p := start(t, func(cmd *exec.Cmd) { cmd.Stdout = w }, tourExe(t))
		for range 1000 {
			if made, _ := filepath.Glob(p.tmp + "/tour*"); made != nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		p.Process.Signal(signal)
		if got := p.end(t); got.code != 128+int(signal) {
			t.Errorf("%v: the tour ended with %d, want %d:\n%s", signal, got.code, 128+int(signal), got.stderr)
		}
	}
}

// fill writes to a pipe until no more goes in.
func fill(t *testing.T, w *os.File) {
	w.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	if _, err := w.Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("write to a pipe: %v, want a timeout", err)
	}
}
