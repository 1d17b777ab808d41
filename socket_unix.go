//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Package socket is the C socket API: the calls of <sys/socket.h> under their own names, with C's arguments
// in C's order, on plain int descriptors.
//
// A server and a client, from socket to close:
//
//	s, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
//	err = socket.Setsockopt(s, socket.SO_REUSEADDR, true)
//	err = socket.Bind(s, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:7000")))
//	err = socket.Listen(s, 16)
//	fd, peer, err := socket.Accept(s)               // waits for a client
//	n, err := socket.Recv(fd, buf, 0)               // 0 at the end of the stream
//	n, err = socket.Sendall(fd, buf[:n], 0)
//	err = socket.Shutdown(fd, socket.SHUT_WR)       // no more from here; the peer's Recv gives 0
//	err = socket.Close(fd)
//
//	c, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
//	err = socket.Connect(c, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:7000")))
//	n, err = socket.Send(c, []byte("hello"), 0)     // may take less than all
//	n, err = socket.Recv(c, buf, 0)
//	err = socket.Close(c)
//
// # What you pass is what the kernel gets
//
// Each function is one system call; byte counts, flags and errors are the kernel's. But for two things:
//
//   - Every descriptor that a call makes or receives is close-on-exec. SetCloexec(fd, false) undoes it.
//   - EINTR never reaches the caller. An interrupted call is made again: with the time that is left where it
//     has a timeout, within twice the socket's own SO_RCVTIMEO or SO_SNDTIMEO. An interrupted connect that goes
//     on in the kernel is awaited; close is never repeated; bytes that have moved are returned.
//
// # Errors
//
// Every error is a unix.Errno, bare: err == unix.ECONNREFUSED. What the package refuses itself is an errno too:
// an int that is no C int is EINVAL, or EBADF for a descriptor. With an error a count is 0 and a descriptor -1;
// Sendall and Recvall alone return what has moved. The end of a stream is 0 and no error, as in C.
//
// # Addresses and options
//
// A Sockaddr is a value: a struct sockaddr_storage with its length. An Option has the Go type of its value and
// the way it goes, so that misuse does not compile. Numbers are in host order everywhere.
//
// # What waits
//
// A call that waits holds a thread until it is done; Close does not end it, Shutdown does. Calls that cannot
// wait, and those of a Nonblocking descriptor, are made without telling Go's scheduler and cost what C's cost.
// No call allocates; under -race some do. The race detector knows that a receive comes after its send where both are calls of this module.
//
// # What package net does beside
//
// The kernel's defaults hold here; package net has its own. To compare the two, make them equal first.
//
//	                net                                  here
//	TCP_NODELAY     on                                   off
//	SO_KEEPALIVE    on: 9 probes, 15 s apart             off
//	SO_REUSEADDR    on, for a listener                   off
//	SO_BROADCAST    on, for UDP                          off
//	MPTCP           a TCP listener, if there is any      only with IPPROTO_MPTCP
//	O_NONBLOCK      on: a goroutine waits, no thread     off
//	FD_CLOEXEC      on                                   on
//	backlog         net.core.somaxconn                   the argument of Listen
//	a unix path     is removed with its listener         stays
//	a short send    is continued                         is told; Sendall continues it
//	the end         io.EOF                               0
//	a name          is resolved, each address tried      netdb.Connect
//
// Control messages are in package cmsg, readiness in poll, names in netdb, Go's poller and the way to package net
// and back in netfd, many datagrams a call in udp, servers in socketserver, and what the kernel tells about a
// socket in sockinfo.
package socket

// This file holds the calls of <sys/socket.h>, in the order a program meets them:
//
//	1 make and name   2 wait for peers   3 reach a peer   4 send   5 receive   6 the descriptor
//	7 finish   8 Nonblocking, the same calls where none can wait   9 EINTR and time   10 constants
//
// Addresses are in addr.go, options in sockopt.go and its siblings, what only Linux has in
// socket_linux.go, and the system calls themselves in sys_linux.go and, for the BSDs and macOS, sys_bsd.go.

import (
	"math"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket/internal/race"
)

// isInt reports whether v fits a C int: what does not is refused, not cut.
func isInt(v int) bool { return int(int32(v)) == v }

// invalid is the errno for arguments that are no C ints: EBADF if the descriptor is, else EINVAL.
func invalid(fd int) unix.Errno {
	if !isInt(fd) {
		return unix.EBADF
	}
	return unix.EINVAL
}

// orNil is an errno as an error. (Errnos are small: the conversion does not allocate.)
func orNil(e unix.Errno) error {
	if e == 0 {
		return nil
	}
	return e
}

// 1. Make and name.

// Socket makes a socket and returns its descriptor, which is close-on-exec.
//
//	int socket(int domain, int type, int protocol);
//
// typ may hold SOCK_NONBLOCK where the system has it. protocol 0 is the usual one of the type; that of Linux's
// AF_PACKET goes to the kernel in network order, as in C: int(Htons(ETH_P_ALL)).
//
// Errors: EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT (there is no such socket), EACCES or EPERM (raw
// sockets need privilege), EMFILE, ENFILE (no descriptor left). See socket(2).
func Socket(domain, typ, protocol int) (fd int, err error) {
	if !isInt(domain) || !isInt(typ) || !isInt(protocol) {
		return -1, unix.EINVAL
	}
	fd, e := socket(domain, typ, protocol)
	if e != 0 {
		return -1, e
	}
	return fd, nil
}

