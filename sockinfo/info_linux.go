package sockinfo

// This file holds what the kernel tells about one socket by its descriptor.

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// An Info is what the kernel tells about a socket by its descriptor. It prints as a person wants to read it, and
// marshals to JSON under the names of its tags.
type Info struct {
	FD       int             `json:"fd"`
	Domain   Domain          `json:"domain"`
	Type     Type            `json:"type"`
	Protocol Protocol        `json:"protocol"` // in JSON by its name, in the family's own numbers
	State    socket.TCPState `json:"state"`    // of TCP; of others TCP_LISTEN, TCP_ESTABLISHED (connected) or TCP_CLOSE
	Local    socket.Sockaddr `json:"local"`    // the zero Sockaddr where the family has none
	Peer     socket.Sockaddr `json:"peer"`     // the zero Sockaddr: not connected

	Listening bool `json:"listening"`
	Nonblock  bool `json:"nonblock"` // O_NONBLOCK
	Cloexec   bool `json:"cloexec"`  // FD_CLOEXEC

	Recvq  int            `json:"recvq"` // bytes to read, of a UDP socket those of the next datagram; a TCP listener: connections that wait
	Sendq  int            `json:"sendq"` // bytes not yet sent or acknowledged; a TCP listener: how many may wait
	Memory socket.MemInfo `json:"memory"`
	Cookie uint64         `json:"cookie"` // SO_COOKIE: a number no other socket has; Entry has it too
	Inode  uint64         `json:"inode"`  // as in /proc/PID/fd and Entry

	TCP    *socket.TCPInfo `json:"tcp_info"`               // TCP_INFO; nil but for TCP and MPTCP
	TCPLen int             `json:"tcp_info_len,omitempty"` // how many bytes of it this kernel filled

	Options []OptionValue `json:"options"` // what else can be read of it, in the order of the table; in JSON an object by name
}

// An OptionValue is an option with its value on a socket.
type OptionValue struct {
	Option Option
	Value  any
}

// String is NAME=VALUE.
func (v OptionValue) String() string { return v.Option.Name + "=" + v.Option.Format(v.Value) }

// Option is the value of an option by its name in package socket; ok is false where the socket does not have it, and
// for those that Of leaves out.
func (i Info) Option(name string) (v any, ok bool) {
	for _, o := range i.Options {
		if o.Option.Name == name {
			return o.Value, true
		}
	}
	return nil, false
}

// unread are the options that Of leaves out, and why.
var unread = map[string]string{
	"SO_ERROR":             "reading clears it",
	"SO_PEERPIDFD":         "reading makes a descriptor",
	"TCP_SAVED_SYN":        "reading consumes it",
	"TCP_ZEROCOPY_RECEIVE": "reading receives",
	"PACKET_STATISTICS":    "reading clears it",
	"PACKET_STATISTICS_V3": "reading clears it",

	"TCP_FASTOPEN_KEY": "a secret",
	"TCP_AO_GET_KEYS":  "a secret",
	"TLS_TX":           "a secret",
	"TLS_RX":           "a secret",

	"IP_MSFILTER":         "the answer to a question",
	"MCAST_MSFILTER":      "the answer to a question",
	"IPV6_MCAST_MSFILTER": "the answer to a question",
	"IPV6_FLOWLABEL_MGR":  "the answer to a question",
	"PACKET_HDRLEN":       "the answer to a question",

	"TCP_INFO": "Info.TCP has it",
}

