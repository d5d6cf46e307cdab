#include "src/profile/stack_merge.h"

#include <stdlib.h>
#include <string.h>

static int compare_stacks(const struct thread_stacks *s, const struct stack_thread *x,
                          const struct stack_thread *y)
{
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    return memcmp(s->stacks + x->first, s->stacks + y->first, x->depth * sizeof *s->stacks);
}

static int compare_threads(const void *a, const void *b, void *user)
{
    const struct thread_stacks *s = user;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = compare_stacks(s, &s->threads[x], &s->threads[y]);

    return order ? order : x < y ? -1 : x > y;
}

/* The biggest first; of equal size, that with the first thread. */
static int compare_groups(const void *a, const void *b, void *user)
{
    const struct stack_group *x = a, *y = b;
    const uint32_t *order = user;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return order[x->first] < order[y->first] ? -1 : 1;
}

bool stack_merge_init(struct stack_merge *m, const struct thread_stacks *s)
{
    size_t count = s->thread_count;

    *m = (struct stack_merge){.order = calloc(count + 1, sizeof *m->order),
                              .groups = calloc(count + 1, sizeof *m->groups)};
    if (!m->order || !m->groups) {
        stack_merge_deinit(m);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        m->order[i] = (uint32_t)i;
    qsort_r(m->order, count, sizeof *m->order, compare_threads, (void *)(uintptr_t)s);
    for (size_t i = 0; i < count; i++) {
        const struct stack_thread *t = &s->threads[m->order[i]];
        if (i == 0 || compare_stacks(s, &s->threads[m->order[i - 1]], t) != 0)
            m->groups[m->count++] = (struct stack_group){.first = i};
        m->groups[m->count - 1].count++;
    }
    qsort_r(m->groups, m->count, sizeof *m->groups, compare_groups, m->order);
    return true;
}

void stack_merge_deinit(struct stack_merge *m)
{
    free(m->order);
    free(m->groups);
    *m = (struct stack_merge){0};
}
