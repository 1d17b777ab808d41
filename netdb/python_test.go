//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb_test

// This file compares the package's answers with those of CPython, which asks the C library, on the same
// machine. A question is put to both; an answer is a line of text.

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/netdb"
)

// A question is a call with its arguments, and prints as one.
type question struct {
	Call                              string
	Node, Service                     string
	Family, Socktype, Protocol, Flags int
	Port                              int
}

func (q question) String() string {
	text, _ := json.Marshal(q)
	return string(text)
}

// python answers questions, a line of JSON each, with a line of text each.
const python = `
import ctypes, json, socket, sys

class addrinfo(ctypes.Structure): pass
addrinfo._fields_ = [(n, ctypes.c_int) for n in ('flags', 'family', 'socktype', 'protocol')] + [
    ('addrlen', ctypes.c_uint), ('addr', ctypes.POINTER(ctypes.c_ubyte)), ('canonname', ctypes.c_char_p),
    ('next', ctypes.POINTER(addrinfo))]
libc = ctypes.CDLL(None)

def raw(q):  # what CPython does not show: NULL hints, ai_flags
    hints = addrinfo(flags=q['Flags'], family=q['Family'], socktype=q['Socktype'], protocol=q['Protocol'])
    res = ctypes.POINTER(addrinfo)()
    e = libc.getaddrinfo(node(q), service(q), ctypes.byref(hints) if q['Port'] == 0 else None, ctypes.byref(res))
    if e:
        return 'EAI %d' % e
    out = []
    while res:
        ai = res.contents
        b = bytes(ai.addr[:ai.addrlen])
        out.append('%d %d %d %d %s %s' % (ai.flags, ai.family, ai.socktype, ai.protocol, (ai.canonname or b'').decode(), b.hex()))
        res = ai.next
    return '; '.join(out)

def node(q): return q['Node'].encode() or None
def service(q): return q['Service'].encode() or None

def address(sa): return ' '.join(map(str, sa))

def answer(q):
    call = q['Call']
    if call == 'getaddrinfo':
        list = socket.getaddrinfo(node(q), service(q), q['Family'], q['Socktype'], q['Protocol'], q['Flags'])
        return '; '.join('%d %d %d %s %s' % (f, t, p, c, address(sa)) for f, t, p, c, sa in list)
    if call == 'raw':
        return raw(q)
    if call == 'getnameinfo':
        sa = (q['Node'], q['Port'])
        if q['Family'] == socket.AF_INET6:
            sa += (0, q['Protocol'])  # flowinfo, scope_id
        return address(socket.getnameinfo(sa, q['Flags']))
    if call == 'rawname':  # addresses that are no tuple of CPython's
        b = bytes.fromhex(q['Node'])
        host, serv = ctypes.create_string_buffer(1025), ctypes.create_string_buffer(200)
        e = libc.getnameinfo(b, len(b), host, 1025, serv, 200, q['Flags'])
        return 'EAI %d' % e if e else '%s %s' % (host.value.decode(), serv.value.decode())
    if call == 'gai_strerror':
        libc.gai_strerror.restype = ctypes.c_char_p
        return libc.gai_strerror(q['Port']).decode()
    if call == 'getservbyname':
        return str(socket.getservbyname(q['Node'], *([q['Service']] if q['Service'] else [])))
    if call == 'getservbyport':
        return socket.getservbyport(q['Port'], *([q['Service']] if q['Service'] else []))
    if call == 'getprotobynumber':
        libc.getprotobynumber.restype = ctypes.POINTER(ctypes.c_char_p)
        p = libc.getprotobynumber(q['Port'])
        return p[0].decode() if p else 'none'
    if call == 'getprotobyname':
        return str(socket.getprotobyname(q['Node']))
    if call == 'gethostbyname':
        return socket.gethostbyname(node(q))
    if call == 'gethostbyname_ex':
        name, aliases, addrs = socket.gethostbyname_ex(node(q))
        return '%s %s %s' % (name, aliases, addrs)
    if call == 'gethostbyaddr':
        name, aliases, addrs = socket.gethostbyaddr(q['Node'])
        return '%s %s %s' % (name, aliases, addrs)
    if call == 'getfqdn':
        return socket.getfqdn(q['Node'])

for line in sys.stdin:
    try:
        a = answer(json.loads(line))
    except socket.gaierror as e:
        a = 'EAI %d' % e.errno
    except socket.herror as e:
        a = 'EAI %d' % {1: -2, 2: -3, 3: -4, 4: -5}[e.errno]
    except OSError as e:
        a = 'none' if 'not found' in str(e) else repr(e)
    except Exception as e:
        a = repr(e)
    print(a, flush=True)
`

