package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNamesAreFresh(t *testing.T) {
	for _, goos := range []string{"linux", "bsd", "darwin", "freebsd", "netbsd", "openbsd", "dragonfly"} {
		src, err := os.ReadFile("../../sockopt_" + goos + ".go")
		if err != nil {
			t.Fatal(err)
		}
		want, err := Generate(goos, src)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile("../../sockopt_names_" + goos + ".go")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("sockopt_names_%s.go is stale: run go generate .\n%s", goos, diff)
		}
	}
}
