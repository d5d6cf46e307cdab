#include "src/profile/event_counts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/known_events.h"
#include "proto/nettrace/parser.h"

/* `metadata->user` is the index of its count + 1 as a pointer. NULL: not yet looked up, or none. */
static struct event_count *add_count(struct event_counts *c, const char *provider,
                                     const char *title)
{
    struct event_count new = {names_add(&c->names, provider, strlen(provider)),
                              names_add(&c->names, title, strlen(title)), 0, 0};
    uint64_t key = (uint64_t) new.provider << 32 | new.title;
    uint32_t index = number_map_get(&c->by_key, key);

    if (index != NUMBER_MAP_NONE)
        return &c->list[index];
    if (c->count == EVENT_COUNTS_MAX || new.provider == NAMES_NONE || new.title == NAMES_NONE)
        return NULL;
    if (c->count == c->capacity) {
        size_t wanted = c->capacity ? c->capacity * 2 : 64;
        struct event_count *list = reallocarray(c->list, wanted, sizeof *list);
        if (!list)
            return NULL;
        c->list = list;
        c->capacity = wanted;
    }
    if (!number_map_set(&c->by_key, key, (uint32_t)c->count))
        return NULL;
    c->list[c->count] = new;
    return &c->list[c->count++];
}

static int on_trace(void *user, const struct nettrace_trace *trace)
{
    struct event_counts *c = user;

    c->trace = *trace;
    return 0;
}

static int on_metadata(void *user, struct nettrace_metadata *metadata)
{
    struct event_counts *c = user;
    struct event_count *count = add_count(c, metadata->provider, metadata->title);

    if (count)
        metadata->user = (void *)(uintptr_t)(count - c->list + 1);
    return 0;
}

static void count_one(struct event_counts *c, const struct nettrace_event *event)
{
    uintptr_t index = (uintptr_t)event->metadata->user;
    struct event_count *count = index ? &c->list[index - 1] : NULL;
    const char *title = nettrace_event_title(event);

    if (title != event->metadata->title)
        count = add_count(c, event->metadata->provider, title);
    if (!count) {
        c->uncounted++;
        return;
    }
    count->count++;
    count->bytes += event->payload_size;
}

static int on_event(void *user, const struct nettrace_event *event)
{
    struct event_counts *c = user;

    if (c->events == 0 || event->timestamp < c->first_ticks)
        c->first_ticks = event->timestamp;
    if (event->timestamp > c->last_ticks)
        c->last_ticks = event->timestamp;
    c->events++;
    c->bytes += event->payload_size;
    count_one(c, event);
    return 0;
}

int event_counts_init(struct event_counts *c, struct error *err)
{
    const struct nettrace_callbacks callbacks = {
        .user = c, .on_trace = on_trace, .on_metadata = on_metadata, .on_event = on_event};
    const struct nettrace_options options = {.without_stacks = true};

    *c = (struct event_counts){0};
    names_init(&c->names, 0);
    c->parser = nettrace_new(&callbacks, &options);
    return c->parser ? 0 : error_set(err, -ENOMEM, "no memory for a parser");
}

void event_counts_deinit(struct event_counts *c)
{
    nettrace_free(c->parser);
    names_deinit(&c->names);
    number_map_deinit(&c->by_key);
    free(c->list);
    *c = (struct event_counts){0};
}

static int fail(const struct event_counts *c, int code, struct error *err)
{
    const struct nettrace_error *e = nettrace_error(c->parser);

    return error_set(err, code, "at byte %" PRIu64 ": %s", e->offset, e->text);
}

int event_counts_feed(struct event_counts *c, const void *data, size_t size, struct error *err)
{
    int code = nettrace_feed(c->parser, data, size);

    return code < 0 ? fail(c, code, err) : 0;
}

int event_counts_finish(struct event_counts *c, struct error *err)
{
    int code = nettrace_finish(c->parser);

    c->lost = nettrace_stats(c->parser)->loss.events;
    return code < 0 ? fail(c, code, err) : 0;
}

static int compare(const void *a, const void *b, void *user)
{
    const struct event_count *x = a, *y = b;
    const struct event_counts *c = user;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    int order = strcmp(names_get(&c->names, x->provider), names_get(&c->names, y->provider));
    return order ? order : strcmp(names_get(&c->names, x->title), names_get(&c->names, y->title));
}

void event_counts_sort(struct event_counts *c)
{
    if (c->count)
        qsort_r(c->list, c->count, sizeof *c->list, compare, c);
}
