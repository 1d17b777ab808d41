//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socket_test

// This file holds the tests of the root package, in the order of its files: the calls, addresses, the
// mechanism of options. What needs Linux is in sys_linux_test.go, a row for every option in
// sockopt_linux_test.go.

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// Helpers.

func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func wantErr(t testing.TB, what string, err error, want unix.Errno) {
	t.Helper()
	if err != want {
		t.Errorf("%s: error %v, want %s", what, err, unix.ErrnoName(want))
	}
}

func newSocket(t testing.TB, domain, typ, protocol int) int {
	t.Helper()
	fd, err := socket.Socket(domain, typ, protocol)
	must(t, "Socket", err)
	t.Cleanup(func() { socket.Close(fd) })
	return fd
}

func newPair(t testing.TB, typ int) (a, b int) {
	t.Helper()
	fds, err := socket.Socketpair(socket.AF_UNIX, typ, 0)
	must(t, "Socketpair", err)
	t.Cleanup(func() { socket.Close(fds[0]); socket.Close(fds[1]) })
	return fds[0], fds[1]
}

var (
	loopback4 = socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))
	loopback6 = socket.SockaddrIn(netip.MustParseAddrPort("[::1]:0"))
)

// local is an address to bind to: port 0, or a new path.
func local(t testing.TB, domain int) socket.Sockaddr {
	t.Helper()
	switch domain {
	case socket.AF_INET:
		return loopback4
	case socket.AF_INET6:
		return loopback6
	}
	addr, err := socket.SockaddrUn(filepath.Join(t.TempDir(), "s"))
	must(t, "SockaddrUn", err)
	return addr
}

// bound is a socket with a local address.
func bound(t testing.TB, domain, typ int) (fd int, addr socket.Sockaddr) {
	t.Helper()
	fd = newSocket(t, domain, typ, 0)
	must(t, "Bind", socket.Bind(fd, local(t, domain)))
	addr, err := socket.Getsockname(fd)
	must(t, "Getsockname", err)
	return fd, addr
}

func listener(t testing.TB, domain, typ int) (fd int, addr socket.Sockaddr) {
	t.Helper()
	fd, addr = bound(t, domain, typ)
	must(t, "Listen", socket.Listen(fd, 16))
	return fd, addr
}

// connected is a connection: the client's end, and the accepted one.
func connected(t testing.TB, domain, typ int) (client, server int) {
	t.Helper()
	l, addr := listener(t, domain, typ)
	client = newSocket(t, domain, typ, 0)
	must(t, "Connect", socket.Connect(client, addr))
	server, _, err := socket.Accept(l)
	must(t, "Accept", err)
	t.Cleanup(func() { socket.Close(server) })
	return client, server
}

type kind struct {
	name        string
	domain, typ int
}

var streams = []kind{
	{"tcp4", socket.AF_INET, socket.SOCK_STREAM},
	{"tcp6", socket.AF_INET6, socket.SOCK_STREAM},
	{"unix", socket.AF_UNIX, socket.SOCK_STREAM},
}

var datagrams = []kind{
	{"udp4", socket.AF_INET, socket.SOCK_DGRAM},
	{"udp6", socket.AF_INET6, socket.SOCK_DGRAM},
	{"unixgram", socket.AF_UNIX, socket.SOCK_DGRAM},
}

func forEach(t *testing.T, kinds []kind, f func(t *testing.T, k kind)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) { f(t, k) })
	}
}

func pattern(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i*7 + i>>8)
	}
	return p
}

// 1. Calls: what a stream does.

func TestStreamCarriesBytesBothWaysAndEnds(t *testing.T) {
	forEach(t, streams, func(t *testing.T, k kind) {
		l, addr := listener(t, k.domain, k.typ)
		c := newSocket(t, k.domain, k.typ, 0)
		must(t, "Connect", socket.Connect(c, addr))
		s, peer, err := socket.Accept(l)
		must(t, "Accept", err)
		defer socket.Close(s)

		name, err := socket.Getsockname(c)
		must(t, "Getsockname", err)
		if peer.Family() != k.domain || k.domain != socket.AF_UNIX && peer != name {
			t.Errorf("Accept: peer %v, want the client's name %v", peer, name)
		}
		if k.domain == socket.AF_UNIX && peer.Path() != "" {
			t.Errorf("Accept: an unnamed peer has the path %q", peer.Path())
		}
		if got, err := socket.Getpeername(c); err != nil || got != addr {
			t.Errorf("Getpeername = %v, %v, want %v", got, err, addr)
		}

		if n, err := socket.Send(c, []byte("question"), 0); n != 8 || err != nil {
			t.Errorf("Send = %d, %v", n, err)
		}
		p := make([]byte, 100)
		n, from, err := socket.Recvfrom(s, p, 0)
		if err != nil || string(p[:n]) != "question" || from != (socket.Sockaddr{}) {
			t.Errorf("Recvfrom = %q, from %v, %v, want question, no address", p[:n], from, err)
		}
		if n, err := socket.Write(s, []byte("answer")); n != 6 || err != nil {
			t.Errorf("Write = %d, %v", n, err)
		}
		if n, err := socket.Read(c, p); err != nil || string(p[:n]) != "answer" {
			t.Errorf("Read = %q, %v", p[:n], err)
		}

		must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
		for range 2 { // the end stays
			if n, err := socket.Recv(s, p, 0); n != 0 || err != nil {
				t.Errorf("Recv at the end = %d, %v, want 0, nil", n, err)
			}
		}
		if n, err := socket.Send(s, []byte("half"), 0); n != 4 || err != nil {
			t.Errorf("Send the other way = %d, %v", n, err)
		}
		if n, err := socket.Recv(c, p, 0); err != nil || string(p[:n]) != "half" {
			t.Errorf("Recv after SHUT_WR = %q, %v", p[:n], err)
		}
		_, err = socket.Send(c, []byte("x"), socket.MSG_NOSIGNAL)
		wantErr(t, "Send after SHUT_WR", err, unix.EPIPE)
	})
}

func TestSendallRecvallMoveMoreThanTheBuffersHold(t *testing.T) {
	forEach(t, streams, func(t *testing.T, k kind) {
		c, s := connected(t, k.domain, k.typ)
		want := pattern(3<<20 + 17)
		done := make(chan error, 1)
		go func() {
			n, err := socket.Sendall(c, want, 0)
			if err == nil && n != len(want) {
				t.Errorf("Sendall = %d, want %d", n, len(want))
			}
			socket.Shutdown(c, socket.SHUT_WR)
			done <- err
		}()
		got := make([]byte, len(want)+5)
		n, err := socket.Recvall(s, got, 0)
		if err != nil || n != len(want) || !bytes.Equal(got[:n], want) {
			t.Errorf("Recvall = %d, %v, want %d equal bytes and the end", n, err, len(want))
		}
		must(t, "Sendall", <-done)
	})
}

func TestSendallNonblockingSaysWhatWentOut(t *testing.T) {
	forEach(t, streams, func(t *testing.T, k kind) {
		c, s := connected(t, k.domain, k.typ)
		must(t, "SetNonblock", socket.SetNonblock(c, true))
		want := pattern(16 << 20)
		n, err := socket.Sendall(c, want, 0)
		wantErr(t, "Sendall into a full socket", err, unix.EAGAIN)
		if n <= 0 || n >= len(want) {
			t.Fatalf("Sendall = %d of %d", n, len(want))
		}
		must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
		got := make([]byte, len(want))
		m, err := socket.Recvall(s, got, 0)
		if err != nil || m != n || !bytes.Equal(got[:m], want[:n]) {
			t.Errorf("the other end got %d bytes, %v; Sendall said %d", m, err, n)
		}
	})
}

func TestRecvallEdges(t *testing.T) {
	a, b := newPair(t, socket.SOCK_STREAM)
	if n, err := socket.Recvall(a, nil, 0); n != 0 || err != nil {
		t.Errorf("Recvall into nothing = %d, %v: it must not wait", n, err)
	}
	_, err := socket.Recvall(a, make([]byte, 4), socket.MSG_PEEK)
	wantErr(t, "Recvall with MSG_PEEK", err, unix.EINVAL)
	socket.Send(b, []byte("abc"), 0)
	p := make([]byte, 8)
	n, err := socket.Recvall(a, p, socket.MSG_DONTWAIT)
	wantErr(t, "Recvall with MSG_DONTWAIT", err, unix.EAGAIN)
	if n != 3 || string(p[:n]) != "abc" {
		t.Errorf("Recvall with MSG_DONTWAIT = %q", p[:n])
	}
}

