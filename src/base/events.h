/*
 * base/events.h - the lines of log by name: event_started, event_audit... (base/events.def).
 */
#pragma once

#include "src/base/log.h"

#define EVENT(name, ...) extern const struct log_event event_##name;
#include "src/base/events.def"
#undef EVENT

/* All of them in the order of the table, for tests. */
extern const struct log_event *const events_all[];
extern const size_t events_count;
