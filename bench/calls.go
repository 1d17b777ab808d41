package main

// One call, or a few, many times: C's calls.c.

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"
	"unsafe"

	mdlayher "github.com/mdlayher/socket"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/netfd"
)

var anyPort = netip.MustParseAddrPort("127.0.0.1:0")

// tcp is a socket of this package.
func tcp(flags int) int {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM|flags, 0)
	check("socket", err)
	return fd
}

func mdlayherTCP() *mdlayher.Conn {
	c, err := mdlayher.Socket(unix.AF_INET, unix.SOCK_STREAM, 0, "bench", nil)
	check("socket", err)
	return c
}

func netfdTCP() *netfd.FD {
	fd, err := netfd.New(tcp(socket.SOCK_NONBLOCK))
	check("netfd.New", err)
	return fd
}

var getsockoptRole = role{
	"floor": func() {
		n, fd := number("n", 1), tcp(0)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				v, l := int32(0), uint32(4)
				_, _, e := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_TYPE, uintptr(unsafe.Pointer(&v)), uintptr(unsafe.Pointer(&l)), 0)
				if e != 0 || v != unix.SOCK_STREAM {
					fail("getsockopt", e)
				}
			}
		})
	},
	"socket": func() {
		n, fd := number("n", 1), tcp(0)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				v, err := socket.Getsockopt(fd, socket.SO_TYPE)
				if err != nil || v != socket.SOCK_STREAM {
					fail("getsockopt", err)
				}
			}
		})
	},
	"xsys": func() {
		n, fd := number("n", 1), tcp(0)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				v, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
				if err != nil || v != unix.SOCK_STREAM {
					fail("getsockopt", err)
				}
			}
		})
	},
	"mdlayher": func() {
		n, c := number("n", 1), mdlayherTCP()
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				v, err := c.GetsockoptInt(unix.SOL_SOCKET, unix.SO_TYPE)
				if err != nil || v != unix.SOCK_STREAM {
					fail("getsockopt", err)
				}
			}
		})
	},
}

// nodelayIsSet looks once, after the clock has stopped.
func nodelayIsSet(fd int) {
	v, err := unix.GetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY)
	check("getsockopt", err)
	verify(v == 1, "TCP_NODELAY")
}

var setsockoptRole = role{
	"floor": func() {
		n, fd := number("n", 1), tcp(0)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				v := int32(1)
				_, _, e := unix.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY, uintptr(unsafe.Pointer(&v)), 4, 0)
				if e != 0 {
					fail("setsockopt", e)
				}
			}
		})
		nodelayIsSet(fd)
	},
	"socket": func() {
		n, fd := number("n", 1), tcp(0)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				if err := socket.Setsockopt(fd, socket.TCP_NODELAY, true); err != nil {
					fail("setsockopt", err)
				}
			}
		})
		nodelayIsSet(fd)
	},
	"xsys": func() {
		n, fd := number("n", 1), tcp(0)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
					fail("setsockopt", err)
				}
			}
		})
		nodelayIsSet(fd)
	},
	"net": func() { // which has a method for it on a connection only
		n := number("n", 1)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		check("listen", err)
		c, err := net.Dial("tcp", l.Addr().String())
		check("dial", err)
		conn := c.(*net.TCPConn)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				if err := conn.SetNoDelay(true); err != nil {
					fail("setsockopt", err)
				}
			}
		})
	},
	"mdlayher": func() {
		n, c := number("n", 1), mdlayherTCP()
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				if err := c.SetsockoptInt(unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
					fail("setsockopt", err)
				}
			}
		})
	},
}

// bound is a socket of proto= with a port.
func bound() (fd int, port uint16) {
	domain := family()
	fd, err := socket.Socket(domain, socket.SOCK_STREAM, 0)
	check("socket", err)
	check("bind", socket.Bind(fd, loopback("0")))
	addr, err := socket.Getsockname(fd)
	check("getsockname", err)
	return fd, addr.AddrPort().Port()
}

