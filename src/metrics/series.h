/*
 * metrics/series.h - one series and its instrument, as the store keeps them: making, values,
 * memory.
 *
 * For metrics/store.c; others read struct metric_series.
 */
#pragma once

#include "src/metrics/store.h"

/* Bytes of `s` up to the limit that are whole characters; NULL has none. */
size_t metric_text_size(const char *s, size_t limit);

/* Does the instrument's identity (all but display name, unit and interval) fit? */
bool instrument_fits(const struct metric_instrument *in, const struct metric_process *p,
                     const struct measurement *m);

/* The same for the end of one: whatever kind it is of. */
bool instrument_fits_end(const struct metric_instrument *in, const struct measurement *m);

/* NULL: out of memory. Its series list is empty, it is in no list. */
struct metric_instrument *instrument_new(struct metric_process *p, const struct measurement *m);
void instrument_free(struct metric_instrument *in);

/* Takes over display name, unit and interval when they have changed. False: out of memory. */
bool instrument_refresh(struct metric_instrument *in, const struct measurement *m);

/* NULL: out of memory. Without points, in no list. */
struct metric_series *series_new(struct metric_instrument *in, const struct measurement *m);
void series_free(struct metric_series *s);

/* Are these its tags? */
bool series_fits(const struct metric_series *s, const struct measurement *m);

/* Bytes that they hold. */
size_t instrument_size(const struct metric_instrument *in);
size_t series_size(const struct metric_series *s);

/* Puts the value in; `points` is the most that the ring may hold. False: out of memory, the value
 * is lost. */
bool series_put(struct metric_series *s, const struct measurement *m, unsigned points);
