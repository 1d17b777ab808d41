package poll

// What only Linux tells of a stream, and the names that Unix System V gave to the rest: there are no bands
// on Linux, where POLLRDNORM comes with POLLIN and POLLWRNORM, POLLWRBAND with POLLOUT. <poll.h>.
const (
	POLLRDHUP  = 0x2000 // the peer has shut down its sending side, or both
	POLLRDNORM = 0x40   // POLLIN
	POLLRDBAND = 0x80   // unused
	POLLMSG    = 0x400  // unused
)
