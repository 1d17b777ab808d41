package socket

// This file holds what only Linux has, and how the calls with more than one buffer are made there:
//
//	1 many messages in a call   2 in-kernel copies   3 queue sizes
//	4 struct iovec and struct msghdr   5 constants

import (
	"math"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket/internal/race"
)

// 1. Many messages in a call.

// A Mmsghdr is one message of many: struct mmsghdr.
//
//	struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
type Mmsghdr struct {
	Msghdr
	Len int // msg_len: bytes sent or received of this message
}

// maxMsgs is UIO_MAXIOV again: the kernel makes more messages that many.
const maxMsgs = 1024

// Sendmmsg sends several messages in one call and returns how many of them were sent; each one's Len says
// how many of its bytes.
//
//	int sendmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags);
//
// It ends before the first message that fails, without saying why: the error of message n is that of the
// next call, made with msgs[n:]. At most 1024 messages go in a call, with 2048 buffers among them; it
// returns short of the rest. The Len of a message that was not sent is 0.
//
// Errors: those of Sendmsg, for the first message only. See sendmmsg(2).
func Sendmmsg(fd int, msgs []Mmsghdr, flags int) (n int, err error) {
	return sendMessages(fd, msgs, flags, flags&unix.MSG_DONTWAIT != 0)
}

// Sendmmsg is the function Sendmmsg.
func (fd Nonblocking) Sendmmsg(msgs []Mmsghdr, flags int) (n int, err error) {
	return sendMessages(int(fd), msgs, flags, true)
}

// Recvmmsg receives several messages in one call and returns how many; each one's Len is its length.
//
//	int recvmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags, struct timespec *timeout);
//
// On a blocking socket it waits until all of msgs are filled, with MSG_WAITFORONE for the first only. The
// timeout, negative for none, is no bound for that wait: the kernel looks at it only when a message has
// come. For a bound poll first, or set SO_RCVTIMEO. A signal, too, ends the call with the messages it has.
// At most 1024 messages come in a call, into 2048 buffers among them. What was not filled is cleared.
//
// Errors: those of Recvmsg, for the first message; a later one is kept for the next call. EINVAL (a timeout
// that does not fit struct timespec). See recvmmsg(2).
func Recvmmsg(fd int, msgs []Mmsghdr, flags int, timeout time.Duration) (n int, err error) {
	return recvMessages(fd, msgs, flags, timeout, flags&unix.MSG_DONTWAIT != 0)
}

// Recvmmsg is the function Recvmmsg.
func (fd Nonblocking) Recvmmsg(msgs []Mmsghdr, flags int, timeout time.Duration) (n int, err error) {
	return recvMessages(int(fd), msgs, flags, timeout, true)
}

// 2. In-kernel copies.

// Sendfile sends count bytes of a file, from *offset, which it moves on, or if offset is nil from the file's
// own, and returns how many the socket took.
//
//	ssize_t sendfile(int out_fd, int in_fd, off_t *offset, size_t count);
//
// n is 0 at the end of the file. A non-blocking socket takes what it has room for.
//
// Errors: those of Write; EINVAL (in_fd cannot be mapped, or count is negative), ESPIPE. See sendfile(2).
func Sendfile(outfd, infd int, offset *int64, count int) (n int, err error) {
	return sendFile(outfd, infd, offset, count, false)
}

// Sendfile is the function Sendfile. The file's blocks may have to come from its disk, which a raw call
// waits for: keep to files that are in memory.
func (fd Nonblocking) Sendfile(infd int, offset *int64, count int) (n int, err error) {
	return sendFile(int(fd), infd, offset, count, true)
}

