/*
 * exceptions/history.h - the latest exceptions of one process, oldest first, in bounded memory.
 * Ids are in the order of arrival, which is a little different: a runtime hands over thread by
 * thread.
 *
 * Those that wait for a filter's verdict are among them, and do not push others out: there may be
 * as many of one kind as of the other.
 */
#pragma once

#include "src/exceptions/filter.h"
#include "src/exceptions/record.h"

struct exception_history {
    struct list records;
    size_t kept, undecided; /* of them */
    size_t bytes;
    size_t limit;     /* of those that are kept; at most LIMIT_EXCEPTIONS count */
    uint64_t last_id; /* ids count up from 1 */
};

void exception_history_init(struct exception_history *h, size_t limit);
void exception_history_deinit(struct exception_history *h);

/* Takes the reference over. EXCEPTION_DROPPED frees the record. */
void exception_history_add(struct exception_history *h, struct exception_record *r,
                           enum exception_verdict verdict);

/* Gives a verdict on one that waits for it. */
void exception_history_decide(struct exception_history *h, struct exception_record *r,
                              enum exception_verdict verdict);

/* The oldest go when there are more. */
void exception_history_set_limit(struct exception_history *h, size_t limit);
