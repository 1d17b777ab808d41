package netfd_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/netfd"
	"rawsocket.internal/socket/poll"
)

// 1. Connect that waits.

// fullBacklog is a TCP listener that lets attempts to connect wait: its queue is full, and Linux drops the SYN.
func fullBacklog(t *testing.T) (l *netfd.FD, addr socket.Sockaddr) {
	t.Helper()
	l, addr = bound(t, socket.AF_INET, socket.SOCK_STREAM)
	must(t, "Listen", l.Listen(0))
	must(t, "Connect", newSocket(t, socket.AF_INET, socket.SOCK_STREAM).Connect(background, addr))
	return l, addr
}

func TestConnectEndsWithItsContextAndGoesOn(t *testing.T) {
	l, addr := fullBacklog(t)
	c := newSocket(t, socket.AF_INET, socket.SOCK_STREAM)
	must(t, "SetWriteDeadline", c.SetWriteDeadline(time.Now().Add(time.Hour)))
	ctx, cancel := context.WithCancel(background)
	done := async(func() error { return c.Connect(ctx, addr) })
	parked(t, 1)
	time.Sleep(5 * time.Millisecond)
	cancel()
	if err := within(t, "Connect", done); !errors.Is(err, context.Canceled) {
		t.Fatalf("Connect: %v, want the context's end", err)
	}
	must(t, "SetWriteDeadline", c.SetWriteDeadline(time.Now().Add(10*time.Millisecond)))
	if err := c.Connect(background, addr); !isTimeout(err) {
		t.Fatalf("Connect again: %v, want the deadline", err)
	}
	must(t, "SetWriteDeadline", c.SetWriteDeadline(time.Time{}))
	// The attempt goes on, and the next Connect waits for it: the SYN is sent again after a second.
	done = async(func() error { return c.Connect(background, addr) })
	for range 2 {
		s, _, err := l.Accept(background)
		must(t, "Accept", err)
		closing(t, s)
	}
	must(t, "Connect", within(t, "Connect", done))
	_, err := c.Getpeername()
	must(t, "Getpeername", err)
}

func TestConnectEndsWhenClosed(t *testing.T) {
	_, addr := fullBacklog(t)
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	for _, ctx := range []context.Context{background, ctx} {
		c := newSocket(t, socket.AF_INET, socket.SOCK_STREAM)
		done := async(func() error { return c.Connect(ctx, addr) })
		parked(t, 1)
		must(t, "Close", c.Close())
		if err := within(t, "Connect", done); !isClosed(err) {
			t.Errorf("Connect: %v, want closed", err)
		}
	}
}

func TestConnectTellsOfAnErrorThatAnotherCallTook(t *testing.T) {
	testutil.NewNetns(t)
	_, addr := fullBacklog(t)
	c := newSocket(t, socket.AF_INET, socket.SOCK_STREAM)
	must(t, "Setsockopt", netfd.Setsockopt(c, socket.TCP_USER_TIMEOUT, 50*time.Millisecond))
	stop := make(chan bool)
	took := async(func() error {
		for {
			select {
			case <-stop:
				return nil
			default:
			}
			if e, err := netfd.Getsockopt(c, socket.SO_ERROR); e != 0 || err != nil {
				return errors.Join(e, err)
			}
		}
	})
	err := within(t, "Connect", async(func() error { return c.Connect(background, addr) }))
	close(stop)
	if by := within(t, "Getsockopt", took); by == nil && !errors.Is(err, unix.ETIMEDOUT) || by != nil && !errors.Is(err, unix.ECONNABORTED) {
		t.Errorf("Connect: %v; another call took: %v", err, by)
	}
}

func TestConnectToAFullUnixBacklogWaitsForRoom(t *testing.T) {
	l, addr := bound(t, socket.AF_UNIX, socket.SOCK_STREAM)
	must(t, "Listen", l.Listen(0))
	must(t, "Connect", newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM).Connect(background, addr))
	c := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM)
	ctx, cancel := context.WithTimeout(background, 30*time.Millisecond)
	defer cancel()
	if err := c.Connect(ctx, addr); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Connect: %v, want the context's end", err)
	}
	must(t, "SetDeadline", c.SetDeadline(time.Now().Add(30*time.Millisecond)))
	if err := c.Connect(background, addr); !isTimeout(err) {
		t.Errorf("Connect: %v, want the deadline", err)
	}
	must(t, "SetDeadline", c.SetDeadline(time.Time{}))
	done := async(func() error { return c.Connect(background, addr) })
	s, _, err := l.Accept(background)
	must(t, "Accept", err)
	defer s.Close()
	must(t, "Connect", within(t, "Connect", done))
	c2 := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM)
	done = async(func() error { return c2.Connect(background, addr) })
	time.Sleep(20 * time.Millisecond)
	must(t, "Close", c2.Close())
	if err := within(t, "Connect", done); !isClosed(err) {
		t.Errorf("Connect when closed: %v", err)
	}
}

