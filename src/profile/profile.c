#include "src/profile/profile.h"

#include <stdlib.h>
#include <strings.h>

#define SAMPLER "the provider Microsoft-DotNETCore-SampleProfiler (profile cpu)"
#define RUNTIME "Microsoft-Windows-DotNETRuntime"

const struct profile_kind_info profile_kinds[PROFILE_KINDS] = {
    [PROFILE_WALL] = {"wall", "nanoseconds", "Thread time", SAMPLER, true},
    [PROFILE_CPU] = {"cpu", "nanoseconds", "Time in managed code", SAMPLER, true},
    [PROFILE_ALLOC] = {"alloc", "bytes", "Allocated bytes",
                       RUNTIME " with keyword 0x1 at level 5 (gc-verbose)", false},
    [PROFILE_EXCEPTIONS] = {"exceptions", "count", "Exceptions thrown",
                            RUNTIME " with keyword 0x8000 at level 2", false},
    [PROFILE_CONTENTION] = {"contention", "nanoseconds", "Time waiting for locks",
                            RUNTIME " with keyword 0x4000 at level 4", false},
    [PROFILE_EVENTS] = {"events", "count", "Events", "events with stacks", false},
};

bool profile_kind_parse(const char *name, enum profile_kind *ret_kind)
{
    for (int i = 0; i < PROFILE_KINDS; i++) {
        if (strcasecmp(profile_kinds[i].name, name) == 0) {
            *ret_kind = (enum profile_kind)i;
            return true;
        }
    }
    return false;
}

void profile_deinit(struct profile *p)
{
    names_deinit(&p->names);
    stack_table_deinit(&p->stacks);
    for (int i = 0; i < PROFILE_KINDS; i++)
        totals_deinit(&p->totals[i]);
    free(p->frames);
    free(p->threads);
    free(p->runs);
    *p = (struct profile){0};
}

uint64_t profile_sum(const struct profile *p, enum profile_kind kind)
{
    const struct totals *t = &p->totals[kind];
    uint64_t sum = 0;

    for (size_t i = 0; i < t->count; i++)
        sum += t->list[i].value;
    return sum;
}

enum profile_kind profile_first_kind(const struct profile *p)
{
    int kind = 0;

    while (kind < PROFILE_KINDS && p->totals[kind].count == 0)
        kind++;
    return (enum profile_kind)kind;
}
