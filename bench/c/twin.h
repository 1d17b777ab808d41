// What the parts of the C twin share. A twin plays one role: a contestant, which prints one line of JSON, or
// a peer, which prints where it listens ("at PORT") and then serves. Its arguments are key=value.
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <unistd.h>

long number(const char *key, long otherwise);
const char *word(const char *key, const char *otherwise);

void check(int ok, const char *what); // ends the program with errno's text unless ok
void verify(int ok, const char *what); // ends the program: the data are wrong

int64_t now(void);        // nanoseconds
void begin(void);         // the measured part starts
void stop(void);          // and ends: finish does it, where nothing comes between
void finish(long n);      // prints the result of n operations
void latencies(long n);   // room for n of them
void latency(int64_t ns); // notes one
// n operations, so many between two readings of the clock: what disturbs some of these slices, another program
// or a timer, is not in their median.
void sliced(long n, long slice, void (*f)(long i, long end));
void extra(const char *key, double value); // one more number for the result

typedef struct {
	struct sockaddr_storage ss;
	socklen_t len;
} address;

int family(void);                    // of proto=
address loopback(const char *where); // port number or, for unix, abstract name
int listener(int flags);             // a listening stream socket of proto=, announced
void announce(int fd);               // prints "at WHERE"
int stream(void);                    // a connected stream: to= somewhere, or the first to come
void nodelay(int fd);                // TCP_NODELAY, where it is TCP

void fill(unsigned char *p, long n); // the pattern that every message carries

void getsockopt_role(void), setsockopt_role(void), getsockname_role(void), socketclose_role(void), accept_role(void), fdpass_role(void);
void pingpong_role(void), pingpong_peer_role(void), send_role(void), recv_role(void), relay_role(void);
void udp_role(void);
void echo_role(void), load_role(void), accepts_role(void), connects_role(void);
