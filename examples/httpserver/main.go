//go:build linux

// Command httpserver is a small web server: HTTP/1.0, GET, the files of a directory, one request after another.
//
//	go run ./examples/httpserver [DIRECTORY [HOST [PORT [REQUESTS]]]]     . 127.0.0.1 7000 0; 0: for ever
//
// It prints its address, and each request with the status of the answer. Try curl http://127.0.0.1:7000/README.md
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
	"rawsocket.internal/socket"
)

func main() {
	directory := arg(1, ".")
	addr := sockaddr(arg(2, "127.0.0.1"), arg(3, "7000"))
	requests := number(arg(4, "0"))

	listener, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Setsockopt(listener, socket.SO_REUSEADDR, true)
	check("setsockopt", err)
	err = socket.Bind(listener, addr)
	check("bind", err)
	err = socket.Listen(listener, 16)
	check("listen", err)
	fmt.Printf("listening on %v\n", addr)

	for i := 0; requests == 0 || i < requests; i++ {
		conn, err := socket.AcceptFD(listener, 0)
		check("accept", err)
		// Whoever says nothing for a while is sent away: others wait.
		err = socket.Setsockopt(conn, socket.SO_RCVTIMEO, 5*time.Second)
		check("setsockopt", err)
		serve(conn, directory)
		err = socket.Close(conn) // in HTTP/1.0 that is the end of the answer
		check("close", err)
	}

	err = socket.Close(listener)
	check("close", err)
}

// serve answers a request.
func serve(conn int, directory string) {
	var method, name string
	request, ok := receive(conn)
	if _, err := fmt.Sscanf(request, "%15s %255s", &method, &name); !ok || err != nil {
		answer(conn, "", "", "400 Bad Request")
		return
	}
	if method != "GET" {
		answer(conn, method, name, "501 Not Implemented")
		return
	}
	if name[0] != '/' || strings.Contains(name, "..") { // not beyond the directory
		answer(conn, method, name, "403 Forbidden")
		return
	}
	file, err := unix.Open(directory+name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		answer(conn, method, name, "404 Not Found")
		return
	}

	// MSG_MORE: the head waits for the start of the file, to share a packet with it.
	fmt.Printf("%s %s: 200 OK\n", method, name)
	head := "HTTP/1.0 200 OK\r\n\r\n"
	_, err = socket.Sendall(conn, []byte(head), socket.MSG_NOSIGNAL|socket.MSG_MORE)
	for err == nil {
		var n int
		n, err = socket.Sendfile(conn, file, nil, 1<<20)
		if n == 0 {
			break
		}
	}
	err = socket.Close(file)
	check("close", err)
}

// receive receives a request, up to the empty line.
func receive(conn int) (request string, ok bool) {
	buf := make([]byte, 4096)
	for n := 0; n < len(buf)-1; {
		part, err := socket.Recv(conn, buf[n:len(buf)-1], 0)
		if part == 0 || err != nil {
			return "", false
		}
		n += part
		if request := string(buf[:n]); strings.Contains(request, "\r\n\r\n") {
			return request, true
		}
	}
	return "", false
}

// answer is an answer that is no file.
func answer(conn int, method, name, status string) {
	fmt.Printf("%s %s: %s\n", method, name, status)
	text := fmt.Sprintf("HTTP/1.0 %s\r\n\r\n%s\n", status, status)
	socket.Sendall(conn, []byte(text), socket.MSG_NOSIGNAL)
}

// sockaddr is a struct sockaddr_in.
func sockaddr(host, port string) socket.Sockaddr {
	ip, err := socket.InetPton(socket.AF_INET, host)
	check("inet_pton", err)
	return socket.SockaddrIn(netip.AddrPortFrom(ip, uint16(number(port))))
}

// check ends the program if a call failed.
func check(call string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "httpserver: %s: %v\n", call, err)
		os.Exit(1)
	}
}

func arg(i int, otherwise string) string {
	if len(os.Args) > i {
		return os.Args[i]
	}
	return otherwise
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	check("number", err)
	return n
}
