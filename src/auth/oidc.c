/*
 * The steps of a fetch: document of version 2 -> keys -> document of version 1, which may fail
 * and is left out once it is known -> on_end. A failed step ends the fetch.
 */
#include "src/auth/oidc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/auth/oidc_document.h"
#include "src/base/cleanup.h"
#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/io/timer.h"
#include "src/net/fetch.h"
#include "src/net/fetch_url.h"

struct oidc {
    uv_loop_t *loop;
    struct oidc_times times;
    void (*on_end)(void *user);
    void *user;
    char *url, *url_v1;
    bool loopback; /* the instance is on this machine: so may its keys be */
    struct fetch *fetch;
    struct timer timer;
    bool due;                   /* a fetch begins in the next turn of the loop */
    struct oidc_document found; /* by the running fetch */
    struct oidc_keys found_keys;
    struct oidc_keys keys;
    char *issuer, *issuer_v1;
    bool v1_known; /* issuer_v1 is the authority's word */
    struct error failure;
    int64_t pause; /* until the next try after a failure */
    int64_t ended; /* the last fetch; of the monotonic clock */
    int64_t allowance, allowance_at;
};

const struct oidc_times oidc_times_default = {
    .connect = LIMIT_OIDC_CONNECT_MS,
    .total = LIMIT_OIDC_TOTAL_MS,
    .renew = 12 * 60 * 60 * 1000,
    .retry = 5 * 1000,
    .retry_most = 60 * 1000,
    .gap_without = 2 * 1000,
    .gap = 250,
    .allowance = 30 * 1000,
    .allowance_burst = 3,
};

const struct oidc_keys *oidc_get_keys(const struct oidc *o)
{
    return o->keys.count ? &o->keys : NULL;
}

const char *oidc_issuer(const struct oidc *o)
{
    return o->issuer;
}

const char *oidc_issuer_v1(const struct oidc *o)
{
    return o->issuer_v1;
}

const struct error *oidc_failure(const struct oidc *o)
{
    return o->failure.code < 0 ? &o->failure : NULL;
}

/* --- the end of a fetch --- */

static void on_time(void *user);

static void end(struct oidc *o)
{
    int64_t pause = o->times.renew;

    if (o->failure.code < 0) {
        pause = o->pause ? o->pause * 2 : o->times.retry;
        o->pause = pause = pause < o->times.retry_most ? pause : o->times.retry_most;
    } else {
        o->pause = 0;
    }
    oidc_document_deinit(&o->found);
    oidc_keys_deinit(&o->found_keys);
    o->ended = clock_monotonic_ms();
    (void)timer_start(&o->timer, o->loop, (uint64_t)pause, 0, on_time, o);
    o->on_end(o->user);
}

static void fail(struct oidc *o, const struct error *err)
{
    o->failure = *err;
    end(o);
}

/* "https://HOST/T/v2.0" -> "https://sts.windows.net/T/"; NULL when it is of another form. */
static char *guess_issuer_v1(const char *issuer)
{
    const char *host = strstr(issuer, "://");
    const char *tenant = host ? strchr(host + 3, '/') : NULL;
    size_t size = tenant ? strcspn(tenant + 1, "/") : 0;
    struct text t = {0};

    if (size == 0 || strcmp(tenant + 1 + size, "/v2.0") != 0)
        return NULL;
    text_add_str(&t, "https://sts.windows.net");
    text_add(&t, tenant, size + 1);
    text_add_str(&t, "/");
    return text_take(&t);
}

static void publish(struct oidc *o)
{
    oidc_keys_deinit(&o->keys);
    o->keys = o->found_keys;
    o->found_keys = (struct oidc_keys){0};
    free(o->issuer);
    o->issuer = take_ptr(o->found.issuer);
    if (!o->v1_known) {
        free(o->issuer_v1);
        o->issuer_v1 = guess_issuer_v1(o->issuer);
    }
    o->failure = (struct error){0};
    end(o);
}

/* --- the steps --- */

static void get(struct oidc *o, const char *url,
                void (*on_done)(void *user, const struct fetch_result *result))
{
    const struct fetch_request request = {
        .url = url,
        .loopback = o->loopback,
        .size_max = LIMIT_OIDC_DOCUMENT,
        .connect_ms = o->times.connect,
        .total_ms = o->times.total,
    };
    struct error err;

    if (fetch_start(o->loop, &request, on_done, o, &o->fetch, &err) < 0)
        fail(o, &err);
}

/* Reads the answer of one step; what went wrong is told with the address. */
static int read_document(const struct fetch_result *result, const char *url,
                         struct oidc_document *ret, struct error *err)
{
    if (result->code < 0)
        return error_set(err, result->code, "%s", result->text);
    int r = oidc_document_parse(result->body, result->size, ret, err);
    return r < 0 ? error_prefix(err, "GET %s", url) : 0;
}

