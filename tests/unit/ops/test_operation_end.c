/* The second half of an end: the destination closes, and whoever waits is told. */
#include <errno.h>

#include "src/base/limits.h"
#include "tests/unit/ops/fake_operation.h"

static struct {
    int ends;
    enum operation_state state;
    char location[32], error[64];
    const struct operation *op;
    struct operation_watch *other; /* unwatched from inside */
    struct fake_sink *next;        /* a sink to start from inside */
} told;

static void on_end(void *user, const struct operation *op)
{
    CHECK(user == &told && !operation_is_active(op) && !op->sink);
    told.ends++;
    told.state = op->state;
    told.op = op;
    (void)snprintf(told.location, sizeof told.location, "%s",
                   op->resource_location ? op->resource_location : "");
    (void)snprintf(told.error, sizeof told.error, "%s", op->error ? op->error : "");
    if (told.other)
        operation_unwatch(told.other);
    if (told.next)
        (void)start(told.next);
}

static struct operation *start_watched(struct fake_sink *sink, struct operation_watch *w)
{
    memset(&told, 0, sizeof told);
    sink->slow = true;
    struct operation *op = start(sink);
    operation_watch(op, w, on_end, &told);
    return op;
}

static void closed(struct fake_sink *sink, const char *location, int code)
{
    struct error err = {.code = code, .text = "disk full"};

    sink->base.events.on_closed(sink->base.events.user, location, code ? &err : NULL);
}

/* It has ended when its destination says so, and then its place is known. */
static void test_slow_close(void)
{
    struct fake_sink sink = {0};
    struct operation_watch w;
    struct error err;

    begin();
    struct operation *op = start_watched(&sink, &w);
    source.events.on_started(source.events.user);
    data(4);
    done(0);
    CHECK(sink.closes == 1 && op->state == OPERATION_RUNNING && operation_is_active(op));
    CHECK(operations_active(all) == 1 && told.ends == 0 && !op->collection);
    CHECK_AT("it counts for the limit",
             start_as(&type, &(struct fake_sink){0}, &err) == 0 &&
                 start_as(&type, &(struct fake_sink){0}, &err) == -EBUSY);
    done(0);
    closed(&sink, "/there", 0);
    check_ended(op, OPERATION_SUCCEEDED, &sink, 0);
    CHECK(told.ends == 1 && told.state == OPERATION_SUCCEEDED && told.op == op);
    CHECK(strcmp(told.location, "/there") == 0 && strcmp(op->resource_location, "/there") == 0);
    operation_unwatch(&w);
    operation_watch(op, &w, on_end, &told);
    CHECK_AT("who comes late is told at once", told.ends == 2);
    operations_free(all);
    CHECK(told.ends == 2);
}

static const struct {
    const char *what;
    int collection, closing;
    bool give_up;
    enum operation_state want;
    const char *error;
} ends[] = {
    {"fine", 0, 0, false, OPERATION_SUCCEEDED, ""},
    {"not kept", 0, -ENOSPC, false, OPERATION_FAILED, "disk full"},
    {"not collected", -EIO, 0, false, OPERATION_FAILED, "it broke"},
    {"neither", -EIO, -ENOSPC, false, OPERATION_FAILED, "it broke"},
    {"given up in time", 0, -ECANCELED, true, OPERATION_CANCELLED, ""},
    {"given up too late", 0, 0, true, OPERATION_SUCCEEDED, ""},
};

static void test_ends(void)
{
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct fake_sink sink = {0};
        struct operation_watch w;
        struct error err;

        begin();
        struct operation *op = start_watched(&sink, &w);
        data(4);
        done(ends[i].collection);
        if (ends[i].give_up) {
            CHECK(operation_cancel(op, &err) == 0 && sink.give_ups == 1 && told.ends == 0);
            CHECK(operation_cancel(op, &err) == -EINVAL && operation_stop(op, &err) == -EINVAL);
        }
        closed(&sink, ends[i].collection || ends[i].closing ? NULL : "/there", ends[i].closing);
        CHECK_AT(ends[i].what, op->state == ends[i].want && told.state == ends[i].want);
        CHECK_AT(ends[i].what, strcmp(told.error, ends[i].error) == 0 && told.ends == 1);
        CHECK_AT(ends[i].what, (told.location[0] != '\0') == (ends[i].want == OPERATION_SUCCEEDED));
        operations_free(all);
    }
}

