/*
 * metrics/listeners.h - who listens to the measurements of a scrape.
 */
#pragma once

#include "src/metrics/scrape.h"

/* Each once; who begins to listen from inside is not told this one. */
void listeners_start(struct scrape *s);
void listeners_measurement(struct scrape *s, const struct measurement *m);
void listeners_notice(struct scrape *s, enum metrics_notice notice, const char *text);
void listeners_loss(struct scrape *s, uint64_t more);

/* All of them are told, and none is left. */
void listeners_end(struct scrape *s, const struct error *err);
