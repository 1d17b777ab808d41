//go:build linux

package main

// This file holds sock info and sock list: sockets that are there already.

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/sockinfo"
)

// info is sock info: of a descriptor of a process, or of all its sockets.
func info(args []string) error {
	asJSON := len(args) > 0 && args[0] == "-j"
	if asJSON {
		args = args[1:]
	}
	if len(args) < 1 || len(args) > 2 {
		return usage("info: whose socket? PID [FD]")
	}
	var numbers [2]int
	for i, arg := range args {
		n, err := strconv.ParseUint(arg, 10, 31)
		if err != nil {
			return usage("info: %q is no %s", arg, []string{"PID", "FD"}[i])
		}
		numbers[i] = int(n)
	}
	pid, fd := numbers[0], numbers[1]
	if len(args) == 1 {
		return socketsOf(pid, asJSON)
	}
	i, err := infoOf(pid, fd)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS) { // a listing needs less privilege
		if e, lerr := entryOf(pid, fd); lerr == nil {
			say("sock: %v: from the list of all sockets, then", err)
			return show(e, asJSON)
		}
	}
	if err != nil {
		return err
	}
	return show(i, asJSON)
}

func show(v fmt.Stringer, asJSON bool) error {
	text := strings.TrimSuffix(v.String(), "\n")
	if asJSON {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		text = string(b)
	}
	return write([]byte(text + "\n"))
}

// infoOf fetches a descriptor from its process, and asks the kernel about the socket.
func infoOf(pid, fd int) (i sockinfo.Info, err error) {
	what := fmt.Sprintf("%d %d", pid, fd)
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return i, failed("pidfd_open", pid, err)
	}
	defer unix.Close(pidfd)
	ours, err := unix.PidfdGetfd(pidfd, fd, 0)
	if err != nil {
		return i, failed("pidfd_getfd", what, err)
	}
	defer socket.Close(ours)
	if i, err = sockinfo.Of(ours); err != nil {
		if errors.Is(err, unix.ENOTSOCK) {
			target, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, fd))
			what = strings.TrimSpace(what + " " + target)
		}
		return i, failed("getsockopt", what, errnoOf(err))
	}
	i.FD, i.Cloexec = fd, cloexec(pid, fd) // these belong to the descriptor, of which we have another
	return i, nil
}

// cloexec reads the flag of another process's descriptor.
func cloexec(pid, fd int) bool {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", pid, fd))
	for line := range strings.Lines(string(text)) {
		if octal, ok := strings.CutPrefix(line, "flags:"); ok {
			flags, _ := strconv.ParseUint(strings.TrimSpace(octal), 8, 32)
			return flags&unix.O_CLOEXEC != 0
		}
	}
	return false
}

// inodeOf is the inode of the socket that a descriptor of a process is; 0 for what is none.
func inodeOf(pid, fd int) uint64 {
	target, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, fd))
	digits, ok := strings.CutPrefix(target, "socket:[")
	inode, err := strconv.ParseUint(strings.TrimSuffix(digits, "]"), 10, 64)
	if !ok || err != nil {
		return 0
	}
	return inode
}

// entryOf finds a process's socket among all.
func entryOf(pid, fd int) (sockinfo.Entry, error) {
	if inode := inodeOf(pid, fd); inode != 0 {
		for e, err := range sockinfo.List(sockinfo.Filter{Inode: inode}) {
			if err == nil {
				return e, nil
			}
		}
	}
	return sockinfo.Entry{}, unix.ENOENT
}

// socketsOf lists the sockets of a process, each with its descriptor.
func socketsOf(pid int, asJSON bool) error {
	dir := filepath.Join("/proc", strconv.Itoa(pid), "fd")
	names, err := os.ReadDir(dir) // sorted as text
	if err != nil {
		return failed("open", dir, errnoOf(err))
	}
	descriptors := map[uint64][]int{}
	for _, name := range names {
		if fd, err := strconv.Atoi(name.Name()); err == nil {
			if inode := inodeOf(pid, fd); inode != 0 {
				descriptors[inode] = append(descriptors[inode], fd)
			}
		}
	}
	for e, err := range sockinfo.List(sockinfo.Filter{}) {
		if err != nil {
			return err
		}
		for _, fd := range descriptors[e.Inode] {
			if asJSON {
				err = show(e, true)
			} else {
				err = write(fmt.Appendf(nil, "fd %d: %v\n", fd, e))
			}
			if err != nil {
				return err
			}
		}
		delete(descriptors, e.Inode)
	}
	for _, fds := range descriptors { // of a family or a namespace that the list does not have
		for _, fd := range fds {
			i, err := infoOf(pid, fd)
			if err != nil {
				report(err)
				continue
			}
			if asJSON {
				err = show(i, true)
			} else {
				line, _, _ := strings.Cut(i.String(), "\n")
				err = write([]byte(line + "\n"))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// list is sock list: the sockets of this machine that fulfil all words.
func list(args []string) error {
	asJSON := len(args) > 0 && args[0] == "-j"
	if asJSON {
		args = args[1:]
	}
	var f sockinfo.Filter
	for _, word := range args {
		if !narrow(&f, word) {
			return usage("list: %q is no protocol, family, state, :PORT or ADDRESS", word)
		}
	}
	for e, err := range sockinfo.List(f) {
		if err == nil {
			err = show(e, asJSON)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// narrow adds a word to a filter.
func narrow(f *sockinfo.Filter, word string) bool {
	switch protocols := map[string]sockinfo.Protocol{"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP, "udplite": socket.IPPROTO_UDPLITE,
		"mptcp": socket.IPPROTO_MPTCP, "raw": socket.IPPROTO_RAW}; {
	case word == "unix":
		addTo(&f.Families, socket.AF_UNIX)
		return true
	case protocols[word] != 0:
		f.Protocols = append(f.Protocols, protocols[word])
		addTo(&f.Families, socket.AF_INET)
		addTo(&f.Families, socket.AF_INET6)
		return true
	case word == "listening":
		word = "listen"
	}
	for state := socket.TCPState(1); state <= 13; state++ { // TCP_ESTABLISHED and on
		if "TCP_"+strings.ToUpper(word) == state.String() {
			f.States = append(f.States, state)
			return true
		}
	}
	if port, ok := strings.CutPrefix(word, ":"); ok {
		n, err := strconv.ParseUint(port, 10, 16)
		f.LocalPort = uint16(n)
		return err == nil && n > 0
	}
	if prefix, err := netip.ParsePrefix(word); err == nil {
		f.Local = prefix
		return true
	}
	addr, err := netip.ParseAddr(word)
	if err == nil {
		f.Local = netip.PrefixFrom(addr, addr.BitLen())
	}
	return err == nil
}

func addTo(families *[]sockinfo.Domain, d sockinfo.Domain) {
	if !slices.Contains(*families, d) {
		*families = append(*families, d)
	}
}
