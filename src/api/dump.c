/* GET /dump */
#include "src/collect/dump.h"

#include <errno.h>
#include <stdio.h>

#include "src/api/api.h"
#include "src/api/http_sink.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/base/clock.h"
#include "src/base/text.h"

static const struct {
    const char *name;
    enum dump_type type;
} dump_types[] = {
    {"Full", DUMP_FULL},
    {"Mini", DUMP_MINI},
    {"WithHeap", DUMP_WITH_HEAP},
    {"Triage", DUMP_TRIAGE},
};

/* By name without case, or by number, as the peer binds enums. Absent: WithHeap. */
static bool read_type(const struct http_request *request, enum dump_type *ret)
{
    const char *text = http_request_query(request, "type");
    int64_t number = 0;

    *ret = DUMP_WITH_HEAP;
    if (!text)
        return true;
    (void)text_to_i64(text, DUMP_FULL, DUMP_TRIAGE, &number);
    for (size_t i = 0; i < sizeof dump_types / sizeof dump_types[0]; i++) {
        if (text_equal_nocase(text, dump_types[i].name) || number == (int64_t)dump_types[i].type) {
            *ret = dump_types[i].type;
            return true;
        }
    }
    return false;
}

static void start_dump(struct api *api, struct http_exchange *x, struct target *t)
{
    const struct http_request *request = http_exchange_request(x);
    const char *provider = http_request_query(request, "egressProvider");
    char stamp[CLOCK_STAMP_SIZE], name[CLOCK_STAMP_SIZE + 8];
    struct dump_params params;
    struct error err;

    if (provider && provider[0]) {
        (void)error_set(&err, -ENOENT, "Egress provider '%s' does not exist.", provider);
        reply_problem(x, &err);
        return;
    }
    (void)read_type(request, &params.type); /* checked before */
    (void)snprintf(name, sizeof name, "core_%s", clock_stamp(clock_now_ticks(), stamp));
    struct operation_request what = {
        .type = &collection_dump,
        .target = t,
        .params = &params,
        .tags = http_request_query(request, "tags"),
        .artifact_name = name,
    };
    struct sink *sink = http_sink_new(x);
    if (sink)
        (void)operations_start(api->operations, &what, sink, &err); /* the sink tells */
}

void api_get_dump(void *user, struct http_exchange *x)
{
    struct api *api = user;
    const struct http_request *request = http_exchange_request(x);
    const char *provider = http_request_query(request, "egressProvider");
    struct process_keys keys;
    enum dump_type type;
    struct error err;

    if (!process_keys_read(x, &keys))
        return;
    if (!read_type(request, &type)) {
        reply_empty(x, 400);
        return;
    }
    if (api->options->no_http_egress && !(provider && provider[0])) {
        (void)error_set(&err, -EPERM, "HTTP egress is not enabled.");
        reply_problem(x, &err);
        return;
    }
    process_request_start(api, x, start_dump);
}
