//go:build ignore

/* fdsend opens a file and gives the descriptor to another process: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o fdsend main.c && ./fdsend FILE [PATH]
 */
#include <err.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un sockaddrun(const char *path, socklen_t *len);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	const char *file = argc > 1 ? argv[1] : "README.md";
	socklen_t len;
	struct sockaddr_un addr = sockaddrun(argc > 2 ? argv[2] : "/tmp/fd.sock", &len);

	int given = check(file, open(file, O_RDONLY));
	int fd = check("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	check("connect", connect(fd, (struct sockaddr *)&addr, len));

	/* The descriptor goes in a control message, beside at least a byte of data. */
	struct iovec iov = { "!", 1 };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof given)] = { 0 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof control,
	};
	struct cmsghdr *h = CMSG_FIRSTHDR(&msg);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof given);
	memcpy(CMSG_DATA(h), &given, sizeof given);
	ssize_t n = check("sendmsg", sendmsg(fd, &msg, 0));
	printf("%zd byte and a descriptor sent\n", n);

	/* The other process has one of its own now. */
	check("close", close(given));
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

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1)
		err(1, "%s", call);
	return result;
}