// Socketpair makes two connected sockets, close-on-exec both; {-1, -1} on an error.
//
//	int socketpair(int domain, int type, int protocol, int sv[2]);
//
// domain is AF_UNIX on most systems.
//
// Errors: EOPNOTSUPP (no pairs in this domain), and those of Socket. See socketpair(2).
func Socketpair(domain, typ, protocol int) (fds [2]int, err error) {
	if !isInt(domain) || !isInt(typ) || !isInt(protocol) {
		return [2]int{-1, -1}, unix.EINVAL
	}
	var sv [2]int32
	if e := socketpair(domain, typ, protocol, &sv); e != 0 {
		return [2]int{-1, -1}, e
	}
	return [2]int{int(sv[0]), int(sv[1])}, nil
}

// Bind gives a socket its local address.
//
//	int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
//
// Port 0 lets the kernel choose one: Getsockname tells. An AF_UNIX path is made by Bind and stays until
// it is unlinked.
//
// Errors: EADDRINUSE (taken; for a path, it exists), EADDRNOTAVAIL (not an address of this host), EACCES
// (a port below 1024, a broadcast address, a directory that may not be written), EINVAL (bound already, or
// an address of another family). See bind(2), ip(7), unix(7).
func Bind(fd int, addr Sockaddr) error {
	if !isInt(fd) {
		return unix.EBADF
	}
	for {
		if e := bind(fd, &addr); e != unix.EINTR {
			return orNil(e)
		}
	}
}

// Getsockname is the local address of a socket.
//
//	int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen);
//
// See getsockname(2).
func Getsockname(fd int) (addr Sockaddr, err error) {
	if !isInt(fd) {
		return addr, unix.EBADF
	}
	addr.len = sizeofSockaddrStorage // the room there is; then what was filled
	if e := getsockname(fd, &addr); e != 0 {
		return Sockaddr{}, e
	}
	return addr, nil
}

// Getpeername is the address of the socket's peer.
//
//	int getpeername(int sockfd, struct sockaddr *addr, socklen_t *addrlen);
//
// Errors: ENOTCONN. See getpeername(2).
func Getpeername(fd int) (addr Sockaddr, err error) {
	if !isInt(fd) {
		return addr, unix.EBADF
	}
	addr.len = sizeofSockaddrStorage
	if e := getpeername(fd, &addr); e != 0 {
		return Sockaddr{}, e
	}
	return addr, nil
}

// 2. Wait for peers.

// Listen lets peers connect to a socket, and sets how many may wait to be accepted.
//
//	int listen(int sockfd, int backlog);
//
// The kernel lowers backlog to its own limit (Linux: net.core.somaxconn), which a negative one stands for
// too: it is passed on as it is. SOMAXCONN is C's constant, not that limit.
//
// Errors: EADDRINUSE (another socket listens there), EOPNOTSUPP (a type that cannot listen). See listen(2).
func Listen(fd, backlog int) error {
	if !isInt(fd) || !isInt(backlog) {
		return invalid(fd)
	}
	return orNil(listen(fd, backlog))
}

// Accept takes the first connection that waits, or waits for one: its descriptor, which is
// close-on-exec and blocking whatever the listener is, and the peer's address.
//
//	int accept(int sockfd, struct sockaddr *addr, socklen_t *addrlen);
//
// An unnamed unix peer has an address of Len 2.
//
// Errors: EAGAIN (non-blocking, or SO_RCVTIMEO is over), ECONNABORTED (the peer has gone again), EMFILE,
// ENFILE (no descriptor left: the connection waits on), EINVAL (the socket does not listen). See accept(2).
func Accept(fd int) (nfd int, peer Sockaddr, err error) {
	nfd, err = accept(fd, &peer, 0, false)
	if err != nil {
		return -1, Sockaddr{}, err
	}
	return nfd, peer, nil
}

// AcceptFD is Accept for those who do not want the peer's address: none is asked for, none paid for.
//
//	int accept4(int sockfd, NULL, NULL, int flags);
//
// flags are those of Accept4, 0 for none; macOS has no others.
//
// Errors: those of Accept; EINVAL (another flag). See accept(2).
func AcceptFD(fd, flags int) (nfd int, err error) { return accept(fd, nil, flags, false) }

// accept waits for a connection, and again after EINTR while the listener's own timeout lasts.
func accept(fd int, peer *Sockaddr, flags int, raw bool) (nfd int, err error) {
	if !isInt(fd) || !isInt(flags) {
		return -1, invalid(fd)
	}
	var start time.Duration
	if !raw {
		start = now()
	}
	for {
		nfd, e := accept4(fd, peer, flags, raw)
		switch {
		case e == 0:
			race.Acquire()
			return nfd, nil
		case e != unix.EINTR:
			return -1, e
		case expired(fd, unix.SO_RCVTIMEO, start):
			return -1, unix.EAGAIN
		}
	}
}

