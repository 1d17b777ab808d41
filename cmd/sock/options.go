//go:build linux

package main

// This file holds -o, and sock opts: package sockinfo knows the options, and reads their values from text.

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/sockinfo"
)

// An option is a NAME=VALUE of -o.
type option struct {
	sockinfo.Option
	setting socket.Setting
	value   string
	when    moment
}

// A moment is when an option is set.
type moment int

const (
	whenNew       moment = iota // behind socket(): before bind, connect and listen
	whenConnected               // behind connect, or accept
)

func (m moment) String() string {
	return [...]string{"after socket, before bind, connect and listen", "after connect, or accept"}[m]
}

// due is the moment of an option. What needs a connection says so in the table.
func due(o sockinfo.Option) moment {
	first, _, _ := strings.Cut(o.Needs, ";")
	for _, need := range strings.Split(first, ",") {
		word, _, _ := strings.Cut(strings.TrimSpace(need), " ")
		if word == "connected" || word == "established" {
			return whenConnected
		}
	}
	if o.Name == "TCP_QUICKACK" { // the handshake turns it off
		return whenConnected
	}
	return whenNew
}

func parseOption(text string) (option, error) {
	name, value, hasValue := strings.Cut(text, "=")
	o, ok := sockinfo.Lookup(name)
	if !ok {
		return option{}, fmt.Errorf("%s: no such option%s", name, didYouMean(name))
	}
	if !hasValue && o.Type != "bool" && o.Type != "struct {}" {
		return option{}, fmt.Errorf("%s=VALUE: which %s?", name, o.Type)
	}
	if !hasValue {
		value = "1"
	}
	setting, err := o.Parse(value)
	if err == unix.ENOPROTOOPT || !o.Writable() {
		return option{}, fmt.Errorf("%s can only be read", name)
	}
	if err != nil {
		return option{}, err
	}
	return option{o, setting, value, due(o)}, nil
}

// setOptions sets the options whose moment it is.
func (c *config) setOptions(s *conn, now moment) error {
	for _, o := range c.options {
		if o.when != now {
			continue
		}
		err := o.setting.Apply(s.fd)
		val, size := o.value, "sizeof val"
		if v, verr := o.Value(o.value); verr == nil {
			val = o.Format(v)
			if on, ok := v.(bool); ok {
				val, size = map[bool]string{false: "0", true: "1"}[on], "4"
			} else if _, ok := v.(int); ok {
				size = "4"
			}
		}
		trace(err, "setsockopt(%d, %s, %s, [%s], %s) → 0", s.fd, o.LevelName, o.CName, val, size)
		if err != nil {
			return failed("setsockopt", o.Name+"="+o.value, err)
		}
	}
	return nil
}

// didYouMean suggests the option whose name is nearest, if that is near.
func didYouMean(name string) string {
	best, distance := "", 1+len(name)/3
	for _, o := range sockinfo.Options() {
		if d := editDistance(strings.ToUpper(name), o.Name); d < distance {
			best, distance = o.Name, d
		}
		if strings.HasSuffix(o.Name, "_"+strings.ToUpper(name)) && distance > 0 {
			best, distance = o.Name, 0 // REUSEADDR
		}
	}
	if best == "" {
		return "; sock opts lists them"
	}
	return "; did you mean " + best + "?"
}

