/* Records and names out of one stream: what is asked for, what is known afterwards. */
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/exceptions/name_reader.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

enum { RECORDS = 8, CUT = 60 };

struct records {
    struct nettrace *stream;
    struct exception_record *list[RECORDS];
    size_t count;
};

static int on_event(void *user, const struct nettrace_event *event)
{
    struct records *r = user;

    if (event->metadata->event_id == 80 && r->count < RECORDS) {
        r->list[r->count] = exception_record_new(r->stream, event);
        r->count += r->list[r->count] != NULL;
    }
    return 0;
}

static void end_records(void *arg)
{
    struct records *r = arg;

    for (size_t i = 0; i < r->count; i++)
        exception_record_unref(r->list[i]);
    nettrace_free(r->stream);
}

static struct records *records_of(const uint8_t *data, size_t size)
{
    struct records *r = world_alloc(sizeof *r);

    r->stream = nettrace_new(&(struct nettrace_callbacks){.user = r, .on_event = on_event}, NULL);
    REQUIRE(r->stream != NULL);
    world_at_end(end_records, r);
    REQUIRE(nettrace_feed(r->stream, data, size) == 0);
    return r;
}

/* Two throws: one by way of the runtime's own throwing code and a stub, one from code that is not
 * told. */
static struct trace_maker *example(bool names)
{
    static const uint64_t first[] = {0x9000, 0x5010, 0x9010, 0x1010, 0x9020, 0x2010},
                          second[] = {0x2020};
    struct trace_maker *m = trace_maker_new();

    trace_maker_stack(m, 1, first, 6);
    trace_maker_stack(m, 2, second, 1);
    trace_maker_exception(m, 7, 1000, 1, "My.Odd`1[System.Int32]", "one", EXCEPTION_HAS_INNER);
    trace_maker_exception(m, 8, 2000, 2, "Inner", "NULL", 0);
    if (!names)
        return m;
    trace_maker_module(m, "/app/My.App.dll");
    trace_maker_method(m, MAKER_RUNDOWN, 0x1000, 0x100, "My.Job", "Work", "void  (int32)");
    trace_maker_method(m, MAKER_RUNDOWN, 0x2000, 0x100, "My.Program", "Main", "void  ()");
    trace_maker_method(m, MAKER_RUNDOWN, 0x5000, 0x100, "System.Runtime.EH", "RhThrowEx",
                       "void  ()");
    trace_maker_method(m, MAKER_RUNDOWN, 0x6000, 0x100, "My.Other", "Unwanted", "void  ()");
    trace_maker_method(m, MAKER_RUNDOWN, 0x7000, 0x100, "My.Odd`1[System.__Canon]", ".ctor",
                       "instance void  ()");
    trace_maker_method(m, MAKER_RUNDOWN, 0x7100, 0x100, "My.Outer+Inner", ".ctor",
                       "instance void  ()");
    trace_maker_method(m, MAKER_RUNDOWN, 0x7200, 0x100, "My.Another", ".ctor", "instance void  ()");
    return m;
}

static void end_all(void *arg)
{
    exception_names_deinit(arg);
}

static bool read_names(struct records *records, struct exception_names *names, const uint8_t *data,
                       size_t size)
{
    struct name_reader *r = name_reader_new();

    REQUIRE(r != NULL);
    for (size_t i = 0; i < records->count; i++)
        CHECK(name_reader_want(r, records->list[i]));
    for (size_t at = 0; at < size; at += CUT)
        (void)name_reader_feed(r, names, data + at, size - at < CUT ? size - at : CUT);
    bool whole = name_reader_finish(r, names);
    name_reader_free(r);
    return whole;
}

static void end_stacks(void *arg)
{
    struct thread_stacks *s = arg;

    s->threads = NULL;
    thread_stacks_deinit(s);
}

/* "Type.Method Type.Method", "?" for unknown ones. */
static const char *frames_of(struct exception_names *names, const struct exception_record *r)
{
    struct thread_stacks *s = world_alloc(sizeof *s);
    struct stack_resolver v;
    struct stack_thread stack;
    const char *all = "";
    size_t used = 0;

    s->stacks = calloc(r->depth + 1, sizeof *s->stacks);
    stack_resolver_init(&v, &names->methods, s);
    world_at_end(end_stacks, s);
    CHECK(exception_names_resolve(names, &v, r, &used, &stack) && used == stack.depth);
    stack_resolver_deinit(&v);
    for (size_t i = 0; i < stack.depth; i++) {
        const struct stack_frame *f = &s->frames[s->stacks[i]];
        all = world_text("%s%s%s.%s", all, i ? " " : "",
                         f->kind == STACK_METHOD ? stack_text(s, f->type) : "?",
                         stack_text(s, f->method));
    }
    return all;
}

