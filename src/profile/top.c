#include "src/profile/top.h"

#include <stdlib.h>
#include <string.h>

struct order {
    const struct profile *p;
    bool inclusive;
};

static int compare(const void *a, const void *b, void *user)
{
    const struct top_method *x = a, *y = b;
    const struct order *order = user;
    uint64_t first = order->inclusive ? x->inclusive : x->exclusive;
    uint64_t second = order->inclusive ? y->inclusive : y->exclusive;

    if (first == second) {
        first = order->inclusive ? x->exclusive : x->inclusive;
        second = order->inclusive ? y->exclusive : y->inclusive;
    }
    if (first != second)
        return first > second ? -1 : 1;
    return strcmp(profile_frame_name(order->p, x->frame), profile_frame_name(order->p, y->frame));
}

/* `seen[frame]` is the stack that counted the frame last, + 1. */
static void add_stack(const struct profile *p, const struct total *total, size_t mark,
                      struct top_method *methods, size_t *seen)
{
    size_t depth;
    const uint64_t *frames = stack_table_get(&p->stacks, total->stack, &depth);

    if (depth > 0)
        methods[frames[0]].exclusive += total->value;
    for (size_t k = 0; k < depth; k++) {
        if (seen[frames[k]] == mark)
            continue;
        seen[frames[k]] = mark;
        methods[frames[k]].inclusive += total->value;
    }
}

bool top_methods(const struct profile *p, enum profile_kind kind, bool inclusive,
                 struct top_method **ret_list, size_t *ret_count)
{
    struct order order = {p, inclusive};
    struct top_method *methods = calloc(p->frame_count + 1, sizeof *methods);
    size_t *seen = calloc(p->frame_count + 1, sizeof *seen), kept = 0;

    if (!methods || !seen) {
        free(methods);
        free(seen);
        return false;
    }
    for (size_t i = 0; i < p->totals[kind].count; i++) {
        if (p->totals[kind].list[i].value > 0)
            add_stack(p, &p->totals[kind].list[i], i + 1, methods, seen);
    }
    for (size_t i = 0; i < p->frame_count; i++) {
        methods[i].frame = (uint32_t)i;
        if (seen[i])
            methods[kept++] = methods[i];
    }
    free(seen);
    qsort_r(methods, kept, sizeof *methods, compare, &order);
    *ret_list = methods;
    *ret_count = kept;
    return true;
}
