#include "src/collect/trace_tap.h"

#include <errno.h>
#include <stdlib.h>

#include "proto/nettrace/parser.h"
#include "src/base/cleanup.h"

struct trace_tap {
    struct nettrace *parser;   /* NULL: the stream cannot be read */
    struct event_match *match; /* NULL: nothing is looked for (any more) */
    struct trace_tap_events events;
    uint64_t first, last; /* ticks; first > last: no event yet */
};

/* `user` of a definition is not NULL when its events are looked for. */
static int on_metadata(void *user, struct nettrace_metadata *metadata)
{
    struct trace_tap *t = user;

    metadata->user = t->match && event_match_definition(t->match, metadata) ? t : NULL;
    return 0;
}

static void look_at(struct trace_tap *t, const struct nettrace_event *event)
{
    enum event_match_answer answer = event_match_check(t->match, event);

    if (answer == EVENT_MATCH_NO)
        return;
    event_match_free(take_ptr(t->match));
    if (answer == EVENT_MATCH_YES)
        t->events.on_match(t->events.user, event->metadata);
    else
        t->events.on_never(t->events.user, event->metadata);
}

static int on_event(void *user, const struct nettrace_event *event)
{
    struct trace_tap *t = user;

    if (event->timestamp < t->first)
        t->first = event->timestamp;
    if (event->timestamp > t->last)
        t->last = event->timestamp;
    if (event->metadata->user && t->match)
        look_at(t, event);
    return 0;
}

int trace_tap_new(const struct event_match_need *wanted, const struct trace_tap_events *events,
                  struct trace_tap **ret, struct error *err)
{
    const struct nettrace_options options = {.without_stacks = true};
    struct trace_tap *t = calloc(1, sizeof *t);

    if (t) {
        t->first = UINT64_MAX;
        t->events = *events;
        t->match = wanted ? event_match_new(wanted) : NULL;
        t->parser = nettrace_new(&(struct nettrace_callbacks){.user = t,
                                                              .on_metadata = on_metadata,
                                                              .on_event = on_event},
                                 &options);
    }
    if (!t || !t->parser || (wanted && !t->match)) {
        trace_tap_free(t);
        return error_set(err, -ENOMEM, "trace");
    }
    *ret = t;
    return 0;
}

void trace_tap_free(struct trace_tap *t)
{
    if (!t)
        return;
    nettrace_free(t->parser);
    event_match_free(t->match);
    free(t);
}

void trace_tap_feed(struct trace_tap *t, const void *data, size_t size)
{
    if (!t->parser || nettrace_feed(t->parser, data, size) == 0)
        return;
    nettrace_free(take_ptr(t->parser));
    event_match_free(take_ptr(t->match));
}

struct trace_figures trace_tap_figures(const struct trace_tap *t)
{
    const struct nettrace_trace *trace = t->parser ? nettrace_trace(t->parser) : NULL;

    if (!trace)
        return (struct trace_figures){0};
    const struct nettrace_stats *stats = nettrace_stats(t->parser);
    bool any = t->first <= t->last;
    return (struct trace_figures){
        .known = true,
        .whole = nettrace_is_done(t->parser),
        .events = stats->events,
        .lost = stats->loss.events,
        .first = any ? nettrace_trace_file_time(trace, t->first) : 0,
        .last = any ? nettrace_trace_file_time(trace, t->last) : 0,
    };
}
