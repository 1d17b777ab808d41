//go:build linux

package main

// This file holds the flags: what they are, how they are read and how -h prints them.

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"rawsocket.internal/socket"
)

// A config is what the command line asks for.
type config struct {
	help, verbose bool

	// The kind of socket.
	server, dgram, seqpacket, unix bool
	family                         int
	local                          string // where to bind
	options                        []option

	node, service string // HOST and PORT; node is the PATH with -U

	// The server.
	backlog, clients int

	// What to do with the connection.
	mode         string
	stevens      bool // -i
	write, read  int  // bytes a call
	count        int  // calls, 0 for no end
	first, pause time.Duration
	timeout      time.Duration
	atEnd        string
}

// A flagText is a flag: its letter, its argument if it has one, and what -h says.
type flagText struct {
	letter byte
	arg    string
	text   string
	set    func(c *config, v string) error
}

var groups = []struct {
	title string
	flags []flagText
}{
	{"Which socket", []flagText{
		{'u', "", "datagrams: UDP, or with -U those of AF_UNIX", on(func(c *config) *bool { return &c.dgram })},
		{'q', "", "SOCK_SEQPACKET, messages over a connection: with -U", on(func(c *config) *bool { return &c.seqpacket })},
		{'U', "", "AF_UNIX: in place of HOST and PORT a PATH, or @NAME for an abstract name", on(func(c *config) *bool { return &c.unix })},
		{'4', "", "IPv4 only", func(c *config, _ string) error { return c.setFamily(socket.AF_INET) }},
		{'6', "", "IPv6 only; a server without HOST takes IPv4 too, but for -o IPV6_V6ONLY=1", func(c *config, _ string) error { return c.setFamily(socket.AF_INET6) }},
		{'b', "ADDR", "bind a client to ADDR, ADDR:PORT or :PORT, or to a PATH", func(c *config, v string) error { c.local = v; return nil }},
		{'o', "NAME=VALUE", "set a socket option when it is due: before bind, connect and listen, or once\n" +
			"connected for those that need it; may come often; sock opts NAME tells of it", func(c *config, v string) error {
			o, err := parseOption(v)
			c.options = append(c.options, o)
			return err
		}},
	}},
	{"A server", []flagText{
		{'s', "", "be a server, at all addresses without HOST; port 0 for any; TCP has SO_REUSEADDR on", on(func(c *config) *bool { return &c.server })},
		{'l', "N", "the backlog of listen (128)", number(func(c *config) *int { return &c.backlog })},
		{'c', "N", "end after N connections; at most 1000 are served at once", number(func(c *config) *int { return &c.clients })},
	}},
	{"What to do with a connection", []flagText{
		{'m', "MODE", modesText(), func(c *config, v string) error { return c.setMode(v) }},
		{'i', "", "-m source for a client, -m sink for a server: as in Stevens's sock", on(func(c *config) *bool { return &c.stevens })},
		{'w', "SIZE", "bytes to write in a call: 64K, of datagrams and messages 1024", size(func(c *config) *int { return &c.write })},
		{'r', "SIZE", "bytes to read in a call: 64K", size(func(c *config) *int { return &c.read })},
		{'n', "N", "source: so many writes (1024, 0 for no end); stdio, sink and any server of\n" +
			"datagrams: end after so many reads", number(func(c *config) *int { return &c.count })},
		{'P', "TIME", "wait before the first read or write", duration(func(c *config) *time.Duration { return &c.first })},
		{'p', "TIME", "wait after each write of a source, each read of a sink", duration(func(c *config) *time.Duration { return &c.pause })},
		{'e', "HOW", "when standard input or a source ends: half (shutdown, then receive to the end),\n" +
			"close (everything), open (nothing, go on receiving); half for datagrams is to\n" +
			"receive until nothing comes for -t, or 1 s", func(c *config, v string) error {
			c.atEnd = v
			if v != "half" && v != "close" && v != "open" {
				return fmt.Errorf("%q is not half, close or open", v)
			}
			return nil
		}},
		{'t', "TIME", "give up a connect after this long, and a connection on which nothing moves", duration(func(c *config) *time.Duration { return &c.timeout })},
	}},
	{"And", []flagText{
		{'v', "", "print each call as it is made, as C has it, and what it returned", on(func(c *config) *bool { return &c.verbose })},
		{'h', "", "print this", on(func(c *config) *bool { return &c.help })},
	}},
}

const examples = `Examples
  printf 'GET / HTTP/1.0\r\n\r\n' | sock localhost 80
  sock -s 7000 >file    and then    sock HOST 7000 <file    a file from here to there
  sock -s -m echo 7000                                      an echo server, TCP
  echo hello | sock -u -n 1 localhost 7                     a datagram, and one answer
  sock -s -u -m echo 7000                                   answers from the address that was asked
  sock -sU -m discard @lab                                  a server with an abstract name
  sock -s -m sink 7000  and then    sock -i -n 16K HOST 7000   how fast?
  sock -v -b 127.0.0.1:4000 localhost 7000                  from which port, and every call
  sock -o SO_RCVBUF=4096 -m sink -p 0.1 -r 100 HOST 19      a slow reader with a small window
  sock -o TCP_CONGESTION=reno -o SO_LINGER=Onoff:1 HOST 7   an option by name; RST in place of FIN
`

