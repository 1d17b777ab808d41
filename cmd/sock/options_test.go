//go:build linux

package main

// This file tests -o, sock opts, sock info, sock list and the completion.

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/sockinfo"
)

// shell is a command of sh that has sock as $0, or in SOCK.
func shell(t testing.TB, script string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sh", append([]string{"-c", script}, args...)...)
	cmd.Env = append(sockEnv(), "SOCK="+sockPath(t))
	return cmd
}

// socketsOfProcess are the infos of all sockets of a process, listeners first.
func socketsOfProcess(t *testing.T, pid int) (listeners, others []sockinfo.Info) {
	t.Helper()
	names, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		fd, _ := strconv.Atoi(name.Name())
		if inodeOf(pid, fd) == 0 {
			continue
		}
		i, err := infoOf(pid, fd)
		if err != nil {
			t.Skipf("needs the privilege to fetch descriptors of another process (pidfd_getfd): %v", err)
		}
		if i.Listening {
			listeners = append(listeners, i)
		} else {
			others = append(others, i)
		}
	}
	return listeners, others
}

func optionIs(t *testing.T, i sockinfo.Info, name string, want any) {
	t.Helper()
	if got, ok := i.Option(name); !ok || got != want {
		t.Errorf("%s of fd %d is %v, %v; want %v", name, i.FD, got, ok, want)
	}
}

func TestOptionsAreSetOnListenerAndConnection(t *testing.T) {
	s, to := serve(t, nil, "-m", "echo", "-o", "SO_RCVBUF=40000", "-o", "TCP_USER_TIMEOUT=7s", "-o", "SO_REUSEPORT", "127.0.0.1", "0")
	c := start(t, nil, client(to, "-v", "-o", "SO_SNDBUF=30000", "-o", "SO_KEEPALIVE=on", "-o", "IP_TOS=16", "-b", "127.0.0.7")...)
	c.In.Write([]byte("x"))
	c.line(t, "recv(")

	listeners, conns := socketsOfProcess(t, s.Process.Pid)
	for _, i := range append(listeners, conns...) {
		optionIs(t, i, "SO_RCVBUF", 80000)
		optionIs(t, i, "SO_REUSEPORT", true)
	}
	if len(listeners) != 1 || len(conns) != 1 {
		t.Errorf("%d listeners and %d connections, want 1 and 1", len(listeners), len(conns))
	}
	_, conns = socketsOfProcess(t, c.Process.Pid)
	for _, i := range conns {
		optionIs(t, i, "SO_SNDBUF", 60000)
		optionIs(t, i, "SO_KEEPALIVE", true)
		optionIs(t, i, "IP_TOS", 16)
		if got := i.Local.AddrPort().Addr(); got != netip.MustParseAddr("127.0.0.7") {
			t.Errorf("-b 127.0.0.7 gave %v", got)
		}
	}
	c.In.Close()
	c.end(t)
	s.stop(t)
}

func TestOptionsOfUnixAreSetOnAcceptedSocketsToo(t *testing.T) {
	s, to := serve(t, nil, "-U", "-m", "echo", "-o", "SO_RCVBUF=50000", filepath.Join(shortDir(t), "s"))
	c := start(t, nil, client(to, "-Uv")...)
	c.In.Write([]byte("x"))
	c.line(t, "recv(")
	_, conns := socketsOfProcess(t, s.Process.Pid)
	for _, i := range conns {
		optionIs(t, i, "SO_RCVBUF", 100000)
	}
	if len(conns) != 1 {
		t.Errorf("%d connections, want 1", len(conns))
	}
	c.In.Close()
	c.end(t)
	s.stop(t)
}

func TestOptionBeforeConnectShowsInTheHandshake(t *testing.T) {
	l, to := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 1)
	c := start(t, nil, client(to, "-o", "TCP_MAXSEG=600")...)
	fd := acceptFrom(t, l)
	if info, err := socket.Getsockopt(fd, socket.TCP_INFO); err != nil || info.Snd_mss > 600 || info.Snd_mss < 500 {
		t.Errorf("the peer's MSS is %d (%v), want that of the client's SYN: 600 at most", info.Snd_mss, err)
	}
	socket.Shutdown(fd, socket.SHUT_RDWR)
	c.In.Close()
	c.end(t)
}

func TestOptionBeforeBindLetsTwoShareAPort(t *testing.T) {
	s, to := serve(t, nil, "-m", "echo", "-o", "SO_REUSEPORT=1", "127.0.0.1", "0")
	s2 := start(t, nil, "-s", "-m", "echo", "-o", "SO_REUSEPORT=1", to[0], to[1])
	s2.line(t, "sock: listening on ")
	for _, p := range []*process{s, s2} {
		p.stop(t)
	}
}

