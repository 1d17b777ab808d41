//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly || solaris

package poll

import (
	"iter"
	"time"

	"golang.org/x/sys/unix"
)

// What a Selector watches for and tells: Python's names and numbers.
const (
	EVENT_READ  = 1 // data, a connection, or the end of the stream
	EVENT_WRITE = 2 // room to write; a connect is over
)

// A Selector watches many descriptors and tells which are ready, with the best that the system has: epoll on
// Linux, kqueue on macOS and the BSDs, poll elsewhere. It is Python's selectors.DefaultSelector, with a
// wake-up built in. Its descriptors stay their owner's, who closes them: after Unregister.
//
// A Selector is for one goroutine at a time, but for Wake, which any goroutine may call at any time.
//
// It is level-triggered: what was told and not dealt with is told again by the next Select. Errors and
// hang-ups come as whatever a descriptor is watched for, and show in the call that then reads or writes.
type Selector struct {
	backend backend
	keys    map[int]*entry
	wakeup  *Wakeup
	last    uint32 // generation
}

// A Key is a registered descriptor, what it is watched for, and the data of whoever registered it: Python's
// SelectorKey.
type Key struct {
	Fd     int
	Events int // EVENT_READ, EVENT_WRITE or both
	Data   any
}

// A Ready is a descriptor that is ready, and for what: Mask holds those of Key's Events that are there.
type Ready struct {
	Key
	Mask int
}

type entry struct {
	Key
	generation uint32 // tells the descriptor from an earlier one of the same number
	at         int    // its place in ready, if that holds it
}

// A backend watches descriptors for a Selector.
type backend interface {
	add(k *entry) unix.Errno
	modify(k *entry, events int) unix.Errno
	remove(k *entry) unix.Errno
	wait(most int, d time.Duration) (n int, e unix.Errno) // one system call
	event(i int) (fd int, generation uint32, events int)  // of the last wait; generation 0: whatever is registered
	close()
}

// NewSelector makes a Selector of the best kind.
//
// Errors: EMFILE, ENFILE, ENOMEM.
func NewSelector() (*Selector, error) {
	b, e := newBackend()
	return newSelector(b, e)
}

// NewPollSelector makes a Selector on poll: Python's PollSelector. It takes regular files too, which epoll
// refuses and which are always ready, and Select costs by the number of descriptors that are registered.
func NewPollSelector() (*Selector, error) { return newSelector(new(pollBackend), 0) }

func newSelector(b backend, e unix.Errno) (*Selector, error) {
	if e != 0 {
		return nil, e
	}
	wakeup, err := NewWakeup()
	if err != nil {
		b.close()
		return nil, err
	}
	if e := b.add(&entry{Key: Key{Fd: wakeup.r, Events: EVENT_READ}}); e != 0 {
		wakeup.Close()
		b.close()
		return nil, e
	}
	return &Selector{backend: b, keys: map[int]*entry{}, wakeup: wakeup}, nil
}

// check is what is wrong with arguments that are to be watched, and with a Selector that is closed.
func (s *Selector) check(fd, events int) error {
	switch {
	case s.keys == nil || fd < 0 || !isInt(fd):
		return unix.EBADF
	case events == 0 || events&^(EVENT_READ|EVENT_WRITE) != 0:
		return unix.EINVAL
	}
	return nil
}

// Register watches fd for events: EVENT_READ, EVENT_WRITE or both. data comes back with it from Select.
//
// Errors: EEXIST (registered already), EINVAL (no such events), EBADF (fd is not open, or s is closed), EPERM
// (a regular file: NewPollSelector), ENOSPC, ENOMEM.
func (s *Selector) Register(fd, events int, data any) error {
	if err := s.check(fd, events); err != nil {
		return err
	}
	if s.keys[fd] != nil {
		return unix.EEXIST
	}
	s.last = max(s.last+1, 1)
	k := &entry{Key: Key{fd, events, data}, generation: s.last}
	if e := s.backend.add(k); e != 0 {
		return e
	}
	s.keys[fd] = k
	return nil
}

