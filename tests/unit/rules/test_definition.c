#include "src/config/timespan.h"
#include "src/rules/action.h"
#include "src/rules/definition.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define STARTUP                                                                                    \
    {                                                                                              \
        "CollectionRules:R:Trigger:Type", "Startup"                                                \
    }
#define FILES                                                                                      \
    {                                                                                              \
        "Egress:FileSystem:files:DirectoryPath", "/tmp/x"                                          \
    }

enum { PAIRS = 12 };

struct pair {
    const char *key, *value;
};

static struct definitions load(const struct pair pairs[static PAIRS])
{
    struct config_keys keys = {0};
    struct definitions d;
    struct error err;

    for (size_t i = 0; i < PAIRS && pairs[i].key; i++)
        REQUIRE(config_keys_set(&keys, pairs[i].key, pairs[i].value, "test", &err) == 0);
    REQUIRE(definitions_load(&d, &keys, &err) == 0);
    config_keys_deinit(&keys);
    return d;
}

static const struct {
    const char *label;
    struct pair pairs[PAIRS];
    int64_t limit, window, duration;
} limits[] = {
    {"built in", {STARTUP}, 5, 0, 0},
    {"own",
     {STARTUP,
      {"CollectionRules:R:Limits:ActionCount", "3"},
      {"CollectionRules:R:Limits:ActionCountSlidingWindowDuration", "00:05:00"},
      {"CollectionRules:R:Limits:RuleDuration", "1.00:00:00"}},
     3,
     300 * TICKS_PER_SECOND,
     TICKS_PER_DAY},
    {"defaults",
     {STARTUP,
      {"CollectionRuleDefaults:Limits:ActionCount", "7"},
      {"CollectionRuleDefaults:Limits:RuleDuration", "00:00:02"}},
     7,
     0,
     2 * TICKS_PER_SECOND},
    {"own over defaults",
     {STARTUP,
      {"CollectionRules:R:Limits:ActionCount", "3"},
      {"CollectionRuleDefaults:Limits:ActionCount", "7"}},
     3,
     0,
     0},
    {"template",
     {STARTUP,
      {"CollectionRules:R:Limits", "Few"},
      {"Templates:CollectionRuleLimits:Few:ActionCount", "1"}},
     1,
     0,
     0},
    {"empty is not set",
     {STARTUP,
      {"CollectionRules:R:Limits:ActionCount", ""},
      {"CollectionRuleDefaults:Limits:ActionCount", "7"}},
     7,
     0,
     0},
};

static void test_limits(void)
{
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        struct definitions d = load(limits[i].pairs);
        REQUIRE(d.count == 1);
        CHECK_AT(limits[i].label, !d.items[0].fault);
        CHECK_AT(limits[i].label, d.items[0].limit == limits[i].limit);
        CHECK_AT(limits[i].label, d.items[0].window == limits[i].window);
        CHECK_AT(limits[i].label, d.items[0].duration == limits[i].duration);
        definitions_deinit(&d);
    }
}

/* `fault`: part of it; NULL: none. */
static const struct {
    const char *label;
    struct pair pairs[PAIRS];
    const char *fault;
} faults[] = {
    {"no trigger", {{"CollectionRules:R:Limits:ActionCount", "1"}}, "Trigger"},
    {"unknown trigger", {{"CollectionRules:R:Trigger:Type", "Never"}}, "Never"},
    {"unknown action", {STARTUP, {"CollectionRules:R:Actions:0:Type", "Dance"}}, "Dance"},
    {"no destination",
     {STARTUP, {"CollectionRules:R:Actions:0:Type", "CollectDump"}},
     "no destination"},
    {"unknown destination",
     {STARTUP,
      {"CollectionRules:R:Actions:0:Type", "CollectDump"},
      {"CollectionRules:R:Actions:0:Settings:Egress", "files"}},
     "'files' is not configured"},
    {"destination",
     {STARTUP,
      FILES,
      {"CollectionRules:R:Actions:0:Type", "CollectDump"},
      {"CollectionRules:R:Actions:0:Settings:Egress", "files"}},
     NULL},
    {"destination by default",
     {STARTUP,
      FILES,
      {"CollectionRules:R:Actions:0:Type", "CollectDump"},
      {"CollectionRuleDefaults:Actions:Egress", "files"}},
     NULL},
    {"no count",
     {{"CollectionRules:R:Trigger:Type", "AspNetRequestCount"}},
     "RequestCount: is missing"},
    {"count by default",
     {{"CollectionRules:R:Trigger:Type", "AspNetRequestCount"},
      {"CollectionRuleDefaults:Triggers:RequestCount", "3"}},
     NULL},
    {"unknown template of a trigger", {{"CollectionRules:R:Trigger", "T"}}, "no template 'T'"},
    {"trigger by template",
     {{"CollectionRules:R:Trigger", "T"},
      {"Templates:CollectionRuleTriggers:T:Type", "AspNetRequestCount"},
      {"Templates:CollectionRuleTriggers:T:Settings:RequestCount", "3"}},
     NULL},
    {"fault in a template",
     {{"CollectionRules:R:Trigger", "T"},
      {"Templates:CollectionRuleTriggers:T:Type", "AspNetRequestCount"},
      {"Templates:CollectionRuleTriggers:T:Settings:RequestCount", "0"}},
     "RequestCount"},
    {"fault in a template of another",
     {STARTUP,
      {"Templates:CollectionRuleTriggers:T:Type", "AspNetRequestCount"},
      {"Templates:CollectionRuleTriggers:T:Settings:RequestCount", "0"}},
     NULL},
    {"fault of another", {STARTUP, {"CollectionRules:R2:Trigger:Type", "Never"}}, NULL},
    {"duration out of range",
     {STARTUP, {"CollectionRules:R:Limits:RuleDuration", "00:00:00"}},
     "RuleDuration"},
    {"filter without a value",
     {STARTUP, {"CollectionRules:R:Filters:0:Key", "ProcessName"}},
     "Filters:0"},
    {"two actions of one name",
     {STARTUP,
      {"CollectionRules:R:Actions:0:Type", "Execute"},
      {"CollectionRules:R:Actions:0:Name", "a"},
      {"CollectionRules:R:Actions:0:Settings:Path", "/bin/true"},
      {"CollectionRules:R:Actions:1:Type", "Execute"},
      {"CollectionRules:R:Actions:1:Name", "a"},
      {"CollectionRules:R:Actions:1:Settings:Path", "/bin/true"}},
     "earlier action"},
};

