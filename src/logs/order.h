/*
 * logs/order.h - records in the order of time (nettrace/parser.h, ORDER), in bounded memory.
 */
#pragma once

#include "src/logs/record.h"

/* A zeroed one is empty. */
struct log_order {
    struct log_record **heap; /* the oldest first */
    size_t count, capacity;
    size_t bytes;
    uint64_t arrivals;
};

void log_order_deinit(struct log_order *o);

/* Takes the record. False, and the record stays the caller's: out of memory. */
bool log_order_add(struct log_order *o, struct log_record *record);

/* The oldest one, now the caller's, if it is not younger than `until` or if the bytes of all are
 * above the limit; else NULL. */
struct log_record *log_order_take(struct log_order *o, uint64_t until);
