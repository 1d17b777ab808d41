package socket

// This file holds the address families that only macOS has.

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// SockaddrCtl is the address of a kernel control, such as a utun interface: its id, which CTLIOCGINFO
// gives, and a unit, 0 for any.
//
//	struct sockaddr_ctl { sc_len, sc_family, ss_sysaddr, sc_id, sc_unit, sc_reserved[5] };
//
// See sys/kern_control.h.
func SockaddrCtl(id, unit uint32) Sockaddr {
	var s Sockaddr
	s.setFamily(unix.AF_SYSTEM, unix.SizeofSockaddrCtl)
	b := s.bytes()
	binary.NativeEndian.PutUint16(b[2:], unix.AF_SYS_CONTROL)
	binary.NativeEndian.PutUint32(b[4:], id)
	binary.NativeEndian.PutUint32(b[8:], unit)
	return s
}

// SockaddrVm is the address of an AF_VSOCK socket: a context, that is a virtual machine or its host, and
// a port in it.
//
//	struct sockaddr_vm { svm_len, svm_family, svm_reserved1, svm_port, svm_cid };
//
// See vsock(4), sys/vsock.h.
func SockaddrVm(cid, port uint32) Sockaddr {
	var s Sockaddr
	s.setFamily(unix.AF_VSOCK, unix.SizeofSockaddrVM)
	binary.NativeEndian.PutUint32(s.bytes()[4:], port)
	binary.NativeEndian.PutUint32(s.bytes()[8:], cid)
	return s
}

func (s Sockaddr) unixOther() (unix.Sockaddr, error) {
	b := s.bytes()
	switch s.Family() {
	case unix.AF_SYSTEM:
		if u := (&unix.SockaddrCtl{ID: binary.NativeEndian.Uint32(b[4:]), Unit: binary.NativeEndian.Uint32(b[8:])}); SockaddrCtl(u.ID, u.Unit) == s {
			return u, nil
		}
		return nil, unix.EINVAL // not a kernel control
	case unix.AF_VSOCK:
		return &unix.SockaddrVM{Port: binary.NativeEndian.Uint32(b[4:]), CID: binary.NativeEndian.Uint32(b[8:])}, nil
	}
	return nil, unix.EAFNOSUPPORT
}

func fromUnixOther(u unix.Sockaddr) (Sockaddr, error) {
	switch u := u.(type) {
	case *unix.SockaddrCtl:
		return SockaddrCtl(u.ID, u.Unit), nil
	case *unix.SockaddrVM:
		return SockaddrVm(u.CID, u.Port), nil
	}
	return Sockaddr{}, unix.EAFNOSUPPORT
}
