/*
 * collect/livemetrics.h - what one process publishes of its counters and meters, a record for each
 * value, as it comes.
 *
 * A client that is slow does not hold up the process: LIMIT_LIVE_RECORDS wait for it, what does not
 * fit is dropped and counted.
 */
#pragma once

#include "src/collect/collection.h"
#include "src/metrics/live_format.h"
#include "src/metrics/request.h"
#include "src/metrics/scrape.h"

struct livemetrics_params {
    struct metrics_request *request; /* start() takes what is in it, if it is called at all; what it
                                        leaves is empty or still the caller's to deinit */
    int64_t duration_seconds;        /* from the moment the session runs; negative: until stopped */
    const struct live_format *format;
    struct scrape *scrape; /* of the target; where it has the same set it is listened to. Or NULL */
};

/* Ends by duration, by stop, or with the process: what was told until then is whole. */
extern const struct collection_type collection_livemetrics;
