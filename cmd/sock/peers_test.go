//go:build linux

package main

// This file has sock talk to other programs: nc, socat, curl, python3, and runs session.sh.

import (
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/internal/testutil"
	"rawsocket.internal/socket/sockinfo"
)

// TestClientsOfOthers has other programs send a text to sock -m echo and take it back.
func TestClientsOfOthers(t *testing.T) {
	for _, c := range []struct{ name, server, client string }{
		{"nc, TCP", "-4 127.0.0.1 0", "nc -N $1 $2"},
		{"nc, TCP over IPv6", "-6 ::1 0", "nc -N $1 $2"},
		{"nc, UDP", "-u 127.0.0.1 0", "nc -u -W 1 $1 $2"},
		{"nc, unix", "-U $DIR/a", "nc -N -U $1"},
		{"nc, unix datagrams", "-Uu $DIR/b", "nc -U -u -W 1 -s $DIR/bc $1"},
		{"socat, TCP", "127.0.0.1 0", "socat -t 60 - TCP:$1:$2"},
		{"socat, UDP over IPv6", "-u6 ::1 0", "socat -t 0.5 - UDP6:[$1]:$2"},
		{"socat, seqpacket", "-qU $DIR/c", "socat -t 60 - UNIX-CONNECT:$1,type=5"},
		{"socat, abstract", "-U @$NAME", "socat -t 60 - ABSTRACT-CONNECT:$NAME"},
		{"socat, unix datagrams", "-Uu $DIR/d", "socat -t 0.5 - UNIX-SENDTO:$1,bind=$DIR/dc"},
		{"python3", "127.0.0.1 0", `python3 -c 'import socket, sys
s = socket.create_connection(sys.argv[1:3])
s.sendall(sys.stdin.buffer.read())
s.shutdown(socket.SHUT_WR)
sys.stdout.write(s.makefile().read())' $1 $2`},
	} {
		t.Run(c.name, func(t *testing.T) {
			program, _, _ := strings.Cut(c.client, " ")
			testutil.Program(t, program)
			dir := shortDir(t)
			expand := strings.NewReplacer("$DIR", dir, "$NAME", filepath.Base(dir))
			s, to := serve(t, nil, append([]string{"-m", "echo"}, strings.Fields(expand.Replace(c.server))...)...)
			const text = "sent by another\n"
			got := startCmd(t, strings.NewReader(text), shell(t, expand.Replace(c.client), append([]string{"sh"}, to...)...)).end(t)
			if got.Stdout != text || got.Code != 0 {
				t.Errorf("%s: %+v, want %q", c.client, got, text)
			}
			s.stop(t)
		})
	}
}

// TestServersOfOthers has sock send a text to other programs that give it back.
func TestServersOfOthers(t *testing.T) {
	for _, c := range []struct{ name, server, client string }{
		{"nc, TCP", "exec nc -l 127.0.0.1 $PORT <$DIR/answer", "127.0.0.1 $PORT"},
		{"nc, unix", "exec nc -lU $DIR/u <$DIR/answer", "-U $DIR/u"},
		{"socat, TCP over IPv6", "exec socat -t 60 TCP6-LISTEN:$PORT,bind=[::1] PIPE", "::1 $PORT"},
		{"socat, UDP", "exec socat UDP4-RECVFROM:$PORT,bind=127.0.0.1 PIPE", "-u -n 1 127.0.0.1 $PORT"},
		{"socat, seqpacket", "exec socat -t 60 UNIX-LISTEN:$DIR/u,type=5 PIPE", "-qU $DIR/u"},
		{"socat, unix datagrams", "exec socat UNIX-RECVFROM:$DIR/u PIPE", "-uU -n 1 -b $DIR/c $DIR/u"},
		{"python3, socketserver", `exec python3 -c 'import socketserver, sys
class Echo(socketserver.StreamRequestHandler):
    def handle(self): self.wfile.write(self.rfile.read())
with socketserver.TCPServer(("127.0.0.1", $PORT), Echo) as s: s.handle_request()'`, "localhost $PORT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			program, _, _ := strings.Cut(strings.TrimPrefix(c.server, "exec "), " ")
			testutil.Program(t, program)
			const text = "sent by sock\n"
			dir, port := shortDir(t), freePort(t)
			if err := os.WriteFile(filepath.Join(dir, "answer"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			expand := strings.NewReplacer("$DIR", dir, "$PORT", strconv.Itoa(port))
			s := startCmd(t, strings.NewReader(""), shell(t, expand.Replace(c.server)))
			testutil.Eventually(t, "the server is there", func() bool { return isThere(t, port, filepath.Join(dir, "u")) })
			got := sock(t, text, strings.Fields(expand.Replace(c.client))...)
			if got.Stdout != text || got.Code != 0 {
				t.Errorf("sock %s: %+v, want %q", c.client, got, text)
			}
			ended := s.end(t)
			if program == "nc" && ended.Stdout != text {
				t.Errorf("nc printed %q, want %q", ended.Stdout, text)
			}
		})
	}
}

// freePort is a port that nobody had a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	fd, to := listenAt(t, socket.AF_INET, socket.SOCK_STREAM, 1)
	if err := socket.Close(fd); err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(to[1])
	return port
}

