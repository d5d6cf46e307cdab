#include "src/exceptions/name_reader.h"

#include <stdlib.h>
#include <string.h>

#include "proto/wire/utf16.h"

#define RUNDOWN "Microsoft-Windows-DotNETRuntimeRundown"

enum { NAMELESS_MAX = 64 * 1024 };

struct name_reader {
    struct nettrace *parser;
    struct exception_names *names; /* while it is fed */
    uint64_t *wanted;              /* addresses; sorted once the first method comes */
    size_t wanted_count, wanted_capacity;
    bool sorted;
    struct names types; /* keys of wanted types */
    uint64_t methods;   /* seen */
};

/* What to do with an event; hangs at its metadata. */
struct name_rule {
    uint32_t event_id;
    void (*read)(struct name_reader *r, const struct nettrace_event *e);
};

static int compare_addresses(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void sort(struct name_reader *r)
{
    if (!r->sorted && r->wanted_count)
        qsort(r->wanted, r->wanted_count, sizeof *r->wanted, compare_addresses);
    r->sorted = true;
}

/* Does a wanted address lie in this method? */
static bool is_wanted(struct name_reader *r, uint64_t start, uint32_t size)
{
    size_t low = 0, high = r->wanted_count;

    sort(r);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->wanted[middle] < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->wanted_count && r->wanted[low] - start < size;
}

/* Units up to a NUL unit, as UTF-8. False: cut, or longer than there is room. */
static bool read_text(struct cursor *in, char *text, size_t capacity)
{
    size_t units = 0;

    while (2 * units + 1 < in->left && (in->at[2 * units] || in->at[2 * units + 1]))
        units++;
    if (2 * units + 1 >= in->left)
        return false;
    size_t size = utf16_to_utf8(in->at, units, text, capacity);
    cursor_skip(in, 2 * units + 2);
    return size < capacity;
}

/* The constructor of a wanted type tells its module. */
static void read_constructor(struct name_reader *r, struct cursor in, uint64_t module)
{
    char type[PROFILE_NAME / 2], method[sizeof ".ctor"];
    size_t size;

    if (!read_text(&in, type, sizeof type) || !read_text(&in, method, sizeof method) ||
        strcmp(method, ".ctor") != 0)
        return;
    const char *key = exception_type_key(type, &size);
    if (names_find(&r->types, key, size) != NAMES_NONE)
        exception_names_add_type(r->names, key, size, module);
}

static void read_method(struct name_reader *r, const struct nettrace_event *e)
{
    struct cursor in = cursor_of(e->payload, e->payload_size);

    r->methods++;
    cursor_skip(&in, 8); /* MethodID */
    uint64_t module = cursor_u64(&in), start = cursor_u64(&in);
    uint32_t size = cursor_u32(&in);
    cursor_skip(&in, 8); /* MethodToken, MethodFlags */
    if (in.bad)
        return;
    if (is_wanted(r, start, size))
        method_map_add_method(&r->names->methods, e->payload, e->payload_size);
    read_constructor(r, in, module);
}

static void read_module(struct name_reader *r, const struct nettrace_event *e)
{
    method_map_add_module(&r->names->methods, e->payload, e->payload_size);
}

static const struct name_rule rules[] = {
    {143, read_method}, {144, read_method}, {153, read_module}, {154, read_module}};

static int on_metadata(void *user, struct nettrace_metadata *metadata)
{
    (void)user;
    if (strcmp(metadata->provider, RUNDOWN) != 0)
        return 0;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].event_id == metadata->event_id)
            metadata->user = (void *)(uintptr_t)&rules[i];
    }
    return 0;
}

static int on_event(void *user, const struct nettrace_event *event)
{
    const struct name_rule *rule = event->metadata->user;

    if (rule)
        rule->read(user, event);
    return 0;
}

struct name_reader *name_reader_new(void)
{
    struct name_reader *r = calloc(1, sizeof *r);
    const struct nettrace_callbacks callbacks = {
        .user = r, .on_metadata = on_metadata, .on_event = on_event};

    if (!r)
        return NULL;
    names_init(&r->types, 0);
    r->parser = nettrace_new(&callbacks, &(struct nettrace_options){.without_stacks = true});
    if (r->parser)
        return r;
    free(r);
    return NULL;
}

void name_reader_free(struct name_reader *r)
{
    if (!r)
        return;
    nettrace_free(r->parser);
    names_deinit(&r->types);
    free(r->wanted);
    free(r);
}

static bool make_room(struct name_reader *r, size_t more)
{
    size_t wanted = r->wanted_count + more, capacity = r->wanted_capacity;

    if (wanted <= capacity)
        return true;
    capacity = capacity * 2 > wanted ? capacity * 2 : wanted;
    uint64_t *addresses = reallocarray(r->wanted, capacity, sizeof *addresses);
    if (!addresses)
        return false;
    r->wanted = addresses;
    r->wanted_capacity = capacity;
    return true;
}

bool name_reader_want(struct name_reader *r, const struct exception_record *record)
{
    size_t size;
    const char *key = exception_type_key(record->type, &size);

    if (!make_room(r, record->depth))
        return false;
    if (record->depth)
        memcpy(r->wanted + r->wanted_count, record->addresses, record->depth * sizeof *r->wanted);
    r->wanted_count += record->depth;
    return names_add(&r->types, key, size) != NAMES_NONE;
}

int name_reader_feed(struct name_reader *r, struct exception_names *names, const void *data,
                     size_t size)
{
    r->names = names;
    return nettrace_feed(r->parser, data, size);
}

/* All that lies in no method. */
static void note_nameless(struct name_reader *r, struct exception_names *names)
{
    if (names->nameless.count > NAMELESS_MAX)
        number_map_deinit(&names->nameless);
    for (size_t i = 0; i < r->wanted_count; i++) {
        if (!method_map_find(&names->methods, r->wanted[i]))
            (void)number_map_set(&names->nameless, r->wanted[i], 0);
    }
}

bool name_reader_finish(struct name_reader *r, struct exception_names *names)
{
    bool whole = nettrace_finish(r->parser) == 0 && nettrace_stats(r->parser)->loss.events == 0 &&
                 names->methods.dropped == 0;

    (void)method_map_find(&names->methods, 0); /* sorts here rather than on the loop */
    if (!whole)
        return false;
    names->native = r->methods == 0;
    if (!names->native)
        note_nameless(r, names);
    return true;
}
