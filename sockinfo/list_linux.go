package sockinfo

// This file holds all sockets of the machine, as ss(8) lists them.

import (
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// An Entry is a socket as sock_diag tells of it. What it does not tell of a kind of socket is zero: TIME_WAIT has
// no more than addresses, timer and cookie. It prints as a line, and marshals to JSON under the names of its tags.
// sock_diag(7), linux/inet_diag.h, linux/unix_diag.h.
type Entry struct {
	Domain   Domain          `json:"domain"` // AF_INET, AF_INET6, AF_UNIX
	Type     Type            `json:"type"`
	Protocol Protocol        `json:"protocol"`
	State    socket.TCPState `json:"state"` // other protocols: TCP_LISTEN, TCP_ESTABLISHED (connected), TCP_CLOSE
	Local    socket.Sockaddr `json:"local"`
	Peer     socket.Sockaddr `json:"peer"` // of AF_UNIX none: see PeerInode

	Interface int    `json:"ifindex,omitempty"` // what it is bound to; 0 for all
	Recvq     uint32 `json:"recvq"`             // bytes to read; a listener: connections that wait
	Sendq     uint32 `json:"sendq"`             // bytes not yet acknowledged, or not yet received by an AF_UNIX peer; a listener: how many may wait
	UID       uint32 `json:"uid"`               // who made it
	Inode     uint64 `json:"inode"`             // as in /proc/PID/fd; 0: no process has it
	Cookie    uint64 `json:"cookie"`            // SO_COOKIE

	Shutdown Shutdown        `json:"shutdown,omitempty"`
	Memory   *socket.MemInfo `json:"memory"` // SO_MEMINFO

	// IPv4 and IPv6. Mark needs CAP_NET_ADMIN.
	Timer       Timer         `json:"timer,omitempty"`
	Expires     time.Duration `json:"expires,omitempty"`     // when the timer does
	Retransmits int           `json:"retransmits,omitempty"` // or probes, as the timer says
	TOS         int           `json:"tos,omitempty"`
	TClass      int           `json:"tclass,omitempty"`
	V6only      bool          `json:"v6only,omitempty"`
	Mark        uint32        `json:"mark,omitempty"`
	ClassID     uint32        `json:"class_id,omitempty"` // net_cls of its cgroup, or SO_PRIORITY
	CgroupID    uint64        `json:"cgroup_id,omitempty"`
	Sockopt     *InetSockopt  `json:"sockopt"` // 5.9

	// TCP and MPTCP.
	TCP        *socket.TCPInfo      `json:"tcp_info"`
	TCPLen     int                  `json:"tcp_info_len,omitempty"` // how many bytes of it the kernel filled
	MPTCP      *socket.MPTCPInfo    `json:"mptcp_info"`
	Congestion string               `json:"congestion,omitempty"`
	Vegas      *socket.TCPVegasInfo `json:"vegas"` // of the congestion controls that have one, as the next two
	DCTCP      *socket.TCPDCTCPInfo `json:"dctcp"`
	BBR        *socket.TCPBBRInfo   `json:"bbr"`
	ULP        string               `json:"ulp,omitempty"` // TCP_ULP

	// AF_UNIX.
	PeerInode uint64   `json:"peer_inode,omitempty"` // the Inode of the other end
	Pending   []uint64 `json:"pending,omitempty"`    // a listener: the Inodes of the clients that wait
	VFSInode  uint32   `json:"vfs_inode,omitempty"`  // of the file, as its device
	VFSDev    uint32   `json:"vfs_dev,omitempty"`

	info []byte // INET_DIAG_INFO, until the protocol is known
}

// An InetSockopt is a few options of a socket as a listing has them: struct inet_diag_sockopt.
type InetSockopt struct {
	Recverr              bool
	Is_icsk              bool // a kind of TCP
	Freebind             bool
	Hdrincl              bool
	Mc_loop              bool
	Transparent          bool
	Mc_all               bool
	Nodefrag             bool
	Bind_address_no_port bool
	Recverr_rfc4884      bool
	Defer_connect        bool
}

// A Timer is what a socket waits for: idiag_timer.
type Timer uint8

const (
	TimerOff       Timer = iota
	TimerOn              // to send again
	TimerKeepalive       // to probe an idle peer; or, after close, in FIN_WAIT2
	TimerTimewait        // to be gone
	TimerPersist         // to probe a closed window
)

var timers = [...]string{"off", "on", "keepalive", "timewait", "persist"}

// String is the timer as ss(8) names it.
func (t Timer) String() string {
	if int(t) < len(timers) {
		return timers[t]
	}
	return fmt.Sprintf("Timer(%d)", uint8(t))
}

// A Shutdown is which ways a socket is closed: RCV_SHUTDOWN is 1, SEND_SHUTDOWN 2.
type Shutdown uint8

// String is the ways: "RCV_SHUTDOWN|SEND_SHUTDOWN".
func (s Shutdown) String() string {
	return [...]string{"0", "RCV_SHUTDOWN", "SEND_SHUTDOWN", "RCV_SHUTDOWN|SEND_SHUTDOWN"}[s&3]
}

// A Filter says which sockets List gives: those that fulfil every field that is not zero. The kernel looks at
// families, protocols, states, ports and addresses, at the inode of AF_UNIX sockets; List itself at the rest.
type Filter struct {
	Families  []Domain   // AF_INET, AF_INET6, AF_UNIX; none for all three
	Protocols []Protocol // IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_MPTCP, and IPPROTO_RAW for all raw sockets; none for all
	States    []socket.TCPState

	// IPv4 and IPv6 only. A prefix of IPv4 has ::ffff: addresses too; one socket bound to all addresses is not in it.
	Local, Peer         netip.Prefix
	LocalPort, PeerPort uint16

	Cookie uint64 // SO_COOKIE, which one socket has
	Inode  uint64 // which one socket has
}

// requests are the dumps of a filter. A protocol that was not asked for by name may be missing in the kernel.
func (f *Filter) requests() ([]request, error) {
	families, protocols := f.Families, f.Protocols
	if len(families) == 0 {
		families = []Domain{unix.AF_UNIX, unix.AF_INET, unix.AF_INET6}
	}
	if len(protocols) == 0 {
		protocols = []Protocol{unix.IPPROTO_UDP, unix.IPPROTO_UDPLITE, unix.IPPROTO_RAW, unix.IPPROTO_TCP, unix.IPPROTO_MPTCP}
	}
	var requests []request
	for _, d := range families {
		switch d {
		case unix.AF_UNIX:
			asked := slices.Contains(f.Families, unix.AF_UNIX)
			if (asked || len(f.Protocols) == 0) && !f.Local.IsValid() && !f.Peer.IsValid() && f.LocalPort == 0 && f.PeerPort == 0 {
				requests = append(requests, request{d, 0, !asked})
			}
		case unix.AF_INET, unix.AF_INET6:
			for _, p := range protocols {
				requests = append(requests, request{d, p, len(f.Protocols) == 0})
			}
		default:
			return nil, os.NewSyscallError("sock_diag", unix.EAFNOSUPPORT)
		}
	}
	for _, s := range f.States {
		if s > 31 {
			return nil, os.NewSyscallError("sock_diag", unix.EINVAL)
		}
	}
	return requests, nil
}

// List gives every socket that fulfils the filter, of the network namespace of the thread it runs on, AF_UNIX
// sockets included. Ranging over it asks the kernel (sock_diag(7)) and tells each socket as it comes; breaking off
// ends that.
//
//	for s, err := range sockinfo.List(sockinfo.Filter{Protocols: []sockinfo.Protocol{socket.IPPROTO_TCP}}) {
//		if err != nil { … }
//		fmt.Println(s)
//	}
//
// An error comes with the zero Entry, and the list goes on with the next family and protocol where it can:
// ErrInterrupted (the list may be incomplete), ENOENT (the kernel has no sock_diag for that protocol; only
// protocols that the filter names: others are left out), EAFNOSUPPORT, EINVAL (a bad filter), EACCES, EPERM,
// EMSGSIZE (a message was cut).
func List(f Filter) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		requests, err := f.requests()
		if err != nil {
			yield(Entry{}, err)
			return
		}
		fd, err := socket.Socket(socket.AF_NETLINK, socket.SOCK_RAW, unix.NETLINK_SOCK_DIAG)
		if err != nil {
			yield(Entry{}, os.NewSyscallError("socket", err))
			return
		}
		defer socket.Close(fd)
		d := dumper{filter: f, conn: netlink(fd), buf: make([]byte, 64<<10)}
		for _, r := range requests {
			if !d.dump(r, yield) {
				return
			}
		}
	}
}

