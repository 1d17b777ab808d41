// The tests of netfd that need golang.org/x/net: a module of their own, so that the root's stays without it.
module rawsocket.internal/socket/netfd/nettest

go 1.26.0

require (
	golang.org/x/net v0.62.0
	rawsocket.internal/socket v0.0.0
)

require golang.org/x/sys v0.49.0 // indirect

replace rawsocket.internal/socket => ../..
