// Package strace reads the log of strace(1) so that two programs can be compared by the calls they make on
// sockets and what belongs to them: epolls, and the program's own files. Tests of the examples use it.
package strace

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Options are what strace must be told for Parse to understand its log; -o FILE and the program follow.
var Options = []string{"-f", "--seccomp-bpf", "-s", "256", "-e", "trace=%network,%desc,%process", "-e", "signal=none"}

// A Call is a system call that names a socket, an epoll or a file. Its descriptors are told apart by a number
// of their own, hidden in the text: Number gives them names.
type Call struct {
	Process            int // 0 for the first process of the log, 1 for the next; threads count as their process
	Name, Args, Result string
}

func (c Call) String() string { return fmt.Sprintf("%s(%s) = %s", c.Name, c.Args, c.Result) }

var (
	inParts = regexp.MustCompile(`^<\.\.\. \w+ resumed>`)
	whole   = regexp.MustCompile(`^(\w+)\((.*)\)\s+= (.*)$`)
	first   = regexp.MustCompile(`^\d+(,|$)`)
	digits  = regexp.MustCompile(`\d+`)
	mark    = regexp.MustCompile("\x01\\d+\x02") // a descriptor's own number
	port    = regexp.MustCompile(`htons\((\d+)\)`)

	// Where calls hold descriptors besides their first argument and their result.
	polled  = regexp.MustCompile(`\{fd=\d+`)
	bits    = regexp.MustCompile(`\[[\d ]+\]`)
	highest = regexp.MustCompile(`^\d+, `)
	rights  = regexp.MustCompile(`cmsg_type=SCM_RIGHTS, cmsg_data=\[[\d, ]+\]`)
)

// A table is the descriptors of a process: number to token. Threads share it, a fork copies it.
type table struct {
	process int
	fds     map[string]string
}

type parser struct {
	tables  map[string]*table // by thread
	main    *table
	forking *table            // what the child of a fork that has not returned yet begins with
	parts   map[string]string // by thread: the first part of a call
	made    int               // descriptors
	forked  int               // processes
}

// Parse gives the calls of a log that name a socket, an epoll, or a file opened by a relative path, in the order
// they returned. Other files are those of the runtime and of C's library: their calls are left out, as are
// signals and exits.
func Parse(log string) (calls []Call) {
	p := parser{tables: map[string]*table{}, parts: map[string]string{}}
	p.main = &table{0, map[string]string{}}
	for line := range strings.Lines(log) {
		thread, line, _ := strings.Cut(strings.TrimSpace(line), " ")
		line = strings.TrimLeft(line, " ")
		if part, ok := strings.CutSuffix(line, " <unfinished ...>"); ok {
			p.parts[thread] = part
			if isFork(part) {
				p.forking = p.copy(p.table(thread))
			}
			continue
		}
		if m := inParts.FindString(line); m != "" {
			line = p.parts[thread] + line[len(m):]
		}
		m := whole.FindStringSubmatch(line)
		if m == nil {
			continue // a signal, an exit
		}
		if isFork(line) {
			if _, known := p.tables[m[3]]; !known {
				p.tables[m[3]] = p.copy(p.table(thread))
			}
			p.forking = nil
			continue
		}
		if c, ok := p.call(p.table(thread), m[1], m[2], m[3]); ok {
			calls = append(calls, c)
		}
	}
	return calls
}

func isFork(line string) bool {
	name, _, _ := strings.Cut(line, "(")
	return slices.Contains([]string{"fork", "vfork", "clone", "clone3"}, name) && !strings.Contains(line, "CLONE_FILES")
}

func (p *parser) table(thread string) *table {
	if p.tables[thread] == nil {
		p.tables[thread] = p.main
		if p.forking != nil {
			p.tables[thread], p.forking = p.forking, nil
		}
	}
	return p.tables[thread]
}

func (p *parser) copy(t *table) *table {
	p.forked++
	return &table{p.forked, maps.Clone(t.fds)}
}

