//go:build ignore

/* ping asks a host whether it is there, with a raw socket: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o ping main.c && ./ping [HOST [COUNT]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static ssize_t check(const char *call, ssize_t result);

enum { ID = 4711 }; /* tells these echoes from those of others; ping(8) takes its process's number */

static uint16_t checksum(const unsigned char *p, size_t n);
static double milliseconds(void);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", "0"); /* there are no ports here */
	int count = atoi(argc > 2 ? argv[2] : "3");

	int fd = check("socket", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));

	for (int seq = 1; seq <= count; seq++) {
		/* Of the packet the kernel writes the IP header, the program what follows: the header of ICMP,
		 * 8 bytes in network order, and any data. */
		unsigned char request[14] = { 8, 0, 0, 0, ID >> 8, ID & 0xff, seq >> 8, seq, 'h', 'e', 'l', 'l', 'o', '!' };
		uint16_t sum = checksum(request, sizeof request);
		request[2] = sum >> 8;
		request[3] = sum;
		double start = milliseconds();
		check("sendto", sendto(fd, request, sizeof request, 0, (struct sockaddr *)&addr, sizeof addr));

		/* A raw socket hears every ICMP packet of the host, its own requests over loopback too, and with
		 * the header of IP. */
		for (;;) {
			unsigned char buf[1500];
			struct sockaddr_in from;
			socklen_t len = sizeof from;
			ssize_t n = check("recvfrom", recvfrom(fd, buf, sizeof buf, 0, (struct sockaddr *)&from, &len));
			int head = (buf[0] & 15) * 4;
			int ttl = buf[8];
			unsigned char *icmp = buf + head;
			if (n - head >= 8 && icmp[0] == 0 && (icmp[4] << 8 | icmp[5]) == ID && (icmp[6] << 8 | icmp[7]) == seq) {
				char host[INET_ADDRSTRLEN];
				inet_ntop(AF_INET, &from.sin_addr, host, sizeof host);
				double ms = milliseconds() - start;
				printf("%zd bytes from %s: seq %d, ttl %d, %.3f ms\n", n - head, host, seq, ttl, ms);
				break;
			}
		}
	}

	check("close", close(fd));
	return 0;
}

/* checksum is that of the Internet protocols: RFC 1071. */
static uint16_t checksum(const unsigned char *p, size_t n)
{
	uint32_t sum = 0;
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += p[i] << 8 | p[i + 1];
	if (n % 2 == 1)
		sum += p[n - 1] << 8;
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	return ~sum;
}

static double milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
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
