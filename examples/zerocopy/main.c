//go:build ignore

/* zerocopy sends from its own memory, and waits until the kernel has done with that: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o zerocopy main.c && ./zerocopy [HOST [PORT [BYTES]]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");
	int size = atoi(argc > 3 ? argv[3] : "16384");

	int fd = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	int on = 1;
	check("setsockopt", setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on));
	check("connect", connect(fd, (struct sockaddr *)&addr, sizeof addr));

	/* Until the kernel has said that it is done, buf is not to be changed. */
	char *buf = calloc(1, size);
	if (buf == NULL)
		err(1, "calloc");
	ssize_t n = check("send", send(fd, buf, size, MSG_ZEROCOPY | MSG_NOSIGNAL));
	printf("%zd bytes sent\n", n);

	/* It says so in the error queue, which makes the socket ready for POLLERR, unasked. */
	struct pollfd fds = { .fd = fd };
	check("poll", poll(&fds, 1, -1));
	_Alignas(struct cmsghdr) char control[128];
	struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof control };
	check("recvmsg", recvmsg(fd, &msg, MSG_ERRQUEUE));
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&msg); h != NULL; h = CMSG_NXTHDR(&msg, h)) {
		struct sock_extended_err e;
		memcpy(&e, CMSG_DATA(h), sizeof e);
		if (h->cmsg_level == IPPROTO_IP && h->cmsg_type == IP_RECVERR && e.ee_origin == SO_EE_ORIGIN_ZEROCOPY)
			printf("sends %u to %u are done, copied: %s\n", e.ee_info, e.ee_data,
			       e.ee_code & SO_EE_CODE_ZEROCOPY_COPIED ? "true" : "false");
	}
	free(buf);

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

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1)
		err(1, "%s", call);
	return result;
}
