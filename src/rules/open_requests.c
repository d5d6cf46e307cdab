/*
 * A hash table with open addresses; who leaves lets those behind it move up, so that no slot has
 * to remember that something was there.
 */
#include "src/rules/open_requests.h"

#include <stdlib.h>

#include "src/base/hash.h"
#include "src/base/limits.h"

enum { STATE_FREE, STATE_OPEN, STATE_ENDED_FAST, STATE_ENDED_SLOW };

/* An end waits for its start as long as a runtime may take to hand over what it has. */
#define WAIT_NS (INT64_C(10) * 1000000000)

enum { FIRST_SLOTS = 64 };

void open_requests_deinit(struct open_requests *all)
{
    free(all->slots);
    *all = (struct open_requests){0};
}

static size_t home(const struct open_requests *all, uint64_t id)
{
    return hash_number(id) & (all->capacity - 1);
}

static size_t following(const struct open_requests *all, size_t slot)
{
    return (slot + 1) & (all->capacity - 1);
}

/* Where it is, or would go. */
static struct open_request *find(const struct open_requests *all, uint64_t id)
{
    size_t i = home(all, id);

    while (all->slots[i].state != STATE_FREE && all->slots[i].id != id)
        i = following(all, i);
    return &all->slots[i];
}

static bool make_room(struct open_requests *all)
{
    struct open_requests bigger = *all;

    if (all->count >= LIMIT_RULE_REQUESTS)
        return false;
    if ((all->count + 1) * 2 <= all->capacity)
        return true;
    bigger.capacity = all->capacity ? all->capacity * 2 : FIRST_SLOTS;
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < all->capacity; i++) {
        if (all->slots[i].state != STATE_FREE)
            *find(&bigger, all->slots[i].id) = all->slots[i];
    }
    free(all->slots);
    *all = bigger;
    return true;
}

static void remove_at(struct open_requests *all, struct open_request *r)
{
    size_t hole = (size_t)(r - all->slots);

    all->slots[hole].state = STATE_FREE;
    all->count--;
    for (size_t i = following(all, hole); all->slots[i].state != STATE_FREE;
         i = following(all, i)) {
        size_t distance = (i - home(all, all->slots[i].id)) & (all->capacity - 1);
        size_t gap = (i - hole) & (all->capacity - 1);
        if (distance < gap)
            continue;
        all->slots[hole] = all->slots[i];
        all->slots[i].state = STATE_FREE;
        hole = i;
    }
}

/* Removes those of a state that are as old as `time`; the number of those not in doubt. A slot is
 * looked at again after a removal: another may have moved there. */
static size_t remove_older(struct open_requests *all, bool open, int64_t time)
{
    size_t removed = 0;

    for (size_t i = 0; i < all->capacity; i++) {
        struct open_request *r = &all->slots[i];
        while (r->state != STATE_FREE && (r->state == STATE_OPEN) == open && r->time <= time) {
            removed += !all->has_doubt || r->time > all->doubt;
            remove_at(all, r);
        }
    }
    return removed;
}

static void sweep(struct open_requests *all, int64_t time)
{
    if (time - all->swept < WAIT_NS)
        return;
    all->swept = time;
    (void)remove_older(all, false, time - WAIT_NS);
}

static struct open_request *look(const struct open_requests *all, uint64_t id)
{
    struct open_request *r = all->capacity ? find(all, id) : NULL;

    return r && r->state != STATE_FREE ? r : NULL;
}

static bool put(struct open_requests *all, uint64_t id, int64_t time, uint8_t state)
{
    sweep(all, time);
    if (!make_room(all))
        return false;
    *find(all, id) = (struct open_request){.id = id, .time = time, .state = state};
    all->count++;
    return true;
}

enum open_request_end open_requests_start(struct open_requests *all, uint64_t id, int64_t time)
{
    struct open_request *r = look(all, id);
    uint8_t state = r ? r->state : STATE_FREE;

    if (state == STATE_ENDED_FAST || state == STATE_ENDED_SLOW) {
        remove_at(all, r);
        return state == STATE_ENDED_SLOW ? OPEN_REQUEST_SLOW : OPEN_REQUEST_FAST;
    }
    if (!r && !put(all, id, time, STATE_OPEN))
        all->dropped++;
    return OPEN_REQUEST_WAITS;
}

enum open_request_end open_requests_stop(struct open_requests *all, uint64_t id, int64_t time,
                                         bool slow, bool keep)
{
    struct open_request *r = look(all, id);

    if (!r) {
        if (keep && all->count < LIMIT_RULE_REQUESTS / 2) /* the rest is for open ones */
            (void)put(all, id, time, slow ? STATE_ENDED_SLOW : STATE_ENDED_FAST);
        return OPEN_REQUEST_WAITS;
    }
    if (r->state != STATE_OPEN)
        return OPEN_REQUEST_WAITS;
    remove_at(all, r);
    return slow ? OPEN_REQUEST_SLOW : OPEN_REQUEST_FAST;
}

void open_requests_doubt(struct open_requests *all, int64_t time)
{
    all->has_doubt = true;
    all->doubt = time;
}

size_t open_requests_take_older(struct open_requests *all, int64_t time)
{
    return remove_older(all, true, time);
}
