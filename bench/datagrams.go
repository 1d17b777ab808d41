package main

// Datagrams from one socket to another of the same goroutine: 64 out, 64 in, each one looked at. C's udp.c.

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"unsafe"

	mdlayher "github.com/mdlayher/socket"
	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/udp"
)

const burst = 64

// A datagrams is what all contestants share: the sockets, and what is expected to come.
type datagrams struct {
	in, out int // non-blocking: nothing is sent that cannot be received at once
	to      socket.Sockaddr
	size, n int
	want    []byte
	next    uint64
}

func newDatagrams() *datagrams {
	d := &datagrams{size: number("size", 64)}
	d.n = (max(number("n", 1), 4*burst) + burst - 1) / burst * burst
	d.want = make([]byte, d.size)
	fill(d.want)
	for _, fd := range []*int{&d.in, &d.out} {
		var err error
		*fd, err = socket.Socket(family(), socket.SOCK_DGRAM|socket.SOCK_NONBLOCK, 0)
		check("socket", err)
		check("SO_RCVBUF", socket.Setsockopt(*fd, socket.SO_RCVBUF, 4<<20))
	}
	check("bind", socket.Bind(d.in, loopback("0")))
	var err error
	d.to, err = socket.Getsockname(d.in)
	check("getsockname", err)
	return d
}

// look sees whether p is the next datagram.
func (d *datagrams) look(p []byte) {
	binary.NativeEndian.PutUint64(d.want, d.next)
	if !bytes.Equal(p, d.want) {
		fail("wrong data: datagram", nil)
	}
	d.next++
}

// buffers are n buffers with the pattern, with room for more in each.
func (d *datagrams) buffers(n, more int) [][]byte {
	b := make([][]byte, n)
	for i := range b {
		b[i] = make([]byte, d.size+more)
		fill(b[i])
	}
	return b
}

// ofHow plays a contestant's part in each way of sending that it has.
func ofHow(ways map[string]func(d *datagrams)) func() {
	return func() {
		play := ways[word("how", "single")]
		if play == nil {
			fail("no such way", nil)
		}
		play(newDatagrams())
	}
}

