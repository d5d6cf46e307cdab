#include "src/config/suggest.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *written, *want;
} rows[] = {
    {"DumpTempFolders", "DumpTempFolder"},
    {"dumptempfolder", "DumpTempFolder"},
    {"DumpTmpFolder", "DumpTempFolder"},
    {"Storag", "Storage"},
    {"Egres", "Egress"},
    {"Sotrage", "Storage"},
    {"Nothing", ""},
    {"X", ""},
    {"", ""},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct suggestion s;
        suggestion_init(&s, rows[i].written, strlen(rows[i].written));
        suggestion_offer(&s, "*");
        suggestion_offer(&s, "DumpTempFolder");
        suggestion_offer(&s, "Storage");
        suggestion_offer(&s, "Egress");
        CHECK_AT(rows[i].written, strcmp(s.name, rows[i].want) == 0);
    }
}

/* Names that no key has: not compared at all. */
static void test_long(void)
{
    char name[4096];
    struct suggestion s;

    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    suggestion_init(&s, name, sizeof name - 1);
    suggestion_offer(&s, "Storage");
    CHECK(s.name[0] == '\0');
    suggestion_init(&s, "Storage", 7);
    suggestion_offer(&s, name);
    CHECK(s.name[0] == '\0');
}

TEST_SUITE("config/suggest", {"rows", test_rows}, {"long", test_long})
