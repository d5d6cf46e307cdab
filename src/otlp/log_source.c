#include "src/otlp/log_source.h"

#include <stdlib.h>

#include "src/otlp/log_reader.h"

struct log_source {
    struct log_source_config config;
    struct registry_watcher watcher;
    struct list readers;
    struct log_totals totals;
    bool stopped;
};

static struct log_reader *find(struct log_source *s, const struct target *t)
{
    list_each(r, &s->readers, struct log_reader, link)
    {
        if (r->target == t)
            return r;
    }
    return NULL;
}

/* Out of memory: the next change of the target (it is asked every 5 s) comes back to it. */
static void follow(void *user, struct target *t)
{
    struct log_source *s = user;
    struct log_reader *r = find(s, t);
    bool meant = !s->stopped && registry_is_matched(s->config.registry, t);

    if (r && !meant) {
        log_reader_free(r);
    } else if (r) {
        log_reader_refresh(r);
    } else if (meant) {
        r = log_reader_new(&s->config, &s->totals, t);
        if (r)
            list_append(&s->readers, &r->link);
    }
}

void log_source_reload(struct log_source *s)
{
    list_each(t, registry_targets(s->config.registry), struct target, link)
    {
        follow(s, t);
    }
}

struct log_source *log_source_new(const struct log_source_config *config)
{
    struct log_source *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->config = *config;
    list_init(&s->readers);
    s->watcher.on_change = follow;
    s->watcher.user = s;
    registry_watch(config->registry, &s->watcher);
    log_source_reload(s);
    return s;
}

void log_source_stop(struct log_source *s)
{
    s->stopped = true;
    while (!list_empty(&s->readers))
        log_reader_free(container_of(s->readers.next, struct log_reader, link));
}

void log_source_counts(const struct log_source *s, uint64_t *ret_records, uint64_t *ret_lost)
{
    *ret_records = s->totals.records;
    *ret_lost = s->totals.lost;
}

void log_source_free(struct log_source *s)
{
    if (!s)
        return;
    log_source_stop(s);
    registry_unwatch(&s->watcher);
    free(s);
}
