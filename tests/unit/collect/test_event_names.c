#include <string.h>

#include "src/collect/event_names.h"
#include "tests/support/check.h"

#define RUNTIME "Microsoft-Windows-DotNETRuntime"

static const struct {
    const char *provider, *event, *field;
    uint8_t code;
    uint64_t value;
    const char *want; /* NULL: no name */
} rows[] = {
    {RUNTIME, "GC/Start", "Reason", NETTRACE_UINT32, 0, "AllocSmall"},
    {RUNTIME, "GC/Start", "Reason", NETTRACE_UINT32, 1, "Induced"},
    {RUNTIME, "GC/Start", "Reason", NETTRACE_UINT32, 9, "InducedLowMemory"},
    {RUNTIME, "GC/Start", "Reason", NETTRACE_UINT32, 10, NULL},
    {RUNTIME, "GC/Start", "Reason", NETTRACE_UINT32, UINT32_MAX, NULL},
    {RUNTIME, "GC/Start", "Reason", NETTRACE_UTF16_STRING, 1, NULL},
    {RUNTIME, "GC/Start", "Type", NETTRACE_UINT32, 1, "BackgroundGC"},
    {RUNTIME, "GC/Stop", "Reason", NETTRACE_UINT32, 1, NULL},
    {RUNTIME "Private", "GC/Start", "Reason", NETTRACE_UINT32, 1, NULL},
    {RUNTIME, "Contention/Stop", "ContentionFlags", NETTRACE_UINT8, 0, "Managed"},
    {RUNTIME, "Exception/Start", "ExceptionFlags", NETTRACE_UINT16, 0x10, "CLSCompliant"},
    {RUNTIME, "Exception/Start", "ExceptionFlags", NETTRACE_UINT16, 6, "Nested, ReThrown"},
    {RUNTIME, "Exception/Start", "ExceptionFlags", NETTRACE_UINT16, 0, NULL},
    {RUNTIME, "Exception/Start", "ExceptionFlags", NETTRACE_UINT16, 0x21, NULL},
};

static void test_names(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct nettrace_metadata m = {.provider = rows[i].provider, .title = rows[i].event};
        const struct nettrace_type type = {.code = rows[i].code};
        char text[EVENT_NAME_MAX] = "";
        bool found = event_names_text(&m, rows[i].field,
                                      &(struct nettrace_value){.type = &type, .u = rows[i].value},
                                      text, sizeof text);

        CHECK_AT(text, found == (rows[i].want != NULL));
        CHECK_AT(text, !rows[i].want || strcmp(text, rows[i].want) == 0);
    }
}

/* Flags that do not fit are none; a name is cut. */
static void test_cut(void)
{
    const struct nettrace_metadata m = {.provider = RUNTIME, .title = "Exception/Start"};
    const struct nettrace_type type = {.code = NETTRACE_UINT16};
    const struct nettrace_value all = {.type = &type, .u = 0x1F};
    char text[EVENT_NAME_MAX];

    CHECK(event_names_text(&m, "ExceptionFlags", &all, text, sizeof text));
    CHECK(strcmp(text, "HasInnerException, Nested, ReThrown, CorruptedState, CLSCompliant") == 0);
    CHECK(!event_names_text(&m, "ExceptionFlags", &all, text, 30));
    CHECK(!event_names_text(&m, "ExceptionFlags", &all, text, 0));
}

TEST_SUITE("collect/event_names", {"names", test_names}, {"cut", test_cut});
