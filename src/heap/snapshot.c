/*
 * Threads of a runtime write into buffers of their own, which come one after the other: the end of
 * the collection can stand in the stream before what was told during it (with the server GC it
 * does). So it is times that say which collection the objects belong to, and a second snapshot
 * begins where the numbers of its events do.
 *
 * Layouts: the runtime's event manifest (ClrEtwAll.man), see also proto/nettrace/known_runtime.c.
 * Only the bytes that are needed are read.
 */
#include "src/heap/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/parser.h"
#include "proto/wire/utf16.h"
#include "src/heap/builder.h"
#include "src/heap/limits.h"

enum { COLLECTIONS = 16 }; /* whose end has not come; the oldest are forgotten */
enum { ROOT_STACK, ROOT_FINALIZER, ROOT_HANDLE };
enum { FLAG_PINNING = 1, FLAG_WEAK = 2, FLAG_REFCOUNTED = 8 };
enum { STATIC_THREAD = 1 };

/* Each kind of bulk event counts its own from 0. */
enum { BULK_ROOTS, BULK_DEPENDENTS, BULK_NODES, BULK_EDGES, BULKS };

struct collection {
    uint32_t number;
    uint64_t start, end; /* ticks; 0: not known */
};

struct heap_snapshot {
    struct heap_builder *builder;
    struct nettrace *parser;
    struct collection collections[COLLECTIONS]; /* by number */
    uint64_t first, last;                       /* ticks: when objects were told */
    uint64_t now;                               /* of the present event */
    uint32_t next[BULKS];                       /* the index that the next event must have */
    bool closed[BULKS];                         /* another snapshot has begun */
    bool gap;
    bool failed;
    uint32_t pointer_size;
    struct error err; /* of a callback, or of the parser */
};

struct rule {
    const char *provider;
    uint32_t event_id;
    int (*take)(struct heap_snapshot *s, struct cursor in, struct error *err);
};

static uint64_t take_pointer(const struct heap_snapshot *s, struct cursor *in)
{
    return s->pointer_size == 8 ? cursor_u64(in) : cursor_u32(in);
}

/* UTF-16 up to its NUL. */
static void take_text(struct cursor *in, char text[HEAP_NAME])
{
    size_t units = 0;

    while (2 * units + 1 < in->left && (in->at[2 * units] || in->at[2 * units + 1]))
        units++;
    text[0] = '\0';
    if (in->bad)
        return;
    if (2 * units + 1 >= in->left)
        in->bad = true;
    else
        (void)utf16_to_utf8(in->at, units, text, HEAP_NAME);
    cursor_skip(in, 2 * units + 2);
}

/* The head of a bulk event: its index, how many values, the runtime's instance. */
static uint32_t take_bulk(struct heap_snapshot *s, struct cursor *in, int kind)
{
    uint32_t index = cursor_u32(in), count = cursor_u32(in);

    cursor_skip(in, 2);
    s->closed[kind] |= index == 0 && s->next[kind] > 0;
    if (in->bad || s->closed[kind])
        return 0;
    if (index != s->next[kind]) {
        s->gap = true;
        if (kind == BULK_NODES || kind == BULK_EDGES)
            heap_cut_edges(s->builder);
    }
    s->next[kind] = index + 1;
    return count;
}

static struct collection *collection_of(struct heap_snapshot *s, uint32_t number)
{
    struct collection *c = &s->collections[number % COLLECTIONS];

    if (c->number != number)
        *c = (struct collection){.number = number};
    return c;
}

static int take_start(struct heap_snapshot *s, struct cursor in, struct error *err)
{
    uint32_t number = cursor_u32(&in);

    (void)err;
    if (!in.bad)
        collection_of(s, number)->start = s->now;
    return 0;
}

static int take_end(struct heap_snapshot *s, struct cursor in, struct error *err)
{
    uint32_t number = cursor_u32(&in);

    (void)err;
    if (!in.bad)
        collection_of(s, number)->end = s->now;
    return 0;
}

