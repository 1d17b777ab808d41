//go:build linux || darwin || freebsd || dragonfly

package netfd

// This file holds sendfile, where there is one.

import "rawsocket.internal/socket"

// copyArgs are the arguments of copies in the kernel.
type copyArgs struct {
	other int       // the other descriptor
	off   [2]*int64 // offsets, in C's order
	count int
}

// Sendfile sends count bytes of a file, from *offset, which it moves on, or if offset is nil from the file's own,
// and returns how many the socket took: 0 at the end of the file. It waits until there is room for some. See
// socket.Sendfile, sendfile(2).
func (f *FD) Sendfile(infd int, offset *int64, count int) (n int, err error) {
	o := f.op(sendfileCall)
	o.other, o.off[0], o.count = infd, offset, count
	return o.send()
}

// It tells the scheduler: the file's blocks may have to come from a disk.
var sendfileCall = newCall("sendfile", func(o *op, fd int) (int, error) { return socket.Sendfile(fd, o.other, o.off[0], o.count) })
