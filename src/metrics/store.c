#include "src/metrics/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/hash.h"
#include "src/base/limits.h"
#include "src/metrics/series.h"

struct metric_store {
    unsigned points;
    struct list processes;
    struct metric_series **slots; /* chains by hash */
    size_t slot_count;            /* a power of two */
    size_t series, bytes;
    int64_t swept_unix_ns;
    uint64_t changes;
};

enum { SLOTS_FIRST = 256 };

struct metric_store *metric_store_new(unsigned points)
{
    struct metric_store *store = calloc(1, sizeof *store);

    if (!store)
        return NULL;
    store->slots = calloc(SLOTS_FIRST, sizeof *store->slots);
    if (!store->slots) {
        free(store);
        return NULL;
    }
    store->slot_count = SLOTS_FIRST;
    store->points = points < LIMIT_METRIC_POINTS ? points : LIMIT_METRIC_POINTS;
    if (store->points == 0)
        store->points = 1;
    list_init(&store->processes);
    return store;
}

void metric_store_free(struct metric_store *store)
{
    if (!store)
        return;
    list_each(p, &store->processes, struct metric_process, link) metric_process_remove(store, p);
    free(store->slots);
    free(store);
}

struct list *metric_store_processes(struct metric_store *store)
{
    return &store->processes;
}

size_t metric_store_series(const struct metric_store *store)
{
    return store->series;
}

size_t metric_store_bytes(const struct metric_store *store)
{
    return store->bytes;
}

uint64_t metric_store_changes(const struct metric_store *store)
{
    return store->changes;
}

void metric_store_changed(struct metric_store *store)
{
    store->changes++;
}

struct metric_process *metric_process_add(struct metric_store *store, uint64_t pid,
                                          const char *name, const char *uid)
{
    struct metric_process *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->pid = pid;
    p->waited_seconds = (double)NAN;
    p->name = strndup(name, metric_text_size(name, LIMIT_METRIC_TEXT));
    p->uid = strndup(uid, metric_text_size(uid, LIMIT_METRIC_TEXT));
    list_init(&p->instruments);
    if (!p->name || !p->uid) {
        free(p->name);
        free(p->uid);
        free(p);
        return NULL;
    }
    list_append(&store->processes, &p->link);
    store->changes++;
    return p;
}

static void account(struct metric_store *store, struct metric_process *p, size_t more, size_t less)
{
    store->bytes += more - less;
    p->bytes += more - less;
}

/* Of the parts that EventCounters and the end of an instrument also name. */
static uint64_t hash_name(const struct metric_process *p, const char *provider, const char *name)
{
    uint64_t h = hash_number((uintptr_t)p);

    h = hash_number(h ^ hash_bytes(provider, strnlen(provider, LIMIT_METRIC_TEXT)));
    return hash_number(h ^ hash_bytes(name, strnlen(name, LIMIT_METRIC_TEXT)));
}

static uint64_t hash_series(uint64_t name_hash, const char *tags)
{
    return hash_number(name_hash ^ hash_bytes(tags, strnlen(tags, LIMIT_METRIC_TAGS)));
}

static struct metric_series **slot_of(const struct metric_store *store, uint64_t hash)
{
    return &store->slots[hash & (store->slot_count - 1)];
}

static void drop_series(struct metric_store *store, struct metric_series *s)
{
    struct metric_instrument *in = s->instrument;
    struct metric_process *p = in->process;
    struct metric_series **at = slot_of(store, s->hash);

    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    store->series--;
    p->series_count--;
    account(store, p, 0, series_size(s));
    series_free(s);
}

static void drop_if_empty(struct metric_store *store, struct metric_instrument *in)
{
    if (!list_empty(&in->series))
        return;
    account(store, in->process, 0, instrument_size(in));
    instrument_free(in);
}

void metric_process_remove(struct metric_store *store, struct metric_process *p)
{
    if (!p)
        return;
    list_each(in, &p->instruments, struct metric_instrument, link)
    {
        list_each(s, &in->series, struct metric_series, link) drop_series(store, s);
        drop_if_empty(store, in);
    }
    list_remove(&p->link);
    store->changes++;
    free(p->service);
    free(p->name);
    free(p->uid);
    free(p);
}

/* Twice the slots once chains get long; without memory they just stay long. */
static void widen(struct metric_store *store)
{
    size_t count = store->slot_count * 2;

    if (store->series < store->slot_count)
        return;
    struct metric_series **slots = calloc(count, sizeof *slots);
    if (!slots)
        return;
    for (size_t i = 0; i < store->slot_count; i++)
        for (struct metric_series *s = store->slots[i], *next; s; s = next) {
            next = s->next;
            s->next = slots[s->hash & (count - 1)];
            slots[s->hash & (count - 1)] = s;
        }
    free(store->slots);
    store->slots = slots;
    store->slot_count = count;
}

