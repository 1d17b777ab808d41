//go:build ignore

/* halfclose says all it has to say, says so, and then listens: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o halfclose main.c && ./halfclose [HOST [PORT]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static ssize_t send_all(int fd, const char *p, size_t n, int flags);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");

	int fd = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	check("connect", connect(fd, (struct sockaddr *)&addr, sizeof addr));

	char buf[4096];
	for (;;) {
		ssize_t n = read(STDIN_FILENO, buf, sizeof buf);
		if (n <= 0)
			break;
		check("send", send_all(fd, buf, n, MSG_NOSIGNAL));
	}

	/* The server's recv gives 0 now, and its answer still comes. After close nobody would hear it. */
	check("shutdown", shutdown(fd, SHUT_WR));
	for (;;) {
		ssize_t n = check("recv", recv(fd, buf, sizeof buf, 0));
		if (n == 0)
			break;
		fwrite(buf, 1, n, stdout);
	}

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
