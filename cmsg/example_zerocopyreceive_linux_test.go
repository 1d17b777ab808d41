package cmsg_test

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// A mapped is memory that a TCP socket receives to without a copy.
type mapped struct {
	pages  []byte // of the socket
	little []byte // for what is less than a page
}

// mmap makes room for n pages.
func mmap(fd, n int) (m mapped) {
	var err error
	m.pages, err = unix.Mmap(fd, 0, n*os.Getpagesize(), unix.PROT_READ, unix.MAP_SHARED)
	check(err)
	m.little, err = unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	check(err)
	return m
}

func (m mapped) munmap() {
	check(unix.Munmap(m.pages))
	check(unix.Munmap(m.little))
}

// receive calls f with what is there, in order. Pages are valid until the next call.
func (m mapped) receive(fd int, f func(how string, p []byte)) {
	zc := socket.TCPZerocopyReceive{
		Address:         uint64(uintptr(unsafe.Pointer(unsafe.SliceData(m.pages)))),
		Length:          uint32(len(m.pages)),
		Copybuf_address: uint64(uintptr(unsafe.Pointer(unsafe.SliceData(m.little)))),
		Copybuf_len:     int32(len(m.little)),
	}
	_, err := socket.GetsockoptInto(fd, socket.TCP_ZEROCOPY_RECEIVE, &zc)
	check(err)
	f("mapped", m.pages[:zc.Length])          // whole pages, if the kernel has them so
	f("copied", m.little[:zc.Copybuf_len])    // what follows, to the next page
	if rest := zc.Recv_skip_hint; rest != 0 { // and what cannot be mapped
		p := make([]byte, rest)
		_, err := socket.Recvall(fd, p, 0)
		check(err)
		f("received", p)
	}
}

// Whole pages that arrive are put in the program's memory as they are, by TCP_ZEROCOPY_RECEIVE, which takes what to
// do and gives what was done in one struct. Whether a page comes whole depends on device and sender: what does not is
// copied, or left to recv.
//
// On loopback pages come whole from MSG_ZEROCOPY, and if each send is a packet of its own.
func Example_zerocopyReceive() {
	fd, peer := connection()
	defer socket.Close(fd)
	defer socket.Close(peer)
	check(socket.Setsockopt(peer, socket.SO_ZEROCOPY, true))
	page := os.Getpagesize()
	send, err := unix.Mmap(-1, 0, 3*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	check(err)
	defer unix.Munmap(send)

	m := mmap(fd, 16)
	defer m.munmap()
	_, err = socket.Sendall(peer, send[:2*page+5], socket.MSG_ZEROCOPY)
	check(err)
	for total := 0; total < 2*page+5; {
		m.receive(fd, func(how string, p []byte) {
			total += len(p)
			if pages, rest := len(p)/page, len(p)%page; len(p) > 0 {
				fmt.Println(how, pages, "pages and", rest, "bytes")
			}
		})
	}
	// Output:
	// mapped 2 pages and 0 bytes
	// copied 0 pages and 5 bytes
}
