//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb_test

// This file holds a name server for the tests, on the calls of the root package.

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// A zone is what a name server knows: for each name addresses, CNAME and PTR targets, or one word of
// failure: "servfail", "servfail6" (for AAAA only), "refused", "formerr", "silence" (no answer), "garbage",
// "nodata" (the name exists, without records). Names that are not in it do not exist.
type zone map[string][]string

const (
	typeA     = 1
	typeCNAME = 5
	typePTR   = 12
	typeAAAA  = 28
)

// nameServer starts a name server at an address, port 0 for any, until the test ends. It returns where, and
// a function that tells how many queries came.
func nameServer(t testing.TB, at string, z zone) (server string, queries func() int) {
	t.Helper()
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
	must(t, "Socket", err)
	must(t, "Bind", socket.Bind(fd, socket.SockaddrIn(netip.MustParseAddrPort(at))))
	must(t, "Setsockopt", socket.Setsockopt(fd, socket.SO_RCVTIMEO, 20*time.Millisecond))
	addr, err := socket.Getsockname(fd)
	must(t, "Getsockname", err)

	var lock sync.Mutex
	count := 0
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		p := make([]byte, 1500)
		for {
			select {
			case <-stop:
				return
			default:
			}
			n, from, err := socket.Recvfrom(fd, p, 0)
			if err == unix.EAGAIN {
				continue
			}
			if err != nil {
				t.Errorf("name server: Recvfrom: %v", err)
				return
			}
			lock.Lock()
			count++
			lock.Unlock()
			if reply := z.answer(p[:n]); reply != nil {
				socket.Sendto(fd, reply, 0, from)
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-stopped; socket.Close(fd) })
	return addr.String(), func() int {
		lock.Lock()
		defer lock.Unlock()
		return count
	}
}

// answer is the reply to a query; nil for none. RFC 1035, section 4.
func (z zone) answer(query []byte) []byte {
	if len(query) < 12 {
		return nil
	}
	name, rest := "", query[12:]
	for len(rest) > 0 && rest[0] != 0 {
		n := int(rest[0])
		name += string(rest[1:1+n]) + "."
		rest = rest[1+n:]
	}
	name = strings.TrimSuffix(name, ".")
	question := query[12 : len(query)-len(rest)+5]
	asked := int(binary.BigEndian.Uint16(rest[1:]))

	var records []byte
	count, code := 0, 0
	add := func(owner string, typ int, data []byte) {
		records = appendName(records, owner)
		records = binary.BigEndian.AppendUint16(records, uint16(typ))
		records = binary.BigEndian.AppendUint16(records, 1) // IN
		records = binary.BigEndian.AppendUint32(records, 60)
		records = binary.BigEndian.AppendUint16(records, uint16(len(data)))
		records = append(records, data...)
		count++
	}
	values, ok := z[strings.ToLower(name)]
	if !ok {
		code = 3 // NXDOMAIN
	}
	for i := 0; i < len(values); i++ {
		v := values[i]
		a, err := netip.ParseAddr(v)
		switch {
		case err == nil && a.Is4() && asked == typeA:
			add(name, typeA, a.AsSlice())
		case err == nil && a.Is6() && asked == typeAAAA:
			add(name, typeAAAA, a.AsSlice())
		case err == nil, v == "nodata":
		case v == "silence":
			return nil
		case v == "garbage":
			return append(query[:2:2], "\x81\x80 no DNS at all"...)
		case v == "servfail", v == "servfail6" && asked == typeAAAA:
			code = 2
		case v == "servfail6":
		case v == "refused":
			code = 5
		case v == "formerr":
			code = 1
		case strings.HasSuffix(name, ".arpa"):
			if asked == typePTR {
				add(name, typePTR, appendName(nil, v))
			}
		default: // CNAME
			add(name, typeCNAME, appendName(nil, v))
			name, values, i = v, z[v], -1
			if values == nil {
				code = 3
			}
		}
	}
	reply := append(query[:2:2], 0x81, 0x80|byte(code), 0, 1, byte(count>>8), byte(count), 0, 0, 0, 0)
	return append(append(reply, question...), records...)
}

func appendName(b []byte, name string) []byte {
	for label := range strings.SplitSeq(name, ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	return append(b, 0)
}
