//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb

import (
	"context"
	"net"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// AskAt sends the queries of a test to a name server of its own; "" is no socket to be had.
func AskAt(t testing.TB, server string) {
	was := dial
	dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if server == "" {
			return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("socket", unix.EMFILE)}
		}
		return was(ctx, network, server)
	}
	t.Cleanup(func() { dial = was })
}

// WithoutFiles hides /etc/services and /etc/protocols from a test.
func WithoutFiles(t testing.TB) {
	services, protocols := servicesFile, protocolsFile
	servicesFile, protocolsFile = "/nonexistent", "/nonexistent"
	t.Cleanup(func() { servicesFile, protocolsFile = services, protocols })
}

// FewServices and FewProtocols are what stands for the files.
const (
	FewServices  = fewServices
	FewProtocols = fewProtocols
)
