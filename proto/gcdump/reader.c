/*
 * One step reads one small part of the file whole, or nothing of it: what is left of a piece is
 * kept until the next one comes. Steps are in the order of the file.
 */
#include "proto/gcdump/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/gcdump/format.h"
#include "proto/wire/cursor.h"

enum { NEED_MORE = 1 }; /* a step's result: the part is not whole */

struct gcdump_reader {
    struct gcdump_callbacks on;
    unsigned step;
    uint64_t left;     /* of a counted part: items, or bytes of one that is passed through */
    uint32_t nodes;    /* as many addresses must follow */
    int32_t version;   /* of the dump */
    bool segment_long; /* segments have seven numbers, not six */
    struct gcdump_info info;
    uint8_t *kept; /* of the pieces before */
    size_t kept_size, kept_capacity;
    uint64_t offset; /* of the next step */
    int error;
    char text[160];
};

static int fail(struct gcdump_reader *r, int code, const char *what)
{
    (void)snprintf(r->text, sizeof r->text, "%s at byte %" PRIu64, what, r->offset);
    return code;
}

static int whole(const struct cursor *in)
{
    return in->bad ? NEED_MORE : 0;
}

/* A text of at most GCDUMP_TEXT bytes, borrowed. */
static int take_text(struct gcdump_reader *r, struct cursor *in, const char **ret, size_t *ret_size)
{
    int32_t size = (int32_t)cursor_u32(in);

    *ret = "";
    *ret_size = 0;
    if (in->bad || size == -1)
        return whole(in);
    if (size < 0)
        return fail(r, -EBADMSG, "a text of negative length");
    if (size > GCDUMP_TEXT)
        return fail(r, -E2BIG, "a text that is too long");
    const uint8_t *bytes = cursor_take(in, (size_t)size);
    if (in->bad)
        return NEED_MORE;
    *ret = (const char *)bytes;
    *ret_size = (size_t)size;
    return 0;
}

static int take_kept(struct gcdump_reader *r, struct cursor *in, char kept[GCDUMP_KEPT + 1])
{
    const char *text;
    size_t size;
    int result = take_text(r, in, &text, &size);

    if (result)
        return result;
    size = strnlen(text, size < GCDUMP_KEPT ? size : GCDUMP_KEPT);
    memcpy(kept, text, size);
    kept[size] = '\0';
    return 0;
}

/* A type in front of an object's fields. */
static int take_type(struct gcdump_reader *r, struct cursor *in, const char *name,
                     int32_t *ret_version, int32_t *ret_reader)
{
    const char *text;
    size_t size;
    uint8_t tag = cursor_u8(in);

    if (tag == GCDUMP_OBJECT_REFERENCE) {
        cursor_skip(in, 4);
        return whole(in);
    }
    if (!in->bad && (tag != GCDUMP_BEGIN_OBJECT || cursor_u8(in) != GCDUMP_NULL_REFERENCE))
        return in->bad ? NEED_MORE : fail(r, -EBADMSG, "no type");
    *ret_version = (int32_t)cursor_u32(in);
    *ret_reader = (int32_t)cursor_u32(in);
    int result = take_text(r, in, &text, &size);
    if (result)
        return result;
    uint8_t end = cursor_u8(in);
    if (in->bad)
        return NEED_MORE;
    if (size != strlen(name) || memcmp(text, name, size) != 0 || end != GCDUMP_END_OBJECT)
        return fail(r, -EBADMSG, "not what was expected there");
    return 0;
}

static int read_signature(struct gcdump_reader *r, struct cursor *in)
{
    const size_t size = sizeof GCDUMP_SIGNATURE - 1;
    uint32_t claimed = cursor_u32(in);
    size_t there = in->left < size ? in->left : size;

    if (!in->bad && (claimed != size || memcmp(in->at, GCDUMP_SIGNATURE, there) != 0))
        return fail(r, -EBADMSG, "not a .gcdump file");
    cursor_skip(in, size);
    return whole(in);
}

static int read_dump_type(struct gcdump_reader *r, struct cursor *in)
{
    int32_t reader = 0;
    uint8_t tag = cursor_u8(in);

    if (!in->bad && tag != GCDUMP_BEGIN_OBJECT)
        return fail(r, -EBADMSG, "no object");
    int result = take_type(r, in, GCDUMP_DUMP_TYPE, &r->version, &reader);
    if (result == 0 && (r->version < GCDUMP_OLDEST || reader > GCDUMP_VERSION))
        return fail(r, -ENOTSUP, "a version of .gcdump that is not known");
    return result;
}

