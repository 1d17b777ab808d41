package main

// This file says what was measured: the table, the goals, and the files of results.

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A report is all there is to know about a run: results.json.
type report struct {
	Command  string                         `json:"command"`
	Began    time.Time                      `json:"began"`
	Took     time.Duration                  `json:"took_ns"`
	Rounds   int                            `json:"rounds"`
	Procs    int                            `json:"gomaxprocs"`
	Machine  []string                       `json:"machine"`
	Verdicts []verdict                      `json:"goals"`
	Samples  map[string]map[string][]sample `json:"samples"` // by workload and contestant

	m *measured
}

func newReport(m *measured, rounds, procs int, began time.Time) *report {
	rep := &report{Command: strings.Join(append([]string{"go run ."}, os.Args[1:]...), " "), Began: began, Took: time.Since(began),
		Rounds: rounds, Procs: procs, Machine: describe(), Samples: m.all, m: m}
	rep.Verdicts = judge(m)
	return rep
}

// load reads results.json and judges it by today's goals.
func load(file string) (*report, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	rep := &report{}
	if err := json.Unmarshal(text, rep); err != nil {
		return nil, err
	}
	rep.m = &measured{all: rep.Samples, workloads: slices.DeleteFunc(workloads(), func(w *workload) bool { return rep.Samples[w.name] == nil })}
	for _, w := range rep.m.workloads {
		w.who = slices.DeleteFunc(w.who, func(who string) bool { return rep.Samples[w.name][who] == nil })
	}
	rep.Verdicts = judge(rep.m)
	return rep, nil
}

// write prints the report and writes its files.
func (rep *report) write(out io.Writer, dir, markdown string) error {
	rep.table(out)
	rep.goals(out)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	errs := []error{
		rep.file(filepath.Join(dir, "results.json"), rep.json),
		rep.file(filepath.Join(dir, "results.csv"), rep.csv),
		rep.file(filepath.Join(dir, "results.txt"), rep.benchfmt),
		rep.plots(dir),
	}
	if markdown != "" {
		errs = append(errs, rep.intoMarkdown(dir, markdown))
	}
	fmt.Fprintf(out, "\nresults.json, results.csv, results.txt (for benchstat) and the plots are in %s\n", dir)
	return errors.Join(errs...)
}

func (rep *report) file(name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}

func (rep *report) json(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(rep)
}

func (rep *report) csv(out io.Writer) error {
	w := csv.NewWriter(out)
	w.Write([]string{"workload", "contestant", "round", "metric", "value", "error"})
	for _, wl := range rep.m.workloads {
		for _, who := range wl.who {
			for _, s := range rep.m.all[wl.name][who] {
				round := strconv.Itoa(s.Round)
				if s.Err != "" {
					w.Write([]string{wl.name, who, round, "", "", s.Err})
					continue
				}
				for _, m := range wl.metrics {
					w.Write([]string{wl.name, who, round, m.name, number6(m.of(wl, s.Result)), ""})
				}
			}
		}
	}
	w.Flush()
	return w.Error()
}

