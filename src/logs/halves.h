/*
 * logs/halves.h - the first events of lines whose second one has not come yet, by thread.
 *
 * The runtime refuses events of more than 64 KiB and counts them as lost; the second event of a
 * line is about three times as large as the first, so lines of more than 20 KB come as a first half
 * only.
 */
#pragma once

#include "src/logs/record.h"

/* A zeroed one is empty. Holds at most LIMIT_LOGS_HALVES. One that was delivered alone stays until
 * its thread goes on: should the second event come after all, it is known to be no further line. */
struct log_halves {
    struct log_record **list; /* the oldest first */
    size_t count, capacity;
};

void log_halves_deinit(struct log_halves *h);

/* Takes the record. False, and the record stays the caller's: full, or out of memory. */
bool log_halves_add(struct log_halves *h, struct log_record *record);

/* The half of that thread, now the caller's; NULL: none. */
struct log_record *log_halves_take(struct log_halves *h, uint64_t thread);

/* The oldest half, now the caller's; NULL: there is none. */
struct log_record *log_halves_take_oldest(struct log_halves *h);

/* Ages all by one silence. `due` gets those that were not told before and have now seen `patience`
 * of them; they count as told. True: some have not. */
bool log_halves_age(struct log_halves *h, unsigned patience,
                    void (*due)(void *user, struct log_record *half), void *user);
