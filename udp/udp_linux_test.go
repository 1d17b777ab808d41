package udp_test

import (
	"net/netip"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/udp"
)

func TestMain(m *testing.M) { testutil.Main(m) }

func must(t testing.TB, what string, err error) {
	if err != nil {
		t.Helper()
		t.Fatalf("%s: %v", what, err)
	}
}

func newSocket(t testing.TB, domain int) int {
	t.Helper()
	testutil.NotUnderQEMU(t, "it leaves UDP_SEGMENT and UDP_GRO in the byte order of the host, and lacks time stamps, SO_RXQ_OVFL and IP_MTU")
	fd, err := socket.Socket(domain, socket.SOCK_DGRAM, 0)
	must(t, "Socket", err)
	t.Cleanup(func() { socket.Close(fd) })
	return fd
}

// pin keeps a test on one processor. The loopback and veth devices have a queue on each: on a busy machine what a
// thread sends on another processor than before overtakes.
func pin(t testing.TB) {
	if _, ok := t.(*testing.B); ok {
		return
	}
	runtime.LockOSThread()
	var old, one unix.CPUSet
	must(t, "SchedGetaffinity", unix.SchedGetaffinity(0, &old))
	for cpu := 0; one.Count() == 0; cpu++ {
		if old.IsSet(cpu) {
			one.Set(cpu)
		}
	}
	must(t, "SchedSetaffinity", unix.SchedSetaffinity(0, &one))
	t.Cleanup(func() {
		unix.SchedSetaffinity(0, &old)
		runtime.UnlockOSThread()
	})
}

// soon is the next datagram, which may be on its way.
func soon(t testing.TB, r *udp.Receiver) (d *udp.Datagram, err error) {
	t.Helper()
	testutil.Eventually(t, "a datagram arrives", func() bool {
		d, err = r.Next()
		return err != unix.EAGAIN
	})
	return d, err
}

// boundSocket is a socket with room for what a test sends, and its address.
func boundSocket(t testing.TB, addr string) (fd int, name socket.Sockaddr) {
	t.Helper()
	pin(t)
	ap := netip.AddrPortFrom(netip.MustParseAddr(addr), 0)
	domain := socket.AF_INET6
	if ap.Addr().Is4() {
		domain = socket.AF_INET
	}
	fd = newSocket(t, domain)
	must(t, "SO_RCVBUF", socket.Setsockopt(fd, socket.SO_RCVBUF, 4<<20))
	must(t, "Bind", socket.Bind(fd, socket.SockaddrIn(ap)))
	name, err := socket.Getsockname(fd)
	must(t, "Getsockname", err)
	return fd, name
}

func nonblocking(t testing.TB, fd int) int {
	t.Helper()
	must(t, "SetNonblock", socket.SetNonblock(fd, true))
	return fd
}
