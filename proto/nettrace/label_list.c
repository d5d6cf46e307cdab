#include "proto/nettrace/label_list.h"

#include "proto/nettrace/format.h"
#include "proto/nettrace/utf8.h"
#include "proto/nettrace/varint.h"

/* False: no such kind. */
static bool take_value(struct cursor *in, struct nettrace_label *label)
{
    switch (label->kind) {
    case NETTRACE_LABEL_ACTIVITY:
    case NETTRACE_LABEL_RELATED:
    case NETTRACE_LABEL_TRACE:
        label->guid = guid_read(in);
        return true;
    case NETTRACE_LABEL_SPAN:
    case NETTRACE_LABEL_KEYWORDS:
        label->number = cursor_u64(in);
        return true;
    case NETTRACE_LABEL_STRING:
        label->key = utf8_take(in);
        label->text = utf8_take(in);
        return true;
    case NETTRACE_LABEL_NUMBER:
        label->key = utf8_take(in);
        label->number = (uint64_t)cursor_zigzag(in);
        return true;
    case NETTRACE_LABEL_OPCODE:
    case NETTRACE_LABEL_LEVEL:
    case NETTRACE_LABEL_VERSION:
        label->number = cursor_u8(in);
        return true;
    default:
        return false;
    }
}

bool nettrace_label_take(struct cursor *in, struct nettrace_label *ret_label)
{
    struct nettrace_label label = {0};
    uint8_t kind = cursor_u8(in);

    label.kind = kind & (uint8_t)~NETTRACE_LABEL_LAST;
    label.last = (kind & NETTRACE_LABEL_LAST) != 0;
    if (!take_value(in, &label) || in->bad)
        return false;
    *ret_label = label;
    return true;
}

static void apply(const struct nettrace_label *label, struct nettrace_labels *to)
{
    struct guid *guids[] = {
        [NETTRACE_LABEL_ACTIVITY] = &to->activity,
        [NETTRACE_LABEL_RELATED] = &to->related,
        [NETTRACE_LABEL_TRACE] = &to->trace_id,
    };
    struct {
        uint8_t *value;
        bool *has;
    } bytes[] = {
        [NETTRACE_LABEL_OPCODE] = {&to->opcode, &to->has_opcode},
        [NETTRACE_LABEL_LEVEL] = {&to->level, &to->has_level},
        [NETTRACE_LABEL_VERSION] = {&to->version, &to->has_version},
    };

    if (label->kind <= NETTRACE_LABEL_TRACE) {
        *guids[label->kind] = label->guid;
    } else if (label->kind == NETTRACE_LABEL_SPAN) {
        to->span_id = label->number;
    } else if (label->kind == NETTRACE_LABEL_KEYWORDS) {
        to->keywords = label->number;
        to->has_keywords = true;
    } else if (label->kind >= NETTRACE_LABEL_OPCODE) {
        *bytes[label->kind].value = (uint8_t)label->number;
        *bytes[label->kind].has = true;
    }
}

void nettrace_labels_of(const uint8_t *bytes, size_t size, struct nettrace_labels *ret_labels)
{
    struct cursor in = cursor_of(bytes, size);
    struct nettrace_label label;

    *ret_labels = (struct nettrace_labels){.all = in};
    while (in.left > 0 && nettrace_label_take(&in, &label))
        apply(&label, ret_labels);
}

static enum wire_status read_list(struct cursor *in, struct spans *lists)
{
    const uint8_t *start = in->at;
    struct nettrace_label label;

    do {
        if (!nettrace_label_take(in, &label))
            return in->bad ? WIRE_MORE : WIRE_BAD;
    } while (!label.last);
    return spans_add(lists, start, (size_t)(in->at - start)) ? WIRE_OK : WIRE_BAD;
}

enum wire_status label_list_block_read(struct cursor *in, struct spans *lists)
{
    uint32_t first = cursor_u32(in);
    uint32_t count = cursor_u32(in);
    enum wire_status status = cursor_status(in);

    if (status == WIRE_OK && !spans_begin(lists, first))
        return WIRE_BAD;
    for (uint32_t i = 0; status == WIRE_OK && i < count; i++)
        status = read_list(in, lists);
    return status;
}
