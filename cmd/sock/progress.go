//go:build linux

package main

// This file holds the line that shows how far a transfer is, and the sums at its end.

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// A meter counts the bytes of all connections that move at a time, and shows them on a terminal.
type meter struct {
	bytes atomic.Int64

	sync.Mutex // what follows
	active     int
	total      int64 // how many bytes there will be, 0 for who knows
	began      time.Time
	stop       chan struct{}

	shown bool // output guards it: the line is on the terminal
}

var transfer meter

const (
	patience = time.Second // a shorter transfer shows nothing
	interval = 500 * time.Millisecond
)

func isTerminal(fd int) bool {
	_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	return err == nil
}

// begin begins a transfer of so many bytes, 0 for who knows.
func (m *meter) begin(total int64) {
	m.Lock()
	defer m.Unlock()
	m.active++
	if m.active > 1 {
		m.total = 0 // of several together nobody knows
		return
	}
	m.bytes.Store(0)
	m.total, m.began = total, time.Now()
	if isTerminal(unix.Stderr) {
		m.stop = make(chan struct{})
		go m.show(m.stop)
	}
}

func (m *meter) end() {
	m.Lock()
	defer m.Unlock()
	if m.active--; m.active > 0 {
		return
	}
	if m.stop != nil {
		close(m.stop)
		m.stop = nil
	}
	output.Lock()
	defer output.Unlock()
	m.erase()
}

func (m *meter) add(n int) { m.bytes.Add(int64(n)) }

func (m *meter) show(stop chan struct{}) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		m.Lock()
		if took := time.Since(m.began); m.stop == stop && took >= patience {
			output.Lock()
			fmt.Fprintf(os.Stderr, "\r%s\x1b[K", progressLine(m.bytes.Load(), m.total, took))
			m.shown = true
			output.Unlock()
		}
		m.Unlock()
	}
}

// erase takes the line away; the caller holds output.
func (m *meter) erase() {
	if m.shown {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
		m.shown = false
	}
}

// interrupt says how far transfers were when a signal ends them.
func (m *meter) interrupt() {
	m.Lock()
	defer m.Unlock()
	if m.active > 0 {
		say("sock: interrupted after %s", sums(m.bytes.Load(), time.Since(m.began)))
	}
}

// progressLine is the line: bytes, rate, time, and what is left where that is known.
func progressLine(n, total int64, took time.Duration) string {
	line := fmt.Sprintf("%10s  %12s  %s", bytesText(float64(n)), rate(n, took), clock(took))
	if total > 0 {
		line += fmt.Sprintf("  %3d%%", n*100/total)
		if n > 0 && n <= total {
			line += fmt.Sprintf("  %s left", clock(time.Duration(float64(took)*float64(total-n)/float64(n))))
		}
	}
	return line
}

// sums are those of a transfer: "1048576 bytes in 0.52 s, 1.9 MiB/s".
func sums(n int64, took time.Duration) string {
	return fmt.Sprintf("%d bytes in %.2f s, %s", n, took.Seconds(), rate(n, took))
}

func rate(n int64, took time.Duration) string {
	return bytesText(float64(n)/max(took.Seconds(), 1e-6)) + "/s"
}

func bytesText(n float64) string {
	unit := 0
	for ; n >= 1024 && unit < 4; unit++ {
		n /= 1024
	}
	if unit == 0 {
		return fmt.Sprintf("%.0f B", n)
	}
	return fmt.Sprintf("%.1f %ciB", n, " KMGT"[unit])
}

// clock is a time as 0:07, 1:02:03.
func clock(d time.Duration) string {
	s := int64(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
