package socket_test

// This file holds the tests that need Linux: its own calls, EINTR, the garbage collector beside calls that
// wait, allocations, what strace sees, and real programs at the other end.

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
)

// 1. The calls of Linux.

func TestAccept4SetsItsFlags(t *testing.T) {
	l, addr := listener(t, socket.AF_INET, socket.SOCK_STREAM)
	for _, flags := range []int{0, socket.SOCK_NONBLOCK, socket.SOCK_CLOEXEC} {
		c := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
		must(t, "Connect", socket.Connect(c, addr))
		s, peer, err := socket.Accept4(l, flags)
		must(t, "Accept4", err)
		defer socket.Close(s)
		cloexec, _ := socket.Cloexec(s)
		nonblock, _ := socket.Nonblock(s)
		if name, _ := socket.Getsockname(c); !cloexec || nonblock != (flags == socket.SOCK_NONBLOCK) || peer != name {
			t.Errorf("Accept4 with %#x: cloexec %v, nonblock %v, peer %v", flags, cloexec, nonblock, peer)
		}
	}
	nfd, _, err := socket.Accept4(l, 1)
	if nfd != -1 || err != unix.EINVAL {
		t.Errorf("Accept4 with an unknown flag = %d, %v, want -1, EINVAL", nfd, err)
	}
}

func TestAcceptFDAsksForNoAddress(t *testing.T) {
	l, addr := listener(t, socket.AF_INET, socket.SOCK_STREAM)
	c := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Connect", socket.Connect(c, addr))
	s, err := socket.AcceptFD(l, 0)
	must(t, "AcceptFD", err)
	defer socket.Close(s)
	if on, err := socket.Cloexec(s); !on || err != nil {
		t.Errorf("AcceptFD: Cloexec = %v, %v", on, err)
	}
	must(t, "SetNonblock", socket.SetNonblock(l, true))
	if nfd, err := socket.Nonblocking(l).AcceptFD(0); nfd != -1 || err != unix.EAGAIN {
		t.Errorf("AcceptFD of nobody = %d, %v, want -1, EAGAIN", nfd, err)
	}
	if nfd, peer, err := socket.Nonblocking(l).Accept4(0); nfd != -1 || peer.Len() != 0 || err != unix.EAGAIN {
		t.Errorf("Accept4 of nobody = %d, %v, %v, want -1, EAGAIN", nfd, peer, err)
	}
}

func TestConnectUnspecDisconnectsAStream(t *testing.T) {
	c, _ := connected(t, socket.AF_INET, socket.SOCK_STREAM)
	must(t, "Connect to AF_UNSPEC", socket.Connect(c, socket.SockaddrUnspec()))
	_, err := socket.Getpeername(c)
	wantErr(t, "Getpeername afterwards", err, unix.ENOTCONN)
}

func TestSeqpacketKeepsBoundsOverAConnection(t *testing.T) {
	c, s := connected(t, socket.AF_UNIX, socket.SOCK_SEQPACKET)
	for _, m := range []string{"one", "", "three"} {
		if n, err := socket.Send(c, []byte(m), socket.MSG_EOR); n != len(m) || err != nil {
			t.Fatalf("Send %q = %d, %v", m, n, err)
		}
	}
	p := make([]byte, 4)
	for _, want := range []struct {
		n, flags int
	}{{3, socket.MSG_EOR}, {0, socket.MSG_EOR}, {4, socket.MSG_EOR | socket.MSG_TRUNC}} {
		msg := socket.Msghdr{Iov: [][]byte{p}}
		n, err := socket.Recvmsg(s, &msg, 0)
		// The kernel sets MSG_EOR on every record of a seqpacket, or on none.
		if n != want.n || err != nil || msg.Flags&^socket.MSG_EOR != want.flags&^socket.MSG_EOR {
			t.Errorf("Recvmsg = %d, %v, flags %#x, want %d, %#x", n, err, msg.Flags, want.n, want.flags)
		}
	}
}

func TestRawSocketPingsLoopback(t *testing.T) {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
	if err == unix.EPERM {
		t.Skip("needs CAP_NET_RAW")
	}
	must(t, "Socket", err)
	defer socket.Close(fd)
	must(t, "Setsockopt", socket.Setsockopt(fd, socket.SO_RCVTIMEO, 5*time.Second))
	id := uint16(os.Getpid())
	echo := []byte{8, 0, 0, 0, byte(id >> 8), byte(id), 0, 1, 'p', 'i', 'n', 'g'}
	sum := uint32(0)
	for i := 0; i < len(echo); i += 2 {
		sum += uint32(echo[i])<<8 | uint32(echo[i+1])
	}
	sum = sum>>16 + sum&0xffff
	echo[2], echo[3] = byte(^sum>>8), byte(^sum)
	if n, err := socket.Sendto(fd, echo, 0, loopback4); n != len(echo) || err != nil {
		t.Fatalf("Sendto = %d, %v", n, err)
	}
	p := make([]byte, 200)
	for range 100 { // our own request comes too
		n, from, err := socket.Recvfrom(fd, p, 0)
		must(t, "Recvfrom", err)
		if n == 20+len(echo) && p[20] == 0 && bytes.Equal(p[24:n], echo[4:]) {
			if from.AddrPort().Addr() != netip.MustParseAddr("127.0.0.1") {
				t.Errorf("the reply is from %v", from)
			}
			return
		}
	}
	t.Error("no reply among 100 packets")
}

func TestControlDataAreCountedAndCut(t *testing.T) {
	a, b := newPair(t, socket.SOCK_DGRAM)
	rights := unix.UnixRights(a, b)
	send := func() {
		t.Helper()
		if n, err := socket.Sendmsg(a, &socket.Msghdr{Iov: [][]byte{{1}}, Control: rights}, 0); n != 1 || err != nil {
			t.Fatalf("Sendmsg = %d, %v", n, err)
		}
	}
	fds := func(control []byte) (fds []int) {
		t.Helper()
		msgs, err := unix.ParseSocketControlMessage(control)
		must(t, "ParseSocketControlMessage", err)
		for _, m := range msgs {
			got, err := unix.ParseUnixRights(&m)
			must(t, "ParseUnixRights", err)
			fds = append(fds, got...)
		}
		return fds
	}
	msg := socket.Msghdr{Iov: [][]byte{make([]byte, 4)}, Control: make([]byte, 256)}
	for _, flags := range []int{0, socket.MSG_CMSG_CLOEXEC} {
		send()
		if n, err := socket.Recvmsg(b, &msg, flags); n != 1 || err != nil || msg.Flags != flags || msg.Controllen != unix.CmsgLen(8) {
			t.Errorf("Recvmsg with flags %#x = %d, %v, Flags %#x, Controllen %d", flags, n, err, msg.Flags, msg.Controllen)
		}
		got := fds(msg.Control[:msg.Controllen])
		if len(got) != 2 {
			t.Fatalf("received %v, want 2 descriptors", got)
		}
		for _, fd := range got {
			if on, err := socket.Cloexec(fd); !on || err != nil {
				t.Errorf("a received descriptor: Cloexec = %v, %v", on, err)
			}
			socket.Close(fd)
		}
	}
	send()
	batch := []socket.Mmsghdr{{Msghdr: msg}}
	if n, err := socket.Recvmmsg(b, batch, 0, -1); n != 1 || err != nil {
		t.Fatalf("Recvmmsg = %d, %v", n, err)
	}
	for _, fd := range fds(batch[0].Control[:batch[0].Controllen]) {
		if on, err := socket.Cloexec(fd); !on || err != nil {
			t.Errorf("a descriptor received by Recvmmsg: Cloexec = %v, %v", on, err)
		}
		socket.Close(fd)
	}
	send()
	msg.Control = make([]byte, unix.CmsgLen(4))
	if n, err := socket.Recvmsg(b, &msg, 0); n != 1 || err != nil || msg.Flags != socket.MSG_CTRUNC {
		t.Errorf("Recvmsg into too little space = %d, %v, Flags %#x, want MSG_CTRUNC", n, err, msg.Flags)
	}
	for _, fd := range fds(msg.Control[:msg.Controllen]) {
		socket.Close(fd)
	}
	if msg.Control = nil; true { // none wanted: the kernel closes them
		send()
		if n, err := socket.Recvmsg(b, &msg, 0); n != 1 || err != nil || msg.Flags != socket.MSG_CTRUNC || msg.Controllen != 0 {
			t.Errorf("Recvmsg into no space = %d, %v, Flags %#x, Controllen %d", n, err, msg.Flags, msg.Controllen)
		}
	}
}

func TestSendmmsgRecvmmsgOnEveryFamily(t *testing.T) {
	forEach(t, datagrams, func(t *testing.T, k kind) {
		a, addrA := bound(t, k.domain, k.typ)
		b, addrB := bound(t, k.domain, k.typ)
		for _, count := range []int{0, 1, 8, 9} {
			out, in := make([]socket.Mmsghdr, count), make([]socket.Mmsghdr, count+1)
			for i := range out {
				out[i].Name = &addrB
				out[i].Iov = [][]byte{pattern(i), []byte("tail")}
				out[i].Len = 99
			}
			for i := range in {
				in[i].Name = new(socket.Sockaddr)
				*in[i].Name = addrB // stale
				in[i].Iov = [][]byte{make([]byte, 100)}
				in[i].Len, in[i].Flags, in[i].Controllen = 99, 99, 99
			}
			n, err := socket.Sendmmsg(a, out, 0)
			if n != count || err != nil {
				t.Fatalf("Sendmmsg of %d = %d, %v", count, n, err)
			}
			if count == 0 {
				continue
			}
			n, err = socket.Recvmmsg(b, in, socket.MSG_DONTWAIT, -1)
			if n != count || err != nil {
				t.Fatalf("Recvmmsg of %d = %d, %v", count, n, err)
			}
			for i := range count {
				got := in[i].Iov[0][:in[i].Len]
				want := append(pattern(i), "tail"...)
				if out[i].Len != len(want) || !bytes.Equal(got, want) || *in[i].Name != addrA || in[i].Flags != 0 || in[i].Controllen != 0 {
					t.Errorf("message %d of %d: sent %d, got %q from %v, flags %#x", i, count, out[i].Len, got, *in[i].Name, in[i].Flags)
				}
			}
			if last := in[count]; last.Len != 0 || last.Flags != 0 || last.Controllen != 0 || *last.Name != (socket.Sockaddr{}) {
				t.Errorf("what was not filled is not cleared: %+v from %v", last, *last.Name)
			}
		}
	})
}

