/* GET /collectionrules and /collectionrules/{collectionRuleName}: how the rules of a process do. */
#include <errno.h>

#include "src/api/api.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/config/timespan.h"
#include "src/rules/rules.h"

static void add_state(cJSON *json, const struct rule_status *status)
{
    (void)cJSON_AddStringToObject(json, "state", status->state);
    (void)cJSON_AddStringToObject(json, "stateReason", status->reason);
}

static void add_rule(void *user, const struct rule *rule)
{
    cJSON *rules = user, *json = cJSON_AddObjectToObject(rules, rule_name(rule));
    struct rule_status status;

    rule_status(rule, &status);
    if (json)
        add_state(json, &status);
}

static void list(struct api *api, struct http_exchange *x, struct target *t)
{
    cJSON *json = cJSON_CreateObject();

    if (json)
        rules_each(api->rules, t, add_rule, json);
    reply_json(x, 200, json);
}

static void add_span(cJSON *json, const char *name, int64_t ticks)
{
    char text[TIMESPAN_SIZE];

    if (ticks)
        (void)cJSON_AddStringToObject(json, name, timespan_print(ticks, text));
    else
        (void)cJSON_AddNullToObject(json, name);
}

static cJSON *details(const struct rule *rule)
{
    cJSON *json = cJSON_CreateObject();
    struct rule_status s;

    rule_status(rule, &s);
    if (!json)
        return NULL;
    (void)cJSON_AddNumberToObject(json, "lifetimeOccurrences", (double)s.lifetime);
    (void)cJSON_AddNumberToObject(json, "slidingWindowOccurrences", (double)s.within);
    (void)cJSON_AddNumberToObject(json, "actionCountLimit", (double)s.limit);
    add_span(json, "actionCountSlidingWindowDurationLimit", s.window);
    add_span(json, "slidingWindowDurationCountdown", s.window_left * TICKS_PER_SECOND);
    add_span(json, "ruleFinishedCountdown", s.duration_left * TICKS_PER_SECOND);
    add_state(json, &s);
    return json;
}

static void describe(struct api *api, struct http_exchange *x, struct target *t)
{
    const char *name = call_of(x)->at[PARAM_RULE].text;
    const struct rule *rule = rules_find(api->rules, t, name);
    struct error err;

    if (rule) {
        reply_json(x, 200, details(rule));
        return;
    }
    (void)error_set(&err, -EINVAL, "Unable to find a collection rule with name %s.", name);
    reply_problem(x, &err);
}

void api_get_collection_rules(void *user, struct http_exchange *x)
{
    process_request_start(user, x, list);
}

void api_get_collection_rule(void *user, struct http_exchange *x)
{
    process_request_start(user, x, describe);
}