func TestPeekWaitallDontwait(t *testing.T) {
	forEach(t, streams, func(t *testing.T, k kind) {
		c, s := connected(t, k.domain, k.typ)
		p := make([]byte, 6)
		_, err := socket.Recv(s, p, socket.MSG_DONTWAIT)
		wantErr(t, "Recv of nothing with MSG_DONTWAIT", err, unix.EAGAIN)
		socket.Send(c, []byte("abc"), 0)
		testutil.Eventually(t, "3 bytes to peek at", func() bool {
			n, _ := socket.Recv(s, p, socket.MSG_PEEK|socket.MSG_DONTWAIT)
			return n == 3
		})
		go func() {
			time.Sleep(10 * time.Millisecond)
			socket.Send(c, []byte("def"), 0)
		}()
		if n, err := socket.Recv(s, p, socket.MSG_WAITALL); err != nil || string(p[:n]) != "abcdef" {
			t.Errorf("Recv with MSG_WAITALL = %q, %v", p[:n], err)
		}
	})
}

// 2. Calls: what a datagram does.

func TestDatagramKeepsItsBoundsAndItsSender(t *testing.T) {
	forEach(t, datagrams, func(t *testing.T, k kind) {
		a, addrA := bound(t, k.domain, k.typ)
		b, addrB := bound(t, k.domain, k.typ)
		for _, size := range []int{0, 1, 1400, 8000} {
			want := pattern(size)
			if n, err := socket.Sendto(a, want, 0, addrB); n != size || err != nil {
				t.Fatalf("Sendto %d bytes = %d, %v", size, n, err)
			}
			p := make([]byte, 9000)
			n, from, err := socket.Recvfrom(b, p, 0)
			if err != nil || !bytes.Equal(p[:n], want) || from != addrA {
				t.Errorf("Recvfrom = %d bytes from %v, %v, want %d from %v", n, from, err, size, addrA)
			}
		}
		must(t, "Connect", socket.Connect(a, addrB))
		if n, err := socket.Sendto(a, []byte("peer"), 0, socket.Sockaddr{}); n != 4 || err != nil {
			t.Errorf("Sendto the zero Sockaddr = %d, %v: it is a null pointer", n, err)
		}
		must(t, "Connect", socket.Connect(a, socket.SockaddrUnspec()))
		_, err := socket.Send(a, []byte("x"), 0)
		if err != unix.EDESTADDRREQ && err != unix.ENOTCONN {
			t.Errorf("Send after Connect to AF_UNSPEC: %v, want EDESTADDRREQ or ENOTCONN", err)
		}
	})
}

func TestDatagramCutShowsInFlagsAndLength(t *testing.T) {
	forEach(t, datagrams, func(t *testing.T, k kind) {
		a, _ := bound(t, k.domain, k.typ)
		b, addrB := bound(t, k.domain, k.typ)
		for range 3 {
			socket.Sendto(a, pattern(500), 0, addrB)
		}
		p := make([]byte, 10)
		if n, err := socket.Recv(b, p, 0); n != 10 || err != nil {
			t.Errorf("Recv of a long datagram = %d, %v, want the 10 bytes there is room for", n, err)
		}
		if n, err := socket.Recv(b, p, socket.MSG_TRUNC); k.domain != socket.AF_UNIX && n != 500 || err != nil {
			t.Errorf("Recv with MSG_TRUNC = %d, %v, want 500", n, err)
		}
		msg := socket.Msghdr{Iov: [][]byte{p}}
		if n, err := socket.Recvmsg(b, &msg, 0); n != 10 || err != nil || msg.Flags&socket.MSG_TRUNC == 0 {
			t.Errorf("Recvmsg = %d, %v, flags %#x, want 10 and MSG_TRUNC", n, err, msg.Flags)
		}
	})
}

// 3. Messages of several buffers.

func TestSendmsgGathersRecvmsgScatters(t *testing.T) {
	for _, buffers := range []int{0, 1, 2, 8, 9, 100, 1024} {
		t.Run(strconv.Itoa(buffers), func(t *testing.T) {
			if buffers == 0 {
				testutil.NotUnderQEMU(t, "it sends nothing for no buffers")
			}
			a, addrA := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
			b, addrB := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
			out, in, want := make([][]byte, buffers), make([][]byte, buffers), []byte(nil)
			for i := range out {
				out[i] = pattern(i % 5) // some are empty
				in[i] = make([]byte, (i+2)%5)
				want = append(want, out[i]...)
			}
			if n, err := socket.Sendmsg(a, &socket.Msghdr{Name: &addrB, Iov: out}, 0); n != len(want) || err != nil {
				t.Fatalf("Sendmsg = %d, %v, want %d", n, err, len(want))
			}
			in = append(in[:max(buffers-1, 0)], make([]byte, 3000))
			var from socket.Sockaddr
			msg := socket.Msghdr{Name: &from, Iov: in}
			n, err := socket.Recvmsg(b, &msg, 0)
			if err != nil || n != len(want) || from != addrA || msg.Flags != 0 {
				t.Fatalf("Recvmsg = %d from %v, flags %#x, %v, want %d from %v", n, from, msg.Flags, err, len(want), addrA)
			}
			if got := bytes.Join(in, nil)[:n]; !bytes.Equal(got, want) {
				t.Errorf("Recvmsg scattered %v, want %v", got, want)
			}
		})
	}
}

func TestReadvWritevKeepOrder(t *testing.T) {
	for _, buffers := range []int{1, 8, 9, 1024} {
		a, b := newPair(t, socket.SOCK_STREAM)
		out, want := make([][]byte, buffers), []byte(nil)
		for i := range out {
			out[i] = pattern(i%3 + 1)
			want = append(want, out[i]...)
		}
		if n, err := socket.Writev(a, out); n != len(want) || err != nil {
			t.Fatalf("Writev of %d buffers = %d, %v, want %d", buffers, n, err, len(want))
		}
		in := make([][]byte, buffers)
		for i := range in {
			in[i] = make([]byte, 3)
		}
		n, err := socket.Readv(b, in)
		if got := bytes.Join(in, nil); err != nil || n != len(want) || !bytes.Equal(got[:n], want) {
			t.Errorf("Readv into %d buffers = %d, %v, want %d equal bytes", buffers, n, err, len(want))
		}
	}
}

func TestTooManyBuffersAreRefusedAsTheKernelDoes(t *testing.T) {
	a, b := newPair(t, socket.SOCK_DGRAM)
	iov := make([][]byte, 1025)
	_, err := socket.Sendmsg(-1, &socket.Msghdr{Iov: iov}, 0) // the descriptor is looked at first
	wantErr(t, "Sendmsg(-1) of 1025 buffers", err, unix.EBADF)
	_, err = socket.Sendmsg(a, &socket.Msghdr{Iov: iov}, 0)
	wantErr(t, "Sendmsg of 1025 buffers", err, unix.EMSGSIZE)
	_, err = socket.Recvmsg(b, &socket.Msghdr{Iov: iov}, socket.MSG_DONTWAIT)
	wantErr(t, "Recvmsg into 1025 buffers", err, unix.EMSGSIZE)
	_, err = socket.Writev(a, iov)
	wantErr(t, "Writev of 1025 buffers", err, unix.EINVAL)
	_, err = socket.Readv(b, iov)
	wantErr(t, "Readv into 1025 buffers", err, unix.EINVAL)
}

func TestRecvmsgSetsAnewWhatItReturns(t *testing.T) {
	a, addrA := bound(t, socket.AF_UNIX, socket.SOCK_DGRAM)
	b, addrB := bound(t, socket.AF_UNIX, socket.SOCK_DGRAM)
	unnamed := newSocket(t, socket.AF_UNIX, socket.SOCK_DGRAM, 0)

	var from socket.Sockaddr
	msg := socket.Msghdr{Name: &from, Iov: [][]byte{make([]byte, 4)}, Control: make([]byte, 64)}
	socket.Sendto(a, []byte("long name"), 0, addrB)
	socket.Sendto(unnamed, []byte("none"), 0, addrB)
	if n, err := socket.Recvmsg(b, &msg, 0); n != 4 || err != nil || from != addrA || msg.Flags != socket.MSG_TRUNC {
		t.Errorf("Recvmsg = %d, %v from %v, flags %#x", n, err, from, msg.Flags)
	}
	if n, err := socket.Recvmsg(b, &msg, 0); n != 4 || err != nil || from.Path() != "" || msg.Flags != 0 || msg.Controllen != 0 {
		t.Errorf("Recvmsg = %d, %v from %v, flags %#x", n, err, from, msg.Flags)
	}
	if again, _ := socket.SockaddrFrom(from.Bytes()); again != from {
		t.Errorf("the bytes behind a short name are not zero: %v", from)
	}

	from, msg.Controllen, msg.Flags = addrA, 7, 7
	_, err := socket.Recvmsg(b, &msg, socket.MSG_DONTWAIT)
	wantErr(t, "Recvmsg of nothing", err, unix.EAGAIN)
	if from != (socket.Sockaddr{}) || msg.Controllen != 0 || msg.Flags != 0 {
		t.Errorf("after an error: from %v, Controllen %d, Flags %#x, want nothing", from, msg.Controllen, msg.Flags)
	}
}

