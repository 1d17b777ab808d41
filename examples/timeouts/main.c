//go:build ignore

/* timeouts asks a UDP server, and asks again when no answer comes: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o timeouts main.c && ./timeouts [HOST [PORT [MILLISECONDS [TRIES]]]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");
	int limit = atoi(argc > 3 ? argv[3] : "500"), tries = atoi(argc > 4 ? argv[4] : "3");

	int fd = check("socket", socket(AF_INET, SOCK_DGRAM, 0));
	check("connect", connect(fd, (struct sockaddr *)&addr, sizeof addr)); /* hear this server only */
	struct timeval tv = { .tv_sec = limit / 1000, .tv_usec = limit % 1000 * 1000 };
	check("setsockopt", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv));

	char buf[1500];
	for (int i = 0; i < tries; i++) {
		check("send", send(fd, "are you there?", 14, 0));
		ssize_t n = recv(fd, buf, sizeof buf, 0);
		if (n == -1 && errno == EAGAIN) { /* the same errno as of a non-blocking socket */
			printf("no answer within %d ms\n", limit);
			continue;
		}
		check("recv", n);
		printf("answer: %.*s\n", (int)n, buf);
		check("close", close(fd));
		return 0;
	}
	return 1;
}

static struct sockaddr_in sockaddr(const char *host, const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	if (inet_pton(AF_INET, host, &addr.sin_addr) != 1)
		errx(1, "inet_pton: %s: no IPv4 address", host);
	return addr;
}

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1)
		err(1, "%s", call);
	return result;
}
