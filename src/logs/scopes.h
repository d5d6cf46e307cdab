/*
 * logs/scopes.h - the scopes that are open in an application, as a tree.
 *
 * Each scope is an activity of its own; what logs inside has its id, and a scope inside names it as
 * its parent. A scope that has been closed stays as long as scopes inside it are open: flows that
 * go on behind the end of a scope keep it, as in the application. Bounded by LIMIT_LOGS_SCOPES and
 * LIMIT_LOGS_SCOPE_BYTES: the oldest one is forgotten first, because those whose end was lost would
 * stay for ever.
 *
 * Runtimes give one id to all scopes behind the tenth that are open at once inside of one other
 * activity (a request is one while its counters are collected): which of them a line is in cannot
 * be known, so that the scope then shows what all of them say.
 */
#pragma once

#include "proto/wire/guid.h"
#include "src/logs/entry.h"

struct log_scopes;

/* NULL: out of memory. */
struct log_scopes *log_scopes_new(void);
void log_scopes_free(struct log_scopes *s);

/* `arguments`: JSON, which is changed. */
void log_scopes_open(struct log_scopes *s, const struct guid *activity, const struct guid *related,
                     char *arguments);
void log_scopes_close(struct log_scopes *s, const struct guid *activity);

/* The scopes around an event, outermost first, at most `capacity` and
 * LIMIT_LOGS_AROUND bytes of them (the innermost); valid until the next call. */
size_t log_scopes_around(struct log_scopes *s, const struct guid *activity,
                         const struct guid *related, struct app_log_scope *ret, size_t capacity);

size_t log_scopes_count(const struct log_scopes *s);