// ask puts a question to the package.
func ask(ctx context.Context, q question) string {
	var answer string
	var err error
	switch q.Call {
	case "getaddrinfo", "raw":
		hints := &netdb.Addrinfo{Flags: q.Flags, Family: q.Family, Socktype: q.Socktype, Protocol: q.Protocol}
		if q.Call == "raw" && q.Port != 0 {
			hints = nil
		}
		var list []netdb.Addrinfo
		list, err = netdb.Getaddrinfo(ctx, q.Node, q.Service, hints)
		var lines []string
		for _, ai := range list {
			if q.Call == "raw" {
				lines = append(lines, fmt.Sprintf("%d %d %d %d %s %x", ai.Flags, ai.Family, ai.Socktype, ai.Protocol, ai.Canonname, ai.Addr.Bytes()))
			} else {
				lines = append(lines, fmt.Sprintf("%d %d %d %s %s", ai.Family, ai.Socktype, ai.Protocol, ai.Canonname, pythonAddr(ai.Addr)))
			}
		}
		answer = strings.Join(lines, "; ")
	case "getnameinfo":
		var host, service string
		host, service, err = netdb.Getnameinfo(ctx, sockaddr(q), q.Flags)
		answer = host + " " + service
	case "rawname":
		b, _ := hex.DecodeString(q.Node)
		addr, sockaddrErr := socket.SockaddrFrom(b)
		if sockaddrErr != nil {
			return "EAI -6"
		}
		var host, service string
		host, service, err = netdb.Getnameinfo(ctx, addr, q.Flags)
		answer = host + " " + service
	case "gai_strerror":
		answer = netdb.EAI(q.Port).Error()
	case "getprotobynumber":
		answer, err = netdb.Getprotobynumber(q.Port)
	case "getservbyname":
		var port int
		port, err = netdb.Getservbyname(q.Node, q.Service)
		answer = fmt.Sprint(port)
	case "getservbyport":
		answer, err = netdb.Getservbyport(q.Port, q.Service)
	case "getprotobyname":
		var proto int
		proto, err = netdb.Getprotobyname(q.Node)
		answer = fmt.Sprint(proto)
	case "gethostbyname", "gethostbyname_ex":
		var h netdb.Hostent
		h, err = netdb.Gethostbyname(ctx, q.Node)
		if err == nil && q.Call == "gethostbyname" {
			answer = h.AddrList[0].String()
		} else {
			answer = hostent(h)
		}
	case "gethostbyaddr":
		var h netdb.Hostent
		h, err = netdb.Gethostbyaddr(ctx, sockaddr(q).AddrPort().Addr())
		answer = hostent(h)
	case "getfqdn":
		answer = netdb.Getfqdn(ctx, q.Node)
	}
	var eai netdb.EAI
	switch {
	case err == nil:
		return answer
	case !errors.As(err, &eai):
		return err.Error()
	case strings.HasPrefix(q.Call, "getserv"), strings.HasPrefix(q.Call, "getproto"):
		return "none"
	}
	return fmt.Sprintf("EAI %d", int(eai))
}

// sockaddr is the address a question is about; its Protocol is the scope.
func sockaddr(q question) socket.Sockaddr {
	a, err := socket.InetPton(q.Family, q.Node)
	if err != nil {
		panic(err)
	}
	ap := addrPort(a, q.Port)
	if q.Family == socket.AF_INET {
		return socket.SockaddrIn(ap)
	}
	return socket.SockaddrIn6(ap, 0, uint32(q.Protocol))
}

// pythonAddr is an address as Python's tuple has it.
func pythonAddr(s socket.Sockaddr) string {
	ap := s.AddrPort()
	text := fmt.Sprintf("%s %d", socket.InetNtop(ap.Addr()), ap.Port())
	if s.Family() == socket.AF_INET6 {
		text += fmt.Sprintf(" %d %d", s.Flowinfo(), s.ScopeID())
	}
	return text
}

func hostent(h netdb.Hostent) string {
	quote := func(list []string) string {
		if len(list) == 0 {
			return "[]"
		}
		return "['" + strings.Join(list, "', '") + "']"
	}
	var addrs []string
	for _, a := range h.AddrList {
		addrs = append(addrs, a.String())
	}
	return fmt.Sprintf("%s %s %s", h.Name, quote(h.Aliases), quote(addrs))
}

// A difference is a question whose answer is not glibc's, and why.
type difference struct {
	why string
	is  func(q question) bool
}

