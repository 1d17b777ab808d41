//go:build race

package poll

// Under the race detector, what one goroutine does before Wake or EpollCtl happens before what another does
// behind a wait that returns descriptors.

import (
	"runtime"
	"unsafe"
)

var ioSync int64

func raceRelease() { runtime.RaceReleaseMerge(unsafe.Pointer(&ioSync)) }
func raceAcquire() { runtime.RaceAcquire(unsafe.Pointer(&ioSync)) }
