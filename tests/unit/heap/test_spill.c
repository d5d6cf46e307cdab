#include <errno.h>

#include "src/heap/limits.h"
#include "src/heap/spill.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

enum { MANY = 500000 };

static void fill(struct spill_array *a)
{
    struct error err;

    for (uint32_t i = 0; i < MANY; i++)
        REQUIRE(spill_push_u32(a, i * 7, &err) == 0);
}

static bool is_right(const struct spill_array *a)
{
    for (uint32_t i = 0; i < MANY; i++) {
        if (((const uint32_t *)a->data)[i] != i * 7)
            return false;
    }
    return true;
}

static void test_memory(void)
{
    const char *const none[] = {"/no/such/folder", NULL};
    struct spill s;
    struct spill_array a, b;
    struct error err;

    spill_init(&s, none, 16 * 1024 * 1024);
    spill_array_init(&a, &s);
    fill(&a);
    CHECK(a.fd == -1 && is_right(&a) && s.memory >= MANY * sizeof(uint32_t));
    CHECK(spill_array_new(&b, &s, 32 * 1024 * 1024, &err) == -ENOENT);
    CHECK(strstr(err.text, "no folder with room for 33 MiB") != NULL);
    spill_array_free(&a);
    spill_array_free(&b);
    CHECK(s.memory == 0);
    spill_deinit(&s);
}

/* Grows out of memory, is emptied from ours, and is still there; no name is left. */
static void test_file(void)
{
    const char *const folders[] = {"/no/such/folder", files_tmpdir(), NULL};
    struct spill s;
    struct spill_array a;

    spill_init(&s, folders, 256 * 1024);
    spill_array_init(&a, &s);
    fill(&a);
    CHECK(a.fd >= 0 && s.memory == 0);
    CHECK(files_count(folders[1]) == 0);
    CHECK(is_right(&a));
    spill_look(&s);
    CHECK(is_right(&a));
    spill_array_free(&a);
    spill_deinit(&s);
}

static void test_zeroed(void)
{
    const char *const folders[] = {files_tmpdir(), NULL};
    struct spill s;
    struct spill_array a, b = {0};
    struct error err;

    spill_array_free(&b);
    spill_init(&s, folders, 4096);
    REQUIRE(spill_array_new(&a, &s, 1000000, &err) == 0);
    CHECK(a.size == 1000000 && a.fd >= 0);
    for (size_t i = 0; i < a.size; i++)
        REQUIRE(((const uint8_t *)a.data)[i] == 0);
    spill_array_free(&a);
    spill_deinit(&s);
}

WORLD_SUITE("heap/spill", {"memory", test_memory}, {"file", test_file}, {"zeroed", test_zeroed})
