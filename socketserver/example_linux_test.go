package socketserver_test

import (
	"bytes"
	"context"
	"net/netip"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/socketserver"
)

// Lines in capitals, on event loops. Whatever has come is in data: lines, and perhaps the beginning of one, which is
// left for the next time.
func ExampleEventServer() {
	s := socketserver.EventServer{OnData: func(c *socketserver.EventConn, data []byte) int {
		end := bytes.LastIndexByte(data, '\n') + 1
		c.Write(bytes.ToUpper(data[:end]))
		return end
	}}
	s.Addr = socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:0"))
	check(s.Listen())
	served := make(chan error)
	go func() { served <- s.Serve() }()

	exampleClient(s.ServerAddress(), socket.SOCK_STREAM, "one\ntwo\n")

	check(s.Shutdown(context.Background()))
	check(<-served)
	// Output:
	// ONE
	// TWO
}
