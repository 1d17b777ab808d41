package sockinfo_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/sockinfo"
)

// An ssRow is what a line of ss(8) and an Entry both say.
type ssRow struct {
	Netid, State, Shutdown, Timer string
	Recvq, Sendq                  uint32
	Local, Peer                   netip.AddrPort
	Path, Dev                     string
	UID                           uint32
	Inode, Peerino, Cookie        uint64
	Congestion, ULP               string
	V6only                        bool
	Mark                          uint32
	Memory                        socket.MemInfo
	Pending                       int
}

// ssRows runs ss in the test's namespace.
func ssRows(t *testing.T) map[string]ssRow {
	t.Helper()
	out, err := exec.Command(testutil.Program(t, "ss"), "-tuxManeimOH").Output()
	must(t, "ss", err)
	controls, err := os.ReadFile("/proc/sys/net/ipv4/tcp_available_congestion_control")
	must(t, "ReadFile", err)
	rows := map[string]ssRow{}
	for line := range strings.Lines(string(out)) {
		r := ssRow{}
		f := strings.Fields(line)
		r.Netid, r.State = f[0], f[1]
		r.Recvq, r.Sendq = uint32(number(t, f[2])), uint32(number(t, f[3]))
		if strings.HasPrefix(r.Netid, "u_") {
			r.Path, r.Inode, r.Peerino = f[4], number(t, f[5]), number(t, f[7])
			if r.Path == "*" {
				r.Path = ""
			}
			if path, dev, ok := strings.Cut(line, " peers:"); ok {
				line = path
				r.Pending = len(strings.Fields(dev))
				f = strings.Fields(line)
			}
			f = slices.DeleteFunc(f, func(s string) bool { return strings.HasPrefix(s, "ino:") }) // the file's
		} else {
			r.Local, r.Dev = ssAddr(t, f[4])
			r.Peer, _ = ssAddr(t, f[5])
			f = f[2:]
		}
		for _, word := range f[4:] {
			key, value, _ := strings.Cut(word, ":")
			switch {
			case key == "uid":
				r.UID = uint32(number(t, value))
			case key == "ino":
				r.Inode = number(t, value)
			case key == "sk":
				r.Cookie = number(t, "0x"+value)
			case key == "v6only":
				r.V6only = value == "1"
			case key == "fwmark":
				r.Mark = uint32(number(t, value))
			case key == "timer":
				r.Timer, _, _ = strings.Cut(strings.TrimPrefix(value, "("), ",")
			case key == "skmem":
				_, err := fmt.Sscanf(value, "(r%d,rb%d,t%d,tb%d,f%d,w%d,o%d,bl%d,d%d)", &r.Memory.Rmem_alloc, &r.Memory.Rcvbuf, &r.Memory.Wmem_alloc, &r.Memory.Sndbuf,
					&r.Memory.Fwd_alloc, &r.Memory.Wmem_queued, &r.Memory.Optmem, &r.Memory.Backlog, &r.Memory.Drops)
				must(t, value, err)
			case len(word) == 3 && word[1] == '-':
				r.Shutdown = word
			case strings.HasPrefix(word, "tcp-ulp-"):
				r.ULP = strings.TrimPrefix(word, "tcp-ulp-")
			case value == "" && slices.Contains(strings.Fields(string(controls)), word):
				r.Congestion = word
			}
		}
		rows[fmt.Sprint(r.Netid, r.Inode, r.Cookie)] = r
	}
	return rows
}

func number(t *testing.T, s string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(s, 0, 64)
	must(t, "ParseUint", err)
	return n
}

