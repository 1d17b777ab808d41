//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly || solaris

package poll

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// A pollBackend is the Selector of poll(2). In a wait it looks at the descriptors from where it stopped, so
// that each has its turn.
type pollBackend struct {
	fds   []Fd
	found []int // indices in fds
	start int
}

func pollEvents(events int) (bits int16) {
	if events&EVENT_READ != 0 {
		bits |= POLLIN
	}
	if events&EVENT_WRITE != 0 {
		bits |= POLLOUT
	}
	return bits
}

func (b *pollBackend) index(fd int) int {
	return slices.IndexFunc(b.fds, func(f Fd) bool { return int(f.Fd) == fd })
}

func (b *pollBackend) add(k *entry) unix.Errno {
	probe := []Fd{{Fd: int32(k.Fd)}}
	if n, e := ppoll(probe, 0); n == 1 && e == 0 && probe[0].Revents&POLLNVAL != 0 {
		return unix.EBADF // as the others say
	}
	b.fds = append(b.fds, Fd{Fd: int32(k.Fd), Events: pollEvents(k.Events)})
	return 0
}

func (b *pollBackend) modify(k *entry, events int) unix.Errno {
	b.fds[b.index(k.Fd)].Events = pollEvents(events)
	return 0
}

func (b *pollBackend) remove(k *entry) unix.Errno {
	i := b.index(k.Fd)
	b.fds = slices.Delete(b.fds, i, i+1)
	return 0
}

func (b *pollBackend) wait(most int, d time.Duration) (int, unix.Errno) {
	b.found = b.found[:0]
	n, e := ppoll(b.fds, d)
	if e != 0 {
		return 0, e
	}
	b.start %= len(b.fds)
	for range b.fds {
		if len(b.found) == min(n, most) {
			break
		}
		if b.fds[b.start].Revents != 0 {
			b.found = append(b.found, b.start)
		}
		b.start = (b.start + 1) % len(b.fds)
	}
	return len(b.found), 0
}

func (b *pollBackend) event(i int) (fd int, generation uint32, events int) {
	f := b.fds[b.found[i]]
	if f.Revents&^POLLOUT != 0 {
		events |= EVENT_READ
	}
	if f.Revents&^POLLIN != 0 {
		events |= EVENT_WRITE
	}
	return int(f.Fd), 0, events
}

func (b *pollBackend) close() {}