func sendFile(outfd, infd int, offset *int64, count int, raw bool) (int, error) {
	if !isInt(outfd) || !isInt(infd) {
		return 0, unix.EBADF
	}
	if count < 0 {
		return 0, unix.EINVAL
	}
	race.Release()
	var start time.Duration
	if !raw {
		start = now()
	}
	for {
		n, e := sendfile(outfd, infd, offset, count, raw)
		switch {
		case e == 0:
			return n, nil
		case e != unix.EINTR:
			return 0, e
		case !raw && expired(outfd, unix.SO_SNDTIMEO, start):
			return 0, unix.EAGAIN
		}
	}
}

// Splice moves up to n bytes from one descriptor to another inside the kernel; one of the two is a pipe.
//
//	ssize_t splice(int fd_in, off_t *off_in, int fd_out, off_t *off_out, size_t len, unsigned int flags);
//
// An offset is nil for a pipe or a socket. The result is 0 at the end of the input.
//
// Errors: EAGAIN (SPLICE_F_NONBLOCK or a non-blocking descriptor), EINVAL (no pipe, a negative n), ESPIPE (an
// offset for a pipe), EPIPE. See splice(2).
func Splice(rfd int, roff *int64, wfd int, woff *int64, n, flags int) (int, error) {
	return spliceTo(rfd, roff, wfd, woff, n, flags, false)
}

// Splice is the function Splice, from the descriptor. The pipe or socket at the other end must be
// non-blocking too.
func (fd Nonblocking) Splice(roff *int64, wfd int, woff *int64, n, flags int) (int, error) {
	return spliceTo(int(fd), roff, wfd, woff, n, flags, true)
}

func spliceTo(rfd int, roff *int64, wfd int, woff *int64, n, flags int, raw bool) (int, error) {
	if !isInt(rfd) || !isInt(wfd) {
		return 0, unix.EBADF
	}
	if n < 0 || !isInt(flags) {
		return 0, unix.EINVAL
	}
	race.Release()
	var start time.Duration
	if !raw {
		start = now()
	}
	for {
		m, e := splice(rfd, roff, wfd, woff, n, flags, raw)
		switch {
		case e == 0:
			race.Acquire()
			return m, nil
		case e != unix.EINTR:
			return 0, e
		case !raw && (expired(rfd, unix.SO_RCVTIMEO, start) || expired(wfd, unix.SO_SNDTIMEO, start)):
			return 0, unix.EAGAIN
		}
	}
}

// 3. Queue sizes.

const fionread = unix.SIOCINQ // FIONREAD by its socket name

// Siocinq is the number of bytes in the receive queue; for datagrams, the length of the next one.
//
//	int ioctl(int sockfd, SIOCINQ, int *value);
//
// Errors: EINVAL (a listening socket). See tcp(7), udp(7), unix(7).
func Siocinq(fd int) (int, error) { return queue(fd, unix.SIOCINQ) }

// Siocoutq is the number of bytes in the send queue: for TCP those not yet acknowledged, for UDP and unix
// those not yet received, with their headers in memory.
//
//	int ioctl(int sockfd, SIOCOUTQ, int *value);
//
// Errors: EINVAL (a listening socket). See tcp(7), udp(7), unix(7).
func Siocoutq(fd int) (int, error) { return queue(fd, unix.SIOCOUTQ) }

// 4. struct iovec and struct msghdr.
//
// They are made on the stack for each call, in arrays of a few sizes: nothing is allocated, and a call
// with one buffer does not pay for the room of a thousand. The functions are generic over these arrays
// because the compiler lets them stay on the stack only where a local variable holds their pointers.

type iovArray interface {
	[fewIov]unix.Iovec | [someIov]unix.Iovec | [maxIov]unix.Iovec
}

func writevTo(fd int, iov [][]byte, raw bool) (int, error) {
	switch {
	case !isInt(fd):
		return 0, unix.EBADF
	case len(iov) <= fewIov:
		return writevIn[[fewIov]unix.Iovec](fd, iov, raw)
	case len(iov) <= someIov:
		return writevIn[[someIov]unix.Iovec](fd, iov, raw)
	case len(iov) <= maxIov:
		return writevIn[[maxIov]unix.Iovec](fd, iov, raw)
	}
	return refused(writev(fd, nil, len(iov), true))
}

