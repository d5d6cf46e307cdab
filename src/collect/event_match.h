/*
 * collect/event_match.h - is this the event that somebody waits for?
 *
 * An event is named by provider, by its name as TraceEvent shows it ("GC/Start": task and opcode,
 * or the task alone), and by texts that fields of its payload must have (value_text.h). All texts
 * are compared as they stand. Enumerations of the runtime match by name ("Induced"), as in the
 * peer, and by number. CONTRACT section 14.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proto/nettrace/event.h"

enum { EVENT_MATCH_FIELDS = 32 };

struct event_match_field {
    const char *name, *text;
};

/* What is waited for; everything is the caller's. */
struct event_match_need {
    const char *provider, *event;
    const struct event_match_field *fields; /* all must match; there may be none */
    size_t field_count;                     /* up to EVENT_MATCH_FIELDS */
};

enum event_match_answer {
    EVENT_MATCH_NO,
    EVENT_MATCH_YES,
    EVENT_MATCH_NEVER, /* it is the event, but it has no field of one of these names */
};

struct event_match;

/* Copies `need`. NULL: out of memory, or too many fields. */
struct event_match *event_match_new(const struct event_match_need *need);
void event_match_free(struct event_match *m);

/* Provider and name: for each definition in a stream, before its events. */
bool event_match_definition(struct event_match *m, const struct nettrace_metadata *metadata);

/* The payload of an event whose definition matches. */
enum event_match_answer event_match_check(struct event_match *m,
                                          const struct nettrace_event *event);
