// Package socketserver has servers on sockets: Python's socketserver, in Go.
//
// A server that answers each line in capitals:
//
//	s := socketserver.TCPServer{Handle: func(c *socketserver.Conn) error {
//		for c.Next() {
//			line, err := c.Rfile().ReadString('\n')
//			if err != nil {
//				return err
//			}
//			c.Wfile().WriteString(strings.ToUpper(line))
//		}
//		return nil
//	}}
//	s.Addr = socket.SockaddrIn(netip.MustParseAddrPort("127.0.0.1:7000"))
//	log.Fatal(s.Serve())
//
// Try it with nc 127.0.0.1 7000. A UDPServer's Handle gets a Datagram, whose Reply answers it. An Addr that is a
// unix path makes either a unix server. The exported fields say how to serve; their zero values are those to begin
// with, and each says what it means. Set them before Listen, Serve or HandleRequest.
//
// # Which server
//
//	TCPServer              a goroutine for each connection: code that reads as if it blocked
//	  MaxClients: 1        one connection at a time, as Python's TCPServer
//	  HandleRequest        one connection, on your own goroutine
//	EventServer            event loops, one per core: callbacks that must not wait, tens of thousands of clients; Linux
//	UDPServer              a datagram at a time
//	  MaxHandlers: n       n at a time, each on a goroutine
//
// What an idle connection takes of Go's memory, and what a request costs:
//
//	                                     TCPServer         EventServer
//	memory of 10,000, each               6 KB (*)          90 to 110 bytes
//	CPU per request, against C's epoll   1.25 to 1.6       1.0 to 1.1
//
// (*) With 512 bytes of its handler's. The first line is what TestTenThousandClients logs; the second the echo of 64
// bytes with 100, 1,000 and 10,000 connections, the server on one core and its client, in C, on the other, by
// "cd bench && go run . -rounds 5": 2 cores of an AMD EPYC in a virtual machine, Linux 6.18, Go 1.26, medians of 5
// rounds, which vary by 20 %.
//
// # From Python
//
//	class H(BaseRequestHandler): setup, handle, finish   the fields Setup, Handle, Finish; what they share: Conn.Data
//	StreamRequestHandler: rfile, wfile                   Conn.Rfile, Conn.Wfile
//	  wbufsize = 0                                       Conn.Write
//	  timeout = 5                                        ReadTimeout, WriteTimeout; and IdleTimeout, HandlerTimeout
//	  disable_nagle_algorithm = True                     ConnSettings: []socket.Setting{socket.Set(socket.TCP_NODELAY, true)}
//	DatagramRequestHandler                               Datagram.Rfile, Datagram.Wfile; or Data and Reply
//	self.request, self.client_address                    Conn, and Conn.FD for all other calls; Conn.Peer
//	TCPServer((host, port), H)                           TCPServer{Config: Config{Addr: …}, Handle: …}; names: package netdb
//	UnixStreamServer, UnixDatagramServer                 the same types, by the family of Addr; SOCK_SEQPACKET: Type
//	ThreadingMixIn                                       what TCPServer is; of a UDPServer MaxHandlers
//	ForkingMixIn                                         none: a process of many threads cannot fork
//	server_bind, server_activate                         Listen
//	server_address                                       ServerAddress
//	serve_forever(poll_interval)                         Serve, which does not poll
//	handle_request, timeout, handle_timeout              HandleRequest(ctx), and the error of ctx
//	shutdown, then server_close                          Shutdown(ctx); at once: Close
//	  block_on_close = False                             a ctx that is done sooner
//	request_queue_size = 5                               Backlog; the kernel's limit if 0
//	allow_reuse_address = False                          on for TCP: a server starts again beside its own TIME_WAIT, and two
//	                                                     still cannot listen at once; off by Settings: socket.Set(socket.SO_REUSEADDR, false)
//	allow_reuse_port                                     Settings, socket.SO_REUSEPORT; EventServer and UDPServer.Sockets use it by themselves
//	max_packet_size = 8192                               MaxPacketSize; all if 0, and what is longer is told of, not cut
//	verify_request                                       VerifyClient
//	handle_error                                         HandleError, told of errors that handlers return, too
//	fileno, for a selector                               none: servers wait by themselves; HandleRequest, or EventServer
//	service_actions                                      none: a goroutine of yours with a time.Ticker
//
// What each of these does, and Python's, is the table that TestBehavesAsPythonOrSaysWhyNot runs on both.
//
// # What goes wrong
//
// A handler that panics ends its connection; HandleError is told, and the server goes on. Shutdown waits for the
// handlers: called by one of them it is given that one's own context, and does not wait. A connection that is gone
// before it is accepted (ECONNABORTED) is passed over. Without descriptors (EMFILE, ENFILE) the server does not spin:
// it waits until a connection ends, or with Refuse takes the next client and closes it, as it does at MaxClients. A
// peer that sends what nobody reads gets its answer all the same: this side ends the stream and reads on for a second
// before it closes, which would reset the connection.
//
// A unix path is removed at the end, if the file is still the one that was made. One that is there at the beginning
// and refuses connections, because its server was killed, is removed; any other is EADDRINUSE.
//
// Errors have the call in front, and the errno behind it: errors.Is(err, unix.EADDRINUSE).
//
// # Systems
//
// EventServer is epoll and so for Linux; for a loop of your own on other systems there is poll.Selector. TCPServer and
// UDPServer are on Go's poller, and for macOS and the BSDs too. There UDP datagrams are received and answered one by
// one, and from the address the kernel chooses.
package socketserver
