/* nettrace/write_metadata.c - definitions of events with their types, in the three layouts. */
#include "proto/nettrace/type_decode.h"
#include "proto/nettrace/writer_impl.h"

static void put_fields(struct bytes *b, const struct nettrace_fields *fields,
                       enum type_layout layout);

static void put_text(struct bytes *b, const char *text, enum type_layout layout)
{
    if (layout == TYPE_LAYOUT_V6)
        bytes_utf8(b, text);
    else
        bytes_utf16(b, text);
}

static void put_type(struct bytes *b, const struct nettrace_type *type, enum type_layout layout)
{
    if (layout == TYPE_LAYOUT_V6)
        bytes_u8(b, type->code);
    else
        bytes_u32(b, type->code);
    if (type->code == NETTRACE_OBJECT)
        put_fields(b, &type->fields, layout);
    if (type->element)
        put_type(b, type->element, layout);
    if (type->code == NETTRACE_FIXED_ARRAY)
        bytes_u16(b, type->count);
}

static void put_field(struct bytes *b, const struct nettrace_field *field, enum type_layout layout)
{
    size_t start = b->size;

    if (layout == TYPE_LAYOUT_V1) {
        put_type(b, &field->type, layout);
        put_text(b, field->name, layout);
        return;
    }
    bytes_zeros(b, layout == TYPE_LAYOUT_V6 ? 2 : 4);
    put_text(b, field->name, layout);
    put_type(b, &field->type, layout);
    if (layout == TYPE_LAYOUT_V6)
        bytes_patch(b, start, b->size - start - 2, 2);
    else
        bytes_patch(b, start, b->size - start, 4);
}

static void put_fields(struct bytes *b, const struct nettrace_fields *fields,
                       enum type_layout layout)
{
    if (layout == TYPE_LAYOUT_V6)
        bytes_u16(b, (uint16_t)fields->count);
    else
        bytes_u32(b, (uint32_t)fields->count);
    for (size_t i = 0; i < fields->count; i++)
        put_field(b, &fields->list[i], layout);
}

/* The first layout of v4 has no arrays. */
static bool needs_v2(const struct nettrace_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (fields->list[i].type.element || needs_v2(&fields->list[i].type.fields))
            return true;
    }
    return false;
}

static void put_v5_definition(struct bytes *b, const struct nettrace_metadata *m)
{
    bool v2 = needs_v2(&m->fields);

    bytes_u32(b, m->id);
    bytes_utf16(b, m->provider);
    bytes_u32(b, m->event_id);
    bytes_utf16(b, m->name);
    bytes_u64(b, m->keywords);
    bytes_u32(b, m->version);
    bytes_u32(b, m->level);
    put_fields(b, v2 ? &(struct nettrace_fields){0} : &m->fields, TYPE_LAYOUT_V1);
    if (m->opcode != NETTRACE_NO_OPCODE) {
        bytes_u32(b, 1);
        bytes_u8(b, NETTRACE_METADATA_OPCODE);
        bytes_u8(b, (uint8_t)m->opcode);
    }
    if (v2) {
        size_t start = b->size;
        bytes_u32(b, 0);
        bytes_u8(b, NETTRACE_METADATA_V2_PARAMETERS);
        put_fields(b, &m->fields, TYPE_LAYOUT_V2);
        bytes_patch(b, start, b->size - start - 5, 4);
    }
}

static void put_option_text(struct bytes *b, uint8_t kind, const char *text)
{
    if (!text || text[0] == '\0')
        return;
    bytes_u8(b, kind);
    bytes_utf8(b, text);
}

static void put_v6_options(struct bytes *b, const struct nettrace_metadata *m)
{
    if (m->opcode != NETTRACE_NO_OPCODE) {
        bytes_u8(b, NETTRACE_METADATA_OPCODE);
        bytes_u8(b, (uint8_t)m->opcode);
    }
    bytes_u8(b, NETTRACE_METADATA_KEYWORDS);
    bytes_u64(b, m->keywords);
    bytes_u8(b, NETTRACE_METADATA_LEVEL);
    bytes_u8(b, (uint8_t)m->level);
    bytes_u8(b, NETTRACE_METADATA_VERSION);
    bytes_u8(b, (uint8_t)m->version);
    put_option_text(b, NETTRACE_METADATA_MESSAGE, m->message);
    put_option_text(b, NETTRACE_METADATA_DESCRIPTION, m->description);
    if (!guid_is_zero(&m->provider_guid)) {
        bytes_u8(b, NETTRACE_METADATA_PROVIDER_GUID);
        bytes_raw(b, m->provider_guid.bytes, GUID_SIZE);
    }
}

static void put_v6_definition(struct bytes *b, const struct nettrace_metadata *m)
{
    size_t start = b->size;

    bytes_u16(b, 0);
    bytes_varint(b, m->id);
    bytes_utf8(b, m->provider);
    bytes_varint(b, m->event_id);
    bytes_utf8(b, m->name);
    put_fields(b, &m->fields, TYPE_LAYOUT_V6);
    size_t options = b->size;
    bytes_u16(b, 0);
    put_v6_options(b, m);
    bytes_patch(b, options, b->size - options - 2, 2);
    bytes_patch(b, start, b->size - start - 2, 2);
}

void nettrace_write_metadata(struct nettrace_writer *w, const struct nettrace_metadata *metadata)
{
    struct bytes b = {0};

    if (writer_open(w, NETTRACE_BLOCK_METADATA) && w->version >= NETTRACE_V6)
        bytes_u16(&w->block, 0);
    if (w->version >= NETTRACE_V6) {
        put_v6_definition(&w->block, metadata);
        return;
    }
    put_v5_definition(&b, metadata);
    struct nettrace_event row = {.payload = b.data, .payload_size = (uint32_t)b.size};
    writer_put_event(w, &row);
    w->block.failed |= b.failed;
    bytes_deinit(&b);
}
