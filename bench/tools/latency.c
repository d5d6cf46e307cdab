/*
 * latency PORT PATH
 * One request after the other on one connection until SIGTERM; prints "LONGEST COUNT": the longest
 * wait for an answer in milliseconds, and the number of answers. An application that stands still
 * shows as one long wait.
 */
#include "bench/tools/common.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVERY_US = 2000 };

static volatile sig_atomic_t ended;

static void on_term(int number)
{
    (void)number;
    ended = 1;
}

/* The answers are short: they come in one piece. */
static void ask(int fd, const char *request)
{
    char reply[4096];

    if (!send_all(fd, request, strlen(request)) || recv(fd, reply, sizeof reply, 0) <= 0)
        die("the application does not answer");
}

int main(int argc, char **argv)
{
    char request[512];
    double longest = 0;
    unsigned long count = 0;

    if (argc != 3)
        die("usage: latency PORT PATH");
    (void)sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_term, .sa_flags = SA_RESTART},
                    NULL);
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[2]);
    int fd = loopback_connect(argv[1]);
    if (fd < 0)
        die("connect to port %s: %s", argv[1], strerror(-fd));
    ask(fd, request);
    for (; !ended; count++) {
        double from = now_ms();
        ask(fd, request);
        double took = now_ms() - from;
        longest = took > longest ? took : longest;
        pause_us(EVERY_US);
    }
    (void)printf("%.3f %lu\n", longest, count);
    return 0;
}
