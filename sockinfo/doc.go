// Package sockinfo tells what there is to know about sockets: every option of package socket by name and
// number, with its values as text; everything the kernel says about one socket; and every socket of the
// machine, as ss(8) lists them.
//
//	o, _ := sockinfo.Lookup("TCP_NODELAY")
//	err := o.Set(fd, "on")             // setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on)
//	info, err := sockinfo.Of(fd)       // prints itself, and marshals to JSON
//	for s, err := range sockinfo.List(sockinfo.Filter{States: []socket.TCPState{socket.TCP_LISTEN}}) { … }
//
// OPTIONS.md beside this package is the table of options. Errors are those of the system, wrapped with the
// name of the call: errors.Is(err, unix.ENOPROTOOPT) works.
//
// All of it is of Linux; on other systems the package is empty. See getsockopt(2), socket(7), sock_diag(7), ss(8).
package sockinfo
