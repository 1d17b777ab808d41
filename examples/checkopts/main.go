//go:build linux

// Command checkopts prints the default value of socket options, by level, as the kernel gives it to a new socket.
//
//	go run ./examples/checkopts
//
// The sock tool (sock opts) and package sockinfo know every option; here are those that the books teach.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"rawsocket.internal/socket"
)

// A row is an option and how its value prints.
type row struct {
	name string
	text func(fd int) (string, error)
}

// What an option's value is says its Go type; a wrong function here would not compile.
func flag[A socket.Readable](o socket.Option[bool, A]) func(int) (string, error) {
	return func(fd int) (string, error) {
		on, err := socket.Getsockopt(fd, o)
		if on {
			return "on", err
		}
		return "off", err
	}
}

func integer[A socket.Readable](o socket.Option[int, A]) func(int) (string, error) {
	return func(fd int) (string, error) {
		v, err := socket.Getsockopt(fd, o)
		return strconv.Itoa(v), err
	}
}

func linger[A socket.Readable](o socket.Option[socket.Linger, A]) func(int) (string, error) {
	return func(fd int) (string, error) {
		v, err := socket.Getsockopt(fd, o)
		return fmt.Sprintf("l_onoff = %d, l_linger = %d", v.Onoff, v.Linger), err
	}
}

func timeval[A socket.Readable](o socket.Option[time.Duration, A]) func(int) (string, error) {
	return func(fd int) (string, error) {
		v, err := socket.Getsockopt(fd, o)
		return fmt.Sprintf("%d sec, %d usec", v/time.Second, v%time.Second/time.Microsecond), err
	}
}

// C keeps seconds and milliseconds in an int, without a word of what they are.
func seconds[A socket.Readable](o socket.Option[time.Duration, A]) func(int) (string, error) {
	return func(fd int) (string, error) {
		v, err := socket.Getsockopt(fd, o)
		return strconv.Itoa(int(v / time.Second)), err
	}
}

func millis[A socket.Readable](o socket.Option[time.Duration, A]) func(int) (string, error) {
	return func(fd int) (string, error) {
		v, err := socket.Getsockopt(fd, o)
		return strconv.Itoa(int(v / time.Millisecond)), err
	}
}

func name[A socket.Readable](o socket.Option[string, A]) func(int) (string, error) {
	return func(fd int) (string, error) { return socket.Getsockopt(fd, o) }
}

// A kind is a socket and the options that are asked of it.
type kind struct {
	title                 string
	domain, typ, protocol int
	rows                  []row
}

