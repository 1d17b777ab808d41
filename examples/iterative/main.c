//go:build ignore

/* iterative is a daytime server that serves one client after another: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o iterative main.c && ./iterative [HOST [PORT [CLIENTS]]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static const char *name(const struct sockaddr_in *addr);
static ssize_t send_all(int fd, const char *p, size_t n, int flags);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");
	int clients = atoi(argc > 3 ? argv[3] : "0");
	setvbuf(stdout, NULL, _IOLBF, 0);

	int listener = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	int on = 1;
	check("setsockopt", setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	check("bind", bind(listener, (struct sockaddr *)&addr, sizeof addr));
	check("listen", listen(listener, 16));
	printf("listening on %s\n", name(&addr));

	for (int i = 0; clients == 0 || i < clients; i++) {
		struct sockaddr_in peer;
		socklen_t len = sizeof peer;
		int conn = check("accept", accept(listener, (struct sockaddr *)&peer, &len));
		printf("client %s\n", name(&peer));

		/* Who comes meanwhile waits in the listener's queue. */
		char now[64];
		time_t t = time(NULL);
		strftime(now, sizeof now, "%a %b %e %H:%M:%S %Y\r\n", localtime(&t));
		check("send", send_all(conn, now, strlen(now), MSG_NOSIGNAL));
		check("close", close(conn)); /* which the client reads as the end */
	}

	check("close", close(listener));
	return 0;
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