// Of tells all that the kernel does about a socket: its kind, addresses, flags, queues and memory, TCP_INFO, and
// every option that can be read of it.
//
// It changes nothing: options that are consumed, cleared or opened by reading are left out (SO_ERROR,
// SO_PEERPIDFD, TCP_SAVED_SYN, TCP_ZEROCOPY_RECEIVE, PACKET_STATISTICS), and so are those that hold secrets
// (TCP_FASTOPEN_KEY, TCP_AO_GET_KEYS, TLS_TX, TLS_RX) and those that answer a question (IP_MSFILTER,
// MCAST_MSFILTER, IPV6_FLOWLABEL_MGR, PACKET_HDRLEN). It is not one look, but a system call for each: of a
// busy socket the parts may differ by what happened in between.
//
// Errors: EBADF, ENOTSOCK. What an older kernel does not tell stays zero. See Find for what only sock_diag tells.
func Of(fd int) (Info, error) {
	i := Info{FD: fd}
	typ, err := socket.Getsockopt(fd, socket.SO_TYPE)
	if err != nil {
		return Info{}, os.NewSyscallError("getsockopt SO_TYPE", err)
	}
	i.Type = Type(typ)
	domain, err := socket.Getsockopt(fd, socket.SO_DOMAIN)
	if err != nil {
		return Info{}, os.NewSyscallError("getsockopt SO_DOMAIN", err)
	}
	i.Domain = Domain(domain)
	protocol, err := socket.Getsockopt(fd, socket.SO_PROTOCOL)
	if err != nil {
		return Info{}, os.NewSyscallError("getsockopt SO_PROTOCOL", err)
	}
	i.Protocol = Protocol(protocol)

	// From here on an error means that this kind of socket, or this kernel, does not tell.
	i.Local, _ = socket.Getsockname(fd)
	i.Peer, _ = socket.Getpeername(fd)
	if i.Domain == unix.AF_NETLINK && i.Peer == socket.SockaddrNl(0, 0) {
		i.Peer = socket.Sockaddr{} // the kernel: not connected
	}
	i.Listening, _ = socket.Getsockopt(fd, socket.SO_ACCEPTCONN)
	i.Nonblock, _ = socket.Nonblock(fd)
	i.Cloexec, _ = socket.Cloexec(fd)
	i.Recvq, _ = socket.Siocinq(fd)
	i.Sendq, _ = socket.Siocoutq(fd)
	i.Memory, _ = socket.Getsockopt(fd, socket.SO_MEMINFO)
	i.Cookie, _ = socket.Getsockopt(fd, socket.SO_COOKIE)
	var stat unix.Stat_t
	if unix.Fstat(fd, &stat) == nil {
		i.Inode = stat.Ino
	}

	switch {
	case i.Listening:
		i.State = socket.TCP_LISTEN
	case i.Peer.Len() > 0:
		i.State = socket.TCP_ESTABLISHED
	default:
		i.State = socket.TCP_CLOSE
	}
	if i.isTCP() {
		var tcp socket.TCPInfo
		if n, err := socket.GetsockoptInto(fd, socket.TCP_INFO, &tcp); err == nil {
			i.TCP, i.TCPLen, i.State = &tcp, n, tcp.State
		}
		if i.TCP != nil && i.Listening {
			i.Recvq, i.Sendq = int(tcp.Unacked), int(tcp.Sacked)
		}
	}

	for _, o := range options() {
		if _, skip := unread[o.Name]; skip || !o.Readable() || !i.has(o) {
			continue
		}
		if v, err := o.get(fd); err == nil {
			i.Options = append(i.Options, OptionValue{o, v})
		}
	}
	return i, nil
}

func (i *Info) isInet() bool { return i.Domain == unix.AF_INET || i.Domain == unix.AF_INET6 }

func (i *Info) isTCP() bool {
	return i.isInet() && i.Type == unix.SOCK_STREAM && (i.Protocol == unix.IPPROTO_TCP || i.Protocol == unix.IPPROTO_MPTCP)
}

// has reports whether a socket can have an option, by its level: the kernel says the rest.
func (i *Info) has(o Option) bool {
	switch o.Level {
	case unix.SOL_SOCKET:
		return true
	case unix.IPPROTO_IP: // AF_INET6 sockets speak IPv4 too
		return i.isInet() && (o.Name != "IP_PROTOCOL" || i.Type == unix.SOCK_RAW) // which elsewhere is the port
	case unix.IPPROTO_IPV6:
		return i.Domain == unix.AF_INET6
	case unix.IPPROTO_UDP:
		return i.isInet() && i.Type == unix.SOCK_DGRAM && (i.Protocol == unix.IPPROTO_UDP || i.Protocol == unix.IPPROTO_UDPLITE)
	case unix.IPPROTO_TCP:
		return i.isTCP()
	}
	return o.Applies(i.Domain, i.Type, i.Protocol)
}

// shown are the options that the first lines of an Info's text have.
var shown = map[string]bool{"SO_TYPE": true, "SO_DOMAIN": true, "SO_PROTOCOL": true, "SO_ACCEPTCONN": true, "SO_COOKIE": true,
	"SO_MEMINFO": true, "SO_PEERNAME": true}