var getsocknameRole = role{
	"floor": func() {
		n := number("n", 1)
		fd, port := bound()
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				var sa unix.RawSockaddrInet6
				l := uint32(unix.SizeofSockaddrInet6)
				_, _, e := unix.RawSyscall6(unix.SYS_GETSOCKNAME, uintptr(fd), uintptr(unsafe.Pointer(&sa)), uintptr(unsafe.Pointer(&l)), 0, 0, 0)
				if e != 0 || socket.Ntohs(sa.Port) != port {
					fail("getsockname", e)
				}
			}
		})
	},
	"socket": func() {
		n := number("n", 1)
		fd, port := bound()
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				addr, err := socket.Getsockname(fd)
				if err != nil || addr.AddrPort().Port() != port {
					fail("getsockname", err)
				}
			}
		})
	},
	"xsys": func() {
		n := number("n", 1)
		fd, port := bound()
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				sa, err := unix.Getsockname(fd)
				if err != nil {
					fail("getsockname", err)
				}
				xsysPort(sa, port)
			}
		})
	},
	"mdlayher": func() {
		n := number("n", 1)
		fd, port := bound()
		c, err := mdlayher.New(fd, "bench")
		check("mdlayher.New", err)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				sa, err := c.Getsockname()
				if err != nil {
					fail("getsockname", err)
				}
				xsysPort(sa, port)
			}
		})
	},
}

func xsysPort(sa unix.Sockaddr, port uint16) {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		verify(sa.Port == int(port), "port")
	case *unix.SockaddrInet6:
		verify(sa.Port == int(port), "port")
	default:
		verify(false, "family")
	}
}

var socketcloseRole = role{
	"floor": func() {
		n := number("n", 1)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				fd, _, e := unix.RawSyscall6(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0, 0, 0, 0)
				if e != 0 {
					fail("socket", e)
				}
				if _, _, e := unix.RawSyscall6(unix.SYS_CLOSE, fd, 0, 0, 0, 0, 0); e != 0 {
					fail("close", e)
				}
			}
		})
	},
	"socket": func() {
		n := number("n", 1)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM|socket.SOCK_NONBLOCK, 0)
				if err != nil {
					fail("socket", err)
				}
				if err := socket.Close(fd); err != nil {
					fail("close", err)
				}
			}
		})
	},
	"nonblocking": func() {
		n := number("n", 1)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM|socket.SOCK_NONBLOCK, 0)
				if err != nil {
					fail("socket", err)
				}
				if err := socket.Nonblocking(fd).Close(); err != nil {
					fail("close", err)
				}
			}
		})
	},
	"netfd": func() {
		n := number("n", 1)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				if err := netfdTCP().Close(); err != nil {
					fail("close", err)
				}
			}
		})
	},
	"xsys": func() {
		n := number("n", 1)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
				if err != nil {
					fail("socket", err)
				}
				if err := unix.Close(fd); err != nil {
					fail("close", err)
				}
			}
		})
	},
	"mdlayher": func() {
		n := number("n", 1)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				if err := mdlayherTCP().Close(); err != nil {
					fail("close", err)
				}
			}
		})
	},
}

var reset = socket.Linger{Onoff: 1}

// resetting is a listening socket. Those it accepts have its SO_LINGER, so that their close resets and
// leaves no TIME_WAIT.
func resetting(flags int) (fd int, addr socket.Sockaddr) {
	fd = tcp(flags)
	check("SO_LINGER", socket.Setsockopt(fd, socket.SO_LINGER, reset))
	check("bind", socket.Bind(fd, socket.SockaddrIn(anyPort)))
	check("listen", socket.Listen(fd, 4096))
	addr, err := socket.Getsockname(fd)
	check("getsockname", err)
	return fd, addr
}

// netListener does the same in package net.
func netListener() net.Listener {
	lc := net.ListenConfig{KeepAlive: -1, Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		c.Control(func(fd uintptr) {
			err = unix.SetsockoptLinger(int(fd), unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		})
		return err
	}}
	l, err := lc.Listen(context.Background(), "tcp4", "127.0.0.1:0")
	check("listen", err)
	return l
}