/* Cancelled shows at once; the watch waits until the destination is empty again. */
static void test_cancel_slow(void)
{
    struct fake_sink sink = {0};
    struct operation_watch w;
    struct error err;

    begin();
    struct operation *op = start_watched(&sink, &w);
    data(4);
    CHECK(operation_cancel(op, &err) == 0);
    CHECK(op->state == OPERATION_CANCELLED && source.abandons == 1 && told.ends == 0);
    CHECK(operation_cancel(op, &err) == -EINVAL);
    closed(&sink, NULL, -ECANCELED);
    CHECK(told.ends == 1 && told.state == OPERATION_CANCELLED);
    operations_free(all);
}

/* From inside on_end others may leave, and operations begin. */
static void test_inside_watch(void)
{
    struct fake_sink sink = {0}, next = {0};
    struct operation_watch first, second;

    begin();
    struct operation *op = start_watched(&sink, &first);
    operation_watch(op, &second, on_end, &told);
    told.other = &second;
    told.next = &next;
    done(0);
    closed(&sink, NULL, 0);
    CHECK(told.ends == 1 && source.starts == 2 && operations_active(all) == 1);
    operations_free(all);
    CHECK(next.closes == 1);
    operation_unwatch(&(struct operation_watch){0});
}

/* What is still closing when all is freed keeps what it needs. */
static void test_free_while_closing(void)
{
    struct fake_sink sinks[2] = {{.slow = true}, {.slow = true}};

    begin();
    (void)start(&sinks[0]);
    data(4);
    (void)start(&sinks[1]);
    done(0);
    CHECK(sinks[1].closes == 1);
    operations_free(all);
    CHECK(sinks[0].closes == 1 && sinks[0].code == -ECANCELED && sinks[0].give_ups == 0);
    CHECK(sinks[1].give_ups == 1);
    closed(&sinks[0], NULL, 0);
    closed(&sinks[1], "/there", 0);
}

/* Egress: a destination that is lost has failed, and the number of all is bounded. */
static void test_egress(void)
{
    struct operation_request request = {.type = &type,
                                        .target = &process,
                                        .params = "params",
                                        .artifact_name = "core_1",
                                        .egress_provider = "there",
                                        .unlimited = true};
    struct fake_sink *sinks = world_alloc((LIMIT_EGRESS_OPERATIONS + 1) * sizeof *sinks);
    struct operation *op = NULL;
    struct error err = {0};

    begin();
    for (int i = 0; i < LIMIT_EGRESS_OPERATIONS; i++) {
        sinks[i].base.type = &sink_type;
        REQUIRE(operations_start(all, &request, &sinks[i].base, &op, &err) == 0);
    }
    CHECK(op && op == newest() && strcmp(op->egress_provider, "there") == 0);
    struct fake_sink *last = &sinks[LIMIT_EGRESS_OPERATIONS];
    last->base.type = &sink_type;
    CHECK(operations_start(all, &request, &last->base, &op, &err) == -EBUSY);
    CHECK(last->closes == 1 && strstr(err.text, "Cure: "));
    CHECK_AT("they take nobody's place", start_as(&type, &(struct fake_sink){0}, &err) == 0);
    done(0);
    (void)error_set(&err, -ENOSPC, "disk full");
    struct sink_events *events = &sinks[LIMIT_EGRESS_OPERATIONS - 1].base.events;
    events->on_lost(events->user, &err);
    CHECK(op->state == OPERATION_FAILED && strcmp(op->error, "disk full") == 0);
    *last = (struct fake_sink){.base = {.type = &sink_type}};
    CHECK_AT("there is room again", operations_start(all, &request, &last->base, &op, &err) == 0);
    operations_free(all);
}

WORLD_SUITE("ops/operation_end", {"slow close", test_slow_close}, {"ends", test_ends},
            {"cancel slow", test_cancel_slow}, {"inside watch", test_inside_watch},
            {"free while closing", test_free_while_closing}, {"egress", test_egress})
