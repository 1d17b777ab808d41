//go:build linux

package main

// This file holds the modes: what is done with a connection, of a client or of a server.

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// modes are the values of -m.
var modes = []struct {
	name, text string
	run        func(c *config, s *conn) error
}{
	{"stdio", "standard input to the socket, the socket to standard output", (*config).stdio},
	{"echo", "send back what comes (RFC 862)", (*config).echo},
	{"discard", "receive and forget (RFC 863)", (*config).discard},
	{"chargen", "send lines of characters until the peer has enough (RFC 864)", (*config).chargen},
	{"source", "send -n times -w bytes, and say how fast that went", (*config).source},
	{"sink", "receive -r bytes at a time until the end, and say how fast that went", (*config).sink},
}

func modesText() string {
	var b strings.Builder
	b.WriteString("one of these (stdio):")
	for _, m := range modes {
		fmt.Fprintf(&b, "\n  %-9s%s", m.name, m.text)
	}
	return b.String()
}

func (c *config) setMode(name string) error {
	c.mode = name
	for _, m := range modes {
		if m.name == name {
			return nil
		}
	}
	return fmt.Errorf("there is no mode %q", name)
}

// serve does with a connection what -m asks for.
func (c *config) serve(s *conn) error {
	time.Sleep(c.first)
	for _, m := range modes {
		if m.name == c.mode {
			return m.run(c, s)
		}
	}
	return usage("there is no mode %q", c.mode)
}

// echo sends back what it receives.
func (c *config) echo(s *conn) error {
	buf := make([]byte, c.read)
	for {
		n, end, err := s.recv(buf)
		if err != nil || end {
			return err
		}
		if err := s.send(buf[:n]); err != nil {
			return err
		}
	}
}

// discard receives to the end.
func (c *config) discard(s *conn) error {
	buf := make([]byte, c.read)
	for {
		if _, end, err := s.recv(buf); err != nil || end {
			return err
		}
	}
}