// A connection to a listener of the same goroutine, accepted and closed.
var acceptRole = role{
	"socket": func() { // blocking: the scheduler is told of each call
		n := number("n", 1)
		l, addr := resetting(0)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
				check("socket", err)
				check("connect", socket.Connect(c, addr))
				fd, peer, err := socket.Accept(l)
				check("accept", err)
				verify(peer.AddrPort().Addr() == anyPort.Addr(), "peer")
				check("close", socket.Close(fd))
				check("close", socket.Close(c))
			}
		})
	},
	"nonblocking": func() {
		n := number("n", 1)
		fd, addr := resetting(socket.SOCK_NONBLOCK)
		l := socket.Nonblocking(fd)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM|socket.SOCK_NONBLOCK, 0)
				check("socket", err)
				c := socket.Nonblocking(fd)
				if err := c.Connect(addr); err != unix.EINPROGRESS {
					check("connect", err)
				}
				nfd, peer, err := l.Accept4(socket.SOCK_NONBLOCK)
				check("accept", err)
				verify(peer.AddrPort().Addr() == anyPort.Addr(), "peer")
				check("close", socket.Nonblocking(nfd).Close())
				check("close", c.Close())
			}
		})
	},
	"netfd": func() {
		n := number("n", 1)
		ctx := context.Background()
		fd, addr := resetting(socket.SOCK_NONBLOCK)
		l, err := netfd.New(fd)
		check("netfd.New", err)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				c := netfdTCP()
				check("connect", c.Connect(ctx, addr))
				fd, peer, err := l.Accept(ctx)
				check("accept", err)
				verify(peer.AddrPort().Addr() == anyPort.Addr(), "peer")
				check("close", fd.Close())
				check("close", c.Close())
			}
		})
	},
	"xsys": func() {
		n := number("n", 1)
		l, addr := resetting(socket.SOCK_NONBLOCK)
		to, err := addr.Unix()
		check("address", err)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				c, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
				check("socket", err)
				if err := unix.Connect(c, to); err != unix.EINPROGRESS {
					check("connect", err)
				}
				fd, peer, err := unix.Accept4(l, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
				check("accept", err)
				verify(peer.(*unix.SockaddrInet4).Addr == [4]byte{127, 0, 0, 1}, "peer")
				check("close", unix.Close(fd))
				check("close", unix.Close(c))
			}
		})
	},
	"net": func() {
		n := number("n", 1)
		l := netListener()
		to := l.Addr().String()
		dialer := net.Dialer{KeepAlive: -1}
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				c, err := dialer.Dial("tcp4", to)
				check("dial", err)
				conn, err := l.Accept()
				check("accept", err)
				verify(conn.RemoteAddr().(*net.TCPAddr).IP.IsLoopback(), "peer")
				check("close", conn.Close())
				check("close", c.Close())
			}
		})
	},
	"mdlayher": func() {
		n := number("n", 1)
		ctx := context.Background()
		fd, addr := resetting(socket.SOCK_NONBLOCK)
		l, err := mdlayher.New(fd, "bench")
		check("mdlayher.New", err)
		to, err := addr.Unix()
		check("address", err)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				c := mdlayherTCP()
				_, err := c.Connect(ctx, to)
				check("connect", err)
				conn, peer, err := l.Accept(ctx, 0)
				check("accept", err)
				verify(peer.(*unix.SockaddrInet4).Addr == [4]byte{127, 0, 0, 1}, "peer")
				check("close", conn.Close())
				check("close", c.Close())
			}
		})
	},
}

// devNull is a descriptor to pass; sameFile looks now and then whether it is what arrived.
func devNull() int {
	fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	check("/dev/null", err)
	return fd
}

func sameFile(i, a, b int) {
	if i%1024 != 0 {
		return
	}
	var x, y unix.Stat_t
	check("fstat", unix.Fstat(a, &x))
	check("fstat", unix.Fstat(b, &y))
	verify(x.Ino == y.Ino && x.Rdev == y.Rdev, "file")
}

