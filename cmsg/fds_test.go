//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package cmsg_test

// This file holds the tests of SendFds, RecvFds, AppendRights and CloseRights: exact counts, no leak.

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/internal/testutil"
)

// openFds are the descriptors of this process, with what they lead to.
func openFds(t testing.TB) (open []string) {
	t.Helper()
	entries, err := os.ReadDir("/dev/fd")
	must(t, "ReadDir", err)
	for _, e := range entries {
		if target, err := os.Readlink(filepath.Join("/dev/fd", e.Name())); err == nil && filepath.Base(target) != "fd" {
			open = append(open, e.Name()+" "+target)
		}
	}
	return open
}

// leaksNothing runs f and compares the open descriptors.
func leaksNothing(t *testing.T, what string, f func()) {
	t.Helper()
	before := openFds(t)
	f()
	if after := openFds(t); !slices.Equal(before, after) {
		t.Errorf("%s leaves descriptors open: before %q, after %q", what, before, after)
	}
}

func closeFds(fds []int) {
	for _, fd := range fds {
		socket.Close(fd)
	}
}

// sameFile reports whether two descriptors lead to one file.
func sameFile(a, b int) bool {
	var x, y unix.Stat_t
	return unix.Fstat(a, &x) == nil && unix.Fstat(b, &y) == nil && x.Dev == y.Dev && x.Ino == y.Ino
}

var streamsAndDatagrams = map[string]int{"stream": socket.SOCK_STREAM, "datagram": socket.SOCK_DGRAM}

func TestFdsArriveExactly(t *testing.T) {
	r, w := newPair(t, socket.SOCK_STREAM) // what is passed
	for name, typ := range streamsAndDatagrams {
		a, b := newPair(t, typ)
		for _, count := range []int{0, 1, 2, 3, 7, 252, 253} {
			fds := make([]int, count)
			for i := range fds {
				fds[i] = []int{r, w}[i%2]
			}
			n, err := cmsg.SendFds(a, []byte("data"), fds, 0)
			if n != 4 || err != nil {
				t.Fatalf("%s: SendFds of %d = %d, %v", name, count, n, err)
			}
			leaksNothing(t, "RecvFds", func() {
				p, got := make([]byte, 10), make([]int, 253)
				n, nfds, err := cmsg.RecvFds(b, p, got, 0)
				if string(p[:n]) != "data" || nfds != count || err != nil {
					t.Fatalf("%s: RecvFds = %q, %d, %v, want data and %d", name, p[:n], nfds, err, count)
				}
				for i, fd := range got[:nfds] {
					on, err := socket.Cloexec(fd)
					if !on || err != nil || !sameFile(fd, fds[i]) {
						t.Errorf("%s: descriptor %d of %d: close-on-exec %v, %v, the same file %v", name, i, count, on, err, sameFile(fd, fds[i]))
					}
				}
				closeFds(got[:nfds])
			})
		}
	}
}

func TestSendFdsRefusesWhatCannotBe(t *testing.T) {
	a, b := newPair(t, socket.SOCK_DGRAM)
	for _, c := range []struct {
		name string
		fds  []int
		want unix.Errno
	}{
		{"254 descriptors", make([]int, 254), unix.EINVAL},
		{"a descriptor that is not open", []int{0, 1 << 20}, unix.EBADF},
		{"a negative descriptor", []int{-1}, unix.EBADF},
		{"more than a C int", []int{0, int(^uint(0) >> 1)}, unix.EBADF},
	} {
		n, err := cmsg.SendFds(a, []byte("x"), c.fds, 0)
		if n != 0 {
			t.Errorf("%s: n = %d", c.name, n)
		}
		wantErr(t, c.name, err, c.want)
	}
	_, err := socket.Recv(b, make([]byte, 1), socket.MSG_DONTWAIT)
	wantErr(t, "Recv after these", err, unix.EAGAIN)
	_, err = cmsg.SendFds(-1, []byte("x"), []int{0}, 0)
	wantErr(t, "SendFds on -1", err, unix.EBADF)
}

