package netdb

import (
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// localAddrs lists the addresses of this host, by netlink(7); none if the kernel does not say.
func localAddrs() []local {
	tunnels := map[int32]bool{}
	for _, m := range dump(unix.RTM_GETLINK, unix.SizeofIfInfomsg) {
		link := (*unix.IfInfomsg)(unsafe.Pointer(&m.Data[0]))
		switch link.Type {
		case unix.ARPHRD_TUNNEL, unix.ARPHRD_TUNNEL6, unix.ARPHRD_SIT:
			tunnels[link.Index] = true
		}
	}
	var locals []local
	for _, m := range dump(unix.RTM_GETADDR, unix.SizeofIfAddrmsg) {
		head := (*unix.IfAddrmsg)(unsafe.Pointer(&m.Data[0]))
		attrs, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			continue
		}
		l := local{
			bits:       int(head.Prefixlen),
			deprecated: head.Flags&(unix.IFA_F_DEPRECATED|unix.IFA_F_OPTIMISTIC) != 0,
			home:       head.Flags&unix.IFA_F_HOMEADDRESS != 0,
			tunnel:     tunnels[int32(head.Index)],
		}
		for _, attr := range attrs {
			// IFA_LOCAL, if it is there, is this end's address, and IFA_ADDRESS the other's.
			if attr.Attr.Type == unix.IFA_LOCAL || attr.Attr.Type == unix.IFA_ADDRESS && !l.addr.IsValid() {
				l.addr, _ = netip.AddrFromSlice(attr.Value)
			}
		}
		if l.addr.IsValid() {
			locals = append(locals, l)
		}
	}
	return locals
}

// dump asks netlink for all there is of something, and returns the answers that have at least a header of size.
func dump(request, size int) []syscall.NetlinkMessage {
	rib, err := syscall.NetlinkRIB(request, unix.AF_UNSPEC)
	if err != nil {
		return nil
	}
	msgs, err := syscall.ParseNetlinkMessage(rib)
	if err != nil {
		return nil
	}
	kept := msgs[:0]
	for _, m := range msgs {
		if len(m.Data) >= size { // not the message that ends the dump
			kept = append(kept, m)
		}
	}
	return kept
}
