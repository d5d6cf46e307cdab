/*
 * load PORT PATH CONNECTIONS
 * Asks for PATH on so many connections at once, one request after the other on each, until SIGTERM;
 * prints the number of answers.
 */
#include "bench/tools/common.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64 };

static volatile sig_atomic_t ended;
static atomic_ulong answers;
static const char *port;
static char request[512];

static void on_term(int number)
{
    (void)number;
    ended = 1;
}

/* The answers are short: they come in one piece. */
static void *ask(void *unused)
{
    char reply[4096];
    int fd = loopback_connect(port);

    (void)unused;
    if (fd < 0)
        die("connect to port %s: %s", port, strerror(-fd));
    while (!ended) {
        if (!send_all(fd, request, strlen(request)) || recv(fd, reply, sizeof reply, 0) <= 0)
            die("the application does not answer");
        atomic_fetch_add(&answers, 1);
    }
    (void)close(fd);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[CONNECTIONS_MAX];
    int count = argc == 4 ? atoi(argv[3]) : 0;

    if (count < 1 || count > CONNECTIONS_MAX)
        die("usage: load PORT PATH CONNECTIONS (up to %d)", CONNECTIONS_MAX);
    port = argv[1];
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[2]);
    (void)sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_term, .sa_flags = SA_RESTART},
                    NULL);
    for (int i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, ask, NULL) != 0)
            die("pthread_create");
    }
    for (int i = 0; i < count; i++)
        (void)pthread_join(threads[i], NULL);
    (void)printf("%lu\n", atomic_load(&answers));
    return 0;
}
