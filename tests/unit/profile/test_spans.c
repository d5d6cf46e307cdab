#include "src/base/text.h"
#include "src/profile/spans.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

struct log {
    const struct profile *p;
    struct text text;
    int depth;
};

static void begin(void *user, uint32_t thread, int64_t start, int64_t end)
{
    struct log *log = user;

    text_add_fmt(&log->text, "[%llu %lld-%lld", (unsigned long long)log->p->threads[thread].id,
                 (long long)start / 1000, (long long)end / 1000);
}

static void frame(void *user, bool opens, uint32_t number, int64_t time)
{
    struct log *log = user;

    log->depth += opens ? 1 : -1;
    CHECK(log->depth >= 0);
    if (log->depth + !opens > SPAN_ROOTS) /* below the roots */
        text_add_fmt(&log->text, " %c%lld:%.14s", opens ? 'O' : 'C', (long long)time / 1000,
                     span_frame_name(log->p, number));
}

static void end(void *user)
{
    struct log *log = user;

    text_add_str(&log->text, "]");
    CHECK(log->depth == 0);
}

static void check(bool managed_only, const char *want)
{
    struct log log = {.p = trace_maker_example()};
    const struct span_sink sink = {&log, begin, frame, end};

    CHECK(spans_write(log.p, managed_only, &sink));
    CHECK_AT(want, log.text.data && strcmp(log.text.data, want) == 0);
    if (log.text.data && strcmp(log.text.data, want) != 0)
        (void)fprintf(stderr, "got %s\n", log.text.data);
    text_deinit(&log.text);
}

/* Main stays open from one run to the next. */
static void test_wall(void)
{
    check(false, "[7 1000-7000 O1000:My.App!My.App. O1000:My.App!My.App. O1000:CPU_TIME "
                 "C4000:CPU_TIME C4000:My.App!My.App. O4000:My.App!My.App. "
                 "O4000:UNMANAGED_CODE C6000:UNMANAGED_CODE C6000:My.App!My.App. "
                 "O6000:My.App!My.App. O6000:CPU_TIME C7000:CPU_TIME C7000:My.App!My.App. "
                 "C7000:My.App!My.App.]"
                 "[8 1000-5000 O1000:0x9999 O1000:CPU_TIME C5000:CPU_TIME C5000:0x9999]");
}

/* What was not managed is a gap, over which nothing stays open. */
static void test_cpu(void)
{
    check(true, "[7 1000-7000 O1000:My.App!My.App. O1000:My.App!My.App. O1000:CPU_TIME "
                "C4000:CPU_TIME C4000:My.App!My.App. C4000:My.App!My.App. "
                "O6000:My.App!My.App. O6000:My.App!My.App. O6000:CPU_TIME C7000:CPU_TIME "
                "C7000:My.App!My.App. C7000:My.App!My.App.]"
                "[8 1000-5000 O1000:0x9999 O1000:CPU_TIME C5000:CPU_TIME C5000:0x9999]");
}

WORLD_SUITE("profile/spans", {"wall", test_wall}, {"cpu", test_cpu})