func TestMomentOfEveryOptionThatNeedsAConnection(t *testing.T) {
	var got []string
	for _, o := range sockinfo.Options() {
		if o.Writable() && due(o) == whenConnected {
			got = append(got, o.Name)
		}
	}
	want := []string{"TCP_QUICKACK", "TCP_ULP", "TCP_REPAIR_OPTIONS", "TLS_TX", "TLS_RX", "TLS_TX_ZEROCOPY_RO", "TLS_RX_EXPECT_NO_PAD",
		"TLS_TX_MAX_PAYLOAD_LEN", "IPV6_ADDRFORM"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options set behind connect and accept (-want +got):\n%s", diff)
	}
}

func TestOptionThatNeedsAConnectionIsSetOnOne(t *testing.T) {
	s, to := serve(t, nil, "-6", "-m", "echo", "0")
	l := sock(t, "x", "-v", "-6", "-o", "IPV6_ADDRFORM=AF_INET", "::ffff:127.0.0.1", to[1])
	if l.Code != 0 || l.Stdout != "x" {
		t.Errorf("IPV6_ADDRFORM: %+v", l)
	}
	s.stop(t)
}

// TestEveryWritableOptionCanBeNamed takes the value that a new socket has, where there is one, through -o.
func TestEveryWritableOptionCanBeNamed(t *testing.T) {
	n, err := newSockets()
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, o := range sockinfo.Options() {
		if !o.Writable() {
			continue
		}
		for i, text := range n.of(o, 1<<20) {
			if text == "-" || text == `""` {
				continue
			}
			if _, err := parseOption(o.Name + "=" + text); err != nil {
				t.Errorf("-o %s=%s, which socket %d has: %v", o.Name, text, i, err)
			}
			named++
		}
	}
	if named < 200 {
		t.Errorf("only %d values of new sockets: the test looks at nothing", named)
	}
}

