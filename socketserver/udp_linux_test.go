package socketserver_test

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	ss "rawsocket.internal/socket/socketserver"
	"rawsocket.internal/socket/udp"
)

// A server on the wildcard address answers from the address that was asked: a connected client hears nothing else.
func TestUDPAnswersFromTheAddressAsked(t *testing.T) {
	testutil.NewNetns(t)
	testutil.Sh(t, "ip addr add 10.1.1.1/32 dev lo; ip addr add fd01::1/128 dev lo nodad; ip addr add fd01::2/128 dev lo nodad")
	for _, test := range []struct{ listen, ask string }{
		{"0.0.0.0:7", "127.0.0.1:7"},
		{"0.0.0.0:7", "127.0.0.2:7"},
		{"0.0.0.0:7", "10.1.1.1:7"},
		{"[::]:7", "[::1]:7"},
		{"[::]:7", "[fd01::1]:7"},
		{"[::]:7", "[fd01::2]:7"},
		{"[::]:7", "[::ffff:10.1.1.1]:7"},
	} {
		for _, handlers := range []int{0, 2} {
			s := udpServer(echoDatagram)
			s.Addr, s.MaxHandlers = socket.SockaddrIn(netip.MustParseAddrPort(test.listen)), handlers
			must(t, "Listen", s.Listen()) // in the namespace, where Serve's goroutine is not
			done := make(chan error)
			go func() { done <- s.Serve() }()
			to := socket.SockaddrIn(netip.MustParseAddrPort(test.ask))
			if strings.Contains(test.ask, "::ffff") { // from IPv4
				to = socket.SockaddrIn(netip.AddrPortFrom(to.AddrPort().Addr().Unmap(), to.AddrPort().Port()))
			}
			c := dialUDP(t, to)
			must(t, "SO_RCVTIMEO", socket.Setsockopt(c, socket.SO_RCVTIMEO, 2*time.Second))
			for _, text := range []string{"one", "two"} {
				send(t, c, text)
				wantDatagram(t, c, text)
			}
			must(t, "Close", s.Close())
			must(t, "Serve", <-done)
		}
	}
}

// A peer that sends with segmentation offload is received joined, and handled datagram by datagram.
func TestUDPTakesJoinedDatagrams(t *testing.T) {
	testutil.NotUnderQEMU(t, "it does not convert UDP_SEGMENT and UDP_GRO")
	var sum atomic.Int64
	var sizes [2]atomic.Int64
	s := udpServer(func(d *ss.Datagram) error {
		if len(d.Data) == 100 {
			sum.Add(int64(binary.BigEndian.Uint32(d.Data)))
			sizes[0].Add(1)
		} else {
			sizes[1].Add(1)
		}
		return d.Reply(d.Data[:4])
	})
	s.Settings = []socket.Setting{socket.Set(socket.SO_RCVBUF, 4<<20)}
	start(t, s)
	c := dialUDP(t, s.ServerAddress())
	must(t, "SO_RCVBUF", socket.Setsockopt(c, socket.SO_RCVBUF, 4<<20))
	tx := udp.NewSender(udp.Fd(c))
	const n = 300
	var p [100]byte
	for i := range n {
		binary.BigEndian.PutUint32(p[:], uint32(i))
		must(t, "Send", tx.Send(p[:]))
	}
	must(t, "Send", tx.Send(p[:50]))
	must(t, "Flush", tx.Flush())
	if tx.Stats().Segmented == 0 {
		t.Skip("needs UDP_SEGMENT")
	}
	for range n + 1 {
		if got, err := socket.Recv(c, p[:], 0); got != 4 || err != nil {
			t.Fatalf("Recv = %d, %v; want 4 bytes", got, err)
		}
	}
	if got := sum.Load(); got != n*(n-1)/2 || sizes[0].Load() != n || sizes[1].Load() != 1 {
		t.Errorf("sum %d of %d and %d datagrams, want %d of %d and 1", got, sizes[0].Load(), sizes[1].Load(), n*(n-1)/2, n)
	}
}

func TestUDPSocketsShareTheWork(t *testing.T) {
	s := udpServer(echoDatagram)
	s.Sockets = 3
	start(t, s)
	other := udpServer(echoDatagram)
	other.Addr = s.ServerAddress()
	if err := other.Listen(); err == nil {
		other.Close()
		t.Error("a second server may listen at the same address")
	}
	var wg sync.WaitGroup
	for range 50 {
		c := dialUDP(t, s.ServerAddress())
		wg.Go(func() {
			p := []byte("hello")
			socket.Send(c, p, 0)
			if n, err := socket.Recv(c, p, 0); n != 5 || err != nil {
				t.Errorf("Recv = %d, %v", n, err)
			}
		})
	}
	wg.Wait()
	if n := s.Counters().Accepted; n != 50 {
		t.Errorf("%d accepted, want 50", n)
	}
}

// An answer that the kernel refuses is told of, and those behind it are sent.
func TestUDPReplyRefusedIsToldOf(t *testing.T) {
	h := new(handled)
	s := udpServer(func(d *ss.Datagram) error {
		if err := d.Reply(make([]byte, 65535)); err != nil { // more than UDP takes: sendmsg says so
			return err
		}
		return d.Reply([]byte("all the same"))
	})
	s.HandleError = h.add
	start(t, s)
	c := dialUDP(t, s.ServerAddress())
	send(t, c, "hello")
	wantDatagram(t, c, "all the same")
	testutil.Eventually(t, "HandleError is told EMSGSIZE", func() bool { return h.has(unix.EMSGSIZE) })
}

// The answer to the first of many does not wait for those of slow handlers.
func TestUDPAnswersDoNotWaitForSlowHandlers(t *testing.T) {
	gate := make(chan bool)
	s := udpServer(func(d *ss.Datagram) error {
		switch string(d.Data) {
		case "last":
			<-gate
		case "slow":
			time.Sleep(5 * time.Millisecond)
		}
		return d.Reply(d.Data)
	})
	must(t, "Listen", s.Listen())
	c := dialUDP(t, s.ServerAddress())
	for _, text := range []string{"quick", "slow", "last"} { // one batch
		send(t, c, text)
	}
	start(t, s)
	defer close(gate)
	wantDatagram(t, c, "quick")
	wantDatagram(t, c, "slow")
}

func TestUDPAllocs(t *testing.T) {
	s := udpServer(echoDatagram)
	s.Addr = socket.SockaddrIn(netip.MustParseAddrPort("0.0.0.0:0"))
	start(t, s)
	c := dialUDP(t, socket.SockaddrIn(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), s.ServerAddress().AddrPort().Port())))
	p := make([]byte, 64)
	ping := func() {
		socket.Send(c, p, 0)
		socket.Recv(c, p, 0)
	}
	ping()
	testutil.Allocs(t, "a datagram and its answer", ping)
}
