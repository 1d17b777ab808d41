// Command httpd is a minimal HTTP/1.1 server with keep-alive: it answers GET and HEAD with a page. It is what
// curl, wrk and ab talk to.
//
//	go run ./examples/httpd                        on 127.0.0.1:8080
//	go run ./examples/httpd -addr 127.0.0.1:7000   or unix:/tmp/httpd
//	curl -i http://127.0.0.1:7000/
//	wrk -c 100 -d 2s http://127.0.0.1:7000/
//
// It is a TCPServer: a goroutine for each client, whose code reads from top to bottom. The files: main.go (the
// server), http.go (the protocol), which has no socket in it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/socketserver"
)

// newServer makes a server, which Serve starts.
func newServer(addr socket.Sockaddr) *socketserver.TCPServer {
	s := &socketserver.TCPServer{Handle: handle}
	s.Addr = addr
	s.IdleTimeout = time.Minute      // between requests
	s.ReadTimeout = 10 * time.Second // within one
	s.WriteTimeout = 10 * time.Second
	s.MaxClients = 5000
	if addr.Family() != socket.AF_UNIX {
		s.ConnSettings = []socket.Setting{socket.Set(socket.TCP_NODELAY, true)}
	}
	return s
}

// handle serves one request after the other. Next waits for a request, and is false when there will be none: at
// the end of the stream, after IdleTimeout, and when the server is shut down. What is written is sent when the
// next wait begins, so that answers to requests that came together go out together.
func handle(c *socketserver.Conn) error {
	var req request
	for c.Next() {
		if err := req.read(c.Rfile()); err != nil {
			status, ok := err.(status)
			if !ok {
				return err // the connection's
			}
			req.keepAlive = false
			req.answer(c.Wfile(), status, "text/plain", "")
			return nil
		}
		switch {
		case req.method != "GET" && req.method != "HEAD":
			req.answer(c.Wfile(), 405, "text/plain", "")
		case req.path == "/":
			req.answer(c.Wfile(), 200, "text/html", page)
		default:
			req.answer(c.Wfile(), 404, "text/plain", "")
		}
		if !req.keepAlive {
			return nil
		}
	}
	return nil
}

const page = "<!doctype html><title>httpd</title><p>It works.\n"

func main() {
	text := flag.String("addr", "127.0.0.1:8080", "where to listen: HOST:PORT or unix:PATH")
	flag.Parse()
	addr, err := socket.ParseSockaddr(*text)
	if err != nil {
		fmt.Fprintf(os.Stderr, "httpd: %s: %v\n", *text, err)
		os.Exit(2)
	}
	s := newServer(addr)
	if err := s.Listen(); err != nil {
		fmt.Fprintln(os.Stderr, "httpd:", err)
		os.Exit(1)
	}
	fmt.Println("listening on", s.ServerAddress())

	stop, _ := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM)
	go func() {
		<-stop.Done()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.Shutdown(ctx)
	}()
	if err := s.Serve(); err != nil {
		fmt.Fprintln(os.Stderr, "httpd:", err)
		os.Exit(1)
	}
	fmt.Printf("%+v\n", s.Counters())
}