func TestNilMsghdrIsEFAULT(t *testing.T) {
	a, _ := newPair(t, socket.SOCK_DGRAM)
	_, err := socket.Sendmsg(a, nil, 0)
	wantErr(t, "Sendmsg(nil)", err, unix.EFAULT)
	_, err = socket.Recvmsg(a, nil, 0)
	wantErr(t, "Recvmsg(nil)", err, unix.EFAULT)
}

// 4. The descriptor.

func TestDescriptorsAreCloseOnExec(t *testing.T) {
	check := func(what string, fd int) {
		t.Helper()
		if on, err := socket.Cloexec(fd); !on || err != nil {
			t.Errorf("%s: Cloexec = %v, %v, want true", what, on, err)
		}
	}
	fd := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	check("Socket", fd)
	must(t, "SetCloexec", socket.SetCloexec(fd, false))
	if on, err := socket.Cloexec(fd); on || err != nil {
		t.Errorf("Cloexec after SetCloexec(fd, false) = %v, %v", on, err)
	}
	dup, err := socket.Dup(fd)
	must(t, "Dup", err)
	defer socket.Close(dup)
	check("Dup of one that is not", dup)
	a, b := newPair(t, socket.SOCK_STREAM)
	check("Socketpair", a)
	check("Socketpair", b)
	_, s := connected(t, socket.AF_INET, socket.SOCK_STREAM)
	check("Accept", s)
	if on, err := socket.Nonblock(s); on || err != nil {
		t.Errorf("an accepted descriptor: Nonblock = %v, %v, want false", on, err)
	}
}

func TestSetNonblockIsSharedAndUndone(t *testing.T) {
	fd := newSocket(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
	dup, err := socket.Dup(fd)
	must(t, "Dup", err)
	defer socket.Close(dup)
	for _, want := range []bool{true, false, false, true} {
		must(t, "SetNonblock", socket.SetNonblock(fd, want))
		for _, fd := range []int{fd, dup} {
			if on, err := socket.Nonblock(fd); on != want || err != nil {
				t.Errorf("Nonblock = %v, %v, want %v", on, err, want)
			}
		}
	}
	_, err = socket.Recv(fd, make([]byte, 1), 0)
	wantErr(t, "Recv on a non-blocking socket", err, unix.EAGAIN)
}

func TestUrgentDataAndItsMark(t *testing.T) {
	c, s := connected(t, socket.AF_INET, socket.SOCK_STREAM)
	socket.Send(c, []byte("ab"), 0)
	if n, err := socket.Send(c, []byte("!"), socket.MSG_OOB); n != 1 || err != nil {
		t.Fatalf("Send with MSG_OOB = %d, %v", n, err)
	}
	socket.Send(c, []byte("cd"), 0)
	testutil.Eventually(t, "all 4 normal bytes to be there", func() bool {
		n, _ := socket.Fionread(s)
		return n >= 2
	})
	p := make([]byte, 10)
	if at, err := socket.Sockatmark(s); at || err != nil {
		t.Errorf("Sockatmark at the start = %v, %v", at, err)
	}
	if n, _ := socket.Recv(s, p, 0); string(p[:n]) != "ab" { // a read stops at the mark
		t.Errorf("Recv = %q, want ab", p[:n])
	}
	if at, err := socket.Sockatmark(s); !at || err != nil {
		t.Errorf("Sockatmark = %v, %v, want true", at, err)
	}
	if n, err := socket.Recv(s, p, socket.MSG_OOB); err != nil || string(p[:n]) != "!" {
		t.Errorf("Recv with MSG_OOB = %q, %v", p[:n], err)
	}
	if n, _ := socket.Recv(s, p, 0); string(p[:n]) != "cd" {
		t.Errorf("Recv = %q, want cd", p[:n])
	}
	r, w, err := os.Pipe()
	must(t, "Pipe", err)
	defer r.Close()
	defer w.Close()
	if _, err := socket.Sockatmark(int(r.Fd())); err == nil {
		t.Error("Sockatmark of a pipe: no error")
	}
}

func TestCloseIsFinal(t *testing.T) {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Socket", err)
	must(t, "Close", socket.Close(fd))
	wantErr(t, "Close again", socket.Close(fd), unix.EBADF)
}

func TestShutdownWakesABlockedRecv(t *testing.T) {
	_, s := connected(t, socket.AF_INET, socket.SOCK_STREAM)
	done := make(chan int)
	go func() {
		n, _ := socket.Recv(s, make([]byte, 1), 0)
		done <- n
	}()
	time.Sleep(20 * time.Millisecond)
	must(t, "Shutdown", socket.Shutdown(s, socket.SHUT_RDWR))
	if n := <-done; n != 0 {
		t.Errorf("Recv = %d, want 0", n)
	}
}

// 5. Bad input: an errno, never a panic, a hang or a descriptor.

// eachCall makes every call that takes a descriptor.
func eachCall(fd int) map[string]func() (n int, err error) {
	p := make([]byte, 4)
	addr := loopback4
	nfd := func(nfd int, _ socket.Sockaddr, err error) (int, error) { return nfd + 1, err }
	return map[string]func() (int, error){
		"Bind":        func() (int, error) { return 0, socket.Bind(fd, addr) },
		"Connect":     func() (int, error) { return 0, socket.Connect(fd, addr) },
		"Listen":      func() (int, error) { return 0, socket.Listen(fd, 1) },
		"Accept":      func() (int, error) { return nfd(socket.Accept(fd)) },
		"Getsockname": func() (int, error) { a, err := socket.Getsockname(fd); return a.Len(), err },
		"Getpeername": func() (int, error) { a, err := socket.Getpeername(fd); return a.Len(), err },
		"Shutdown":    func() (int, error) { return 0, socket.Shutdown(fd, socket.SHUT_WR) },
		"Send":        func() (int, error) { return socket.Send(fd, p, 0) },
		"Sendto":      func() (int, error) { return socket.Sendto(fd, p, 0, addr) },
		"Sendmsg":     func() (int, error) { return socket.Sendmsg(fd, &socket.Msghdr{Iov: [][]byte{p}}, 0) },
		"Sendall":     func() (int, error) { return socket.Sendall(fd, p, 0) },
		"Recv":        func() (int, error) { return socket.Recv(fd, p, 0) },
		"Recvfrom":    func() (int, error) { n, a, err := socket.Recvfrom(fd, p, 0); return n + a.Len(), err },
		"Recvmsg":     func() (int, error) { return socket.Recvmsg(fd, &socket.Msghdr{Iov: [][]byte{p}}, 0) },
		"Recvall":     func() (int, error) { return socket.Recvall(fd, p, 0) },
		"Sockatmark":  func() (int, error) { _, err := socket.Sockatmark(fd); return 0, err },
		"GetsockoptInt": func() (int, error) {
			return socket.GetsockoptInt(fd, socket.SOL_SOCKET, socket.SO_TYPE.Name())
		},
		"SetsockoptInt": func() (int, error) {
			return 0, socket.SetsockoptInt(fd, socket.SOL_SOCKET, socket.SO_REUSEADDR.Name(), 1)
		},
		"GetsockoptBytes": func() (int, error) {
			return socket.GetsockoptBytes(fd, socket.SOL_SOCKET, socket.SO_TYPE.Name(), p)
		},
		"SetsockoptBytes": func() (int, error) {
			return 0, socket.SetsockoptBytes(fd, socket.SOL_SOCKET, socket.SO_REUSEADDR.Name(), []byte{1, 0, 0, 0})
		},
		"SetsockoptNull": func() (int, error) {
			return 0, socket.SetsockoptNull(fd, socket.SOL_SOCKET, socket.SO_REUSEADDR.Name(), 0)
		},
		"Getsockopt": func() (int, error) { return socket.Getsockopt(fd, socket.SO_TYPE) },
		"Setsockopt": func() (int, error) { return 0, socket.Setsockopt(fd, socket.SO_REUSEADDR, true) },
	}
}

func TestEveryCallOnABadDescriptorIsEBADF(t *testing.T) {
	bad := []int{-1, 1 << 20}
	if strconv.IntSize == 64 {
		one := 1
		big := one << 31
		bad = append(bad, big, big*2, big*2+1, -big-1) // as C ints the middle two are 0 and 1
	}
	for _, fd := range bad {
		calls := eachCall(fd)
		p := make([]byte, 4)
		calls["Close"] = func() (int, error) { return 0, socket.Close(fd) }
		calls["Dup"] = func() (int, error) { n, err := socket.Dup(fd); return n + 1, err }
		calls["Read"] = func() (int, error) { return socket.Read(fd, p) }
		calls["Write"] = func() (int, error) { return socket.Write(fd, p) }
		calls["Readv"] = func() (int, error) { return socket.Readv(fd, [][]byte{p}) }
		calls["Writev"] = func() (int, error) { return socket.Writev(fd, [][]byte{p}) }
		calls["SetNonblock"] = func() (int, error) { return 0, socket.SetNonblock(fd, true) }
		calls["Nonblock"] = func() (int, error) { _, err := socket.Nonblock(fd); return 0, err }
		calls["SetCloexec"] = func() (int, error) { return 0, socket.SetCloexec(fd, true) }
		calls["Cloexec"] = func() (int, error) { _, err := socket.Cloexec(fd); return 0, err }
		calls["Fionread"] = func() (int, error) { return socket.Fionread(fd) }
		for name, call := range calls {
			if n, err := call(); err != unix.EBADF || n != 0 {
				t.Errorf("%s(%d) = %d, %v, want nothing and EBADF", name, fd, n, err)
			}
		}
	}
}

func TestEverySocketCallOnAPipeIsENOTSOCK(t *testing.T) {
	r, w, err := os.Pipe()
	must(t, "Pipe", err)
	defer r.Close()
	defer w.Close()
	for name, call := range eachCall(int(r.Fd())) {
		n, err := call()
		if name == "Sockatmark" && err == unix.ENOTTY { // an ioctl, which any file may refuse
			continue
		}
		if err != unix.ENOTSOCK || n != 0 {
			t.Errorf("%s of a pipe = %d, %v, want nothing and ENOTSOCK", name, n, err)
		}
	}
}

func TestIntegersThatAreNoCIntAreRefused(t *testing.T) {
	if strconv.IntSize == 32 {
		t.Skip("an int is a C int here")
	}
	one := 1
	big := one << 31 << 1 // 0 as a C int
	fd := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	a, b := newPair(t, socket.SOCK_DGRAM)
	p := make([]byte, 4)
	for what, f := range map[string]func() error{
		"Socket domain":       func() error { n, err := socket.Socket(big+socket.AF_INET, socket.SOCK_STREAM, 0); return fdErr(n, err) },
		"Socket type":         func() error { n, err := socket.Socket(socket.AF_INET, big+socket.SOCK_STREAM, 0); return fdErr(n, err) },
		"Socket protocol":     func() error { n, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, big); return fdErr(n, err) },
		"Socketpair":          func() error { fds, err := socket.Socketpair(socket.AF_UNIX, big+1, 0); return fdErr(fds[0], err) },
		"Listen":              func() error { return socket.Listen(fd, big) },
		"Shutdown":            func() error { return socket.Shutdown(a, big) },
		"Send flags":          func() error { _, err := socket.Send(a, p, big); return err },
		"Sendmsg flags":       func() error { _, err := socket.Sendmsg(a, &socket.Msghdr{}, big); return err },
		"Recv flags":          func() error { _, err := socket.Recv(b, p, big+socket.MSG_DONTWAIT); return err },
		"Recvmsg flags":       func() error { _, err := socket.Recvmsg(b, &socket.Msghdr{}, big+socket.MSG_DONTWAIT); return err },
		"SetsockoptInt value": func() error { return socket.SetsockoptInt(fd, socket.SOL_SOCKET, socket.SO_REUSEADDR.Name(), big) },
		"SetsockoptInt level": func() error { return socket.SetsockoptInt(fd, big+socket.SOL_SOCKET, socket.SO_REUSEADDR.Name(), 1) },
		"SetsockoptInt name":  func() error { return socket.SetsockoptInt(fd, socket.SOL_SOCKET, big+socket.SO_REUSEADDR.Name(), 1) },
		"Setsockopt":          func() error { return socket.Setsockopt(fd, socket.SO_RCVBUF, big+4096) },
	} {
		wantErr(t, what, f(), unix.EINVAL)
	}
}