static void test_records(void)
{
    size_t size;
    struct trace_maker *m = example(false);
    const uint8_t *data = trace_maker_end(m, &size);
    const struct records *r = records_of(data, size);

    REQUIRE(r->count == 2);
    CHECK(strcmp(r->list[0]->type, "My.Odd`1[System.Int32]") == 0);
    CHECK(strcmp(r->list[0]->message, "one") == 0 && r->list[0]->message[3] == '\0');
    CHECK(r->list[0]->thread == 7 && r->list[0]->depth == 6 && r->list[0]->addresses[3] == 0x1010);
    CHECK(r->list[0]->flags == EXCEPTION_HAS_INNER && r->list[0]->hresult == 0x80131500);
    CHECK_AT("10 ticks later", r->list[1]->ticks - r->list[0]->ticks == 10);
    CHECK(r->list[1]->message[0] == '\0' && !r->list[1]->truncated);
}

static void test_known(void)
{
    size_t size;
    struct trace_maker *m = example(true);
    const uint8_t *data = trace_maker_end(m, &size);
    struct records *r = records_of(data, size);
    struct exception_names *names = world_alloc(sizeof *names);

    world_at_end(end_all, names);
    CHECK(exception_names_lack(names, r->list[0]));
    CHECK(exception_names_subject(names, r->list[0]).frame == EXCEPTION_FRAME_UNKNOWN);
    CHECK_AT(frames_of(names, r->list[0]),
             strcmp(frames_of(names, r->list[0]), "?. ?. ?. ?. ?. ?.") == 0);
    CHECK(read_names(r, names, data, size));
    CHECK(!exception_names_lack(names, r->list[0]) && !exception_names_lack(names, r->list[1]));
    const char *frames = frames_of(names, r->list[0]);
    CHECK_AT(frames, strcmp(frames, "My.Job.Work My.Program.Main") == 0);
    const struct exception_subject s = exception_names_subject(names, r->list[0]);
    CHECK(s.frame == EXCEPTION_FRAME);
    CHECK(strcmp(s.fields[EXCEPTION_FIELD_CLASS], "My.Job") == 0);
    CHECK(strcmp(s.fields[EXCEPTION_FIELD_METHOD], "Work") == 0);
    CHECK(strcmp(s.fields[EXCEPTION_FIELD_MODULE], "My.App.dll") == 0);
    CHECK(strcmp(exception_names_module(names, r->list[0]->type), "My.App.dll") == 0);
    CHECK(strcmp(exception_names_module(names, r->list[1]->type), "My.App.dll") == 0);
    CHECK_AT("nobody asked", exception_names_module(names, "My.Another")[0] == '\0');
    CHECK_AT("only what is wanted is kept", names->methods.method_count == 3);
}

/* A type of one name in two modules is in neither, as far as we know. */
static void test_ambiguous(void)
{
    struct exception_names *names = world_alloc(sizeof *names);

    world_at_end(end_all, names);
    exception_names_add_type(names, "A.E", 3, 1);
    exception_names_add_type(names, "A.E", 3, 1);
    CHECK(names->known_type_count == 1 && !names->known_types[0].ambiguous);
    exception_names_add_type(names, "A.E", 3, 2);
    CHECK(names->known_types[0].ambiguous);
    CHECK(exception_names_module(names, "A.E")[0] == '\0');
}

/* What a cut stream has not told may yet come. */
static void test_cut(void)
{
    size_t size;
    struct trace_maker *m = example(true);
    const uint8_t *data = trace_maker_end(m, &size);
    struct records *r = records_of(data, size);
    struct exception_names *names = world_alloc(sizeof *names);

    world_at_end(end_all, names);
    CHECK(!read_names(r, names, data, size - 1));
    CHECK(exception_names_lack(names, r->list[0]) && names->nameless.count == 0);
    CHECK(read_names(r, names, data, size));
    CHECK(!exception_names_lack(names, r->list[0]));
}

/* No method at all: compiled to native code, asking again brings nothing. */
static void test_native(void)
{
    size_t size;
    struct trace_maker *m = example(false);
    const uint8_t *data = trace_maker_end(m, &size);
    struct records *r = records_of(data, size);
    struct exception_names *names = world_alloc(sizeof *names);

    world_at_end(end_all, names);
    CHECK(read_names(r, names, data, size) && names->native);
    CHECK(!exception_names_lack(names, r->list[0]));
    CHECK(exception_names_subject(names, r->list[0]).frame == EXCEPTION_NO_FRAME);
    CHECK(frames_of(names, r->list[0])[0] == '\0');
}

static const struct {
    const char *type, *key;
} keys[] = {{"A.E", "A.E"},      {"A.B+C", "C"}, {"A.E`1[X.Y+Z]", "A.E`1"},
            {"A.B`1+C[X]", "C"}, {"", ""},       {"[", ""},
            {"+", ""},           {"A+", ""}};

static void test_keys(void)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t size;
        const char *key = exception_type_key(keys[i].type, &size);
        CHECK_AT(keys[i].type, size == strlen(keys[i].key) && strncmp(key, keys[i].key, size) == 0);
    }
}

WORLD_SUITE("exceptions/names", {"records", test_records}, {"known", test_known},
            {"ambiguous", test_ambiguous}, {"cut", test_cut}, {"native", test_native},
            {"keys", test_keys})