// A netlink is a netlink socket that speaks with the kernel.
type netlink int

func (fd netlink) send(b []byte) error {
	_, err := socket.Sendto(int(fd), b, 0, socket.SockaddrNl(0, 0))
	return os.NewSyscallError("sendto", err)
}

func (fd netlink) receive(b []byte) (n int, err error) {
	for {
		var from socket.Sockaddr
		msg := socket.Msghdr{Name: &from, Iov: [][]byte{b}}
		n, err := socket.Recvmsg(int(fd), &msg, 0)
		switch {
		case err != nil:
			return 0, os.NewSyscallError("recvmsg", err)
		case from != socket.SockaddrNl(0, 0):
			continue // another process
		case msg.Flags&socket.MSG_TRUNC != 0:
			return 0, fmt.Errorf("sock_diag: a message was cut: %w", unix.EMSGSIZE)
		}
		return n, nil
	}
}

// A dumper makes one request after the other.
type dumper struct {
	filter Filter
	conn   interface {
		send(b []byte) error
		receive(b []byte) (n int, err error)
	}
	seq uint32
	buf []byte
}

// dump makes a request and yields its answers; false says to stop: the consumer has enough, or what comes next is
// not to be told from the rest of this answer.
func (d *dumper) dump(r request, yield func(Entry, error) bool) bool {
	d.seq++
	if err := d.conn.send(r.message(&d.filter, d.seq)); err != nil {
		yield(Entry{}, err)
		return false
	}
	single := d.filter.single(r)
	for interrupted := false; ; {
		n, err := d.conn.receive(d.buf)
		if err != nil {
			yield(Entry{}, err)
			return false
		}
		a := answer{seq: d.seq, single: single, interrupted: interrupted}
		err = a.parse(d.buf[:n], func(e Entry) bool {
			if r.domain != unix.AF_UNIX {
				e.setProtocol(r.protocol)
			}
			return !d.filter.keeps(&e) || yield(e, nil)
		})
		interrupted = a.interrupted
		switch {
		case a.stopped:
			return false
		case err != nil && !a.done:
			yield(Entry{}, err)
			return false
		case errors.Is(err, unix.ENOENT) && (r.optional || single):
			return true // the kernel has no such protocol, or no such socket
		case err != nil:
			return yield(Entry{}, err)
		case a.done && interrupted:
			return yield(Entry{}, ErrInterrupted)
		case a.done:
			return true
		}
	}
}