var udpRole = role{
	"floor": ofHow(map[string]func(*datagrams){
		"single": func(d *datagrams) {
			p, q := d.buffers(1, 0)[0], d.buffers(1, 1)[0]
			to := d.to.Bytes()
			var from [128]byte
			sliced(d.n, func(i, end int) {
				for ; i < end; i += burst {
					for k := i; k < i+burst; k++ {
						binary.NativeEndian.PutUint64(p, uint64(k))
						_, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(d.out), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), 0, uintptr(unsafe.Pointer(&to[0])), uintptr(len(to)))
						if e != 0 {
							fail("sendto", e)
						}
					}
					for range burst {
						l := uint32(len(from))
						m, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(d.in), uintptr(unsafe.Pointer(&q[0])), uintptr(len(q)), 0, uintptr(unsafe.Pointer(&from)), uintptr(unsafe.Pointer(&l)))
						if e != 0 {
							fail("recvfrom", e)
						}
						d.look(q[:m])
					}
				}
			})
		},
		"gso": func(d *datagrams) {
			d.gso(func(p, control []byte) {
				iov := unix.Iovec{Base: &p[0], Len: uint64(len(p))}
				to := d.to.Bytes()
				hdr := unix.Msghdr{Name: &to[0], Namelen: uint32(len(to)), Iov: &iov, Iovlen: 1, Control: &control[0], Controllen: uint64(len(control))}
				if _, _, e := unix.RawSyscall6(unix.SYS_SENDMSG, uintptr(d.out), uintptr(unsafe.Pointer(&hdr)), 0, 0, 0, 0); e != 0 {
					fail("sendmsg", e)
				}
			}, func(p, control []byte) (int, int) {
				var from [128]byte
				iov := unix.Iovec{Base: &p[0], Len: uint64(len(p))}
				hdr := unix.Msghdr{Name: &from[0], Namelen: 128, Iov: &iov, Iovlen: 1, Control: &control[0], Controllen: uint64(len(control))}
				m, _, e := unix.RawSyscall6(unix.SYS_RECVMSG, uintptr(d.in), uintptr(unsafe.Pointer(&hdr)), 0, 0, 0, 0)
				if e != 0 {
					fail("recvmsg", e)
				}
				return int(m), int(hdr.Controllen)
			})
		},
	}),

	"socket": ofHow(map[string]func(*datagrams){
		"single": func(d *datagrams) {
			p, q := d.buffers(1, 0)[0], d.buffers(1, 1)[0]
			sliced(d.n, func(i, end int) {
				for ; i < end; i += burst {
					for k := i; k < i+burst; k++ {
						binary.NativeEndian.PutUint64(p, uint64(k))
						if _, err := socket.Sendto(d.out, p, 0, d.to); err != nil {
							fail("sendto", err)
						}
					}
					for range burst {
						m, _, err := socket.Recvfrom(d.in, q, 0)
						if err != nil {
							fail("recvfrom", err)
						}
						d.look(q[:m])
					}
				}
			})
		},
		"batch": func(d *datagrams) {
			d.batch(func(msgs []socket.Mmsghdr) (int, error) { return socket.Sendmmsg(d.out, msgs, 0) },
				func(msgs []socket.Mmsghdr) (int, error) { return socket.Recvmmsg(d.in, msgs, 0, -1) })
		},
	}),

	"nonblocking": ofHow(map[string]func(*datagrams){
		"single": func(d *datagrams) {
			p, q := d.buffers(1, 0)[0], d.buffers(1, 1)[0]
			in, out := socket.Nonblocking(d.in), socket.Nonblocking(d.out)
			sliced(d.n, func(i, end int) {
				for ; i < end; i += burst {
					for k := i; k < i+burst; k++ {
						binary.NativeEndian.PutUint64(p, uint64(k))
						if _, err := out.Sendto(p, 0, d.to); err != nil {
							fail("sendto", err)
						}
					}
					for range burst {
						m, _, err := in.Recvfrom(q, 0)
						if err != nil {
							fail("recvfrom", err)
						}
						d.look(q[:m])
					}
				}
			})
		},
		"batch": func(d *datagrams) {
			in, out := socket.Nonblocking(d.in), socket.Nonblocking(d.out)
			d.batch(func(msgs []socket.Mmsghdr) (int, error) { return out.Sendmmsg(msgs, 0) },
				func(msgs []socket.Mmsghdr) (int, error) { return in.Recvmmsg(msgs, 0, -1) })
		},
		"gso": func(d *datagrams) {
			in, out := socket.Nonblocking(d.in), socket.Nonblocking(d.out)
			var from socket.Sockaddr
			iov, riov := make([][]byte, 1), make([][]byte, 1)
			send, recv := socket.Msghdr{Name: &d.to, Iov: iov}, socket.Msghdr{Name: &from, Iov: riov}
			d.gso(func(p, control []byte) {
				iov[0], send.Control = p, control
				if _, err := out.Sendmsg(&send, 0); err != nil {
					fail("sendmsg", err)
				}
			}, func(p, control []byte) (int, int) {
				riov[0], recv.Control = p, control
				m, err := in.Recvmsg(&recv, 0)
				if err != nil {
					fail("recvmsg", err)
				}
				return m, recv.Controllen
			})
		},
	}),

	"netfd": ofHow(map[string]func(*datagrams){
		"single": func(d *datagrams) {
			p, q := d.buffers(1, 0)[0], d.buffers(1, 1)[0]
			in, out := netfdOf(d.in), netfdOf(d.out)
			sliced(d.n, func(i, end int) {
				for ; i < end; i += burst {
					for k := i; k < i+burst; k++ {
						binary.NativeEndian.PutUint64(p, uint64(k))
						if _, err := out.Sendto(p, 0, d.to); err != nil {
							fail("sendto", err)
						}
					}
					for range burst {
						m, _, err := in.Recvfrom(q, 0)
						if err != nil {
							fail("recvfrom", err)
						}
						d.look(q[:m])
					}
				}
			})
		},
		"batch": func(d *datagrams) {
			in, out := netfdOf(d.in), netfdOf(d.out)
			d.batch(func(msgs []socket.Mmsghdr) (int, error) { return out.Sendmmsg(msgs, 0) },
				func(msgs []socket.Mmsghdr) (int, error) { return in.Recvmmsg(msgs, 0, -1) })
		},
	}),

	// The datagrams one by one: that they travel together is udp's own doing.
	"udp": ofHow(map[string]func(*datagrams){
		"gso": func(d *datagrams) {
			p := d.buffers(1, 0)[0]
			s := udp.NewSender(socket.Nonblocking(d.out))
			r, err := udp.NewReceiver(socket.Nonblocking(d.in), udp.Settings{})
			check("udp.NewReceiver", err)
			const burst = 184 // 1400 bytes each are 256 KiB, which fit the Sender's queue
			slicedBy(d.n/burst*burst, 4*burst, func(i, end int) {
				for ; i < end; i += burst {
					for k := i; k < i+burst; k++ {
						binary.NativeEndian.PutUint64(p, uint64(k))
						if err := s.Sendto(p, d.to); err != nil {
							fail("Sendto", err)
						}
					}
					if err := s.Flush(); err != nil {
						fail("Flush", err)
					}
					for range burst {
						g, err := r.Next()
						if err != nil {
							fail("Next", err)
						}
						d.look(g.Data)
					}
				}
			})
		},
	}),

	"xsys": ofHow(map[string]func(*datagrams){
		"single": func(d *datagrams) {
			p, q := d.buffers(1, 0)[0], d.buffers(1, 1)[0]
			to, err := d.to.Unix()
			check("address", err)
			sliced(d.n, func(i, end int) {
				for ; i < end; i += burst {
					for k := i; k < i+burst; k++ {
						binary.NativeEndian.PutUint64(p, uint64(k))
						if err := unix.Sendto(d.out, p, 0, to); err != nil {
							fail("sendto", err)
						}
					}
					for range burst {
						m, _, err := unix.Recvfrom(d.in, q, 0)
						if err != nil {
							fail("recvfrom", err)
						}
						d.look(q[:m])
					}
				}
			})
		},
	}),

	"net": ofHow(map[string]func(*datagrams){
		"single": func(d *datagrams) {
			p, q := d.buffers(1, 0)[0], d.buffers(1, 1)[0]
			in, out := d.net()
			to := d.to.AddrPort()
			sliced(d.n, func(i, end int) {
				for ; i < end; i += burst {
					for k := i; k < i+burst; k++ {
						binary.NativeEndian.PutUint64(p, uint64(k))
						if _, err := out.WriteToUDPAddrPort(p, to); err != nil {
							fail("sendto", err)
						}
					}
					for range burst {
						m, _, err := in.ReadFromUDPAddrPort(q)
						if err != nil {
							fail("recvfrom", err)
						}
						d.look(q[:m])
					}
				}
			})
		},
	}),

	"xnet": ofHow(map[string]func(*datagrams){
		"batch": func(d *datagrams) {
			netIn, netOut := d.net()
			in, out := ipv4.NewPacketConn(netIn), ipv4.NewPacketConn(netOut)
			most := number("batch", 64)
			send, recv := make([]ipv4.Message, burst), make([]ipv4.Message, burst)
			to := net.UDPAddrFromAddrPort(d.to.AddrPort())
			for i, b := range d.buffers(burst, 0) {
				send[i] = ipv4.Message{Buffers: [][]byte{b}, Addr: to}
			}
			for i, b := range d.buffers(burst, 1) {
				recv[i].Buffers = [][]byte{b}
			}
			sliced(d.n, func(i, end int) {
				for ; i < end; i += burst {
					for k := range send {
						binary.NativeEndian.PutUint64(send[k].Buffers[0], uint64(i+k))
					}
					for k := 0; k < burst; {
						m, err := out.WriteBatch(send[k:k+most], 0)
						check("sendmmsg", err)
						k += m
					}
					for k := 0; k < burst; {
						m, err := in.ReadBatch(recv[k:min(k+most, burst)], 0)
						check("recvmmsg", err)
						for ; m > 0; m-- {
							d.look(recv[k].Buffers[0][:recv[k].N])
							k++
						}
					}
				}
			})
		},
	}),

	"mdlayher": ofHow(map[string]func(*datagrams){
		"single": func(d *datagrams) {
			p, q := d.buffers(1, 0)[0], d.buffers(1, 1)[0]
			in, err := mdlayher.New(d.in, "bench")
			check("mdlayher.New", err)
			out, err := mdlayher.New(d.out, "bench")
			check("mdlayher.New", err)
			to, err := d.to.Unix()
			check("address", err)
			ctx := context.Background()
			sliced(d.n, func(i, end int) {
				for ; i < end; i += burst {
					for k := i; k < i+burst; k++ {
						binary.NativeEndian.PutUint64(p, uint64(k))
						if err := out.Sendto(ctx, p, 0, to); err != nil {
							fail("sendto", err)
						}
					}
					for range burst {
						m, _, err := in.Recvfrom(ctx, q, 0)
						if err != nil {
							fail("recvfrom", err)
						}
						d.look(q[:m])
					}
				}
			})
		},
	}),
}

