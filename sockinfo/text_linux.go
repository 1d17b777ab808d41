package sockinfo

// This file holds the values of options as text and as JSON:
//
//	1 to text   2 from text   3 the names of enumerations and flags   4 to JSON
//
// The types are those of package socket's table and of the fields of its structures, taken apart by reflection: one
// rule for each kind of value.

import (
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/sys/unix"

	"rawsocket.internal/socket"
)

// 1. To text.

// Format is a value of the option as text, which Value reads back:
//
//	true                                bool
//	4096  TCP_LISTEN  SOCK_SNDBUF_LOCK|SOCK_RCVBUF_LOCK   integers; enumerations and flags by their names in C
//	1.5s                                time.Duration
//	cubic                               string: as it is
//	127.0.0.1  [::1]:80  unix:/run/x    addresses
//	0a0bff                              bytes, in hexadecimal
//	{Onoff:1 Linger:5}                  structures, by field; what would be ambiguous there is quoted
//	[{Code:6 Jt:0 Jf:0 K:0}]            lists
//
// A value of another type than the option's is formatted alike.
func (o Option) Format(v any) string {
	if v == nil {
		return ""
	}
	if n, ok := v.(int); ok {
		if s, ok := o.intName(n); ok {
			return s
		}
	}
	return string(appendText(nil, reflect.ValueOf(v), false))
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	errnoType    = reflect.TypeFor[unix.Errno]()
)

func appendText(b []byte, v reflect.Value, inside bool) []byte {
	switch v.Type() {
	case durationType:
		return append(b, time.Duration(v.Int()).String()...)
	case errnoType:
		return append(b, errnoText(unix.Errno(v.Uint()))...)
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		if err != nil {
			text = nil
		}
		return appendWord(b, string(text), inside)
	}
	if name, ok := nameOf(v); ok {
		return append(b, name...)
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.AppendUint(b, v.Uint(), 10)
	case reflect.String:
		return appendWord(b, v.String(), inside)
	case reflect.Slice, reflect.Array:
		if isBytes(v.Type()) {
			return appendWord(b, hex.EncodeToString(bytesOf(v)), inside)
		}
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ' ')
			}
			b = appendText(b, v.Index(i), true)
		}
		return append(b, ']')
	case reflect.Struct:
		b = append(b, '{')
		first := true
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			if !first {
				b = append(b, ' ')
			}
			first = false
			b = append(append(b, f.Name...), ':')
			b = appendText(b, v.Field(i), true)
		}
		return append(b, '}')
	}
	return fmt.Append(b, v.Interface())
}

// appendWord appends a text, quoted inside a structure or list where it would not end by itself.
func appendWord(b []byte, s string, inside bool) []byte {
	odd := func(r rune) bool {
		return strings.ContainsRune("{}[],\"", r) || unicode.IsSpace(r) || !unicode.IsPrint(r)
	}
	if inside && (s == "" || strings.IndexFunc(s, odd) >= 0) {
		return strconv.AppendQuote(b, s)
	}
	return append(b, s...)
}

