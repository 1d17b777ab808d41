package cmsg

// This file opens to the tests what a socket would need four thousand million sends for: a Zerocopy near the wrap of
// the kernel's count, and completions in any order.

// NewZerocopyAt has sent next times.
func NewZerocopyAt(next uint32) *Zerocopy { return &Zerocopy{next: int64(next), on: true} }

func (z *Zerocopy) Add(p []byte, copied, more bool) uint64 { return z.add(p, copied, more) }

func (z *Zerocopy) Complete(first, last uint32, copied bool) int {
	return z.complete(first, last, copied)
}

// Kept is how many buffers are kept alive.
func (z *Zerocopy) Kept() (n int) {
	for _, b := range z.buffers {
		if b.p != nil {
			n++
		}
	}
	return n
}
