package main

// This file runs contestants: their processes and those of their peers, and the rounds.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A sample is one run of a contestant, or why there is none.
type sample struct {
	Round  int    `json:"round"`
	Result result `json:"result"`
	Err    string `json:"error,omitempty"`
}

// measured are the samples of all workloads.
type measured struct {
	workloads []*workload
	all       map[string]map[string][]sample // by workload and contestant
}

// samples are those that ended well.
func (m *measured) samples(workload, who string) (ok []sample) {
	for _, s := range m.all[workload][who] {
		if s.Err == "" {
			ok = append(ok, s)
		}
	}
	return ok
}

func (m *measured) workload(name string) *workload {
	i := slices.IndexFunc(m.workloads, func(w *workload) bool { return w.name == name })
	if i < 0 {
		return nil
	}
	return m.workloads[i]
}

func (m *measured) values(workload, who string, of metric) (v []float64) {
	for _, s := range m.samples(workload, who) {
		v = append(v, of.of(m.workload(workload), s.Result))
	}
	return v
}

// ratios are those of each round: what changes slowly on the machine is the same for both.
func (m *measured) ratios(workload, who, otherWorkload, other string, of metric) (v []float64) {
	w, ow := m.workload(workload), m.workload(otherWorkload)
	for _, s := range m.samples(workload, who) {
		for _, o := range m.samples(otherWorkload, other) {
			if o.Round == s.Round {
				v = append(v, of.of(w, s.Result)/of.of(ow, o.Result))
			}
		}
	}
	return v
}

// spread is the least, the median and the most.
func spread(v []float64) (least, median, most float64) {
	if len(v) == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	return v[0], (v[(n-1)/2] + v[n/2]) / 2, v[n-1]
}

// A runner has what all runs share.
type runner struct {
	twin    string // the C program, "" without a compiler
	python  string // python3, "" without
	self    string
	cores   []int
	procs   int    // GOMAXPROCS of a contestant
	strace  string // the folder for strace's output, "" for none
	timeout time.Duration
}

func newRunner() (*runner, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	r := &runner{self: self, procs: 1, timeout: 60 * time.Second}
	r.python, _ = exec.LookPath("python3")
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, err
	}
	for c := range 1024 {
		if set.IsSet(c) {
			r.cores = append(r.cores, c)
		}
	}
	return r, nil
}

// descriptors is how many a contestant may have: 110,000 if this process may raise its limit.
func descriptors() int {
	var lim unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &lim) != nil {
		return 1000
	}
	lim.Cur = max(lim.Max, 110000)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: lim.Cur, Max: lim.Cur}); err != nil {
		lim.Cur = lim.Max
		unix.Setrlimit(unix.RLIMIT_NOFILE, &lim) // for the children: Go would give them the limit it began with
	}
	return int(min(lim.Cur, 1<<30))
}

// buildTwin compiles the C program. Without a compiler it says so, and there are Go contestants only.
func (r *runner) buildTwin(dir string) error {
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "cc"
	}
	if _, err := exec.LookPath(cc); err != nil {
		return fmt.Errorf("no C compiler (%w): Go contestants only, and without the workloads whose other side is C", err)
	}
	files, err := filepath.Glob("c/*.c")
	if err != nil || len(files) == 0 {
		return errors.New("no c/*.c here: start in the folder bench")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	twin, err := filepath.Abs(filepath.Join(dir, "twin"))
	if err != nil {
		return err
	}
	args := append([]string{"-O2", "-Wall", "-Wextra", "-o", twin}, files...)
	if out, err := exec.Command(cc, append(args, "-lpthread")...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cc, err, out)
	}
	r.twin = twin
	return nil
}

// can reports whether a workload, or a contestant of it, can run here, and if not why.
func (r *runner) can(w *workload, who string) error {
	switch {
	case r.twin == "" && (len(w.peers) > 0 || w.client != "" || strings.HasPrefix(who, "C")):
		return errors.New("no C compiler")
	case r.python == "" && who == "python":
		return errors.New("no python3")
	case w.cross && len(r.cores) < 2:
		return errors.New("one core only")
	}
	return nil
}

// possible leaves out what cannot run here, and says once for each reason how much that is.
func (r *runner) possible(ws []*workload, p *progress) (rest []*workload) {
	missing := map[string]int{}
	for _, w := range ws {
		w.who = slices.DeleteFunc(w.who, func(who string) bool {
			err := r.can(w, who)
			if err != nil {
				missing[err.Error()]++
			}
			return err != nil
		})
		if len(w.who) > 0 {
			rest = append(rest, w)
		}
	}
	for _, why := range slices.Sorted(maps.Keys(missing)) {
		p.say("%s: %d rows are left out", why, missing[why])
	}
	return rest
}

// command is the command line of a role.
func (r *runner) command(who, role string, args ...string) []string {
	switch who {
	case "C":
		return append([]string{r.twin, role}, args...)
	case "C1":
		return append([]string{r.twin, role, "threads=1"}, args...)
	case "python":
		return append([]string{r.python, "py/twin.py", role}, args...)
	}
	return append([]string{r.self, "-child", who, role}, args...)
}

// A process has been started, and talks by lines.
type process struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	err strings.Builder
}

// start starts a command on one core.
func (r *runner) start(core int, command []string) (*process, error) {
	p := &process{Cmd: exec.Command(command[0], command[1:]...)}
	p.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(r.procs))
	p.Stderr = &p.err
	var err error
	if p.in, err = p.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	// A child has the cores of the thread that makes it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return nil, err
	}
	one.Set(core)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return nil, err
	}
	defer unix.SchedSetaffinity(0, &before)
	return p, p.Start()
}

