//go:build ignore

/* abstract talks to itself over a name that is no file: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o abstract main.c && ./abstract [NAME]
 */
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static ssize_t check(const char *call, ssize_t result);

int main(int argc, char **argv)
{
	/* The name begins with a NUL. The address's length is that of the name: no closing NUL is counted, and
	 * one that is there would be part of the name. */
	const char *text = argc > 1 ? argv[1] : "echo";
	struct sockaddr_un server = { .sun_family = AF_UNIX }, unnamed = { .sun_family = AF_UNIX };
	if (strlen(text) > sizeof server.sun_path - 1)
		errx(1, "%s: too long", text);
	memcpy(server.sun_path + 1, text, strlen(text));
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(text);

	int listener = check("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	check("bind", bind(listener, (struct sockaddr *)&server, len));
	check("listen", listen(listener, 1));

	int client = check("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	/* the family alone: the kernel finds a free name */
	check("bind", bind(client, (struct sockaddr *)&unnamed, sizeof(sa_family_t)));
	check("connect", connect(client, (struct sockaddr *)&server, len));

	struct sockaddr_un peer;
	socklen_t peerlen = sizeof peer;
	int conn = check("accept", accept(listener, (struct sockaddr *)&peer, &peerlen));
	int n = peerlen - offsetof(struct sockaddr_un, sun_path);
	printf("the client's name: @%.*s, %d bytes with its NUL\n", n - 1, peer.sun_path + 1, n);

	check("send", send(client, "hello", 5, 0));
	char buf[64];
	n = check("recv", recv(conn, buf, sizeof buf, 0));
	printf("the server hears: %.*s\n", n, buf);

	check("close", close(conn));
	check("close", close(client));
	check("close", close(listener));
	return 0;
}

/* check ends the program if a call failed. */
static ssize_t check(const char *call, ssize_t result)
{
	if (result == -1)
		err(1, "%s", call);
	return result;
}
