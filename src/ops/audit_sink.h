/*
 * ops/audit_sink.h - a sink around any other that follows what passes, and at the end tells who
 * took what: one line of log (event 1300, category Portside.Audit).
 *
 * The hash is computed by the thread pool while the inner sink sends the same piece; the next piece
 * comes when both are done. A range of a file is read once more for it. Without the option
 * Audit:Enabled there is no such sink.
 */
#pragma once

#include <uv.h>

#include "src/egress/sink.h"

struct operation;

/*
 * Owns `inner` from here on, on success only, and passes everything on to it: the caller fills in
 * events and artifact of the returned sink, then calls audit_sink_join(). `op` must live until the
 * sink is closed. NULL: out of memory.
 */
struct sink *audit_sink_new(uv_loop_t *loop, struct sink *inner, const struct operation *op);

/* Gives the artifact on to the inner sink. */
void audit_sink_join(struct sink *s);