static void test_faults(void)
{
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        struct definitions d = load(faults[i].pairs);
        REQUIRE(d.count >= 1);
        const char *fault = d.items[0].fault;
        CHECK_AT(world_text("%s: %s", faults[i].label, fault ? fault : "fine"),
                 faults[i].fault ? fault && strstr(fault, faults[i].fault) : !fault);
        definitions_deinit(&d);
    }
}

static void test_parts(void)
{
    struct definitions d = load(
        (struct pair[PAIRS]){{"CollectionRules:R:Trigger:Type", "startup"},
                             {"CollectionRules:R:Filters:0", "Web"},
                             {"CollectionRules:R:Filters:1:ProcessId", "7"},
                             {"Templates:CollectionRuleFilters:Web:ProcessName", "web"},
                             {"CollectionRules:R:Actions:0", "Run"},
                             {"CollectionRules:R:Actions:3:Type", "GetEnvironmentVariable"},
                             {"CollectionRules:R:Actions:3:Name", "G"},
                             {"CollectionRules:R:Actions:3:WaitForCompletion", "True"},
                             {"CollectionRules:R:Actions:3:Settings:Name", "X"},
                             {"Templates:CollectionRuleActions:Run:Type", "Execute"},
                             {"Templates:CollectionRuleActions:Run:Settings:Path", "/bin/true"}});

    REQUIRE(d.count == 1);
    struct definition *r = &d.items[0];
    /* "startup" is another case than the peer takes; whether it is a fault is config/validate's. */
    CHECK(strcmp(r->name, "R") == 0 && r->filters.count == 2);
    CHECK(strcmp(r->filters.items[0].value, "web") == 0 && r->filters.items[0].key == 1);
    REQUIRE(r->action_count == 2);
    CHECK(!r->actions[0].name && !r->actions[0].wait);
    CHECK(strcmp(r->actions[0].type->name, "Execute") == 0);
    CHECK(strcmp(r->actions[0].settings, "Templates:CollectionRuleActions:Run:Settings") == 0);
    CHECK(strcmp(r->actions[1].name, "G") == 0 && r->actions[1].wait);
    CHECK(strcmp(r->actions[1].settings, "CollectionRules:R:Actions:3:Settings") == 0);
    definitions_deinit(&d);
}

static void test_same_faults(void)
{
    struct definitions none = load((struct pair[PAIRS]){{0}});
    struct definitions good = load((struct pair[PAIRS]){STARTUP});
    struct definitions bad = load((struct pair[PAIRS]){{"CollectionRules:R:Trigger:Type", "X"}});

    CHECK(none.count == 0 && definitions_same_faults(&none, &none));
    CHECK(definitions_same_faults(&good, &good) && definitions_same_faults(&bad, &bad));
    CHECK(!definitions_same_faults(&good, &bad) && !definitions_same_faults(&good, &none));
    definitions_deinit(&none);
    definitions_deinit(&good);
    definitions_deinit(&bad);
}

WORLD_SUITE("rules/definition", {"limits", test_limits}, {"faults", test_faults},
            {"parts", test_parts}, {"same faults", test_same_faults})
