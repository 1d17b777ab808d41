//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package poll

import (
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A kqueueBackend is the Selector of macOS and the BSDs: a filter for reading and one for writing. What a
// kqueue watches ends with its descriptor.
type kqueueBackend struct {
	kq     int
	events []unix.Kevent_t
}

func newBackend() (backend, unix.Errno) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	kq, err := unix.Kqueue()
	if err != nil {
		return nil, errnoOf(err)
	}
	unix.CloseOnExec(kq)
	return &kqueueBackend{kq: kq}, 0
}

// change adds a filter or deletes it.
func (b *kqueueBackend) change(fd, filter, flags int) unix.Errno {
	var changes [1]unix.Kevent_t
	unix.SetKevent(&changes[0], fd, filter, flags)
	for {
		if _, err := unix.Kevent(b.kq, changes[:], nil, nil); err != unix.EINTR {
			return errnoOf(err)
		}
	}
}

// set makes the filters of a descriptor those of events, which had those of before.
func (b *kqueueBackend) set(fd, before, events int) unix.Errno {
	for _, f := range [...]struct{ event, filter int }{{EVENT_READ, unix.EVFILT_READ}, {EVENT_WRITE, unix.EVFILT_WRITE}} {
		var e unix.Errno
		switch {
		case events&^before&f.event != 0:
			e = b.change(fd, f.filter, unix.EV_ADD)
		case before&^events&f.event != 0:
			e = b.change(fd, f.filter, unix.EV_DELETE)
		}
		if e != 0 {
			return e
		}
	}
	return 0
}

func (b *kqueueBackend) add(k *entry) unix.Errno {
	return b.modify(&entry{Key: Key{Fd: k.Fd}}, k.Events)
}

func (b *kqueueBackend) modify(k *entry, events int) unix.Errno {
	e := b.set(k.Fd, k.Events, events)
	if e != 0 { // all as before: to add what is there and to delete what is not is harmless
		b.set(k.Fd, ^k.Events, k.Events)
	}
	return e
}

func (b *kqueueBackend) remove(k *entry) unix.Errno { return b.set(k.Fd, k.Events, 0) }

func (b *kqueueBackend) wait(most int, d time.Duration) (int, unix.Errno) {
	b.events = slices.Grow(b.events[:0], most)[:most]
	var limit *unix.Timespec
	if d >= 0 {
		ts := unix.NsecToTimespec(int64(d))
		limit = &ts
	}
	n, err := unix.Kevent(b.kq, nil, b.events, limit)
	return n, errnoOf(err)
}

func (b *kqueueBackend) event(i int) (fd int, generation uint32, events int) {
	ev := &b.events[i]
	if ev.Filter == unix.EVFILT_READ {
		return int(ev.Ident), 0, EVENT_READ
	}
	return int(ev.Ident), 0, EVENT_WRITE
}

func (b *kqueueBackend) close() { closefd(b.kq) }
