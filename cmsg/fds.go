//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package cmsg

// This file holds the passing of descriptors over AF_UNIX sockets, so that none leaks.

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// SCM_RIGHTS carries open descriptors to another process: sent as numbers of the sender's, received as numbers
// of the receiver's, close-on-exec. Get allocates for them: AppendRights does not, and SendFds and RecvFds do
// the whole of it. unix(7).
var SCM_RIGHTS = Type[[]int]{unix.SOL_SOCKET, unix.SCM_RIGHTS, asInts} // both

// maxFds is how many descriptors go in one message: Linux's SCM_MAX_FD.
const maxFds = 253

// fdsControl is a control buffer, aligned, with room for maxFds descriptors and what else a unix socket can
// be told to give: credentials, a security context, time stamps.
type fdsControl [2048 / 8]uint64

func (c *fdsControl) bytes() []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(c)), unsafe.Sizeof(*c))
}

// SendFds sends p with descriptors over a unix socket, and returns how many bytes of p went.
//
//	ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags);  // with SCM_RIGHTS
//
// The descriptors stay open here: the receiver has its own once this returns, and may be slow to take them.
// They go with the first byte. On a stream p must have one: without, Linux takes the call, sends nothing and
// returns 0. A stream can take less than all of p; the rest goes by Send, without the descriptors.
//
// Errors: EINVAL (more than 253 descriptors), EBADF (one is not open), ETOOMANYREFS (too many are on their way),
// EPERM (SO_PASSRIGHTS is off there), and those of Sendmsg. See unix(7), cmsg(3).
func SendFds(fd int, p []byte, fds []int, flags int) (n int, err error) {
	if len(fds) > maxFds {
		return 0, unix.EINVAL
	}
	for _, v := range fds {
		if int(int32(v)) != v {
			return 0, unix.EBADF
		}
	}
	iov := [1][]byte{p}
	msg := socket.Msghdr{Iov: iov[:]}
	var control fdsControl
	if len(fds) > 0 {
		msg.Control = Append(control.bytes()[:0], SCM_RIGHTS, fds)
	}
	return socket.Sendmsg(fd, &msg, flags)
}

// RecvFds receives to p, with descriptors to fds: n bytes and nfds descriptors, which are close-on-exec. There
// are 0 descriptors with most of what a stream brings: those of one SendFds come with its first byte, and bytes sent
// before may come with them.
//
//	ssize_t recvmsg(int sockfd, struct msghdr *msg, int flags);  // with SCM_RIGHTS
//
// More descriptors than fds has room for are an error, and none is kept: the message is lost, and on a stream the
// bytes with it. Give room for all that the protocol allows, 253 at most. What comes beside them is dropped, and a
// descriptor of SCM_PIDFD closed: Recvmsg gives all. With MSG_PEEK descriptors are opened at each call.
//
// Errors: EMSGSIZE (more descriptors than len(fds)), EMFILE (the kernel could not open all of them here: mostly
// that this process has too many), and those of Recvmsg. See unix(7), cmsg(3).
func RecvFds(fd int, p []byte, fds []int, flags int) (n, nfds int, err error) {
	var buf fdsControl
	iov := [1][]byte{p}
	msg := socket.Msghdr{Iov: iov[:], Control: buf.bytes()}
	n, err = socket.Recvmsg(fd, &msg, flags)
	if err != nil {
		return 0, 0, err
	}
	control := msg.Control[:msg.Controllen]
	nfds = countRights(control)
	switch {
	case nfds > len(fds), msg.Flags&unix.MSG_CTRUNC != 0 && len(msg.Control)-len(control) < Space(4):
		CloseRights(control)
		return 0, 0, unix.EMSGSIZE
	case msg.Flags&unix.MSG_CTRUNC != 0:
		CloseRights(control)
		return 0, 0, unix.EMFILE
	}
	AppendRights(fds[:0], control)
	closeAll(control, false)
	return n, nfds, nil
}

// AppendRights appends to dst the descriptors of all SCM_RIGHTS messages in a control buffer as received. They
// are the caller's to close.
func AppendRights(dst []int, control []byte) []int {
	for h, data, rest, ok := next(control); ok; h, data, rest, ok = next(rest) {
		if h.Level == unix.SOL_SOCKET && h.Type == unix.SCM_RIGHTS {
			dst = appendInts(dst, data)
		}
	}
	return dst
}

func countRights(control []byte) (n int) {
	for h, data, rest, ok := next(control); ok; h, data, rest, ok = next(rest) {
		if h.Level == unix.SOL_SOCKET && h.Type == unix.SCM_RIGHTS {
			n += len(data) / 4
		}
	}
	return n
}

// CloseRights closes every descriptor in a control buffer as received: those of SCM_RIGHTS and, on Linux, of
// SCM_PIDFD, also those of a message that was cut (MSG_CTRUNC). It is what to do with a message that is not
// wanted; once only, as with Close.
func CloseRights(control []byte) { closeAll(control, true) }

// closeAll closes the descriptors in control: those of SCM_PIDFD, and if rights those of SCM_RIGHTS.
func closeAll(control []byte, rights bool) {
	for h, data, rest, ok := next(control); ok; h, data, rest, ok = next(rest) {
		if h.Level != unix.SOL_SOCKET || !(h.Type == scmPidfd || rights && h.Type == unix.SCM_RIGHTS) {
			continue
		}
		for ; len(data) >= 4; data = data[4:] {
			if fd := int(int32(binary.NativeEndian.Uint32(data))); fd >= 0 {
				socket.Close(fd)
			}
		}
	}
}
