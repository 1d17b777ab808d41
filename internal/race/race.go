//go:build race

package race

import (
	"runtime"
	"unsafe"
)

// One variable for all packages: what Send released, a poll may acquire.
var ioSync int64

// Release goes before a call that lets a peer go on, Acquire behind one that hears of a peer.
func Release() { runtime.RaceReleaseMerge(unsafe.Pointer(&ioSync)) }
func Acquire() { runtime.RaceAcquire(unsafe.Pointer(&ioSync)) }

// Read says that the kernel read n bytes of p, Write that it wrote them.
func Read(p []byte, n int) {
	if n = min(n, len(p)); n > 0 {
		runtime.RaceReadRange(unsafe.Pointer(unsafe.SliceData(p)), n)
	}
}

func Write(p []byte, n int) {
	if n = min(n, len(p)); n > 0 {
		runtime.RaceWriteRange(unsafe.Pointer(unsafe.SliceData(p)), n)
	}
}

func Readv(iov [][]byte, n int) {
	for _, p := range iov {
		Read(p, n)
		n -= len(p)
	}
}

func Writev(iov [][]byte, n int) {
	for _, p := range iov {
		Write(p, n)
		n -= len(p)
	}
}
