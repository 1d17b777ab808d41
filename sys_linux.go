package socket

// This file holds the system calls of Linux, one function each in C's order of arguments and with
// C's results, and says for each whether Go's scheduler is told. RawSyscall6 costs what C's call
// costs, but a raw call that waits keeps its processor: first the garbage collector waits with it,
// then the whole program. Syscall6 tells the scheduler, for some 60 ns. So:
//
//   - always raw: socket, socketpair, listen, getsockname, getpeername, shutdown, fcntl (they take a
//     lock at most, for moments), bind of AF_INET and AF_INET6 (AF_UNIX walks a path on a disk, AF_PACKET
//     waits for all processors), getsockopt and setsockopt but for the options of mayWait;
//   - raw when the caller knows that the call cannot wait (raw is true: MSG_DONTWAIT, a Nonblocking
//     descriptor): accept4, connect, all that moves data, close;
//   - told otherwise. Those that move data yield first, now and then, or the runtime's monitor makes them slow:
//     see package sched.
//
// A uintptr(unsafe.Pointer(…)) stands in the system call's own expression only: that keeps the
// memory alive and in its place, and tells the compiler that the kernel may write to it.
//
// The calls are those of package syscall: x/sys/unix only jumps to them, from assembly, which costs
// a few nanoseconds and hides the arguments from the compiler.

import (
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket/internal/sched"
)

// in is the address as the kernel reads it: a pointer and a length, both zero for no address.
func (s *Sockaddr) in() (unsafe.Pointer, uintptr) {
	if s == nil || s.len == 0 {
		return nil, 0
	}
	return unsafe.Pointer(&s.raw), uintptr(s.len)
}

// out is the space for the kernel to write an address to, and to its length.
func (s *Sockaddr) out() (unsafe.Pointer, *uint32) {
	if s == nil {
		return nil, nil
	}
	s.len = sizeofSockaddrStorage
	return unsafe.Pointer(&s.raw), &s.len
}

// 1. Make and name.

func socket(domain, typ, protocol int) (int, unix.Errno) {
	fd, _, e := syscall.RawSyscall6(unix.SYS_SOCKET, uintptr(domain), uintptr(typ)|unix.SOCK_CLOEXEC, uintptr(protocol), 0, 0, 0)
	return int(fd), e
}

func socketpair(domain, typ, protocol int, fds *[2]int32) unix.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_SOCKETPAIR, uintptr(domain), uintptr(typ)|unix.SOCK_CLOEXEC, uintptr(protocol), uintptr(unsafe.Pointer(fds)), 0, 0)
	return e
}

func bind(fd int, addr *Sockaddr) unix.Errno {
	name, namelen := addr.in()
	if f := addr.Family(); f == AF_INET || f == AF_INET6 {
		_, _, e := syscall.RawSyscall6(unix.SYS_BIND, uintptr(fd), uintptr(name), namelen, 0, 0, 0)
		return e
	}
	_, _, e := syscall.Syscall6(unix.SYS_BIND, uintptr(fd), uintptr(name), namelen, 0, 0, 0)
	return e
}

// getsockname and getpeername fill addr: addr.len says first what room there is, then what they filled.
func getsockname(fd int, addr *Sockaddr) unix.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_GETSOCKNAME, uintptr(fd), uintptr(unsafe.Pointer(&addr.raw)), uintptr(unsafe.Pointer(&addr.len)), 0, 0, 0)
	return e
}

func getpeername(fd int, addr *Sockaddr) unix.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_GETPEERNAME, uintptr(fd), uintptr(unsafe.Pointer(&addr.raw)), uintptr(unsafe.Pointer(&addr.len)), 0, 0, 0)
	return e
}

// 2. Wait for peers.

func listen(fd, backlog int) unix.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_LISTEN, uintptr(fd), uintptr(backlog), 0, 0, 0, 0)
	return e
}

// accept4 fills addr; nil asks for no address.
func accept4(fd int, addr *Sockaddr, flags int, raw bool) (int, unix.Errno) {
	name, namelen := addr.out()
	if raw {
		nfd, _, e := syscall.RawSyscall6(unix.SYS_ACCEPT4, uintptr(fd), uintptr(name), uintptr(unsafe.Pointer(namelen)), uintptr(flags)|unix.SOCK_CLOEXEC, 0, 0)
		return int(nfd), e
	}
	sched.Wait(16)
	nfd, _, e := syscall.Syscall6(unix.SYS_ACCEPT4, uintptr(fd), uintptr(name), uintptr(unsafe.Pointer(namelen)), uintptr(flags)|unix.SOCK_CLOEXEC, 0, 0)
	return int(nfd), e
}