static int read_graph_type(struct gcdump_reader *r, struct cursor *in)
{
    int32_t version = 0, reader = 0;
    uint8_t tag = cursor_u8(in);

    if (!in->bad && tag != GCDUMP_BEGIN_OBJECT)
        return fail(r, -EBADMSG, "no graph");
    int result = take_type(r, in, GCDUMP_GRAPH_TYPE, &version, &reader);
    if (result == 0 && reader > 0)
        return fail(r, -ENOTSUP, "a heap of .NET Native, which is not read");
    return result;
}

static int read_graph(struct gcdump_reader *r, struct cursor *in)
{
    int64_t total = (int64_t)cursor_u64(in);
    int32_t root = (int32_t)cursor_u32(in), types = (int32_t)cursor_u32(in);

    if (in->bad)
        return NEED_MORE;
    if (types < 0)
        return fail(r, -EBADMSG, "a negative count of types");
    r->left = (uint64_t)types;
    return r->on.on_graph ? r->on.on_graph(r->on.user, total, (uint32_t)root, (uint32_t)types) : 0;
}

/* NUL-ended copies, cut at a NUL. */
static int give_type(struct gcdump_reader *r, const char *name, size_t name_size,
                     const char *module, size_t module_size, int32_t size)
{
    char *text = malloc(name_size + module_size + 2);

    if (!text)
        return fail(r, -ENOMEM, "no memory");
    memcpy(text, name, name_size);
    text[name_size] = '\0';
    memcpy(text + name_size + 1, module, module_size);
    text[name_size + 1 + module_size] = '\0';
    int result = r->on.on_type(r->on.user, &(struct gcdump_type){text, text + name_size + 1, size});
    free(text);
    return result;
}

static int read_types(struct gcdump_reader *r, struct cursor *in)
{
    const char *name, *module;
    size_t name_size, module_size;

    if (r->left == 0)
        return 0;
    int result = take_text(r, in, &name, &name_size);
    int32_t size = (int32_t)cursor_u32(in);
    if (result == 0)
        result = in->bad ? NEED_MORE : take_text(r, in, &module, &module_size);
    if (result)
        return result;
    r->left--;
    return r->on.on_type ? give_type(r, name, name_size, module, module_size, size) : 0;
}

static int read_count(struct gcdump_reader *r, struct cursor *in)
{
    int32_t count = (int32_t)cursor_u32(in);

    if (!in->bad && count < 0)
        return fail(r, -EBADMSG, "a negative count");
    r->left = (uint64_t)(uint32_t)count;
    return whole(in);
}

static int read_node_count(struct gcdump_reader *r, struct cursor *in)
{
    int result = read_count(r, in);

    r->nodes = (uint32_t)r->left;
    return result == 0 && r->on.on_node_count ? r->on.on_node_count(r->on.user, r->nodes) : result;
}

/* As many numbers as are there: millions come. */
static int read_offsets(struct gcdump_reader *r, struct cursor *in)
{
    int result = 0;

    if (r->left > 0 && in->left < 4)
        return NEED_MORE;
    for (; r->left > 0 && in->left >= 4 && result == 0; r->left--) {
        uint32_t offset = cursor_u32(in);
        result = r->on.on_offset ? r->on.on_offset(r->on.user, offset) : 0;
    }
    return result;
}

static int read_nodes(struct gcdump_reader *r, struct cursor *in)
{
    size_t size = r->left < in->left ? (size_t)r->left : in->left;

    if (r->left == 0)
        return 0;
    if (size == 0)
        return NEED_MORE;
    const uint8_t *bytes = cursor_take(in, size);
    r->left -= size;
    return r->on.on_nodes ? r->on.on_nodes(r->on.user, bytes, size) : 0;
}

static int read_address_count(struct gcdump_reader *r, struct cursor *in)
{
    int result = read_count(r, in);

    if (result == 0 && r->left != r->nodes)
        return fail(r, -EBADMSG, "not as many addresses as nodes");
    return result;
}

static int read_addresses(struct gcdump_reader *r, struct cursor *in)
{
    int result = 0;

    if (r->left > 0 && in->left < 8)
        return NEED_MORE;
    for (; r->left > 0 && in->left >= 8 && result == 0; r->left--) {
        uint64_t address = cursor_u64(in);
        result = r->on.on_address ? r->on.on_address(r->on.user, address) : 0;
    }
    return result;
}

/* The graph's tagged byte, which old writers leave out, and its end. */
static int read_graph_end(struct gcdump_reader *r, struct cursor *in)
{
    uint8_t tag = cursor_u8(in);

    if (tag == GCDUMP_BYTE) {
        cursor_skip(in, 1);
        tag = cursor_u8(in);
    }
    if (!in->bad && tag != GCDUMP_END_OBJECT)
        return fail(r, -EBADMSG, "no end of the graph");
    return whole(in);
}

