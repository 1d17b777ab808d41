package examples

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strings"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/internal/strace"
)

// A conn is the peer's end: its calls fail the test, and none waits for ever.
type conn struct {
	p  *program
	fd int
}

func (p *program) socket(domain, typ int) conn {
	p.Helper()
	fd, err := socket.Socket(domain, typ, 0)
	if err != nil {
		p.Fatalf("the peer: socket: %v", err)
	}
	p.Cleanup(func() { socket.Close(fd) })
	c := conn{p, fd}
	c.did("setsockopt", socket.Setsockopt(fd, socket.SO_RCVTIMEO, patience))
	c.did("setsockopt", socket.Setsockopt(fd, socket.SO_SNDTIMEO, patience))
	return c
}

func (c conn) did(call string, err error) {
	c.p.Helper()
	if err != nil {
		c.p.Fatalf("the peer: %s: %v", call, err)
	}
}

func (p *program) addr(s string) socket.Sockaddr {
	p.Helper()
	a, err := socket.ParseSockaddr(strings.ReplaceAll(s, "DIR", p.dir))
	if err != nil {
		p.Fatalf("%s: %v", s, err)
	}
	return a
}

// dial is a connection to a server.
func (p *program) dial(addr string) conn {
	p.Helper()
	a := p.addr(addr)
	c := p.socket(a.Family(), socket.SOCK_STREAM)
	c.did("connect", socket.Connect(c.fd, a))
	return c
}

// listen is a server's socket.
func (p *program) listen(addr string) conn {
	p.Helper()
	a := p.addr(addr)
	c := p.socket(a.Family(), socket.SOCK_STREAM)
	c.did("bind", socket.Bind(c.fd, a))
	c.did("listen", socket.Listen(c.fd, 16))
	return c
}

// bound is a datagram socket.
func (p *program) bound(addr string) conn {
	p.Helper()
	a := p.addr(addr)
	c := p.socket(a.Family(), socket.SOCK_DGRAM)
	c.did("bind", socket.Bind(c.fd, a))
	return c
}

func (c conn) accept() conn {
	c.p.Helper()
	fd, _, err := socket.Accept(c.fd)
	c.did("accept", err)
	c.p.Cleanup(func() { socket.Close(fd) })
	c.did("setsockopt", socket.Setsockopt(fd, socket.SO_RCVTIMEO, patience))
	return conn{c.p, fd}
}

func (c conn) say(s string) {
	c.p.Helper()
	_, err := socket.Sendall(c.fd, []byte(s), socket.MSG_NOSIGNAL)
	c.did("send", err)
}

// hear receives just that.
func (c conn) hear(want string) {
	c.p.Helper()
	buf := make([]byte, len(want))
	n, err := socket.Recvall(c.fd, buf, 0)
	c.did("recv", err)
	if !bytes.Equal(buf[:n], []byte(want)) {
		c.p.Fatalf("the peer hears %q, want %q", buf[:n], want)
	}
}

// rest receives until the end.
func (c conn) rest() string {
	c.p.Helper()
	var all []byte
	buf := make([]byte, 64<<10)
	for {
		n, err := socket.Recv(c.fd, buf, 0)
		c.did("recv", err)
		if n == 0 {
			return string(all)
		}
		all = append(all, buf[:n]...)
	}
}

// end hears the end, and hangs up.
func (c conn) end() {
	c.p.Helper()
	if s := c.rest(); s != "" {
		c.p.Fatalf("the peer hears %q, want the end", s)
	}
	c.close()
}

// done says that all is said.
func (c conn) done() {
	c.p.Helper()
	c.did("shutdown", socket.Shutdown(c.fd, socket.SHUT_WR))
}

// close hangs up. The descriptor itself is closed when the run ends.
func (c conn) close() {
	c.p.Helper()
	c.p.null(c.fd)
}

// hearFrom receives a datagram and gives its sender.
func (c conn) hearFrom(want string) socket.Sockaddr {
	c.p.Helper()
	buf := make([]byte, 64<<10)
	n, from, err := socket.Recvfrom(c.fd, buf, 0)
	c.did("recvfrom", err)
	if string(buf[:n]) != want {
		c.p.Fatalf("the peer hears %q, want %q", buf[:n], want)
	}
	return from
}