// call marks the descriptors of a call, and follows which are made and closed.
func (p *parser) call(t *table, name, args, result string) (Call, bool) {
	old := func(fd string) string {
		if token := t.fds[fd]; token != "" {
			return token
		}
		return fd
	}
	made := func(fd string) string {
		p.made++
		t.fds[fd] = fmt.Sprintf("\x01%d\x02", p.made)
		return t.fds[fd]
	}
	olds := func(s string) string { return digits.ReplaceAllStringFunc(s, old) }
	mades := func(s string) string { return digits.ReplaceAllStringFunc(s, made) }
	failed := strings.HasPrefix(result, "-1 ")

	switch name {
	case "openat":
		if !strings.HasPrefix(args, `AT_FDCWD, "`) || strings.HasPrefix(args, `AT_FDCWD, "/`) {
			return Call{}, false
		}
	case "poll", "ppoll":
		args, result = polled.ReplaceAllStringFunc(args, olds), polled.ReplaceAllStringFunc(result, olds)
	case "select", "pselect6":
		// The first argument is the highest descriptor plus 1, in the sets that follow.
		sets := highest.ReplaceAllString(args, "")
		last, n := "", 0
		for _, fd := range digits.FindAllString(strings.Join(bits.FindAllString(sets, -1), " "), -1) {
			if v := atoi(fd); v >= n {
				last, n = fd, v
			}
		}
		if m := highest.FindString(args); last != "" && atoi(digits.FindString(m)) == n+1 {
			args = old(last) + "+1, " + sets
		}
		args, result = bits.ReplaceAllStringFunc(args, olds), bits.ReplaceAllStringFunc(result, olds)
	case "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2":
		parts := strings.SplitN(args, ", ", 4)
		parts[0] = old(parts[0])
		if name == "epoll_ctl" {
			parts[2] = old(parts[2])
		}
		args = strings.Join(parts, ", ")
	case "socketpair", "pipe2", "pipe":
		if i := strings.LastIndex(args, "["); !failed && i >= 0 {
			args = args[:i] + mades(args[i:])
		}
	case "wait4", "waitid", "exit", "exit_group", "kill", "tgkill", "clone", "clone3":
		return Call{}, false
	default:
		args = first.ReplaceAllStringFunc(args, olds)
		switch name {
		case "sendfile":
			parts := strings.SplitN(args, ", ", 3)
			parts[1] = old(parts[1])
			args = strings.Join(parts, ", ")
		case "sendmsg":
			args = rights.ReplaceAllStringFunc(args, olds)
		case "recvmsg":
			args = rights.ReplaceAllStringFunc(args, mades)
		}
	}
	// What a call returns is a descriptor if it makes one; a close ends what its number stands for.
	counts := mark.MatchString(args)
	switch name {
	case "socket", "openat":
		counts = true
		fallthrough
	case "accept", "accept4", "dup", "dup2", "dup3", "epoll_create", "epoll_create1":
		counts = counts || strings.HasPrefix(name, "epoll")
		if counts && !failed {
			result = made(result)
		}
	case "fcntl":
		if counts && !failed && strings.Contains(args, "F_DUPFD") {
			result = made(result)
		}
	case "close":
		for fd, token := range t.fds {
			if token == args {
				delete(t.fds, fd)
			}
		}
	}
	return Call{t.process, name, args, result}, counts
}

func atoi(s string) (n int) {
	fmt.Sscanf(s, "%d", &n)
	return n
}

// Descriptors are those a call names, the one it is about first.
func (c Call) Descriptors() (ids []string) {
	for _, id := range mark.FindAllString(c.Args+" "+c.Result, -1) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Without gives the calls but for those that drop picks, and all that name a descriptor that a call so picked
// has made.
func Without(calls []Call, drop func(Call) bool) (rest []Call) {
	gone := map[string]bool{}
	for _, c := range calls {
		ids := c.Descriptors()
		if drop(c) || slices.ContainsFunc(ids, func(id string) bool { return gone[id] }) {
			if m := mark.FindString(c.Result); m != "" {
				gone[m] = true
			}
			continue
		}
		rest = append(rest, c)
	}
	return rest
}

// Names are what Number has called descriptors and ports.
type Names struct {
	fds, ports map[string]string
}

// ephemeral is where the ports begin that the kernel chooses.
const ephemeral = 32768

// text gives descriptors and the kernel's ports their names in a text.
func (n *Names) text(s string) string {
	s = mark.ReplaceAllStringFunc(s, func(id string) string {
		if n.fds[id] == "" {
			n.fds[id] = fmt.Sprintf("fd%d", len(n.fds))
		}
		return n.fds[id]
	})
	return port.ReplaceAllStringFunc(s, func(s string) string {
		number := digits.FindString(s)
		if atoi(number) < ephemeral {
			return s
		}
		if n.ports[number] == "" {
			n.ports[number] = fmt.Sprintf("port%d", len(n.ports))
		}
		return "htons(" + n.ports[number] + ")"
	})
}

var quoted = regexp.MustCompile(`"(\\.|[^"\\])*"`)

// Data names the kernel's ports in the strings of a call: what a program sends and receives.
func (n *Names) Data(call string) string { return quoted.ReplaceAllStringFunc(call, n.Output) }

// Output names the kernel's ports in what a program prints.
func (n *Names) Output(s string) string {
	return digits.ReplaceAllStringFunc(s, func(number string) string {
		if name := n.ports[number]; name != "" {
			return name
		}
		return number
	})
}

// Number names the descriptors fd0, fd1, … and the ports the kernel chose port0, port1, …, as they appear.
func Number(calls []Call) ([]string, *Names) {
	n := &Names{map[string]string{}, map[string]string{}}
	var lines []string
	for _, c := range calls {
		lines = append(lines, n.text(c.String()))
	}
	return lines, n
}

// Stories are the calls of each descriptor by itself, for programs whose threads or processes run side by
// side: what each descriptor goes through has an order, they among each other have none. In a story the
// descriptor is called fd, every other one "other". The stories are sorted.
func Stories(calls []Call) []string {
	var order []string
	lines := map[string][]Call{}
	for _, c := range calls {
		for _, id := range c.Descriptors() {
			if lines[id] == nil {
				order = append(order, id)
			}
			lines[id] = append(lines[id], c)
		}
	}
	var stories []string
	for _, id := range order {
		var story []string
		n := &Names{map[string]string{}, map[string]string{}}
		for _, c := range lines[id] {
			s := strings.ReplaceAll(c.String(), id, "fd")
			story = append(story, n.text(mark.ReplaceAllString(s, "other")))
		}
		stories = append(stories, strings.Join(story, "\n"))
	}
	slices.Sort(stories)
	return stories
}
