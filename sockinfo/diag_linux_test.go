package sockinfo

import (
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// message is a netlink message.
func message(typ, flags uint16, seq uint32, data []byte) []byte {
	b := native.AppendUint32(nil, uint32(unix.SizeofNlMsghdr+len(data)))
	b = native.AppendUint16(b, typ)
	b = native.AppendUint16(b, flags)
	b = native.AppendUint32(b, seq)
	b = native.AppendUint32(b, 0)
	b = append(b, data...)
	return append(b, make([]byte, align(len(b))-len(b))...)
}

func errnoData(e unix.Errno) []byte { return native.AppendUint32(nil, -uint32(e)) }

// tcpEntry is a struct inet_diag_msg.
func tcpEntry(state byte, attrs ...byte) []byte {
	b := append(make([]byte, 0, 128), unix.AF_INET, state, 3, 2, 0, 80, 0x1f, 0x90, 127, 0, 0, 1)
	b = append(b, make([]byte, 12)...)
	b = append(b, 192, 0, 2, 7)
	b = append(b, make([]byte, 12)...)
	for _, v := range []uint32{7, 0x55667788, 0x11223344, 1500, 5, 6, 1000, 4242} {
		b = native.AppendUint32(b, v)
	}
	return append(b, attrs...)
}

func attr(typ uint16, data ...byte) []byte {
	b := appendAttr(nil, typ, data)
	return append(b, make([]byte, align(len(b))-len(b))...)
}

func TestParseReadsAnEntryOfIPv4(t *testing.T) {
	info := make([]byte, 300) // longer than ours
	info[0] = byte(socket.TCP_TIME_WAIT)
	native.PutUint32(info[28:], 9) // tcpi_sacked
	native.PutUint32(info[280:], 1<<32-1)
	a := answer{seq: 5}
	var got []Entry
	attrs := append(attr(inetDiagCong, []byte("cubic\x00")...), attr(inetDiagShutdown, 2)...)
	attrs = append(attrs, attr(inetDiagMark, native.AppendUint32(nil, 77)...)...)
	attrs = append(attrs, attr(inetDiagULPInfo|unix.NLA_F_NESTED, attr(inetULPInfoName, []byte("tls\x00")...)...)...)
	attrs = append(attrs, attr(999, 1, 2, 3)...) // a newer kernel's
	attrs = append(attrs, attr(inetDiagInfo, info...)...)
	err := a.parse(message(sockDiagByFamily, unix.NLM_F_MULTI, 5, tcpEntry(6, attrs...)), func(e Entry) bool {
		e.setProtocol(unix.IPPROTO_TCP)
		got = append(got, e)
		return true
	})
	if err != nil || a.done || a.interrupted || a.stopped {
		t.Fatalf("parse: %+v, %v", a, err)
	}
	addr := func(s string) socket.Sockaddr { return socket.SockaddrIn(netip.MustParseAddrPort(s)) }
	tcp := socket.TCPInfo{State: socket.TCP_TIME_WAIT, Sacked: 9}
	want := []Entry{{Domain: unix.AF_INET, Type: unix.SOCK_STREAM, Protocol: unix.IPPROTO_TCP, State: socket.TCP_TIME_WAIT, Timer: TimerTimewait, Retransmits: 2,
		Local: addr("127.0.0.1:80"), Peer: addr("192.0.2.7:8080"), Interface: 7, Cookie: 0x1122334455667788, Expires: 1500e6, Recvq: 5, Sendq: 6, UID: 1000, Inode: 4242,
		Congestion: "cubic", Shutdown: 2, Mark: 77, ULP: "tls", TCP: &tcp, TCPLen: 280}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Entry{}), cmp.Comparer(func(a, b socket.Sockaddr) bool { return a == b })); diff != "" {
		t.Errorf("parse (-want +got)\n%s", diff)
	}
}

func TestParseRefusesWhatIsCut(t *testing.T) {
	whole := message(sockDiagByFamily, 0, 1, tcpEntry(1, attr(inetDiagCong, []byte("cubic")...)...))
	for n := 1; n < len(whole)-3; n++ { // the last three are padding
		a := answer{seq: 1}
		err := a.parse(whole[:n], func(Entry) bool { t.Errorf("an entry of %d bytes of %d", n, len(whole)); return true })
		if !errors.Is(err, unix.EBADMSG) {
			t.Errorf("parse of %d bytes of %d: %v, want EBADMSG", n, len(whole), err)
		}
	}
	for what, b := range map[string][]byte{
		"a header of no length":          message(sockDiagByFamily, 0, 1, nil),
		"a family that is none":          message(sockDiagByFamily, 0, 1, make([]byte, 100)),
		"an entry that is short":         message(sockDiagByFamily, 0, 1, tcpEntry(1)[:70]),
		"an attribute beyond the end":    message(sockDiagByFamily, 0, 1, tcpEntry(1, 200, 0, 200, 0)),
		"an attribute below its header":  message(sockDiagByFamily, 0, 1, tcpEntry(1, 0, 0, 0, 0)),
		"a message below its own header": append(native.AppendUint32(nil, 15), make([]byte, 12)...),
	} {
		a := answer{seq: 1}
		if err := a.parse(b, func(Entry) bool { return true }); !errors.Is(err, unix.EBADMSG) || a.done {
			t.Errorf("parse of %s: %+v, %v, want EBADMSG", what, a, err)
		}
	}
}

