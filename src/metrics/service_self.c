#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "src/base/clock.h"
#include "src/metrics/service.h"

/* The folder is made with the first dump; until then what it will be on: its nearest parent. */
static double free_bytes(const char *folder)
{
    char path[4096];
    struct statvfs volume;

    if (snprintf(path, sizeof path, "%s", folder) >= (int)sizeof path)
        return (double)NAN;
    while (statvfs(path, &volume) < 0) {
        char *end = strrchr(path, '/');
        if (errno != ENOENT || !end || !path[1])
            return (double)NAN;
        end[end == path] = '\0'; /* "/" stays */
    }
    return (double)volume.f_bavail * (double)volume.f_frsize;
}

static void tell_silence(const struct metrics_service *m)
{
    list_each(s, metrics_service_scrapes(m), const struct scrape, link)
    {
        int64_t since = s->target->unresponsive_since;
        s->process->silent_seconds = since ? (double)(clock_now_ticks() - since) / 1e7 : 0;
    }
}

void metrics_service_self(const struct metrics_service *m, const char *dump_folder,
                          struct metrics_self *ret)
{
    const struct feeds *feeds = metrics_service_feeds(m);

    tell_silence(m);
    metrics_self_read(ret);
    ret->sessions = feeds_session_count(feeds);
    ret->events = (double)feeds_event_count(feeds);
    ret->lost_events = (double)feeds_lost_count(feeds);
    if (dump_folder)
        ret->dump_free_bytes = free_bytes(dump_folder);
}
