/* GET /processes, GET /process: who is there (CONTRACT section 4). */
#include "src/api/api.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/base/clock.h"

static cJSON *process_json(const struct target *t)
{
    cJSON *json = cJSON_CreateObject();
    char uid[GUID_TEXT_SIZE];

    (void)cJSON_AddNumberToObject(json, "pid", (double)t->pid);
    (void)cJSON_AddStringToObject(json, "uid", guid_format(&t->cookie, uid));
    (void)cJSON_AddStringToObject(json, "name", t->info.name);
    return json;
}

/* Ours, and only while it is so: since when the process has not answered. */
static void add_silence(cJSON *json, const struct target *t)
{
    char since[CLOCK_ISO_SIZE];

    if (t->unresponsive_since)
        (void)cJSON_AddStringToObject(json, "unresponsiveSince",
                                      clock_iso(t->unresponsive_since, since));
}

static void list_processes(struct api *api, struct http_exchange *x)
{
    const struct process_query nothing = {0};
    struct target *chosen = NULL;
    struct error err;
    cJSON *list = cJSON_CreateArray();

    if (registry_select(api->registry, &nothing, &chosen, &err) < 0)
        chosen = NULL; /* no default is no failure here */
    list_each(t, registry_targets(api->registry), struct target, link)
    {
        if (!t->listed)
            continue;
        cJSON *json = process_json(t);
        (void)cJSON_AddBoolToObject(json, "isDefault", t == chosen);
        add_silence(json, t);
        (void)cJSON_AddItemToArray(list, json);
    }
    reply_json(x, 200, list);
}

void api_get_processes(void *user, struct http_exchange *x)
{
    process_request_settle(user, x, list_processes);
}

static void show_process(struct api *api, struct http_exchange *x, struct target *t)
{
    cJSON *json = process_json(t);

    (void)api;
    (void)cJSON_AddStringToObject(json, "commandLine", t->info.command_line);
    (void)cJSON_AddStringToObject(json, "operatingSystem", t->info.os);
    (void)cJSON_AddStringToObject(json, "processArchitecture", t->info.arch);
    (void)cJSON_AddStringToObject(json, "managedEntryPointAssemblyName", t->info.entry_assembly);
    add_silence(json, t);
    reply_json(x, 200, json);
}

void api_get_process(void *user, struct http_exchange *x)
{
    process_request_start(user, x, show_process);
}