// fdErr is err if fd is -1, as it must be then.
func fdErr(fd int, err error) error {
	if err != nil && fd != -1 {
		return unix.EOVERFLOW
	}
	return err
}

func TestErrnosAreTheKernels(t *testing.T) {
	fd, err := socket.Socket(255, socket.SOCK_STREAM, 0)
	if fd != -1 || err != unix.EAFNOSUPPORT {
		t.Errorf("Socket of an unknown family = %d, %v, want -1, EAFNOSUPPORT", fd, err)
	}
	fds, err := socket.Socketpair(socket.AF_INET, socket.SOCK_STREAM, 0)
	if fds != [2]int{-1, -1} || err != unix.EOPNOTSUPP {
		t.Errorf("Socketpair(AF_INET) = %v, %v, want {-1, -1}, EOPNOTSUPP", fds, err)
	}
	tcp := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	_, err = socket.Getpeername(tcp)
	wantErr(t, "Getpeername of an unconnected socket", err, unix.ENOTCONN)
	_, err = socket.Recv(tcp, make([]byte, 1), 0)
	wantErr(t, "Recv of an unconnected socket", err, unix.ENOTCONN)
	nfd, peer, err := socket.Accept(tcp)
	if nfd != -1 || peer != (socket.Sockaddr{}) || err != unix.EINVAL {
		t.Errorf("Accept on a socket that does not listen = %d, %v, %v, want -1, EINVAL", nfd, peer, err)
	}
	l, addr := listener(t, socket.AF_INET, socket.SOCK_STREAM)
	wantErr(t, "Bind twice", socket.Bind(l, loopback4), unix.EINVAL)
	wantErr(t, "Bind to a taken port", socket.Bind(tcp, addr), unix.EADDRINUSE)
	wantErr(t, "Bind to no address", socket.Bind(tcp, socket.Sockaddr{}), unix.EINVAL)
	free, closed := bound(t, socket.AF_INET, socket.SOCK_STREAM)
	socket.Close(free)
	wantErr(t, "Connect to a closed port", socket.Connect(tcp, closed), unix.ECONNREFUSED)
	nowhere, _ := socket.SockaddrUn(filepath.Join(t.TempDir(), "none"))
	wantErr(t, "Connect to no path", socket.Connect(newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0), nowhere), unix.ENOENT)
	wantErr(t, "Shutdown an unconnected socket", socket.Shutdown(newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0), socket.SHUT_WR), unix.ENOTCONN)
}

func TestErrnosCompareBareAndUnderErrorsIs(t *testing.T) {
	err := socket.Close(-1)
	if err != unix.EBADF || cmp.Diff(err, error(unix.EBADF)) != "" {
		t.Errorf("Close(-1) = %#v, want unix.EBADF itself", err)
	}
	if errno, ok := err.(unix.Errno); !ok || errno != unix.EBADF {
		t.Errorf("Close(-1) is a %T, want unix.Errno", err)
	}
}

// 6. Non-blocking descriptors.

