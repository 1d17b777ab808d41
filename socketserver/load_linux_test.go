package socketserver_test

// This file holds the tests with many clients, who are in a process of their own, and those where descriptors
// run out, where the server is.

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/poll"
	ss "rawsocket.internal/socket/socketserver"
)

// loadChild is the clients: ADDRESS N connects N of them at once, tells when they are, and then obeys lines:
//
//	echo R   each sends 64 bytes R times, all of them at the same time, and checks what comes back
//	reset    they close with RST
//
// It answers each with a line: how many have failed, and how.
var loadChild = testutil.Child("load", func() {
	addr, err := socket.ParseSockaddr(os.Args[1])
	many, _ := strconv.Atoi(os.Args[2])
	if err != nil {
		fmt.Println(err)
		return
	}
	l := &load{fds: make([]int, many), want: map[int]uint64{}, ready: make([]poll.Ready, 512)}
	if l.s, err = poll.NewSelector(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(l.connect(addr))
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var rounds int
		if n, _ := fmt.Sscanf(in.Text(), "echo %d", &rounds); n == 1 {
			fmt.Println(l.echo(rounds))
			continue
		}
		for _, fd := range l.fds {
			socket.Setsockopt(fd, socket.SO_LINGER, socket.Linger{Onoff: 1})
			socket.Close(fd)
		}
		fmt.Println("0 failed")
	}
})

type load struct {
	fds   []int
	s     *poll.Selector
	ready []poll.Ready
	want  map[int]uint64 // the number that each waits for
	fail  map[string]int
}

const loadTime = 40 * time.Second

func (l *load) failed(call string, err error) { l.fail[fmt.Sprint(call, ": ", err)]++ }

func (l *load) result() string {
	n := 0
	for _, m := range l.fail {
		n += m
	}
	if n == 0 {
		return "0 failed"
	}
	return fmt.Sprint(n, " failed: ", l.fail)
}

// connect begins all connects at once, and waits until they are through.
func (l *load) connect(addr socket.Sockaddr) string {
	l.fail = map[string]int{}
	waiting := 0
	for i := range l.fds {
		fd, err := socket.Socket(addr.Family(), socket.SOCK_STREAM|socket.SOCK_NONBLOCK, 0)
		if err != nil {
			l.failed("socket", err)
			return l.result()
		}
		l.fds[i] = fd
		if err := socket.Nonblocking(fd).Connect(addr); err != nil && err != unix.EINPROGRESS {
			l.failed("connect", err)
			continue
		}
		l.s.Register(fd, poll.EVENT_WRITE, nil)
		waiting++
	}
	for end := time.Now().Add(loadTime); waiting > 0; {
		n, err := l.s.Select(l.ready, time.Until(end))
		if n == 0 || err != nil {
			l.failed("connect takes too long", fmt.Errorf("%d wait", waiting))
			break
		}
		for _, r := range l.ready[:n] {
			if e, _ := socket.Getsockopt(r.Fd, socket.SO_ERROR); e != 0 {
				l.failed("connect", e)
			}
			l.s.Modify(r.Fd, poll.EVENT_READ, nil)
			waiting--
			// It is watched for reading from now on, which is nothing yet.
		}
	}
	return l.result()
}

func (l *load) echo(rounds int) string {
	l.fail = map[string]int{}
	p, q := make([]byte, 64), make([]byte, 65)
	waiting := 0
	send := func(fd int) {
		binary.BigEndian.PutUint64(p, l.want[fd])
		binary.BigEndian.PutUint64(p[8:], uint64(fd))
		if n, err := socket.Nonblocking(fd).Send(p, 0); n != len(p) {
			l.failed("send", err)
			return
		}
		waiting++
	}
	last := map[int]uint64{}
	for _, fd := range l.fds {
		last[fd] = l.want[fd] + uint64(rounds)
		send(fd)
	}
	for end := time.Now().Add(loadTime); waiting > 0; {
		n, err := l.s.Select(l.ready, time.Until(end))
		if n == 0 || err != nil {
			l.failed("echo takes too long", fmt.Errorf("%d wait", waiting))
			break
		}
		for _, r := range l.ready[:n] {
			n, err := socket.Nonblocking(r.Fd).Recv(q, 0)
			waiting--
			if n != 64 || binary.BigEndian.Uint64(q) != l.want[r.Fd] || binary.BigEndian.Uint64(q[8:]) != uint64(r.Fd) {
				l.failed(fmt.Sprintf("recv %d bytes", n), err)
				l.s.Unregister(r.Fd)
				continue
			}
			if l.want[r.Fd]++; l.want[r.Fd] < last[r.Fd] {
				send(r.Fd)
			}
		}
	}
	return l.result()
}

