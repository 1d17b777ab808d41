//go:build ignore

/* tcp6server is the echo server over IPv6: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o tcp6server main.c && ./tcp6server [HOST [PORT [CLIENTS]]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in6 sockaddr6(const char *host, const char *port);
static const char *name6(const struct sockaddr_in6 *addr);
static ssize_t send_all(int fd, const char *p, size_t n, int flags);
static ssize_t check(const char *call, ssize_t result);

static int echo(int conn);

int main(int argc, char **argv)
{
	struct sockaddr_in6 addr = sockaddr6(argc > 1 ? argv[1] : "::1", argc > 2 ? argv[2] : "7000");
	int clients = atoi(argc > 3 ? argv[3] : "0");
	setvbuf(stdout, NULL, _IOLBF, 0);

	int listener = check("socket", socket(AF_INET6, SOCK_STREAM, 0));
	int on = 1;
	check("setsockopt", setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	/* whatever the system's default */
	check("setsockopt", setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on));
	check("bind", bind(listener, (struct sockaddr *)&addr, sizeof addr));
	check("listen", listen(listener, 16));
	printf("listening on %s\n", name6(&addr));

	for (int i = 0; clients == 0 || i < clients; i++) {
		struct sockaddr_in6 peer;
		socklen_t len = sizeof peer;
		int conn = check("accept", accept(listener, (struct sockaddr *)&peer, &len));
		int total = echo(conn);
		printf("client %s: %d bytes\n", name6(&peer), total);
		check("close", close(conn));
	}

	check("close", close(listener));
	return 0;
}

/* echo sends back what comes, until the end. */
static int echo(int conn)
{
	char buf[4096];
	for (int total = 0;;) {
		ssize_t n = recv(conn, buf, sizeof buf, 0);
		if (n <= 0) /* the end; or the client broke off, which is no reason for a server to end */
			return total;
		if (send_all(conn, buf, n, MSG_NOSIGNAL) == -1)
			return total;
		total += n;
	}
}

static struct sockaddr_in6 sockaddr6(const char *host, const char *port)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(port)) };
	if (inet_pton(AF_INET6, host, &addr.sin6_addr) != 1)
		errx(1, "inet_pton: %s: no IPv6 address", host);
	return addr;
}

static const char *name6(const struct sockaddr_in6 *addr)
{
	static char s[64];
	char host[INET6_ADDRSTRLEN];
	inet_ntop(AF_INET6, &addr->sin6_addr, host, sizeof host);
	snprintf(s, sizeof s, "[%s]:%u", host, ntohs(addr->sin6_port));
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
