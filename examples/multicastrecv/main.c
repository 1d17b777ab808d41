//go:build ignore

/* multicastrecv joins a group and prints what is sent to it: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o multicastrecv main.c && ./multicastrecv [GROUP [PORT [INTERFACE-ADDRESS [DATAGRAMS]]]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static const char *name(const struct sockaddr_in *addr);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in group = sockaddr(argc > 1 ? argv[1] : "239.1.2.3", argc > 2 ? argv[2] : "7000");
	struct in_addr device;
	if (inet_pton(AF_INET, argc > 3 ? argv[3] : "127.0.0.1", &device) != 1)
		errx(1, "inet_pton: no IPv4 address");
	int datagrams = atoi(argc > 4 ? argv[4] : "3");
	setvbuf(stdout, NULL, _IOLBF, 0);

	int fd = check("socket", socket(AF_INET, SOCK_DGRAM, 0));
	int on = 1; /* several programs of one host may listen */
	check("setsockopt", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	/* to the group, or the socket hears what is sent to its port at any address */
	check("bind", bind(fd, (struct sockaddr *)&group, sizeof group));
	struct ip_mreqn member = { .imr_multiaddr = group.sin_addr, .imr_address = device };
	check("setsockopt", setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member, sizeof member));
	printf("joined %s\n", name(&group));

	char buf[1500];
	for (int i = 0; i < datagrams; i++) {
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		ssize_t n = check("recvfrom", recvfrom(fd, buf, sizeof buf, 0, (struct sockaddr *)&from, &len));
		printf("%s: %.*s\n", name(&from), (int)n, buf);
	}

	/* close does it too */
	check("setsockopt", setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &member, sizeof member));
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
