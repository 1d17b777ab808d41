//go:build ignore

/* udpclient sends lines as datagrams and prints who answers what: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o udpclient main.c && ./udpclient [HOST [PORT]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static const char *name(const struct sockaddr_in *addr);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");

	int fd = check("socket", socket(AF_INET, SOCK_DGRAM, 0));

	char line[4096], buf[65536];
	while (fgets(line, sizeof line, stdin) != NULL) {
		size_t end = strcspn(line, "\n");
		/* the first binds the socket to a free port */
		check("sendto", sendto(fd, line, end, 0, (struct sockaddr *)&addr, sizeof addr));
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		/* from anybody */
		ssize_t n = check("recvfrom", recvfrom(fd, buf, sizeof buf, 0, (struct sockaddr *)&from, &len));
		printf("%s: %.*s\n", name(&from), (int)n, buf);
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
