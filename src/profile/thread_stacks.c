#include "src/profile/thread_stacks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void thread_stacks_deinit(struct thread_stacks *s)
{
    names_deinit(&s->names);
    free(s->frames);
    free(s->modules);
    free(s->threads);
    free(s->others);
    free(s->stacks);
    *s = (struct thread_stacks){0};
}

bool thread_stacks_complete(const struct thread_stacks *s)
{
    return s->thread_count > 0 && s->whole && s->lost == 0 && s->dropped == 0 && s->unknown == 0;
}

const char *thread_stacks_missing(const struct thread_stacks *s, char *text, size_t capacity)
{
    text[0] = '\0';
    if (!s->whole)
        (void)snprintf(text, capacity,
                       "the process's events ended early: threads or names are missing");
    else if (s->lost > 0)
        (void)snprintf(text, capacity,
                       "%" PRIu64 " events were lost in the process: threads or names may be "
                       "missing",
                       s->lost);
    else if (s->dropped > 0)
        (void)snprintf(text, capacity, "%" PRIu64 " threads or methods were too many", s->dropped);
    else if (s->thread_count == 0)
        (void)snprintf(text, capacity, "no thread was seen");
    else if (s->unknown > 0)
        (void)snprintf(text, capacity, "%zu frames have no name", s->unknown);
    return text;
}
