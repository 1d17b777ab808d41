// Package census lists the socket options of Linux, by name: what the tables of package socket are checked against.
package census

import (
	_ "embed"
	"strings"
)

// sockopts.tsv has the options of Linux 7.2's headers and of manual pages, a line each.
//
//go:embed sockopts.tsv
var table string

// A Row is an option.
type Row struct {
	Level, Name, Number string
	Ctype               string // the type of its value in C
	Dir                 string // get, set, both, or other: no working option
	Tier                string // 1 everyday, 2 obscure or of the system's own, 3 other families
}

// Options are all options, in the order of the table.
func Options() []Row {
	lines := strings.Split(strings.TrimSpace(table), "\n")[1:]
	rows := make([]Row, len(lines))
	for i, line := range lines {
		f := strings.Split(line, "\t")
		rows[i] = Row{f[0], f[1], f[2], f[3], f[4], f[5]}
	}
	return rows
}
