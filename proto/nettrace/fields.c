#include "proto/nettrace/fields.h"

#include <string.h>

#include "proto/nettrace/varint.h"

static bool take_value(struct nettrace_reader *r, const struct nettrace_type *type,
                       struct nettrace_value *value);

/* What a number of up to 8 bytes becomes; other codes are 0. */
enum number_kind {
    NUMBER_NONE,
    NUMBER_UNSIGNED,
    NUMBER_SIGNED,
    NUMBER_BOOLEAN,
    NUMBER_SINGLE,
    NUMBER_DOUBLE,
};

static const uint8_t number_kinds[UINT8_MAX + 1] = {
    [NETTRACE_BOOLEAN32] = NUMBER_BOOLEAN,   [NETTRACE_BOOLEAN8] = NUMBER_BOOLEAN,
    [NETTRACE_UTF16_UNIT] = NUMBER_UNSIGNED, [NETTRACE_UTF8_UNIT] = NUMBER_UNSIGNED,
    [NETTRACE_INT8] = NUMBER_SIGNED,         [NETTRACE_UINT8] = NUMBER_UNSIGNED,
    [NETTRACE_INT16] = NUMBER_SIGNED,        [NETTRACE_UINT16] = NUMBER_UNSIGNED,
    [NETTRACE_INT32] = NUMBER_SIGNED,        [NETTRACE_UINT32] = NUMBER_UNSIGNED,
    [NETTRACE_INT64] = NUMBER_SIGNED,        [NETTRACE_UINT64] = NUMBER_UNSIGNED,
    [NETTRACE_SINGLE] = NUMBER_SINGLE,       [NETTRACE_DOUBLE] = NUMBER_DOUBLE,
    [NETTRACE_DATE_TIME] = NUMBER_UNSIGNED,  [NETTRACE_POINTER] = NUMBER_UNSIGNED,
};

/* Bytes before the NUL unit, or of all whole units. Four units at a time. */
static inline size_t utf16_span(const uint8_t *p, size_t left)
{
    const uint64_t ones = UINT64_C(0x0001000100010001);
    size_t n = 0;

    for (uint64_t v; n + sizeof v <= left; n += sizeof v) {
        memcpy(&v, p + n, sizeof v);
        uint64_t zeros = (v - ones) & ~v & (ones << 15);
        if (zeros)
            return n + (size_t)__builtin_ctzll(zeros) / 16 * 2;
    }
    while (n + 2 <= left && (p[n] | p[n + 1]) != 0)
        n += 2;
    return n;
}

/* Up to a NUL unit of `unit` bytes, which is taken too, or to the end of the payload. */
static inline bool take_terminated(struct cursor *in, struct nettrace_value *value, size_t unit)
{
    size_t n = unit == 2 ? utf16_span(in->at, in->left) : strnlen((const char *)in->at, in->left);
    size_t whole = n + unit <= in->left ? n + unit : in->left;

    value->size = n;
    /* At least one byte is taken, or else the cursor is bad: arrays of strings must end. */
    cursor_skip(in, whole ? whole : 1);
    return !in->bad;
}

/* `size` bytes, of which there are `left` and more, at the high end of the result. */
static inline uint64_t load_high(const uint8_t *p, size_t size, size_t left)
{
    uint64_t value = 0;

    if (left >= sizeof value) {
        memcpy(&value, p, sizeof value);
        return value << (64 - 8 * size);
    }
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)p[i] << (8 * i);
    return value << (64 - 8 * size);
}

static bool take_real(struct nettrace_value *value, const uint8_t *p, uint8_t kind)
{
    float single;

    if (kind == NUMBER_DOUBLE) {
        memcpy(&value->f, p, sizeof value->f);
        return true;
    }
    memcpy(&single, p, sizeof single);
    value->f = (double)single;
    return true;
}

static inline bool take_number(struct cursor *in, struct nettrace_value *value, uint8_t kind)
{
    size_t size = value->type->size;

    if (in->left < size) {
        in->bad = true;
        return false;
    }
    uint64_t high = load_high(in->at, size, in->left);
    value->size = size;
    value->u = high >> (64 - 8 * size);
    in->at += size;
    in->left -= size;
    if (kind == NUMBER_UNSIGNED)
        return true;
    if (kind == NUMBER_SIGNED)
        value->i = (int64_t)high >> (64 - 8 * size);
    else if (kind == NUMBER_BOOLEAN)
        value->u = value->u != 0;
    else
        return take_real(value, value->bytes, kind);
    return true;
}

/* `count` elements at the cursor; finding their end may need a walk. */
static bool take_elements(struct nettrace_reader *r, const struct nettrace_type *element,
                          uint32_t count, struct nettrace_value *value)
{
    const uint8_t *start = r->in.at;
    struct nettrace_value ignored;

    if (element->size != NETTRACE_SIZE_VARIES) {
        uint64_t size = (uint64_t)element->size * count;
        cursor_skip(&r->in, size <= r->in.left ? (size_t)size : r->in.left + 1);
    } else {
        for (uint32_t i = 0; i < count && !r->in.bad; i++)
            (void)take_value(r, element, &ignored);
    }
    value->bytes = start;
    value->size = (size_t)(r->in.at - start);
    value->count = element->size == 0 ? 0 : count;
    return !r->in.bad;
}

/* Elements somewhere else in the payload: u16 position, u16 size in bytes. */
static bool take_location(struct nettrace_reader *r, const struct nettrace_type *type,
                          struct nettrace_value *value)
{
    size_t position = cursor_u16(&r->in);
    size_t size = cursor_u16(&r->in);
    size_t base = type->code == NETTRACE_REL_LOC ? (size_t)(r->in.at - r->payload) : 0;

