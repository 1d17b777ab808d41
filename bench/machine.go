package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"

	"golang.org/x/sys/unix"
)

// describe tells what the numbers were measured on, and with.
func describe() (lines []string) {
	say := func(format string, a ...any) { lines = append(lines, fmt.Sprintf(format, a...)) }
	var u unix.Utsname
	unix.Uname(&u)
	model, hypervisor := runtime.GOARCH, ""
	for line := range strings.Lines(read("/proc/cpuinfo")) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
			model = strings.TrimSpace(v)
		} else if ok && strings.TrimSpace(k) == "flags" && strings.Contains(v, " hypervisor") {
			hypervisor = ", in a virtual machine"
		}
	}
	var set unix.CPUSet
	unix.SchedGetaffinity(0, &set)
	say("processor: %s, %d cores%s", model, set.Count(), hypervisor)
	var info unix.Sysinfo_t
	unix.Sysinfo(&info)
	say("memory: %.0f GiB", float64(info.Totalram)*float64(info.Unit)/(1<<30))
	say("kernel: %s %s", unix.ByteSliceToString(u.Sysname[:]), unix.ByteSliceToString(u.Release[:]))
	for _, v := range []string{"spectre_v2", "meltdown", "mds"} {
		if s := strings.TrimSpace(read("/sys/devices/system/cpu/vulnerabilities/" + v)); s != "" && s != "Not affected" {
			say("%s: %s", v, s)
		}
	}
	say("load when it began: %s", strings.TrimSpace(read("/proc/loadavg")))
	say("%s", runtime.Version())
	say("%s", first("cc", "--version"))
	say("%s", first("python3", "--version"))
	if b, ok := debug.ReadBuildInfo(); ok {
		for _, m := range b.Deps {
			switch m.Path {
			case "golang.org/x/sys", "golang.org/x/net", "github.com/mdlayher/socket", "github.com/panjf2000/gnet/v2", "github.com/cloudwego/netpoll":
				say("%s %s", m.Path, m.Version)
			}
		}
	}
	return lines
}

func read(file string) string {
	text, _ := os.ReadFile(file)
	return string(text)
}

// first is the first line a command prints.
func first(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return "no " + name
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}
