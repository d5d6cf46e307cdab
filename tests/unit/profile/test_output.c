#include "src/base/text.h"
#include "src/profile/output.h"
#include "tests/support/check.h"

static int take(void *user, const void *data, size_t size)
{
    text_add(user, data, size);
    return 0;
}

static void test_json(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", "\"\""},
        {"plain!N.T.M(int32)", "\"plain!N.T.M(int32)\""},
        {"</script>&", "\"\\u003c/script\\u003e\\u0026\""},
        {"a\"b\\c\n\t\x7F", "\"a\\\"b\\\\c\\n\\u0009\\u007f\""},
        {"\xC3\xA4\xF0\x9F\x98\x80", "\"\xC3\xA4\xF0\x9F\x98\x80\""},
        {"\xC3", "\"\xEF\xBF\xBD\""},
        {"\xC0\x80x", "\"\xEF\xBF\xBD\xEF\xBF\xBDx\""},
        {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xF5\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text t = {0};
        struct output o;
        output_init(&o, take, &t);
        output_json(&o, rows[i].text);
        CHECK(output_end(&o) == 0);
        CHECK_AT(rows[i].text, t.data && strcmp(t.data, rows[i].want) == 0);
        text_deinit(&t);
    }
}

static void test_decimal(void)
{
    static const struct {
        int64_t value;
        unsigned shift;
        const char *want;
    } rows[] = {
        {0, 6, "0"},
        {1, 6, "0.000001"},
        {1500000, 6, "1.5"},
        {46359474, 6, "46.359474"},
        {1354539, 3, "1354.539"},
        {-2500, 3, "-2.5"},
        {INT64_MAX, 6, "9223372036854.775807"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text t = {0};
        struct output o;
        output_init(&o, take, &t);
        output_decimal(&o, rows[i].value, rows[i].shift);
        (void)output_end(&o);
        CHECK_AT(rows[i].want, t.data && strcmp(t.data, rows[i].want) == 0);
        text_deinit(&t);
    }
}

static void test_larger_than_the_buffer(void)
{
    static char big[100000];
    struct text t = {0};
    struct output o;

    memset(big, 'x', sizeof big);
    output_init(&o, take, &t);
    output_str(&o, "start");
    output_put(&o, big, sizeof big);
    output_u64(&o, UINT64_MAX);
    CHECK(output_end(&o) == 0);
    REQUIRE(t.size == 5 + sizeof big + 20);
    CHECK(memcmp(t.data, "startxxx", 8) == 0);
    CHECK(strcmp(t.data + t.size - 21, "x18446744073709551615") == 0);
    text_deinit(&t);
}

static int fail(void *user, const void *data, size_t size)
{
    (void)data;
    (void)size;
    ++*(int *)user;
    return -28;
}

static void test_first_error_stays(void)
{
    struct output o;
    int calls = 0;

    output_init(&o, fail, &calls);
    for (int i = 0; i < 100000; i++)
        output_str(&o, "0123456789");
    CHECK(output_end(&o) == -28);
    CHECK(calls == 1);
}

TEST_SUITE("profile/output", {"json", test_json}, {"decimal", test_decimal},
           {"larger than the buffer", test_larger_than_the_buffer},
           {"first error stays", test_first_error_stays})
