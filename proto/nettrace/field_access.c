/* nettrace/field_access.c - single fields by index or name, and values as text. */
#include <string.h>

#include "proto/nettrace/fields.h"
#include "proto/nettrace/utf8.h"
#include "proto/wire/utf16.h"

size_t nettrace_field_index(const struct nettrace_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (strcmp(fields->list[i].name, name) == 0)
            return i;
    }
    return SIZE_MAX;
}

/* The field nearest before `index` whose place does not depend on the payload. */
static size_t nearest_known(const struct nettrace_fields *fields, size_t index)
{
    while (index > 0 && fields->list[index].offset == NETTRACE_SIZE_VARIES)
        index--;
    return index;
}

bool nettrace_field_at(const struct nettrace_event *event, size_t index,
                       struct nettrace_value *ret_value)
{
    const struct nettrace_fields *fields = &event->metadata->fields;
    struct nettrace_reader r = nettrace_read_event(event);
    struct nettrace_value value;

    if (index >= fields->count)
        return false;
    r.next = nearest_known(fields, index);
    cursor_skip(&r.in, fields->list[r.next].offset);
    while (r.next < index) {
        if (!nettrace_read_next(&r, &value))
            return false;
    }
    if (!nettrace_read_next(&r, &value))
        return false;
    *ret_value = value;
    return true;
}

bool nettrace_field_find(const struct nettrace_event *event, const char *name,
                         struct nettrace_value *ret_value)
{
    return nettrace_field_at(event, nettrace_field_index(&event->metadata->fields, name),
                             ret_value);
}

/* UTF16_UNIT or UTF8_UNIT for text, 0 for other values. */
static uint8_t unit_of(const struct nettrace_value *value)
{
    uint8_t code = value->type->code;

    if (code == NETTRACE_UTF16_STRING)
        return NETTRACE_UTF16_UNIT;
    if (code == NETTRACE_UTF8_STRING)
        return NETTRACE_UTF8_UNIT;
    if (!value->type->element)
        return 0;
    code = value->type->element->code;
    return code == NETTRACE_UTF16_UNIT || code == NETTRACE_UTF8_UNIT ? code : 0;
}

bool nettrace_value_is_text(const struct nettrace_value *value)
{
    return unit_of(value) != 0;
}

size_t nettrace_value_text(const struct nettrace_value *value, char *text, size_t capacity)
{
    uint8_t unit = unit_of(value);

    if (unit == NETTRACE_UTF16_UNIT)
        return utf16_to_utf8(value->bytes, value->size / 2, text, capacity);
    if (unit == NETTRACE_UTF8_UNIT)
        return utf8_to_text(value->bytes, value->size, text, capacity);
    if (capacity > 0)
        text[0] = '\0';
    return 0;
}

struct guid nettrace_value_guid(const struct nettrace_value *value)
{
    struct cursor c = cursor_of(value->bytes, value->size);

    return value->type->code == NETTRACE_GUID ? guid_read(&c) : (struct guid){0};
}
