package testutil

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// NewNetns moves the test to a network namespace of its own, with lo up. The test's goroutine stays on its
// thread from here on, which ends with it, and the namespace with the thread. Commands that the test starts
// are in the namespace; goroutines and subtests are not.
func NewNetns(t testing.TB) {
	t.Helper()
	runtime.LockOSThread()
	switch err := unix.Unshare(unix.CLONE_NEWNET); err {
	case nil:
	case unix.EPERM:
		t.Skip("needs CAP_SYS_ADMIN for a network namespace")
	default:
		t.Skipf("needs network namespaces: %v", err)
	}
	if err := linkUp("lo"); err != nil {
		t.Fatalf("lo up: %v", err)
	}
}

func linkUp(name string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr)
}

// A Veth is two namespaces joined by a cable: in the first va with 10.77.0.1 and fd77::1, in the second vb
// with 10.77.0.2 and fd77::2. The test starts in the first.
type Veth struct {
	t  testing.TB
	ns [2]*os.File
}

// NewVeth makes two joined namespaces; see NewNetns.
func NewVeth(t testing.TB) *Veth {
	t.Helper()
	Program(t, "ip")
	v := &Veth{t: t}
	for i := range v.ns {
		NewNetns(t)
		ns, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ns.Close() })
		v.ns[i] = ns
	}
	v.In(0)
	Sh(t, fmt.Sprintf(`ip link add va type veth peer name vb netns /proc/%d/fd/%d
		ip addr add 10.77.0.1/24 dev va; ip addr add fd77::1/64 dev va nodad; ip link set va up`, os.Getpid(), v.ns[1].Fd()))
	v.In(1)
	Sh(t, "ip addr add 10.77.0.2/24 dev vb; ip addr add fd77::2/64 dev vb nodad; ip link set vb up")
	// A link that is just up loses its first packets; and what carries asks for must not use up the ICMP errors
	// that the test waits for.
	const unlimited = "sysctl -qw net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratemask=255"
	v.In(1)
	Sh(t, unlimited)
	v.carries("10.77.0.1", "fd77::1")
	v.In(0)
	Sh(t, unlimited)
	v.carries("10.77.0.2", "fd77::2")
	return v
}

// carries waits until a closed port at each address answers a datagram with an ICMP error.
func (v *Veth) carries(addrs ...string) {
	v.t.Helper()
	for _, addr := range addrs {
		a := netip.MustParseAddr(addr)
		family, to := unix.AF_INET6, unix.Sockaddr(&unix.SockaddrInet6{Port: 9, Addr: a.As16()})
		if a.Is4() {
			family, to = unix.AF_INET, &unix.SockaddrInet4{Port: 9, Addr: a.As4()}
		}
		fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			v.t.Fatal(err)
		}
		defer unix.Close(fd)
		Eventually(v.t, "the veth carries datagrams to "+addr, func() bool {
			if err := unix.Connect(fd, to); err != nil {
				return false
			}
			if _, err := unix.Write(fd, []byte{0}); err == unix.ECONNREFUSED {
				return true
			}
			time.Sleep(time.Millisecond)
			_, err := unix.Read(fd, make([]byte, 1))
			return err == unix.ECONNREFUSED
		})
	}
}

// In moves the test to the first (0) or the second (1) namespace. Sockets stay where they were made.
func (v *Veth) In(i int) {
	v.t.Helper()
	if err := unix.Setns(int(v.ns[i].Fd()), unix.CLONE_NEWNET); err != nil {
		v.t.Fatalf("setns: %v", err)
	}
}

// Sh runs a shell script in the test's namespace.
func Sh(t testing.TB, script string) {
	t.Helper()
	if out, err := exec.Command("sh", "-ec", script).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}