// ssAddr reads 127.0.0.1%lo:80, [::1]:80 and *:*.
func ssAddr(t *testing.T, s string) (netip.AddrPort, string) {
	t.Helper()
	i := strings.LastIndexByte(s, ':')
	host, port := s[:i], s[i+1:]
	host, dev, _ := strings.Cut(host, "%")
	if host == "*" {
		host = "::"
	}
	if port == "*" {
		port = "0"
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	must(t, s, err)
	return netip.AddrPortFrom(addr, uint16(number(t, port))), dev
}

var ssStates = map[socket.TCPState]string{socket.TCP_ESTABLISHED: "ESTAB", socket.TCP_SYN_SENT: "SYN-SENT", socket.TCP_SYN_RECV: "SYN-RECV", socket.TCP_FIN_WAIT1: "FIN-WAIT-1",
	socket.TCP_FIN_WAIT2: "FIN-WAIT-2", socket.TCP_TIME_WAIT: "TIME-WAIT", socket.TCP_CLOSE: "UNCONN", socket.TCP_CLOSE_WAIT: "CLOSE-WAIT", socket.TCP_LAST_ACK: "LAST-ACK",
	socket.TCP_LISTEN: "LISTEN", socket.TCP_CLOSING: "CLOSING"}

// listRows is what List says of the same.
func listRows(t *testing.T) map[string]ssRow {
	t.Helper()
	rows := map[string]ssRow{}
	f := sockinfo.Filter{Families: []sockinfo.Domain{socket.AF_INET, socket.AF_INET6, socket.AF_UNIX},
		Protocols: []sockinfo.Protocol{socket.IPPROTO_TCP, socket.IPPROTO_UDP, socket.IPPROTO_MPTCP}}
	for e, err := range sockinfo.List(f) {
		if f.Protocols[2] == socket.IPPROTO_MPTCP && errors.Is(err, unix.ENOENT) {
			continue // a kernel without it
		}
		must(t, "List", err)
		r := ssRow{State: ssStates[e.State], Recvq: e.Recvq, Sendq: e.Sendq, UID: e.UID, Inode: e.Inode, Congestion: e.Congestion, ULP: e.ULP, V6only: e.V6only, Mark: e.Mark}
		if e.Memory != nil {
			r.Memory = *e.Memory
		}
		if e.Domain == socket.AF_UNIX {
			r.Netid = map[sockinfo.Type]string{socket.SOCK_STREAM: "u_str", socket.SOCK_DGRAM: "u_dgr", socket.SOCK_SEQPACKET: "u_seq"}[e.Type]
			r.Path, r.Peerino, r.Pending = strings.Replace(e.Local.Path(), "\x00", "@", 1), e.PeerInode, len(e.Pending)
			r.UID = 0 // ss does not show it
		} else {
			r.Netid = strings.ToLower(strings.TrimPrefix(e.Protocol.String(), "IPPROTO_"))
			r.Local, r.Peer, r.Cookie = withoutZone(e.Local), withoutZone(e.Peer), e.Cookie
			if e.Interface != 0 {
				r.Dev, _ = socket.IfIndextoname(e.Interface)
			}
		}
		if e.Timer != sockinfo.TimerOff {
			r.Timer = e.Timer.String()
		}
		if e.State != socket.TCP_TIME_WAIT && e.State != socket.TCP_SYN_RECV {
			r.Shutdown = [...]string{"<->", "-->", "<--", "---"}[e.Shutdown]
		}
		key := fmt.Sprint(r.Netid, r.Inode, r.Cookie)
		if old, twice := rows[key]; twice {
			t.Errorf("List tells of %+v twice: %+v", old, r)
		}
		rows[key] = r
	}
	return rows
}

func withoutZone(s socket.Sockaddr) netip.AddrPort {
	return netip.AddrPortFrom(s.AddrPort().Addr().WithZone(""), s.AddrPort().Port())
}

// stuff sends until the peer's buffer and the own are full, and then closes that direction: the FIN has to wait.
func stuff(t testing.TB, fd int) {
	t.Helper()
	for err := error(nil); err == nil; {
		_, err = socket.Send(fd, make([]byte, 1<<16), socket.MSG_DONTWAIT)
		if err != nil && err != unix.EAGAIN {
			t.Fatalf("Send: %v", err)
		}
	}
	must(t, "Shutdown", socket.Shutdown(fd, socket.SHUT_WR))
}

// everySocket makes sockets in every state there is.
func everySocket(t *testing.T) {
	t.Helper()
	addrOnLo(t, "fe80::7/64")
	pair := func(domain int, addr socket.Sockaddr) (c, a int) {
		l := listen(t, domain, 0, addr, 8)
		must(t, "SO_RCVBUF", socket.Setsockopt(l, socket.SO_RCVBUF, 4096))
		c = open(t, domain, socket.SOCK_STREAM, 0)
		must(t, "SO_SNDBUF", socket.Setsockopt(c, socket.SO_SNDBUF, 4096))
		must(t, "SO_RCVBUF", socket.Setsockopt(c, socket.SO_RCVBUF, 4096))
		must(t, "Connect to "+name(t, l).String(), socket.Connect(c, name(t, l)))
		return c, accept(t, l)
	}
	// LISTEN, with clients that wait, on all addresses of both families, of IPv6 alone, on one link.
	l := listen(t, socket.AF_INET, 0, in("127.0.0.1:0"), 5)
	connect(t, socket.AF_INET, socket.SOCK_STREAM, 0, name(t, l))
	l6 := listen(t, socket.AF_INET6, 0, in("[::]:0"), 6)
	connect(t, socket.AF_INET, socket.SOCK_STREAM, 0, in(fmt.Sprintf("127.0.0.1:%d", name(t, l6).AddrPort().Port())))
	v6 := open(t, socket.AF_INET6, socket.SOCK_STREAM, 0)
	must(t, "IPV6_V6ONLY", socket.Setsockopt(v6, socket.IPV6_V6ONLY, true))
	must(t, "Listen", socket.Listen(v6, 1))
	local, err := socket.ParseSockaddr("[fe80::7%lo]:0")
	must(t, "ParseSockaddr", err)
	ll := listen(t, socket.AF_INET6, 0, local, 1)
	connect(t, socket.AF_INET6, socket.SOCK_STREAM, 0, name(t, ll))

	// ESTABLISHED, with data, marks, a congestion control.
	c, _ := pair(socket.AF_INET6, in("[::1]:0"))
	must(t, "TCP_CONGESTION", socket.Setsockopt(c, socket.TCP_CONGESTION, "reno"))
	must(t, "SO_MARK", socket.Setsockopt(c, socket.SO_MARK, 7))
	_, err = socket.Send(c, []byte("hello"), 0)
	must(t, "Send", err)
	// FIN_WAIT2 and CLOSE_WAIT.
	c, _ = pair(socket.AF_INET, in("127.0.0.1:0"))
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	// FIN_WAIT1, and one that no process has.
	c, _ = pair(socket.AF_INET, in("127.0.0.1:0"))
	stuff(t, c)
	l = listen(t, socket.AF_INET, 0, in("127.0.0.1:0"), 5)
	must(t, "SO_RCVBUF", socket.Setsockopt(l, socket.SO_RCVBUF, 4096))
	gone, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Socket", err)
	must(t, "Connect", socket.Connect(gone, name(t, l)))
	stuff(t, gone)
	socket.Close(gone)
	// LAST_ACK.
	c, a := pair(socket.AF_INET, in("127.0.0.1:0"))
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	testutil.Eventually(t, "CLOSE_WAIT", func() bool { return state(a) == socket.TCP_CLOSE_WAIT })
	stuff(t, a)
	// CLOSING.
	c, a = pair(socket.AF_INET, in("127.0.0.1:0"))
	stuff(t, c)
	must(t, "Shutdown", socket.Shutdown(a, socket.SHUT_WR))
	testutil.Eventually(t, "CLOSING", func() bool { return state(c) == socket.TCP_CLOSING })
	// TIME_WAIT.
	c, a = pair(socket.AF_INET, in("127.0.0.1:0"))
	must(t, "Shutdown", socket.Shutdown(c, socket.SHUT_WR))
	must(t, "Shutdown", socket.Shutdown(a, socket.SHUT_WR))
	// SYN_RECV: the server waits for data.
	l = listen(t, socket.AF_INET, 0, in("127.0.0.1:0"), 5)
	must(t, "TCP_DEFER_ACCEPT", socket.Setsockopt(l, socket.TCP_DEFER_ACCEPT, 30*time.Second))
	connect(t, socket.AF_INET, socket.SOCK_STREAM, 0, name(t, l))
	// SYN_SENT: the server's queue is full.
	l = listen(t, socket.AF_INET, 0, in("127.0.0.1:0"), 0)
	connect(t, socket.AF_INET, socket.SOCK_STREAM, 0, name(t, l))
	c = open(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "SetNonblock", socket.SetNonblock(c, true))
	if err := socket.Connect(c, name(t, l)); err != unix.EINPROGRESS {
		t.Fatalf("Connect to a full queue: %v", err)
	}
	// MPTCP, where there is: its subflows are TCP sockets too.
	if m, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP); err == nil {
		t.Cleanup(func() { socket.Close(m) })
		must(t, "Bind", socket.Bind(m, in("127.0.0.1:0")))
		must(t, "Listen", socket.Listen(m, 4))
		connect(t, socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP, name(t, m))
	}

	// UDP: unconnected, connected, with a datagram, on a device, another user's.
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0", "0.0.0.0:0", "[::]:0"} {
		domain := socket.AF_INET
		if strings.HasPrefix(addr, "[") {
			domain = socket.AF_INET6
		}
		u := open(t, domain, socket.SOCK_DGRAM, 0)
		must(t, "Bind", socket.Bind(u, in(addr)))
	}
	u := open(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
	must(t, "SO_BINDTODEVICE", socket.Setsockopt(u, socket.SO_BINDTODEVICE, "lo"))
	must(t, "Bind", socket.Bind(u, in("127.0.0.1:0")))
	unix.Setfsuid(12345)
	u2 := open(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
	unix.Setfsuid(0)
	must(t, "Connect", socket.Connect(u2, name(t, u)))
	_, err = socket.Send(u2, []byte("hello"), 0)
	must(t, "Send", err)

	// AF_UNIX: named, abstract and unnamed, with clients that wait, with data, of every type, and half closed.
	for _, path := range []string{filepath.Join(t.TempDir(), "s"), "\x00abstract"} {
		addr, err := socket.SockaddrUn(path)
		must(t, "SockaddrUn", err)
		listen(t, socket.AF_UNIX, 0, addr, 3)
		for range 2 {
			connect(t, socket.AF_UNIX, socket.SOCK_STREAM, 0, addr)
		}
		d, err := socket.SockaddrUn(path + ".dgram")
		must(t, "SockaddrUn", err)
		must(t, "Bind", socket.Bind(open(t, socket.AF_UNIX, socket.SOCK_DGRAM, 0), d))
		dc := connect(t, socket.AF_UNIX, socket.SOCK_DGRAM, 0, d)
		_, err = socket.Send(dc, []byte("hello"), 0)
		must(t, "Send", err)
	}
	for _, typ := range []int{socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET} {
		open(t, socket.AF_UNIX, typ, 0)
		p, err := socket.Socketpair(socket.AF_UNIX, typ, 0)
		must(t, "Socketpair", err)
		t.Cleanup(func() { socket.Close(p[0]); socket.Close(p[1]) })
		_, err = socket.Send(p[0], []byte("hello"), 0)
		must(t, "Send", err)
		if typ == socket.SOCK_STREAM {
			must(t, "Shutdown", socket.Shutdown(p[0], socket.SHUT_WR))
		}
	}
}

func state(fd int) socket.TCPState {
	info, _ := socket.Getsockopt(fd, socket.TCP_INFO)
	return info.State
}

func TestListTellsWhatSsTells(t *testing.T) {
	testutil.NotUnderQEMU(t, "sock_diag")
	testutil.Program(t, "ss")
	testutil.NewNetns(t)
	everySocket(t)
	diff := ""
	for range 20 { // of sockets that send again and probe, numbers may change in between
		want, got := ssRows(t), listRows(t)
		if diff = cmp.Diff(want, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff == "" {
			states := map[string]int{}
			for _, r := range got {
				states[r.Netid+" "+r.State]++
			}
			for _, s := range []string{"tcp LISTEN", "tcp ESTAB", "tcp FIN-WAIT-1", "tcp FIN-WAIT-2", "tcp CLOSE-WAIT", "tcp LAST-ACK", "tcp CLOSING", "tcp TIME-WAIT", "tcp SYN-SENT",
				"tcp SYN-RECV", "udp UNCONN", "udp ESTAB", "u_str LISTEN", "u_str ESTAB", "u_str UNCONN", "u_dgr UNCONN", "u_dgr ESTAB", "u_seq ESTAB"} {
				if states[s] == 0 {
					t.Errorf("no socket is %s: the test proves less than it says", s)
				}
			}
			t.Logf("%d sockets: %v", len(got), slices.Sorted(maps.Keys(states)))
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("List differs from ss (-ss +List)\n%s", diff)
}

func find(t testing.TB, fd int) sockinfo.Entry {
	t.Helper()
	e, err := sockinfo.Find(fd)
	must(t, "Find", err)
	return e
}

func TestFindJoinsADescriptorToItsEntry(t *testing.T) {
	testutil.NotUnderQEMU(t, "sock_diag")
	testutil.NewNetns(t)
	l := listen(t, socket.AF_INET, 0, in("127.0.0.1:0"), 5)
	same := open(t, socket.AF_INET, socket.SOCK_STREAM, 0) // another listener at the same port
	must(t, "SO_REUSEPORT", socket.Setsockopt(same, socket.SO_REUSEPORT, true))
	other := open(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "SO_REUSEPORT", socket.Setsockopt(other, socket.SO_REUSEPORT, true))
	must(t, "Bind", socket.Bind(same, in("127.0.0.1:7000")))
	must(t, "Bind", socket.Bind(other, in("127.0.0.1:7000")))
	must(t, "Listen", socket.Listen(same, 1))
	must(t, "Listen", socket.Listen(other, 1))
	c := connect(t, socket.AF_INET, socket.SOCK_STREAM, 0, name(t, l))
	a := accept(t, l)
	must(t, "IP_TOS", socket.Setsockopt(c, socket.IP_TOS, 0x10))
	must(t, "IP_FREEBIND", socket.Setsockopt(c, socket.IP_FREEBIND, true))
	must(t, "IP_RECVERR", socket.Setsockopt(c, socket.IP_RECVERR, true))
	udp := open(t, socket.AF_INET6, socket.SOCK_DGRAM, 0)
	must(t, "Bind", socket.Bind(udp, in("[::1]:0")))
	must(t, "IPV6_TCLASS", socket.Setsockopt(udp, socket.IPV6_TCLASS, 0x20))
	odd, err := socket.SockaddrUn("\x00 a\xff\x00b\n\x00")
	must(t, "SockaddrUn", err)
	ul := listen(t, socket.AF_UNIX, 0, odd, 2)
	unix.Setfsuid(12345)
	uc := open(t, socket.AF_UNIX, socket.SOCK_STREAM, 0)
	unix.Setfsuid(0)
	must(t, "Connect", socket.Connect(uc, odd))
	file, err := socket.SockaddrUn(filepath.Join(t.TempDir(), "s"))
	must(t, "SockaddrUn", err)
	ud := open(t, socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	must(t, "Bind", socket.Bind(ud, file))

	fds := []int{l, same, other, c, a, udp, ul, uc, ud}
	if lite, err := socket.Socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDPLITE); err == nil { // gone by 7.2
		t.Cleanup(func() { socket.Close(lite) })
		must(t, "Bind", socket.Bind(lite, in("127.0.0.1:0")))
		fds = append(fds, lite)
	}
	if m, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP); err == nil {
		t.Cleanup(func() { socket.Close(m) })
		must(t, "Bind", socket.Bind(m, in("127.0.0.1:0")))
		must(t, "Listen", socket.Listen(m, 4))
		mc := connect(t, socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP, name(t, m))
		info, err := socket.Getsockopt(mc, socket.MPTCP_INFO)
		must(t, "MPTCP_INFO", err)
		if e := find(t, mc); e.Cookie != of(t, mc).Cookie || e.Protocol != socket.IPPROTO_MPTCP || e.TCP != nil || e.MPTCP == nil || e.MPTCP.Token != info.Token || e.MPTCP.Token == 0 {
			t.Errorf("of MPTCP: %+v, MPTCP_INFO is %+v", e, info)
		}
	}
	for _, fd := range fds {
		e, i := find(t, fd), of(t, fd)
		if e.Cookie != i.Cookie || e.Inode != i.Inode || e.Domain != i.Domain || e.Type != i.Type || e.Protocol != i.Protocol || e.State != i.State || e.Local != i.Local {
			t.Errorf("Find and Of differ:\n%s\n%s\n%+v", e, i, e)
		}
		if e.Domain != socket.AF_UNIX && i.Peer.Len() > 0 && e.Peer != i.Peer {
			t.Errorf("Peer is %v, want %v", e.Peer, i.Peer)
		}
		if e.Memory == nil || *e.Memory != i.Memory {
			t.Errorf("%s: Memory is %+v, want %+v", e, e.Memory, i.Memory)
		}
		if i.TCP != nil && (e.TCP == nil || e.TCP.State != i.TCP.State || e.TCP.Snd_mss != i.TCP.Snd_mss || e.TCP.Segs_out != i.TCP.Segs_out || e.TCPLen != i.TCPLen) {
			t.Errorf("%s: TCP is %+v, %d bytes, want %+v, %d bytes", e, e.TCP, e.TCPLen, i.TCP, i.TCPLen)
		}
		if name, ok := i.Option("TCP_CONGESTION"); ok && e.Congestion != name {
			t.Errorf("%s: Congestion is %q, want %q", e, e.Congestion, name)
		}
	}
	if e := find(t, c); e.TOS != 0x10 || e.Sockopt == nil || !e.Sockopt.Freebind || !e.Sockopt.Recverr || !e.Sockopt.Is_icsk || e.Sockopt.Transparent || !e.Sockopt.Mc_loop {
		t.Errorf("TOS is %#x and Sockopt %+v", e.TOS, e.Sockopt)
	}
	v6only, err := socket.Getsockopt(udp, socket.IPV6_V6ONLY)
	must(t, "IPV6_V6ONLY", err)
	if e := find(t, udp); e.TClass != 0x20 || e.V6only != v6only {
		t.Errorf("TClass is %#x, V6only %v, want %v", e.TClass, e.V6only, v6only)
	}
	if e, client := find(t, ul), find(t, uc); e.Local != odd || len(e.Pending) != 1 || e.Pending[0] != client.Inode || client.UID != 12345 || e.UID != 0 || e.Recvq != 1 || e.Sendq != 2 {
		t.Errorf("the listener is %+v, its client %+v", e, client)
	}
	var stat unix.Stat_t
	must(t, "Stat", unix.Stat(file.Path(), &stat))
	if e := find(t, ud); uint64(e.VFSInode) != stat.Ino {
		t.Errorf("VFSInode is %d, want %d", e.VFSInode, stat.Ino)
	}
	if e, err := sockinfo.Find(open(t, socket.AF_INET, socket.SOCK_STREAM, 0)); !errors.Is(err, unix.ENOENT) {
		t.Errorf("Find of a socket that is listed nowhere: %v, %v, want ENOENT", e, err)
	}
	if e, err := sockinfo.Find(open(t, socket.AF_NETLINK, socket.SOCK_RAW, 0)); !errors.Is(err, unix.EAFNOSUPPORT) {
		t.Errorf("Find of a netlink socket: %v, %v, want EAFNOSUPPORT", e, err)
	}
}

func TestListFiltersAsAsked(t *testing.T) {
	testutil.NotUnderQEMU(t, "sock_diag")
	testutil.NewNetns(t)
	testutil.Sh(t, "ip addr add 10.1.2.3/32 dev lo")
	addrOnLo(t, "fd00::7/128")
	l := listen(t, socket.AF_INET, 0, in("0.0.0.0:7000"), 9)
	c := connect(t, socket.AF_INET, socket.SOCK_STREAM, 0, in("10.1.2.3:7000"))
	l6 := listen(t, socket.AF_INET6, 0, in("[::]:7001"), 9)
	c6 := connect(t, socket.AF_INET6, socket.SOCK_STREAM, 0, in("[fd00::7]:7001"))
	mapped := connect(t, socket.AF_INET6, socket.SOCK_STREAM, 0, in("[::ffff:10.1.2.3]:7000"))
	u := open(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
	must(t, "Bind", socket.Bind(u, in("10.1.2.3:7000")))
	x := open(t, socket.AF_UNIX, socket.SOCK_STREAM, 0)
	names := map[uint64]string{}
	for fd, n := range map[int]string{l: "l", c: "c", l6: "l6", c6: "c6", mapped: "mapped", u: "u", x: "x"} {
		names[of(t, fd).Inode] = n
	}
	port := name(t, c).AddrPort().Port()
	prefix := netip.MustParsePrefix
	tcp := []sockinfo.Protocol{socket.IPPROTO_TCP}
	listening := []socket.TCPState{socket.TCP_LISTEN}
	for _, c := range []struct {
		what string
		f    sockinfo.Filter
		want string // those that the test has a descriptor of
	}{
		{"none", sockinfo.Filter{}, "c c6 l l6 mapped u x"},
		{"TCP", sockinfo.Filter{Protocols: tcp}, "c c6 l l6 mapped"},
		{"TCP and AF_UNIX", sockinfo.Filter{Protocols: tcp, Families: []sockinfo.Domain{socket.AF_UNIX, socket.AF_INET}}, "c l x"},
		{"AF_INET", sockinfo.Filter{Families: []sockinfo.Domain{socket.AF_INET}}, "c l u"},
		{"AF_UNIX", sockinfo.Filter{Families: []sockinfo.Domain{socket.AF_UNIX}}, "x"},
		{"listening", sockinfo.Filter{States: listening}, "l l6"},
		{"LocalPort 7000", sockinfo.Filter{LocalPort: 7000}, "l u"},
		{"PeerPort 7000", sockinfo.Filter{PeerPort: 7000}, "c mapped"},
		{"both ports", sockinfo.Filter{LocalPort: port, PeerPort: 7000}, "c"},
		{"Local 10/8", sockinfo.Filter{Local: prefix("10.0.0.0/8")}, "c mapped u"},
		{"Peer 10.1.2.3/32 of TCP", sockinfo.Filter{Protocols: tcp, Peer: prefix("10.1.2.3/32")}, "c mapped"},
		{"Peer fd00::/8", sockinfo.Filter{Peer: prefix("fd00::/8")}, "c6"},
		{"Local and Peer", sockinfo.Filter{Local: prefix("10.1.0.0/16"), Peer: prefix("10.1.2.0/24")}, "c mapped"},
		{"Local, not Peer", sockinfo.Filter{Local: prefix("10.1.0.0/16"), Peer: prefix("10.1.3.0/24")}, ""},
		{"Local fd00::7 and a port", sockinfo.Filter{Local: prefix("fd00::7/128"), PeerPort: 7001}, "c6"},
		{"a cookie", sockinfo.Filter{Cookie: of(t, l6).Cookie}, "l6"},
		{"an inode", sockinfo.Filter{Inode: of(t, u).Inode}, "u"},
		{"an inode of AF_UNIX", sockinfo.Filter{Inode: of(t, x).Inode}, "x"},
		{"an inode of AF_UNIX in another state", sockinfo.Filter{Inode: of(t, x).Inode, States: listening}, ""},
		{"an inode that nobody has", sockinfo.Filter{Inode: 1<<32 - 7}, ""},
	} {
		var got []string
		for e, err := range sockinfo.List(c.f) {
			must(t, c.what, err)
			if n, ok := names[e.Inode]; ok {
				got = append(got, n)
			}
			if p := c.f.Local; p.IsValid() && !p.Contains(e.Local.AddrPort().Addr().Unmap()) {
				t.Errorf("%s: %s", c.what, e)
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: List gives %s, want %s", c.what, s, c.want)
		}
	}
}

func TestListShowsWhatGoesWrong(t *testing.T) {
	testutil.NotUnderQEMU(t, "sock_diag")
	testutil.NewNetns(t)
	for _, c := range []struct {
		what string
		f    sockinfo.Filter
		want unix.Errno
	}{
		{"a family that is not listed", sockinfo.Filter{Families: []sockinfo.Domain{socket.AF_NETLINK}}, unix.EAFNOSUPPORT},
		{"a protocol that the kernel does not know", sockinfo.Filter{Families: []sockinfo.Domain{socket.AF_INET}, Protocols: []sockinfo.Protocol{254}}, unix.ENOENT},
		{"one beyond a byte", sockinfo.Filter{Families: []sockinfo.Domain{socket.AF_INET}, Protocols: []sockinfo.Protocol{1000}}, unix.ENOENT},
		{"a state that is none", sockinfo.Filter{States: []socket.TCPState{77}}, unix.EINVAL},
	} {
		n := 0
		for e, err := range sockinfo.List(c.f) {
			n++
			if !errors.Is(err, c.want) || e.Domain != 0 {
				t.Errorf("%s: List gives %v, %v, want %v", c.what, e, err, c.want)
			}
		}
		if n != 1 {
			t.Errorf("%s: List gives %d errors, want one", c.what, n)
		}
	}
	// After an error of one protocol comes the next.
	listen(t, socket.AF_INET, 0, in("127.0.0.1:0"), 1)
	var got []string
	for e, err := range sockinfo.List(sockinfo.Filter{Families: []sockinfo.Domain{socket.AF_INET}, Protocols: []sockinfo.Protocol{254, socket.IPPROTO_TCP}}) {
		got = append(got, fmt.Sprintln(e.State, err))
	}
	if want := []string{"TCPState(0) sock_diag: no such file or directory\n", "TCP_LISTEN <nil>\n"}; !slices.Equal(got, want) {
		t.Errorf("List gives %q, want %q", got, want)
	}
}

func TestListStreamsAndClosesWhatItOpens(t *testing.T) {
	testutil.NotUnderQEMU(t, "sock_diag")
	testutil.NewNetns(t)
	want := map[uint64]bool{}
	for range 400 {
		u := open(t, socket.AF_INET, socket.SOCK_DGRAM, 0)
		must(t, "Bind", socket.Bind(u, in("127.0.0.1:0")))
		want[of(t, u).Inode] = true
	}
	f := sockinfo.Filter{Protocols: []sockinfo.Protocol{socket.IPPROTO_UDP}}
	fds := func() int { entries, _ := os.ReadDir("/proc/self/fd"); return len(entries) }
	before := fds()
	all := sockinfo.List(f)
	for range 2 { // each range asks anew
		got := map[uint64]bool{}
		for e, err := range all {
			must(t, "List", err)
			got[e.Inode] = true
		}
		if !maps.Equal(got, want) {
			t.Errorf("List gives %d sockets, want %d", len(got), len(want))
		}
	}
	n := 0
	for range all {
		if n++; n == 1 && fds() != before+1 {
			t.Errorf("List has %d descriptors open, want 1", fds()-before)
		}
		if n == 3 {
			break
		}
	}
	if fds() != before {
		t.Errorf("List leaves %d descriptors open", fds()-before)
	}
	// One inside the other.
	pairs := 0
	for a, err := range all {
		must(t, "List", err)
		for b, err := range all {
			must(t, "List", err)
			if a.Inode == b.Inode {
				pairs++
			}
		}
		if pairs == 3 {
			break
		}
	}
	if pairs != 3 || fds() != before {
		t.Errorf("nested lists find %d pairs and leave %d descriptors", pairs, fds()-before)
	}
}

// A bound TCP socket that neither listens nor is connected is in no listing of ss 6.1; kernels since 6.8 tell of it.
func TestListTellsOfBoundSockets(t *testing.T) {
	testutil.NotUnderQEMU(t, "sock_diag")
	testutil.NewNetns(t)
	fd := open(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Bind", socket.Bind(fd, in("127.0.0.1:7000")))
	e, err := sockinfo.Find(fd)
	if errors.Is(err, unix.ENOENT) {
		t.Skip("needs Linux 6.8")
	}
	must(t, "Find", err)
	if want := "tcp 127.0.0.1:7000 CLOSE in:0 out:0"; !strings.HasPrefix(e.String(), want) {
		t.Errorf("it is %s, want %s", e, want)
	}
	for _, c := range []struct {
		state socket.TCPState
		want  int
	}{{socket.TCP_CLOSE, 1}, {socket.TCP_LISTEN, 0}} {
		n := 0
		for _, err := range sockinfo.List(sockinfo.Filter{States: []socket.TCPState{c.state}, LocalPort: 7000}) {
			must(t, "List", err)
			n++
		}
		if n != c.want {
			t.Errorf("List of %v gives %d sockets, want %d", c.state, n, c.want)
		}
	}
}

func TestEntryPrintsAsALine(t *testing.T) {
	testutil.NotUnderQEMU(t, "sock_diag")
	testutil.NewNetns(t)
	l := listen(t, socket.AF_INET, 0, in("127.0.0.1:80"), 7)
	c := open(t, socket.AF_INET, socket.SOCK_STREAM, 0)
	must(t, "Bind", socket.Bind(c, in("127.0.0.1:43210")))
	must(t, "TCP_CONGESTION", socket.Setsockopt(c, socket.TCP_CONGESTION, "reno"))
	must(t, "Connect", socket.Connect(c, in("127.0.0.1:80")))
	u := open(t, socket.AF_INET6, socket.SOCK_DGRAM, 0)
	must(t, "Bind", socket.Bind(u, in("[::1]:53")))
	addr, err := socket.SockaddrUn("\x00a b")
	must(t, "SockaddrUn", err)
	x := listen(t, socket.AF_UNIX, 0, addr, 3)
	connect(t, socket.AF_UNIX, socket.SOCK_STREAM, 0, addr)
	var lines, objects strings.Builder
	for _, fd := range []int{l, c, u, x} {
		e := find(t, fd)
		e.Inode, e.Cookie, e.CgroupID, e.TCP, e.TCPLen, e.Memory = 1234, 0x5678, 0, nil, 0, nil
		for i := range e.Pending {
			e.Pending[i] = 5678
		}
		e.Sockopt, e.BBR, e.UID = nil, nil, 0
		if fd == l {
			e.Congestion = "cubic"
		}
		fmt.Fprintln(&lines, e)
		b, err := json.MarshalIndent(e, "", "\t")
		must(t, "MarshalIndent", err)
		fmt.Fprintf(&objects, "%s\n", b)
	}
	golden(t, "entries.txt", lines.String())
	golden(t, "entries.json", objects.String())
}
