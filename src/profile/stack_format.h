/*
 * profile/stack_format.h - the ways in which the stacks of a process are written: three of
 * dotnet-monitor (CONTRACT section 16), and one of ours.
 */
#pragma once

#include "src/base/error.h"
#include "src/profile/output.h"
#include "src/profile/thread_stacks.h"

struct stack_format {
    const char *name;       /* "text" */
    const char *media_type; /* of the answer */
    const char *extension;  /* "stacks.txt" */
    void (*write)(const struct thread_stacks *s, struct output *o);
};

enum { STACK_FORMAT_TEXT, STACK_FORMAT_JSON, STACK_FORMAT_SPEEDSCOPE, STACK_FORMAT_MERGED };

/* In that order; the last has no name. */
extern const struct stack_format stack_formats[];

/* NULL: no format of that name, case ignored. */
const struct stack_format *stack_format_find(const char *name);
