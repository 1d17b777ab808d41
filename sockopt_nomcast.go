//go:build netbsd || openbsd || dragonfly

package socket

// This file stands for sockopt_mcast.go where there are no such options.

import (
	"reflect"
	"unsafe"

	"golang.org/x/sys/unix"
)

func mcastCodec(reflect.Type) uint64 { return asNothing }

func setMcast(int, uint64, unsafe.Pointer) error { return unix.EINVAL }