func isBytes(t reflect.Type) bool {
	return (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && t.Elem().Kind() == reflect.Uint8
}

func bytesOf(v reflect.Value) []byte {
	b := make([]byte, v.Len())
	reflect.Copy(reflect.ValueOf(b), v)
	return b
}

func errnoText(e unix.Errno) string {
	if name := unix.ErrnoName(e); name != "" {
		return name
	}
	return strconv.Itoa(int(e))
}

// 2. From text.

// Value reads a value of the option's type from text, in the form that Format writes and in others:
//
//	true, false, 1, 0, on, off, yes, no  bool
//	4096, 0x1000, 0b11, TCP_LISTEN, A|B  integers
//	3s, 1.5ms, 0                         time.Duration
//	a0b1, 0xa0b1                         bytes
//	{Onoff:1 Linger:5}, Onoff:1,Linger:5 structures; fields that are not named are zero
//	[1 2 3], 1,2,3                       lists
//	"", 1, on                            struct{}: options without a value
//
// Errors: a *ValueError, which is EINVAL.
func (o Option) Value(text string) (any, error) {
	fail := func(err error) (any, error) {
		reason := ""
		if err != errSyntax {
			reason = err.Error()
		}
		return nil, &ValueError{o.Name, o.Type, text, reason}
	}
	if o.typ == nil {
		return fail(errors.New("there is no such option"))
	}
	v := reflect.New(o.typ).Elem()
	if n, ok := o.intValue(strings.TrimSpace(text)); ok && v.Kind() == reflect.Int {
		return n, nil
	}
	if o.typ.Kind() == reflect.String {
		return text, nil
	}
	p := parser{strings.TrimSpace(text)}
	if err := p.top(v); err != nil {
		return fail(err)
	}
	return v.Interface(), nil
}

var errSyntax = errors.New("syntax")

// A parser reads what is left of a text.
type parser struct{ s string }

// top reads a whole text: the braces and brackets of the outermost value may be left out.
func (p *parser) top(v reflect.Value) error {
	isText := reflect.PointerTo(v.Type()).Implements(textType)
	switch {
	case v.Type() == reflect.TypeFor[struct{}]():
		if on, err := parseBool(p.s); p.s == "" || p.s == "{}" || err == nil && on {
			return nil
		}
		return errSyntax
	case v.Kind() == reflect.Struct && !isText && !strings.HasPrefix(p.s, "{"):
		p.s = "{" + p.s + "}"
	case (v.Kind() == reflect.Slice || v.Kind() == reflect.Array) && !isBytes(v.Type()) && !isText && !strings.HasPrefix(p.s, "["):
		p.s = "[" + p.s + "]"
	case v.Kind() != reflect.Struct && v.Kind() != reflect.Slice && v.Kind() != reflect.Array, isText, isBytes(v.Type()):
		return parseWord(v, p.s)
	}
	if err := p.value(v); err != nil {
		return err
	}
	if p.space(); p.s != "" {
		return fmt.Errorf("%q is left over", p.s)
	}
	return nil
}

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// value reads the next value.
func (p *parser) value(v reflect.Value) error {
	isText := reflect.PointerTo(v.Type()).Implements(textType)
	switch {
	case v.Kind() == reflect.Struct && !isText:
		return p.list('{', '}', func(int) error { return p.field(v) })
	case v.Kind() == reflect.Slice && !isText && !isBytes(v.Type()):
		return p.list('[', ']', func(int) error {
			elem := reflect.New(v.Type().Elem()).Elem()
			err := p.value(elem)
			v.Set(reflect.Append(v, elem))
			return err
		})
	case v.Kind() == reflect.Array && !isText && !isBytes(v.Type()):
		return p.list('[', ']', func(i int) error {
			if i >= v.Len() {
				return fmt.Errorf("more than %d values", v.Len())
			}
			return p.value(v.Index(i))
		})
	}
	word, err := p.word()
	if err != nil {
		return err
	}
	return parseWord(v, word)
}

// list reads values between brackets, apart by spaces or commas.
func (p *parser) list(open, end byte, value func(i int) error) error {
	if p.space(); p.s == "" || p.s[0] != open {
		return fmt.Errorf("%q does not start with %c", p.s, open)
	}
	p.s = p.s[1:]
	for i := 0; ; i++ {
		switch p.space(); {
		case p.s == "":
			return fmt.Errorf("%c is missing", end)
		case p.s[0] == end:
			p.s = p.s[1:]
			return nil
		}
		if err := value(i); err != nil {
			return err
		}
	}
}

// field reads Name:value.
func (p *parser) field(v reflect.Value) error {
	name, rest, ok := strings.Cut(p.s, ":")
	if !ok {
		return fmt.Errorf("%q is no Field:value", strings.TrimRight(p.s, "} "))
	}
	f, ok := v.Type().FieldByNameFunc(func(s string) bool { return strings.EqualFold(s, name) })
	if !ok || !f.IsExported() {
		return fmt.Errorf("there is no field %q", name)
	}
	p.s = rest
	if err := p.value(v.FieldByIndex(f.Index)); err != nil {
		if err == errSyntax {
			err = fmt.Errorf("%s is no %s", f.Name, f.Type)
		}
		return err
	}
	return nil
}

// word reads up to the next space, comma or bracket, or a quoted string.
func (p *parser) word() (string, error) {
	if p.space(); strings.HasPrefix(p.s, `"`) {
		quoted, err := strconv.QuotedPrefix(p.s)
		if err != nil {
			return "", errors.New("a quote is missing")
		}
		p.s = p.s[len(quoted):]
		return strconv.Unquote(quoted)
	}
	i := strings.IndexAny(p.s, " \t\r\n,{}[]")
	if i < 0 {
		i = len(p.s)
	}
	word := p.s[:i]
	p.s = p.s[i:]
	if word == "" {
		return "", errSyntax
	}
	return word, nil
}

func (p *parser) space() { p.s = strings.TrimLeft(p.s, " \t\r\n,") }

// parseWord reads a value that is no structure and no list.
func parseWord(v reflect.Value, s string) error {
	switch v.Type() {
	case durationType:
		d, err := time.ParseDuration(s)
		if err != nil {
			return errors.New("a duration has a unit, as 3s or 200ms")
		}
		v.SetInt(int64(d))
		return nil
	case errnoType:
		for e := range unix.Errno(256) {
			if e != 0 && unix.ErrnoName(e) == s {
				v.SetUint(uint64(e))
				return nil
			}
		}
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if u.UnmarshalText([]byte(s)) != nil {
			return errSyntax
		}
		return nil
	}
	switch v.Kind() {
	case reflect.Bool:
		on, err := parseBool(s)
		v.SetBool(on)
		return err
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return parseInt(v, s)
	case reflect.String:
		v.SetString(s)
		return nil
	case reflect.Slice, reflect.Array:
		b, err := hex.DecodeString(strings.TrimPrefix(s, "0x"))
		if err != nil {
			return errors.New("bytes are hexadecimal digits, two each")
		}
		if v.Kind() == reflect.Slice {
			v.SetBytes(b)
			return nil
		}
		if len(b) > v.Len() {
			return fmt.Errorf("more than %d bytes", v.Len())
		}
		for i, c := range b {
			v.Index(i).SetUint(uint64(c))
		}
		return nil
	}
	return errSyntax
}

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "1", "on", "yes":
		return true, nil
	case "false", "0", "off", "no":
		return false, nil
	}
	return false, errSyntax
}