// 3. Reach a peer.

func connect(fd int, addr *Sockaddr, raw bool) unix.Errno {
	name, namelen := addr.in()
	if raw {
		_, _, e := syscall.RawSyscall6(unix.SYS_CONNECT, uintptr(fd), uintptr(name), namelen, 0, 0, 0)
		return e
	}
	_, _, e := syscall.Syscall6(unix.SYS_CONNECT, uintptr(fd), uintptr(name), namelen, 0, 0, 0)
	return e
}

// 4. Send.

// longSend is what takes so long to send that the runtime's monitor is awake in any case: to yield then makes a
// stream of 1 MiB a call a fifth slower, where it makes those of 64 and 256 KiB a quarter faster.
const longSend = 512 << 10

func sendto(fd int, p []byte, flags int, to *Sockaddr, raw bool) (int, unix.Errno) {
	name, namelen := to.in()
	if raw {
		n, _, e := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(flags), uintptr(name), namelen)
		return int(n), e
	}
	if len(p) < longSend {
		sched.Wait(16)
	}
	n, _, e := syscall.Syscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(flags), uintptr(name), namelen)
	return int(n), e
}

func sendmsg(fd int, hdr *unix.Msghdr, flags int, raw bool) (int, unix.Errno) {
	if raw {
		n, _, e := syscall.RawSyscall6(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(hdr)), uintptr(flags), 0, 0, 0)
		return int(n), e
	}
	sched.Wait(16)
	n, _, e := syscall.Syscall6(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(hdr)), uintptr(flags), 0, 0, 0)
	return int(n), e
}

func sendmmsg(fd int, hdrs *unix.Mmsghdr, nhdr, flags int, raw bool) (int, unix.Errno) {
	if raw {
		n, _, e := syscall.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(hdrs)), uintptr(nhdr), uintptr(flags), 0, 0)
		return int(n), e
	}
	sched.Wait(16)
	n, _, e := syscall.Syscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(hdrs)), uintptr(nhdr), uintptr(flags), 0, 0)
	return int(n), e
}

func write(fd int, p []byte, raw bool) (int, unix.Errno) {
	if raw {
		n, _, e := syscall.RawSyscall6(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
		return int(n), e
	}
	if len(p) < longSend {
		sched.Wait(16)
	}
	n, _, e := syscall.Syscall6(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
	return int(n), e
}

func writev(fd int, vec *unix.Iovec, nvec int, raw bool) (int, unix.Errno) {
	if raw {
		n, _, e := syscall.RawSyscall6(unix.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(vec)), uintptr(nvec), 0, 0, 0)
		return int(n), e
	}
	sched.Wait(16)
	n, _, e := syscall.Syscall6(unix.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(vec)), uintptr(nvec), 0, 0, 0)
	return int(n), e
}

func sendfile(outfd, infd int, offset *int64, count int, raw bool) (int, unix.Errno) {
	if raw {
		n, _, e := syscall.RawSyscall6(sysSendfile, uintptr(outfd), uintptr(infd), uintptr(unsafe.Pointer(offset)), uintptr(count), 0, 0)
		return int(n), e
	}
	sched.Wait(16)
	n, _, e := syscall.Syscall6(sysSendfile, uintptr(outfd), uintptr(infd), uintptr(unsafe.Pointer(offset)), uintptr(count), 0, 0)
	return int(n), e
}

func splice(rfd int, roff *int64, wfd int, woff *int64, n, flags int, raw bool) (int, unix.Errno) {
	if raw {
		m, _, e := syscall.RawSyscall6(unix.SYS_SPLICE, uintptr(rfd), uintptr(unsafe.Pointer(roff)), uintptr(wfd), uintptr(unsafe.Pointer(woff)), uintptr(n), uintptr(flags))
		return int(m), e
	}
	sched.Wait(16)
	m, _, e := syscall.Syscall6(unix.SYS_SPLICE, uintptr(rfd), uintptr(unsafe.Pointer(roff)), uintptr(wfd), uintptr(unsafe.Pointer(woff)), uintptr(n), uintptr(flags))
	return int(m), e
}

// 5. Receive.

// recvfrom fills from; nil asks for no address.
func recvfrom(fd int, p []byte, flags int, from *Sockaddr, raw bool) (int, unix.Errno) {
	name, namelen := from.out()
	if raw {
		n, _, e := syscall.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(flags), uintptr(name), uintptr(unsafe.Pointer(namelen)))
		return int(n), e
	}
	sched.Wait(16)
	n, _, e := syscall.Syscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(flags), uintptr(name), uintptr(unsafe.Pointer(namelen)))
	return int(n), e
}

