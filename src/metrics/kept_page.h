/*
 * metrics/kept_page.h - the last page that was made, for those who ask again before anything has
 * changed.
 *
 * A page is told again only while the store is what it was made of, and for less than a second:
 * what portside counts of itself, and which values count as present, may be as old as that.
 */
#pragma once

#include "src/metrics/exposition.h"

/* Zeroed: none. */
struct kept_page {
    struct text text;
    enum exposition_style style;
    uint64_t changes; /* metric_store_changes() */
    int64_t made_ms;
};

void kept_page_deinit(struct kept_page *k);

/* NULL: it must be made. `now_ms`: clock_monotonic_ms(). Lent until the next kept_page_put(). */
const struct text *kept_page_find(const struct kept_page *k, enum exposition_style style,
                                  uint64_t changes, int64_t now_ms);

/* Moves a page that was made just now, from `page`, in place of the one before. One that failed or
 * is beyond LIMIT_METRIC_PAGE_KEPT stays where it is, and nothing is kept. */
void kept_page_put(struct kept_page *k, struct text *page, enum exposition_style style,
                   uint64_t changes, int64_t now_ms);
