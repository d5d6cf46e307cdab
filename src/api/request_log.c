#include "src/api/request_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uv.h>

#include "src/api/request_scopes.h"
#include "src/base/events.h"

/* What the peer's log says of a request without an answer. */
enum { CLIENT_GONE = 499 };

struct request_log {
    const struct http_request *request;
    struct request_scopes scopes;
    const char *artifact; /* not among the scopes yet */
    uint64_t begun;       /* uv_hrtime() */
    int status;           /* 0: no answer */
    int64_t length;       /* -1: a stream */
    char content_type[96];
};

/* Which of the peer's controllers serves a path; the first that fits. */
static const struct controller {
    const char *prefix;
    const struct log_event *failed, *written; /* NULL: says nothing */
    const char *exception;                    /* of its failures, whatever their code */
} controllers[] = {
    {"/operations", &event_operations_failed, NULL, "System.InvalidOperationException"},
    {"/collectionrules", &event_diag_failed, NULL, NULL},
    {"", &event_diag_failed, &event_diag_written, NULL},
};

/* Error codes as the peer's exceptions; the last row is for all others. */
static const struct {
    int code;
    const char *name;
} exceptions[] = {
    {-EBUSY, "Microsoft.Diagnostics.Monitoring.WebApi.TooManyRequestsException"},
    {-EINVAL, "System.ArgumentException"},
    {-ENOENT, "System.ArgumentException"},
    {-ENOTUNIQ, "System.ArgumentException"},
    {-ESRCH, "System.ArgumentException"},
    {-ECANCELED, "System.OperationCanceledException"},
    {0, "Microsoft.Diagnostics.Monitoring.MonitoringException"},
};

static const struct controller *controller_of(const struct http_exchange *x)
{
    const struct controller *c = controllers;
    const char *path = http_exchange_request(x)->path;

    while (strncasecmp(path, c->prefix, strlen(c->prefix)) != 0)
        c++;
    return c;
}

static const char *exception_of(const struct error *err, const char *name,
                                char text[static REQUEST_LOG_EXCEPTION_SIZE])
{
    size_t i = 0;

    while (exceptions[i].code && exceptions[i].code != err->code)
        i++;
    (void)snprintf(text, REQUEST_LOG_EXCEPTION_SIZE, "%s: %s", name ? name : exceptions[i].name,
                   err->text);
    return text;
}

const char *request_log_exception(const struct error *err,
                                  char text[static REQUEST_LOG_EXCEPTION_SIZE])
{
    return exception_of(err, NULL, text);
}

/* The ids cost a system call, so they are made when a line needs them. */
static const struct log_scope *scope_of(struct request_log *log)
{
    if (!log)
        return NULL;
    if (!log->scopes.innermost)
        request_scopes_init(&log->scopes, log->request);
    if (log->artifact)
        request_scopes_add_artifact(&log->scopes, log->artifact);
    log->artifact = NULL;
    return log->scopes.innermost;
}

const struct log_scope *request_log_scope(struct http_exchange *x)
{
    struct request_log *log = http_exchange_observed(x);

    return scope_of(log) ? &log->scopes.request_scope : NULL;
}

/* --- start and end --- */

/* Escapes what cannot stand in an address: a value cannot look like a further parameter. */
static void add_escaped(struct text *out, const char *s)
{
    for (; *s; s++) {
        if (*s > ' ' && *s < 0x7F && !strchr("\"#%&+<>[\\]^`{|}", *s))
            text_add(out, s, 1);
        else
            text_add_fmt(out, "%%%02X", (unsigned char)*s);
    }
}

/* "?pid=1&type=Full": the peer tells it as it was sent, we as it was read. */
static void add_query(struct text *out, const struct http_request *request)
{
    for (size_t i = 0; i < request->query_count; i++) {
        text_add_str(out, i ? "&" : "?");
        add_escaped(out, request->query[i].name);
        text_add_str(out, "=");
        add_escaped(out, request->query[i].value);
    }
}