func recvmsg(fd int, hdr *unix.Msghdr, flags int, raw bool) (int, unix.Errno) {
	if raw {
		n, _, e := syscall.RawSyscall6(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(hdr)), uintptr(flags), 0, 0, 0)
		return int(n), e
	}
	sched.Wait(16)
	n, _, e := syscall.Syscall6(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(hdr)), uintptr(flags), 0, 0, 0)
	return int(n), e
}

func recvmmsg(fd int, hdrs *unix.Mmsghdr, nhdr, flags int, timeout *unix.Timespec, raw bool) (int, unix.Errno) {
	if raw {
		n, _, e := syscall.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(hdrs)), uintptr(nhdr), uintptr(flags), uintptr(unsafe.Pointer(timeout)), 0)
		return int(n), e
	}
	sched.Wait(16)
	n, _, e := syscall.Syscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(hdrs)), uintptr(nhdr), uintptr(flags), uintptr(unsafe.Pointer(timeout)), 0)
	return int(n), e
}

func read(fd int, p []byte, raw bool) (int, unix.Errno) {
	if raw {
		n, _, e := syscall.RawSyscall6(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
		return int(n), e
	}
	sched.Wait(16)
	n, _, e := syscall.Syscall6(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
	return int(n), e
}

func readv(fd int, vec *unix.Iovec, nvec int, raw bool) (int, unix.Errno) {
	if raw {
		n, _, e := syscall.RawSyscall6(unix.SYS_READV, uintptr(fd), uintptr(unsafe.Pointer(vec)), uintptr(nvec), 0, 0, 0)
		return int(n), e
	}
	sched.Wait(16)
	n, _, e := syscall.Syscall6(unix.SYS_READV, uintptr(fd), uintptr(unsafe.Pointer(vec)), uintptr(nvec), 0, 0, 0)
	return int(n), e
}

// 6. Options and flags.

func getsockopt(fd, level, name int, val unsafe.Pointer, vallen *uint32) unix.Errno {
	if mayWait(level, name) {
		_, _, e := syscall.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), uintptr(level), uintptr(name), uintptr(val), uintptr(unsafe.Pointer(vallen)), 0)
		return e
	}
	return getsockoptRaw(fd, level, name, val, vallen)
}

// getsockoptRaw and setsockoptRaw are for options that cannot wait; small enough to be inlined.
func getsockoptRaw(fd, level, name int, val unsafe.Pointer, vallen *uint32) unix.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), uintptr(level), uintptr(name), uintptr(val), uintptr(unsafe.Pointer(vallen)), 0)
	return e
}

func setsockopt(fd, level, name int, val unsafe.Pointer, vallen int) unix.Errno {
	if mayWait(level, name) {
		_, _, e := syscall.Syscall6(unix.SYS_SETSOCKOPT, uintptr(fd), uintptr(level), uintptr(name), uintptr(val), uintptr(vallen), 0)
		return e
	}
	return setsockoptRaw(fd, level, name, val, vallen)
}

func setsockoptRaw(fd, level, name int, val unsafe.Pointer, vallen int) unix.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(fd), uintptr(level), uintptr(name), uintptr(val), uintptr(vallen), 0)
	return e
}

// mayWait reports whether an option, set or read, can keep the kernel longer than a lock is held: all but
// those of plain.
func mayWait(level, name int) bool {
	return level>>6 != 0 && level != unix.SOL_SOCKET || uint(name) >= 128 || plain[level&63][name>>6]>>(name&63)&1 == 0
}