// 3. The names of enumerations and flags.

// intName names the values of options that are plain numbers in package socket's table.
func (o Option) intName(v int) (string, bool) {
	switch o.Name {
	case "SO_DOMAIN", "IPV6_ADDRFORM":
		return named(domains.text(v, "AF_"))
	case "SO_TYPE":
		return named(types.text(v, "SOCK_"))
	case "IP_TOS", "IPV6_TCLASS":
		return named(socket.TOS(v).String())
	}
	return "", false
}

func (o Option) intValue(text string) (int, bool) {
	switch o.Name {
	case "SO_DOMAIN", "IPV6_ADDRFORM":
		return domains.value(text)
	case "SO_TYPE":
		return types.value(text)
	case "IP_TOS", "IPV6_TCLASS":
		v := reflect.New(reflect.TypeFor[socket.TOS]()).Elem()
		err := parseName(v, text)
		return int(v.Int()), err == nil
	}
	return 0, false
}

// nameOf is the name of a value of an enumeration or of flags, which have a String. Strangers have none.
func nameOf(v reflect.Value) (string, bool) {
	s, ok := v.Interface().(fmt.Stringer)
	if !ok || !v.CanUint() && (!v.CanInt() || v.Int() != int64(int32(v.Int()))) { // names are of C ints
		return "", false
	}
	name := s.String()
	if v.CanInt() && v.Int() < 0 && strings.Contains(name, "|") {
		return "", false
	}
	return named(name)
}

func named(s string) (string, bool) { return s, !strings.Contains(s, "(") }

