package udp_test

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/udp"
)

// This file holds the tests with the other end in another process: this package's, and Python's.

// echo sends every datagram back to where it came from, as long as its input is open.
var echo = testutil.Child("echo", func() {
	const fd = 3
	r, err := udp.NewReceiver(udp.Fd(fd), udp.Settings{})
	if err != nil {
		panic(err)
	}
	s := udp.NewSender(udp.Fd(fd))
	fmt.Println("ready")
	ds := make([]udp.Datagram, 256)
	for {
		n, err := r.RecvBatch(ds)
		if err != nil {
			panic(err)
		}
		for _, d := range ds[:n] {
			if len(d.Data) == 0 {
				return
			}
			if err := s.Sendto(d.Data, d.From); err != nil {
				panic(err)
			}
		}
		if err := s.Flush(); err != nil {
			panic(err)
		}
	}
})

func TestEchoThroughAnotherProcess(t *testing.T) {
	fd, to := boundSocket(t, "127.0.0.1")
	dup, err := socket.Dup(fd)
	must(t, "Dup", err)
	file := os.NewFile(uintptr(dup), "socket")
	p := testutil.StartChild(t, echo, []*os.File{file})
	file.Close()
	p.Line(t)
	out, _ := boundSocket(t, "127.0.0.1")
	s := udp.NewSender(udp.Fd(out))
	r, err := udp.NewReceiver(udp.Fd(out), udp.Settings{})
	must(t, "NewReceiver", err)
	const window, windows = 200, 50
	for w := range windows {
		size := 4 + w*29 // 4 to 1425
		numbered(t, s, w*window, window, size, to)
		must(t, "Flush", s.Flush())
		for i := range window {
			d, err := r.Next()
			must(t, "Next", err)
			if len(d.Data) != size || int(binary.NativeEndian.Uint32(d.Data)) != w*window+i || d.From != to {
				t.Fatalf("received %d bytes, number %d, from %v; want %d, number %d, from %v", len(d.Data), binary.NativeEndian.Uint32(d.Data), d.From, size, w*window+i, to)
			}
		}
	}
	must(t, "Sendto", s.Sendto(nil, to))
	must(t, "Flush", s.Flush())
	must(t, "the child", p.Wait())
	if got := s.Stats(); got.Segmented < windows || got.Datagrams != window*windows+1 {
		t.Errorf("Stats = %+v, want %d datagrams, %d segmented messages at least", got, window*windows+1, windows)
	}
}

// sizes of what goes to and comes from Python.
func pythonSizes(i int) int { return []int{1400, 1400, 1400, 500, 0, 1, 1400, 65507}[i%8] }

func TestPythonReceivesWhatTheSenderSends(t *testing.T) {
	python := testutil.Program(t, "python3")
	p := testutil.Start(t, exec.Command(python, "-c", `
import socket, zlib
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
s.bind(('127.0.0.1', 0))
print(s.getsockname()[1], flush=True)
for i in range(100):
    p = s.recv(70000)
    print(len(p), zlib.crc32(p), flush=True)
`))
	port, err := strconv.Atoi(p.Line(t))
	must(t, "Python's port", err)
	s := udp.NewSender(udp.Fd(newSocket(t, socket.AF_INET)))
	to, err := socket.ParseSockaddr(fmt.Sprintf("127.0.0.1:%d", port))
	must(t, "ParseSockaddr", err)
	var want []string
	for i := range 100 {
		data := make([]byte, pythonSizes(i))
		payload(data, i)
		must(t, "Sendto", s.Sendto(data, to))
		want = append(want, fmt.Sprintf("%d %d", len(data), crc32.ChecksumIEEE(data)))
	}
	must(t, "Flush", s.Flush())
	for i, want := range want {
		if got := p.Line(t); got != want {
			t.Errorf("Python received as datagram %d: %s, want %s", i, got, want)
		}
	}
	if s.Stats().Segmented == 0 {
		t.Error("no message was segmented: nothing was tested")
	}
}

func TestReceiverReceivesWhatPythonSends(t *testing.T) {
	python := testutil.Program(t, "python3")
	fd, name := boundSocket(t, "::1")
	r, err := udp.NewReceiver(udp.Fd(fd), udp.Settings{})
	must(t, "NewReceiver", err)
	testutil.Start(t, exec.Command(python, "-c", fmt.Sprintf(`
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
for i in range(96):
    n = [1400, 1400, 1400, 500, 0, 1, 1400, 65507][i %% 8]
    s.sendto(bytes([i]) * n, ('::1', %d))
s.sendmsg([b'x' * 3001], [(17, 103, (1000).to_bytes(2, __import__('sys').byteorder))], 0, ('::1', %[1]d))
`, name.AddrPort().Port())))
	for i := range 96 {
		d, err := r.Next()
		must(t, "Next", err)
		if len(d.Data) != pythonSizes(i) || len(d.Data) > 0 && (d.Data[0] != byte(i) || d.Data[len(d.Data)-1] != byte(i)) {
			t.Errorf("datagram %d has %d bytes, want %d", i, len(d.Data), pythonSizes(i))
		}
	}
	for _, want := range []int{1000, 1000, 1000, 1} {
		d, err := r.Next()
		must(t, "Next", err)
		if len(d.Data) != want {
			t.Errorf("a segment of %d bytes, want %d", len(d.Data), want)
		}
	}
}
