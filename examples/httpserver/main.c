//go:build ignore

/* httpserver is a small web server: HTTP/1.0, GET, a file for each request: main.go in C, call for call.
 *
 *	cc -Wall -Wextra -o httpserver main.c && ./httpserver [DIRECTORY [HOST [PORT [REQUESTS]]]]
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static struct sockaddr_in sockaddr(const char *host, const char *port);
static const char *name(const struct sockaddr_in *addr);
static ssize_t send_all(int fd, const char *p, size_t n, int flags);
static ssize_t check(const char *call, ssize_t result);

static void serve(int conn, const char *directory);
static bool receive(int conn, char *buf, size_t size);
static void answer(int conn, const char *method, const char *name, const char *status);

int main(int argc, char **argv)
{
	const char *directory = argc > 1 ? argv[1] : ".";
	struct sockaddr_in addr = sockaddr(argc > 2 ? argv[2] : "127.0.0.1", argc > 3 ? argv[3] : "7000");
	int requests = atoi(argc > 4 ? argv[4] : "0");
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN); /* sendfile has no MSG_NOSIGNAL */

	int listener = check("socket", socket(AF_INET, SOCK_STREAM, 0));
	int on = 1;
	check("setsockopt", setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	check("bind", bind(listener, (struct sockaddr *)&addr, sizeof addr));
	check("listen", listen(listener, 16));
	printf("listening on %s\n", name(&addr));

	for (int i = 0; requests == 0 || i < requests; i++) {
		int conn = check("accept", accept(listener, NULL, NULL));
		/* Whoever says nothing for a while is sent away: others wait. */
		struct timeval tv = { .tv_sec = 5 };
		check("setsockopt", setsockopt(conn, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv));
		serve(conn, directory);
		check("close", close(conn)); /* in HTTP/1.0 that is the end of the answer */
	}

	check("close", close(listener));
	return 0;
}

/* serve answers a request. */
static void serve(int conn, const char *directory)
{
	char request[4096], method[16], name[256], path[4096];
	if (!receive(conn, request, sizeof request) || sscanf(request, "%15s %255s", method, name) != 2) {
		answer(conn, "", "", "400 Bad Request");
		return;
	}
	if (strcmp(method, "GET") != 0) {
		answer(conn, method, name, "501 Not Implemented");
		return;
	}
	if (name[0] != '/' || strstr(name, "..") != NULL) { /* not beyond the directory */
		answer(conn, method, name, "403 Forbidden");
		return;
	}
	snprintf(path, sizeof path, "%s%s", directory, name);
	int file = open(path, O_RDONLY);
	if (file == -1) {
		answer(conn, method, name, "404 Not Found");
		return;
	}

	/* MSG_MORE: the head waits for the start of the file, to share a packet with it. */
	printf("%s %s: 200 OK\n", method, name);
	const char *head = "HTTP/1.0 200 OK\r\n\r\n";
	ssize_t n = send_all(conn, head, strlen(head), MSG_NOSIGNAL | MSG_MORE);
	while (n > 0)
		n = sendfile(conn, file, NULL, 1 << 20);
	check("close", close(file));
}

/* receive receives a request, up to the empty line. */
static bool receive(int conn, char *buf, size_t size)
{
	for (size_t n = 0; n < size - 1;) {
		ssize_t part = recv(conn, buf + n, size - 1 - n, 0);
		if (part <= 0)
			return false;
		n += part;
		buf[n] = '\0';
		if (strstr(buf, "\r\n\r\n") != NULL)
			return true;
	}
	return false;
}

/* answer is an answer that is no file. */
static void answer(int conn, const char *method, const char *name, const char *status)
{
	char text[128];
	printf("%s %s: %s\n", method, name, status);
	snprintf(text, sizeof text, "HTTP/1.0 %s\r\n\r\n%s\n", status, status);
	send_all(conn, text, strlen(text), MSG_NOSIGNAL);
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
