//go:build ignore

/* multicastsend sends datagrams to a group: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o multicastsend main.c && ./multicastsend [GROUP [PORT [INTERFACE-ADDRESS]]]
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

	int fd = check("socket", socket(AF_INET, SOCK_DGRAM, 0));
	/* the interface to leave by */
	check("setsockopt", setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &device, sizeof device));
	int hops = 1; /* not beyond the next router, which is the default */
	check("setsockopt", setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops));
	int on = 1; /* this host hears it too, which is the default */
	check("setsockopt", setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &on, sizeof on));

	for (int i = 1; i <= 3; i++) {
		char text[16];
		int len = snprintf(text, sizeof text, "news %d", i);
		ssize_t n = check("sendto", sendto(fd, text, len, 0, (struct sockaddr *)&group, sizeof group));
		printf("%zd bytes to %s: %s\n", n, name(&group), text);
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
