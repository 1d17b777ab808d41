//go:build linux

// Command sock tries a socket by hand: client and server, source and sink, TCP, UDP and AF_UNIX, with any
// socket option by its name, and each C call printed as it is made. It follows the program of that name
// in W. Richard Stevens's "TCP/IP Illustrated".
//
//	sock localhost 7000                    a client: standard input to the socket, the socket to standard output
//	sock -s 7000                           a server: the same with the first who connects
//	sock -s -m echo 7000                   a server that echoes, many clients at once
//	sock -v -o TCP_NODELAY=1 ::1 7000      every call as it is made
//	sock opts RCV                          the options whose names have RCV, with their values on new sockets
//	sock info 1234 5                       all that the kernel tells about descriptor 5 of process 1234
//	sock -h                                the rest
//
// It ends with 0; with 1 and a line "sock: connect 127.0.0.1:9: connection refused" if a call fails, with 2
// if it does not understand what it is asked, with 128 and the signal's number if a signal ends it.
//
// The files: main.go (commands, exit codes, signals), flags.go, client.go, server.go, datagram.go (a server of
// datagrams), services.go (what is done with a connection), options.go (-o, sock opts), info.go (sock info,
// sock list), completion.go, and below them calls.go (the calls, printed) and progress.go.
//
// It is built on package socket and the rooms netdb, cmsg and sockinfo; as sockinfo is, it is of Linux.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	exitFailure = 1
	exitUsage   = 2
	exitSignal  = 128
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // to write to a pipe that nobody reads is EPIPE
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // as in nohup sock
			signal.Notify(signals, s)
		}
	}
	go endBySignal(signals)
	exit(run(os.Args[1:]))
}

// A command is what sock does besides being a client or a server.
type command struct {
	name, args, text string
	run              func(args []string) error
}

func commands() []command {
	return []command{
		{"opts", "[-l] [FILTER]", "the options whose names have FILTER, and their values on new sockets", opts},
		{"info", "[-j] PID [FD]", "all that the kernel tells about a process's socket, or which sockets it has", info},
		{"list", "[-j] [WORD...]", "all sockets, or those of tcp udp raw unix listen established :PORT ADDRESS...", list},
		{"completion", "bash|zsh|fish", "a script that completes flags and the names of options", completion},
	}
}

func run(args []string) error {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name == args[0] {
				return c.run(args[1:])
			}
		}
	}
	c, err := parse(args)
	if err != nil {
		return err
	}
	verbose = c.verbose
	switch {
	case c.help:
		fmt.Print(help())
		return nil
	case !c.server:
		return c.client()
	case c.dgram:
		return c.datagramServer()
	}
	return c.connectionServer()
}

// errUsage is a command line that makes no sense.
type errUsage struct{ text string }

func (e *errUsage) Error() string { return e.text }

// errReported is a failure that has been said already.
var errReported = errors.New("reported")

func usage(format string, args ...any) error { return &errUsage{fmt.Sprintf(format, args...)} }

// exit ends the program: it says what failed, and takes back what it has made.
func exit(err error) {
	code := 0
	if err != nil {
		code = exitFailure
		if err != errReported {
			report(err)
		}
		if bad := (*errUsage)(nil); errors.As(err, &bad) {
			code = exitUsage
			say("sock -h shows the usage.")
		}
	}
	cleanUp()
	os.Exit(code)
}

// report says what failed, each of several failures in a line.
func report(err error) {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range all.Unwrap() {
			report(err)
		}
		return
	}
	say("sock: %v", err)
}

// endBySignal waits for a signal that ends the program. The kernel closes its sockets.
func endBySignal(signals chan os.Signal) {
	s := <-signals
	transfer.interrupt()
	cleanUp()
	os.Exit(exitSignal + int(s.(syscall.Signal)))
}

// bound are the AF_UNIX paths that bind has made, with the files they were then.
var bound struct {
	sync.Mutex
	paths map[string]unix.Stat_t
}

// unlinkLater has the file of an AF_UNIX address removed at the end.
func unlinkLater(path string) {
	var st unix.Stat_t
	if path == "" || path[0] == 0 || unix.Lstat(path, &st) != nil {
		return
	}
	bound.Lock()
	defer bound.Unlock()
	if bound.paths == nil {
		bound.paths = map[string]unix.Stat_t{}
	}
	bound.paths[path] = st
}

// cleanUp removes the paths, unless another file has taken the place. Nothing is bound after it.
func cleanUp() {
	bound.Lock() // for good: a second one waits for the end
	for path, was := range bound.paths {
		var st unix.Stat_t
		if unix.Lstat(path, &st) == nil && st.Dev == was.Dev && st.Ino == was.Ino {
			trace(unix.Unlink(path), "unlink(%q) → 0", path)
		}
	}
}
