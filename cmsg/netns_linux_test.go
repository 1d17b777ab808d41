package cmsg_test

// This file holds the networks that tests and examples are made on, each of namespaces of its own.

import (
	"fmt"
	"log"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
)

// chain is three hosts: that of the test, 10.77.0.1 and fd77::1, a router, 10.77.0.2 and fd77::2, and behind it, by
// a link with an MTU of 1300, a third, 10.88.0.2 and fd88::2.
func chain(t testing.TB) {
	t.Helper()
	v := testutil.NewVeth(t)
	testutil.NewNetns(t)
	third, err := os.Open("/proc/thread-self/ns/net")
	must(t, "Open", err)
	t.Cleanup(func() { third.Close() })
	v.In(1)
	testutil.Sh(t, fmt.Sprintf(`sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratemask=0 net.ipv6.conf.all.forwarding=1 net.ipv6.icmp.ratemask=255 net.ipv6.conf.default.accept_dad=0
		ip link add vc mtu 1300 type veth peer name vd mtu 1300 netns /proc/%d/fd/%d
		ip addr add 10.88.0.1/24 dev vc; ip addr add fd88::1/64 dev vc nodad; ip link set vc up`, os.Getpid(), third.Fd()))
	must(t, "Setns", unix.Setns(int(third.Fd()), unix.CLONE_NEWNET))
	testutil.Sh(t, `sysctl -qw net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratemask=255 net.ipv6.conf.default.accept_dad=0
		ip addr add 10.88.0.2/24 dev vd; ip addr add fd88::2/64 dev vd nodad; ip link set vd up
		ip route add default via 10.88.0.1; ip route add default via fd88::1`)
	v.In(0)
	testutil.Sh(t, "ip route add 10.88.0.0/24 via 10.77.0.2; ip route add fd88::/64 via fd77::2")
	// A link that is just up loses its first packets.
	for _, to := range []string{"10.88.0.2:9", "[fd88::2]:9"} {
		ap := netip.MustParseAddrPort(to)
		fd, err := socket.Socket(family(ap.Addr()), socket.SOCK_DGRAM|socket.SOCK_NONBLOCK, 0)
		must(t, "Socket", err)
		must(t, "Connect", socket.Connect(fd, socket.SockaddrIn(ap)))
		testutil.Eventually(t, "the chain carries datagrams to "+to, func() bool {
			time.Sleep(10 * time.Millisecond) // a flood of them would use up the host's allowance of ICMP errors
			_, err := socket.Send(fd, []byte("x"), 0)
			return err == unix.ECONNREFUSED
		})
		socket.Close(fd)
	}
}

// onNetwork runs an example's f on a network that set makes, on a thread that ends with it.
func onNetwork(set func(testing.TB), f func()) {
	failed := make(chan any)
	go func() {
		t := new(exampleTB)
		defer func() {
			err := recover()
			for _, cleanup := range t.cleanups {
				cleanup()
			}
			failed <- err
		}()
		set(t)
		f()
	}()
	if err := <-failed; err != nil {
		panic(err)
	}
}

// An exampleTB lets an example use what tests use.
type exampleTB struct {
	testing.TB
	cleanups []func()
}

func (t *exampleTB) Helper()                           {}
func (t *exampleTB) Cleanup(f func())                  { t.cleanups = append(t.cleanups, f) }
func (t *exampleTB) Fatal(args ...any)                 { log.Panic(args...) }
func (t *exampleTB) Fatalf(format string, args ...any) { log.Panicf(format, args...) }
func (t *exampleTB) Skip(args ...any)                  { log.Panic(args...) }
func (t *exampleTB) Skipf(format string, args ...any)  { log.Panicf(format, args...) }