// compare puts questions to both and wants equal answers, but for the differences given.
func compare(t *testing.T, questions []question, differences []difference) {
	t.Helper()
	path := testutil.Program(t, "python3")
	py := testutil.Start(t, exec.Command(path, "-c", python))
	equal, told := 0, make([]int, len(differences))
ask:
	for _, q := range questions {
		fmt.Fprintln(py.In, q)
		want := py.Line(t)
		got := ask(t.Context(), q)
		if got == want {
			equal++
			continue
		}
		for i, d := range differences {
			if d.is(q) {
				told[i]++
				continue ask
			}
		}
		t.Errorf("%v:\n  got %s\n want %s", q, got, want)
	}
	t.Logf("%d of %d answers are equal", equal, len(questions))
	for i, d := range differences {
		t.Logf("%d differ: %s", told[i], d.why)
		if told[i] == 0 {
			t.Errorf("no answer differs any more: %s", d.why)
		}
	}
}

var glibc = func() bool {
	out, _ := exec.Command("getconf", "GNU_LIBC_VERSION").Output()
	return strings.HasPrefix(string(out), "glibc")
}()

func needGlibc(t *testing.T) {
	if !glibc {
		t.Skip("compares with glibc")
	}
}

var families = []int{socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6}

// Numbers, and no node: no resolver is asked. All of them with all kinds of hints.
func TestGetaddrinfoAnswersAsCPython(t *testing.T) {
	needGlibc(t)
	var questions []question
	add := func(node, service string, family, socktype, protocol, flags int) {
		questions = append(questions, question{Call: "getaddrinfo", Node: node, Service: service,
			Family: family, Socktype: socktype, Protocol: protocol, Flags: flags | netdb.AI_NUMERICHOST})
	}
	nodes := []string{"", "*", "127.0.0.1", "1", "1.2", "1.2.3", "0x7f.1", "0X7f000001", "010.8.8.8", "017777777777", "4294967295",
		"4294967296", "1.16777215", "1.16777216", "1.2.65535", "1.2.65536", "256.1", "1.2.3.256", "1.2.3.4.5", "1.2.3.", ".1", "1..2", "08", "0x", "0b1", "0o7", "1_0",
		"+1", "-1", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4 x", "1.2.3.4%lo", "::", "::1", "2001:db8::1", "::1.2.3.4", "::ffff:1.2.3.4", "::ffff:7f00:1", "::ffff:1.2.3.04",
		"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8::", "1:2:3:4:5:6:7", "::12345", ":1", "1::2::3", "[::1]", "fe80::1", "fe80::1%lo", "fe80::1%1", "fe80::1%0",
		"fe80::1%99", "fe80::1%", "fe80::1%nosuch", "fe80::1%1x", "fe80::1%+1", "fe80::1%-1", "fe80::1%4294967295", "fe80::1%4294967296", "::1%lo", "::1%7",
		"ff02::1%lo", "ff01::1%lo", "ff05::1%lo", "::ffff:1.2.3.4%3", "FE80::ABCD%lo", "localhost", "a b", "ü"}
	services := []string{"", "*", "80", "0", "65535", "+80", "-0", " 80", "80 ", "\t80", "080", "0x50", "8a", "-1", "99999999999999999999", "65536", "65616", "http", "https", "www", "HTTP", "domain", "syslog", "ssh",
		"snmp", "tftp", "nosuch", "http/tcp"}
	for _, node := range nodes {
		for _, family := range families {
			for _, flags := range []int{0, netdb.AI_V4MAPPED, netdb.AI_V4MAPPED | netdb.AI_ALL, netdb.AI_PASSIVE, netdb.AI_CANONNAME, netdb.AI_CANONNAME | netdb.AI_IDN | netdb.AI_CANONIDN} {
				add(node, "80", family, socket.SOCK_STREAM, 0, flags)
			}
			add(node, "", family, 0, 0, 0)
		}
	}
	for _, service := range services {
		for _, socktype := range []int{0, socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_RDM, socket.SOCK_SEQPACKET, 6, 77, -1} {
			for _, protocol := range []int{0, socket.IPPROTO_TCP, socket.IPPROTO_UDP, 33, 132, 136, socket.IPPROTO_ICMP, 255, -1} {
				add("127.0.0.1", service, socket.AF_UNSPEC, socktype, protocol, 0)
			}
			add("::1", service, socket.AF_INET6, socktype, 0, netdb.AI_NUMERICSERV)
			add("", service, socket.AF_UNSPEC, socktype, 0, netdb.AI_PASSIVE)
		}
	}
	for _, family := range []int{0, socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, 99, -1} {
		for _, flags := range []int{0, 0x800, 0x1000, -1, netdb.AI_CANONNAME, netdb.AI_ADDRCONFIG, 0x100, 0x200, netdb.AI_IDN, netdb.AI_ALL} {
			add("127.0.0.1", "80", family, 0, 0, flags)
			add("", "80", family, 0, 0, flags)
			add("", "", family, 0, 0, flags)
		}
	}
	compare(t, questions, []difference{
		{"AI_IDN with a node that is not ASCII is EAI_IDN_ENCODE", func(q question) bool { return q.Node == "ü" && q.Flags&netdb.AI_IDN != 0 }},
		{"a service above 65535 is EAI_SERVICE", func(q question) bool { return strings.HasPrefix(q.Service, "65") }},
	})
}

