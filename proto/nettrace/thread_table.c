#include <stdlib.h>

#include "proto/nettrace/limits.h"
#include "proto/nettrace/thread.h"

enum {
    FIRST_CAPACITY = 64,
};

/* Spreads ids that differ in few bits over all slots. */
static uint64_t hash_of(uint64_t key)
{
    key ^= key >> 33;
    key *= UINT64_C(0xff51afd7ed558ccd);
    key ^= key >> 33;
    key *= UINT64_C(0xc4ceb9fe1a85ec53);
    return key ^ key >> 33;
}

static size_t slot_of(const struct thread_table *t, uint64_t key, size_t probe)
{
    return (hash_of(key) + probe) & (t->capacity - 1);
}

/* The slot of the key or the free one where it belongs; capacity if it takes too many probes. */
static size_t locate(const struct thread_table *t, uint64_t key)
{
    for (size_t probe = 0; probe < NETTRACE_PROBES && probe < t->capacity; probe++) {
        size_t slot = slot_of(t, key, probe);
        if (!t->slots[slot] || t->slots[slot]->key == key)
            return slot;
    }
    return t->capacity;
}

struct nettrace_thread *thread_table_find(const struct thread_table *t, uint64_t key)
{
    if (t->capacity == 0)
        return NULL;
    size_t slot = locate(t, key);
    return slot < t->capacity ? t->slots[slot] : NULL;
}

/* Moves all threads to a table of that capacity. False, and nothing changed, if one has no room. */
static bool rebuild(struct thread_table *t, size_t capacity)
{
    struct thread_table grown = {.capacity = capacity, .count = t->count};

    grown.slots = calloc(capacity, sizeof(struct nettrace_thread *));
    for (size_t i = 0; grown.slots && i < t->capacity; i++) {
        if (!t->slots[i])
            continue;
        size_t slot = locate(&grown, t->slots[i]->key);
        if (slot == capacity) {
            free(grown.slots);
            return false;
        }
        grown.slots[slot] = t->slots[i];
    }
    if (!grown.slots)
        return false;
    free(t->slots);
    *t = grown;
    return true;
}

struct nettrace_thread *thread_table_add(struct thread_table *t, uint64_t key)
{
    if (t->count >= NETTRACE_THREADS)
        return NULL;
    if (2 * (t->count + 1) > t->capacity &&
        !rebuild(t, t->capacity ? 2 * t->capacity : FIRST_CAPACITY))
        return NULL;
    size_t slot = locate(t, key);
    struct nettrace_thread *thread = slot < t->capacity ? calloc(1, sizeof *thread) : NULL;
    if (!thread)
        return NULL;
    *thread = (struct nettrace_thread){.key = key, .name = ""};
    t->slots[slot] = thread;
    t->count++;
    return thread;
}

static void thread_free(struct nettrace_thread *thread)
{
    if (thread->name[0] != '\0')
        free((void *)(uintptr_t)thread->name);
    free(thread);
}

/* Takes a thread out of its slot and puts those behind it where a look-up now finds them. */
static void unlink_slot(struct thread_table *t, size_t slot)
{
    t->slots[slot] = NULL;
    t->count--;
    for (size_t next = (slot + 1) & (t->capacity - 1); t->slots[next];
         next = (next + 1) & (t->capacity - 1)) {
        struct nettrace_thread *moved = t->slots[next];
        t->slots[next] = NULL;
        t->slots[locate(t, moved->key)] = moved;
    }
}

void thread_table_remove(struct thread_table *t, struct nettrace_thread *thread)
{
    unlink_slot(t, locate(t, thread->key));
    thread_free(thread);
}

void thread_table_clear(struct thread_table *t)
{
    for (size_t i = 0; i < t->capacity; i++) {
        if (t->slots[i])
            thread_free(t->slots[i]);
    }
    free(t->slots);
    *t = (struct thread_table){0};
}

/* A slot is looked at again after its thread is gone: another may have moved into it. */
void thread_table_sweep(struct thread_table *t)
{
    for (size_t i = 0; i < t->capacity;) {
        struct nettrace_thread *thread = t->slots[i];
        if (thread && !thread->listed) {
            unlink_slot(t, i);
            thread_free(thread);
            continue;
        }
        i++;
    }
    for (size_t i = 0; i < t->capacity; i++) {
        if (t->slots[i])
            t->slots[i]->listed = false;
    }
}
