package netdb_test

// This file holds the tests that have a network of their own: namespaces with their own addresses,
// /etc/hosts, /etc/resolv.conf and name server, so that C's resolver and ours answer from the same.

import (
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/netdb"
)

const privateHosts = `
127.0.0.1	localhost
127.0.1.1	myhost.example.test myhost
192.0.2.7	official.test alias1 alias2.test # a comment
2001:db8::7	official6.test alias6
192.0.2.8	two.test
192.0.2.9	two.test
192.0.2.10	mixed.test
2001:db8:1::10	mixed.test
192.0.2.11	UPPER.test
`

const privateNet = `
ip link set lo up
ip link add va type veth peer name vb
ip addr add 192.0.2.2/24 dev va
ip addr add 10.9.0.2/16 dev va
ip addr add 2001:db8:1::2/64 dev va nodad
ip addr add fd00:1::2/64 dev va nodad
ip addr add fd00:2::2/64 dev va nodad preferred_lft 0
ip link set va up; ip link set vb up
ip route add default via 192.0.2.1
ip route add default via 2001:db8:1::1
ip addr add fe80::7/64 dev va nodad
hostname myhost
`

// private runs the rest of the test in namespaces of its own, in a process of its own; there it returns true.
func private(t *testing.T, network string) bool {
	t.Helper()
	if os.Getenv("NETDB_TEST_PRIVATE") != "" {
		return true
	}
	unshare := testutil.Program(t, "unshare")
	testutil.Program(t, "ip")
	apart := []string{"--net", "--mount", "--uts"}
	if os.Geteuid() != 0 {
		apart = append(apart, "--map-root-user")
	}
	if out, err := exec.Command(unshare, append(apart, "true")...).CombinedOutput(); err != nil {
		t.Skipf("needs namespaces of its own: %s", out)
	}
	self, err := os.Executable()
	must(t, "Executable", err)
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		must(t, "WriteFile", os.WriteFile(name, []byte(text), 0o644))
		return name
	}
	script := fmt.Sprintf("set -e\n%s\nmount --bind %s /etc/hosts\nmount --bind %s /etc/resolv.conf\nexec %s -test.run '^%s$' -test.v\n", network,
		write("hosts", privateHosts), write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"), self, t.Name())
	cmd := exec.Command(unshare, append(apart, "sh", "-c", script)...)
	cmd.Env = append(os.Environ(), "NETDB_TEST_PRIVATE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("in its own namespaces: %v", err)
	}
	t.Logf("%s", out)
	return false
}

var privateZone = zone{
	"a.test":            {"192.0.2.20"},
	"aaaa.test":         {"2001:db8::20"},
	"both.test":         {"192.0.2.21", "2001:db8:1::21"},
	"several.test":      {"192.0.2.30", "192.0.2.33", "192.0.2.31", "192.0.2.32"},
	"alias.dns.test":    {"both.test"},
	"chain.dns.test":    {"alias.dns.test"},
	"dangling.dns.test": {"nosuch.dns.test"},
	"nodata.test":       {"nodata"},
	"servfail.test":     {"servfail"},
	"refused.test":      {"refused"},
	"formerr.test":      {"formerr"},
	"half.test":         {"192.0.2.24", "servfail6"},
	"silence.test":      {"silence"},
	"garbage.test":      {"garbage"},
	"256.1.1.1":         {"192.0.2.22"},
	"under_score.test":  {"192.0.2.23"},
	"localhost":         {"2001:db8::99"},

	"20.2.0.192.in-addr.arpa": {"ptr.test"},
	"21.2.0.192.in-addr.arpa": {"first.test", "second.test"},
	"22.2.0.192.in-addr.arpa": {"servfail"},
	"23.2.0.192.in-addr.arpa": {"friend.example.test"},
	"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa": {"loopback.test"},
}