// 3. Reach a peer.

// Connect connects a socket to a peer; for a datagram socket it sets where Send goes and whom Recv hears.
//
//	int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
//
// SockaddrUnspec undoes it. An attempt that a signal interrupts goes on in the kernel: Connect waits for
// it and returns SO_ERROR (Linux may then take one more Connect for the first, in place of EISCONN). Where
// nothing goes on, on AF_UNIX and for datagrams, it calls again.
//
// Errors: EINPROGRESS (non-blocking: poll for writing, then read SO_ERROR; or SO_SNDTIMEO is over),
// ECONNREFUSED, ETIMEDOUT, ENETUNREACH, EHOSTUNREACH (the attempt failed), EADDRNOTAVAIL (no free port),
// EISCONN, EALREADY; on AF_UNIX ENOENT, EACCES and, with a full backlog, EAGAIN. See connect(2).
func Connect(fd int, addr Sockaddr) error { return reach(fd, &addr, false) }

func reach(fd int, addr *Sockaddr, raw bool) error {
	if !isInt(fd) {
		return unix.EBADF
	}
	race.Release()
	var start time.Duration
	if !raw && addr.Family() == unix.AF_UNIX {
		start = now()
	}
	for {
		e := connect(fd, addr, raw)
		switch {
		case e != unix.EINTR:
			return orNil(e)
		case goesOn(fd, addr):
			return orNil(awaitConnect(fd, addr))
		case !raw && start != 0 && expired(fd, unix.SO_SNDTIMEO, start):
			return unix.EAGAIN
		}
	}
}

// goesOn reports whether an attempt to connect goes on in the kernel when a signal ends the call.
func goesOn(fd int, addr *Sockaddr) bool {
	typ, _, e := getInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	return e == 0 && (typ == unix.SOCK_STREAM || typ == unix.SOCK_SEQPACKET) &&
		addr.Family() != unix.AF_UNIX && addr.Family() != unix.AF_UNSPEC
}

// awaitConnect waits for an attempt that a signal interrupted.
func awaitConnect(fd int, addr *Sockaddr) unix.Errno {
	until := deadline(fd, unix.SO_SNDTIMEO)
	for {
		if !wait(fd, unix.POLLOUT, until) {
			return unix.EINPROGRESS // what connect returns when SO_SNDTIMEO is over
		}
		soError, _, e := getInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if e != 0 || soError != 0 {
			return max(e, unix.Errno(soError))
		}
		peer := Sockaddr{len: sizeofSockaddrStorage}
		if e := getpeername(fd, &peer); e != unix.ENOTCONN {
			return e
		}
		// Nothing is pending: the signal came before the attempt.
		switch e := connect(fd, addr, false); {
		case e == unix.EISCONN:
			return 0
		case e != unix.EINTR && e != unix.EALREADY:
			return e
		case until >= 0 && now() >= until:
			return unix.EINPROGRESS
		}
	}
}

// 4. Send.

// Send sends p to the socket's peer and returns how many bytes the kernel took.
//
//	ssize_t send(int sockfd, const void *buf, size_t len, int flags);
//
// A stream may take less than all of p, above all when it is non-blocking: Sendall goes on. A datagram
// goes whole or not at all, and may be empty. A peer that has gone is EPIPE: Go programs do not die of
// SIGPIPE but by writes of package os to standard output and error; C programs that load Go code do,
// without MSG_NOSIGNAL.
//
// Errors: EAGAIN (non-blocking or MSG_DONTWAIT, or SO_SNDTIMEO is over, and nothing was taken), EPIPE,
// ECONNRESET, ECONNREFUSED (an ICMP error of an earlier datagram: this one was not sent), EMSGSIZE,
// ENOTCONN, EDESTADDRREQ, ENOBUFS. See send(2).
//
// With MSG_DONTWAIT the call is made without telling Go's scheduler. Netlink requests, which the kernel works
// off within the call, are better sent without it.
func Send(fd int, p []byte, flags int) (n int, err error) {
	return send(fd, p, flags, nil, flags&unix.MSG_DONTWAIT != 0)
}

// Sendto sends p to an address; the zero Sockaddr means the socket's peer.
//
//	ssize_t sendto(int sockfd, const void *buf, size_t len, int flags,
//	               const struct sockaddr *dest_addr, socklen_t addrlen);
//
// Errors: those of Send; EISCONN or, for some, no error (a stream that is connected). See send(2).
func Sendto(fd int, p []byte, flags int, to Sockaddr) (n int, err error) {
	return send(fd, p, flags, &to, flags&unix.MSG_DONTWAIT != 0)
}

