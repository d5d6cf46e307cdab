#include <stdlib.h>

#include "src/base/limits.h"
#include "src/metrics/instruments.h"
#include "tests/support/world.h"

static struct instruments all;

static void put(uint32_t id, const char *meter, const char *name, const char *tags)
{
    instruments_put(&all, id, &(struct instrument_text){meter, name, "description", tags, "m=1"});
}

static const char *tags_of(uint32_t id, const char *meter, const char *name)
{
    const struct instrument *i = instruments_find(&all, id, meter, name);

    return i ? i->text.instrument_tags : "none";
}

static void test_find(void)
{
    instruments_init(&all);
    put(0, "M", "a", "old");
    put(0, "M", "a", "a");
    put(1, "M", "twice", "1");
    put(2, "M", "twice", "2");
    CHECK(all.count == 3);
    CHECK(strcmp(tags_of(0, "M", "a"), "a") == 0);
    CHECK(strcmp(tags_of(9, "M", "a"), "a") == 0); /* told before it had an id */
    CHECK(strcmp(tags_of(1, "M", "twice"), "1") == 0);
    CHECK(strcmp(tags_of(2, "M", "twice"), "2") == 0);
    CHECK(strcmp(tags_of(3, "M", "twice"), "none") == 0);
    CHECK(strcmp(tags_of(0, "Ma", ""), "none") == 0);
    instruments_remove(&all, 1, "M", "twice");
    instruments_remove(&all, 1, "M", "twice");
    CHECK(strcmp(tags_of(1, "M", "twice"), "none") == 0);
    CHECK(strcmp(tags_of(2, "M", "twice"), "2") == 0);
    instruments_deinit(&all);
    CHECK(all.count == 0 && all.bytes == 0);
}

static void test_bounds(void)
{
    char *huge = world_alloc(LIMIT_METRICS_DESCRIPTIONS + 1);

    instruments_init(&all);
    memset(huge, 'x', LIMIT_METRICS_DESCRIPTIONS);
    put(1, "M", "huge", huge);
    CHECK(all.count == 0 && all.bytes == 0);
    for (uint32_t i = 0; i < LIMIT_METRICS_INSTRUMENTS + 10; i++)
        put(i + 1, "M", world_text("i%u", i), "t");
    CHECK(all.count == LIMIT_METRICS_INSTRUMENTS);
    CHECK(strcmp(tags_of(1, "M", "i0"), "t") == 0);
    instruments_remove(&all, 1, "M", "i0");
    put(7, "M", "another", "t");
    CHECK(strcmp(tags_of(7, "M", "another"), "t") == 0);
    instruments_deinit(&all);
}

WORLD_SUITE("metrics/instruments", {"find", test_find}, {"bounds", test_bounds})
