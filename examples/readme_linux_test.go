package examples

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"rawsocket.internal/socket/internal/testutil"
)

var shown = regexp.MustCompile("(?s)(## In strace\n.*?\n```\n)(.*?)(```\n)")

var (
	text = regexp.MustCompile(`("(?:\\.|[^"\\])*")(?:\.\.\.)?`)
	unit = regexp.MustCompile(`\\\d{1,3}|\\.|[^"\\]`) // a character as strace writes it
)

// short is a call whose long strings are shortened as strace itself does it.
func short(call string) string {
	return text.ReplaceAllStringFunc(call, func(s string) string {
		if units := unit.FindAllString(strings.TrimSuffix(s, "..."), -1); len(units) > 48 {
			return `"` + strings.Join(units[:32], "") + `"...`
		}
		return s
	})
}

// shownBy is the version of strace whose lines the READMEs show: others write some arguments in another way.
const shownBy = "strace -- version 6.1"

// readmeShows compares the calls that a README shows with those that were made, or writes them there.
func readmeShows(t *testing.T, row pair, calls []string) {
	t.Helper()
	version, err := exec.Command("strace", "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	if line, _, _ := strings.Cut(string(version), "\n"); line != shownBy {
		t.Logf("the READMEs are those of %q, not of %q: not compared", shownBy, line)
		return
	}
	most := row.shows
	if most == 0 {
		most = 40
	}
	var shows strings.Builder
	for _, call := range calls[:min(most, len(calls))] {
		fmt.Fprintln(&shows, short(call))
	}
	if rest := len(calls) - most; rest > 0 {
		fmt.Fprintf(&shows, "… and %d more\n", rest)
	}

	file := filepath.Join(row.dir, "README.md")
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m := shown.FindSubmatchIndex(page)
	if m == nil {
		t.Fatalf("%s has no section In strace with a block of calls", file)
	}
	if *update {
		page = slices.Concat(page[:m[4]], []byte(shows.String()), page[m[5]:])
		if err := os.WriteFile(file, page, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(page[m[4]:m[5]]), shows.String()); diff != "" {
		t.Errorf("%s shows other calls (-shown +made; -update writes them anew):\n%s", file, diff)
	}
}

// Every folder with a twin in C is a pair that is compared, and a line of the index; and nothing else is.
func TestExamplesAreComplete(t *testing.T) {
	index, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var order []string // of the index
	for _, m := range regexp.MustCompile(`(?m)^\| \[(\w+)\]\((\w+)\) \|`).FindAllStringSubmatch(string(index), -1) {
		if m[1] != m[2] {
			t.Errorf("README.md: [%s] leads to %s", m[1], m[2])
		}
		if slices.Contains(programs(), m[1]) {
			order = append(order, m[1])
		} else if _, err := os.Stat(m[1]); err != nil {
			t.Errorf("README.md: %v", err)
		}
	}
	for _, dir := range programs() {
		if !slices.Contains(order, dir) {
			t.Errorf("README.md has no line for %s", dir)
		}
		files, err := filepath.Glob(dir + "/*")
		if err != nil {
			t.Fatal(err)
		}
		want := []string{dir + "/README.md", dir + "/main.c", dir + "/main.go"}
		if diff := cmp.Diff(want, files); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
			continue
		}
		readme, err := os.ReadFile(want[0])
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(regexp.MustCompile("(?s)```.*?```").ReplaceAllString(string(readme), ""), -1) {
			titles = append(titles, m[1])
		}
		if diff := cmp.Diff([]string{dir, "Try", "In strace"}, titles); diff != "" {
			t.Errorf("%s: titles (-want +got):\n%s", want[0], diff)
		}
		source, err := os.ReadFile(want[2])
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"// Command " + dir + " ", "\n//\tgo run ./examples/" + dir, "rint"} {
			if !strings.Contains(string(source), text) {
				t.Errorf("%s: its comment has no %q", want[2], text)
			}
		}
	}
	if want := fmt.Sprintf("# %d pairs", len(pairs)); !strings.Contains(string(index), want) {
		t.Errorf("README.md does not say %q", want)
	}
	var rows []string
	for _, row := range pairs {
		if row.variant == "" {
			rows = append(rows, row.dir)
		} else if !slices.Contains(rows, row.dir) {
			t.Errorf("%s-%s comes before %s itself", row.dir, row.variant, row.dir)
		}
	}
	if diff := cmp.Diff(order, rows); diff != "" {
		t.Errorf("the index and the pairs (-index +pairs):\n%s", diff)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(rows)), programs()); diff != "" {
		t.Errorf("the pairs and the folders (-pairs +folders):\n%s", diff)
	}
}

// The C twins are plain: each compiles by itself, by the command that its own comment gives, without a warning.
func TestTwinsCompileAsTheySay(t *testing.T) {
	testutil.Program(t, "cc")
	for _, dir := range programs() {
		source, err := os.ReadFile(dir + "/main.c")
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(`(?m)^ \*\tcc (-Wall -Wextra .*-o ` + dir + `) main\.c && \./` + dir + `( |$)`).FindSubmatch(source)
		if m == nil {
			t.Errorf("%s/main.c: no command to compile it", dir)
			continue
		}
		args := append(strings.Fields(string(m[1])), "-Werror", "-O2", "-x", "c", "main.c")
		args[slices.Index(args, "-o")+1] = filepath.Join(t.TempDir(), dir)
		cmd := exec.Command("cc", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", cmd, err, out)
		}
	}
}
