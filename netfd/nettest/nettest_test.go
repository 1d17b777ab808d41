//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Package nettest runs the connection tests of golang.org/x/net on netfd.
package nettest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/net/nettest"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/netfd"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// stream is an FD as a net.Conn: what a user may write who wants to stay on the FD.
type stream struct {
	*netfd.FD
	local, remote net.Addr
}

func (s stream) Read(p []byte) (int, error) {
	n, err := s.Recv(p, 0)
	if n == 0 && err == nil && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

func (s stream) Write(p []byte) (int, error) { return s.Sendall(p, 0) }
func (s stream) LocalAddr() net.Addr         { return s.local }
func (s stream) RemoteAddr() net.Addr        { return s.remote }

func asStream(f *netfd.FD) (net.Conn, error) {
	local, err := f.Getsockname()
	if err != nil {
		return nil, err
	}
	remote, err := f.Getpeername()
	return stream{f, addr{local}, addr{remote}}, err
}

type addr struct{ socket.Sockaddr }

func (addr) Network() string { return "netfd" }

// connected is both ends of a connection over a listener.
func connected(domain int, name socket.Sockaddr) (c, s *netfd.FD, err error) {
	l, err := netfd.Socket(domain, socket.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	c, err = netfd.Socket(domain, socket.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(l.Bind(name), l.Listen(1)); err != nil {
		return nil, nil, err
	}
	name, err = l.Getsockname()
	if err != nil {
		return nil, nil, err
	}
	if err := c.Connect(context.Background(), name); err != nil {
		return nil, nil, err
	}
	s, _, err = l.Accept(context.Background())
	return c, s, err
}

func TestConn(t *testing.T) {
	ends := map[string]func() (c, s *netfd.FD, err error){
		"tcp": func() (c, s *netfd.FD, err error) {
			return connected(socket.AF_INET, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0")))
		},
		"unix": func() (c, s *netfd.FD, err error) {
			dir, err := os.MkdirTemp("", "nettest")
			if err != nil {
				return nil, nil, err
			}
			defer os.RemoveAll(dir)
			name, err := socket.SockaddrUn(filepath.Join(dir, "s"))
			if err != nil {
				return nil, nil, err
			}
			return connected(socket.AF_UNIX, name)
		},
		"pair": func() (c, s *netfd.FD, err error) {
			p, err := netfd.Socketpair(socket.AF_UNIX, socket.SOCK_STREAM, 0)
			return p[0], p[1], err
		},
	}
	conns := map[string]func(*netfd.FD) (net.Conn, error){
		"Conn": (*netfd.FD).Conn,
		"FD":   asStream,
	}
	for how, conn := range conns {
		for network, ends := range ends {
			t.Run(how+"/"+network, func(t *testing.T) {
				nettest.TestConn(t, func() (c, s net.Conn, stop func(), err error) {
					a, b, err := ends()
					if err != nil {
						return nil, nil, nil, err
					}
					if c, err = conn(a); err != nil {
						return nil, nil, nil, err
					}
					if s, err = conn(b); err != nil {
						return nil, nil, nil, err
					}
					return c, s, func() { c.Close(); s.Close() }, nil
				})
			})
		}
	}
}
