/*
 * collect/stacks.h - the call stacks of all managed threads of a process, by a short session of the
 * runtime's sample profiler; nothing is loaded into the app.
 */
#pragma once

#include "src/collect/collection.h"
#include "src/profile/stack_format.h"
#include "src/profile/stack_table.h"

/* Another document in their place. */
struct stacks_report {
    void *user;                       /* stays until `release`, which comes in any case, once */
    const struct stack_table *others; /* to be named too; `user`'s */
    /* On the pool. `s` has no threads when there were none, or nobody answered. */
    void (*write)(void *user, const struct thread_stacks *s, struct output *o);
    void (*release)(void *user);
};

struct stacks_params {
    const struct stack_format *format;  /* NULL with a report */
    const struct stacks_report *report; /* NULL: none */
};

/*
 * The target is suspended a few times, each time for as long as it takes to walk its stacks, and
 * then tells the names of its methods, which takes most of the time. What is incomplete (a busy
 * target, lost events) is taken once more with more time and a larger buffer; what still is, says
 * so in the document and in its facts. A process that does not answer, but is in
 * sight, is described by what the kernel knows; else no stack at all is an error. Not stoppable.
 * Memory: that of profile/stack_recorder; the document beyond LIMIT_PROFILE_RESULT_MEMORY lies in a
 * file.
 */
extern const struct collection_type collection_stacks;
