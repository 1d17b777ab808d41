//go:build linux || freebsd || netbsd || openbsd || dragonfly

package socket

// Accept4 is Accept with flags for the new descriptor: SOCK_NONBLOCK. (SOCK_CLOEXEC is always set.)
//
//	int accept4(int sockfd, struct sockaddr *addr, socklen_t *addrlen, int flags);
//
// Errors: those of Accept; EINVAL (another flag). See accept(2).
func Accept4(fd, flags int) (nfd int, peer Sockaddr, err error) {
	nfd, err = accept(fd, &peer, flags, false)
	if err != nil {
		return -1, Sockaddr{}, err
	}
	return nfd, peer, nil
}

// Accept4 is the function Accept4: EAGAIN when no connection waits.
func (fd Nonblocking) Accept4(flags int) (nfd int, peer Sockaddr, err error) {
	nfd, err = accept(int(fd), &peer, flags, true)
	if err != nil {
		return -1, Sockaddr{}, err
	}
	return nfd, peer, nil
}
