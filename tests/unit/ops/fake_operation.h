/*
 * unit/ops/fake_operation.h - a collection and a sink that do as the test says and note what was
 * done to them.
 */
#pragma once

#include <errno.h>
#include <string.h>

#include "src/base/log.h"
#include "src/ops/operation.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static struct {
    struct collection base;
    struct collection_events events;
    int starts, proceeds, stops, abandons;
    bool fail_start;
} source;

struct fake_sink {
    struct sink base;
    int opens, closes, code, give_ups;
    bool fail_open;
    bool slow; /* the test says when it has closed */
    size_t written;
    char text[128], facts[128];
};

static inline int fake_start(const struct collect_context *context, struct target *target,
                             const void *params, const struct collection_events *events,
                             struct collection **ret, struct error *err)
{
    CHECK(context && target && strcmp(params, "params") == 0);
    source.starts++;
    source.events = *events;
    if (source.fail_start)
        return error_set(err, -EIO, "cannot start");
    *ret = &source.base;
    return 0;
}

static inline void fake_proceed(struct collection *c)
{
    source.proceeds += c == &source.base;
}

static inline void fake_stop(struct collection *c)
{
    source.stops += c == &source.base;
}

static inline void fake_abandon(struct collection *c)
{
    source.abandons += c == &source.base;
}

static const struct collection_type type = {.name = "fake",
                                            .limit = 2,
                                            .stoppable = true,
                                            .content_type = "text/plain",
                                            .start = fake_start,
                                            .proceed = fake_proceed,
                                            .stop = fake_stop,
                                            .abandon = fake_abandon,
                                            .facts = {{.name = "Lines"}, {.name = "Pages"}}};
static const struct collection_type unstoppable = {.name = "fixed",
                                                   .limit = 1,
                                                   .content_type = "text/plain",
                                                   .start = fake_start,
                                                   .proceed = fake_proceed,
                                                   .abandon = fake_abandon};

static inline int sink_open(struct sink *s, struct error *err)
{
    struct fake_sink *f = (struct fake_sink *)s;

    f->opens++;
    return f->fail_open ? error_set(err, -EACCES, "cannot open") : 0;
}

static inline void sink_write(struct sink *s, const void *data, size_t size)
{
    CHECK(data != NULL);
    ((struct fake_sink *)s)->written += size;
}

static inline void sink_write_file(struct sink *s, int fd, uint64_t offset, uint64_t size)
{
    CHECK(fd == 5 && offset == 10);
    ((struct fake_sink *)s)->written += size;
}

static inline void sink_close(struct sink *s, const struct error *err)
{
    struct fake_sink *f = (struct fake_sink *)s;

    f->closes++;
    for (size_t i = 0; i < s->artifact.fact_count; i++)
        (void)snprintf(f->facts + strlen(f->facts), sizeof f->facts - strlen(f->facts),
                       s->artifact.facts[i].known ? "%s=%llu;" : "%s;",
                       s->artifact.facts[i].kind->name,
                       (unsigned long long)s->artifact.facts[i].value);
    f->code = err ? err->code : 0;
    (void)snprintf(f->text, sizeof f->text, "%s", err ? err->text : "");
    if (!f->slow)
        s->events.on_closed(s->events.user, NULL, NULL);
}

static inline void sink_give_up(struct sink *s)
{
    ((struct fake_sink *)s)->give_ups++;
}

static const struct sink_type sink_type = {"fake",          sink_open,  sink_write,
                                           sink_write_file, sink_close, sink_give_up};

static struct operations *all;
static struct target process = {.pid = 4711, .cookie = {.bytes = {1}}};

static inline void begin(void)
{
    static const struct collect_context context;
    static char name[] = "dotnet";
    struct error err;

    log_set_level(LOG_LEVEL_NONE);
    memset(&source, 0, sizeof source);
    source.base.type = &type;
    process.info.name = name;
    REQUIRE(operations_new(&context, &all, &err) == 0);
}

static inline int start_as(const struct collection_type *kind, struct fake_sink *sink,
                           struct error *err)
{
    const struct operation_request request = {
        .type = kind,
        .target = &process,
        .params = "params",
        .tags = "t1,t2",
        .artifact_name = "core_1",
    };

    *sink = (struct fake_sink){
        .base = {.type = &sink_type}, .fail_open = sink->fail_open, .slow = sink->slow};
    return operations_start(all, &request, &sink->base, NULL, err);
}

static inline struct operation *newest(void)
{
    struct list *list = operations_list(all);

    REQUIRE(!list_empty(list));
    return container_of(list->prev, struct operation, link);
}

static inline struct operation *start(struct fake_sink *sink)
{
    struct error err;

    CHECK(start_as(&type, sink, &err) == 0);
    return newest();
}

static inline void data(size_t size)
{
    source.events.on_data(source.events.user, "0123456789", size);
}

static inline void done(int code)
{
    struct error err = {.code = code, .text = "it broke"};

    source.events.on_done(source.events.user, code ? &err : NULL);
}

static inline void check_ended(const struct operation *op, enum operation_state state,
                               const struct fake_sink *sink, int code)
{
    CHECK(op->state == state && !operation_is_active(op) && operations_active(all) == 0);
    CHECK(op->collection == NULL && op->sink == NULL);
    CHECK(sink->closes == 1 && sink->code == code);
    CHECK(!operation_is_stoppable(op));
}
