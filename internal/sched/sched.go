// Package sched gives Go's scheduler what calls that wait keep from it: a sign of life.
//
// To the scheduler a goroutine that makes one waiting call after another has run without a break, however often
// it waited. After 10 ms the runtime's monitor takes its processor away, in the middle of a call; from then
// on the monitor looks every 20 µs for others to take, and each of its looks is a switch of threads that some
// call waits for. A ping-pong of 13 µs then takes 40 µs in one of 50 turns, and a fifth of the rate is gone. Who
// yields now and then never comes to that.
package sched

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"time"
)

// interval is well within the scheduler's 10 ms, and not much oftener than it preempts goroutines anyway.
const interval = 4 * time.Millisecond

var (
	epoch   = time.Now()
	yielded = sync.Pool{New: func() any { return new(time.Duration) }} // when, for each processor
)

// Wait is for before a call that waits, and that the scheduler is told of. One of oneOf calls looks at the clock: of
// those that are a millisecond apart, as the waits of a loaded event loop, it must not be few.
func Wait(oneOf uint32) {
	if rand.Uint32()%oneOf == 0 {
		yield()
	}
}

func yield() {
	last := yielded.Get().(*time.Duration)
	now := time.Since(epoch)
	due := now-*last >= interval
	if due {
		*last = now
	}
	yielded.Put(last)
	if due {
		runtime.Gosched()
	}
}
