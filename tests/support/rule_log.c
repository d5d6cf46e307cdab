#include "tests/support/rule_log.h"

#include <string.h>

#include "tests/support/world.h"

#define RULES "Microsoft.Diagnostics.Tools.Monitor.CollectionRules."

enum { LINE_MAX_ = 8192, LOG_MS = 60000 };

/* The next line about rules; NULL: no more. */
static const cJSON *next_line(const char **at)
{
    char line[LINE_MAX_];

    for (const char *end; (end = strchr(*at, '\n')) != NULL;) {
        size_t size = (size_t)(end - *at);
        const cJSON *json = NULL;
        if (size < sizeof line && size && **at == '{') {
            memcpy(line, *at, size);
            line[size] = '\0';
            json = strstr(line, RULES) ? json_parse(line) : NULL;
        }
        *at = end + 1;
        if (json && strncmp(json_text(json, "Category"), RULES, sizeof RULES - 1) == 0)
            return json;
    }
    return NULL;
}

/* The events of actions have no name of a rule but in their scope. */
static bool is_about(const cJSON *line, const char *rule)
{
    const char *name = json_text(line, "State.ruleName");

    if (!rule)
        return !name[0] && strcmp(json_text(line, "Category"), RULES "CollectionRuleService") == 0;
    return strcmp(name, rule) == 0;
}

const char *rule_log(const struct portside *p, const char *rule)
{
    const char *at = proc_output(p->proc), *ids = "";

    for (const cJSON *line; (line = next_line(&at)) != NULL;) {
        if (is_about(line, rule))
            ids = world_text("%s%s%d", ids, ids[0] ? " " : "", (int)json_number(line, "EventId"));
    }
    return ids;
}

static bool fits(const char *ids, const char *want)
{
    const char *dots = strstr(want, "...");

    return dots ? strncmp(ids, want, (size_t)(dots - want)) == 0 : strcmp(ids, want) == 0;
}

void rule_log_wait(const struct portside *p, const char *rule, const char *want)
{
    (void)WAIT_UNTIL(LOG_MS, fits(rule_log(p, rule), want));
    CHECK_AT(world_text("%s: want %s, have %s", rule ? rule : "all", want, rule_log(p, rule)),
             fits(rule_log(p, rule), want));
}

const cJSON *rule_log_line(const struct portside *p, const char *rule, int id)
{
    const char *at = proc_output(p->proc);
    const cJSON *last = NULL;

    for (const cJSON *line; (line = next_line(&at)) != NULL;) {
        if ((int)json_number(line, "EventId") == id &&
            (!rule || strcmp(json_text(line, "State.ruleName"), rule) == 0))
            last = line;
    }
    return last;
}
