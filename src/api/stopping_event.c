#include "src/api/stopping_event.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int check(const struct stopping_event *s, const struct ipc_trace_request *request,
                 struct error *err)
{
    if (!s->need.provider || !s->need.provider[0] || !s->need.event || !s->need.event[0])
        return error_set(err, -EINVAL, "A stopping event needs a provider's and an event's name.");
    for (size_t i = 0; i < request->provider_count; i++) {
        if (strcmp(request->providers[i].name, s->need.provider) == 0)
            return 0;
    }
    return error_set(err, -EINVAL,
                     "The stopping event's provider '%s' is none of those that are traced "
                     "(upper and lower case count).",
                     s->need.provider);
}

static int add_field(struct stopping_event *s, const char *name, const char *text,
                     struct error *err)
{
    if (!name[0])
        return error_set(err, -EINVAL, "A field in the filter of the stopping event has no name.");
    if (s->need.field_count == EVENT_MATCH_FIELDS)
        return error_set(err, -EINVAL, "The stopping event's filter has more than %d fields.",
                         EVENT_MATCH_FIELDS);
    s->fields[s->need.field_count++] = (struct event_match_field){name, text};
    s->need.fields = s->fields;
    return 0;
}

/* "Field:text,Field:text" */
static int read_filter(struct stopping_event *s, const char *text, struct error *err)
{
    char *rest = s->filter = strdup(text);
    int r = rest ? 0 : error_set(err, -ENOMEM, "stopping event");

    for (char *part; r == 0 && (part = strsep(&rest, ",")) != NULL;) {
        char *colon = strchr(part, ':');
        if (!colon)
            return error_set(err, -EINVAL,
                             "'%s' in the filter of the stopping event is not Field:text.", part);
        *colon = '\0';
        r = add_field(s, part, colon + 1, err);
    }
    return r;
}

int stopping_event_of_query(const struct call *c, const struct ipc_trace_request *request,
                            struct stopping_event *ret, struct error *err)
{
    const char *filter = c->at[PARAM_STOP_FILTER].text;

    *ret = (struct stopping_event){0};
    ret->need.provider = c->at[PARAM_STOP_PROVIDER].text;
    ret->need.event = c->at[PARAM_STOP_EVENT].text;
    if (!ret->need.provider && !ret->need.event && !filter)
        return 0;
    int r = filter ? read_filter(ret, filter, err) : 0;
    return r < 0 ? r : check(ret, request, err);
}

static const char *text_of(const cJSON *json, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(json, name));
}

int stopping_event_of_body(const cJSON *body, const struct ipc_trace_request *request,
                           struct stopping_event *ret, struct error *err)
{
    const cJSON *json = cJSON_GetObjectItem(body, "stoppingEvent");
    const cJSON *field;
    int r = 0;

    *ret = (struct stopping_event){0};
    if (!cJSON_IsObject(json))
        return 0;
    ret->need.provider = text_of(json, "providerName");
    ret->need.event = text_of(json, "eventName");
    cJSON_ArrayForEach(field, cJSON_GetObjectItem(json, "payloadFilter"))
    {
        if (r == 0)
            r = add_field(ret, field->string, cJSON_IsString(field) ? field->valuestring : "", err);
    }
    return r < 0 ? r : check(ret, request, err);
}

void stopping_event_deinit(struct stopping_event *s)
{
    free(s->filter);
    *s = (struct stopping_event){0};
}

const struct event_match_need *stopping_event_need(const struct stopping_event *s)
{
    return s->need.provider ? &s->need : NULL;
}
