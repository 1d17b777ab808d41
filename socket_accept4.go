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

// AcceptFD is Accept4 for those who do not want the peer's address: none is asked for, none paid for.
//
//	int accept4(int sockfd, NULL, NULL, int flags);
//
// Errors: those of Accept4. See accept(2).
func AcceptFD(fd, flags int) (nfd int, err error) { return accept(fd, nil, flags, false) }

// Accept4 is the function Accept4: EAGAIN when no connection waits.
func (fd Nonblocking) Accept4(flags int) (nfd int, peer Sockaddr, err error) {
	nfd, err = accept(int(fd), &peer, flags, true)
	if err != nil {
		return -1, Sockaddr{}, err
	}
	return nfd, peer, nil
}

// AcceptFD is the function AcceptFD: EAGAIN when no connection waits.
func (fd Nonblocking) AcceptFD(flags int) (nfd int, err error) {
	return accept(int(fd), nil, flags, true)
}
