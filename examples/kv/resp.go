//go:build linux

package main

import (
	"bytes"
	"errors"
	"io"
	"strconv"
)

// This file holds Redis's protocol: a command is an array of bulk strings,
//
//	*2\r\n$3\r\nGET\r\n$6\r\ncolour\r\n
//
// or, typed by a person, words on a line. https://redis.io/docs/latest/develop/reference/protocol-spec/

// A command is the words of one, as parts of the data that it came in.
type command struct {
	words [8][]byte // of the usual ones
	n     int
	more  [][]byte // of a longer one, all
}

func (c *command) add(word []byte) {
	switch {
	case c.n < len(c.words):
		c.words[c.n] = word
	case c.n == len(c.words):
		c.more = append(append(c.more, c.words[:]...), word)
	default:
		c.more = append(c.more, word)
	}
	c.n++
}

func (c *command) list() [][]byte {
	if c.n > len(c.words) {
		return c.more
	}
	return c.words[:c.n]
}

const (
	maxWords = 1 << 16
	maxBulk  = 1 << 20
)

var (
	errCount  = errors.New("invalid multibulk length")
	errBulk   = errors.New("invalid bulk length")
	errDollar = errors.New("expected '$'")
)

// parse reads one command, and returns how many bytes it is long: 0 if it is not all there.
func parse(p []byte) (c command, n int, err error) {
	line, n := cutLine(p)
	if n == 0 {
		return c, 0, nil
	}
	if len(line) == 0 || line[0] != '*' {
		for word := range bytes.FieldsSeq(line) {
			c.add(word)
		}
		return c, n, nil
	}
	words, err := strconv.Atoi(string(line[1:]))
	if err != nil || words > maxWords {
		return c, 0, errCount
	}
	for range words {
		line, m := cutLine(p[n:])
		if m == 0 {
			return c, 0, nil
		}
		if len(line) == 0 || line[0] != '$' {
			return c, 0, errDollar
		}
		size, err := strconv.Atoi(string(line[1:]))
		if err != nil || size < 0 || size > maxBulk {
			return c, 0, errBulk
		}
		n += m
		if len(p) < n+size+2 {
			return c, 0, nil
		}
		c.add(p[n : n+size])
		n += size + 2
	}
	return c, n, nil
}

// cutLine is the first line and how long it is with its end; 0 if the end is not there.
func cutLine(p []byte) (line []byte, n int) {
	i := bytes.IndexByte(p, '\n')
	if i < 0 {
		return nil, 0
	}
	return bytes.TrimSuffix(p[:i], []byte("\r")), i + 1
}

// is compares the name of a command, in capitals or not.
func is(word []byte, name string) bool { return bytes.EqualFold(word, []byte(name)) }

// The answers: +OK, $5 and five bytes, $-1 for none.

var (
	ok      = []byte("+OK\r\n")
	pong    = []byte("+PONG\r\n")
	none    = []byte("$-1\r\n")
	lineEnd = []byte("\r\n")
)

func bulk(w io.Writer, value []byte) {
	var head [24]byte
	w.Write(append(strconv.AppendInt(append(head[:0], '$'), int64(len(value)), 10), lineEnd...))
	w.Write(value)
	w.Write(lineEnd)
}
