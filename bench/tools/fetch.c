/*
 * fetch [-w FOLDER] [-o FILE] [-r MB_PER_S] PORT PATH
 * GET from 127.0.0.1; the body goes to FILE (default /dev/null), no faster than told. Prints
 * "LAST FIRST WRITTEN BYTES": milliseconds from the request to the last and to the first byte of
 * the body, and to the first byte of a file in FOLDER (0 without -w); and the length of the body.
 * Fails when the status is not 200, or the body is cut short.
 */
#include "bench/tools/common.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_SIZE = 256 * 1024, HEAD_MAX = 16 * 1024, LINE_MAX_SIZE = 32 };

struct body {
    int out;
    double bytes_per_ms; /* 0: as fast as it comes */
    double first;
    unsigned long long bytes;
    unsigned long long left; /* of this chunk, or of the body with Content-Length */
    bool chunked, ended;
    char line[LINE_MAX_SIZE]; /* of a chunk, as far as it came */
    size_t line_size;
};

static void store(struct body *b, const char *data, size_t size)
{
    if (b->bytes == 0)
        b->first = now_ms();
    b->bytes += size;
    while (size) {
        ssize_t n = write(b->out, data, size);
        if (n < 0)
            die("write: %s", strerror(errno));
        data += n;
        size -= (size_t)n;
    }
}

/* One byte of what stands between chunks: "\r\n" of the last one, then "SIZE\r\n". */
static void feed_line(struct body *b, char c)
{
    if (b->line_size == sizeof b->line - 1)
        die("bad chunk line");
    b->line[b->line_size++] = c;
    if (c != '\n' || b->line_size == 2)
        return;
    b->line[b->line_size] = '\0';
    b->left = strtoull(b->line, NULL, 16); /* skips the "\r\n" before it */
    b->ended = b->left == 0;
    b->line_size = 0;
}

static void feed(struct body *b, const char *data, size_t size)
{
    while (size && !b->ended) {
        size_t part = 1;
        if (b->left) {
            part = size < b->left ? size : (size_t)b->left;
            store(b, data, part);
            b->left -= part;
            b->ended = !b->chunked && b->left == 0;
        } else {
            feed_line(b, *data);
        }
        data += part;
        size -= part;
    }
}

/* The body's rate, as a client on a slow link would take it. */
static void hold_back(const struct body *b)
{
    while (b->bytes_per_ms > 0 && b->bytes &&
           (double)b->bytes / b->bytes_per_ms > now_ms() - b->first)
        pause_us(1000);
}

/* Reads the head, sets the framing, and feeds what came after it. */
static void read_head(int fd, struct body *b)
{
    static char head[HEAD_MAX + 1];
    size_t size = 0;
    char *end;

    while (!(end = strstr(head, "\r\n\r\n"))) {
        ssize_t n = recv(fd, head + size, HEAD_MAX - size, 0);
        if (n <= 0)
            die("no answer");
        size += (size_t)n;
    }
    if (strncmp(head, "HTTP/1.1 200", 12) != 0)
        die("%s", head);
    *end = '\0';
    const char *length = strcasestr(head, "\r\nContent-Length: ");
    b->chunked = strcasestr(head, "\r\nTransfer-Encoding: chunked") != NULL;
    b->left = length ? strtoull(length + 18, NULL, 10) : 0;
    if (!length && !b->chunked)
        die("the answer has no framing");
    feed(b, end + 4, size - (size_t)(end + 4 - head));
}

static void read_body(int fd, struct body *b)
{
    static char buffer[BUFFER_SIZE];

    while (!b->ended) {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n <= 0)
            die("the body is cut short after %llu bytes", b->bytes);
        feed(b, buffer, (size_t)n);
        hold_back(b);
    }
}

int main(int argc, char **argv)
{
    struct body body = {0};
    const char *out = "/dev/null";
    char request[1024];

    for (int option; (option = getopt(argc, argv, "w:o:r:")) != -1;) {
        switch (option) {
        case 'w':
            first_write_watch(optarg);
            break;
        case 'o':
            out = optarg;
            break;
        case 'r':
            body.bytes_per_ms = strtod(optarg, NULL) * 1e3;
            break;
        default:
            return 2;
        }
    }
    if (argc - optind != 2)
        die("usage: fetch [-w FOLDER] [-o FILE] [-r MB_PER_S] PORT PATH");
    body.out = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int fd = loopback_connect(argv[optind]);
    if (fd < 0 || body.out < 0)
        die("%s or port %s cannot be opened", out, argv[optind]);
    (void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n",
                   argv[optind + 1]);
    double start = now_ms();
    if (!send_all(fd, request, strlen(request)))
        die("cannot ask");
    read_head(fd, &body);
    read_body(fd, &body);
    double end = now_ms(), written = first_write_at();
    (void)printf("%.3f %.3f %.3f %llu\n", end - start, body.first - start,
                 written > 0 ? written - start : 0, body.bytes);
    return 0;
}
