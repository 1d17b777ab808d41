//go:build ignore

/* urgentrecv waits for urgent data and for others, and tells where the mark is: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o urgentrecv main.c && ./urgentrecv [HOST [PORT]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static const char *name(const struct sockaddr_in *addr);
static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");
	setvbuf(stdout, NULL, _IOLBF, 0);

	int listener = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	int on = 1;
	check("setsockopt", setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	check("bind", bind(listener, (struct sockaddr *)&addr, sizeof addr));
	check("listen", listen(listener, 1));
	printf("listening on %s\n", name(&addr));
	int conn = check("accept", accept(listener, NULL, NULL));

	char buf[64];
	for (;;) {
		struct pollfd fds = { .fd = conn, .events = POLLIN | POLLPRI };
		check("poll", poll(&fds, 1, -1));

		if (fds.revents & POLLPRI) {
			ssize_t n = check("recv", recv(conn, buf, sizeof buf, MSG_OOB));
			printf("urgent: %.*s\n", (int)n, buf);
		}
		if (fds.revents & POLLIN) {
			int mark = check("sockatmark", sockatmark(conn)); /* where the urgent byte was, before that is read */
			ssize_t n = check("recv", recv(conn, buf, sizeof buf, 0)); /* not beyond the mark */
			if (n == 0)
				break;
			if (mark)
				printf("at the mark: ");
			printf("%.*s\n", (int)n, buf);
		}
	}

	check("close", close(conn));
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