// single says that a request is of one socket, and its answer no dump.
func (f *Filter) single(r request) bool { return r.domain == unix.AF_UNIX && f.Inode != 0 }

// keeps looks at what the kernel does not.
func (f *Filter) keeps(e *Entry) bool {
	return (f.Cookie == 0 || f.Cookie == e.Cookie) && (f.Inode == 0 || f.Inode == e.Inode) &&
		(len(f.States) == 0 || e.Domain != unix.AF_UNIX || slices.Contains(f.States, e.State)) // a request by inode has no states
}

// Find gives the Entry of an open socket, joined by its SO_COOKIE: what Of cannot tell, as its timer or the clients that
// wait for an AF_UNIX listener.
//
// Errors: EBADF, ENOTSOCK, EAFNOSUPPORT (a family that List does not have), ENOENT (the kernel does not list it: a TCP
// socket that is neither bound nor connected, a raw one without raw_diag), and those of List.
func Find(fd int) (Entry, error) {
	i := Info{}
	for _, o := range []struct {
		opt socket.Option[int, socket.RO]
		to  func(v int)
	}{
		{socket.SO_DOMAIN, func(v int) { i.Domain = Domain(v) }},
		{socket.SO_TYPE, func(v int) { i.Type = Type(v) }},
		{socket.SO_PROTOCOL, func(v int) { i.Protocol = Protocol(v) }},
	} {
		v, err := socket.Getsockopt(fd, o.opt)
		if err != nil {
			return Entry{}, os.NewSyscallError("getsockopt "+o.opt.String(), err)
		}
		o.to(v)
	}
	cookie, err := socket.Getsockopt(fd, socket.SO_COOKIE)
	if err != nil {
		return Entry{}, os.NewSyscallError("getsockopt SO_COOKIE", err)
	}
	f := Filter{Families: []Domain{i.Domain}, Cookie: cookie}
	if i.isInet() {
		if i.Type == unix.SOCK_RAW {
			i.Protocol = unix.IPPROTO_RAW
		}
		f.Protocols = []Protocol{i.Protocol}
		local, _ := socket.Getsockname(fd)
		peer, _ := socket.Getpeername(fd)
		f.LocalPort, f.PeerPort = local.AddrPort().Port(), peer.AddrPort().Port()
	} else {
		var stat unix.Stat_t
		if err := unix.Fstat(fd, &stat); err != nil {
			return Entry{}, os.NewSyscallError("fstat", err)
		}
		f.Inode = stat.Ino
	}
	for e, err := range List(f) {
		return e, err
	}
	return Entry{}, os.NewSyscallError("sock_diag", unix.ENOENT)
}