func TestRecvFdsClosesWhatItCannotGive(t *testing.T) {
	for name, typ := range streamsAndDatagrams {
		a, b := newPair(t, typ)
		for _, c := range []struct{ sent, room int }{{1, 0}, {2, 1}, {3, 1}, {4, 2}, {253, 252}} {
			_, err := cmsg.SendFds(a, []byte("data"), slices.Repeat([]int{a}, c.sent), 0)
			must(t, "SendFds", err)
			leaksNothing(t, "RecvFds", func() {
				fds := slices.Repeat([]int{-7}, c.room)
				n, nfds, err := cmsg.RecvFds(b, make([]byte, 10), fds, 0)
				if n != 0 || nfds != 0 || err != unix.EMSGSIZE || slices.Contains(fds, 0) {
					t.Errorf("%s: RecvFds of %d with room for %d = %d, %d, %v, fds %v", name, c.sent, c.room, n, nfds, err, fds)
				}
			})
		}
	}
}

func TestRecvFdsPassesErrorsOn(t *testing.T) {
	a, b := newPair(t, socket.SOCK_STREAM)
	n, nfds, err := cmsg.RecvFds(b, make([]byte, 1), make([]int, 1), socket.MSG_DONTWAIT)
	if n != 0 || nfds != 0 || err != unix.EAGAIN {
		t.Errorf("RecvFds of nothing = %d, %d, %v, want EAGAIN", n, nfds, err)
	}
	must(t, "Shutdown", socket.Shutdown(a, socket.SHUT_WR))
	n, nfds, err = cmsg.RecvFds(b, make([]byte, 1), make([]int, 1), 0)
	if n != 0 || nfds != 0 || err != nil {
		t.Errorf("RecvFds at the end = %d, %d, %v, want 0, 0, nil", n, nfds, err)
	}
}

func TestFdsOfAStreamComeWithTheirFirstByte(t *testing.T) {
	for size, want := range map[int][]string{
		3:   {"bef 0", "ore 0", "wit 1", "haf 0", "ter 0"},
		100: {"beforewith 1", "after 0"}, // bytes before are read with them, bytes behind not
	} {
		a, b := newPair(t, socket.SOCK_STREAM)
		_, err := cmsg.SendFds(a, []byte("before"), nil, 0)
		must(t, "SendFds of none", err)
		_, err = cmsg.SendFds(a, []byte("with"), []int{a}, 0)
		must(t, "SendFds", err)
		_, err = cmsg.SendFds(a, []byte("after"), nil, 0)
		must(t, "SendFds of none", err)
		var got []string
		for range want {
			p, fds := make([]byte, size), make([]int, 1)
			n, nfds, err := cmsg.RecvFds(b, p, fds, 0)
			must(t, "RecvFds", err)
			closeFds(fds[:nfds])
			got = append(got, fmt.Sprintf("%s %d", p[:n], nfds))
		}
		if !slices.Equal(got, want) {
			t.Errorf("received %q, want %q", got, want)
		}
	}
}

// Pitfall 34: the padding of a buffer for one descriptor holds two where words have 64 bits.
func TestPaddingHoldsAnotherDescriptor(t *testing.T) {
	testutil.NotUnderQEMU(t, "it cuts the message itself, and leaks what it cuts off")
	a, b := newPair(t, socket.SOCK_DGRAM)
	room := (cmsg.Space(4) - cmsg.Len(0)) / 4
	for sent := 1; sent <= 4; sent++ {
		_, err := cmsg.SendFds(a, []byte("x"), slices.Repeat([]int{a}, sent), 0)
		must(t, "SendFds", err)
		leaksNothing(t, "CloseRights", func() {
			msg := socket.Msghdr{Iov: [][]byte{make([]byte, 1)}, Control: make([]byte, cmsg.Space(4))}
			_, err := socket.Recvmsg(b, &msg, 0)
			must(t, "Recvmsg", err)
			fds := cmsg.AppendRights([]int{-1}, msg.Control[:msg.Controllen])
			if want := min(sent, room); len(fds) != 1+want || (msg.Flags&socket.MSG_CTRUNC != 0) != (sent > room) {
				t.Errorf("%d sent: received %v with flags %#x, want %d", sent, fds, msg.Flags, want)
			}
			cmsg.CloseRights(msg.Control[:msg.Controllen])
		})
	}
}