static int read_factors(struct gcdump_reader *r, struct cursor *in)
{
    const uint32_t one = 0x3F800000; /* 1.0 */

    r->info.is_64_bit = cursor_u8(in) != 0;
    uint32_t count = cursor_u32(in), size = cursor_u32(in);
    r->info.sampled = count != one || size != one;
    return whole(in);
}

/* Without fields; NULL mostly. */
static int read_script_heap(struct gcdump_reader *r, struct cursor *in)
{
    int32_t version, reader;
    uint8_t tag = cursor_u8(in);

    if (in->bad || tag == GCDUMP_NULL_REFERENCE)
        return whole(in);
    if (tag != GCDUMP_BEGIN_OBJECT)
        return fail(r, -EBADMSG, "no object");
    int result = take_type(r, in, "JSHeapInfo", &version, &reader);
    if (result == 0 && cursor_u8(in) != GCDUMP_END_OBJECT && !in->bad)
        return fail(r, -EBADMSG, "no end of an object");
    return result ? result : whole(in);
}

/* left: segments and the end, or 0 for none. */
static int read_heap(struct gcdump_reader *r, struct cursor *in)
{
    int32_t version, reader;
    uint8_t tag = cursor_u8(in);

    r->left = 0;
    if (in->bad || tag == GCDUMP_NULL_REFERENCE)
        return whole(in);
    if (tag != GCDUMP_BEGIN_OBJECT)
        return fail(r, -EBADMSG, "no object");
    int result = take_type(r, in, "DotNetHeapInfo", &version, &reader);
    if (result)
        return result;
    cursor_skip(in, 8);
    int32_t count = (int32_t)cursor_u32(in);
    if (!in->bad && count < 0)
        return fail(r, -EBADMSG, "a negative count of segments");
    r->left = (uint64_t)(uint32_t)count + 1;
    return whole(in);
}

static int read_segments(struct gcdump_reader *r, struct cursor *in)
{
    int32_t version = r->segment_long ? 1 : 0, reader;

    if (r->left == 0)
        return 0;
    uint8_t tag = cursor_u8(in);
    if (in->bad)
        return NEED_MORE;
    if (r->left == 1 ? tag != GCDUMP_END_OBJECT : tag != GCDUMP_BEGIN_OBJECT)
        return fail(r, -EBADMSG, "no segment");
    if (r->left > 1) {
        int result = take_type(r, in, "GCHeapDumpSegment", &version, &reader);
        if (result)
            return result;
        cursor_skip(in, version >= 1 ? 7 * 8 : 6 * 8);
        if (cursor_u8(in) != GCDUMP_END_OBJECT && !in->bad)
            return fail(r, -EBADMSG, "no end of a segment");
        if (in->bad)
            return NEED_MORE;
        r->segment_long = version >= 1;
    }
    r->left--;
    return 0;
}

/* Of any length, passed over. */
static int read_log_size(struct gcdump_reader *r, struct cursor *in)
{
    int32_t size = (int32_t)cursor_u32(in);

    if (!in->bad && size < -1)
        return fail(r, -EBADMSG, "a text of negative length");
    r->left = size > 0 ? (uint64_t)size : 0;
    return whole(in);
}

static int skip_left(struct gcdump_reader *r, struct cursor *in)
{
    size_t size = r->left < in->left ? (size_t)r->left : in->left;

    cursor_skip(in, size);
    r->left -= size;
    return r->left > 0 && size == 0 ? NEED_MORE : 0;
}

static int read_process(struct gcdump_reader *r, struct cursor *in)
{
    int64_t time = (int64_t)cursor_u64(in);

    r->info.time = time > GCDUMP_EPOCH ? time - GCDUMP_EPOCH : 0;
    int result = in->bad ? NEED_MORE : take_kept(r, in, r->info.machine);
    if (result == 0)
        result = take_kept(r, in, r->info.process);
    r->info.pid = (int32_t)cursor_u32(in);
    cursor_skip(in, 16);
    return result ? result : whole(in);
}

static int read_factor_count(struct gcdump_reader *r, struct cursor *in)
{
    int result = read_count(r, in);

    if (r->left > 0)
        r->info.sampled = true;
    r->left *= 4;
    return result;
}

/* Interop is of Windows: a file that has it may keep what comes behind. */
static int read_tool(struct gcdump_reader *r, struct cursor *in)
{
    uint8_t tag = cursor_u8(in);

    if (tag == GCDUMP_SKIP_REGION) {
        cursor_skip(in, 4);
        tag = cursor_u8(in);
        if (!in->bad && tag != GCDUMP_NULL_REFERENCE)
            return 0;
        tag = cursor_u8(in);
    }
    if (!in->bad && tag == GCDUMP_STRING)
        return take_kept(r, in, r->info.tool);
    return whole(in);
}

