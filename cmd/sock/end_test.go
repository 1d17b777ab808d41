//go:build linux

package main

// This file tests how sock ends and what it says: errors and exit codes, signals, times, -v, -h, the progress line.

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

func TestErrorsSayTheCallTheAddressAndTheErrno(t *testing.T) {
	dir := shortDir(t)
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l, to := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 1)
	taken := "127.0.0.1:" + to[1]
	free, nobody := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 1)
	socket.Close(free) // nobody listens there
	refused := "127.0.0.1:" + nobody[1]
	long := strings.Repeat("x", 108)
	usage := "sock -h shows the usage.\n"
	for _, c := range []struct {
		args   string
		code   int
		stderr string
	}{
		{"127.0.0.1 " + nobody[1], 1, "sock: connect " + refused + ": connection refused\n"},
		{"-U " + dir + "/none", 1, "sock: connect unix:" + dir + "/none: no such file or directory\n"},
		{"-U " + path, 1, "sock: connect unix:" + path + ": connection refused\n"},
		{"-U " + long, 1, "sock: sockaddr_un " + long + ": file name too long\n"},
		{"-s 127.0.0.1 " + to[1], 1, "sock: bind " + taken + ": address already in use\n"},
		{"-s 192.0.2.1 7", 1, "sock: bind 192.0.2.1:7: cannot assign requested address\n"},
		{"-sU " + path, 1, "sock: bind unix:" + path + ": address already in use\n"},
		{"-b 192.0.2.1 127.0.0.1 7", 1, "sock: bind 192.0.2.1:0: cannot assign requested address\n"},
		{"-b [::1]:0 127.0.0.1 7", 1, "sock: bind [::1]:0: not of the peer's family\n"},
		{"-q 127.0.0.1 7", 1, "sock: socket AF_INET SOCK_SEQPACKET: socket type not supported\n"},
		{"-6 127.0.0.1 7", 1, "sock: getaddrinfo 127.0.0.1 7: Address family for hostname not supported\n"},
		{"127.0.0.1 nosuchservice", 1, "sock: getaddrinfo 127.0.0.1 nosuchservice: Servname not supported for ai_socktype\n"},
		{"-o SO_BINDTODEVICE=nosuch0 127.0.0.1 7", 1, "sock: setsockopt SO_BINDTODEVICE=nosuch0: no such device\n"},
		{"-u -n 1 127.0.0.1 " + nobody[1], 1, "sock: recv " + refused + ": connection refused\n"},
		{"info 1999999999 0", 1, "sock: pidfd_open 1999999999: no such process\n"},
		{"opts nosuchoption", 1, "sock: opts nosuchoption: no such option; sock opts lists them\n"},

		{"", 2, "sock: HOST and PORT are needed\n" + usage},
		{"a b c", 2, "sock: HOST and PORT are needed\n" + usage},
		{"-U a b", 2, "sock: -U takes one PATH\n" + usage},
		{"-Z a 7", 2, "sock: -Z: there is no such flag\n" + usage},
		{"a 7 -b", 2, "sock: -b needs ADDR\n" + usage},
		{"-b somewhere a 7", 2, "sock: -b: \"somewhere\" is no ADDR, ADDR:PORT or :PORT\n" + usage},
		{"-46 a 7", 2, "sock: -6: -4 and -6 exclude each other\n" + usage},
		{"-uq a 7", 2, "sock: -u and -q are different types\n" + usage},
		{"-U4 a", 2, "sock: -U and -4 are different families\n" + usage},
		{"-s -b :1 7", 2, "sock: -b is for clients: a server is bound to its HOST and PORT\n" + usage},
		{"-s -c 2 7", 2, "sock: -m stdio serves one client: there is one standard input\n" + usage},
		{"-su -m source 7", 2, "sock: a server of datagrams has no connections: no -c, no -m source\n" + usage},
		{"-m shell a 7", 2, "sock: -m: there is no mode \"shell\"\n" + usage},
		{"-e never a 7", 2, "sock: -e: \"never\" is not half, close or open\n" + usage},
		{"-t soon a 7", 2, "sock: -t: \"soon\" is no time, as 2, 0.5 or 100ms\n" + usage},
		{"-w 0 a 7", 2, "sock: -w: 0 is not 1 to 1G\n" + usage},
		{"-n many a 7", 2, "sock: -n: \"many\" is no number\n" + usage},
		{"-o TCP_NODELY=1 a 7", 2, "sock: -o: TCP_NODELY: no such option; did you mean TCP_NODELAY?\n" + usage},
		{"-o reuseaddr=1 a 7", 2, "sock: -o: reuseaddr: no such option; did you mean SO_REUSEADDR?\n" + usage},
		{"-o SO_RCVBUF=big a 7", 2, "sock: -o: SO_RCVBUF: \"big\" is no int\n" + usage},
		{"-o SO_RCVBUF a 7", 2, "sock: -o: SO_RCVBUF=VALUE: which int?\n" + usage},
		{"-o TCP_INFO=1 a 7", 2, "sock: -o: TCP_INFO can only be read\n" + usage},
		{"opts a b", 2, "sock: opts: one FILTER, please\n" + usage},
		{"info", 2, "sock: info: whose socket? PID [FD]\n" + usage},
		{"info me 1", 2, "sock: info: \"me\" is no PID\n" + usage},
		{"list everything", 2, "sock: list: \"everything\" is no protocol, family, state, :PORT or ADDRESS\n" + usage},
	} {
		got := sock(t, "x", strings.Fields(c.args)...)
		if diff := cmp.Diff(result{Stderr: c.stderr, Code: c.code}, got); diff != "" {
			t.Errorf("sock %s (-want +got):\n%s", c.args, diff)
		}
	}
	_ = l
}

