//go:build ignore

/* The pair tcp4 of the tour in C: the same calls in the same order, and what they carry is the same.
 * A test holds the two traces against each other. It differs from everyday C where the Go package does:
 * SOCK_CLOEXEC is asked for, and there is room for an address of any family.
 *
 *	cc -Wall -Wextra -o tcp tcp.c && ./tcp FILE
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, BUFFER = 128 << 10, DIGEST = 32 };

static unsigned char *read_file(const char *path, size_t *size);
static void sha256(const unsigned char *p, size_t n, unsigned char sum[DIGEST]);

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1) {
		perror(call);
		exit(1);
	}
	return result;
}

static void expect(const char *what, int ok)
{
	if (!ok) {
		fprintf(stderr, "%s\n", what);
		exit(1);
	}
}

static void set(int fd, int level, int name, int value)
{
	check("setsockopt", setsockopt(fd, level, name, &value, sizeof value));
}

int main(int argc, char **argv)
{
	expect("usage: tcp FILE", argc == 2);
	size_t size;
	unsigned char *file = read_file(argv[1], &size);
	unsigned char want[DIGEST], got[DIGEST];
	sha256(file, size, want);
	unsigned char *received = malloc(size);
	unsigned char buf[CHUNK];

	/* The server makes a socket, sets its options, gives it an address and listens. */
	int l = check("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	set(l, SOL_SOCKET, SO_REUSEADDR, 1);
	set(l, SOL_SOCKET, SO_RCVBUF, BUFFER); /* before listen: connections inherit it */
	int val;
	socklen_t len = sizeof val;
	check("getsockopt", getsockopt(l, SOL_SOCKET, SO_RCVBUF, &val, &len));
	struct sockaddr_in loopback = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	check("bind", bind(l, (struct sockaddr *)&loopback, sizeof loopback));
	struct sockaddr_storage addr;
	socklen_t addrlen = sizeof addr;
	check("getsockname", getsockname(l, (struct sockaddr *)&addr, &addrlen));
	check("listen", listen(l, 16));

	/* The client connects. It need not wait until the server accepts: the kernel holds the connection. */
	int c = check("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	set(c, IPPROTO_TCP, TCP_NODELAY, 1);
	set(c, SOL_SOCKET, SO_SNDBUF, BUFFER);
	check("connect", connect(c, (struct sockaddr *)&addr, addrlen));
	struct sockaddr_storage name, peer;
	socklen_t namelen = sizeof name, peerlen = sizeof peer;
	check("getsockname", getsockname(c, (struct sockaddr *)&name, &namelen));

	/* Each knows the other's address. */
	int s = check("accept4", accept4(l, (struct sockaddr *)&peer, &peerlen, SOCK_CLOEXEC));
	expect("accept4: another peer", peerlen == namelen && memcmp(&peer, &name, namelen) == 0);
	peerlen = sizeof peer;
	check("getpeername", getpeername(c, (struct sockaddr *)&peer, &peerlen));
	expect("getpeername: another peer", peerlen == addrlen && memcmp(&peer, &addr, addrlen) == 0);

	/* The file, a chunk at a time: one thread is both sides, so a chunk must fit into the buffers. */
	for (size_t sent = 0; sent < size;) {
		size_t rest = size - sent;
		size_t end = sent + check("send", send(c, file + sent, rest < CHUNK ? rest : CHUNK, 0));
		while (sent < end) {
			size_t n = check("recv", recv(s, received + sent, end - sent, MSG_WAITALL));
			expect("recv: the end came early", n > 0);
			sent += n;
		}
	}
	sha256(received, size, got);

	/* Half-close: the client has said all, and still hears. */
	check("shutdown", shutdown(c, SHUT_WR));
	expect("recv: no end", check("recv", recv(s, buf, sizeof buf, 0)) == 0);

	/* The server answers and hangs up. */
	check("send", send(s, got, sizeof got, 0));
	check("close", close(s));
	ssize_t n = check("recv", recv(c, buf, sizeof buf, 0));
	expect("recv: another SHA-256", n == DIGEST && memcmp(buf, want, DIGEST) == 0);
	expect("recv: no end", check("recv", recv(c, buf, sizeof buf, 0)) == 0);
	check("close", close(c));
	check("close", close(l));

	printf("%zu bytes sent and found equal\n", size);
	return 0;
}

/* What Go has in its library. */

static unsigned char *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	if (f == NULL || fseek(f, 0, SEEK_END) != 0) {
		perror(path);
		exit(1);
	}
	*size = ftell(f);
	rewind(f);
	unsigned char *p = malloc(*size);
	expect("short file", p != NULL && fread(p, 1, *size, f) == *size);
	fclose(f);
	return p;
}

static uint32_t ror(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void block(uint32_t h[8], const unsigned char *p)
{
	static const uint32_t k[64] = {
		0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
		0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
		0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
		0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
		0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
		0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
		0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
		0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
	};
	uint32_t w[64], v[8];
	for (int i = 0; i < 64; i++)
		w[i] = i < 16 ? (uint32_t)p[4*i] << 24 | p[4*i+1] << 16 | p[4*i+2] << 8 | p[4*i+3]
			: w[i-16] + (ror(w[i-15], 7) ^ ror(w[i-15], 18) ^ w[i-15] >> 3)
			+ w[i-7] + (ror(w[i-2], 17) ^ ror(w[i-2], 19) ^ w[i-2] >> 10);
	memcpy(v, h, sizeof v);
	for (int i = 0; i < 64; i++) {
		uint32_t a = v[0], e = v[4];
		uint32_t t1 = v[7] + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + k[i] + w[i];
		uint32_t t2 = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
		memmove(v + 1, v, sizeof v - sizeof v[0]);
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		h[i] += v[i];
}

static void sha256(const unsigned char *p, size_t n, unsigned char sum[DIGEST])
{
	uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	unsigned char last[128] = { 0 };
	size_t rest = n % 64, lastlen = rest < 56 ? 64 : 128;
	for (size_t i = 0; i + 64 <= n; i += 64)
		block(h, p + i);
	memcpy(last, p + n - rest, rest);
	last[rest] = 0x80;
	for (int i = 0; i < 8; i++)
		last[lastlen - 1 - i] = (uint64_t)n * 8 >> 8 * i;
	for (size_t i = 0; i < lastlen; i += 64)
		block(h, last + i);
	for (int i = 0; i < DIGEST; i++)
		sum[i] = h[i / 4] >> (24 - i % 4 * 8);
}