// 2. Batches, in-kernel copies.

func messages(n, size int) []socket.Mmsghdr {
	msgs := make([]socket.Mmsghdr, n)
	for i := range msgs {
		msgs[i].Iov = [][]byte{make([]byte, size)}
	}
	return msgs
}

func TestBatchesWaitAndTellLengths(t *testing.T) {
	a, b := pair(t, socket.SOCK_DGRAM)
	in := messages(8, 16)
	n := 0
	done := async(func() (err error) { n, err = b.Recvmmsg(in, 0, -1); return err })
	parked(t, 1)
	out := messages(4, 0)
	for i := range out {
		out[i].Iov[0] = []byte("message"[:i+1])
	}
	if n, err := a.Sendmmsg(out, 0); n != 4 || err != nil {
		t.Fatalf("Sendmmsg = %d, %v", n, err)
	}
	must(t, "Recvmmsg", within(t, "Recvmmsg", done))
	got := map[string]bool{}
	for {
		for _, m := range in[:n] {
			got[string(m.Iov[0][:m.Len])] = true
		}
		if len(got) == 4 {
			break
		}
		var err error
		n, err = b.Recvmmsg(in, 0, -1)
		must(t, "Recvmmsg", err)
	}
	want := map[string]bool{"m": true, "me": true, "mes": true, "mess": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	must(t, "SetDeadline", b.SetDeadline(time.Now().Add(10*time.Millisecond)))
	in[0].Len = 7
	if n, err := b.Recvmmsg(in, 0, -1); n != 0 || !isTimeout(err) || in[0].Len != 0 {
		t.Errorf("Recvmmsg = %d, %v, Len %d, want a timeout and 0", n, err, in[0].Len)
	}
	if n, err := b.Recvmmsg(in, socket.MSG_DONTWAIT, -1); n != 0 || !errors.Is(err, unix.EAGAIN) {
		t.Errorf("Recvmmsg(MSG_DONTWAIT) = %d, %v", n, err)
	}
	sent := 0
	for {
		n, err := a.Sendmmsg(out, socket.MSG_DONTWAIT)
		sent += n
		if errors.Is(err, unix.EAGAIN) {
			break
		}
		must(t, "Sendmmsg", err)
	}
	done = async(func() error { _, err := a.Sendmmsg(out, 0); return err })
	parked(t, 1)
	must(t, "SetDeadline", b.SetDeadline(time.Time{}))
	for sent > 0 {
		n, err := b.Recvmmsg(in, 0, -1)
		must(t, "Recvmmsg", err)
		sent -= n
	}
	must(t, "Sendmmsg", within(t, "Sendmmsg", done))
}

func TestSendfileWaitsForRoom(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	path := filepath.Join(t.TempDir(), "file")
	must(t, "WriteFile", os.WriteFile(path, data, 0o600))
	file, err := os.Open(path)
	must(t, "Open", err)
	defer file.Close()
	a, b := connected(t, socket.AF_INET)
	done := async(func() error {
		for offset := int64(0); offset < int64(len(data)); {
			n, err := a.Sendfile(int(file.Fd()), &offset, len(data)-int(offset))
			if n == 0 || err != nil {
				return fmt.Errorf("Sendfile = %d, %v", n, err)
			}
		}
		return nil
	})
	got := make([]byte, len(data))
	_, err = b.Recvall(got, 0)
	must(t, "Recvall", err)
	must(t, "Sendfile", within(t, "Sendfile", done))
	if !bytes.Equal(got, data) {
		t.Error("not what is in the file")
	}
	must(t, "SetDeadline", a.SetDeadline(time.Now().Add(20*time.Millisecond)))
	for err = nil; err == nil; {
		_, err = a.Sendfile(int(file.Fd()), new(int64), len(data))
	}
	if !isTimeout(err) {
		t.Errorf("Sendfile at the deadline: %v", err)
	}
}

func TestSpliceWaitsForTheSocketAndNotForThePipe(t *testing.T) {
	a, b := connected(t, socket.AF_INET)
	c, d := connected(t, socket.AF_INET)
	var p [2]int
	must(t, "pipe", unix.Pipe2(p[:], unix.O_NONBLOCK))
	defer unix.Close(p[0])
	defer unix.Close(p[1])
	if n, err := c.SpliceFrom(p[0], nil, nil, 100, 0); n != 0 || !errors.Is(err, unix.EAGAIN) {
		t.Errorf("SpliceFrom an empty pipe = %d, %v, want EAGAIN", n, err)
	}
	n := 0
	done := async(func() (err error) { n, err = b.Splice(nil, p[1], nil, 100, 0); return err })
	parked(t, 1)
	_, err := a.Send([]byte("through a pipe"), 0)
	must(t, "Send", err)
	must(t, "Splice", within(t, "Splice", done))
	m, err := c.SpliceFrom(p[0], nil, nil, n, 0)
	must(t, "SpliceFrom", err)
	got := make([]byte, 32)
	k, err := d.Recv(got, 0)
	must(t, "Recv", err)
	if n != 14 || m != 14 || string(got[:k]) != "through a pipe" {
		t.Errorf("Splice = %d, SpliceFrom = %d, received %q", n, m, got[:k])
	}
	_, err = unix.FcntlInt(uintptr(p[1]), unix.F_SETPIPE_SZ, 4096)
	must(t, "F_SETPIPE_SZ", err)
	full, err := unix.Write(p[1], make([]byte, 4096))
	must(t, "write", err)
	_, err = a.Send([]byte("no room for it"), 0)
	must(t, "Send", err)
	parkedUntilReadable(t, b)
	if n, err := b.Splice(nil, p[1], nil, 100, 0); n != 0 || !errors.Is(err, unix.EAGAIN) {
		t.Errorf("Splice to a full pipe = %d, %v, want EAGAIN", n, err)
	}
	sent := fill(t, c)
	done = async(func() error { _, err := c.SpliceFrom(p[0], nil, nil, full, 0); return err })
	parked(t, 1)
	for got := make([]byte, 1<<16); sent > 0; {
		n, err := d.Recv(got, 0)
		must(t, "Recv", err)
		sent -= n
	}
	must(t, "SpliceFrom", within(t, "SpliceFrom", done))
}

func parkedUntilReadable(t *testing.T, f *netfd.FD) {
	t.Helper()
	_, err := f.Recv(make([]byte, 1), socket.MSG_PEEK)
	must(t, "Recv(MSG_PEEK)", err)
}

// 3. The error queue.

// errors1 reads one error.
func errors1(f *netfd.FD, flags int) (cmsg.Header, error) {
	msg := socket.Msghdr{Iov: [][]byte{make([]byte, 64)}, Control: make([]byte, 256)}
	if _, err := f.Recvmsg(&msg, socket.MSG_ERRQUEUE|flags); err != nil {
		return cmsg.Header{}, err
	}
	for h := range cmsg.All(msg.Control[:msg.Controllen]) {
		return h, nil
	}
	return cmsg.Header{}, errors.New("no control message")
}

func TestErrorQueueIsWaitedForBesideTheData(t *testing.T) {
	f := newSocket(t, socket.AF_INET, socket.SOCK_DGRAM)
	must(t, "Setsockopt", netfd.Setsockopt(f, socket.IP_RECVERR, true))
	must(t, "Bind", f.Bind(loopback))
	name, err := f.Getsockname()
	must(t, "Getsockname", err)
	closed, addr := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	must(t, "Close", closed.Close())
	for _, errorFirst := range []bool{true, false} {
		var queue, data <-chan error
		read := func() {
			queue = async(func() error {
				h, err := errors1(f, 0)
				if err == nil && (h.Level != socket.IPPROTO_IP || h.Type != unix.IP_RECVERR) {
					err = fmt.Errorf("control message %+v", h)
				}
				return err
			})
		}
		wait := func() {
			data = async(func() error {
				for {
					// The error comes here too, once: what errno C's recv gives.
					if _, err := f.Recv(make([]byte, 8), 0); !errors.Is(err, unix.ECONNREFUSED) {
						return err
					}
				}
			})
		}
		if errorFirst {
			read()
			parked(t, 1)
			wait()
		} else {
			wait()
			parked(t, 1)
			read()
		}
		parked(t, 2)
		_, err := f.Sendto([]byte("refused"), 0, addr)
		must(t, "Sendto", err)
		must(t, "the error queue", within(t, "the error queue", queue))
		// Data come, and wake the one that waits for them, while another waits for errors again.
		read()
		parked(t, 2)
		_, err = f.Sendto([]byte("data"), 0, name)
		must(t, "Sendto", err)
		must(t, "Recv", within(t, "Recv", data))
		must(t, "SetReadDeadline", f.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
		if err := within(t, "the error queue", queue); !isTimeout(err) {
			t.Errorf("the error queue at the deadline: %v", err)
		}
		if _, err := errors1(f, 0); !isTimeout(err) {
			t.Errorf("the error queue after the deadline: %v", err)
		}
		must(t, "SetReadDeadline", f.SetReadDeadline(time.Time{}))
		if _, err := errors1(f, socket.MSG_DONTWAIT); !errors.Is(err, unix.EAGAIN) {
			t.Errorf("the error queue with MSG_DONTWAIT: %v", err)
		}
	}
	queue := async(func() error { _, err := errors1(f, 0); return err })
	parked(t, 1)
	must(t, "Close", f.Close())
	if err := within(t, "the error queue", queue); !isClosed(err) {
		t.Errorf("the error queue when closed: %v", err)
	}
	if _, err := errors1(f, 0); !isClosed(err) {
		t.Errorf("the error queue after Close: %v", err)
	}
}

func TestErrorQueueOfABorrowedConn(t *testing.T) {
	closed, addr := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	must(t, "Close", closed.Close())
	conn, err := net.Dial("udp", addr.String())
	must(t, "Dial", err)
	defer conn.Close()
	f, err := netfd.From(conn.(syscall.Conn))
	must(t, "From", err)
	defer f.Close()
	must(t, "Setsockopt", netfd.Setsockopt(f, socket.IP_RECVERR, true))
	queue := async(func() error { _, err := errors1(f, 0); return err })
	parked(t, 1)
	conn.Write([]byte("refused"))
	must(t, "the error queue", within(t, "the error queue", queue))
	queue = async(func() error { _, err := errors1(f, 0); return err })
	parked(t, 1)
	must(t, "Close", f.Close())
	if err := within(t, "the error queue", queue); !isClosed(err) {
		t.Errorf("the error queue when the FD is closed: %v", err)
	}
}

// TestReadersOutlastAnErrorWithoutReadiness: after an event of errors only, with neither data nor room, Go's
// poller refuses readers.
func TestReadersOutlastAnErrorWithoutReadiness(t *testing.T) {
	a, b := connected(t, socket.AF_INET)
	must(t, "Setsockopt", netfd.Setsockopt(a, socket.SO_TIMESTAMPING,
		socket.Timestamping{Flags: socket.SOF_TIMESTAMPING_TX_ACK | socket.SOF_TIMESTAMPING_SOFTWARE}))
	must(t, "Setsockopt", netfd.Setsockopt(b, socket.SO_RCVBUF, 64<<10))
	sent := fill(t, a)
	for { // the first time stamps came with room
		if _, err := errors1(a, socket.MSG_DONTWAIT); errors.Is(err, unix.EAGAIN) {
			break
		}
	}
	reader := async(func() error { _, err := a.Recvall(make([]byte, 4), 0); return err })
	p := make([]byte, 16<<10)
	stamped := errors.New("no time stamp")
	for got := 0; stamped != nil && got < sent/4; { // what b acknowledges has a time stamp, and is too little for room
		n, err := b.Recv(p, 0)
		must(t, "Recv", err)
		got += n
		time.Sleep(time.Millisecond)
		_, stamped = errors1(a, socket.MSG_DONTWAIT|socket.MSG_PEEK)
	}
	must(t, "a time stamp", stamped)
	must(t, "Control", a.Control(func(fd int) {
		fds := []poll.Fd{{Fd: int32(fd), Events: poll.POLLIN | poll.POLLOUT}}
		if _, err := poll.Poll(fds, 0); err != nil || fds[0].Revents != poll.POLLERR {
			t.Errorf("Poll: %#x, %v, want POLLERR only", fds[0].Revents, err)
		}
	}))
	select {
	case err := <-reader:
		t.Fatalf("Recvall: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	parked(t, 1)
	_, err := b.Send([]byte("wake"), 0)
	must(t, "Send", err)
	must(t, "Recvall", within(t, "Recvall", reader))
	_, err = b.Send([]byte("more"), 0)
	must(t, "Send", err)
	must(t, "Recvall", within(t, "Recvall", async(func() error { _, err := a.Recvall(make([]byte, 4), 0); return err })))
}

// 4. Control.

func TestControlSetsWhatFitsTheSocket(t *testing.T) {
	control := netfd.Control(
		socket.Set(socket.IP_TOS, 0x10), socket.Set(socket.IPV6_TCLASS, 0x20), socket.Set(socket.SO_KEEPALIVE, true))
	type values struct{ TOS, TClass int }
	read := func(c syscall.Conn) (v values) {
		f, err := netfd.From(c)
		must(t, "From", err)
		defer f.Close()
		v.TOS, _ = netfd.Getsockopt(f, socket.IP_TOS)
		v.TClass, _ = netfd.Getsockopt(f, socket.IPV6_TCLASS)
		if on, err := netfd.Getsockopt(f, socket.SO_KEEPALIVE); !on || err != nil {
			t.Errorf("SO_KEEPALIVE = %v, %v", on, err)
		}
		return v
	}
	lc := net.ListenConfig{Control: control}
	for _, test := range []struct {
		network, address string
		want             values
	}{
		{"tcp4", "127.0.0.1:0", values{0x10, 0}},
		{"tcp6", "[::1]:0", values{0, 0x20}},
		{"tcp", ":0", values{0x10, 0x20}},
	} {
		l, err := lc.Listen(background, test.network, test.address)
		must(t, "Listen", err)
		defer l.Close()
		if diff := cmp.Diff(test.want, read(l.(syscall.Conn))); diff != "" {
			t.Errorf("Listen %s %s: %s", test.network, test.address, diff)
		}
		if test.network == "tcp" {
			continue
		}
		d := net.Dialer{Control: control}
		c, err := d.Dial("tcp", l.Addr().String())
		must(t, "Dial", err)
		defer c.Close()
		got := read(c.(syscall.Conn))
		if test.network == "tcp6" {
			got.TOS = 0 // Dial does not set IPV6_V6ONLY
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Dial %s: %s", test.network, diff)
		}
	}
	d := net.Dialer{Control: netfd.Control(socket.Set(socket.IPV6_TCLASS, 1000))}
	_, err := d.Dial("tcp", "[::1]:9")
	var sys *os.SyscallError
	if !errors.As(err, &sys) || sys.Syscall != "setsockopt IPV6_TCLASS=1000" || !errors.Is(err, unix.EINVAL) {
		t.Errorf("Dial with a bad option: %v", err)
	}
	pc, err := (&net.ListenConfig{Control: netfd.Control(socket.Set(socket.IP_PKTINFO, true), socket.Set(socket.IPV6_RECVPKTINFO, true))}).
		ListenPacket(background, "udp", ":0")
	must(t, "ListenPacket", err)
	pc.Close()
	path := filepath.Join(t.TempDir(), "s")
	if _, err := (&net.ListenConfig{Control: netfd.Control(socket.Set(socket.IP_TOS, 1))}).Listen(background, "unix", path); err == nil {
		t.Error("Listen unix with IP_TOS: no error")
	}
}

// 5. Servers and clients of others.

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	must(t, "GenerateKey", err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "netfd"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(crand.Reader, template, template, &key.PublicKey, key)
	must(t, "CreateCertificate", err)
	cert, err := x509.ParseCertificate(der)
	must(t, "ParseCertificate", err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// dial is net.Dialer.DialContext on an FD.
func dial(ctx context.Context, _, address string) (net.Conn, error) {
	f, err := netfd.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	addr, err := socket.ParseSockaddr(address)
	if err == nil {
		err = f.Connect(ctx, addr)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f.Conn()
}

func TestHTTPAndTLSRunOnOurDescriptors(t *testing.T) {
	cert, pool := certificate(t)
	for _, secure := range []bool{false, true} {
		l, addr := listener(t, socket.AF_INET)
		nl, err := l.Listener()
		must(t, "Listener", err)
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "%s %s %s", r.Proto, r.URL.Path, body)
		})}
		url := "http://" + addr.String()
		served := async(func() error { return srv.Serve(nl) })
		if secure {
			srv2 := &http.Server{Handler: srv.Handler, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
			srv.Close()
			within(t, "Serve", served)
			l, addr = listener(t, socket.AF_INET)
			nl, err = l.Listener()
			must(t, "Listener", err)
			url = "https://" + addr.String()
			srv, served = srv2, async(func() error { return srv2.ServeTLS(nl, "", "") })
		}
		tr := &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: pool}}
		client := &http.Client{Transport: tr, Timeout: 20 * time.Second}
		for range 3 {
			resp, err := client.Post(url+"/path", "text/plain", strings.NewReader("body"))
			must(t, "Post", err)
			body, err := io.ReadAll(resp.Body)
			must(t, "ReadAll", err)
			resp.Body.Close()
			if string(body) != "HTTP/1.1 /path body" {
				t.Errorf("answer %q", body)
			}
		}
		t.Run("curl", func(t *testing.T) {
			out, err := exec.Command(testutil.Program(t, "curl"), "-sSk", "--max-time", "20", "-d", "body", url+"/curl").Output()
			must(t, "curl", err)
			if !strings.HasSuffix(string(out), "/curl body") {
				t.Errorf("curl got %q", out)
			}
		})
		tr.CloseIdleConnections()
		srv.Close()
		if err := within(t, "Serve", served); err != http.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
	}
}

func TestPythonTalksToBothEnds(t *testing.T) {
	python := testutil.Program(t, "python3")
	l, addr := listener(t, socket.AF_INET)
	p := testutil.Start(t, exec.Command(python, "-c", `
import socket, sys
c = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
c.sendall(b"x" * 1000000)
c.shutdown(socket.SHUT_WR)
n = 0
while data := c.recv(65536):
    n += len(data)
print(n, flush=True)
`, fmt.Sprint(addr.AddrPort().Port())))
	s, _, err := l.Accept(background)
	must(t, "Accept", err)
	defer s.Close()
	buf := make([]byte, 65536)
	for {
		n, err := s.Recv(buf, 0)
		must(t, "Recv", err)
		if n == 0 {
			break
		}
		_, err = s.Sendall(buf[:n], 0)
		must(t, "Sendall", err)
	}
	must(t, "Shutdown", s.Shutdown(socket.SHUT_WR))
	if got := p.Line(t); got != "1000000" {
		t.Errorf("python counted %s bytes", got)
	}
}

// 6. What it costs.

func TestNoCallAllocates(t *testing.T) {
	a, b := pair(t, socket.SOCK_STREAM)
	p := make([]byte, 64)
	iov := [][]byte{p[:1], p[1:]}
	msg := &socket.Msghdr{Iov: iov}
	for _, c := range []struct {
		name string
		send func() (int, error)
		recv func() (int, error)
	}{
		{"Send, Recv", func() (int, error) { return a.Send(p, 0) }, func() (int, error) { return b.Recv(p, 0) }},
		{"Sendto, Recvfrom", func() (int, error) { return a.Sendto(p, 0, socket.Sockaddr{}) }, func() (int, error) { n, _, err := b.Recvfrom(p, 0); return n, err }},
		{"Sendmsg, Recvmsg", func() (int, error) { return a.Sendmsg(msg, 0) }, func() (int, error) { return b.Recvmsg(msg, 0) }},
		{"Sendall, Recvall", func() (int, error) { return a.Sendall(p, 0) }, func() (int, error) { return b.Recvall(p, 0) }},
		{"Write, Read", func() (int, error) { return a.Write(p) }, func() (int, error) { return b.Read(p) }},
		{"Writev, Readv", func() (int, error) { return a.Writev(iov) }, func() (int, error) { return b.Readv(iov) }},
	} {
		testutil.Allocs(t, c.name, func() {
			if n, err := c.send(); n != 64 || err != nil {
				t.Fatal(n, err)
			}
			if n, err := c.recv(); n != 64 || err != nil {
				t.Fatal(n, err)
			}
		})
		// The same with a park: the other end answers when it has been asked.
		ask, answer := make(chan bool), make(chan bool)
		go func() {
			for range ask {
				for range 3 {
					runtime.Gosched()
				}
				c.send()
				answer <- true
			}
		}()
		testutil.Allocs(t, "a wait in "+c.name, func() {
			ask <- true
			if n, err := c.recv(); n != 64 || err != nil {
				t.Fatal(n, err)
			}
			<-answer
		})
		close(ask)
		testutil.Allocs(t, c.name+" at EAGAIN", func() { b.Recv(p, socket.MSG_DONTWAIT) })
		b.SetReadDeadline(time.Unix(1, 0))
		testutil.Allocs(t, c.name+" after the deadline", func() { c.recv() })
		b.SetReadDeadline(time.Time{})
	}
	x, y := pair(t, socket.SOCK_DGRAM)
	msgs := messages(8, 16)
	testutil.Allocs(t, "Sendmmsg, Recvmmsg", func() {
		if n, err := x.Sendmmsg(msgs, 0); n != 8 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := y.Recvmmsg(msgs, 0, -1); n != 8 || err != nil {
			t.Fatal(n, err)
		}
	})
	u, addr := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	v := newSocket(t, socket.AF_INET, socket.SOCK_DGRAM)
	ctx, cancel := context.WithTimeout(background, time.Hour)
	defer cancel()
	testutil.Allocs(t, "Connect, Sendto, Recvfrom, Getsockname", func() {
		if err := errors.Join(v.Connect(background, addr), v.Connect(ctx, addr)); err != nil {
			t.Fatal(err)
		}
		v.Sendto(p, 0, socket.Sockaddr{})
		u.Recvfrom(p, 0)
		u.Getsockname()
		v.Getpeername()
	})
	var pipe [2]int
	must(t, "pipe", unix.Pipe2(pipe[:], unix.O_NONBLOCK))
	defer unix.Close(pipe[0])
	defer unix.Close(pipe[1])
	c, s := connected(t, socket.AF_INET)
	testutil.Allocs(t, "Splice, SpliceFrom", func() {
		c.Send(p, 0)
		s.Splice(nil, pipe[1], nil, 64, 0)
		if n, err := s.SpliceFrom(pipe[0], nil, nil, 64, 0); n != 64 || err != nil {
			t.Fatal(n, err)
		}
		c.Recvall(p, 0)
	})
	na, nb := pair(t, socket.SOCK_STREAM)
	conn, err := na.Conn()
	must(t, "Conn", err)
	defer conn.Close()
	borrowed, err := netfd.From(conn.(syscall.Conn))
	must(t, "From", err)
	testutil.Allocs(t, "Send, Recv of a borrowed conn", func() {
		borrowed.Send(p, 0)
		nb.Send(p, 0)
		if n, err := borrowed.Recv(p, 0); n != 64 || err != nil {
			t.Fatal(n, err)
		}
		nb.Recv(p, 0)
	})
	testutil.Allocs(t, "the error queue, empty", func() {
		u.Recvmsg(msg, socket.MSG_ERRQUEUE|socket.MSG_DONTWAIT)
	})
	testutil.Allocs(t, "Control", func() { u.Control(func(int) {}) })
	deadline := time.Now().Add(time.Hour)
	testutil.Allocs(t, "SetDeadline", func() { u.SetDeadline(deadline) })
}

func TestGCRunsBesideEveryBlockedCall(t *testing.T) {
	alone := time.Hour
	collect := func() time.Duration {
		start := time.Now()
		runtime.GC()
		return time.Since(start)
	}
	for range 5 {
		alone = min(alone, collect())
	}
	beside := func(what string, f *netfd.FD, call func() error) {
		done := async(call)
		time.Sleep(5 * time.Millisecond)
		best := time.Hour
		for start := time.Now(); best > alone+5*time.Millisecond && time.Since(start) < 5*time.Second; {
			best = min(best, collect())
		}
		if best > alone+5*time.Millisecond {
			t.Errorf("%s: runtime.GC took %v at best beside it, %v alone", what, best, alone)
		}
		select {
		case err := <-done:
			t.Errorf("%s did not wait: %v", what, err)
		default:
			must(t, "Close", f.Close())
			if err := within(t, what, done); !isClosed(err) {
				t.Errorf("%s when closed: %v", what, err)
			}
		}
	}
	p := make([]byte, 16)
	for _, calls := range []map[string]func(*netfd.FD, []byte) (int, error){receives, sends} {
		for name, call := range calls {
			a, _ := pair(t, socket.SOCK_STREAM)
			fill(t, a)
			beside(name, a, func() error { _, err := call(a, p); return err })
		}
	}
	l, _ := listener(t, socket.AF_INET)
	beside("Accept", l, func() error { _, _, err := l.Accept(background); return err })
	_, addr := fullBacklog(t)
	c := newSocket(t, socket.AF_INET, socket.SOCK_STREAM)
	beside("Connect", c, func() error { return c.Connect(background, addr) })
	ul, uaddr := bound(t, socket.AF_UNIX, socket.SOCK_STREAM)
	must(t, "Listen", ul.Listen(0))
	must(t, "Connect", newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM).Connect(background, uaddr))
	u := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM)
	beside("Connect, AF_UNIX", u, func() error { return u.Connect(background, uaddr) })
	d := newSocket(t, socket.AF_INET, socket.SOCK_DGRAM)
	beside("Recvmsg, the error queue", d, func() error { _, err := errors1(d, 0); return err })
	m, _ := pair(t, socket.SOCK_DGRAM)
	beside("Recvmmsg", m, func() error { _, err := m.Recvmmsg(messages(2, 8), 0, -1); return err })
	var pipe [2]int
	must(t, "pipe", unix.Pipe2(pipe[:], unix.O_NONBLOCK))
	defer unix.Close(pipe[0])
	defer unix.Close(pipe[1])
	s, _ := pair(t, socket.SOCK_STREAM)
	beside("Splice", s, func() error { _, err := s.Splice(nil, pipe[1], nil, 64, 0); return err })
}

