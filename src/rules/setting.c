#include "src/rules/setting.h"

#include <errno.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/config/timespan.h"
#include "src/config/types.h"

enum { TICK_NS = 100 };

static const char *text_of(const struct setting_source *from, const char *name)
{
    const char *text = section_text(from->settings, name);

    return text || !from->defaults ? text : section_text(from->defaults, name);
}

static int read_as(const struct value_type *type, const char *name, const char *text,
                   struct value *ret, struct error *err)
{
    char expected[EXPECTATION_SIZE];

    if (value_read(type, 0, 0, text, ret))
        return 0;
    return error_set(err, -EINVAL, "%s: '%.*s' is not %s.", name, LIMIT_CONFIG_SHOWN, text,
                     value_expectation(type, 0, 0, expected));
}

static int missing(const char *name, struct error *err)
{
    return error_set(err, -EINVAL, "%s is missing.", name);
}

int setting_count(const struct setting_source *from, const char *name, uint64_t *ret,
                  struct error *err)
{
    const char *text = text_of(from, name);
    struct value value;

    if (!text)
        return missing(name, err);
    int r = read_as(&type_number, name, text, &value, err);
    if (r == 0 && value.integer < 1)
        r = error_set(err, -EINVAL, "%s must be at least 1.", name);
    if (r == 0)
        *ret = (uint64_t)value.integer;
    return r;
}

int setting_duration(const struct setting_source *from, const char *name, int64_t fallback,
                     int64_t *ret, struct error *err)
{
    const char *text = text_of(from, name);
    struct value value;
    int r = 0;

    *ret = fallback;
    if (!text)
        return 0;
    r = read_as(&type_timespan, name, text, &value, err);
    if (r == 0 && (value.integer < 0 || value.integer > TICKS_PER_DAY))
        r = error_set(err, -EINVAL, "%s must be from 0 to one day.", name);
    if (r == 0)
        *ret = value.integer * TICK_NS;
    return r;
}

int setting_real(const struct setting_source *from, const char *name, bool *ret_has, double *ret,
                 struct error *err)
{
    const char *text = section_text(from->settings, name);
    struct value value;

    *ret_has = text != NULL;
    if (!text)
        return 0;
    int r = read_as(&type_real, name, text, &value, err);
    if (r == 0)
        *ret = value.real;
    return r;
}

int setting_text(const struct setting_source *from, const char *name, char **ret, struct error *err)
{
    const char *text = section_text(from->settings, name);

    if (!text)
        return missing(name, err);
    *ret = strdup(text);
    return *ret ? 0 : error_set(err, -ENOMEM, "settings of a trigger");
}

int setting_list(const struct setting_source *from, const char *name,
                 int (*add)(void *user, const char *item, struct error *err), void *user,
                 struct error *err)
{
    char item_name[LIMIT_CONFIG_KEY];
    struct section list, item;
    int r = 0, count = 0;

    if (!section_child(from->settings, name, &list))
        return 0;
    const struct config_entry *at = section_first(&list);
    while (r == 0 && section_next(&list, &at, &item, item_name)) {
        const struct config_entry *own = section_value(&item);
        if (!own || !own->value[0])
            continue;
        r = add(user, own->value, err);
        count++;
    }
    if (r < 0)
        return error_prefix(err, "%s", name);
    return count;
}
