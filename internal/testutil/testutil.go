// Package testutil holds what the tests of several packages share: leak checks, network namespaces,
// child processes. It imports none of the project's packages, so that all of them can use it.
package testutil

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Main runs the tests of a package and fails them if they leave a descriptor, a goroutine or a child
// process behind. A TestMain calls it.
func Main(m *testing.M) {
	if f := children[os.Getenv(childEnv)]; f != nil {
		f()
		os.Exit(0)
	}
	warmUp()
	before := descriptors()
	goroutines := runtime.NumGoroutine()
	code := m.Run()
	if f := flag.Lookup("test.fuzz"); f != nil && f.Value.String() != "" {
		os.Exit(code) // fuzzing keeps a goroutine and workers of its own
	}
	if leak := settle(func() string { return leaked(before, goroutines) }); leak != "" && code == 0 {
		fmt.Fprintln(os.Stderr, "FAIL: the tests leave behind:", leak)
		code = 1
	}
	os.Exit(code)
}

// warmUp lets the Go runtime open the descriptors that it keeps: those of its poller.
func warmUp() {
	if r, w, err := os.Pipe(); err == nil {
		r.SetReadDeadline(time.Now().Add(time.Millisecond))
		r.Read(make([]byte, 1))
		r.Close()
		w.Close()
	}
}

// descriptors are the open ones with what they lead to, so that a number used again shows.
func descriptors() map[string]bool {
	open := map[string]bool{}
	dir := "/proc/self/fd"
	if _, err := os.Stat(dir); err != nil {
		dir = "/dev/fd"
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(dir, e.Name()))
		if err == nil && !strings.HasSuffix(target, "/fd") { // the folder's own
			open[e.Name()+" → "+target] = true
		}
	}
	return open
}

func leaked(before map[string]bool, goroutines int) string {
	var leaks []string
	for fd := range descriptors() {
		if !before[fd] {
			leaks = append(leaks, "descriptor "+fd)
		}
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		stacks := make([]byte, 1<<16)
		leaks = append(leaks, fmt.Sprintf("%d goroutines:\n%s", n-goroutines, stacks[:runtime.Stack(stacks, true)]))
	}
	return strings.Join(append(leaks, childProcesses()...), "; ")
}

// settle gives what is on its way out a second to be gone.
func settle(leak func() string) string {
	for range 100 {
		if leak() == "" {
			return ""
		}
		time.Sleep(10 * time.Millisecond)
	}
	return leak()
}

// Eventually waits up to ten seconds for what to become true.
func Eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	for start := time.Now(); !f(); time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatalf("after 10 s still not: %s", what)
		}
	}
}

// Allocs fails t if a call of f allocates. Under the race detector f is only called: what is told to the
// detector moves to the heap.
func Allocs(t *testing.T, what string, f func()) {
	t.Helper()
	if race {
		f()
		return
	}
	if n := testing.AllocsPerRun(200, f); n != 0 {
		t.Errorf("%s: %v allocations a call, want 0", what, n)
	}
}