func TestNonblockingConnectAndAccept(t *testing.T) {
	l, addr := listener(t, socket.AF_INET, socket.SOCK_STREAM)
	must(t, "SetNonblock", socket.SetNonblock(l, true))
	nl := socket.Nonblocking(l)
	nfd, peer, err := nl.Accept()
	if nfd != -1 || peer != (socket.Sockaddr{}) || err != unix.EAGAIN {
		t.Errorf("Accept of nobody = %d, %v, %v, want -1, EAGAIN", nfd, peer, err)
	}
	c := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "SetNonblock", socket.SetNonblock(c, true))
	if err := socket.Nonblocking(c).Connect(addr); err != nil && err != unix.EINPROGRESS {
		t.Fatalf("Connect: %v", err)
	}
	var s int
	testutil.Eventually(t, "a connection to accept", func() bool {
		s, peer, err = nl.Accept()
		return err == nil
	})
	defer socket.Nonblocking(s).Close()
	if e, err := socket.Getsockopt(c, socket.SO_ERROR); e != 0 || err != nil {
		t.Errorf("SO_ERROR = %v, %v, want 0", e, err)
	}
	if name, _ := socket.Getsockname(c); peer != name {
		t.Errorf("Accept: peer %v, want %v", peer, name)
	}
}

func TestNonblockingCallsNeverWait(t *testing.T) {
	a, b := newPair(t, socket.SOCK_STREAM)
	for _, fd := range []int{a, b} {
		must(t, "SetNonblock", socket.SetNonblock(fd, true))
	}
	na, nb := socket.Nonblocking(a), socket.Nonblocking(b)
	p := make([]byte, 64<<10)
	again := map[string]func() (int, error){
		"Recv":     func() (int, error) { return nb.Recv(p, 0) },
		"Recvfrom": func() (int, error) { n, _, err := nb.Recvfrom(p, 0); return n, err },
		"Recvmsg":  func() (int, error) { return nb.Recvmsg(&socket.Msghdr{Iov: [][]byte{p}}, 0) },
		"Read":     func() (int, error) { return nb.Read(p) },
		"Readv":    func() (int, error) { return nb.Readv([][]byte{p, p}) },
	}
	for name, f := range again {
		if n, err := f(); n != 0 || err != unix.EAGAIN {
			t.Errorf("%s of nothing = %d, %v, want 0, EAGAIN", name, n, err)
		}
	}
	for name, f := range map[string]func() (int, error){
		"Send":    func() (int, error) { return na.Send([]byte("x"), 0) },
		"Sendto":  func() (int, error) { return na.Sendto([]byte("x"), 0, socket.Sockaddr{}) },
		"Sendmsg": func() (int, error) { return na.Sendmsg(&socket.Msghdr{Iov: [][]byte{[]byte("x")}}, 0) },
		"Write":   func() (int, error) { return na.Write([]byte("x")) },
		"Writev":  func() (int, error) { return na.Writev([][]byte{[]byte("x")}) },
	} {
		if n, err := f(); n != 1 || err != nil {
			t.Errorf("%s = %d, %v, want 1", name, n, err)
		}
	}
	for name, f := range again {
		if n, err := f(); n <= 0 || err != nil {
			t.Errorf("%s = %d, %v, want some", name, n, err)
		}
		na.Send([]byte("y"), 0)
	}
	full := 0
	for {
		n, err := na.Write(p)
		if full += n; err != nil {
			wantErr(t, "Write into a full socket", err, unix.EAGAIN)
			break
		}
	}
	if full == 0 {
		t.Error("nothing fitted")
	}
	must(t, "Shutdown", na.Shutdown(socket.SHUT_WR))
}

// 7. The race detector.

// TestSocketTrafficOrdersMemory has nothing to check but under -race, which must not report it.
func TestSocketTrafficOrdersMemory(t *testing.T) {
	a, b := newPair(t, socket.SOCK_STREAM)
	shared := 0
	go func() {
		for i := range 100 {
			shared = i
			if i%2 == 0 {
				socket.Send(a, []byte{1}, 0)
			} else {
				socket.Writev(a, [][]byte{{1}})
			}
			p := make([]byte, 1)
			socket.Recvmsg(a, &socket.Msghdr{Iov: [][]byte{p}}, 0)
		}
		shared = -1
		socket.Shutdown(a, socket.SHUT_WR)
	}()
	p := make([]byte, 1)
	for i := range 100 {
		if n, err := socket.Read(b, p); n != 1 || err != nil || shared != i {
			t.Errorf("round %d: %d bytes, %v, shared %d", i, n, err, shared)
		}
		socket.Write(b, p)
	}
	if n, _ := socket.Recv(b, p, 0); n != 0 || shared != -1 {
		t.Errorf("at the end: %d bytes, shared %d", n, shared)
	}
}

// TestBuffersHandedOverAreNoRace has, as well, nothing to check but under -race.
func TestBuffersHandedOverAreNoRace(t *testing.T) {
	a, b := newPair(t, socket.SOCK_STREAM)
	buf, got := make([]byte, 1), make([]byte, 1)
	done := make(chan bool)
	for name, f := range map[string]struct {
		send, recv func(fd int, p []byte) (int, error)
	}{
		"Send, Recv":       {func(fd int, p []byte) (int, error) { return socket.Send(fd, p, 0) }, func(fd int, p []byte) (int, error) { return socket.Recv(fd, p, 0) }},
		"Write, Read":      {socket.Write, socket.Read},
		"Writev, Readv":    {func(fd int, p []byte) (int, error) { return socket.Writev(fd, [][]byte{p}) }, func(fd int, p []byte) (int, error) { return socket.Readv(fd, [][]byte{p}) }},
		"Sendmsg, Recvmsg": {func(fd int, p []byte) (int, error) { return socket.Sendmsg(fd, &socket.Msghdr{Iov: [][]byte{p}}, 0) }, func(fd int, p []byte) (int, error) { return socket.Recvmsg(fd, &socket.Msghdr{Iov: [][]byte{p}}, 0) }},
	} {
		go func() { // who receives may use the sender's buffer, once it is told
			f.recv(b, got)
			buf[0] = 2
			f.send(b, got)
			done <- true
		}()
		buf[0], got[0] = 1, 0
		f.send(a, buf)
		ack := make([]byte, 1)
		f.recv(a, ack)
		if buf[0] != 2 || got[0] != 1 || ack[0] != 1 {
			t.Errorf("%s: %d, %d, %d", name, buf[0], got[0], ack[0])
		}
		<-done
	}
}

// 8. Addresses.

func TestSockaddrInIsItsAddrPort(t *testing.T) {
	for _, text := range []string{"0.0.0.0:0", "127.0.0.1:80", "255.255.255.255:65535", "[::]:0", "[::1]:443",
		"[2001:db8::1]:1", "[::ffff:192.0.2.1]:7", "[::192.0.2.1]:7", "[fe80::1%3]:9"} {
		ap := netip.MustParseAddrPort(text)
		s := socket.SockaddrIn(ap)
		want := socket.AF_INET
		if ap.Addr().Is6() {
			want = socket.AF_INET6
		}
		if s.Family() != want || s.AddrPort() != ap {
			t.Errorf("SockaddrIn(%s) = family %d, %v", text, s.Family(), s.AddrPort())
		}
		if back, err := socket.SockaddrFrom(s.Bytes()); back != s || err != nil || len(s.Bytes()) != s.Len() {
			t.Errorf("SockaddrFrom(Bytes) of %s = %v, %v", text, back, err)
		}
	}
	if s := socket.SockaddrIn(netip.AddrPort{}); s != (socket.Sockaddr{}) {
		t.Errorf("SockaddrIn of the zero AddrPort = %v, want no address", s)
	}
	if s := socket.SockaddrIn(netip.MustParseAddrPort("[fe80::1%no-such-interface]:1")); s.ScopeID() != 0 {
		t.Errorf("an unknown zone gives scope %d, want 0", s.ScopeID())
	}
}

func TestSockaddrIn6KeepsFlowinfoAndScope(t *testing.T) {
	s := socket.SockaddrIn6(netip.MustParseAddrPort("[fe80::1]:7"), 0x0102345, 9)
	if s.Flowinfo() != 0x0102345 || s.ScopeID() != 9 || s.Len() != 28 || s.AddrPort().String() != "[fe80::1%9]:7" {
		t.Errorf("SockaddrIn6 = flowinfo %#x, scope %d, %d bytes, %v", s.Flowinfo(), s.ScopeID(), s.Len(), s.AddrPort())
	}
	if got := s.Bytes()[2:8]; !bytes.Equal(got, []byte{0, 7, 0x00, 0x10, 0x23, 0x45}) {
		t.Errorf("port and flowinfo lie as % x, want network order", got)
	}
	mapped := socket.SockaddrIn6(netip.MustParseAddrPort("192.0.2.1:7"), 0, 0)
	if mapped.Family() != socket.AF_INET6 || mapped.AddrPort().String() != "[::ffff:192.0.2.1]:7" {
		t.Errorf("SockaddrIn6 of IPv4 = %v", mapped)
	}
	zone := socket.SockaddrIn6(netip.MustParseAddrPort("[fe80::1%4]:7"), 0, 0)
	if zone.ScopeID() != 4 {
		t.Errorf("the zone %%4 gives scope %d", zone.ScopeID())
	}
}