// What CPython does not show goes to the C library itself: NULL hints, ai_flags, AF_UNIX names, the texts.
func TestOtherCallsAnswerAsCPython(t *testing.T) {
	needGlibc(t)
	var questions []question
	ask := func(q question) { questions = append(questions, q) }
	for _, node := range []string{"", "127.0.0.1", "::1", "fe80::1%lo", "1.2.3"} {
		for _, service := range []string{"", "80", "http", "nosuch"} {
			ask(question{Call: "raw", Node: node, Service: service, Port: 1})
			for _, flags := range []int{0, netdb.AI_PASSIVE, netdb.AI_CANONNAME, netdb.AI_NUMERICSERV, netdb.AI_V4MAPPED | netdb.AI_ALL} {
				ask(question{Call: "raw", Node: node, Service: service, Family: socket.AF_INET6, Flags: flags})
				ask(question{Call: "raw", Node: node, Service: service, Socktype: socket.SOCK_RAW, Protocol: 89, Flags: flags})
			}
		}
	}

	for _, a := range []string{"0.0.0.0", "127.0.0.1", "192.0.2.1", "255.255.255.255"} {
		for _, port := range []int{0, 53, 80, 514, 65535} {
			for flags := range 0x200 {
				ask(question{Call: "getnameinfo", Node: a, Family: socket.AF_INET, Port: port, Flags: flags | netdb.NI_NUMERICHOST})
			}
		}
	}
	for _, a := range []string{"::", "::1", "2001:db8::1", "fe80::1", "ff02::1", "ff01::1", "ff05::1", "::ffff:1.2.3.4", "::1.2.3.4", "::1:2", "1:0:0:2::"} {
		for _, scope := range []int{0, 1, 7, 1 << 20} {
			for _, flags := range []int{0, netdb.NI_NUMERICSERV, netdb.NI_NAMEREQD, netdb.NI_NOFQDN | netdb.NI_DGRAM} {
				ask(question{Call: "getnameinfo", Node: a, Family: socket.AF_INET6, Port: 514, Protocol: scope, Flags: flags | netdb.NI_NUMERICHOST})
			}
		}
	}
	un, _ := socket.SockaddrUn("/run/x")
	unnamed, _ := socket.SockaddrUn("")
	for _, b := range [][]byte{nil, un.Bytes(), unnamed.Bytes(), socket.SockaddrUnspec().Bytes(), socket.SockaddrIn(addrPort(loopback, 80)).Bytes()[:15],
		socket.SockaddrIn6(addrPort(loopback, 80), 0, 0).Bytes()[:23], {99, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}} {
		for _, flags := range []int{0, netdb.NI_NUMERICHOST, netdb.NI_NAMEREQD, netdb.NI_NAMEREQD | netdb.NI_NUMERICHOST, netdb.NI_NUMERICSERV, 0x100} {
			ask(question{Call: "rawname", Node: hex.EncodeToString(b), Flags: flags})
		}
	}

	names := []string{"http", "www", "HTTP", "domain", "syslog", "ssh", "nosuch", "80", "ip", "IP", "tcp", "TCP", "Tcp", "udp", "icmp", "ipv6-icmp", "IPv6-ICMP", "sctp", "#", "http/tcp", "ntp", "sunrpc", "x11"}
	protos := []string{"", "tcp", "udp", "sctp", "TCP", "nosuch"}
	for _, name := range names {
		ask(question{Call: "getprotobyname", Node: name})
		for _, proto := range protos {
			ask(question{Call: "getservbyname", Node: name, Service: proto})
		}
	}
	for port := range 1000 {
		for _, proto := range protos[:3] {
			ask(question{Call: "getservbyport", Port: port, Service: proto})
		}
		if port < 300 {
			ask(question{Call: "getprotobynumber", Port: port - 10})
			ask(question{Call: "gai_strerror", Port: port - 200})
		}
	}
	compare(t, questions, nil)
}
