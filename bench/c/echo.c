// The echo server on epoll, the server that only accepts, and the clients that load every contestant's.
#include "twin.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

enum { events_at_once = 256 };

static void watch(int ep, int fd) {
	struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
	check(!epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e), "epoll_ctl");
}

void echo_role(void) {
	static unsigned char p[4096];
	int l = listener(SOCK_NONBLOCK), ep = epoll_create1(EPOLL_CLOEXEC);
	check(ep >= 0, "epoll_create1");
	watch(ep, l);
	for (;;) {
		struct epoll_event events[events_at_once];
		int n = epoll_wait(ep, events, events_at_once, -1);
		check(n > 0 || errno == EINTR, "epoll_wait");
		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;
			if (fd == l) {
				while ((fd = accept4(l, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
					nodelay(fd);
					watch(ep, fd);
				}
				check(errno == EAGAIN, "accept");
				continue;
			}
			ssize_t k = recv(fd, p, sizeof p, 0);
			if (k > 0)
				check(send(fd, p, k, 0) == k, "send");
			else if (k == 0 || errno != EAGAIN)
				close(fd);
		}
	}
}

// Accepts, and closes at once: by a reset: reset=1 sets the listener's SO_LINGER, which those it accepts have too.
void accepts_role(void) {
	int l = listener(SOCK_NONBLOCK), ep = epoll_create1(EPOLL_CLOEXEC);
	check(ep >= 0, "epoll_create1");
	watch(ep, l);
	for (;;) {
		struct epoll_event events[events_at_once];
		int fd, n = epoll_wait(ep, events, events_at_once, -1);
		check(n > 0 || errno == EINTR, "epoll_wait");
		while ((fd = accept4(l, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
			close(fd);
		check(errno == EAGAIN, "accept");
	}
}

// The server as the client sees it from outside: its processor time, context switches and memory.

typedef struct {
	int64_t cpu;
	long switches, rss;
} state;

static long status(const char *file, const char *key) {
	char line[256];
	long v = 0;
	FILE *f = fopen(file, "r");
	if (!f)
		return 0;
	while (fgets(line, sizeof line, f))
		if (!strncmp(line, key, strlen(key)))
			v = atol(line + strlen(key));
	fclose(f);
	return v;
}

static state look(void) {
	state s = {0};
	int pid = number("pid", 0);
	if (!pid)
		return s;
	char name[64];
	snprintf(name, sizeof name, "/proc/%d/task", pid);
	DIR *d = opendir(name);
	check(d != NULL, name);
	for (struct dirent *e; (e = readdir(d));) {
		char file[512];
		snprintf(file, sizeof file, "/proc/%d/task/%s/status", pid, e->d_name);
		s.switches += status(file, "voluntary_ctxt_switches:") + status(file, "nonvoluntary_ctxt_switches:");
	}
	closedir(d);
	snprintf(name, sizeof name, "/proc/%d/status", pid);
	s.rss = status(name, "RssAnon:") * 1024;
	clockid_t clock;
	struct timespec t;
	check(!clock_getcpuclockid(pid, &clock) && !clock_gettime(clock, &t), "the server's clock");
	s.cpu = t.tv_sec * 1000000000LL + t.tv_nsec;
	return s;
}

// Tells the one who started it how far it is, and waits for a line.
static void phase(const char *name) {
	char line[16];
	printf("%s\n", name);
	fflush(stdout);
	check(fgets(line, sizeof line, stdin) != NULL, name);
}

typedef struct {
	uint64_t seq, index;
	unsigned char rest[48];
} message;

typedef struct {
	int fd;
	uint64_t seq;
	int64_t sent;
} connection;

static message pattern;

// Each source address has its own ports: 20,000 connections from each.
static int dial(long index) {
	int fd = socket(family(), SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	check(fd >= 0, "socket");
	if (index >= 20000 && family() == AF_INET) {
		struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + index / 20000)};
		check(!setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one), "IP_BIND_ADDRESS_NO_PORT");
		check(!bind(fd, (struct sockaddr *)&from, sizeof from), "bind");
	}
	address a = loopback(word("to", "0"));
	check(!connect(fd, (struct sockaddr *)&a.ss, a.len), "connect");
	nodelay(fd);
	return fd;
}

static void ask(connection *c, long index) {
	message m = pattern;
	m.seq = ++c->seq;
	m.index = index;
	c->sent = now();
	check(send(c->fd, &m, sizeof m, 0) == sizeof m, "send");
}

static void answered(connection *c, long index) {
	message m, want = pattern;
	check(recv(c->fd, &m, sizeof m, MSG_WAITALL) == sizeof m, "recv");
	want.seq = c->seq;
	want.index = index;
	verify(!memcmp(&m, &want, sizeof m), "echo");
}

static connection *dial_all(long conns) {
	connection *all = calloc(conns, sizeof *all);
	for (long i = 0; i < conns; i++) {
		all[i].fd = dial(i);
		if (i % 256 == 255) { // its answer shows that the server has taken all up to here
			ask(&all[i], i);
			answered(&all[i], i);
		}
	}
	for (long i = 0; i < conns; i++) {
		ask(&all[i], i);
		answered(&all[i], i);
	}
	return all;
}

// Loads an echo server with one request on its way on each connection.
void load_role(void) {
	long conns = number("conns", 1), n = number("n", 1), left = n, asked = 0;
	struct rlimit r;
	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	fill((unsigned char *)&pattern, sizeof pattern);

	long warm = conns < 64 ? conns : 64; // so that the server has its code and its threads
	connection *all = dial_all(warm);
	for (int k = 0; k < 20; k++)
		for (long i = 0; i < warm; i++) {
			ask(&all[i], i);
			answered(&all[i], i);
		}
	for (long i = 0; i < warm; i++)
		close(all[i].fd);
	free(all);
	phase("warm");
	state empty = look();
	all = dial_all(conns);
	state full = look();
	phase("connected");

	int ep = epoll_create1(EPOLL_CLOEXEC);
	check(ep >= 0, "epoll_create1");
	for (long i = 0; i < conns; i++) {
		struct epoll_event e = {.events = EPOLLIN, .data.u64 = i};
		check(!epoll_ctl(ep, EPOLL_CTL_ADD, all[i].fd, &e), "epoll_ctl");
	}
	latencies(n + conns);
	state before = look();
	begin();
	for (; asked < conns && asked < n; asked++)
		ask(&all[asked], asked);
	while (left > 0) {
		struct epoll_event events[events_at_once];
		int k = epoll_wait(ep, events, events_at_once, -1);
		check(k > 0 || errno == EINTR, "epoll_wait");
		for (int i = 0; i < k; i++) {
			long c = events[i].data.u64;
			answered(&all[c], c);
			latency(now() - all[c].sent);
			left--;
			if (asked < n) {
				ask(&all[c], c);
				asked++;
			}
		}
	}
	stop();
	state after = look();
	extra("servercpu", after.cpu - before.cpu);
	extra("serverswitches", after.switches - before.switches);
	extra("rss", full.rss - empty.rss);
	finish(n);
	for (long i = 0; i < conns; i++)
		close(all[i].fd);
}

// Connects; -1 if the server has reset the connection before connect returned.
static int dial_reset(const address *a) {
	int fd = socket(family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
	check(fd >= 0, "socket");
	if (!connect(fd, (struct sockaddr *)&a->ss, a->len))
		return fd;
	check(errno == ECONNRESET, "connect");
	close(fd);
	return -1;
}

static void until_reset(int fd) {
	char c;
	if (fd < 0)
		return;
	verify(recv(fd, &c, 1, 0) < 0 && errno == ECONNRESET, "reset");
	close(fd);
}

// Connects n times, 32 at a time, each connection ended by the server's reset.
void connects_role(void) {
	enum { at_once = 32 };
	long n = (number("n", 1) + at_once - 1) / at_once * at_once;
	address a = loopback(word("to", "0"));
	for (int i = 0; i < 2 * at_once; i++) // warm
		until_reset(dial_reset(&a));
	phase("warm");
	phase("connected");
	state before = look();
	begin();
	for (long i = 0; i < n; i += at_once) {
		int fds[at_once];
		for (int k = 0; k < at_once; k++)
			fds[k] = dial_reset(&a);
		for (int k = 0; k < at_once; k++)
			until_reset(fds[k]);
	}
	stop();
	state after = look();
	extra("servercpu", after.cpu - before.cpu);
	extra("serverswitches", after.switches - before.switches);
	finish(n);
}