func TestSockaddrIsAComparableValue(t *testing.T) {
	clients := map[socket.Sockaddr]int{}
	for range 3 {
		clients[socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:7"))]++
	}
	l, addr := listener(t, socket.AF_INET, socket.SOCK_STREAM)
	if again, _ := socket.Getsockname(l); again != addr {
		t.Errorf("the kernel's address twice: %v and %v differ", addr, again)
	}
	if made := socket.SockaddrIn(addr.AddrPort()); made != addr {
		t.Errorf("the kernel's %v is not == to ours, %v", addr.Bytes(), made.Bytes())
	}
	if len(clients) != 1 {
		t.Errorf("equal addresses are %d keys of a map", len(clients))
	}
}

func TestSockaddrUnNamesAPath(t *testing.T) {
	fd := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0)
	t.Chdir(t.TempDir()) // short names, and some that are odd
	for _, name := range []string{"s", "@at", "with space", "bell\a", "\xff", strings.Repeat("x", 103)} {
		addr, err := socket.SockaddrUn(name)
		must(t, "SockaddrUn", err)
		if addr.Path() != name {
			t.Errorf("SockaddrUn(%q).Path() = %q", name, addr.Path())
		}
		fd := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0)
		must(t, "Bind", socket.Bind(fd, addr))
		if got, err := socket.Getsockname(fd); got != addr || err != nil {
			t.Errorf("bound to %q, Getsockname = %v, %v", name, got, err)
		}
		if _, err := os.Lstat(name); err != nil {
			t.Errorf("Bind made no %q: %v", name, err)
		}
	}
	if name, err := socket.Getsockname(fd); name.Len() != 2 || name.Path() != "" || err != nil {
		t.Errorf("an unbound socket: Getsockname = %v of %d bytes, %v", name, name.Len(), err)
	}
	_, err := socket.SockaddrUn("a\x00b")
	wantErr(t, "SockaddrUn with a NUL inside", err, unix.EINVAL)
	_, err = socket.SockaddrUn(strings.Repeat("x", 108))
	wantErr(t, "SockaddrUn of 108 bytes", err, unix.ENAMETOOLONG)
}

func TestSockaddrFromRefusesWhatHoldsNoFamily(t *testing.T) {
	if s, err := socket.SockaddrFrom(nil); s != (socket.Sockaddr{}) || err != nil {
		t.Errorf("SockaddrFrom(nil) = %v, %v, want no address", s, err)
	}
	_, err := socket.SockaddrFrom([]byte{2})
	wantErr(t, "SockaddrFrom of 1 byte", err, unix.EINVAL)
	if s, err := socket.SockaddrFrom(make([]byte, 128)); s.Len() != 128 || err != nil {
		t.Errorf("SockaddrFrom of 128 bytes = %d, %v", s.Len(), err)
	}
	_, err = socket.SockaddrFrom(make([]byte, 129))
	wantErr(t, "SockaddrFrom of 129 bytes", err, unix.EINVAL)
}

// odd are addresses that are hard to write.
func odd(t testing.TB) []socket.Sockaddr {
	t.Helper()
	list := []socket.Sockaddr{{}, socket.SockaddrUnspec(), loopback4, loopback6,
		socket.SockaddrIn6(netip.MustParseAddrPort("[fe80::1]:1"), 0, 1),
		socket.SockaddrIn6(netip.MustParseAddrPort("[fe80::1]:1"), 0, 99999),
		socket.SockaddrIn6(netip.MustParseAddrPort("[fe80::1]:1"), 7, 99999),
		socket.SockaddrIn6(netip.MustParseAddrPort("[2001:db8::]:1"), 0xffffffff, 0),
		socket.SockaddrIn6(netip.MustParseAddrPort("192.0.2.1:65535"), 0, 0),
		socket.SockaddrIn6(netip.MustParseAddrPort("192.0.2.1:65535"), 1, 5),
	}
	for _, name := range []string{"", "/run/x", "rel", "@at", `"quote`, "'", "`", "with space", "a\nb", "\u00a0", "größe", "\xff\xfe", `back\slash`, "?flowinfo=1", ":", "%"} {
		addr, err := socket.SockaddrUn(name)
		must(t, "SockaddrUn", err)
		list = append(list, addr)
	}
	for _, b := range [][]byte{{1, 0}, {250, 250, 1, 2, 3}, make([]byte, 128), make([]byte, 2)} {
		addr, err := socket.SockaddrFrom(b)
		must(t, "SockaddrFrom", err)
		list = append(list, addr)
	}
	for _, a := range []socket.Sockaddr{loopback4, loopback6} { // of another length, with bytes where there are none
		for _, b := range [][]byte{a.Bytes()[:a.Len()-1], append(a.Bytes(), 0), append(a.Bytes()[:a.Len()-1], 9), a.Bytes()[:2], a.Bytes()[:8]} {
			addr, err := socket.SockaddrFrom(b)
			must(t, "SockaddrFrom", err)
			list = append(list, addr)
		}
	}
	return list
}

func TestSockaddrTextIsReadBack(t *testing.T) {
	for _, addr := range odd(t) {
		text := addr.String()
		if back, err := socket.ParseSockaddr(text); back != addr || err != nil {
			t.Errorf("ParseSockaddr(%q) = % x, %v, want % x", text, back.Bytes(), err, addr.Bytes())
		}
		for _, r := range text {
			if r < ' ' {
				t.Errorf("String has the control character %q: %q", r, text)
			}
		}
		if got, err := addr.AppendText([]byte("to ")); string(got) != "to "+text || err != nil {
			t.Errorf("AppendText = %q, %v", got, err)
		}
		if got := addr.AppendTo([]byte("to ")); string(got) != "to "+string(addr.Bytes()) {
			t.Errorf("AppendTo = %q, want the bytes % x", got, addr.Bytes())
		}
		js, err := json.Marshal(addr)
		var back socket.Sockaddr
		if err == nil {
			err = json.Unmarshal(js, &back)
		}
		if back != addr || err != nil {
			t.Errorf("through JSON %s: %v, %v", js, back, err)
		}
	}
}

func TestSockaddrStringForms(t *testing.T) {
	un := func(name string) socket.Sockaddr { a, _ := socket.SockaddrUn(name); return a }
	for want, addr := range map[string]socket.Sockaddr{
		"":                     {},
		"127.0.0.1:80":         socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:80")),
		"[::1]:80":             socket.SockaddrIn(netip.MustParseAddrPort("[::1]:80")),
		"[::ffff:192.0.2.1]:1": socket.SockaddrIn(netip.MustParseAddrPort("[::ffff:192.0.2.1]:1")),
		"[fe80::1%99999]:80":   socket.SockaddrIn(netip.MustParseAddrPort("[fe80::1%99999]:80")),
		"[::1]:80?flowinfo=7":  socket.SockaddrIn6(netip.MustParseAddrPort("[::1]:80"), 7, 0),
		"unix:":                un(""),
		"unix:/run/x":          un("/run/x"),
		`unix:"@at"`:           un("@at"),
		`unix:"a b"`:           un("a b"),
		"unspec":               socket.SockaddrUnspec(),
	} {
		if got := addr.String(); got != want {
			t.Errorf("String = %s, want %s", got, want)
		}
	}
}

