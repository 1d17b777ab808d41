//go:build ignore

/* getaddrinfo connects to a host by name, to the first of its addresses that answers: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o getaddrinfo main.c && ./getaddrinfo [HOST [SERVICE]]
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	const char *host = argc > 1 ? argv[1] : "localhost", *service = argc > 2 ? argv[2] : "7000";
	if (strcmp(host, "-") == 0)
		host = NULL;

	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *list;
	int e = getaddrinfo(host, service, &hints, &list);
	if (e != 0)
		errx(1, "getaddrinfo: %s", gai_strerror(e));

	int fd = -1;
	for (struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next) {
		char number[NI_MAXHOST], port[NI_MAXSERV];
		e = getnameinfo(ai->ai_addr, ai->ai_addrlen, number, sizeof number, port, sizeof port,
				NI_NUMERICHOST | NI_NUMERICSERV);
		if (e != 0)
			errx(1, "getnameinfo: %s", gai_strerror(e));
		printf("trying %s, port %s\n", number, port);

		fd = socket(ai->ai_family, ai->ai_socktype, ai->ai_protocol);
		if (fd == -1) {
			printf("socket: %s\n", strerrorname_np(errno));
			continue;
		}
		if (connect(fd, ai->ai_addr, ai->ai_addrlen) == 0)
			break;
		printf("connect: %s\n", strerrorname_np(errno));
		check("close", close(fd)); /* after a failure a socket is of no use any more */
		fd = -1;
	}
	freeaddrinfo(list);
	if (fd == -1) {
		printf("no address answers\n");
		exit(1);
	}

	char buf[256];
	for (;;) {
		ssize_t n = check("recv", recv(fd, buf, sizeof buf, 0));
		if (n == 0)
			break;
		fwrite(buf, 1, n, stdout);
	}
	check("close", close(fd));
	return 0;
}

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1)
		err(1, "%s", call);
	return result;
}
