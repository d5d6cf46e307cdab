#include "src/exceptions/service.h"

#include <errno.h>
#include <stdlib.h>

#include "src/exceptions/settings.h"

struct exceptions_service {
    struct registry *registry;
    struct registry_watcher watcher;
    struct exception_context context;
    bool on, at_start;
    struct list processes;
};

static struct exception_process *find(struct exceptions_service *s, const struct target *t)
{
    list_each(p, &s->processes, struct exception_process, link)
    {
        if (p->target == t)
            return p;
    }
    return NULL;
}

static struct exception_process *begin(struct exceptions_service *s, struct target *t)
{
    struct exception_process *p = exception_process_new(&s->context, t);

    if (p)
        list_append(&s->processes, &p->link);
    return p;
}

static void forget(struct exception_process *p)
{
    list_remove(&p->link);
    exception_process_close(p);
    exception_process_unref(p);
}

/* Out of memory: the next change of the target (it is asked every 5 s) comes back to it. */
static void follow(void *user, struct target *t)
{
    struct exceptions_service *s = user;
    struct exception_process *p = find(s, t);
    bool meant = s->on && t->listed && !t->gone;

    if (p && !meant)
        forget(p);
    else if (!p && meant && s->at_start)
        (void)begin(s, t);
}

static void follow_all(struct exceptions_service *s)
{
    list_each(t, registry_targets(s->registry), struct target, link)
    {
        follow(s, t);
    }
}

static void take_settings(struct exceptions_service *s, const struct exception_settings *settings)
{
    exception_filters_deinit(&s->context.filters);
    s->context.filters = settings->filters;
    s->context.limit = settings->limit;
    s->on = settings->on;
    s->at_start = settings->at_start;
}

int exceptions_service_new(struct registry *registry, struct sessions *sessions,
                           struct feeds *feeds, const struct config_keys *keys,
                           struct exceptions_service **ret, struct error *err)
{
    struct exceptions_service *s = calloc(1, sizeof *s);
    struct exception_settings settings;

    if (!s)
        return error_set(err, -ENOMEM, "exceptions");
    int r = exception_settings_load(keys, &settings, err);
    if (r < 0) {
        free(s);
        return r;
    }
    list_init(&s->processes);
    s->registry = registry;
    s->context.sessions = sessions;
    s->context.feeds = feeds;
    take_settings(s, &settings);
    s->watcher = (struct registry_watcher){.on_change = follow, .user = s};
    registry_watch(registry, &s->watcher);
    follow_all(s);
    *ret = s;
    return 0;
}

static void forget_all(struct exceptions_service *s)
{
    while (!list_empty(&s->processes))
        forget(container_of(s->processes.next, struct exception_process, link));
}

void exceptions_service_free(struct exceptions_service *s)
{
    if (!s)
        return;
    registry_unwatch(&s->watcher);
    forget_all(s);
    exception_filters_deinit(&s->context.filters);
    free(s);
}

void exceptions_service_reload(struct exceptions_service *s, const struct config_keys *keys)
{
    struct exception_settings settings;
    struct error err;

    if (!s || exception_settings_load(keys, &settings, &err) < 0)
        return;
    take_settings(s, &settings);
    if (!s->on)
        forget_all(s);
    list_each(p, &s->processes, struct exception_process, link)
    {
        exception_process_reload(p);
    }
    follow_all(s);
}

struct exception_process *exceptions_service_take(struct exceptions_service *s, struct target *t)
{
    struct exception_process *p = s ? find(s, t) : NULL;

    if (!p && s && s->on && !t->gone)
        p = begin(s, t);
    return p ? exception_process_ref(p) : NULL;
}
