//go:build linux && !(386 || arm || mips || mipsle)

package socket

import "golang.org/x/sys/unix"

const sysSendfile = unix.SYS_SENDFILE
