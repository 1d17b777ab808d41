//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package socketserver

import (
	"io/fs"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// This file holds the life of a unix path. The kernel makes the file at bind and never removes it; a server that
// was killed leaves one behind, which then is in the way of the next.

// bind binds fd to addr. A path that nobody listens at any more is removed first. release, never nil, removes
// the path again, if it still is the one that bind made.
func bind(fd, typ int, addr socket.Sockaddr, mode fs.FileMode) (release func(), err error) {
	path := addr.Path()
	if addr.Family() != socket.AF_UNIX || path == "" || path[0] == 0 {
		return func() {}, socket.Bind(fd, addr)
	}
	unlock := lockDir(path)
	defer unlock()
	if stale(path, typ, addr) {
		unix.Unlink(path)
	}
	if mode != 0 {
		unix.Fchmod(fd, uint32(mode.Perm())) // Linux makes the file with what is allowed here at most; elsewhere an error
	}
	if err := socket.Bind(fd, addr); err != nil {
		return nil, err
	}
	id, err := identity(path)
	if err == nil && mode != 0 {
		err = unix.Chmod(path, uint32(mode.Perm())) // what the umask took away
	}
	release = func() {
		defer lockDir(path)()
		if now, err := identity(path); err == nil && now == id {
			unix.Unlink(path)
		}
	}
	if err != nil {
		release()
		return nil, err
	}
	// A stream that is bound but does not listen refuses connections, as a dead one does: listen within the lock.
	if typ != socket.SOCK_DGRAM {
		if err := socket.Listen(fd, 0); err != nil {
			release()
			return nil, err
		}
	}
	return release, nil
}

// stale reports whether path is a socket at which nobody listens.
func stale(path string, typ int, addr socket.Sockaddr) bool {
	var st unix.Stat_t
	if unix.Lstat(path, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFSOCK {
		return false
	}
	probe, err := socket.Socket(socket.AF_UNIX, typ, 0)
	if err != nil {
		return false
	}
	defer socket.Close(probe)
	if socket.SetNonblock(probe, true) != nil {
		return false
	}
	return socket.Connect(probe, addr) == unix.ECONNREFUSED // EPROTOTYPE, EAGAIN, EACCES: somebody is there
}

// An inode is which file a path leads to.
type inode struct{ dev, ino uint64 }

func identity(path string) (inode, error) {
	var st unix.Stat_t
	err := unix.Lstat(path, &st)
	return inode{uint64(st.Dev), uint64(st.Ino)}, err
}

// lockDir keeps two servers from finding the same stale file and removing each other's new one: it locks the
// directory while a path in it is looked at and made. Where that cannot be had within a second, it is done
// without.
func lockDir(path string) (unlock func()) {
	fd, err := unix.Open(filepath.Dir(path), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return func() {}
	}
	for range 100 {
		if err = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != unix.EWOULDBLOCK && err != unix.EINTR {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return func() { unix.Close(fd) }
}
