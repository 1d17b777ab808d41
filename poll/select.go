//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly || solaris

package poll

import (
	"math/bits"
	"time"

	"golang.org/x/sys/unix"
)

// An FdSet is a set of descriptors: fd_set, of any size. The zero FdSet is empty.
//
//	FD_SET(fd, &set)   FD_CLR(fd, &set)   FD_ISSET(fd, &set)   FD_ZERO(&set)
//	set.Set(fd)        set.Clear(fd)      set.IsSet(fd)        set.Zero()
//
// It is a value: work = all copies it, as in C. It also grows with what is put in: there is no FD_SETSIZE. But what
// is beyond 1023 is shared by copies made by assignment: where such descriptors may be, say work.Copy(&all). It is
// for one goroutine at a time.
type FdSet struct {
	low  [minWords]uint // the kernel's unsigned longs
	more []uint         // low's and the rest, once a descriptor is beyond low
}

const (
	wordBits = bits.UintSize
	minWords = 1024 / wordBits // FD_SETSIZE: most sets are of the same length, and x/sys's FdSet fits
)

func (s *FdSet) words() []uint {
	if s.more != nil {
		return s.more
	}
	return s.low[:]
}

// Set puts fd in the set. What can be no descriptor, negative or no C int, is not put in.
func (s *FdSet) Set(fd int) {
	if fd < 0 || !isInt(fd) {
		return
	}
	s.grow(fd/wordBits + 1)
	s.words()[fd/wordBits] |= 1 << (fd % wordBits)
}

// Clear takes fd out of the set.
func (s *FdSet) Clear(fd int) {
	if fd >= 0 && fd/wordBits < s.len() {
		s.words()[fd/wordBits] &^= 1 << (fd % wordBits)
	}
}

// IsSet reports whether fd is in the set.
func (s *FdSet) IsSet(fd int) bool {
	return fd >= 0 && fd/wordBits < s.len() && s.words()[fd/wordBits]&(1<<(fd%wordBits)) != 0
}

// Zero empties the set, which keeps its memory.
func (s *FdSet) Zero() { clear(s.words()) }

// Copy makes s hold what from holds: the BSDs' FD_COPY.
func (s *FdSet) Copy(from *FdSet) {
	s.grow(from.len())
	clear(s.words()[copy(s.words(), from.words()):])
}

func (s *FdSet) grow(words int) {
	if words > s.len() {
		more := make([]uint, words)
		copy(more, s.words())
		s.more = more
	}
}

// len is the number of words in the set; none in a nil one.
func (s *FdSet) len() int {
	if s == nil {
		return 0
	}
	return len(s.words())
}

// first is the first of at least so many words, nil for a nil set.
func (s *FdSet) first(words int) *uint {
	if s == nil || words == 0 {
		return nil
	}
	s.grow(words)
	return &s.words()[0]
}

// count is the number of descriptors in the first words.
func (s *FdSet) count(words int) (n int) {
	if s != nil {
		for _, w := range s.words()[:words] {
			n += bits.OnesCount(w)
		}
	}
	return n
}

// Select waits until a descriptor in r can be read, one in w written, or one in e has urgent data, leaves
// those in the sets, and returns how many that are, a descriptor in two sets counted twice.
//
//	int pselect(int nfds, fd_set *r, fd_set *w, fd_set *e, const struct timespec *timeout, NULL);
//
// nfds is the highest descriptor plus 1: those at nfds and above are not looked at, and whether they are in
// the sets afterwards says nothing. A nil set is an empty one; no set is to be given twice. The timeout is
// that of Poll: negative, C's NULL, is none. It is kept to the microsecond where there is no pselect. When the time is over, n is 0 and the sets
// are empty. After an error there is nothing to rely on in them.
//
// Select looks at every descriptor below nfds: Poll does the same for fewer. It allocates only where one set
// must grow to the length of another.
//
// Errors: EBADF (a descriptor in a set is not open; Linux itself ignores one beyond all that the process
// ever had), EINVAL (a negative nfds; on macOS one above 1024), ENOMEM. See select(2).
func Select(nfds int, r, w, e *FdSet, timeout time.Duration) (n int, err error) {
	if nfds < 0 || !isInt(nfds) {
		return 0, unix.EINVAL
	}
	words := int((uint(nfds) + wordBits - 1) / wordBits)
	if longest := max(r.len(), w.len(), e.len()); words > longest { // beyond, there is nothing to wait for
		words, nfds = longest, longest*wordBits
	}
	rp, wp, ep := r.first(words), w.first(words), e.first(words)
	wait := begin(timeout)
	for {
		n, errno := pselect(nfds, rp, wp, ep, wait.left)
		if wait.again(n, errno) {
			continue
		}
		// select(2), BUGS: Linux "ignores any file descriptor in these sets that is greater than the maximum
		// file descriptor number that the process currently has open. According to POSIX, any such file
		// descriptor … should result in the error EBADF". It leaves them in the sets, as if ready.
		if errno == 0 && r.count(words)+w.count(words)+e.count(words) > n {
			errno = unix.EBADF
		}
		return result(n, errno)
	}
}
