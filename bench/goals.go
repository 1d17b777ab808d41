package main

import (
	"fmt"
	"math"
	"regexp"
)

// A goal is a ratio to be reached in one run, or, against nobody, a number.
type goal struct {
	workloads string // a regular expression of their names
	who       string
	metric    metric
	against   string // "" for none
	in        string // the workload of against, "" for the same; $1 is the first group of workloads
	atMost    float64
	atLeast   float64 // one of the two: the cost is at most, or it is at least so much better
}

var goals = []goal{
	// Per call.
	{workloads: `^call/get|^call/set`, who: "socket", metric: nsPerOp, against: "floor", atMost: 1.04},
	{workloads: `^call/get|^call/set`, who: "socket", metric: nsPerOp, against: "C", atMost: 1.15},
	{workloads: `^call/|^fdpass`, who: "nonblocking", metric: allocs, atMost: 0},
	{workloads: `^call/`, who: "socket", metric: allocs, atMost: 0},
	{workloads: `^call/[gs]etsockopt`, who: "socket", metric: nsPerOp, against: "xsys", atLeast: 1.2},
	{workloads: `^call/getsockname`, who: "socket", metric: nsPerOp, against: "xsys", atLeast: 2},
	{workloads: `^call/get|^call/set`, who: "socket", metric: nsPerOp, against: "mdlayher", atLeast: 1.7},
	{workloads: `^call/socket\+close`, who: "nonblocking", metric: nsPerOp, against: "C", atMost: 1.05},
	{workloads: `^call/accept`, who: "nonblocking", metric: perSec, against: "C", atLeast: 0.97},
	{workloads: `^call/accept`, who: "nonblocking", metric: perSec, against: "net", atLeast: 1.45},
	{workloads: `^fdpass`, who: "nonblocking", metric: perSec, against: "C", atLeast: 0.97},

	// Ping-pong.
	{workloads: `^pingpong/(tcp|udp|unix)`, who: "socket", metric: p50, against: "C", atMost: 1.03},
	{workloads: `^pingpong/(tcp|udp|unix)`, who: "socket", metric: perSec, against: "C", atLeast: 0.97},
	{workloads: `^pingpong/(tcp|udp|unix)`, who: "socket", metric: p99, against: "C", atMost: 1.2},
	{workloads: `^pingpong/tcp`, who: "socket", metric: p50, against: "net", atLeast: 1.2},
	{workloads: `^pingpong/unix`, who: "socket", metric: p50, against: "net", atLeast: 1.3},
	{workloads: `^pingpong/udp`, who: "socket", metric: p50, against: "net", atLeast: 1.4},

	// Throughput.
	{workloads: `^stream/`, who: "socket", metric: mbPerSec, against: "C", atLeast: 0.97},
	{workloads: `^stream/`, who: "socket", metric: mbPerSec, against: "net", atLeast: 1},
	{workloads: `^udp6?/single`, who: "nonblocking", metric: perSec, against: "C", atLeast: 0.97},
	{workloads: `^udp6?/single`, who: "nonblocking", metric: perSec, against: "net", atLeast: 1.35},
	{workloads: `^udp/batch64`, who: "nonblocking", metric: perSec, against: "C", atLeast: 0.98},
	{workloads: `^udp/batch64`, who: "nonblocking", metric: perSec, against: "xnet", atLeast: 1.5},
	{workloads: `^udp/gso`, who: "nonblocking", metric: perSec, against: "floor", atLeast: 0.97},
	{workloads: `^udp/gso/(1400)`, who: "nonblocking", metric: perSec, against: "net", in: "udp/single/$1", atLeast: 25},
	{workloads: `^udp/gso/(64|1400)`, who: "udp", metric: perSec, against: "net", in: "udp/single/$1", atLeast: 20},

	// The echo server.
	{workloads: `^echo/10{2,4}/`, who: "poll", metric: cpu, against: "C", atMost: 1.05},
	{workloads: `^echo/`, who: "poll", metric: cpu, against: "gnet", atLeast: 1.2},
	{workloads: `^echo/`, who: "poll", metric: cpu, against: "netpoll", atLeast: 1.2},
	{workloads: `^echo/`, who: "poll", metric: cpu, against: "net", atLeast: 1.2},
	{workloads: `^echo/\d{4,}/`, who: "poll", metric: memConn, atMost: 256},
	{workloads: `^echo/10{2,4}/`, who: "event", metric: cpu, against: "C", atMost: 1.10},
	{workloads: `^echo/10{2,4}/`, who: "event", metric: cpu, against: "gnet", atLeast: 1.2},
	{workloads: `^echo/\d{4,}/`, who: "event", metric: memConn, atMost: 256},
}

