package sockinfo_test

import (
	"fmt"

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
