/*
 * parse_rate FILE [d]
 * Reads a .nettrace file once in pieces of 64 KiB, as from a socket, and prints "EVENTS LOST RATE
 * PEAK": millions of events a second of CPU time (reading included), KiB of memory at the most.
 * With d all fields are decoded.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proto/nettrace/fields.h"
#include "proto/nettrace/parser.h"

static int count_event(void *user, const struct nettrace_event *e)
{
    *(uint64_t *)user += e->payload_size;
    return 0;
}

/* The value of every field: numbers, where texts begin and end, where lists do. */
static int decode_event(void *user, const struct nettrace_event *e)
{
    struct nettrace_value values[64];
    size_t count = nettrace_read_all(e, values, sizeof values / sizeof values[0]);

    for (size_t i = 0; i < count; i++)
        *(uint64_t *)user += values[i].u + values[i].size;
    return 0;
}

static double cpu_time(long *ret_peak)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    *ret_peak = usage.ru_maxrss;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    long peak;
    double start = cpu_time(&peak);
    static char piece[64 * 1024];
    uint64_t sum = 0;
    const struct nettrace_callbacks callbacks = {.user = &sum,
                                                 .on_event = argc > 2 ? decode_event : count_event};
    struct nettrace *n = nettrace_new(&callbacks, NULL);
    int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    ssize_t got;
    int r = 0;

    if (fd < 0 || !n)
        return 2;
    while (r == 0 && (got = read(fd, piece, sizeof piece)) > 0)
        r = nettrace_feed(n, piece, (size_t)got);
    if (r == 0)
        r = nettrace_finish(n);
    double used = cpu_time(&peak) - start;
    const struct nettrace_stats *stats = nettrace_stats(n);
    (void)printf("%" PRIu64 " %" PRIu64 " %.2f %ld\n", stats->events, stats->loss.events,
                 (double)stats->events / used / 1e6, peak);
    nettrace_free(n);
    (void)close(fd);
    return r < 0;
}
