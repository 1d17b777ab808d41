//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package main

// This file holds what is no socket code: printing, counting, failing, cleaning up, addresses to bind to.

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
)

type digest = [sha256.Size]byte

// A tour is what the pairs share, and the sums of the last line.
type tour struct {
	file []byte // what is sent
	sum  digest // of file
	dir  string // for AF_UNIX paths

	pair          // the one being visited
	abstract bool // AF_UNIX: its address is not a path but a name that only Linux has

	pairs, passed, calls, bytes int
}

// newTour reads the file and makes the directory, which a signal that ends the program removes again.
func newTour() *tour {
	t := new(tour)
	exe, err := os.Executable()
	if err != nil {
		t.fail(err.Error())
	}
	if t.file, err = os.ReadFile(exe); err != nil {
		t.fail(err.Error())
	}
	t.sum = sha256.Sum256(t.file)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	signal.Ignore(syscall.SIGPIPE) // printf sees EPIPE instead
	tmp := os.TempDir()
	if len(tmp) > 60 {
		tmp = "/tmp" // sun_path is short
	}
	if t.dir, err = os.MkdirTemp(tmp, "tour"); err != nil {
		t.fail(err.Error())
	}
	go func() {
		sig := <-signals
		t.clean()
		os.Exit(128 + int(sig.(syscall.Signal)))
	}()
	return t
}

func (t *tour) clean() {
	if t.dir != "" {
		os.RemoveAll(t.dir)
	}
}

func (t *tour) printf(format string, args ...any) {
	if _, err := fmt.Printf(format, args...); err != nil {
		if errors.Is(err, unix.EPIPE) { // tour | head
			t.clean()
			os.Exit(1)
		}
		t.fail(err.Error())
	}
}

// fail ends the tour.
func (t *tour) fail(message string) {
	t.clean()
	fmt.Fprintf(os.Stderr, "tour: %s\n", message)
	os.Exit(1)
}

func (t *tour) passOver(why string) {
	t.passed++
	t.printf("  passed over: %s\n", why)
}

// A side is the server or the client, whose steps are printed.
type side struct {
	*tour
	who string
}

// did prints a step: the C call, an arrow, the result. An error ends the tour.
func (s side) did(err error, format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	s.calls++
	s.print(err, line)
	if err != nil {
		s.fail(s.name + ": " + failure(err, line))
	}
}

// tried is did for what the system may lack: then the pair is passed over, and tried is false.
func (s side) tried(err error, format string, args ...any) bool {
	errno, _ := err.(unix.Errno)
	if errno == 0 || !slices.Contains(s.lacks, errno) {
		s.did(err, format, args...)
		return true
	}
	line := fmt.Sprintf(format, args...)
	s.calls++
	s.print(err, line)
	s.passOver(failure(err, line))
	return false
}

// didOne is did for one of many equal steps, which didAll prints together.
func (s side) didOne(err error, format string, args ...any) {
	if err != nil {
		s.did(err, format, args...)
	}
	s.calls++
}

func (s side) didAll(format string, args ...any) { s.print(nil, fmt.Sprintf(format, args...)) }

func (s side) print(err error, line string) {
	call, result, _ := strings.Cut(line, " → ")
	if err != nil {
		result = "-1 " + errnoText(err)
	}
	s.printf("  %-8s%-58s → %s\n", s.who, call, result)
}

// check ends the tour if what a call returned is not what it should be.
func (s side) check(ok bool, call, format string, args ...any) {
	if !ok {
		s.fail(s.name + ": " + call + ": " + fmt.Sprintf(format, args...))
	}
}

// failure names the call of a line, and its error: "connect: ECONNREFUSED (connection refused)".
func failure(err error, line string) string {
	call, _, _ := strings.Cut(line, "(")
	return call + ": " + errnoText(err)
}

func errnoText(err error) string {
	if errno, ok := err.(unix.Errno); ok {
		return fmt.Sprintf("%s (%v)", unix.ErrnoName(errno), errno)
	}
	return err.Error()
}

// address is where a side of a pair binds: loopback with port 0, or a name of its own.
func (s side) address() socket.Sockaddr {
	switch s.domain {
	case socket.AF_INET:
		return socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))
	case socket.AF_INET6:
		return socket.SockaddrIn(netip.MustParseAddrPort("[::1]:0"))
	}
	path := filepath.Join(s.dir, s.who)
	if s.abstract {
		path = "\x00tour" + strconv.Itoa(os.Getpid())
	}
	addr, err := socket.SockaddrUn(path)
	s.check(err == nil, "sockaddr_un", "%v", err)
	return addr
}

func domainName(domain int) string {
	switch domain {
	case socket.AF_INET:
		return "AF_INET"
	case socket.AF_INET6:
		return "AF_INET6"
	}
	return "AF_UNIX"
}

func typeName(typ int) string {
	switch typ {
	case socket.SOCK_STREAM:
		return "SOCK_STREAM"
	case socket.SOCK_DGRAM:
		return "SOCK_DGRAM"
	case socket.SOCK_SEQPACKET:
		return "SOCK_SEQPACKET"
	}
	return "SOCK_RAW"
}