// status is a number of /proc/self/status.
func status(t testing.TB, field string) (n int) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	must(t, "ReadFile", err)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			fmt.Sscan(rest, &n)
		}
	}
	return n
}

// parkChild accepts as many connections as its arguments say, serves them, each with its goroutine, and
// prints what those who wait then cost.
var parkChild = testutil.Child("park", func() {
	var many int
	fmt.Sscan(os.Args[1], &many)
	t := childTB{}
	l := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM)
	addr, err := socket.SockaddrUn(os.Args[2])
	must(t, "SockaddrUn", err)
	must(t, "Bind", l.Bind(addr))
	must(t, "Listen", l.Listen(128))
	fmt.Println("listening")
	bufs := make([]byte, 64*many)
	collect := func() (rss, stacks, heap int) {
		runtime.GC()
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return status(t, "VmRSS") * 1024, int(m.StackInuse), int(m.HeapInuse)
	}
	rss, stacks, heap := collect()
	for i := range many {
		c, _, err := l.Accept(background)
		must(t, "Accept", err)
		go func() {
			p := bufs[64*i : 64*i+64]
			for {
				n, err := c.Recv(p, 0)
				if n == 0 || err != nil {
					return
				}
				c.Sendall(p[:n], 0)
			}
		}()
	}
	for testing := bufio.NewReader(os.Stdin); ; { // the test has had an answer from each
		if _, err := testing.ReadString('\n'); err != nil {
			return
		}
		rss2, stacks2, heap2 := collect()
		fmt.Println(status(t, "Threads"), (rss2-rss)/many, (stacks2-stacks)/many, (heap2-heap)/many)
	}
})