    if (r->in.bad || base + position > r->payload_size ||
        size > r->payload_size - base - position) {
        r->in.bad = true;
        return false;
    }
    value->bytes = r->payload + base + position;
    value->size = size;
    value->count = type->element->size ? (uint32_t)(size / type->element->size) : 0;
    return true;
}

/* The elements that a field before counts. */
static bool take_counted(struct nettrace_reader *r, const struct nettrace_type *type,
                         struct nettrace_value *value)
{
    struct nettrace_reader again = *r;
    struct nettrace_value count = {0};

    again.in = cursor_of(r->start, (size_t)(r->in.at - r->start));
    again.next = 0;
    again.count = type->count + 1u;
    while (nettrace_read_next(&again, &count))
        ;
    uint32_t elements = count.u <= UINT32_MAX ? (uint32_t)count.u : UINT32_MAX;
    return take_elements(r, type->element, elements, value);
}

static bool take_object(struct nettrace_reader *r, const struct nettrace_type *type,
                        struct nettrace_value *value)
{
    struct nettrace_reader inner = *r;
    struct nettrace_value ignored;

    inner.start = r->in.at;
    inner.fields = &type->fields;
    inner.next = 0;
    inner.count = type->fields.count;
    while (nettrace_read_next(&inner, &ignored))
        ;
    value->bytes = r->in.at;
    value->size = (size_t)(inner.in.at - r->in.at);
    r->in = inner.in;
    return !r->in.bad;
}

static bool take_varying(struct nettrace_reader *r, const struct nettrace_type *type,
                         struct nettrace_value *value)
{
    switch (type->code) {
    case NETTRACE_UTF8_STRING:
        return take_terminated(&r->in, value, 1);
    case NETTRACE_VARINT:
        value->i = cursor_zigzag(&r->in);
        break;
    case NETTRACE_VARUINT:
        value->u = cursor_varint64(&r->in);
        break;
    case NETTRACE_ARRAY:
        return take_elements(r, type->element, cursor_u16(&r->in), value);
    case NETTRACE_FIXED_ARRAY:
        return take_elements(r, type->element, type->count, value);
    case NETTRACE_COUNTED_BY:
        return take_counted(r, type, value);
    case NETTRACE_OBJECT:
        return take_object(r, type, value);
    default:
        r->in.bad = true;
    }
    value->size = (size_t)(r->in.at - value->bytes);
    return !r->in.bad;
}

/* Everything but numbers and the usual string; apart, so that those need few registers. */
static __attribute__((noinline)) bool take_other(struct nettrace_reader *r,
                                                 const struct nettrace_type *type,
                                                 struct nettrace_value *value)
{
    if (type->code == NETTRACE_REL_LOC || type->code == NETTRACE_DATA_LOC)
        return take_location(r, type, value);
    if (type->size == NETTRACE_SIZE_VARIES)
        return take_varying(r, type, value);
    value->size = type->size;
    if (type->code == NETTRACE_FIXED_ARRAY)
        value->count = type->element->size ? type->count : 0;
    cursor_skip(&r->in, type->size);
    return !r->in.bad;
}

static inline __attribute__((always_inline)) bool
take_value_inline(struct nettrace_reader *r, const struct nettrace_type *type,
                  struct nettrace_value *value)
{
    uint8_t kind = number_kinds[type->code];

    *value = (struct nettrace_value){.type = type, .bytes = r->in.at};
    if (kind != NUMBER_NONE && type->size <= sizeof value->u)
        return take_number(&r->in, value, kind);
    if (type->code == NETTRACE_UTF16_STRING)
        return take_terminated(&r->in, value, 2);
    return take_other(r, type, value);
}

static bool take_value(struct nettrace_reader *r, const struct nettrace_type *type,
                       struct nettrace_value *value)
{
    return take_value_inline(r, type, value);
}

size_t nettrace_read_all(const struct nettrace_event *event, struct nettrace_value *values,
                         size_t capacity)
{
    const struct nettrace_fields *fields = &event->metadata->fields;
    struct nettrace_reader r = nettrace_read_event(event);
    size_t count = fields->count < capacity ? fields->count : capacity;

    for (size_t i = 0; i < count; i++) {
        if (!take_value_inline(&r, &fields->list[i].type, &values[i]))
            return i;
    }
    return count;
}

const struct nettrace_field *nettrace_read_next(struct nettrace_reader *r,
                                                struct nettrace_value *ret_value)
{
    if (r->next >= r->count || r->in.bad)
        return NULL;
    const struct nettrace_field *field = &r->fields->list[r->next++];
    return take_value_inline(r, &field->type, ret_value) ? field : NULL;
}

struct nettrace_reader nettrace_read_inside(const struct nettrace_reader *outer,
                                            const struct nettrace_value *value)
{
    struct nettrace_reader inner = *outer;

    inner.in = cursor_of(value->bytes, value->size);
    inner.start = value->bytes;
    inner.next = 0;
    inner.element = value->type->element;
    inner.fields = &value->type->fields;
    inner.count = inner.element ? value->count : value->type->fields.count;
    return inner;
}

bool nettrace_read_element(struct nettrace_reader *r, struct nettrace_value *ret_value)
{
    if (!r->element || r->next >= r->count || r->in.bad)
        return false;
    r->next++;
    return take_value(r, r->element, ret_value);
}
