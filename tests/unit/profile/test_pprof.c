/* The written protobuf, read field by field. `go tool pprof` reads it in tests/oracles/profile. */
#include <stdlib.h>
#include <zlib.h>

#include "proto/wire/cursor.h"
#include "src/profile/writers.h"
#include "tests/support/trace_maker.h"
#include "tests/support/world.h"

static uint64_t varint(struct cursor *in)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = cursor_u8(in);
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            break;
    }
    return value;
}

/* The next field; its number or its bytes. */
static unsigned field(struct cursor *in, uint64_t *number, struct cursor *bytes)
{
    uint64_t key = varint(in);

    if ((key & 7) == 2)
        *bytes = cursor_sub(in, varint(in));
    else
        *number = varint(in);
    return (unsigned)(key >> 3);
}

struct read {
    const uint8_t *strings[100];
    size_t sizes[100], string_count;
    unsigned samples, locations, functions, mappings, types;
    uint64_t counts, values, deepest;
};

static void read_sample(struct read *r, struct cursor in)
{
    uint64_t number, depth = 0;
    struct cursor bytes;

    while (in.left && !in.bad) {
        unsigned f = field(&in, &number, &bytes);
        if (f == 1)
            for (; bytes.left && !bytes.bad; depth++)
                CHECK(varint(&bytes) <= 5);
        if (f == 2) {
            r->counts += varint(&bytes);
            r->values += varint(&bytes);
            CHECK(bytes.left == 0);
        }
    }
    r->deepest = depth > r->deepest ? depth : r->deepest;
}

static void read_all(struct read *r, struct cursor in)
{
    uint64_t number;
    struct cursor bytes = {0};

    while (in.left && !in.bad) {
        unsigned f = field(&in, &number, &bytes);
        r->types += f == 1;
        r->mappings += f == 3;
        r->locations += f == 4;
        r->functions += f == 5;
        r->samples += f == 2;
        if (f == 2)
            read_sample(r, bytes);
        if (f == 6 && r->string_count < 100) {
            r->strings[r->string_count] = bytes.at;
            r->sizes[r->string_count++] = bytes.left;
        }
    }
    CHECK(!in.bad);
}

static bool has_string(const struct read *r, const char *s)
{
    for (size_t i = 0; i < r->string_count; i++) {
        if (r->sizes[i] == strlen(s) && memcmp(r->strings[i], s, r->sizes[i]) == 0)
            return true;
    }
    return false;
}

static void test_fields(void)
{
    static uint8_t plain[100000];
    size_t size;
    int code;
    char *data = trace_maker_format("pprof", trace_maker_example(), PROFILE_WALL, &size, &code);
    z_stream z = {.next_in = (Bytef *)data,
                  .avail_in = (uInt)size,
                  .next_out = plain,
                  .avail_out = sizeof plain};
    struct read r = {0};

    REQUIRE(data != NULL && inflateInit2(&z, 15 + 16) == Z_OK);
    CHECK(inflate(&z, Z_FINISH) == Z_STREAM_END);
    (void)inflateEnd(&z);
    read_all(&r, cursor_of(plain, z.total_out));
    CHECK(r.string_count > 0 && r.sizes[0] == 0); /* the format asks for that */
    CHECK(r.types == 2 && r.samples == 3 && r.mappings == 1);
    CHECK(r.locations == r.functions && r.locations >= 4);
    CHECK(r.counts == 8 && r.values == 10000000 && r.deepest == 2);
    CHECK(has_string(&r, "My.App!My.App.Program.Work(int32)") && has_string(&r, "wall") &&
          has_string(&r, "nanoseconds") && has_string(&r, "Thread (8)") &&
          has_string(&r, "My.App"));
}

WORLD_SUITE("profile/pprof", {"fields", test_fields})
