//go:build ignore

/* tcp6client is the echo client over IPv6: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o tcp6client main.c && ./tcp6client [HOST [PORT]]
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
	struct sockaddr_in6 addr = sockaddr6(argc > 1 ? argv[1] : "::1", argc > 2 ? argv[2] : "7000");

	int fd = check("socket", socket(AF_INET6, SOCK_STREAM, 0));
	check("connect", connect(fd, (struct sockaddr *)&addr, sizeof addr));

	/* Both ends have an address, though only the server has chosen its own. */
	struct sockaddr_in6 local, peer;
	socklen_t len = sizeof local;
	check("getsockname", getsockname(fd, (struct sockaddr *)&local, &len));
	printf("from %s\n", name6(&local));
	len = sizeof peer;
	check("getpeername", getpeername(fd, (struct sockaddr *)&peer, &len));
	printf("to %s\n", name6(&peer));

	char line[4096];
	while (fgets(line, sizeof line, stdin) != NULL) {
		size_t size = strlen(line);
		check("send", send_all(fd, line, size, MSG_NOSIGNAL));
		size_t n = check("recv", recv(fd, line, size, MSG_WAITALL));
		if (n < size) {
			printf("the server hung up\n");
			exit(1);
		}
		printf("%s", line);
	}

	check("close", close(fd));
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
