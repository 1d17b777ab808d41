// The C twin of the benchmarks: the same work by the same system calls, in plain C. Compiled with cc -O2.
#include "twin.h"
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

static char **arguments;

const char *word(const char *key, const char *otherwise) {
	size_t n = strlen(key);
	for (char **a = arguments; *a; a++)
		if (!strncmp(*a, key, n) && (*a)[n] == '=')
			return *a + n + 1;
	return otherwise;
}

long number(const char *key, long otherwise) {
	const char *w = word(key, NULL);
	return w ? atol(w) : otherwise;
}

void check(int ok, const char *what) {
	if (!ok) {
		fprintf(stderr, "twin: %s: %s\n", what, strerror(errno));
		_exit(1);
	}
}

void verify(int ok, const char *what) {
	if (!ok) {
		fprintf(stderr, "twin: wrong data: %s\n", what);
		_exit(1);
	}
}

void fill(unsigned char *p, long n) {
	for (long i = 0; i < n; i++)
		p[i] = i * 7 + i / 256;
}

// The measured part.

static int64_t start, stopped;
static struct rusage usage;
static uint32_t *taken;
static long ntaken;
static char extras[512];

int64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

void latencies(long n) {
	check((taken = malloc(n * sizeof *taken)) != NULL, "malloc");
	memset(taken, 1, n * sizeof *taken); // the pages are there before the clock runs
}

void latency(int64_t ns) { taken[ntaken++] = ns > UINT32_MAX ? UINT32_MAX : ns; }

void extra(const char *key, double value) {
	size_t n = strlen(extras);
	snprintf(extras + n, sizeof extras - n, ",\"%s\":%.15g", key, value);
}

void begin(void) {
	getrusage(RUSAGE_SELF, &usage);
	start = now();
}

void stop(void) { stopped = now(); }

static int ascending(const void *a, const void *b) {
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

void sliced(long n, long slice, void (*f)(long i, long end)) {
	latencies(n / slice + 1);
	begin();
	int64_t before = start;
	for (long i = 0; i < n; i += slice) {
		long end = i + slice < n ? i + slice : n;
		f(i, end);
		int64_t t = now();
		if (end == i + slice)
			latency(t - before);
		before = t;
	}
	extra("slice", slice);
	finish(n);
}

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

void finish(long n) {
	int64_t ns = (stopped ? stopped : now()) - start;
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	double cpu = seconds(u.ru_utime) + seconds(u.ru_stime) - seconds(usage.ru_utime) - seconds(usage.ru_stime);
	if (ntaken) {
		qsort(taken, ntaken, sizeof *taken, ascending);
		extra("p50", taken[ntaken / 2]);
		extra("p99", taken[ntaken * 99 / 100]);
		extra("p999", taken[ntaken * 999 / 1000]);
	}
	printf("{\"n\":%ld,\"ns\":%lld,\"cpu\":%.0f,\"switches\":%ld%s}\n", n, (long long)ns, cpu * 1e9,
		u.ru_nvcsw + u.ru_nivcsw - usage.ru_nvcsw - usage.ru_nivcsw, extras);
	fflush(stdout);
}

// Sockets.

static int is(const char *proto) { return !strcmp(word("proto", "tcp"), proto); }

int family(void) {
	return is("unix") ? AF_UNIX : is("tcp6") || is("udp6") ? AF_INET6 : AF_INET;
}

void nodelay(int fd) {
	int one = 1;
	if (is("tcp") || is("tcp6"))
		check(!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "TCP_NODELAY");
}

address loopback(const char *where) {
	address a = {0};
	a.ss.ss_family = family();
	if (a.ss.ss_family == AF_UNIX) {
		struct sockaddr_un *un = (struct sockaddr_un *)&a.ss;
		strcpy(un->sun_path + 1, where);
		a.len = offsetof(struct sockaddr_un, sun_path) + (*where ? 1 + strlen(where) : 0); // empty: autobind
	} else if (a.ss.ss_family == AF_INET6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a.ss;
		in6->sin6_port = htons(atoi(where));
		in6->sin6_addr = in6addr_loopback;
		a.len = sizeof *in6;
	} else {
		struct sockaddr_in *in = (struct sockaddr_in *)&a.ss;
		in->sin_port = htons(atoi(where));
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		a.len = sizeof *in;
	}
	return a;
}

void announce(int fd) {
	address a = {.len = sizeof a.ss};
	check(!getsockname(fd, (struct sockaddr *)&a.ss, &a.len), "getsockname");
	if (a.ss.ss_family == AF_UNIX)
		printf("at %.*s\n", (int)(a.len - offsetof(struct sockaddr_un, sun_path) - 1), ((struct sockaddr_un *)&a.ss)->sun_path + 1);
	else
		printf("at %d\n", ntohs(((struct sockaddr_in *)&a.ss)->sin_port)); // sin6_port is in the same place
	fflush(stdout);
}

int listener(int flags) {
	int fd = socket(family(), SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	check(fd >= 0, "socket");
	address a = loopback(family() == AF_UNIX ? "" : "0");
	struct linger l = {number("reset", 0), 0};
	check(!l.l_onoff || !setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l), "SO_LINGER");
	check(!bind(fd, (struct sockaddr *)&a.ss, a.len), "bind");
	check(!listen(fd, 4096), "listen");
	announce(fd);
	return fd;
}

int stream(void) {
	const char *to = word("to", NULL);
	int fd;
	if (to) {
		fd = socket(family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
		check(fd >= 0, "socket");
		address a = loopback(to);
		check(!connect(fd, (struct sockaddr *)&a.ss, a.len), "connect");
	} else {
		int l = listener(0);
		fd = accept4(l, NULL, NULL, SOCK_CLOEXEC);
		check(fd >= 0, "accept");
		close(l);
	}
	nodelay(fd);
	return fd;
}

// The sleeping second thread: the kernel's look-up of a descriptor is cheaper in a process with one thread
// only, which no Go program is. It ends the twin with the one who started it.
static void *sleeper(void *unused) {
	char c;
	while (read(0, &c, 1) > 0)
		;
	_exit(2);
	return unused;
}

int main(int argc, char **argv) {
	static const struct { const char *name; void (*play)(void); } roles[] = {
		{"getsockopt", getsockopt_role}, {"setsockopt", setsockopt_role}, {"getsockname", getsockname_role},
		{"socketclose", socketclose_role}, {"accept", accept_role}, {"fdpass", fdpass_role},
		{"pingpong", pingpong_role}, {"pingpong-peer", pingpong_peer_role},
		{"send", send_role}, {"recv", recv_role}, {"relay", relay_role},
		{"udp", udp_role},
		{"echo", echo_role}, {"load", load_role}, {"accepts", accepts_role}, {"connects", connects_role},
	};
	check(argc > 1, "no role");
	arguments = argv + 2;
	if (number("threads", 2) > 1 && strcmp(argv[1], "load") && strcmp(argv[1], "connects")) {
		pthread_t t;
		check(!pthread_create(&t, NULL, sleeper, NULL), "pthread_create");
	}
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (!strcmp(argv[1], roles[i].name)) {
			roles[i].play();
			return 0;
		}
	fprintf(stderr, "twin: no role %s\n", argv[1]);
	return 1;
}