func TestMmsgTakesAThousandAndReturnsShort(t *testing.T) {
	testutil.NewNetns(t)
	a, _ := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	b, addrB := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	must(t, "Setsockopt", socket.Setsockopt(b, socket.NewOption[int, socket.WO](unix.SOL_SOCKET, unix.SO_RCVBUFFORCE), 8<<20))
	must(t, "Connect", socket.Connect(a, addrB))
	msgs := make([]socket.Mmsghdr, 1500)
	for i := range msgs {
		msgs[i].Iov = [][]byte{{byte(i), byte(i >> 8)}}
	}
	n, err := socket.Sendmmsg(a, msgs, 0)
	if n != 1024 || err != nil || msgs[1023].Len != 2 || msgs[1024].Len != 0 {
		t.Errorf("Sendmmsg of 1500 = %d, %v, lengths %d, %d, want 1024 as the kernel", n, err, msgs[1023].Len, msgs[1024].Len)
	}
	if n, err = socket.Sendmmsg(a, msgs[n:], 0); n != 476 || err != nil {
		t.Errorf("Sendmmsg of the rest = %d, %v", n, err)
	}
	for i := range msgs {
		clear(msgs[i].Iov[0])
	}
	got := 0
	for got < 1500 {
		n, err := socket.Recvmmsg(b, msgs[got:], socket.MSG_DONTWAIT, -1)
		if n <= 0 || err != nil {
			t.Fatalf("Recvmmsg after %d = %d, %v", got, n, err)
		}
		got += n
	}
	for i := range msgs {
		if !bytes.Equal(msgs[i].Iov[0], []byte{byte(i), byte(i >> 8)}) {
			t.Fatalf("message %d is % x", i, msgs[i].Iov[0])
		}
	}
	// With more buffers than fit in a call it is short as well.
	for i := range msgs {
		msgs[i].Iov = slices.Repeat([][]byte{{1}}, 100)
	}
	if n, err := socket.Sendmmsg(a, msgs, 0); n != 20 || err != nil {
		t.Errorf("Sendmmsg of 100 buffers each = %d, %v, want 20: 2048 buffers", n, err)
	}
	msgs[0].Iov = make([][]byte, 1025)
	_, err = socket.Sendmmsg(a, msgs[:1], 0)
	wantErr(t, "Sendmmsg of a message of 1025 buffers", err, unix.EMSGSIZE)
	_, err = socket.Recvmmsg(a, msgs[:1], socket.MSG_DONTWAIT, -1)
	wantErr(t, "Recvmmsg into a message of 1025 buffers", err, unix.EMSGSIZE)
}

func TestSendmmsgStopsAtTheMessageThatFails(t *testing.T) {
	a, _ := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	_, addrB := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	msgs := make([]socket.Mmsghdr, 3)
	for i := range msgs {
		msgs[i] = socket.Mmsghdr{Msghdr: socket.Msghdr{Name: &addrB, Iov: [][]byte{make([]byte, 10)}}, Len: 99}
	}
	msgs[1].Iov[0] = make([]byte, 1<<16) // too long for a datagram
	if n, err := socket.Sendmmsg(a, msgs, 0); n != 1 || err != nil || msgs[0].Len != 10 || msgs[1].Len != 0 || msgs[2].Len != 0 {
		t.Errorf("Sendmmsg = %d, %v, lengths %d %d %d, want 1 sent", n, err, msgs[0].Len, msgs[1].Len, msgs[2].Len)
	}
	if n, err := socket.Sendmmsg(a, msgs[1:], 0); n != 0 || err != unix.EMSGSIZE {
		t.Errorf("Sendmmsg of the one that fails = %d, %v, want 0, EMSGSIZE", n, err)
	}
}

func TestRecvmmsgReusedKeepsItsControlSpace(t *testing.T) {
	a, _ := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	b, addrB := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	msgs := []socket.Mmsghdr{{Msghdr: socket.Msghdr{Iov: [][]byte{make([]byte, 4)}, Control: make([]byte, 64)}}}
	for _, on := range []bool{false, true, false, true} {
		must(t, "Setsockopt", socket.Setsockopt(b, socket.IP_RECVTTL, on))
		socket.Sendto(a, []byte("x"), 0, addrB)
		n, err := socket.Recvmmsg(b, msgs, 0, -1)
		if n != 1 || err != nil || msgs[0].Controllen > 0 != on || msgs[0].Flags != 0 {
			t.Errorf("IP_RECVTTL %v: Recvmmsg = %d, %v, Controllen %d, Flags %#x", on, n, err, msgs[0].Controllen, msgs[0].Flags)
		}
	}
}

func TestRecvmmsgTimeoutIsLookedAtBetweenMessages(t *testing.T) {
	a, b := newPair(t, socket.SOCK_DGRAM)
	msgs := make([]socket.Mmsghdr, 2)
	for i := range msgs {
		msgs[i].Iov = [][]byte{make([]byte, 4)}
	}
	socket.Send(a, []byte("1"), 0)
	if n, err := socket.Recvmmsg(b, msgs, 0, 0); n != 1 || err != nil {
		t.Errorf("Recvmmsg with no time = %d, %v, want the 1 that was there", n, err)
	}
	socket.Send(a, []byte("2"), 0)
	if n, err := socket.Recvmmsg(b, msgs, socket.MSG_WAITFORONE, -1); n != 1 || err != nil {
		t.Errorf("Recvmmsg with MSG_WAITFORONE = %d, %v", n, err)
	}
	must(t, "SetNonblock", socket.SetNonblock(b, true))
	if n, err := socket.Nonblocking(b).Recvmmsg(msgs, 0, time.Hour); n != 0 || err != unix.EAGAIN {
		t.Errorf("Recvmmsg of nothing = %d, %v", n, err)
	}
	if n, err := socket.Nonblocking(a).Sendmmsg(msgs, 0); n != 2 || err != nil {
		t.Errorf("Nonblocking.Sendmmsg = %d, %v", n, err)
	}
}

func tempFile(t testing.TB, content []byte) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	must(t, "CreateTemp", err)
	t.Cleanup(func() { f.Close() })
	_, err = f.Write(content)
	must(t, "Write", err)
	_, err = f.Seek(0, io.SeekStart)
	must(t, "Seek", err)
	return f
}

func TestSendfileMovesItsOffset(t *testing.T) {
	want := pattern(100_000)
	f := tempFile(t, want)
	c, s := connected(t, socket.AF_INET, socket.SOCK_STREAM)
	got := make([]byte, len(want))
	done := make(chan int)
	go func() {
		n, _ := socket.Recvall(s, got, 0)
		done <- n
	}()
	offset := int64(10)
	for offset < int64(len(want)) {
		was := offset
		n, err := socket.Sendfile(c, int(f.Fd()), &offset, len(want))
		if n <= 0 || err != nil || offset != was+int64(n) {
			t.Fatalf("Sendfile from %d = %d, %v, offset %d", was, n, err, offset)
		}
	}
	if n, err := socket.Sendfile(c, int(f.Fd()), &offset, 1); n != 0 || err != nil {
		t.Errorf("Sendfile at the end = %d, %v, want 0", n, err)
	}
	if n, err := socket.Sendfile(c, int(f.Fd()), nil, 10); n != 10 || err != nil { // the file's own offset is still 0
		t.Errorf("Sendfile without an offset = %d, %v", n, err)
	}
	if pos, _ := f.Seek(0, io.SeekCurrent); pos != 10 {
		t.Errorf("the file is at %d, want 10", pos)
	}
	if n := <-done; n != len(want) || !bytes.Equal(got, append(slices.Clone(want[10:]), want[:10]...)) {
		t.Errorf("received %d bytes, want %d equal ones", n, len(want))
	}
	_, err := socket.Sendfile(c, int(f.Fd()), nil, -1)
	wantErr(t, "Sendfile of -1 bytes", err, unix.EINVAL)
	_, err = socket.Sendfile(c, -1, nil, 1)
	wantErr(t, "Sendfile from -1", err, unix.EBADF)
}

func TestSpliceMovesBetweenSocketAndPipe(t *testing.T) {
	c, s := connected(t, socket.AF_INET, socket.SOCK_STREAM)
	var pipe [2]int
	must(t, "Pipe2", unix.Pipe2(pipe[:], unix.O_CLOEXEC|unix.O_NONBLOCK))
	defer unix.Close(pipe[0])
	defer unix.Close(pipe[1])
	socket.Send(c, []byte("through a pipe"), 0)
	if n, err := socket.Splice(s, nil, pipe[1], nil, 100, 0); n != 14 || err != nil {
		t.Fatalf("Splice from the socket = %d, %v", n, err)
	}
	f := tempFile(t, nil)
	offset := int64(3)
	if n, err := socket.Splice(pipe[0], nil, int(f.Fd()), &offset, 100, 0); n != 14 || err != nil || offset != 17 {
		t.Errorf("Splice to a file = %d, %v, offset %d", n, err, offset)
	}
	if got, _ := os.ReadFile(f.Name()); string(got) != "\x00\x00\x00through a pipe" {
		t.Errorf("the file holds %q", got)
	}
	must(t, "SetNonblock", socket.SetNonblock(s, true))
	if n, err := socket.Nonblocking(s).Splice(nil, pipe[1], nil, 100, socket.SPLICE_F_NONBLOCK); n != 0 || err != unix.EAGAIN {
		t.Errorf("Splice of nothing = %d, %v, want EAGAIN", n, err)
	}
	_, err := socket.Splice(s, nil, s, nil, 100, 0)
	wantErr(t, "Splice without a pipe", err, unix.EINVAL)
	_, err = socket.Splice(s, nil, pipe[1], nil, -1, 0)
	wantErr(t, "Splice of -1 bytes", err, unix.EINVAL)
}

func TestQueueSizes(t *testing.T) {
	a, addrA := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	socket.Sendto(a, pattern(100), 0, addrA)
	socket.Sendto(a, pattern(50), 0, addrA)
	for name, f := range map[string]func(int) (int, error){"Siocinq": socket.Siocinq, "Fionread": socket.Fionread} {
		if n, err := f(a); n != 100 || err != nil {
			t.Errorf("%s = %d, %v, want the 100 of the first datagram", name, n, err)
		}
	}
	c, s := newPair(t, socket.SOCK_STREAM)
	socket.Send(c, pattern(300), 0)
	if n, err := socket.Siocinq(s); n != 300 || err != nil {
		t.Errorf("Siocinq = %d, %v, want 300", n, err)
	}
	if n, err := socket.Siocoutq(c); n < 300 || err != nil {
		t.Errorf("Siocoutq = %d, %v, want 300 or, with their headers, more", n, err)
	}
	l, _ := listener(t, socket.AF_INET, socket.SOCK_STREAM)
	_, err := socket.Siocinq(l)
	wantErr(t, "Siocinq of a listener", err, unix.EINVAL)
}

