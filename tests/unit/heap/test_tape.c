#include <errno.h>

#include "src/heap/tape.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

enum { MANY = 500000 };

static void push(struct tape *t, uint32_t from, uint32_t to)
{
    struct error err;

    for (uint32_t i = from; i < to; i++)
        REQUIRE(tape_push_u32(t, i * 7, &err) == 0);
}

static bool is_right(const struct spill_array *a, uint32_t count)
{
    if (a->size != count * sizeof(uint32_t))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (((const uint32_t *)a->data)[i] != i * 7)
            return false;
    }
    return true;
}

static void test_memory(void)
{
    const char *const none[] = {"/no/such/folder", NULL};
    struct spill s;
    struct tape t;
    struct error err;

    spill_init(&s, none, 16 * 1024 * 1024);
    tape_init(&t, &s);
    REQUIRE(tape_seal(&t, &err) == 0 && t.array.size == 0);
    push(&t, 0, MANY / 2);
    REQUIRE(tape_seal(&t, &err) == 0);
    CHECK(is_right(&t.array, MANY / 2) && t.array.fd == -1);
    push(&t, MANY / 2, MANY);
    CHECK(is_right(&t.array, MANY) && tape_size(&t) == t.array.size);
    tape_free(&t);
    CHECK(s.memory == 0);
    spill_deinit(&s);
}

/* To a file; read, continued, read again and given away. No name and no memory are left. */
static void test_file(void)
{
    const char *const folders[] = {"/no/such/folder", files_tmpdir(), NULL};
    struct spill s;
    struct tape t;
    struct spill_array a;
    struct error err;

    spill_init(&s, folders, 64 * 1024);
    tape_init(&t, &s);
    push(&t, 0, MANY / 2);
    CHECK(t.written > 0 && tape_size(&t) == MANY / 2 * sizeof(uint32_t));
    for (uint32_t count = MANY / 2; count <= MANY; count += MANY / 4) {
        push(&t, count, count + 1);
        REQUIRE(tape_seal(&t, &err) == 0);
        CHECK(is_right(&t.array, count + 1) && tape_size(&t) == t.array.size);
        spill_look(&s);
        CHECK(is_right(&t.array, count + 1));
        push(&t, count + 1, count + MANY / 4);
    }
    CHECK(files_count(folders[1]) == 0);
    REQUIRE(tape_end(&t, &a, &err) == 0);
    CHECK(is_right(&a, MANY + MANY / 4) && a.fd >= 0 && tape_size(&t) == 0);
    tape_free(&t);
    spill_array_free(&a);
    CHECK(s.memory == 0);
    spill_deinit(&s);
}

static void test_bytes(void)
{
    const char *const folders[] = {files_tmpdir(), NULL};
    char text[1000];
    struct spill s;
    struct tape t;
    struct error err;

    spill_init(&s, folders, 4096);
    tape_init(&t, &s);
    for (int i = 0; i < 1000; i++) {
        memset(text, i, sizeof text);
        REQUIRE(tape_push(&t, text, (size_t)i, &err) == 0);
    }
    REQUIRE(tape_seal(&t, &err) == 0 && t.array.size == 999 * 1000 / 2);
    const uint8_t *at = t.array.data;
    for (int i = 0; i < 1000; at += i++)
        REQUIRE(i == 0 || (at[0] == (uint8_t)i && at[i - 1] == (uint8_t)i));
    tape_free(&t);
    spill_deinit(&s);
}

static void test_no_room(void)
{
    const char *const none[] = {"/no/such/folder", NULL};
    struct spill s;
    struct tape t;
    struct error err = {0};
    int r = 0;

    spill_init(&s, none, 64 * 1024);
    tape_init(&t, &s);
    for (uint32_t i = 0; i < MANY && r == 0; i++)
        r = tape_push_u32(&t, i, &err);
    CHECK(r == -ENOENT && strstr(err.text, "no folder with room") != NULL);
    tape_free(&t);
    CHECK(s.memory == 0);
    spill_deinit(&s);
}

WORLD_SUITE("heap/tape", {"memory", test_memory}, {"file", test_file}, {"bytes", test_bytes},
            {"no room", test_no_room})
