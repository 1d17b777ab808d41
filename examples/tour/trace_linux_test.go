package main

// This file looks at the tour's system calls with strace: that they are those of its C twin, and what the
// tour does when one fails.

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// strace runs a program under strace, and returns its end and the calls that name a socket.
func strace(t *testing.T, inject, name string, args ...string) (result, []string) {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	log := filepath.Join(t.TempDir(), "log")
	options := []string{"-f", "--seccomp-bpf", "-o", log, "-e", "trace=%network,%desc"}
	if inject != "" {
		options = append(options, "-e", "inject="+inject)
	}
	got := run(t, func(cmd *exec.Cmd) {
		// Go's preemption signals could cut a recv with MSG_WAITALL in two: they are no part of what is compared.
		cmd.Env = append(cmd.Env, "GODEBUG=asyncpreemptoff=1")
	}, path, slices.Concat(options, []string{name}, args)...)
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatalf("%v\n%s", err, got.stderr)
	}
	return got, socketCalls(string(text))
}

// The differences between the two traces that do not count, and all of them:
//
//   - processes: Go has threads of its own, so a call may be logged in two parts, which are joined;
//   - signals and exits, which are no calls;
//   - calls that name no socket: Go's runtime and C's stdio use descriptors of their own, before the first
//     socket and besides;
//   - the numbers of descriptors, for the same reason: F0, F1, … as they are made;
//   - the numbers of ports, which the kernel chooses: P0, P1, … as they appear.
//
// All else counts: every call on a socket, its arguments (flags, lengths, the room for an address, the
// bytes sent and received as far as strace shows them) and its result.
var (
	inParts = regexp.MustCompile(`^<\.\.\. \w+ resumed>`)
	whole   = regexp.MustCompile(`^(\w+)\((.*)\)\s+= (.*)$`)
	number  = regexp.MustCompile(`\d+`)
	port    = regexp.MustCompile(`htons\((\d+)\)`)
)

// socketCalls are the calls of a log that name a socket, without the differences that do not count.
func socketCalls(log string) (calls []string) {
	sockets, ports, parts := map[string]string{}, map[string]string{"0": "0"}, map[string]string{}
	made := 0
	newSocket := func(fd string) string {
		sockets[fd] = fmt.Sprintf("F%d", made)
		made++
		return sockets[fd]
	}
	for line := range strings.Lines(log) {
		process, line, _ := strings.Cut(strings.TrimSpace(line), " ")
		line = strings.TrimLeft(line, " ")
		if part, ok := strings.CutSuffix(line, " <unfinished ...>"); ok {
			parts[process] = part
			continue
		}
		if mark := inParts.FindString(line); mark != "" {
			line = parts[process] + line[len(mark):]
		}
		m := whole.FindStringSubmatch(line)
		if m == nil {
			continue // a signal, an exit
		}
		name, args, result := m[1], m[2], m[3]
		failed := strings.HasPrefix(result, "-1 ")

		first := number.FindString(args)
		closed := ""
		switch name {
		case "socket":
		case "socketpair":
			if i := strings.LastIndex(args, "["); !failed {
				args = args[:i] + number.ReplaceAllStringFunc(args[i:], newSocket)
			}
		case "epoll_ctl":
			fd := strings.Split(args, ", ")[2]
			if sockets[fd] == "" {
				continue
			}
			args = strings.Replace(args, fd, sockets[fd], 1)
		case "poll", "ppoll", "select", "pselect6": // neither side has a reason to
		default:
			if sockets[first] == "" || !strings.HasPrefix(args, first) {
				continue
			}
			args = sockets[first] + args[len(first):]
			if name == "close" {
				closed = first
			}
		}
		if makes := name == "socket" || name == "accept4" || name == "accept" || strings.HasPrefix(name, "dup") || strings.Contains(args, "F_DUPFD"); makes && !failed {
			result = newSocket(result)
		}
		args = port.ReplaceAllStringFunc(args, func(s string) string {
			n := number.FindString(s)
			if ports[n] == "" {
				ports[n] = fmt.Sprintf("P%d", len(ports)-1)
			}
			return "htons(" + ports[n] + ")"
		})
		delete(sockets, closed)
		calls = append(calls, fmt.Sprintf("%s(%s) = %s", name, args, result))
	}
	return calls
}

