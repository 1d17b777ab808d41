//go:build freebsd || netbsd || dragonfly

package socket

// This file holds the value of SO_ACCEPTFILTER, where that is.

// An AcceptFilterArg names what must have come before a connection is accepted: struct accept_filter_arg.
// Both are C strings: copy(a.Name[:], "dataready"). accept_filter(9), accf_data(9), accf_http(9).
type AcceptFilterArg struct {
	Name [16]byte // "dataready": data; "httpready": a request's head
	Arg  [256 - 16]byte
}
