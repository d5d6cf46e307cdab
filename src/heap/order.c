#include "src/heap/order.h"

#include "src/heap/limits.h"

struct run {
    uint64_t edge; /* the first of node `at` */
    uint32_t at, end;
};

struct merge {
    struct spill *spill;
    const uint64_t *addresses;
    const uint32_t *edge_counts;
    struct spill_array runs; /* a heap in the computer scientist's sense: the lowest address on top
                              */
    size_t count;
    struct spill_array *segments;
};

static struct run *runs_of(struct merge *m)
{
    return m->runs.data;
}

static int add_run(struct merge *m, const struct run *run, struct error *err)
{
    int r = spill_room(&m->runs, sizeof *run, err);

    if (r < 0)
        return r;
    runs_of(m)[m->count++] = *run;
    m->runs.size += sizeof *run;
    return 0;
}

static int find_runs(struct merge *m, uint32_t count, struct error *err)
{
    struct run run = {0};
    uint64_t edge = 0;
    int r = 0;

    for (uint32_t i = 0; i < count && r == 0; i++) {
        if ((i & (HEAP_STRIDE - 1)) == 0)
            spill_breathe(m->spill);
        if (i > run.at && m->addresses[i] <= m->addresses[i - 1]) {
            r = add_run(m, &run, err);
            run = (struct run){.edge = edge, .at = i};
        }
        run.end = i + 1;
        edge += m->edge_counts[i];
    }
    return r == 0 && count > 0 ? add_run(m, &run, err) : r;
}

static uint64_t head_of(struct merge *m, size_t i)
{
    return m->addresses[runs_of(m)[i].at];
}

static void sift_down(struct merge *m, size_t i)
{
    for (;;) {
        size_t low = i, left = 2 * i + 1;

        spill_breathe(m->spill);
        if (left < m->count && head_of(m, left) < head_of(m, low))
            low = left;
        if (left + 1 < m->count && head_of(m, left + 1) < head_of(m, low))
            low = left + 1;
        if (low == i)
            return;
        struct run swap = runs_of(m)[i];
        runs_of(m)[i] = runs_of(m)[low];
        runs_of(m)[low] = swap;
        i = low;
    }
}

/* The second lowest head; none: higher than all. */
static uint64_t limit_of(struct merge *m)
{
    uint64_t limit = UINT64_MAX;

    for (size_t i = 1; i <= 2 && i < m->count; i++)
        limit = head_of(m, i) < limit ? head_of(m, i) : limit;
    return limit;
}

static void step(struct merge *m, struct run *run)
{
    if ((run->at & (HEAP_STRIDE - 1)) == 0)
        spill_breathe(m->spill);
    run->edge += m->edge_counts[run->at++];
}

/* The lowest run up to the head of the next one. */
static int take_segment(struct merge *m, struct error *err)
{
    struct run *run = runs_of(m);
    uint64_t limit = limit_of(m);
    struct heap_segment s = {.first_edge = run->edge, .first = run->at};

    while (run->at < run->end && (m->addresses[run->at] < limit || m->count == 1))
        step(m, run);
    s.count = run->at - s.first;
    if (s.count == 0) /* the next run has the same object: it stays there */
        step(m, run);
    if (run->at == run->end)
        *run = runs_of(m)[--m->count];
    sift_down(m, 0);
    if (s.count == 0)
        return 0;
    int r = spill_room(m->segments, sizeof s, err);
    if (r < 0)
        return r;
    ((struct heap_segment *)m->segments->data)[m->segments->size / sizeof s] = s;
    m->segments->size += sizeof s;
    return 0;
}

int heap_order(struct spill *spill, const uint64_t *addresses, const uint32_t *edge_counts,
               uint32_t count, struct spill_array *ret, struct error *err)
{
    struct merge m = {
        .spill = spill, .addresses = addresses, .edge_counts = edge_counts, .segments = ret};

    spill_array_init(&m.runs, spill);
    int r = find_runs(&m, count, err);
    for (size_t i = m.count / 2; r == 0 && i-- > 0;)
        sift_down(&m, i);
    while (r == 0 && m.count > 0)
        r = take_segment(&m, err);
    spill_array_free(&m.runs);
    return r;
}
