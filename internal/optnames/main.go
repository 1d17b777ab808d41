// Command optnames writes sockopt_names_GOOS.go, which gives options their C names, from the tables in
// sockopt_GOOS.go. go generate runs it in the folder of the tables.
//
// With -sockinfo it writes the table of package sockinfo, in whose folder go generate runs it.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "-sockinfo" {
		src, err := os.ReadFile("../sockopt_linux.go")
		if err == nil {
			src, err = Sockinfo(src)
		}
		if err == nil {
			err = os.WriteFile("options_linux.go", src, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "optnames:", err)
			os.Exit(1)
		}
		return
	}
	for _, goos := range os.Args[1:] {
		src, err := os.ReadFile("sockopt_" + goos + ".go")
		if err == nil {
			src, err = Generate(goos, src)
		}
		if err == nil {
			err = os.WriteFile("sockopt_names_"+goos+".go", src, 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "optnames:", err)
			os.Exit(1)
		}
	}
}
