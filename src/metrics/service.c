#include "src/metrics/service.h"

#include <errno.h>
#include <stdlib.h>

#include "src/base/cleanup.h"
#include "src/base/limits.h"
#include "src/base/text.h"

enum { DEFAULT_POINTS = 3 }; /* the peer's Metrics:MetricCount */

static const char *const copied[] = {"Metrics:IncludeDefaultProviders", "Metrics:MetricCount",
                                     "Metrics:Providers", "Metrics:Meters", "GlobalCounter"};

struct metrics_service {
    struct registry *registry;
    struct registry_watcher watcher;
    struct config_keys keys;
    struct scrape_context context;
    struct list scrapes;
    struct kept_page page;
};

static int copy(const struct config_entry *from, struct config_keys *to,
                const struct config_source *source, struct error *err)
{
    return config_keys_put(to, from->key, from->is_null ? NULL : from->value, source, from->line,
                           err);
}

/* What concerns us: the settings are replaced as a whole, and other changes change nothing here. */
static int copy_settings(const struct config_keys *from, struct config_keys *to, struct error *err)
{
    const struct config_source *source =
        config_keys_add_source(to, "settings", "settings", false, err);
    int r = source ? 0 : -ENOMEM;

    for (size_t i = 0; r == 0 && i < sizeof copied / sizeof copied[0]; i++) {
        const struct config_entry *at = config_keys_find(from, copied[i]);
        if (at)
            r = copy(at, to, source, err);
        size_t count = config_keys_below(from, copied[i], &at);
        for (; r == 0 && count; at++, count--)
            r = copy(at, to, source, err);
    }
    if (r < 0)
        config_keys_deinit(to);
    return r;
}

static unsigned points_of(const struct config_keys *keys)
{
    const char *text = config_keys_child(keys, "Metrics", "MetricCount");
    int64_t points;

    return text && text_to_i64(text, 1, LIMIT_METRIC_POINTS, &points) ? (unsigned)points
                                                                      : DEFAULT_POINTS;
}

struct scrape *metrics_service_scrape(struct metrics_service *m, const struct target *t)
{
    if (!m)
        return NULL;
    list_each(s, &m->scrapes, struct scrape, link)
    {
        if (s->target == t)
            return s;
    }
    return NULL;
}

/* Out of memory: the next change of the target (it is asked every 5 s) comes back to it. */
static void follow(void *user, struct target *t)
{
    struct metrics_service *m = user;
    struct scrape *s = metrics_service_scrape(m, t);
    bool meant = registry_is_matched(m->registry, t);

    if (s && meant) {
        scrape_refresh(s);
    } else if (s) {
        scrape_free(s);
    } else if (meant) {
        s = scrape_new(&m->context, t);
        if (s)
            list_append(&m->scrapes, &s->link);
    }
}

static void follow_all(struct metrics_service *m)
{
    list_each(t, registry_targets(m->registry), struct target, link)
    {
        follow(m, t);
    }
}

static void forget_all(struct metrics_service *m)
{
    while (!list_empty(&m->scrapes))
        scrape_free(container_of(m->scrapes.next, struct scrape, link));
}

int metrics_service_new(struct registry *registry, struct feeds *feeds,
                        const struct config_keys *keys, struct metrics_service **ret,
                        struct error *err)
{
    struct metrics_service *m = calloc(1, sizeof *m);

    if (!m)
        return error_set(err, -ENOMEM, "metrics");
    list_init(&m->scrapes);
    m->registry = registry;
    int r = copy_settings(keys, &m->keys, err);
    if (r < 0) {
        free(m);
        return r;
    }
    m->context = (struct scrape_context){feeds, metric_store_new(points_of(&m->keys)), &m->keys};
    if (!m->context.store) {
        config_keys_deinit(&m->keys);
        free(m);
        return error_set(err, -ENOMEM, "metrics");
    }
    m->watcher = (struct registry_watcher){.on_change = follow, .user = m};
    registry_watch(registry, &m->watcher);
    follow_all(m);
    metrics_self_read(&(struct metrics_self){0}); /* it remembers when the program began */
    *ret = m;
    return 0;
}

void metrics_service_free(struct metrics_service *m)
{
    if (!m)
        return;
    registry_unwatch(&m->watcher);
    forget_all(m);
    metric_store_free(m->context.store);
    kept_page_deinit(&m->page);
    config_keys_deinit(&m->keys);
    free(m);
}

/* On no memory the old settings stay. */
static void begin_anew(struct metrics_service *m, struct config_keys *keys)
{
    struct metric_store *store = metric_store_new(points_of(keys));

    if (!store) {
        config_keys_deinit(keys);
        return;
    }
    forget_all(m);
    metric_store_free(m->context.store);
    kept_page_deinit(&m->page);
    m->context.store = store;
    config_keys_deinit(&m->keys);
    m->keys = *keys;
}

void metrics_service_reload(struct metrics_service *m, const struct config_keys *keys)
{
    struct config_keys news = {0};
    struct error err;

    if (!m || copy_settings(keys, &news, &err) < 0)
        return;
    if (config_keys_equal(&news, &m->keys))
        config_keys_deinit(&news);
    else
        begin_anew(m, &news);
    follow_all(m);
}

struct metric_store *metrics_service_store(const struct metrics_service *m)
{
    return m->context.store;
}

struct kept_page *metrics_service_page(struct metrics_service *m)
{
    return &m->page;
}

const struct feeds *metrics_service_feeds(const struct metrics_service *m)
{
    return m->context.feeds;
}

const struct list *metrics_service_scrapes(const struct metrics_service *m)
{
    return &m->scrapes;
}

const struct scrape *metrics_service_find(const struct metrics_service *m,
                                          const struct metric_process *p)
{
    list_each(s, &m->scrapes, const struct scrape, link)
    {
        if (s->process == p)
            return s;
    }
    return NULL;
}
