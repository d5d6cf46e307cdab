/* GET /metrics */
#include <assert.h>
#include <errno.h>

#include "src/api/api.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/base/clock.h"
#include "src/metrics/exposition.h"
#include "src/metrics/service.h"
#include "src/otlp/otlp.h"

static_assert((int)EXPOSITION_COMPAT == (int)METRICS_COMPAT &&
                  (int)EXPOSITION_OPENTELEMETRY == (int)METRICS_OPENTELEMETRY,
              "styles are configured by their numbers");

/* In Compat the peer's format, whatever is asked for: so does the peer. */
static enum exposition_style style_for(const struct api *api, const struct http_exchange *x)
{
    enum exposition_style style = (enum exposition_style)api->options->exposition;
    const char *accept = http_request_header(http_exchange_request(x), "Accept");

    if (style != EXPOSITION_COMPAT && exposition_wants_openmetrics(accept))
        return EXPOSITION_OPENMETRICS;
    return style;
}

/* Only those that take history point by point are told no point twice (metrics/readers.h). */
static int64_t since_for(struct api *api, const struct http_exchange *x,
                         enum exposition_style style, int64_t now_unix_ns)
{
    const struct http_request *r = http_exchange_request(x);

    if (style != EXPOSITION_COMPAT ||
        !http_request_header(r, "X-Prometheus-Scrape-Timeout-Seconds"))
        return 0;
    return metrics_readers_turn(&api->readers, r->connection, now_unix_ns);
}

static void read_pushed(const struct api *api, struct metrics_self *self)
{
    struct sender_stats stats;

    for (enum otlp_signal signal = 0; signal < OTLP_SIGNALS; signal++) {
        if (otlp_stats(api->otlp, signal, &stats))
            self->pushed[signal] = (struct metrics_pushed){
                .on = true,
                .sent = (double)stats.sent,
                .rejected = (double)stats.rejected,
                .dropped = (double)stats.dropped,
                .failures = (double)stats.failures,
                .queued_bytes = (double)stats.queued,
            };
    }
}

static void make_page(struct api *api, const struct exposition *e, struct text *page)
{
    struct metrics_self self;

    metrics_service_self(api->metrics, api->dump_folder, &self);
    read_pushed(api, &self);
    exposition_write(page, metrics_service_store(api->metrics), e, &self);
}

static void reply_page(struct api *api, struct http_exchange *x)
{
    struct exposition e = {.style = style_for(api, x), .now_unix_ns = clock_now_ticks() * 100};
    const struct http_pair headers[] = {{"Content-Type", exposition_content_type(e.style)}};
    uint64_t changes = metric_store_changes(metrics_service_store(api->metrics));
    struct kept_page *kept = metrics_service_page(api->metrics);
    int64_t now_ms = clock_monotonic_ms();
    struct text made = {0};

    e.since_unix_ns = since_for(api, x, e.style, e.now_unix_ns);
    bool for_all = e.since_unix_ns == 0;
    const struct text *page = for_all ? kept_page_find(kept, e.style, changes, now_ms) : NULL;
    if (!page) {
        make_page(api, &e, &made);
        page = &made;
    }
    if (page->failed)
        reply_empty(x, 500);
    else
        http_respond(x, 200, headers, 1, page->data, page->size);
    if (for_all && page == &made)
        kept_page_put(kept, &made, e.style, changes, now_ms);
    text_deinit(&made);
}

void api_get_metrics(void *user, struct http_exchange *x)
{
    struct api *api = user;
    struct error err;

    request_log_artifact(x, "metrics");
    if (api->metrics) {
        reply_page(api, x);
        return;
    }
    (void)error_set(&err, -EINVAL, "Metrics was not enabled.");
    reply_problem(x, &err);
}