static int take_types(struct heap_snapshot *s, struct cursor in, struct error *err)
{
    uint32_t count = cursor_u32(&in);
    char name[HEAP_NAME];
    int r = 0;

    cursor_skip(&in, 2);
    for (; count > 0 && !in.bad && r == 0; count--) {
        uint64_t id = cursor_u64(&in), module = cursor_u64(&in);
        cursor_skip(&in, 4 + 4 + 1);
        take_text(&in, name);
        uint32_t parameters = cursor_u32(&in);
        cursor_skip(&in, (size_t)parameters * 8);
        if (!in.bad)
            r = heap_add_type(s->builder, id, module, name, err);
    }
    return r;
}

static int take_nodes(struct heap_snapshot *s, struct cursor in, struct error *err)
{
    uint32_t count = take_bulk(s, &in, BULK_NODES);
    int r = 0;

    if (count > 0 && s->first == 0)
        s->first = s->now;
    if (count > 0)
        s->last = s->now;
    for (; count > 0 && r == 0; count--) {
        uint64_t address = take_pointer(s, &in), size = cursor_u64(&in), type = cursor_u64(&in);
        uint64_t edges = cursor_u64(&in);
        if (in.bad)
            break;
        r = heap_add_node(s->builder, address, type, size, edges, err);
    }
    return r;
}

static int take_edges(struct heap_snapshot *s, struct cursor in, struct error *err)
{
    int r = 0;

    for (uint32_t count = take_bulk(s, &in, BULK_EDGES); count > 0 && r == 0; count--) {
        uint64_t target = take_pointer(s, &in);
        cursor_skip(&in, 4);
        if (in.bad)
            break;
        r = heap_add_edge(s->builder, target, err);
    }
    return r;
}

static enum heap_root_kind root_kind(uint8_t kind, uint32_t flags)
{
    if (kind == ROOT_STACK)
        return HEAP_ROOT_LOCAL;
    if (flags & FLAG_REFCOUNTED)
        return HEAP_ROOT_REFCOUNTED;
    if (kind == ROOT_FINALIZER)
        return HEAP_ROOT_FINALIZER;
    if (kind == ROOT_HANDLE)
        return flags == FLAG_PINNING ? HEAP_ROOT_PINNING : HEAP_ROOT_STRONG;
    return HEAP_ROOT_OTHER;
}

static int take_roots(struct heap_snapshot *s, struct cursor in, struct error *err)
{
    int r = 0;

    for (uint32_t count = take_bulk(s, &in, BULK_ROOTS); count > 0 && r == 0; count--) {
        uint64_t object = take_pointer(s, &in);
        uint8_t kind = cursor_u8(&in);
        uint32_t flags = cursor_u32(&in);
        (void)take_pointer(s, &in);
        if (in.bad)
            break;
        if (!(flags & FLAG_WEAK))
            r = heap_add_root(s->builder, root_kind(kind, flags), object, err);
    }
    return r;
}

static int take_dependents(struct heap_snapshot *s, struct cursor in, struct error *err)
{
    int r = 0;

    for (uint32_t count = take_bulk(s, &in, BULK_DEPENDENTS); count > 0 && r == 0; count--) {
        uint64_t key = take_pointer(s, &in), value = take_pointer(s, &in);
        (void)take_pointer(s, &in);
        if (in.bad)
            break;
        r = heap_add_dependent(s->builder, key, value, err);
    }
    return r;
}

static int take_statics(struct heap_snapshot *s, struct cursor in, struct error *err)
{
    uint32_t count = cursor_u32(&in);
    char field[HEAP_NAME];
    int r = 0;

    cursor_skip(&in, 8 + 2);
    for (; count > 0 && !in.bad && r == 0; count--) {
        struct heap_static root = {.field = field};
        cursor_skip(&in, 8);
        root.object = cursor_u64(&in);
        root.type = cursor_u64(&in);
        root.of_thread = cursor_u32(&in) & STATIC_THREAD;
        take_text(&in, field);
        if (!in.bad)
            r = heap_add_static(s->builder, &root, err);
    }
    return r;
}

static int take_module(struct heap_snapshot *s, struct cursor in, struct error *err)
{
    uint64_t id = cursor_u64(&in);
    char path[HEAP_NAME];

    cursor_skip(&in, 8 + 4 + 4);
    take_text(&in, path);
    return in.bad || !*path ? 0 : heap_add_module(s->builder, id, path, err);
}

#define RUNTIME "Microsoft-Windows-DotNETRuntime"
#define RUNDOWN "Microsoft-Windows-DotNETRuntimeRundown"

