//go:build linux

// Command reuseport has several listeners on one port, and a goroutine for each: the kernel shares the clients out.
//
//	go run ./examples/reuseport [HOST [PORT [WORKERS]]]     127.0.0.1 7000 2
//
// Each worker serves one client, an echo, and goes. It prints which worker has got whom.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"sync"

	"rawsocket.internal/socket"
)

func main() {
	addr := sockaddr(arg(1, "127.0.0.1"), arg(2, "7000"))
	workers := number(arg(3, "2"))

	// All are there before the first accepts: a connection waits in the queue of one, and no other gets it.
	listeners := make([]int, workers)
	for i := range listeners {
		var err error
		listeners[i], err = socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
		check("socket", err)
		err = socket.Setsockopt(listeners[i], socket.SO_REUSEPORT, true) // each of them, before bind
		check("setsockopt", err)
		err = socket.Bind(listeners[i], addr)
		check("bind", err)
		err = socket.Listen(listeners[i], 16)
		check("listen", err)
	}
	fmt.Printf("%d workers listen on %v\n", workers, addr)

	var threads sync.WaitGroup
	for i := range listeners {
		threads.Go(func() { worker(i, listeners[i]) })
	}
	threads.Wait()
}

func worker(i, listener int) {
	conn, peer, err := socket.Accept(listener)
	check("accept", err)
	err = socket.Close(listener) // the next clients go to the others
	check("close", err)
	fmt.Printf("worker %d has %v\n", i, peer)

	buf := make([]byte, 64)
	n, err := socket.Recv(conn, buf, 0)
	check("recv", err)
	_, err = socket.Sendall(conn, buf[:n], socket.MSG_NOSIGNAL)
	check("send", err)
	err = socket.Close(conn)
	check("close", err)
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
		fmt.Fprintf(os.Stderr, "reuseport: %s: %v\n", call, err)
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
