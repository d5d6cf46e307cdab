/*
 * ask PORT PATH COUNT
 * One request after the other on one connection, each answer read to its end; prints
 * "P50 P99 BYTES": milliseconds from the request to the end of its answer, and the size of the
 * last.
 */
#include "bench/tools/common.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { PAUSE_US = 1000, SIZE_MAX_REPLY = 16 << 20, WARM_UP = 50 };

static char reply[SIZE_MAX_REPLY + 1];

/* Is the answer complete? With a length, or in chunks. */
static bool is_whole(size_t size)
{
    reply[size] = '\0';
    char *end = strstr(reply, "\r\n\r\n");
    if (!end)
        return false;
    *end = '\0'; /* to look for it in a body would take long */
    const char *length = strcasestr(reply, "\r\nContent-Length:");
    *end = '\r';
    if (length)
        return size >= (size_t)(end + 4 - reply) + strtoul(length + 17, NULL, 10);
    return size > 7 && strcmp(reply + size - 7, "\r\n0\r\n\r\n") == 0;
}

static size_t ask(int fd, const char *request)
{
    size_t size = 0;

    if (!send_all(fd, request, strlen(request)))
        die("the server does not listen");
    do {
        ssize_t n = recv(fd, reply + size, SIZE_MAX_REPLY - size, 0);
        if (n <= 0)
            die("the answer ends after %zu bytes", size);
        size += (size_t)n;
    } while (!is_whole(size));
    if (strncmp(reply, "HTTP/1.1 200", 12) != 0)
        die("no success: %.80s", reply);
    return size;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    char request[512];
    size_t size = 0;

    if (argc != 4)
        die("usage: ask PORT PATH COUNT");
    size_t count = strtoul(argv[3], NULL, 10);
    double *took = calloc(count + 1, sizeof *took);
    int fd = loopback_connect(argv[1]);
    if (fd < 0 || !took || count == 0)
        die("cannot ask port %s", argv[1]);
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[2]);
    for (int i = 0; i < WARM_UP; i++)
        (void)ask(fd, request);
    for (size_t i = 0; i < count; i++) {
        double from = now_ms();
        size = ask(fd, request);
        took[i] = now_ms() - from;
        pause_us(PAUSE_US);
    }
    qsort(took, count, sizeof *took, compare);
    (void)printf("%.4f %.4f %zu\n", took[count / 2], took[count * 99 / 100], size);
    free(took);
    return 0;
}
