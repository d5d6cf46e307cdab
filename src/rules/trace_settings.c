/* CollectTrace: what it names, into the session that is asked for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/collect/provider_arguments.h"
#include "src/collect/trace.h"
#include "src/collect/trace_profiles.h"
#include "src/ops/file_name.h"
#include "src/rules/action_artifact.h"
#include "src/rules/artifact_settings.h"

enum { PROVIDERS_MAX = 256 }; /* far more than a request to the runtime can hold */

struct providers {
    struct ipc_trace_provider *items;
    char **arguments; /* of each; NULL: none */
    size_t count;
};

static void providers_deinit(struct providers *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->arguments[i]);
    free(p->arguments);
    free(p->items);
}

static int read_arguments(const struct action_call *call, const char *provider,
                          const struct section *section, char **ret, struct error *err)
{
    const struct config_entry *at;
    char name[LIMIT_CONFIG_KEY];
    struct section map, item;
    struct text text = {0};
    int r = 0;

    at = section_child(section, "Arguments", &map) ? section_first(&map) : NULL;
    while (r == 0 && at && section_next(&map, &at, &item, name)) {
        const char *value = section_text(&map, name);
        r = provider_argument_check(call->context->keys, provider, name, value ? value : "", err);
        provider_argument_add(&text, name, value ? value : "");
    }
    if (r == 0 && text.failed)
        r = error_set(err, -ENOMEM, "Arguments");
    if (r == 0 && text.data)
        *ret = text_take(&text);
    text_deinit(&text);
    return r;
}

/* `fallback` when it is not set; config/validate has looked at the rest. */
static struct value read_member(const struct section *section, const char *name,
                                const struct value_type *type, const char *fallback)
{
    const char *text = section_text(section, name);
    struct value value = {0};

    if (!text || !value_read(type, 0, 0, text, &value))
        (void)value_read(type, 0, 0, fallback, &value);
    return value;
}

static int read_provider(const struct action_call *call, struct providers *p,
                         const struct section *section, struct error *err)
{
    const char *name = section_text(section, "Name");
    struct ipc_trace_provider *provider = &p->items[p->count];

    if (!name || p->count == PROVIDERS_MAX)
        return error_set(err, -EINVAL, "Providers: one has no name, or they are more than %d.",
                         PROVIDERS_MAX);
    int r = read_arguments(call, name, section, &p->arguments[p->count], err);
    if (r < 0)
        return r;
    *provider = (struct ipc_trace_provider){
        .name = name,
        .keywords = (uint64_t)read_member(section, "Keywords", &type_keywords, "0xFFFFFFFFFFFFFFFF")
                        .integer,
        .level = read_member(section, "EventLevel", &type_event_level, "Verbose").choice,
        .arguments = p->arguments[p->count]};
    p->count++;
    return 0;
}

static int read_providers(const struct action_call *call, const struct section *list,
                          struct providers *p, struct error *err)
{
    const struct config_entry *at = section_first(list);
    char name[LIMIT_CONFIG_KEY];
    struct section item;
    int r = 0;

    p->items = calloc(PROVIDERS_MAX, sizeof *p->items);
    p->arguments = calloc(PROVIDERS_MAX, sizeof *p->arguments);
    if (!p->items || !p->arguments)
        return error_set(err, -ENOMEM, "Providers");
    while (r == 0 && section_next(list, &at, &item, name))
        r = read_provider(call, p, &item, err);
    return r;
}

/* `fields` is EVENT_MATCH_FIELDS long. False: no such event is wanted. */
static bool read_stopping(const struct section *section, struct event_match_need *ret,
                          struct event_match_field *fields, char (*names)[LIMIT_CONFIG_KEY])
{
    struct section event, filter, item;
    const struct config_entry *at;

    if (!section_child(section, "StoppingEvent", &event))
        return false;
    *ret = (struct event_match_need){.provider = section_text(&event, "ProviderName"),
                                     .event = section_text(&event, "EventName"),
                                     .fields = fields};
    at = section_child(&event, "PayloadFilter", &filter) ? section_first(&filter) : NULL;
    while (at && ret->field_count < EVENT_MATCH_FIELDS &&
           section_next(&filter, &at, &item, names[ret->field_count])) {
        const char *text = section_text(&filter, names[ret->field_count]);
        fields[ret->field_count] =
            (struct event_match_field){names[ret->field_count], text ? text : ""};
        ret->field_count++;
    }
    return ret->provider && ret->event;
}

static int start(const struct action_call *call, const struct session_config *config,
                 const struct event_match_need *stopping, struct action **ret, struct error *err)
{
    struct trace_params params = {.session = *config, .stopping = stopping};
    char name[ARTIFACT_NAME];
    const struct artifact_job job = {.type = &collection_trace,
                                     .params = &params,
                                     .name = artifact_name(call->target, "nettrace", name)};
    int r = action_duration(call, &params.duration_seconds, err);

    return r < 0 ? r : action_artifact_start(call, &job, ret, err);
}

static int start_profile(const struct action_call *call, const char *text, struct action **ret,
                         struct error *err)
{
    struct trace_profile_session session;
    struct value profiles;

    /* The names are in the order of the bits of enum trace_profile. */
    if (!value_read(&type_trace_profile, 0, 0, text, &profiles))
        return error_set(err, -EINVAL, "Profile: '%s' is none.", text);
    int r = trace_profiles_session(profiles.choice, call->context->keys, &session, err);
    return r < 0 ? r : start(call, &session.config, NULL, ret, err);
}

static int start_providers(const struct action_call *call, const struct section *section,
                           const struct providers *p, struct action **ret, struct error *err)
{
    struct event_match_field fields[EVENT_MATCH_FIELDS];
    struct event_match_need need;
    struct value rundown, buffer;
    char(*names)[LIMIT_CONFIG_KEY] = calloc(EVENT_MATCH_FIELDS, sizeof *names);
    int r = names ? action_value(call, "RequestRundown", &type_boolean, "true", &rundown, err)
                  : error_set(err, -ENOMEM, "trace");

    if (r == 0)
        r = action_value(call, "BufferSizeMegabytes", &type_number, "256", &buffer, err);
    if (r == 0) {
        const uint64_t keyword = rundown.boolean ? IPC_TRACE_RUNDOWN_DEFAULT : 0;
        const struct session_config config = {.request = {.providers = p->items,
                                                          .provider_count = p->count,
                                                          .buffer_mb = (uint32_t)buffer.integer,
                                                          .format = IPC_TRACE_NET_TRACE,
                                                          .stackwalk = true,
                                                          .rundown_keyword = keyword},
                                              .rundown_fallback = keyword};
        bool stops = read_stopping(section, &need, fields, names);
        r = start(call, &config, stops ? &need : NULL, ret, err);
    }
    free(names);
    return r;
}

int collect_trace_start(const struct action_call *call, struct action **ret, struct error *err)
{
    const struct section section = action_section(call);
    const char *profile = section_text(&section, "Profile");
    struct providers providers = {0};
    struct section list;

    if (profile)
        return start_profile(call, profile, ret, err);
    if (!section_child(&section, "Providers", &list))
        return error_set(err, -EINVAL, "Set Profile or Providers.");
    int r = read_providers(call, &list, &providers, err);
    if (r == 0)
        r = start_providers(call, &section, &providers, ret, err);
    providers_deinit(&providers);
    return r;
}