func (c conn) sayTo(s string, to socket.Sockaddr) {
	c.p.Helper()
	_, err := socket.Sendto(c.fd, []byte(s), 0, to)
	c.did("sendto", err)
}

var clock = difference{"the time of day", regexp.MustCompile(`"\w{3} \w{3} .*\\r\\n"|\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}`), "TIME"}

// The pairs, in the order of the README.
var pairs = []pair{
	{dir: "daytimeclient", peer: func(p *program) {
		l := p.listen("127.0.0.1:7000")
		p.start()
		c := l.accept()
		c.say("Thu Jan  1 00:00:00 1970\r\n")
		c.close()
	}},
	{dir: "iterative", args: []string{"127.0.0.1", "7000", "2"}, may: []difference{clock}, peer: func(p *program) {
		p.start()
		p.line("listening")
		for range 2 {
			c := p.dial("127.0.0.1:7000")
			if s := c.rest(); len(s) != len("Thu Jan  1 00:00:00 1970\r\n") {
				p.Errorf("the server says %q", s)
			}
		}
	}},
	{dir: "echoserver", args: []string{"127.0.0.1", "7000", "2"}, peer: echoes("127.0.0.1:7000", "127.0.0.1:7000")},
	{dir: "echoclient", stdin: "hello\nthere\n", peer: echoServer("127.0.0.1:7000", "hello\n", "there\n")},
	{dir: "tcp6server", args: []string{"::1", "7000", "2"}, peer: echoes("[::1]:7000", "[::1]:7000")},
	{dir: "tcp6client", stdin: "hello\nthere\n", peer: echoServer("[::1]:7000", "hello\n", "there\n")},
	{dir: "dualstack", args: []string{"7000", "2"}, peer: func(p *program) {
		p.start()
		p.line("listening")
		if s := p.dial("[::1]:7000").rest(); !strings.Contains(s, "IPv6") {
			p.Errorf("over IPv6 the peer hears %q", s)
		}
		if s := p.dial("127.0.0.1:7000").rest(); !strings.Contains(s, "IPv4") {
			p.Errorf("over IPv4 the peer hears %q", s)
		}
	}},
	{dir: "unixserver", args: []string{"echo.sock", "2"}, peer: echoes("unix:DIR/echo.sock", "unix:DIR/echo.sock")},
	{dir: "unixclient", args: []string{"echo.sock"}, stdin: "hello\nthere\n",
		peer: echoServer("unix:DIR/echo.sock", "hello\n", "there\n")},
	{dir: "unixclient", variant: "nobody", args: []string{"echo.sock"}, exit: 1},

	{dir: "concurrent", args: []string{"127.0.0.1", "7000", "2"},
		apart: "each client is served by a process of its own in C, by a goroutine in Go",
		drop: []without{
			{"a process has its parent's descriptors, and closes those that it does not use", "c", func(c strace.Call) bool {
				id, listener := c.Descriptors()[0], "\x011\x02"
				return c.Name == "close" && (c.Process == 0) == (id != listener)
			}},
		},
		peer: func(p *program) {
			p.start()
			p.line("listening")
			first, second := p.dial("127.0.0.1:7000"), p.dial("127.0.0.1:7000")
			for _, c := range []conn{second, first} { // nobody waits for another
				c.say("hello")
				c.hear("hello")
			}
			for _, c := range []conn{second, first} {
				c.done()
				c.end()
				p.line("client")
			}
		}},
	{dir: "selectchat", peer: chat},
	{dir: "pollchat", peer: chat},
	{dir: "epollchat", peer: chat},

	{dir: "connecttimeout", peer: func(p *program) {
		l := p.listen("127.0.0.1:7000")
		p.start()
		l.accept().end()
	}},
	{dir: "connecttimeout", variant: "refused", exit: 1},
	{dir: "connecttimeout", variant: "silence", args: []string{"127.0.0.1", "7000", "100"}, exit: 1, peer: func(p *program) {
		// A full queue drops what else comes.
		l := p.listen("127.0.0.1:7000")
		l.did("listen", socket.Listen(l.fd, 0))
		p.dial("127.0.0.1:7000")
		p.start()
	}},
	{dir: "getaddrinfo", args: []string{"-", "7000"}, drop: resolver, peer: func(p *program) {
		l := p.listen("127.0.0.1:7000") // and not [::1]:7000, which is tried first
		p.start()
		c := l.accept()
		c.say("hello\n")
		c.close()
	}},
	{dir: "getaddrinfo", variant: "name", drop: resolver, peer: func(p *program) {
		l := p.listen("[::]:7000")
		p.start()
		c := l.accept()
		c.say("hello\n")
		c.close()
	}},
	{dir: "getaddrinfo", variant: "refused", args: []string{"127.0.0.1", "7000"}, exit: 1, drop: resolver},
	{dir: "halfclose", stdin: "one\ntwo\n", peer: func(p *program) {
		l := p.listen("127.0.0.1:7000")
		p.start()
		c := l.accept()
		if s := c.rest(); s != "one\ntwo\n" {
			p.Errorf("the peer hears %q", s)
		}
		c.say("that was all\n")
		c.close()
	}},
	{dir: "linger"},
	{dir: "timeouts", args: []string{"127.0.0.1", "7000", "1000"}, peer: func(p *program) {
		s := p.bound("127.0.0.1:7000")
		p.start()
		s.hearFrom("are you there?")
		s.sayTo("yes", s.hearFrom("are you there?"))
	}},
	{dir: "timeouts", variant: "silence", args: []string{"127.0.0.1", "7000", "20", "2"}, exit: 1, peer: func(p *program) {
		p.bound("127.0.0.1:7000")
		p.start()
	}},
	{dir: "urgentsend", peer: func(p *program) {
		l := p.listen("127.0.0.1:7000")
		p.start()
		c := l.accept()
		c.hear("onetwo")
		c.end()
	}},
	{dir: "urgentrecv", peer: func(p *program) {
		p.start()
		p.line("listening")
		c := p.dial("127.0.0.1:7000")
		c.say("one")
		p.line("one")
		_, err := socket.Send(c.fd, []byte("!"), socket.MSG_OOB)
		c.did("send", err)
		p.line("urgent: !")
		c.say("two")
		p.line("at the mark: two")
		c.done()
	}},
	{dir: "sendfile", args: []string{"file", "127.0.0.1", "7000", "2"}, files: map[string]string{"file": big},
		peer: func(p *program) {
			p.start()
			p.line("listening")
			for range 2 {
				if s := p.dial("127.0.0.1:7000").rest(); s != big {
					p.Errorf("%d bytes come, want the %d of the file", len(s), len(big))
				}
			}
		}},
	{dir: "httpserver", args: []string{".", "127.0.0.1", "7000", "5"}, files: map[string]string{"page": "<p>hello\n"},
		peer: func(p *program) {
			p.start()
			p.line("listening")
			for _, ask := range [][2]string{
				{"GET /page HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n<p>hello\n"},
				{"GET /nothing HTTP/1.0\r\n\r\n", "HTTP/1.0 404 Not Found\r\n\r\n404 Not Found\n"},
				{"GET /../secret HTTP/1.0\r\n\r\n", "HTTP/1.0 403 Forbidden\r\n\r\n403 Forbidden\n"},
				{"PUT /page HTTP/1.0\r\n\r\n", "HTTP/1.0 501 Not Implemented\r\n\r\n501 Not Implemented\n"},
				{"\r\n\r\n", "HTTP/1.0 400 Bad Request\r\n\r\n400 Bad Request\n"},
			} {
				c := p.dial("127.0.0.1:7000")
				c.say(ask[0])
				if s := c.rest(); s != ask[1] {
					p.Errorf("%q is answered %q", ask[0], s)
				}
			}
		}},
	{dir: "reuseport",
		apart: "the workers run side by side, and which of them gets a client is the kernel's choice",
		may: []difference{
			{"which worker gets a client is the kernel's choice", regexp.MustCompile(`worker \d has`), "worker N has"},
		},
		peer: func(p *program) {
			p.start()
			p.line("2 workers")
			for range 2 {
				c := p.dial("127.0.0.1:7000")
				c.say("hello")
				c.hear("hello")
				c.end()
			}
		}},
	{dir: "tcpinfo",
		may: []difference{
			{"struct tcp_info grows with the kernel's headers, and is full of times", regexp.MustCompile(`TCP_INFO, .*\]\)`), "TCP_INFO, …)"},
			{"round-trip times, and a window that depends on them", regexp.MustCompile(`rtt \d+ us, cwnd \d+`), "rtt N us, cwnd N"},
		},
		peer: func(p *program) {
			l := p.listen("127.0.0.1:7000")
			p.start()
			c := l.accept()
			zeros := string(make([]byte, 1000))
			for range 3 {
				c.hear(zeros)
				c.say(zeros)
			}
			c.end()
		}},
	{dir: "zerocopy", peer: func(p *program) {
		l := p.listen("127.0.0.1:7000")
		p.start()
		if s := l.accept().rest(); len(s) != 16384 {
			p.Errorf("%d bytes come, want 16384", len(s))
		}
	}},

	{dir: "udpserver", args: []string{"127.0.0.1", "7000", "3"}, peer: func(p *program) {
		p.start()
		p.line("waiting")
		c := p.bound("127.0.0.1:0")
		for _, word := range []string{"hello", "", "there"} {
			c.sayTo(word, p.addr("127.0.0.1:7000"))
			c.hearFrom(word)
		}
	}},
	{dir: "udpclient", stdin: "hello\nthere\n", peer: func(p *program) {
		s := p.bound("127.0.0.1:7000")
		p.start()
		for _, word := range []string{"hello", "there"} {
			s.sayTo(word, s.hearFrom(word))
		}
	}},
	{dir: "udpconnected", peer: func(p *program) {
		s := p.bound("127.0.0.1:7000")
		p.start()
		s.sayTo("yes", s.hearFrom("are you there?"))
	}},
	{dir: "udpconnected", variant: "refused", exit: 1},
	{dir: "multicastsend", peer: func(p *program) {
		s := p.bound("239.1.2.3:7000")
		s.did("setsockopt", socket.Setsockopt(s.fd, socket.IP_ADD_MEMBERSHIP, socket.IPMreqn{
			Multiaddr: netip.MustParseAddr("239.1.2.3"), Address: netip.MustParseAddr("127.0.0.1")}))
		p.start()
		for _, text := range []string{"news 1", "news 2", "news 3"} {
			s.hearFrom(text)
		}
	}},
	{dir: "multicastrecv", args: []string{"239.1.2.3", "7000", "127.0.0.1", "2"}, peer: func(p *program) {
		p.start()
		p.line("joined")
		s := p.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.did("setsockopt", socket.Setsockopt(s.fd, socket.IP_MULTICAST_IF, netip.MustParseAddr("127.0.0.1")))
		s.sayTo("news 1", p.addr("239.1.2.3:7000"))
		s.sayTo("news 2", p.addr("239.1.2.3:7000"))
	}},
	{dir: "broadcast", args: []string{"10.77.0.255", "7000"}, cable: true, peer: func(p *program) {
		p.veth.In(1)
		s := p.bound("0.0.0.0:7000")
		p.veth.In(0)
		p.start()
		s.hearFrom("all")
	}},
	{dir: "udpgso", peer: func(p *program) {
		s := p.bound("127.0.0.1:7000")
		p.start()
		for i, n := range []int{1000, 1000, 1000, 1000, 500} {
			s.hearFrom(strings.Repeat(string(rune('a'+i)), n))
		}
	}},

	{dir: "abstract", may: []difference{
		{"the kernel chooses a name", regexp.MustCompile(`@("?)[0-9a-f]{5}\b`), "@${1}NAME"},
	}},
	{dir: "fdsend", args: []string{"file", "fd.sock"}, files: map[string]string{"file": "hello\n"},
		peer: func(p *program) {
			l := p.listen("unix:DIR/fd.sock")
			p.start()
			c := l.accept()
			buf, fds := make([]byte, 8), make([]int, 2)
			n, nfds, err := cmsg.RecvFds(c.fd, buf, fds, 0)
			c.did("recvmsg", err)
			if n != 1 || nfds != 1 {
				p.Fatalf("%d bytes and %d descriptors come, want 1 and 1", n, nfds)
			}
			defer socket.Close(fds[0])
			n, err = socket.Read(fds[0], buf)
			c.did("read", err)
			if string(buf[:n]) != "hello\n" {
				p.Errorf("the descriptor leads to %q", buf[:n])
			}
		}},
	{dir: "fdrecv", args: []string{"fd.sock"}, files: map[string]string{"file": "hello\n"}, peer: func(p *program) {
		p.start()
		p.line("listening")
		c := p.dial("unix:DIR/fd.sock")
		file, err := unix.Open(p.path("file"), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		c.did("open", err)
		defer unix.Close(file)
		_, err = cmsg.SendFds(c.fd, []byte("!"), []int{file}, 0)
		c.did("sendmsg", err)
		c.end()
	}},
	{dir: "peercred", args: []string{"who.sock", "1"}, may: []difference{
		{"who runs the test: the peer knows what it must be", regexp.MustCompile(`pid=\d+, uid=\d+, gid=\d+`), "pid, uid, gid"},
		{"the same as text", regexp.MustCompile(`"you are process .*`), `"you are process …`},
	}, peer: func(p *program) {
		p.start()
		p.line("listening")
		want := fmt.Sprintf("you are process %d of user %d, group %d\n", os.Getpid(), os.Getuid(), os.Getgid())
		if s := p.dial("unix:DIR/who.sock").rest(); s != want {
			p.Errorf("the peer hears %q, want %q", s, want)
		}
	}},
	{dir: "ping", may: []difference{
		{"the header of IP has an identification of the kernel's choice, and a checksum over it",
			regexp.MustCompile(`recvfrom\((fd\d), ".*", 1500`), "recvfrom($1, …, 1500"},
		{"how long it took", regexp.MustCompile(`[\d.]+ ms`), "N ms"},
	}},
	{dir: "sniffer", args: []string{"lo", "4"}, may: []difference{
		{"the header of IP has an identification of the kernel's choice, and a checksum over it",
			regexp.MustCompile(`recvfrom\((fd\d), ".*", 65536`), "recvfrom($1, …, 65536"},
	}, peer: func(p *program) {
		p.start()
		p.line("listening")
		s := p.bound("127.0.0.1:7000")
		for _, word := range []string{"hello", "you"} {
			s.sayTo(word, p.addr("127.0.0.1:7000"))
		}
	}},
	{dir: "checkopts", shows: 6, may: []difference{ // shows: more would differ from kernel to kernel
		{"package socket has room for names of any length", regexp.MustCompile(`TCP_CONGESTION, "(\w+)[\\0]*", \[(\d+ => )?16\]`), `TCP_CONGESTION, "$1", [16]`},
	}},
}

// echoes is a client of an echo server for each address, one after another.
func echoes(addrs ...string) func(p *program) {
	return func(p *program) {
		p.start()
		p.line("listening")
		for _, addr := range addrs {
			c := p.dial(addr)
			for _, word := range []string{"hello", "there"} {
				c.say(word)
				c.hear(word)
			}
			c.done()
			c.end()
		}
	}
}

// echoServer is a server for one client, which says these lines.
func echoServer(addr string, lines ...string) func(p *program) {
	return func(p *program) {
		l := p.listen(addr)
		p.start()
		c := l.accept()
		for _, line := range lines {
			c.hear(line)
			c.say(line)
		}
		c.end()
	}
}

// chat is three who join one after another, talk, and leave.
func chat(p *program) {
	p.start()
	p.line("listening")
	var members []conn
	for i := range 3 {
		members = append(members, p.dial("127.0.0.1:7000"))
		p.line(fmt.Sprintf("%d comes", i))
	}
	for i, c := range members {
		c.say("hello\n")
		for j, other := range members {
			if j != i {
				other.hear(fmt.Sprintf("%d: hello\n", i))
			}
		}
	}
	for i, c := range members {
		c.close()
		p.line(fmt.Sprintf("%d leaves", i))
	}
}

// resolver is what looks names up.
var resolver = []without{
	{"to look a name up, and to order the addresses, is not the program's work: the libraries use other sockets for it", "",
		func(c strace.Call) bool {
			return c.Name == "socket" && !strings.Contains(c.Args, "SOCK_STREAM, IPPROTO_TCP") &&
				!strings.Contains(c.Args, "SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP") ||
				strings.HasPrefix(c.Name, "epoll")
		}},
}

var big = strings.Repeat("All work and no play makes Jack a dull boy.\n", 5000)

// null puts something harmless in the place of a descriptor that is closed at the end of the run.
func (p *program) null(fd int) {
	p.Helper()
	null, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		p.Fatal(err)
	}
	defer unix.Close(null)
	if err := unix.Dup3(null, fd, unix.O_CLOEXEC); err != nil {
		p.Fatal(err)
	}
}
