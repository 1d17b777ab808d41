// Package netfd puts a descriptor on Go's own poller, that of package net: the calls of package socket as
// methods, which park their goroutine where they have to wait, and no thread. Deadlines, contexts and Close end
// a wait.
//
// A server and a client; all that is C's has C's name and C's arguments:
//
//	l, err := netfd.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
//	err = netfd.Setsockopt(l, socket.SO_REUSEADDR, true)
//	err = l.Bind(socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:7000")))
//	err = l.Listen(128)
//	for {
//		conn, peer, err := l.Accept(ctx)        // ends with ctx
//		go func() {
//			defer conn.Close()
//			for {
//				n, err := conn.Recv(buf, 0)        // waits; 0 and no error at the end of the stream
//				if n == 0 || err != nil {
//					return
//				}
//				_, err = conn.Sendall(buf[:n], 0)  // all of it, however often it has to wait
//			}
//		}()
//	}
//
//	c, err := netfd.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
//	err = c.Connect(ctx, socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:7000")))
//	err = c.SetDeadline(time.Now().Add(time.Second))
//	n, err := c.Sendall([]byte("hello"), 0)
//	n, err = c.Recvall(buf[:5], 0)
//	err = c.Close()
//
// New takes over a descriptor that exists, Detach gives one back.
//
// # An FD is no io.Reader and no io.Writer
//
// It has methods Read and Write of the same form, and the compiler lets them pass for those of package io, but they
// are C's: THE END OF A STREAM IS 0 AND NO ERROR, and Write may take less than all. io.Copy and bufio never end, or
// lose data, on an FD. Conn gives a net.Conn, on which all of package io works.
//
// # What waits, and how
//
// A call is what it is on a non-blocking descriptor, but where that gives EAGAIN, it waits: Send takes what
// there is room for, Recv gives what there is, Sendmmsg and Recvmmsg wait for the first message, Sendall and
// Recvall for all. With MSG_DONTWAIT a call never waits, nor stands in line, and gives EAGAIN; so does one with
// MSG_OOB that receives. With MSG_ERRQUEUE it waits for the error queue, in a line of its own, which takes a
// descriptor more.
//
// Calls of several goroutines that receive stand in line, as those of a net.Conn: one waits in the kernel, and
// those behind it for that one. Calls that send go to the kernel at once, from as many goroutines as there are,
// and stand in line only when there is no room, or a write deadline is set. Sendalls always stand in line, and
// are not mixed with each other.
//
// No call allocates (under -race some do), waiting or not, but Accept for the FD it makes, a context that can end for Accept and
// Connect where they wait (4 allocations), and errors that are accidents: not EAGAIN, the deadline's or
// Close's. What is passed by pointer or slice is on the heap, as for a net.Conn.
//
// # Errors
//
// They are of *net.OpError, with the name of the call, and so of net.Error. errors.Is finds the errno, as
// unix.ECONNREFUSED, and os.ErrDeadlineExceeded, net.ErrClosed, os.ErrClosed, context.Canceled,
// context.DeadlineExceeded. Counts are 0 with an error, but for Sendall and Recvall: what has moved.
//
// # Package net
//
// Conn, Listener and PacketConn turn an FD into what package net has, for net/http, crypto/tls and all others;
// From borrows the descriptor of what package net made, for calls that it lacks; Control sets typed options on
// the sockets of net.Dialer and net.ListenConfig.
//
// # Which way of waiting
//
// The calls of package socket on a blocking descriptor are for few connections and programs that read as C does: each
// call that waits holds a thread. An FD is for thousands of connections, with a goroutine for each, and
// wherever deadlines and contexts are wanted. An event loop of package poll costs least by connection and by
// request, and is the hardest to write. The page in package poll compares them, with figures. Those of an FD are
// package net's: waiting costs the same two system calls and the same switch of goroutines.
//
//	                                             netfd    net      socket.Nonblocking
//	a send and a receive that need not wait      2.7 µs   2.5 µs   1.6 µs
//	memory of a connection that waits, in all    4.1 KB   4.7 KB   -
//	threads of 10,000 connections that wait      6        -        -
//
// Most of what the third column lacks is the kernel's: it tells Go's poller of each message. The memory is 2 KB of
// stack, 1.3 KB of heap and the runtime's own (net's is package poll's figure). On 2 cores of an AMD EPYC in a
// virtual machine, Linux 6.18, Go 1.26, medians of 5 runs that vary by 20 %:
//
//	go test -run '^$' -bench Ready ./netfd
//	go test -run TenThousand -v ./netfd
package netfd
