/* A dump of a real app opens in real debuggers, whole, in all four types. */
#include <limits.h>
#include <stdlib.h>

#include "tests/support/core_file.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

static const char *save_dump(const struct portside *p, const char *type)
{
    const char *file = world_text("%s/%s.dmp", p->dir, type);
    const struct http *h = http_run(&(struct http_request){
        .url = world_text("%s/dump?type=%s", p->base, type), .save_to = file, .timeout_ms = 60000});

    CHECK_AT(world_text("%s: %ld, %s", type, h->status, curl_easy_strerror(h->result)),
             h->status == 200 && h->result == CURLE_OK);
    CHECK_AT(world_text("%s: %lld bytes, headers claim %lld", type, (long long)files_size(file),
                        (long long)core_file_claimed(file)),
             core_file_whole(file));
    return file;
}

static void test_four_types(void)
{
    static const struct {
        const char *type;
        bool heap;
    } types[] = {{"Triage", false}, {"Mini", false}, {"WithHeap", true}, {"Full", true}};

    if (!dotnet_have("web10") || !dotnet_have("clrmd"))
        return;
    struct portside *p = portside_start(NULL);
    struct dotnet_app *app = dotnet_web(p, "web10", 0);
    int64_t sizes[4];

    CHECK(http_get("%s/alloc?mb=64", app->base)->status == 200);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *file = save_dump(p, types[i].type);

        sizes[i] = files_size(file);
        CHECK_AT(types[i].type, core_file_opens(file, NULL, types[i].heap));
        CHECK_AT(types[i].type, core_file_gdb_threads(file) > 5);
        CHECK_AT(types[i].type, dotnet_says_hello(app));
        CHECK_AT(types[i].type, portside_nothing_left(p));
    }
    /* Triage is Mini without user data: about the same size. */
    CHECK(sizes[1] < sizes[2] && sizes[0] < sizes[2]);
    CHECK(sizes[2] < sizes[3]);
    CHECK_AT("the heap is in it", sizes[2] > (int64_t)64 << 20);
}

static void test_older_runtimes(void)
{
    static const char *const names[] = {"web9", "web8"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!dotnet_have(names[i]) || !dotnet_have("clrmd"))
            continue;
        struct portside *p = portside_start(NULL);
        struct dotnet_app *app = dotnet_web(p, names[i], 0);
        const char *file = save_dump(p, "WithHeap");
        const char *dac = world_text("build/apps/%s/libmscordaccore.so", names[i]);

        CHECK_AT(names[i], core_file_opens(file, dac, true));
        CHECK_AT(names[i], core_file_gdb_threads(file) > 5);
        CHECK_AT(names[i], dotnet_says_hello(app));
    }
}

/* One self-contained file: createdump is inside the host, and makes full dumps only. */
static void test_single_file(void)
{
    if (!dotnet_have("single10"))
        return;
    struct portside *p = portside_start(NULL);
    struct dotnet_app *app = dotnet_web(p, "single10", 0);

    (void)save_dump(p, "Full");
    CHECK(dotnet_says_hello(app));
}

WORLD_SUITE("system/dump_types", {"four types", test_four_types},
            {"older runtimes", test_older_runtimes}, {"single file", test_single_file})
