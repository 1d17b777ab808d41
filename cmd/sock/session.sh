#!/bin/sh
# A session with sock, from end to end: sock against itself, nc and curl. SOCK is the program, else it is built.
# It ends by itself, with "all as it should be", or with 1 and what was not.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
servers=
trap 'kill $servers 2>/dev/null || :; rm -rf "$tmp"' EXIT
mkdir "$tmp/bin"
if [ -n "${SOCK-}" ]; then
	ln -s "$SOCK" "$tmp/bin/sock"
else
	go build -o "$tmp/bin/sock" .
fi
PATH=$tmp/bin:$PATH

fail() { echo "session: $*" >&2; exit 1; }

# is WANT GOT: they are the same.
is() { [ "$1" = "$2" ] || fail "want '$1', got '$2'"; }

# has TEXT WORDS: the words are in the text.
has() { case $1 in *"$2"*) ;; *) fail "no '$2' in: $1" ;; esac; }

# serve ARGUMENTS: a server at a port of the kernel's choice, which is $port then, or at its path. It reads $input.
serve() {
	: >"$tmp/log"
	sock -s "$@" <"${input:-/dev/null}" >"$tmp/out" 2>"$tmp/log" &
	server=$!
	servers="$servers $server"
	tries=0
	until grep -q '^sock: listening' "$tmp/log"; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || fail "no server: $(cat "$tmp/log")"
		sleep 0.05
	done
	port=$(sed -n 's/^sock: listening on .*:\([0-9]*\)$/\1/p' "$tmp/log")
}

# ends CODE: the server ends with that code, after a SIGTERM if it is 143.
ends() {
	[ "$1" != 143 ] || kill "$server"
	code=0
	wait "$server" || code=$?
	is "$1" "$code"
}

echo "echo, TCP"
serve -m echo 0
is hello "$(echo hello | sock localhost $port)"
is nc "$(echo nc | nc -N localhost $port)"
calls=$(sock -v -o TCP_NODELAY=1 -o SO_RCVBUF=65536 localhost $port </dev/null 2>&1)
has "$calls" 'setsockopt('
has "$calls" 'TCP_NODELAY, [1], 4)'
has "$(sock list tcp listen :$port)" LISTEN
has "$(sock info $server)" ":$port LISTEN"
ends 143

echo "echo, UDP, from the address that was asked"
serve -u -m echo 0
is hello "$(echo hello | sock -u -n 1 localhost $port)"
is two "$(echo two | sock -u -n 1 127.0.0.2 $port)"
ends 143

echo "unix: stream, datagrams, messages, an abstract name"
for flags in -U -uU -qU; do
	serve $flags -m echo "$tmp/socket"
	is hello "$(echo hello | sock $flags -n 1 "$tmp/socket")"
	ends 143
	[ ! -e "$tmp/socket" ] || fail "the path is still there"
done
serve -U -m echo "@session$$"
is hello "$(echo hello | sock -U "@session$$")"
ends 143

echo "a file from here to there, and how fast"
head -c 20000000 /dev/urandom >"$tmp/file"
serve 127.0.0.1 0
sock localhost $port <"$tmp/file"
ends 0
cmp "$tmp/file" "$tmp/out"
serve -m sink -c 1 0
has "$(sock -i -n 16K localhost $port 2>&1)" 'sent 1073741824 bytes'
ends 0
has "$(cat "$tmp/log")" 'received 1073741824 bytes'

echo "curl"
printf 'HTTP/1.0 200 OK\r\n\r\nhello\n' >"$tmp/page"
input=$tmp/page
serve 127.0.0.1 0
is hello "$(curl -s http://127.0.0.1:$port/)"
ends 0
has "$(cat "$tmp/out")" 'GET / HTTP/1.1'

echo "what fails"
code=0
error=$(sock 127.0.0.1 $port </dev/null 2>&1) || code=$?
is "sock: connect 127.0.0.1:$port: connection refused" "$error"
is 1 $code
code=0
error=$(sock -o TCP_NODELY=1 localhost 7 2>&1) || code=$?
has "$error" 'did you mean TCP_NODELAY?'
is 2 $code

echo "options"
has "$(sock opts SO_RCVBUF)" 'int, read and set'
has "$(sock opts)" TCP_CONGESTION
has "$(sock completion bash)" SO_REUSEPORT
has "$(sock -h)" Examples

echo "session: all as it should be"
