#include "src/logs/decoder.h"
#include "src/logs/format.h"
#include "tests/support/log_maker.h"
#include "tests/support/world.h"

#define TIME "2026-11-22 04:05:06Z "

struct reader {
    struct nettrace *parser;
    struct app_log_decoder *decoder;
    struct text out;
    bool brief; /* messages and scopes only */
};

static void on_entry(void *user, const struct app_log_entry *e)
{
    struct reader *r = user;

    if (!r->brief) {
        app_log_formats[APP_LOG_PLAIN].write(&r->out, e);
        return;
    }
    text_add_fmt(&r->out, "%s", e->message);
    for (size_t i = 0; i < e->scope_count; i++)
        text_add_fmt(&r->out, " <%s", e->scopes[i].count ? e->scopes[i].pairs[0].text : "");
    text_add_str(&r->out, "\n");
}

static int on_event(void *user, const struct nettrace_event *event)
{
    struct reader *r = user;

    app_log_decoder_event(r->decoder, r->parser, event);
    return 0;
}

static void end_reader(void *user)
{
    struct reader *r = user;

    app_log_decoder_free(r->decoder);
    nettrace_free(r->parser);
    text_deinit(&r->out);
}

static struct reader *reader_new(bool brief)
{
    struct reader *r = world_alloc(sizeof *r);

    r->brief = brief;
    r->parser = nettrace_new(&(struct nettrace_callbacks){.user = r, .on_event = on_event}, NULL);
    r->decoder = app_log_decoder_new(&(struct app_log_decoder_events){r, on_entry});
    REQUIRE(r->parser && r->decoder);
    text_add_str(&r->out, "");
    world_at_end(end_reader, r);
    return r;
}

static void feed(struct reader *r, struct log_maker *m)
{
    size_t size;
    const uint8_t *data = log_maker_take(m, false, &size);

    REQUIRE(nettrace_feed(r->parser, data, size) == 0);
}

static const char *text_of(struct reader *r)
{
    app_log_decoder_finish(r->decoder);
    return r->out.data;
}

static void expect(const char *got, const char *want)
{
    CHECK_AT(world_text("\n%s--- not\n%s", got, want), strcmp(got, want) == 0);
}

static void test_columns(void)
{
    struct log_maker *m = log_maker_new();
    struct log_maker_event e = {.kind = MAKE_FORMATTED,
                                .time = 1,
                                .level = 4,
                                .event_id = -7,
                                .category = "A.B",
                                .name = "Named",
                                .exception =
                                    "{\"TypeName\":\"T\",\"VerboseMessage\":\"T: x\\n at\"}",
                                .arguments = "{\"A\":\"1\",\"{OriginalFormat}\":\"got {A:0.0}\"}",
                                .formatted = "got 1.0"};

    log_maker_add(m, &e);
    e.kind = MAKE_JSON;
    log_maker_add(m, &e);
    e.kind = MAKE_OTHER;
    log_maker_add(m, &e);
    struct reader *r = reader_new(false);
    feed(r, m);
    expect(text_of(r), TIME "fail: A.B[-7][Named]\n      got 1\n      T: x\n       at\n");
    CHECK(app_log_decoder_stats(r->decoder)->halves == 0);
}

/* A name that looks like the next column. */
static void test_name_with_brace(void)
{
    struct log_maker *m = log_maker_new();
    struct log_maker_event e = {.kind = MAKE_FORMATTED,
                                .time = 1,
                                .level = 2,
                                .category = "C",
                                .name = "{name}",
                                .exception = "{}",
                                .arguments = "{\"{OriginalFormat}\":\"text\"}",
                                .formatted = "text"};

    log_maker_add(m, &e);
    e.kind = MAKE_JSON;
    log_maker_add(m, &e);
    struct reader *r = reader_new(false);
    feed(r, m);
    expect(text_of(r), TIME "info: C[0][{name}]\n      text\n");
}

/* Without a template the message of the first event counts, and JSON that is none hurts nobody. */
static void test_old_and_broken(void)
{
    struct log_maker *m = log_maker_new();
    struct log_maker_event e = {.kind = MAKE_FORMATTED,
                                .time = 1,
                                .level = 99,
                                .category = "C",
                                .exception = "{\"VerboseMessage\":\"cut",
                                .arguments = "{\"A\":\"1\",\"B",
                                .formatted = "said so"};

    log_maker_add(m, &e);
    e.kind = MAKE_OLD_JSON;
    log_maker_add(m, &e);
    e.kind = MAKE_FORMATTED;
    e.name = e.formatted;
    e.formatted = "";
    e.level = -1;
    e.exception = "{}";
    log_maker_add(m, &e);
    struct reader *r = reader_new(false);
    feed(r, m);
    expect(text_of(r), TIME "crit: C[0]\n      said so\n      {\"VerboseMessage\":\"cut\n" TIME
                            "trce: C[0]\n      said so\n");
}

