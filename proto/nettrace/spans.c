#include "proto/nettrace/spans.h"

#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/limits.h"

enum {
    FIRST_BYTES = 4096,
    FIRST_COUNT = 64,
    KEPT_BYTES = 1024 * 1024, /* across sequence points */
};

/* Room for `more` items of `item` bytes behind `count`. */
static bool reserve(void *array, size_t item, size_t count, size_t more, size_t *capacity)
{
    size_t wanted = *capacity ? *capacity : FIRST_COUNT;
    void *old, *grown;

    if (more <= *capacity - count && *capacity)
        return true;
    while (wanted - count < more)
        wanted *= 2;
    memcpy(&old, array, sizeof old);
    grown = realloc(old, wanted * item);
    if (!grown)
        return false;
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}

static struct span_run *last_run(const struct spans *s)
{
    return s->run_count ? &s->runs[s->run_count - 1] : NULL;
}

bool spans_begin(struct spans *s, uint32_t first)
{
    struct span_run *last = last_run(s);

    if (last && last->first + last->count == first)
        return true;
    if (s->run_count >= NETTRACE_STACK_RUNS ||
        !reserve(&s->runs, sizeof *s->runs, s->run_count, 1, &s->run_capacity))
        return false;
    s->runs[s->run_count++] = (struct span_run){.first = first, .index = (uint32_t)s->count};
    return true;
}

bool spans_add(struct spans *s, const uint8_t *bytes, size_t size)
{
    struct span_run *last = last_run(s);

    if (!last || s->count >= NETTRACE_STACKS || size > NETTRACE_STACK_BYTES - s->size)
        return false;
    if (!reserve(&s->bytes, 1, s->size, size, &s->size_capacity) ||
        !reserve(&s->starts, sizeof *s->starts, s->count, 2, &s->count_capacity))
        return false;
    if (size)
        memcpy(s->bytes + s->size, bytes, size);
    s->starts[s->count] = (uint32_t)s->size;
    s->size += size;
    s->starts[++s->count] = (uint32_t)s->size;
    last->count++;
    return true;
}

const uint8_t *spans_find(const struct spans *s, uint32_t id, size_t *ret_size)
{
    for (size_t i = s->run_count; i > 0; i--) {
        const struct span_run *run = &s->runs[i - 1];
        if (id - run->first >= run->count)
            continue;
        size_t at = run->index + (id - run->first);
        *ret_size = s->starts[at + 1] - s->starts[at];
        return s->bytes + s->starts[at];
    }
    return NULL;
}

void spans_clear(struct spans *s)
{
    if (s->size_capacity > KEPT_BYTES || s->count_capacity > KEPT_BYTES / sizeof *s->starts)
        spans_deinit(s);
    s->size = 0;
    s->count = 0;
    s->run_count = 0;
}

void spans_deinit(struct spans *s)
{
    free(s->bytes);
    free(s->starts);
    free(s->runs);
    *s = (struct spans){0};
}
