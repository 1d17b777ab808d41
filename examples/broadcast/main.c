//go:build ignore

/* broadcast sends a datagram to every host of a network: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o broadcast main.c && ./broadcast [ADDRESS [PORT]]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static const char *name(const struct sockaddr_in *addr);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "255.255.255.255", argc > 2 ? argv[2] : "7000");

	int fd = check("socket", socket(AF_INET, SOCK_DGRAM, 0));

	if (sendto(fd, "all", 3, 0, (struct sockaddr *)&addr, sizeof addr) == -1)
		printf("sendto: %s\n", strerrorname_np(errno)); /* a wrong address should not reach everybody */

	int on = 1;
	check("setsockopt", setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on));
	ssize_t n = check("sendto", sendto(fd, "all", 3, 0, (struct sockaddr *)&addr, sizeof addr));
	printf("%zd bytes to %s\n", n, name(&addr));

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