// net gives the sockets to package net.
func (d *datagrams) net() (in, out *net.UDPConn) {
	listen := func(fd int) *net.UDPConn {
		socket.Close(fd)
		c, err := net.ListenUDP(netName(), net.UDPAddrFromAddrPort(netip.MustParseAddrPort(text("0"))))
		check("listen", err)
		check("SO_RCVBUF", c.SetReadBuffer(4<<20))
		return c
	}
	in, out = listen(d.in), listen(d.out)
	d.to = socket.SockaddrIn(in.LocalAddr().(*net.UDPAddr).AddrPort())
	return in, out
}

// batch sends and receives by sendmmsg and recvmmsg, at most batch= at once.
func (d *datagrams) batch(sendmmsg, recvmmsg func([]socket.Mmsghdr) (int, error)) {
	most := number("batch", 64)
	send, recv := make([]socket.Mmsghdr, burst), make([]socket.Mmsghdr, burst)
	from := make([]socket.Sockaddr, burst)
	for i, b := range d.buffers(burst, 0) {
		send[i].Name, send[i].Iov = &d.to, [][]byte{b}
	}
	for i, b := range d.buffers(burst, 1) {
		recv[i].Name, recv[i].Iov = &from[i], [][]byte{b}
	}
	sliced(d.n, func(i, end int) {
		for ; i < end; i += burst {
			for k := range send {
				binary.NativeEndian.PutUint64(send[k].Iov[0], uint64(i+k))
			}
			for k := 0; k < burst; {
				m, err := sendmmsg(send[k : k+most])
				if err != nil {
					fail("sendmmsg", err)
				}
				k += m
			}
			for k := 0; k < burst; {
				m, err := recvmmsg(recv[k:min(k+most, burst)])
				if err != nil {
					fail("recvmmsg", err)
				}
				for ; m > 0; m-- {
					d.look(recv[k].Iov[0][:recv[k].Len])
					k++
				}
			}
		}
	})
}

