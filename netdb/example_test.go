//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb_test

import (
	"context"
	"fmt"
	"log"
	"net/netip"
	"strconv"
	"time"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/netdb"
)

func ExampleGetaddrinfo() {
	hints := netdb.Addrinfo{Socktype: socket.SOCK_STREAM}
	list, err := netdb.Getaddrinfo(context.Background(), "2001:db8::1", "http", &hints)
	if err != nil {
		log.Fatal(err)
	}
	for _, ai := range list {
		fmt.Println(ai.Addr)
	}
	_, err = netdb.Getaddrinfo(context.Background(), "127.0.0.1", "no such service", &hints)
	fmt.Println(err, err == netdb.EAI_SERVICE)
	// Output:
	// [2001:db8::1]:80
	// Servname not supported for ai_socktype true
}

func ExampleConnect() {
	server, err := netdb.Listen(context.Background(), "127.0.0.1", "0", nil, 5)
	if err != nil {
		log.Fatal(err)
	}
	defer socket.Close(server)
	name, _ := socket.Getsockname(server)
	port := strconv.Itoa(int(name.AddrPort().Port()))

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	fd, err := netdb.Connect(ctx, "127.0.0.1", port, nil, socket.Set(socket.TCP_NODELAY, true))
	if err != nil {
		log.Fatal(err) // 127.0.0.1:2000: connect: connection refused
	}
	defer socket.Close(fd)
	peer, _ := socket.Getpeername(fd)
	fmt.Println(peer == name)
	// Output: true
}

func ExampleListen() {
	// Both IPv6 and IPv4, and other sockets on the same port.
	fd, err := netdb.Listen(context.Background(), "", "0", &netdb.Addrinfo{Family: socket.AF_INET6}, socket.SOMAXCONN,
		socket.Set(socket.IPV6_V6ONLY, false), socket.Set(socket.SO_REUSEPORT, true))
	if err != nil {
		log.Fatal(err)
	}
	defer socket.Close(fd)
	on, _ := socket.Getsockopt(fd, socket.IPV6_V6ONLY)
	fmt.Println(on)
	// Output: false
}

func ExampleGetnameinfo() {
	addr, _ := socket.ParseSockaddr("127.0.0.1:80")
	host, service, err := netdb.Getnameinfo(context.Background(), addr, netdb.NI_NUMERICHOST)
	fmt.Println(host, service, err)
	host, service, err = netdb.Getnameinfo(context.Background(), addr, netdb.NI_NUMERICHOST|netdb.NI_NUMERICSERV)
	fmt.Println(host, service, err)
	// Output:
	// 127.0.0.1 http <nil>
	// 127.0.0.1 80 <nil>
}

func ExampleGetservbyname() {
	fmt.Println(netdb.Getservbyname("https", "tcp"))
	// Output: 443 <nil>
}

func ExampleGetservbyport() {
	fmt.Println(netdb.Getservbyport(53, "udp")) // in host order, and no htons
	// Output: domain <nil>
}

func ExampleGetprotobyname() {
	proto, err := netdb.Getprotobyname("udp")
	fmt.Println(proto == socket.IPPROTO_UDP, err)
	// Output: true <nil>
}

func ExampleGetprotobynumber() {
	fmt.Println(netdb.Getprotobynumber(socket.IPPROTO_TCP))
	// Output: tcp <nil>
}

func ExampleGethostbyname() {
	host, err := netdb.Gethostbyname(context.Background(), "127.0.0.1")
	fmt.Println(host.Name, host.AddrList, err)
	// Output: 127.0.0.1 [127.0.0.1] <nil>
}

func ExampleGethostbyaddr() {
	host, err := netdb.Gethostbyaddr(context.Background(), netip.MustParseAddr("127.0.0.1"))
	if err == nil {
		fmt.Println(host.Name) // what /etc/hosts says
	}
}

func ExampleGetfqdn() {
	fmt.Println(netdb.Getfqdn(context.Background(), "localhost"))
}