// 2. Addresses of Linux.

func TestAbstractNamesAreAnyBytes(t *testing.T) {
	unique := fmt.Sprintf("\x00socket-test-%d-%s", os.Getpid(), strings.ReplaceAll(t.Name(), "/", "-"))
	for _, name := range []string{unique, unique + "\x00", unique + "\x00\x00tail", "\x00@" + unique[1:], unique + strings.Repeat("x", 108-len(unique))} {
		addr, err := socket.SockaddrUn(name)
		must(t, "SockaddrUn", err)
		l := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0)
		must(t, "Bind", socket.Bind(l, addr))
		got, err := socket.Getsockname(l)
		if got != addr || got.Path() != name || got.Len() != 2+len(name) || err != nil {
			t.Errorf("bound to %q, Getsockname = %q of %d bytes, %v", name, got.Path(), got.Len(), err)
		}
		must(t, "Listen", socket.Listen(l, 1))
		must(t, "Connect", socket.Connect(newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0), addr))
		if back, err := socket.ParseSockaddr(addr.String()); back != addr || err != nil {
			t.Errorf("ParseSockaddr(%q) = %v, %v", addr, back, err)
		}
	}
	_, err := socket.SockaddrUn("\x00" + strings.Repeat("x", 108))
	wantErr(t, "an abstract name of 109 bytes", err, unix.ENAMETOOLONG)
	if addr, _ := socket.SockaddrUn("\x00a\x00b"); addr.String() != `unix:@"a\x00b"` {
		t.Errorf("String = %s", addr)
	}
	if addr, _ := socket.SockaddrUn("\x00plain"); addr.String() != "unix:@plain" {
		t.Errorf("String = %s", addr)
	}
	at, _ := socket.SockaddrUn("@at")
	_, err = at.Unix() // which would be an abstract name
	wantErr(t, "Unix of a path that starts with @", err, unix.EINVAL)
	if addr, err := socket.FromUnix(&unix.SockaddrUnix{Name: "@plain"}); addr.Path() != "\x00plain" || err != nil {
		t.Errorf("FromUnix of @plain = %v, %v", addr, err)
	}
}

func TestBindToNoNameAutobinds(t *testing.T) {
	fd := newSocket(t, socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	unnamed, err := socket.SockaddrUn("")
	must(t, "SockaddrUn", err)
	must(t, "Bind", socket.Bind(fd, unnamed))
	name, err := socket.Getsockname(fd)
	if name.Len() != 8 || len(name.Path()) != 6 || name.Path()[0] != 0 || err != nil {
		t.Errorf("Getsockname = %v, %v, want a NUL and 5 digits", name, err)
	}
}

func TestLongUnixPathsWork(t *testing.T) {
	t.Chdir(t.TempDir())
	addr, err := socket.SockaddrUn(strings.Repeat("x", 107))
	must(t, "SockaddrUn of 107 bytes", err)
	fd := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0)
	must(t, "Bind", socket.Bind(fd, addr))
	if got, err := socket.Getsockname(fd); got != addr || err != nil {
		t.Errorf("Getsockname = %v, %v", got, err)
	}
	// The kernel takes 108 bytes without a NUL, and returns them with one.
	raw, err := socket.SockaddrFrom(append([]byte{1, 0}, strings.Repeat("y", 108)...))
	must(t, "SockaddrFrom", err)
	fd = newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0)
	if bigEndian() {
		return
	}
	must(t, "Bind", socket.Bind(fd, raw))
	got, err := socket.Getsockname(fd)
	if u, err := got.Unix(); u != nil || err != unix.EINVAL {
		t.Errorf("Unix of a name as long as sun_path = %v, %v, want EINVAL: x/sys takes none", u, err)
	}
	if got.Path() != strings.Repeat("y", 108) || err != nil {
		t.Errorf("Getsockname = %q, %v", got.Path(), err)
	}
	if back, err := socket.ParseSockaddr(got.String()); back != got || err != nil {
		t.Errorf("ParseSockaddr(%q) = %v, %v", got, back, err)
	}
}

func bigEndian() bool { return socket.Htons(1) == 1 }

func TestOtherFamiliesOfLinux(t *testing.T) {
	for _, c := range []struct {
		addr socket.Sockaddr
		want unix.Sockaddr
		len  int
	}{
		{socket.SockaddrLl(unix.ETH_P_IP, 1, []byte{1, 2, 3, 4, 5, 6}),
			&unix.SockaddrLinklayer{Protocol: socket.Htons(unix.ETH_P_IP), Ifindex: 1, Halen: 6, Addr: [8]byte{1, 2, 3, 4, 5, 6}}, 20},
		{socket.SockaddrNl(7, 9), &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: 7, Groups: 9}, 12},
		{socket.SockaddrVm(unix.VMADDR_CID_LOCAL, 1024), &unix.SockaddrVM{CID: unix.VMADDR_CID_LOCAL, Port: 1024}, 16},
	} {
		got, err := c.addr.Unix()
		if diff := cmp.Diff(c.want, got, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" || err != nil || c.addr.Len() != c.len {
			t.Errorf("Unix: %v, %d bytes\n%s", err, c.addr.Len(), diff)
		}
		if back, err := socket.FromUnix(c.want); back != c.addr || err != nil {
			t.Errorf("FromUnix(%+v) = %v, %v, want %v", c.want, back, err, c.addr)
		}
		if back, err := socket.ParseSockaddr(c.addr.String()); back != c.addr || err != nil {
			t.Errorf("ParseSockaddr(%q) = %v, %v", c.addr, back, err)
		}
	}
	if long := socket.SockaddrLl(1, 1, make([]byte, 20)); long.Len() != 32 {
		t.Errorf("a hardware address of 20 bytes: %d bytes", long.Len())
	}
	if bad := socket.SockaddrLl(1, 1, make([]byte, 33)); bad != (socket.Sockaddr{}) {
		t.Errorf("a hardware address of 33 bytes: %v", bad)
	}
}

func TestPacketSocketHearsLoopback(t *testing.T) {
	testutil.NewNetns(t)
	p, err := socket.Socket(socket.AF_PACKET, socket.SOCK_DGRAM, int(socket.Htons(unix.ETH_P_IP)))
	must(t, "Socket", err)
	defer socket.Close(p)
	lo, err := socket.IfNametoindex("lo")
	must(t, "IfNametoindex", err)
	must(t, "Bind", socket.Bind(p, socket.SockaddrLl(unix.ETH_P_IP, lo, nil)))
	must(t, "Setsockopt", socket.Setsockopt(p, socket.SO_RCVTIMEO, 5*time.Second))
	u, addr := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	socket.Sendto(u, []byte("packet"), 0, addr)
	buf := make([]byte, 200)
	n, from, err := socket.Recvfrom(p, buf, 0)
	if err != nil || from.Family() != socket.AF_PACKET || !bytes.HasSuffix(buf[:n], []byte("packet")) {
		t.Errorf("Recvfrom = %q from %v, %v", buf[:n], from, err)
	}
	// The family refuses the MSG_CMSG_CLOEXEC that these add.
	socket.Sendto(u, []byte("message"), 0, addr)
	socket.Sendto(u, []byte("batch"), 0, addr)
	msg := socket.Msghdr{Iov: [][]byte{buf}}
	if n, err := socket.Recvmsg(p, &msg, 0); err != nil || !bytes.HasSuffix(buf[:n], []byte("message")) {
		t.Errorf("Recvmsg = %q, %v", buf[:n], err)
	}
	batch := []socket.Mmsghdr{{Msghdr: msg}}
	if n, err := socket.Recvmmsg(p, batch, 0, -1); n != 1 || err != nil {
		t.Errorf("Recvmmsg = %d, %v", n, err)
	}
	if back, err := socket.ParseSockaddr(from.String()); back != from || err != nil {
		t.Errorf("ParseSockaddr(%q) = %v, %v", from, back, err)
	}
}

func TestFlowinfoAndScopeReachTheKernel(t *testing.T) {
	testutil.NewVeth(t)
	testutil.Sh(t, "ip addr add fe80::77/64 dev va nodad")
	va, err := socket.IfNametoindex("va")
	must(t, "IfNametoindex", err)
	addr := socket.SockaddrIn(netip.MustParseAddrPort("[fe80::77%va]:0"))
	if int(addr.ScopeID()) != va {
		t.Errorf("the zone %%va gives scope %d, want %d", addr.ScopeID(), va)
	}
	fd := newSocket(t, socket.AF_INET6, socket.SOCK_DGRAM, 0)
	must(t, "Bind", socket.Bind(fd, addr))
	got, err := socket.Getsockname(fd)
	must(t, "Getsockname", err)
	if text := got.String(); !strings.HasPrefix(text, "[fe80::77%va]:") {
		t.Errorf("String = %s, want the interface's name", text)
	}
	if back, err := socket.ParseSockaddr(got.String()); back != got || err != nil {
		t.Errorf("ParseSockaddr(%q) = %v, %v", got, back, err)
	}
	must(t, "Setsockopt", socket.SetsockoptInt(fd, socket.IPPROTO_IPV6, 33 /* IPV6_FLOWINFO_SEND */, 1))
	other := newSocket(t, socket.AF_INET6, socket.SOCK_DGRAM, 0)
	must(t, "Bind", socket.Bind(other, addr))
	name, err := socket.Getsockname(other)
	must(t, "Getsockname", err)
	must(t, "Setsockopt", socket.SetsockoptInt(other, socket.IPPROTO_IPV6, 11 /* IPV6_FLOWINFO */, 1))
	dest := socket.SockaddrIn6(name.AddrPort(), 0x54321, uint32(va))
	msg := socket.Msghdr{Iov: [][]byte{make([]byte, 4)}, Control: make([]byte, 64)}
	testutil.Eventually(t, "a datagram through a link that is just up", func() bool {
		if _, err := socket.Sendto(fd, []byte("x"), 0, dest); err != nil {
			t.Fatalf("Sendto with a flow label: %v", err)
		}
		time.Sleep(time.Millisecond)
		n, _ := socket.Recvmsg(other, &msg, socket.MSG_DONTWAIT)
		return n == 1
	})
	if !bytes.Contains(msg.Control[:msg.Controllen], []byte{0x00, 0x05, 0x43, 0x21}) {
		t.Errorf("the flow label did not arrive in network order: % x", msg.Control[:msg.Controllen])
	}
}

// 3. EINTR.