// plain has a bit for each option, 0 to 127, of the five common levels that cannot wait. Those that can are
// taken out by name: they take the routing lock (memberships, multicast routing), load a program or a kernel
// module (filters, congestion control, TLS, netfilter), patch the running kernel (the first time stamp,
// encapsulation, bound of the TTL) or wait for memory. All other levels may wait.
var plain = [64][2]uint64{
	unix.SOL_SOCKET & 63: { // 1; 65535 on MIPS
		all &^ (1<<unix.SO_ATTACH_FILTER | 1<<unix.SO_ATTACH_BPF | 1<<unix.SO_ATTACH_REUSEPORT_CBPF | 1<<unix.SO_ATTACH_REUSEPORT_EBPF |
			1<<unix.SO_BINDTODEVICE | 1<<unix.SO_BINDTOIFINDEX | 1<<unix.SO_TIMESTAMP | 1<<unix.SO_TIMESTAMPNS | 1<<unix.SO_TIMESTAMPING |
			1<<unix.SO_TIMESTAMP_NEW),
		all &^ (1<<(unix.SO_TIMESTAMPNS_NEW-64) | 1<<(unix.SO_TIMESTAMPING_NEW-64) | 1<<(unix.SO_DETACH_REUSEPORT_BPF-64) |
			1<<(unix.SO_RESERVE_MEM-64) | 1<<(unix.SO_DEVMEM_DONTNEED-64)),
	},
	unix.IPPROTO_TCP: {
		all &^ (1<<unix.TCP_CONGESTION | 1<<unix.TCP_ULP | 1<<unix.TCP_MD5SIG | 1<<unix.TCP_MD5SIG_EXT | 1<<unix.TCP_FASTOPEN_KEY |
			1<<unix.TCP_ZEROCOPY_RECEIVE | 1<<unix.TCP_TX_DELAY | (2<<tcpAORepair - 1<<tcpAOAddKey)),
	},
	unix.IPPROTO_IP: {
		all &^ (1<<unix.IP_ROUTER_ALERT | 1<<unix.IP_IPSEC_POLICY | 1<<unix.IP_XFRM_POLICY | 1<<unix.IP_MINTTL |
			(2<<unix.MCAST_MSFILTER - 1<<unix.IP_ADD_MEMBERSHIP)), // and from 64 on netfilter
	},
	unix.IPPROTO_IPV6: {
		all &^ (1<<unix.IPV6_ADDRFORM | 1<<unix.IPV6_ADD_MEMBERSHIP | 1<<unix.IPV6_DROP_MEMBERSHIP | 1<<unix.IPV6_JOIN_ANYCAST |
			1<<unix.IPV6_LEAVE_ANYCAST | 1<<unix.IPV6_ROUTER_ALERT | 1<<ipv6FlowlabelMgr | 1<<unix.IPV6_IPSEC_POLICY | 1<<unix.IPV6_XFRM_POLICY |
			(2<<unix.MCAST_MSFILTER - 1<<unix.MCAST_JOIN_GROUP)),
		all &^ (1<<(unix.IPV6_MINHOPCOUNT-64) | 1<<(soOriginalDst-64) | 0x33), // 64, 65, 68, 69: netfilter
	},
	unix.IPPROTO_UDP: {all, all &^ (1<<(unix.UDP_ENCAP-64) | 1<<(unix.UDP_GRO-64))},
}

const all = 1<<64 - 1

// Numbers that x/sys/unix lacks: linux/tcp.h, linux/in6.h.
const (
	tcpAOAddKey      = 38
	tcpAORepair      = 42
	ipv6FlowlabelMgr = 32
)

func fcntl(fd, cmd, arg int) (int, unix.Errno) {
	r, _, e := syscall.RawSyscall6(unix.SYS_FCNTL, uintptr(fd), uintptr(cmd), uintptr(arg), 0, 0, 0)
	return int(r), e
}

// ioctl reads a C int. (unix.IoctlGetInt reads a Go int: the wrong half of one on big-endian machines.) It
// may wait: a pipe's lock is held by those who splice to it.
func ioctl(fd int, req uint) (int32, unix.Errno) {
	var v int32
	_, _, e := syscall.Syscall6(unix.SYS_IOCTL, uintptr(fd), uintptr(req), uintptr(unsafe.Pointer(&v)), 0, 0, 0)
	return v, e
}

// ioctlIfreq may wait: for a name it does not know the kernel tries to load a module.
func ioctlIfreq(fd int, req uint, arg *ifreq) unix.Errno {
	_, _, e := syscall.Syscall6(unix.SYS_IOCTL, uintptr(fd), uintptr(req), uintptr(unsafe.Pointer(arg)), 0, 0, 0)
	return e
}

// 7. Finish.

func shutdown(fd, how int) unix.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_SHUTDOWN, uintptr(fd), uintptr(how), 0, 0, 0, 0)
	return e
}

func closefd(fd int, raw bool) unix.Errno {
	if raw {
		_, _, e := syscall.RawSyscall6(unix.SYS_CLOSE, uintptr(fd), 0, 0, 0, 0, 0)
		return e
	}
	_, _, e := syscall.Syscall6(unix.SYS_CLOSE, uintptr(fd), 0, 0, 0, 0, 0)
	return e
}

// 8. Wait: only after EINTR, see retry.

// ppoll waits for events on fd for d at most, for ever if d is negative.
func ppoll(fd int, events int16, d time.Duration) (revents int16, e unix.Errno) {
	pfd := unix.PollFd{Fd: int32(fd), Events: events}
	if d < 0 {
		_, _, e = syscall.Syscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&pfd)), 1, 0, 0, 0, 0)
		return pfd.Revents, e
	}
	ts := unix.NsecToTimespec(int64(d))
	_, _, e = syscall.Syscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&pfd)), 1, uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
	return pfd.Revents, e
}
