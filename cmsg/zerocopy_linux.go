package cmsg

// This file holds the keeping of buffers that were sent with MSG_ZEROCOPY, until the error queue gives them back.

import (
	"sort"
	"unsafe"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// A Zerocopy sends without copying, on one socket: the kernel takes the data from the program's own pages, so a
// buffer must stay as it is until the error queue says that its send is done. A Zerocopy keeps such buffers alive,
// reads the queue, and says which are free.
//
//	err := socket.Setsockopt(fd, socket.SO_ZEROCOPY, true)
//	var z cmsg.Zerocopy
//	n, id, err := z.Send(fd, p, 0)
//	for err == nil && !z.Done(id) {
//		poll.Poll([]poll.Fd{{Fd: int32(fd)}}, -1) // POLLERR comes unasked
//		_, err = z.Reap(fd)
//	}
//	// p[:n] may be written to again
//
// The zero Zerocopy is ready for a socket that has not sent with MSG_ZEROCOPY before. It counts along with the
// kernel: all the socket's sends with that flag go by it, and its error queue is read by Reap only. It is for
// one goroutine at a time, as the sends are: which of two sends at once has which number the kernel does not say.
//
// Done is not received, nor acknowledged: only the buffer is free. Before a Close or a Shutdown that drops data wait
// until Pending is 0, and hold the Zerocopy until then: behind a Close nothing tells when the kernel has let go.
//
// It gains from some 10 KB a send on, on devices that gather. Loopback and veth always copy after all: see Copied.
//
// See Documentation/networking/msg_zerocopy.rst.
type Zerocopy struct {
	// Other, if not nil, is called with what else the error queue holds: ICMP errors, time stamps. msg has Name
	// and Control, Control[:Controllen], which are valid during the call; the call must not use the Zerocopy.
	Other func(e RecvErr, msg *socket.Msghdr)

	buffers    []zerocopyBuffer // a ring: that of id is buffers[(id-1)%len]
	head, tail uint64           // the ids to head are done and forgotten, those to tail in the ring
	next       int64            // the kernel's number for the next send, without the wrap
	pending    int
	copied     uint64
	on         bool          // SO_ZEROCOPY has been looked at
	msg        socket.Msghdr // for Reap: here, so that Other does not move it to the heap each time
	name       socket.Sockaddr
	control    [512 / 8]uint64
}

// A zerocopyBuffer is a buffer of a send. Its send may have more: they follow, with the same number.
type zerocopyBuffer struct {
	p      []byte
	number int64 // the kernel's for the send, without the wrap; these never fall from id to id
	done   bool
	more   bool // another buffer of this send follows
}

// Send sends p, with MSG_ZEROCOPY beside flags. id is for Done; n can be less than len(p) on a stream: the rest is
// another send, with an id of its own, and the buffer is free when both are done.
//
//	ssize_t send(int sockfd, const void *buf, size_t len, int flags);
//
// If the kernel has no room for another send without a copy (ENOBUFS: net.core.optmem_max, RLIMIT_MEMLOCK), Send
// copies, and id is done at once. So is that of an empty p.
//
// Errors: EOPNOTSUPP (SO_ZEROCOPY is off; only TCP, UDP and vsock have it), and those of Send. After an error id
// is 0, which is always done, and the buffer is free.
//
// See send(2).
func (z *Zerocopy) Send(fd int, p []byte, flags int) (n int, id uint64, err error) {
	if err := z.ready(fd); err != nil {
		return 0, 0, err
	}
	flags &^= socket.MSG_ZEROCOPY // whether it goes with the call is for us to say
	zerocopy := socket.MSG_ZEROCOPY
	if len(p) == 0 {
		zerocopy = 0 // UDP would number it, TCP would not
	}
	n, err = socket.Send(fd, p, flags|zerocopy)
	if err != nil {
		z.failed(fd)
		if err == unix.ENOBUFS {
			zerocopy = 0
			n, err = socket.Send(fd, p, flags)
		}
	}
	if err != nil {
		return 0, 0, err
	}
	return n, z.add(p, zerocopy == 0, false), nil
}

// Sendmsg is Send for a message: to a peer, gathered from several buffers, with control data. The buffers of msg.Iov
// are kept; msg itself, Name, Control and the slice Iov may be used again at once.
//
//	ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags);
//
// See sendmsg(2).
func (z *Zerocopy) Sendmsg(fd int, msg *socket.Msghdr, flags int) (n int, id uint64, err error) {
	if err := z.ready(fd); err != nil {
		return 0, 0, err
	}
	flags &^= socket.MSG_ZEROCOPY
	zerocopy, last := 0, 0
	if msg != nil {
		for i, p := range msg.Iov {
			if len(p) > 0 {
				zerocopy, last = socket.MSG_ZEROCOPY, i
			}
		}
	}
	n, err = socket.Sendmsg(fd, msg, flags|zerocopy)
	if err != nil {
		z.failed(fd)
		if err == unix.ENOBUFS {
			zerocopy = 0
			n, err = socket.Sendmsg(fd, msg, flags)
		}
	}
	if err != nil {
		return 0, 0, err
	}
	if zerocopy == 0 {
		return n, z.add(nil, true, false), nil
	}
	for i, p := range msg.Iov[:last+1] {
		id = z.add(p, false, i < last)
	}
	return n, id, nil
}

// ready looks once whether SO_ZEROCOPY is on: without it the kernel takes MSG_ZEROCOPY, and tells nothing.
func (z *Zerocopy) ready(fd int) error {
	if !z.on {
		on, err := socket.Getsockopt(fd, socket.SO_ZEROCOPY)
		if err != nil {
			return err
		}
		if !on {
			return unix.EOPNOTSUPP
		}
		z.on = true
	}
	return nil
}

// failed follows a send that failed. If it got as far as the device, a queue or a packet filter, it has a number
// nevertheless, and the kernel is already done with it: that shows in the error queue, which must be read before the
// next send.
func (z *Zerocopy) failed(fd int) { z.Reap(fd) }

// add keeps p, a buffer of the send that is the next by number, or of one that was copied.
func (z *Zerocopy) add(p []byte, copied, more bool) (id uint64) {
	if z.tail-z.head == uint64(len(z.buffers)) {
		z.grow()
	}
	if copied {
		z.buffers[z.tail%uint64(len(z.buffers))] = zerocopyBuffer{number: z.next, done: true}
		z.copied++
	} else {
		z.buffers[z.tail%uint64(len(z.buffers))] = zerocopyBuffer{p: p, number: z.next, more: more}
		if !more {
			z.next++
			z.pending++
		}
	}
	z.tail++
	z.release()
	return z.tail
}

func (z *Zerocopy) grow() {
	buffers := make([]zerocopyBuffer, max(16, 2*len(z.buffers)))
	for i := z.head; i < z.tail; i++ {
		buffers[i%uint64(len(buffers))] = z.buffers[i%uint64(len(z.buffers))]
	}
	z.buffers = buffers
}

// Reap reads the error queue until it is empty, and returns how many sends became done. It never waits. It is cheap:
// the kernel joins what is done in order to one entry; every few sends is often enough.
//
//	ssize_t recvmsg(int sockfd, struct msghdr *msg, int flags);  // with MSG_ERRQUEUE
//
// Errors: those of Recvmsg, but not EAGAIN.
func (z *Zerocopy) Reap(fd int) (n int, err error) {
	if !z.on {
		return 0, nil // on a unix socket it would receive
	}
	for {
		z.msg = socket.Msghdr{Name: &z.name, Control: unsafe.Slice((*byte)(unsafe.Pointer(&z.control)), unsafe.Sizeof(z.control))}
		_, err := socket.Recvmsg(fd, &z.msg, socket.MSG_ERRQUEUE|socket.MSG_DONTWAIT)
		if err == unix.EAGAIN {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		e, ok := GetRecvErr(z.msg.Control[:z.msg.Controllen])
		if !ok {
			continue
		}
		if first, last, copied, ok := e.Zerocopy(); ok {
			n += z.complete(first, last, copied)
		} else if z.Other != nil {
			z.Other(e, &z.msg)
		}
	}
}

// complete marks the sends from first to last, as the kernel numbers them, and returns how many of them were not
// done before.
func (z *Zerocopy) complete(first, last uint32, copied bool) (n int) {
	end := z.next + int64(int32(last-uint32(z.next))) // last without the wrap, by its distance from next
	start := end - int64(last-first)
	z.next = max(z.next, end+1) // one that failed had a number
	size := uint64(len(z.buffers))
	i := z.head + uint64(sort.Search(int(z.tail-z.head), func(i int) bool {
		return z.buffers[(z.head+uint64(i))%size].number >= start
	}))
	for ; i < z.tail && z.buffers[i%size].number <= end; i++ {
		b := &z.buffers[i%size]
		if b.done {
			continue
		}
		b.p, b.done = nil, true
		if !b.more {
			n++
		}
	}
	z.pending -= n
	if copied {
		z.copied += uint64(n)
	}
	z.release()
	return n
}

func (z *Zerocopy) release() {
	for z.head < z.tail && z.buffers[z.head%uint64(len(z.buffers))].done {
		z.head++
	}
}

// Done reports whether the kernel is done with the buffers of a send: they may be written to again.
func (z *Zerocopy) Done(id uint64) bool {
	return id <= z.head || id <= z.tail && z.buffers[(id-1)%uint64(len(z.buffers))].done
}

// Pending is how many sends are not done.
func (z *Zerocopy) Pending() int { return z.pending }

// Copied is how many sends were copied, at once or after all: if it is nearly all, sending without MSG_ZEROCOPY is
// faster.
func (z *Zerocopy) Copied() uint64 { return z.copied }