func number6(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// benchName is a workload and contestant as Go's benchmark format names them: benchstat -col /who.
func benchName(w *workload, who string) string { return "Workload/" + w.name + "/who=" + who }

// benchfmt writes each sample as a line of Go's benchmark format.
func (rep *report) benchfmt(out io.Writer) error {
	fmt.Fprintf(out, "goos: %s\ngoarch: %s\npkg: rawsocket.internal/socket/bench\n", runtime.GOOS, runtime.GOARCH)
	for _, wl := range rep.m.workloads {
		for _, who := range wl.who {
			for _, s := range rep.m.samples(wl.name, who) {
				fmt.Fprintf(out, "Benchmark%s-%d %d", benchName(wl, who), max(rep.Procs, 1), s.Result.N)
				for _, m := range wl.metrics {
					if v := m.of(wl, s.Result); !math.IsNaN(v) {
						fmt.Fprintf(out, " %s %s", number6(v), m.name)
					}
				}
				fmt.Fprintln(out)
			}
		}
	}
	return nil
}

// show is a value of a metric for people: three figures and a unit that fits.
func show(m metric, v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	ok := strings.HasSuffix(m.name, "ns/op")
	switch {
	case ok || strings.HasSuffix(m.name, "-ns"):
		if v >= 1000 {
			return figures(v/1000) + " µs"
		}
		return figures(v) + " ns"
	case strings.HasSuffix(m.name, "op/s") && v >= 1e6:
		return figures(v/1e6) + " M/s"
	case strings.HasSuffix(m.name, "op/s") && v >= 1e3:
		return figures(v/1e3) + " k/s"
	case strings.HasSuffix(m.name, "op/s"):
		return figures(v) + " /s"
	case m.name == "MB/s":
		return figures(v) + " MB/s"
	case strings.HasSuffix(m.name, "B/conn"):
		return figures(v) + " B"
	}
	return figures(v)
}

func figures(v float64) string {
	switch a := math.Abs(v); {
	case a == 0:
		return "0"
	case a >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case a < 0.005:
		return "0.00"
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// better is how much better a contestant is than another in the metric that counts: the median of the rounds.
func (rep *report) better(w *workload, who, other string) float64 {
	m := w.metrics[0]
	v := rep.m.ratios(w.name, who, w.name, other, m)
	if m.less {
		v = rep.m.ratios(w.name, other, w.name, who, m)
	}
	_, median, _ := spread(v)
	return median
}

// table prints, for each workload and contestant, the median, the range, and how it compares: 1.20 with a
// name means 1.20 times as good as that one.
func (rep *report) table(out io.Writer) {
	for _, w := range rep.m.workloads {
		head := w.metrics[0]
		better := "more is better"
		if head.less {
			better = "less is better"
		}
		fmt.Fprintf(out, "\n%s: %s, %s; %s\n", w.name, head.name, better, w.placement())
		for _, who := range w.who {
			v := rep.m.values(w.name, who, head)
			if len(v) == 0 {
				fmt.Fprintf(out, "  %-12s %s\n", who, rep.failure(w, who))
				continue
			}
			least, median, most := spread(v)
			line := fmt.Sprintf("  %-12s %12s  %-25s", who, show(head, median), show(head, least)+" .. "+show(head, most))
			var against []string
			for _, other := range w.who {
				if other != who && (other == "C" || other == "floor" || isOwn(who) && !isOwn(other) && other != "C1") {
					if b := rep.better(w, who, other); !math.IsNaN(b) {
						against = append(against, fmt.Sprintf("%.2f %s", b, other))
					}
				}
			}
			line += fmt.Sprintf(" %-75s", strings.Join(against, "  "))
			for _, m := range w.metrics[1:] {
				if _, v, _ := spread(rep.m.values(w.name, who, m)); !math.IsNaN(v) {
					line += fmt.Sprintf("  %s %s", strings.TrimSuffix(m.name, "-ns"), show(m, v))
				}
			}
			if f := rep.failure(w, who); f != "" {
				line += "  " + f
			}
			fmt.Fprintln(out, strings.TrimRight(line, " "))
		}
	}
}

// failure tells how many rounds of a contestant failed, and how.
func (rep *report) failure(w *workload, who string) string {
	n, why := 0, ""
	for _, s := range rep.m.all[w.name][who] {
		if s.Err != "" {
			n, why = n+1, s.Err
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("failed %d times: %s", n, why)
}

// A tally is a goal with all its verdicts.
type tally struct {
	goal    string
	met, of int
	worst   verdict
	misses  []verdict
}

func (v verdict) String() string {
	s := fmt.Sprintf("%.3f (%.3f .. %.3f) %s", v.Ratio, v.Min, v.Max, v.Workload)
	if v.CPU > 0 {
		s += fmt.Sprintf("; processor time %.3f", v.CPU)
	}
	if v.Typical > 0 {
		s += fmt.Sprintf(", typical %.3f", v.Typical)
	}
	return s
}

func (rep *report) tallies() (ts []*tally) {
	for _, g := range goals {
		t := &tally{goal: g.want()}
		far := math.Inf(-1)
		for _, v := range rep.Verdicts {
			if v.Goal != t.goal || slices.ContainsFunc(ts, func(o *tally) bool { return o.goal == t.goal }) {
				continue
			}
			t.of++
			if v.Met {
				t.met++
			} else {
				t.misses = append(t.misses, v)
			}
			by := v.Ratio
			if g.atLeast > 0 {
				by = -v.Ratio
			}
			if by > far {
				far, t.worst = by, v
			}
		}
		if t.of > 0 {
			slices.SortFunc(t.misses, func(a, b verdict) int { return cmp.Compare(a.Workload, b.Workload) })
			ts = append(ts, t)
		}
	}
	return ts
}

func (rep *report) goals(out io.Writer) {
	met, of := 0, 0
	fmt.Fprintf(out, "\ngoals, each the median of the rounds' ratios\n")
	for _, t := range rep.tallies() {
		verdict := "met"
		if t.met < t.of {
			verdict = "NOT MET"
		}
		fmt.Fprintf(out, "  %-55s %-8s in %2d of %2d, worst %s\n", t.goal, verdict, t.met, t.of, t.worst)
		for _, v := range t.misses {
			fmt.Fprintf(out, "  %83s %s\n", "", v)
		}
		met, of = met+t.met, of+t.of
	}
	fmt.Fprintf(out, "  %d of %d met\n", met, of)
}

// intoMarkdown replaces what a file has between its two marks, and puts the plot of the echo servers beside it.
func (rep *report) intoMarkdown(dir, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	const begin, end = "<!-- results -->\n", "<!-- end -->"
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no lines %q and %q", file, strings.TrimSpace(begin), end)
	}
	text = []byte(before + begin + rep.markdown())
	if plot, err := os.ReadFile(filepath.Join(dir, "echo-cpu.svg")); err == nil && rep.Samples["echo/1000/cross"] != nil {
		text = append(text, "![the echo server's processor time a request against its connections](echo-cpu.svg)\n\n"...)
		if err := os.WriteFile(filepath.Join(filepath.Dir(file), "echo-cpu.svg"), plot, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(file, append(text, end+after...), 0o644)
}

// markdown is the table of the README: who is how fast, the goals, the machine, the command.
func (rep *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nMade by `%s` on %s, in %v; %d rounds.\n\n", rep.Command, rep.Began.UTC().Format("2006-01-02"), rep.Took.Round(time.Second), rep.Rounds)
	for _, line := range rep.Machine {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	b.WriteString("\nEach cell has the median and, in brackets, how many times as good as C it is.\n")
	group, columns := "", []string{}
	for _, w := range rep.m.workloads {
		if g, _, _ := strings.Cut(w.name, "/"); g != group {
			group, columns = g, nil
			for _, o := range rep.m.workloads {
				if og, _, _ := strings.Cut(o.name, "/"); og == g {
					for _, who := range o.who {
						if !slices.Contains(columns, who) {
							columns = append(columns, who)
						}
					}
				}
			}
			fmt.Fprintf(&b, "\n| %s | %s |\n|---|%s\n", group, strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
		}
		fmt.Fprintf(&b, "| %s, %s |", w.name, w.metrics[0].name)
		for _, who := range columns {
			_, median, _ := spread(rep.m.values(w.name, who, w.metrics[0]))
			switch r := rep.better(w, who, "C"); {
			case !slices.Contains(w.who, who):
				b.WriteString("  |")
			case math.IsNaN(median):
				b.WriteString(" failed |")
			case who == "C" || math.IsNaN(r):
				fmt.Fprintf(&b, " %s |", show(w.metrics[0], median))
			default:
				fmt.Fprintf(&b, " %s (%.2f) |", show(w.metrics[0], median), r)
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("\n| goal | met | in | worst | where |\n|---|---|---|---|---|\n")
	for _, t := range rep.tallies() {
		met := "yes"
		if t.met < t.of {
			met = "**no**"
		}
		fmt.Fprintf(&b, "| %s | %s | %d of %d | %.3f (%.3f .. %.3f) | %s |\n", t.goal, met, t.met, t.of, t.worst.Ratio, t.worst.Min, t.worst.Max, t.worst.Workload)
	}
	b.WriteString("\n| contestant | |\n|---|---|\n")
	for _, c := range contestants {
		fmt.Fprintf(&b, "| %s | %s |\n", c[0], c[1])
	}
	b.WriteString("\n")
	return b.String()
}
