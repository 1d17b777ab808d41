package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
)

// This file holds what there is of HTTP/1.1 here (RFC 9112): request lines, header fields, bodies of a known
// length, which nobody looks at. Chunked bodies and upgrades are refused.

// A request is what handle needs of one.
type request struct {
	method, path     string
	keepAlive, http0 bool // http0: HTTP/1.0, where keeping a connection has to be said
}

// A status is an answer that ends the connection, as an error.
type status int

func (s status) Error() string { return strconv.Itoa(int(s)) + " " + reasons[s] }

var reasons = map[status]string{200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
	413: "Content Too Large", 431: "Request Header Fields Too Large", 501: "Not Implemented", 505: "HTTP Version Not Supported"}

const (
	maxFields = 100
	maxBody   = 1 << 20
)

// read reads a request to its end. Its error is a status, or that of r.
func (q *request) read(r *bufio.Reader) error {
	line, err := readLine(r)
	if err != nil {
		return err
	}
	if len(line) == 0 { // RFC 9112, 2.2: one empty line before a request is passed over
		if line, err = readLine(r); err != nil {
			return err
		}
	}
	method, rest, _ := bytes.Cut(line, []byte(" "))
	path, version, ok := bytes.Cut(rest, []byte(" "))
	if !ok || len(method) == 0 || len(path) == 0 {
		return status(400)
	}
	switch string(version) {
	case "HTTP/1.1":
		q.keepAlive, q.http0 = true, false
	case "HTTP/1.0":
		q.keepAlive, q.http0 = false, true
	default:
		return status(505)
	}
	q.method, q.path = known(method), known(path)

	length, lengths := 0, 0
	for fields := 0; ; fields++ {
		line, err := readLine(r)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			break
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(name) == 0 || bytes.ContainsAny(name, " \t") { // a space here is how requests are smuggled
			return status(400)
		}
		if fields == maxFields {
			return status(431)
		}
		value = textproto.TrimBytes(value)
		switch {
		case equal(name, "Content-Length"):
			n, err := strconv.ParseUint(string(value), 10, 63)
			if err != nil || lengths > 0 && int(n) != length {
				return status(400)
			}
			if n > maxBody {
				return status(413)
			}
			length, lengths = int(n), lengths+1
		case equal(name, "Transfer-Encoding"):
			return status(501)
		case equal(name, "Connection"):
			for option := range bytes.SplitSeq(value, []byte(",")) {
				switch option = textproto.TrimBytes(option); {
				case equal(option, "close"):
					q.keepAlive = false
				case equal(option, "keep-alive") && q.http0:
					q.keepAlive = true
				}
			}
		}
	}
	_, err = r.Discard(length)
	return unexpected(err)
}

// readLine is the next line without its end, valid until the next read.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return nil, status(431)
	}
	if err != nil {
		return nil, unexpected(err)
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
}

// unexpected makes the end of the stream within a request an error.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// known is a string for b, which for the usual ones is not made anew.
func known(b []byte) string {
	switch string(b) {
	case "GET":
		return "GET"
	case "HEAD":
		return "HEAD"
	case "/":
		return "/"
	}
	return string(b)
}

func equal(b []byte, name string) bool { return bytes.EqualFold(b, []byte(name)) }

// answer writes an answer. With no body of its own it has its reason for one.
func (q *request) answer(w *bufio.Writer, code status, contentType, body string) {
	if body == "" {
		body = code.Error() + "\n"
	}
	fmt.Fprintf(w, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n", int(code), reasons[code], contentType, len(body))
	if code == 405 {
		w.WriteString("Allow: GET, HEAD\r\n")
	}
	switch {
	case !q.keepAlive:
		w.WriteString("Connection: close\r\n")
	case q.http0:
		w.WriteString("Connection: keep-alive\r\n")
	}
	w.WriteString("\r\n")
	if q.method != "HEAD" {
		w.WriteString(body)
	}
}
