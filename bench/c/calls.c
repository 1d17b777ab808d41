// One call, or a few, many times.
#include "twin.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/stat.h>

// What the loops work on.
static int fd, l, sv[2], file;
static in_port_t port;
static address to;
static struct stat want;

static int tcp(int flags) {
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	check(fd >= 0, "socket");
	return fd;
}

static void getsockopts(long i, long end) {
	for (; i < end; i++) {
		int v = 0;
		socklen_t len = sizeof v;
		check(!getsockopt(fd, SOL_SOCKET, SO_TYPE, &v, &len), "getsockopt");
		verify(v == SOCK_STREAM, "SO_TYPE");
	}
}

void getsockopt_role(void) {
	fd = tcp(0);
	sliced(number("n", 1), number("slice", 64), getsockopts);
}

static void setsockopts(long i, long end) {
	for (; i < end; i++) {
		int one = 1;
		check(!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "setsockopt");
	}
}

void setsockopt_role(void) {
	int v = 0;
	socklen_t len = sizeof v;
	fd = tcp(0);
	sliced(number("n", 1), number("slice", 64), setsockopts);
	check(!getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &v, &len), "getsockopt");
	verify(v == 1, "TCP_NODELAY");
}

static void getsocknames(long i, long end) {
	for (; i < end; i++) {
		struct sockaddr_storage ss;
		socklen_t len = sizeof ss;
		check(!getsockname(fd, (struct sockaddr *)&ss, &len), "getsockname");
		verify(((struct sockaddr_in *)&ss)->sin_port == port, "port");
	}
}

void getsockname_role(void) {
	fd = socket(family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
	check(fd >= 0, "socket");
	to = loopback("0");
	check(!bind(fd, (struct sockaddr *)&to.ss, to.len), "bind");
	to.len = sizeof to.ss;
	check(!getsockname(fd, (struct sockaddr *)&to.ss, &to.len), "getsockname");
	port = ((struct sockaddr_in *)&to.ss)->sin_port;
	sliced(number("n", 1), number("slice", 64), getsocknames);
}

static void socketcloses(long i, long end) {
	for (; i < end; i++)
		check(!close(tcp(SOCK_NONBLOCK)), "close");
}

void socketclose_role(void) { sliced(number("n", 1), number("slice", 64), socketcloses); }

static void accepts(long i, long end) {
	for (; i < end; i++) {
		int c = tcp(SOCK_NONBLOCK);
		check(!connect(c, (struct sockaddr *)&to.ss, to.len) || errno == EINPROGRESS, "connect");
		struct sockaddr_in peer;
		socklen_t len = sizeof peer;
		int a = accept4(l, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		check(a >= 0, "accept");
		verify(peer.sin_addr.s_addr == htonl(INADDR_LOOPBACK), "peer");
		check(!close(a) && !close(c), "close");
	}
}

// A connection to a non-blocking listener of the same thread, accepted and closed. The listener's SO_LINGER
// goes to those it accepts: their close resets, and leaves no TIME_WAIT.
void accept_role(void) {
	struct linger reset = {1, 0};
	l = tcp(SOCK_NONBLOCK);
	check(!setsockopt(l, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "SO_LINGER");
	to = loopback("0");
	check(!bind(l, (struct sockaddr *)&to.ss, to.len), "bind");
	check(!listen(l, 4096), "listen");
	to.len = sizeof to.ss;
	check(!getsockname(l, (struct sockaddr *)&to.ss, &to.len), "getsockname");
	sliced(number("n", 1), number("slice", 64), accepts);
}

static void fdpasses(long i, long end) {
	for (; i < end; i++) {
		union { struct cmsghdr align; char buf[CMSG_SPACE(sizeof(int))]; } control;
		unsigned char b = i;
		struct iovec iov = {&b, 1};
		struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &file, sizeof file);
		check(sendmsg(sv[0], &msg, 0) == 1, "sendmsg");

		b = ~b;
		msg.msg_controllen = sizeof control;
		check(recvmsg(sv[1], &msg, MSG_CMSG_CLOEXEC) == 1, "recvmsg");
		verify(b == (unsigned char)i, "sequence");
		c = CMSG_FIRSTHDR(&msg);
		verify(c && c->cmsg_type == SCM_RIGHTS, "SCM_RIGHTS");
		int got;
		memcpy(&got, CMSG_DATA(c), sizeof got);
		if (i % 1024 == 0) {
			struct stat is;
			check(!fstat(got, &is), "fstat");
			verify(is.st_rdev == want.st_rdev && is.st_ino == want.st_ino, "file");
		}
		check(!close(got), "close");
	}
}

// A descriptor sent and received over a socketpair, and closed.
void fdpass_role(void) {
	file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	check(file >= 0 && !fstat(file, &want), "/dev/null");
	check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sv), "socketpair");
	sliced(number("n", 1), number("slice", 64), fdpasses);
}
