#include <errno.h>

#include "src/base/limits.h"
#include "src/exceptions/filter.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { NONE = EXCEPTION_NO_FRAME, UNKNOWN = EXCEPTION_FRAME_UNKNOWN, KNOWN = EXCEPTION_FRAME };
enum { DROP = EXCEPTION_DROPPED, KEEP = EXCEPTION_KEPT, WAIT = EXCEPTION_UNDECIDED };

/* Fields: type, module, class, method; the subject is {"A.E", "m.dll", "A.C[System.Int32]", "Run"}.
 */
static const struct {
    const char *label;
    const char *include[2][EXCEPTION_FIELDS], *exclude[2][EXCEPTION_FIELDS];
    size_t includes, excludes;
    int frame, want;
} rows[] = {
    {"nothing said", {{0}}, {{0}}, 0, 0, KNOWN, KEEP},
    {"type", {{"A.E"}}, {{0}}, 1, 0, KNOWN, KEEP},
    {"another type", {{"A.F"}}, {{0}}, 1, 0, KNOWN, DROP},
    {"case counts", {{"a.e"}}, {{0}}, 1, 0, KNOWN, DROP},
    {"no namespace", {{"E"}}, {{0}}, 1, 0, KNOWN, DROP},
    {"in another type", {{"X.Y+A.E"}}, {{0}}, 1, 0, KNOWN, KEEP},
    {"one of two", {{"A.F"}, {"A.E"}}, {{0}}, 2, 0, KNOWN, KEEP},
    {"all fields", {{"A.E", "m.dll", "A.C", "Run"}}, {{0}}, 1, 0, KNOWN, KEEP},
    {"one field differs", {{"A.E", "m.dll", "A.C", "Go"}}, {{0}}, 1, 0, KNOWN, DROP},
    {"class as told", {{NULL, NULL, "A.C[System.Int32]"}}, {{0}}, 1, 0, KNOWN, KEEP},
    {"part of a class", {{NULL, NULL, "A"}}, {{0}}, 1, 0, KNOWN, DROP},
    {"empty is any", {{"", "", "", ""}}, {{0}}, 1, 0, KNOWN, KEEP},
    {"excluded", {{0}}, {{"A.E"}}, 0, 1, KNOWN, DROP},
    {"exclude goes first", {{"A.E"}}, {{NULL, "m.dll"}}, 1, 1, KNOWN, DROP},
    {"exclude of another", {{"A.E"}}, {{"A.E", "x.dll"}}, 1, 1, KNOWN, KEEP},
    {"empty excludes nothing", {{0}}, {{""}}, 0, 1, KNOWN, KEEP},
    {"no frame: include passes over", {{"A.E", "x.dll"}}, {{0}}, 1, 0, NONE, KEEP},
    {"no frame: include by method alone", {{NULL, "x.dll"}}, {{0}}, 1, 0, NONE, KEEP},
    {"no frame: exclude by type", {{0}}, {{"A.E", "x.dll"}}, 0, 1, NONE, DROP},
    {"no frame: exclude by method alone", {{0}}, {{NULL, "m.dll"}}, 0, 1, NONE, KEEP},
    {"waits", {{NULL, "m.dll"}}, {{0}}, 1, 0, UNKNOWN, WAIT},
    {"need not wait: type differs", {{"A.F", "m.dll"}}, {{0}}, 1, 0, UNKNOWN, DROP},
    {"need not wait: another keeps", {{NULL, "m.dll"}, {"A.E"}}, {{0}}, 2, 0, UNKNOWN, KEEP},
    {"exclude waits", {{0}}, {{NULL, NULL, NULL, "Run"}}, 0, 1, UNKNOWN, WAIT},
    {"exclude need not wait", {{0}}, {{NULL, "x.dll"}, {"A.E"}}, 0, 2, UNKNOWN, DROP},
    {"include is lost anyway", {{"A.F"}}, {{NULL, "x.dll"}}, 1, 1, UNKNOWN, DROP},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct exception_subject s = {.fields = {"A.E"}};
        struct exception_filters f = {0};
        struct error err;

        s.frame = (enum exception_frame)rows[i].frame;
        if (rows[i].frame == KNOWN) {
            s.fields[EXCEPTION_FIELD_MODULE] = "m.dll";
            s.fields[EXCEPTION_FIELD_CLASS] = "A.C[System.Int32]";
            s.fields[EXCEPTION_FIELD_METHOD] = "Run";
        }
        for (size_t k = 0; k < rows[i].includes; k++)
            CHECK(exception_filter_list_add(&f.include, rows[i].include[k], &err) == 0);
        for (size_t k = 0; k < rows[i].excludes; k++)
            CHECK(exception_filter_list_add(&f.exclude, rows[i].exclude[k], &err) == 0);
        CHECK_AT(rows[i].label, (int)exception_filters_judge(&f, &s) == rows[i].want);
        exception_filters_deinit(&f);
    }
}

static void test_limit(void)
{
    const char *const fields[EXCEPTION_FIELDS] = {"A.E"};
    struct exception_filters f = {0};
    struct error err;

    for (int i = 0; i < LIMIT_EXCEPTION_FILTERS; i++)
        CHECK(exception_filter_list_add(&f.include, fields, &err) == 0);
    CHECK(exception_filter_list_add(&f.include, fields, &err) == -E2BIG);
    exception_filters_deinit(&f);
}

TEST_SUITE("exceptions/filter", {"rows", test_rows}, {"limit", test_limit})
