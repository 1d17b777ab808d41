//go:build linux

package main

// This file holds the client: from a name to a connected socket.

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/netdb"
)

func (c *config) client() error {
	addrs, err := c.resolve(0)
	if err != nil {
		return err
	}
	var failures []error
	for _, addr := range addrs {
		s, err := c.connect(addr)
		if err == nil {
			return errors.Join(c.serve(s), s.close())
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// connect makes a socket, sets what is to be set at its time, and connects it.
func (c *config) connect(addr socket.Sockaddr) (*conn, error) {
	s, err := newConn(addr.Family(), c.typ(), addr)
	if err != nil {
		return nil, err
	}
	if err := c.prepare(s); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (c *config) prepare(s *conn) error {
	if err := s.setTimeout(c.timeout); err != nil {
		return err
	}
	if err := c.setOptions(s, whenNew); err != nil {
		return err
	}
	local, err := c.localAddress(s.peer.Family())
	if err != nil {
		return err
	}
	if local.Len() > 0 {
		if err := s.bind(local); err != nil {
			return err
		}
	}
	if err := s.connect(); err != nil {
		return err
	}
	if verbose {
		s.getsockname()
	}
	return c.setOptions(s, whenConnected)
}

func (c *config) typ() int {
	switch {
	case c.dgram:
		return socket.SOCK_DGRAM
	case c.seqpacket:
		return socket.SOCK_SEQPACKET
	}
	return socket.SOCK_STREAM
}

// resolve gives the addresses of HOST and PORT, or that of PATH.
func (c *config) resolve(flags int) ([]socket.Sockaddr, error) {
	if c.unix {
		addr, err := unixAddress(c.node)
		return []socket.Sockaddr{addr}, err
	}
	ctx := context.Background()
	if c.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	hints := netdb.Addrinfo{Flags: flags, Family: c.family, Socktype: c.typ()}
	if c.seqpacket {
		hints.Socktype = socket.SOCK_STREAM // getaddrinfo has no SCTP: an address is an address
	}
	list, err := netdb.Getaddrinfo(ctx, c.node, c.service, &hints)
	trace(err, "getaddrinfo(%s, %q, &hints, &res) → 0: %s", quoteOrNull(c.node), c.service, addresses(list))
	if err != nil {
		return nil, failed("getaddrinfo", strings.TrimSpace(c.node+" "+c.service), err)
	}
	var addrs []socket.Sockaddr
	for _, ai := range list {
		addrs = append(addrs, ai.Addr)
	}
	return addrs, nil
}

func addresses(list []netdb.Addrinfo) string {
	var texts []string
	for _, ai := range list {
		texts = append(texts, ai.Addr.String())
	}
	return strings.Join(texts, ", ")
}

func quoteOrNull(s string) string {
	if s == "" {
		return "NULL"
	}
	return strconv.Quote(s)
}

// unixAddress is the address of a PATH, or of an abstract @NAME.
func unixAddress(path string) (socket.Sockaddr, error) {
	name := path
	if strings.HasPrefix(path, "@") {
		name = "\x00" + path[1:]
	}
	addr, err := socket.SockaddrUn(name)
	return addr, failed("sockaddr_un", path, err)
}

// localAddress is where -b binds a client; the zero Sockaddr if nowhere. An AF_UNIX client of datagrams needs an
// address to be answered: the kernel chooses one.
func (c *config) localAddress(family int) (socket.Sockaddr, error) {
	switch {
	case c.unix && c.local == "" && c.dgram:
		return socket.SockaddrUn("")
	case c.local == "":
		return socket.Sockaddr{}, nil
	case c.unix:
		return unixAddress(c.local)
	}
	ap, err := parseLocal(c.local)
	if err != nil {
		return socket.Sockaddr{}, err
	}
	if !ap.Addr().IsValid() {
		wildcard := netip.IPv4Unspecified()
		if family == socket.AF_INET6 {
			wildcard = netip.IPv6Unspecified()
		}
		ap = netip.AddrPortFrom(wildcard, ap.Port())
	}
	addr := socket.SockaddrIn(ap)
	if addr.Family() != family {
		return socket.Sockaddr{}, failed("bind", addr, fmt.Errorf("not of the peer's family"))
	}
	return addr, nil
}

// parseLocal reads ADDR, ADDR:PORT, [ADDR]:PORT or :PORT, which has no valid address.
func parseLocal(text string) (netip.AddrPort, error) {
	if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return netip.AddrPortFrom(addr, 0), nil
	}
	if ap, err := netip.ParseAddrPort(text); err == nil {
		return ap, nil
	}
	port, ok := strings.CutPrefix(text, ":")
	n, err := strconv.ParseUint(port, 10, 16)
	if !ok || err != nil {
		return netip.AddrPort{}, usage("-b: %q is no ADDR, ADDR:PORT or :PORT", text)
	}
	return netip.AddrPortFrom(netip.Addr{}, uint16(n)), nil
}