// A script is a connection with the kernel whose answers are known.
type script struct {
	sent    [][]byte
	answers [][]byte
	err     error
}

func (s *script) send(b []byte) error { s.sent = append(s.sent, b); return nil }

func (s *script) receive(b []byte) (int, error) {
	if len(s.answers) == 0 {
		return 0, s.err
	}
	n := copy(b, s.answers[0])
	s.answers = s.answers[1:]
	return n, nil
}

func TestDumpMakesTroubleVisible(t *testing.T) {
	entry := message(sockDiagByFamily, unix.NLM_F_MULTI, 1, tcpEntry(1))
	changed := message(sockDiagByFamily, unix.NLM_F_MULTI|unix.NLM_F_DUMP_INTR, 1, tcpEntry(1))
	done := message(unix.NLMSG_DONE, unix.NLM_F_MULTI, 1, errnoData(0))
	gone := os.NewSyscallError("recvmsg", unix.ENOBUFS)
	for _, c := range []struct {
		what     string
		answers  [][]byte
		optional bool
		entries  int
		want     error
		goesOn   bool
	}{
		{"a whole dump", [][]byte{entry, append(entry, entry...), done}, false, 3, nil, true},
		{"a dump in one", [][]byte{append(entry, done...)}, false, 1, nil, true},
		{"another request's in between", [][]byte{message(sockDiagByFamily, 0, 9, tcpEntry(1)), message(unix.NLMSG_DONE, 0, 9, nil), done}, false, 0, nil, true},
		{"an interrupted dump", [][]byte{entry, changed, entry, done}, false, 3, ErrInterrupted, true},
		{"a dump interrupted at its end", [][]byte{entry, message(unix.NLMSG_DONE, unix.NLM_F_DUMP_INTR, 1, nil)}, false, 1, ErrInterrupted, true},
		{"a dump that fails at its end", [][]byte{entry, message(unix.NLMSG_DONE, 0, 1, errnoData(unix.ENOMEM))}, false, 1, unix.ENOMEM, true},
		{"a refusal", [][]byte{message(unix.NLMSG_ERROR, 0, 1, errnoData(unix.EPERM))}, false, 0, unix.EPERM, true},
		{"no such protocol", [][]byte{message(unix.NLMSG_ERROR, 0, 1, errnoData(unix.ENOENT))}, false, 0, unix.ENOENT, true},
		{"no such protocol, nobody asked", [][]byte{message(unix.NLMSG_ERROR, 0, 1, errnoData(unix.ENOENT))}, true, 0, nil, true},
		{"a refusal of what nobody asked", [][]byte{message(unix.NLMSG_ERROR, 0, 1, errnoData(unix.EPERM))}, true, 0, unix.EPERM, true},
		{"an overrun", [][]byte{entry, message(unix.NLMSG_OVERRUN, 0, 1, nil), done}, false, 1, unix.ENOBUFS, false},
		{"a cut message", [][]byte{entry, entry[:40], done}, false, 1, unix.EBADMSG, false},
		{"an error of the call", [][]byte{entry}, false, 1, unix.ENOBUFS, false},
	} {
		s := &script{answers: c.answers, err: gone}
		d := dumper{conn: s, buf: make([]byte, 4096)}
		entries, got := 0, []error(nil)
		goesOn := d.dump(request{unix.AF_INET, unix.IPPROTO_TCP, c.optional}, func(e Entry, err error) bool {
			if err != nil {
				got = append(got, err)
			} else {
				entries++
			}
			return true
		})
		if entries != c.entries || goesOn != c.goesOn || (c.want == nil) != (got == nil) || len(got) > 1 || c.want != nil && !errors.Is(got[0], c.want) {
			t.Errorf("%s: %d entries, errors %v, goes on: %v; want %d, %v, %v", c.what, entries, got, goesOn, c.entries, c.want, c.goesOn)
		}
		if len(s.sent) != 1 {
			t.Errorf("%s: %d requests, want 1", c.what, len(s.sent))
		}
	}
	// A consumer that has enough gets no more, not even errors.
	d := dumper{conn: &script{answers: [][]byte{append(entry, entry...), message(unix.NLMSG_ERROR, 0, 1, errnoData(unix.EPERM))}}, buf: make([]byte, 4096)}
	calls := 0
	if d.dump(request{unix.AF_INET, unix.IPPROTO_TCP, false}, func(Entry, error) bool { calls++; return false }) || calls != 1 {
		t.Errorf("after break there are %d calls", calls-1)
	}
}

