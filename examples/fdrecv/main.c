//go:build ignore

/* fdrecv gets a descriptor from another process and reads what it leads to: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o fdrecv main.c && ./fdrecv [PATH]
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
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/tmp/fd.sock";
	setvbuf(stdout, NULL, _IOLBF, 0);
	socklen_t len;
	struct sockaddr_un addr = sockaddrun(path, &len);

	int listener = check("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	check("bind", bind(listener, (struct sockaddr *)&addr, len));
	check("listen", listen(listener, 1));
	printf("listening on %s\n", path);
	int conn = check("accept", accept(listener, NULL, NULL));

	/* The number is another than the sender's: what it leads to is the same, the position in the file too. */
	int fd = -1;
	char buf[4096];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fd)];
	struct iovec iov = { buf, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof control,
	};
	check("recvmsg", recvmsg(conn, &msg, MSG_CMSG_CLOEXEC));
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&msg); h != NULL; h = CMSG_NXTHDR(&msg, h))
		if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS)
			memcpy(&fd, CMSG_DATA(h), sizeof fd);
	if (fd == -1) {
		printf("no descriptor came\n");
		exit(1);
	}
	ssize_t n = check("read", read(fd, buf, sizeof buf));
	fwrite(buf, 1, n, stdout);

	check("close", close(fd));
	check("close", close(conn));
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

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1)
		err(1, "%s", call);
	return result;
}
