package docs

// The map is compared with three things: the names that C's headers define on this machine, the names that the
// packages export, and those that Python has.

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rawsocket.internal/socket/internal/testutil"
)

// A row is a line of a table of the map: a name may end in *.
type row struct {
	section       string
	c, golang, py []string
	note          string
	line          int
}

// readMap reads the tables of the map whose first column is C.
func readMap(t *testing.T) (rows []row) {
	text, err := os.ReadFile("../../examples/MAPPING.md")
	if err != nil {
		t.Fatal(err)
	}
	var section string
	for i, line := range strings.Split(string(text), "\n") {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section = title
		}
		cells := strings.Split(line, "|")
		switch {
		case !strings.HasPrefix(line, "| `"):
		case section == "Python's own":
			rows = append(rows, row{section, nil, names(cells[2]), names(cells[1]), strings.TrimSpace(cells[3]), i + 1})
		case len(cells) != 6:
			t.Errorf("line %d has %d columns, want 4: %s", i+1, len(cells)-2, line)
		default:
			rows = append(rows, row{section, names(cells[1]), names(cells[2]), names(cells[3]), strings.TrimSpace(cells[4]), i + 1})
		}
	}
	if len(rows) < 100 {
		t.Fatalf("the map has %d rows", len(rows))
	}
	return rows
}

var quoted = regexp.MustCompile("`([^`]+)`")

func names(cell string) (all []string) {
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		all = append(all, m[1])
	}
	return all
}

// find is the row of a C name: that which has it whole, else the one with the longest beginning.
func find(rows []row, name string) (found *row, pattern string) {
	for i, r := range rows {
		for _, c := range r.c {
			begin, wild := strings.CutSuffix(c, "*")
			if c == name || wild && pattern != name && strings.HasPrefix(name, begin) && len(c) > len(pattern) {
				found, pattern = &rows[i], c
			}
		}
	}
	return found, pattern
}

// The headers of each section, and the files that glibc keeps their parts in.
var headers = map[string][]string{
	"sys/socket.h":  {"sys/socket.h", "bits/socket.h", "bits/socket_type.h", "bits/sockaddr.h", "asm-generic/socket.h", "asm-generic/sockios.h"},
	"netinet/in.h":  {"netinet/in.h", "bits/in.h"},
	"netinet/tcp.h": {"netinet/tcp.h"},
	"netinet/udp.h": {"netinet/udp.h"},
	"sys/un.h":      {"sys/un.h"},
	"arpa/inet.h":   {"arpa/inet.h"},
	"netdb.h":       {"netdb.h", "bits/netdb.h"},
	"net/if.h":      {"net/if.h"},
	"poll.h":        {"poll.h", "sys/poll.h", "bits/poll.h"},
	"sys/select.h":  {"sys/select.h"},
	"sys/epoll.h":   {"sys/epoll.h", "bits/epoll.h"},
}

// Where the last tables' names are: these headers have much else, and need not be complete.
var beside = []string{"errno.h", "stdio.h", "string.h", "unistd.h", "fcntl.h", "sys/uio.h", "sys/ioctl.h", "sys/sendfile.h", "linux/sockios.h"}

var (
	marker   = regexp.MustCompile(`^# \d+ "([^"]+)"`)
	define   = regexp.MustCompile(`^#define (\w+)`)
	tagged   = regexp.MustCompile(`\b(struct|union|enum)\s+([A-Za-z]\w*)\s*(?:__attribute__\s*\(\(.*?\)\)\s*)?\{`)
	enum     = regexp.MustCompile(`(?s)\benum\b[^{;]*\{(.*?)\}`)
	member   = regexp.MustCompile(`(?:^|[,{\n])\s*([A-Za-z]\w*)`)
	typedef  = regexp.MustCompile(`typedef\s+[^;{}]*?\b([A-Za-z]\w*)\s*;`)
	function = regexp.MustCompile(`^/\* ([^:]+):\d+:\w+ \*/ [^(]*?\b(\w+) \(`)
)

// defined is every name that the headers define, with the file it is in. A name with _ first is not the user's.
func defined(t *testing.T, headers []string) map[string]string {
	cc := testutil.Program(t, "cc")
	dir := t.TempDir()
	src := "#define _GNU_SOURCE\n"
	for _, h := range headers {
		src += "#include <" + h + ">\n"
	}
	if err := os.WriteFile(filepath.Join(dir, "all.c"), []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		cmd := exec.Command(cc, args...)
		cmd.Dir = dir
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", cmd, err)
		}
		return string(out)
	}
	all := map[string]string{}
	add := func(name, file string) {
		if !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, "struct _") {
			all[name] = file
		}
	}
	var file string
	for line := range strings.Lines(run("-E", "-dD", "all.c")) {
		if m := marker.FindStringSubmatch(line); m != nil {
			file = m[1]
		} else if m := define.FindStringSubmatch(line); m != nil {
			add(m[1], file)
		}
	}
	text := map[string]*strings.Builder{}
	for line := range strings.Lines(run("-E", "all.c")) {
		if m := marker.FindStringSubmatch(line); m != nil {
			file = m[1]
			continue
		}
		if text[file] == nil {
			text[file] = new(strings.Builder)
		}
		text[file].WriteString(line)
	}
	for file, text := range text {
		for _, m := range tagged.FindAllStringSubmatch(text.String(), -1) {
			add(m[1]+" "+m[2], file)
		}
		for _, m := range enum.FindAllStringSubmatch(text.String(), -1) {
			for _, m := range member.FindAllStringSubmatch(m[1], -1) {
				add(m[1], file)
			}
		}
		for _, m := range typedef.FindAllStringSubmatch(text.String(), -1) {
			add(m[1], file)
		}
	}
	run("-fsyntax-only", "-aux-info", "prototypes", "all.c")
	prototypes, err := os.ReadFile(filepath.Join(dir, "prototypes"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(prototypes)) {
		if m := function.FindStringSubmatch(line); m != nil {
			add(m[2], m[1])
		}
	}
	return all
}

