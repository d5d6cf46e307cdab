/*
 * support/trace_world.h - what tests of /trace against the fake runtime share.
 */
#pragma once

#include "tests/support/fake_runtime.h"
#include "tests/support/portside.h"

enum { TRACE_WORLD_CUT = 512 }; /* of the sample before the stop; the rest counts as its rundown */

/* A whole stream in two parts, by default the first one held until the stop. */
struct fake_trace trace_world_sample(void);

/* The answer has all of it, and ended as it should. */
bool trace_world_is_whole(const struct fake_trace *t, const struct http *h);

/* A fake runtime that is listed. */
struct fake_runtime *trace_world_app_of(const struct portside *p, const struct fake_options *o);
struct fake_runtime *trace_world_app(const struct portside *p, const struct fake_trace *t);

/* GET /trace with this query, "?..."; 0: 30 s. */
struct http *trace_world_start(const struct portside *p, const char *query, int timeout_ms);

/* Asked for until somebody stops it, with its first bytes at the client. */
struct http *trace_world_running(const struct portside *p, size_t bytes);

/* POST with a body, else GET, to its end. */
const struct http *trace_world_ask(const struct portside *p, const char *query, const char *type,
                                   const char *body);

/* Address of the newest operation. */
const char *trace_world_operation(const struct portside *p);

/* Checks that all sessions are over, and that each was stopped once by its own id. */
void trace_world_check_stopped(const char *label, struct fake_runtime *r, int stops);
