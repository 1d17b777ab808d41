package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// A metric is what a number means and whether less of it is better.
type metric struct {
	name string
	less bool
	of   func(w *workload, r result) float64
}

var (
	nsPerOp = metric{"ns/op", true, func(w *workload, r result) float64 { return r.Ns / float64(r.N) }}
	perSec  = metric{"op/s", false, func(w *workload, r result) float64 { return float64(r.N) / r.Ns * 1e9 }}
	// typical is of the median slice: what an operation costs that nothing disturbs, no other program, no timer,
	// and no collection of garbage.
	typical = metric{"typical-ns/op", true, func(w *workload, r result) float64 {
		if r.Slice == 0 || r.P50 == 0 {
			return math.NaN()
		}
		return r.P50 / float64(r.Slice)
	}}
	mbPerSec = metric{"MB/s", false, func(w *workload, r result) float64 { return float64(r.N) * float64(w.size) / r.Ns * 1e3 }}
	p50      = metric{"p50-ns", true, func(w *workload, r result) float64 { return r.P50 }}
	p99      = metric{"p99-ns", true, func(w *workload, r result) float64 { return r.P99 }}
	p999     = metric{"p99.9-ns", true, func(w *workload, r result) float64 { return r.P999 }}
	cpu      = metric{"cpu-ns/op", true, func(w *workload, r result) float64 {
		if w.client != "" {
			return r.ServerCPU / float64(r.N)
		}
		return r.CPU / float64(r.N)
	}}
	switches = metric{"switches/op", true, func(w *workload, r result) float64 {
		if w.client != "" {
			return r.ServerSwitches / float64(r.N)
		}
		return r.Switches / float64(r.N)
	}}
	allocs   = metric{"allocs/op", true, func(w *workload, r result) float64 { return known(r.Allocs) / float64(r.N) }}
	memConn  = metric{"B/conn", true, func(w *workload, r result) float64 { return r.RSS / float64(w.conns) }}
	heapConn = metric{"heap-B/conn", true, func(w *workload, r result) float64 { return known(r.Heap) / float64(w.conns) }}
)