// harass sends SIGURG to the calling thread, which stays locked, every millisecond until the returned
// function is called.
func harass() (stop func()) {
	runtime.LockOSThread()
	tid := unix.Gettid()
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for range 10_000 { // a call that signals keep alive ends at last
			select {
			case <-quit:
				return
			case <-time.After(time.Millisecond):
				unix.Tgkill(unix.Getpid(), tid, unix.SIGURG)
			}
		}
	}()
	return func() {
		close(quit)
		<-done
		runtime.UnlockOSThread()
	}
}

// fill makes a socket's send buffer full.
func fill(t testing.TB, fd int) {
	t.Helper()
	p := make([]byte, 1<<16)
	for _, size := range []int{len(p), 1} {
		for {
			if _, err := socket.Send(fd, p[:size], socket.MSG_DONTWAIT); err != nil {
				if err != unix.EAGAIN {
					t.Fatalf("Send: %v", err)
				}
				break
			}
		}
	}
}

const limit = 200 * time.Millisecond

// waiting are calls that wait on a socket with a time limit of its own, and the errno at its end.
func waiting(t *testing.T) map[string]func() error {
	empty, peer := newPair(t, socket.SOCK_STREAM)
	full, _ := newPair(t, socket.SOCK_STREAM)
	fill(t, full)
	fullDgram, _ := newPair(t, socket.SOCK_DGRAM)
	fill(t, fullDgram)
	l, _ := listener(t, socket.AF_INET, socket.SOCK_STREAM)
	var pipe [2]int
	must(t, "Pipe2", unix.Pipe2(pipe[:], unix.O_CLOEXEC))
	t.Cleanup(func() { unix.Close(pipe[0]); unix.Close(pipe[1]) })
	unix.Write(pipe[1], []byte("x"))
	f := tempFile(t, []byte("x"))
	// An unconnected datagram socket's poll looks at its own queue, not at the receiver's.
	sender := newSocket(t, socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	receiver, addr := bound(t, socket.AF_UNIX, socket.SOCK_DGRAM)
	for {
		if _, err := socket.Sendto(sender, []byte("x"), socket.MSG_DONTWAIT, addr); err != nil {
			break
		}
	}
	// A unix listener with a full backlog.
	ul, uaddr := bound(t, socket.AF_UNIX, socket.SOCK_STREAM)
	must(t, "Listen", socket.Listen(ul, 0))
	must(t, "Connect", socket.Connect(newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0), uaddr))
	uc := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0)
	for _, fd := range []int{empty, peer, full, fullDgram, l, sender, receiver, uc} {
		must(t, "Setsockopt", socket.Setsockopt(fd, socket.SO_RCVTIMEO, limit))
		must(t, "Setsockopt", socket.Setsockopt(fd, socket.SO_SNDTIMEO, limit))
	}
	p := make([]byte, 10)
	msg := func() *socket.Msghdr { return &socket.Msghdr{Iov: [][]byte{p}} }
	mmsg := func() []socket.Mmsghdr { return []socket.Mmsghdr{{Msghdr: *msg()}} }
	return map[string]func() error{
		"Recv":             func() error { _, err := socket.Recv(empty, p, 0); return err },
		"Recv WAITALL":     func() error { _, err := socket.Recv(empty, p, socket.MSG_WAITALL); return err },
		"Recvfrom":         func() error { _, _, err := socket.Recvfrom(empty, p, 0); return err },
		"Recvmsg":          func() error { _, err := socket.Recvmsg(empty, msg(), 0); return err },
		"Recvmmsg":         func() error { _, err := socket.Recvmmsg(empty, mmsg(), 0, -1); return err },
		"Recvmmsg timeout": func() error { _, err := socket.Recvmmsg(empty, mmsg(), 0, limit/2); return err },
		"Recvall":          func() error { _, err := socket.Recvall(empty, p, 0); return err },
		"Read":             func() error { _, err := socket.Read(empty, p); return err },
		"Readv":            func() error { _, err := socket.Readv(empty, [][]byte{p}); return err },
		"Splice from":      func() error { _, err := socket.Splice(empty, nil, pipe[1], nil, 1, 0); return err },
		"Accept":           func() error { _, _, err := socket.Accept(l); return err },
		"Accept4":          func() error { _, _, err := socket.Accept4(l, 0); return err },
		"AcceptFD":         func() error { _, err := socket.AcceptFD(l, 0); return err },
		"Send":             func() error { _, err := socket.Send(full, p, 0); return err },
		"Sendto dgram":     func() error { _, err := socket.Sendto(sender, p, 0, addr); return err },
		"Sendmsg":          func() error { _, err := socket.Sendmsg(full, msg(), 0); return err },
		"Sendmmsg":         func() error { _, err := socket.Sendmmsg(fullDgram, mmsg(), 0); return err },
		"Sendall":          func() error { _, err := socket.Sendall(full, p, 0); return err },
		"Write":            func() error { _, err := socket.Write(full, p); return err },
		"Writev":           func() error { _, err := socket.Writev(full, [][]byte{p}); return err },
		"Sendfile":         func() error { _, err := socket.Sendfile(full, int(f.Fd()), new(int64), 1); return err },
		"Splice to":        func() error { _, err := socket.Splice(pipe[0], nil, full, nil, 1, 0); return err },
		"Connect unix":     func() error { return socket.Connect(uc, uaddr) },
	}
}

func TestSignalsNeitherEndNorStretchATimedCall(t *testing.T) {
	for name, call := range waiting(t) {
		t.Run(name, func(t *testing.T) {
			lasts(t, name, limit, 2*limit, func() error {
				defer harass()()
				return call()
			})
		})
	}
}

func TestTimedCallsLastTheirLimit(t *testing.T) {
	for name, call := range waiting(t) {
		lasts(t, name, limit, limit, call)
	}
}

// lasts holds a call to a time: never less, and not more in one of three runs, for the machine may be loaded.
func lasts(t *testing.T, name string, least, most time.Duration, call func() error) {
	t.Helper()
	const slack = 50 * time.Millisecond
	best := time.Hour
	for try := 0; try < 3 && best > most+slack; try++ {
		start := time.Now()
		err := call()
		took := time.Since(start)
		wantErr(t, name, err, unix.EAGAIN)
		if took < least-10*time.Millisecond {
			t.Errorf("%s took %v, want %v at least", name, took, least)
		}
		best = min(best, took)
	}
	if best > most+slack {
		t.Errorf("%s took %v at best, want %v at most", name, best, most)
	}
}

func TestSignalsDoNotHideDataFromATimedCall(t *testing.T) {
	a, b := newPair(t, socket.SOCK_STREAM)
	must(t, "Setsockopt", socket.Setsockopt(b, socket.SO_RCVTIMEO, 10*time.Second))
	must(t, "Setsockopt", socket.Setsockopt(a, socket.SO_SNDTIMEO, 10*time.Second))
	fill(t, a)
	total, _ := socket.Siocinq(b)
	p := make([]byte, 1<<16)
	for name, call := range map[string]func() (int, error){
		"Send":    func() (int, error) { return socket.Send(a, p[:1], 0) },
		"Write":   func() (int, error) { return socket.Write(a, p[:1]) },
		"Writev":  func() (int, error) { return socket.Writev(a, [][]byte{p[:1]}) },
		"Sendmsg": func() (int, error) { return socket.Sendmsg(a, &socket.Msghdr{Iov: [][]byte{p[:1]}}, 0) },
	} {
		go func() {
			time.Sleep(50 * time.Millisecond)
			socket.Recvall(b, make([]byte, total), socket.MSG_DONTWAIT)
		}()
		stop := harass()
		n, err := call()
		stop()
		if n != 1 || err != nil {
			t.Errorf("%s with signals = %d, %v, want 1", name, n, err)
		}
		time.Sleep(20 * time.Millisecond) // the reader is done
		fill(t, a)
	}
	for {
		if _, err := socket.Recv(b, p, socket.MSG_DONTWAIT); err != nil {
			break
		}
	}
	for name, call := range map[string]func() (int, error){
		"Recv":    func() (int, error) { return socket.Recv(b, p, 0) },
		"Read":    func() (int, error) { return socket.Read(b, p) },
		"Readv":   func() (int, error) { return socket.Readv(b, [][]byte{p}) },
		"Recvmsg": func() (int, error) { return socket.Recvmsg(b, &socket.Msghdr{Iov: [][]byte{p}}, 0) },
	} {
		go func() {
			time.Sleep(50 * time.Millisecond)
			socket.Send(a, []byte("data"), 0)
		}()
		stop := harass()
		n, err := call()
		stop()
		if n != 4 || err != nil {
			t.Errorf("%s with signals = %d, %v, want 4", name, n, err)
		}
	}
}

func TestConnectIsAwaitedThroughSignals(t *testing.T) {
	v := testutil.NewVeth(t)
	testutil.Sh(t, "ip route add 10.99.0.0/24 via 10.77.0.2")
	v.In(1)
	testutil.Sh(t, "sysctl -qw net.ipv4.ip_forward=1; ip route add blackhole 10.99.0.1; ip route add prohibit 10.99.0.2")
	v.In(0)
	nowhere := socket.SockaddrIn(netip.MustParseAddrPort("10.99.0.1:9"))
	c := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Setsockopt", socket.Setsockopt(c, socket.SO_SNDTIMEO, limit))
	stop := harass()
	start := time.Now()
	err := socket.Connect(c, nowhere)
	took := time.Since(start)
	stop()
	runtime.LockOSThread() // stop undid the namespace's lock as well
	wantErr(t, "Connect to nowhere", err, unix.EINPROGRESS)
	if took < limit || took > 2*limit+5*time.Second { // far below the time without a limit
		t.Errorf("Connect with a limit of %v took %v", limit, took)
	}
	wantErr(t, "Connect again", socket.Connect(c, nowhere), unix.EALREADY)
}

// What strace can make of a call: EINTR before it has begun, and in what order the calls come.