var receiver = testutil.Child("receiver", func() {
	// Receives a listener and a datagram socket, accepts from the one, sends on the other, and gives the
	// accepted connection back.
	const unixSocket = 3
	fds, p := make([]int, 4), make([]byte, 100)
	n, nfds, err := cmsg.RecvFds(unixSocket, p, fds, 0)
	if err != nil || nfds != 2 {
		fmt.Println("RecvFds:", n, nfds, err)
		return
	}
	conn, _, err := socket.Accept(fds[0])
	if err != nil {
		fmt.Println("Accept:", err)
		return
	}
	socket.Send(conn, []byte("from the child"), 0)
	socket.Send(fds[1], p[:n], 0)
	if _, err = cmsg.SendFds(unixSocket, []byte("conn"), []int{conn}, 0); err != nil {
		fmt.Println("SendFds:", err)
		return
	}
	fmt.Println("ok")
})

func TestSocketsPassBetweenProcesses(t *testing.T) {
	testutil.NotUnderQEMU(t, "the child would be started without the emulator")
	loopback := socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))
	l := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Bind", socket.Bind(l, loopback))
	must(t, "Listen", socket.Listen(l, 1))
	addr, err := socket.Getsockname(l)
	must(t, "Getsockname", err)
	client := newSocket(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	patient(t, client)
	must(t, "Connect", socket.Connect(client, addr))
	d1, d2 := newPair(t, socket.SOCK_DGRAM)

	ours, theirs := newPair(t, socket.SOCK_STREAM)
	dup, err := socket.Dup(theirs)
	must(t, "Dup", err)
	file := os.NewFile(uintptr(dup), "socket")
	child := testutil.StartChild(t, receiver, []*os.File{file})
	file.Close()

	_, err = cmsg.SendFds(ours, []byte("hello"), []int{l, d1}, 0)
	must(t, "SendFds", err)
	if line := child.Line(t); line != "ok" {
		t.Fatalf("the child says %q", line)
	}
	p := make([]byte, 100)
	n, err := socket.Recv(client, p, 0)
	if string(p[:n]) != "from the child" || err != nil {
		t.Errorf("the client received %q, %v", p[:n], err)
	}
	n, err = socket.Recv(d2, p, 0)
	if string(p[:n]) != "hello" || err != nil {
		t.Errorf("the datagram is %q, %v", p[:n], err)
	}
	fds := make([]int, 1)
	n, nfds, err := cmsg.RecvFds(ours, p, fds, 0)
	if string(p[:n]) != "conn" || nfds != 1 || err != nil {
		t.Fatalf("RecvFds from the child = %q, %d, %v", p[:n], nfds, err)
	}
	defer socket.Close(fds[0])
	local, _ := socket.Getsockname(client)
	if peer, err := socket.Getpeername(fds[0]); peer != local || err != nil {
		t.Errorf("the connection's peer is %v, %v, want %v", peer, err, local)
	}
}

func TestFdsAllocateNothing(t *testing.T) {
	a, b := newPair(t, socket.SOCK_STREAM)
	send, fds, p := []int{a, b, a}, make([]int, 5), make([]byte, 10)
	testutil.Allocs(t, "SendFds, RecvFds", func() {
		_, err := cmsg.SendFds(a, p, send, 0)
		_, nfds, err2 := cmsg.RecvFds(b, p, fds, 0)
		if err != nil || err2 != nil || nfds != 3 {
			t.Fatal(err, err2, nfds)
		}
		for _, fd := range fds[:nfds] {
			socket.Close(fd)
		}
	})
	testutil.Allocs(t, "RecvFds with EAGAIN", func() {
		if _, _, err := cmsg.RecvFds(b, p, fds, socket.MSG_DONTWAIT); err != unix.EAGAIN {
			t.Fatal(err)
		}
	})
	testutil.Allocs(t, "RecvFds with EMSGSIZE", func() {
		cmsg.SendFds(a, p, send, 0)
		if _, _, err := cmsg.RecvFds(b, p, fds[:1], 0); err != unix.EMSGSIZE {
			t.Fatal(err)
		}
	})
	control := cmsg.Append(nil, cmsg.SCM_RIGHTS, []int{1, 2, 3})
	testutil.Allocs(t, "AppendRights", func() { fds = cmsg.AppendRights(fds[:0], control) })
}