func TestParseSockaddrRefusesTheRest(t *testing.T) {
	for text, want := range map[string]unix.Errno{
		"127.0.0.1": unix.EINVAL, ":80": unix.EINVAL, "127.0.0.1:http": unix.EINVAL, "127.0.0.1:65536": unix.EINVAL,
		"localhost:80": unix.EINVAL, "[::1]": unix.EINVAL, "::1:80": unix.EINVAL, "[::1%]:80": unix.EINVAL, "1.2.3.4%1:80": unix.EINVAL,
		"[1.2.3.4%1]:80": unix.EINVAL, "1.2.3.4:80?flowinfo=1": unix.EINVAL, "[::1]:80?flowinfo=": unix.EINVAL, "[::1]:80?flowinfo=4294967296": unix.EINVAL,
		"unix": unix.EINVAL, `unix:"open`: unix.EINVAL, `unix:"a\x00b"`: unix.EINVAL, "unix:" + strings.Repeat("x", 200): unix.ENAMETOOLONG,
		"sockaddr:": unix.EINVAL, "sockaddr:0": unix.EINVAL, "sockaddr:01": unix.EINVAL, "sockaddr:xx": unix.EINVAL,
		"[fe80::1%no-such-if]:80": unix.ENODEV, "01.2.3.4:80": unix.EINVAL, " 127.0.0.1:80": unix.EINVAL, "unspec:": unix.EINVAL,
	} {
		if addr, err := socket.ParseSockaddr(text); err != want || addr != (socket.Sockaddr{}) {
			t.Errorf("ParseSockaddr(%q) = %v, %v, want %s", text, addr, err, unix.ErrnoName(want))
		}
	}
	addr := loopback4
	if err := addr.UnmarshalText([]byte("nonsense")); err == nil || addr != loopback4 {
		t.Errorf("UnmarshalText of nonsense: %v, and the address is %v", err, addr)
	}
}

func FuzzParseSockaddr(f *testing.F) {
	for _, addr := range odd(f) {
		f.Add(addr.String())
	}
	f.Fuzz(func(t *testing.T, text string) {
		addr, err := socket.ParseSockaddr(text)
		if err != nil {
			return
		}
		if again, err := socket.ParseSockaddr(addr.String()); again != addr || err != nil {
			t.Errorf("%q is %v, which is read as %v, %v", text, addr, again, err)
		}
	})
}

func FuzzSockaddrFrom(f *testing.F) {
	for _, addr := range odd(f) {
		f.Add(addr.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		addr, err := socket.SockaddrFrom(b)
		if err != nil {
			return
		}
		if !bytes.Equal(addr.Bytes(), b) {
			t.Errorf("Bytes = % x, want % x", addr.Bytes(), b)
		}
		addr.AddrPort()
		addr.Path()
		addr.Unix()
		if again, err := socket.ParseSockaddr(addr.String()); again != addr || err != nil {
			t.Errorf("% x is %v, which is read as % x, %v", b, addr, again.Bytes(), err)
		}
	})
}

func TestSockaddrToAndFromXSys(t *testing.T) {
	for _, u := range []unix.Sockaddr{nil,
		&unix.SockaddrInet4{Port: 80, Addr: [4]byte{127, 0, 0, 1}},
		&unix.SockaddrInet6{Port: 80, ZoneId: 3, Addr: [16]byte{0xfe, 0x80, 15: 1}},
		&unix.SockaddrUnix{Name: "/run/x"},
	} {
		addr, err := socket.FromUnix(u)
		must(t, "FromUnix", err)
		back, err := addr.Unix()
		if diff := cmp.Diff(u, back, cmp.AllowUnexported(unix.SockaddrInet4{}, unix.SockaddrInet6{}, unix.SockaddrUnix{}, unix.RawSockaddrInet4{}, unix.RawSockaddrInet6{}, unix.RawSockaddrUnix{})); diff != "" || err != nil {
			t.Errorf("Unix(FromUnix(%v)): %v\n%s", u, err, diff)
		}
	}
	_, err := socket.FromUnix(&unix.SockaddrInet4{Port: 65536})
	wantErr(t, "FromUnix of port 65536", err, unix.EINVAL)
	_, err = socket.SockaddrIn6(netip.MustParseAddrPort("[::1]:1"), 1, 0).Unix()
	wantErr(t, "Unix of a flow label", err, unix.EINVAL)
	strange, _ := socket.SockaddrFrom([]byte{250, 250})
	_, err = strange.Unix()
	wantErr(t, "Unix of a strange family", err, unix.EAFNOSUPPORT)
}

func TestNilPointersAreErrnos(t *testing.T) {
	for _, u := range []unix.Sockaddr{(*unix.SockaddrInet4)(nil), (*unix.SockaddrInet6)(nil), (*unix.SockaddrUnix)(nil)} {
		_, err := socket.FromUnix(u)
		wantErr(t, "FromUnix of a nil pointer", err, unix.EINVAL)
	}
	fd := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	_, err := socket.GetsockoptInto(fd, socket.SO_TYPE, nil)
	wantErr(t, "GetsockoptInto nil", err, unix.EFAULT)
}

func TestByteOrder(t *testing.T) {
	b := socket.Htonl(socket.INADDR_LOOPBACK)
	if got := netip.AddrFrom4([4]byte(binary.NativeEndian.AppendUint32(nil, b))); got != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("Htonl(INADDR_LOOPBACK) lies as %v", got)
	}
	if socket.Ntohl(b) != socket.INADDR_LOOPBACK || socket.Ntohs(socket.Htons(0x1234)) != 0x1234 {
		t.Error("Ntoh does not undo Hton")
	}
}

func TestIfNametoindexAndBack(t *testing.T) {
	list, err := socket.IfNameindex()
	must(t, "IfNameindex", err)
	if len(list) == 0 {
		t.Fatal("no interfaces")
	}
	for _, i := range list {
		if got, err := socket.IfNametoindex(i.Name); got != i.Index || err != nil {
			t.Errorf("IfNametoindex(%q) = %d, %v, want %d", i.Name, got, err, i.Index)
		}
		if got, err := socket.IfIndextoname(i.Index); got != i.Name || err != nil {
			t.Errorf("IfIndextoname(%d) = %q, %v, want %q", i.Index, got, err, i.Name)
		}
	}
	for _, name := range []string{"", "no-such-if", strings.Repeat("x", 16), "lo\x00x"} {
		if i, err := socket.IfNametoindex(name); i != 0 || err != unix.ENODEV {
			t.Errorf("IfNametoindex(%q) = %d, %v, want ENODEV", name, i, err)
		}
	}
	for _, index := range []int{0, -1, 1<<31 - 1} {
		if name, err := socket.IfIndextoname(index); name != "" || err != unix.ENXIO {
			t.Errorf("IfIndextoname(%d) = %q, %v, want ENXIO", index, name, err)
		}
	}
}

// 9. Options: the mechanism.

func TestOptionKnowsItsNumbersAndName(t *testing.T) {
	if o := socket.SO_REUSEADDR; o.Level() != unix.SOL_SOCKET || o.Name() != unix.SO_REUSEADDR || o.String() != "SO_REUSEADDR" {
		t.Errorf("SO_REUSEADDR is %d, %d, %s", o.Level(), o.Name(), o)
	}
	strange := socket.NewOption[int, socket.RW](3, 12345)
	if strange.Level() != 3 || strange.Name() != 12345 || strange.String() != "option(3, 12345)" {
		t.Errorf("a strange option is %d, %d, %s", strange.Level(), strange.Name(), strange)
	}
	if again := socket.NewOption[bool, socket.RW](unix.SOL_SOCKET, unix.SO_REUSEADDR); again != socket.SO_REUSEADDR {
		t.Error("NewOption of a known option is another")
	}
}

func TestTheZeroOptionIsNone(t *testing.T) {
	fd := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	var none socket.Option[int, socket.RW]
	_, err := socket.Getsockopt(fd, none)
	wantErr(t, "Getsockopt of the zero Option", err, unix.ENOPROTOOPT)
	wantErr(t, "Setsockopt of the zero Option", socket.Setsockopt(fd, none, 1), unix.ENOPROTOOPT)
}

