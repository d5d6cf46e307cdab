#include <stdlib.h>

#include "src/base/limits.h"
#include "src/logs/message.h"
#include "tests/support/check.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define T(key, text)                                                                               \
    {                                                                                              \
        key, APP_LOG_TEXT, text                                                                    \
    }
#define FORMAT T(APP_LOG_TEMPLATE, "")

static const struct {
    const char *template;
    struct app_log_pair pairs[5];
    size_t count;
    const char *message, *order; /* keys with their values */
} rows[] = {
    {"plain", {FORMAT}, 1, "plain", "{OriginalFormat}="},
    {"{{braces}} stay", {FORMAT}, 1, "{{braces}} stay", "{OriginalFormat}="},
    {"a {X} b", {T("X", "1"), FORMAT}, 2, "a 1 b", "X=1 {OriginalFormat}="},
    {"{B}{A}", {FORMAT, T("A", "1"), T("B", "2")}, 3, "21", "B=2 A=1 {OriginalFormat}="},
    {"{A} {A}", {T("A", "1"), T("A", "2")}, 2, "1 2", "A=1 A=2"},
    {"{A} {A}", {T("A", "1")}, 1, "1 1", "A=1"},
    {"{A}", {T("Z", "z"), T("A", "1"), FORMAT}, 3, "1", "A=1 Z=z {OriginalFormat}="},
    {"{Missing}", {FORMAT}, 1, "(null)", "{OriginalFormat}="},
    {"{Null}", {{"Null", APP_LOG_NULL, NULL}}, 1, "(null)", "Null=(none)"},
    {"{{{A}}}", {T("A", "1")}, 1, "{1}", "A=1"},
    {"{{A}} {B}", {T("B", "1")}, 1, "{A} 1", "B=1"},
    {"{A:0.00}|{B,5}|{C,-4}|",
     {T("A", "1"), T("B", "xyz"), T("C", "z")},
     3,
     "1|  xyz|z   |",
     "A=1 B=xyz C=z"},
    {"{A,2}", {T("A", "long")}, 1, "long", "A=long"},
    {"{A,4}|", {T("A", "\xc3\xa9")}, 1, "   \xc3\xa9|", "A=\xc3\xa9"},
    {"{A,:x}{B,x}", {T("A", "1"), T("B", "2")}, 2, "12", "A=1 B=2"},
    {"{A", {T("A", "1")}, 1, "{A", "A=1"},
    {"{A} {B", {T("A", "1"), T("B", "2")}, 2, "1 {B", "A=1 B=2"},
    {"} {A}", {T("A", "1")}, 1, "} 1", "A=1"},
    {"{}", {T("", "e")}, 1, "e", "=e"},
    {"", {FORMAT}, 1, "", "{OriginalFormat}="},
    {"{", {FORMAT}, 1, "{", "{OriginalFormat}="},
};

static void test_fill(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct app_log_pair order[5] = {{0}};
        struct text out = {0}, keys = {0};

        log_message_fill(&out, rows[i].template, rows[i].pairs, rows[i].count, order);
        for (size_t k = 0; k < rows[i].count; k++)
            text_add_fmt(&keys, "%s%s=%s", k ? " " : "", order[k].key,
                         order[k].text ? order[k].text : "(none)");
        CHECK_AT(rows[i].template, strcmp(out.data ? out.data : "", rows[i].message) == 0);
        CHECK_AT(keys.data, strcmp(keys.data, rows[i].order) == 0);
        text_deinit(&out);
        text_deinit(&keys);
    }
}

/* A template of 60 KB that names one value of 60 KB again and again. */
static void test_bounds(void)
{
    enum { SIZE = 60000 };
    struct text template = {0}, value = {0}, out = {0};
    struct app_log_pair order[1];

    while (template.size < SIZE)
        text_add_str(&template, "{A,999999}");
    while (value.size < SIZE)
        text_add_str(&value, "0123456789");
    const struct app_log_pair pair = T("A", value.data);
    log_message_fill(&out, template.data, &pair, 1, order);
    CHECK(out.size > SIZE && out.size <= LIMIT_LOGS_MESSAGE);
    out.size = 0;
    template.size = 0;
    while (template.size < SIZE)
        text_add_str(&template, "{A{");
    log_message_fill(&out, template.data, &pair, 1, order);
    CHECK_AT("no hole is closed", out.size == template.size);
    text_deinit(&template);
    text_deinit(&value);
    text_deinit(&out);
}

TEST_SUITE("logs/message", {"fill", test_fill}, {"bounds", test_bounds})