static void on_document_v1(void *user, const struct fetch_result *result)
{
    struct oidc *o = user;
    struct oidc_document d = {0};
    struct error ignored;

    o->fetch = NULL;
    if (read_document(result, o->url_v1, &d, &ignored) == 0) {
        free(o->issuer_v1);
        o->issuer_v1 = take_ptr(d.issuer);
        o->v1_known = true;
    }
    oidc_document_deinit(&d);
    publish(o);
}

static void on_keys(void *user, const struct fetch_result *result)
{
    struct oidc *o = user;
    struct error err;
    int r = result->code;

    o->fetch = NULL;
    if (r < 0)
        (void)error_set(&err, r, "%s", result->text);
    else
        r = oidc_keys_parse(result->body, result->size, &o->found_keys, &err);
    if (r < 0 && result->code == 0)
        (void)error_prefix(&err, "GET %s", o->found.jwks_uri);
    if (r < 0)
        fail(o, &err);
    else if (o->v1_known)
        publish(o);
    else
        get(o, o->url_v1, on_document_v1);
}

static void on_document(void *user, const struct fetch_result *result)
{
    struct oidc *o = user;
    struct error err;

    o->fetch = NULL;
    int r = read_document(result, o->url, &o->found, &err);
    if (r == 0 && !o->found.jwks_uri)
        r = error_set(&err, -EINVAL, "GET %s: there is no \"jwks_uri\"", o->url);
    if (r < 0)
        fail(o, &err);
    else
        get(o, o->found.jwks_uri, on_keys);
}

static void on_time(void *user)
{
    struct oidc *o = user;

    o->due = false;
    if (!o->fetch)
        get(o, o->url, on_document);
}

/* --- who asks --- */

/* Takes one look-up from the allowance, which fills again with time. */
static bool spend(struct oidc *o, int64_t now)
{
    int64_t most = o->times.allowance * o->times.allowance_burst;

    o->allowance += now - o->allowance_at;
    o->allowance = o->allowance < most ? o->allowance : most;
    o->allowance_at = now;
    if (o->allowance < o->times.allowance)
        return false;
    o->allowance -= o->times.allowance;
    return true;
}

/* From the loop, so that on_end never comes before this returns. */
static bool begin(struct oidc *o)
{
    o->due = timer_start(&o->timer, o->loop, 0, 0, on_time, o) == 0;
    return o->due;
}

bool oidc_refresh(struct oidc *o)
{
    int64_t now = clock_monotonic_ms();
    bool have = oidc_get_keys(o) != NULL;

    if (o->fetch || o->due)
        return true;
    if (now - o->ended < (have ? o->times.gap : o->times.gap_without) || (have && !spend(o, now)))
        return false;
    return begin(o);
}

static int make_urls(struct oidc *o, const struct oidc_config *c, struct error *err)
{
    static const char path[] = "/.well-known/openid-configuration";
    size_t size = strlen(c->instance);
    struct text url = {0}, v1 = {0};
    struct error ignored;

    while (size && c->instance[size - 1] == '/')
        size--;
    text_add_fmt(&url, "%.*s/%s/v2.0%s", (int)size, c->instance, c->tenant, path);
    /* "organizations" exists in version 2 only. */
    text_add_fmt(&v1, "%.*s/%s%s", (int)size, c->instance,
                 strcmp(c->tenant, "organizations") == 0 ? "common" : c->tenant, path);
    o->url = text_take(&url);
    o->url_v1 = text_take(&v1);
    if (!o->url || !o->url_v1)
        return error_set(err, -ENOMEM, "read Instance");
    o->loopback = fetch_url_check(o->url, false, &ignored) < 0;
    return fetch_url_check(o->url, true, err);
}

static void free_oidc(struct oidc **o)
{
    oidc_free(*o);
}

int oidc_new(uv_loop_t *loop, const struct oidc_config *config, struct oidc **ret,
             struct error *err)
{
    cleanup(free_oidc) struct oidc *o = calloc(1, sizeof *o);

    if (!o)
        return error_set(err, -ENOMEM, "out of memory");
    o->loop = loop;
    o->times = *config->times;
    o->on_end = config->on_end;
    o->user = config->user;
    o->allowance = o->times.allowance * o->times.allowance_burst;
    o->allowance_at = clock_monotonic_ms();
    o->ended = INT64_MIN / 2;
    int r = make_urls(o, config, err);
    if (r < 0)
        return r;
    if (!begin(o))
        return error_set(err, -ENOMEM, "out of memory");
    *ret = take_ptr(o);
    return 0;
}

void oidc_free(struct oidc *o)
{
    if (!o)
        return;
    if (o->fetch)
        fetch_abandon(o->fetch);
    timer_stop(&o->timer);
    oidc_document_deinit(&o->found);
    oidc_keys_deinit(&o->found_keys);
    oidc_keys_deinit(&o->keys);
    free(o->issuer);
    free(o->issuer_v1);
    free(o->url);
    free(o->url_v1);
    free(o);
}
