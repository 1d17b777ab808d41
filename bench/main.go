// Command bench measures package socket against C, package net and other libraries: see README.md.
//
//	go run .            all workloads, seven rounds
//	go run . -quick     some of them, in a minute
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

const resultsDir = "results"

var buildDir = filepath.Join(resultsDir, "tmp")

func main() {
	if len(os.Args) > 1 && os.Args[1] == "-child" {
		child(os.Args[2:])
		return
	}
	if err := bench(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench() error {
	only := flag.String("run", "", "only the workloads whose name matches this regular `expression`")
	rounds := flag.Int("rounds", 0, "how often each contestant runs (7; 3 with -quick)")
	quick := flag.Bool("quick", false, "some of the workloads, in a minute")
	full := flag.Bool("full", false, "all sizes, 50,000 connections, longer runs")
	list := flag.Bool("list", false, "list the workloads, their contestants and the goals, and do nothing")
	strace := flag.Bool("strace", false, "count each contestant's system calls with strace, and measure nothing")
	machine := flag.Bool("machine", false, "describe this machine, and do nothing")
	procs := flag.Int("procs", 1, "GOMAXPROCS of a contestant, which has one core")
	from := flag.String("from", "", "report this results.json `file`, and measure nothing")
	markdown := flag.String("markdown", "", "put the table into this `file`, between its lines <!-- results --> and <!-- end -->")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("%q is no flag", flag.Arg(0))
	}
	if *machine {
		for _, line := range describe() {
			fmt.Println(line)
		}
		return nil
	}
	if *from != "" {
		rep, err := load(*from)
		if err != nil {
			return err
		}
		return rep.write(os.Stdout, resultsDir, *markdown)
	}

	re, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	ws := slices.DeleteFunc(workloads(), func(w *workload) bool {
		return !re.MatchString(w.name) || *quick && !w.quick || w.full && !*full
	})
	if len(ws) == 0 {
		return fmt.Errorf("no workload matches %q", *only)
	}
	if *list {
		for _, w := range ws {
			fmt.Println(w.name+":", strings.Join(w.who, " "))
		}
		for _, g := range goals {
			fmt.Printf("goal in %s: %s\n", g.workloads, g.want())
		}
		return nil
	}

	if *quick { // python takes its time to start
		for _, w := range ws {
			w.who = slices.DeleteFunc(w.who, func(who string) bool { return who == "python" })
		}
	}

	r, err := newRunner()
	if err != nil {
		return err
	}
	r.procs = *procs
	if err := r.buildTwin(buildDir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if *strace {
		return r.counts(os.Stdout, ws)
	}
	long := usual
	switch {
	case *quick:
		long = 25 * time.Millisecond
	case *full:
		long = time.Second
	}
	if *rounds == 0 {
		*rounds = 7
		if *quick {
			*rounds = 3
		}
	}
	began := time.Now()
	p := newProgress(os.Stderr)
	ws = r.possible(ws, p)
	m := r.rounds(ws, *rounds, long, p)
	rep := newReport(m, *rounds, r.procs, began)
	return rep.write(os.Stdout, resultsDir, *markdown)
}

// A progress tells how far the rounds are: on a terminal in one line, elsewhere once a round.
type progress struct {
	w     io.Writer
	tty   bool
	round int
}

func newProgress(f *os.File) *progress {
	i, err := f.Stat()
	return &progress{w: f, tty: err == nil && i.Mode()&os.ModeCharDevice != 0, round: -1}
}

func (p *progress) at(round, rounds, done, total int, left time.Duration, what string) {
	if !p.tty && round == p.round {
		return
	}
	p.round = round
	name := fmt.Sprintf("round %d of %d", round, rounds)
	if round == 0 {
		name = "warm-up"
	}
	line := fmt.Sprintf("%s, run %d of %d, %v left: %s", name, done, total, left, what)
	if p.tty {
		fmt.Fprint(p.w, "\r\033[K", line)
	} else {
		fmt.Fprintln(p.w, line)
	}
}

func (p *progress) say(format string, a ...any) {
	if p.tty {
		fmt.Fprint(p.w, "\r\033[K")
	}
	fmt.Fprintf(p.w, format+"\n", a...)
}
