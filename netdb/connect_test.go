//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/netdb"
)

// listener listens at an address with a port of the kernel's choice, as text.
func listener(t testing.TB, addr string, backlog int) (fd int, port string) {
	t.Helper()
	a := netip.MustParseAddr(addr)
	family := socket.AF_INET
	if a.Is6() {
		family = socket.AF_INET6
	}
	fd, err := socket.Socket(family, socket.SOCK_STREAM, 0)
	must(t, "Socket", err)
	t.Cleanup(func() { socket.Close(fd) })
	must(t, "Bind", socket.Bind(fd, socket.SockaddrIn(addrPort(a, 0))))
	must(t, "Listen", socket.Listen(fd, backlog))
	return fd, portOf(t, fd)
}

func portOf(t testing.TB, fd int) string {
	t.Helper()
	name, err := socket.Getsockname(fd)
	must(t, "Getsockname", err)
	return fmt.Sprint(name.AddrPort().Port())
}

// fullListener listens, and takes no connection any more.
func fullListener(t testing.TB) (port string) {
	t.Helper()
	_, port = listener(t, "127.0.0.1", 0)
	for range 10 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		fd, err := netdb.Connect(ctx, "127.0.0.1", port, nil)
		cancel()
		if err != nil {
			return port
		}
		t.Cleanup(func() { socket.Close(fd) })
	}
	t.Skip("this kernel always takes connections to a full backlog")
	return ""
}

func TestConnectJoinsAllErrors(t *testing.T) {
	l, port := listener(t, "127.0.0.1", 5)
	socket.Close(l)
	server, _ := nameServer(t, "127.0.0.1:0", zone{"host.test": {"127.0.0.1", "::1"}})
	netdb.AskAt(t, server)
	fd, err := netdb.Connect(t.Context(), "host.test.", port, nil)
	if fd != -1 {
		t.Errorf("Connect = %d, want -1", fd)
	}
	wantErr(t, "Connect to nobody", err, unix.ECONNREFUSED)
	var call *os.SyscallError
	if !errors.As(err, &call) || call.Syscall != "connect" {
		t.Errorf("Connect to nobody: %v, want an *os.SyscallError of connect", err)
	}
	for _, want := range []string{"127.0.0.1:" + port + ": connect: connection refused", "[::1]:" + port + ": "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Connect to nobody: %q, want it to tell %q", err, want)
		}
	}
}

func TestConnectRefusesWhatGetaddrinfoDoes(t *testing.T) {
	for _, c := range []struct {
		node, service string
		hints         *netdb.Addrinfo
		want          error
	}{
		{"", "", nil, netdb.EAI_NONAME},
		{"127.0.0.1", "nosuch", nil, netdb.EAI_SERVICE},
		{"::1", "80", &netdb.Addrinfo{Family: socket.AF_INET}, netdb.EAI_ADDRFAMILY},
		{"127.0.0.1", "80", &netdb.Addrinfo{Socktype: 77}, netdb.EAI_SOCKTYPE},
	} {
		if fd, err := netdb.Connect(t.Context(), c.node, c.service, c.hints); fd != -1 || err != c.want {
			t.Errorf("Connect(%q, %q, %v) = %d, %v, want -1, %v", c.node, c.service, c.hints, fd, err, c.want)
		}
		if fd, err := netdb.Listen(t.Context(), c.node, c.service, c.hints, 1); fd != -1 || err != c.want {
			t.Errorf("Listen(%q, %q, %v) = %d, %v, want -1, %v", c.node, c.service, c.hints, fd, err, c.want)
		}
	}
}