func known(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// A workload is one piece of work that every contestant does.
type workload struct {
	name    string
	metrics []metric // the first is the one that counts
	who     []string // the contestants; the first is C
	role    string
	args    []string
	peers   [][]string    // roles of C with their arguments, on the other side of each contestant
	client  string        // or the C program that loads the contestant, which is a server
	cross   bool          // peers or client on another core
	first   int           // operations in the first run, which finds out how many fill the time
	time    time.Duration // how long a run is to last, 0 for the usual
	size    int           // bytes of a message
	conns   int
	quick   bool // part of -quick
	full    bool // part of -full only
}

func (w *workload) placement() string {
	switch {
	case len(w.peers) == 0 && w.client == "":
		return "one process"
	case w.cross:
		return "two cores"
	}
	return "one core"
}

var sizes = map[int]string{4 << 10: "4k", 16 << 10: "16k", 64 << 10: "64k", 256 << 10: "256k", 1 << 20: "1m"}

// workloads are all of them, in the order of the table.
func workloads() (all []*workload) {
	add := func(w workload) { all = append(all, &w) }
	who := strings.Fields
	kv := func(format string, a ...any) []string { return strings.Fields(fmt.Sprintf(format, a...)) }

	// One call, in one process, on one core.
	call := []metric{nsPerOp, typical, cpu, switches, allocs}
	add(workload{name: "call/getsockopt", metrics: call, role: "getsockopt", args: kv("slice=512"), who: who("C C1 floor socket xsys mdlayher python"), first: 50000, quick: true})
	add(workload{name: "call/setsockopt", metrics: call, role: "setsockopt", args: kv("slice=512"), who: who("C C1 floor socket xsys net mdlayher python"), first: 50000, quick: true})
	add(workload{name: "call/getsockname", metrics: call, role: "getsockname", args: kv("slice=512"), who: who("C C1 floor socket xsys mdlayher python"), first: 50000, quick: true})
	add(workload{name: "call/getsockname6", metrics: call, role: "getsockname", args: kv("proto=tcp6 slice=512"), who: who("C C1 floor socket xsys mdlayher"), first: 50000})
	add(workload{name: "call/socket+close", metrics: call, role: "socketclose", who: who("C C1 floor socket nonblocking netfd xsys mdlayher python"), first: 5000, quick: true})
	rate := []metric{perSec, typical, cpu, switches, allocs}
	add(workload{name: "call/accept", metrics: rate, role: "accept", who: who("C C1 socket nonblocking netfd xsys net mdlayher python"), first: 1000, quick: true})
	add(workload{name: "fdpass", metrics: rate, role: "fdpass", who: who("C socket nonblocking xsys net python"), first: 5000, quick: true})

	// Ping-pong with C's echo in another process.
	latency := []metric{p50, p99, p999, perSec, cpu, switches, allocs}
	for _, cross := range []bool{false, true} {
		for _, proto := range who("tcp udp unix tcp6 udp6") {
			for _, size := range []int{1, 64, 4096} {
				w := workload{metrics: latency, role: "pingpong", who: who("C socket dontwait nonblocking netfd xsys net mdlayher"), first: 500, cross: cross, size: size}
				if strings.HasSuffix(proto, "6") && (size != 64 || cross) {
					continue
				}
				w.name = fmt.Sprintf("pingpong/%s/%d/%s", proto, size, place(cross))
				w.args = kv("proto=%s size=%d", proto, size)
				w.peers = [][]string{append(who("pingpong-peer"), w.args...)}
				if size == 64 && !strings.HasSuffix(proto, "6") {
					w.who = append(w.who, "python")
					w.quick = !cross || proto == "tcp"
				}
				add(w)
			}
		}
	}

	// A stream in one direction, C on the other side.
	through := []metric{mbPerSec, cpu, switches, allocs}
	for _, cross := range []bool{false, true} {
		for _, proto := range who("tcp unix") {
			for _, size := range []int{4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20} {
				for _, side := range who("send recv") {
					w := workload{metrics: through, role: side, who: who("C socket netfd xsys net mdlayher"), first: 4 << 20 / size, cross: cross, size: size}
					w.name = fmt.Sprintf("stream/%s/%s/%s/%s", proto, sizes[size], side, place(cross))
					w.args = kv("proto=%s size=%d", proto, size)
					w.peers = [][]string{append([]string{map[string]string{"send": "recv", "recv": "send"}[side]}, w.args...)}
					w.full = size == 16<<10 || size == 256<<10
					w.quick = cross && size == 64<<10 && (proto == "tcp" || side == "send")
					if size == 64<<10 && proto == "tcp" {
						w.who = append(w.who, "python")
					}
					add(w)
				}
			}
		}
		for _, how := range who("writev sendfile splice") {
			w := workload{metrics: through, role: "send", who: who("C socket netfd xsys net"), first: 64, cross: cross, size: 64 << 10, quick: cross && how != "writev"}
			w.name = fmt.Sprintf("stream/tcp/64k/%s/%s", how, place(cross))
			w.args = kv("size=%d how=%s", w.size, how)
			w.peers = [][]string{kv("recv size=%d", w.size)}
			switch how {
			case "sendfile":
				w.peers[0] = append(w.peers[0], "cycle=16")
			case "splice":
				w.role = "relay"
				w.args = w.args[:1]
				w.peers = append(w.peers, kv("send size=%d", w.size))
			}
			add(w)
		}
	}
	add(workload{name: "stream/tcp6/64k/send/cross", metrics: through, role: "send", who: who("C socket netfd xsys net mdlayher"), first: 64, cross: true, size: 64 << 10,
		args: kv("proto=tcp6 size=65536"), peers: [][]string{kv("recv proto=tcp6 size=65536")}})

	// Datagrams, in one process.
	for _, proto := range who("udp udp6") {
		for _, size := range []int{64, 1400} {
			ways := []workload{
				{name: "single", args: kv("how=single"), who: who("C floor socket nonblocking netfd xsys net mdlayher"), first: 6400},
				{name: "batch8", args: kv("how=batch batch=8"), who: who("C socket nonblocking netfd xnet"), first: 6400},
				{name: "batch64", args: kv("how=batch batch=64"), who: who("C socket nonblocking netfd xnet"), first: 6400},
				{name: "gso", args: kv("how=gso"), who: who("C floor nonblocking udp"), first: 64000},
			}
			for _, w := range ways {
				if proto == "udp6" && (w.name != "single" || size != 64) {
					continue
				}
				w.quick = proto == "udp" && w.name != "batch8" && (size == 1400 || w.name == "gso")
				if w.name == "single" && proto == "udp" {
					w.who = append(w.who, "python")
				}
				w.name = fmt.Sprintf("%s/%s/%d", proto, w.name, size)
				w.metrics, w.role, w.size = rate, "udp", size
				w.args = append(w.args, kv("proto=%s size=%d", proto, size)...)
				add(w)
			}
		}
	}

	// Servers, loaded by a client in C.
	served := []metric{perSec, cpu, switches}
	for _, cross := range []bool{false, true} {
		add(workload{name: "accept/" + place(cross), metrics: served, role: "accepts", args: kv("reset=1"), who: who("C socket poll netfd net mdlayher"), client: "connects", cross: cross, first: 2000, quick: cross})
	}
	most := min(50000, (descriptors()-100)/1000*1000)
	echoed := []metric{cpu, perSec, p50, p99, switches, memConn, heapConn}
	for _, e := range []struct {
		conns int
		cross bool
	}{{100, false}, {1000, false}, {1, true}, {100, true}, {1000, true}, {10000, true}, {most, true}} {
		w := workload{metrics: echoed, role: "echo", who: who("C poll event tcpserver netfd xsys net mdlayher gnet netpoll python"), client: "load", conns: e.conns, cross: e.cross, size: 64,
			first: max(2000, e.conns), time: 600 * time.Millisecond, quick: e.cross && (e.conns == 100 || e.conns == 1000), full: e.conns > 10000}
		if e.conns > 1000 {
			w.who = w.who[:len(w.who)-1] // without python
		}
		w.name = fmt.Sprintf("echo/%d/%s", e.conns, place(e.cross))
		w.args = kv("conns=%d", e.conns)
		add(w)
	}
	add(workload{name: "echo6/100/cross", metrics: echoed, role: "echo", args: kv("proto=tcp6 conns=100"), who: who("C poll event tcpserver netfd xsys net mdlayher gnet netpoll"), client: "load", conns: 100, cross: true, size: 64,
		first: 2000, time: 600 * time.Millisecond})
	return all
}

func place(cross bool) string {
	if cross {
		return "cross"
	}
	return "same"
}

// own are the contestants that are this package; the others are peers.
var own = []string{"socket", "dontwait", "nonblocking", "netfd", "poll", "udp", "socketserver"}

// contestants say what each name stands for.
var contestants = [][2]string{
	{"C", "plain C, cc -O2, with a second thread that sleeps, as every Go program has"},
	{"C1", "the same with one thread, which the kernel serves faster"},
	{"floor", "a bare unix.RawSyscall6 in the same loop: the least that Go can cost"},
	{"socket", "this package's functions on a blocking descriptor (in call/socket+close and udp on a non-blocking one)"},
	{"dontwait", "the same, sending with MSG_DONTWAIT: a call that cannot wait skips Go's scheduler"},
	{"nonblocking", "this package's Nonblocking; where there is something to wait for, by poll.Poll"},
	{"netfd", "this package's netfd: goroutines on Go's own poller"},
	{"poll", "this package's Nonblocking in a loop of poll.EpollWait"},
	{"event", "this package's socketserver.EventServer, one loop"},
	{"tcpserver", "this package's socketserver.TCPServer: a goroutine for each connection"},
	{"udp", "this package's udp.Sender and udp.Receiver, given one datagram after the other"},
	{"xsys", "golang.org/x/sys/unix"},
	{"net", "package net"},
	{"mdlayher", "github.com/mdlayher/socket"},
	{"xnet", "golang.org/x/net/ipv4, WriteBatch and ReadBatch"},
	{"gnet", "github.com/panjf2000/gnet/v2, one event loop"},
	{"netpoll", "github.com/cloudwego/netpoll, one poller"},
	{"python", "CPython's socket"},
}

func isOwn(who string) bool { return slices.Contains(own, who) }
