// Package poll waits for many descriptors at once: the calls of <poll.h>, <sys/select.h> and <sys/epoll.h>
// under their C names, a wake-up that ends a wait, and the Selector of Python's selectors.
//
// Poll, Select, EpollCreate, EpollCtl and EpollWait have C's arguments in C's order. Timeouts are
// time.Duration, to the nanosecond on Linux: negative waits for ever, 0 does not wait. No call allocates.
// Errors are unix.Errno, and the count is then 0. EINTR never reaches the caller: a wait that a signal
// interrupts goes on for the time that is left. Descriptors are close-on-exec. There are no signal-mask forms
// (ppoll's, pselect's and epoll_pwait's last argument), because Go has the signals: what a C program does by
// a mask, end a wait from outside, is done by a Wakeup.
//
//	C                                     Go
//	poll(fds, n, -1)                      Poll(fds, -1)
//	select(n, &r, &w, NULL, &tv)          Select(n, &r, &w, nil, timeout)
//	epoll_create1(EPOLL_CLOEXEC)          EpollCreate(0)
//	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e)  EpollCtl(ep, EPOLL_CTL_ADD, fd, &e)
//	epoll_wait(ep, events, 64, -1)        EpollWait(ep, events[:64], -1)
//	eventfd(0, EFD_NONBLOCK)              NewWakeup()
//
// # Which way of waiting
//
// A call on a blocking descriptor waits by itself: socket.Recv, one goroutine for each descriptor. It is the
// simplest, and for a few descriptors the right one. Each call that waits holds a thread, which Go keeps
// afterwards, and a program dies at 10,000 of them. Another goroutine ends the wait by socket.Shutdown.
//
// Poll waits for a few descriptors at once, or for one with a time limit. It is asked anew about each of them
// in each call: that is simple, nothing has to be registered or taken out, and slow for hundreds. It takes
// every kind of descriptor. Select does the same by bits, and is here for programs that come from C.
//
// EpollWait waits for thousands, on one goroutine and one thread: its cost does not depend on how many are
// idle. Descriptors are non-blocking, so that their calls are those of socket.Nonblocking, at C's cost. One
// loop uses one processor: for more of them, run several loops, each with a listener of its own
// (SO_REUSEPORT) or with the same one (EPOLLEXCLUSIVE). Level-triggered is the mode to begin with; with EPOLLET
// every descriptor must be read until EAGAIN.
//
// A Selector is EpollWait with a map from descriptors to data, on Linux, and kqueue's kevent on macOS and the
// BSDs: the same loop on all systems.
//
// Go's own poller, that of package net, parks a goroutine in place of a thread: code that reads as if it blocked,
// with deadlines and contexts, for thousands. It is the usual way in Go, and costs a goroutine's stack and a switch
// of goroutines a wait. Package netfd has it for descriptors, with C's calls: a connection that waits takes
// 4.1 KB, 10,000 of them 6 threads (go test -run TenThousand -v ./netfd).
//
// All but the last hold a thread while they wait. A wait with a timeout of 0 is made without telling Go's
// scheduler, 50 to 170 ns cheaper, unless it looks at more than 256 descriptors. But to look with 0 before
// each wait, or to spin that way, gains nothing in a loaded server: with 50 looks before each wait it has
// 0.8 of the rate (*).
//
//	                                       Recv, blocking  Poll     EpollWait  package net
//	64 bytes to a process and back,
//	  on one core                          9.9 µs          9.4 µs   9.9 µs     12.8 µs
//	1 of 1 descriptors is ready            -               0.49 µs  0.48 µs    -
//	  with a timeout of 0                  -               0.32 µs  0.43 µs    -
//	  with a time limit                    -               0.72 µs  0.64 µs    -
//	1 of 10 is ready                       -               2.7 µs   0.5 µs     -
//	1 of 100                               -               26 µs    0.5 µs     -
//	1 of 1,000                             -               230 µs   0.5 µs     -
//	1 of 10,000                            -               5-9 ms   0.5 µs     -
//	memory of one more that waits          20 KB, 1 thread none     0.7 KB     4.7 KB
//	echo server, 1,000 connections, CPU
//	  per request against C's epoll (*)    -               -        0.84-1.07  1.3-1.4
//	  the same, memory per connection (*)  -               -        0.2 KB     4.1 KB
//
// Select costs what Poll costs, and 0.1 to 0.2 µs more for one descriptor; a Selector 0.01 to 0.07 µs more
// than EpollWait; Wake and Drain together 0.6 µs. Lines with (*) are those of the project's study of
// performance: TCP, 64 bytes, the server on one core, its client in C on the other. The others are of unix
// sockets, in the columns of Poll and EpollWait non-blocking ones, and of these commands (the Waiters one by
// one, because each uses the memory of the one before):
//
//	go test -run '^$' -bench 'Ready|Among|Waiter' ./poll
//	GOMAXPROCS=2 taskset -c 0 go test -run '^$' -bench RoundTrip ./poll
//
// All on 2 cores of an AMD EPYC in a virtual machine, Linux 6.18, Go 1.26: medians of 5 to 7 runs, which
// vary by 10 %, and the round trip by 20 %; two runs for the lines of 10 and more descriptors.
package poll
