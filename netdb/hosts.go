//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb

// This file holds the calls for hosts that came before getaddrinfo: gethostbyname(3), gethostbyaddr(3), and
// Python's getfqdn.

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"rawsocket.internal/socket"
)

// A Hostent is a host: struct hostent, with its field names.
//
//	struct hostent { char *h_name; char **h_aliases; int h_addrtype; int h_length; char **h_addr_list; };
type Hostent struct {
	Name     string       // the official name
	Aliases  []string     // others that the answer tells of
	Addrtype int          // AF_INET or AF_INET6
	AddrList []netip.Addr // at least one
}

// Gethostbyname looks up the IPv4 addresses of a host. Getaddrinfo does more.
//
//	struct hostent *gethostbyname(const char *name);
//
// The order of the addresses is Getaddrinfo's. Of the aliases only name itself is known, where it is not the
// official one.
//
// Errors are EAI, for C's h_errno: EAI_NONAME (HOST_NOT_FOUND), EAI_NODATA (NO_DATA), EAI_AGAIN
// (TRY_AGAIN). See gethostbyname(3).
func Gethostbyname(ctx context.Context, name string) (Hostent, error) {
	hints := Addrinfo{Flags: AI_CANONNAME, Family: socket.AF_INET, Socktype: socket.SOCK_STREAM}
	if strings.Contains(name, ":") {
		return Hostent{}, EAI_NONAME // no name has one, and an IPv6 number no IPv4 address
	}
	list, err := Getaddrinfo(ctx, name, "", &hints)
	if err != nil {
		return Hostent{}, err
	}
	h := Hostent{Name: list[0].Canonname, Addrtype: socket.AF_INET}
	for _, ai := range list {
		h.AddrList = append(h.AddrList, ai.Addr.AddrPort().Addr())
	}
	if !strings.EqualFold(h.Name, strings.TrimSuffix(name, ".")) {
		h.Aliases = []string{name}
	}
	return h, nil
}

// Gethostbyaddr looks up the names of an address. Getnameinfo does more.
//
//	struct hostent *gethostbyaddr(const void *addr, socklen_t len, int type);
//
// Errors are EAI, as those of Gethostbyname. See gethostbyaddr(3).
func Gethostbyaddr(ctx context.Context, addr netip.Addr) (Hostent, error) {
	if err := ctx.Err(); err != nil {
		return Hostent{}, EAI_AGAIN.because(err)
	}
	if !addr.IsValid() {
		return Hostent{}, EAI_FAMILY
	}
	names, err := lookupNames(ctx, addr.WithZone(""))
	if err != nil {
		return Hostent{}, err
	}
	return Hostent{names[0], names[1:], familyOf(addr), []netip.Addr{addr}}, nil
}

// Getfqdn is the name of a host with its domain, as far as look-ups tell; "" stands for this host.
//
// C has no such call; Python has getfqdn. It is the first name with a dot among the names of the host's
// address; if there is none, the first; if there are no names, name itself. Nothing is an error: when the
// context ends, the answer is name.
func Getfqdn(ctx context.Context, name string) string {
	name = strings.TrimSpace(name)
	if name == "" || name == "0.0.0.0" || name == "::" {
		name, _ = hostname()
	}
	list, err := Getaddrinfo(ctx, name, "", &Addrinfo{Socktype: socket.SOCK_DGRAM})
	if err != nil {
		return name
	}
	h, err := Gethostbyaddr(ctx, list[0].Addr.AddrPort().Addr())
	if err != nil {
		return name
	}
	names := append([]string{h.Name}, h.Aliases...)
	if i := slices.IndexFunc(names, func(s string) bool { return strings.Contains(s, ".") }); i >= 0 {
		return names[i]
	}
	return h.Name
}