static int give_info(struct gcdump_reader *r, struct cursor *in)
{
    (void)in;
    return r->on.on_info ? r->on.on_info(r->on.user, &r->info) : 0;
}

static const struct {
    int (*run)(struct gcdump_reader *r, struct cursor *in);
    bool repeated; /* while there is something left */
    const char *name;
} steps[] = {
    {read_signature, false, "the signature"},
    {read_dump_type, false, "the type of the dump"},
    {read_graph_type, false, "the type of the graph"},
    {read_graph, false, "the graph"},
    {read_types, true, "types"},
    {read_node_count, false, "nodes"},
    {read_offsets, true, "nodes"},
    {read_count, false, "descriptions of nodes"},
    {read_nodes, true, "descriptions of nodes"},
    {read_address_count, false, "addresses"},
    {read_addresses, true, "addresses"},
    {read_graph_end, false, "the end of the graph"},
    {read_factors, false, "what is behind the graph"},
    {read_script_heap, false, "what is behind the graph"},
    {read_heap, false, "segments"},
    {read_segments, true, "segments"},
    {read_log_size, false, "the log"},
    {skip_left, true, "the log"},
    {read_process, false, "the process"},
    {read_factor_count, false, "factors"},
    {skip_left, true, "factors"},
    {read_tool, false, "the tool"},
    {give_info, false, "the tool"},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

static int run_steps(struct gcdump_reader *r, struct cursor *in)
{
    while (r->step < STEPS) {
        struct cursor at = *in;
        int result = steps[r->step].run(r, &at);
        if (result)
            return result;
        r->offset += in->left - at.left;
        *in = at;
        if (!steps[r->step].repeated || r->left == 0)
            r->step++;
    }
    return 0;
}

static bool keep(struct gcdump_reader *r, const void *data, size_t size)
{
    if (r->kept_size + size > r->kept_capacity) {
        size_t capacity = 2 * (r->kept_size + size);
        uint8_t *grown = realloc(r->kept, capacity);
        if (!grown)
            return false;
        r->kept = grown;
        r->kept_capacity = capacity;
    }
    memcpy(r->kept + r->kept_size, data, size);
    r->kept_size += size;
    return true;
}

/* A part that is cut is put together a little at a time, so that the rest is read in place. */
static int feed_kept(struct gcdump_reader *r, struct cursor *in)
{
    size_t want = r->kept_size > 256 ? r->kept_size : 256;

    if (want > in->left)
        want = in->left;
    if (!keep(r, in->at, want))
        return fail(r, -ENOMEM, "no memory");
    struct cursor all = cursor_of(r->kept, r->kept_size);
    int result = run_steps(r, &all);
    cursor_skip(in, want);
    if (result < 0)
        return result;
    size_t unread = all.left;
    if (unread <= want) { /* the rest is all of this piece: go on there */
        in->at -= unread;
        in->left += unread;
        r->kept_size = 0;
    } else {
        memmove(r->kept, all.at, unread);
        r->kept_size = unread;
    }
    return result;
}

int gcdump_reader_feed(struct gcdump_reader *r, const void *data, size_t size)
{
    struct cursor in = cursor_of(data, size);
    int result = r->error;

    while (result >= 0 && r->kept_size > 0 && in.left > 0)
        result = feed_kept(r, &in);
    if (result >= 0 && r->step < STEPS && r->kept_size == 0)
        result = run_steps(r, &in);
    if (result == NEED_MORE && r->kept_size == 0 && in.left > 0 && !keep(r, in.at, in.left))
        result = fail(r, -ENOMEM, "no memory");
    r->error = result < 0 ? result : 0;
    return r->error;
}

int gcdump_reader_finish(struct gcdump_reader *r)
{
    if (r->error == 0 && r->step < STEPS) {
        r->error = -ENODATA;
        (void)snprintf(r->text, sizeof r->text, "the file ends inside %s", steps[r->step].name);
    }
    return r->error;
}

const char *gcdump_reader_error(const struct gcdump_reader *r)
{
    return r->text;
}

struct gcdump_reader *gcdump_reader_new(const struct gcdump_callbacks *callbacks)
{
    struct gcdump_reader *r = calloc(1, sizeof *r);

    if (r)
        r->on = *callbacks;
    return r;
}

void gcdump_reader_free(struct gcdump_reader *r)
{
    if (r)
        free(r->kept);
    free(r);
}