// String is the socket in a line, as ss -e has it:
//
//	tcp 127.0.0.1:80 → 127.0.0.1:43210 ESTABLISHED in:0 out:0 uid:0 ino:1234 sk:1f cubic
func (e Entry) String() string {
	kind := strings.ToLower(strings.TrimPrefix(textOf(e.Type), "SOCK_"))
	if e.Domain == unix.AF_UNIX {
		kind = "unix " + kind
	} else if e.Type != unix.SOCK_RAW {
		kind = strings.ToLower(strings.TrimPrefix(protocolText(e.Domain, e.Protocol), "IPPROTO_"))
	}
	peer := e.Peer
	if e.State == socket.TCP_LISTEN || e.State == socket.TCP_CLOSE {
		peer = socket.Sockaddr{}
	}
	parts := []string{kind, ends(e.Local, peer), stateText(e.Protocol, e.State), fmt.Sprintf("in:%d out:%d", e.Recvq, e.Sendq)}
	if e.Timer != TimerOff {
		parts = append(parts, fmt.Sprintf("timer:%s,%v,%d", e.Timer, e.Expires, e.Retransmits))
	}
	parts = append(parts, fmt.Sprintf("uid:%d ino:%d sk:%x", e.UID, e.Inode, e.Cookie))
	if e.PeerInode != 0 {
		parts = append(parts, fmt.Sprintf("peer:%d", e.PeerInode))
	}
	if e.Pending != nil {
		parts = append(parts, fmt.Sprintf("pending:%d", len(e.Pending)))
	}
	if e.Shutdown != 0 {
		parts = append(parts, e.Shutdown.String())
	}
	if e.Congestion != "" {
		parts = append(parts, printable(e.Congestion))
	}
	return joinText(parts...)
}

// MarshalJSON writes what the tags say, as Info's does.
func (e Entry) MarshalJSON() ([]byte, error) { return appendJSON(nil, reflect.ValueOf(e)), nil }