func writevIn[V iovArray](fd int, iov [][]byte, raw bool) (int, error) {
	var vec V
	for i, p := range iov {
		vec[i].Base = unsafe.SliceData(p)
		vec[i].SetLen(len(p))
	}
	race.Readv(iov, math.MaxInt)
	race.Release()
	var r retry
	for {
		n, e := 0, unix.Errno(0)
		if r.flags == 0 {
			n, e = writev(fd, &vec[0], len(iov), raw)
		} else { // a socket with a timeout: only sendmsg can be told not to wait
			hdr := unix.Msghdr{Iov: &vec[0]}
			hdr.SetIovlen(len(iov))
			n, e = sendmsg(fd, &hdr, r.flags, raw)
		}
		if e == 0 {
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_SNDTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

func readvFrom(fd int, iov [][]byte, raw bool) (int, error) {
	switch {
	case !isInt(fd):
		return 0, unix.EBADF
	case len(iov) <= fewIov:
		return readvIn[[fewIov]unix.Iovec](fd, iov, raw)
	case len(iov) <= someIov:
		return readvIn[[someIov]unix.Iovec](fd, iov, raw)
	case len(iov) <= maxIov:
		return readvIn[[maxIov]unix.Iovec](fd, iov, raw)
	}
	return refused(readv(fd, nil, len(iov), true))
}

func readvIn[V iovArray](fd int, iov [][]byte, raw bool) (int, error) {
	var vec V
	for i, p := range iov {
		vec[i].Base = unsafe.SliceData(p)
		vec[i].SetLen(len(p))
	}
	var r retry
	for {
		n, e := 0, unix.Errno(0)
		if r.flags == 0 {
			n, e = readv(fd, &vec[0], len(iov), raw)
		} else { // a socket with a timeout: only recvmsg can be told not to wait
			hdr := unix.Msghdr{Iov: &vec[0]}
			hdr.SetIovlen(len(iov))
			n, e = recvmsg(fd, &hdr, r.flags, raw)
		}
		if e == 0 {
			race.Acquire()
			race.Writev(iov, n)
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_RCVTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

func sendMessage(fd int, msg *Msghdr, flags int, raw bool) (int, error) {
	switch {
	case !isInt(fd) || !isInt(flags):
		return 0, invalid(fd)
	case msg == nil:
		return refused(sendmsg(fd, nil, flags, true))
	case len(msg.Iov) <= fewIov:
		return sendMessageIn[[fewIov]unix.Iovec](fd, msg, flags, raw)
	case len(msg.Iov) <= someIov:
		return sendMessageIn[[someIov]unix.Iovec](fd, msg, flags, raw)
	case len(msg.Iov) <= maxIov:
		return sendMessageIn[[maxIov]unix.Iovec](fd, msg, flags, raw)
	}
	return refused(sendmsg(fd, tooMany(msg), flags, true))
}

func sendMessageIn[V iovArray](fd int, msg *Msghdr, flags int, raw bool) (int, error) {
	var vec V
	for i, p := range msg.Iov {
		vec[i].Base = unsafe.SliceData(p)
		vec[i].SetLen(len(p))
	}
	hdr := unix.Msghdr{Iov: &vec[0], Control: unsafe.SliceData(msg.Control)}
	hdr.SetIovlen(len(msg.Iov))
	hdr.SetControllen(len(msg.Control))
	if name, namelen := msg.Name.in(); namelen != 0 {
		hdr.Name, hdr.Namelen = (*byte)(name), uint32(namelen)
	}
	race.Readv(msg.Iov, math.MaxInt)
	race.Read(msg.Control, len(msg.Control))
	race.Release()
	var r retry
	for {
		n, e := sendmsg(fd, &hdr, flags|r.flags, raw)
		if e == 0 {
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_SNDTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

func recvMessage(fd int, msg *Msghdr, flags int, raw bool) (int, error) {
	switch {
	case !isInt(fd) || !isInt(flags):
		msg.fail()
		return 0, invalid(fd)
	case msg == nil:
		return refused(recvmsg(fd, nil, flags, true))
	case len(msg.Iov) <= fewIov:
		return recvMessageIn[[fewIov]unix.Iovec](fd, msg, flags, raw)
	case len(msg.Iov) <= someIov:
		return recvMessageIn[[someIov]unix.Iovec](fd, msg, flags, raw)
	case len(msg.Iov) <= maxIov:
		return recvMessageIn[[maxIov]unix.Iovec](fd, msg, flags, raw)
	}
	msg.fail()
	return refused(recvmsg(fd, tooMany(msg), flags, true))
}

// refused is the outcome of a call that the kernel refuses before it does anything: for its descriptor, or
// then for its nil message or too many buffers.
func refused(_ int, e unix.Errno) (int, error) { return 0, e }

// tooMany has the number of the buffers of msg, and none of them.
func tooMany(msg *Msghdr) *unix.Msghdr {
	hdr := new(unix.Msghdr)
	hdr.SetIovlen(len(msg.Iov))
	return hdr
}

func recvMessageIn[V iovArray](fd int, msg *Msghdr, flags int, raw bool) (int, error) {
	var vec V
	for i, p := range msg.Iov {
		vec[i].Base = unsafe.SliceData(p)
		vec[i].SetLen(len(p))
	}
	hdr := unix.Msghdr{Iov: &vec[0], Control: unsafe.SliceData(msg.Control)}
	hdr.SetIovlen(len(msg.Iov))
	hdr.SetControllen(len(msg.Control))
	if msg.Name != nil {
		hdr.Name, hdr.Namelen = (*byte)(unsafe.Pointer(&msg.Name.raw)), sizeofSockaddrStorage
	}
	var r retry
	cloexec := unix.MSG_CMSG_CLOEXEC
	for {
		n, e := recvmsg(fd, &hdr, flags|r.flags|cloexec, raw)
		if e == 0 {
			race.Acquire()
			msg.fill(&hdr, flags)
			race.Writev(msg.Iov, n)
			race.Write(msg.Control, msg.Controllen)
			return n, nil
		}
		if e == unix.EINVAL && cloexec != 0 && noRights(fd) {
			cloexec = 0
			continue
		}
		if e = r.errno(e, fd, unix.SO_RCVTIMEO, raw); e != 0 {
			msg.fail()
			return 0, e
		}
	}
}

// noRights reports whether no descriptors can come to a socket. AF_PACKET takes MSG_CMSG_CLOEXEC for an error.
func noRights(fd int) bool {
	domain, _, e := getInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	return e == 0 && domain != unix.AF_UNIX
}

// fill takes over what the kernel wrote to hdr.
func (msg *Msghdr) fill(hdr *unix.Msghdr, flags int) {
	msg.Controllen = min(int(hdr.Controllen), len(msg.Control))
	msg.Flags = int(hdr.Flags)
	if flags&unix.MSG_CMSG_CLOEXEC == 0 {
		msg.Flags &^= unix.MSG_CMSG_CLOEXEC // the kernel reports it back
	}
	if name := msg.Name; name != nil {
		n := min(hdr.Namelen, sizeofSockaddrStorage)
		if n < name.len {
			clear(name.bytes()[n:name.len])
		}
		name.len = n
	}
}

// fail clears what a call that failed, or did not come to this message, would have set.
func (msg *Msghdr) fail() {
	if msg == nil {
		return
	}
	msg.Controllen, msg.Flags = 0, 0
	if msg.Name != nil && msg.Name.len != 0 {
		*msg.Name = Sockaddr{}
	}
}

type hdrArray interface {
	[8]unix.Mmsghdr | [64]unix.Mmsghdr | [256]unix.Mmsghdr | [maxMsgs]unix.Mmsghdr
}

type vecArray interface {
	[16]unix.Iovec | [128]unix.Iovec | [512]unix.Iovec | [2 * maxMsgs]unix.Iovec
}

// fit is how many messages, and the number of their buffers, go in one call.
func fit(msgs []Mmsghdr) (nmsg, nvec int) {
	for nmsg < len(msgs) && nmsg < maxMsgs {
		n := len(msgs[nmsg].Iov)
		if nvec+n > 2*maxMsgs {
			break
		}
		nvec += n
		nmsg++
	}
	return nmsg, nvec
}

func sendMessages(fd int, msgs []Mmsghdr, flags int, raw bool) (n int, err error) {
	nmsg, nvec := fit(msgs)
	switch {
	case !isInt(fd) || !isInt(flags):
		err = invalid(fd)
	case nmsg == 0 && len(msgs) > 0, nmsg > 0 && len(msgs[0].Iov) > maxIov:
		err = unix.EMSGSIZE
	case nmsg <= 8 && nvec <= 16:
		n, err = sendMessagesIn[[8]unix.Mmsghdr, [16]unix.Iovec](fd, msgs[:nmsg], flags, raw)
	case nmsg <= 64 && nvec <= 128:
		n, err = sendMessagesIn[[64]unix.Mmsghdr, [128]unix.Iovec](fd, msgs[:nmsg], flags, raw)
	case nmsg <= 256 && nvec <= 512:
		n, err = sendMessagesIn[[256]unix.Mmsghdr, [512]unix.Iovec](fd, msgs[:nmsg], flags, raw)
	default:
		n, err = sendMessagesIn[[maxMsgs]unix.Mmsghdr, [2 * maxMsgs]unix.Iovec](fd, msgs[:nmsg], flags, raw)
	}
	for i := range msgs[n:] {
		msgs[n+i].Len = 0
	}
	return n, err
}

func sendMessagesIn[H hdrArray, V vecArray](fd int, msgs []Mmsghdr, flags int, raw bool) (int, error) {
	var hdrs H
	var vec V
	k := 0
	for i := range msgs {
		msg := &msgs[i]
		if len(msg.Iov) > 0 {
			hdrs[i].Hdr.Iov = &vec[k]
			hdrs[i].Hdr.SetIovlen(len(msg.Iov))
		}
		for _, p := range msg.Iov {
			vec[k].Base = unsafe.SliceData(p)
			vec[k].SetLen(len(p))
			k++
		}
		if len(msg.Control) > 0 {
			hdrs[i].Hdr.Control = unsafe.SliceData(msg.Control)
			hdrs[i].Hdr.SetControllen(len(msg.Control))
		}
		if name, namelen := msg.Name.in(); namelen != 0 {
			hdrs[i].Hdr.Name, hdrs[i].Hdr.Namelen = (*byte)(name), uint32(namelen)
		}
		race.Readv(msg.Iov, math.MaxInt)
		race.Read(msg.Control, len(msg.Control))
	}
	race.Release()
	var r retry
	for {
		n, e := sendmmsg(fd, &hdrs[0], len(msgs), flags|r.flags, raw)
		if e == 0 {
			for i := range n {
				msgs[i].Len = int(hdrs[i].Len)
			}
			return n, nil
		}
		if e = r.errno(e, fd, unix.SO_SNDTIMEO, raw); e != 0 {
			return 0, e
		}
	}
}

func recvMessages(fd int, msgs []Mmsghdr, flags int, timeout time.Duration, raw bool) (n int, err error) {
	nmsg, nvec := fit(msgs)
	switch {
	case !isInt(fd) || !isInt(flags):
		err = invalid(fd)
	case timeout >= 0 && time.Duration(int32(timeout/time.Second)) != timeout/time.Second && unsafe.Sizeof(unix.Timespec{}) == 8:
		err = unix.EINVAL
	case nmsg == 0 && len(msgs) > 0, nmsg > 0 && len(msgs[0].Iov) > maxIov:
		err = unix.EMSGSIZE
	case nmsg <= 8 && nvec <= 16:
		n, err = recvMessagesIn[[8]unix.Mmsghdr, [16]unix.Iovec](fd, msgs[:nmsg], flags, timeout, raw)
	case nmsg <= 64 && nvec <= 128:
		n, err = recvMessagesIn[[64]unix.Mmsghdr, [128]unix.Iovec](fd, msgs[:nmsg], flags, timeout, raw)
	case nmsg <= 256 && nvec <= 512:
		n, err = recvMessagesIn[[256]unix.Mmsghdr, [512]unix.Iovec](fd, msgs[:nmsg], flags, timeout, raw)
	default:
		n, err = recvMessagesIn[[maxMsgs]unix.Mmsghdr, [2 * maxMsgs]unix.Iovec](fd, msgs[:nmsg], flags, timeout, raw)
	}
	for i := range msgs[n:] {
		msgs[n+i].Len = 0
		msgs[n+i].fail()
	}
	return n, err
}

func recvMessagesIn[H hdrArray, V vecArray](fd int, msgs []Mmsghdr, flags int, timeout time.Duration, raw bool) (int, error) {
	var hdrs H
	var vec V
	k := 0
	for i := range msgs {
		msg := &msgs[i]
		if len(msg.Iov) > 0 {
			hdrs[i].Hdr.Iov = &vec[k]
			hdrs[i].Hdr.SetIovlen(len(msg.Iov))
		}
		for _, p := range msg.Iov {
			vec[k].Base = unsafe.SliceData(p)
			vec[k].SetLen(len(p))
			k++
		}
		if len(msg.Control) > 0 {
			hdrs[i].Hdr.Control = unsafe.SliceData(msg.Control)
			hdrs[i].Hdr.SetControllen(len(msg.Control))
		}
		if msg.Name != nil {
			hdrs[i].Hdr.Name, hdrs[i].Hdr.Namelen = (*byte)(unsafe.Pointer(&msg.Name.raw)), sizeofSockaddrStorage
		}
	}
	var ts unix.Timespec
	var limit *unix.Timespec
	var until time.Duration
	if timeout >= 0 {
		limit = &ts
		ts = unix.NsecToTimespec(int64(timeout))
		until = after(timeout)
	}
	var r retry
	cloexec := unix.MSG_CMSG_CLOEXEC
	for {
		n, e := recvmmsg(fd, &hdrs[0], len(msgs), flags|r.flags|cloexec, limit, raw)
		if e == 0 {
			race.Acquire()
			for i := range n {
				msgs[i].Len = int(hdrs[i].Len)
				msgs[i].fill(&hdrs[i].Hdr, flags)
				race.Writev(msgs[i].Iov, msgs[i].Len)
				race.Write(msgs[i].Control, msgs[i].Controllen)
			}
			return n, nil
		}
		if e == unix.EINVAL && cloexec != 0 && noRights(fd) {
			cloexec = 0
			continue
		}
		if e = r.errno(e, fd, unix.SO_RCVTIMEO, raw); e != 0 {
			return 0, e
		}
		if limit != nil { // the kernel tells the time that is left only when messages have come
			ts = unix.NsecToTimespec(int64(max(until-now(), 0)))
		}
	}
}

// 5. Constants.

// Address families of Linux.
const (
	AF_ALG        = unix.AF_ALG // the kernel's ciphers
	AF_ASH        = unix.AF_ASH
	AF_ATMPVC     = unix.AF_ATMPVC
	AF_ATMSVC     = unix.AF_ATMSVC
	AF_AX25       = unix.AF_AX25
	AF_BLUETOOTH  = unix.AF_BLUETOOTH
	AF_BRIDGE     = unix.AF_BRIDGE
	AF_CAIF       = unix.AF_CAIF
	AF_CAN        = unix.AF_CAN // CAN bus
	AF_ECONET     = unix.AF_ECONET
	AF_FILE       = unix.AF_FILE
	AF_IB         = unix.AF_IB
	AF_IEEE802154 = unix.AF_IEEE802154
	AF_IRDA       = unix.AF_IRDA
	AF_IUCV       = unix.AF_IUCV
	AF_KCM        = unix.AF_KCM
	AF_KEY        = unix.AF_KEY // PF_KEY
	AF_LLC        = unix.AF_LLC
	AF_MCTP       = unix.AF_MCTP
	AF_MPLS       = unix.AF_MPLS
	AF_NETBEUI    = unix.AF_NETBEUI
	AF_NETLINK    = unix.AF_NETLINK // netlink(7)
	AF_NETROM     = unix.AF_NETROM
	AF_NFC        = unix.AF_NFC
	AF_PACKET     = unix.AF_PACKET // packet(7)
	AF_PHONET     = unix.AF_PHONET
	AF_PPPOX      = unix.AF_PPPOX
	AF_QIPCRTR    = unix.AF_QIPCRTR
	AF_RDS        = unix.AF_RDS
	AF_ROSE       = unix.AF_ROSE
	AF_RXRPC      = unix.AF_RXRPC
	AF_SECURITY   = unix.AF_SECURITY
	AF_SMC        = unix.AF_SMC
	AF_TIPC       = unix.AF_TIPC  // TIPC
	AF_VSOCK      = unix.AF_VSOCK // vsock(7)
	AF_WANPIPE    = unix.AF_WANPIPE
	AF_X25        = unix.AF_X25
	AF_XDP        = unix.AF_XDP // xdp
)

// Types and flags of types, and the values of SO_BUF_LOCK and SO_TXREHASH.
const (
	SOCK_BUF_LOCK_MASK     = unix.SOCK_BUF_LOCK_MASK
	SOCK_CLOEXEC           = unix.SOCK_CLOEXEC // in typ: close-on-exec (always added)
	SOCK_DCCP              = unix.SOCK_DCCP
	SOCK_NONBLOCK          = unix.SOCK_NONBLOCK // in typ, and for Accept4: non-blocking
	SOCK_PACKET            = unix.SOCK_PACKET   // obsolete: AF_PACKET
	SOCK_RCVBUF_LOCK       = unix.SOCK_RCVBUF_LOCK
	SOCK_SNDBUF_LOCK       = unix.SOCK_SNDBUF_LOCK
	SOCK_TXREHASH_DEFAULT  = unix.SOCK_TXREHASH_DEFAULT
	SOCK_TXREHASH_DISABLED = unix.SOCK_TXREHASH_DISABLED
	SOCK_TXREHASH_ENABLED  = unix.SOCK_TXREHASH_ENABLED
)

// Protocols of Linux.
const (
	IPPROTO_AGGFRAG  = unix.IPPROTO_AGGFRAG
	IPPROTO_BEETPH   = unix.IPPROTO_BEETPH
	IPPROTO_COMP     = unix.IPPROTO_COMP
	IPPROTO_DCCP     = unix.IPPROTO_DCCP
	IPPROTO_ETHERNET = unix.IPPROTO_ETHERNET
	IPPROTO_L2TP     = unix.IPPROTO_L2TP
	IPPROTO_MH       = unix.IPPROTO_MH
	IPPROTO_MPLS     = unix.IPPROTO_MPLS
	IPPROTO_MPTCP    = unix.IPPROTO_MPTCP // multipath TCP
	IPPROTO_MTP      = unix.IPPROTO_MTP
	IPPROTO_SCTP     = unix.IPPROTO_SCTP // sctp(7)
	IPPROTO_SMC      = unix.IPPROTO_SMC
	IPPROTO_UDPLITE  = unix.IPPROTO_UDPLITE // udplite(7)
)

// Levels of options.
const (
	SOL_AAL      = unix.SOL_AAL
	SOL_ALG      = unix.SOL_ALG
	SOL_ATM      = unix.SOL_ATM
	SOL_CAIF     = unix.SOL_CAIF
	SOL_CAN_BASE = unix.SOL_CAN_BASE
	SOL_CAN_RAW  = unix.SOL_CAN_RAW
	SOL_DCCP     = unix.SOL_DCCP
	SOL_DECNET   = unix.SOL_DECNET
	SOL_ICMPV6   = unix.SOL_ICMPV6
	SOL_IP       = unix.SOL_IP
	SOL_IPV6     = unix.SOL_IPV6
	SOL_IRDA     = unix.SOL_IRDA
	SOL_IUCV     = unix.SOL_IUCV
	SOL_KCM      = unix.SOL_KCM
	SOL_LLC      = unix.SOL_LLC
	SOL_MCTP     = unix.SOL_MCTP
	SOL_MPTCP    = unix.SOL_MPTCP
	SOL_NETBEUI  = unix.SOL_NETBEUI
	SOL_NETLINK  = unix.SOL_NETLINK
	SOL_NFC      = unix.SOL_NFC
	SOL_PACKET   = unix.SOL_PACKET
	SOL_PNPIPE   = unix.SOL_PNPIPE
	SOL_PPPOL2TP = unix.SOL_PPPOL2TP
	SOL_RAW      = unix.SOL_RAW
	SOL_RDS      = unix.SOL_RDS
	SOL_RXRPC    = unix.SOL_RXRPC
	SOL_SMC      = unix.SOL_SMC
	SOL_TCP      = unix.SOL_TCP
	SOL_TIPC     = unix.SOL_TIPC
	SOL_TLS      = unix.SOL_TLS
	SOL_UDP      = unix.SOL_UDP
	SOL_UDPLITE  = 136 // linux/udp.h, include/linux/socket.h; not in x/sys/unix
	SOL_SCTP     = 132 // include/linux/socket.h; not in x/sys/unix
	SOL_VSOCK    = unix.SOL_VSOCK
	SOL_X25      = unix.SOL_X25
	SOL_XDP      = unix.SOL_XDP
)

// Flags of the send and receive calls.
const (
	MSG_BATCH        = unix.MSG_BATCH        // more sendmmsg messages follow
	MSG_CMSG_CLOEXEC = unix.MSG_CMSG_CLOEXEC // received descriptors are close-on-exec (always added)
	MSG_CONFIRM      = unix.MSG_CONFIRM      // tell ARP that the neighbour is there
	MSG_ERRQUEUE     = unix.MSG_ERRQUEUE     // receive from the error queue
	MSG_FASTOPEN     = unix.MSG_FASTOPEN     // TCP data in the SYN: Sendto on an unconnected stream
	MSG_FIN          = unix.MSG_FIN
	MSG_MORE         = unix.MSG_MORE // more is coming: no packet yet
	MSG_PROXY        = unix.MSG_PROXY
	MSG_RST          = unix.MSG_RST
	MSG_SOCK_DEVMEM  = unix.MSG_SOCK_DEVMEM // receive into device memory
	MSG_SYN          = unix.MSG_SYN
	MSG_TRYHARD      = unix.MSG_TRYHARD
	MSG_WAITFORONE   = unix.MSG_WAITFORONE // Recvmmsg: wait for the first message only
	MSG_ZEROCOPY     = unix.MSG_ZEROCOPY   // send from the user's pages (SO_ZEROCOPY)
)

// Flags of Splice.
const (
	SPLICE_F_MOVE     = unix.SPLICE_F_MOVE
	SPLICE_F_NONBLOCK = unix.SPLICE_F_NONBLOCK // the pipe is not waited for
	SPLICE_F_MORE     = unix.SPLICE_F_MORE     // more is coming: MSG_MORE
)
