/*
 * metrics/live_format.h - measurements as the records of /livemetrics: json-seq byte for byte as
 * the peer writes it (CONTRACT section 12), and the columns of `dotnet-counters collect --format
 * csv`.
 */
#pragma once

#include "src/base/text.h"
#include "src/metrics/measurement.h"

struct live_format {
    const char *name; /* "json" */
    const char *media_type;
    const char *extension; /* of the artifact: "metrics.json" */
    const char *head;      /* before the first record */
    /* Appends its records: one, of a histogram one for each quantile, none when it has ended. */
    void (*write)(struct text *out, const struct measurement *m);
};

extern const struct live_format
    live_formats[]; /* ended by an empty name; the first is the default */

/* NULL: there is no format of that name (without regard to case). */
const struct live_format *live_format_find(const char *name);