func TestOptsListsEveryOption(t *testing.T) {
	got := sock(t, "", "opts")
	if got.Code != 0 || got.Stderr != "" {
		t.Fatalf("%d %s", got.Code, got.Stderr)
	}
	lines := strings.Split(strings.TrimSuffix(got.Stdout, "\n"), "\n")[1:]
	options := sockinfo.Options()
	if len(lines) != len(options) {
		t.Fatalf("%d lines for %d options", len(lines), len(options))
	}
	for i, o := range options {
		want := []string{o.LevelName, o.Name, o.Type, o.Access}
		words := strings.Fields(strings.ReplaceAll(lines[i], "struct {}", "struct{}"))
		want[2] = strings.ReplaceAll(want[2], "struct {}", "struct{}")
		if diff := cmp.Diff(want, words[:4]); diff != "" {
			t.Errorf("line %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestOptsShowsTheDefaultsOfNewSockets(t *testing.T) {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close(fd)
	size, err := socket.Getsockopt(fd, socket.SO_RCVBUF)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Fields(sock(t, "", "opts", "so_rcvbufforce").Stdout)
	if len(got) == 0 || got[0] != "SO_RCVBUFFORCE" {
		t.Errorf("sock opts so_rcvbufforce = %v", got)
	}
	one := sock(t, "", "opts", "SO_RCVBUF").Stdout
	for _, want := range []string{"SO_RCVBUF  SOL_SOCKET, 8  int, read and set\n", fmt.Sprintf("\n  tcp     %d\n", size), "\n  -o      after socket, before bind"} {
		if !strings.Contains(one, want) {
			t.Errorf("sock opts SO_RCVBUF has no %q:\n%s", want, one)
		}
	}
}

// python is a process that has a socket of each kind, and prints its descriptors.
const python = `
import socket, sys
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen(7)
c = socket.create_connection(l.getsockname())
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.set_inheritable(True)
f = open("/dev/null")
print(l.fileno(), c.fileno(), u.fileno(), f.fileno(), l.getsockname()[1], flush=True)
sys.stdin.read()
`

func TestInfoOfAnotherProcessesSocket(t *testing.T) {
	p := testutil.Start(t, exec.Command(testutil.Program(t, "python3"), "-c", python))
	var l, c, u, f, port int
	if _, err := fmt.Sscan(p.Line(t), &l, &c, &u, &f, &port); err != nil {
		t.Fatal(err)
	}
	pid := strconv.Itoa(pythonPID(t, p.Process.Pid, l))

	got := sock(t, "", "info", pid, strconv.Itoa(c))
	if strings.Contains(got.Stderr, "operation not permitted") {
		t.Skip("needs the privilege to fetch descriptors of another process (pidfd_getfd)")
	}
	for _, want := range []string{fmt.Sprintf("fd %d: AF_INET SOCK_STREAM IPPROTO_TCP 127.0.0.1:", c), fmt.Sprintf(" → 127.0.0.1:%d ESTABLISHED", port),
		"TCP_NODELAY", "cloexec"} {
		if !strings.Contains(got.Stdout, want) || got.Code != 0 {
			t.Errorf("sock info PID %d ended with %d and has no %q:\n%s%s", c, got.Code, want, got.Stdout, got.Stderr)
		}
	}

	var listener struct {
		FD        int
		Listening bool
		Sendq     int
		Local     string
		Options   map[string]any
	}
	if err := json.Unmarshal([]byte(sock(t, "", "info", "-j", pid, strconv.Itoa(l)).Stdout), &listener); err != nil {
		t.Fatal(err)
	}
	if listener.FD != l || !listener.Listening || listener.Sendq != 7 || listener.Local != fmt.Sprintf("127.0.0.1:%d", port) ||
		listener.Options["SO_ACCEPTCONN"] != true {
		t.Errorf("sock info -j: %+v", listener)
	}

	all := sock(t, "", "info", pid)
	for fd, want := range map[int]string{l: "LISTEN", c: "ESTABLISHED", u: "SOCK_DGRAM"} {
		if !strings.Contains(all.Stdout, fmt.Sprintf("fd %d: ", fd)) || !strings.Contains(all.Stdout, want) {
			t.Errorf("sock info PID has no fd %d with %s:\n%s%s", fd, want, all.Stdout, all.Stderr)
		}
	}

	if got := sock(t, "", "info", pid, strconv.Itoa(u)); strings.Contains(got.Stdout, "cloexec") || got.Code != 0 {
		t.Errorf("an inheritable descriptor is not close-on-exec:\n%s%s", got.Stdout, got.Stderr)
	}

	null := sock(t, "", "info", pid, strconv.Itoa(f))
	if want := fmt.Sprintf("sock: getsockopt %s %d /dev/null: socket operation on non-socket\n", pid, f); null.Stderr != want || null.Code != 1 {
		t.Errorf("of /dev/null: %+v, want %q", null, want)
	}
	closed := sock(t, "", "info", pid, "999")
	if want := fmt.Sprintf("sock: pidfd_getfd %s 999: bad file descriptor\n", pid); closed.Stderr != want || closed.Code != 1 {
		t.Errorf("of a closed one: %+v, want %q", closed, want)
	}

	list := sock(t, "", "list", "tcp", "listen", fmt.Sprintf(":%d", port))
	if strings.Count(list.Stdout, "\n") != 1 || !strings.HasPrefix(list.Stdout, fmt.Sprintf("tcp 127.0.0.1:%d LISTEN", port)) {
		t.Errorf("sock list tcp listen :%d: %+v", port, list)
	}
}

// pythonPID is python's own PID, which may be a child of what was started under its name.
func pythonPID(t *testing.T, pid, fd int) int {
	t.Helper()
	for inodeOf(pid, fd) == 0 {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		if _, serr := fmt.Sscan(string(text), &pid); err != nil || serr != nil {
			t.Fatalf("process %d has no socket %d and no child (%v, %v)", pid, fd, err, serr)
		}
	}
	return pid
}

func TestInfoFallsBackToTheListOfAllSockets(t *testing.T) {
	fd, _ := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 1)
	e, err := entryOf(os.Getpid(), fd)
	addr, _ := socket.Getsockname(fd)
	if err != nil || e.Local != addr || e.State != socket.TCP_LISTEN {
		t.Errorf("entryOf = %v, %v, want the listener at %v", e, err, addr)
	}
	if _, err := entryOf(os.Getpid(), 0); err != unix.ENOENT {
		t.Errorf("entryOf of no socket: %v", err)
	}
}

func TestCompletionKnowsTheOptions(t *testing.T) {
	bash := testutil.Program(t, "bash")
	for words, want := range map[string]string{
		`sock -o TCP_NOD`:    "TCP_NODELAY=",
		`sock -vo SO_RCVBUF`: "SO_RCVBUF= SO_RCVBUFFORCE=",
		`sock -m ch`:         "chargen",
		`sock inf`:           "info",
		`sock opts TCP_COR`:  "TCP_CORK",
		`sock -e o`:          "open",
	} {
		cmd := exec.Command(bash, "-c", fmt.Sprintf(`source <("$SOCK" completion bash); COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _sock; echo ${COMPREPLY[@]}`, words))
		cmd.Env = append(sockEnv(), "SOCK="+sockPath(t))
		got := startCmd(t, strings.NewReader(""), cmd).end(t)
		if diff := cmp.Diff(result{Stdout: want + "\n"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", words, diff)
		}
	}
	for _, name := range []string{"zsh", "fish"} {
		script := sock(t, "", "completion", name)
		if script.Code != 0 || !strings.Contains(script.Stdout, " TCP_NODELAY ") || strings.Contains(script.Stdout, " OPTIONS") {
			t.Errorf("the script for %s lacks the options", name)
		}
		if path, err := exec.LookPath(name); err == nil {
			cmd := exec.Command(path, "-n")
			if got := startCmd(t, strings.NewReader(script.Stdout), cmd).end(t); got.Code != 0 {
				t.Errorf("%s -n: %+v", name, got)
			}
		}
	}
	if got := sock(t, "", "completion", "csh"); got.Code != 2 {
		t.Errorf("completion csh: %+v", got)
	}
}
