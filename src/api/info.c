/* GET /info, /healthz, /readyz: about portside itself. */
#include "portside_version.h"
#include <string.h>

#include "src/api/api.h"
#include "src/api/feature.h"
#include "src/api/reply.h"
#include "src/metrics/service.h"

/* The peer tells its own .NET version, and clients parse it as one. We have none: this is the
 * newest generation whose protocol we speak. */
static const char runtime_version[] = "10.0.0";

static void add_capability(cJSON *list, const char *name, bool enabled)
{
    cJSON *json = cJSON_CreateObject();

    (void)cJSON_AddStringToObject(json, "name", name);
    (void)cJSON_AddBoolToObject(json, "enabled", enabled);
    (void)cJSON_AddItemToArray(list, json);
}

static cJSON *problems_of(const struct scrape *s)
{
    cJSON *json = cJSON_CreateObject(), *list;
    char uid[GUID_TEXT_SIZE];

    (void)cJSON_AddNumberToObject(json, "pid", (double)s->target->pid);
    (void)cJSON_AddStringToObject(json, "uid", guid_format(&s->target->cookie, uid));
    (void)cJSON_AddStringToObject(json, "name", s->target->info.name);
    (void)cJSON_AddBoolToObject(json, "up", s->process->up);
    list = cJSON_AddArrayToObject(json, "problems");
    for (size_t i = 0; i < s->problems.count; i++) {
        cJSON *problem = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(problem, "kind",
                                      problem_kind_name(s->problems.items[i].kind));
        (void)cJSON_AddStringToObject(problem, "text", s->problems.items[i].text);
        (void)cJSON_AddItemToArray(list, problem);
    }
    return json;
}

/* Ours, and only where something is wrong: a healthy instance answers as the peer. */
static void add_metrics(cJSON *json, const struct metrics_service *metrics)
{
    cJSON *list = NULL;

    list_each(s, metrics_service_scrapes(metrics), const struct scrape, link)
    {
        if (s->problems.count == 0)
            continue;
        if (!list)
            list = cJSON_AddArrayToObject(json, "metrics");
        (void)cJSON_AddItemToArray(list, problems_of(s));
    }
}

void api_get_info(void *user, struct http_exchange *x)
{
    const struct api *api = user;
    const struct options *o = api->options;
    bool listens = o->port_mode == PORT_LISTEN;
    cJSON *json = cJSON_CreateObject();

    (void)cJSON_AddStringToObject(json, "version", PORTSIDE_VERSION);
    (void)cJSON_AddStringToObject(json, "runtimeVersion", runtime_version);
    (void)cJSON_AddStringToObject(json, "diagnosticPortMode", listens ? "Listen" : "Connect");
    if (listens)
        (void)cJSON_AddStringToObject(json, "diagnosticPortName", o->port_name);
    else
        (void)cJSON_AddNullToObject(json, "diagnosticPortName");
    cJSON *list = cJSON_AddArrayToObject(json, "capabilities");
    add_capability(list, "exceptions", feature_is_on(api, FEATURE_EXCEPTIONS));
    add_capability(list, "parameters", false);
    add_capability(list, "call_stacks", feature_is_on(api, FEATURE_CALL_STACKS));
    add_capability(list, "metrics", api->metrics != NULL);
    add_capability(list, "http_egress", !o->no_http_egress);
    if (api->metrics)
        add_metrics(json, api->metrics);
    reply_json(x, 200, json);
}

static void reply_text(struct http_exchange *x, int status, const char *text)
{
    static const struct http_pair headers[] = {{"Content-Type", "text/plain"}};

    http_respond(x, status, headers, 1, text, strlen(text));
}

/* Alive: the loop turns. */
void api_get_healthz(void *user, struct http_exchange *x)
{
    (void)user;
    reply_text(x, 200, "ok\n");
}

/* Ready: runtimes can reach us, and we are not leaving. */
void api_get_readyz(void *user, struct http_exchange *x)
{
    const struct api *api = user;

    if (api->draining)
        reply_text(x, 503, "shutting down\n");
    else if (!registry_is_reachable(api->registry))
        reply_text(x, 503, "the diagnostic port's socket is lost\n");
    else
        reply_text(x, 200, "ready\n");
}
