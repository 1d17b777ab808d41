package cmsg

import "iter"

// Segments cuts what came with UDP_GRO into the datagrams that were sent: each of size bytes, the last one
// mostly shorter. A size of 0, for no UDP_GRO message, or of len(p) and more is one datagram, p itself; an
// empty p is one empty datagram.
//
//	size, _ := cmsg.Get(msg.Control[:msg.Controllen], cmsg.UDP_GRO)
//	for p := range cmsg.Segments(buf[:n], size) { … }
//
// The buffer needs room for the 64 KiB that the kernel may join. With MSG_TRUNC in Msghdr.Flags it had too
// little: the last segment was cut, and those behind it are lost. Segments are parts of p, and do not
// allocate. See udp(7).
func Segments(p []byte, size int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		rest := p
		for size > 0 && len(rest) > size {
			if !yield(rest[:size:size]) {
				return
			}
			rest = rest[size:]
		}
		yield(rest[:len(rest):len(rest)])
	}
}
