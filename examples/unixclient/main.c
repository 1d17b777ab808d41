//go:build ignore

/* unixclient is the echo client on a path: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o unixclient main.c && ./unixclient [PATH]
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

int main(int argc, char **argv)
{
	socklen_t addrlen;
	struct sockaddr_un addr = sockaddrun(argc > 1 ? argv[1] : "/tmp/echo.sock", &addrlen);

	int fd = check("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	check("connect", connect(fd, (struct sockaddr *)&addr, addrlen));

	char line[4096];
	while (fgets(line, sizeof line, stdin) != NULL) {
		size_t len = strlen(line);
		check("send", send_all(fd, line, len, MSG_NOSIGNAL));
		size_t n = check("recv", recv(fd, line, len, MSG_WAITALL));
		if (n < len) {
			printf("the server hung up\n");
			exit(1);
		}
		printf("%s", line);
	}

	check("close", close(fd));
	return 0;
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
