// Datagrams from one socket to another of the same thread: 64 out, 64 in, each one looked at.
#include "twin.h"
#include <netinet/udp.h>
#include <sys/uio.h>

enum { burst = 64 };

static int out, in;
static long size;
static address to;
static unsigned char *want;
static uint64_t expected;

static void look(const unsigned char *p, long n) {
	verify(n == size, "size");
	memcpy(want, &expected, 8);
	verify(!memcmp(p, want, size), "datagram");
	expected++;
}

static int udp(void) {
	int fd = socket(family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), space = 4 << 20;
	check(fd >= 0, "socket");
	check(!setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &space, sizeof space), "SO_RCVBUF");
	return fd;
}

static unsigned char *p, *q;

static void single(long i, long end) {
	for (; i < end; i += burst) {
		for (uint64_t k = i; k < (uint64_t)i + burst; k++) {
			memcpy(p, &k, 8);
			check(sendto(out, p, size, 0, (struct sockaddr *)&to.ss, to.len) == size, "sendto");
		}
		for (int k = 0; k < burst; k++) {
			struct sockaddr_storage from;
			socklen_t len = sizeof from;
			ssize_t m = recvfrom(in, q, size + 1, 0, (struct sockaddr *)&from, &len);
			check(m >= 0, "recvfrom");
			look(q, m);
		}
	}
}

static struct mmsghdr sends[burst], recvs[burst];
static struct iovec siov[burst], riov[burst];
static struct sockaddr_storage from[burst];
static int most;

static void batch_buffers(void) {
	most = number("batch", 64);
	for (int k = 0; k < burst; k++) {
		siov[k] = (struct iovec){malloc(size), size};
		fill(siov[k].iov_base, size);
		riov[k] = (struct iovec){malloc(size + 1), size + 1};
		sends[k].msg_hdr = (struct msghdr){.msg_name = &to.ss, .msg_namelen = to.len, .msg_iov = &siov[k], .msg_iovlen = 1};
		recvs[k].msg_hdr = (struct msghdr){.msg_name = &from[k], .msg_iov = &riov[k], .msg_iovlen = 1};
	}
}

static void batch(long i, long end) {
	for (; i < end; i += burst) {
		for (uint64_t k = 0; k < burst; k++) {
			uint64_t seq = i + k;
			memcpy(siov[k].iov_base, &seq, 8);
		}
		for (int k = 0; k < burst; k += most)
			check(sendmmsg(out, sends + k, most, 0) == most, "sendmmsg");
		for (int k = 0; k < burst;) {
			int room = burst - k < most ? burst - k : most;
			for (int j = k; j < k + room; j++)
				recvs[j].msg_hdr.msg_namelen = sizeof from[j];
			int m = recvmmsg(in, recvs + k, room, 0, NULL);
			check(m > 0, "recvmmsg");
			for (; m > 0; m--, k++)
				look(riov[k].iov_base, recvs[k].msg_len);
		}
	}
}

// One message of as many datagrams as fit, cut by the kernel and joined again.
static int segments;

static void gso(long i, long end) {
	for (; i < end; i += segments) {
		for (int k = 0; k < segments; k++) {
			uint64_t seq = i + k;
			memcpy(p + k * size, &seq, 8);
		}
		union { struct cmsghdr align; char buf[CMSG_SPACE(sizeof(int))]; } control;
		struct iovec iov = {p, segments * size};
		struct msghdr msg = {.msg_name = &to.ss, .msg_namelen = to.len, .msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = &control, .msg_controllen = CMSG_SPACE(sizeof(uint16_t))};
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = IPPROTO_UDP;
		c->cmsg_type = UDP_SEGMENT;
		c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
		*(uint16_t *)CMSG_DATA(c) = size;
		check(sendmsg(out, &msg, 0) == segments * size, "sendmsg");
		for (int got = 0; got < segments;) {
			iov = (struct iovec){q, 65536};
			msg = (struct msghdr){.msg_name = &from[0], .msg_namelen = sizeof from[0], .msg_iov = &iov, .msg_iovlen = 1,
				.msg_control = &control, .msg_controllen = sizeof control};
			ssize_t m = recvmsg(in, &msg, 0);
			check(m > 0, "recvmsg");
			int each = m;
			c = CMSG_FIRSTHDR(&msg);
			if (c && c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO)
				memcpy(&each, CMSG_DATA(c), sizeof each);
			for (unsigned char *d = q; d < q + m; d += each, got++)
				look(d, q + m - d < each ? q + m - d : each);
		}
	}
}

void udp_role(void) {
	const char *how = word("how", "single");
	long n = number("n", 1) < 4 * burst ? 4 * burst : (number("n", 1) + burst - 1) / burst * burst;
	size = number("size", 64);
	want = malloc(size);
	fill(want, size);
	in = udp();
	out = udp();
	to = loopback("0");
	check(!bind(in, (struct sockaddr *)&to.ss, to.len), "bind");
	to.len = sizeof to.ss;
	check(!getsockname(in, (struct sockaddr *)&to.ss, &to.len), "getsockname");
	segments = 65507 / size > burst ? burst : 65507 / size;
	p = malloc(segments * size);
	q = malloc(65536);
	for (int k = 0; k < segments; k++)
		fill(p + k * size, size);
	if (!strcmp(how, "single"))
		sliced(n, burst, single);
	else if (!strcmp(how, "gso")) {
		int on = 1;
		check(!setsockopt(in, IPPROTO_UDP, UDP_GRO, &on, sizeof on), "UDP_GRO");
		sliced(n / segments * segments, 8 * segments, gso);
	} else {
		batch_buffers();
		sliced(n, burst, batch);
	}
}
