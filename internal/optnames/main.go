// Command optnames writes sockopt_names_GOOS.go, which gives options their C names, from the tables in
// sockopt_GOOS.go. go generate runs it in the folder of the tables.
package main

import (
	"fmt"
	"os"
)

func main() {
	for _, goos := range os.Args[1:] {
		src, err := os.ReadFile("sockopt_" + goos + ".go")
		if err == nil {
			src, err = Generate(src)
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
