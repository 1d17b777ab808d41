package udp_test

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"testing"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/udp"
)

// burst is how many datagrams go before they are read: on one thread, as performance.md has it.
const burst = 64

// The work of each is the same: a burst out, the burst in, and every number looked at. An operation is one datagram.
func BenchmarkBurst(b *testing.B) {
	for _, size := range []int{64, 1400} {
		for _, c := range []struct {
			name string
			run  func(b *testing.B, size int)
		}{
			{"udp", burstUDP}, {"udpBatch", burstUDPBatch}, {"gso", burstGSO}, {"sendto", burstSendto}, {"net", burstNet},
		} {
			b.Run(fmt.Sprintf("%dB/%s", size, c.name), func(b *testing.B) {
				b.ReportAllocs()
				c.run(b, size)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "datagrams/s")
			})
		}
	}
}

func burstUDP(b *testing.B, size int) {
	in, to := boundSocket(b, "127.0.0.1")
	out := newSocket(b, socket.AF_INET)
	s := udp.NewSender(socket.Nonblocking(nonblocking(b, out)))
	r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(b, in)), udp.Settings{})
	must(b, "NewReceiver", err)
	p := make([]byte, size)
	b.ResetTimer()
	for sent, got := 0, 0; got < b.N; {
		for k := min(burst, b.N-sent); k > 0; k-- {
			binary.NativeEndian.PutUint64(p, uint64(sent))
			must(b, "Sendto", s.Sendto(p, to))
			sent++
		}
		must(b, "Flush", s.Flush())
		for got < sent {
			d, err := r.Next()
			must(b, "Next", err)
			number(b, d.Data, size, got)
			got++
		}
	}
}

func burstUDPBatch(b *testing.B, size int) {
	in, to := boundSocket(b, "127.0.0.1")
	out := newSocket(b, socket.AF_INET)
	s := udp.NewSender(socket.Nonblocking(nonblocking(b, out)))
	r, err := udp.NewReceiver(socket.Nonblocking(nonblocking(b, in)), udp.Settings{})
	must(b, "NewReceiver", err)
	all := make([]byte, burst*size)
	ps := make([][]byte, burst)
	for i := range ps {
		ps[i] = all[i*size : (i+1)*size]
	}
	b.ResetTimer()
	for sent, got := 0, 0; got < b.N; {
		k := min(burst, b.N-sent)
		for i := range k {
			binary.NativeEndian.PutUint64(ps[i], uint64(sent))
			sent++
		}
		_, err := s.SendBatch(ps[:k], to)
		must(b, "SendBatch", err)
		for got < sent {
			for d, err := range r.All() {
				must(b, "All", err)
				number(b, d.Data, size, got)
				if got++; got == sent {
					break
				}
			}
		}
	}
}

// burstGSO is what udp comes to in plain calls, of one message each: the floor.
func burstGSO(b *testing.B, size int) {
	in, to := boundSocket(b, "127.0.0.1")
	must(b, "UDP_GRO", socket.Setsockopt(in, socket.UDP_GRO, true))
	out := socket.Nonblocking(nonblocking(b, newSocket(b, socket.AF_INET)))
	from := socket.Nonblocking(nonblocking(b, in))
	p, q := make([]byte, burst*size), make([]byte, 1<<16)
	out1 := socket.Msghdr{Name: &to, Iov: make([][]byte, 1), Control: cmsg.Append(nil, cmsg.UDP_SEGMENT, uint16(size))}
	var name socket.Sockaddr
	in1 := socket.Msghdr{Name: &name, Iov: [][]byte{q}, Control: make([]byte, 64)}
	most := min(burst, 65000/size) * size
	b.ResetTimer()
	for sent, got := 0, 0; got < b.N; {
		k := min(burst, b.N-sent)
		for i := range k {
			binary.NativeEndian.PutUint64(p[i*size:], uint64(sent))
			sent++
		}
		for left := p[:k*size]; len(left) > 0; left = left[len(out1.Iov[0]):] {
			out1.Iov[0] = left[:min(most, len(left))]
			_, err := out.Sendmsg(&out1, 0)
			must(b, "Sendmsg", err)
		}
		for got < sent {
			n, err := from.Recvmsg(&in1, 0)
			must(b, "Recvmsg", err)
			segment, _ := cmsg.Get(in1.Control[:in1.Controllen], cmsg.UDP_GRO)
			for d := range cmsg.Segments(q[:n], segment) {
				number(b, d, size, got)
				got++
			}
		}
	}
}

func burstSendto(b *testing.B, size int) {
	in, to := boundSocket(b, "127.0.0.1")
	out := socket.Nonblocking(nonblocking(b, newSocket(b, socket.AF_INET)))
	from := socket.Nonblocking(nonblocking(b, in))
	p, q := make([]byte, size), make([]byte, size+1)
	b.ResetTimer()
	for sent, got := 0, 0; got < b.N; {
		for k := min(burst, b.N-sent); k > 0; k-- {
			binary.NativeEndian.PutUint64(p, uint64(sent))
			_, err := out.Sendto(p, 0, to)
			must(b, "Sendto", err)
			sent++
		}
		for got < sent {
			n, _, err := from.Recvfrom(q, 0)
			must(b, "Recvfrom", err)
			number(b, q[:n], size, got)
			got++
		}
	}
}

func burstNet(b *testing.B, size int) {
	in, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	must(b, "ListenUDP", err)
	defer in.Close()
	out, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	must(b, "ListenUDP", err)
	defer out.Close()
	in.SetReadBuffer(4 << 20)
	to := in.LocalAddr().(*net.UDPAddr).AddrPort()
	p, q := make([]byte, size), make([]byte, size+1)
	b.ResetTimer()
	for sent, got := 0, 0; got < b.N; {
		for k := min(burst, b.N-sent); k > 0; k-- {
			binary.NativeEndian.PutUint64(p, uint64(sent))
			_, err := out.WriteToUDPAddrPort(p, to)
			must(b, "WriteToUDPAddrPort", err)
			sent++
		}
		for got < sent {
			n, _, err := in.ReadFromUDPAddrPort(q)
			must(b, "ReadFromUDPAddrPort", err)
			number(b, q[:n], size, got)
			got++
		}
	}
}

// number checks that p is the datagram that is due.
func number(b *testing.B, p []byte, size, want int) {
	if len(p) != size || binary.NativeEndian.Uint64(p) != uint64(want) {
		b.Fatalf("received %d bytes, number %d; want %d, number %d", len(p), binary.NativeEndian.Uint64(p), size, want)
	}
}

// BenchmarkSender is the sending side alone, to a socket that drops all: what a datagram costs the sender.
func BenchmarkSender(b *testing.B) {
	for _, size := range []int{64, 1400} {
		in, to := boundSocket(b, "127.0.0.1")
		must(b, "SO_RCVBUF", socket.Setsockopt(in, socket.SO_RCVBUF, 1))
		fd := nonblocking(b, newSocket(b, socket.AF_INET))
		p := make([]byte, size)
		b.Run(fmt.Sprintf("%dB/udp", size), func(b *testing.B) {
			s := udp.NewSender(socket.Nonblocking(fd))
			b.ReportAllocs()
			for range b.N {
				must(b, "Sendto", s.Sendto(p, to))
			}
			must(b, "Flush", s.Flush())
		})
		b.Run(fmt.Sprintf("%dB/sendto", size), func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				_, err := socket.Nonblocking(fd).Sendto(p, 0, to)
				must(b, "Sendto", err)
			}
		})
	}
}
