//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package poll_test

import (
	"testing"
	"time"
)

const slack = 2 * time.Millisecond // poll counts in milliseconds

var epollWaits map[string]func(t testing.TB, fd int) func(timeout time.Duration) (int, error)
