package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// counts prints how many system calls of each kind every contestant makes for an operation, as strace -c -f
// counts them: the difference of two runs, so that the program's own start does not show.
func (r *runner) counts(out io.Writer, ws []*workload) error {
	if _, err := exec.LookPath("strace"); err != nil {
		return errors.New("-strace needs strace")
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r.strace, r.timeout = dir, 5*time.Minute
	for _, w := range ws {
		fmt.Fprintf(out, "%s, system calls an operation\n", w.name)
		few := max(64, w.conns)
		many := few + 640
		for _, who := range w.who {
			err := r.can(w, who)
			var a, b map[string]int
			if err == nil {
				a, err = r.count(w, who, few)
			}
			if err == nil {
				b, err = r.count(w, who, many)
			}
			if err != nil {
				fmt.Fprintf(out, "  %-12s %v\n", who, err)
				continue
			}
			perOp := map[string]float64{}
			for call, n := range b {
				if v := float64(n-a[call]) / float64(many-few); v >= 0.01 {
					perOp[call] = v
				}
			}
			calls := slices.SortedFunc(maps.Keys(perOp), func(x, y string) int {
				return cmp.Or(cmp.Compare(perOp[y], perOp[x]), strings.Compare(x, y))
			})
			fmt.Fprintf(out, "  %-12s", who)
			for _, call := range calls {
				fmt.Fprintf(out, " %s %.2f", call, perOp[call])
			}
			fmt.Fprintln(out)
		}
	}
	return nil
}

func (r *runner) count(w *workload, who string, n int) (map[string]int, error) {
	if _, err := r.once(w, who, n); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(r.strace, "counts"))
	if err != nil {
		return nil, err
	}
	calls := map[string]int{}
	for line := range strings.Lines(string(text)) {
		// % time, seconds, usecs/call, calls, errors if any, name
		if f := strings.Fields(line); len(f) >= 5 && f[len(f)-1] != "total" {
			if n, err := strconv.Atoi(f[3]); err == nil {
				calls[f[len(f)-1]] += n
			}
		}
	}
	return calls, nil
}