func TestEveryAddressOfAHostIsTried(t *testing.T) {
	s, to := serve(t, nil, "-4", "-m", "echo", "127.0.0.1", "0")
	if got := sock(t, "x", "localhost", to[1]); got.Stdout != "x" || got.Code != 0 {
		t.Errorf("localhost, whatever its first address: %+v", got)
	}
	s.stop(t)
}

func TestFlagsAreReadAsByGetopt(t *testing.T) {
	for args, want := range map[string]func(c *config) bool{
		"-4uv -n5 host 7":     func(c *config) bool { return c.family == socket.AF_INET && c.dgram && c.verbose && c.count == 5 },
		"host 7 -6 -w 2K":     func(c *config) bool { return c.family == socket.AF_INET6 && c.write == 2048 && c.node == "host" },
		"-sU -mecho -- -path": func(c *config) bool { return c.server && c.mode == "echo" && c.node == "-path" },
		"-s 7":                func(c *config) bool { return c.node == "" && c.service == "7" && c.clients == 1 },
		"-si 7":               func(c *config) bool { return c.mode == "sink" && c.clients == 0 },
		"-i h 7 -n 1G":        func(c *config) bool { return c.mode == "source" && c.count == 1<<30 && c.write == 65536 },
		"-ui h 7":             func(c *config) bool { return c.count == 1024 && c.write == 1024 },
		"-t 1.5 -p 20ms -P 1m h 7": func(c *config) bool {
			return c.timeout == 3*time.Second/2 && c.pause == 20*time.Millisecond && c.first == time.Minute
		},
		"-oTCP_NODELAY=off -o SO_MARK=0x10 h 7": func(c *config) bool { return len(c.options) == 2 && c.options[1].setting.String() == "SO_MARK=16" },
	} {
		c, err := parse(strings.Fields(args))
		if err != nil || !want(c) {
			t.Errorf("sock %s: %+v, %v", args, c, err)
		}
	}
}

func TestHelpShowsEveryFlagAndCommand(t *testing.T) {
	got := sock(t, "", "-h")
	if got.Code != 0 || got.Stderr != "" {
		t.Errorf("%d, %q, want 0 and no complaint", got.Code, got.Stderr)
	}
	for _, g := range groups {
		for _, f := range g.flags {
			if !strings.Contains(got.Stdout, fmt.Sprintf("\n  -%c ", f.letter)) {
				t.Errorf("-%c is not in the help", f.letter)
			}
		}
	}
	for _, c := range commands() {
		if !strings.Contains(got.Stdout, "sock "+c.name+" ") {
			t.Errorf("%s is not in the help", c.name)
		}
	}
	for line := range strings.Lines(got.Stdout) {
		if len(line) > 121 { // with its end
			t.Errorf("a line of %d letters: %s", len(line), line)
		}
	}
}

