package socketserver_test

// This file holds the tests with clients of others: nc, curl, python3.

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"rawsocket.internal/socket/internal/testutil"
	ss "rawsocket.internal/socket/socketserver"
)

// client runs a program with an input, and returns its output.
func client(t testing.TB, input, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, testutil.Program(t, name), args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%.1000s", name, args, err, out)
	}
	return string(out)
}

func port(s server) string { return strconv.Itoa(int(s.ServerAddress().AddrPort().Port())) }

// nc -N ends its side behind its input, and reads what comes: more than both sides' buffers.
func TestNcHalfClose(t *testing.T) {
	testutil.Program(t, "nc")
	big := strings.Repeat("all that a socket buffer does not hold ", 1<<18)
	eachEcho(t, func(t *testing.T, e echoServer) {
		s := e.make(ss.Config{Addr: loopback4})
		start(t, s)
		if got := client(t, big, "nc", "-N", "127.0.0.1", port(s)); got != big {
			t.Errorf("nc: %d bytes came back, want %d", len(got), len(big))
		}
		s = e.make(ss.Config{Addr: unixAddr(t)})
		start(t, s)
		if got := client(t, "hello\n", "nc", "-N", "-U", s.ServerAddress().Path()); got != "hello\n" {
			t.Errorf("nc -U: %q", got)
		}
	})
}

func TestNcUDP(t *testing.T) {
	testutil.Program(t, "nc")
	s := udpServer(echoDatagram)
	start(t, s)
	if got := client(t, "hello\n", "nc", "-u", "-w", "1", "127.0.0.1", port(s)); got != "hello\n" {
		t.Errorf("nc -u: %q", got)
	}
}

// curl sends a request and waits for an answer that it understands.
func TestCurlAgainstBoth(t *testing.T) {
	testutil.Program(t, "curl")
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes"
	goroutines := tcp(func(c *ss.Conn) error {
		for line := "x"; line != "\r\n"; {
			var err error
			if line, err = c.Rfile().ReadString('\n'); err != nil {
				return err
			}
		}
		_, err := c.Wfile().WriteString(answer)
		return err
	})
	loops := event(func(c *ss.EventConn, p []byte) int {
		if !strings.HasSuffix(string(p), "\r\n\r\n") {
			return 0
		}
		c.Write([]byte(answer))
		c.Close()
		return len(p)
	})
	for _, s := range []server{goroutines, loops} {
		start(t, s)
		if got := client(t, "", "curl", "-sS", fmt.Sprintf("http://127.0.0.1:%s/", port(s))); got != "yes" {
			t.Errorf("curl: %q", got)
		}
	}
}

// Python's own client, as its documentation of socketserver has it.
func TestPythonClient(t *testing.T) {
	testutil.Program(t, "python3")
	s := tcp(upper)
	start(t, s)
	got := client(t, "", "python3", "-c", `
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
    sock.connect(("127.0.0.1", int(sys.argv[1])))
    sock.sendall(bytes("hello world" + "\n", "utf-8"))
    print(str(sock.recv(1024), "utf-8"), end="")
`, port(s))
	if got != "HELLO WORLD\n" {
		t.Errorf("python3: %q", got)
	}
}
