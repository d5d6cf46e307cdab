#include <errno.h>

#include "src/otlp/pairs.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* What was read as "[name|value]...". */
static const char *shown(const struct pairs *p)
{
    const char *text = "";

    for (size_t i = 0; i < p->count; i++)
        text = world_text("%s[%s|%s]", text, p->items[i].name, p->items[i].value);
    return text;
}

static const struct {
    const char *text, *want; /* NULL: refused */
} rows[] = {
    {"", ""},
    {"a=b", "[a|b]"},
    {"a=b,c=d", "[a|b][c|d]"},
    {" a = b ,\tc=d ", "[a|b][c|d]"},
    {"a=b,,", "[a|b]"},
    {"a=", "[a|]"},
    {"a=b=c", "[a|b=c]"},
    {"Authorization=Bearer%20x%2Cy", "[Authorization|Bearer x,y]"},
    {"a=%C3%A9%25", "[a|\xc3\xa9%]"},
    {"a=1,b=2,a=3", "[a|3][b|2]"},
    {"a%3D=1", "[a=|1]"},
    {"a", NULL},
    {"a=1,b", NULL},
    {"=1", NULL},
    {" =1", NULL},
    {"a=%", NULL},
    {"a=%4", NULL},
    {"a=%zz", NULL},
    {"a=%00", NULL},
    {"a=1,b=%0", NULL},
};

static void test_rows(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct pairs p;
        struct error err = {0};
        int r = pairs_parse(rows[i].text, &p, &err);
        CHECK_AT(rows[i].text, r == (rows[i].want ? 0 : -EINVAL));
        CHECK_AT(rows[i].text, (r < 0) == (err.text[0] != '\0'));
        CHECK_AT(world_text("%s: %s", rows[i].text, shown(&p)),
                 strcmp(shown(&p), rows[i].want ? rows[i].want : "") == 0);
        pairs_deinit(&p);
    }
}

static void test_find(void)
{
    struct pairs p;
    struct error err;

    REQUIRE(pairs_parse("a=1,b=2", &p, &err) == 0);
    CHECK(strcmp(pairs_find(&p, "b"), "2") == 0);
    CHECK(pairs_find(&p, "B") == NULL && pairs_find(&p, "") == NULL);
    pairs_deinit(&p);
}

WORLD_SUITE("otlp/pairs", {"rows", test_rows}, {"find", test_find})
