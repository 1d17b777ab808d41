//go:build ignore

/* tcpinfo watches a connection from inside: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o tcpinfo main.c && ./tcpinfo [HOST [PORT [ROUNDS]]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static ssize_t send_all(int fd, const char *p, size_t n, int flags);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");
	int rounds = atoi(argc > 3 ? argv[3] : "3");

	int fd = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	check("connect", connect(fd, (struct sockaddr *)&addr, sizeof addr));

	char buf[1000] = { 0 };
	for (int i = 0; i < rounds; i++) {
		check("send", send_all(fd, buf, sizeof buf, MSG_NOSIGNAL));
		check("recv", recv(fd, buf, sizeof buf, MSG_WAITALL));

		struct tcp_info info = { 0 }; /* of <linux/tcp.h>: that of <netinet/tcp.h> ends earlier */
		socklen_t len = sizeof info;
		check("getsockopt", getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len));
		printf("round %d: state %d, rtt %u us, cwnd %u, sent %llu, acknowledged %llu, received %llu, sent again %u\n",
		       i + 1, info.tcpi_state, info.tcpi_rtt, info.tcpi_snd_cwnd, info.tcpi_bytes_sent,
		       info.tcpi_bytes_acked, info.tcpi_bytes_received, info.tcpi_total_retrans);
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
