package testutil

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const childEnv = "SOCKET_TEST_CHILD"

var children = map[string]func(){}

// Child registers a program to run in a child process: the test binary again, which Main sends to f. It
// serves as the value of a package variable.
func Child(name string, f func()) string {
	children[name] = f
	return name
}

// A Process is a child process with pipes to its standard input and output. It ends with its test.
type Process struct {
	*exec.Cmd
	In  io.WriteCloser
	Out *bufio.Reader
}

// StartChild starts a registered child with extra files (from descriptor 3 on) and arguments.
func StartChild(t testing.TB, name string, files []*os.File, args ...string) *Process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	cmd.ExtraFiles = files
	return Start(t, cmd)
}

// Start starts a command, which is killed when the test ends.
func Start(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if cmd.Stderr == nil {
		cmd.Stderr = os.Stderr
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &Process{cmd, in, bufio.NewReader(out)}
	t.Cleanup(func() {
		p.In.Close()
		p.Cmd.Process.Kill()
		p.Cmd.Wait()
	})
	return p
}

// Line is the next line the process prints.
func (p *Process) Line(t testing.TB) string {
	t.Helper()
	line, err := p.Out.ReadString('\n')
	if err != nil {
		t.Fatalf("%s: its output ends: %v", filepath.Base(p.Path), err)
	}
	return strings.TrimSuffix(line, "\n")
}

// Program is the path of a program that a test needs; without it the test is skipped.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("needs the program %s: %v", name, err)
	}
	return path
}

// childProcesses lists the children that are left.
func childProcesses() (left []string) {
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, file := range tasks {
		text, _ := os.ReadFile(file)
		for _, pid := range strings.Fields(string(text)) {
			if n, err := strconv.Atoi(pid); err == nil {
				name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", n))
				left = append(left, fmt.Sprintf("child %d %s", n, strings.TrimSpace(string(name))))
			}
		}
	}
	return left
}

// NotUnderQEMU skips a test of what user-mode emulation does not do as a kernel. The emulator is named in
// the environment by whoever starts the tests in it.
func NotUnderQEMU(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("SOCKET_TEST_QEMU") != "" {
		t.Skip("needs a kernel, not qemu-user: " + why)
	}
}
