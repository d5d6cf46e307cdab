#include "proto/nettrace/format.h"
#include "proto/nettrace/metadata.h"
#include "proto/nettrace/type_decode.h"
#include "proto/nettrace/utf8.h"
#include "proto/nettrace/varint.h"

static const struct nettrace_metadata empty = {
    .provider = "",
    .name = "",
    .title = "",
    .message = "",
    .description = "",
    .opcode = NETTRACE_NO_OPCODE,
};

/* *text is untouched when there is none. WIRE_MORE: cut; WIRE_BAD: no memory. */
static enum wire_status take_text(struct cursor *in, struct pool *pool, enum type_layout layout,
                                  const char **text)
{
    const char *taken = type_decode_text(in, pool, layout);

    if (taken)
        *text = taken;
    return taken ? WIRE_OK : in->bad ? WIRE_MORE : WIRE_BAD;
}

/* Fields that cannot be read leave a definition without fields, not the trace without events. */
static enum wire_status take_fields(struct cursor *in, struct pool *pool, enum type_layout layout,
                                    struct nettrace_metadata *m)
{
    struct nettrace_fields fields = {0};
    enum type_result result = type_decode_fields(in, pool, layout, &fields);

    m->fields = fields;
    m->fields_unknown = result == TYPE_UNKNOWN;
    return result == TYPE_NO_MEMORY ? WIRE_BAD : WIRE_OK;
}

static enum wire_status take_v5_tag(struct cursor *in, struct pool *pool,
                                    struct nettrace_metadata *m)
{
    uint32_t size = cursor_u32(in);
    uint8_t tag = cursor_u8(in);
    struct cursor bytes = cursor_sub(in, size);

    if (in->bad)
        return WIRE_MORE;
    if (tag == NETTRACE_METADATA_OPCODE && bytes.left > 0)
        m->opcode = cursor_u8(&bytes);
    if (tag == NETTRACE_METADATA_V2_PARAMETERS)
        return take_fields(&bytes, pool, TYPE_LAYOUT_V2, m);
    return WIRE_OK;
}

static enum wire_status take_v5_parameters(struct cursor *in, struct pool *pool,
                                           struct nettrace_metadata *m)
{
    enum wire_status status = WIRE_OK;

    if (in->left == 0)
        return WIRE_OK;
    status = take_fields(in, pool, TYPE_LAYOUT_V1, m);
    while (status == WIRE_OK && !m->fields_unknown && in->left > 0)
        status = take_v5_tag(in, pool, m);
    return status;
}

enum wire_status metadata_decode_v5(struct cursor *in, struct pool *pool,
                                    struct nettrace_metadata *ret_metadata)
{
    struct nettrace_metadata m = empty;

    m.id = cursor_u32(in);
    enum wire_status status = take_text(in, pool, TYPE_LAYOUT_V1, &m.provider);
    m.event_id = cursor_u32(in);
    if (status == WIRE_OK)
        status = take_text(in, pool, TYPE_LAYOUT_V1, &m.name);
    m.keywords = cursor_u64(in);
    m.version = cursor_u32(in);
    m.level = cursor_u32(in);
    if (status == WIRE_OK && in->bad)
        status = WIRE_MORE;
    if (status == WIRE_OK)
        status = take_v5_parameters(in, pool, &m);
    if (status == WIRE_OK)
        *ret_metadata = m;
    return status;
}

static enum wire_status skip_pair(struct cursor *in)
{
    (void)utf8_take(in);
    (void)utf8_take(in);
    return WIRE_OK;
}

/* An unknown kind hides all behind it: its size is not known. */
static enum wire_status take_v6_option(struct cursor *in, struct pool *pool,
                                       struct nettrace_metadata *m)
{
    switch (cursor_u8(in)) {
    case NETTRACE_METADATA_OPCODE:
        m->opcode = cursor_u8(in);
        return WIRE_OK;
    case NETTRACE_METADATA_KEYWORDS:
        m->keywords = cursor_u64(in);
        return WIRE_OK;
    case NETTRACE_METADATA_MESSAGE:
        return take_text(in, pool, TYPE_LAYOUT_V6, &m->message);
    case NETTRACE_METADATA_DESCRIPTION:
        return take_text(in, pool, TYPE_LAYOUT_V6, &m->description);
    case NETTRACE_METADATA_KEY_VALUE:
        return skip_pair(in);
    case NETTRACE_METADATA_PROVIDER_GUID:
        m->provider_guid = guid_read(in);
        return WIRE_OK;
    case NETTRACE_METADATA_LEVEL:
        m->level = cursor_u8(in);
        return WIRE_OK;
    case NETTRACE_METADATA_VERSION:
        m->version = cursor_u8(in);
        return WIRE_OK;
    default:
        cursor_skip(in, in->left);
        return WIRE_OK;
    }
}

static enum wire_status take_v6_options(struct cursor *in, struct pool *pool,
                                        struct nettrace_metadata *m)
{
    struct cursor options = cursor_sub(in, cursor_u16(in));
    enum wire_status status = WIRE_OK;

    while (status == WIRE_OK && !options.bad && options.left > 0)
        status = take_v6_option(&options, pool, m);
    return status == WIRE_OK ? cursor_status(&options) : status;
}

enum wire_status metadata_decode_v6(struct cursor *in, struct pool *pool,
                                    struct nettrace_metadata *ret_metadata)
{
    struct cursor row = cursor_sub(in, cursor_u16(in));
    struct nettrace_metadata m = empty;

    m.id = cursor_varint32(&row);
    enum wire_status status = take_text(&row, pool, TYPE_LAYOUT_V6, &m.provider);
    m.event_id = cursor_varint32(&row);
    if (status == WIRE_OK)
        status = take_text(&row, pool, TYPE_LAYOUT_V6, &m.name);
    if (status == WIRE_OK)
        status = take_fields(&row, pool, TYPE_LAYOUT_V6, &m);
    if (status == WIRE_OK && !m.fields_unknown)
        status = take_v6_options(&row, pool, &m);
    if (status == WIRE_OK)
        *ret_metadata = m;
    return status;
}