func TestConnectBindsAndSetsFirst(t *testing.T) {
	l, port := listener(t, "127.0.0.1", 5)
	from := socket.SockaddrIn(addrPort(netip.MustParseAddr("127.0.0.1"), 0))
	fd, err := netdb.Connect(t.Context(), "127.0.0.1", port, &netdb.Addrinfo{Addr: from},
		socket.Set(socket.TCP_NODELAY, true), socket.Set(socket.SO_KEEPALIVE, true))
	must(t, "Connect", err)
	defer socket.Close(fd)
	if on, err := socket.Getsockopt(fd, socket.TCP_NODELAY); !on || err != nil {
		t.Errorf("TCP_NODELAY = %v, %v", on, err)
	}
	nfd, peer, err := socket.Accept(l)
	must(t, "Accept", err)
	defer socket.Close(nfd)
	if peer.AddrPort().Addr() != loopback {
		t.Errorf("the connection is from %v", peer)
	}

	_, err = netdb.Connect(t.Context(), "127.0.0.1", port, nil, socket.Set(socket.IPV6_V6ONLY, true))
	if err == nil || !strings.Contains(err.Error(), "IPV6_V6ONLY=true: setsockopt: ") {
		t.Errorf("Connect with an option of IPv6: %v", err)
	}
	from = socket.SockaddrIn(addrPort(netip.MustParseAddr("203.0.113.77"), 0))
	_, err = netdb.Connect(t.Context(), "127.0.0.1", port, &netdb.Addrinfo{Addr: from})
	wantErr(t, "Connect from an address of others", err, unix.EADDRNOTAVAIL)
}

func TestConnectDatagram(t *testing.T) {
	fd, err := netdb.Connect(t.Context(), "127.0.0.1", "discard", &netdb.Addrinfo{Socktype: socket.SOCK_DGRAM})
	must(t, "Connect", err)
	defer socket.Close(fd)
	if peer, err := socket.Getpeername(fd); err != nil || peer.String() != "127.0.0.1:9" {
		t.Errorf("Connect leads to %v, %v", peer, err)
	}
}

func TestConnectEndsWithItsContext(t *testing.T) {
	port := fullListener(t)
	before := openDescriptors()
	within(t, 5*time.Second, func() {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		fd, err := netdb.Connect(ctx, "127.0.0.1", port, nil)
		wantErr(t, "Connect beyond the deadline", err, context.DeadlineExceeded)
		if fd != -1 || !strings.HasPrefix(err.Error(), "127.0.0.1:"+port+": connect: ") {
			t.Errorf("Connect = %d, %v", fd, err)
		}

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		fd, err = netdb.Connect(ctx, "127.0.0.1", port, nil)
		wantErr(t, "Connect cancelled", err, context.Canceled)
		if fd != -1 {
			t.Errorf("Connect = %d", fd)
		}
	})
	if after := openDescriptors(); after != before {
		t.Errorf("%d descriptors are open, were %d", after, before)
	}
}

func openDescriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		entries, _ = os.ReadDir("/dev/fd")
	}
	return len(entries)
}

// Listen.

func TestListenServesOtherPrograms(t *testing.T) {
	curl := testutil.Program(t, "curl")
	for _, c := range []struct {
		node     string
		hints    *netdb.Addrinfo
		settings []socket.Setting
		local    string
		reaches  string // the hosts that curl reaches, and those that it does not
		misses   string
	}{
		{"", nil, nil, "0.0.0.0", "127.0.0.1", "[::1]"},
		{"127.0.0.1", nil, nil, "127.0.0.1", "127.0.0.1", "[::1]"},
		{"localhost", nil, nil, "127.0.0.1", "127.0.0.1", ""},
		{"::1", nil, nil, "::1", "[::1]", "127.0.0.1"},
		{"", &netdb.Addrinfo{Family: socket.AF_INET6}, nil, "::", "[::1]", "127.0.0.1"},
		{"", &netdb.Addrinfo{Family: socket.AF_INET6}, []socket.Setting{socket.Set(socket.IPV6_V6ONLY, false)}, "::", "[::1] 127.0.0.1", ""},
	} {
		fd, err := netdb.Listen(t.Context(), c.node, "0", c.hints, 8, c.settings...)
		if c.node == "::1" && errors.Is(err, unix.EADDRNOTAVAIL) {
			continue // no IPv6 here
		}
		must(t, "Listen", err)
		name, err := socket.Getsockname(fd)
		reuse, reuseErr := socket.Getsockopt(fd, socket.SO_REUSEADDR)
		if err != nil || name.AddrPort().Addr().String() != c.local || !reuse || reuseErr != nil {
			t.Errorf("Listen(%q): at %v, %v, want %s; SO_REUSEADDR %v, %v", c.node, name, err, c.local, reuse, reuseErr)
		}
		done := make(chan bool)
		go func() {
			defer close(done)
			for range strings.Fields(c.reaches) {
				if nfd, _, err := socket.Accept(fd); err == nil {
					socket.Recv(nfd, make([]byte, 4000), 0)
					socket.Sendall(nfd, []byte("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"), 0)
					socket.Shutdown(nfd, socket.SHUT_WR)
					socket.Close(nfd)
				}
			}
		}()
		fetch := func(host string) string {
			out, _ := exec.Command(curl, "-gs", "--noproxy", "*", "-m", "5", "http://"+host+":"+portOf(t, fd)+"/").Output()
			return string(out)
		}
		for _, host := range strings.Fields(c.misses) {
			if got := fetch(host); got != "" {
				t.Errorf("Listen(%q): curl reaches %s: %q", c.node, host, got)
			}
		}
		for _, host := range strings.Fields(c.reaches) {
			if got := fetch(host); got != "hi" {
				t.Errorf("Listen(%q): curl gets %q from %s", c.node, got, host)
			}
		}
		socket.Shutdown(fd, socket.SHUT_RDWR) // wakes Accept where curl failed
		<-done
		socket.Close(fd)
	}
}

