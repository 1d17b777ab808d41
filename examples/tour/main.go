//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Command tour walks through the C socket API in Go: for each family and type of socket a server and a
// client in one process, which send a file, check it and hang up.
//
//	go run ./examples/tour             all of it
//	go run ./examples/tour -run tcp4   one pair; tcp.c is the same in C, call for call
//	go run ./examples/tour -h          the pairs there are
//
// It prints each C call and what the Go call returned. It ends with 0 if all was as it should be, else
// with 1 and the call and the errno that failed.
//
// The files: connection.go (streams and others that listen and accept), datagram.go, raw.go, and print.go,
// which is no socket code.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
)

// A pair is a server and a client of one family and type.
type pair struct {
	name        string
	domain, typ int
	run         func(*tour)
	shows       string       // in a sentence
	lacks       []unix.Errno // the errors of a system that has no such thing: the pair is passed over
}

var (
	noIPv6  = []unix.Errno{unix.EAFNOSUPPORT, unix.EADDRNOTAVAIL}
	noType  = []unix.Errno{unix.ESOCKTNOSUPPORT, unix.EPROTONOSUPPORT, unix.EAFNOSUPPORT}
	noRight = []unix.Errno{unix.EPERM, unix.EACCES, unix.EAFNOSUPPORT, unix.EADDRNOTAVAIL, unix.EAGAIN}
)

var pairs = []pair{
	{"tcp4", socket.AF_INET, socket.SOCK_STREAM, connection,
		"TCP: the server listens, the client connects, and each ends its own direction when it has said all.", nil},
	{"udp4", socket.AF_INET, socket.SOCK_DGRAM, datagrams,
		"UDP: nobody listens, each send is one recv, and an empty datagram is a message too.", nil},
	{"seq4", socket.AF_INET, socket.SOCK_SEQPACKET, knock,
		"IPv4 has this type only where the kernel speaks SCTP; the tour stops at the door.", noType},
	{"icmp4", socket.AF_INET, socket.SOCK_RAW, pings,
		"A raw socket, below TCP and UDP: the kernel itself is the server, and echoes each ping.", noRight},
	{"tcp6", socket.AF_INET6, socket.SOCK_STREAM, connection,
		"TCP over IPv6: the address and one option differ, the calls do not.", noIPv6},
	{"udp6", socket.AF_INET6, socket.SOCK_DGRAM, datagrams,
		"UDP over IPv6: the same again.", noIPv6},
	{"seq6", socket.AF_INET6, socket.SOCK_SEQPACKET, knock,
		"IPv6 has this type only where the kernel speaks SCTP, too.", noType},
	{"icmp6", socket.AF_INET6, socket.SOCK_RAW, pings,
		"A raw socket over IPv6: the kernel keeps the IP header to itself, and does the checksum.", noRight},
	{"unix-stream", socket.AF_UNIX, socket.SOCK_STREAM, connection,
		"The calls of TCP without a network: the address is a path, and bind makes a file there.", nil},
	{"unix-dgram", socket.AF_UNIX, socket.SOCK_DGRAM, datagrams,
		"Datagrams between paths: the client binds one too, or nobody could answer it.", nil},
	{"unix-seqpacket", socket.AF_UNIX, socket.SOCK_SEQPACKET, connection,
		"Both at once: a connection, with an end, that keeps messages apart.", noType},
	{"unix-abstract", socket.AF_UNIX, socket.SOCK_STREAM, abstract,
		"Linux's abstract names: no file, nothing to unlink; the client lets the kernel choose its name.", nil},
	{"unix-pair", socket.AF_UNIX, socket.SOCK_STREAM, socketpair,
		"socketpair makes both ends at once: no names, nobody to look for.", nil},
}

func main() {
	run := flag.String("run", "", "visit only the pairs whose name matches `REGEXP`")
	flag.Usage = usage
	flag.Parse()
	want, err := regexp.Compile(*run)
	if err != nil || flag.NArg() > 0 {
		usage()
		os.Exit(2)
	}

	// One thread, as the C twin is: nothing here waits for another goroutine.
	runtime.LockOSThread()
	t := newTour()
	defer t.clean()
	t.printf("The C socket API in Go: a server and a client in one process and one thread.\n" +
		"Each line is a C call and, behind the arrow, what the Go call returned.\n")
	t.printf("The file they send is this program: %d bytes, SHA-256 %x…\n", len(t.file), t.sum[:8])
	for _, p := range pairs {
		if want.MatchString(p.name) {
			t.visit(p)
		}
	}
	if t.pairs+t.passed == 0 {
		t.fail(fmt.Sprintf("no pair matches %q: see -h", *run))
	}
	t.printf("\n%d pairs, %d calls, %d bytes sent and found equal", t.pairs, t.calls, t.bytes)
	if t.passed > 0 {
		t.printf("; %d passed over", t.passed)
	}
	t.printf("\n")
}

func usage() {
	w := flag.CommandLine.Output()
	fmt.Fprint(w, "usage: tour [-run REGEXP]\n\n"+
		"A tour of the C socket API in Go. For each family and type a server and a client, in one process,\n"+
		"send a file (this program), check its SHA-256 and hang up; each C call is printed with what the Go\n"+
		"call returned. Ends with 0, or with 1 and the call that failed.\n\n")
	flag.PrintDefaults()
	fmt.Fprint(w, "\nThe pairs:\n")
	for _, p := range pairs {
		fmt.Fprintf(w, "  %-16s%s, %s\n", p.name, domainName(p.domain), typeName(p.typ))
	}
}

// visit runs a pair and counts it.
func (t *tour) visit(p pair) {
	t.pair, t.abstract = p, false
	passed := t.passed
	t.printf("\n%s: %s, %s\n  %s\n\n", p.name, domainName(p.domain), typeName(p.typ), p.shows)
	p.run(t)
	if t.passed == passed {
		t.pairs++
	}
}

// knock asks for a socket and no more.
func knock(t *tour) {
	server := side{t, "server"}
	fd, err := socket.Socket(t.domain, t.typ, 0)
	if !server.tried(err, "socket(%s, %s, 0) → %d", domainName(t.domain), typeName(t.typ), fd) {
		return
	}
	err = socket.Close(fd)
	server.did(err, "close(%d) → 0", fd)
	t.passOver("SCTP is here, but its one socket for many peers is beyond this tour")
}

// largest is the largest message sent: it goes through any network in one piece.
const largest = 1400

// part is what goes by messages: the start of the file, in pieces of every size from 1 byte to largest.
func (t *tour) part() (pieces [][]byte, size int, sum digest) {
	for n := 1; n <= largest && size+n <= len(t.file); n++ {
		pieces = append(pieces, t.file[size:size+n])
		size += n
	}
	return pieces, size, sha256.Sum256(t.file[:size])
}
