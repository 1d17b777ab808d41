//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb

// This file holds the calls for /etc/services and /etc/protocols: getservbyname(3), getprotobyname(3) and
// their like.

import (
	"os"
	"slices"
	"strconv"
	"strings"
)

// An entry is a line of either file.
type entry struct {
	names  []string // the official one, then aliases
	number int
	proto  string // of a service
}

// The files, and what stands for them where they are missing.
var (
	servicesFile  = "/etc/services"
	protocolsFile = "/etc/protocols"
)

const fewServices = `
echo 7/tcp
echo 7/udp
discard 9/tcp sink null
discard 9/udp sink null
daytime 13/tcp
daytime 13/udp
chargen 19/tcp ttytst source
chargen 19/udp ttytst source
ftp 21/tcp
ssh 22/tcp
telnet 23/tcp
smtp 25/tcp mail
time 37/tcp timserver
time 37/udp timserver
domain 53/tcp
domain 53/udp
tftp 69/udp
http 80/tcp www
pop3 110/tcp pop-3
ntp 123/udp
imap2 143/tcp imap
snmp 161/tcp
snmp 161/udp
ldap 389/tcp
ldap 389/udp
https 443/tcp
https 443/udp
submission 587/tcp
ldaps 636/tcp
imaps 993/tcp
pop3s 995/tcp
syslog 514/udp
`

const fewProtocols = `
ip 0 IP
icmp 1 ICMP
igmp 2 IGMP
ipencap 4 IP-ENCAP
tcp 6 TCP
egp 8 EGP
udp 17 UDP
dccp 33 DCCP
ipv6 41 IPv6
ipv6-route 43 IPv6-Route
ipv6-frag 44 IPv6-Frag
rsvp 46 RSVP
gre 47 GRE
esp 50 IPSEC-ESP
ah 51 IPSEC-AH
ipv6-icmp 58 IPv6-ICMP
ipv6-nonxt 59 IPv6-NoNxt
ipv6-opts 60 IPv6-Opts
pim 103 PIM
sctp 132 SCTP
udplite 136 UDPLite
`

// Getservbyname is the port of a service, in host order; proto is "tcp", "udp", …, or "" for the first that
// has the service.
//
//	struct servent *getservbyname(const char *name, const char *proto);
//
// Errors: EAI_SERVICE (C returns NULL). See getservbyname(3), services(5).
func Getservbyname(name, proto string) (port int, err error) {
	s := findEntry(readServices(), name, proto)
	if s == nil {
		return 0, EAI_SERVICE
	}
	return s.number, nil
}

// Getservbyport is the official name of a port's service; port is in host order, proto as in Getservbyname.
//
//	struct servent *getservbyport(int port, const char *proto);
//
// Errors: EAI_SERVICE (C returns NULL). See getservbyport(3), services(5).
func Getservbyport(port int, proto string) (name string, err error) {
	for _, s := range readServices() {
		if s.number == port && (proto == "" || proto == s.proto) {
			return s.names[0], nil
		}
	}
	return "", EAI_SERVICE
}

// Getprotobyname is the number of a protocol, as IPPROTO_TCP, from its name or an alias.
//
//	struct protoent *getprotobyname(const char *name);
//
// Errors: EAI_NONAME (C returns NULL). See getprotobyname(3), protocols(5).
func Getprotobyname(name string) (proto int, err error) {
	p := findEntry(readProtocols(), name, "")
	if p == nil {
		return 0, EAI_NONAME
	}
	return p.number, nil
}

// Getprotobynumber is the official name of a protocol.
//
//	struct protoent *getprotobynumber(int proto);
//
// Errors: EAI_NONAME (C returns NULL). See getprotobynumber(3), protocols(5).
func Getprotobynumber(proto int) (name string, err error) {
	for _, p := range readProtocols() {
		if p.number == proto {
			return p.names[0], nil
		}
	}
	return "", EAI_NONAME
}

func findEntry(entries []entry, name, proto string) *entry {
	for i, e := range entries {
		if slices.Contains(e.names, name) && (proto == "" || proto == e.proto) {
			return &entries[i]
		}
	}
	return nil
}

func readServices() []entry  { return parseEntries(readFile(servicesFile, fewServices)) }
func readProtocols() []entry { return parseEntries(readFile(protocolsFile, fewProtocols)) }

// readFile is the text of a file, or what stands for it where it cannot be read.
func readFile(name, instead string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		return instead
	}
	return string(text)
}

// parseEntries reads lines of a name, a number, for a service with its protocol, and aliases. Lines that are
// not so are skipped, as C skips them.
func parseEntries(text string) []entry {
	var entries []entry
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		number, proto, _ := strings.Cut(fields[1], "/")
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			continue
		}
		entries = append(entries, entry{append(fields[:1:1], fields[2:]...), int(n), proto})
	}
	return entries
}
