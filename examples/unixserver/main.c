//go:build ignore

/* unixserver is the echo server on a path: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o unixserver main.c && ./unixserver [PATH [CLIENTS]]
 */
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un sockaddrun(const char *path, socklen_t *len);
static ssize_t send_all(int fd, const char *p, size_t n, int flags);
static ssize_t check(const char *call, ssize_t result);

static int echo(int conn);

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/tmp/echo.sock";
	int clients = atoi(argc > 2 ? argv[2] : "0");
	setvbuf(stdout, NULL, _IOLBF, 0);
	socklen_t len;
	struct sockaddr_un addr = sockaddrun(path, &len);

	int listener = check("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	check("bind", bind(listener, (struct sockaddr *)&addr, len)); /* makes the file: EADDRINUSE if there is one */
	check("listen", listen(listener, 16));
	printf("listening on %s\n", path);

	for (int i = 0; clients == 0 || i < clients; i++) {
		int conn = check("accept", accept(listener, NULL, NULL)); /* without the address */
		int total = echo(conn);
		printf("client: %d bytes\n", total);
		check("close", close(conn));
	}

	check("close", close(listener));
	check("unlink", unlink(path)); /* close leaves the file */
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

/* sockaddrun is SockaddrUn: the length counts the path and its closing NUL, no more. */
static struct sockaddr_un sockaddrun(const char *path, socklen_t *len)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof addr.sun_path)
		errx(1, "%s: too long", path);
	strcpy(addr.sun_path, path);
	*len = offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1;
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
