package poll

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// An epollBackend is the Selector of Linux. The data of an event are the number of the descriptor and its
// generation: events of a file whose number now is another's are told apart.
type epollBackend struct {
	epfd   int
	events []EpollEvent
}

func newBackend() (backend, unix.Errno) {
	epfd, e := epollCreate(EPOLL_CLOEXEC)
	if e != 0 {
		return nil, e
	}
	return &epollBackend{epfd: epfd}, 0
}

func (b *epollBackend) ctl(op int, k *entry, events int) unix.Errno {
	var ev EpollEvent
	if events&EVENT_READ != 0 {
		ev.Events |= EPOLLIN
	}
	if events&EVENT_WRITE != 0 {
		ev.Events |= EPOLLOUT
	}
	ev.SetData(uint64(k.generation)<<32 | uint64(k.Fd))
	return epollCtl(b.epfd, op, k.Fd, &ev)
}

func (b *epollBackend) add(k *entry) unix.Errno { return b.ctl(EPOLL_CTL_ADD, k, k.Events) }

func (b *epollBackend) modify(k *entry, events int) unix.Errno {
	return b.ctl(EPOLL_CTL_MOD, k, events)
}

func (b *epollBackend) remove(k *entry) unix.Errno { return b.ctl(EPOLL_CTL_DEL, k, 0) }

func (b *epollBackend) wait(most int, d time.Duration) (int, unix.Errno) {
	b.events = slices.Grow(b.events[:0], most)[:most]
	return epollWait(b.epfd, b.events, d)
}

func (b *epollBackend) event(i int) (fd int, generation uint32, events int) {
	ev := &b.events[i]
	if ev.Events&^EPOLLOUT != 0 {
		events |= EVENT_READ
	}
	if ev.Events&^EPOLLIN != 0 {
		events |= EVENT_WRITE
	}
	return ev.Fd(), uint32(ev.Data() >> 32), events
}

func (b *epollBackend) close() { closefd(b.epfd) }
