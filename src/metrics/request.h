/*
 * metrics/request.h - which metrics are wanted, and which providers to ask a runtime for
 * (CONTRACT 11.1).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/ipc/trace.h"
#include "src/base/error.h"
#include "src/config/keys.h"

struct metrics_filter {
    char *provider;  /* EventCounter provider, or meter */
    char *name;      /* NULL: all of the provider */
    double interval; /* EventCounters: seconds between values */
    bool is_meter;
};

/* Owns its texts. */
struct metrics_request {
    struct metrics_filter *filters; /* those of one provider stand side by side */
    size_t filter_count;
    double default_interval; /* seconds; of meters the only one */
    uint32_t max_time_series, max_histograms;
    char *session_id; /* of the meters' session: "SHARED" (.NET 8 and newer), or a GUID */
    char *client_id;  /* who we are in a shared one: a GUID, new for each request, because the
                         runtime counts its clients by it */
    struct ipc_trace_provider *providers; /* what to ask for; points into the request */
    char **arguments;                     /* of the providers */
    size_t provider_count;
};

/* A provider or meter that somebody wants. */
struct metrics_choice {
    const char *provider;
    const char *const *names; /* counters or instruments; none: all */
    size_t name_count;
    bool is_meter;
};

/*
 * From the section `Metrics` and `GlobalCounter` of the settings: default providers, Providers and
 * Meters. `runtime_major`: 0 if it is not known.
 *
 * When a provider is chosen twice the last choice counts; the default ones come last. -EINVAL:
 * nothing is chosen, a name is empty, or a meter's name would mean something else in the arguments
 * (`,` `;` `"` `\` and control characters); -E2BIG: more than LIMIT_METRICS_FILTERS.
 */
int metrics_request_configured(const struct config_keys *keys, unsigned runtime_major,
                               struct metrics_request *ret, struct error *err);

/* The same with choices of a client in place of the section `Metrics`; they are copied. */
int metrics_request_chosen(const struct config_keys *keys, unsigned runtime_major, bool defaults,
                           const struct metrics_choice *choices, size_t count,
                           struct metrics_request *ret, struct error *err);
void metrics_request_deinit(struct metrics_request *request);

/* Do both ask for the same, up to the ids? */
bool metrics_request_equal(const struct metrics_request *a, const struct metrics_request *b);

/* The provider of meters, the last one; NULL: none is wanted. */
const struct ipc_trace_provider *metrics_request_meters(const struct metrics_request *request);

/* What the runtime was asked for this EventCounter provider, in seconds; 0: nothing. */
double metrics_request_interval(const struct metrics_request *request, const char *provider);

/* Is this counter or instrument wanted? Provider without regard to case, name exactly. */
bool metrics_request_wants(const struct metrics_request *request, bool is_meter,
                           const char *provider, const char *name);
