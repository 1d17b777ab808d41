//go:build linux && !(mips || mipsle || mips64 || mips64le)

package poll

// <asm-generic/poll.h>.
const (
	POLLWRNORM = 0x100 // POLLOUT
	POLLWRBAND = 0x200 // POLLOUT
)