var interruptedChild = testutil.Child("interrupted", func() {
	runtime.LockOSThread()
	fail := func(what string, err error) {
		if err != nil {
			fmt.Println(what, err)
			os.Exit(0)
		}
	}
	l, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	fail("socket", err)
	fail("bind", socket.Bind(l, loopback4))
	fail("listen", socket.Listen(l, 1))
	addr, err := socket.Getsockname(l)
	fail("getsockname", err)
	c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	fail("socket", err)
	fail("connect", socket.Connect(c, addr))
	s, peer, err := socket.Accept(l)
	fail("accept4", err)
	if name, _ := socket.Getsockname(c); name != peer {
		fail("accept4: the peer is "+peer.String(), unix.EINVAL)
	}
	p := make([]byte, 4)
	_, err = socket.Send(c, []byte("ab"), 0)
	fail("sendto", err)
	_, err = socket.Recv(s, p, 0)
	fail("recvfrom", err)
	_, err = socket.Sendmsg(c, &socket.Msghdr{Iov: [][]byte{[]byte("ab")}}, 0)
	fail("sendmsg", err)
	_, err = socket.Recvmsg(s, &socket.Msghdr{Iov: [][]byte{p}}, 0)
	fail("recvmsg", err)
	_, err = socket.Writev(c, [][]byte{[]byte("ab")})
	fail("writev", err)
	_, err = socket.Readv(s, [][]byte{p})
	fail("readv", err)
	_, err = socket.Sendmmsg(c, []socket.Mmsghdr{{Msghdr: socket.Msghdr{Iov: [][]byte{[]byte("ab")}}}}, 0)
	fail("sendmmsg", err)
	_, err = socket.Recvmmsg(s, []socket.Mmsghdr{{Msghdr: socket.Msghdr{Iov: [][]byte{p}}}}, 0, time.Hour)
	fail("recvmmsg", err)
	u, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	fail("socket", err)
	fail("connect", socket.Connect(u, addr))
	fail("close", socket.Close(c))
	fail("close", socket.Close(s))
	fail("close", socket.Close(l))
	fail("close", socket.Close(u))
	fmt.Println("ok")
})

// straced runs a child under strace and returns what the child printed, and the lines of the trace from
// its first socket call on, without signals.
func straced(t *testing.T, child string, options ...string) (said string, trace []string) {
	t.Helper()
	strace := testutil.Program(t, "strace")
	self, err := os.Executable()
	must(t, "Executable", err)
	log := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, append(append([]string{"-f", "--seccomp-bpf", "-o", log}, options...), self)...)
	cmd.Env = append(os.Environ(), "SOCKET_TEST_CHILD="+child)
	out, err := cmd.Output()
	must(t, "strace", err)
	text, err := os.ReadFile(log)
	must(t, "ReadFile", err)
	for line := range strings.Lines(string(text)) {
		_, call, _ := strings.Cut(strings.TrimSpace(line), " ")
		call = strings.TrimSpace(call)
		if trace == nil && !strings.HasPrefix(call, "socket(") || strings.HasPrefix(call, "---") || strings.HasPrefix(call, "+++") {
			continue
		}
		trace = append(trace, call)
	}
	return strings.TrimSpace(string(out)), trace
}

// oddlyInterruptedChild makes calls whose first attempt strace interrupts, in states that are easy to forget.
var oddlyInterruptedChild = testutil.Child("oddly", func() {
	runtime.LockOSThread()
	bind := func(typ int) (int, socket.Sockaddr) {
		fd, _ := socket.Socket(socket.AF_INET, typ, 0)
		socket.Bind(fd, loopback4)
		addr, _ := socket.Getsockname(fd)
		return fd, addr
	}
	// A datagram socket that has a peer already.
	_, first := bind(socket.SOCK_DGRAM)
	_, second := bind(socket.SOCK_DGRAM)
	u, _ := bind(socket.SOCK_DGRAM)
	err := socket.Connect(u, first)
	err2 := socket.Connect(u, second)
	peer, _ := socket.Getpeername(u)
	fmt.Println("datagram", err, err2, peer == second)
	// A stream that is refused.
	closed, addr := bind(socket.SOCK_STREAM)
	socket.Close(closed)
	s, _ := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	fmt.Println("stream", socket.Connect(s, addr))
	// Calls that must not wait, on a socket that has a limit to wait.
	socket.Setsockopt(u, socket.SO_RCVTIMEO, 5*time.Second)
	start := time.Now()
	_, err = socket.Recv(u, make([]byte, 1), socket.MSG_DONTWAIT)
	fmt.Println("recv", err, time.Since(start) < 4*time.Second)
})

func TestInterruptedCallsInOddStates(t *testing.T) {
	for inject, want := range map[string]string{
		"connect:error=EINTR:when=1":  "datagram <nil> <nil> true\nstream connection refused\nrecv resource temporarily unavailable true",
		"connect:error=EINTR:when=2":  "datagram <nil> <nil> true\nstream connection refused\nrecv resource temporarily unavailable true",
		"connect:error=EINTR:when=3":  "datagram <nil> <nil> true\nstream connection refused\nrecv resource temporarily unavailable true",
		"recvfrom:error=EINTR:when=1": "datagram <nil> <nil> true\nstream connection refused\nrecv resource temporarily unavailable true",
	} {
		said, trace := straced(t, oddlyInterruptedChild, "-e", "trace=network", "-e", "inject="+inject)
		if said != want || !strings.Contains(strings.Join(trace, "\n"), "EINTR") {
			t.Errorf("with %s:\n%s\n%s", inject, said, strings.Join(trace, "\n"))
		}
	}
}

func TestEveryCallIsRestartedAfterEINTR(t *testing.T) {
	for _, call := range []string{"bind", "connect", "accept4", "sendto", "recvfrom", "sendmsg", "recvmsg", "writev", "readv", "sendmmsg", "recvmmsg"} {
		t.Run(call, func(t *testing.T) {
			said, trace := straced(t, interruptedChild, "-e", "trace=network,close,readv,writev", "-e", "inject="+call+":error=EINTR:when=1..3")
			if n := strings.Count(strings.Join(trace, "\n"), "EINTR"); said != "ok" || n != 3 {
				t.Errorf("with EINTR from %s 3 times: %q, and EINTR was seen %d times\n%s", call, said, n, strings.Join(trace, "\n"))
			}
		})
	}
}

var closingChild = testutil.Child("closing", func() {
	var fds [60]int
	for i := range fds {
		fds[i], _ = socket.Socket(socket.AF_UNIX, socket.SOCK_STREAM, 0)
	}
	for _, fd := range fds {
		if err := socket.Close(fd); err != nil {
			fmt.Println(err)
			os.Exit(0)
		}
	}
	fmt.Println("ok")
})

func TestCloseIsNotRepeatedAfterEINTR(t *testing.T) {
	// The first closes are those of the loader and the runtime.
	said, trace := straced(t, closingChild, "-e", "trace=socket,close", "-e", "inject=close:error=EINTR:when=30+")
	closes := map[string]int{}
	interrupted := 0
	for _, call := range trace {
		if fd, ok := strings.CutPrefix(call, "close("); ok {
			fd, result, _ := strings.Cut(fd, ")")
			closes[fd]++
			if strings.Contains(result, "EINTR") {
				interrupted++
			}
			if closes[fd] > 1 {
				t.Errorf("close(%s) is repeated", fd)
			}
		}
	}
	if said != "ok" || len(closes) != 60 || interrupted < 30 {
		t.Errorf("%q, %d closes, %d interrupted", said, len(closes), interrupted)
	}
}

func TestNoHiddenSystemCall(t *testing.T) {
	said, trace := straced(t, interruptedChild, "-e", "trace=network,close,readv,writev,fcntl,ioctl,poll,ppoll")
	var names []string
	for _, call := range trace {
		name, _, _ := strings.Cut(call, "(")
		names = append(names, name)
	}
	want := strings.Fields(`socket bind listen getsockname socket connect accept4 getsockname sendto recvfrom sendmsg recvmsg
		writev readv sendmmsg recvmmsg socket connect close close close close`)
	if diff := cmp.Diff(want, names); said != "ok" || diff != "" {
		t.Errorf("%s: the calls differ from C's:\n%s", said, diff)
	}
}

// 4. The garbage collector beside calls that wait.