// String is the socket in a line, then what it holds, then its options by level; of TCP_INFO and of the memory what is not zero.
//
//	fd 3: AF_INET SOCK_STREAM IPPROTO_TCP 127.0.0.1:43210 → 127.0.0.1:80 ESTABLISHED
//	  flags   nonblock cloexec
//	  queues  in 0, out 12
//	  …
//	SOL_SOCKET
//	  SO_REUSEADDR  false
//	  …
func (i Info) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "fd %d: %s %s", i.FD, textOf(i.Domain), textOf(i.Type))
	if i.isInet() || i.Protocol != 0 {
		fmt.Fprintf(&b, " %s", protocolText(i.Domain, i.Protocol))
	}
	fmt.Fprintf(&b, " %s\n", joinText(ends(i.Local, i.Peer), stateText(i.Protocol, i.State)))

	var rows [][2]string
	var flags []string
	for _, f := range []struct {
		on   bool
		name string
	}{{i.Listening, "listening"}, {i.Nonblock, "nonblock"}, {i.Cloexec, "cloexec"}} {
		if f.on {
			flags = append(flags, f.name)
		}
	}
	if flags == nil {
		flags = []string{"none"}
	}
	queues := fmt.Sprintf("in %d, out %d", i.Recvq, i.Sendq)
	if i.Listening && i.TCP != nil {
		queues = fmt.Sprintf("%d connections of %d wait", i.Recvq, i.Sendq)
	}
	rows = append(rows, [2]string{"flags", strings.Join(flags, " ")}, [2]string{"queues", queues},
		[2]string{"memory", nonzero(i.Memory)}, [2]string{"inode", fmt.Sprint(i.Inode)}, [2]string{"cookie", fmt.Sprint(i.Cookie)})
	writeRows(&b, rows)

	level := ""
	rows = nil
	flush := func() {
		if rows != nil {
			fmt.Fprintf(&b, "%s\n", level)
			writeRows(&b, rows)
			rows = nil
		}
	}
	for _, o := range i.Options {
		if o.Option.LevelName != level {
			flush()
			level = o.Option.LevelName
		}
		if !shown[o.Option.Name] {
			rows = append(rows, [2]string{o.Option.Name, printable(o.Option.Format(o.Value))})
		}
	}
	flush()
	if i.TCP != nil {
		fmt.Fprintf(&b, "TCP_INFO, %d bytes\n", i.TCPLen)
		v := reflect.ValueOf(*i.TCP)
		for f := range v.NumField() {
			if !v.Field(f).IsZero() {
				rows = append(rows, [2]string{v.Type().Field(f).Name, string(appendText(nil, v.Field(f), false))})
			}
		}
		writeRows(&b, rows)
	}
	return b.String()
}

// MarshalJSON writes what the tags say: enumerations, addresses and durations as text, structures of C under their
// fields' names, the options as an object.
func (i Info) MarshalJSON() ([]byte, error) { return appendJSON(nil, reflect.ValueOf(i)), nil }

// writeRows writes names and values, in columns.
func writeRows(b *strings.Builder, rows [][2]string) {
	width := 0
	for _, r := range rows {
		width = max(width, utf8.RuneCountInString(r[0]))
	}
	for _, r := range rows {
		fmt.Fprintf(b, "%s\n", strings.TrimRight(fmt.Sprintf("  %-*s  %s", width, r[0], r[1]), " "))
	}
}

// ends is the two ends of a socket: "127.0.0.1:80 → 127.0.0.1:1234", or what there is of it.
func ends(local, peer socket.Sockaddr) string {
	switch {
	case peer.Len() > 0:
		return local.String() + " → " + peer.String()
	case local.Len() > 0:
		return local.String()
	}
	return ""
}

func textOf(v any) string { return string(appendText(nil, reflect.ValueOf(v), false)) }

func joinText(parts ...string) string {
	text := ""
	for _, p := range parts {
		if p != "" && text != "" {
			text += " "
		}
		text += p
	}
	return text
}

// printable is a text on one line: quoted where it holds what does not print.
func printable(s string) string {
	if s == "" {
		return `""`
	}
	for _, r := range s {
		if r < ' ' || r == utf8.RuneError {
			return fmt.Sprintf("%q", s)
		}
	}
	return s
}

// nonzero is the fields of a structure that are not zero: "rcvbuf 131072, sndbuf 16384".
func nonzero(v any) string {
	s := reflect.ValueOf(v)
	var parts []string
	for f := range s.NumField() {
		if !s.Field(f).IsZero() {
			parts = append(parts, strings.ToLower(s.Type().Field(f).Name)+" "+textOf(s.Field(f).Interface()))
		}
	}
	if parts == nil {
		return "0"
	}
	return strings.Join(parts, ", ")
}
