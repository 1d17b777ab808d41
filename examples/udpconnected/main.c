//go:build ignore

/* udpconnected asks a UDP server that it has connected to: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o udpconnected main.c && ./udpconnected [HOST [PORT]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static const char *name(const struct sockaddr_in *addr);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");

	int fd = check("socket", socket(AF_INET, SOCK_DGRAM, 0));
	check("connect", connect(fd, (struct sockaddr *)&addr, sizeof addr));
	struct sockaddr_in local;
	socklen_t len = sizeof local;
	/* chosen by connect, as the route to the server asks for */
	check("getsockname", getsockname(fd, (struct sockaddr *)&local, &len));
	printf("from %s\n", name(&local));

	check("send", send(fd, "are you there?", 14, 0));
	char buf[1500];
	/* the ICMP error of the datagram before is this call's errno */
	ssize_t n = check("recv", recv(fd, buf, sizeof buf, 0));
	printf("answer: %.*s\n", (int)n, buf);

	/* Connected to no family, it is free again. */
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	check("connect", connect(fd, &unspec, sizeof unspec));
	check("close", close(fd));
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

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1)
		err(1, "%s", call);
	return result;
}
