//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb

// This file holds the way to Go's resolver: host names to addresses, to official names, and back.

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// dial reaches name servers. Tests put their own in its place.
var dial = new(net.Dialer).DialContext

// A query is one use of Go's resolver, with what its connections to name servers saw and the resolver does
// not tell.
type query struct {
	net.Resolver
	exists atomic.Bool  // a name server knows the name, if not with an address
	errno  atomic.Int32 // no more sockets to be had
}

func newQuery() *query {
	q, dial := new(query), dial
	q.PreferGo = true
	q.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		var errno unix.Errno
		if errors.As(err, &errno) && (errno == unix.EMFILE || errno == unix.ENFILE || errno == unix.ENOBUFS) {
			q.errno.Store(int32(errno))
		}
		if err != nil {
			return nil, err
		}
		// The resolver minds deadlines while it waits, but not that a context is cancelled.
		context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
		if udp, ok := conn.(*net.UDPConn); ok {
			return &watched{udp, q}, nil
		}
		return conn, nil
	}
	return q
}

// A watched is a connection to a name server.
type watched struct {
	*net.UDPConn
	q *query
}

func (w *watched) Read(p []byte) (n int, err error) {
	n, err = w.UDPConn.Read(p)
	if n > 3 && p[3]&0xf == 0 { // RFC 1035, section 4.1.1: RCODE 0 is no error
		w.q.exists.Store(true)
	}
	return n, err
}

// lookupHost asks the resolver for the addresses of a name: network is ip, ip4 or ip6.
func lookupHost(ctx context.Context, network, name string) ([]netip.Addr, error) {
	q := newQuery()
	addrs, err := q.LookupNetIP(ctx, network, name)
	if len(addrs) == 0 {
		return nil, q.eai(ctx, err)
	}
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	return addrs, nil
}

// lookupNames asks the resolver for the names of an address: at least one if there is no error.
func lookupNames(ctx context.Context, a netip.Addr) ([]string, error) {
	q := newQuery()
	names, err := q.LookupAddr(ctx, a.Unmap().String())
	if len(names) == 0 {
		return nil, q.eai(ctx, err)
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(name, ".")
	}
	return names, nil
}

// eai turns an error of the resolver into an EAI.
func (q *query) eai(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return EAI_AGAIN.because(ended)
	}
	if errno := unix.Errno(q.errno.Load()); errno != 0 {
		return EAI_SYSTEM.because(errno)
	}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && !dns.IsNotFound:
		return EAI_AGAIN.because(dns)
	case q.exists.Load():
		return EAI_NODATA
	}
	return EAI_NONAME
}

// canonname is the official name of a node; the node itself if there is no other.
func canonname(ctx context.Context, node string) string {
	if a, _, _ := parseAddr(node); a.IsValid() {
		return node
	}
	name := node
	for range 8 { // a chain of aliases: the resolver may tell its first link only
		next, err := newQuery().LookupCNAME(ctx, name)
		next = strings.TrimSuffix(next, ".")
		if err != nil || next == "" {
			break
		}
		if strings.EqualFold(next, name) {
			return next
		}
		name = next
	}
	return name
}
