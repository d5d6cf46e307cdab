/* GET /processes, GET /process: who is there (CONTRACT section 4). */
#include <stdlib.h>

#include "src/api/api.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/base/clock.h"
#include "src/collect/kernel_facts.h"
#include "src/target/procfs.h"

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

/* A process whose kernel is asked on the pool. */
struct kernel_request {
    uv_work_t work;
    struct http_exchange *x; /* NULL: the client is gone */
    cJSON *json;
    struct text facts;
    pid_t pid;
};

static void on_work(uv_work_t *work)
{
    struct kernel_request *k = work->data;

    kernel_facts_add_object(&k->facts, k->pid);
}

static void on_worked(uv_work_t *work, int status)
{
    struct kernel_request *k = work->data;

    (void)status;
    if (k->x) {
        http_exchange_watch(k->x, &(struct http_exchange_events){0});
        if (!k->facts.failed)
            (void)cJSON_AddRawToObject(k->json, "kernel", k->facts.data);
        reply_json(k->x, 200, k->json);
    } else {
        cJSON_Delete(k->json);
    }
    text_deinit(&k->facts);
    free(k);
}

static void on_client_gone(void *user)
{
    struct kernel_request *k = user;

    request_log_canceled(k->x);
    k->x = NULL;
}

/* Takes the JSON. */
static void ask_kernel(struct api *api, struct http_exchange *x, struct target *t, cJSON *json)
{
    struct kernel_request *k = calloc(1, sizeof *k);

    if (!k) {
        reply_json(x, 200, json);
        return;
    }
    *k = (struct kernel_request){.x = x, .json = json, .pid = t->host_pid};
    k->work.data = k;
    http_exchange_watch(x, &(struct http_exchange_events){.user = k, .on_gone = on_client_gone});
    (void)uv_queue_work(api->loop, &k->work, on_work, on_worked); /* cannot fail */
}

/* Known to be silent, or stopped, as the kernel says at once. */
static bool is_silent(const struct target *t)
{
    struct procfs_stat stat;
    struct error err;

    return t->unresponsive_since ||
           (t->host_pid > 0 && procfs_stat(t->host_pid, &stat, &err) == 0 &&
            (stat.state == 'T' || stat.state == 't'));
}

static void show_process(struct api *api, struct http_exchange *x, struct target *t)
{
    const struct call_value *kernel = &call_of(x)->at[PARAM_KERNEL];
    cJSON *json = process_json(t);

    (void)cJSON_AddStringToObject(json, "commandLine", t->info.command_line);
    (void)cJSON_AddStringToObject(json, "operatingSystem", t->info.os);
    (void)cJSON_AddStringToObject(json, "processArchitecture", t->info.arch);
    (void)cJSON_AddStringToObject(json, "managedEntryPointAssemblyName", t->info.entry_assembly);
    add_silence(json, t);
    if (t->host_pid > 0 && (kernel->given ? kernel->number != 0 : is_silent(t)))
        ask_kernel(api, x, t, json);
    else
        reply_json(x, 200, json);
}

void api_get_process(void *user, struct http_exchange *x)
{
    process_request_start(user, x, show_process);
}
