#include <errno.h>

#include "src/config/process_filter.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct process_identity app = {.text = {
                                                [PROCESS_KEY_ID] = "12",
                                                [PROCESS_KEY_NAME] = "dotnet",
                                                [PROCESS_KEY_COMMAND_LINE] = "dotnet /app/Web.dll",
                                                [PROCESS_KEY_ENTRY_ASSEMBLY] = "Web",
                                            }};

enum { PAIRS = 6, INVALID = -1 };

/* want: 1 the app matches, 0 not, INVALID refused. */
static const struct {
    const char *label;
    const char *pairs[PAIRS][2]; /* below "F:" */
    int want;
} rows[] = {
    {"no filter", {{0}}, 1},
    {"long form", {{"0:Key", "ProcessName"}, {"0:Value", "dotnet"}}, 1},
    {"case of a value", {{"0:Key", "ProcessName"}, {"0:Value", "DOTNET"}}, 1},
    {"case of keys", {{"0:kEY", "processname"}, {"0:vALUE", "dotnet"}}, 1},
    {"another name", {{"0:Key", "ProcessName"}, {"0:Value", "dotne"}}, 0},
    {"exact by name", {{"0:ProcessName", "dotn"}, {"0:MatchType", "Exact"}}, 0},
    {"contains", {{"0:ProcessName", "OTN"}, {"0:MatchType", "Contains"}}, 1},
    {"contains, lower case", {{"0:ProcessName", "otn"}, {"0:MatchType", "contains"}}, 1},
    {"contains not", {{"0:ProcessName", "java"}, {"0:MatchType", "Contains"}}, 0},
    {"key by number", {{"0:Key", "1"}, {"0:Value", "dotnet"}}, 1},
    {"default key is the pid", {{"0:Value", "12"}}, 1},
    {"pid", {{"0:Key", "ProcessId"}, {"0:Value", "12"}}, 1},
    {"pid is always exact",
     {{"0:Key", "ProcessId"}, {"0:Value", "1"}, {"0:MatchType", "Contains"}},
     0},
    {"short pid", {{"0:ProcessId", "12"}}, 1},
    {"short pid is exact too", {{"0:ProcessId", "2"}, {"0:MatchType", "Contains"}}, 0},
    {"short command line", {{"0:CommandLine", "DOTNET /app/web.DLL"}}, 1},
    {"command line contains", {{"0:CommandLine", "/APP/"}, {"0:MatchType", "Contains"}}, 1},
    {"short assembly", {{"0:ManagedEntryPointAssemblyName", "web"}}, 1},
    {"first of the short keys", {{"0:ProcessId", "12"}, {"0:ProcessName", "java"}}, 1},
    {"first not blank one", {{"0:ProcessId", " "}, {"0:ProcessName", "dotnet"}}, 1},
    {"short over long", {{"0:ProcessName", "dotnet"}, {"0:Key", "ProcessId"}, {"0:Value", "7"}}, 1},
    {"both match", {{"0:ProcessName", "dotnet"}, {"1:ProcessId", "12"}}, 1},
    {"second does not", {{"0:ProcessName", "dotnet"}, {"1:ProcessId", "13"}}, 0},
    {"first does not", {{"0:ProcessName", "java"}, {"1:ProcessId", "12"}}, 0},
    {"no value", {{"0:Key", "ProcessName"}}, INVALID},
    {"empty value", {{"0:Key", "ProcessName"}, {"0:Value", ""}}, INVALID},
    {"blank value", {{"0:Key", "ProcessName"}, {"0:Value", " \t"}}, INVALID},
    {"blank short form", {{"0:ProcessName", " "}}, INVALID},
    {"empty key", {{"0:Key", ""}, {"0:Value", "12"}}, 1},
    {"empty match", {{"0:ProcessName", "dotn"}, {"0:MatchType", ""}}, 0},
    {"match by number", {{"0:ProcessName", "otn"}, {"0:MatchType", "1"}}, 1},
    {"exact by number", {{"0:ProcessName", "otn"}, {"0:MatchType", "0"}}, 0},
    {"match number beyond", {{"0:ProcessName", "x"}, {"0:MatchType", "2"}}, INVALID},
    {"unknown key", {{"0:Key", "Shoe"}, {"0:Value", "x"}}, INVALID},
    {"key number beyond", {{"0:Key", "4"}, {"0:Value", "x"}}, INVALID},
    {"unknown match", {{"0:ProcessName", "x"}, {"0:MatchType", "Regex"}}, INVALID},
    {"no filter 0", {{"1:ProcessName", "java"}}, 0},
    {"a gap", {{"0:ProcessName", "dotnet"}, {"7:ProcessId", "13"}}, 0},
    {"a name for a number", {{"mine:ProcessName", "java"}}, 0},
    {"a value and no key", {{"0", "dotnet"}}, INVALID},
    {"second is faulty", {{"0:ProcessName", "dotnet"}, {"1:Key", "ProcessName"}}, INVALID},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct config_keys keys = {0};
        struct process_filters f = {0};
        struct error err = {0};
        for (size_t k = 0; k < PAIRS && rows[i].pairs[k][0]; k++) {
            char key[64];
            (void)snprintf(key, sizeof key, "F:%s", rows[i].pairs[k][0]);
            CHECK(config_keys_set(&keys, key, rows[i].pairs[k][1], "test", &err) == 0);
        }
        int r = process_filters_load(&f, &keys, "F", &err);
        config_keys_deinit(&keys);
        CHECK_AT(rows[i].label, r == (rows[i].want == INVALID ? -EINVAL : 0));
        if (r == 0)
            CHECK_AT(rows[i].label, process_filters_match(&f, &app) == (rows[i].want == 1));
        else
            CHECK_AT(rows[i].label, err.code == r && strstr(err.text, "F:") != NULL);
        process_filters_deinit(&f);
        CHECK(f.count == 0 && f.items == NULL);
    }
}

static void test_many(void)
{
    struct config_keys keys = {0};
    struct process_filters f = {0};
    struct error err;

    for (int i = 0; i < 12; i++) { /* 12 sorts before 3 as a text */
        char key[32], value[32];
        (void)snprintf(key, sizeof key, "F:%d:CommandLine", i * 3);
        (void)snprintf(value, sizeof value, "v%d", i);
        CHECK(config_keys_set(&keys, key, value, "test", &err) == 0);
    }
    CHECK(process_filters_load(&f, &keys, "F", &err) == 0);
    CHECK(f.count == 12 && strcmp(f.items[10].value, "v10") == 0);
    config_keys_deinit(&keys);
    process_filters_deinit(&f);
}

TEST_SUITE("config/process_filter", {"rows", test_rows}, {"many", test_many})
