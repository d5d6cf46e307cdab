#include "src/profile/timeline.h"

#include <stdlib.h>

#include "src/profile/limits.h"

enum { FIRST_RUNS = 1024, FIRST_THREADS = 64 };

void timeline_deinit(struct timeline *t)
{
    free(t->points);
    free(t->threads);
    free(t->runs);
    free(t->now);
    free(t->before);
    totals_deinit(&t->wall);
    totals_deinit(&t->cpu);
    *t = (struct timeline){0};
}

static bool grow_runs(struct timeline *t)
{
    size_t wanted = t->run_capacity ? t->run_capacity * 2 : FIRST_RUNS;

    if (t->run_count < t->run_capacity)
        return true;
    if (wanted > PROFILE_RUNS)
        return false;
    struct profile_run *runs = reallocarray(t->runs, wanted, sizeof *runs);
    if (!runs)
        return false;
    t->runs = runs;
    t->run_capacity = wanted;
    return true;
}

/* Totals go on when there is no more room for runs. */
static void end_run(struct timeline *t, const struct profile_run *run)
{
    struct total total = {run->thread, run->stack, run->samples, (uint64_t)run->duration};

    if (!totals_add(&t->wall, &total) || (run->managed && !totals_add(&t->cpu, &total)))
        t->dropped += run->samples;
    if (run->duration == 0)
        return;
    if (grow_runs(t))
        t->runs[t->run_count++] = *run;
    else
        t->dropped += run->samples;
}

static bool grow_turns(struct timeline *t, size_t wanted)
{
    if (!t->may_leave)
        return true;
    uint32_t *now = reallocarray(t->now, wanted, sizeof *now);
    if (now)
        t->now = now;
    uint32_t *before = reallocarray(t->before, wanted, sizeof *before);
    if (before)
        t->before = before;
    return now && before;
}

static struct timeline_thread *thread_of(struct timeline *t, uint32_t number)
{
    size_t wanted = t->thread_capacity ? t->thread_capacity : FIRST_THREADS;

    while (wanted <= number)
        wanted *= 2;
    if (wanted > t->thread_capacity) {
        struct timeline_thread *threads = reallocarray(t->threads, wanted, sizeof *threads);
        if (!threads)
            return NULL;
        for (size_t i = t->thread_capacity; i < wanted; i++)
            threads[i] = (struct timeline_thread){0};
        t->threads = threads;
        if (!grow_turns(t, wanted))
            return NULL;
        t->thread_capacity = wanted;
    }
    return &t->threads[number];
}

static void begin_turn(struct timeline *t, int64_t time)
{
    uint32_t *list = t->before;

    for (size_t i = 0; i < t->before_count; i++) {
        struct timeline_thread *thread = &t->threads[list[i]];
        struct profile_run *run = &thread->run;
        if (!thread->running || thread->turn + 1 != t->turn)
            continue; /* it is in this turn too */
        if (t->turn_start > run->start + run->duration)
            run->duration = t->turn_start - run->start;
        end_run(t, run);
        thread->running = false;
    }
    t->before = t->now;
    t->before_count = t->now_count;
    t->now = list;
    t->now_count = 0;
    t->turn++;
    t->turn_start = time;
}

static void note_turn(struct timeline *t, struct timeline_thread *thread,
                      const struct timeline_point *point)
{
    if (t->turn == 0 || thread->turn == t->turn)
        begin_turn(t, point->time);
    thread->turn = t->turn;
    t->now[t->now_count++] = point->thread; /* each thread once, so there is room */
}

static void take(struct timeline *t, const struct timeline_point *point)
{
    struct timeline_thread *thread = thread_of(t, point->thread);
    int64_t time = point->time;

    if (!thread) {
        t->dropped++;
        return;
    }
    if (t->may_leave && point->sampled)
        note_turn(t, thread, point);
    struct profile_run *run = &thread->run;
    if (thread->running) {
        if (time < run->start + run->duration)
            time = run->start + run->duration;
        run->duration = time - run->start;
        if (run->stack == point->stack && run->managed == point->managed) {
            run->samples++;
            return;
        }
        end_run(t, run);
    }
    thread->running = true;
    *run = (struct profile_run){.start = time,
                                .thread = point->thread,
                                .stack = point->stack,
                                .samples = 1,
                                .managed = point->managed};
}

static int compare_points(const void *a, const void *b)
{
    const struct timeline_point *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Takes the oldest; the others wait on. */
static void take_oldest(struct timeline *t, size_t count)
{
    if (t->unsorted)
        qsort(t->points, t->point_count, sizeof *t->points, compare_points);
    for (size_t i = 0; i < count; i++)
        take(t, &t->points[i]);
    t->point_count -= count;
    for (size_t i = 0; i < t->point_count; i++) {
        t->points[i] = t->points[i + count];
        t->points[i].order = (uint32_t)i;
    }
    t->unsorted = false;
}

void timeline_flush(struct timeline *t)
{
    take_oldest(t, t->point_count);
}

void timeline_add(struct timeline *t, const struct timeline_point *point)
{
    if (!t->points)
        t->points = calloc(PROFILE_POINTS, sizeof *t->points);
    if (!t->points) {
        t->dropped++;
        return;
    }
    if (t->point_count == PROFILE_POINTS)
        take_oldest(t, PROFILE_POINTS / 2);
    if (t->point_count > 0 && t->points[t->point_count - 1].time > point->time)
        t->unsorted = true;
    t->points[t->point_count] = *point;
    t->points[t->point_count].order = (uint32_t)t->point_count;
    t->point_count++;
}

void timeline_finish(struct timeline *t)
{
    timeline_flush(t);
    for (size_t i = 0; i < t->thread_capacity; i++) {
        if (t->threads[i].running)
            end_run(t, &t->threads[i].run);
        t->threads[i].running = false;
    }
}
