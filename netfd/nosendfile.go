//go:build netbsd || openbsd

package netfd

// These systems have no copies in the kernel.

type copyArgs struct{}
