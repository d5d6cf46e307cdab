#include <sys/statvfs.h>

#include "src/metrics/service.h"

void metrics_service_self(const struct metrics_service *m, const char *dump_folder,
                          struct metrics_self *ret)
{
    const struct feeds *feeds = metrics_service_feeds(m);
    struct statvfs volume;

    metrics_self_read(ret);
    ret->sessions = feeds_session_count(feeds);
    ret->events = (double)feeds_event_count(feeds);
    ret->lost_events = (double)feeds_lost_count(feeds);
    if (dump_folder && statvfs(dump_folder, &volume) == 0)
        ret->dump_free_bytes = (double)volume.f_bavail * (double)volume.f_frsize;
}
