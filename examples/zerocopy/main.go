//go:build linux

// Command zerocopy sends from its own memory, and waits until the kernel has done with that: MSG_ZEROCOPY.
//
//	go run ./examples/zerocopy [HOST [PORT [BYTES]]]     127.0.0.1 7000 16384: to a server that reads
//
// It prints how much it sent, and what the error queue tells: which sends are done, and whether the kernel copied
// after all, as it does over loopback.
package main

import (
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"strconv"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/cmsg"
	"rawsocket.internal/socket/poll"
)

func main() {
	addr := sockaddr(arg(1, "127.0.0.1"), arg(2, "7000"))
	size := number(arg(3, "16384"))

	fd, err := socket.Socket(socket.AF_INET, socket.SOCK_STREAM, 0)
	check("socket", err)
	err = socket.Setsockopt(fd, socket.SO_ZEROCOPY, true)
	check("setsockopt", err)
	err = socket.Connect(fd, addr)
	check("connect", err)

	// Until the kernel has said that it is done, buf is not to be changed, and must be kept alive.
	buf := make([]byte, size)
	n, err := socket.Send(fd, buf, socket.MSG_ZEROCOPY|socket.MSG_NOSIGNAL)
	check("send", err)
	fmt.Printf("%d bytes sent\n", n)

	// It says so in the error queue, which makes the socket ready for POLLERR, unasked.
	fds := []poll.Fd{{Fd: int32(fd)}}
	_, err = poll.Poll(fds, -1)
	check("poll", err)
	msg := socket.Msghdr{Control: make([]byte, 128)}
	_, err = socket.Recvmsg(fd, &msg, socket.MSG_ERRQUEUE)
	check("recvmsg", err)
	e, _ := cmsg.GetRecvErr(msg.Control[:msg.Controllen])
	first, last, copied, ok := e.Zerocopy()
	if ok {
		fmt.Printf("sends %d to %d are done, copied: %t\n", first, last, copied)
	}
	runtime.KeepAlive(buf)

	err = socket.Close(fd)
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
		fmt.Fprintf(os.Stderr, "zerocopy: %s: %v\n", call, err)
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
