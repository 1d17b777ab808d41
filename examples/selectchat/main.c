//go:build ignore

/* selectchat is a chat server that waits for all its clients at once with select: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o selectchat main.c && ./selectchat [HOST [PORT]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static const char *name(const struct sockaddr_in *addr);
static ssize_t check(const char *call, ssize_t result);

enum { MOST = 64 }; /* clients */

static bool join(int listener, int clients[MOST]);
static bool relay(int from, int clients[MOST]);
static int maximum(int a, int b) { return a > b ? a : b; }

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");
	setvbuf(stdout, NULL, _IOLBF, 0);

	int listener = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	int on = 1;
	check("setsockopt", setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	check("bind", bind(listener, (struct sockaddr *)&addr, sizeof addr));
	check("listen", listen(listener, 16));
	printf("listening on %s\n", name(&addr));

	int clients[MOST]; /* descriptors, -1 for none */
	for (int i = 0; i < MOST; i++)
		clients[i] = -1;
	int members = 0;
	do {
		/* The set is made anew each time: select leaves in it only who is ready. */
		fd_set readable;
		FD_ZERO(&readable);
		FD_SET(listener, &readable);
		int highest = listener;
		for (int i = 0; i < MOST; i++)
			if (clients[i] != -1) {
				FD_SET(clients[i], &readable);
				highest = maximum(highest, clients[i]);
			}
		check("select", select(highest + 1, &readable, NULL, NULL, NULL));

		if (FD_ISSET(listener, &readable) && join(listener, clients))
			members++;
		for (int i = 0; i < MOST; i++)
			if (clients[i] != -1 && FD_ISSET(clients[i], &readable) && !relay(i, clients))
				members--;
	} while (members > 0);

	check("close", close(listener));
	return 0;
}

/* join accepts a client, and gives it a place. */
static bool join(int listener, int clients[MOST])
{
	int fd = check("accept", accept(listener, NULL, NULL));
	for (int i = 0; i < MOST; i++)
		if (clients[i] == -1) {
			clients[i] = fd;
			printf("%d comes\n", i);
			return true;
		}
	check("close", close(fd)); /* no place is left */
	return false;
}

/* relay tells all others what a client says; false if it leaves. */
static bool relay(int from, int clients[MOST])
{
	char buf[1024], line[1100];
	ssize_t n = recv(clients[from], buf, sizeof buf, 0);
	if (n <= 0) {
		printf("%d leaves\n", from);
		check("close", close(clients[from]));
		clients[from] = -1;
		return false;
	}
	int len = snprintf(line, sizeof line, "%d: %.*s", from, (int)n, buf);
	printf("%s", line);
	for (int i = 0; i < MOST; i++)
		if (clients[i] != -1 && i != from)
			/* One who does not read misses it: the others do not wait for him. */
			send(clients[i], line, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	return true;
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

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1)
		err(1, "%s", call);
	return result;
}