// clients starts many clients in a child process, and waits until they are connected.
func clients(t testing.TB, addr socket.Sockaddr, many int) *testutil.Process {
	t.Helper()
	var limit unix.Rlimit
	must(t, "Getrlimit", unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	if limit.Max < uint64(many)+100 {
		t.Skipf("needs RLIMIT_NOFILE of %d: the hard limit is %d", many+100, limit.Max)
	}
	if limit.Cur < limit.Max {
		must(t, "Setrlimit", unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit.Max, Max: limit.Max}))
		t.Cleanup(func() { unix.Setrlimit(unix.RLIMIT_NOFILE, &limit) })
	}
	p := testutil.StartChild(t, loadChild, nil, addr.String(), strconv.Itoa(many))
	if line := p.Line(t); line != "0 failed" {
		t.Fatalf("%d clients connect: %s", many, line)
	}
	return p
}

// tell has the clients do something.
func tell(t testing.TB, p *testutil.Process, what string) {
	t.Helper()
	fmt.Fprintln(p.In, what)
	if line := p.Line(t); line != "0 failed" {
		t.Fatalf("%s: %s", what, line)
	}
}

const manyClients = 10_000

// heap is the Go memory in use.
func heap() (bytes uint64) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

func openFiles(t testing.TB) int {
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, "ReadDir", err)
	return len(entries)
}

// Ten thousand connect in a burst, talk all at once, idle, and vanish.
func TestTenThousandClients(t *testing.T) {
	testutil.NotUnderQEMU(t, "ten thousand connections")
	for _, e := range echoServers {
		t.Run(e.name, func(t *testing.T) {
			files := openFiles(t)
			before := heap()
			s := e.make(ss.Config{Addr: loopback4, Log: quiet})
			start(t, s)
			p := clients(t, s.ServerAddress(), manyClients)
			testutil.Eventually(t, "all are accepted", func() bool { return s.Counters().Active == manyClients })
			tell(t, p, "echo 3")
			perConn := (float64(heap()) - float64(before)) / manyClients
			t.Logf("%s: %.0f bytes of Go memory for each of %d idle connections", e.name, perConn, manyClients)
			if limit := 256.0; strings.HasPrefix(e.name, "Event") && perConn > limit {
				t.Errorf("%.0f bytes of Go memory for a connection, want at most %.0f", perConn, limit)
			}
			tell(t, p, "echo 1")
			tell(t, p, "reset")
			testutil.Eventually(t, "all have gone", func() bool { return s.Counters().Active == 0 })
			n := s.Counters()
			if n.Accepted != manyClients || n.BytesIn != 4*64*manyClients || n.BytesOut != n.BytesIn {
				t.Errorf("Counters = %+v, want %d accepted and %d bytes each way", n, manyClients, 4*64*manyClients)
			}
			must(t, "Shutdown", s.Shutdown(context.Background()))
			must(t, "the clients' end", p.In.Close())
			must(t, "the clients' end", p.Wait())
			if now := openFiles(t); now > files {
				t.Errorf("%d descriptors are open, %d were before", now, files)
			}
		})
	}
}

// fewFilesChild serves with few descriptors: KIND REFUSE. It prints its address, then for each line it reads
// its counters and the CPU time it has used.
var fewFilesChild = testutil.Child("few files", func() {
	must := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	cfg := ss.Config{Addr: loopback4, Log: quiet, Refuse: os.Args[2] == "true"}
	for _, e := range echoServers {
		if e.name != os.Args[1] {
			continue
		}
		s := e.make(cfg)
		must(s.Listen())
		go s.Serve()
		must(unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: fewFiles, Max: fewFiles}))
		fmt.Println(s.ServerAddress())
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			var usage unix.Rusage
			unix.Getrusage(unix.RUSAGE_SELF, &usage)
			n := s.Counters()
			fmt.Println(n.Active, n.Refused, n.Errors, (usage.Utime.Nano()+usage.Stime.Nano())/1e6)
		}
	}
})

const fewFiles = 40