func TestHostNamesAnswerAsCPython(t *testing.T) {
	needGlibc(t)
	if !private(t, privateNet) {
		return
	}
	nameServer(t, "127.0.0.1:53", privateZone)
	var questions []question
	for _, node := range []string{"localhost", "LOCALHOST", "localhost.", "myhost", "official.test", "alias1", "alias2.test", "official6.test", "alias6", "two.test", "mixed.test", "upper.test",
		"a.test", "a.test.", "A.TEST", "aaaa.test", "both.test", "several.test", "alias.dns.test", "chain.dns.test", "dangling.dns.test", "nodata.test", "nosuch.test", "nosuch",
		"servfail.test", "half.test", "refused.test", "formerr.test", "silence.test", "garbage.test", "256.1.1.1", "under_score.test", "a b", "-a.test", "a..test", ".", "ü.test", "fe80::1%nosuch", "1.2.3.4 "} {
		for _, family := range families {
			for _, flags := range []int{0, netdb.AI_CANONNAME, netdb.AI_V4MAPPED, netdb.AI_V4MAPPED | netdb.AI_ALL, netdb.AI_ADDRCONFIG} {
				if (node == "silence.test" || node == "garbage.test") && (flags != 0 || family != 0) {
					continue // they take a second
				}
				questions = append(questions, question{Call: "getaddrinfo", Node: node, Service: "80", Family: family, Socktype: socket.SOCK_STREAM, Flags: flags})
			}
		}
		if node == "silence.test" || node == "garbage.test" {
			continue
		}
		if node == "a..test" || node == "." || strings.HasPrefix(node, "fe80") {
			continue // CPython itself refuses them
		}
		questions = append(questions,
			question{Call: "raw", Node: node, Service: "http", Port: 1},
			question{Call: "gethostbyname", Node: node},
			question{Call: "gethostbyname_ex", Node: node},
			question{Call: "getfqdn", Node: node})
	}
	for _, a := range []struct {
		node   string
		family int
	}{{"127.0.0.1", socket.AF_INET}, {"127.0.1.1", socket.AF_INET}, {"192.0.2.7", socket.AF_INET}, {"192.0.2.20", socket.AF_INET}, {"192.0.2.21", socket.AF_INET}, {"192.0.2.22", socket.AF_INET},
		{"192.0.2.23", socket.AF_INET}, {"192.0.2.99", socket.AF_INET}, {"::1", socket.AF_INET6}, {"2001:db8::7", socket.AF_INET6}, {"2001:db8::99", socket.AF_INET6}} {
		for _, flags := range []int{0, netdb.NI_NAMEREQD, netdb.NI_NOFQDN, netdb.NI_DGRAM, netdb.NI_NUMERICSERV, netdb.NI_IDN, netdb.NI_NUMERICHOST, netdb.NI_NUMERICHOST | netdb.NI_NAMEREQD} {
			questions = append(questions, question{Call: "getnameinfo", Node: a.node, Family: a.family, Port: 514, Flags: flags})
		}
		questions = append(questions, question{Call: "gethostbyaddr", Node: a.node, Family: a.family})
	}
	named := func(call string, nodes ...string) func(q question) bool {
		return func(q question) bool {
			return (call == "" || q.Call == call) && slices.Contains(nodes, strings.ToLower(q.Node))
		}
	}
	compare(t, questions, []difference{
		{"a name in /etc/hosts is not asked of DNS for the other family", func(q question) bool { return strings.EqualFold(q.Node, "localhost") && q.Family == socket.AF_INET6 }},
		{"of aliases gethostbyname knows only the one it was asked for", named("gethostbyname_ex", "official.test", "alias1", "alias2.test", "chain.dns.test")},
		{"gethostbyname sorts its addresses", named("gethostbyname_ex", "several.test")},
		{"official names of /etc/hosts come in lower case", named("", "upper.test")},
		{"a name server's FORMERR is EAI_AGAIN", named("", "formerr.test")},
		{"names of digits and dots only are not asked for", named("", "256.1.1.1")},
		{"gethostbyaddr gives all names that DNS has", named("gethostbyaddr", "192.0.2.21")},
	})
}

// The order of several addresses, from all corners of RFC 3484's tables.
func TestAddressesAreSortedAsByGlibc(t *testing.T) {
	needGlibc(t)
	if !private(t, privateNet) {
		return
	}
	pool := []string{"127.0.0.1", "127.0.0.5", "192.0.2.2", "192.0.2.9", "192.0.2.200", "10.9.0.3", "10.9.3.4", "10.10.0.1", "8.8.8.8", "169.254.3.3", "224.0.0.1", "255.255.255.255",
		"::1", "fe80::1", "fe80::7", "fd00:1::3", "fd00:2::9", "fd00:3::1", "2001:db8:1::2", "2001:db8:1::9", "2001:db8:2::1", "2002:c000:0204::1", "2001::1", "fec0::1", "ff02::1", "ff0e::1", "::192.0.2.4", "64:ff9b::1"}
	random := rand.New(rand.NewSource(1))
	z, questions := zone{}, []question(nil)
	for i := range 300 {
		name := fmt.Sprintf("n%d.test", i)
		random.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		z[name] = append([]string(nil), pool[:2+random.Intn(8)]...)
		questions = append(questions, question{Call: "getaddrinfo", Node: name, Service: "80"})
	}
	z["tie.test"] = []string{"fd00:1::9", "2001:db8:1::9"} // each has 124 bits in common with its source
	questions = append(questions, question{Call: "getaddrinfo", Node: "tie.test", Service: "80"})
	nameServer(t, "127.0.0.1:53", z)
	compare(t, questions, []difference{
		{"ties are ordered by Go's resolver", func(q question) bool { return q.Node == "tie.test" }},
	})
}

// AI_ADDRCONFIG, NULL hints and the wildcards, by what addresses there are.
func TestAddrconfigAsByGlibc(t *testing.T) {
	needGlibc(t)
	for name, network := range map[string]string{
		"nothing":   "true",
		"loopback":  "ip link set lo up",
		"loopback4": "sysctl -qw net.ipv6.conf.all.disable_ipv6=1; ip link set lo up",
		"127.0.0.2": "ip link set lo up; ip addr add 127.0.0.2/8 dev lo",
		"IPv4":      "ip link set lo up; ip addr add 192.0.2.1/32 dev lo",
		"IPv6":      "ip link set lo up; ip addr add 2001:db8::1/128 dev lo nodad",
		"both":      "ip link set lo up; ip addr add 192.0.2.1/32 dev lo; ip addr add 2001:db8::1/128 dev lo nodad",
		"down":      "ip link add va type veth peer name vb; ip addr add 192.0.2.1/24 dev va",
	} {
		t.Run(name, func(t *testing.T) {
			if !private(t, network) {
				return
			}
			var questions []question
			for _, node := range []string{"", "127.0.0.1", "::1", "192.0.2.1", "2001:db8::1", "mixed.test"} {
				questions = append(questions, question{Call: "raw", Node: node, Service: "80", Port: 1})
				for _, family := range families {
					if node == "mixed.test" && family == socket.AF_UNSPEC && (name == "IPv4" || name == "IPv6") {
						continue // C looks up the one family, and asks DNS, which there is none of
					}
					for _, flags := range []int{netdb.AI_ADDRCONFIG, netdb.AI_ADDRCONFIG | netdb.AI_V4MAPPED, netdb.AI_PASSIVE, 0} {
						questions = append(questions, question{Call: "getaddrinfo", Node: node, Service: "80", Family: family, Flags: flags})
					}
				}
			}
			compare(t, questions, nil)
		})
	}
}