var kinds = []kind{
	{"SOL_SOCKET", socket.AF_INET, socket.SOCK_STREAM, 0, []row{
		{"SO_ACCEPTCONN", flag(socket.SO_ACCEPTCONN)},
		{"SO_BROADCAST", flag(socket.SO_BROADCAST)},
		{"SO_DEBUG", flag(socket.SO_DEBUG)},
		{"SO_DOMAIN", integer(socket.SO_DOMAIN)},
		{"SO_DONTROUTE", flag(socket.SO_DONTROUTE)},
		{"SO_KEEPALIVE", flag(socket.SO_KEEPALIVE)},
		{"SO_LINGER", linger(socket.SO_LINGER)},
		{"SO_OOBINLINE", flag(socket.SO_OOBINLINE)},
		{"SO_PRIORITY", integer(socket.SO_PRIORITY)},
		{"SO_PROTOCOL", integer(socket.SO_PROTOCOL)},
		{"SO_RCVBUF", integer(socket.SO_RCVBUF)},
		{"SO_SNDBUF", integer(socket.SO_SNDBUF)},
		{"SO_RCVLOWAT", integer(socket.SO_RCVLOWAT)},
		{"SO_SNDLOWAT", integer(socket.SO_SNDLOWAT)},
		{"SO_RCVTIMEO", timeval(socket.SO_RCVTIMEO)},
		{"SO_SNDTIMEO", timeval(socket.SO_SNDTIMEO)},
		{"SO_REUSEADDR", flag(socket.SO_REUSEADDR)},
		{"SO_REUSEPORT", flag(socket.SO_REUSEPORT)},
		{"SO_TIMESTAMP", flag(socket.SO_TIMESTAMP)},
		{"SO_TYPE", integer(socket.SO_TYPE)},
	}},
	{"IPPROTO_IP", socket.AF_INET, socket.SOCK_DGRAM, 0, []row{
		{"IP_TOS", integer(socket.IP_TOS)},
		{"IP_TTL", integer(socket.IP_TTL)},
		{"IP_RECVERR", flag(socket.IP_RECVERR)},
		{"IP_RECVTTL", flag(socket.IP_RECVTTL)},
		{"IP_PKTINFO", flag(socket.IP_PKTINFO)},
		{"IP_MULTICAST_ALL", flag(socket.IP_MULTICAST_ALL)},
		{"IP_MULTICAST_LOOP", flag(socket.IP_MULTICAST_LOOP)},
		{"IP_MULTICAST_TTL", integer(socket.IP_MULTICAST_TTL)},
	}},
	{"IPPROTO_IPV6", socket.AF_INET6, socket.SOCK_DGRAM, 0, []row{
		{"IPV6_MULTICAST_HOPS", integer(socket.IPV6_MULTICAST_HOPS)},
		{"IPV6_MULTICAST_LOOP", flag(socket.IPV6_MULTICAST_LOOP)},
		{"IPV6_RECVPKTINFO", flag(socket.IPV6_RECVPKTINFO)},
		{"IPV6_TCLASS", integer(socket.IPV6_TCLASS)},
		{"IPV6_UNICAST_HOPS", integer(socket.IPV6_UNICAST_HOPS)},
		{"IPV6_V6ONLY", flag(socket.IPV6_V6ONLY)},
	}},
	{"IPPROTO_TCP", socket.AF_INET, socket.SOCK_STREAM, 0, []row{
		{"TCP_CONGESTION", name(socket.TCP_CONGESTION)},
		{"TCP_CORK", flag(socket.TCP_CORK)},
		{"TCP_DEFER_ACCEPT", seconds(socket.TCP_DEFER_ACCEPT)},
		{"TCP_KEEPCNT", integer(socket.TCP_KEEPCNT)},
		{"TCP_KEEPIDLE", seconds(socket.TCP_KEEPIDLE)},
		{"TCP_KEEPINTVL", seconds(socket.TCP_KEEPINTVL)},
		{"TCP_MAXSEG", integer(socket.TCP_MAXSEG)},
		{"TCP_NODELAY", flag(socket.TCP_NODELAY)},
		{"TCP_QUICKACK", flag(socket.TCP_QUICKACK)},
		{"TCP_SYNCNT", integer(socket.TCP_SYNCNT)},
		{"TCP_USER_TIMEOUT", millis(socket.TCP_USER_TIMEOUT)},
	}},
	{"IPPROTO_UDP", socket.AF_INET, socket.SOCK_DGRAM, 0, []row{
		{"UDP_CORK", flag(socket.UDP_CORK)},
		{"UDP_SEGMENT", integer(socket.UDP_SEGMENT)},
	}},
}

func main() {
	for _, k := range kinds {
		fmt.Printf("%s\n", k.title)
		fd, err := socket.Socket(k.domain, k.typ, k.protocol)
		check("socket", err)
		for _, r := range k.rows {
			text, err := r.text(fd)
			if err != nil {
				text = "not here" // the kernel is older, or built without
			}
			fmt.Printf("  %-20s %s\n", r.name, text)
		}
		err = socket.Close(fd)
		check("close", err)
	}
}

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "checkopts: %s: %v\n", call, err)
		os.Exit(1)
	}
}
