/*
 * exceptions/record.h - one thrown exception, as its event told it: a value in one block of memory,
 * counted, never changed but for what its history says of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/nettrace/parser.h"
#include "src/base/list.h"
#include "src/exceptions/decoder.h"

struct exception_record {
    unsigned refs;
    struct list link; /* in the history */
    uint64_t id;      /* given by the history */
    bool undecided;   /* the history's filters wait for names */
    bool named;       /* all addresses are known to have a name, or to have none */

    int64_t ticks; /* 100 ns units since 1970, UTC */
    uint64_t thread;
    struct guid activity;
    uint32_t hresult;
    uint16_t flags;            /* EXCEPTION_HAS_INNER... */
    bool truncated;            /* the stack goes on below */
    const char *type;          /* as told: nested types without those around them */
    const char *message;       /* "": empty, or none was told */
    const uint64_t *addresses; /* leaf first */
    size_t depth;
    size_t size; /* bytes of all */
};

/* With one reference. NULL: the payload is none of an exception, or there is no memory. */
struct exception_record *exception_record_new(const struct nettrace *stream,
                                              const struct nettrace_event *event);
struct exception_record *exception_record_ref(struct exception_record *r);
void exception_record_unref(struct exception_record *r);
