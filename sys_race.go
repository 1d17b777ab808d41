//go:build race

package socket

// Under the race detector, what one goroutine sends happens before another receives it, as in
// x/sys/unix: programs that order memory by socket traffic see no false reports.

import (
	"runtime"
	"unsafe"
)

var ioSync int64

// raceRelease goes before a call that lets a peer go on, raceAcquire behind one that hears of a peer.
func raceRelease() { runtime.RaceReleaseMerge(unsafe.Pointer(&ioSync)) }
func raceAcquire() { runtime.RaceAcquire(unsafe.Pointer(&ioSync)) }

// raceRead says that the kernel read n bytes of p, raceWrite that it wrote them.
func raceRead(p []byte, n int) {
	if n = min(n, len(p)); n > 0 {
		runtime.RaceReadRange(unsafe.Pointer(unsafe.SliceData(p)), n)
	}
}

func raceWrite(p []byte, n int) {
	if n = min(n, len(p)); n > 0 {
		runtime.RaceWriteRange(unsafe.Pointer(unsafe.SliceData(p)), n)
	}
}

func raceReadv(iov [][]byte, n int) {
	for _, p := range iov {
		raceRead(p, n)
		n -= len(p)
	}
}

func raceWritev(iov [][]byte, n int) {
	for _, p := range iov {
		raceWrite(p, n)
		n -= len(p)
	}
}
