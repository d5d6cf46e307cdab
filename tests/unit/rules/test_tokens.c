#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/limits.h"
#include "src/rules/tokens.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct token_values values = {
    .runtime_id = "01234567-89ab-cdef-0123-456789abcdef",
    .process_id = "42",
    .host = "pod-1",
    .unix_time = "1700000000",
    .name = "web",
    .command_line = "web --x $(Process.Name) $(Actions.a.EgressPath)",
};

/* Has one result: a.EgressPath. */
static const char *find(void *user, const struct action_reference *r)
{
    int *asked = user;

    (*asked)++;
    return r->name_size == 1 && *r->name == 'a' && r->output_size == 10 &&
                   memcmp(r->output, "EgressPath", 10) == 0
               ? "/tmp/$(Process.Name) b"
               : NULL;
}

static const struct {
    const char *text, *want, *marks; /* marks NULL: not looked at */
} rows[] = {
    {"", "", NULL},
    {"plain", "plain", "00000"},
    {"$(Process.RuntimeId)", "01234567-89ab-cdef-0123-456789abcdef", NULL},
    {"a$(Process.ProcessId)b", "a42b", "0110"},
    {"$(Process.Name)_$(Monitor.HostName)", "web_pod-1", "111011111"},
    {"$(Monitor.UnixTime).gz", "1700000000.gz", NULL},
    {"$(Process.CommandLine)", "web --x $(Process.Name) $(Actions.a.EgressPath)", NULL},
    {"$(process.name)", "$(process.name)", NULL},
    {"$(Process.Name", "$(Process.Name", NULL},
    {"$(Process.Other)", "$(Process.Other)", NULL},
    {"$$(Process.Name)$", "$web$", "01110"},
    {"$($(Process.Name))", "$(web)", "001110"},
    {"$(Actions.a.EgressPath)", "/tmp/$(Process.Name) b", NULL},
    {"$(ACTIONS.a.EgressPath)!", "/tmp/$(Process.Name) b!", NULL},
    {"$(Actions.A.EgressPath)", "$(Actions.A.EgressPath)", NULL},
    {"$(Actions.a.egresspath)", "$(Actions.a.egresspath)", NULL},
    {"$(Actions.a.b.EgressPath)", "$(Actions.a.b.EgressPath)", NULL},
    {"$(Actions.a)", "$(Actions.a)", NULL},
    {"$(Actions..EgressPath)", "$(Actions..EgressPath)", NULL},
    {"$(Actions.a.", "$(Actions.a.", NULL},
};

static void test_expand(void)
{
    int asked = 0;
    const struct action_results results = {&asked, find};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct expanded e;
        struct error err;
        REQUIRE(tokens_expand(rows[i].text, &values, &results, &e, &err) == 0);
        CHECK_AT(rows[i].text, strcmp(e.text.data, rows[i].want) == 0);
        CHECK_AT(rows[i].text, e.marks.size == e.text.size);
        CHECK_AT(rows[i].text, !rows[i].marks || strcmp(e.marks.data, rows[i].marks) == 0);
        expanded_deinit(&e);
    }
    CHECK(asked > 0);
}

static void test_without_results(void)
{
    struct expanded e;
    struct error err;

    REQUIRE(tokens_expand("$(Actions.a.EgressPath)$(Process.Name)", &values, NULL, &e, &err) == 0);
    CHECK(strcmp(e.text.data, "$(Actions.a.EgressPath)web") == 0);
    expanded_deinit(&e);
}

static void test_too_long(void)
{
    char *line = world_alloc(LIMIT_RULE_SETTING / 2 + 1);
    struct token_values long_values = values;
    struct expanded e;
    struct error err;

    memset(line, 'x', LIMIT_RULE_SETTING / 2);
    long_values.command_line = line;
    REQUIRE(tokens_expand("$(Process.CommandLine)$(Process.CommandLine)", &long_values, NULL, &e,
                          &err) == 0);
    CHECK(e.text.size == LIMIT_RULE_SETTING);
    expanded_deinit(&e);
    CHECK(tokens_expand("$(Process.CommandLine)$(Process.CommandLine)x", &long_values, NULL, &e,
                        &err) == -E2BIG);
    CHECK(!e.text.data && !e.marks.data);
}

static void test_references(void)
{
    static const char text[] = "x $(Actions.a.b) $(aCTIONS.c) $(Actions.d.e";
    struct action_reference r;
    size_t at = 0;

    REQUIRE(action_reference_next(text, &at, &r) == REFERENCE_FOUND);
    CHECK(r.begin == 2 && r.size == 14 && r.name_size == 1 && *r.name == 'a' && *r.output == 'b');
    REQUIRE(action_reference_next(text, &at, &r) == REFERENCE_FOUND);
    CHECK(!r.name && r.inner_size == 1 && *r.inner == 'c');
    CHECK(action_reference_next(text, &at, &r) == REFERENCE_UNENDED);
    at = 0;
    CHECK(action_reference_next("$(Process.Name)", &at, &r) == REFERENCE_NONE);
}

static void test_values_of_target(void)
{
    char name[] = "n", command_line[] = "c";
    const struct target target = {.pid = 7, .info = {.name = name, .command_line = command_line}};
    struct token_values v;
    char host[256];

    token_values_init(&v, &target);
    REQUIRE(gethostname(host, sizeof host) == 0);
    CHECK(strcmp(v.process_id, "7") == 0 && strcmp(v.host, host) == 0);
    CHECK(strcmp(v.runtime_id, "00000000-0000-0000-0000-000000000000") == 0);
    CHECK(llabs(strtoll(v.unix_time, NULL, 10) - (long long)time(NULL)) < 60);
}

WORLD_SUITE("rules/tokens", {"expand", test_expand}, {"without results", test_without_results},
            {"too long", test_too_long}, {"references", test_references},
            {"values of a target", test_values_of_target})
