#include "src/exceptions/settings.h"

#include <stdio.h>

#include "src/base/text.h"
#include "src/config/in_process.h"
#include "src/config/section.h"

#define SECTION "InProcessFeatures:Exceptions"

enum { DEFAULT_LIMIT = 20 };

static int load_filter(const struct config_keys *keys, const char *key,
                       struct exception_filter_list *list, struct error *err)
{
    const char *const fields[EXCEPTION_FIELDS] = {
        [EXCEPTION_FIELD_TYPE] = config_keys_child(keys, key, "ExceptionType"),
        [EXCEPTION_FIELD_MODULE] = config_keys_child(keys, key, "ModuleName"),
        [EXCEPTION_FIELD_CLASS] = config_keys_child(keys, key, "TypeName"),
        [EXCEPTION_FIELD_METHOD] = config_keys_child(keys, key, "MethodName"),
    };

    return exception_filter_list_add(list, fields, err);
}

static int load_list(const struct config_keys *keys, const char *key,
                     struct exception_filter_list *list, struct error *err)
{
    const struct section section = section_find(keys, key);
    const struct config_entry *at = section_first(&section);
    char name[LIMIT_CONFIG_KEY], child_key[2 * LIMIT_CONFIG_KEY];
    struct section child;
    int r = 0;

    while (r == 0 && section_next(&section, &at, &child, name)) {
        (void)snprintf(child_key, sizeof child_key, "%s:%s", key, name);
        r = load_filter(keys, child_key, list, err);
    }
    return r;
}

int exception_settings_load(const struct config_keys *keys, struct exception_settings *ret,
                            struct error *err)
{
    const char *limit = config_keys_child(keys, SECTION, "TopLevelLimit");
    const char *at_start = config_keys_child(keys, SECTION, "CollectOnStartup");
    struct exception_settings s = {
        .on = in_process_is_on(keys, "Exceptions"), .at_start = true, .limit = DEFAULT_LIMIT};
    int64_t number;

    if (limit && text_to_i64(limit, 1, INT32_MAX, &number))
        s.limit = (size_t)number;
    if (at_start)
        (void)text_to_bool(at_start, &s.at_start);
    int r = load_list(keys, SECTION ":CollectionFilters:Include", &s.filters.include, err);
    if (r == 0)
        r = load_list(keys, SECTION ":CollectionFilters:Exclude", &s.filters.exclude, err);
    if (r < 0) {
        exception_filters_deinit(&s.filters);
        return r;
    }
    *ret = s;
    return 0;
}
