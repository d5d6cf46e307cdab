#include "src/metrics/instruments.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"
#include "src/base/limits.h"

void instruments_init(struct instruments *all)
{
    *all = (struct instruments){0};
    for (size_t i = 0; i < INSTRUMENT_BUCKETS; i++)
        list_init(&all->buckets[i]);
}

static void forget(struct instruments *all, struct instrument *i)
{
    all->count--;
    all->bytes -= i->size;
    list_remove(&i->link);
    free(i);
}

void instruments_deinit(struct instruments *all)
{
    for (size_t b = 0; b < INSTRUMENT_BUCKETS; b++) {
        list_each(i, &all->buckets[b], struct instrument, link) forget(all, i);
    }
}

static size_t bucket_of(const char *meter, const char *name)
{
    uint64_t hash = hash_bytes(meter, strlen(meter)) * 31 + hash_bytes(name, strlen(name));

    return hash % INSTRUMENT_BUCKETS;
}

static struct instrument *find(const struct instruments *all, uint32_t id, const char *meter,
                               const char *name)
{
    const struct list *bucket = &all->buckets[bucket_of(meter, name)];

    list_each(i, bucket, struct instrument, link)
    {
        if (i->id == id && strcmp(i->text.name, name) == 0 && strcmp(i->text.meter, meter) == 0)
            return i;
    }
    return NULL;
}

const struct instrument *instruments_find(const struct instruments *all, uint32_t id,
                                          const char *meter, const char *name)
{
    const struct instrument *found = find(all, id, meter, name);

    return found || id == 0 ? found : find(all, 0, meter, name);
}

void instruments_remove(struct instruments *all, uint32_t id, const char *meter, const char *name)
{
    struct instrument *i = find(all, id, meter, name);

    if (i)
        forget(all, i);
}

static const char *place(char **at, const char *text)
{
    const char *placed = *at;

    *at = stpcpy(*at, text) + 1;
    return placed;
}

/* One block of memory for all. */
static struct instrument *copy(uint32_t id, const struct instrument_text *t)
{
    size_t size = sizeof(struct instrument) + strlen(t->meter) + strlen(t->name) +
                  strlen(t->description) + strlen(t->instrument_tags) + strlen(t->meter_tags) + 5;
    struct instrument *i = malloc(size);

    if (!i)
        return NULL;
    char *at = (char *)(i + 1);
    *i = (struct instrument){.id = id, .size = size};
    i->text.meter = place(&at, t->meter);
    i->text.name = place(&at, t->name);
    i->text.description = place(&at, t->description);
    i->text.instrument_tags = place(&at, t->instrument_tags);
    i->text.meter_tags = place(&at, t->meter_tags);
    return i;
}

void instruments_put(struct instruments *all, uint32_t id, const struct instrument_text *text)
{
    instruments_remove(all, id, text->meter, text->name);
    struct instrument *i = copy(id, text);
    if (!i)
        return;
    if (all->count >= LIMIT_METRICS_INSTRUMENTS ||
        all->bytes + i->size > LIMIT_METRICS_DESCRIPTIONS) {
        free(i);
        return;
    }
    all->count++;
    all->bytes += i->size;
    list_append(&all->buckets[bucket_of(text->meter, text->name)], &i->link);
}
