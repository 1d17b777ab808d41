package sched

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"rawsocket.internal/socket/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// TestWaitLetsOthersRunNowAndThen counts the turns that another goroutine gets, on one processor, beside one that
// waits all the time: the monitor alone gives one in 10 ms.
func TestWaitLetsOthersRunNowAndThen(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var turns atomic.Int64
	var end atomic.Bool
	done := make(chan bool)
	go func() {
		defer close(done)
		for !end.Load() {
			turns.Add(1)
			runtime.Gosched()
		}
	}()
	const long = 200 * time.Millisecond
	var most int64
	for range 20 { // of a loaded machine the best
		start, before := time.Now(), turns.Load()
		for time.Since(start) < long {
			Wait(2)
		}
		if n := turns.Load() - before; n > most {
			most = n
		}
		if most >= 2*int64(long/(10*time.Millisecond)) {
			break
		}
	}
	end.Store(true)
	<-done
	if least := 2 * int64(long/(10*time.Millisecond)); most < least {
		t.Errorf("another goroutine had %d turns in %v, want %d and more", most, long, least)
	}
}

func TestWaitDoesNotAllocate(t *testing.T) {
	testutil.Allocs(t, "Wait", func() { Wait(1) })
}
