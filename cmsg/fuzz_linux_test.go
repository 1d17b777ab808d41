package cmsg_test

// This file holds the fuzz targets. What they read lies at the end of a page with none behind it, so that a read out of
// bounds ends the process.

import (
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
)

// A guard is memory that ends where nothing may be read.
type guard []byte

func newGuard(f *testing.F) guard {
	page := unix.Getpagesize()
	b, err := unix.Mmap(-1, 0, 17*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	must(f, "Mmap", err)
	must(f, "Mprotect", unix.Mprotect(b[16*page:], unix.PROT_NONE))
	f.Cleanup(func() { unix.Munmap(b) })
	return b[:16*page]
}

// hold copies data to the end; what is too long is cut.
func (g guard) hold(data []byte) []byte {
	data = data[:min(len(data), len(g))]
	b := g[len(g)-len(data):]
	copy(b, data)
	return b[:len(b):len(b)]
}

func FuzzControl(f *testing.F) {
	g := newGuard(f)
	for i, r := range rows {
		f.Add(r.sample)
		f.Add(append(slices.Clone(r.sample), rows[(i+1)%len(rows)].sample...))
		f.Add(r.sample[:len(r.sample)-1])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		control := g.hold(b)
		at, cut := 0, false
		for h, data := range cmsg.All(control) {
			if len(data) > 0 && &data[0] != &control[at+cmsg.Len(0)] {
				t.Fatalf("%v is not at %d, where the message before ends", h, at)
			}
			if cut || h.Len < len(data) || len(data) > len(control)-at-cmsg.Len(0) || cap(data) != len(data) {
				t.Fatalf("%v with %d bytes, at %d of %d, behind one that was cut: %v", h, len(data), at, len(control), cut)
			}
			cut = h.Len > len(data)
			if cut && at+cmsg.Len(len(data)) != len(control) {
				t.Fatalf("%v with %d bytes is cut at %d of %d", h, len(data), at, len(control))
			}
			at += cmsg.Space(len(data))
			everyCodec(h, data)
		}
		for _, r := range rows {
			r.get(control)
		}
		cmsg.GetRecvErr(control)
		cmsg.AppendRights(nil, control)

		// x/sys reads the same, where it reads it at all.
		xsys, err := unix.ParseSocketControlMessage(append(make([]byte, 0, len(control)+1), control...))
		if err != nil {
			return
		}
		all := messages(control)
		if len(all) != len(xsys) {
			t.Fatalf("All yields %d messages, x/sys %d", len(all), len(xsys))
		}
		for i, m := range xsys {
			h := cmsg.Header{Level: int(m.Header.Level), Type: int(m.Header.Type), Len: len(m.Data)}
			if all[i] != (message{h, string(m.Data)}) {
				t.Fatalf("message %d is %v, by x/sys %v %x", i, all[i], h, m.Data)
			}
		}
	})
}

// everyCodec reads data as all that they could be.
func everyCodec(h cmsg.Header, data []byte) {
	cmsg.NewType[bool](h.Level, h.Type).Decode(h, data)
	cmsg.NewType[int](h.Level, h.Type).Decode(h, data)
	cmsg.NewType[uint](h.Level, h.Type).Decode(h, data)
	cmsg.NewType[[7]byte](h.Level, h.Type).Decode(h, data)
	cmsg.NewType[string](h.Level, h.Type).Decode(h, data)
	cmsg.NewType[[]byte](h.Level, h.Type).Decode(h, data)
	cmsg.NewType[[]int](h.Level, h.Type).Decode(h, data)
	if addr, ok := cmsg.NewType[socket.Sockaddr](h.Level, h.Type).Decode(h, data); ok {
		_ = addr.String()
	}
	if e, ok := cmsg.NewType[cmsg.RecvErr](h.Level, h.Type).Decode(h, data); ok {
		tells(e)
	}
	cmsg.NewType[cmsg.OptStats](h.Level, h.Type).Decode(h, data)
	cmsg.NewType[cmsg.Timestamps](h.Level, h.Type).Decode(h, data)
	cmsg.NewType[cmsg.InPktinfo](h.Level, h.Type).Decode(h, data)
	cmsg.NewType[cmsg.In6Pktinfo](h.Level, h.Type).Decode(h, data)
	cmsg.NewType[cmsg.IP6MTUInfo](h.Level, h.Type).Decode(h, data)
}

