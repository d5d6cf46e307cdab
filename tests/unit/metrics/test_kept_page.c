#include <string.h>

#include "src/base/limits.h"
#include "src/metrics/kept_page.h"
#include "tests/support/check.h"

#define STYLE EXPOSITION_OPENTELEMETRY

enum { CHANGES = 7, MADE_MS = 5000 };

static void put(struct kept_page *k, const char *text)
{
    struct text page = {0};

    text_add_str(&page, text);
    kept_page_put(k, &page, STYLE, CHANGES, MADE_MS);
    CHECK(!page.data && !page.size);
}

static void test_found(void)
{
    static const struct {
        const char *name;
        enum exposition_style style;
        uint64_t changes;
        int64_t now_ms;
        bool found;
    } rows[] = {
        {"at once", STYLE, CHANGES, MADE_MS, true},
        {"in time", STYLE, CHANGES, MADE_MS + LIMIT_METRIC_PAGE_KEPT_MS - 1, true},
        {"too old", STYLE, CHANGES, MADE_MS + LIMIT_METRIC_PAGE_KEPT_MS, false},
        {"changed", STYLE, CHANGES + 1, MADE_MS, false},
        {"another style", EXPOSITION_OPENMETRICS, CHANGES, MADE_MS, false},
    };
    struct kept_page k = {0};

    CHECK(!kept_page_find(&k, 0, 0, 0));
    put(&k, "first");
    put(&k, "page\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct text *found =
            kept_page_find(&k, rows[i].style, rows[i].changes, rows[i].now_ms);
        CHECK_AT(rows[i].name, (found != NULL) == rows[i].found);
        CHECK_AT(rows[i].name, !found || strcmp(found->data, "page\n") == 0);
    }
    kept_page_deinit(&k);
    CHECK(!kept_page_find(&k, STYLE, CHANGES, MADE_MS));
}

/* The one before is gone, too: it would be wrong. */
static void test_not_kept(void)
{
    struct text large = {0}, failed = {.failed = true};
    struct kept_page k = {0};

    text_reserve(&large, LIMIT_METRIC_PAGE_KEPT + 1);
    memset(large.data, 'a', LIMIT_METRIC_PAGE_KEPT + 1);
    large.size = LIMIT_METRIC_PAGE_KEPT + 1;
    for (int i = 0; i < 2; i++) {
        struct text *page = i ? &failed : &large;
        size_t size = page->size;
        put(&k, "before");
        kept_page_put(&k, page, STYLE, CHANGES, MADE_MS);
        CHECK(page->size == size);
        CHECK(!kept_page_find(&k, STYLE, CHANGES, MADE_MS));
    }
    text_deinit(&large);
    kept_page_deinit(&k);
}

TEST_SUITE("metrics/kept_page", {"found", test_found}, {"not kept", test_not_kept})
