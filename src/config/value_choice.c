/* Readers of lists and of names out of a fixed set. */
#include <string.h>
#include <strings.h>

#include "src/base/text.h"
#include "src/config/value_parse.h"

bool value_next_item(const char **at, const char **ret_item, size_t *ret_size)
{
    *at += strspn(*at, VALUE_BLANKS ";,");
    *ret_item = *at;
    size_t size = strcspn(*at, ";,");
    *at += size;
    while (size && strchr(VALUE_BLANKS, (*ret_item)[size - 1]))
        size--;
    *ret_size = size;
    return size > 0;
}

/* A list that is set and turns out empty must not be taken for one that is not set. */
bool parse_names(const struct value_type *type, const char *text, struct value *ret)
{
    const char *item;
    size_t size;

    (void)type;
    (void)ret;
    return value_next_item(&text, &item, &size);
}

static bool choose(const struct value_type *type, const char *name, size_t size, unsigned *ret)
{
    for (unsigned i = 0; i < type->names_count; i++) {
        if (strlen(type->names[i]) == size && strncasecmp(type->names[i], name, size) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

bool parse_choice(const struct value_type *type, const char *text, struct value *ret)
{
    char buffer[VALUE_TRIMMED_SIZE];
    const char *s = value_trim(text, buffer);
    int64_t number;

    if (!s)
        return false;
    if (choose(type, s, strlen(s), &ret->choice))
        return true;
    if (!text_to_i64(s, 0, (int64_t)type->names_count - 1, &number))
        return false;
    ret->choice = (unsigned)number;
    return true;
}

/* Names with ',' between, or the sum of their bits; lists also with ';', but no sum. */
bool parse_flags(const struct value_type *type, const char *text, struct value *ret)
{
    const char *at = text, *item;
    size_t size;
    int64_t number;
    char buffer[VALUE_TRIMMED_SIZE];
    const char *s = value_trim(text, buffer);

    if (!type->list && s && text_to_i64(s, 1, (INT64_C(1) << type->names_count) - 1, &number)) {
        ret->choice = (unsigned)number;
        return true;
    }
    if (!type->list && strchr(text, ';'))
        return false;
    ret->choice = 0;
    while (value_next_item(&at, &item, &size)) {
        unsigned choice;
        if (!choose(type, item, size, &choice))
            return false;
        ret->choice |= 1u << choice;
    }
    return ret->choice != 0;
}
