#include "src/profile/spans.h"

#include <stdlib.h>

#include "src/profile/limits.h"

enum { DEPTH_MAX = PROFILE_DEPTH + 1 + SPAN_ROOTS + 1 };

struct walk {
    const struct profile *p;
    const struct span_sink *sink;
    uint32_t *open, *next; /* from the root; room for DEPTH_MAX each */
    size_t open_depth;
};

size_t span_frame_count(const struct profile *p)
{
    return SPAN_FRAMES + p->thread_count + p->frame_count;
}

const char *span_frame_name(const struct profile *p, size_t number)
{
    static const char *const fixed[] = {
        [SPAN_ACTIVITIES] = "(Non-Activities)",
        [SPAN_THREADS] = "Threads",
        [SPAN_MANAGED] = "CPU_TIME",
        [SPAN_EXTERNAL] = "UNMANAGED_CODE_TIME",
    };

    if (number == SPAN_PROCESS)
        return names_get(&p->names, p->process);
    if (number < SPAN_FRAMES)
        return fixed[number];
    number -= SPAN_FRAMES;
    if (number < p->thread_count)
        return names_get(&p->names, p->threads[number].name);
    return profile_frame_name(p, (uint32_t)(number - p->thread_count));
}

static size_t list_frames(struct walk *w, const struct profile_run *run)
{
    const struct profile *p = w->p;
    size_t depth, n = 0;
    const uint64_t *frames = stack_table_get(&p->stacks, run->stack, &depth);

    w->next[n++] = SPAN_PROCESS;
    w->next[n++] = SPAN_ACTIVITIES;
    w->next[n++] = SPAN_THREADS;
    w->next[n++] = SPAN_FRAMES + run->thread;
    for (size_t i = depth; i > 0; i--)
        w->next[n++] = (uint32_t)(SPAN_FRAMES + p->thread_count + frames[i - 1]);
    w->next[n++] = run->managed ? SPAN_MANAGED : SPAN_EXTERNAL;
    return n;
}

static void close_to(struct walk *w, size_t depth, int64_t time)
{
    while (w->open_depth > depth)
        w->sink->frame(w->sink->user, false, w->open[--w->open_depth], time);
}

static void write_run(struct walk *w, const struct profile_run *run, int64_t last_end)
{
    size_t depth = list_frames(w, run), same = 0;

    if (run->start > last_end)
        close_to(w, 0, last_end);
    while (same < w->open_depth && same < depth && w->open[same] == w->next[same])
        same++;
    close_to(w, same, run->start);
    for (size_t i = same; i < depth; i++)
        w->sink->frame(w->sink->user, true, w->next[i], run->start);
    uint32_t *swap = w->open;
    w->open = w->next;
    w->next = swap;
    w->open_depth = depth;
}

/* All runs of one thread, of which there is at least one. */
static void write_thread(struct walk *w, const struct profile_run *runs, size_t count,
                         bool managed_only)
{
    int64_t first = -1, last = 0;

    for (size_t i = 0; i < count; i++) {
        if (managed_only && !runs[i].managed)
            continue;
        first = first < 0 ? runs[i].start : first;
        last = runs[i].start + runs[i].duration;
    }
    if (first < 0)
        return;
    w->sink->begin_thread(w->sink->user, runs[0].thread, first, last);
    last = first;
    for (size_t i = 0; i < count; i++) {
        if (managed_only && !runs[i].managed)
            continue;
        write_run(w, &runs[i], last);
        last = runs[i].start + runs[i].duration;
    }
    close_to(w, 0, last);
    w->sink->end_thread(w->sink->user);
}

bool spans_write(const struct profile *p, bool managed_only, const struct span_sink *sink)
{
    struct walk w = {.p = p, .sink = sink};

    w.open = calloc(DEPTH_MAX, sizeof *w.open);
    w.next = calloc(DEPTH_MAX, sizeof *w.next);
    for (size_t i = 0, end; w.open && w.next && i < p->run_count; i = end) {
        for (end = i; end < p->run_count && p->runs[end].thread == p->runs[i].thread; end++)
            ;
        write_thread(&w, &p->runs[i], end - i, managed_only);
    }
    bool ok = w.open && w.next;
    free(w.open);
    free(w.next);
    return ok;
}
