#include "tests/support/trace_world.h"

#include "tests/support/nettrace_sample.h"
#include "tests/support/world.h"

static void free_writer(void *user)
{
    nettrace_writer_deinit(user);
}

struct fake_trace trace_world_sample(void)
{
    struct nettrace_writer *w = world_alloc(sizeof *w);
    size_t size;

    sample_write(w, 4, true);
    world_at_end(free_writer, w);
    const uint8_t *data = nettrace_writer_data(w, &size);
    REQUIRE(data && size > 2 * TRACE_WORLD_CUT);
    return (struct fake_trace){.bytes = data,
                               .size = TRACE_WORLD_CUT,
                               .rundown = data + TRACE_WORLD_CUT,
                               .rundown_size = size - TRACE_WORLD_CUT};
}

bool trace_world_is_whole(const struct fake_trace *t, const struct http *h)
{
    return h->result == CURLE_OK && h->body_size == t->size + t->rundown_size &&
           memcmp(h->body, t->bytes, h->body_size) == 0;
}

struct fake_runtime *trace_world_app_of(const struct portside *p, const struct fake_options *o)
{
    struct fake_options own = *o;

    own.port = p->socket;
    struct fake_runtime *r = fake_runtime_start(&own);
    REQUIRE(portside_wait_count(p, 1, 5000));
    return r;
}

struct fake_runtime *trace_world_app(const struct portside *p, const struct fake_trace *t)
{
    return trace_world_app_of(p, &(struct fake_options){.trace = *t});
}

struct http *trace_world_start(const struct portside *p, const char *query, int timeout_ms)
{
    return http_start(&(struct http_request){.url = world_text("%s/trace%s", p->base, query),
                                             .timeout_ms = timeout_ms});
}

struct http *trace_world_running(const struct portside *p, size_t bytes)
{
    struct http *h = trace_world_start(p, "?durationSeconds=-1", 0);

    REQUIRE(WAIT_UNTIL(5000, atomic_load(&h->received) >= bytes));
    REQUIRE(portside_wait_operation(p, "Running", 5000));
    return h;
}

const char *trace_world_operation(const struct portside *p)
{
    return world_text("%s/operations/%s", p->base,
                      json_text(portside_last_operation(p), "operationId"));
}

void trace_world_check_stopped(const char *label, struct fake_runtime *r, int stops)
{
    CHECK_AT(label, WAIT_UNTIL(5000, fake_runtime_received(r, FAKE_STOP) >= stops &&
                                         fake_runtime_sessions(r) == 0));
    CHECK_AT(world_text("%s: %d stops, %d stray", label, fake_runtime_received(r, FAKE_STOP),
                        fake_runtime_stray_stops(r)),
             fake_runtime_received(r, FAKE_STOP) == stops && fake_runtime_stray_stops(r) == 0);
}

const struct http *trace_world_ask(const struct portside *p, const char *query, const char *type,
                                   const char *body)
{
    return http_run(&(struct http_request){
        .method = body ? "POST" : "GET",
        .url = world_text("%s/trace?%s", p->base, query),
        .headers = {body ? world_text("Content-Type: %s", type) : NULL},
        .body = body,
    });
}
