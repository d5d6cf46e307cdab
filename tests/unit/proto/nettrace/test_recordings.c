/*
 * Recordings of real runtimes, cut in many ways: whole, byte by byte and in random pieces a stream
 * says the same. Those of tests/data/nettrace always; more from the folder of PORTSIDE_TRACES or
 * from ../shared/traces (packed with zstd or zip).
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/support/nettrace_digest.h"
#include "tests/support/world.h"

/* As TraceEvent 3.1.21 counts them (tests/oracles/traceevent). */
static const struct {
    const char *name;
    uint64_t events, first, last;
} recordings[] = {
    {"sample_nord10", 1129, 3503603435105, 3506703932713},
    {"meters10", 41, 3513497276644, 3518504374705},
    {"webmeters8", 36, 3794810739830, 3797817361720},
    {"webcounters10", 136, 3775308732592, 3777714778419},
};

struct range {
    uint64_t first, last;
};

static int note_time(void *user, const struct nettrace_event *e)
{
    struct range *range = user;

    range->first = e->timestamp < range->first ? e->timestamp : range->first;
    range->last = e->timestamp > range->last ? e->timestamp : range->last;
    return 0;
}

static void test_as_traceevent(void)
{
    for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
        struct range range = {UINT64_MAX, 0};
        size_t size;
        char *data =
            files_read(world_text("tests/data/nettrace/%s.nettrace", recordings[i].name), &size);
        struct nettrace *n =
            nettrace_new(&(struct nettrace_callbacks){.user = &range, .on_event = note_time}, NULL);

        REQUIRE(data != NULL && n != NULL);
        CHECK_AT(recordings[i].name, nettrace_feed(n, data, size) == 0);
        CHECK_AT(recordings[i].name, nettrace_finish(n) == 0);
        CHECK_AT(recordings[i].name, nettrace_stats(n)->events == recordings[i].events);
        CHECK_AT(recordings[i].name, nettrace_stats(n)->loss.events == 0);
        CHECK_AT(recordings[i].name, range.first == recordings[i].first);
        CHECK_AT(recordings[i].name, range.last == recordings[i].last);
        nettrace_free(n);
    }
}

static void check_splits(const char *name, const uint8_t *data, size_t size)
{
    struct nettrace_digest whole, pieces;
    static const size_t steps[] = {1, 65536, 7, 4096};
    /* Large ones in fewer ways: under the sanitizers each takes seconds. */
    size_t ways = size > (4 << 20) ? 2 : sizeof steps / sizeof steps[0];

    CHECK_AT(name, digest_run(&whole, data, size, 0, 0) == 0);
    CHECK_AT(name, whole.events > 0);
    for (size_t i = 0; i < ways; i++) {
        CHECK_AT(name, digest_run(&pieces, data, size, steps[i], 0) == 0);
        CHECK_AT(name, pieces.hash == whole.hash && pieces.events == whole.events);
    }
    for (uint32_t seed = 1; seed < ways; seed++) {
        CHECK_AT(name, digest_run(&pieces, data, size, 3000 * seed, seed) == 0);
        CHECK_AT(name, pieces.hash == whole.hash);
    }
}

static void test_own(void)
{
    for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
        size_t size;
        char *data =
            files_read(world_text("tests/data/nettrace/%s.nettrace", recordings[i].name), &size);

        REQUIRE(data != NULL);
        check_splits(recordings[i].name, (const uint8_t *)data, size);
    }
}

/* Whatever the command prints; NULL when it fails. */
static uint8_t *read_command(const char *command, size_t *ret_size)
{
    FILE *pipe = popen(command, "re");
    size_t size = 0, capacity = 1 << 20, got = 1;
    uint8_t *data = malloc(capacity);

    while (pipe && data && got > 0) {
        if (capacity - size < 65536) {
            capacity *= 2;
            data = realloc(data, capacity);
            if (!data)
                break;
        }
        got = fread(data + size, 1, capacity - size, pipe);
        size += got;
    }
    if (pipe && pclose(pipe) == 0 && size > 0) {
        *ret_size = size;
        return data;
    }
    free(data);
    return NULL;
}

static const char *unpacker_of(const char *name)
{
    size_t length = strlen(name);

    if (length > 13 && strcmp(name + length - 13, ".nettrace.zst") == 0)
        return "zstd -dcq";
    if (length > 13 && strcmp(name + length - 13, ".nettrace.zip") == 0)
        return "unzip -p";
    return length > 9 && strcmp(name + length - 9, ".nettrace") == 0 ? "cat" : NULL;
}

static void test_shared(void)
{
    const char *folder = getenv("PORTSIDE_TRACES");
    folder = folder ? folder : "../shared/traces";
    DIR *dir = opendir(folder);
    unsigned seen = 0;

    if (!dir) {
        world_skip("no recordings in %s (PORTSIDE_TRACES)", folder);
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        const char *unpacker = unpacker_of(entry->d_name);
        size_t size;
        if (!unpacker)
            continue;
        uint8_t *data =
            read_command(world_text("%s '%s/%s'", unpacker, folder, entry->d_name), &size);
        CHECK_AT(entry->d_name, data != NULL);
        if (data)
            check_splits(entry->d_name, data, size);
        free(data);
        seen++;
    }
    (void)closedir(dir);
    CHECK(seen > 0);
}

WORLD_SUITE("proto/nettrace/recordings", {"as TraceEvent", test_as_traceevent},
            {"own, split", test_own}, {"shared, split", test_shared})
