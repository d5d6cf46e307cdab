#include "src/api/livemetrics_body.h"

#include <errno.h>
#include <stdlib.h>

/* The two lists of a body. */
static const struct {
    const char *list, *name, *names;
    bool is_meter;
} lists[] = {{"providers", "providerName", "counterNames", false},
             {"meters", "meterName", "instrumentNames", true}};

enum { LISTS = sizeof lists / sizeof lists[0] };

/* Choices, and the names in them. */
struct choices {
    struct metrics_choice *list;
    const char **names;
    size_t count, name_count;
};

static const char *text_of(const cJSON *json)
{
    return cJSON_IsString(json) ? json->valuestring : NULL;
}

static void add_choice(struct choices *all, const cJSON *item, size_t list)
{
    const cJSON *names = cJSON_GetObjectItem(item, lists[list].names), *name;
    struct metrics_choice *c = &all->list[all->count++];

    *c = (struct metrics_choice){.provider = text_of(cJSON_GetObjectItem(item, lists[list].name)),
                                 .names = all->names + all->name_count,
                                 .is_meter = lists[list].is_meter};
    cJSON_ArrayForEach(name, names)
    {
        if (!cJSON_IsString(name))
            continue;
        all->names[all->name_count++] = name->valuestring;
        c->name_count++;
    }
}

/* How many choices and names there may be. */
static void count(const cJSON *body, size_t *ret_choices, size_t *ret_names)
{
    const cJSON *item;

    for (size_t i = 0; i < LISTS; i++) {
        cJSON_ArrayForEach(item, cJSON_GetObjectItem(body, lists[i].list))
        {
            *ret_choices += 1;
            *ret_names += (size_t)cJSON_GetArraySize(cJSON_GetObjectItem(item, lists[i].names));
        }
    }
}

int livemetrics_body_read(const cJSON *body, const struct config_keys *keys, unsigned runtime_major,
                          struct metrics_request *ret, struct error *err)
{
    size_t choices = 1, names = 1;
    struct choices all = {0};
    const cJSON *item;
    int r = -ENOMEM;

    count(body, &choices, &names);
    all.list = calloc(choices, sizeof *all.list);
    all.names = calloc(names, sizeof *all.names);
    for (size_t i = 0; all.list && all.names && i < LISTS; i++) {
        cJSON_ArrayForEach(item, cJSON_GetObjectItem(body, lists[i].list))
        {
            add_choice(&all, item, i);
        }
    }
    if (all.list && all.names)
        r = metrics_request_chosen(
            keys, runtime_major,
            !cJSON_IsFalse(cJSON_GetObjectItem(body, "includeDefaultProviders")), all.list,
            all.count, ret, err);
    else
        (void)error_set(err, r, "metrics");
    free(all.list);
    free(all.names);
    return r;
}