/* The runtime writes what one thread has, then what the next has. */
static void test_threads_in_time_order(void)
{
    struct log_maker *m = log_maker_new();
    struct log_maker_event e = {.category = "C", .activity = 1, .sorted = true};

    e.kind = MAKE_OPEN;
    e.time = 10;
    e.arguments = "{\"n\":\"outer\"}";
    log_maker_add(m, &e);
    e.sorted = false;
    log_maker_line(m, 0, 11, 1, 1);
    log_maker_line(m, 0, 40, 4, 1);
    e.kind = MAKE_CLOSE;
    e.time = 50;
    log_maker_add(m, &e);
    e = (struct log_maker_event){.kind = MAKE_OPEN,
                                 .thread = 1,
                                 .time = 20,
                                 .sorted = true,
                                 .category = "C",
                                 .arguments = "{\"n\":\"inner\"}",
                                 .activity = 2,
                                 .related = 1};
    log_maker_add(m, &e);
    log_maker_line(m, 1, 21, 2, 2);
    log_maker_line(m, 1, 30, 3, 2);
    log_maker_line(m, 1, 60, 5, 2);
    struct reader *r = reader_new(true);
    feed(r, m);
    expect(r->out.data, "Line 1 <outer\n");
    expect(text_of(r), "Line 1 <outer\nLine 2 <outer <inner\nLine 3 <outer <inner\nLine 4 <outer\n"
                       "Line 5 <outer <inner\n");
}

/* Both events of each line, of two threads in turn. */
static void test_pairs_by_thread(void)
{
    struct log_maker *m = log_maker_new();
    struct log_maker_event e = {.level = 2, .category = "C"};
    static const char *const texts[] = {"one", "two"};

    for (unsigned step = 0; step < 4; step++) {
        e.kind = step < 2 ? MAKE_FORMATTED : MAKE_JSON;
        e.thread = step % 2;
        e.time = step;
        e.formatted = step < 2 ? texts[step % 2] : "";
        e.arguments = "{\"n\":\"1\"}";
        log_maker_add(m, &e);
    }
    struct reader *r = reader_new(true);
    feed(r, m);
    expect(text_of(r), "one\ntwo\n");
    CHECK(app_log_decoder_stats(r->decoder)->halves == 0);
}

/* A half is delivered alone when its thread goes on, and when nothing comes any more; if its other
 * half comes then after all, that is no second line. */
static void test_halves(void)
{
    struct log_maker *m = log_maker_new();
    struct log_maker_event e = {
        .kind = MAKE_FORMATTED, .time = 1, .category = "C", .formatted = "large"};

    log_maker_add(m, &e);
    log_maker_lose(m, 0, 1);
    log_maker_line(m, 0, 2, 1, 0);
    log_maker_lose(m, 0, 1);
    e.kind = MAKE_JSON;
    e.formatted = "late";
    log_maker_add(m, &e);
    e.kind = MAKE_FORMATTED;
    e.time = 3;
    e.formatted = "waiting";
    log_maker_add(m, &e);
    struct reader *r = reader_new(true);
    feed(r, m);
    CHECK(app_log_decoder_settle(r->decoder));
    expect(r->out.data, "large\nlate\nLine 1\n");
    int silences = 1;
    while (app_log_decoder_settle(r->decoder) && silences < 1000)
        silences++;
    expect(r->out.data, "large\nlate\nLine 1\nwaiting\n");
    CHECK(silences > 5 && silences < 100);
    CHECK(app_log_decoder_stats(r->decoder)->halves == 3);
    CHECK(nettrace_stats(r->parser)->loss.events == 2);

    struct log_maker *later = log_maker_new();
    e.kind = MAKE_JSON;
    log_maker_add(later, &e);
    log_maker_line(later, 0, 5, 2, 0);
    nettrace_free(r->parser); /* the same thread in a stream that goes on */
    r->parser = nettrace_new(&(struct nettrace_callbacks){.user = r, .on_event = on_event}, NULL);
    feed(r, later);
    expect(text_of(r), "large\nlate\nLine 1\nwaiting\nLine 2\n");
    CHECK(app_log_decoder_stats(r->decoder)->halves == 2);
}

/* More than may wait: the oldest are delivered, none is lost. */
static void test_bounded(void)
{
    enum { LINES = 40000 };
    struct log_maker *m = log_maker_new();
    struct reader *r = reader_new(true);
    unsigned lines = 0;

    for (unsigned i = 0; i < LINES; i++)
        log_maker_line(m, 0, i + 1, i, 0);
    feed(r, m);
    CHECK_AT("some did not wait", r->out.size > 0);
    const char *text = text_of(r);
    for (const char *at = text; *at; at = strchr(at, '\n') + 1, lines++) {
        unsigned number;
        REQUIRE(sscanf(at, "Line %u\n", &number) == 1 && number == lines);
    }
    CHECK(lines == LINES);
}

WORLD_SUITE("logs/decoder", {"columns", test_columns}, {"name with brace", test_name_with_brace},
            {"old and broken", test_old_and_broken},
            {"threads in time order", test_threads_in_time_order},
            {"pairs by thread", test_pairs_by_thread}, {"halves", test_halves},
            {"bounded", test_bounded})
