package main

// The echo servers, and those that only accept: C's echo.c, whose clients load them all.

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/cloudwego/netpoll"
	mdlayher "github.com/mdlayher/socket"
	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/netfd"
	"rawsocket.internal/socket/poll"
	"rawsocket.internal/socket/socketserver"
)

const eventsAtOnce = 256

// at tells the client where the server listens.
func at(addr netip.AddrPort) { fmt.Println("at", addr.Port()) }

// listening is a socket of this package, announced.
func listening(flags int, settings ...socket.Setting) int {
	fd, err := socket.Socket(family(), socket.SOCK_STREAM|flags, 0)
	check("socket", err)
	for _, set := range settings {
		check(set.String(), set.Apply(fd))
	}
	check("bind", socket.Bind(fd, loopback("0")))
	check("listen", socket.Listen(fd, 4096))
	addr, err := socket.Getsockname(fd)
	check("getsockname", err)
	at(addr.AddrPort())
	return fd
}

// A goroutine for each connection, as a user of package net writes it.
func netEcho(c net.Conn) {
	defer c.Close()
	p := make([]byte, 4096)
	for {
		n, err := c.Read(p)
		if err != nil {
			return
		}
		if _, err := c.Write(p[:n]); err != nil {
			return
		}
	}
}

var echoRole = role{
	// The epoll loop on package poll.
	"poll": func() {
		l := socket.Nonblocking(listening(socket.SOCK_NONBLOCK))
		ep, err := poll.EpollCreate(0)
		check("epoll_create", err)
		watch(ep, int(l))
		events := make([]poll.EpollEvent, eventsAtOnce)
		p := make([]byte, 4096)
		for {
			n, err := poll.EpollWait(ep, events, -1)
			check("epoll_wait", err)
			for i := range events[:n] {
				fd := socket.Nonblocking(events[i].Fd())
				if fd == l {
					for {
						nfd, err := l.AcceptFD(socket.SOCK_NONBLOCK)
						if err == unix.EAGAIN {
							break
						}
						check("accept", err)
						check("TCP_NODELAY", socket.Setsockopt(nfd, socket.TCP_NODELAY, true))
						watch(ep, nfd)
					}
					continue
				}
				k, err := fd.Recv(p, 0)
				switch {
				case k > 0:
					if m, err := fd.Send(p[:k], 0); m != k {
						fail("send", err)
					}
				case err != unix.EAGAIN:
					fd.Close()
				}
			}
		}
	},

	// The same loop on x/sys/unix.
	"xsys": func() {
		l := listening(socket.SOCK_NONBLOCK)
		ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
		check("epoll_create", err)
		xsysWatch(ep, l)
		events := make([]unix.EpollEvent, eventsAtOnce)
		p := make([]byte, 4096)
		for {
			n, err := unix.EpollWait(ep, events, -1)
			if err == unix.EINTR {
				continue
			}
			check("epoll_wait", err)
			for i := range events[:n] {
				fd := int(events[i].Fd)
				if fd == l {
					for {
						nfd, _, err := unix.Accept4(l, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
						if err == unix.EAGAIN {
							break
						}
						check("accept", err)
						check("TCP_NODELAY", unix.SetsockoptInt(nfd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
						xsysWatch(ep, nfd)
					}
					continue
				}
				k, err := unix.Read(fd, p)
				switch {
				case k > 0:
					if m, err := unix.Write(fd, p[:k]); m != k {
						fail("write", err)
					}
				case err != unix.EAGAIN:
					unix.Close(fd)
				}
			}
		}
	},

	"netfd": func() {
		ctx := context.Background()
		l := netfdOf(listening(socket.SOCK_NONBLOCK))
		for {
			c, _, err := l.Accept(ctx)
			check("accept", err)
			check("TCP_NODELAY", netfd.Setsockopt(c, socket.TCP_NODELAY, true))
			go func() {
				defer c.Close()
				p := make([]byte, 4096)
				for {
					n, err := c.Recv(p, 0)
					if err != nil || n == 0 {
						return
					}
					if _, err := c.Sendall(p[:n], 0); err != nil {
						return
					}
				}
			}()
		}
	},

	"net": func() {
		l, err := net.Listen(netName(), text("0"))
		check("listen", err)
		at(l.Addr().(*net.TCPAddr).AddrPort())
		for {
			c, err := l.Accept()
			check("accept", err)
			go netEcho(c)
		}
	},

	"mdlayher": func() {
		ctx := context.Background()
		l, err := mdlayher.New(listening(socket.SOCK_NONBLOCK), "bench")
		check("mdlayher.New", err)
		for {
			c, _, err := l.Accept(ctx, 0)
			check("accept", err)
			check("TCP_NODELAY", c.SetsockoptInt(unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
			go func() {
				defer c.Close()
				p := make([]byte, 4096)
				for {
					n, err := c.Read(p)
					if err != nil || n == 0 {
						return
					}
					if _, err := c.Write(p[:n]); err != nil {
						return
					}
				}
			}()
		}
	},

	// gnet and netpoll with one event loop: they have one core.
	"gnet": func() {
		l, err := net.Listen(netName(), text("0")) // gnet does not tell which port it got: a free one
		check("listen", err)
		addr := l.Addr().(*net.TCPAddr).AddrPort()
		l.Close()
		check("gnet", gnet.Run(&gnetEcho{addr: addr}, "tcp://"+addr.String(), gnet.WithNumEventLoop(1), gnet.WithTCPNoDelay(gnet.TCPNoDelay), gnet.WithLogger(silent{})))
	},
	"netpoll": func() {
		check("netpoll", netpoll.Configure(netpoll.Config{PollerNum: 1, LoggerOutput: io.Discard}))
		l, err := netpoll.CreateListener("tcp", text("0")) // it sets TCP_NODELAY
		check("listen", err)
		loop, err := netpoll.NewEventLoop(func(_ context.Context, c netpoll.Connection) error {
			r, w := c.Reader(), c.Writer()
			p, err := r.Next(r.Len())
			if err != nil {
				return err
			}
			q, err := w.Malloc(len(p))
			if err != nil {
				return err
			}
			copy(q, p)
			if err := w.Flush(); err != nil {
				return err
			}
			return r.Release()
		})
		check("netpoll", err)
		at(l.Addr().(*net.TCPAddr).AddrPort())
		check("netpoll", loop.Serve(l))
	},

	// This project's servers: an event loop, and a goroutine for each connection.
	"event": func() {
		s := socketserver.EventServer{Config: serverConfig(), Loops: 1,
			OnData: func(c *socketserver.EventConn, p []byte) int { c.Write(p); return len(p) }}
		check("listen", s.Listen())
		at(s.ServerAddress().AddrPort())
		check("serve", s.Serve())
	},
	"tcpserver": func() {
		s := socketserver.TCPServer{Config: serverConfig(), Handle: func(c *socketserver.Conn) error {
			p := make([]byte, 4096)
			for {
				n, err := c.Read(p)
				if err != nil {
					return err
				}
				if _, err := c.Write(p[:n]); err != nil {
					return err
				}
			}
		}}
		check("listen", s.Listen())
		at(s.ServerAddress().AddrPort())
		check("serve", s.Serve())
	},
}

func serverConfig() socketserver.Config {
	return socketserver.Config{Addr: loopback("0"), Backlog: 4096, ConnSettings: []socket.Setting{socket.Set(socket.TCP_NODELAY, true)}}
}

func watch(ep, fd int) {
	e := poll.EpollEvent{Events: poll.EPOLLIN}
	e.SetFd(fd)
	check("epoll_ctl", poll.EpollCtl(ep, poll.EPOLL_CTL_ADD, fd, &e))
}

func xsysWatch(ep, fd int) {
	check("epoll_ctl", unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}))
}

// silent keeps gnet's log off standard output.
type silent struct{}

func (silent) Debugf(string, ...any) {}
func (silent) Infof(string, ...any)  {}
func (silent) Warnf(string, ...any)  {}
func (silent) Errorf(string, ...any) {}
func (silent) Fatalf(string, ...any) {}

type gnetEcho struct {
	gnet.BuiltinEventEngine
	addr netip.AddrPort
}

func (e *gnetEcho) OnBoot(gnet.Engine) gnet.Action {
	time.AfterFunc(100*time.Millisecond, func() { at(e.addr) }) // it listens already, and calls this before it accepts
	return gnet.None
}

func (e *gnetEcho) OnTraffic(c gnet.Conn) gnet.Action {
	p, err := c.Next(-1)
	if err != nil {
		return gnet.Close
	}
	if _, err := c.Write(p); err != nil {
		return gnet.Close
	}
	return gnet.None
}

// The servers that accept, and close at once by a reset.
var acceptsRole = role{
	"socket": func() { // a blocking listener: the goroutine's thread waits in accept
		l := listening(0, socket.Set(socket.SO_LINGER, reset))
		for {
			fd, err := socket.AcceptFD(l, 0)
			check("accept", err)
			socket.Close(fd)
		}
	},
	"poll": func() {
		l := socket.Nonblocking(listening(socket.SOCK_NONBLOCK, socket.Set(socket.SO_LINGER, reset)))
		ep, err := poll.EpollCreate(0)
		check("epoll_create", err)
		watch(ep, int(l))
		events := make([]poll.EpollEvent, eventsAtOnce)
		for {
			_, err := poll.EpollWait(ep, events, -1)
			check("epoll_wait", err)
			for {
				fd, err := l.AcceptFD(socket.SOCK_NONBLOCK)
				if err == unix.EAGAIN {
					break
				}
				check("accept", err)
				socket.Nonblocking(fd).Close()
			}
		}
	},
	"netfd": func() {
		fd := listening(socket.SOCK_NONBLOCK, socket.Set(socket.SO_LINGER, reset))
		l, ctx := netfdOf(fd), context.Background()
		for {
			c, _, err := l.Accept(ctx)
			check("accept", err)
			c.Close()
		}
	},
	"net": func() {
		l := netListener()
		at(l.Addr().(*net.TCPAddr).AddrPort())
		for {
			c, err := l.Accept()
			check("accept", err)
			c.Close()
		}
	},
	"mdlayher": func() {
		fd := listening(socket.SOCK_NONBLOCK, socket.Set(socket.SO_LINGER, reset))
		l, err := mdlayher.New(fd, "bench")
		check("mdlayher.New", err)
		for {
			c, _, err := l.Accept(context.Background(), 0)
			check("accept", err)
			c.Close()
		}
	},
}