static void sweep_process(struct metric_store *store, struct metric_process *p, int64_t now)
{
    list_each(in, &p->instruments, struct metric_instrument, link)
        list_each(s, &in->series, struct metric_series,
                  link) if (s->ended || now - metric_series_last(s)->unix_ns >
                                            LIMIT_METRIC_SILENT_MS * INT64_C(1000000))
            drop_series(store, s);
}

/* Lets go of what nobody reports any more; not more often than is useful. */
static void sweep(struct metric_store *store, int64_t now)
{
    int64_t since = now - store->swept_unix_ns;

    if (since >= 0 && since < LIMIT_METRIC_SWEEP_MS * INT64_C(1000000))
        return;
    store->swept_unix_ns = now;
    list_each(p, &store->processes, struct metric_process, link) sweep_process(store, p, now);
}

static bool is_full(const struct metric_store *store, const struct metric_process *p)
{
    return store->series >= LIMIT_METRIC_SERIES || store->bytes >= LIMIT_METRIC_BYTES ||
           p->series_count >= LIMIT_METRIC_SERIES_PER_PROCESS ||
           p->bytes >= LIMIT_METRIC_BYTES_PER_PROCESS;
}

static struct metric_instrument *instrument_of(struct metric_store *store, struct metric_process *p,
                                               const struct measurement *m, uint64_t hash)
{
    list_each(in, &p->instruments, struct metric_instrument,
              link) if (in->hash == hash && instrument_fits(in, p, m)) return in;
    struct metric_instrument *in = instrument_new(p, m);
    if (!in)
        return NULL;
    in->hash = hash;
    list_append(&p->instruments, &in->link);
    account(store, p, instrument_size(in), 0);
    return in;
}

/* A new series without points; NULL: no room. */
static struct metric_series *add_series(struct metric_store *store, struct metric_process *p,
                                        const struct measurement *m, uint64_t name_hash,
                                        uint64_t hash)
{
    if (is_full(store, p))
        sweep(store, m->unix_ns);
    if (is_full(store, p))
        return NULL;
    struct metric_instrument *in = instrument_of(store, p, m, name_hash);
    struct metric_series *s = in ? series_new(in, m) : NULL;
    if (!s) {
        if (in)
            drop_if_empty(store, in);
        return NULL;
    }
    widen(store);
    s->hash = hash;
    s->next = *slot_of(store, hash);
    *slot_of(store, hash) = s;
    list_append(&in->series, &s->link);
    store->series++;
    p->series_count++;
    account(store, p, series_size(s), 0);
    return s;
}

static struct metric_series *find_series(const struct metric_store *store,
                                         const struct metric_process *p,
                                         const struct measurement *m, uint64_t hash)
{
    for (struct metric_series *s = *slot_of(store, hash); s; s = s->next)
        if (s->hash == hash && instrument_fits(s->instrument, p, m) && series_fits(s, m))
            return s;
    return NULL;
}

/* Without tags: all of the instrument. */
static void end_series(struct metric_process *p, const struct measurement *m, uint64_t name_hash)
{
    list_each(in, &p->instruments, struct metric_instrument, link)
    {
        if (in->hash != name_hash || !instrument_fits_end(in, m))
            continue;
        list_each(s, &in->series, struct metric_series, link) if (!m->tags || series_fits(s, m))
            s->ended = true;
    }
}

void metric_store_put(struct metric_store *store, struct metric_process *p,
                      const struct measurement *m)
{
    uint64_t name_hash = hash_name(p, m->provider, m->name);

    store->changes++;
    if (m->kind == MEASUREMENT_ENDED) {
        end_series(p, m, name_hash);
        return;
    }
    uint64_t hash = hash_series(name_hash, m->tags);
    struct metric_series *s = find_series(store, p, m, hash);
    bool is_new = !s;
    if (is_new)
        s = add_series(store, p, m, name_hash, hash);
    if (!s) {
        p->series_dropped++;
        return;
    }
    struct metric_instrument *in = s->instrument;
    size_t before = series_size(s) + instrument_size(in);
    bool ok = instrument_refresh(in, m) && series_put(s, m, store->points);
    account(store, p, series_size(s) + instrument_size(in), before);
    if (ok)
        return;
    p->series_dropped++;
    if (s->count)
        return;
    drop_series(store, s); /* readers rely on there being a point */
    drop_if_empty(store, in);
}

const struct metric_point *metric_series_point(const struct metric_series *s, unsigned i)
{
    return &s->points[(s->first + i) % s->capacity];
}

const struct metric_point *metric_series_last(const struct metric_series *s)
{
    return metric_series_point(s, s->count - 1);
}
