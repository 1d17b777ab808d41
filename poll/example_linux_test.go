package poll_test

import (
	"fmt"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/poll"
)

// Edge-triggered: what is there is read until EAGAIN.
func ExampleEpollWait() {
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(pair[0])
	defer socket.Close(pair[1])

	epfd, err := poll.EpollCreate(0)
	check(err)
	defer socket.Close(epfd)
	ev := poll.EpollEvent{Events: poll.EPOLLIN | poll.EPOLLET}
	ev.SetFd(pair[0]) // or SetData: any 64 bits
	check(poll.EpollCtl(epfd, poll.EPOLL_CTL_ADD, pair[0], &ev))

	for _, text := range []string{"one", "two", "three"} {
		socket.Send(pair[1], []byte(text), 0)
	}
	events := make([]poll.EpollEvent, 16)
	n, err := poll.EpollWait(epfd, events, -1)
	fmt.Println(n, err)
	buf := make([]byte, 100)
	for _, ev := range events[:n] {
		for {
			n, err := socket.Recv(ev.Fd(), buf, socket.MSG_DONTWAIT)
			if err == unix.EAGAIN {
				break
			}
			check(err)
			fmt.Printf("%s\n", buf[:n])
		}
	}
	n, err = poll.EpollWait(epfd, events, 0)
	fmt.Println(n, err)
	// Output:
	// 1 <nil>
	// one
	// two
	// three
	// 0 <nil>
}

func ExampleEpollCreate() {
	epfd, err := poll.EpollCreate(0)
	check(err)
	fmt.Println(socket.Cloexec(epfd))
	fmt.Println(socket.Close(epfd))
	// Output:
	// true <nil>
	// <nil>
}

// One-shot: after an event the descriptor is silent until it is armed again.
func ExampleEpollCtl() {
	pair, err := socket.Socketpair(socket.AF_UNIX, socket.SOCK_DGRAM, 0)
	check(err)
	defer socket.Close(pair[0])
	defer socket.Close(pair[1])
	epfd, err := poll.EpollCreate(0)
	check(err)
	defer socket.Close(epfd)

	ev := poll.EpollEvent{Events: poll.EPOLLIN | poll.EPOLLONESHOT}
	ev.SetData(42) // comes back with the event
	check(poll.EpollCtl(epfd, poll.EPOLL_CTL_ADD, pair[0], &ev))
	socket.Send(pair[1], []byte("x"), 0)
	events := make([]poll.EpollEvent, 1)
	for range 2 {
		n, err := poll.EpollWait(epfd, events, 0)
		fmt.Println(n, err)
	}
	check(poll.EpollCtl(epfd, poll.EPOLL_CTL_MOD, pair[0], &ev))
	n, err := poll.EpollWait(epfd, events, 0)
	fmt.Println(n, err, events[0].Data())
	check(poll.EpollCtl(epfd, poll.EPOLL_CTL_DEL, pair[0], nil)) // before the descriptor is closed
	// Output:
	// 1 <nil>
	// 0 <nil>
	// 1 <nil> 42
}
