#include "src/session/coverage.h"

#include <errno.h>
#include <string.h>

static bool filter_has(const struct ipc_event_filter *have, const struct ipc_event_filter *need)
{
    if (!have->enable && have->count == 0)
        return true;
    return have->enable == need->enable && have->count == need->count &&
           (have->count == 0 ||
            memcmp(have->event_ids, need->event_ids, have->count * sizeof *have->event_ids) == 0);
}

static const char *arguments_of(const struct ipc_trace_provider *p)
{
    return p->arguments ? p->arguments : "";
}

/* Names as they stand: runtimes find event sources with case (tried on 8, 9, 10). */
static bool provider_has(const struct ipc_trace_provider *have,
                         const struct ipc_trace_provider *need)
{
    return need->name && strcmp(have->name, need->name) == 0 &&
           strcmp(arguments_of(have), arguments_of(need)) == 0 &&
           (have->keywords & need->keywords) == need->keywords && have->level >= need->level &&
           filter_has(&have->filter, &need->filter);
}

static bool has_provider(const struct feed_need *have, const struct ipc_trace_provider *need)
{
    for (size_t i = 0; i < have->provider_count; i++) {
        if (provider_has(&have->providers[i], need))
            return true;
    }
    return false;
}

bool coverage_has(const struct feed_need *have, const struct feed_need *need)
{
    bool all = (have->stacks || !need->stacks) && feed_buffer_mb(have) >= feed_buffer_mb(need);

    for (size_t i = 0; all && i < need->provider_count; i++)
        all = has_provider(have, &need->providers[i]);
    return all;
}

enum { ALIGN = 16 };

static size_t size_of(const struct ipc_trace_provider *p)
{
    return sizeof *p + strlen(p->name) + strlen(arguments_of(p)) + 2 +
           p->filter.count * sizeof *p->filter.event_ids + 2 * ALIGN;
}

static const void *copy(struct arena *memory, const void *from, size_t size, size_t align)
{
    void *to = arena_take(memory, size, align);

    if (to && size)
        memcpy(to, from, size);
    return to;
}

/* The arena has room for all: size_of(). */
static void copy_provider(struct arena *memory, const struct ipc_trace_provider *from,
                          struct ipc_trace_provider *to)
{
    *to = *from;
    to->filter.event_ids =
        copy(memory, from->filter.event_ids, from->filter.count * sizeof *from->filter.event_ids,
             sizeof *from->filter.event_ids);
    to->name = copy(memory, from->name, strlen(from->name) + 1, 1);
    to->arguments = copy(memory, arguments_of(from), strlen(arguments_of(from)) + 1, 1);
}

int coverage_init(struct coverage *c, const struct feed_need *need, struct error *err)
{
    size_t size = ALIGN;

    *c = (struct coverage){.need = *need};
    for (size_t i = 0; i < need->provider_count; i++) {
        if (!need->providers[i].name)
            return error_set(err, -EINVAL, "An event session needs providers that have names.");
        size += size_of(&need->providers[i]);
    }
    if (!arena_init(&c->memory, size))
        return error_set(err, -ENOMEM, "event session");
    struct ipc_trace_provider *providers =
        arena_take(&c->memory, need->provider_count * sizeof *providers, ALIGN);
    for (size_t i = 0; i < need->provider_count; i++)
        copy_provider(&c->memory, &need->providers[i], &providers[i]);
    c->need.providers = providers;
    return 0;
}

void coverage_deinit(struct coverage *c)
{
    arena_deinit(&c->memory);
    *c = (struct coverage){0};
}
