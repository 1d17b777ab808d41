//go:build ignore

/* reuseport has several listeners on one port, and a thread for each: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -pthread -o reuseport main.c && ./reuseport [HOST [PORT [WORKERS]]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static const char *name(const struct sockaddr_in *addr);
static ssize_t send_all(int fd, const char *p, size_t n, int flags);
static ssize_t check(const char *call, ssize_t result);

static void *worker(void *arg);

/* A job is what a worker is told. */
struct job { int i, listener; };

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");
	int workers = atoi(argc > 3 ? argv[3] : "2");
	setvbuf(stdout, NULL, _IOLBF, 0);

	/* All are there before the first accepts: a connection waits in the queue of one, and no other gets it. */
	struct job jobs[workers];
	for (int i = 0; i < workers; i++) {
		int listener = check("socket", socket(AF_INET, SOCK_STREAM, 0));
		int on = 1;
		check("setsockopt", setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on)); /* each of them, before bind */
		check("bind", bind(listener, (struct sockaddr *)&addr, sizeof addr));
		check("listen", listen(listener, 16));
		jobs[i] = (struct job){ i, listener };
	}
	printf("%d workers listen on %s\n", workers, name(&addr));

	pthread_t threads[workers];
	for (int i = 0; i < workers; i++)
		if (pthread_create(&threads[i], NULL, worker, &jobs[i]) != 0)
			errx(1, "pthread_create");
	for (int i = 0; i < workers; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static void *worker(void *arg)
{
	struct job *job = arg;
	struct sockaddr_in peer;
	socklen_t len = sizeof peer;
	int conn = check("accept", accept(job->listener, (struct sockaddr *)&peer, &len));
	check("close", close(job->listener)); /* the next clients go to the others */
	printf("worker %d has %s\n", job->i, name(&peer));

	char buf[64];
	ssize_t n = check("recv", recv(conn, buf, sizeof buf, 0));
	check("send", send_all(conn, buf, n, MSG_NOSIGNAL));
	check("close", close(conn));
	return NULL;
}

static struct sockaddr_in sockaddr(const char *host, const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	if (inet_pton(AF_INET, host, &addr.sin_addr) != 1)
		errx(1, "inet_pton: %s: no IPv4 address", host);
	return addr;
}

static const char *name(const struct sockaddr_in *addr)
{
	static char s[32];
	char host[INET_ADDRSTRLEN];
	inet_ntop(AF_INET, &addr->sin_addr, host, sizeof host);
	snprintf(s, sizeof s, "%s:%u", host, ntohs(addr->sin_port));
	return s;
}

/* send_all is Sendall: send may take less than all. */
static ssize_t send_all(int fd, const char *p, size_t n, int flags)
{
	for (size_t sent = 0; sent < n;) {
		ssize_t part = send(fd, p + sent, n - sent, flags);
		if (part == -1)
			return -1;
		sent += part;
	}
	return n;
}

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1)
		err(1, "%s", call);
	return result;
}
