/*
 * exceptions/filter.h - which exceptions are wanted (CONTRACT 17.3): all fields of a filter must
 * match, what an exclude filter matches is dropped first, and one include filter must match when
 * there is any.
 *
 * Names of the frame that threw may not be known yet; then the verdict may have to wait for them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

enum exception_field {
    EXCEPTION_FIELD_TYPE, /* full name of the exception's type */
    EXCEPTION_FIELD_MODULE,
    EXCEPTION_FIELD_CLASS,
    EXCEPTION_FIELD_METHOD,
    EXCEPTION_FIELDS,
};

struct exception_filter {
    char *fields[EXCEPTION_FIELDS]; /* NULL: any */
};

struct exception_filter_list {
    struct exception_filter *items;
    size_t count, capacity;
};

struct exception_filters {
    struct exception_filter_list include, exclude;
};

enum exception_frame {
    EXCEPTION_NO_FRAME,      /* no stack was told, or none that has names */
    EXCEPTION_FRAME_UNKNOWN, /* its names have not come yet */
    EXCEPTION_FRAME,
};

struct exception_subject {
    enum exception_frame frame;
    const char *fields[EXCEPTION_FIELDS]; /* beyond the type, of the frame, if it is known */
};

enum exception_verdict { EXCEPTION_DROPPED, EXCEPTION_KEPT, EXCEPTION_UNDECIDED };

/* Texts are copied; empty ones and NULL are any. -E2BIG: more than LIMIT_EXCEPTION_FILTERS. */
int exception_filter_list_add(struct exception_filter_list *list,
                              const char *const fields[static EXCEPTION_FIELDS], struct error *err);

void exception_filters_deinit(struct exception_filters *f);

/* UNDECIDED only where the frame is unknown and matters. */
enum exception_verdict exception_filters_judge(const struct exception_filters *f,
                                               const struct exception_subject *subject);
