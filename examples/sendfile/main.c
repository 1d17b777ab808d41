//go:build ignore

/* sendfile sends a file to each client, without copying it through the program: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o sendfile main.c && ./sendfile FILE [HOST [PORT [CLIENTS]]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static const char *name(const struct sockaddr_in *addr);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "README.md";
	struct sockaddr_in addr = sockaddr(argc > 2 ? argv[2] : "127.0.0.1", argc > 3 ? argv[3] : "7000");
	int clients = atoi(argc > 4 ? argv[4] : "0");
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN); /* sendfile has no MSG_NOSIGNAL; in Go there is no such signal for a socket */

	int listener = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	int on = 1;
	check("setsockopt", setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	check("bind", bind(listener, (struct sockaddr *)&addr, sizeof addr));
	check("listen", listen(listener, 16));
	printf("listening on %s\n", name(&addr));

	for (int i = 0; clients == 0 || i < clients; i++) {
		struct sockaddr_in peer;
		socklen_t len = sizeof peer;
		int conn = check("accept", accept(listener, (struct sockaddr *)&peer, &len));
		int file = check(path, open(path, O_RDONLY));

		/* Without an offset the file's own moves on: 0 is the end of the file. */
		long total = 0;
		for (;;) {
			ssize_t n = sendfile(conn, file, NULL, 1 << 20);
			if (n <= 0) /* the end; or the client has gone */
				break;
			total += n;
		}
		printf("client %s: %ld bytes\n", name(&peer), total);

		check("close", close(file));
		check("close", close(conn));
	}

	check("close", close(listener));
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