// line is the next line, which begins with a word; the rest of it is returned.
func (p *process) line(word string) (string, error) {
	s, err := p.out.ReadString('\n')
	if err != nil {
		p.end()
		return "", errors.New(strings.TrimSpace(filepath.Base(p.Path) + " says nothing more: " + p.err.String()))
	}
	s = strings.TrimSuffix(s, "\n")
	rest, ok := strings.CutPrefix(s, word)
	if !ok {
		return "", fmt.Errorf("%s says %q and not %q", filepath.Base(p.Path), s, word)
	}
	return strings.TrimPrefix(rest, " "), nil
}

// end ends a process: by the end of its input, or if that does not help by force.
func (p *process) end() {
	p.in.Close()
	t := time.AfterFunc(2*time.Second, func() { p.Process.Kill() })
	defer t.Stop()
	p.Wait()
}

// once runs a contestant with n operations.
func (r *runner) once(w *workload, who string, n int) (res result, err error) {
	core, other := r.cores[0], r.cores[0]
	if w.cross {
		other = r.cores[1]
	}
	var started []*process
	start := func(core int, command []string) (*process, error) {
		p, err := r.start(core, command)
		if err == nil {
			started = append(started, p)
		}
		return p, err
	}
	timer := time.AfterFunc(r.timeout, func() {
		for _, p := range started {
			p.Process.Kill()
		}
	})
	defer func() {
		if !timer.Stop() {
			err = fmt.Errorf("not done after %v: %w", r.timeout, err)
		}
		for _, p := range slices.Backward(started) {
			p.end()
		}
	}()

	args := append([]string{"n=" + strconv.Itoa(n)}, w.args...)
	for i, peer := range w.peers {
		p, err := start(other, r.command("C", peer[0], append([]string{"n=" + strconv.Itoa(n)}, peer[1:]...)...))
		if err != nil {
			return res, err
		}
		where, err := p.line("at")
		if err != nil {
			return res, err
		}
		args = append(args, []string{"to=", "from="}[i]+where)
	}
	command := r.command(who, w.role, args...)
	if r.strace != "" {
		command = append([]string{"strace", "-f", "-c", "-o", filepath.Join(r.strace, "counts")}, command...)
	}
	p, err := start(core, command)
	if err != nil {
		return res, err
	}
	if w.client != "" {
		where, err := p.line("at")
		if err != nil {
			return res, err
		}
		server := p
		if p, err = start(other, r.command("C", w.client, append(args, "to="+where, "pid="+strconv.Itoa(p.Process.Pid))...)); err != nil {
			return res, err
		}
		var heap [2]*float64
		for i, phase := range []string{"warm", "connected"} {
			if _, err := p.line(phase); err != nil {
				return res, fmt.Errorf("%w (%s)", err, strings.TrimSpace(server.err.String()))
			}
			if heap[i], err = r.heap(server, who); err != nil {
				return res, err
			}
			if _, err := io.WriteString(p.in, "on\n"); err != nil {
				return res, err
			}
		}
		defer func() {
			if heap[0] != nil {
				more := *heap[1] - *heap[0]
				res.Heap = &more
			}
		}()
	}
	line, err := p.line("")
	if err != nil {
		return res, err
	}
	return res, json.Unmarshal([]byte(line), &res)
}

// heap is what a server in Go has in use, after a collection.
func (r *runner) heap(server *process, who string) (*float64, error) {
	if slices.Contains([]string{"C", "C1", "python"}, who) {
		return nil, nil
	}
	if _, err := io.WriteString(server.in, "heap\n"); err != nil {
		return nil, err
	}
	s, err := server.line("heap")
	if err != nil {
		return nil, err
	}
	v, err := strconv.ParseFloat(s, 64)
	return &v, err
}

// rounds runs all workloads in each round, their contestants next to each other in an order that changes.
func (r *runner) rounds(ws []*workload, rounds int, long time.Duration, p *progress) *measured {
	m := &measured{workloads: ws, all: map[string]map[string][]sample{}}
	count := map[string]int{} // operations that fill the time, by workload and contestant
	total, done, began := 0, 0, time.Now()
	for _, w := range ws {
		m.all[w.name] = map[string][]sample{}
		total += len(w.who) * (rounds + 1)
	}
	for round := range rounds + 1 { // the first warms up, and counts
		for _, w := range ws {
			for i := range w.who {
				who := w.who[(i+round)%len(w.who)]
				done++
				left := time.Duration(float64(time.Since(began)) / float64(done) * float64(total-done)).Round(time.Second)
				p.at(round, rounds, done, total, left, w.name+" "+who)
				key := w.name + " " + who
				s := sample{Round: round}
				n := w.first
				if who == "python" {
					n = max(n/20, w.conns)
				}
				if round > 0 {
					n = count[key]
				}
				var err error
				s.Result, err = r.once(w, who, n)
				if err != nil {
					s.Err = err.Error()
					p.say("%s %s, round %d: %v", w.name, who, round, err)
				}
				if round == 0 {
					count[key] = w.first
					if err == nil {
						count[key] = enough(s.Result, max(long, w.time*min(long, usual)/usual), w.conns)
						continue
					}
				}
				m.all[w.name][who] = append(m.all[w.name][who], s)
			}
		}
	}
	p.say("%d runs in %v", done, time.Since(began).Round(time.Second))
	return m
}

const usual = 250 * time.Millisecond

// enough is how many operations fill the time, in two figures.
func enough(r result, long time.Duration, least int) int {
	n := float64(long) / (r.Ns / float64(r.N))
	unit := math.Pow(10, math.Floor(math.Log10(max(n, 1)))-1)
	return max(int(math.Ceil(n/unit)*unit), least, 64)
}