// A descriptor sent and received over a socketpair, and closed.
var fdpassRole = role{
	"socket": func() { // blocking, with the calls that do the whole of it
		n, file := number("n", 1), devNull()
		sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
		check("socketpair", err)
		p, fds, got := make([]byte, 1), []int{file}, make([]int, 1)
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				p[0] = byte(i)
				_, err := cmsg.SendFds(sv[0], p, fds, 0)
				check("sendmsg", err)
				p[0] = ^p[0]
				k, nfds, err := cmsg.RecvFds(sv[1], p, got, 0)
				check("recvmsg", err)
				verify(k == 1 && p[0] == byte(i) && nfds == 1, "sequence")
				sameFile(i, file, got[0])
				check("close", socket.Close(got[0]))
			}
		})
	},
	"nonblocking": func() {
		n, file := number("n", 1), devNull()
		sv, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM|socket.SOCK_NONBLOCK, 0)
		check("socketpair", err)
		a, b := socket.Nonblocking(sv[0]), socket.Nonblocking(sv[1])
		p, fds, got := make([]byte, 1), []int{file}, make([]int, 0, 1)
		send := socket.Msghdr{Iov: [][]byte{p}, Control: cmsg.Append(nil, cmsg.SCM_RIGHTS, fds)}
		recv := socket.Msghdr{Iov: [][]byte{p}, Control: make([]byte, cmsg.Space(4))}
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				p[0] = byte(i)
				_, err := a.Sendmsg(&send, 0)
				check("sendmsg", err)
				p[0] = ^p[0]
				_, err = b.Recvmsg(&recv, 0)
				check("recvmsg", err)
				got = cmsg.AppendRights(got[:0], recv.Control[:recv.Controllen])
				verify(p[0] == byte(i) && len(got) == 1, "sequence")
				sameFile(i, file, got[0])
				check("close", socket.Nonblocking(got[0]).Close())
			}
		})
	},
	"xsys": func() {
		n, file := number("n", 1), devNull()
		sv, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		check("socketpair", err)
		p, control := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				p[0] = byte(i)
				check("sendmsg", unix.Sendmsg(sv[0], p, unix.UnixRights(file), nil, 0))
				p[0] = ^p[0]
				_, k, _, _, err := unix.Recvmsg(sv[1], p, control, unix.MSG_CMSG_CLOEXEC)
				check("recvmsg", err)
				xsysRights(i, file, p, control[:k])
			}
		})
	},
	"net": func() {
		n, file := number("n", 1), devNull()
		a, b := netPair()
		p, control := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
		sliced(n, func(i, end int) {
			for ; i < end; i++ {
				p[0] = byte(i)
				_, _, err := a.WriteMsgUnix(p, unix.UnixRights(file), nil)
				check("sendmsg", err)
				p[0] = ^p[0]
				_, k, _, _, err := b.ReadMsgUnix(p, control)
				check("recvmsg", err)
				xsysRights(i, file, p, control[:k])
			}
		})
	},
}

// xsysRights is how x/sys/unix takes the descriptor out.
func xsysRights(i, file int, p, control []byte) {
	msgs, err := unix.ParseSocketControlMessage(control)
	check("control", err)
	fds, err := unix.ParseUnixRights(&msgs[0])
	check("control", err)
	verify(p[0] == byte(i) && len(fds) == 1, "sequence")
	sameFile(i, file, fds[0])
	check("close", unix.Close(fds[0]))
}

func netPair() (a, b *net.UnixConn) {
	sv, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	check("socketpair", err)
	var conns [2]*net.UnixConn
	for i, fd := range sv {
		f := os.NewFile(uintptr(fd), "socketpair")
		c, err := net.FileConn(f)
		check("net.FileConn", err)
		f.Close()
		conns[i] = c.(*net.UnixConn)
	}
	return conns[0], conns[1]
}
