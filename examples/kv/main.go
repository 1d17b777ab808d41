//go:build linux

// Command kv is a small store that speaks Redis's protocol: PING, ECHO, SET, GET, DEL, QUIT. It is what
// redis-benchmark and redis-cli talk to.
//
//	go run ./examples/kv                        on 127.0.0.1:6379
//	go run ./examples/kv -addr 127.0.0.1:7000   or unix:/tmp/kv
//	redis-cli -p 7000 set colour green
//	redis-benchmark -p 7000 -t ping,set,get -n 100000 -P 16 -q
//
// It is an EventServer: tens of thousands of clients, a few loops, no goroutine for a client. The files: main.go
// (the server), resp.go (the protocol), which has no socket in it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
	"rawsocket.internal/socket/socketserver"
)

// A store is what the server keeps. All loops share it.
type store struct {
	mu     sync.RWMutex
	values map[string][]byte
}

// newServer makes a server, which Serve starts.
func newServer(addr socket.Sockaddr) *socketserver.EventServer {
	db := &store{values: map[string][]byte{}}
	s := &socketserver.EventServer{OnData: db.onData}
	s.Addr = addr
	s.ReadBuffer = 1 << 20 // the longest command
	if addr.Family() != socket.AF_UNIX {
		s.ConnSettings = []socket.Setting{socket.Set(socket.TCP_NODELAY, true)}
	}
	return s
}

// onData obeys every command that has come whole. One that has not is left: it comes again with the rest of it.
// The answers go out together when onData returns.
func (db *store) onData(c *socketserver.EventConn, data []byte) (n int) {
	for c.Pending() == 0 { // a client that does not read its answers is not obeyed meanwhile
		args, size, err := parse(data[n:])
		if err != nil {
			fmt.Fprintf(c, "-ERR Protocol error: %v\r\n", err)
			c.Close()
			return len(data)
		}
		if size == 0 {
			break
		}
		n += size
		if len(args.list()) > 0 && !db.obey(c, args.list()) {
			c.Close()
			return len(data)
		}
	}
	return n
}

// obey carries out a command, and reports whether the client stays.
func (db *store) obey(c *socketserver.EventConn, args [][]byte) bool {
	name, args := args[0], args[1:]
	switch {
	case is(name, "PING") && len(args) == 0:
		c.Write(pong)
	case is(name, "PING") && len(args) == 1, is(name, "ECHO") && len(args) == 1:
		bulk(c, args[0])
	case is(name, "SET") && len(args) == 2:
		db.mu.Lock()
		if old, has := db.values[string(args[0])]; has && len(old) == len(args[1]) {
			copy(old, args[1]) // a store of fixed-size values allocates nothing
		} else {
			db.values[string(args[0])] = append([]byte(nil), args[1]...)
		}
		db.mu.Unlock()
		c.Write(ok)
	case is(name, "GET") && len(args) == 1:
		db.mu.RLock()
		if v, has := db.values[string(args[0])]; has {
			bulk(c, v) // Write takes a copy
		} else {
			c.Write(none)
		}
		db.mu.RUnlock()
	case is(name, "DEL"):
		deleted := 0
		db.mu.Lock()
		for _, key := range args {
			if _, has := db.values[string(key)]; has {
				delete(db.values, string(key))
				deleted++
			}
		}
		db.mu.Unlock()
		fmt.Fprintf(c, ":%d\r\n", deleted)
	case is(name, "QUIT"):
		c.Write(ok)
		return false
	default:
		fmt.Fprintf(c, "-ERR unknown command %.64q, or a wrong number of arguments\r\n", name)
	}
	return true
}

func main() {
	text := flag.String("addr", "127.0.0.1:6379", "where to listen: HOST:PORT or unix:PATH")
	flag.Parse()
	addr, err := socket.ParseSockaddr(*text)
	if err != nil {
		fmt.Fprintf(os.Stderr, "kv: %s: %v\n", *text, err)
		os.Exit(2)
	}
	s := newServer(addr)
	if err := s.Listen(); err != nil {
		fmt.Fprintln(os.Stderr, "kv:", err)
		os.Exit(1)
	}
	fmt.Println("listening on", s.ServerAddress())

	stop, _ := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM)
	go func() {
		<-stop.Done()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.Shutdown(ctx)
	}()
	if err := s.Serve(); err != nil {
		fmt.Fprintln(os.Stderr, "kv:", err)
		os.Exit(1)
	}
	fmt.Printf("%+v\n", s.Counters())
}