// help is what -h prints.
func help() string {
	var b strings.Builder
	b.WriteString("usage: sock [flags] HOST PORT        connect; standard input to the socket, the socket to standard output\n" +
		"       sock [flags] -U PATH          the same to an AF_UNIX socket\n" +
		"       sock -s [flags] [HOST] PORT   serve; the same with the first who connects, -m for more\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "       %-30s%s\n", "sock "+c.name+" "+c.args, c.text)
	}
	for _, g := range groups {
		fmt.Fprintf(&b, "\n%s\n", g.title)
		for _, f := range g.flags {
			text := strings.ReplaceAll(f.text, "\n", "\n"+strings.Repeat(" ", 18))
			fmt.Fprintf(&b, "  -%-15s%s\n", strings.TrimSpace(string(f.letter)+" "+f.arg), text)
		}
	}
	b.WriteString("\nA TIME is in seconds, or as 100ms, 1m30s. A SIZE or N may end in K, M or G, times 1024. Flags without an\n" +
		"argument may share a dash: -4uv. Source and sink say at the end how much and how fast; on a terminal a line\n" +
		"shows how far a long transfer is. The exit code is 0, 1 if a call failed, 2 for a bad command line, 128 and\n" +
		"the signal's number after a signal.\n\n")
	b.WriteString(examples)
	return b.String()
}

// parse reads the command line, as getopt(3) does: flags may stand behind operands, -- ends them.
func parse(args []string) (*config, error) {
	c := &config{mode: "stdio", backlog: 128, read: 64 << 10, count: -1, atEnd: "half"}
	var operands []string
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			operands = append(operands, args...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			operands = append(operands, arg)
			continue
		}
		if arg == "--help" {
			arg = "-h"
		}
		for rest := arg[1:]; rest != ""; {
			f := lookupFlag(rest[0])
			if f == nil {
				return nil, usage("-%s: there is no such flag", rest[:1])
			}
			rest = rest[1:]
			value := ""
			if f.arg != "" {
				if value, rest = rest, ""; value == "" {
					if len(args) == 0 {
						return nil, usage("-%c needs %s", f.letter, f.arg)
					}
					value, args = args[0], args[1:]
				}
			}
			if err := f.set(c, value); err != nil {
				return nil, usage("-%c: %v", f.letter, err)
			}
		}
	}
	if c.help {
		return c, nil
	}
	return c, c.finish(operands)
}

func lookupFlag(letter byte) *flagText {
	for _, g := range groups {
		for i := range g.flags {
			if g.flags[i].letter == letter {
				return &g.flags[i]
			}
		}
	}
	return nil
}

// finish takes the operands, and looks at what flags mean together.
func (c *config) finish(operands []string) error {
	switch {
	case c.unix && len(operands) == 1:
		c.node = operands[0]
	case c.unix:
		return usage("-U takes one PATH")
	case c.server && len(operands) == 1:
		c.service = operands[0]
	case len(operands) == 2:
		c.node, c.service = operands[0], operands[1]
	default:
		return usage("HOST and PORT are needed")
	}
	if c.stevens {
		c.mode = "source"
		if c.server {
			c.mode = "sink"
		}
	}
	if c.write == 0 {
		c.write = 64 << 10
		if c.messages() {
			c.write = 1024
		}
	}
	if c.count < 0 {
		c.count = 0
		if c.mode == "source" {
			c.count = 1024
		}
	}
	switch {
	case c.dgram && c.seqpacket:
		return usage("-u and -q are different types")
	case c.unix && c.family != 0:
		return usage("-U and -%d are different families", map[int]int{socket.AF_INET: 4, socket.AF_INET6: 6}[c.family])
	case c.server && c.local != "":
		return usage("-b is for clients: a server is bound to its HOST and PORT")
	case c.server && c.mode == "stdio" && c.clients > 1:
		return usage("-m stdio serves one client: there is one standard input")
	case c.server && c.dgram && (c.mode == "source" || c.clients > 0):
		return usage("a server of datagrams has no connections: no -c, no -m source")
	}
	if c.local != "" && !c.unix {
		if _, err := parseLocal(c.local); err != nil {
			return err
		}
	}
	if c.mode == "stdio" {
		c.clients = 1
	}
	return nil
}

// messages reports whether what is sent in one call is received in one.
func (c *config) messages() bool { return c.dgram || c.seqpacket }

func (c *config) setFamily(family int) error {
	if c.family != 0 && c.family != family {
		return fmt.Errorf("-4 and -6 exclude each other")
	}
	c.family = family
	return nil
}

func on(field func(*config) *bool) func(*config, string) error {
	return func(c *config, _ string) error { *field(c) = true; return nil }
}

func number(field func(*config) *int) func(*config, string) error {
	return func(c *config, v string) error {
		n, err := parseSize(v)
		*field(c) = n
		return err
	}
}

// size is a number of bytes: at least one, and no more than a buffer should have.
func size(field func(*config) *int) func(*config, string) error {
	return func(c *config, v string) error {
		n, err := parseSize(v)
		if err == nil && (n < 1 || n > 1<<30) {
			err = fmt.Errorf("%s is not 1 to 1G", v)
		}
		*field(c) = n
		return err
	}
}

func parseSize(v string) (int, error) {
	digits, unit := v, uint64(1)
	if n := len(v) - 1; n > 0 {
		if i := strings.IndexByte("KMG", v[n]); i >= 0 {
			digits, unit = v[:n], 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || n*unit > math.MaxInt {
		return 0, fmt.Errorf("%q is no number", v)
	}
	return int(n * unit), nil
}

// duration is a time: in seconds where no unit stands.
func duration(field func(*config) *time.Duration) func(*config, string) error {
	return func(c *config, v string) error {
		d, err := time.ParseDuration(v)
		if seconds, ferr := strconv.ParseFloat(v, 64); ferr == nil && seconds < 1e9 {
			d, err = time.Duration(seconds*float64(time.Second)), nil
		}
		if err != nil || d < 0 {
			return fmt.Errorf("%q is no time, as 2, 0.5 or 100ms", v)
		}
		*field(c) = d
		return nil
	}
}
