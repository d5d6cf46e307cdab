#include "proto/nettrace/type_decode.h"

#include "proto/nettrace/format.h"
#include "proto/nettrace/limits.h"
#include "proto/nettrace/utf8.h"
#include "proto/nettrace/varint.h"
#include "proto/wire/utf16.h"

/* What all levels of one description share. */
struct type_reader {
    struct pool *pool;
    enum type_layout layout;
    unsigned depth;
};

/* The bytes that the shortest field takes: no array is allocated for more than can be there. */
static const uint8_t least_field[] = {
    [TYPE_LAYOUT_V1] = 6,
    [TYPE_LAYOUT_V2] = 10,
    [TYPE_LAYOUT_V6] = 4,
};

static enum type_result take_fields(struct type_reader *r, struct cursor *in,
                                    struct nettrace_fields *ret_fields);

static const char *take_utf16(struct cursor *in, struct pool *pool)
{
    size_t count = 0;

    while (count < in->left / 2 && (in->at[2 * count] | in->at[2 * count + 1]) != 0)
        count++;
    const uint8_t *units = cursor_take(in, 2 * (count + 1));
    if (!units)
        return NULL;
    size_t size = utf16_to_utf8(units, count, NULL, 0) + 1;
    char *text = pool_take(pool, size);
    if (text)
        (void)utf16_to_utf8(units, count, text, size);
    return text;
}

static const char *take_utf8(struct cursor *in, struct pool *pool)
{
    struct cursor bytes = utf8_take(in);
    char *text = in->bad ? NULL : pool_take(pool, 3 * bytes.left + 1);

    if (text)
        (void)utf8_to_text(bytes.at, bytes.left, text, 3 * bytes.left + 1);
    return text;
}

const char *type_decode_text(struct cursor *in, struct pool *pool, enum type_layout layout)
{
    return layout == TYPE_LAYOUT_V6 ? take_utf8(in, pool) : take_utf16(in, pool);
}

static bool has_element(uint8_t code)
{
    return code == NETTRACE_ARRAY || code == NETTRACE_FIXED_ARRAY || code == NETTRACE_REL_LOC ||
           code == NETTRACE_DATA_LOC;
}

static bool is_location(uint8_t code)
{
    return code == NETTRACE_REL_LOC || code == NETTRACE_DATA_LOC;
}

static unsigned version_of(enum type_layout layout)
{
    return layout == TYPE_LAYOUT_V6 ? NETTRACE_V6 : NETTRACE_V5;
}

/* 0, which no code has, for a code that does not fit a byte. */
static uint8_t take_code(struct type_reader *r, struct cursor *in)
{
    uint32_t code = r->layout == TYPE_LAYOUT_V6 ? cursor_u8(in) : cursor_u32(in);

    return code <= UINT8_MAX ? (uint8_t)code : 0;
}

static enum type_result take_type(struct type_reader *r, struct cursor *in,
                                  struct nettrace_type *ret_type);

/* Inside elements, locations could make a payload look longer than it is, again and again. */
static bool has_location(const struct nettrace_type *type)
{
    if (is_location(type->code))
        return true;
    for (size_t i = 0; i < type->fields.count; i++) {
        if (has_location(&type->fields.list[i].type))
            return true;
    }
    return false;
}

static enum type_result take_element(struct type_reader *r, struct cursor *in,
                                     struct nettrace_type *type)
{
    struct nettrace_type *element = pool_take(r->pool, sizeof *element);

    if (!element)
        return TYPE_NO_MEMORY;
    enum type_result result = take_type(r, in, element);
    type->element = element;
    if (type->code == NETTRACE_FIXED_ARRAY) {
        type->count = cursor_u16(in);
        type->size = nettrace_size_times(element->size, type->count);
    }
    if (result != TYPE_OK)
        return result;
    bool fits = !is_location(type->code) || element->size != NETTRACE_SIZE_VARIES;
    return fits && !has_location(element) ? TYPE_OK : TYPE_UNKNOWN;
}

static enum type_result take_object(struct type_reader *r, struct cursor *in,
                                    struct nettrace_type *type)
{
    enum type_result result = take_fields(r, in, &type->fields);

    for (size_t i = 0; result == TYPE_OK && i < type->fields.count; i++)
        type->size = nettrace_size_plus(type->size, type->fields.list[i].type.size);
    return result;
}

static enum type_result take_type(struct type_reader *r, struct cursor *in,
                                  struct nettrace_type *ret_type)
{
    struct nettrace_type type = {.code = take_code(r, in)};
    enum type_result result = TYPE_OK;

    type.size = nettrace_type_size(type.code, version_of(r->layout));
    if (r->depth >= NETTRACE_TYPE_DEPTH)
        return TYPE_UNKNOWN;
    r->depth++;
    if (type.code == NETTRACE_OBJECT)
        result = take_object(r, in, &type);
    else if (has_element(type.code) && r->layout != TYPE_LAYOUT_V1 &&
             (type.size || type.code == NETTRACE_FIXED_ARRAY))
        result = take_element(r, in, &type);
    else if (type.size == 0 || has_element(type.code))
        result = TYPE_UNKNOWN;
    r->depth--;
    *ret_type = type;
    return result == TYPE_OK && in->bad ? TYPE_UNKNOWN : result;
}

static enum type_result take_name(struct type_reader *r, struct cursor *in,
                                  struct nettrace_field *field)
{
    field->name = type_decode_text(in, r->pool, r->layout);
    if (field->name)
        return TYPE_OK;
    return in->bad ? TYPE_UNKNOWN : TYPE_NO_MEMORY;
}

/* Layouts V2 and V6: what is behind the type, inside the field's size, is for later formats. */
static enum type_result take_sized_field(struct type_reader *r, struct cursor *in,
                                         struct nettrace_field *field)
{
    uint32_t size = r->layout == TYPE_LAYOUT_V6 ? cursor_u16(in) : cursor_u32(in) - 4;
    struct cursor bytes = cursor_sub(in, size);
    enum type_result result = take_name(r, &bytes, field);

    return result == TYPE_OK ? take_type(r, &bytes, &field->type) : result;
}

static enum type_result take_field(struct type_reader *r, struct cursor *in,
                                   struct nettrace_field *field)
{
    if (r->layout != TYPE_LAYOUT_V1)
        return take_sized_field(r, in, field);
    enum type_result result = take_type(r, in, &field->type);
    return result == TYPE_OK ? take_name(r, in, field) : result;
}

static enum type_result take_fields(struct type_reader *r, struct cursor *in,
                                    struct nettrace_fields *ret_fields)
{
    uint32_t count = r->layout == TYPE_LAYOUT_V6 ? cursor_u16(in) : cursor_u32(in);
    uint32_t offset = 0;

    if (in->bad || count > in->left / least_field[r->layout])
        return TYPE_UNKNOWN;
    struct nettrace_field *list = pool_take(r->pool, count * sizeof *list);
    if (!list)
        return TYPE_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        enum type_result result = take_field(r, in, &list[i]);
        if (result != TYPE_OK)
            return result;
        list[i].offset = offset;
        offset = nettrace_size_plus(offset, list[i].type.size);
    }
    *ret_fields = (struct nettrace_fields){list, count};
    return TYPE_OK;
}

enum type_result type_decode_fields(struct cursor *in, struct pool *pool, enum type_layout layout,
                                    struct nettrace_fields *ret_fields)
{
    struct type_reader reader = {.pool = pool, .layout = layout};

    return take_fields(&reader, in, ret_fields);
}
