//go:build ignore

/* urgentsend sends a byte of urgent data among others: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o urgentsend main.c && ./urgentsend [HOST [PORT]]
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
static ssize_t check(const char *call, ssize_t result);

static void say(int fd, const char *text, int flags);

int main(int argc, char **argv)
{
	struct sockaddr_in addr = sockaddr(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "7000");

	int fd = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	check("connect", connect(fd, (struct sockaddr *)&addr, sizeof addr));

	say(fd, "one", 0);
	say(fd, "!", MSG_OOB); /* one byte: of more the last would be the urgent one */
	say(fd, "two", 0);

	check("close", close(fd));
	return 0;
}

static void say(int fd, const char *text, int flags)
{
	ssize_t n = check("send", send(fd, text, strlen(text), flags));
	printf("%zd bytes: %s\n", n, text);
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
