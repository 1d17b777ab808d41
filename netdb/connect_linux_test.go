package netdb_test

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/netdb"
)

func TestConnectTriesEachAddress(t *testing.T) {
	l, port := listener(t, "127.0.0.9", 5) // the last of the host's addresses, the others refuse
	server, _ := nameServer(t, "127.0.0.1:0", zone{"host.test": {"127.0.0.9", "127.0.0.1", "::1", "127.0.0.7"}})
	netdb.AskAt(t, server)
	fd, err := netdb.Connect(t.Context(), "host.test.", port, nil)
	must(t, "Connect", err)
	defer socket.Close(fd)
	peer, err := socket.Getpeername(fd)
	if err != nil || peer.String() != "127.0.0.9:"+port {
		t.Errorf("Connect leads to %v, %v", peer, err)
	}
	cloexec, _ := socket.Cloexec(fd)
	nonblock, _ := socket.Nonblock(fd)
	if !cloexec || nonblock {
		t.Errorf("Connect: close-on-exec %v, non-blocking %v, want true, false", cloexec, nonblock)
	}
	nfd, _, err := socket.Accept(l)
	must(t, "Accept", err)
	socket.Close(nfd)
}

// A host that never answers: the neighbour is known, and there is nobody.
func TestConnectToABlackHoleKeepsItsDeadline(t *testing.T) {
	testutil.Program(t, "ip")
	testutil.NewNetns(t)
	testutil.Sh(t, `ip link add va type veth peer name vb; ip link set vb up; ip link set va up; ip addr add 192.0.2.1/24 dev va
		ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev va`)
	within(t, 5*time.Second, func() {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		fd, err := netdb.Connect(ctx, "192.0.2.9", "80", nil)
		wantErr(t, "Connect", err, context.DeadlineExceeded)
		if fd != -1 {
			t.Errorf("Connect = %d", fd)
		}
		fd, err = netdb.Connect(t.Context(), "198.51.100.1", "80", nil)
		wantErr(t, "Connect without a route", err, unix.ENETUNREACH)
		if fd != -1 {
			t.Errorf("Connect = %d", fd)
		}
	})
}

func TestWaitingConnectHoldsNoThread(t *testing.T) {
	port := fullListener(t)
	threads := func() int {
		tasks, err := os.ReadDir("/proc/self/task")
		must(t, "ReadDir", err)
		return len(tasks)
	}
	before := threads()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if _, err := netdb.Connect(ctx, "127.0.0.1", port, nil); err == nil {
				t.Error("Connect to a full backlog succeeded")
			}
		})
	}
	time.Sleep(100 * time.Millisecond)
	if n := threads() - before; n > 20 {
		t.Errorf("100 attempts that wait hold %d threads", n)
	}
	cancel()
	within(t, 2*time.Second, wg.Wait)
}