func TestTourMakesTheCallsOfC(t *testing.T) {
	exe := tourExe(t)
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("cc is not installed")
	}
	twin := filepath.Join(t.TempDir(), "tcp")
	if out, err := exec.Command(cc, "-Wall", "-Wextra", "-Werror", "-O2", "-o", twin, "tcp.c").CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}

	c, want := strace(t, "", twin, exe)
	if c.code != 0 {
		t.Fatalf("tcp.c ends with %d:\n%s", c.code, c.stderr)
	}
	goes, got := strace(t, "", exe, "-run", "^tcp4$")
	goes.numbers(t)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("system calls (-C +Go):\n%s", diff)
	}

	// That there was something to compare.
	for _, call := range []string{"socket", "setsockopt", "getsockopt", "bind", "getsockname", "listen", "connect", "accept4", "getpeername", "sendto", "recvfrom", "shutdown", "close"} {
		if !slices.ContainsFunc(want, func(s string) bool { return strings.HasPrefix(s, call+"(") }) {
			t.Errorf("no %s among the %d calls of C", call, len(want))
		}
	}
	t.Logf("%d calls, equal", len(want))
}

// The comparison must see what it is for.
func TestSocketCallsKeepsDifferences(t *testing.T) {
	const log = `7 openat(AT_FDCWD, "/x", O_RDONLY) = 3
7 close(3) = 0
7 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3
7 bind(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 getsockname(3, {sa_family=AF_INET, sin_port=htons(4000), sin_addr=inet_addr("127.0.0.1")}, [128 => 16]) = 0
7 accept4(3, {sa_family=AF_INET, sin_port=htons(5000), sin_addr=inet_addr("127.0.0.1")}, [128 => 16], SOCK_CLOEXEC) = 4
7 sendto(4, "a) = 1", 6, 0, NULL, 0) = 6
7 recvfrom(4, "", 64, 0, NULL, NULL) = 0
7 close(4) = 0
7 close(3) = 0
`
	want := socketCalls(log)
	if len(want) != 8 {
		t.Fatalf("%d calls, want 8:\n%s", len(want), strings.Join(want, "\n"))
	}
	edit := func(oldnew ...string) string { return strings.NewReplacer(oldnew...).Replace(log) }
	same := map[string]string{
		"other numbers": edit("(3,", "(9,", "(3)", "(9)", "= 3", "= 9", "(4,", "(12,", "(4)", "(12)", "= 4", "= 12", "4000", "4001", "5000", "5001"),
		"other threads": edit("7 accept4(3, {", "7 accept4(3,  <unfinished ...>\n8 epoll_pwait(5, [], 128, 0, NULL, 0) = 0\n7 <... accept4 resumed>{"),
		"other calls":   edit("7 sendto", "7 write(1, \"step\", 4) = 4\n7 --- SIGURG {si_signo=SIGURG} ---\n7 epoll_ctl(5, EPOLL_CTL_ADD, 6, {}) = 0\n7 sendto"),
	}
	for name, log := range same {
		if diff := cmp.Diff(want, socketCalls(log)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	other := map[string]string{
		"a hidden call":       edit("7 accept4", "7 getsockopt(3, SOL_SOCKET, SO_PROTOCOL, [6], [4]) = 0\n7 accept4"),
		"a hidden poll":       edit("7 accept4", "7 ppoll([{fd=3, events=POLLIN}], 1, NULL, NULL, 0) = 1\n7 accept4"),
		"a hidden fcntl":      edit("7 sendto", "7 fcntl(4, F_SETFL, O_NONBLOCK) = 0\n7 sendto"),
		"the runtime's epoll": edit("7 sendto", "7 epoll_ctl(5, EPOLL_CTL_ADD, 4, {}) = 0\n7 sendto"),
		"a call less":         edit("7 close(4) = 0\n", ""),
		"another order":       edit("7 close(4) = 0\n7 close(3) = 0\n", "7 close(3) = 0\n7 close(4) = 0\n"),
		"another socket":      edit("recvfrom(4", "recvfrom(3"),
		"another flag":        edit("64, 0, NULL", "64, MSG_DONTWAIT, NULL"),
		"another length":      edit("[128 => 16], SOCK", "[112 => 16], SOCK"),
		"other bytes":         edit("a) = 1", "b) = 1"),
		"another result":      edit("NULL, 0) = 6", "NULL, 0) = 5"),
		"the wrong port":      edit("htons(5000)", "htons(4000)"),
		"write for send":      edit(`sendto(4, "a) = 1", 6, 0, NULL, 0)`, `write(4, "a) = 1", 6)`),
	}
	for name, log := range other {
		if cmp.Equal(want, socketCalls(log)) {
			t.Errorf("%s: not seen", name)
		}
	}
}

// The last line counts what the kernel saw, and each socket is closed once.
func TestTourCountsItsCalls(t *testing.T) {
	got, calls := strace(t, "", tourExe(t))
	unlinks := strings.Count(got.stdout, "  unlink(") // which names no socket
	if n := got.numbers(t); n[1] != len(calls)+unlinks {
		t.Errorf("the tour counts %d calls, the kernel saw %d and %d of unlink", n[1], len(calls), unlinks)
	}
	open := map[string]bool{}
	made := regexp.MustCompile(`^(?:socket|accept4)\(.*\) = (F\d+)$|^socketpair\(.*\[(F\d+), (F\d+)\]\) = 0$`)
	for _, call := range calls {
		if m := made.FindStringSubmatch(call); m != nil {
			for _, fd := range m[1:] {
				open[fd] = true
			}
		}
		if fd, ok := strings.CutPrefix(call, "close("); ok {
			delete(open, strings.TrimSuffix(fd, ") = 0"))
		}
	}
	if delete(open, ""); len(open) > 0 {
		t.Errorf("not closed: %v", open)
	}
}

func TestTourNamesTheCallThatFails(t *testing.T) {
	for _, test := range []struct{ pair, inject, want string }{
		{"tcp4", "socket:error=EMFILE:when=2", "tcp4: socket: EMFILE (too many open files)"},
		{"tcp4", "setsockopt:error=ENOPROTOOPT", "tcp4: setsockopt: ENOPROTOOPT (protocol not available)"},
		{"tcp4", "getsockopt:error=EINVAL", "tcp4: getsockopt: EINVAL (invalid argument)"},
		{"tcp4", "bind:error=EADDRINUSE", "tcp4: bind: EADDRINUSE (address already in use)"},
		{"tcp4", "bind:error=EADDRNOTAVAIL", "tcp4: bind: EADDRNOTAVAIL (cannot assign requested address)"},
		{"tcp4", "socket:error=EPERM", "tcp4: socket: EPERM (operation not permitted)"},
		{"tcp6", "bind:error=EADDRINUSE", "tcp6: bind: EADDRINUSE (address already in use)"},
		{"tcp4", "getsockname:error=ENOBUFS", "tcp4: getsockname: ENOBUFS (no buffer space available)"},
		{"unix-stream", "listen:error=EADDRINUSE", "unix-stream: listen: EADDRINUSE (address already in use)"},
		{"unix-stream", "connect:error=ECONNREFUSED", "unix-stream: connect: ECONNREFUSED (connection refused)"},
		{"unix-seqpacket", "accept4:error=ECONNABORTED", "unix-seqpacket: accept: ECONNABORTED (software caused connection abort)"},
		{"unix-abstract", "getpeername:error=ENOTCONN", "unix-abstract: getpeername: ENOTCONN (transport endpoint is not connected)"},
		{"tcp4", "sendto:error=EPIPE:when=3", "tcp4: send: EPIPE (broken pipe)"},
		{"tcp4", "recvfrom:error=ECONNRESET:when=2", "tcp4: recv: ECONNRESET (connection reset by peer)"},
		{"tcp4", "recvfrom:retval=0:when=2", "tcp4: recv: 0 bytes of 65536, and the end"},
		{"tcp4", "shutdown:error=ENOTCONN", "tcp4: shutdown: ENOTCONN (transport endpoint is not connected)"},
		{"udp4", "recvfrom:error=EAGAIN:when=9", "udp4: recvfrom: EAGAIN (resource temporarily unavailable)"},
		{"udp4", "sendto:retval=7:when=9", "udp4: send: 7 bytes of"},
		{"unix-dgram", "bind:error=EACCES", "unix-dgram: bind: EACCES (permission denied)"},
		{"unix-pair", "socketpair:error=EMFILE", "unix-pair: socketpair: EMFILE (too many open files)"},
		{"icmp4", "socket:error=EMFILE", "icmp4: socket: EMFILE (too many open files)"},
	} {
		got, _ := strace(t, test.inject, tourExe(t), "-run", "^"+test.pair+"$")
		if got.code != 1 || !strings.HasPrefix(got.stderr, "tour: "+test.want) {
			t.Errorf("%s, %s: %d and %q, want 1 and %q", test.pair, test.inject, got.code, got.stderr, test.want)
		}
	}
}

func TestTourPassesOverWhatIsNotThere(t *testing.T) {
	for _, test := range []struct {
		pairs, inject, want string
		n                   int
	}{
		{"6$", "socket:error=EAFNOSUPPORT", "socket: EAFNOSUPPORT (address family not supported by protocol)", 4},
		{"tcp6|udp6", "bind:error=EADDRNOTAVAIL", "bind: EADDRNOTAVAIL (cannot assign requested address)", 2},
		{"icmp", "socket:error=EPERM", "socket: EPERM (operation not permitted)", 2},
		{"seqpacket", "socket:error=EPROTONOSUPPORT", "socket: EPROTONOSUPPORT (protocol not supported)", 1},
	} {
		got, _ := strace(t, test.inject, tourExe(t), "-run", test.pairs)
		if n := got.numbers(t); n[0] != 0 || n[3] != test.n || strings.Count(got.stdout, "passed over: "+test.want) != test.n {
			t.Errorf("%s, %s: %v pairs and %v passed over, want 0 and %d:\n%s", test.pairs, test.inject, n[0], n[3], test.n, got.stdout)
		}
	}
}
