#include "src/collect/event_match.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/fields.h"
#include "src/collect/event_names.h"
#include "src/collect/value_text.h"

struct event_match {
    char *provider, *event;
    struct {
        char *name, *text;
        size_t index; /* in `definition` */
    } fields[EVENT_MATCH_FIELDS];
    size_t field_count;
    const struct nettrace_metadata *definition; /* of the indexes; NULL: none */
    char *scratch;
    size_t scratch_size; /* longer texts are different anyway */
};

static char *copy(const char *text, bool *failed)
{
    char *copied = strdup(text);

    *failed |= !copied;
    return copied;
}

struct event_match *event_match_new(const struct event_match_need *need)
{
    struct event_match *m = need->field_count <= EVENT_MATCH_FIELDS ? calloc(1, sizeof *m) : NULL;
    bool failed = false;

    if (!m)
        return NULL;
    m->provider = copy(need->provider, &failed);
    m->event = copy(need->event, &failed);
    m->scratch_size = EVENT_NAME_MAX;
    for (; m->field_count < need->field_count; m->field_count++) {
        const struct event_match_field *f = &need->fields[m->field_count];
        size_t size = strlen(f->text) + 2;
        m->fields[m->field_count].name = copy(f->name, &failed);
        m->fields[m->field_count].text = copy(f->text, &failed);
        m->scratch_size = size > m->scratch_size ? size : m->scratch_size;
    }
    m->scratch = malloc(m->scratch_size);
    if (failed || !m->scratch) {
        event_match_free(m);
        return NULL;
    }
    return m;
}

void event_match_free(struct event_match *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->field_count; i++) {
        free(m->fields[i].name);
        free(m->fields[i].text);
    }
    free(m->provider);
    free(m->event);
    free(m->scratch);
    free(m);
}

bool event_match_definition(struct event_match *m, const struct nettrace_metadata *metadata)
{
    m->definition = NULL; /* it may lie where the last one lay */
    return strcmp(metadata->provider, m->provider) == 0 && strcmp(metadata->title, m->event) == 0;
}

/* Where the fields are; false: one of them is not. */
static bool find_fields(struct event_match *m, const struct nettrace_metadata *definition)
{
    for (size_t i = 0; i < m->field_count; i++) {
        m->fields[i].index = nettrace_field_index(&definition->fields, m->fields[i].name);
        if (m->fields[i].index == SIZE_MAX)
            return false;
    }
    m->definition = definition;
    return true;
}

/* A field that the payload ends before is empty, as in the peer. */
static bool field_matches(struct event_match *m, size_t i, const struct nettrace_event *event)
{
    const char *want = m->fields[i].text;
    struct nettrace_value value;
    size_t length;

    if (!nettrace_field_at(event, m->fields[i].index, &value))
        return want[0] == '\0';
    if (value_text(&value, m->scratch, m->scratch_size, &length) && length == strlen(want) &&
        memcmp(m->scratch, want, length) == 0)
        return true;
    return event_names_text(event->metadata, m->fields[i].name, &value, m->scratch,
                            m->scratch_size) &&
           strcmp(m->scratch, want) == 0;
}

enum event_match_answer event_match_check(struct event_match *m, const struct nettrace_event *event)
{
    if (m->definition != event->metadata && !find_fields(m, event->metadata))
        return EVENT_MATCH_NEVER;
    for (size_t i = 0; i < m->field_count; i++) {
        if (!field_matches(m, i, event))
            return EVENT_MATCH_NO;
    }
    return EVENT_MATCH_YES;
}
