#include "src/base/log_format.h"

#include <string.h>

const char *log_field_name(const struct log_field *field, bool *ret_number)
{
    const char *name = field->key;

    name += *name == '-';
    *ret_number = *name == '#';
    return name + *ret_number;
}

static const char *value_of(const struct log_template *m, const char *key, size_t size)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct log_field *field = &m->fields[i];
        bool number;
        const char *own = log_field_name(field, &number);
        if (strlen(own) != size || memcmp(own, key, size) != 0)
            continue;
        if (field->value)
            return field->value;
        return field->key[0] == '-' ? "-" : "(null)";
    }
    return NULL;
}

void log_message(struct text *out, const struct log_template *message)
{
    const char *at = message->text;

    while (*at) {
        bool doubled = (*at == '{' || *at == '}') && at[1] == at[0];
        const char *end = *at == '{' && !doubled ? strchr(at, '}') : NULL;
        const char *value = end ? value_of(message, at + 1, (size_t)(end - at - 1)) : NULL;
        if (value) {
            text_add_str(out, value);
            at = end + 1;
        } else {
            text_add(out, at, 1);
            at += doubled ? 2 : 1;
        }
    }
}

void log_format(struct text *out, const struct log_format *format, const struct log_record *record,
                const struct log_time *now)
{
    static void (*const formatters[])(struct text *, const struct log_format *,
                                      const struct log_record *, const struct log_time *) = {
        [LOG_FORMATTER_SIMPLE] = log_format_simple,
        [LOG_FORMATTER_JSON] = log_format_json,
        [LOG_FORMATTER_SYSTEMD] = log_format_systemd,
    };

    formatters[format->formatter](out, format, record, now);
}
