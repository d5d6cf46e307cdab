#include "src/metrics/scratch.h"

#include <stdlib.h>

#include "src/base/limits.h"

/* A byte of the payload becomes at most 3 of UTF-8, a field one NUL. */
enum { GROWTH = 3, FIELDS = 64 };

void scratch_deinit(struct scratch *s)
{
    free(s->data);
    *s = (struct scratch){0};
}

bool scratch_begin(struct scratch *s, const struct nettrace_event *event)
{
    size_t capacity = (size_t)event->payload_size * GROWTH + FIELDS;

    s->used = 0;
    if (event->payload_size > LIMIT_METRICS_EVENT)
        return false;
    if (capacity <= s->capacity)
        return true;
    char *data = realloc(s->data, capacity);
    if (!data)
        return false;
    s->data = data;
    s->capacity = capacity;
    return true;
}

const char *scratch_text(struct scratch *s, const struct nettrace_value *value)
{
    size_t room = s->capacity - s->used;
    char *text = s->data + s->used;
    size_t size = nettrace_value_text(value, text, room);

    if (size >= room)
        return "";
    s->used += size + 1;
    return text;
}
