#include <ctype.h>
#include <stdlib.h>

#include "src/base/events.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

enum { FIRST_OWN = 1000 };

static bool is_own(const struct log_event *e)
{
    return strncmp(e->category, "Portside", 8) == 0;
}

/* Ours: unique ids. The peer's: category, id and template are. */
static void test_unique(void)
{
    for (size_t i = 0; i < events_count; i++) {
        const struct log_event *a = events_all[i];
        CHECK_AT(a->template, is_own(a) == (a->id >= FIRST_OWN));
        for (size_t k = i + 1; k < events_count; k++) {
            const struct log_event *b = events_all[k];
            bool same = is_own(a) ? a->id == b->id
                                  : a->id == b->id && strcmp(a->category, b->category) == 0 &&
                                        strcmp(a->template, b->template) == 0;
            CHECK_AT(world_text("%d twice: %s", a->id, b->template), !same);
        }
    }
}

/* Each {place} has a name as the peer's have, and is closed. */
static void test_templates(void)
{
    for (size_t i = 0; i < events_count; i++) {
        const char *at = events_all[i]->template;
        for (; (at = strchr(at, '{')) != NULL; at++) {
            size_t size = 1;
            while (isalnum((unsigned char)at[size]))
                size++;
            CHECK_AT(events_all[i]->template, size > 1 && at[size] == '}');
        }
    }
}

/* docs/log-events.md has a row for each, and no others but 79. */
static void test_documented(void)
{
    const char *doc = files_read("docs/log-events.md", NULL);
    size_t rows = 0;

    REQUIRE(doc != NULL);
    for (size_t i = 0; i < events_count; i++) {
        const struct log_event *e = events_all[i];
        const char *quote = strchr(e->template, '`') ? "" : "`";
        const char *row =
            world_text("\n| %d | %s | `%s` | %s%s%s |\n", e->id, log_level_name(e->level),
                       e->category, quote, e->template, quote);
        CHECK_AT(row, strstr(doc, row) != NULL);
    }
    for (const char *at = doc; (at = strstr(at, "\n| ")) != NULL; at++)
        rows += isdigit((unsigned char)at[3]) != 0;
    CHECK(rows == events_count + 1);
}

WORLD_SUITE("base/events", {"unique", test_unique}, {"templates", test_templates},
            {"documented", test_documented})
