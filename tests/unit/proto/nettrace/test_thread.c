#include <stdlib.h>

#include "proto/nettrace/limits.h"
#include "proto/nettrace/thread.h"
#include "tests/support/check.h"

static void test_table(void)
{
    struct thread_table t = {0};

    CHECK(thread_table_find(&t, 1) == NULL);
    for (uint64_t key = 0; key < 1000; key++)
        REQUIRE(thread_table_add(&t, key * 0x1000) != NULL);
    for (uint64_t key = 0; key < 1000; key += 2)
        thread_table_remove(&t, thread_table_find(&t, key * 0x1000));
    CHECK(t.count == 500);
    for (uint64_t key = 0; key < 1000; key++)
        CHECK((thread_table_find(&t, key * 0x1000) != NULL) == (key % 2 == 1));
    for (uint64_t key = 1; key < 1000; key += 4)
        thread_table_find(&t, key * 0x1000)->listed = true;
    thread_table_sweep(&t);
    CHECK(t.count == 250);
    for (uint64_t key = 0; key < 1000; key++)
        CHECK((thread_table_find(&t, key * 0x1000) != NULL) == (key % 4 == 1));
    CHECK(!thread_table_find(&t, 0x1000)->listed);
    thread_table_clear(&t);
    CHECK(t.count == 0 && thread_table_find(&t, 0x1000) == NULL);
}

static void test_limit(void)
{
    struct thread_table t = {0};

    for (uint64_t key = 1; key <= NETTRACE_THREADS; key++)
        REQUIRE(thread_table_add(&t, key) != NULL);
    CHECK(thread_table_add(&t, 0) == NULL);
    CHECK(thread_table_find(&t, NETTRACE_THREADS) != NULL);
    thread_table_clear(&t);
}

static const struct {
    const char *label;
    unsigned version;
    uint32_t last, newest;
    uint64_t lost, restarts;
} losses[] = {
    {"none", 4, 7, 7, 0, 0},
    {"one", 4, 7, 8, 1, 0},
    {"many", 5, 1, 1000001, 1000000, 0},
    {"v4 after 0", 4, 0, 5, 0, 0},
    {"v6 after 0", 6, 0, 5, 5, 0},
    {"id used again", 4, 500, 0, 0, 1},
    {"over the end", 4, UINT32_MAX, 2, 3, 0},
    {"half way round", 4, 1, 1 + UINT32_C(0x7FFFFFFF), 0x7FFFFFFF, 0},
    {"more is back", 4, 1, 1 + UINT32_C(0x80000000), 0, 1},
};

static void test_loss(void)
{
    for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++) {
        struct nettrace_thread thread = {.last_sequence = losses[i].last};
        struct nettrace_loss loss = {0};

        nettrace_thread_count_loss(&thread, losses[i].newest, losses[i].version, &loss);
        CHECK_AT(losses[i].label, loss.events == losses[i].lost);
        CHECK_AT(losses[i].label, loss.restarts == losses[i].restarts);
        nettrace_thread_advance(&thread, losses[i].newest + 1, losses[i].version, &loss);
        CHECK_AT(losses[i].label, thread.last_sequence == losses[i].newest + 1);
        CHECK_AT(losses[i].label, loss.events == 2 * losses[i].lost);
    }
}

static const struct {
    const char *label, *bytes;
    size_t size;
    bool good;
    uint64_t index, thread_id, process_id;
    const char *name;
} rows[] = {
    {"bare", "\x01\0\x05", 3, true, 5, NETTRACE_UNKNOWN_ID, NETTRACE_UNKNOWN_ID, NULL},
    {"all", "\x0F\0\x80\x01\x01\x02hi\x02\x07\x03\x88\x01\x04\x01k\x00", 17, true, 128, 136, 7,
     "hi"},
    {"name is no UTF-8", "\x04\0\x05\x01\x01\xFF", 6, true, 5, NETTRACE_UNKNOWN_ID,
     NETTRACE_UNKNOWN_ID, "\xEF\xBF\xBD"},
    {"unknown kind", "\x03\0\x05\x09\x01", 5, false, 0, 0, 0, NULL},
    {"cut row", "\x04\0\x05", 3, false, 0, 0, 0, NULL},
    {"cut name", "\x04\0\x05\x01\x05h", 6, false, 0, 0, 0, NULL},
    {"empty row", "\0\0", 2, false, 0, 0, 0, NULL},
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cursor in = cursor_of(rows[i].bytes, rows[i].size);
        struct thread_row row;
        bool good = thread_row_take(&in, &row);

        CHECK_AT(rows[i].label, good == rows[i].good);
        if (!good)
            continue;
        CHECK_AT(rows[i].label, row.index == rows[i].index && in.left == 0);
        CHECK_AT(rows[i].label, row.thread_id == rows[i].thread_id);
        CHECK_AT(rows[i].label, row.process_id == rows[i].process_id);
        CHECK_AT(rows[i].label, (row.name == NULL) == (rows[i].name == NULL));
        if (row.name && rows[i].name)
            CHECK_AT(rows[i].label, strcmp(row.name, rows[i].name) == 0);
        free(row.name);
    }
}

TEST_SUITE("proto/nettrace/thread", {"table", test_table}, {"limit", test_limit},
           {"loss", test_loss}, {"rows", test_rows})
