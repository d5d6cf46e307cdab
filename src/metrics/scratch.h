/*
 * metrics/scratch.h - the texts of one event as UTF-8, in memory that is used again for the next.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proto/nettrace/event.h"
#include "proto/nettrace/fields.h"

struct scratch {
    char *data;
    size_t used, capacity;
};

void scratch_deinit(struct scratch *s);

/* Forgets all texts and makes room for all of this event. False: it is larger than
 * LIMIT_METRICS_EVENT, or out of memory. */
bool scratch_begin(struct scratch *s, const struct nettrace_event *event);

/* The text of one field; "" for what is none. Valid until the next scratch_begin(). */
const char *scratch_text(struct scratch *s, const struct nettrace_value *value);
