package netfd

// This file holds the second way to wait, beside the FD's place on Go's poller, and why epoll refuses a descriptor.
//
// A call with MSG_ERRQUEUE must not wait in the FD's line of readers: one that waits for data would keep it
// from the error queue, and it them from the data. And after an event of errors only, with neither data nor room,
// Go's poller lets no reader wait. Such calls wait on a descriptor of their own: an epoll instance that
// looks at the socket, and which is on Go's poller as any other descriptor. It is made at the first such
// wait, and does not keep the socket open.

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/poll"
)

const (
	msgErrqueue = unix.MSG_ERRQUEUE
	haveSides   = true
)

// What a side waits for. Errors and hang-ups come unasked.
const (
	forErrors = iota
	forData
	kinds
)

var events = [kinds]uint32{forData: unix.EPOLLIN | unix.EPOLLRDHUP}

// sides are the epoll instances of an FD.
type sides struct {
	mu       sync.Mutex
	closed   bool
	deadline time.Time // for reading
	files    [kinds]*os.File
	rcs      [kinds]syscall.RawConn
}

func (s *sides) setDeadline(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = t
	for _, file := range s.files {
		if file != nil {
			file.SetReadDeadline(t)
		}
	}
}

func (s *sides) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, file := range s.files {
		if file != nil {
			file.Close()
		}
	}
}

// open gives the descriptor to wait on.
func (s *sides) open(f *FD, kind int) (syscall.RawConn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errGone
	}
	if s.rcs[kind] != nil {
		return s.rcs[kind], nil
	}
	ep, err := poll.EpollCreate(0)
	if err != nil {
		return nil, err
	}
	if e := f.rc.Control(func(fd uintptr) {
		err = poll.EpollCtl(ep, unix.EPOLL_CTL_ADD, int(fd), &poll.EpollEvent{Events: events[kind]})
	}); e != nil {
		err = errGone
	}
	if err == nil {
		err = socket.SetNonblock(ep, true)
	}
	if err != nil {
		socket.Close(ep)
		return nil, err
	}
	file := os.NewFile(uintptr(ep), "epoll")
	if file.SetReadDeadline(s.deadline) != nil {
		file.Close()
		return nil, unix.ENOSPC
	}
	rc, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, err
	}
	s.files[kind], s.rcs[kind] = file, rc
	return rc, nil
}

// wait makes a call, and waits while it says EAGAIN.
func (s *sides) wait(o *op, kind int) error {
	rc, err := s.open(o.fd, kind)
	if err != nil {
		return err
	}
	err = rc.Read(o.whole)
	switch {
	case err == nil:
		return o.err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return o.expired
	}
	return errGone
}

// waitErrqueue makes a call with MSG_ERRQUEUE.
func (o *op) waitErrqueue() error {
	f := o.fd
	if f.isLentAndClosed() {
		return errGone
	}
	if f.file != nil && !f.rd.timed.Load() {
		if f.rc.Control(o.once) != nil {
			return errGone
		}
		if o.err != unix.EAGAIN {
			return o.err
		}
	}
	return f.sides.wait(o, forErrors)
}

// waitRefused makes a call that Go's poller does not let wait.
func (o *op) waitRefused() error { return o.fd.sides.wait(o, forData) }

// refusal is why the poller did not take a descriptor: what another epoll instance says, or if that takes it,
// that the poller had it.
func refusal(fd int) error {
	ep, err := poll.EpollCreate(0)
	if err != nil {
		return err
	}
	defer socket.Close(ep)
	if err := poll.EpollCtl(ep, unix.EPOLL_CTL_ADD, fd, new(poll.EpollEvent)); err != nil {
		return err
	}
	return unix.EEXIST
}
