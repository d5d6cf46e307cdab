/*
 * metrics/labels.h - raw tags of a measurement into labels (CONTRACT 11.3).
 *
 * Meter tags, instrument tags and tags follow each other; `,` parts pairs, the first `=` (meters)
 * or `:` (EventCounters) a name from its value; of equal names the last wins, at the place of the
 * first. Runtimes escape nothing: a part without separator is the rest of a value with a comma.
 * When the first part is one, there are no labels.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/metrics/measurement.h"
#include "src/metrics/store.h"

/* One block with the labels and their texts, for free(). What is beyond LIMIT_METRIC_LABELS is left
 * out. NULL: none, or out of memory (then *ret_size is not 0). `ret_size` is the block's. */
struct metric_label *labels_parse(const struct measurement *m, size_t *ret_count, size_t *ret_size);
