//go:build freebsd || netbsd || openbsd || dragonfly

package socket

// This file stands for addr_darwin.go where there are no further families: EAFNOSUPPORT.

import "golang.org/x/sys/unix"

func (Sockaddr) unixOther() (unix.Sockaddr, error) { return nil, unix.EAFNOSUPPORT }

func fromUnixOther(unix.Sockaddr) (Sockaddr, error) { return Sockaddr{}, unix.EAFNOSUPPORT }
