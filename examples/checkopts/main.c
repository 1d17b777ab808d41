//go:build ignore

/* checkopts prints the default value of socket options: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o checkopts main.c && ./checkopts
 */
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static ssize_t check(const char *call, ssize_t result);

enum text { FLAG, INTEGER, LINGER, TIMEVAL, NAME };

/* A row is an option and how its value prints. */
struct row {
	const char *name;
	int option;
	enum text text;
};

/* A kind is a socket and the options that are asked of it. */
struct kind {
	const char *title;
	int level, domain, type, protocol;
	struct row rows[24];
} kinds[] = {
	{ "SOL_SOCKET", SOL_SOCKET, AF_INET, SOCK_STREAM, 0, {
		{ "SO_ACCEPTCONN", SO_ACCEPTCONN, FLAG },
		{ "SO_BROADCAST", SO_BROADCAST, FLAG },
		{ "SO_DEBUG", SO_DEBUG, FLAG },
		{ "SO_DOMAIN", SO_DOMAIN, INTEGER },
		{ "SO_DONTROUTE", SO_DONTROUTE, FLAG },
		{ "SO_KEEPALIVE", SO_KEEPALIVE, FLAG },
		{ "SO_LINGER", SO_LINGER, LINGER },
		{ "SO_OOBINLINE", SO_OOBINLINE, FLAG },
		{ "SO_PRIORITY", SO_PRIORITY, INTEGER },
		{ "SO_PROTOCOL", SO_PROTOCOL, INTEGER },
		{ "SO_RCVBUF", SO_RCVBUF, INTEGER },
		{ "SO_SNDBUF", SO_SNDBUF, INTEGER },
		{ "SO_RCVLOWAT", SO_RCVLOWAT, INTEGER },
		{ "SO_SNDLOWAT", SO_SNDLOWAT, INTEGER },
		{ "SO_RCVTIMEO", SO_RCVTIMEO, TIMEVAL },
		{ "SO_SNDTIMEO", SO_SNDTIMEO, TIMEVAL },
		{ "SO_REUSEADDR", SO_REUSEADDR, FLAG },
		{ "SO_REUSEPORT", SO_REUSEPORT, FLAG },
		{ "SO_TIMESTAMP", SO_TIMESTAMP, FLAG },
		{ "SO_TYPE", SO_TYPE, INTEGER },
	} },
	{ "IPPROTO_IP", IPPROTO_IP, AF_INET, SOCK_DGRAM, 0, {
		{ "IP_TOS", IP_TOS, INTEGER },
		{ "IP_TTL", IP_TTL, INTEGER },
		{ "IP_RECVERR", IP_RECVERR, FLAG },
		{ "IP_RECVTTL", IP_RECVTTL, FLAG },
		{ "IP_PKTINFO", IP_PKTINFO, FLAG },
		{ "IP_MULTICAST_ALL", IP_MULTICAST_ALL, FLAG },
		{ "IP_MULTICAST_LOOP", IP_MULTICAST_LOOP, FLAG },
		{ "IP_MULTICAST_TTL", IP_MULTICAST_TTL, INTEGER },
	} },
	{ "IPPROTO_IPV6", IPPROTO_IPV6, AF_INET6, SOCK_DGRAM, 0, {
		{ "IPV6_MULTICAST_HOPS", IPV6_MULTICAST_HOPS, INTEGER },
		{ "IPV6_MULTICAST_LOOP", IPV6_MULTICAST_LOOP, FLAG },
		{ "IPV6_RECVPKTINFO", IPV6_RECVPKTINFO, FLAG },
		{ "IPV6_TCLASS", IPV6_TCLASS, INTEGER },
		{ "IPV6_UNICAST_HOPS", IPV6_UNICAST_HOPS, INTEGER },
		{ "IPV6_V6ONLY", IPV6_V6ONLY, FLAG },
	} },
	{ "IPPROTO_TCP", IPPROTO_TCP, AF_INET, SOCK_STREAM, 0, {
		{ "TCP_CONGESTION", TCP_CONGESTION, NAME },
		{ "TCP_CORK", TCP_CORK, FLAG },
		{ "TCP_DEFER_ACCEPT", TCP_DEFER_ACCEPT, INTEGER },
		{ "TCP_KEEPCNT", TCP_KEEPCNT, INTEGER },
		{ "TCP_KEEPIDLE", TCP_KEEPIDLE, INTEGER },
		{ "TCP_KEEPINTVL", TCP_KEEPINTVL, INTEGER },
		{ "TCP_MAXSEG", TCP_MAXSEG, INTEGER },
		{ "TCP_NODELAY", TCP_NODELAY, FLAG },
		{ "TCP_QUICKACK", TCP_QUICKACK, FLAG },
		{ "TCP_SYNCNT", TCP_SYNCNT, INTEGER },
		{ "TCP_USER_TIMEOUT", TCP_USER_TIMEOUT, INTEGER },
	} },
	{ "IPPROTO_UDP", IPPROTO_UDP, AF_INET, SOCK_DGRAM, 0, {
		{ "UDP_CORK", UDP_CORK, FLAG },
		{ "UDP_SEGMENT", UDP_SEGMENT, INTEGER },
	} },
};

static int print(int fd, int level, struct row row, char *text, size_t size);

int main(void)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct kind *k = &kinds[i];
		printf("%s\n", k->title);
		int fd = check("socket", socket(k->domain, k->type, k->protocol));
		for (struct row *r = k->rows; r->name != NULL; r++) {
			char text[64];
			if (print(fd, k->level, *r, text, sizeof text) == -1)
				strcpy(text, "not here"); /* the kernel is older, or built without */
			printf("  %-20s %s\n", r->name, text);
		}
		check("close", close(fd));
	}
	return 0;
}

/* print reads an option; that each has the type that row says, only the manual knows. */
static int print(int fd, int level, struct row row, char *text, size_t size)
{
	union {
		int integer;
		struct linger linger;
		struct timeval tv;
		char name[16];
	} v;
	static const socklen_t sizes[] = {
		[FLAG] = sizeof v.integer, [INTEGER] = sizeof v.integer, [LINGER] = sizeof v.linger,
		[TIMEVAL] = sizeof v.tv, [NAME] = sizeof v.name,
	};
	socklen_t len = sizes[row.text];
	if (getsockopt(fd, level, row.option, &v, &len) == -1)
		return -1;
	switch (row.text) {
	case FLAG:
		snprintf(text, size, "%s", v.integer ? "on" : "off");
		break;
	case INTEGER:
		snprintf(text, size, "%d", v.integer);
		break;
	case LINGER:
		snprintf(text, size, "l_onoff = %d, l_linger = %d", v.linger.l_onoff, v.linger.l_linger);
		break;
	case TIMEVAL:
		snprintf(text, size, "%ld sec, %ld usec", v.tv.tv_sec, v.tv.tv_usec);
		break;
	case NAME:
		snprintf(text, size, "%.*s", (int)len, v.name);
		break;
	}
	return 0;
}

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1)
		err(1, "%s", call);
	return result;
}
