// Ping-pong, and streams in one direction.
#include "twin.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

static int datagrams(void) { return !strncmp(word("proto", "tcp"), "udp", 3); }

static void send_all(int fd, const unsigned char *p, long size) {
	for (long off = 0; off < size;) {
		ssize_t k = send(fd, p + off, size - off, 0);
		check(k > 0, "send");
		off += k;
	}
}

// recv_all takes a whole message; 0 at the end of the stream.
static int recv_all(int fd, unsigned char *p, long size) {
	for (long off = 0; off < size;) {
		ssize_t k = recv(fd, p + off, size - off, 0);
		check(k >= 0, "recv");
		if (k == 0)
			return 0;
		off += k;
	}
	return 1;
}

// The first bytes of a message are its number.
static void stamp(unsigned char *p, long size, uint64_t seq) { memcpy(p, &seq, size < 8 ? size : 8); }

void pingpong_role(void) {
	long n = number("n", 1), size = number("size", 64), warm = number("warm", 100);
	unsigned char *out = malloc(size), *in = malloc(size);
	int fd;
	if (datagrams()) {
		address a = loopback(word("to", "0"));
		fd = socket(family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
		check(fd >= 0, "socket");
		check(!connect(fd, (struct sockaddr *)&a.ss, a.len), "connect");
	} else
		fd = stream();
	fill(out, size);
	latencies(n);
	int64_t before = 0;
	for (long i = -warm; i < n; i++) {
		if (i == 0) {
			begin();
			before = now();
		}
		stamp(out, size, i);
		send_all(fd, out, size);
		check(recv_all(fd, in, size), "recv");
		verify(!memcmp(in, out, size), "echo");
		if (i >= 0) {
			int64_t t = now();
			latency(t - before);
			before = t;
		}
	}
	finish(n);
}

// The peer of every contestant's ping-pong.
void pingpong_peer_role(void) {
	long size = number("size", 64);
	unsigned char *p = malloc(size + 1);
	if (datagrams()) {
		int fd = socket(family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
		check(fd >= 0, "socket");
		address a = loopback("0"), from;
		check(!bind(fd, (struct sockaddr *)&a.ss, a.len), "bind");
		announce(fd);
		for (;;) {
			from.len = sizeof from.ss;
			ssize_t k = recvfrom(fd, p, size + 1, 0, (struct sockaddr *)&from.ss, &from.len);
			verify(k == size, "size");
			check(sendto(fd, p, k, 0, (struct sockaddr *)&from.ss, from.len) == k, "sendto");
		}
	}
	int fd = stream();
	while (recv_all(fd, p, size))
		send_all(fd, p, size);
}

// Sends n messages and waits for the receiver's word that all are there.
void send_role(void) {
	long n = number("n", 1), size = number("size", 65536);
	const char *how = word("how", "send");
	unsigned char *p = malloc(size), go;
	fill(p, size);
	int fd = stream(), file = -1;
	if (!strcmp(how, "sendfile")) { // 16 messages, again and again: those on their way must not change
		file = memfd_create("bench", MFD_CLOEXEC);
		check(file >= 0, "memfd_create");
		for (int i = 0; i < 16; i++) {
			stamp(p, size, i);
			check(write(file, p, size) == size, "write");
		}
	}
	struct iovec iov[4];
	for (int i = 0; i < 4; i++)
		iov[i] = (struct iovec){p + i * (size / 4), size / 4};
	check(recv(fd, &go, 1, 0) == 1, "recv");
	begin();
	for (long i = 0; i < n; i++) {
		if (file >= 0) {
			off_t off = i % 16 * size;
			for (long left = size; left > 0;) {
				ssize_t k = sendfile(fd, file, &off, left);
				check(k > 0, "sendfile");
				left -= k;
			}
			continue;
		}
		stamp(p, size, i);
		if (!strcmp(how, "writev")) {
			ssize_t k = writev(fd, iov, 4);
			check(k > 0, "writev");
			send_all(fd, p + k, size - k);
		} else
			send_all(fd, p, size);
	}
	check(recv(fd, &go, 1, 0) == 1, "recv");
	finish(n);
}

// Receives n messages and says so.
void recv_role(void) {
	long n = number("n", 1), size = number("size", 65536), cycle = number("cycle", 1L << 62);
	unsigned char *p = malloc(size), *want = malloc(size), go = 1;
	fill(want, size);
	int fd = stream();
	check(send(fd, &go, 1, 0) == 1, "send");
	begin();
	for (long i = 0; i < n; i++) {
		check(recv_all(fd, p, size), "recv");
		stamp(want, size, i % cycle);
		verify(!memcmp(p, want, size), "message");
	}
	check(send(fd, &go, 1, 0) == 1, "send");
	finish(n);
}

// Moves n messages from a source to a sink, by splice through a pipe.
void relay_role(void) {
	long total = number("n", 1) * number("size", 65536);
	int src = socket(family(), SOCK_STREAM | SOCK_CLOEXEC, 0), dst = socket(family(), SOCK_STREAM | SOCK_CLOEXEC, 0), pipes[2];
	address from = loopback(word("from", "0")), to = loopback(word("to", "0"));
	check(!connect(src, (struct sockaddr *)&from.ss, from.len) && !connect(dst, (struct sockaddr *)&to.ss, to.len), "connect");
	check(!pipe2(pipes, O_CLOEXEC) && fcntl(pipes[0], F_SETPIPE_SZ, 1 << 20) > 0, "pipe");
	unsigned char go;
	check(recv(dst, &go, 1, 0) == 1 && send(src, &go, 1, 0) == 1, "go");
	begin();
	for (long moved = 0; moved < total;) {
		ssize_t k = splice(src, NULL, pipes[1], NULL, 1 << 20, SPLICE_F_MOVE);
		check(k > 0, "splice in");
		moved += k;
		while (k > 0) {
			ssize_t m = splice(pipes[0], NULL, dst, NULL, k, SPLICE_F_MOVE);
			check(m > 0, "splice out");
			k -= m;
		}
	}
	check(recv(dst, &go, 1, 0) == 1 && send(src, &go, 1, 0) == 1, "done");
	finish(number("n", 1));
}
