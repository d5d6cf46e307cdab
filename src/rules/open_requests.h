/*
 * rules/open_requests.h - requests that have started and not ended, to tell which of them are slow.
 *
 * A stream is in the order of time only for each thread, so the end of a request that went from
 * one thread to another may come before its start: such an end waits for it a while. An end whose
 * start never comes belongs to a request that had begun before we looked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct open_request {
    uint64_t id;
    int64_t time; /* ns: of its start; of an end that came first */
    uint8_t state;
};

/* A zeroed one is empty; at most LIMIT_RULE_REQUESTS are kept. */
struct open_requests {
    struct open_request *slots;
    size_t capacity, count; /* capacity: 0 or a power of two */
    int64_t doubt;          /* what has started until then may have ended unseen */
    bool has_doubt;
    uint64_t dropped; /* starts that found no room: their requests are not watched */
    int64_t swept;    /* when ends without a start were last looked for */
};

enum open_request_end {
    OPEN_REQUEST_WAITS, /* its start has not come */
    OPEN_REQUEST_FAST,
    OPEN_REQUEST_SLOW,
};

void open_requests_deinit(struct open_requests *all);

/* FAST, SLOW: its end came before, and was that. WAITS: it is open now, or dropped. */
enum open_request_end open_requests_start(struct open_requests *all, uint64_t id, int64_t time);

/* It ends, `slow` or not, and comes out again if it is open. `keep`: if it is not, its end waits
 * for it. */
enum open_request_end open_requests_stop(struct open_requests *all, uint64_t id, int64_t time,
                                         bool slow, bool keep);

/* Events have been lost until `time`, ends perhaps among them. */
void open_requests_doubt(struct open_requests *all, int64_t time);

/* Takes away those that started at `time` or before. How many, without those in doubt? */
size_t open_requests_take_older(struct open_requests *all, int64_t time);
