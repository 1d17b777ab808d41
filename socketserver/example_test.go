//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socketserver_test

import (
	"context"
	"fmt"
	"log"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/socketserver"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// exampleClient sends a text to a server and prints what comes back.
func exampleClient(addr socket.Sockaddr, typ int, text string) {
	fd, err := socket.Socket(addr.Family(), typ, 0)
	check(err)
	defer socket.Close(fd)
	check(socket.Connect(fd, addr))
	_, err = socket.Sendall(fd, []byte(text), 0)
	check(err)
	p := make([]byte, 100)
	n, err := socket.Recv(fd, p, 0)
	check(err)
	fmt.Printf("%s\n", p[:n])
}

// A server that answers with what it gets, on 127.0.0.1 and a port of the kernel's choice.
func ExampleTCPServer() {
	s := socketserver.TCPServer{Handle: func(c *socketserver.Conn) error {
		p := make([]byte, 1024)
		for {
			n, err := c.Read(p)
			if err != nil {
				return err // io.EOF: the client has ended
			}
			if _, err := c.Write(p[:n]); err != nil {
				return err
			}
		}
	}}
	s.Addr = socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))
	check(s.Listen())
	served := make(chan error)
	go func() { served <- s.Serve() }()

	exampleClient(s.ServerAddress(), socket.SOCK_STREAM, "hello")

	check(s.Shutdown(context.Background()))
	check(<-served)
	// Output: hello
}

// Requests that are lines, one after the other, from many clients.
func ExampleConn_Next() {
	s := socketserver.TCPServer{Handle: func(c *socketserver.Conn) error {
		for c.Next() {
			line, err := c.Rfile().ReadString('\n')
			if err != nil {
				return err
			}
			fmt.Fprintf(c.Wfile(), "you said %s", line)
		}
		return nil
	}}
	s.Addr = socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))
	check(s.Listen())
	served := make(chan error)
	go func() { served <- s.Serve() }()

	exampleClient(s.ServerAddress(), socket.SOCK_STREAM, "hello\n")

	check(s.Shutdown(context.Background()))
	check(<-served)
	// Output: you said hello
}

// One request, as Python's handle_request.
func ExampleTCPServer_HandleRequest() {
	s := socketserver.TCPServer{Handle: func(c *socketserver.Conn) error {
		_, err := fmt.Fprintf(c, "you are %v", c.Peer.AddrPort().Addr())
		return err
	}}
	s.Addr = socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))
	check(s.Listen())
	defer s.Close()
	go func() { check(s.HandleRequest(context.Background())) }()
	exampleClient(s.ServerAddress(), socket.SOCK_STREAM, "who am I?")
	// Output: you are 127.0.0.1
}

// The path is made for its owner alone, and removed at the end.
func ExampleUnixStreamServer() {
	dir, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(dir)
	addr, err := socket.SockaddrUn(filepath.Join(dir, "socket"))
	check(err)

	s := socketserver.UnixStreamServer{
		Config: socketserver.Config{Addr: addr, Mode: 0o600},
		Handle: func(c *socketserver.Conn) error {
			line, err := c.Rfile().ReadString('\n')
			c.Wfile().WriteString(strings.ToUpper(line))
			return err
		},
	}
	check(s.Listen())
	served := make(chan error)
	go func() { served <- s.Serve() }()

	exampleClient(addr, socket.SOCK_STREAM, "hello\n")

	check(s.Shutdown(context.Background()))
	check(<-served)
	_, err = os.Stat(addr.Path())
	fmt.Println("removed:", os.IsNotExist(err))
	// Output:
	// HELLO
	//
	// removed: true
}

// Each datagram is answered from the address it was sent to.
func ExampleUDPServer() {
	s := socketserver.UDPServer{
		Addr:   socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0")),
		Handle: func(d *socketserver.Datagram) error { return d.Reply(d.Data) },
	}
	check(s.Listen())
	served := make(chan error)
	go func() { served <- s.Serve() }()

	exampleClient(s.ServerAddress(), socket.SOCK_DGRAM, "hello")

	check(s.Shutdown(context.Background()))
	check(<-served)
	// Output: hello
}
