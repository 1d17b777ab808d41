//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package netdb

import (
	"net"
	"net/netip"
)

// localAddrs lists the addresses of this host; none if the kernel does not say. What makes an address
// deprecated or its interface a tunnel is not asked.
func localAddrs() []local {
	addrs, _ := net.InterfaceAddrs()
	var locals []local
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			locals = append(locals, local{addr: p.Addr().Unmap(), bits: p.Bits()})
		}
	}
	return locals
}
