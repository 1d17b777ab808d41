package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSockinfoTableIsFresh(t *testing.T) {
	src, err := os.ReadFile("../../sockopt_linux.go")
	if err != nil {
		t.Fatal(err)
	}
	want, err := Sockinfo(src)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../sockinfo/options_linux.go")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("sockinfo/options_linux.go is stale: run go generate ./sockinfo\n%s", diff)
	}
}

func TestWordsFindTheFirstKernel(t *testing.T) {
	for comment, want := range map[string][2]string{
		"ro; it listens":                 {"", "it listens"},
		"rw; a; b; 2.4":                  {"2.4", "a; b"},
		"wo; 6.7":                        {"6.7", ""},
		"wo; packets, to 65535; by 6.18": {"by 6.18", "packets, to 65535"},
	} {
		if since, rest := words(comment); since != want[0] || rest != want[1] {
			t.Errorf("words(%q) = %q, %q, want %q", comment, since, rest, want)
		}
	}
}
