/*
 * logs/record.h - an event of Microsoft-Extensions-Logging, taken out of its stream.
 */
#pragma once

#include "proto/nettrace/parser.h"

enum log_record_kind {
    LOG_RECORD_FORMATTED, /* the first event of a line */
    LOG_RECORD_JSON,      /* the second */
    LOG_RECORD_OPEN,      /* of a scope */
    LOG_RECORD_CLOSE,
};

enum log_record_text {
    LOG_TEXT_CATEGORY,
    LOG_TEXT_EVENT_NAME,
    LOG_TEXT_EXCEPTION, /* JSON */
    LOG_TEXT_ARGUMENTS, /* JSON */
    LOG_TEXT_FORMATTED,
    LOG_TEXT_TRACE_ID,
    LOG_TEXT_SPAN_ID,
    LOG_TEXTS,
};

struct log_record {
    enum log_record_kind kind;
    uint64_t timestamp; /* of the stream */
    uint64_t arrival;   /* for the owner: what came first of two with the same time */
    uint64_t thread;    /* which wrote it */
    int64_t unix_ns;
    int32_t level, event_id;
    struct guid activity, related;
    unsigned age;           /* of a half, in silences */
    bool told;              /* a half that was delivered alone */
    size_t size;            /* of all of it */
    char *texts[LOG_TEXTS]; /* UTF-8, never NULL */
    char data[];
};

/* Scratch memory between calls; a zeroed one is empty. */
struct log_record_buffer {
    char *data;
    size_t capacity;
};

/* False: the event is none of logging. */
bool log_record_is(const struct nettrace_event *event, enum log_record_kind *ret_kind);

/* malloc'ed; NULL: out of memory. Fields that are missing are "" or 0. */
struct log_record *log_record_new(enum log_record_kind kind, const struct nettrace *stream,
                                  const struct nettrace_event *event,
                                  struct log_record_buffer *buffer);
