/*
 * nettrace/known_events.h - names and fields of the runtime's own events.
 *
 * What the runtime itself sends (not its EventSources) is defined in the stream without name and
 * fields: who reads it must know them by provider, event id and version. Here they are, named as
 * TraceEvent names them, for Microsoft-Windows-DotNETRuntime, its Private and Rundown, the sample
 * profiler, and what else has definitions that say too little
 * (Microsoft-Diagnostics-DiagnosticSource, TPL).
 *
 * Source of layouts: the event manifest of the runtime (ClrEtwAll.man); names: TraceEvent 3.1.21.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "proto/nettrace/event.h"
#include "proto/nettrace/metadata.h"
#include "proto/nettrace/pool.h"

struct known_event {
    uint16_t id;
    const char *title; /* "GC/Start" */
    /*
     * "Name:type Name[Count]:type Name[Count]:{Name:type ...} @2 Name:type": `Count` is a field
     * before; @2: what follows is there from version 2 of the event on. Arrays without count,
     * "Name[]", start with a u16 count of their own. NULL: as the definition in the stream says.
     */
    const char *fields;
};

/*
 * Completes a definition: sets `title`, and `fields` where it has none and they are known. What is
 * needed comes from `pool`. False: no memory.
 */
bool known_event_complete(struct nettrace_metadata *metadata, uint32_t pointer_size,
                          struct pool *pool);

/* metadata->title, except for events that carry their name in the payload (GC/DynamicTraceEvent).
 */
const char *nettrace_event_title(const struct nettrace_event *event);

/*
 * Fields from such a text, for one version and pointer size. False: no memory, or not such a text.
 */
bool known_fields_parse(const char *text, uint32_t version, uint32_t pointer_size,
                        struct pool *pool, struct nettrace_fields *ret_fields);

/* The tables, sorted by id. */
struct known_table {
    const char *provider;
    const struct known_event *events;
    size_t count;
};
extern const struct known_table known_runtime, known_private, known_rundown, known_sampler,
    known_tasks;
