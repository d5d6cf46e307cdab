#include "src/api/process_request.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct guid some = {{1, 2, 3}};

static const struct {
    const char *label;
    struct call_value pid, uid, name;
    const char *want_pid, *want_name; /* NULL: not asked for */
    bool want_uid;
} rows[] = {
    {"nothing", {0}, {0}, {0}, NULL, NULL, false},
    {"pid", {.given = true, .number = 12}, {0}, {0}, "12", NULL, false},
    {"pid 0", {.given = true}, {0}, {0}, "0", NULL, false},
    {"least pid", {.given = true, .number = INT32_MIN}, {0}, {0}, "-2147483648", NULL, false},
    {"greatest pid", {.given = true, .number = INT32_MAX}, {0}, {0}, "2147483647", NULL, false},
    {"uid", {0}, {.given = true, .guid = {{1, 2, 3}}}, {0}, NULL, NULL, true},
    {"name", {0}, {0}, {.given = true, .text = "dotnet"}, NULL, "dotnet", false},
    {"empty name", {0}, {0}, {.given = true}, NULL, NULL, false},
    {"all",
     {.given = true, .number = 7},
     {.given = true, .guid = {{1, 2, 3}}},
     {.given = true, .text = "x"},
     "7",
     "x",
     true},
};

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void test_keys(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *label = rows[i].label;
        struct process_keys keys;
        struct call c = {
            .at = {
                [PARAM_PID] = rows[i].pid, [PARAM_UID] = rows[i].uid, [PARAM_NAME] = rows[i].name}};

        process_keys_init(&keys, &c);
        CHECK_AT(label, same_text(keys.query.pid, rows[i].want_pid));
        CHECK_AT(label, same_text(keys.query.name, rows[i].want_name));
        CHECK_AT(label, (keys.query.uid != NULL) == rows[i].want_uid);
        CHECK_AT(label, !keys.query.uid || guid_equal(keys.query.uid, &some));
    }
}

TEST_SUITE("api/process_request", {"keys", test_keys})
