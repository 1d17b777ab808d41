//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb

// This file holds Connect and Listen: sockets from names.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// Connect makes a socket and connects it to a host and a service: to the first of Getaddrinfo's addresses
// that takes the connection. The descriptor is the caller's, close-on-exec and blocking.
//
//	for (ai = res; ai; ai = ai->ai_next)
//		if ((fd = socket(…)) >= 0 && connect(fd, ai->ai_addr, ai->ai_addrlen) == 0) break;
//
// C has no such call; Python has create_connection. node, service and hints are Getaddrinfo's; nil hints ask
// for streams of either family, a Socktype of 0 is SOCK_STREAM. A hints.Addr that is not zero is the address
// to connect from: it is bound first. Before that, settings are applied, in their order.
//
//	fd, err := netdb.Connect(ctx, "localhost", "2000", nil)
//	fd, err := netdb.Connect(ctx, "::1", "domain", &netdb.Addrinfo{Socktype: socket.SOCK_DGRAM},
//		socket.Set(socket.SO_RCVBUF, 1<<20))
//
// The context bounds all of it, look-up and attempts. While an attempt waits, it holds no thread.
//
// Errors: an EAI if there is no address to try. Else those of all attempts, joined, each with its address
// and an *os.SyscallError: errors.Is finds unix.ECONNREFUSED and its like, and the context's error if it
// ended. See Getaddrinfo, socket(2), bind(2), connect(2).
func Connect(ctx context.Context, node, service string, hints *Addrinfo, settings ...socket.Setting) (fd int, err error) {
	var h Addrinfo
	if hints != nil {
		h = *hints
	}
	if h.Socktype == 0 {
		h.Socktype = socket.SOCK_STREAM
	}
	list, err := Getaddrinfo(ctx, node, service, &h)
	if err != nil {
		return -1, err
	}
	return firstThatWorks(list, func(fd int, ai Addrinfo) error {
		if err := apply(fd, settings); err != nil {
			return err
		}
		if h.Addr.Len() > 0 {
			if err := socket.Bind(fd, h.Addr); err != nil {
				return os.NewSyscallError("bind", err)
			}
		}
		return os.NewSyscallError("connect", connect(ctx, fd, ai.Addr))
	})
}

// Listen makes a socket and listens on it at an address of this host: the first of Getaddrinfo's that can be
// bound. The descriptor is the caller's, close-on-exec and blocking.
//
// C has no such call; Python has create_server. node, service and hints are Getaddrinfo's, with AI_PASSIVE:
// node "" is the wildcard address. nil hints ask for streams; a Socktype of 0 is SOCK_STREAM. Without a
// Family in hints IPv4 addresses come first: create_server takes no others if it is not told. backlog is
// that of Listen in package socket.
//
// Two options are set without being asked for, as create_server does: SO_REUSEADDR and, for AF_INET6,
// IPV6_V6ONLY. After them come settings, in their order, and then Bind.
//
//	fd, err := netdb.Listen(ctx, "localhost", "2000", nil, 128)
//	fd, err := netdb.Listen(ctx, "", "http", nil, 128, socket.Set(socket.SO_REUSEPORT, true))
//	fd, err := netdb.Listen(ctx, "", "http", &netdb.Addrinfo{Family: socket.AF_INET6}, 128,
//		socket.Set(socket.IPV6_V6ONLY, false)) // dual stack: IPv4 too
//
// Errors: an EAI if there is no address to try. Else those of all attempts, joined, each with its address
// and an *os.SyscallError: errors.Is finds unix.EADDRINUSE and its like. See Getaddrinfo, socket(2),
// bind(2), listen(2), ipv6(7).
func Listen(ctx context.Context, node, service string, hints *Addrinfo, backlog int, settings ...socket.Setting) (fd int, err error) {
	var h Addrinfo
	if hints != nil {
		h = *hints
	}
	h.Flags |= AI_PASSIVE
	if h.Socktype == 0 {
		h.Socktype = socket.SOCK_STREAM
	}
	list, err := Getaddrinfo(ctx, node, service, &h)
	if err != nil {
		return -1, err
	}
	slices.SortStableFunc(list, func(a, b Addrinfo) int {
		return first(a.Family == socket.AF_INET, b.Family == socket.AF_INET)
	})
	return firstThatWorks(list, func(fd int, ai Addrinfo) error {
		own := []socket.Setting{socket.Set(socket.SO_REUSEADDR, true)}
		if ai.Family == socket.AF_INET6 {
			own = append(own, socket.Set(socket.IPV6_V6ONLY, true))
		}
		if err := apply(fd, append(own, settings...)); err != nil {
			return err
		}
		if err := socket.Bind(fd, ai.Addr); err != nil {
			return os.NewSyscallError("bind", err)
		}
		return os.NewSyscallError("listen", socket.Listen(fd, backlog))
	})
}

// firstThatWorks makes a socket for each answer until f succeeds with one, or the context ends.
func firstThatWorks(list []Addrinfo, f func(fd int, ai Addrinfo) error) (fd int, err error) {
	var errs []error
	for _, ai := range list {
		fd, err := socket.Socket(ai.Family, ai.Socktype, ai.Protocol)
		if err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", ai.Addr, os.NewSyscallError("socket", err)))
			continue
		}
		if err = f(fd, ai); err == nil {
			return fd, nil
		}
		socket.Close(fd)
		errs = append(errs, fmt.Errorf("%v: %w", ai.Addr, err))
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			break
		}
	}
	return -1, errors.Join(errs...)
}

func apply(fd int, settings []socket.Setting) error {
	for _, s := range settings {
		if err := s.Apply(fd); err != nil {
			return fmt.Errorf("%v: %w", s, os.NewSyscallError("setsockopt", err))
		}
	}
	return nil
}

// connect connects fd within the time of ctx, and leaves it blocking.
func connect(ctx context.Context, fd int, addr socket.Sockaddr) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := socket.SetNonblock(fd, true); err != nil {
		return err
	}
	err := socket.Nonblocking(fd).Connect(addr)
	if err == unix.EINPROGRESS {
		if err := awaitWritable(ctx, fd); err != nil {
			return err
		}
		e, err := socket.Getsockopt(fd, socket.SO_ERROR)
		if err != nil {
			return err
		}
		if e != 0 {
			return e
		}
	} else if err != nil {
		return err
	}
	return socket.SetNonblock(fd, false)
}

// awaitWritable waits until fd can be written to, or the context ends, on Go's own poller: a goroutine waits,
// and no thread.
func awaitWritable(ctx context.Context, fd int) error {
	dup, err := socket.Dup(fd)
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(dup), "") // it closes its descriptor: it gets one of its own
	defer file.Close()
	conn, err := file.SyscallConn()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { file.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	err = conn.Write(writable)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// writable reports whether fd can be written to, or is in error.
func writable(fd uintptr) bool {
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, 0)
		if err != unix.EINTR {
			return n != 0 // or -1: what is wrong shows in SO_ERROR
		}
	}
}