// editDistance is Levenshtein's: how many letters to insert, delete or change.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// opts is sock opts: the table, or what it has on the one option that is meant.
func opts(args []string) error {
	long := len(args) > 0 && args[0] == "-l"
	if long {
		args = args[1:]
	}
	if len(args) > 1 {
		return usage("opts: one FILTER, please")
	}
	filter := strings.ToUpper(strings.Join(args, ""))
	var found []sockinfo.Option
	for _, o := range sockinfo.Options() {
		if o.Name == filter || o.LevelName+"."+o.CName == filter {
			found = []sockinfo.Option{o}
			long = true
			break
		}
		if strings.Contains(o.LevelName+"."+o.Name, filter) || strings.Contains(o.CName, filter) {
			found = append(found, o)
		}
	}
	if len(found) == 0 {
		return fmt.Errorf("opts %s: no such option%s", args[0], didYouMean(args[0]))
	}
	defaults, err := newSockets()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if long {
		for i, o := range found {
			if i > 0 {
				b.WriteByte('\n')
			}
			describe(&b, o, defaults)
		}
		return write(b.Bytes())
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "LEVEL\tNAME\tTYPE\tDIR\tTCP\tUDP\tUNIX\n")
	for _, o := range found {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", o.LevelName, o.Name, o.Type, o.Access, strings.Join(defaults.of(o, 28), "\t"))
	}
	w.Flush()
	return write(b.Bytes())
}

// describe writes all that the table has on an option.
func describe(b *bytes.Buffer, o sockinfo.Option, defaults *newest) {
	ways := map[string]string{"RW": "read and set", "RO": "read", "WO": "set"}
	fmt.Fprintf(b, "%s  %s, %d  %s, %s\n", o.CName, o.LevelName, o.Number, o.Type, ways[o.Access])
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(b, "  %-8s%s\n", name, text)
		}
	}
	line("what", o.Comment)
	line("needs", o.Needs)
	line("since", o.Since)
	var sockets []string
	for _, f := range o.Families {
		sockets = append(sockets, f.String())
	}
	for _, t := range o.Types {
		sockets = append(sockets, t.String())
	}
	for _, p := range o.Protocols {
		sockets = append(sockets, p.String())
	}
	line("sockets", strings.Join(sockets, " "))
	if o.Writable() {
		line("-o", due(o).String())
	}
	for i, v := range defaults.of(o, 1000) {
		line([]string{"tcp", "udp", "unix"}[i], v)
	}
	line("see", o.See)
}

// newest are new sockets: of TCP, UDP and AF_UNIX, and those of IPv6 that have the options of its level.
type newest struct{ tcp, udp, stream, tcp6, udp6 sockinfo.Info }

func newSockets() (*newest, error) {
	var n newest
	for _, s := range []struct {
		domain, typ int
		info        *sockinfo.Info
	}{
		{socket.AF_INET, socket.SOCK_STREAM, &n.tcp}, {socket.AF_INET, socket.SOCK_DGRAM, &n.udp}, {socket.AF_UNIX, socket.SOCK_STREAM, &n.stream},
		{socket.AF_INET6, socket.SOCK_STREAM, &n.tcp6}, {socket.AF_INET6, socket.SOCK_DGRAM, &n.udp6},
	} {
		fd, err := socket.Socket(s.domain, s.typ, 0)
		if err == unix.EAFNOSUPPORT {
			continue // no IPv6 here
		}
		if err != nil {
			return nil, failed("socket", sockinfo.Domain(s.domain), err)
		}
		*s.info, err = sockinfo.Of(fd)
		if err = errors.Join(err, socket.Close(fd)); err != nil {
			return nil, err
		}
	}
	return &n, nil
}

// of are the values of an option on them, "-" for none, cut to a width.
func (n *newest) of(o sockinfo.Option, width int) []string {
	sockets := []*sockinfo.Info{&n.tcp, &n.udp, &n.stream}
	if o.Level == unix.IPPROTO_IPV6 || o.Level == unix.IPPROTO_ICMPV6 {
		sockets[0], sockets[1] = &n.tcp6, &n.udp6
	}
	var texts []string
	for _, s := range sockets {
		text := "-"
		v, ok := s.Option(o.Name)
		if o.Name == "TCP_INFO" && s.TCP != nil {
			v, ok = *s.TCP, true
		}
		if ok {
			if text = o.Format(v); text == "" {
				text = `""`
			}
		}
		if r := []rune(text); len(r) > width {
			text = string(r[:width-1]) + "…"
		}
		texts = append(texts, text)
	}
	return texts
}