// Where descriptors run out in the middle, those who are served do not notice, the others wait or are refused,
// and the server sleeps.
func TestDescriptorsRunOut(t *testing.T) {
	testutil.NotUnderQEMU(t, "RLIMIT_NOFILE is the emulator's too")
	for _, e := range echoServers {
		for _, refuse := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s refuse=%v", e.name, refuse), func(t *testing.T) {
				p := testutil.StartChild(t, fewFilesChild, nil, e.name, strconv.FormatBool(refuse))
				addr, err := socket.ParseSockaddr(p.Line(t))
				must(t, "ParseSockaddr", err)
				ask := func() (active, refused, errs, cpu int) {
					t.Helper()
					fmt.Fprintln(p.In)
					if _, err := fmt.Sscan(p.Line(t), &active, &refused, &errs, &cpu); err != nil {
						t.Fatal(err)
					}
					return
				}
				const many = 2 * fewFiles
				var cs [many]int
				served := map[int]bool{}
				for i := range cs {
					cs[i] = dial(t, addr)
					socket.Send(cs[i], []byte("hello"), 0)
				}
				answered := func() (n int) {
					for _, c := range cs {
						var q [5]byte
						if n, err := socket.Recv(c, q[:], socket.MSG_DONTWAIT); n == 5 && err == nil {
							served[c] = true
						}
					}
					return len(served)
				}
				active := 0
				testutil.Eventually(t, "it is full", func() bool {
					var refused int
					active, refused, _, _ = ask()
					n := answered()
					return active >= fewFiles/2 && n == active && (!refuse || active+refused == many)
				})
				_, _, _, before := ask()
				time.Sleep(300 * time.Millisecond)
				if _, _, errs, cpu := ask(); cpu-before > 150 || errs > 0 {
					t.Errorf("%d ms of CPU within 300 ms, and %d errors: want it to sleep", cpu-before, errs)
				}
				for c := range served {
					wantEcho(t, c, "still")
				}
				if refuse {
					for _, c := range cs {
						if !served[c] {
							wantGone(t, c)
						}
					}
					return
				}
				// As those who are served leave, the others are: none is lost.
				left := map[int]bool{}
				for len(served) < many {
					leave := 10
					for c := range served {
						if !left[c] && leave > 0 {
							must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
							left[c] = true
							leave--
						}
					}
					n := len(served)
					testutil.Eventually(t, "those who wait are served", func() bool { return answered() > n || len(served) == many })
				}
			})
		}
	}
}

// The steady state of an event loop is one recv and one send a request, and nothing else.
func TestEventLoopSystemCalls(t *testing.T) {
	testutil.NotUnderQEMU(t, "strace")
	strace := testutil.Program(t, "strace")
	self, err := os.Executable()
	must(t, "Executable", err)
	out, err := os.CreateTemp("", "strace")
	must(t, "CreateTemp", err)
	defer os.Remove(out.Name())
	defer out.Close()
	cmd := exec.Command(strace, "-f", "-c", "-U", "name,calls", "-o", out.Name(), self, "EventServer1", "false")
	cmd.Env = append(os.Environ(), "SOCKET_TEST_CHILD="+fewFilesChild)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	p := testutil.Start(t, cmd)
	line, err := p.Out.ReadString('\n')
	if err != nil {
		text, _ := io.ReadAll(out)
		t.Skipf("needs ptrace: %s", text)
	}
	addr, err := socket.ParseSockaddr(strings.TrimSpace(line))
	must(t, "ParseSockaddr", err)
	c := dial(t, addr)
	const requests = 500
	for range requests {
		wantEcho(t, c, "hello")
	}
	must(t, "Close", p.In.Close())
	must(t, "Wait", p.Cmd.Wait())
	text, err := io.ReadAll(out)
	must(t, "ReadAll", err)
	calls := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^(\w+)\s+(\d+)`).FindAllSubmatch(bytes.TrimSpace(text), -1) {
		calls[string(m[1])], _ = strconv.Atoi(string(m[2]))
	}
	if n := calls["recvfrom"]; n < requests || n > requests+5 {
		t.Errorf("%d recvfrom for %d requests\n%s", n, requests, text)
	}
	if n := calls["sendto"]; n < requests || n > requests+5 {
		t.Errorf("%d sendto for %d requests", n, requests)
	}
	if n := calls["epoll_pwait"] + calls["epoll_wait"]; n < requests/2 || n > requests+60 { // Go's own poller waits a few times too
		t.Errorf("%d epoll_pwait for %d requests", n, requests)
	}
	if n := calls["epoll_ctl"]; n > 20 {
		t.Errorf("%d epoll_ctl for %d requests", n, requests)
	}
}
