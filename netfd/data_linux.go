package netfd

// This file holds the calls that only Linux has.

import (
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// batchArgs are the arguments of batches.
type batchArgs struct {
	msgs    []socket.Mmsghdr
	timeout time.Duration
}

// Sendmmsg sends several messages in one call and returns how many of them were sent. It waits until there is
// room for the first. See Sendto, socket.Sendmmsg, sendmmsg(2).
func (f *FD) Sendmmsg(msgs []socket.Mmsghdr, flags int) (n int, err error) {
	o := f.op(sendmmsgCall)
	o.msgs, o.flags = msgs, flags
	o.nap = len(msgs) > 0 && msgs[0].Name != nil && msgs[0].Name.Family() == socket.AF_UNIX
	n, err = o.send()
	if err != nil {
		socket.Sendmmsg(-1, msgs, 0)
	}
	return n, err
}

// Recvmmsg receives several messages in one call and returns how many. It waits for the first only, as if
// flags had MSG_WAITFORONE. The timeout, negative for none, is the kernel's, which looks at it when a
// message has come: it is no bound for the wait, SetReadDeadline is. See Recv, socket.Recvmmsg, recvmmsg(2).
func (f *FD) Recvmmsg(msgs []socket.Mmsghdr, flags int, timeout time.Duration) (n int, err error) {
	o := f.op(recvmmsgCall)
	o.msgs, o.flags, o.timeout = msgs, flags, timeout
	n, err = o.receive(nil)
	if err != nil {
		socket.Recvmmsg(-1, msgs, 0, -1)
	}
	return n, err
}

// Splice moves up to n bytes from the FD to a pipe inside the kernel, and waits until there are some. A full
// pipe that is non-blocking is EAGAIN; one that is not holds a thread until it has room, and Close waits for that.
// See socket.Splice, splice(2).
func (f *FD) Splice(roff *int64, wfd int, woff *int64, n, flags int) (int, error) {
	o := f.op(spliceCall)
	o.off, o.other, o.count, o.flags = [2]*int64{roff, woff}, wfd, n, flags
	return o.end(o.result(o.wait(&f.rd), nil))
}

// SpliceFrom is the other way: it moves up to n bytes from a pipe to the FD, and waits until there is room. An empty
// pipe that is non-blocking is EAGAIN; one that is not holds a thread until it has data, and Close waits for that.
func (f *FD) SpliceFrom(rfd int, roff *int64, woff *int64, n, flags int) (int, error) {
	o := f.op(spliceFromCall)
	o.off, o.other, o.count, o.flags = [2]*int64{roff, woff}, rfd, n, flags
	return o.end(o.result(o.wait(&f.wr), nil))
}

var (
	sendmmsgCall = newCall("sendmmsg", func(o *op, fd int) (int, error) { return socket.Sendmmsg(fd, o.msgs, o.flags|unix.MSG_DONTWAIT) })
	recvmmsgCall = newCall("recvmmsg", func(o *op, fd int) (int, error) {
		return socket.Recvmmsg(fd, o.msgs, o.flags|unix.MSG_DONTWAIT, o.timeout)
	})
	spliceCall = newCall("splice", func(o *op, fd int) (int, error) {
		return retryPipe(fd, unix.POLLIN, func() (int, error) { return socket.Splice(fd, o.off[0], o.other, o.off[1], o.count, o.flags) })
	})
	spliceFromCall = newCall("splice", func(o *op, fd int) (int, error) {
		return retryPipe(fd, unix.POLLOUT, func() (int, error) { return socket.Splice(o.other, o.off[0], fd, o.off[1], o.count, o.flags) })
	})
)

// retryPipe tells the EAGAIN of fd from that of the pipe, which the poller does not know of: if fd is ready, it is
// the pipe's. (The calls tell the scheduler: a pipe that is blocking waits.)
func retryPipe(fd int, events int16, splice func() (int, error)) (int, error) {
	for again := false; ; again = true {
		n, err := splice()
		switch {
		case err != unix.EAGAIN || ready(fd, events) == 0:
			return n, err
		case again:
			return n, errOther
		}
	}
}
