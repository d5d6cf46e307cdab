/*
 * Round trips: what the writer wrote comes out of the parser, in every version, with both kinds of
 * event headers, in one piece and in many.
 */
#include "proto/nettrace/format.h"
#include "tests/support/check.h"
#include "tests/support/nettrace_digest.h"
#include "tests/support/nettrace_sample.h"

static const struct stream_case {
    const char *label;
    unsigned version;
    bool compressed;
} stream_cases[] = {
    {"v4 compressed", 4, true}, {"v4 plain", 4, false},     {"v5 compressed", 5, true},
    {"v5 plain", 5, false},     {"v6 compressed", 6, true}, {"v6 plain", 6, false},
};

struct outcome {
    const struct stream_case *c;
    struct nettrace *parser;
    unsigned events, definitions, stacks, points, threads, removed, labels, ends, traces;
};

static int on_trace(void *user, const struct nettrace_trace *trace)
{
    struct outcome *o = user;

    o->traces++;
    CHECK_AT(o->c->label, trace->version == o->c->version);
    CHECK_AT(o->c->label, trace->process_id == 4711 && trace->processors == 2);
    CHECK_AT(o->c->label, trace->sampling_rate == 1000 && trace->pointer_size == 8);
    CHECK_AT(o->c->label, trace->start.year == 2026 && trace->start.hour == 12);
    return 0;
}

static void check_type(const char *label, const struct nettrace_type *a,
                       const struct nettrace_type *b)
{
    CHECK_AT(label, a->code == b->code && a->count == b->count);
    CHECK_AT(label, (a->element == NULL) == (b->element == NULL));
    CHECK_AT(label, a->fields.count == b->fields.count);
    if (a->element && b->element)
        check_type(label, a->element, b->element);
    for (size_t i = 0; i < a->fields.count && i < b->fields.count; i++)
        check_type(label, &a->fields.list[i].type, &b->fields.list[i].type);
}

static int on_metadata(void *user, struct nettrace_metadata *m)
{
    struct outcome *o = user;
    struct nettrace_metadata want = sample_metadata(++o->definitions, o->c->version);
    const char *label = o->c->label;

    CHECK_AT(label, m->id == want.id && m->event_id == want.event_id && m->level == want.level);
    CHECK_AT(label, m->keywords == want.keywords && m->version == want.version);
    CHECK_AT(label, m->opcode == want.opcode && !m->fields_unknown && !m->user);
    CHECK_AT(label, strcmp(m->provider, want.provider) == 0 && strcmp(m->name, want.name) == 0);
    CHECK_AT(label, strcmp(m->message, want.message) == 0);
    CHECK_AT(label, strcmp(m->description, want.description) == 0);
    CHECK_AT(label, guid_equal(&m->provider_guid, &want.provider_guid));
    CHECK_AT(label, m->fields.count == want.fields.count);
    for (size_t i = 0; i < m->fields.count && i < want.fields.count; i++) {
        CHECK_AT(label, strcmp(m->fields.list[i].name, want.fields.list[i].name) == 0);
        check_type(label, &m->fields.list[i].type, &want.fields.list[i].type);
    }
    return 0;
}

static void check_labels(const struct outcome *o, const struct nettrace_event *e)
{
    struct nettrace_labels labels = {0};
    bool found = nettrace_labels_find(o->parser, e->label_list_id, &labels);

    CHECK_AT(o->c->label, found == (e->label_list_id != 0));
    CHECK_AT(o->c->label, e->activity.bytes[2] == (e->label_list_id == 1 ? 3 : 0));
    CHECK_AT(o->c->label, e->related.bytes[1] == (e->label_list_id == 2 ? 9 : 0));
    CHECK_AT(o->c->label, labels.has_level == (e->label_list_id == 1));
    CHECK_AT(o->c->label, labels.span_id == (e->label_list_id == 2 ? 77 : 0));
    CHECK_AT(o->c->label, e->thread_info && e->thread_info->key == e->thread);
    CHECK_AT(o->c->label, e->thread_info->process_id == (e->thread == 11 ? 4711 : 5));
    CHECK_AT(o->c->label, strcmp(e->thread_info->name, e->thread == 11 ? "worker" : "") == 0);
}

static void check_stack(const struct outcome *o, const struct nettrace_event *e)
{
    struct nettrace_stack stack;
    bool found = nettrace_stack_find(o->parser, e->stack_id, &stack);

    CHECK_AT(o->c->label, found == (e->stack_id > 1));
    if (found) {
        CHECK_AT(o->c->label, stack.count == e->stack_id - 1);
        CHECK_AT(o->c->label, nettrace_stack_address(&stack, 0) == 0x7f0000001000);
    }
}

