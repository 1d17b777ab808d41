package sockinfo

// This file holds options by name and number: options_linux.go is their table, text_linux.go has their values as text.

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

//go:generate go run ../internal/optnames -sockinfo
//go:generate go run ./internal/optionsmd OPTIONS.md

// An Option is a socket option of package socket, without its type: what Option[T, A] is to a program that
// knows which option it wants, this is to one that learns it from its user. The zero Option is none.
type Option struct {
	Name      string // as in package socket, "SO_REUSEADDR": no other option has it
	CName     string // as in C: the same but where one name has two levels or two types there
	Level     int    // SOL_SOCKET
	LevelName string // "SOL_SOCKET"
	Number    int    // its number within the level, C's optname
	Type      string // the Go type of the value: "bool", "time.Duration", "socket.Linger"
	Access    string // "RO", "WO" or "RW"

	Families  []Domain   // of the sockets it applies to; none for all
	Types     []Type     // of these sockets; none for all
	Protocols []Protocol // of these sockets; none for all

	Comment string // in words: the unit, what surprises, errors
	Needs   string // privileges, states and configurations; "" for none
	Since   string // the first kernel, "4.5"; "" for older than that is known for
	Theme   string // the title of its block in the table
	See     string // manual pages: "socket(7)"

	typ reflect.Type
	get func(fd int) (any, error)  // nil but for Readable
	set func(v any) socket.Setting // nil but for Writable
}

// table gathers the options of a file; block begins those of a level and theme.
type table struct {
	options               []Option
	levelName, theme, see string
}

func (t *table) block(levelName, theme, see string) {
	t.levelName, t.theme, t.see = levelName, theme, see
}

func ro[T any](t *table, opt socket.Option[T, socket.RO], name, cname, sockets, needs, since, comment string) {
	o := row(t, opt, "RO", name, cname, sockets, needs, since, comment)
	o.get = func(fd int) (any, error) { return socket.Getsockopt(fd, opt) }
}

func rw[T any](t *table, opt socket.Option[T, socket.RW], name, cname, sockets, needs, since, comment string) {
	o := row(t, opt, "RW", name, cname, sockets, needs, since, comment)
	o.get = func(fd int) (any, error) { return socket.Getsockopt(fd, opt) }
	o.set = func(v any) socket.Setting { return socket.Set(opt, v.(T)) }
}

func wo[T any](t *table, opt socket.Option[T, socket.WO], name, cname, sockets, needs, since, comment string) {
	o := row(t, opt, "WO", name, cname, sockets, needs, since, comment)
	o.set = func(v any) socket.Setting { return socket.Set(opt, v.(T)) }
}

func row[T any, A socket.Access](t *table, opt socket.Option[T, A], access, name, cname, sockets, needs, since, comment string) *Option {
	if cname == "" {
		cname = name
	}
	typ := reflect.TypeFor[T]()
	o := Option{Name: name, CName: cname, Level: opt.Level(), LevelName: t.levelName, Number: opt.Name(), Type: strings.Replace(typ.String(), "syscall.", "unix.", 1), Access: access,
		Comment: comment, Needs: needs, Since: since, Theme: t.theme, See: t.see, typ: typ}
	for _, word := range strings.Fields(sockets) {
		if v, ok := domains.value(word); ok {
			o.Families = append(o.Families, Domain(v))
		} else if v, ok := types.value(word); ok {
			o.Types = append(o.Types, Type(v))
		} else if v, ok := protocols.value(word); ok {
			o.Protocols = append(o.Protocols, Protocol(v))
		}
	}
	t.options = append(t.options, o)
	return &t.options[len(t.options)-1]
}

var options = sync.OnceValue(allOptions)

// Options are all options of package socket, in the order of its table: by level, then by theme.
func Options() []Option { return slices.Clone(options()) }

// Lookup finds an option by its name in C or in package socket. A name that C has at two levels is the one
// of the first; the level in front of it, with a dot, says which: "IPPROTO_IPV6.MCAST_JOIN_GROUP".
func Lookup(name string) (Option, bool) {
	level, base, qualified := strings.Cut(name, ".")
	if !qualified {
		level, base = "", name
	}
	if main, ok := aliases[base]; ok {
		base = main
	}
	is := func(same func(o *Option) bool) (Option, bool) {
		for i := range options() {
			if o := &options()[i]; (level == "" && !qualified || o.LevelName == level) && same(o) {
				return *o, true
			}
		}
		return Option{}, false
	}
	if o, ok := is(func(o *Option) bool { return o.Name == base }); ok {
		return o, true
	}
	return is(func(o *Option) bool { return o.CName == base })
}

// LookupNumber finds an option by its level and number, the first of the table where several have them.
func LookupNumber(level, number int) (Option, bool) {
	for _, o := range options() {
		if o.Level == level && o.Number == number {
			return o, true
		}
	}
	return Option{}, false
}

// String is the option's name.
func (o Option) String() string { return o.Name }

// Readable reports whether Get works.
func (o Option) Readable() bool { return o.get != nil }

// Writable reports whether Set works.
func (o Option) Writable() bool { return o.set != nil }

// Applies reports whether the option is made for such sockets. The kernel may take it on others, to no effect.
func (o Option) Applies(domain Domain, typ Type, protocol Protocol) bool {
	return (o.Families == nil || slices.Contains(o.Families, domain)) && (o.Types == nil || slices.Contains(o.Types, typ)) &&
		(o.Protocols == nil || slices.Contains(o.Protocols, protocol))
}

// Get reads the option: a value of the type that Type names.
//
// Errors: ENOPROTOOPT (it cannot be read, or the socket has no such option), and those of socket.Getsockopt. A few
// options are consumed by reading them, or give a descriptor to close: see their Comment.
func (o Option) Get(fd int) (any, error) {
	if o.get == nil {
		return nil, o.error("getsockopt", unix.ENOPROTOOPT)
	}
	v, err := o.get(fd)
	if err != nil {
		return nil, o.error("getsockopt", err)
	}
	return v, nil
}

// Text reads the option as text: see Format.
func (o Option) Text(fd int) (string, error) {
	v, err := o.Get(fd)
	if err != nil {
		return "", err
	}
	return o.Format(v), nil
}

// Set sets the option to the value that text says: see Value.
//
// Errors: EINVAL (the text is no such value), ENOPROTOOPT (it cannot be set, or the socket has no such option), and
// those of socket.Setsockopt.
func (o Option) Set(fd int, text string) error {
	setting, err := o.Parse(text)
	if err != nil {
		return err
	}
	return o.error("setsockopt", setting.Apply(fd))
}

// Parse binds the value that text says to the option, for its Apply to set: see Value.
//
// Errors: EINVAL (the text is no such value), ENOPROTOOPT (the option cannot be set).
func (o Option) Parse(text string) (socket.Setting, error) {
	if o.set == nil {
		return socket.Setting{}, o.error("setsockopt", unix.ENOPROTOOPT)
	}
	v, err := o.Value(text)
	if err != nil {
		return socket.Setting{}, err
	}
	return o.set(v), nil
}

func (o Option) error(call string, err error) error {
	if o.Name != "" {
		call += " " + o.Name
	}
	return os.NewSyscallError(call, err)
}

// A ValueError is a text that is no value of an option. It is an EINVAL.
type ValueError struct {
	Option string // its name
	Type   string // the type of its values
	Text   string
	Reason string // "" for none but that
}

func (e *ValueError) Error() string {
	s := fmt.Sprintf("%s: %q is no %s", e.Option, e.Text, e.Type)
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

// Unwrap is EINVAL.
func (e *ValueError) Unwrap() error { return unix.EINVAL }
