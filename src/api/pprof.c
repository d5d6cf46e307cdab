/*
 * GET /debug/pprof/...: profiles at the addresses where agents and `go tool pprof` look for them in
 * Go programs. Not what a runtime of .NET cannot tell: /heap, /goroutine, /cmdline...
 */
#include "src/api/api.h"
#include "src/api/call.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/api/trace_format.h"
#include "src/collect/profiling.h"

enum { DEFAULT_SECONDS = 30 };

static void start(struct api *api, struct http_exchange *x, struct target *t,
                  enum profile_kind kind)
{
    const struct format *format = format_find("pprof");
    const struct trace_wish wish = {
        .format = format, .content_type = format->media_type, .kind = kind};
    struct trace_kind_session session;
    int32_t seconds = call_of(x)->at[PARAM_SECONDS].number;

    if (trace_wish_session(&wish, &session))
        trace_format_start(api, x, t, &wish, &session.config,
                           seconds > 0 ? seconds : DEFAULT_SECONDS);
}

static void start_cpu(struct api *api, struct http_exchange *x, struct target *t)
{
    start(api, x, t, PROFILE_CPU);
}

static void start_alloc(struct api *api, struct http_exchange *x, struct target *t)
{
    start(api, x, t, PROFILE_ALLOC);
}

void api_get_pprof_profile(void *user, struct http_exchange *x)
{
    request_log_artifact(x, collection_profiling.name);
    process_request_start(user, x, start_cpu);
}

void api_get_pprof_allocs(void *user, struct http_exchange *x)
{
    request_log_artifact(x, collection_profiling.name);
    process_request_start(user, x, start_alloc);
}

void api_get_pprof(void *user, struct http_exchange *x)
{
    static const struct http_pair headers[] = {{"Content-Type", "text/html; charset=utf-8"}};
    static const char page[] =
        "<!DOCTYPE html><html lang=\"en\"><title>/debug/pprof</title><h1>/debug/pprof</h1><ul>"
        "<li><a href=\"/debug/pprof/profile\">profile</a>: time in managed code, for "
        "?seconds=N (30)"
        "<li><a href=\"/debug/pprof/allocs?seconds=30\">allocs</a>: allocated bytes, in "
        "?seconds=N (30)</ul><p>The process: ?pid=, ?uid= or ?name=.</html>\n";

    (void)user;
    http_respond(x, 200, headers, 1, page, sizeof page - 1);
}