// blockedChild holds the other ends of sockets, and ends the waits on them when its input says so.
var blockedChild = testutil.Child("blocked", func() {
	in := bufio.NewReader(os.Stdin)
	told := make(chan bool, 1)
	go func() {
		in.ReadString('\n')
		told <- true
	}()
	fmt.Println("ready")
	select {
	case <-told:
	case <-time.After(10 * time.Second): // the parent is frozen
	}
	p := make([]byte, 1<<20)
	switch os.Args[1] {
	case "send":
		socket.Send(3, []byte("x"), 0)
	case "drain":
		socket.Setsockopt(3, socket.SO_RCVTIMEO, time.Second)
		for {
			if n, err := socket.Recv(3, p, 0); n == 0 || err != nil {
				break
			}
		}
	case "connect":
		addr, err := socket.ParseSockaddr(os.Args[2])
		if err == nil {
			var fd int
			if fd, err = socket.Socket(addr.Family(), socket.SOCK_STREAM, 0); err == nil {
				err = socket.Connect(fd, addr)
			}
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	case "accept":
		socket.Accept(3)
		socket.Accept(3)
	}
	in.ReadString('\n')
})

func TestGCRunsBesideEveryBlockedCall(t *testing.T) {
	p := make([]byte, 10)
	msg := func() *socket.Msghdr { return &socket.Msghdr{Iov: [][]byte{p}} }
	f := tempFile(t, pattern(1<<20))
	var pipe [2]int
	must(t, "Pipe2", unix.Pipe2(pipe[:], unix.O_CLOEXEC))
	defer unix.Close(pipe[0])
	defer unix.Close(pipe[1])
	recv := map[string]func(fd int) error{
		"Recv":     func(fd int) error { _, err := socket.Recv(fd, p, 0); return err },
		"Recvfrom": func(fd int) error { _, _, err := socket.Recvfrom(fd, p, 0); return err },
		"Recvmsg":  func(fd int) error { _, err := socket.Recvmsg(fd, msg(), 0); return err },
		"Recvmmsg": func(fd int) error {
			_, err := socket.Recvmmsg(fd, []socket.Mmsghdr{{Msghdr: *msg()}}, 0, -1)
			return err
		},
		"Recvall": func(fd int) error { _, err := socket.Recvall(fd, p[:1], 0); return err },
		"Read":    func(fd int) error { _, err := socket.Read(fd, p); return err },
		"Readv":   func(fd int) error { _, err := socket.Readv(fd, [][]byte{p}); return err },
		"Splice":  func(fd int) error { _, err := socket.Splice(fd, nil, pipe[1], nil, 10, 0); return err },
	}
	send := map[string]func(fd int) error{
		"Send":     func(fd int) error { _, err := socket.Send(fd, p, 0); return err },
		"Sendto":   func(fd int) error { _, err := socket.Sendto(fd, p, 0, socket.Sockaddr{}); return err },
		"Sendmsg":  func(fd int) error { _, err := socket.Sendmsg(fd, msg(), 0); return err },
		"Sendmmsg": func(fd int) error { _, err := socket.Sendmmsg(fd, []socket.Mmsghdr{{Msghdr: *msg()}}, 0); return err },
		"Sendall":  func(fd int) error { _, err := socket.Sendall(fd, p, 0); return err },
		"Write":    func(fd int) error { _, err := socket.Write(fd, p); return err },
		"Writev":   func(fd int) error { _, err := socket.Writev(fd, [][]byte{p}); return err },
		"Sendfile": func(fd int) error { _, err := socket.Sendfile(fd, int(f.Fd()), new(int64), 10); return err },
	}
	accept := map[string]func(fd int) error{
		"Accept":   func(fd int) error { n, _, err := socket.Accept(fd); socket.Close(n); return err },
		"Accept4":  func(fd int) error { n, _, err := socket.Accept4(fd, 0); socket.Close(n); return err },
		"AcceptFD": func(fd int) error { n, err := socket.AcceptFD(fd, 0); socket.Close(n); return err },
	}
	// handOver gives a descriptor to the child, and closes it here.
	handOver := func(fd int) []*os.File { return []*os.File{os.NewFile(uintptr(fd), "")} }
	for name, call := range recv {
		t.Run(name, func(t *testing.T) {
			fds, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
			must(t, "Socketpair", err)
			defer socket.Close(fds[0])
			beside(t, "send", handOver(fds[1]), "", func() error { return call(fds[0]) })
		})
	}
	for name, call := range send {
		t.Run(name, func(t *testing.T) {
			fds, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
			must(t, "Socketpair", err)
			defer socket.Close(fds[0])
			must(t, "Setsockopt", socket.Setsockopt(fds[0], socket.SO_SNDBUF, 4096))
			fill(t, fds[0])
			beside(t, "drain", handOver(fds[1]), "", func() error { return call(fds[0]) })
		})
	}
	for name, call := range accept {
		t.Run(name, func(t *testing.T) {
			l, addr := listener(t, socket.AF_UNIX, socket.SOCK_STREAM)
			beside(t, "connect", nil, addr.String(), func() error { return call(l) })
		})
	}
	t.Run("Connect", func(t *testing.T) {
		l, addr := bound(t, socket.AF_UNIX, socket.SOCK_STREAM)
		must(t, "Listen", socket.Listen(l, 0))
		must(t, "Connect", socket.Connect(newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0), addr))
		dup, err := socket.Dup(l)
		must(t, "Dup", err)
		c := newSocket(t, socket.AF_UNIX, socket.SOCK_STREAM, 0)
		beside(t, "accept", handOver(dup), "", func() error { return socket.Connect(c, addr) })
	})
	t.Run("Close", func(t *testing.T) { // SO_LINGER waits for data to be acknowledged: by a peer that reads late
		c, s := connected(t, socket.AF_INET, socket.SOCK_STREAM)
		must(t, "Setsockopt", socket.Setsockopt(c, socket.SO_LINGER, socket.Linger{Onoff: 1, Linger: 30}))
		dup, err := socket.Dup(c)
		must(t, "Dup", err)
		fill(t, c)
		must(t, "Close", socket.Close(c))
		peer, err := socket.Dup(s)
		must(t, "Dup", err)
		beside(t, "drain", handOver(peer), "", func() error { return socket.Close(dup) })
	})
}

// beside runs call, which waits until a child process acts, and collects garbage meanwhile. The child acts
// when the collector has been quick once, so that a loaded machine may be slow; frozen, it never is.
func beside(t *testing.T, act string, files []*os.File, arg string, call func() error) {
	t.Helper()
	child := testutil.StartChild(t, blockedChild, files, act, arg)
	for _, f := range files {
		f.Close()
	}
	child.Line(t)
	collect := func() time.Duration {
		start := time.Now()
		runtime.GC()
		return time.Since(start)
	}
	alone := collect() // the heap of this process has a time of its own
	for range 5 {
		alone = min(alone, collect())
	}
	done := make(chan error, 1)
	go func() { done <- call() }()
	time.Sleep(20 * time.Millisecond)
	start, best := time.Now(), time.Hour
	for best > alone+5*time.Millisecond && time.Since(start) < 9*time.Second {
		best = min(best, collect())
	}
	if best > alone+5*time.Millisecond {
		t.Errorf("runtime.GC took %v at best beside the call, %v alone", best, alone)
	}
	select {
	case err := <-done:
		t.Fatalf("the call did not wait: %v", err)
	default:
	}
	io.WriteString(child.In, "\n")
	must(t, "the call", <-done)
}

// 5. Allocations.