func TestVerbosePrintsEveryCallInC(t *testing.T) {
	l, to := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 1)
	c := start(t, strings.NewReader("hello"), client(to, "-v", "-b", "127.0.0.1", "-o", "TCP_NODELAY", "-o", "TCP_QUICKACK=0", "-t", "60")...)
	fd := acceptFrom(t, l)
	buf := make([]byte, 10)
	socket.Recvall(fd, buf, 0)
	c.line(t, "shutdown(") // printed: what two threads do at once has no order
	socket.Sendall(fd, []byte("bye"), 0)
	socket.Close(fd)
	got := c.end(t).Stderr
	got = regexp.MustCompile(`127\.0\.0\.1:[1-9]\d*`).ReplaceAllString(strings.ReplaceAll(got, to[1], "PORT"), "127.0.0.1:LOCAL")
	got = regexp.MustCompile(` +→`).ReplaceAllString(got, " →")
	fdAt := regexp.MustCompile(`SOCK_STREAM, 0\) → (\d+)`).FindStringSubmatch(got)
	if fdAt == nil {
		t.Fatalf("no socket call:\n%s", got)
	}
	got = regexp.MustCompile(`\(`+fdAt[1]+`\b`).ReplaceAllString(strings.Replace(got, "→ "+fdAt[1], "→ FD", 1), "(FD")
	want := `getaddrinfo("127.0.0.1", "PORT", &hints, &res) → 0: 127.0.0.1:PORT
socket(AF_INET, SOCK_STREAM, 0) → FD
setsockopt(FD, SOL_SOCKET, SO_RCVTIMEO, {1m0s}, sizeof(struct timeval)) → 0
setsockopt(FD, SOL_SOCKET, SO_SNDTIMEO, {1m0s}, sizeof(struct timeval)) → 0
setsockopt(FD, IPPROTO_TCP, TCP_NODELAY, [1], 4) → 0
bind(FD, 127.0.0.1:0, 16) → 0
connect(FD, 127.0.0.1:PORT, 16) → 0
getsockname(FD, &addr, &len) → 127.0.0.1:LOCAL
setsockopt(FD, IPPROTO_TCP, TCP_QUICKACK, [0], 4) → 0
send(FD, buf, 5, MSG_NOSIGNAL) → 5
shutdown(FD, SHUT_WR) → 0
recv(FD, buf, 65536, 0) → 3
recv(FD, buf, 65536, 0) → 0
close(FD) → 0
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sock -v (-want +got):\n%s", diff)
	}

	failed := sock(t, "", "-v", "-U", "/nonexistent/socket")
	if !regexp.MustCompile(`(?m)^connect\(\d+, unix:/nonexistent/socket, 22\) +→ -1 ENOENT \(no such file or directory\)$`).MatchString(failed.Stderr) {
		t.Errorf("a call that fails: %s", failed.Stderr)
	}
}

func TestSignalsEndItCleanly(t *testing.T) {
	for sig, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		path := filepath.Join(shortDir(t), "s")
		s, to := serve(t, nil, "-U", "-m", "echo", path)
		c := start(t, nil, client(to, "-U", "-v", "-b", path+"c")...)
		c.line(t, "connect(")
		for _, p := range []*process{c, s} {
			p.Process.Signal(sig)
			if got := p.end(t); got.Code != code {
				t.Errorf("after %v: %+v, want %d", sig, got, code)
			}
		}
		left, _ := filepath.Glob(path + "*")
		if len(left) > 0 {
			t.Errorf("after %v there are still %v", sig, left)
		}
	}
}

func TestSignalSaysHowFarATransferWas(t *testing.T) {
	l, to := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 1)
	c := start(t, nil, client(to, "-v", "-i", "-n", "0", "-w", "100", "-p", "1h")...)
	acceptFrom(t, l)
	c.line(t, "send(")
	c.Process.Signal(os.Interrupt)
	if got := c.end(t); got.Code != 130 || !strings.Contains(got.Stderr, "sock: interrupted after ") {
		t.Errorf("%+v", got)
	}
}

func TestSignalThatIsIgnoredStaysSo(t *testing.T) {
	// As a shell starts what ends in &: SIGINT is for the one in front.
	cmd := shell(t, `trap "" INT; exec "$0" -s -m echo 127.0.0.1 0`, sockPath(t))
	s := startCmd(t, nil, cmd)
	to := operands(s.line(t, "sock: listening on "))
	s.Process.Signal(os.Interrupt)
	if got := sock(t, "still there", to...); got.Stdout != "still there" {
		t.Errorf("%+v", got)
	}
	s.stop(t)
}

func TestPathOfSomebodyElseIsNotUnlinked(t *testing.T) {
	path := filepath.Join(shortDir(t), "s")
	s, _ := serve(t, nil, "-U", "-m", "echo", path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("another's"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.stop(t)
	if got, err := os.ReadFile(path); err != nil || string(got) != "another's" {
		t.Errorf("the file that took the place: %q, %v", got, err)
	}
}

func TestTimesEndAConnectAndAConnection(t *testing.T) {
	// A listener whose backlog is full takes no more.
	full, to := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	connectTo(t, to)
	addr := "127.0.0.1:" + to[1]
	if got := sock(t, "", client(to, "-t", "0.2")...); got.Code != 1 || got.Stderr != "sock: connect "+addr+": no answer within 200ms\n" {
		t.Errorf("connect: %+v", got)
	}
	acceptFrom(t, full)

	l, to := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 10)
	addr = "127.0.0.1:" + to[1]
	if got := sock(t, "", client(to, "-t", "0.2")...); got.Code != 1 || got.Stderr != "sock: recv "+addr+": nothing came for 200ms\n" {
		t.Errorf("recv: %+v", got)
	}
	got := sock(t, "", client(to, "-t", "0.2", "-i", "-n", "0")...)
	if got.Code != 1 || !strings.Contains(got.Stderr, addr+": nothing c") {
		t.Errorf("send: %+v", got)
	}
	acceptFrom(t, l)

	// What moves one way is not idle the other.
	s, to := serve(t, nil, "-m", "discard", "-c", "1", "127.0.0.1", "0")
	if got := sock(t, "", client(to, "-i", "-n", "10", "-w", "1", "-p", "0.2", "-t", "1.5")...); got.Code != 0 {
		t.Errorf("a slow source: %+v", got)
	}
	s.end(t)
}

func TestProgressLineIsForTerminalsOnly(t *testing.T) {
	args := []string{"-i", "-n", "20", "-w", "1000", "-p", "0.1"}
	line := regexp.MustCompile(`\r +\d+(\.\d)? (B|KiB)  +\d+(\.\d)? (B|KiB)/s  0:0[1-9]   ?\d+%  0:0\d left\x1b\[K`)

	l, to := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 1)
	c := start(t, strings.NewReader(""), client(to, args...)...)
	discardFrom(t, l)
	if got := c.end(t); strings.ContainsAny(got.Stderr, "\r\x1b") || !strings.HasPrefix(got.Stderr, "sock: sent 20000 bytes in ") {
		t.Errorf("without a terminal: %q", got.Stderr)
	}

	master, slave := openPty(t)
	l, to = listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 1)
	cmd := shell(t, `exec "$0" "$@" 2>&3`, append([]string{sockPath(t)}, client(to, args...)...)...)
	cmd.ExtraFiles = []*os.File{slave}
	c = startCmd(t, strings.NewReader(""), cmd)
	slave.Close()
	discardFrom(t, l)
	c.end(t)
	shown := readPty(master)
	if !line.MatchString(shown) || !regexp.MustCompile(`\r\x1b\[Ksock: sent 20000 bytes in [\d.]+ s, .*/s\r\n$`).MatchString(shown) {
		t.Errorf("on a terminal: %q, want the line, and the sums in its place", shown)
	}
}

// discardFrom reads a connection to its end.
func discardFrom(t *testing.T, l int) {
	t.Helper()
	fd := acceptFrom(t, l)
	buf := make([]byte, 1<<16)
	for {
		n, err := socket.Recv(fd, buf, 0)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	socket.Shutdown(fd, socket.SHUT_RDWR)
}

// openPty is a new terminal.
func openPty(t *testing.T) (master, slave *os.File) {
	t.Helper()
	m, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no terminals here: /dev/ptmx: %v", err)
	}
	master = os.NewFile(uintptr(m), "ptmx")
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(m, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(m, unix.TIOCGPTN)
	if err == nil {
		slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return master, slave
}

// readPty is what a terminal has shown, once nobody has it open: then a read is EIO.
func readPty(master *os.File) string {
	var b strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := master.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}

func TestProgressLine(t *testing.T) {
	for _, c := range []struct {
		n, total int64
		took     time.Duration
		want     string
	}{
		{0, 0, time.Second, "       0 B         0 B/s  0:01"},
		{1 << 20, 4 << 20, 2 * time.Second, "   1.0 MiB   512.0 KiB/s  0:02   25%  0:06 left"},
		{5 << 30, 0, 3700 * time.Second, "   5.0 GiB     1.4 MiB/s  1:01:40"},
		{20, 10, time.Second, "      20 B        20 B/s  0:01  200%"}, // a file that grew
	} {
		if got := progressLine(c.n, c.total, c.took); got != c.want {
			t.Errorf("progressLine(%d, %d, %v) = %q, want %q", c.n, c.total, c.took, got, c.want)
		}
	}
}