// FuzzDecode gives every type the same data, with a header that may promise more.
func FuzzDecode(f *testing.F) {
	g := newGuard(f)
	for _, r := range rows {
		data := []byte(messages(r.sample)[0].Data)
		f.Add(data, uint16(0))
		f.Add(data, uint16(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, more uint16) {
		data = data[:min(len(data), 1<<15)]
		for _, r := range rows {
			b := raw(len(data)+int(more), r.header.Level, r.header.Type, data...)
			r.get(g.hold(b[:cmsg.Len(len(data))]))
		}
	})
}

func FuzzRecvErr(f *testing.F) {
	g := newGuard(f)
	for _, r := range rows {
		f.Add([]byte(messages(r.sample)[0].Data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		data = data[:min(len(data), 1<<15)]
		b := raw(len(data), unix.IPPROTO_IPV6, unix.IPV6_RECVERR, data...)
		e, ok := cmsg.GetRecvErr(g.hold(b[:cmsg.Len(len(data))]))
		if ok != (len(data) >= 16) {
			t.Fatalf("%d bytes: %v", len(data), ok)
		}
		tells(e)
		if again, ok2 := cmsg.Get(cmsg.Append(nil, cmsg.IP_RECVERR, e), cmsg.IP_RECVERR); ok && (again != e || !ok2) {
			t.Fatalf("%+v becomes %+v, %v", e, again, ok2)
		}
	})
}

func FuzzOptStats(f *testing.F) {
	g := newGuard(f)
	f.Add(append(attribute(1, 1, 2, 3, 4, 5, 6, 7, 8), attribute(26, 5)...))
	f.Add(attribute(0x8000|17, 1, 2, 3, 4))
	f.Fuzz(func(t *testing.T, data []byte) {
		data = data[:min(len(data), 1<<15)]
		b := raw(len(data), unix.SOL_SOCKET, unix.SCM_TIMESTAMPING_OPT_STATS, data...)
		s, ok := cmsg.Get(g.hold(b[:cmsg.Len(len(data))]), cmsg.SCM_TIMESTAMPING_OPT_STATS)
		if !ok {
			t.Fatalf("nothing in %x", data)
		}
		if zero := (cmsg.OptStats{}); s != zero && len(data) < 5 {
			t.Fatalf("%+v of %x", s, data)
		}
	})
}

// FuzzAppend reads back what was written, behind any bytes.
func FuzzAppend(f *testing.F) {
	f.Add(int32(1), int32(2), []byte("data"), int64(3), uint8(0))
	f.Fuzz(func(t *testing.T, level, typ int32, b []byte, n int64, before uint8) {
		bytesType, intType := cmsg.NewType[[]byte](int(level), int(typ)), cmsg.NewType[int64](int(level), int(^typ))
		start := cmsg.Space(int(before)) - cmsg.Space(0)
		control := cmsg.Append(cmsg.Append(make([]byte, before), bytesType, b), intType, n)[start:]
		all := messages(control)
		if len(all) != 2 || len(control) != cmsg.Space(len(b))+cmsg.Space(8) {
			t.Fatalf("%d messages in %d bytes", len(all), len(control))
		}
		if v, ok := cmsg.Get(control, bytesType); string(v) != string(b) || !ok {
			t.Errorf("bytes: %x, %v, want %x", v, ok, b)
		}
		if v, ok := cmsg.Get(control, intType); v != n || !ok {
			t.Errorf("int64: %v, %v, want %v", v, ok, n)
		}
	})
}
