//go:build linux

package main

// This file tests the modes, and what ends them.

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
)

// listenAt is a listener of the test's own, and the operands of a client that is to reach it.
func listenAt(t *testing.T, domain, typ, backlog int) (fd int, to []string) {
	t.Helper()
	addr := socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))
	if domain == socket.AF_UNIX {
		addr, _ = socket.SockaddrUn(filepath.Join(shortDir(t), "s"))
	}
	fd, err := socket.Socket(domain, typ, 0)
	if err == nil {
		t.Cleanup(func() { socket.Close(fd) })
		err = socket.Setsockopt(fd, socket.SO_RCVTIMEO, limit)
	}
	if err == nil {
		err = socket.Bind(fd, addr)
	}
	if err == nil && typ != socket.SOCK_DGRAM {
		err = socket.Listen(fd, backlog)
	}
	if err == nil {
		addr, err = socket.Getsockname(fd)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fd, operands(addr.String())
}

func acceptFrom(t *testing.T, l int) int {
	t.Helper()
	fd, err := socket.AcceptFD(l, 0)
	if err == nil {
		t.Cleanup(func() { socket.Close(fd) })
		err = socket.Setsockopt(fd, socket.SO_RCVTIMEO, limit)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fd
}

// connectTo connects a socket of the test's own to a server.
func connectTo(t *testing.T, to []string) int {
	t.Helper()
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	if err == nil {
		t.Cleanup(func() { socket.Close(fd) })
		err = socket.Setsockopt(fd, socket.SO_RCVTIMEO, limit)
	}
	if err == nil {
		err = socket.Connect(fd, socket.SockaddrIn(netip.MustParseAddrPort(strings.Join(to, ":"))))
	}
	if err != nil {
		t.Fatal(err)
	}
	return fd
}

func TestBigTransferArrivesAsItWasSent(t *testing.T) {
	dir := t.TempDir()
	data := make([]byte, 50<<20+1)
	rand.Read(data)
	if err := os.WriteFile(filepath.Join(dir, "big"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(filepath.Join(dir, "big"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	s, to := serve(t, strings.NewReader("thanks"), "127.0.0.1", "0")
	got := start(t, in, to...).end(t)
	if diff := cmp.Diff(result{Stdout: "thanks"}, got); diff != "" {
		t.Errorf("the sender (-want +got):\n%s", diff)
	}
	if got := s.end(t); sha256.Sum256([]byte(got.Stdout)) != sha256.Sum256(data) || got.Code != 0 {
		t.Errorf("the receiver has %d bytes of %d and another digest, and ended with %d", len(got.Stdout), len(data), got.Code)
	}
}

func TestEndOfInputHalfClosesOrClosesOrLeavesOpen(t *testing.T) {
	for _, how := range []string{"half", "close", "open"} {
		t.Run(how, func(t *testing.T) {
			l, to := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 1)
			c := start(t, strings.NewReader("input"), client(to, "-v", "-e", how)...)
			fd := acceptFrom(t, l)
			buf := make([]byte, 100)
			if n, err := socket.Recvall(fd, buf[:5], 0); n != 5 || err != nil {
				t.Fatalf("Recvall = %d, %v, want the input", n, err)
			}
			if how == "open" {
				if _, err := socket.Recv(fd, buf, socket.MSG_DONTWAIT); err != unix.EAGAIN {
					t.Errorf("Recv = %v, want EAGAIN: there is no end", err)
				}
			} else if n, err := socket.Recv(fd, buf, 0); n != 0 || err != nil {
				t.Errorf("Recv = %d, %v, want the end", n, err)
			}
			if how != "close" {
				socket.Sendall(fd, []byte("answer"), 0)
				socket.Shutdown(fd, socket.SHUT_WR)
			}
			got := c.end(t)
			if want := map[string]string{"half": "answer", "open": "answer"}[how]; got.Stdout != want || got.Code != 0 {
				t.Errorf("sock -e %s: %+v, want %q", how, got, want)
			}
			if shut := strings.Contains(got.Stderr, "shutdown("); shut != (how == "half") {
				t.Errorf("sock -e %s called shutdown: %v", how, shut)
			}
		})
	}
}

func TestAnswerIsReadThoughTheRestCannotBeSent(t *testing.T) {
	l, to := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 1)
	r, w, err := os.Pipe() // which is not read at first
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command(sockPath(t), client(to, "-v", "-o", "SO_RCVBUF=1000000")...)
	cmd.Env, cmd.Stdout = sockEnv(), w
	c := startCmd(t, nil, cmd)
	w.Close()
	fd := acceptFrom(t, l)
	answer := bytes.Repeat([]byte("enough "), 50000)
	socket.Sendall(fd, answer, 0)
	testutil.Eventually(t, "the client's kernel has the answer", func() bool {
		n, err := socket.Siocoutq(fd)
		return n == 0 && err == nil
	})
	socket.Close(fd)
	c.line(t, "recv(")
	testutil.Eventually(t, "the connection is reset", func() bool { // by what is sent to nobody
		_, err := c.In.Write([]byte("x"))
		return err != nil || strings.Contains(c.errors(), "EPIPE")
	})
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, answer) {
		t.Errorf("%d bytes of an answer of %d (%v)", len(got), len(answer), err)
	}
	if got := c.end(t); got.Code != 1 || !strings.Contains(got.Stderr, "sock: send 127.0.0.1:"+to[1]+": broken pipe\n") {
		t.Errorf("%+v, want 1 and EPIPE", got)
	}
}

func TestSourceAndSinkCountBytesAndCalls(t *testing.T) {
	s, to := serve(t, nil, "-i", "-c", "2", "127.0.0.1", "0")
	for range 2 {
		got := sock(t, "", client(to, "-i", "-n", "10", "-w", "1000")...)
		if !strings.HasPrefix(got.Stderr, "sock: sent 10000 bytes in ") || got.Code != 0 {
			t.Errorf("sock -i -n 10 -w 1000: %+v", got)
		}
	}
	if got := s.end(t); strings.Count(got.Stderr, "sock: received 10000 bytes in ") != 2 || got.Code != 0 {
		t.Errorf("sock -s -i -c 2: %+v", got)
	}
}

func TestSourceDoesNotStandStillBeforeAnEcho(t *testing.T) {
	s, to := serve(t, nil, "-m", "echo", "-c", "1", "-o", "SO_SNDBUF=10000", "127.0.0.1", "0")
	got := sock(t, "", client(to, "-i", "-n", "200", "-o", "SO_RCVBUF=10000")...)
	if !strings.HasPrefix(got.Stderr, "sock: sent 13107200 bytes in ") || got.Code != 0 {
		t.Errorf("sock -i to an echo: %+v", got)
	}
	s.end(t)
}

func TestSourceSendsMessagesOfItsSize(t *testing.T) {
	l, to := listenAt(t, socket.AF_UNIX, socket.SOCK_SEQPACKET, 1)
	c := start(t, strings.NewReader(""), client(to, "-qU", "-m", "source", "-n", "3", "-w", "1K")...)
	fd := acceptFrom(t, l)
	var sizes []int
	var text []byte
	buf := make([]byte, 1<<16)
	for {
		n, err := socket.Recv(fd, buf, 0)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		sizes = append(sizes, n)
		text = append(text, buf[:n]...)
	}
	socket.Close(fd)
	if diff := cmp.Diff([]int{1024, 1024, 1024}, sizes); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	checkPattern(t, text)
	if got := c.end(t); got.Code != 0 {
		t.Errorf("%+v", got)
	}
}

// checkPattern checks RFC 864's lines: 72 characters, each line one further.
func checkPattern(t *testing.T, text []byte) {
	t.Helper()
	for i, line := range bytes.SplitAfter(text, []byte("\r\n")) {
		want := make([]byte, 72)
		for j := range want {
			want[j] = byte(' ' + (i+j)%95)
		}
		want = append(want, '\r', '\n')
		if !bytes.HasPrefix(want, line) {
			t.Fatalf("line %d is %q, want %q", i, line, want)
		}
	}
}

func TestChargenSendsUntilTheClientHasEnough(t *testing.T) {
	s, to := serve(t, nil, "-m", "chargen", "127.0.0.1", "0")
	for range 2 { // the first one's going does not end the server
		fd := connectTo(t, to)
		buf := make([]byte, 1<<20)
		if n, err := socket.Recvall(fd, buf, 0); n != len(buf) || err != nil {
			t.Fatalf("Recvall = %d, %v", n, err)
		}
		checkPattern(t, buf)
		socket.Close(fd)
	}
	if got := s.stop(t); got.Code != 143 || strings.Count(got.Stderr, "\n") != 1 {
		t.Errorf("%+v, want no complaint", got)
	}
}

func TestPausesSlowASourceDown(t *testing.T) {
	s, to := serve(t, nil, "-m", "discard", "-c", "1", "127.0.0.1", "0")
	began := time.Now()
	sock(t, "", client(to, "-i", "-n", "5", "-w", "1", "-p", "50ms", "-P", "0.1")...)
	if took := time.Since(began); took < 350*time.Millisecond {
		t.Errorf("100 ms and 5 times 50 ms took %v", took)
	}
	s.end(t)
}

func TestServerServesManyAtOnce(t *testing.T) {
	s, to := serve(t, nil, "-m", "echo", "127.0.0.1", "0")
	connectTo(t, to)         // says nothing
	slow := connectTo(t, to) // does not read
	socket.SetNonblock(slow, true)
	testutil.Eventually(t, "the server no longer reads what it cannot send back", func() bool {
		_, err := socket.Sendall(slow, make([]byte, 1<<20), 0)
		return err == unix.EAGAIN
	})
	var fds []int
	for range 100 {
		fds = append(fds, connectTo(t, to))
	}
	for i, fd := range fds {
		want := fmt.Sprintf("client %d", i)
		socket.Sendall(fd, []byte(want), 0)
		got := make([]byte, len(want))
		if _, err := socket.Recvall(fd, got, 0); err != nil || string(got) != want {
			t.Errorf("echo: %q, %v, want %q", got, err, want)
		}
	}
	if got := s.stop(t); got.Code != 143 {
		t.Errorf("%+v", got)
	}
}

func TestServerGoesOnAfterAClientsReset(t *testing.T) {
	s, to := serve(t, nil, "-m", "echo", "127.0.0.1", "0")
	fd := connectTo(t, to)
	local, _ := socket.Getsockname(fd)
	socket.Setsockopt(fd, socket.SO_LINGER, socket.Linger{Onoff: 1})
	socket.Close(fd)
	s.line(t, fmt.Sprintf("sock: recv %v: connection reset by peer", local))
	if got := sock(t, "on", to...); got.Stdout != "on" {
		t.Errorf("after a reset: %+v", got)
	}
	s.stop(t)
}

func TestServerOutOfDescriptorsGoesOnWhenThereAreSome(t *testing.T) {
	testutil.Program(t, "bash")
	cmd := exec.Command("bash", "-c", `ulimit -n 16; exec "$0" "$@"`, sockPath(t), "-s", "-m", "echo", "127.0.0.1", "0")
	cmd.Env = sockEnv()
	s := startCmd(t, nil, cmd)
	to := operands(s.line(t, "sock: listening on "))
	var fds []int
	for range 16 {
		fds = append(fds, connectTo(t, to))
	}
	s.line(t, "sock: accept 127.0.0.1:"+to[1]+": too many open files")
	for _, fd := range fds[:12] {
		socket.Shutdown(fd, socket.SHUT_WR)
	}
	socket.Sendall(fds[15], []byte("x"), 0)
	if n, err := socket.Recvall(fds[15], make([]byte, 1), 0); n != 1 || err != nil {
		t.Errorf("the last client: %d, %v, want its echo", n, err)
	}
	if got := s.stop(t); strings.Count(got.Stderr, "too many") > 20 {
		t.Errorf("it spins: %d complaints", strings.Count(got.Stderr, "too many"))
	}
}

func TestDatagramServerAnswersFromTheAddressThatWasAsked(t *testing.T) {
	for _, c := range []struct{ name, family, host string }{
		{"of IPv4", "-4", "127.0.0.2"},
		{"of IPv6, asked by IPv6", "-6", "::1"},
		{"of IPv6, asked by IPv4", "-6", "127.0.0.2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, to := serve(t, nil, "-u", c.family, "-m", "echo", "0") // any address
			// The client is connected: it hears only the address it asked.
			if got := sock(t, "who?", "-u", "-n", "1", "-t", "10", c.host, to[1]); got.Stdout != "who?" || got.Code != 0 {
				t.Errorf("%+v, want the echo", got)
			}
			s.stop(t)
		})
	}
}

func TestDatagramServices(t *testing.T) {
	chargen, to := serve(t, nil, "-u", "-m", "chargen", "127.0.0.1", "0")
	got := sock(t, "more", client(to, "-u", "-n", "1", "-t", "10")...)
	if len(got.Stdout) > 512 || got.Code != 0 {
		t.Errorf("chargen: %d bytes, %d; want up to 512", len(got.Stdout), got.Code)
	}
	checkPattern(t, []byte(got.Stdout))
	chargen.stop(t)

	sink, to := serve(t, nil, "-u", "-m", "sink", "-n", "4", "127.0.0.1", "0")
	sock(t, "", client(to, "-u", "-i", "-n", "4", "-w", "100")...)
	if got := sink.end(t); !strings.Contains(got.Stderr, "sock: received 400 bytes in ") || got.Code != 0 {
		t.Errorf("sink: %+v", got)
	}

	cut, to := serve(t, nil, "-u", "-m", "discard", "-n", "1", "-r", "10", "127.0.0.1", "0")
	sock(t, "more than ten", client(to, "-u", "-e", "close")...)
	if got := cut.end(t); !strings.Contains(got.Stderr, " was cut to 10 bytes\n") {
		t.Errorf("discard: %+v, want a word about the cut", got)
	}

	idle, _ := serve(t, nil, "-u", "-m", "sink", "-t", "0.1", "127.0.0.1", "0")
	if got := idle.end(t); !strings.Contains(got.Stderr, "sock: received 0 bytes in ") || got.Code != 0 {
		t.Errorf("sink -t: %+v", got)
	}
}

func TestDatagramClientHearsUntilNothingComes(t *testing.T) {
	l, to := listenAt(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
	c := start(t, strings.NewReader("anybody?"), client(to, "-u", "-t", "1.5")...)
	buf := make([]byte, 100)
	_, from, err := socket.Recvfrom(l, buf, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, answer := range []string{"", "one", "two"} { // an empty datagram is no end
		socket.Sendto(l, []byte(answer), 0, from)
		time.Sleep(800 * time.Millisecond)
	}
	if got := c.end(t); got.Stdout != "onetwo" || got.Code != 0 {
		t.Errorf("%+v, want both answers", got)
	}
}
