#include "src/api/trace_format.h"

#include <errno.h>
#include <string.h>

#include "src/api/accept.h"
#include "src/api/artifact_request.h"
#include "src/api/call.h"
#include "src/api/reply.h"
#include "src/base/text.h"
#include "src/collect/profiling.h"

#define RAW "nettrace"
#define TIMES (1U << PROFILE_WALL | 1U << PROFILE_CPU)

/* What Accept names, the best first; formats that share a type with a better one have none. */
static const char *const accepted[] = {"application/speedscope+json", "application/json",
                                       "text/html", "text/plain", NULL};
static const struct {
    const char *format, *content_type;
} answers[] = {
    {"speedscope", "application/speedscope+json"},
    {"speedscope", "application/json"},
    {"flamegraph", "text/html; charset=utf-8"},
    {"topn", "text/plain; charset=utf-8"},
};

static int unknown_format(const char *name, struct error *err)
{
    struct text names = {0};

    for (const struct format *f = formats; f->name; f++)
        text_add_fmt(&names, ", %s", f->name);
    (void)error_set(err, -EINVAL, "Unknown format '%s'. There are: " RAW "%s.", name,
                    names.data ? names.data : "");
    text_deinit(&names);
    return -EINVAL;
}

static int unknown_kind(const char *name, struct error *err)
{
    struct text names = {0};

    for (int i = 0; i < PROFILE_KINDS; i++)
        text_add_fmt(&names, "%s%s", i ? ", " : "", profile_kinds[i].name);
    (void)error_set(err, -EINVAL, "Unknown kind '%s'. There are: %s.", name,
                    names.data ? names.data : "");
    text_deinit(&names);
    return -EINVAL;
}

static void read_accept(const struct http_exchange *x, struct trace_wish *ret)
{
    static const char *const raw[] = {"application/octet-stream", NULL};
    const struct http_request *request = http_exchange_request(x);

    if (accept_choose(request, raw) != ACCEPT_NONE)
        return;
    int chosen = accept_choose(request, accepted);
    if (chosen < 0)
        return;
    ret->format = format_find(answers[chosen].format);
    ret->content_type = answers[chosen].content_type;
}

int trace_wish_read(const struct http_exchange *x, struct trace_wish *ret, struct error *err)
{
    const struct call *c = call_of(x);
    const char *format = c->at[PARAM_FORMAT].text, *kind = c->at[PARAM_KIND].text;

    *ret = (struct trace_wish){.kind = PROFILE_KINDS};
    if (!format) {
        read_accept(x, ret);
    } else if (!text_equal_nocase(format, RAW)) {
        ret->format = format_find(format);
        if (!ret->format)
            return unknown_format(format, err);
        ret->content_type = ret->format->media_type;
    }
    if (kind && !profile_kind_parse(kind, &ret->kind))
        return unknown_kind(kind, err);
    if (c->at[PARAM_NUMBER].given && c->at[PARAM_NUMBER].number < 1)
        return error_set(err, -EINVAL, "number must be 1 or more.");
    ret->number = (size_t)c->at[PARAM_NUMBER].number;
    return 0;
}

bool trace_wish_session(const struct trace_wish *wish, struct trace_kind_session *ret)
{
    if (!wish->format && wish->kind == PROFILE_KINDS)
        return false;
    return trace_kind_session(wish->kind == PROFILE_KINDS ? PROFILE_WALL : wish->kind, ret);
}

/* Says now what would come to nothing only when the time is over. */
static int check(const struct trace_wish *wish, unsigned brought, struct error *err)
{
    const struct format *f = wish->format;

    if (wish->kind == PROFILE_KINDS)
        return brought & f->kinds
                   ? 0
                   : error_set(err, -EINVAL,
                               "Nothing that is asked of the process can be shown as %s; it "
                               "needs %s.",
                               f->name, profile_kinds[PROFILE_WALL].needs);
    int r = format_check_kind(f, wish->kind, err);
    if (r == 0 && !(brought & 1U << wish->kind))
        r = error_set(err, -EINVAL,
                      "The providers that are named bring nothing of kind %s: it "
                      "needs %s. Without providers portside asks for them itself.",
                      profile_kinds[wish->kind].name, profile_kinds[wish->kind].needs);
    return r;
}

void trace_format_start(struct api *api, struct http_exchange *x, struct target *t,
                        const struct trace_wish *wish, const struct session_config *config,
                        int64_t duration_seconds)
{
    unsigned brought = trace_kinds_of(&config->request);
    bool said = wish->kind != PROFILE_KINDS;
    char name[ARTIFACT_NAME];
    struct error err;

    if (check(wish, brought, &err) < 0) {
        reply_problem(x, &err);
        return;
    }
    const struct profiling_params params = {
        .session = *config,
        .duration_seconds = duration_seconds,
        .format = wish->format,
        .options = {.kind = wish->kind,
                    .count = wish->number,
                    .name = artifact_name(t, wish->format->extension, name),
                    /* nobody threw, nobody waited: that is an answer; the sampler never rests */
                    .empty_ok = said && !(1U << wish->kind & TIMES)},
        .kinds = said ? 1U << wish->kind : brought & wish->format->kinds,
    };
    const struct operation_request what = {
        .type = &collection_profiling,
        .params = &params,
        .artifact_name = name,
        .content_type = wish->content_type,
        .shown = strncmp(wish->content_type, "text/", 5) == 0,
    };
    artifact_request_run(api, x, t, &what);
}