// want is the goal in a few words, as for one workload.
func (g goal) want() string {
	limit := fmt.Sprintf("≤ %v", g.atMost)
	if g.atLeast > 0 {
		limit = fmt.Sprintf("≥ %v", g.atLeast)
	}
	if g.against == "" {
		return fmt.Sprintf("%s: %s %s", g.who, limit, g.metric.name)
	}
	against := g.against
	if g.in != "" {
		against += " (single)"
	}
	if g.atLeast > 0 && g.metric.less {
		return fmt.Sprintf("%s: %s× better in %s than %s", g.who, limit, g.metric.name, against)
	}
	return fmt.Sprintf("%s: %s %s× %s", g.who, g.metric.name, limit, against)
}

// A verdict is a goal in one workload: what was measured, in the goal's own terms.
type verdict struct {
	Goal     string  `json:"goal"`
	Workload string  `json:"workload"`
	Ratio    float64 `json:"ratio"`
	Min      float64 `json:"min"`
	Max      float64 `json:"max"`
	CPU      float64 `json:"cpu,omitempty"`     // where one process does it all, the same in processor time
	Typical  float64 `json:"typical,omitempty"` // and of its median slices, which other programs disturb still less
	Met      bool    `json:"met"`
}

// against are the ratios of a goal in its own terms: for atMost the cost against theirs, for atLeast how much
// better it is.
func (m *measured) against(g goal, workload, other string, of metric) []float64 {
	switch {
	case g.against == "":
		return m.values(workload, g.who, of)
	case of.less == (g.atMost > 0):
		return m.ratios(workload, g.who, other, g.against, of)
	}
	return m.ratios(other, g.against, workload, g.who, of)
}

// judge gives a verdict for every goal in every workload that has run.
func judge(m *measured) (vs []verdict) {
	for _, g := range goals {
		re := regexp.MustCompile(g.workloads)
		for _, w := range m.workloads {
			match := re.FindStringSubmatchIndex(w.name)
			if match == nil || len(m.samples(w.name, g.who)) == 0 {
				continue
			}
			other := w.name
			if g.in != "" {
				other = string(re.ExpandString(nil, g.in, w.name, match))
			}
			values := m.against(g, w.name, other, g.metric)
			if len(values) == 0 {
				continue
			}
			v := verdict{Goal: g.want(), Workload: w.name}
			v.Min, v.Ratio, v.Max = spread(values)
			if alone := g.metric.name == nsPerOp.name || g.metric.name == perSec.name; alone && len(w.peers) == 0 && w.client == "" {
				_, v.CPU, _ = spread(m.against(g, w.name, other, cpu))
				if _, t, _ := spread(m.against(g, w.name, other, typical)); !math.IsNaN(t) {
					v.Typical = t
				}
			}
			if g.atLeast > 0 {
				v.Met = v.Ratio >= g.atLeast
			} else {
				v.Met = v.Ratio <= max(g.atMost, 0.005) // of 0 allocations: the runtime makes some of its own, now and then
			}
			vs = append(vs, v)
		}
	}
	return vs
}
