//go:build ignore

/* sniffer prints the UDP datagrams that an interface carries: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o sniffer main.c && ./sniffer [INTERFACE [PACKETS]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	const char *device = argc > 1 ? argv[1] : "lo";
	int packets = atoi(argc > 2 ? argv[2] : "0");
	setvbuf(stdout, NULL, _IOLBF, 0);
	int index = if_nametoindex(device);
	if (index == 0)
		err(1, "if_nametoindex");

	/* SOCK_DGRAM: without the header of the link. ETH_P_ALL: what goes out, too; ETH_P_IP is what comes in.
	 * The protocol is a number in network order. */
	int fd = check("socket", socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL)));
	struct sockaddr_ll addr = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index };
	check("bind", bind(fd, (struct sockaddr *)&addr, sizeof addr)); /* this interface only */
	printf("listening on %s, interface %d\n", device, index);

	unsigned char buf[65536];
	for (int seen = 0; packets == 0 || seen < packets;) {
		struct sockaddr_ll from;
		socklen_t len = sizeof from;
		ssize_t n = check("recvfrom", recvfrom(fd, buf, sizeof buf, 0, (struct sockaddr *)&from, &len));
		int head = (buf[0] & 15) * 4;
		if (n < head + 8 || buf[0] >> 4 != 4 || buf[9] != IPPROTO_UDP)
			continue;
		seen++;
		const char *direction = "in";
		if (from.sll_pkttype == PACKET_OUTGOING)
			direction = "out";
		unsigned char *udp = buf + head;
		char source[INET_ADDRSTRLEN], target[INET_ADDRSTRLEN];
		inet_ntop(AF_INET, buf + 12, source, sizeof source);
		inet_ntop(AF_INET, buf + 16, target, sizeof target);
		printf("%s %s:%d > %s:%d, %d bytes\n", direction,
		       source, udp[0] << 8 | udp[1],
		       target, udp[2] << 8 | udp[3],
		       (udp[4] << 8 | udp[5]) - 8);
	}

	check("close", close(fd));
	return 0;
}

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1)
		err(1, "%s", call);
	return result;
}