func TestNoCallAllocates(t *testing.T) {
	u, addr := bound(t, socket.AF_INET, socket.SOCK_DGRAM)
	c, s := connected(t, socket.AF_INET, socket.SOCK_STREAM)
	x, y := newPair(t, socket.SOCK_DGRAM)
	for _, fd := range []int{s, y, u} {
		must(t, "SetNonblock", socket.SetNonblock(fd, true))
	}
	buf := make([]byte, 100)
	var from socket.Sockaddr
	few, many := make([][]byte, 2), make([][]byte, 100)
	control := make([]byte, 100)
	batch := make([]socket.Mmsghdr, 100)
	for i := range batch {
		batch[i].Iov = [][]byte{buf}
		batch[i].Name = new(socket.Sockaddr)
		batch[i].Control = make([]byte, 40)
	}
	for i := range many {
		many[i] = buf[i : i+1]
	}
	copy(few, many)
	ap := netip.MustParseAddrPort("127.0.0.1:80")
	ap6 := netip.MustParseAddrPort("[::1]:80")
	l, laddr := listener(t, socket.AF_INET, socket.SOCK_STREAM)
	must(t, "SetNonblock", socket.SetNonblock(l, true))
	text := make([]byte, 0, 100)
	f := tempFile(t, pattern(100))
	for name, call := range map[string]func(){
		"Send, Recv": func() { socket.Send(c, buf, 0); socket.Recv(s, buf, 0) },
		"Sendto, Recvfrom": func() {
			socket.Sendto(u, buf, 0, addr)
			_, from, _ = socket.Recvfrom(u, buf, 0)
		},
		"Sendmsg, Recvmsg": func() {
			msg := socket.Msghdr{Name: &from, Iov: few, Control: control}
			socket.Recvmsg(u, &msg, 0)
			from = addr
			socket.Sendmsg(u, &socket.Msghdr{Name: &from, Iov: few}, 0)
		},
		"Sendmsg, Recvmsg of 100 buffers": func() {
			socket.Sendmsg(x, &socket.Msghdr{Iov: many}, 0)
			socket.Recvmsg(y, &socket.Msghdr{Iov: many}, 0)
		},
		"Sendmsg, Recvmsg of a literal": func() {
			var p [8]byte
			socket.Sendmsg(x, &socket.Msghdr{Iov: [][]byte{p[:], p[:2]}}, 0)
			socket.Recvmsg(y, &socket.Msghdr{Iov: [][]byte{p[:]}}, 0)
		},
		"Sendmmsg, Recvmmsg": func() {
			for i := range batch { // nowhere: to the peer
				*batch[i].Name = socket.Sockaddr{}
			}
			for _, n := range []int{1, 10} {
				socket.Sendmmsg(x, batch[:n], socket.MSG_DONTWAIT)
				socket.Recvmmsg(y, batch, 0, -1)
			}
		},
		"Read, Write": func() { socket.Write(c, buf); socket.Read(s, buf) },
		"Readv, Writev": func() {
			socket.Writev(c, few)
			socket.Readv(s, few)
			socket.Writev(c, many)
			socket.Readv(s, many)
		},
		"Sendall, Recvall": func() { socket.Sendall(c, buf, 0); socket.Recvall(s, buf, 0) },
		"Sendfile":         func() { var offset int64; socket.Sendfile(c, int(f.Fd()), &offset, 10); socket.Recv(s, buf, 0) },
		"EAGAIN": func() {
			socket.Recv(s, buf, 0)
			socket.Recvfrom(u, buf, socket.MSG_DONTWAIT)
			socket.Recvmsg(y, &socket.Msghdr{Iov: few, Name: &from}, 0)
			socket.Accept(l)
		},
		"Nonblocking": func() {
			nx, ny := socket.Nonblocking(x), socket.Nonblocking(y)
			nx.Send(buf, 0)
			ny.Recv(buf, 0)
			ny.Recv(buf, 0)
			nx.Sendmsg(&socket.Msghdr{Iov: few}, 0)
			ny.Recvmsg(&socket.Msghdr{Iov: few}, 0)
		},
		"Socket, Connect, Accept, Close": func() {
			fd, _ := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
			socket.Connect(fd, laddr)
			nfd, peer, _ := socket.Accept(l)
			from = peer
			socket.Close(nfd)
			socket.Close(fd)
		},
		"Socketpair, Dup, flags": func() {
			fds, _ := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
			fd, _ := socket.Dup(fds[0])
			socket.SetNonblock(fd, true)
			socket.SetCloexec(fd, true)
			socket.Fionread(fd)
			socket.Close(fd)
			socket.Close(fds[0])
			socket.Close(fds[1])
		},
		"Getsockname, Getpeername": func() {
			from, _ = socket.Getsockname(c)
			from, _ = socket.Getpeername(c)
			_, _ = socket.Getpeername(l)
		},
		"Getsockopt": func() {
			socket.Getsockopt(c, socket.SO_TYPE)
			socket.Getsockopt(c, socket.SO_ERROR)
			socket.Getsockopt(c, socket.TCP_NODELAY)
			socket.Getsockopt(c, socket.SO_RCVTIMEO)
			socket.Getsockopt(c, socket.TCP_KEEPIDLE)
			socket.Getsockopt(c, socket.SO_LINGER)
			socket.Getsockopt(c, socket.TCP_INFO)
			socket.Getsockopt(c, socket.SO_COOKIE)
			socket.GetsockoptInt(c, unix.SOL_SOCKET, unix.SO_TYPE)
			socket.GetsockoptBytes(c, unix.SOL_SOCKET, unix.SO_TYPE, buf)
			socket.Getsockopt(c, socket.IPV6_V6ONLY)
		},
		"Setsockopt": func() {
			socket.Setsockopt(c, socket.TCP_NODELAY, true)
			socket.Setsockopt(c, socket.SO_SNDTIMEO, time.Second)
			socket.Setsockopt(c, socket.TCP_KEEPIDLE, time.Minute)
			socket.Setsockopt(c, socket.SO_LINGER, socket.Linger{})
			socket.Setsockopt(c, socket.TCP_CONGESTION, "cubic")
			socket.SetsockoptInt(c, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
			socket.SetsockoptBytes(c, unix.SOL_SOCKET, unix.SO_KEEPALIVE, buf[:4])
		},
		"Sockaddr": func() {
			from = socket.SockaddrIn(ap)
			from = socket.SockaddrIn(from.AddrPort())
			from = socket.SockaddrIn6(ap6, 1, 2)
			from, _ = socket.SockaddrUn("/run/x")
			from, _ = socket.SockaddrFrom(buf)
			text = from.AppendTo(text[:0])
			text, _ = socket.SockaddrIn(ap).AppendText(text[:0])
			from, _ = socket.SockaddrUn("/run/x")
			text, _ = from.AppendText(text[:0])
		},
	} {
		testutil.Allocs(t, name, call)
	}
}

func TestCallsDoNotMoveTheirArgumentsToTheHeap(t *testing.T) {
	x, y := newPair(t, socket.SOCK_DGRAM)
	testutil.Allocs(t, "local buffers and addresses", func() {
		var p [64]byte
		var name socket.Sockaddr
		var control [32]byte
		var msgs [2]socket.Mmsghdr
		socket.Send(x, p[:], 0)
		socket.Recv(y, p[:], 0)
		iov := [1][]byte{p[:]}
		msgs[0].Iov, msgs[1].Iov = iov[:], iov[:]
		socket.Sendmmsg(x, msgs[:], 0)
		msgs[0].Name, msgs[0].Control = &name, control[:]
		socket.Recvmmsg(y, msgs[:], 0, -1)
	})
}

// 6. Real programs at the other end.

func TestGetOverHTTPFromPython(t *testing.T) {
	python := testutil.Program(t, "python3")
	dir := t.TempDir()
	want := pattern(300_000)
	must(t, "WriteFile", os.WriteFile(filepath.Join(dir, "file"), want, 0o644))
	// Python binds port 0 and says which it is.
	cmd := exec.Command(python, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0")
	cmd.Dir = dir
	cmd.Stderr = io.Discard
	server := testutil.Start(t, cmd)
	line := server.Line(t) // Serving HTTP on 127.0.0.1 port 40000 (…) ...
	_, rest, _ := strings.Cut(line, " port ")
	port, _, _ := strings.Cut(rest, " ")
	addr, err := socket.ParseSockaddr("127.0.0.1:" + port)
	must(t, line, err)

	fd := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Connect", socket.Connect(fd, addr))
	_, err = socket.Sendall(fd, []byte("GET /file HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"), 0)
	must(t, "Sendall", err)
	got := make([]byte, len(want)+1000)
	n, err := socket.Recvall(fd, got, 0)
	must(t, "Recvall", err)
	head, body, _ := bytes.Cut(got[:n], []byte("\r\n\r\n"))
	if !bytes.HasPrefix(head, []byte("HTTP/1.0 200")) || !bytes.Equal(body, want) {
		t.Errorf("%d bytes of body under\n%s", len(body), head)
	}
}

func TestCurlGetsAFileFromOurServer(t *testing.T) {
	curl := testutil.Program(t, "curl")
	want := pattern(1 << 20)
	f := tempFile(t, want)
	l, addr := listener(t, socket.AF_INET, socket.SOCK_STREAM)
	served := make(chan error, 1)
	go func() {
		served <- func() error {
			s, _, err := socket.Accept(l)
			if err != nil {
				return err
			}
			defer socket.Close(s)
			p := make([]byte, 4096)
			for n := 0; !bytes.Contains(p[:n], []byte("\r\n\r\n")); {
				m, err := socket.Recv(s, p[n:], 0)
				if err != nil || m == 0 {
					return fmt.Errorf("the request ends after %q: %w", p[:n], err)
				}
				n += m
			}
			head := fmt.Sprintf("HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n", len(want))
			if _, err := socket.Sendall(s, []byte(head), socket.MSG_MORE); err != nil {
				return err
			}
			for offset := int64(0); offset < int64(len(want)); {
				if n, err := socket.Sendfile(s, int(f.Fd()), &offset, len(want)); n == 0 || err != nil {
					return fmt.Errorf("sendfile = %d: %w", n, err)
				}
			}
			return socket.Shutdown(s, socket.SHUT_WR)
		}()
	}()
	out, err := exec.Command(curl, "--silent", "--show-error", "--max-time", "20", "http://"+addr.String()+"/").Output()
	must(t, "curl", err)
	must(t, "the server", <-served)
	if !bytes.Equal(out, want) {
		t.Errorf("curl got %d bytes, want %d equal ones", len(out), len(want))
	}
}

// The Python ends: a server prints its address and answers one message with itself in capitals; a client
// sends one message and prints the answer.
const pythonServer = `
import socket, sys
fam, typ, addr = getattr(socket, sys.argv[1]), getattr(socket, sys.argv[2]), eval(sys.argv[3])
s = socket.socket(fam, typ)
s.bind(addr)
if typ == socket.SOCK_DGRAM:
    print(repr(s.getsockname()), flush=True)
    data, peer = s.recvfrom(65536)
    s.sendto(data.upper(), peer)
else:
    s.listen(1)
    print(repr(s.getsockname()), flush=True)
    c, _ = s.accept()
    data = b""
    while True:
        p = c.recv(4096)
        if not p: break
        data += p
    c.sendall(data.upper())
    c.close()
`

const pythonClient = `
import socket, sys
fam, typ, addr = getattr(socket, sys.argv[1]), getattr(socket, sys.argv[2]), eval(sys.argv[3])
s = socket.socket(fam, typ)
if fam == socket.AF_UNIX and typ == socket.SOCK_DGRAM: s.bind("")
s.connect(addr)
s.sendall(b"from python")
if typ == socket.SOCK_STREAM: s.shutdown(socket.SHUT_WR)
print(s.recv(65536).decode(), flush=True)
`

var withPython = append(slices.Clone(streams), datagrams...)

func pythonArgs(k kind) (family, typ string) {
	return map[int]string{socket.AF_INET: "AF_INET", socket.AF_INET6: "AF_INET6", socket.AF_UNIX: "AF_UNIX"}[k.domain],
		map[int]string{socket.SOCK_STREAM: "SOCK_STREAM", socket.SOCK_DGRAM: "SOCK_DGRAM"}[k.typ]
}

func TestPythonServesUs(t *testing.T) {
	python := testutil.Program(t, "python3")
	forEach(t, withPython, func(t *testing.T, k kind) {
		family, typ := pythonArgs(k)
		path := filepath.Join(t.TempDir(), "p")
		bind := map[int]string{socket.AF_INET: `("127.0.0.1", 0)`, socket.AF_INET6: `("::1", 0)`, socket.AF_UNIX: fmt.Sprintf("%q", path)}[k.domain]
		server := testutil.Start(t, exec.Command(python, "-c", pythonServer, family, typ, bind))
		line := server.Line(t) // ('127.0.0.1', 40000) or ('::1', 40000, 0, 0) or '/path'
		addr, err := socket.SockaddrUn(path)
		if k.domain != socket.AF_UNIX {
			host := netip.MustParseAddr(strings.Split(line, "'")[1])
			var port uint16
			fmt.Sscanf(strings.Split(line, ", ")[1], "%d", &port)
			addr = socket.SockaddrIn(netip.AddrPortFrom(host, port))
		}
		must(t, line, err)
		fd := newSocket(t, k.domain, k.typ, 0)
		if k.domain == socket.AF_UNIX && k.typ == socket.SOCK_DGRAM {
			auto, _ := socket.SockaddrUn("")
			must(t, "Bind", socket.Bind(fd, auto))
		}
		must(t, "Connect", socket.Connect(fd, addr))
		_, err = socket.Sendall(fd, []byte("to python"), 0)
		must(t, "Sendall", err)
		if k.typ == socket.SOCK_STREAM {
			must(t, "Shutdown", socket.Shutdown(fd, socket.SHUT_WR))
		}
		p := make([]byte, 100)
		if n, err := socket.Recv(fd, p, 0); err != nil || string(p[:n]) != "TO PYTHON" {
			t.Errorf("Python answers %q, %v", p[:n], err)
		}
	})
}

func TestWeServePython(t *testing.T) {
	python := testutil.Program(t, "python3")
	forEach(t, withPython, func(t *testing.T, k kind) {
		family, typ := pythonArgs(k)
		fd, addr := bound(t, k.domain, k.typ)
		if k.typ == socket.SOCK_STREAM {
			must(t, "Listen", socket.Listen(fd, 1))
		}
		to := fmt.Sprintf("%q", addr.Path())
		if k.domain != socket.AF_UNIX {
			to = fmt.Sprintf("(%q, %d)", addr.AddrPort().Addr(), addr.AddrPort().Port())
		}
		client := testutil.Start(t, exec.Command(python, "-c", pythonClient, family, typ, to))
		p := make([]byte, 100)
		n := 0
		if k.typ == socket.SOCK_STREAM {
			s, err := socket.AcceptFD(fd, 0)
			must(t, "Accept", err)
			defer socket.Close(s)
			n, err = socket.Recvall(s, p, 0)
			must(t, "Recvall", err)
			_, err = socket.Sendall(s, bytes.ToUpper(p[:n]), 0)
			must(t, "Sendall", err)
		} else {
			m, peer, err := socket.Recvfrom(fd, p, 0)
			must(t, "Recvfrom", err)
			n, err = socket.Sendto(fd, bytes.ToUpper(p[:m]), 0, peer)
			must(t, "Sendto", err)
		}
		if line := client.Line(t); line != "FROM PYTHON" || string(p[:n]) != "from python" {
			t.Errorf("Python sent %q and heard %q", p[:n], line)
		}
	})
}

// TestInetFunctionsAgreeWithC asks C's, which Python's socket module calls.
func TestInetFunctionsAgreeWithC(t *testing.T) {
	python := testutil.Program(t, "python3")
	texts := []string{"1.2.3.4", "127.1", "1.2.3", "0x7f.1", "0177.0.0.1", "4294967295", "4294967296", "1.2.3.4 tail", "1.2.3.4\ttail", " 1.2.3.4",
		"08.1.1.1", "1.2.3.256", "1.2.65536", "1.16777216", "1.16777215", "256.1", "0x", "0xg", "1.", ".1", "1..2", "", "1.2.3.4.5", "a.b", "1.2.3.4x",
		"0x1.0x2.0x3.0x4", "0X1F.2", "00.00.00.00", "+1.2.3.4", "-1", "1_0.2.3.4", "0b1.1.1.1", "0o7.1.1.1", "01.02.03.04", "1.2.3.04", "0xffffffff", "0x100000000", "037777777777",
		"::", "::1", "1::", "fe80::1%lo", "::ffff:1.2.3.4", "::1.2.3.4", "::1.2.3", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:1.2.3.4", "12345::", ":::", ":1", "1:", "::g", "0001::", "00001::", "::FFFF:0:0", "::0:0", "::1:0:0", "64:ff9b::1.2.3.4", "::ffff:01.2.3.4", "1.2.3.4::"}
	script := `
import socket, sys
for line in sys.stdin:
    text = eval(line)
    out = []
    for f in (lambda: socket.inet_aton(text).hex(), lambda: socket.inet_pton(socket.AF_INET, text).hex(), lambda: socket.inet_pton(socket.AF_INET6, text).hex(),
              lambda: socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, text))):
        try: out.append(f())
        except OSError: out.append("EINVAL")
    print(*out, sep=" ")
`
	var in, want bytes.Buffer
	for _, text := range texts {
		fmt.Fprintf(&in, "%q\n", text)
		show := func(a netip.Addr, err error) string {
			if err != nil {
				return unix.ErrnoName(err.(unix.Errno))
			}
			return fmt.Sprintf("%x", a.AsSlice())
		}
		aton, atonErr := socket.InetAton(text)
		a4, err4 := socket.InetPton(socket.AF_INET, text)
		a6, err6 := socket.InetPton(socket.AF_INET6, text)
		ntop := socket.InetNtop(a6)
		if err6 != nil {
			ntop = "EINVAL"
		}
		fmt.Fprintln(&want, show(aton, atonErr), show(a4, err4), show(a6, err6), ntop)
	}
	cmd := exec.Command(python, "-c", script)
	cmd.Stdin = &in
	got, err := cmd.Output()
	must(t, "python3", err)
	c, ours := strings.Split(string(got), "\n"), strings.Split(want.String(), "\n")
	for i, text := range texts {
		if c[i] != ours[i] {
			t.Errorf("%q: inet_aton, inet_pton (4, 6), inet_ntop are\n%s in C,\n%s here", text, c[i], ours[i])
		}
	}
	_, err = socket.InetPton(socket.AF_UNIX, "1.2.3.4")
	wantErr(t, "InetPton(AF_UNIX)", err, unix.EAFNOSUPPORT)
	if got := socket.InetNtoa(netip.MustParseAddr("::ffff:1.2.3.4")) + socket.InetNtoa(netip.MustParseAddr("::1")) + socket.InetNtop(netip.Addr{}); got != "1.2.3.4" {
		t.Errorf("InetNtoa of a mapped, of an IPv6, InetNtop of no address: %q", got)
	}
}

// 7. Options of Linux that the mechanism's tests in sys_test.go have no like of.

func TestUnitsRoundUpAndAreRefusedBeyondAnInt(t *testing.T) {
	fd := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	for d, want := range map[time.Duration]time.Duration{1: time.Second, 1500 * time.Millisecond: 2 * time.Second, 3 * time.Second: 3 * time.Second} {
		must(t, "Setsockopt", socket.Setsockopt(fd, socket.TCP_KEEPINTVL, d))
		if got, err := socket.Getsockopt(fd, socket.TCP_KEEPINTVL); got != want || err != nil {
			t.Errorf("TCP_KEEPINTVL of %v reads %v, %v, want %v", d, got, err, want)
		}
	}
	must(t, "Setsockopt", socket.Setsockopt(fd, socket.TCP_USER_TIMEOUT, time.Microsecond))
	if got, err := socket.Getsockopt(fd, socket.TCP_USER_TIMEOUT); got != time.Millisecond || err != nil {
		t.Errorf("TCP_USER_TIMEOUT of 1 µs reads %v, %v, want 1 ms", got, err)
	}
	for _, d := range []time.Duration{-1, 1 << 31 * time.Second, 1<<63 - 1} {
		wantErr(t, "TCP_KEEPINTVL of "+d.String(), socket.Setsockopt(fd, socket.TCP_KEEPINTVL, d), unix.EINVAL)
	}
	wantErr(t, "TCP_KEEPINTVL of 0", socket.Setsockopt(fd, socket.TCP_KEEPINTVL, 0), unix.EINVAL) // the kernel's word
	wantErr(t, "a name of 16 bytes", socket.Setsockopt(fd, socket.TCP_CONGESTION, strings.Repeat("x", 16)), unix.ENOENT)
	wantErr(t, "a name with a NUL", socket.Setsockopt(fd, socket.TCP_CONGESTION, "cubic\x00"), unix.EINVAL)
	wantErr(t, "a name that nobody has", socket.Setsockopt(fd, socket.TCP_CONGESTION, "nosuchcc"), unix.ENOENT)
}

// 8. Layouts.

func TestStructuresHaveTheKernelsSize(t *testing.T) {
	for what, sizes := range map[string][2]uintptr{
		"Linger":   {unsafe.Sizeof(socket.Linger{}), unix.SizeofLinger},
		"Ucred":    {unsafe.Sizeof(socket.Ucred{}), unix.SizeofUcred},
		"TCPInfo":  {unsafe.Sizeof(socket.TCPInfo{}), unix.SizeofTCPInfo},
		"Sockaddr": {unsafe.Sizeof(socket.Sockaddr{}) &^ 7, 128 + (unsafe.Sizeof(socket.Sockaddr{})-128)&^7},
	} {
		if sizes[0] != sizes[1] {
			t.Errorf("%s has %d bytes, in the kernel %d", what, sizes[0], sizes[1])
		}
	}
	c, _ := connected(t, socket.AF_INET, socket.SOCK_STREAM)
	var info socket.TCPInfo
	n, err := socket.GetsockoptInto(c, socket.TCP_INFO, &info)
	if err != nil || n < 104 || n > int(unsafe.Sizeof(info)) || info.State != socket.TCP_ESTABLISHED || info.Snd_mss < 500 || info.Rtt == 0 {
		t.Errorf("TCP_INFO = %d bytes, %v, %+v", n, err, info)
	}
	if got := fmt.Sprint(info.State, socket.TCPState(99), socket.IP_PMTUDISC_DO, socket.PMTUDisc(-1)); got != "TCP_ESTABLISHED TCPState(99) IP_PMTUDISC_DO PMTUDisc(-1)" {
		t.Errorf("enumerations print as %s", got)
	}
}

// TestNetDoesWhatThePackageCommentSays holds the rows of the comment's table that an option can tell against sockets
// of package net and against ours.
func TestNetDoesWhatThePackageCommentSays(t *testing.T) {
	testutil.NotUnderQEMU(t, "options of sockets that it did not make")
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, "net.Listen", err)
	defer tcp.Close()
	dialed, err := net.Dial("tcp", tcp.Addr().String())
	must(t, "net.Dial", err)
	defer dialed.Close()
	accepted, err := tcp.Accept()
	must(t, "net.Accept", err)
	defer accepted.Close()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, "net.ListenPacket", err)
	defer udp.Close()
	raw := func(typ int) int {
		fd, err := socket.Socket(socket.AF_INET, typ, 0)
		must(t, "Socket", err)
		t.Cleanup(func() { socket.Close(fd) })
		return fd
	}
	stream, datagram := raw(socket.SOCK_STREAM), raw(socket.SOCK_DGRAM)

	on := func(opt socket.Option[bool, socket.RW]) func(int) (string, error) {
		return func(fd int) (string, error) {
			v, err := socket.Getsockopt(fd, opt)
			return map[bool]string{true: "on", false: "off"}[v], err
		}
	}
	keepalive := func(fd int) (string, error) {
		if v, err := on(socket.SO_KEEPALIVE)(fd); v != "on" {
			return v, err
		}
		count, err1 := socket.Getsockopt(fd, socket.TCP_KEEPCNT)
		interval, err2 := socket.Getsockopt(fd, socket.TCP_KEEPINTVL)
		idle, err3 := socket.Getsockopt(fd, socket.TCP_KEEPIDLE)
		if idle != interval {
			t.Errorf("the first probe of package net is after %v, the others after %v", idle, interval)
		}
		return fmt.Sprintf("on: %d probes, %d s apart", count, interval/time.Second), errors.Join(err1, err2, err3)
	}
	mptcp := func(fd int) (string, error) {
		protocol, err := socket.Getsockopt(fd, socket.SO_PROTOCOL)
		if protocol == socket.IPPROTO_MPTCP {
			return "a TCP listener, if there is any", err
		}
		return "only with IPPROTO_MPTCP", err
	}
	flag := func(call func(int) (bool, error)) func(int) (string, error) {
		return func(fd int) (string, error) {
			v, err := call(fd)
			return map[bool]string{true: "on", false: "off"}[v], err
		}
	}
	source, err := os.ReadFile("socket_unix.go")
	must(t, "ReadFile", err)
	for _, row := range []struct {
		name   string
		tell   func(fd int) (string, error)
		theirs []any
		ours   int
	}{
		{"TCP_NODELAY", on(socket.TCP_NODELAY), []any{dialed, accepted}, stream},
		{"SO_KEEPALIVE", keepalive, []any{dialed, accepted}, stream},
		{"SO_REUSEADDR", on(socket.SO_REUSEADDR), []any{tcp}, stream},
		{"SO_BROADCAST", on(socket.SO_BROADCAST), []any{udp}, datagram},
		{"MPTCP", mptcp, []any{tcp}, stream},
		{"O_NONBLOCK", flag(socket.Nonblock), []any{tcp, dialed, accepted, udp}, stream},
		{"FD_CLOEXEC", flag(socket.Cloexec), []any{tcp, dialed, accepted, udp}, stream},
	} {
		if row.name == "MPTCP" {
			fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP)
			if err != nil {
				t.Logf("MPTCP: %v", err) // net makes a TCP socket then
				continue
			}
			socket.Close(fd)
		}
		m := regexp.MustCompile(`(?m)^//\t` + row.name + ` +(.*?)  +(.*)$`).FindSubmatch(source)
		if m == nil {
			t.Errorf("the package comment has no row %s", row.name)
			continue
		}
		there, here := string(m[1]), string(m[2])
		for _, c := range row.theirs {
			rc, err := c.(syscall.Conn).SyscallConn()
			must(t, "SyscallConn", err)
			must(t, "Control", rc.Control(func(fd uintptr) {
				if got, err := row.tell(int(fd)); !strings.HasPrefix(there, got) || err != nil {
					t.Errorf("%s of a %T is %q, %v; the package comment says %q", row.name, c, got, err, there)
				}
			}))
		}
		if got, err := row.tell(row.ours); got != here || err != nil {
			t.Errorf("%s here is %q, %v; the package comment says %q", row.name, got, err, here)
		}
	}
}