func TestNewOptionReadsEveryShape(t *testing.T) {
	fd := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	type level int
	level1 := unix.SOL_SOCKET
	reuse := unix.SO_REUSEADDR
	must(t, "Setsockopt", socket.Setsockopt(fd, socket.SO_REUSEADDR, true))
	check := func(what string, got, want any, err error) {
		t.Helper()
		if got != want || err != nil {
			t.Errorf("%s: %v, %v, want %v", what, got, err, want)
		}
	}
	on := any(true)
	b, err := socket.Getsockopt(fd, socket.NewOption[bool, socket.RO](level1, reuse))
	check("bool", b, on, err)
	one, err := socket.Getsockopt(fd, socket.NewOption[int, socket.RW](level1, unix.SO_TYPE))
	check("int", one, unix.SOCK_STREAM, err)
	kind, err := socket.Getsockopt(fd, socket.NewOption[level, socket.RW](level1, unix.SO_TYPE))
	check("a named int", kind, level(unix.SOCK_STREAM), err)
	u, err := socket.Getsockopt(fd, socket.NewOption[uint32, socket.RW](level1, unix.SO_TYPE))
	check("uint32", u, uint32(unix.SOCK_STREAM), err)
	wide, err := socket.Getsockopt(fd, socket.NewOption[uint, socket.RW](level1, unix.SO_TYPE))
	check("uint", wide, uint(unix.SOCK_STREAM), err)
	errno, err := socket.Getsockopt(fd, socket.NewOption[unix.Errno, socket.RO](level1, unix.SO_ERROR))
	check("Errno", errno, unix.Errno(0), err)
	linger, err := socket.Getsockopt(fd, socket.NewOption[[2]int32, socket.RO](level1, unix.SO_LINGER))
	check("an array", linger, [2]int32{}, err)
	must(t, "Setsockopt", socket.Setsockopt(fd, socket.NewOption[time.Duration, socket.RW](level1, unix.SO_RCVTIMEO), 5*time.Second))
	limit, err := socket.Getsockopt(fd, socket.SO_RCVTIMEO)
	check("Duration", limit, 5*time.Second, err)
	raw, err := socket.Getsockopt(fd, socket.NewOption[[]byte, socket.RO](level1, unix.SO_TYPE))
	if len(raw) != 4 || err != nil {
		t.Errorf("[]byte: %v, %v, want the 4 bytes of an int", raw, err)
	}

	_, err = socket.Getsockopt(fd, socket.NewOption[*int, socket.RO](level1, unix.SO_TYPE))
	wantErr(t, "a pointer", err, unix.EINVAL)
	_, err = socket.Getsockopt(fd, socket.NewOption[struct{ p *int }, socket.RW](level1, unix.SO_TYPE))
	wantErr(t, "a struct with a pointer", err, unix.EINVAL)
	_, err = socket.Getsockopt(fd, socket.NewOption[struct{ s [2]string }, socket.RW](level1, unix.SO_TYPE))
	wantErr(t, "a struct with strings", err, unix.EINVAL)
	_, err = socket.Getsockopt(fd, socket.NewOption[int, socket.RO](1<<24, 1))
	wantErr(t, "a level that does not fit", err, unix.EINVAL)
	if strconv.IntSize == 64 {
		big := uint(1) << 31
		err = socket.Setsockopt(fd, socket.NewOption[uint, socket.RW](level1, reuse), big*2)
		wantErr(t, "a uint of 33 bits", err, unix.EINVAL)
	}
}

func TestGetsockoptIntoTellsTheLength(t *testing.T) {
	fd := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	v := 0
	if n, err := socket.GetsockoptInto(fd, socket.SO_TYPE, &v); n != 4 || v != socket.SOCK_STREAM || err != nil {
		t.Errorf("GetsockoptInto(SO_TYPE) = %d, %v, value %d", n, err, v)
	}
	h := [64]byte{63: 0xff}
	if n, err := socket.GetsockoptInto(fd, socket.NewOption[[64]byte, socket.RO](unix.SOL_SOCKET, unix.SO_LINGER), &h); n != 8 || err != nil || h != [64]byte{} {
		t.Errorf("GetsockoptInto a larger structure = %d, %v, %v, want the 8 bytes of struct linger and zeros", n, err, h)
	}
}

func TestDurationsRoundUpAndNeverTurnIntoForEver(t *testing.T) {
	fd := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	for _, d := range []time.Duration{1, 500, 999, time.Microsecond, 999_999_500, 999_999_999, time.Second - 1, time.Second, 90 * time.Minute} {
		must(t, "Setsockopt "+d.String(), socket.Setsockopt(fd, socket.SO_RCVTIMEO, d))
		if got, err := socket.Getsockopt(fd, socket.SO_RCVTIMEO); got < d || got == 0 || got > d+20*time.Millisecond || err != nil {
			t.Errorf("SO_RCVTIMEO of %v reads %v, %v", d, got, err)
		}
	}
	must(t, "Setsockopt 0", socket.Setsockopt(fd, socket.SO_RCVTIMEO, 0))
	if got, err := socket.Getsockopt(fd, socket.SO_RCVTIMEO); got != 0 || err != nil {
		t.Errorf("SO_RCVTIMEO of 0 reads %v, %v", got, err)
	}
	wantErr(t, "a negative SO_RCVTIMEO", socket.Setsockopt(fd, socket.SO_RCVTIMEO, -time.Second), unix.EINVAL)
}

func TestSettingPrintsAndAppliesItself(t *testing.T) {
	fd := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	for want, s := range map[string]socket.Setting{
		"SO_REUSEADDR=true":            socket.Set(socket.SO_REUSEADDR, true),
		"SO_RCVTIMEO=3s":               socket.Set(socket.SO_RCVTIMEO, 3*time.Second),
		"SO_LINGER={Onoff:1 Linger:2}": socket.Set(socket.SO_LINGER, socket.Linger{Onoff: 1, Linger: 2}),
	} {
		if s.String() != want {
			t.Errorf("a Setting prints as %s, want %s", s, want)
		}
		must(t, s.String(), s.Apply(fd))
	}
	if on, err := socket.Getsockopt(fd, socket.SO_REUSEADDR); !on || err != nil {
		t.Errorf("after Apply SO_REUSEADDR = %v, %v", on, err)
	}
	if l, err := socket.Getsockopt(fd, socket.SO_LINGER); l != (socket.Linger{Onoff: 1, Linger: 2}) || err != nil {
		t.Errorf("after Apply SO_LINGER = %v, %v", l, err)
	}
	s := socket.Set(socket.SO_REUSEADDR, true)
	wantErr(t, "Apply to a bad descriptor", s.Apply(-1), unix.EBADF)
	if s.Level() != unix.SOL_SOCKET || s.Name() != unix.SO_REUSEADDR {
		t.Errorf("a Setting of SO_REUSEADDR is %d, %d", s.Level(), s.Name())
	}
	var none socket.Setting
	if none.String() != "" || none.Apply(-1) != nil {
		t.Error("the zero Setting does something")
	}
}

// 10. The README.

// TestReadmeProgramPrintsHello builds and runs the README's program in a module of its own, imported as the
// README says, and under a name of its own.
func TestReadmeProgramPrintsHello(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	must(t, "ReadFile", err)
	_, program, found := strings.Cut(string(readme), "```go\n")
	program, _, closed := strings.Cut(program, "```")
	if !found || !closed {
		t.Fatal("README.md has no program")
	}
	here, err := os.Getwd()
	must(t, "Getwd", err)
	dir := t.TempDir()
	must(t, "WriteFile", os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o644))
	script := "go mod init example\n" +
		"go mod edit -require=rawsocket.internal/socket@v0.0.0 -replace=rawsocket.internal/socket=" + strconv.Quote(here) + "\n" +
		"go mod tidy\ngo run ."
	for _, line := range strings.Split(script, "\n")[1:2] {
		if command, _, _ := strings.Cut(line, " -replace"); !strings.Contains(string(readme), command) {
			t.Errorf("README.md does not say %q", command)
		}
	}
	cmd := exec.Command("sh", "-ec", script)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil || string(out) != "hello\n" {
		t.Errorf("the README's program prints %q, %v", out, err)
	}
}

// TestReadmeTableCompiles type-checks the Go of each row of the README's table.
func TestReadmeTableCompiles(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	must(t, "ReadFile", err)
	src := `package p
import (
"context"
"net/netip"
"time"
"rawsocket.internal/socket"
"rawsocket.internal/socket/netdb"
"rawsocket.internal/socket/poll"
)
`
	rows := 0
	span := regexp.MustCompile("`[^`]+`")
	_, table, _ := strings.Cut(string(readme), "## From C to Go")
	table, _, _ = strings.Cut(table, "\n## ")
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, " | "); strings.HasPrefix(line, "| `") && len(cells) == 3 {
			rows++
			src += "func _(fd, in, out, level, flags, n int, off int64, addr socket.Sockaddr, p, buf []byte, msg socket.Msghdr, msgs []socket.Mmsghdr," +
				"fds []poll.Fd, ctx context.Context, host string, hints netdb.Addrinfo) {{\n" +
				strings.Trim(span.FindString(cells[1]), "`") + "\n}}\n"
		}
	}
	if rows < 20 {
		t.Errorf("only %d rows were found", rows)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "README.md", src, 0)
	must(t, "parse", err)
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil), Error: func(err error) {
		if !strings.Contains(err.Error(), "not used") {
			t.Error(err)
		}
	}}
	conf.Check("p", fset, []*ast.File{file}, nil)
}
