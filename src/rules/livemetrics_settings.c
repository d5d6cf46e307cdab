/* CollectLiveMetrics: what it names, into the metrics that are asked for. */
#include <errno.h>
#include <stdlib.h>

#include "src/base/cleanup.h"
#include "src/collect/livemetrics.h"
#include "src/ops/file_name.h"
#include "src/rules/action_artifact.h"
#include "src/rules/artifact_settings.h"

/* The two lists of the settings. */
static const struct {
    const char *list, *name, *names;
    bool is_meter;
} lists[] = {{"Providers", "ProviderName", "CounterNames", false},
             {"Meters", "MeterName", "InstrumentNames", true}};

enum { LISTS = sizeof lists / sizeof lists[0] };

/* Choices, and the names in them: as many as there are entries in the settings. */
struct choices {
    struct metrics_choice *list;
    const char **names;
    size_t count, name_count;
};

static void add_choice(struct choices *all, const struct section *section, size_t list)
{
    struct metrics_choice *c = &all->list[all->count++];
    const struct config_entry *at;
    char name[LIMIT_CONFIG_KEY];
    struct section names, item;

    *c = (struct metrics_choice){.provider = section_text(section, lists[list].name),
                                 .names = all->names + all->name_count,
                                 .is_meter = lists[list].is_meter};
    at = section_child(section, lists[list].names, &names) ? section_first(&names) : NULL;
    while (at && section_next(&names, &at, &item, name)) {
        const struct config_entry *own = section_value(&item);
        if (!own || !own->value[0])
            continue;
        all->names[all->name_count++] = own->value;
        c->name_count++;
    }
}

static void add_choices(struct choices *all, const struct section *settings)
{
    char name[LIMIT_CONFIG_KEY];
    struct section list, item;

    for (size_t i = 0; i < LISTS; i++) {
        const struct config_entry *at =
            section_child(settings, lists[i].list, &list) ? section_first(&list) : NULL;
        while (at && section_next(&list, &at, &item, name))
            add_choice(all, &item, i);
    }
}

static int choose(const struct action_call *call, const struct section *settings, unsigned major,
                  struct metrics_request *ret, struct error *err)
{
    size_t most =
        section_has_children(settings) ? (size_t)(settings->end - settings->first) + 1 : 1;
    struct choices all = {.list = calloc(most, sizeof *all.list),
                          .names = calloc(most, sizeof *all.names)};
    struct value defaults;
    int r = all.list && all.names ? 0 : error_set(err, -ENOMEM, "metrics");

    if (r == 0)
        r = action_value(call, "IncludeDefaultProviders", &type_boolean, "true", &defaults, err);
    if (r == 0) {
        add_choices(&all, settings);
        r = metrics_request_chosen(call->context->keys, major, defaults.boolean, all.list,
                                   all.count, ret, err);
    }
    free(all.list);
    free(all.names);
    return r;
}

int collect_livemetrics_start(const struct action_call *call, struct action **ret,
                              struct error *err)
{
    const struct section settings = action_section(call);
    unsigned major = (unsigned)strtoul(call->target->info.clr_version, NULL, 10);
    const struct live_format *format = &live_formats[0];
    struct metrics_request request;
    struct section member;
    char name[ARTIFACT_NAME];
    int64_t seconds;
    bool own = section_child(&settings, "Providers", &member) ||
               section_child(&settings, "Meters", &member) ||
               section_text(&settings, "IncludeDefaultProviders");
    int r = action_duration(call, &seconds, err);

    if (r == 0)
        r = own ? choose(call, &settings, major, &request, err)
                : metrics_request_configured(call->context->keys, major, &request, err);
    if (r < 0)
        return r;
    const struct livemetrics_params params = {
        .request = &request,
        .duration_seconds = seconds,
        .format = format,
        .scrape = metrics_service_scrape(call->context->metrics, call->target)};
    const struct artifact_job job = {.type = &collection_livemetrics,
                                     .params = &params,
                                     .name = artifact_name(call->target, format->extension, name),
                                     .content_type = format->media_type};
    r = action_artifact_start(call, &job, ret, err);
    metrics_request_deinit(&request);
    return r;
}
