package main

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rawsocket.internal/socket/internal/testutil"
)

// The test binary plays the contestants too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-child" {
		child(os.Args[2:])
		return
	}
	testutil.Main(m)
}

func testRunner(tb testing.TB) *runner {
	tb.Helper()
	r, err := newRunner()
	if err != nil {
		tb.Fatal(err)
	}
	r.timeout = 20 * time.Second
	if err := r.buildTwin(tb.TempDir()); err != nil {
		tb.Log(err)
	}
	return r
}

// BenchmarkWorkload has the names of results.txt: go test -bench 'Workload/call/getsockopt'. Each contestant
// is a process of its own, and its numbers are its own.
func BenchmarkWorkload(b *testing.B) {
	r := testRunner(b)
	for _, w := range workloads() {
		b.Run(w.name, func(b *testing.B) {
			for _, who := range w.who {
				b.Run("who="+who, func(b *testing.B) {
					if err := r.can(w, who); err != nil {
						b.Skip(err)
					}
					res, err := r.once(w, who, max(b.N, w.conns))
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(res.Ns/float64(res.N), "ns/op")
					for _, m := range w.metrics {
						if v := m.of(w, res); !math.IsNaN(v) {
							b.ReportMetric(v, m.name)
						}
					}
				})
			}
		})
	}
}

func TestEveryGoalIsOfContestantsThatRun(t *testing.T) {
	ws := workloads()
	for _, g := range goals {
		re, err := regexp.Compile(g.workloads)
		if err != nil {
			t.Errorf("%s: %v", g.want(), err)
			continue
		}
		if g.atMost > 0 && g.atLeast > 0 || g.against != "" && g.atMost == 0 && g.atLeast == 0 {
			t.Errorf("%s: one limit, please", g.want())
		}
		n := 0
		for _, w := range ws {
			match := re.FindStringSubmatchIndex(w.name)
			if match == nil || !slices.Contains(w.who, g.who) {
				continue
			}
			other := w
			if g.in != "" {
				name := string(re.ExpandString(nil, g.in, w.name, match))
				i := slices.IndexFunc(ws, func(w *workload) bool { return w.name == name })
				if i < 0 {
					t.Errorf("%s: there is no workload %s", g.want(), name)
					continue
				}
				other = ws[i]
			}
			if g.against != "" && !slices.Contains(other.who, g.against) {
				continue
			}
			if !slices.ContainsFunc(w.metrics, func(m metric) bool { return m.name == g.metric.name }) {
				t.Errorf("%s: %s is not measured in %s", g.want(), g.metric.name, w.name)
			}
			n++
		}
		if n == 0 {
			t.Errorf("%s: no workload", g.want())
		}
	}
}

func TestEveryContestantIsNamedAndHasItsRoles(t *testing.T) {
	names := map[string]bool{}
	for _, w := range workloads() {
		if names[w.name] {
			t.Errorf("%s: twice", w.name)
		}
		names[w.name] = true
		if w.who[0] != "C" {
			t.Errorf("%s: its first contestant is %s, not C", w.name, w.who[0])
		}
		for _, who := range w.who {
			if !slices.ContainsFunc(contestants, func(c [2]string) bool { return c[0] == who }) {
				t.Errorf("%s: %s is not explained in contestants", w.name, who)
			}
			if roles[w.role][who] == nil && !slices.Contains([]string{"C", "C1", "python"}, who) {
				t.Errorf("%s: %s does not play %s", w.name, who, w.role)
			}
		}
	}
}

// Every contestant does every workload once, a few operations of it, and finds its data right.
func TestEveryContestantDoesItsWork(t *testing.T) {
	r := testRunner(t)
	for _, w := range workloads() {
		if w.conns > 100 || w.cross && (w.role != "echo" || w.conns == 1) {
			continue // the same programs on other cores, or with more connections
		}
		t.Run(w.name, func(t *testing.T) {
			for _, who := range w.who {
				if err := r.can(w, who); err != nil {
					t.Logf("%s: %v", who, err)
					continue
				}
				n := max(20, w.conns)
				res, err := r.once(w, who, n)
				if err != nil {
					t.Errorf("%s: %v", who, err)
					continue
				}
				if res.N < n {
					t.Errorf("%s did %d of %d", who, res.N, n)
				}
				if v := w.metrics[0].of(w, res); !(v > 0) || math.IsInf(v, 0) {
					t.Errorf("%s: %s is %v", who, w.metrics[0].name, v)
				}
			}
		})
	}
}

