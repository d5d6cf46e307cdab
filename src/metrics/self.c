#include "src/metrics/self.h"

#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "src/base/cleanup.h"

/* The first bytes of a file of /proc. */
static bool read_proc(const char *path, char *text, size_t size)
{
    cleanup(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

    text[n < 0 ? 0 : n] = '\0';
    return n > 0;
}

/* The second number of proc(5)'s statm, in pages. The file stays open: to open it is more than half
 * of what a page of metrics asks of the kernel. */
static double resident_bytes(void)
{
    static int fd = -1;
    char text[128] = "";

    if (fd < 0)
        fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const char *blank = pread(fd, text, sizeof text - 1, 0) > 0 ? strchr(text, ' ') : NULL;
    return blank ? (double)strtoul(blank, NULL, 10) * (double)sysconf(_SC_PAGESIZE) : (double)NAN;
}

static double now(clockid_t clock)
{
    struct timespec t;

    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* Field 22 of proc(5)'s stat, in ticks since boot. It does not change: looked up once. */
static double start_unix_seconds(void)
{
    static double start;
    char text[1024];
    unsigned long long ticks;

    if (start > 0)
        return start;
    if (!read_proc("/proc/self/stat", text, sizeof text))
        return (double)NAN;
    const char *at = strrchr(text, ')'); /* the name may have blanks */
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (!at || sscanf(at, " %llu", &ticks) != 1)
        return (double)NAN;
    double age = now(CLOCK_BOOTTIME) - (double)ticks / (double)sysconf(_SC_CLK_TCK);
    start = floor(now(CLOCK_REALTIME) - age);
    return start;
}

void metrics_self_read(struct metrics_self *self)
{
    const double unknown = (double)NAN;
    struct rusage usage;

    *self = (struct metrics_self){
        .sessions = unknown, .events = unknown, .lost_events = unknown, .dump_free_bytes = unknown};
    self->cpu_seconds = unknown;
    self->resident_bytes = resident_bytes();
    self->start_unix_seconds = start_unix_seconds();
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        self->cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
}
