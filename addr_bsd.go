//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package socket

// This file holds what addresses have on the BSDs and macOS that Linux's have not: sa_len, their own
// length, in front of a family of one byte; link-layer addresses; interface names from the routing table.

import (
	"encoding/binary"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// abstractNames: every AF_UNIX name is a path.
const abstractNames = false

// Family is the address family, AF_INET and so on; AF_UNSPEC for the zero Sockaddr.
func (s Sockaddr) Family() int { return int(s.bytes()[1]) }

func (s *Sockaddr) setFamily(family, n int) {
	b := s.bytes()
	b[0], b[1] = uint8(n), uint8(family)
	s.len = uint32(n)
}

const offsetofSdlData = 8

// unixOS and fromUnixOS are the parts of Unix and FromUnix for AF_LINK, and unixOther and fromUnixOther for
// the families of one system alone.
func (s Sockaddr) unixOS() (unix.Sockaddr, error) {
	if s.Family() != unix.AF_LINK {
		return s.unixOther()
	}
	if s.len < offsetofSdlData || s.len > unix.SizeofSockaddrDatalink {
		return nil, unix.EINVAL
	}
	raw := (*unix.RawSockaddrDatalink)(unsafe.Pointer(&s.raw))
	return &unix.SockaddrDatalink{Len: raw.Len, Family: raw.Family, Index: raw.Index, Type: raw.Type,
		Nlen: raw.Nlen, Alen: raw.Alen, Slen: raw.Slen, Data: raw.Data}, nil
}

func fromUnixOS(u unix.Sockaddr) (Sockaddr, error) {
	dl, ok := u.(*unix.SockaddrDatalink)
	if !ok {
		return fromUnixOther(u)
	}
	n := int(dl.Len)
	if n < offsetofSdlData || n > unix.SizeofSockaddrDatalink {
		n = unix.SizeofSockaddrDatalink
	}
	var s Sockaddr
	raw := (*unix.RawSockaddrDatalink)(unsafe.Pointer(&s.raw))
	raw.Index, raw.Type = dl.Index, dl.Type
	raw.Nlen, raw.Alen, raw.Slen, raw.Data = dl.Nlen, dl.Alen, dl.Slen, dl.Data
	clear(s.bytes()[n:])
	s.setFamily(unix.AF_LINK, n)
	return s, nil
}

// IfNametoindex is the index of the network interface of that name.
//
//	unsigned int if_nametoindex(const char *ifname);
//
// Errors: ENODEV (there is none). See if_nametoindex(3).
func IfNametoindex(name string) (int, error) {
	list, err := IfNameindex()
	if err != nil {
		return 0, err
	}
	for _, i := range list {
		if i.Name == name {
			return i.Index, nil
		}
	}
	return 0, unix.ENODEV
}

// IfIndextoname is the name of the network interface of that index.
//
//	char *if_indextoname(unsigned int ifindex, char *ifname);
//
// Errors: ENXIO (there is none). See if_indextoname(3).
func IfIndextoname(index int) (string, error) {
	list, err := IfNameindex()
	if err != nil {
		return "", err
	}
	for _, i := range list {
		if i.Index == index {
			return i.Name, nil
		}
	}
	return "", unix.ENXIO
}

// IfNameindex lists the network interfaces.
//
//	struct if_nameindex *if_nameindex(void);
//
// It asks the routing table by sysctl, as the C libraries do. See if_nameindex(3), route(4).
func IfNameindex() ([]Ifnameindex, error) {
	rib, err := interfaceList()
	if err != nil {
		return nil, errnoOf(err)
	}
	var list []Ifnameindex
	for msg := rib; len(msg) >= 4; {
		size := int(binary.NativeEndian.Uint16(msg)) // ifm_msglen
		if size < 4 || size > len(msg) {
			return nil, unix.EBADMSG
		}
		if msg[3] == unix.RTM_IFINFO { // ifm_type
			if i, ok := linkName(msg[:size]); ok {
				list = append(list, i)
			}
		}
		msg = msg[size:]
	}
	return list, nil
}

func interfaceList() (rib []byte, err error) {
	for range 8 {
		//lint:ignore SA1019 package net, which has its successor, is not for this package to import
		rib, err = syscall.RouteRIB(unix.NET_RT_IFLIST, 0)
		if err != unix.ENOMEM { // the list has grown since it was measured
			break
		}
	}
	return rib, err
}

// linkName finds the name in an RTM_IFINFO message: a struct if_msghdr, then a struct sockaddr_dl, which
// has the index, too. An interface without a name is none for C either.
func linkName(msg []byte) (i Ifnameindex, ok bool) {
	if len(msg) < 24 {
		return i, false
	}
	hdrlen := unix.SizeofIfMsghdr
	switch runtime.GOOS { // two tell its size, which has changed and is not x/sys's
	case "freebsd":
		hdrlen = 16 + int(binary.NativeEndian.Uint16(msg[22:])) // ifm_data.ifi_datalen
	case "openbsd":
		hdrlen = int(binary.NativeEndian.Uint16(msg[4:])) // ifm_hdrlen
	}
	if len(msg) < hdrlen+offsetofSdlData {
		return i, false
	}
	sdl := msg[hdrlen:]
	n := offsetofSdlData + int(sdl[5]) // sdl_nlen
	if sdl[1] != unix.AF_LINK || n == offsetofSdlData || n > len(sdl) {
		return i, false
	}
	return Ifnameindex{int(binary.NativeEndian.Uint16(sdl[2:])), string(sdl[offsetofSdlData:n])}, true
}
