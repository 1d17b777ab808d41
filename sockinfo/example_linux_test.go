package sockinfo_test

import (
	"fmt"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/sockinfo"
)

// An option by its name, as a command-line tool takes it from its user.
func ExampleLookup() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	if err != nil {
		panic(err)
	}
	defer socket.Close(fd)
	o, ok := sockinfo.Lookup("SO_LINGER")
	if !ok {
		panic("no such option")
	}
	if err := o.Set(fd, "Onoff:1,Linger:5"); err != nil {
		panic(err)
	}
	text, err := o.Text(fd)
	fmt.Println(o.LevelName, o, o.Type, o.Access, text, err)
	fmt.Println(o.Set(fd, "5s"))
	// Output:
	// SOL_SOCKET SO_LINGER socket.Linger RW {Onoff:1 Linger:5} <nil>
	// SO_LINGER: "5s" is no socket.Linger: "5s" is no Field:value
}

// The TCP ports that somebody listens on.
func ExampleList() {
	f := sockinfo.Filter{Protocols: []sockinfo.Protocol{socket.IPPROTO_TCP}, States: []socket.TCPState{socket.TCP_LISTEN}}
	for s, err := range sockinfo.List(f) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(s.Local.AddrPort().Port(), s.UID, s.Recvq, "of", s.Sendq)
	}
}

// The options of one theme, as a table of them could begin.
func ExampleOptions() {
	for _, o := range sockinfo.Options() {
		if o.LevelName == "IPPROTO_UDP" && o.Applies(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDP) && o.Readable() {
			fmt.Println(o.Name, o.Type)
		}
	}
	// Output:
	// UDP_CORK bool
	// UDP_SEGMENT int
	// UDP_GRO bool
	// UDP_ENCAP socket.UDPEncap
}

// The option of a line of strace.
func ExampleLookupNumber() {
	o, ok := sockinfo.LookupNumber(socket.SOL_SOCKET, unix.SO_KEEPALIVE)
	fmt.Println(o.Name, o.Type, ok)
	// Output: SO_KEEPALIVE bool true
}

// Of tells what a descriptor is that came from somewhere else.
func ExampleOf() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	if err != nil {
		panic(err)
	}
	defer socket.Close(fd)
	info, err := sockinfo.Of(fd)
	fmt.Println(info.Domain, info.Type, info.Protocol, info.State, info.Cloexec, err)
	v, ok := info.Option("SO_REUSEADDR")
	fmt.Println(v, ok)
	// Output:
	// AF_INET SOCK_STREAM IPPROTO_TCP TCP_CLOSE true <nil>
	// false true
}

// Find is the line of ss(8) for a descriptor.
func ExampleFind() {
	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	if err != nil {
		panic(err)
	}
	defer socket.Close(fd)
	if err := socket.Listen(fd, 7); err != nil { // a port of the kernel's choice
		panic(err)
	}
	s, err := sockinfo.Find(fd)
	fmt.Println(s.State, s.Recvq, "of", s.Sendq, err)
	// Output: TCP_LISTEN 0 of 7 <nil>
}