func TestListenReportsWhatItCannotBind(t *testing.T) {
	_, port := listener(t, "127.0.0.1", 1)
	before := openDescriptors()
	fd, err := netdb.Listen(t.Context(), "127.0.0.1", port, nil, 1)
	wantErr(t, "Listen where another does", err, unix.EADDRINUSE)
	if fd != -1 || err.Error() != "127.0.0.1:"+port+": bind: address already in use" {
		t.Errorf("Listen = %d, %v", fd, err)
	}
	_, err = netdb.Listen(t.Context(), "203.0.113.77", "0", nil, 1)
	wantErr(t, "Listen at an address of others", err, unix.EADDRNOTAVAIL)
	_, err = netdb.Listen(t.Context(), "127.0.0.1", "0", &netdb.Addrinfo{Socktype: socket.SOCK_DGRAM}, 1)
	wantErr(t, "Listen for datagrams", err, unix.EOPNOTSUPP)
	if after := openDescriptors(); after != before {
		t.Errorf("%d descriptors are open, were %d", after, before)
	}
}

func TestListenSharesAPort(t *testing.T) {
	share := socket.Set(socket.SO_REUSEPORT, true)
	a, err := netdb.Listen(t.Context(), "127.0.0.1", "0", nil, 1, share)
	must(t, "Listen", err)
	defer socket.Close(a)
	b, err := netdb.Listen(t.Context(), "127.0.0.1", portOf(t, a), nil, 1, share)
	must(t, "Listen again with SO_REUSEPORT", err)
	socket.Close(b)
}

func TestConnectAndPythonMeet(t *testing.T) {
	python := testutil.Program(t, "python3")
	fd, err := netdb.Listen(t.Context(), "127.0.0.1", "0", nil, 5)
	must(t, "Listen", err)
	defer socket.Close(fd)
	p := testutil.Start(t, exec.Command(python, "-c", `
import socket, sys
c = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
s = socket.create_server(('', 0))
c.sendall(str(s.getsockname()[1]).encode())
n, _ = s.accept()
print(n.recv(100).decode(), flush=True)`, portOf(t, fd)))
	nfd, _, err := socket.Accept(fd)
	must(t, "Accept", err)
	defer socket.Close(nfd)
	b := make([]byte, 100)
	n, err := socket.Recv(nfd, b, 0)
	must(t, "Recv", err)
	c, err := netdb.Connect(t.Context(), "localhost", string(b[:n]), &netdb.Addrinfo{Family: socket.AF_INET})
	must(t, "Connect", err)
	defer socket.Close(c)
	socket.Sendall(c, []byte("hello"), 0)
	if got := p.Line(t); got != "hello" {
		t.Errorf("Python received %q", got)
	}
}