// isThere reports whether a socket has been bound to a port, or to a path.
func isThere(t *testing.T, port int, path string) bool {
	for e, err := range sockinfo.List(sockinfo.Filter{States: []socket.TCPState{socket.TCP_LISTEN, socket.TCP_CLOSE}}) {
		if err != nil {
			continue
		}
		if e.Local.Path() == path || e.Local.AddrPort().IsValid() && int(e.Local.AddrPort().Port()) == port {
			return true
		}
	}
	return false
}

func TestTransfersWithOthersKeepEveryByte(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data")
	data := make([]byte, 10<<20+7)
	rand.Read(data)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, script := range map[string]string{
		"nc":    "nc -N $1 $2 <$FILE",
		"socat": "socat -u OPEN:$FILE TCP:$1:$2",
	} {
		testutil.Program(t, name)
		s, to := serve(t, strings.NewReader(""), "127.0.0.1", "0")
		cmd := shell(t, script, append([]string{"sh"}, to...)...)
		cmd.Env = append(cmd.Env, "FILE="+file)
		if got := startCmd(t, strings.NewReader(""), cmd).end(t); got.Code != 0 {
			t.Errorf("%s: %+v", script, got)
		}
		if got := s.end(t); got.Stdout != string(data) {
			t.Errorf("of %s: %d bytes of %d, and others", name, len(got.Stdout), len(data))
		}
	}
}

func TestHTTP(t *testing.T) {
	curl, python := testutil.Program(t, "curl"), testutil.Program(t, "python3")
	s, to := serve(t, strings.NewReader("HTTP/1.0 200 OK\r\n\r\nhello, curl"), "127.0.0.1", "0")
	got := startCmd(t, strings.NewReader(""), exec.Command(curl, "-s", "http://"+strings.Join(to, ":")+"/path")).end(t)
	if got.Stdout != "hello, curl" || got.Code != 0 {
		t.Errorf("curl: %+v", got)
	}
	if got := s.end(t); !strings.HasPrefix(got.Stdout, "GET /path HTTP/1.1\r\n") || got.Code != 0 {
		t.Errorf("the request: %+v", got)
	}

	dir, port := t.TempDir(), freePort(t)
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("hello, sock"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := startCmd(t, strings.NewReader(""), exec.Command(python, "-m", "http.server", "-b", "127.0.0.1", "-d", dir, strconv.Itoa(port)))
	testutil.Eventually(t, "the server is there", func() bool { return isThere(t, port, "/none") })
	page := sock(t, "GET /file HTTP/1.0\r\n\r\n", "localhost", strconv.Itoa(port))
	if !strings.HasPrefix(page.Stdout, "HTTP/1.0 200 OK\r\n") || !strings.HasSuffix(page.Stdout, "\r\n\r\nhello, sock") || page.Code != 0 {
		t.Errorf("the page: %+v", page)
	}
	h.stop(t)
}

func TestSession(t *testing.T) {
	for _, name := range []string{"nc", "curl", "sed", "cmp"} {
		testutil.Program(t, name)
	}
	got := startCmd(t, strings.NewReader(""), shell(t, "exec ./session.sh")).end(t)
	if got.Code != 0 || !strings.HasSuffix(got.Stdout, "\nsession: all as it should be\n") {
		t.Errorf("session.sh: %+v", got)
	}
}

// TestREADMECommandsAreInTheSession holds the README's examples of sock to be lines of session.sh.
func TestREADMECommandsAreInTheSession(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	session, err := os.ReadFile("session.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range missing(string(readme), string(session)) {
		t.Errorf("session.sh does not have the README's %q", command)
	}
	example := "```sh\nsock -s -m echo 7000 &  # a server\necho hello | sock localhost 7000\nsock -s -m toast 7000\n```\nsock of prose\n"
	if diff := cmp.Diff([]string{"sock -s -m toast 7000"}, missing(example, string(session))); diff != "" {
		t.Errorf("of an example (-want +got):\n%s", diff)
	}
}

// missing are the commands in a README's blocks for the shell that a session does not have.
func missing(readme, session string) (commands []string) {
	as := strings.NewReplacer("sock -s ", "serve ", "$!", "$server", "localhost 7000", "localhost $port", " 7000", " 0")
	block := false
	for line := range strings.Lines(readme) {
		if strings.HasPrefix(line, "```") {
			block = line == "```sh\n"
		}
		command, _, _ := strings.Cut(line, "  #")
		command = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(command), "&"))
		if block && (strings.HasPrefix(command, "sock ") || strings.Contains(command, "| sock ")) && !strings.Contains(session, as.Replace(command)) {
			commands = append(commands, command)
		}
	}
	return commands
}