// A childTB stands for the test in a child process.
type childTB struct{ testing.TB }

func (childTB) Helper()                        {}
func (childTB) Cleanup(func())                 {}
func (childTB) Fatalf(format string, v ...any) { fmt.Printf(format+"\n", v...); os.Exit(1) }
func (childTB) Fatal(v ...any)                 { fmt.Println(v...); os.Exit(1) }

func TestTenThousandParkedConnections(t *testing.T) {
	const many = 10000
	var limit unix.Rlimit
	must(t, "Getrlimit", unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)) // package os has raised the soft limit
	if limit.Cur < many+100 {
		t.Skipf("needs an RLIMIT_NOFILE of %d: it is %d", many+100, limit.Cur)
	}
	path := filepath.Join(t.TempDir(), "s")
	child := testutil.StartChild(t, parkChild, nil, fmt.Sprint(many), path)
	child.Line(t)
	addr, err := socket.SockaddrUn(path)
	must(t, "SockaddrUn", err)
	fds := make([]int, 0, many)
	defer func() {
		for _, fd := range fds {
			socket.Close(fd)
		}
	}()
	for range many {
		fd, err := socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
		must(t, "Socket", err)
		fds = append(fds, fd)
		must(t, "Connect", socket.Connect(fd, addr))
	}
	p := make([]byte, 64)
	for _, fd := range fds { // each does some work, and waits again
		_, err := socket.Send(fd, p, 0)
		must(t, "Send", err)
	}
	for _, fd := range fds {
		_, err := socket.Recvall(fd, p, 0)
		must(t, "Recvall", err)
	}
	io.WriteString(child.In, "\n")
	var threads, rss, stack, heap int
	line := child.Line(t)
	if _, err := fmt.Sscan(line, &threads, &rss, &stack, &heap); err != nil {
		t.Fatalf("the child: %s", line)
	}
	t.Logf("%d parked connections: %d threads; each %d bytes resident: %d of stack, %d of heap", many, threads, rss, stack, heap)
	if threads > 20+runtime.GOMAXPROCS(0) {
		t.Errorf("%d threads for %d parked connections", threads, many)
	}
	if rss > 40<<10 { // under the race detector; without it, about a tenth
		t.Errorf("%d bytes for each, want at most 40 KB", rss)
	}
}
