package socket

import (
	"encoding/binary"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// abstractNames: an AF_UNIX name may start with a NUL and be in no file system.
const abstractNames = true

// Family is the address family, AF_INET and so on; AF_UNSPEC for the zero Sockaddr.
func (s Sockaddr) Family() int { return int(*(*uint16)(unsafe.Pointer(&s.raw))) }

func (s *Sockaddr) setFamily(family, n int) {
	*(*uint16)(unsafe.Pointer(&s.raw)) = uint16(family)
	s.len = uint32(n)
}

const (
	sizeofSockaddrNl = unix.SizeofSockaddrNetlink
	sizeofSockaddrVm = unix.SizeofSockaddrVM
	offsetofSllAddr  = 12
)

// SockaddrLl is the address of an AF_PACKET socket.
//
//	struct sockaddr_ll { sll_family, sll_protocol, sll_ifindex, sll_hatype, sll_pkttype, sll_halen, sll_addr[8] };
//
// protocol is an ETH_P_* in host order (Socket takes it as C does, with Htons), ifindex the index of an interface or 0 for all, hw a hardware
// address: 6 bytes for Ethernet, up to the kernel's 32. An index or address out of range makes the zero
// Sockaddr. See packet(7).
func SockaddrLl(protocol uint16, ifindex int, hw []byte) Sockaddr {
	var s Sockaddr
	if !isInt(ifindex) || len(hw) > 32 {
		return s
	}
	s.setFamily(unix.AF_PACKET, offsetofSllAddr+max(8, len(hw)))
	b := s.bytes()
	binary.BigEndian.PutUint16(b[2:], protocol)
	binary.NativeEndian.PutUint32(b[4:], uint32(ifindex))
	b[11] = byte(len(hw))
	copy(b[offsetofSllAddr:], hw)
	return s
}

// SockaddrNl is the address of an AF_NETLINK socket: a port id, 0 for the kernel, and a mask of
// multicast groups.
//
//	struct sockaddr_nl { nl_family, nl_pad, nl_pid, nl_groups };
//
// See netlink(7).
func SockaddrNl(pid, groups uint32) Sockaddr {
	var s Sockaddr
	s.setFamily(unix.AF_NETLINK, sizeofSockaddrNl)
	binary.NativeEndian.PutUint32(s.bytes()[4:], pid)
	binary.NativeEndian.PutUint32(s.bytes()[8:], groups)
	return s
}

// SockaddrVm is the address of an AF_VSOCK socket: a context, that is a virtual machine or its host, and
// a port in it.
//
//	struct sockaddr_vm { svm_family, svm_reserved1, svm_port, svm_cid, svm_flags };
//
// See vsock(7).
func SockaddrVm(cid, port uint32) Sockaddr {
	var s Sockaddr
	s.setFamily(unix.AF_VSOCK, sizeofSockaddrVm)
	binary.NativeEndian.PutUint32(s.bytes()[4:], port)
	binary.NativeEndian.PutUint32(s.bytes()[8:], cid)
	return s
}

// unixOS and fromUnixOS are the parts of Unix and FromUnix for the families of Linux alone.
func (s Sockaddr) unixOS() (unix.Sockaddr, error) {
	b := s.bytes()
	switch s.Family() {
	case unix.AF_PACKET:
		if b[11] > 8 || s.len != unix.SizeofSockaddrLinklayer {
			return nil, unix.EINVAL // x/sys/unix has room for 8 bytes
		}
		return &unix.SockaddrLinklayer{
			Protocol: binary.NativeEndian.Uint16(b[2:]), // there, too, in network order
			Ifindex:  int(int32(binary.NativeEndian.Uint32(b[4:]))),
			Hatype:   binary.NativeEndian.Uint16(b[8:]),
			Pkttype:  b[10],
			Halen:    b[11],
			Addr:     [8]byte(b[offsetofSllAddr:]),
		}, nil
	case unix.AF_NETLINK:
		return &unix.SockaddrNetlink{
			Family: unix.AF_NETLINK,
			Pad:    binary.NativeEndian.Uint16(b[2:]),
			Pid:    binary.NativeEndian.Uint32(b[4:]),
			Groups: binary.NativeEndian.Uint32(b[8:]),
		}, nil
	case unix.AF_VSOCK:
		return &unix.SockaddrVM{
			Port:  binary.NativeEndian.Uint32(b[4:]),
			CID:   binary.NativeEndian.Uint32(b[8:]),
			Flags: b[12],
		}, nil
	}
	return nil, unix.EAFNOSUPPORT
}

func fromUnixOS(u unix.Sockaddr) (Sockaddr, error) {
	switch u := u.(type) {
	case *unix.SockaddrLinklayer:
		if u == nil || u.Halen > 8 || !isInt(u.Ifindex) {
			return Sockaddr{}, unix.EINVAL
		}
		s := SockaddrLl(Ntohs(u.Protocol), u.Ifindex, u.Addr[:])
		b := s.bytes()
		binary.NativeEndian.PutUint16(b[8:], u.Hatype)
		b[10], b[11] = u.Pkttype, u.Halen
		return s, nil
	case *unix.SockaddrNetlink:
		if u == nil {
			return Sockaddr{}, unix.EINVAL
		}
		s := SockaddrNl(u.Pid, u.Groups)
		binary.NativeEndian.PutUint16(s.bytes()[2:], u.Pad)
		return s, nil
	case *unix.SockaddrVM:
		if u == nil {
			return Sockaddr{}, unix.EINVAL
		}
		s := SockaddrVm(u.CID, u.Port)
		s.bytes()[12] = u.Flags
		return s, nil
	}
	return Sockaddr{}, unix.EAFNOSUPPORT
}

// ifreq is struct ifreq as the two calls below use it: 16 bytes of name, and a union as large as a
// struct ifmap, of which they use a C int.
type ifreq struct {
	name  [unix.IFNAMSIZ]byte
	index int32
	_     [unsafe.Sizeof(unix.Ifreq{}) - unix.IFNAMSIZ - 4]byte
}

// IfNametoindex is the index of the network interface of that name.
//
//	unsigned int if_nametoindex(const char *ifname);
//
// Errors: ENODEV (there is none). See if_nametoindex(3).
func IfNametoindex(name string) (int, error) {
	var req ifreq
	if name == "" || len(name) >= len(req.name) || strings.IndexByte(name, 0) >= 0 {
		return 0, unix.ENODEV
	}
	copy(req.name[:], name)
	if e := ifioctl(unix.SIOCGIFINDEX, &req); e != 0 {
		return 0, e
	}
	return int(req.index), nil
}

// IfIndextoname is the name of the network interface of that index.
//
//	char *if_indextoname(unsigned int ifindex, char *ifname);
//
// Errors: ENXIO (there is none). See if_indextoname(3).
func IfIndextoname(index int) (string, error) {
	if index <= 0 || !isInt(index) {
		return "", unix.ENXIO
	}
	req := ifreq{index: int32(index)}
	switch e := ifioctl(unix.SIOCGIFNAME, &req); e {
	case 0:
		return unix.ByteSliceToString(req.name[:]), nil
	case unix.ENODEV:
		return "", unix.ENXIO
	default:
		return "", e
	}
}

// ifioctl asks through a socket of its own, as glibc does.
func ifioctl(req uint, arg *ifreq) unix.Errno {
	fd, e := socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if e != 0 {
		return e
	}
	e = ioctlIfreq(fd, req, arg)
	closefd(fd, true)
	return e
}

// IfNameindex lists the network interfaces of the calling thread's namespace by index.
//
//	struct if_nameindex *if_nameindex(void);
//
// It asks through a netlink socket, as glibc does. See if_nameindex(3), rtnetlink(7).
func IfNameindex() ([]Ifnameindex, error) {
	fd, e := socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE)
	if e != 0 {
		return nil, e
	}
	defer closefd(fd, true)
	var req [unix.NLMSG_HDRLEN + unix.SizeofIfInfomsg]byte
	binary.NativeEndian.PutUint32(req[0:], uint32(len(req)))
	binary.NativeEndian.PutUint16(req[4:], unix.RTM_GETLINK)
	binary.NativeEndian.PutUint16(req[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	kernel := SockaddrNl(0, 0)
	if _, err := Sendto(fd, req[:], 0, kernel); err != nil {
		return nil, err
	}
	var list []Ifnameindex
	buf := make([]byte, 32<<10) // the kernel fills no more than this into one datagram
	for {
		n, err := Recv(fd, buf, unix.MSG_TRUNC)
		if err != nil {
			return nil, err
		}
		if n > len(buf) {
			return nil, unix.EMSGSIZE
		}
		for msg := buf[:n]; len(msg) >= unix.NLMSG_HDRLEN; {
			size := int(binary.NativeEndian.Uint32(msg))
			if size < unix.NLMSG_HDRLEN || size > len(msg) {
				return nil, unix.EBADMSG
			}
			switch binary.NativeEndian.Uint16(msg[4:]) {
			case unix.NLMSG_DONE:
				return list, nil
			case unix.NLMSG_ERROR:
				if size < unix.NLMSG_HDRLEN+4 {
					return nil, unix.EBADMSG
				}
				return nil, unix.Errno(-int32(binary.NativeEndian.Uint32(msg[unix.NLMSG_HDRLEN:])))
			case unix.RTM_NEWLINK:
				if i, ok := linkName(msg[unix.NLMSG_HDRLEN:size]); ok {
					list = append(list, i)
				}
			}
			msg = msg[min(len(msg), nlAlign(size)):]
		}
	}
}

func nlAlign(n int) int { return (n + unix.NLMSG_ALIGNTO - 1) &^ (unix.NLMSG_ALIGNTO - 1) }

// linkName finds the name in an RTM_NEWLINK message: a struct ifinfomsg, then attributes.
func linkName(msg []byte) (i Ifnameindex, ok bool) {
	if len(msg) < unix.SizeofIfInfomsg {
		return i, false
	}
	i.Index = int(int32(binary.NativeEndian.Uint32(msg[4:])))
	for attr := msg[unix.SizeofIfInfomsg:]; len(attr) >= unix.SizeofRtAttr; {
		size := int(binary.NativeEndian.Uint16(attr))
		if size < unix.SizeofRtAttr || size > len(attr) {
			break
		}
		if binary.NativeEndian.Uint16(attr[2:]) == unix.IFLA_IFNAME {
			i.Name = unix.ByteSliceToString(attr[unix.SizeofRtAttr:size])
			return i, true
		}
		attr = attr[min(len(attr), nlAlign(size)):]
	}
	return i, false
}
