#include "src/api/trace_body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/api/openapi/schema.h"
#include "src/base/text.h"
#include "src/collect/provider_arguments.h"

enum {
    BUFFER_DEFAULT_MB = 256,
    BUFFER_MAX_MB = 1024,
    PROVIDERS_MAX = 256, /* far more than a request to the runtime can hold */
};

/* A number that may be quoted. */
static double number_of(const cJSON *json, double fallback)
{
    if (cJSON_IsNumber(json))
        return json->valuedouble;
    return cJSON_IsString(json) ? strtod(json->valuestring, NULL) : fallback;
}

static int read_keywords(const cJSON *json, uint64_t *ret, struct error *err)
{
    const char *text = cJSON_IsString(json) ? json->valuestring : NULL;
    char *end;

    *ret = UINT64_MAX;
    if (!json)
        return 0;
    if (!text || text[strspn(text, " \t\r\n")] == '\0')
        return error_set(err, -EINVAL, "Value cannot be null, empty, or whitespace.");
    bool hex = strncasecmp(text, "0x", 2) == 0;
    const char *digits = hex ? text + 2 : text + (text[0] == '-' || text[0] == '+');
    static const char allowed[] = "0123456789abcdefABCDEF";
    errno = 0;
    *ret = hex              ? strtoull(digits, &end, 16)
           : text[0] == '-' ? (uint64_t)strtoll(text, &end, 10)
                            : (uint64_t)strtoll(digits, &end, 10);
    if (errno || *end || !*digits || digits[strspn(digits, hex ? allowed : "0123456789")])
        return error_set(err, -EINVAL,
                         hex ? "The value '%s' is not a valid hexadecimal number."
                             : "The value '%s' is not a valid integer.",
                         text);
    return 0;
}

static uint32_t level_of(const cJSON *json)
{
    int32_t level = IPC_TRACE_LEVEL_VERBOSE;

    if (cJSON_IsNumber(json))
        return (uint32_t)json->valueint;
    if (cJSON_IsString(json))
        (void)schema_read_enum(&schema_event_level, json->valuestring, &level);
    return (uint32_t)level;
}

/* NULL: none, or no memory. */
static char *arguments_text(const cJSON *map)
{
    struct text out = {0};
    const cJSON *item;

    cJSON_ArrayForEach(item, map)
    {
        provider_argument_add(&out, item->string, cJSON_IsString(item) ? item->valuestring : "");
    }
    return out.data ? text_take(&out) : NULL;
}

static int check_arguments(const char *provider, const cJSON *map, const struct config_keys *keys,
                           struct error *err)
{
    const cJSON *item;
    int r = 0;

    cJSON_ArrayForEach(item, map)
    {
        if (r == 0 && cJSON_IsString(item))
            r = provider_argument_check(keys, provider, item->string, item->valuestring, err);
    }
    return r;
}

static int read_provider(struct trace_body *b, const cJSON *json, const struct config_keys *keys,
                         struct error *err)
{
    const cJSON *name = cJSON_GetObjectItem(json, "name");
    const cJSON *map = cJSON_GetObjectItem(json, "arguments");
    struct ipc_trace_provider *p = &b->providers[b->count];

    if (!cJSON_IsString(name) || !name->valuestring[0])
        return error_set(err, -EINVAL, "providers[%zu].name is missing.", b->count);
    int r = check_arguments(name->valuestring, map, keys, err);
    if (r == 0)
        r = read_keywords(cJSON_GetObjectItem(json, "keywords"), &p->keywords, err);
    if (r < 0)
        return r;
    b->arguments[b->count] = arguments_text(map);
    p->name = name->valuestring;
    p->level = level_of(cJSON_GetObjectItem(json, "eventLevel"));
    p->arguments = b->arguments[b->count++];
    return 0;
}

static int read_providers(struct trace_body *b, const cJSON *list, const struct config_keys *keys,
                          struct error *err)
{
    int count = cJSON_GetArraySize(list), r = 0;
    const cJSON *item;

    if (count < 1 || count > PROVIDERS_MAX)
        return error_set(err, -EINVAL, "providers must have 1 to %d elements.", PROVIDERS_MAX);
    b->providers = calloc((size_t)count, sizeof *b->providers);
    b->arguments = calloc((size_t)count, sizeof *b->arguments);
    if (!b->providers || !b->arguments)
        return error_set(err, -ENOMEM, "providers");
    cJSON_ArrayForEach(item, list)
    {
        if (r == 0)
            r = read_provider(b, item, keys, err);
    }
    return r;
}

int trace_body_read(const cJSON *body, const struct config_keys *keys, struct trace_body *ret,
                    struct error *err)
{
    struct ipc_trace_request *request = &ret->config.request;

    *ret = (struct trace_body){0};
    double buffer = number_of(cJSON_GetObjectItem(body, "bufferSizeInMB"), BUFFER_DEFAULT_MB);
    if (!(buffer >= 1 && buffer <= BUFFER_MAX_MB)) /* also what is no number */
        return error_set(err, -EINVAL, "bufferSizeInMB must be from 1 to %d.", BUFFER_MAX_MB);
    int r = read_providers(ret, cJSON_GetObjectItem(body, "providers"), keys, err);
    if (r < 0) {
        trace_body_deinit(ret);
        return r;
    }
    bool rundown = !cJSON_IsFalse(cJSON_GetObjectItem(body, "requestRundown"));
    request->providers = ret->providers;
    request->provider_count = ret->count;
    request->buffer_mb = (uint32_t)buffer;
    request->format = IPC_TRACE_NET_TRACE;
    request->stackwalk = !cJSON_IsFalse(cJSON_GetObjectItem(body, "requestStacks"));
    request->rundown_keyword = rundown ? IPC_TRACE_RUNDOWN_DEFAULT : 0;
    ret->config.rundown_fallback = request->rundown_keyword;
    return 0;
}

void trace_body_deinit(struct trace_body *b)
{
    for (size_t i = 0; i < b->count; i++)
        free(b->arguments[i]);
    free(b->arguments);
    free(b->providers);
    *b = (struct trace_body){0};
}
