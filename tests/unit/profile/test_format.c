#include <errno.h>

#include "src/profile/format.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

static void test_table(void)
{
    static const char *const names[] = {"speedscope", "chromium", "collapsed", "pprof",
                                        "flamegraph", "topn",     "topn-json"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct format *f = format_find(names[i]);
        REQUIRE(f != NULL);
        CHECK_AT(names[i], f->media_type && f->extension && f->sentence && f->kinds && f->write);
    }
    CHECK(format_find("Speedscope") == format_find("speedscope"));
    CHECK(format_find("nettrace") == NULL && format_find("") == NULL);
}

static void test_refusals(void)
{
    const struct profile *p = trace_maker_example();
    const struct profile *empty = trace_maker_profile(trace_maker_new());
    const struct {
        const char *format;
        const struct profile *profile;
        enum profile_kind kind;
        int want;
    } rows[] = {
        {"chromium", p, PROFILE_ALLOC, -EINVAL},    {"chromium", p, PROFILE_KINDS, 0},
        {"pprof", p, PROFILE_CONTENTION, -ENODATA}, {"pprof", empty, PROFILE_KINDS, -ENODATA},
        {"topn", empty, PROFILE_WALL, -ENODATA},    {"speedscope", p, PROFILE_ALLOC, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t size;
        int code;
        char *data =
            trace_maker_format(rows[i].format, rows[i].profile, rows[i].kind, &size, &code);
        CHECK_AT(rows[i].format, code == rows[i].want);
        CHECK_AT(rows[i].format, (data == NULL) == (rows[i].want < 0));
        CHECK_AT(rows[i].format, code == 0 || size == 0); /* nothing written before a refusal */
    }
}

static int take(void *user, const void *data, size_t size)
{
    (void)data;
    *(size_t *)user += size;
    return 0;
}

/* Nothing of a kind is a document all the same, for those who say so. */
static void test_empty(void)
{
    const struct profile *empty = trace_maker_profile(trace_maker_new());
    const struct format_options options = {.kind = PROFILE_ALLOC, .empty_ok = true};

    for (const struct format *f = formats; f->name; f++) {
        struct error err;
        size_t size = 0;
        int want = f->kinds & 1U << PROFILE_ALLOC ? 0 : -EINVAL;
        CHECK_AT(f->name, format_write(f, empty, &options, take, &size, &err) == want);
        CHECK_AT(f->name, format_check_kind(f, PROFILE_ALLOC, &err) == want);
        CHECK_AT(f->name, (size > 0) == (want == 0 && strcmp(f->name, "collapsed") != 0));
    }
}

static int refuse(void *user, const void *data, size_t size)
{
    (void)user;
    (void)data;
    (void)size;
    return -ENOSPC;
}

static void test_errors_of_the_taker(void)
{
    const struct profile *p = trace_maker_example();
    const struct format_options options = {.kind = PROFILE_KINDS};

    for (const struct format *f = formats; f->name; f++) {
        struct error err = {0};
        CHECK_AT(f->name, format_write(f, p, &options, refuse, NULL, &err) == -ENOSPC);
        CHECK_AT(f->name, err.code == -ENOSPC);
    }
}

WORLD_SUITE("profile/format", {"table", test_table}, {"refusals", test_refusals},
            {"empty", test_empty}, {"errors of the taker", test_errors_of_the_taker})
