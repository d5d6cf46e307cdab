/*
 * fuzz/fuzz_metrics_decoder.c - whole streams through the decoder of metrics, which asks for all
 * that the corpus has. Texts must end inside their memory, quantiles be as many as are said.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/metrics/decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct metrics_decoder *decoder;
static struct nettrace *parser;

static size_t length(const char *text)
{
    return text ? strlen(text) : 0;
}

static void on_measurement(void *user, const struct measurement *m)
{
    (void)user;
    size_t all = strlen(m->provider) + strlen(m->name) + strlen(m->display_name) +
                 strlen(m->meter_version) + length(m->unit) + length(m->tags) +
                 length(m->meter_tags) + length(m->instrument_tags);
    if (all > LIMIT_METRICS_DESCRIPTIONS || m->quantile_count > LIMIT_METRICS_QUANTILES ||
        (m->quantile_count && m->kind != MEASUREMENT_HISTOGRAM) ||
        (!m->tags && m->kind != MEASUREMENT_ENDED))
        abort();
}

static void on_notice(void *user, enum metrics_notice notice, const char *text)
{
    (void)user;
    if (notice > METRICS_NOTICE_COLLISION || !text)
        abort();
}

static int on_event(void *user, const struct nettrace_event *event)
{
    (void)user;
    metrics_decoder_event(decoder, parser, event);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct metrics_filter filters[] = {
        {.provider = (char[]){"System.Runtime"}, .interval = 1},
        {.provider = (char[]){"M"}, .is_meter = true},
        {.provider = (char[]){"Facts.Meter"}, .is_meter = true},
        {.provider = (char[]){"Microsoft.AspNetCore.Hosting"}, .is_meter = true},
    };
    const struct metrics_request request = {
        .filters = filters,
        .filter_count = sizeof filters / sizeof filters[0],
        .default_interval = 1,
        .session_id = (char[]){"sess1"},
        .client_id = (char[]){"me"},
    };
    const struct metrics_decoder_events events = {NULL, on_measurement, on_notice};

    decoder = metrics_decoder_new(&request, &events);
    parser = nettrace_new(&(struct nettrace_callbacks){.on_event = on_event}, NULL);
    if (!decoder || !parser)
        abort();
    if (nettrace_feed(parser, data, size) == 0)
        (void)nettrace_finish(parser);
    nettrace_free(parser);
    metrics_decoder_free(decoder);
    return 0;
}