// Modify changes what fd is watched for, and its data.
//
// Errors: ENOENT (not registered, or since closed), and those of Register. After an error all is as before.
func (s *Selector) Modify(fd, events int, data any) error {
	if err := s.check(fd, events); err != nil {
		return err
	}
	k := s.keys[fd]
	if k == nil {
		return unix.ENOENT
	}
	if events != k.Events {
		if e := s.backend.modify(k, events); e != 0 {
			return e
		}
	}
	k.Events, k.Data = events, data
	return nil
}

// Unregister stops watching fd. Do it before fd is closed, when what is watched can still be named. (Behind
// the close it is no error, and Select never tells of a file that is no longer registered. But on Linux,
// where epoll watches the open file and not its number, a file that another descriptor keeps open, a Dup or
// a child's, then goes on waking Select in vain until the Selector is closed.)
//
// What Select had found before may still tell of fd: a caller that unregisters one descriptor while it works
// through the events of others looks whether theirs are still wanted.
//
// Errors: ENOENT (not registered), EBADF (s is closed).
func (s *Selector) Unregister(fd int) error {
	if s.keys == nil {
		return unix.EBADF
	}
	k := s.keys[fd]
	if k == nil {
		return unix.ENOENT
	}
	delete(s.keys, fd)
	s.backend.remove(k) // as Python: an error says that fd was closed before
	return nil
}

// Select waits until descriptors are ready, stores them in ready, each once, and returns how many. What does
// not fit comes with the next call. n is 0 when the time is over, and when Wake was called: what is ready
// then comes with the next call too.
//
// The timeout is that of Poll: negative for ever, 0 not at all. Nothing is allocated once s has seen a ready
// of this length. Python returns a list in place of filling one.
//
// Errors: EINVAL (ready has no room), EBADF (s is closed).
func (s *Selector) Select(ready []Ready, timeout time.Duration) (n int, err error) {
	switch {
	case s.keys == nil:
		return 0, unix.EBADF
	case len(ready) == 0:
		return 0, unix.EINVAL
	}
	w := begin(timeout)
	for {
		m, e := s.backend.wait(len(ready), w.left)
		if e == 0 {
			woken := false
			if n, woken = s.collect(ready, m); woken {
				return 0, s.wakeup.Drain() // what is ready stays so
			}
		}
		if !w.again(n, e) {
			return result(n, e)
		}
	}
}

// collect stores m events of the backend in ready, and reports whether one was a wake-up.
func (s *Selector) collect(ready []Ready, m int) (n int, woken bool) {
	for i := range m {
		fd, generation, events := s.backend.event(i)
		if fd == s.wakeup.r {
			woken = true
			continue
		}
		k := s.keys[fd]
		if k == nil || generation != 0 && generation != k.generation {
			continue // closed without Unregister, and open elsewhere
		}
		if k.at < n && ready[k.at].Fd == fd { // kqueue tells of reading and writing one by one
			ready[k.at].Mask |= events & k.Events
			continue
		}
		k.at = n
		ready[n] = Ready{k.Key, events & k.Events}
		n++
	}
	return n, woken
}

// Wake makes a Select that waits return 0, or else the next one, which then does not wait: one Select for any
// number of Wakes before it. Any goroutine may call it.
//
// Errors: EBADF (s is closed).
func (s *Selector) Wake() error { return s.wakeup.Wake() }

// Key is the key of a registered descriptor: Python's get_key.
func (s *Selector) Key(fd int) (Key, bool) {
	if k := s.keys[fd]; k != nil {
		return k.Key, true
	}
	return Key{}, false
}

// Keys yields the keys of all registered descriptors, in no order: Python's get_map.
func (s *Selector) Keys() iter.Seq[Key] {
	return func(yield func(Key) bool) {
		for _, k := range s.keys {
			if !yield(k.Key) {
				return
			}
		}
	}
}

// Len is the number of registered descriptors.
func (s *Selector) Len() int { return len(s.keys) }

// Close gives back what the Selector itself has open. The registered descriptors stay open.
//
// Errors: EBADF (s is closed).
func (s *Selector) Close() error {
	if s.keys == nil {
		return unix.EBADF
	}
	s.keys = nil
	s.backend.close()
	return s.wakeup.Close()
}
