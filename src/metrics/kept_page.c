#include "src/metrics/kept_page.h"

#include "src/base/limits.h"

void kept_page_deinit(struct kept_page *k)
{
    text_deinit(&k->text);
}

const struct text *kept_page_find(const struct kept_page *k, enum exposition_style style,
                                  uint64_t changes, int64_t now_ms)
{
    bool same = k->text.size && k->style == style && k->changes == changes;

    return same && now_ms - k->made_ms < LIMIT_METRIC_PAGE_KEPT_MS ? &k->text : NULL;
}

void kept_page_put(struct kept_page *k, struct text *page, enum exposition_style style,
                   uint64_t changes, int64_t now_ms)
{
    text_deinit(&k->text);
    if (page->failed || page->size > LIMIT_METRIC_PAGE_KEPT)
        return;
    *k = (struct kept_page){*page, style, changes, now_ms};
    *page = (struct text){0};
}
