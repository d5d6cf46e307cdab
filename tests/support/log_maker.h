/*
 * support/log_maker.h - NetTrace streams with lines and scopes of Microsoft-Extensions-Logging.
 *
 * Times are milliseconds from the trace's start, 2026-11-22 04:05:06 UTC. Everything ends with the
 * test.
 */
#pragma once

#include "proto/nettrace/writer.h"

enum log_maker_kind {
    MAKE_FORMATTED = 1,
    MAKE_JSON,
    MAKE_OPEN,
    MAKE_CLOSE,
    MAKE_OLD_JSON, /* without the message, and with its columns moved left by one */
    MAKE_OTHER,    /* of another provider, with the same name */
    MAKE_KINDS,
};

/* Missing texts are "". */
struct log_maker_event {
    enum log_maker_kind kind;
    unsigned thread; /* below 8 */
    uint64_t time;
    bool sorted;
    int level, event_id;
    const char *category, *name, *exception, *arguments, *formatted;
    unsigned activity, related; /* 0: none */
};

struct log_maker {
    struct nettrace_writer w;
    uint32_t sequences[8];
};

struct log_maker *log_maker_new(void);
void log_maker_add(struct log_maker *m, const struct log_maker_event *e);

/* Both events of "Line {Number}" of category C at level Information. */
void log_maker_line(struct log_maker *m, unsigned thread, uint64_t time, unsigned number,
                    unsigned activity);

/* So many events of the thread are lost. */
void log_maker_lose(struct log_maker *m, unsigned thread, uint32_t count);

/* Everything so far; `ended`: and the end of the stream. */
const uint8_t *log_maker_take(struct log_maker *m, bool ended, size_t *ret_size);
