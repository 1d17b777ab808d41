package netfd

// This file holds how descriptors are made non-blocking where another call has to do it.

import "rawsocket.internal/socket"

func newSocket(domain, typ, protocol int) (fd int, err error) {
	fd, err = socket.Socket(domain, typ, protocol)
	return nonblock(fd, err)
}

func newPair(domain, typ, protocol int) (fds [2]int, err error) {
	fds, err = socket.Socketpair(domain, typ, protocol)
	for _, fd := range fds {
		if err == nil {
			err = socket.SetNonblock(fd, true)
		}
	}
	return fds, err
}

func acceptFrom(fd int) (nfd int, peer socket.Sockaddr, err error) {
	nfd, peer, err = socket.Nonblocking(fd).Accept()
	nfd, err = nonblock(nfd, err)
	return nfd, peer, err
}

// nonblock puts a descriptor in non-blocking mode that a call has made. (fcntl fails for none that is open.)
func nonblock(fd int, err error) (int, error) {
	if err == nil {
		err = socket.SetNonblock(fd, true)
	}
	return fd, err
}
