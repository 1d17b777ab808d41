package poll

import "golang.org/x/sys/unix"

func newBackend() (backend, unix.Errno) { return new(pollBackend), 0 }
