package poll

// This file holds the system calls of Linux, as the root package's sys_linux.go has its own. A call that
// does not wait is raw: it costs what C's costs. A call that waits tells Go's scheduler, which takes some
// 60 ns: raw, it would keep its processor, and the garbage collector would wait with it. So the waits are
// raw with a timeout of 0, unless they look at so many descriptors that this alone takes long (0.2 µs each);
// and told with every other timeout. epoll_create1, epoll_ctl and the eventfd, which is non-blocking, are
// always raw. (Each descriptor is asked how it is. Sockets, pipes and the like answer at once; a file of FUSE
// asks its server, which must not be the same program.)
//
// A uintptr(unsafe.Pointer(…)) stands in the system call's own expression only, and the calls are those of
// package syscall: see there.

import (
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket/internal/sched"
)

// maxRaw is the most descriptors that a raw call looks at: for some 50 µs.
const maxRaw = 256

// ppoll and pselect write the time that is left to their limit: it is a copy.

func ppoll(fds []Fd, d time.Duration) (int, unix.Errno) {
	if d < 0 {
		sched.Wait(2)
		n, _, e := syscall.Syscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(unsafe.SliceData(fds))), uintptr(len(fds)), 0, 0, 0, 0)
		return int(n), e
	}
	limit := unix.NsecToTimespec(int64(d))
	if d == 0 && len(fds) <= maxRaw {
		n, _, e := syscall.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(unsafe.SliceData(fds))), uintptr(len(fds)), uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
		return int(n), e
	}
	sched.Wait(2)
	n, _, e := syscall.Syscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(unsafe.SliceData(fds))), uintptr(len(fds)), uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	return int(n), e
}

func pselect(nfds int, r, w, e *uint, d time.Duration) (int, unix.Errno) {
	if d < 0 {
		sched.Wait(2)
		n, _, errno := syscall.Syscall6(unix.SYS_PSELECT6, uintptr(nfds), uintptr(unsafe.Pointer(r)), uintptr(unsafe.Pointer(w)), uintptr(unsafe.Pointer(e)), 0, 0)
		return int(n), errno
	}
	limit := unix.NsecToTimespec(int64(d))
	if d == 0 && nfds <= maxRaw {
		n, _, errno := syscall.RawSyscall6(unix.SYS_PSELECT6, uintptr(nfds), uintptr(unsafe.Pointer(r)), uintptr(unsafe.Pointer(w)), uintptr(unsafe.Pointer(e)), uintptr(unsafe.Pointer(&limit)), 0)
		return int(n), errno
	}
	sched.Wait(2)
	n, _, errno := syscall.Syscall6(unix.SYS_PSELECT6, uintptr(nfds), uintptr(unsafe.Pointer(r)), uintptr(unsafe.Pointer(w)), uintptr(unsafe.Pointer(e)), uintptr(unsafe.Pointer(&limit)), 0)
	return int(n), errno
}

func epollCreate(flags int) (int, unix.Errno) {
	epfd, _, e := syscall.RawSyscall6(unix.SYS_EPOLL_CREATE1, uintptr(flags), 0, 0, 0, 0, 0)
	return int(epfd), e
}

func epollCtl(epfd, op, fd int, event *EpollEvent) unix.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(epfd), uintptr(op), uintptr(fd), uintptr(unsafe.Pointer(event)), 0, 0)
	return e
}

// noPwait2 remembers that the kernel has no epoll_pwait2, or that a sandbox from before it (EPERM) does not.
var noPwait2 atomic.Bool

func epollWait(epfd int, events []EpollEvent, d time.Duration) (int, unix.Errno) {
	if d == 0 && len(events) <= maxRaw {
		n, _, e := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epfd), uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), 0, 0, 0)
		return int(n), e
	}
	if d > 0 && !noPwait2.Load() {
		limit := [2]int64{int64(d / time.Second), int64(d % time.Second)} // struct __kernel_timespec, on 32 bits too
		sched.Wait(2)
		n, _, e := syscall.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(epfd), uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), uintptr(unsafe.Pointer(&limit)), 0, 0)
		if e != unix.ENOSYS && e != unix.EPERM {
			return int(n), e
		}
		noPwait2.Store(true)
	}
	sched.Wait(2)
	n, _, e := syscall.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(epfd), uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), uintptr(milliseconds(d)), 0, 0)
	return int(n), e
}

// An eventfd is both ends of a wake-up: a counter that is readable when it is not 0.

func openWakeup() (r, w int, e unix.Errno) {
	fd, _, e := syscall.RawSyscall6(unix.SYS_EVENTFD2, 0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK, 0, 0, 0, 0)
	return int(fd), int(fd), e
}

func wake(fd int) unix.Errno {
	one := uint64(1)
	_, _, e := syscall.RawSyscall6(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&one)), unsafe.Sizeof(one), 0, 0, 0)
	return e
}

func drain(fd int) unix.Errno {
	var count uint64
	_, _, e := syscall.RawSyscall6(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&count)), unsafe.Sizeof(count), 0, 0, 0)
	return e
}

func closeWakeup(r, w int) { closefd(r) }

func closefd(fd int) {
	syscall.RawSyscall6(unix.SYS_CLOSE, uintptr(fd), 0, 0, 0, 0, 0)
}