func send(fd int, p []byte, flags int, to *Sockaddr, raw bool) (int, error) {
	if !isInt(fd) || !isInt(flags) {
		return 0, invalid(fd)
	}
	race.Read(p, len(p))
	race.Release()
	var r retry
	for {
		n, e := sendto(fd, p, flags|r.flags, to, raw)
		if e == 0 {
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_SNDTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

// A Msghdr describes a message to send or to receive: struct msghdr, with its field names.
//
//	struct msghdr { void *msg_name; socklen_t msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
//	                void *msg_control; size_t msg_controllen; int msg_flags; };
//
// The zero Msghdr is an empty message to the socket's peer. It may be used again as it is: each call sets
// anew what it returns.
type Msghdr struct {
	Name       *Sockaddr // msg_name: nil for none; Recvmsg fills it in, with the zero Sockaddr if there is none
	Iov        [][]byte  // msg_iov: scattered or gathered in order
	Control    []byte    // msg_control: what to send, or the space to receive into
	Controllen int       // set by Recvmsg: Control[:Controllen] was received; 0 after an error
	Flags      int       // msg_flags, set by Recvmsg: MSG_TRUNC, MSG_CTRUNC, MSG_EOR, MSG_ERRQUEUE, …; 0 after an error
}

// maxIov is UIO_MAXIOV, the most buffers the kernel takes in a call; fewer of them cost less stack.
const (
	maxIov  = 1024
	someIov = 64
	fewIov  = 8
)

// Sendmsg sends a message: gathered from several buffers, to an address or the peer, with control data.
//
//	ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags);
//
// n counts the bytes of Iov. Nothing is added: control data on a stream needs a byte of data to ride on.
//
// Errors: those of Send; EMSGSIZE (more than 1024 buffers, too), EINVAL (bad control data), EFAULT (a nil
// msg). See sendmsg(2), cmsg(3).
func Sendmsg(fd int, msg *Msghdr, flags int) (n int, err error) {
	return sendMessage(fd, msg, flags, flags&unix.MSG_DONTWAIT != 0)
}

// Recvmsg receives a message: scattered to several buffers, with its sender, control data and flags.
//
//	ssize_t recvmsg(int sockfd, struct msghdr *msg, int flags);
//
// n counts bytes of data, and is 0 at the end of a stream; with MSG_TRUNC in flags it is the datagram's
// length even where Iov is smaller. msg.Flags says what was cut: MSG_TRUNC the data, MSG_CTRUNC the
// control data. Descriptors that come in Control are close-on-exec, and the caller's to close.
//
// Errors: those of Recv; EMSGSIZE (more than 1024 buffers), EFAULT (a nil msg). See recvmsg(2), cmsg(3).
func Recvmsg(fd int, msg *Msghdr, flags int) (n int, err error) {
	return recvMessage(fd, msg, flags, flags&unix.MSG_DONTWAIT != 0)
}

// Write writes p to a descriptor and returns how many bytes the kernel took: Send without flags.
//
//	ssize_t write(int fd, const void *buf, size_t count);
//
// Errors: those of Send. See write(2).
func Write(fd int, p []byte) (n int, err error) { return writeTo(fd, p, false) }

func writeTo(fd int, p []byte, raw bool) (int, error) {
	if !isInt(fd) {
		return 0, unix.EBADF
	}
	race.Read(p, len(p))
	race.Release()
	var r retry
	for {
		n, e := 0, unix.Errno(0)
		if r.flags == 0 {
			n, e = write(fd, p, raw)
		} else { // a socket with a timeout: only send can be told not to wait
			n, e = sendto(fd, p, r.flags, nil, raw)
		}
		if e == 0 {
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_SNDTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

// Writev writes several buffers in order and returns how many bytes of them the kernel took.
//
//	ssize_t writev(int fd, const struct iovec *iov, int iovcnt);
//
// Errors: those of Send; EINVAL (more than 1024 buffers). See writev(2).
func Writev(fd int, iov [][]byte) (n int, err error) { return writevTo(fd, iov, false) }

// Sendall sends all of p, in as many calls as it takes.
//
// C has no such call; Python has sendall. n is what was sent, whatever the error: on a non-blocking socket
// Sendall does not wait but returns EAGAIN with it. An empty p is one call of Send. See Send.
func Sendall(fd int, p []byte, flags int) (n int, err error) {
	for {
		m, err := Send(fd, p[n:], flags)
		n += m
		if err != nil || n >= len(p) {
			return n, err
		}
		if m == 0 {
			return n, unix.EIO // neither progress nor error: no kernel does it, and no loop ends it
		}
	}
}

// 5. Receive.

// Recv receives into p from the socket's peer, and waits for data unless it is told not to.
//
//	ssize_t recv(int sockfd, void *buf, size_t len, int flags);
//
// n is 0 at the end of a stream, and for an empty datagram. A datagram longer than p loses its tail: only
// Recvmsg's flags say so, or n itself with MSG_TRUNC in flags, which then exceeds len(p). With
// MSG_WAITALL a signal, a timeout or the end of the stream still leaves n short: Recvall goes on.
//
// Errors: EAGAIN (non-blocking or MSG_DONTWAIT, or SO_RCVTIMEO is over), ECONNRESET, ECONNREFUSED (an ICMP
// error of an earlier datagram), ENOTCONN. See recv(2).
func Recv(fd int, p []byte, flags int) (n int, err error) {
	return recv(fd, p, flags, nil, flags&unix.MSG_DONTWAIT != 0)
}

// Recvfrom receives into p and returns the sender's address: the zero Sockaddr on a stream.
//
//	ssize_t recvfrom(int sockfd, void *buf, size_t len, int flags,
//	                 struct sockaddr *src_addr, socklen_t *addrlen);
//
// An unnamed unix sender has the zero Sockaddr or one of Len 2, as the kernel has it. See Recv, recv(2).
func Recvfrom(fd int, p []byte, flags int) (n int, from Sockaddr, err error) {
	n, err = recv(fd, p, flags, &from, flags&unix.MSG_DONTWAIT != 0)
	if err != nil {
		return 0, Sockaddr{}, err
	}
	return n, from, nil
}

func recv(fd int, p []byte, flags int, from *Sockaddr, raw bool) (int, error) {
	if !isInt(fd) || !isInt(flags) {
		return 0, invalid(fd)
	}
	var r retry
	for {
		n, e := recvfrom(fd, p, flags|r.flags, from, raw)
		if e == 0 {
			race.Acquire()
			race.Write(p, n)
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_RCVTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

// Read reads into p from a descriptor: Recv without flags.
//
//	ssize_t read(int fd, void *buf, size_t count);
//
// The end of a stream is 0 and no error. A read into an empty p is 0 as well, and tells nothing.
//
// Errors: those of Recv. See read(2).
func Read(fd int, p []byte) (n int, err error) { return readFrom(fd, p, false) }

func readFrom(fd int, p []byte, raw bool) (int, error) {
	if !isInt(fd) {
		return 0, unix.EBADF
	}
	var r retry
	for {
		n, e := 0, unix.Errno(0)
		if r.flags == 0 {
			n, e = read(fd, p, raw)
		} else { // a socket with a timeout: only recv can be told not to wait
			n, e = recvfrom(fd, p, r.flags, nil, raw)
		}
		if e == 0 {
			race.Acquire()
			race.Write(p, n)
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_RCVTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

// Readv reads into several buffers in order.
//
//	ssize_t readv(int fd, const struct iovec *iov, int iovcnt);
//
// Errors: those of Recv; EINVAL (more than 1024 buffers). See readv(2).
func Readv(fd int, iov [][]byte) (n int, err error) { return readvFrom(fd, iov, false) }

// Recvall receives until p is full or the stream ends, in as many calls as it takes.
//
// C comes near with MSG_WAITALL, which signals and timeouts cut short. n is what was received, whatever
// the error, and is less than len(p) without an error at the end of the stream; on a non-blocking socket
// Recvall does not wait but returns EAGAIN with it. An empty p is full: no call is made. MSG_PEEK, which would give the same bytes again and
// again, is EINVAL. See Recv.
func Recvall(fd int, p []byte, flags int) (n int, err error) {
	if flags&unix.MSG_PEEK != 0 {
		return 0, unix.EINVAL
	}
	for n < len(p) {
		m, err := Recv(fd, p[n:], flags)
		n = min(n+m, len(p)) // MSG_TRUNC tells of more than there is room for
		if err != nil || m == 0 {
			return n, err
		}
	}
	return n, nil
}

// 6. The descriptor.

// Dup is a second descriptor of the same socket: the lowest that is free, and close-on-exec.
//
//	int fcntl(int fd, F_DUPFD_CLOEXEC, 0);
//
// The two share all but close-on-exec: O_NONBLOCK, options, the connection itself. See dup(2), fcntl(2).
func Dup(fd int) (int, error) {
	if !isInt(fd) {
		return -1, unix.EBADF
	}
	nfd, e := fcntl(fd, unix.F_DUPFD_CLOEXEC, 0)
	if e != 0 {
		return -1, e
	}
	return nfd, nil
}

// SetNonblock puts a descriptor in non-blocking mode or takes it out, for all who share its open file.
//
//	int fcntl(int fd, F_SETFL, flags | O_NONBLOCK);
//
// See fcntl(2).
func SetNonblock(fd int, on bool) error {
	if !isInt(fd) {
		return unix.EBADF
	}
	flags, e := fcntl(fd, unix.F_GETFL, 0)
	if e != 0 {
		return e
	}
	if on {
		flags |= unix.O_NONBLOCK
	} else {
		flags &^= unix.O_NONBLOCK
	}
	_, e = fcntl(fd, unix.F_SETFL, flags)
	return orNil(e)
}

// Nonblock reports whether a descriptor is in non-blocking mode.
//
//	int fcntl(int fd, F_GETFL);
//
// See fcntl(2).
func Nonblock(fd int) (bool, error) {
	if !isInt(fd) {
		return false, unix.EBADF
	}
	flags, e := fcntl(fd, unix.F_GETFL, 0)
	return e == 0 && flags&unix.O_NONBLOCK != 0, orNil(e)
}

// SetCloexec says whether a descriptor is closed when the process executes another program. Every
// descriptor this package makes starts with true.
//
//	int fcntl(int fd, F_SETFD, FD_CLOEXEC);
//
// See fcntl(2).
func SetCloexec(fd int, on bool) error {
	if !isInt(fd) {
		return unix.EBADF
	}
	flags := 0
	if on {
		flags = unix.FD_CLOEXEC
	}
	_, e := fcntl(fd, unix.F_SETFD, flags)
	return orNil(e)
}

// Cloexec reports whether a descriptor is closed when the process executes another program.
//
//	int fcntl(int fd, F_GETFD);
//
// See fcntl(2).
func Cloexec(fd int) (bool, error) {
	if !isInt(fd) {
		return false, unix.EBADF
	}
	flags, e := fcntl(fd, unix.F_GETFD, 0)
	return e == 0 && flags&unix.FD_CLOEXEC != 0, orNil(e)
}

// Sockatmark reports whether the next byte to receive is the urgent mark (MSG_OOB).
//
//	int sockatmark(int sockfd);
//
// Errors: EINVAL or ENOTTY (not a stream socket). See sockatmark(3).
func Sockatmark(fd int) (bool, error) {
	n, err := queue(fd, unix.SIOCATMARK)
	return n != 0, err
}

// Fionread is the number of bytes that can be read at once; for datagrams, the length of the next.
//
//	int ioctl(int fd, FIONREAD, int *value);
//
// Errors: EINVAL (a listening socket), ENOTTY (no queue). See ioctl(2), tcp(7), udp(7), unix(7).
func Fionread(fd int) (int, error) { return queue(fd, fionread) }

func queue(fd int, req uint) (int, error) {
	if !isInt(fd) {
		return 0, unix.EBADF
	}
	n, e := ioctl(fd, req)
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}

// 7. Finish.

// Shutdown ends one direction of a connection, or both: SHUT_RD, SHUT_WR, SHUT_RDWR.
//
//	int shutdown(int sockfd, int how);
//
// It works on the connection, whoever else has a descriptor of it, and wakes calls that wait on it, which
// Close does not.
//
// Errors: ENOTCONN, EINVAL (another how). See shutdown(2).
func Shutdown(fd, how int) error {
	if !isInt(fd) || !isInt(how) {
		return invalid(fd)
	}
	race.Release()
	return orNil(shutdown(fd, how))
}

// Close gives a descriptor back; the last one of a socket closes it.
//
//	int close(int fd);
//
// The descriptor is gone whatever Close returns: it is never to be closed again. A call that waits on it
// is not woken (Shutdown wakes it). With SO_LINGER on, Close waits. A stream closed with data unread sends
// RST in place of FIN.
//
// Errors: EBADF. See close(2).
func Close(fd int) error { return closeOnce(fd, false) }

func closeOnce(fd int, raw bool) error {
	if !isInt(fd) {
		return unix.EBADF
	}
	race.Release()
	e := closefd(fd, raw)
	if e == unix.EINTR { // the descriptor is gone all the same: another close might hit another's
		e = 0
	}
	return orNil(e)
}

// 8. Nonblocking.

// A Nonblocking is a descriptor that its owner has put in non-blocking mode (SOCK_NONBLOCK or
// SetNonblock). Its calls are the functions of the same names, but never wait, and so are made without
// telling Go's scheduler: they cost what C's cost.
//
// The conversion Nonblocking(fd) is the caller's word that the mode is on. On a blocking descriptor a call
// that waits stalls the whole program. O_NONBLOCK belongs to the open file: whoever shares it (Dup, a
// passed descriptor, a child process) can switch it off.
type Nonblocking int

// Accept is the function Accept: EAGAIN when no connection waits.
func (fd Nonblocking) Accept() (nfd int, peer Sockaddr, err error) {
	nfd, err = accept(int(fd), &peer, 0, true)
	if err != nil {
		return -1, Sockaddr{}, err
	}
	return nfd, peer, nil
}

// AcceptFD is the function AcceptFD: EAGAIN when no connection waits.
func (fd Nonblocking) AcceptFD(flags int) (nfd int, err error) {
	return accept(int(fd), nil, flags, true)
}

// Connect is the function Connect: EINPROGRESS while the attempt goes on, also on loopback.
func (fd Nonblocking) Connect(addr Sockaddr) error { return reach(int(fd), &addr, true) }

// Send is the function Send.
func (fd Nonblocking) Send(p []byte, flags int) (n int, err error) {
	return send(int(fd), p, flags, nil, true)
}

// Sendto is the function Sendto.
func (fd Nonblocking) Sendto(p []byte, flags int, to Sockaddr) (n int, err error) {
	return send(int(fd), p, flags, &to, true)
}

// Sendmsg is the function Sendmsg.
func (fd Nonblocking) Sendmsg(msg *Msghdr, flags int) (n int, err error) {
	return sendMessage(int(fd), msg, flags, true)
}

// Recv is the function Recv.
func (fd Nonblocking) Recv(p []byte, flags int) (n int, err error) {
	return recv(int(fd), p, flags, nil, true)
}

// Recvfrom is the function Recvfrom.
func (fd Nonblocking) Recvfrom(p []byte, flags int) (n int, from Sockaddr, err error) {
	n, err = recv(int(fd), p, flags, &from, true)
	if err != nil {
		return 0, Sockaddr{}, err
	}
	return n, from, nil
}

// Recvmsg is the function Recvmsg.
func (fd Nonblocking) Recvmsg(msg *Msghdr, flags int) (n int, err error) {
	return recvMessage(int(fd), msg, flags, true)
}

// Read is the function Read.
func (fd Nonblocking) Read(p []byte) (n int, err error) { return readFrom(int(fd), p, true) }

// Write is the function Write.
func (fd Nonblocking) Write(p []byte) (n int, err error) { return writeTo(int(fd), p, true) }

// Readv is the function Readv.
func (fd Nonblocking) Readv(iov [][]byte) (n int, err error) { return readvFrom(int(fd), iov, true) }

// Writev is the function Writev.
func (fd Nonblocking) Writev(iov [][]byte) (n int, err error) { return writevTo(int(fd), iov, true) }

// Shutdown is the function Shutdown.
func (fd Nonblocking) Shutdown(how int) error { return Shutdown(int(fd), how) }

// Close is the function Close. It is not for sockets whose closing waits, non-blocking or not: with SO_LINGER
// on and above zero, of AF_PACKET, or with multicast memberships.
func (fd Nonblocking) Close() error { return closeOnce(int(fd), true) }

// 9. EINTR and time.

// A retry carries a call over EINTR. The kernel itself resumes calls that wait without a limit; on a socket
// with SO_RCVTIMEO or SO_SNDTIMEO every signal, the Go runtime's own among them, ends the call, and would
// start its limit anew. So after the first EINTR on such a socket the waiting is done here, by poll, for
// that limit once more, and the call made with MSG_DONTWAIT: it lasts less than twice its limit.
type retry struct {
	until time.Duration // when the limit is over, if flags is set
	flags int           // MSG_DONTWAIT once the waiting is done here
}

// errno says what becomes of e: 0 to call again, else the error to return. timeo is the limit's option; a
// call that is raw does not wait, and has none.
func (r *retry) errno(e unix.Errno, fd, timeo int, raw bool) unix.Errno {
	if e != unix.EINTR && r.flags == 0 {
		return e
	}
	if raw {
		return 0
	}
	return r.interrupted(e, fd, timeo)
}

func (r *retry) interrupted(e unix.Errno, fd, timeo int) unix.Errno {
	switch {
	case r.flags == 0:
		until := deadline(fd, timeo)
		if until < 0 {
			return 0 // no limit
		}
		r.until, r.flags = until, unix.MSG_DONTWAIT
	case e == unix.EAGAIN:
		// poll found fd ready, but another was faster, or poll looks at another queue than the call
		// needs (that of an unconnected unix datagram's receiver).
		left := r.until - now()
		if left <= 0 {
			return unix.EAGAIN
		}
		nap(min(left, time.Millisecond))
	case e != unix.EINTR:
		return e
	}
	events := int16(unix.POLLIN)
	if timeo == unix.SO_SNDTIMEO {
		events = unix.POLLOUT
	}
	if !wait(fd, events, r.until) {
		return unix.EAGAIN
	}
	return 0
}

var epoch = time.Now()

// now is the monotonic time.
func now() time.Duration { return time.Since(epoch) }

// timeout is a socket's own limit, SO_RCVTIMEO or SO_SNDTIMEO; 0 for none, or if fd is not a socket.
func timeout(fd, timeo int) time.Duration {
	var tv unix.Timeval
	n := uint32(unsafe.Sizeof(tv))
	if e := getsockopt(fd, unix.SOL_SOCKET, timeo, unsafe.Pointer(&tv), &n); e != 0 {
		return 0
	}
	return duration(&tv)
}

// deadline is the end of a socket's own limit if it began now; -1 if it has none.
func deadline(fd, timeo int) time.Duration {
	if t := timeout(fd, timeo); t > 0 {
		return after(t)
	}
	return -1
}

// after is the time d from now, or the end of time.
func after(d time.Duration) time.Duration {
	t := now()
	if d > math.MaxInt64-t {
		return math.MaxInt64
	}
	return t + d
}

// expired reports whether a socket's own limit is over for a call that began at start.
func expired(fd, timeo int, start time.Duration) bool {
	t := timeout(fd, timeo)
	return t > 0 && now()-start >= t
}

// wait waits until fd is ready for events, or in error; not beyond the time until, unless it is negative.
// It reports whether fd is ready.
func wait(fd int, events int16, until time.Duration) bool {
	for {
		left := time.Duration(-1)
		if until >= 0 {
			left = min(max(until-now(), 0), maxPoll)
		}
		revents, e := ppoll(fd, events, left)
		switch {
		case e == unix.EINTR, e == unix.EAGAIN:
			continue
		case e != 0, revents != 0:
			return true // the call itself tells what is wrong
		case until >= 0 && now() >= until:
			return false
		}
	}
}

// maxPoll fits the 32-bit time of 32-bit systems: longer waits are made of several.
const maxPoll = 1000 * time.Hour

// nap waits for nothing but time, or a signal.
func nap(d time.Duration) { ppoll(-1, 0, d) }

// 10. Constants: those that all systems have, under their C names; untyped, so that they fit fields of
// any size. The others are in the file of each system. socket(2), send(2), recv(2), shutdown(2), ip(7).

// Address families.
const (
	AF_UNSPEC    = unix.AF_UNSPEC // none, or any
	AF_UNIX      = unix.AF_UNIX   // unix(7)
	AF_LOCAL     = unix.AF_LOCAL  // POSIX's older name of AF_UNIX
	AF_INET      = unix.AF_INET   // ip(7)
	AF_INET6     = unix.AF_INET6  // ipv6(7)
	AF_APPLETALK = unix.AF_APPLETALK
	AF_DECnet    = unix.AF_DECnet
	AF_IPX       = unix.AF_IPX
	AF_ISDN      = unix.AF_ISDN
	AF_ROUTE     = unix.AF_ROUTE
	AF_SNA       = unix.AF_SNA
	AF_MAX       = unix.AF_MAX
)

// Types.
const (
	SOCK_STREAM    = unix.SOCK_STREAM    // a stream of bytes, in order, reliable
	SOCK_DGRAM     = unix.SOCK_DGRAM     // datagrams: messages of bounded length
	SOCK_SEQPACKET = unix.SOCK_SEQPACKET // messages over a connection, in order, reliable
	SOCK_RAW       = unix.SOCK_RAW       // packets of a protocol below
	SOCK_RDM       = unix.SOCK_RDM       // reliable datagrams
)

// Protocols, which are levels of options too.
const (
	IPPROTO_IP       = unix.IPPROTO_IP // 0: the usual protocol of the type; the level of IPv4's options
	IPPROTO_ICMP     = unix.IPPROTO_ICMP
	IPPROTO_IGMP     = unix.IPPROTO_IGMP
	IPPROTO_IPIP     = unix.IPPROTO_IPIP
	IPPROTO_TCP      = unix.IPPROTO_TCP // tcp(7)
	IPPROTO_EGP      = unix.IPPROTO_EGP
	IPPROTO_PUP      = unix.IPPROTO_PUP
	IPPROTO_UDP      = unix.IPPROTO_UDP // udp(7)
	IPPROTO_IDP      = unix.IPPROTO_IDP
	IPPROTO_TP       = unix.IPPROTO_TP
	IPPROTO_IPV6     = unix.IPPROTO_IPV6 // the level of IPv6's options
	IPPROTO_HOPOPTS  = unix.IPPROTO_HOPOPTS
	IPPROTO_ROUTING  = unix.IPPROTO_ROUTING
	IPPROTO_FRAGMENT = unix.IPPROTO_FRAGMENT
	IPPROTO_RSVP     = unix.IPPROTO_RSVP
	IPPROTO_GRE      = unix.IPPROTO_GRE
	IPPROTO_ESP      = unix.IPPROTO_ESP
	IPPROTO_AH       = unix.IPPROTO_AH
	IPPROTO_ICMPV6   = unix.IPPROTO_ICMPV6
	IPPROTO_NONE     = unix.IPPROTO_NONE
	IPPROTO_DSTOPTS  = unix.IPPROTO_DSTOPTS
	IPPROTO_ENCAP    = unix.IPPROTO_ENCAP
	IPPROTO_PIM      = unix.IPPROTO_PIM
	IPPROTO_RAW      = unix.IPPROTO_RAW // raw(7): the caller writes the IP header
)

// SOL_SOCKET is the level of the options that every socket has. socket(7).
const SOL_SOCKET = unix.SOL_SOCKET

// Flags of the send and receive calls.
const (
	MSG_OOB       = unix.MSG_OOB       // urgent data
	MSG_PEEK      = unix.MSG_PEEK      // receive, and leave the data where they are
	MSG_DONTROUTE = unix.MSG_DONTROUTE // to directly connected networks only
	MSG_CTRUNC    = unix.MSG_CTRUNC    // received: control data were cut
	MSG_TRUNC     = unix.MSG_TRUNC     // received: the datagram was cut; asked: its full length, please
	MSG_DONTWAIT  = unix.MSG_DONTWAIT  // this call does not wait
	MSG_EOR       = unix.MSG_EOR       // the end of a record
	MSG_WAITALL   = unix.MSG_WAITALL   // wait until the buffer is full
	MSG_NOSIGNAL  = unix.MSG_NOSIGNAL  // EPIPE without SIGPIPE
)

// Directions for Shutdown.
const (
	SHUT_RD   = unix.SHUT_RD
	SHUT_WR   = unix.SHUT_WR
	SHUT_RDWR = unix.SHUT_RDWR
)

// SOMAXCONN is a large backlog for Listen; the kernel's own limit may be lower or higher.
const SOMAXCONN = unix.SOMAXCONN

// IPv4 addresses as numbers in host order, for Htonl. <netinet/in.h>. As addresses: netip.IPv4Unspecified() is
// INADDR_ANY, netip.AddrFrom4 makes any other.
const (
	INADDR_ANY               = 0x00000000 // 0.0.0.0
	INADDR_BROADCAST         = 0xffffffff // 255.255.255.255
	INADDR_NONE              = 0xffffffff
	INADDR_LOOPBACK          = 0x7f000001 // 127.0.0.1
	INADDR_UNSPEC_GROUP      = 0xe0000000 // 224.0.0.0
	INADDR_ALLHOSTS_GROUP    = 0xe0000001 // 224.0.0.1
	INADDR_ALLRTRS_GROUP     = 0xe0000002 // 224.0.0.2
	INADDR_ALLSNOOPERS_GROUP = 0xe000006a // 224.0.0.106
	INADDR_MAX_LOCAL_GROUP   = 0xe00000ff // 224.0.0.255
)
