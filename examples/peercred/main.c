//go:build ignore

/* peercred asks the kernel who its clients are: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o peercred main.c && ./peercred [PATH [CLIENTS]]
 */
#define _GNU_SOURCE
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
	const char *path = argc > 1 ? argv[1] : "/tmp/who.sock";
	int clients = atoi(argc > 2 ? argv[2] : "0");
	setvbuf(stdout, NULL, _IOLBF, 0);
	socklen_t addrlen;
	struct sockaddr_un addr = sockaddrun(path, &addrlen);

	int listener = check("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	check("bind", bind(listener, (struct sockaddr *)&addr, addrlen));
	check("listen", listen(listener, 16));
	printf("listening on %s\n", path);

	for (int i = 0; clients == 0 || i < clients; i++) {
		int conn = check("accept", accept(listener, NULL, NULL));
		struct ucred who; /* as it was when it connected */
		socklen_t len = sizeof who;
		check("getsockopt", getsockopt(conn, SOL_SOCKET, SO_PEERCRED, &who, &len));
		char text[128];
		snprintf(text, sizeof text, "you are process %d of user %u, group %u\n", who.pid, who.uid, who.gid);
		printf("%s", text);
		check("send", send_all(conn, text, strlen(text), MSG_NOSIGNAL));
		check("close", close(conn));
	}

	check("close", close(listener));
	check("unlink", unlink(path));
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
