#include "src/exceptions/settings.h"

#include "src/base/text.h"
#include "src/config/in_process.h"
#include "src/config/section.h"

#define SECTION "InProcessFeatures:Exceptions"

enum { DEFAULT_LIMIT = 20 };

static int load_filter(const struct section *item, struct exception_filter_list *list,
                       struct error *err)
{
    const char *const fields[EXCEPTION_FIELDS] = {
        [EXCEPTION_FIELD_TYPE] = section_text(item, "ExceptionType"),
        [EXCEPTION_FIELD_MODULE] = section_text(item, "ModuleName"),
        [EXCEPTION_FIELD_CLASS] = section_text(item, "TypeName"),
        [EXCEPTION_FIELD_METHOD] = section_text(item, "MethodName"),
    };

    return exception_filter_list_add(list, fields, err);
}

static int load_list(const struct section *filters, const char *name,
                     struct exception_filter_list *list, struct error *err)
{
    char child[LIMIT_CONFIG_KEY];
    struct section section, item;
    int r = 0;

    if (!section_child(filters, name, &section))
        return 0;
    const struct config_entry *at = section_first(&section);
    while (r == 0 && section_next(&section, &at, &item, child))
        r = load_filter(&item, list, err);
    return r;
}

int exception_filters_load(const struct section *filters, struct exception_filters *ret,
                           struct error *err)
{
    struct exception_filters loaded = {0};
    int r = load_list(filters, "Include", &loaded.include, err);

    if (r == 0)
        r = load_list(filters, "Exclude", &loaded.exclude, err);
    if (r < 0)
        exception_filters_deinit(&loaded);
    else
        *ret = loaded;
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
    const struct section filters = section_find(keys, SECTION ":CollectionFilters");
    int r = exception_filters_load(&filters, &s.filters, err);
    if (r < 0)
        return r;
    *ret = s;
    return 0;
}