// parseInt reads a number, a name, or several of them with | between.
func parseInt(v reflect.Value, s string) error {
	if parseNumber(v, s) == nil {
		return nil
	}
	if _, ok := v.Interface().(fmt.Stringer); !ok {
		return errSyntax
	}
	if parseName(v, s) == nil {
		return nil
	}
	sum := reflect.New(v.Type()).Elem()
	for _, part := range strings.Split(s, "|") {
		one := reflect.New(v.Type()).Elem()
		if parseNumber(one, part) != nil && parseName(one, part) != nil {
			return errSyntax
		}
		if v.CanInt() {
			sum.SetInt(sum.Int() | one.Int())
		} else {
			sum.SetUint(sum.Uint() | one.Uint())
		}
	}
	v.Set(sum)
	return nil
}

func parseNumber(v reflect.Value, s string) error {
	if v.CanInt() {
		n, err := strconv.ParseInt(s, 0, v.Type().Bits())
		v.SetInt(n)
		return err
	}
	n, err := strconv.ParseUint(s, 0, v.Type().Bits())
	v.SetUint(n)
	return err
}

// parseName finds the value of that name: among small numbers, then among single bits.
func parseName(v reflect.Value, s string) error {
	is := func(n int64) bool {
		if v.CanInt() && !v.OverflowInt(n) {
			v.SetInt(n)
		} else if v.CanUint() && n >= 0 && !v.OverflowUint(uint64(n)) {
			v.SetUint(uint64(n))
		} else {
			return false
		}
		name, ok := nameOf(v)
		return ok && name == s
	}
	for n := int64(-1); n < 1<<10; n++ {
		if is(n) {
			return nil
		}
	}
	for bit := range 32 {
		if is(1 << bit) {
			return nil
		}
	}
	v.SetZero()
	return errSyntax
}

// 4. To JSON.

// appendJSON appends a value: enumerations, addresses and durations as the text they have, structures by their json
// tags or else in C's lower case, pointers that are nil not at all.
func appendJSON(b []byte, v reflect.Value) []byte {
	switch v.Type() {
	case durationType:
		return appendJSONString(b, time.Duration(v.Int()).String())
	case errnoType:
		return appendJSONString(b, errnoText(unix.Errno(v.Uint())))
	case reflect.TypeFor[[]OptionValue]():
		b = append(b, '{')
		for i, o := range v.Interface().([]OptionValue) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendJSONString(b, o.Option.Name), ':')
			if n, ok := o.Value.(int); ok {
				if s, ok := o.Option.intName(n); ok {
					b = appendJSONString(b, s)
					continue
				}
			}
			b = appendJSON(b, reflect.ValueOf(o.Value))
		}
		return append(b, '}')
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, _ := m.MarshalText()
		return appendJSONString(b, string(text))
	}
	if name, ok := nameOf(v); ok {
		return appendJSONString(b, name)
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.AppendUint(b, v.Uint(), 10)
	case reflect.Pointer:
		return appendJSON(b, v.Elem())
	case reflect.Slice, reflect.Array:
		if isBytes(v.Type()) {
			return appendJSONString(b, hex.EncodeToString(bytesOf(v)))
		}
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, v.Index(i))
		}
		return append(b, ']')
	case reflect.Struct:
		b = append(b, '{')
		first := true
		for i := range v.NumField() {
			f := v.Type().Field(i)
			key, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || key == "-" || (v.Field(i).Kind() == reflect.Pointer || opts == "omitempty") && v.Field(i).IsZero() {
				continue
			}
			if key == "" {
				key = strings.ToLower(f.Name)
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(appendJSONString(b, key), ':')
			if p, ok := v.Field(i).Interface().(Protocol); ok {
				b = appendJSONString(b, protocolText(v.FieldByName("Domain").Interface().(Domain), p))
				continue
			}
			b = appendJSON(b, v.Field(i))
		}
		return append(b, '}')
	}
	return appendJSONString(b, fmt.Sprint(v.Interface()))
}

func appendJSONString(b []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		return append(b, `""`...)
	}
	return append(b, text...)
}