// A receiver that expects the numbers to begin again must not be content with a stream that counts on.
func TestWrongDataEndsARun(t *testing.T) {
	r := testRunner(t)
	all := workloads()
	w := *all[slices.IndexFunc(all, func(w *workload) bool { return w.name == "stream/tcp/64k/recv/same" })]
	w.args = append(slices.Clone(w.args), "cycle=3")
	for _, who := range w.who {
		if who == "python" || r.can(&w, who) != nil { // twin.py has no cycle
			continue
		}
		if _, err := r.once(&w, who, 10); err == nil || !strings.Contains(err.Error(), "wrong data") {
			t.Errorf("%s: %v, want wrong data", who, err)
		}
	}
}

// made are samples of one workload, as if they had been measured: ns for each contestant and round.
func made(ns map[string][]float64) *measured {
	all := workloads()
	w := all[slices.IndexFunc(all, func(w *workload) bool { return w.name == "call/getsockname" })]
	m := &measured{workloads: []*workload{w}, all: map[string]map[string][]sample{w.name: {}}}
	for who, v := range ns {
		for i, ns := range v {
			none := 0.0
			m.all[w.name][who] = append(m.all[w.name][who], sample{Round: i + 1, Result: result{N: 1000, Ns: 1000 * ns, CPU: 1000 * ns, Allocs: &none}})
		}
	}
	return m
}

func TestJudgeTakesTheMedianOfTheRoundsRatios(t *testing.T) {
	m := made(map[string][]float64{"C": {100, 200, 100}, "floor": {100, 200, 100}, "socket": {110, 206, 90}, "xsys": {230, 390, 200}})
	got := map[string]verdict{}
	for _, v := range judge(m) {
		got[v.Goal] = v
	}
	name := "call/getsockname"
	want := map[string]verdict{
		"socket: ns/op ≤ 1.04× floor":            {Ratio: 1.03, Min: 0.9, Max: 1.1, CPU: 1.03, Met: true},
		"socket: ns/op ≤ 1.15× C":                {Ratio: 1.03, Min: 0.9, Max: 1.1, CPU: 1.03, Met: true},
		"socket: ≤ 0 allocs/op":                  {Met: true},
		"socket: ≥ 2× better in ns/op than xsys": {Ratio: 230. / 110, Min: 390. / 206, Max: 200. / 90, CPU: 230. / 110, Met: true},
	}
	for goal, v := range want {
		v.Goal, v.Workload = goal, name
		want[goal] = v
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	m = made(map[string][]float64{"socket": {110, 206, 90}, "xsys": {200, 400, 170}})
	if v := judge(m); len(v) != 2 || v[1].Met {
		t.Errorf("judge: %+v, want a ratio of 1.89 that is not 2", v)
	}
}

func TestResultsComeBackFromTheirFiles(t *testing.T) {
	m := made(map[string][]float64{"C": {100, 110}, "socket": {105, 111}, "xsys": {220, 230}})
	m.all["call/getsockname"]["python"] = []sample{{Round: 1, Err: "it did not end"}}
	rep := newReport(m, 2, 1, time.Unix(1e9, 0).UTC())
	dir := t.TempDir()
	table := filepath.Join(dir, "table.md")
	if err := os.WriteFile(table, []byte("before\n<!-- results -->\nold\n<!-- end -->\nafter\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := rep.write(&out, dir, table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"105 ns .. 111 ns", "failed 1 times: it did not end", "2.08 xsys"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table is without %q:\n%s", want, out.String())
		}
	}
	back, err := load(filepath.Join(dir, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rep.Verdicts, back.Verdicts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(rep.Samples, back.Samples); diff != "" {
		t.Error(diff)
	}
	text, err := os.ReadFile(filepath.Join(dir, "results.txt"))
	if want := "BenchmarkWorkload/call/getsockname/who=C-1 1000 100 ns/op"; err != nil || !strings.Contains(string(text), want) {
		t.Errorf("results.txt is without %q: %v\n%s", want, err, text)
	}
	f, err := os.ReadFile(filepath.Join(dir, "results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(f)).ReadAll()
	if err != nil || !slices.ContainsFunc(rows, func(r []string) bool {
		return slices.Equal(r, []string{"call/getsockname", "xsys", "2", "ns/op", "230", ""})
	}) {
		t.Errorf("results.csv: %v\n%s", err, f)
	}
	for _, name := range []string{"ratios.png", "ratios.svg"} {
		if i, err := os.Stat(filepath.Join(dir, name)); err != nil || i.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	text, _ = os.ReadFile(table)
	if s := string(text); !strings.HasPrefix(s, "before\n<!-- results -->\n") || !strings.HasSuffix(s, "<!-- end -->\nafter\n") || strings.Contains(s, "old") || !strings.Contains(s, "| 105 ns (") && !strings.Contains(s, "| 108 ns (") {
		t.Errorf("the markdown:\n%s", s)
	}
}
