//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package netfd

// This file holds what these systems do otherwise than Linux: they have no batches and no error queue.

import (
	"time"

	"golang.org/x/sys/unix"
)

type batchArgs struct{}

const msgErrqueue = 0

const haveSides = false

type sides struct{}

func (*sides) setDeadline(time.Time) {}
func (*sides) close()                {}
func (o *op) waitErrqueue() error    { return unix.EINVAL }
func (o *op) waitRefused() error     { return unix.EIO }

// refusal is why the poller did not take a descriptor.
func refusal(int) error { return unix.EPERM }
