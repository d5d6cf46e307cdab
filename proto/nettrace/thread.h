/*
 * nettrace/thread.h - the threads of a stream, and how many events each has lost.
 *
 * Every thread numbers the events that it tries to write, from 1. A hole in the numbers of one
 * capture thread, or a sequence point that knows a higher number, is a loss. Counted as TraceEvent
 * does: nothing for a thread's first appearance, and in v4 and v5 nothing after a number of 0. Not
 * as TraceEvent: a number that goes *back* is a new thread under a recycled id (v4, v5: the format
 * has no other sign for it); TraceEvent adds 2^31 - 1 then, and we count a restart.
 *
 * Forgotten are: v4, v5: at a sequence point, all threads that it does not list, since it lists all
 * that can still write; v6: when the stream says so.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/cursor.h"

struct nettrace_thread {
    uint64_t key;           /* v4, v5: id in the OS; v6: index in the stream */
    uint64_t thread_id;     /* in the OS, or NETTRACE_UNKNOWN_ID */
    uint64_t process_id;    /* or NETTRACE_UNKNOWN_ID */
    const char *name;       /* v6, or "" */
    uint32_t last_sequence; /* of its newest event */
    bool listed;            /* in the sequence point being read */
    void *user;             /* for the consumer; NULL at first */
};

#define NETTRACE_UNKNOWN_ID UINT64_MAX

struct nettrace_loss {
    uint64_t events;   /* lost */
    uint64_t restarts; /* numbers that went back */
};

/* A zeroed one is empty. */
struct thread_table {
    struct nettrace_thread **slots;
    size_t capacity; /* a power of two */
    size_t count;
};

struct nettrace_thread *thread_table_find(const struct thread_table *t, uint64_t key);

/* Adds a thread whose key is not there. NULL: too many (see limits.h), or out of memory. */
struct nettrace_thread *thread_table_add(struct thread_table *t, uint64_t key);

/* Frees the thread; `thread` must be in the table. */
void thread_table_remove(struct thread_table *t, struct nettrace_thread *thread);

/* Frees all threads, or those that are not `listed`; resets `listed` of the others. */
void thread_table_clear(struct thread_table *t);
void thread_table_sweep(struct thread_table *t);

/*
 * The next row of a v6 ThreadBlock: u16 size, varint index, then kind and value, any number of
 * times. Key-value pairs are skipped. The name is UTF-8 with invalid bytes replaced, malloc'ed and
 * to be given to a thread (which frees it) or freed; NULL: none.
 */
struct thread_row {
    uint64_t index, thread_id, process_id;
    char *name;
};
bool thread_row_take(struct cursor *in, struct thread_row *ret_row);

/* The thread's newest number is `newest`, and the event itself has arrived or is not expected. */
void nettrace_thread_count_loss(const struct nettrace_thread *thread, uint32_t newest,
                                unsigned version, struct nettrace_loss *loss);

/* An event with `sequence` arrived. */
static inline void nettrace_thread_advance(struct nettrace_thread *thread, uint32_t sequence,
                                           unsigned version, struct nettrace_loss *loss)
{
    if (sequence - 1 != thread->last_sequence)
        nettrace_thread_count_loss(thread, sequence - 1, version, loss);
    thread->last_sequence = sequence;
}
