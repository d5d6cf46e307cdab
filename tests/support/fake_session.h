/*
 * support/fake_session.h - the EventPipe sessions of the fake runtime, a thread each.
 *
 * As a real runtime (facts/FACTS.md section 3): 64 at a time, their ids are used again, a session
 * whose reader went away is only noticed while it writes, and StopTracing is answered when the
 * stream is written to its end. Called from the fake's thread: nothing here touches the world.
 */
#pragma once

#include "tests/support/fake_wire.h"

struct fake_sessions;

struct fake_sessions *fake_sessions_new(const struct fake_trace *trace);

/* Closes all streams. */
void fake_sessions_end(struct fake_sessions *all);
void fake_sessions_free(struct fake_sessions *all);

/* For sessions that begin from now on; the gate is closed again. */
void fake_sessions_set_trace(struct fake_sessions *all, const struct fake_trace *trace);
void fake_sessions_open_gate(struct fake_sessions *all);

/* CollectTracing. True: `fd` is a stream now and owned by it; false: `out` is the answer. */
bool fake_sessions_collect(struct fake_sessions *all, int fd, unsigned command,
                           const uint8_t *payload, size_t size, struct fake_bytes *out);

/* StopTracing; returns when the stream is written. */
void fake_sessions_stop(struct fake_sessions *all, const uint8_t *payload, size_t size,
                        struct fake_bytes *out);

/* For what fake_runtime.h tells of sessions. */
struct fake_sessions *fake_runtime_sessions_of(struct fake_runtime *r);
