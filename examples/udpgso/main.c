//go:build ignore

/* udpgso sends many datagrams in one call: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o udpgso main.c && ./udpgso [HOST [PORT [BYTES [SEGMENT]]]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");
	int size = atoi(argc > 3 ? argv[3] : "4500"), segment = atoi(argc > 4 ? argv[4] : "1000");

	int fd = check("socket", socket(AF_INET, SOCK_DGRAM, 0));

	/* The size goes with the message; as an option of the socket it would hold for all that follow. */
	char buf[size];
	for (int i = 0; i < size; i++)
		buf[i] = 'a' + i / segment;
	struct iovec iov = { buf, size };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(uint16_t))] = { 0 };
	struct msghdr msg = {
		.msg_name = &addr, .msg_namelen = sizeof addr,
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof control,
	};
	struct cmsghdr *h = CMSG_FIRSTHDR(&msg);
	h->cmsg_level = IPPROTO_UDP;
	h->cmsg_type = UDP_SEGMENT;
	h->cmsg_len = CMSG_LEN(sizeof(uint16_t));
	uint16_t value = segment;
	memcpy(CMSG_DATA(h), &value, sizeof value);
	ssize_t n = check("sendmsg", sendmsg(fd, &msg, 0));
	printf("%zd bytes in %zd datagrams\n", n, (n + segment - 1) / segment);

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
