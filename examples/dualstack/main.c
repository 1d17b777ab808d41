//go:build ignore

/* dualstack is one server for IPv6 and IPv4: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o dualstack main.c && ./dualstack [PORT [CLIENTS]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in6 sockaddr6(const char *host, const char *port);
static const char *name6(const struct sockaddr_in6 *addr);
static ssize_t send_all(int fd, const char *p, size_t n, int flags);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in6 addr = sockaddr6("::", argc > 1 ? argv[1] : "7000"); /* in6addr_any */
	int clients = atoi(argc > 2 ? argv[2] : "0");
	setvbuf(stdout, NULL, _IOLBF, 0);

	int listener = check("socket", socket(AF_INET6, SOCK_STREAM, 0));
	int on = 1, off = 0;
	check("setsockopt", setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	check("setsockopt", setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off)); /* and IPv4 */
	check("bind", bind(listener, (struct sockaddr *)&addr, sizeof addr));
	check("listen", listen(listener, 16));
	printf("listening on %s\n", name6(&addr));

	for (int i = 0; clients == 0 || i < clients; i++) {
		struct sockaddr_in6 peer;
		socklen_t len = sizeof peer;
		int conn = check("accept", accept(listener, (struct sockaddr *)&peer, &len));
		const char *family = "IPv6";
		if (IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr))
			family = "IPv4";
		printf("client %s: %s\n", name6(&peer), family);

		char greeting[128];
		snprintf(greeting, sizeof greeting, "hello %s, you speak %s\n", name6(&peer), family);
		check("send", send_all(conn, greeting, strlen(greeting), MSG_NOSIGNAL));
		check("close", close(conn));
	}

	check("close", close(listener));
	return 0;
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