// chargen sends lines until the peer no longer takes them.
func (c *config) chargen(s *conn) error {
	_, stop := c.discardMeanwhile(s)
	defer stop()
	for p := range pattern(c.write) {
		if err := s.send(p); gone(err) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// discardMeanwhile receives and forgets what comes, which would fill the buffers: to the end, of which ended tells, or
// until stop, which waits for it, as nobody may use a descriptor that is closed.
func (c *config) discardMeanwhile(s *conn) (ended chan error, stop func()) {
	if s.dgram { // what finds no room is lost, and errors are for send
		return nil, func() {}
	}
	ended = make(chan error, 1)
	over := make(chan struct{})
	go func() {
		ended <- c.discard(s)
		close(over)
	}()
	return ended, func() {
		select {
		case <-over:
		default:
			s.shutdown(socket.SHUT_RDWR)
			<-over
		}
	}
}

// gone reports whether the peer has closed the connection.
func gone(err error) bool { return errors.Is(err, unix.EPIPE) || errors.Is(err, unix.ECONNRESET) }

// source sends a number of writes; then, half-closed, it waits until the peer has read them all and closes too.
func (c *config) source(s *conn) error {
	transfer.begin(int64(c.count) * int64(c.write))
	began, sent := time.Now(), int64(0)
	err := func() error {
		ended, stop := c.discardMeanwhile(s)
		defer stop()
		n := 0
		for p := range pattern(c.write) {
			if n++; n > c.count && c.count > 0 {
				break
			}
			if err := s.send(p); err != nil {
				return err
			}
			sent += int64(len(p))
			transfer.add(len(p))
			time.Sleep(c.pause)
		}
		if c.dgram || c.atEnd == "close" {
			return nil
		}
		if c.atEnd == "half" {
			if err := s.shutdown(socket.SHUT_WR); err != nil {
				return err
			}
		}
		return <-ended
	}()
	transfer.end()
	say("sock: sent %s", sums(sent, time.Since(began)))
	return err
}

// sink receives to the end, or a number of reads.
func (c *config) sink(s *conn) error {
	transfer.begin(0)
	began, received := time.Now(), int64(0)
	buf := make([]byte, c.read)
	err := func() error {
		for reads := 0; c.count == 0 || reads < c.count; reads++ {
			n, end, err := s.recv(buf)
			if err != nil || end {
				return err
			}
			received += int64(n)
			transfer.add(n)
			time.Sleep(c.pause)
		}
		return nil
	}()
	transfer.end()
	say("sock: received %s", sums(received, time.Since(began)))
	return err
}

// pattern yields buffers of n bytes for ever: lines of 72 of the 95 printing characters, each line one further.
func pattern(n int) func(yield func([]byte) bool) {
	const width, first, count = 72, ' ', 95
	lines := make([]byte, 0, count*(width+2))
	for i := range count {
		for j := range width {
			lines = append(lines, byte(first+(i+j)%count))
		}
		lines = append(lines, '\r', '\n')
	}
	return func(yield func([]byte) bool) {
		buf := make([]byte, n)
		for at := 0; ; {
			for done := 0; done < n; {
				m := copy(buf[done:], lines[at:])
				done, at = done+m, (at+m)%len(lines)
			}
			if !yield(buf) {
				return
			}
		}
	}
}

// stdio copies standard input to the socket and the socket to standard output, until both have ended.
func (c *config) stdio(s *conn) error {
	if !isTerminal(unix.Stdin) && !isTerminal(unix.Stdout) { // else the line would get into the dialogue
		transfer.begin(inputSize())
		defer transfer.end()
	}
	received, sent := make(chan error, 1), make(chan error, 1)
	go func() { received <- c.toOutput(s) }()
	go func() { sent <- c.fromInput(s) }()
	var failure error
	var silence <-chan time.Time // of datagrams, after the end of input
	patience := c.timeout
	if patience == 0 {
		patience = time.Second
	}
	for received != nil || sent != nil {
		select {
		case err := <-received:
			if err == errEnough {
				return failure
			}
			if err != nil || isTerminal(unix.Stdin) { // a person need not end the input of a connection that is over
				return errors.Join(failure, err)
			}
			received = nil
		case err := <-sent:
			sent = nil
			switch {
			case gone(err): // there may still be an answer to read
				failure = err
			case err != nil:
				return err
			case c.atEnd == "close":
				return nil
			case c.atEnd == "open":
			case s.dgram:
				s.touch()
				silence = time.After(patience)
			default:
				if err := s.shutdown(socket.SHUT_WR); err != nil && !errors.Is(err, unix.ENOTCONN) { // it was reset: recv says so
					return err
				}
			}
		case <-silence:
			left := patience - s.quiet()
			if left <= 0 {
				return failure
			}
			silence = time.After(left)
		}
	}
	return failure
}

// inputSize is how much is to be read from standard input, where that is a file.
func inputSize() int64 {
	var st unix.Stat_t
	if unix.Fstat(unix.Stdin, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return 0
	}
	at, _ := unix.Seek(unix.Stdin, 0, io.SeekCurrent)
	return max(st.Size-at, 0)
}

// fromInput sends what standard input has, to its end.
func (c *config) fromInput(s *conn) error {
	buf := make([]byte, c.write)
	for {
		n, err := os.Stdin.Read(buf)
		if n > 0 {
			if err := s.send(buf[:n]); err != nil {
				return err
			}
			transfer.add(n)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return failed("read", "standard input", errnoOf(err))
		}
	}
}

// errEnough is the end of -n.
var errEnough = errors.New("enough")

// toOutput writes what the socket has to standard output, to its end.
func (c *config) toOutput(s *conn) error {
	buf := make([]byte, c.read)
	for reads := 0; c.count == 0 || reads < c.count; reads++ {
		n, end, err := s.recv(buf)
		if err != nil || end {
			return err
		}
		transfer.add(n)
		if err := write(buf[:n]); err != nil {
			return err
		}
	}
	return errEnough
}

func write(p []byte) error {
	_, err := os.Stdout.Write(p)
	return failed("write", "standard output", errnoOf(err))
}

// errnoOf is the errno in an error of package os, which has named the call and the file already.
func errnoOf(err error) error {
	if errno := unix.Errno(0); errors.As(err, &errno) {
		return errno
	}
	return err
}
