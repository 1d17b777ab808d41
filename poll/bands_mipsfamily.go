//go:build linux && (mips || mipsle || mips64 || mips64le)

package poll

// <asm/poll.h>: MIPS has numbers of its own.
const (
	POLLWRNORM = POLLOUT
	POLLWRBAND = 0x100
)
