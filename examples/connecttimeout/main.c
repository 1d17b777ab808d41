//go:build ignore

/* connecttimeout connects, but waits no longer than it is told to: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o connecttimeout main.c && ./connecttimeout [HOST [PORT [MILLISECONDS]]]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
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
	int limit = atoi(argc > 3 ? argv[3] : "1000");

	int fd = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	int flags = check("fcntl", fcntl(fd, F_GETFL)); /* Linux and the BSDs: SOCK_NONBLOCK in socket */
	check("fcntl", fcntl(fd, F_SETFL, flags | O_NONBLOCK));

	/* What cannot be done at once goes on in the kernel, and the socket can be written when it is over,
	 * well or not. SO_ERROR says which. */
	int result = connect(fd, (struct sockaddr *)&addr, sizeof addr);
	if (result == -1 && errno == EINPROGRESS) {
		struct pollfd fds = { .fd = fd, .events = POLLOUT };
		int n = check("poll", poll(&fds, 1, limit));
		if (n == 0) {
			printf("no answer within %d ms\n", limit);
			exit(1); /* close gives the attempt up, and so does the program's end */
		}
		int error;
		socklen_t len = sizeof error;
		check("getsockopt", getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len));
		if (error != 0) {
			errno = error;
			check("connect", -1);
		}
	} else {
		check("connect", result);
	}

	struct sockaddr_in peer;
	socklen_t len = sizeof peer;
	check("getpeername", getpeername(fd, (struct sockaddr *)&peer, &len));
	printf("connected to %s\n", name(&peer));

	flags = check("fcntl", fcntl(fd, F_GETFL)); /* from here on calls wait again */
	check("fcntl", fcntl(fd, F_SETFL, flags & ~O_NONBLOCK));
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
