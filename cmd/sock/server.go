//go:build linux

package main

// This file holds the server of connections. That of datagrams is in datagram.go.

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/netdb"
)

// together is how many clients are served at a time: each holds a thread or two. More wait in the backlog.
const together = 1000

func (c *config) connectionServer() error {
	l, err := c.bindServer()
	if err != nil {
		return err
	}
	if err := l.listen(c.backlog); err != nil {
		return err
	}
	if l.peer, err = l.getsockname(); err != nil { // port 0: the kernel chose one
		return err
	}
	say("sock: listening on %v", l.peer)
	if c.mode == "stdio" {
		s, err := c.next(l)
		if err == nil {
			err = c.connected(s)
		}
		if err != nil {
			return err
		}
		l.close()
		return errors.Join(c.serve(s), s.close())
	}

	time.Sleep(time.Nanosecond) // Go opens its poller for the first timer: with no descriptor left it would die
	var clients sync.WaitGroup
	var anyFailed atomic.Bool
	slots := make(chan struct{}, together)
	for n := 0; c.clients == 0 || n < c.clients; n++ {
		slots <- struct{}{}
		s, err := c.next(l)
		if err != nil {
			return err
		}
		clients.Go(func() {
			err := c.connected(s)
			if err == nil {
				err = c.serve(s)
			}
			if err = errors.Join(err, s.close()); err != nil {
				report(err)
				anyFailed.Store(true)
			}
			<-slots
		})
	}
	err = l.close()
	clients.Wait()
	if anyFailed.Load() {
		return errReported
	}
	return err
}

// next accepts a client. One that has gone is passed over; while there are no descriptors it waits for better times.
func (c *config) next(l *conn) (*conn, error) {
	for {
		s, err := l.accept()
		switch {
		case errors.Is(err, unix.ECONNABORTED):
		case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE), errors.Is(err, unix.ENOBUFS), errors.Is(err, unix.ENOMEM):
			report(err)
			time.Sleep(time.Second)
		default:
			return s, err
		}
	}
}

// connected sets what an accepted socket does not have from its listener.
func (c *config) connected(s *conn) error {
	if verbose {
		s.getsockname()
	}
	if err := s.setTimeout(c.timeout); err != nil {
		return err
	}
	if c.unix { // Linux copies the options of a TCP listener, and none of AF_UNIX's
		if err := c.setOptions(s, whenNew); err != nil {
			return err
		}
	}
	return c.setOptions(s, whenConnected)
}

// bindServer makes the server's socket and binds it to the first address that can be: of IPv4, if it is not told.
func (c *config) bindServer() (*conn, error) {
	addrs, err := c.resolve(netdb.AI_PASSIVE)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(addrs, func(a, b socket.Sockaddr) int { return a.Family() - b.Family() })
	var failures []error
	for _, addr := range addrs {
		s, err := c.bindTo(addr)
		if err == nil {
			return s, nil
		}
		failures = append(failures, err)
	}
	return nil, errors.Join(failures...)
}

func (c *config) bindTo(addr socket.Sockaddr) (*conn, error) {
	s, err := newConn(addr.Family(), c.typ(), addr)
	if err != nil {
		return nil, err
	}
	if !c.unix && !c.dgram { // else the port is taken for a minute after the last server
		err = socket.Setsockopt(s.fd, socket.SO_REUSEADDR, true)
		trace(err, "setsockopt(%d, SOL_SOCKET, SO_REUSEADDR, [1], 4) → 0", s.fd)
		err = failed("setsockopt", "SO_REUSEADDR=true", err)
	}
	if err == nil && c.dgram {
		err = s.pktinfo()
	}
	if err == nil {
		err = c.setOptions(s, whenNew)
	}
	if err == nil {
		err = s.bind(addr)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}
