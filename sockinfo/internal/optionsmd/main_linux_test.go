package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rawsocket.internal/socket/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

func TestPageIsFresh(t *testing.T) {
	got, err := os.ReadFile("../../OPTIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := Page()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(withoutDefaults(string(want)), withoutDefaults(string(got))); diff != "" {
		t.Errorf("sockinfo/OPTIONS.md is stale: run go generate ./sockinfo\n%s", diff)
	}
}

// withoutDefaults is the page without the three columns, and the line, that differ from machine to machine.
func withoutDefaults(page string) (lines []string) {
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "| ") {
			cells := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), " | ")
			line = strings.Join(cells[:len(cells)-3], " | ")
		}
		if !strings.HasPrefix(line, kernelLine) {
			lines = append(lines, line)
		}
	}
	return lines
}