static int on_event(void *user, const struct nettrace_event *e)
{
    struct outcome *o = user;
    struct nettrace_event want = sample_event(o->events++, o->c->version);
    const char *label = o->c->label;

    CHECK_AT(label, e->timestamp == want.timestamp && e->sorted == want.sorted);
    CHECK_AT(label, e->capture_thread == want.capture_thread && e->thread == want.thread);
    CHECK_AT(label, e->sequence == want.sequence && e->processor == want.processor);
    CHECK_AT(label, e->stack_id == want.stack_id && e->label_list_id == want.label_list_id);
    CHECK_AT(label, e->metadata_id == want.metadata_id && e->metadata->id == want.metadata_id);
    CHECK_AT(label, e->payload_size == want.payload_size);
    CHECK_AT(label, memcmp(e->payload, want.payload, want.payload_size) == 0);
    check_stack(o, e);
    if (o->c->version >= NETTRACE_V6) {
        check_labels(o, e);
    } else {
        CHECK_AT(label, guid_equal(&e->activity, &want.activity));
        CHECK_AT(label, guid_equal(&e->related, &want.related));
    }
    return 0;
}

static int on_stack(void *user, const struct nettrace_stack *stack)
{
    struct outcome *o = user;

    CHECK_AT(o->c->label, stack->id == o->stacks++ % SAMPLE_STACKS + 1);
    return 0;
}

static int on_point(void *user, const struct nettrace_sequence_point *point)
{
    struct outcome *o = user;

    CHECK_AT(o->c->label, point->timestamp == (o->points++ == 0 ? 1199u : 9000u));
    CHECK_AT(o->c->label, point->thread_count == 2);
    return 0;
}

static int on_thread(void *user, struct nettrace_thread *thread)
{
    struct outcome *o = user;

    CHECK_AT(o->c->label, thread->key == 11 + o->threads++);
    return 0;
}

static int on_removed(void *user, struct nettrace_thread *thread)
{
    struct outcome *o = user;

    o->removed++;
    CHECK_AT(o->c->label, thread->key == 13);
    return 0;
}

static int on_labels(void *user)
{
    ((struct outcome *)user)->labels++;
    return 0;
}

static int on_end(void *user)
{
    ((struct outcome *)user)->ends++;
    return 0;
}

static void check_outcome(const struct outcome *o)
{
    const struct nettrace_stats *stats = nettrace_stats(o->parser);
    bool v6 = o->c->version >= NETTRACE_V6;
    const char *label = o->c->label;

    CHECK_AT(label, o->events == SAMPLE_EVENTS && stats->events == SAMPLE_EVENTS);
    CHECK_AT(label, o->traces == 1 && o->definitions == 2 && o->stacks == 2 * SAMPLE_STACKS);
    CHECK_AT(label, o->points == SAMPLE_POINTS && o->ends == 1);
    CHECK_AT(label, o->threads == (v6 ? 3 : 0) && o->removed == (v6 ? 1 : 0));
    CHECK_AT(label, o->labels == (v6 ? 2 : 0));
    CHECK_AT(label, stats->loss.events == SAMPLE_LOST && stats->loss.restarts == 0);
    CHECK_AT(label, stats->skipped_blocks == 1);
    CHECK_AT(label, nettrace_is_done(o->parser) && nettrace_error(o->parser)->code == 0);
}

static void test_round_trip(void)
{
    for (size_t i = 0; i < sizeof stream_cases / sizeof stream_cases[0]; i++) {
        struct outcome o = {.c = &stream_cases[i]};
        struct nettrace_callbacks callbacks = {
            .user = &o,
            .on_trace = on_trace,
            .on_metadata = on_metadata,
            .on_event = on_event,
            .on_stack = on_stack,
            .on_sequence_point = on_point,
            .on_thread = on_thread,
            .on_thread_removed = on_removed,
            .on_labels = on_labels,
            .on_end = on_end,
        };
        struct nettrace_writer w;
        size_t size;

        sample_write(&w, o.c->version, o.c->compressed);
        const uint8_t *data = nettrace_writer_data(&w, &size);
        REQUIRE(data != NULL);
        o.parser = nettrace_new(&callbacks, NULL);
        REQUIRE(o.parser != NULL);
        CHECK_AT(o.c->label, nettrace_feed(o.parser, data, size) == 0);
        CHECK_AT(o.c->label, nettrace_finish(o.parser) == 0);
        check_outcome(&o);
        nettrace_free(o.parser);
        nettrace_writer_deinit(&w);
    }
}

/* Pieces of every size up to 300, and of many above. */
static void test_split(void)
{
    for (size_t i = 0; i < sizeof stream_cases / sizeof stream_cases[0]; i++) {
        const struct stream_case *c = &stream_cases[i];
        struct nettrace_writer w;
        struct nettrace_digest whole, pieces;
        size_t size;

        sample_write(&w, c->version, c->compressed);
        const uint8_t *data = nettrace_writer_data(&w, &size);
        REQUIRE(data != NULL);
        CHECK_AT(c->label, digest_run(&whole, data, size, 0, 0) == 0);
        CHECK_AT(c->label, whole.events == SAMPLE_EVENTS && whole.values > SAMPLE_EVENTS);
        for (size_t step = 1; step < size; step += step < 300 ? 1 : 23) {
            CHECK_AT(c->label, digest_run(&pieces, data, size, step, 0) == 0);
            CHECK_AT(c->label, pieces.hash == whole.hash);
        }
        nettrace_writer_deinit(&w);
    }
}

TEST_SUITE("proto/nettrace/writer", {"round trip", test_round_trip}, {"split", test_split})