// The requests have the sizes of C: struct inet_diag_req_v2 is 56 bytes, struct unix_diag_req 24.
func TestRequestsAreAsCHasThem(t *testing.T) {
	f := Filter{LocalPort: 80, States: []socket.TCPState{socket.TCP_LISTEN}}
	b := request{unix.AF_INET6, unix.IPPROTO_TCP, false}.message(&f, 3)
	if len(b) != 16+56 || b[16] != unix.AF_INET6 || b[17] != unix.IPPROTO_TCP || native.Uint32(b[20:]) != 1<<socket.TCP_LISTEN || b[24] != 0 || b[25] != 80 {
		t.Errorf("a request of TCP: %x", b)
	}
	if b = (request{unix.AF_UNIX, 0, false}).message(&Filter{}, 3); len(b) != 16+24 || native.Uint32(b[20:]) != 1<<32-1 || native.Uint16(b[6:]) != unix.NLM_F_REQUEST|unix.NLM_F_DUMP {
		t.Errorf("a request of AF_UNIX: %x", b)
	}
	if b = (request{unix.AF_INET, unix.IPPROTO_MPTCP, false}).message(&Filter{}, 3); len(b) != 16+56+8 || b[17] != 0 || native.Uint32(b[76:]) != unix.IPPROTO_MPTCP {
		t.Errorf("a request of MPTCP: %x", b)
	}
	f = Filter{Local: netip.MustParsePrefix("10.0.0.0/8"), Peer: netip.MustParsePrefix("fd00::/8")}
	code := f.bytecode()
	if len(code) != 16+28 || code[0] != inetDiagBcSCond || code[1] != 16 || native.Uint16(code[2:]) != 16+28+4 || code[16] != inetDiagBcDCond || code[17] != 28 || native.Uint16(code[18:]) != 28+4 {
		t.Errorf("the program of both prefixes: %x", code)
	}
}

func TestOfLeavesOutWhatExists(t *testing.T) {
	for name, why := range unread {
		if o, ok := Lookup(name); !ok || o.Name != name || !o.Readable() || why == "" {
			t.Errorf("Of leaves out %s, which is no option to read", name)
		}
	}
	for name := range shown {
		if o, ok := Lookup(name); !ok || !o.Readable() {
			t.Errorf("Info's text leaves out %s, which is no option to read", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(message(sockDiagByFamily, 0, 1, tcpEntry(1, attr(inetDiagCong, []byte("cubic")...)...)))
	f.Add(append(message(sockDiagByFamily, 0, 1, tcpEntry(10)), message(unix.NLMSG_DONE, 0, 1, nil)...))
	f.Add(message(unix.NLMSG_ERROR, 0, 1, errnoData(unix.EPERM)))
	f.Add(message(sockDiagByFamily, 0, 1, append([]byte{unix.AF_UNIX, 1, 10, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}, attr(unixDiagName, []byte("/run/x\x00")...)...)))
	// What this machine's kernel says.
	for _, r := range []request{{unix.AF_UNIX, 0, false}, {unix.AF_INET, unix.IPPROTO_TCP, false}, {unix.AF_INET6, unix.IPPROTO_TCP, false}} {
		fd, err := socket.Socket(socket.AF_NETLINK, socket.SOCK_RAW, unix.NETLINK_SOCK_DIAG)
		if err != nil {
			continue
		}
		b := make([]byte, 64<<10)
		if netlink(fd).send(r.message(&Filter{}, 1)) == nil {
			if n, err := netlink(fd).receive(b); err == nil {
				f.Add(b[:min(n, 2000)])
			}
		}
		socket.Close(fd)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, p := range []Protocol{unix.IPPROTO_TCP, unix.IPPROTO_UDP, unix.IPPROTO_MPTCP, unix.IPPROTO_RAW} {
			a := answer{seq: 1}
			err := a.parse(b, func(e Entry) bool {
				if e.Domain != unix.AF_UNIX {
					e.setProtocol(p)
				}
				if s := e.String(); strings.ContainsAny(s, "\n\x00") {
					t.Errorf("String has odd bytes: %q", s)
				}
				text, err := json.Marshal(e)
				if err != nil || !json.Valid(text) {
					t.Errorf("MarshalJSON: %s, %v", text, err)
				}
				return true
			})
			var call *os.SyscallError
			if err != nil && !errors.Is(err, unix.EBADMSG) && !errors.As(err, &call) {
				t.Errorf("parse: %v", err)
			}
		}
	})
}
