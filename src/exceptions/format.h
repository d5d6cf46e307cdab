/*
 * exceptions/format.h - exceptions as records and text, as the peer writes them (CONTRACT 17.2).
 *
 * What events tell beyond the peer's members comes behind these: hResult, and where it is so,
 * hasInnerException and rethrown. Which exceptions are the inner ones they do not tell.
 */
#pragma once

#include "src/base/text.h"
#include "src/exceptions/record.h"
#include "src/profile/thread_stacks.h"

/* A record with its names. */
struct exception_view {
    const struct exception_record *record;
    const char *module; /* file of the type's module; "": not known */
    const struct thread_stacks *stacks;
    const struct stack_thread *stack; /* of `stacks`; no frames: none were told */
};

struct exception_format {
    const char *name; /* in settings of rules */
    const char *media_type;
    const char *extension; /* "exceptions.txt" */
    void (*write)(struct text *out, const struct exception_view *view);
};

enum { EXCEPTION_PLAIN, EXCEPTION_NDJSON, EXCEPTION_JSON_SEQ, EXCEPTION_FORMATS };

/* In the order in which an Accept header is looked through. */
extern const struct exception_format exception_formats[EXCEPTION_FORMATS];

/* Their media types, up to NULL. */
extern const char *const exception_media_types[EXCEPTION_FORMATS + 1];