static const struct rule rules[] = {
    {RUNTIME, 1, take_start},    {RUNTIME, 2, take_end},         {RUNTIME, 15, take_types},
    {RUNTIME, 16, take_roots},   {RUNTIME, 17, take_dependents}, {RUNTIME, 18, take_nodes},
    {RUNTIME, 19, take_edges},   {RUNTIME, 38, take_statics},    {RUNTIME, 152, take_module},
    {RUNDOWN, 153, take_module}, {RUNDOWN, 154, take_module},
};

static int on_trace(void *user, const struct nettrace_trace *trace)
{
    struct heap_snapshot *s = user;

    s->pointer_size = trace->pointer_size;
    return 0;
}

static int on_metadata(void *user, struct nettrace_metadata *metadata)
{
    (void)user;
    metadata->user = NULL;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].event_id == metadata->event_id &&
            strcmp(rules[i].provider, metadata->provider) == 0)
            metadata->user = (void *)(uintptr_t)&rules[i];
    }
    return 0;
}

static int on_event(void *user, const struct nettrace_event *event)
{
    struct heap_snapshot *s = user;
    const struct rule *rule = event->metadata->user;

    if (!rule)
        return 0;
    s->now = event->timestamp;
    return rule->take(s, cursor_of(event->payload, event->payload_size), &s->err);
}

int heap_snapshot_new(const char *const *folders, struct heap_snapshot **ret, struct error *err)
{
    struct heap_snapshot *s = calloc(1, sizeof *s);
    const struct nettrace_callbacks on = {
        .user = s, .on_trace = on_trace, .on_metadata = on_metadata, .on_event = on_event};

    if (!s || heap_builder_new(folders, &s->builder, err) < 0 ||
        !(s->parser = nettrace_new(&on, &(struct nettrace_options){.without_stacks = true}))) {
        heap_snapshot_free(s);
        return error_set(err, -ENOMEM, "no memory");
    }
    *ret = s;
    return 0;
}

void heap_snapshot_free(struct heap_snapshot *s)
{
    if (!s)
        return;
    heap_builder_free(s->builder);
    nettrace_free(s->parser);
    free(s);
}

int heap_snapshot_feed(struct heap_snapshot *s, const void *data, size_t size, struct error *err)
{
    int r = s->failed ? s->err.code : nettrace_feed(s->parser, data, size);

    if (r == 0)
        return 0;
    if (!s->failed && s->err.code == 0)
        error_set(&s->err, r, "%s", nettrace_error(s->parser)->text);
    s->failed = true;
    *err = s->err;
    return err->code;
}

enum heap_progress heap_snapshot_progress(const struct heap_snapshot *s)
{
    if (s->first == 0)
        return HEAP_WAITING;
    for (size_t i = 0; i < COLLECTIONS; i++) {
        const struct collection *c = &s->collections[i];
        if (c->start && c->start <= s->first && c->end >= s->last)
            return HEAP_TOLD;
    }
    return HEAP_RUNNING;
}

void heap_snapshot_prepare(struct heap_snapshot *s)
{
    if (heap_snapshot_progress(s) == HEAP_TOLD)
        heap_builder_prepare(s->builder);
}

static bool is_complete(const struct heap_snapshot *s)
{
    return heap_snapshot_progress(s) == HEAP_TOLD && !s->gap && !s->failed &&
           nettrace_stats(s->parser)->loss.events == 0;
}

int heap_snapshot_finish(struct heap_snapshot *s, const struct heap_origin *origin,
                         struct heap_graph **ret, struct error *err)
{
    struct heap_origin o = *origin;

    (void)nettrace_finish(s->parser); /* the events of a block that is cut */
    if (heap_builder_objects(s->builder) == 0) {
        if (s->failed)
            return error_set(err, s->err.code, "%s", s->err.text);
        return error_set(err, -ENODATA, "there is no heap snapshot in the trace");
    }
    const struct nettrace_trace *trace = nettrace_trace(s->parser);
    o.complete = is_complete(s);
    o.is_64_bit = s->pointer_size == 8;
    if (trace && o.pid == 0)
        o.pid = (int32_t)trace->process_id;
    return heap_builder_finish(s->builder, &o, ret, err);
}