static void log_start(struct request_log *log)
{
    const struct http_request *r = log->request;
    struct text query = {0};

    if (!log_is_enabled(event_request_starting.category, event_request_starting.level))
        return;
    add_query(&query, r);
    log_event_in(scope_of(log), &event_request_starting, {"Protocol", r->protocol},
                 {"Method", r->method}, {"-ContentType", http_request_header(r, "Content-Type")},
                 {"-#ContentLength", http_request_header(r, "Content-Length")},
                 {"Scheme", r->scheme}, {"Host", r->host}, {"PathBase", ""}, {"Path", r->path},
                 {"QueryString", query.data ? query.data : ""});
    text_deinit(&query);
}

/* What the request was about is over by then: the peer's line has the outer three scopes alone. */
static void log_finish(struct request_log *log)
{
    const struct http_request *r = log->request;
    struct text query = {0};
    char elapsed[32], length[LOG_NUMBER_SIZE];

    if (!log_is_enabled(event_request_finished.category, event_request_finished.level))
        return;
    add_query(&query, r);
    (void)snprintf(elapsed, sizeof elapsed, "%.4f", (double)(uv_hrtime() - log->begun) / 1e6);
    log_event_in(scope_of(log) ? &log->scopes.request_scope : NULL, &event_request_finished,
                 {"#ElapsedMilliseconds", elapsed},
                 LOG_NUMBER("StatusCode", log->status ? log->status : CLIENT_GONE),
                 {"-ContentType", log->content_type[0] ? log->content_type : NULL},
                 {"-#ContentLength",
                  log->length < 0 || !log->status ? NULL : log_number(length, log->length)},
                 {"Protocol", r->protocol}, {"Method", r->method}, {"Scheme", r->scheme},
                 {"Host", r->host}, {"PathBase", ""}, {"Path", r->path},
                 {"QueryString", query.data ? query.data : ""});
    text_deinit(&query);
}

static void on_head(void *user, int status, const char *content_type, int64_t length)
{
    struct request_log *log = user;

    log->status = status;
    log->length = length;
    (void)snprintf(log->content_type, sizeof log->content_type, "%s",
                   content_type ? content_type : "");
}

static void on_end(void *user)
{
    log_finish(user);
    free(user);
}

void request_log_begin(struct http_exchange *x)
{
    struct request_log *log = calloc(1, sizeof *log);

    if (!log)
        return;
    log->request = http_exchange_request(x);
    log->begun = uv_hrtime();
    http_exchange_observe(
        x, &(struct http_observer){.user = log, .on_head = on_head, .on_end = on_end});
    log_start(log);
}

/* --- in between --- */

void request_log_artifact(struct http_exchange *x, const char *type)
{
    struct request_log *log = http_exchange_observed(x);

    if (log)
        log->artifact = type;
}

void request_log_target(struct http_exchange *x, const struct target *t)
{
    struct request_log *log = http_exchange_observed(x);

    if (scope_of(log))
        request_scopes_add_source(&log->scopes, t);
    log_record(&(struct log_record){.event = &event_diag_resolved, .scope = scope_of(log)});
}

void request_log_written(struct http_exchange *x)
{
    const struct controller *c = controller_of(x);

    if (c->written)
        log_record(&(struct log_record){.event = c->written,
                                        .scope = scope_of(http_exchange_observed(x))});
}

/* The choice of the process, whose scope the peer has left by then, is not among the scopes. */
void request_log_failed(struct http_exchange *x, const struct error *err)
{
    struct request_log *log = http_exchange_observed(x);
    const struct controller *c = controller_of(x);
    char exception[REQUEST_LOG_EXCEPTION_SIZE];
    struct log_record record = {.event = c->failed};

    if (scope_of(log))
        record.scope = request_scopes_without_source(&log->scopes);
    if (strcmp(err->text, event_no_http_egress.template) == 0) /* before any controller is asked */
        record.event = &event_no_http_egress;
    else
        record.exception = exception_of(err, c->exception, exception);
    log_record(&record);
}

void request_log_canceled(struct http_exchange *x)
{
    log_record(&(struct log_record){.event = &event_diag_canceled,
                                    .scope = scope_of(http_exchange_observed(x))});
}

const char *request_log_subject(const struct http_exchange *x)
{
    const char *identity = http_exchange_request(x)->identity;

    return identity && identity[0] ? identity : "anonymous";
}
