#include "src/logs/halves.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"

void log_halves_deinit(struct log_halves *h)
{
    while (h->count)
        free(h->list[--h->count]);
    free(h->list);
    *h = (struct log_halves){0};
}

bool log_halves_add(struct log_halves *h, struct log_record *record)
{
    if (h->count == LIMIT_LOGS_HALVES)
        return false;
    if (h->count == h->capacity) {
        size_t capacity = h->capacity ? 2 * h->capacity : 8;
        struct log_record **list = realloc(h->list, capacity * sizeof(struct log_record *));
        if (!list)
            return false;
        h->list = list;
        h->capacity = capacity;
    }
    record->age = 0;
    h->list[h->count++] = record;
    return true;
}

static struct log_record *take_at(struct log_halves *h, size_t i)
{
    struct log_record *taken = h->list[i];

    h->count--;
    memmove(&h->list[i], &h->list[i + 1], (h->count - i) * sizeof(struct log_record *));
    return taken;
}

struct log_record *log_halves_take(struct log_halves *h, uint64_t thread)
{
    for (size_t i = h->count; i-- > 0;) { /* the newest is likeliest */
        if (h->list[i]->thread == thread)
            return take_at(h, i);
    }
    return NULL;
}

struct log_record *log_halves_take_oldest(struct log_halves *h)
{
    return h->count ? take_at(h, 0) : NULL;
}

bool log_halves_age(struct log_halves *h, unsigned patience,
                    void (*due)(void *user, struct log_record *half), void *user)
{
    bool waiting = false;

    for (size_t i = 0; i < h->count; i++) {
        struct log_record *half = h->list[i];
        if (!half->told && ++half->age >= patience) {
            half->told = true;
            due(user, half);
        }
        waiting = waiting || !half->told;
    }
    return waiting;
}
