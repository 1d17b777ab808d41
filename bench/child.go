package main

// This file holds what every contestant written in Go needs: its arguments, its clock, its result. The program
// starts itself again as each of them (-child WHO ROLE key=value …), so that all are alone in a process.

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A role is a part in a workload, played by each of its contestants.
type role map[string]func()

var roles = map[string]role{
	"getsockopt":  getsockoptRole,
	"setsockopt":  setsockoptRole,
	"getsockname": getsocknameRole,
	"socketclose": socketcloseRole,
	"accept":      acceptRole,
	"fdpass":      fdpassRole,
	"pingpong":    pingpongRole,
	"send":        sendRole,
	"recv":        recvRole,
	"relay":       relayRole,
	"udp":         udpRole,
	"echo":        echoRole,
	"accepts":     acceptsRole,
}

var arguments []string

// child plays a role, and ends when the program that started it does.
func child(args []string) {
	if len(args) < 2 || roles[args[1]][args[0]] == nil {
		fail("no such contestant: "+strings.Join(args, " "), nil)
	}
	arguments = args[2:]
	go obey()
	threads()
	roles[args[1]][args[0]]()
}

// threads lets the runtime make the threads that it keeps for calls that wait, before anything is measured.
func threads() {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			d := unix.NsecToTimespec(2e6)
			unix.Nanosleep(&d, nil)
		})
	}
	wg.Wait()
}

// obey waits for the end of standard input, and tells the memory in use when asked.
func obey() {
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			os.Exit(2)
		}
		if line == "heap\n" {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			fmt.Println("heap", m.HeapAlloc+m.StackInuse)
		}
	}
}

func word(key, otherwise string) string {
	for _, a := range arguments {
		if k, v, _ := strings.Cut(a, "="); k == key {
			return v
		}
	}
	return otherwise
}

func number(key string, otherwise int) int {
	n, err := strconv.Atoi(word(key, strconv.Itoa(otherwise)))
	check(key, err)
	return n
}

func check(what string, err error) {
	if err != nil {
		fail(what, err)
	}
}

func verify(ok bool, what string) {
	if !ok {
		fail("wrong data: "+what, nil)
	}
}

func fail(what string, err error) {
	fmt.Fprintln(os.Stderr, "contestant:", what, err)
	os.Exit(1)
}

// fill writes the pattern that every message carries.
func fill(p []byte) {
	for i := range p {
		p[i] = byte(i*7 + i/256)
	}
}

// A result is what a contestant, of whatever language, prints: one line of JSON.
type result struct {
	N        int      `json:"n"`
	Ns       float64  `json:"ns"`
	CPU      float64  `json:"cpu"` // of the contestant's process, ns
	Switches float64  `json:"switches"`
	Allocs   *float64 `json:"allocs,omitempty"` // of Go
	Slice    int      `json:"slice,omitempty"`  // the times below are each of so many operations, of one for 0
	P50      float64  `json:"p50,omitempty"`
	P99      float64  `json:"p99,omitempty"`
	P999     float64  `json:"p999,omitempty"`
	// Of a server, told by its client.
	ServerCPU      float64  `json:"servercpu,omitempty"`
	ServerSwitches float64  `json:"serverswitches,omitempty"`
	RSS            float64  `json:"rss,omitempty"`
	Heap           *float64 `json:"heap,omitempty"` // of a server in Go
}

var (
	began  time.Time
	usage  unix.Rusage
	memory runtime.MemStats
	taken  []uint32
	ofOps  int // how many operations one of them is
)

// latencies makes room for n of them.
func latencies(n int) {
	taken = make([]uint32, n)
	for i := range taken {
		taken[i] = 1 // the pages are there before the clock runs
	}
	taken = taken[:0]
}

// since is the time since begin: one reading of the monotonic clock.
func since() time.Duration { return time.Since(began) }

func latency(d time.Duration) { taken = append(taken, uint32(min(d, 1<<32-1))) }

// begin starts the measured part.
func begin() {
	runtime.GC()
	runtime.ReadMemStats(&memory)
	unix.Getrusage(unix.RUSAGE_SELF, &usage)
	began = time.Now()
}

// sliced runs n operations, slice= of them between two readings of the clock: what disturbs some of these
// slices, another program or a timer, is not in their median.
func sliced(n int, f func(i, end int)) { slicedBy(n, number("slice", 64), f) }

func slicedBy(n, slice int, f func(i, end int)) {
	latencies(n/slice + 1)
	begin()
	before := since()
	for i := 0; i < n; i += slice {
		end := min(i+slice, n)
		f(i, end)
		t := since()
		if end == i+slice {
			latency(t - before)
		}
		before = t
	}
	ofOps = slice
	finish(n)
}

// finish ends the measured part, of n operations, and prints the result.
func finish(n int) {
	r := result{N: n, Ns: float64(since())}
	var u unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &u)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	r.CPU = float64(u.Utime.Nano() + u.Stime.Nano() - usage.Utime.Nano() - usage.Stime.Nano())
	r.Switches = float64(u.Nvcsw + u.Nivcsw - usage.Nvcsw - usage.Nivcsw)
	made := float64(m.Mallocs - memory.Mallocs)
	r.Allocs = &made
	if n := len(taken); n > 0 {
		slices.Sort(taken)
		r.Slice = ofOps
		r.P50, r.P99, r.P999 = float64(taken[n/2]), float64(taken[n*99/100]), float64(taken[n*999/1000])
	}
	json.NewEncoder(os.Stdout).Encode(r)
}
