//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package socketserver

import "rawsocket.internal/socket/poll"

// peerGone is what poll tells when the peer sends no more; here when it has gone both ways.
const peerGone = poll.POLLHUP
