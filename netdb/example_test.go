//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package netdb_test

import (
	"context"
	"fmt"
	"log"
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
