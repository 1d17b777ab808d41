//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb

// This file holds getnameinfo(3).

import (
	"context"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"rawsocket.internal/socket"
)

// Flags of Getnameinfo: glibc's values, on every system.
const (
	NI_NUMERICHOST = 0x01 // host is a number: no look-up
	NI_NUMERICSERV = 0x02 // service is a number: no look-up
	NI_NOFQDN      = 0x04 // host without this host's own domain
	NI_NAMEREQD    = 0x08 // EAI_NONAME, and no number, for an address without a name
	NI_DGRAM       = 0x10 // service is that of udp, where it differs from tcp's
	NI_IDN         = 0x20 // without effect: xn-- names stay as they are

	NI_IDN_ALLOW_UNASSIGNED     = 0x40 // without effect, in glibc too
	NI_IDN_USE_STD3_ASCII_RULES = 0x80 // without effect, in glibc too

	niAll = 0xff
)

// NI_MAXHOST and NI_MAXSERV are buffer sizes for C. Strings need none.
const (
	NI_MAXHOST = 1025
	NI_MAXSERV = 32
)

const sizeofSockaddrIn = 16

// Getnameinfo is the name of an address's host and that of its service; numbers where there are none.
//
//	int getnameinfo(const struct sockaddr *addr, socklen_t addrlen, char *host, socklen_t hostlen,
//	                char *serv, socklen_t servlen, int flags);
//
// An AF_UNIX address has this host's name and its own path.
//
// Errors are EAI: EAI_FAMILY (no AF_INET, AF_INET6 or AF_UNIX), EAI_BADFLAGS, EAI_NONAME (NI_NAMEREQD),
// EAI_AGAIN (no answer now; or the context ended: it wraps the context's error), EAI_SYSTEM (it wraps the
// errno). See getnameinfo(3).
func Getnameinfo(ctx context.Context, addr socket.Sockaddr, flags int) (host, service string, err error) {
	if err := ctx.Err(); err != nil {
		return "", "", EAI_AGAIN.because(err)
	}
	if flags&^niAll != 0 {
		return "", "", EAI_BADFLAGS
	}
	switch ap := addr.AddrPort(); {
	case addr.Family() == socket.AF_UNIX && addr.Len() > 0:
		host, err = thisHost(flags)
		service = addr.Path()
	case ap.IsValid() && addr.Len() >= sizeofSockaddrIn:
		if host, err = nameOf(ctx, addr, flags); err == nil {
			service = serviceOf(ap.Port(), flags)
		}
	default:
		err = EAI_FAMILY
	}
	if err != nil {
		return "", "", err
	}
	return host, service, nil
}

func thisHost(flags int) (string, error) {
	switch {
	case flags&NI_NUMERICHOST == 0:
		return hostname()
	case flags&NI_NAMEREQD != 0:
		return "", EAI_NONAME
	}
	return "localhost", nil
}

// hostname is gethostname(2).
func hostname() (string, error) {
	name, err := os.Hostname()
	if err != nil {
		return "", EAI_SYSTEM.because(err)
	}
	return name, nil
}

func nameOf(ctx context.Context, addr socket.Sockaddr, flags int) (string, error) {
	a := addr.AddrPort().Addr()
	if flags&NI_NUMERICHOST == 0 {
		names, err := lookupNames(ctx, a.WithZone(""))
		if err == nil {
			if flags&NI_NOFQDN != 0 {
				return withoutDomain(ctx, names[0]), nil
			}
			return names[0], nil
		}
		if err != EAI_NONAME && err != EAI_NODATA {
			return "", err
		}
	}
	if flags&NI_NAMEREQD != 0 {
		return "", EAI_NONAME
	}
	text := socket.InetNtop(a)
	if id := addr.ScopeID(); id != 0 {
		text += "%" + scopeName(a, id)
	}
	return text, nil
}

// scopeName is a scope as the name of its interface, if the address is one of a link, or as a number.
func scopeName(a netip.Addr, id uint32) string {
	if a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() {
		if name, err := socket.IfIndextoname(int(id)); err == nil {
			return name
		}
	}
	return strconv.FormatUint(uint64(id), 10)
}

// withoutDomain cuts this host's own domain off a name.
func withoutDomain(ctx context.Context, name string) string {
	self, err := hostname()
	if err != nil {
		return name
	}
	if !strings.Contains(self, ".") {
		self = canonname(ctx, self)
	}
	if _, domain, ok := strings.Cut(self, "."); ok {
		return strings.TrimSuffix(name, "."+domain)
	}
	return name
}

func serviceOf(port uint16, flags int) string {
	if flags&NI_NUMERICSERV == 0 {
		proto := "tcp"
		if flags&NI_DGRAM != 0 {
			proto = "udp"
		}
		if name, err := Getservbyport(int(port), proto); err == nil {
			return name
		}
	}
	return strconv.Itoa(int(port))
}
