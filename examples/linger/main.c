//go:build ignore

/* linger shows the three ways that close can go: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o linger main.c && ./linger [PORT]
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
static ssize_t check(const char *call, ssize_t result);

static void closing(int listener, struct sockaddr_in addr, const char *what, struct linger linger);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr("127.0.0.1", argc > 1 ? argv[1] : "7000");

	int listener = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	int on = 1;
	check("setsockopt", setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	check("bind", bind(listener, (struct sockaddr *)&addr, sizeof addr));
	check("listen", listen(listener, 1));

	closing(listener, addr, "close returns at once, the kernel sends the rest", (struct linger){ 0, 0 });
	closing(listener, addr, "close waits for the rest, 5 seconds at most", (struct linger){ 1, 5 });
	closing(listener, addr, "close resets the connection", (struct linger){ 1, 0 });

	check("close", close(listener));
	return 0;
}

/* closing connects, says something and closes. */
static void closing(int listener, struct sockaddr_in addr, const char *what, struct linger linger)
{
	printf("%s\n", what);
	int client = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	check("connect", connect(client, (struct sockaddr *)&addr, sizeof addr));
	int server = check("accept", accept(listener, NULL, NULL));

	check("setsockopt", setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
	check("send", send(client, "goodbye", 7, 0));
	check("close", close(client));

	char buf[16];
	for (;;) {
		ssize_t n = recv(server, buf, sizeof buf, 0);
		if (n == -1) {
			printf("  the server's recv: %s\n", strerrorname_np(errno));
			break;
		}
		printf("  the server's recv: %zd\n", n);
		if (n == 0)
			break;
	}
	check("close", close(server));
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
