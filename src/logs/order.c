#include "src/logs/order.h"

#include <stdlib.h>

#include "src/base/limits.h"

static bool older(const struct log_record *a, const struct log_record *b)
{
    return a->timestamp != b->timestamp ? a->timestamp < b->timestamp : a->arrival < b->arrival;
}

static void swap(struct log_record **a, struct log_record **b)
{
    struct log_record *other = *a;

    *a = *b;
    *b = other;
}

void log_order_deinit(struct log_order *o)
{
    while (o->count)
        free(o->heap[--o->count]);
    free(o->heap);
    *o = (struct log_order){0};
}

static bool grow(struct log_order *o)
{
    size_t capacity = o->capacity ? 2 * o->capacity : 64;
    struct log_record **heap = realloc(o->heap, capacity * sizeof(struct log_record *));

    if (!heap)
        return false;
    o->heap = heap;
    o->capacity = capacity;
    return true;
}

bool log_order_add(struct log_order *o, struct log_record *record)
{
    if (o->count == o->capacity && !grow(o))
        return false;
    record->arrival = o->arrivals++;
    o->bytes += record->size;
    size_t at = o->count++;
    o->heap[at] = record;
    for (size_t up; at && older(record, o->heap[up = (at - 1) / 2]); at = up)
        swap(&o->heap[at], &o->heap[up]);
    return true;
}

static void sink_first(struct log_order *o)
{
    for (size_t at = 0, down; (down = 2 * at + 1) < o->count; at = down) {
        if (down + 1 < o->count && older(o->heap[down + 1], o->heap[down]))
            down++;
        if (!older(o->heap[down], o->heap[at]))
            return;
        swap(&o->heap[at], &o->heap[down]);
    }
}

struct log_record *log_order_take(struct log_order *o, uint64_t until)
{
    if (o->count == 0)
        return NULL;
    struct log_record *first = o->heap[0];
    if (first->timestamp > until && o->bytes <= LIMIT_LOGS_SORTED_BYTES)
        return NULL;
    o->bytes -= first->size;
    o->heap[0] = o->heap[--o->count];
    sink_first(o);
    return first;
}