// What a package exports: all names, methods as Type.Method; and the functions among them.
type exported struct {
	pkg              string
	names, functions map[string]bool
}

func exports(t *testing.T, dir string) exported {
	pkg, err := build.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	d, err := doc.NewFromFiles(fset, files, pkg.Name)
	if err != nil {
		t.Fatal(err)
	}
	all := exported{pkg.Name, map[string]bool{}, map[string]bool{}}
	values := func(vv []*doc.Value) {
		for _, v := range vv {
			for _, name := range v.Names {
				all.names[name] = true
			}
		}
	}
	functions := func(recv string, ff []*doc.Func) {
		for _, f := range ff {
			all.names[recv+f.Name] = true
			all.functions[f.Name] = all.functions[f.Name] || recv == ""
		}
	}
	values(d.Consts)
	values(d.Vars)
	functions("", d.Funcs)
	for _, typ := range d.Types {
		all.names[typ.Name] = true
		values(typ.Consts)
		values(typ.Vars)
		functions("", typ.Funcs)
		functions(typ.Name+".", typ.Methods)
	}
	return all
}

func TestEveryNameOfTheHeadersIsInTheMap(t *testing.T) {
	rows := readMap(t)
	packages := map[string]exported{}
	for name, dir := range map[string]string{"socket": "../..", "cmsg": "../../cmsg", "poll": "../../poll", "netdb": "../../netdb", "netfd": "../../netfd"} {
		packages[name] = exports(t, dir)
	}
	exists := func(ref string) bool {
		pkg, name, _ := strings.Cut(ref, ".")
		return packages[pkg].names[name]
	}

	all := defined(t, slices.Sorted(maps.Keys(headers)))
	used := map[string]bool{} // what of the map a header asked for
	var mapped, refused int
	for _, section := range slices.Sorted(maps.Keys(headers)) {
		count := 0
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if !slices.ContainsFunc(headers[section], func(part string) bool { return strings.HasSuffix(all[name], "/"+part) }) || strings.Contains(all[name], "/rpc/") {
				continue
			}
			count++
			r, pattern := find(rows, name)
			if r == nil {
				t.Errorf("<%s> has %s, the map has not", section, name)
				continue
			}
			used[pattern] = true
			if len(r.golang) == 0 {
				refused++
				continue
			}
			mapped++
			// A group in which each name has its own: AF_* is socket.AF_*, PF_* too.
			if begin, wild := strings.CutSuffix(pattern, "*"); wild {
				if !slices.ContainsFunc(r.golang, func(ref string) bool {
					to, _ := strings.CutSuffix(ref, "*")
					return exists(to + strings.TrimPrefix(name, begin))
				}) {
					t.Errorf("line %d: %s of <%s> is said to be in %v, and is not", r.line, name, section, r.golang)
				}
			}
		}
		if count == 0 {
			t.Errorf("no name of <%s> was found", section)
		}
		t.Logf("<%s>: %d names", section, count)
	}
	t.Logf("%d names in the headers: %d mapped, %d refused with the reason", mapped+refused, mapped, refused)

	more := defined(t, beside)
	for _, r := range rows {
		if len(r.golang) == 0 && r.note == "" {
			t.Errorf("line %d: %v has neither a Go name nor a reason", r.line, r.c)
		}
		for _, ref := range r.golang {
			if !strings.HasSuffix(ref, "*") && !exists(ref) {
				t.Errorf("line %d: there is no %s", r.line, ref)
			}
		}
		for _, c := range r.c {
			if _, ok := more[c]; !used[c] && !(headers[r.section] == nil && ok) {
				t.Errorf("line %d: no header has %s, or a longer entry has all of it", r.line, c)
			}
		}
	}
}

func TestEveryPythonNameOfTheMapExists(t *testing.T) {
	python := testutil.Program(t, "python3")
	script := "import os, select, selectors, socket\n"
	for _, r := range readMap(t) {
		for _, name := range r.py {
			if begin, wild := strings.CutSuffix(name, "*"); wild {
				module, begin, _ := strings.Cut(begin, ".")
				script += fmt.Sprintf("any(n.startswith(%q) for n in dir(%s)) or print(%d, %q)\n", begin, module, r.line, name)
			} else {
				object, last := name[:strings.LastIndex(name, ".")], name[strings.LastIndex(name, ".")+1:]
				script += fmt.Sprintf("hasattr(%s, %q) or print(%d, %q)\n", object, last, r.line, name)
			}
		}
	}
	out, err := exec.Command(python, "-c", script).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("Python lacks (line of the map, name):\n%s%v", out, err)
	}
}
