#include "proto/nettrace/known_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/nettrace/fields.h"

enum {
    TITLE_MAX = 512,
    OPCODE_START = 1,
    OPCODE_STOP = 2,
};

static const struct known_table *const tables[] = {&known_runtime, &known_private, &known_rundown,
                                                   &known_sampler, &known_tasks};

static int compare_id(const void *key, const void *row)
{
    uint32_t id = *(const uint32_t *)key;
    uint32_t other = ((const struct known_event *)row)->id;

    return (id > other) - (id < other);
}

static const struct known_event *find_event(const char *provider, uint32_t id)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(tables[i]->provider, provider) == 0)
            return bsearch(&id, tables[i]->events, tables[i]->count, sizeof tables[i]->events[0],
                           compare_id);
    }
    return NULL;
}

/*
 * Events of DiagnosticSource whose list of pairs the first layout of definitions could not say;
 * they come without fields.
 */
static const char *diagnostic_source_fields(const struct nettrace_metadata *m)
{
    static const char *const names[] = {
        "Event",         "Activity1Start",          "Activity1Stop",         "Activity2Start",
        "Activity2Stop", "RecursiveActivity1Start", "RecursiveActivity1Stop"};

    if (strcmp(m->provider, "Microsoft-Diagnostics-DiagnosticSource") != 0)
        return NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(m->name, names[i]) == 0)
            return "SourceName:str EventName:str Arguments[]:{Key:str Value:str}";
    }
    return NULL;
}

static bool ends_with(const char *text, size_t length, const char *end)
{
    size_t n = strlen(end);

    return length >= n && strncasecmp(text + length - n, end, n) == 0;
}

/* As TraceEvent: a name that ends in Start or Stop is an opcode when the definition has none. */
static int opcode_of(const struct nettrace_metadata *m)
{
    size_t length = strlen(m->name);

    if (m->opcode != NETTRACE_NO_OPCODE)
        return m->opcode;
    return ends_with(m->name, length, "Start")  ? OPCODE_START
           : ends_with(m->name, length, "Stop") ? OPCODE_STOP
                                                : 0;
}

/* Name and opcode: RequestStart is Request/Start; another opcode than 0 is shown behind a slash. */
static void format_title(const struct nettrace_metadata *m, char title[static TITLE_MAX])
{
    static const char *const names[] = {"",
                                        "Start",
                                        "Stop",
                                        "DataCollectionStart",
                                        "DataCollectionStop",
                                        "Extension",
                                        "Reply",
                                        "Resume",
                                        "Suspend",
                                        "Transfer"};
    int opcode = opcode_of(m);
    size_t length = strlen(m->name);
    bool named = (size_t)opcode < sizeof names / sizeof names[0];

    if ((opcode == OPCODE_START || opcode == OPCODE_STOP) &&
        ends_with(m->name, length, names[opcode]))
        length -= strlen(names[opcode]);
    int shown = length < TITLE_MAX ? (int)length : TITLE_MAX;
    if (m->name[0] == '\0')
        (void)snprintf(title, TITLE_MAX, "EventID(%u)", m->event_id);
    else if (opcode == 0)
        (void)snprintf(title, TITLE_MAX, "%s", m->name);
    else if (named)
        (void)snprintf(title, TITLE_MAX, "%.*s/%s", shown, m->name, names[opcode]);
    else
        (void)snprintf(title, TITLE_MAX, "%.*s/%d", shown, m->name, opcode);
}

static const char *keep_title(const struct nettrace_metadata *m, struct pool *pool)
{
    char title[TITLE_MAX];

    format_title(m, title);
    char *kept = pool_take(pool, strlen(title) + 1);
    if (kept)
        memcpy(kept, title, strlen(title) + 1);
    return kept;
}

bool known_event_complete(struct nettrace_metadata *metadata, uint32_t pointer_size,
                          struct pool *pool)
{
    const struct known_event *known = find_event(metadata->provider, metadata->event_id);
    const char *fields = known ? known->fields : diagnostic_source_fields(metadata);
    const char *title = known && known->title ? known->title : keep_title(metadata, pool);

    if (!title)
        return false;
    metadata->title = title;
    if (!fields || metadata->fields.count > 0)
        return true;
    metadata->fields_unknown = false;
    return known_fields_parse(fields, metadata->version, pointer_size, pool, &metadata->fields);
}

const char *nettrace_event_title(const struct nettrace_event *event)
{
    const char *title = event->metadata->title;
    struct nettrace_value name;
    char text[32];

    if (strcmp(title, "GC/DynamicTraceEvent") != 0 || !nettrace_field_find(event, "Name", &name))
        return title;
    (void)nettrace_value_text(&name, text, sizeof text);
    return strcasecmp(text, "CommittedUsage") == 0 ? "GC/CommittedUsage" : title;
}