// gso sends one message of as many datagrams as fit, cut by the kernel and joined again.
func (d *datagrams) gso(send func(p, control []byte), recv func(p, control []byte) (n, controllen int)) {
	check("UDP_GRO", socket.Setsockopt(d.in, socket.UDP_GRO, true))
	segments := min(65507/d.size, burst)
	p, q := make([]byte, segments*d.size), make([]byte, 65536)
	for k := range segments {
		fill(p[k*d.size : (k+1)*d.size])
	}
	control := make([]byte, 0, cmsg.Space(2))
	answer := make([]byte, cmsg.Space(4))
	n := d.n / segments * segments
	slicedBy(n, 8*segments, func(i, end int) {
		for ; i < end; i += segments {
			for k := range segments {
				binary.NativeEndian.PutUint64(p[k*d.size:], uint64(i+k))
			}
			control = cmsg.Append(control[:0], cmsg.UDP_SEGMENT, uint16(d.size))
			send(p, control)
			for got := 0; got < segments; {
				m, controllen := recv(q, answer)
				each := m
				if size, ok := cmsg.Get(answer[:controllen], cmsg.UDP_GRO); ok {
					each = size
				}
				for r := q[:m]; len(r) > 0; got++ {
					k := min(each, len(r))
					d.look(r[:k])
					r = r[k:]
				}
			}
		}
	})
}
