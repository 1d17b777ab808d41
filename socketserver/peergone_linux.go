package socketserver

import "rawsocket.internal/socket/poll"

// peerGone is what poll tells when the peer sends no more.
const peerGone = poll.POLLRDHUP
