#include "src/rules/request_event.h"

#include <string.h>

#include "proto/nettrace/fields.h"
#include "src/base/hash.h"
#include "src/base/text.h"

enum { NUMBER_SIZE = 24, TICK_NS = 100 };

static const struct argument {
    const char *key; /* in lower case */
    size_t size;
    unsigned bit;
} arguments[] = {
    {"activityid", 10, REQUEST_ID},
    {"path", 4, REQUEST_PATH},
    {"statuscode", 10, REQUEST_STATUS},
    {"activityduration", 16, REQUEST_DURATION},
};

enum request_event_kind request_event_kind(const struct nettrace_event *event)
{
    const struct nettrace_metadata *m = event->metadata;

    if (strcmp(m->provider, "Microsoft-Diagnostics-DiagnosticSource") != 0)
        return REQUEST_OTHER;
    if (strcmp(m->name, "Activity1Start") == 0)
        return REQUEST_START;
    return strcmp(m->name, "Activity1Stop") == 0 ? REQUEST_STOP : REQUEST_OTHER;
}

/* `key` in UTF-16, compared where it lies. */
static bool is_key(const struct argument *a, const struct nettrace_value *key)
{
    if (key->size != a->size * 2)
        return false;
    for (size_t i = 0; i < a->size; i++) {
        uint8_t c = key->bytes[2 * i];
        if (key->bytes[2 * i + 1] || (c >= 'A' && c <= 'Z' ? c + 32 : c) != a->key[i])
            return false;
    }
    return true;
}

/* The bit of this key, if it is wanted; else 0. */
static unsigned bit_of(const struct nettrace_value *key, unsigned wanted)
{
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
        if ((arguments[i].bit & wanted) && is_key(&arguments[i], key))
            return arguments[i].bit;
    }
    return 0;
}

static bool read_number(const struct nettrace_value *value, int64_t max, int64_t *ret)
{
    char text[NUMBER_SIZE];

    return nettrace_value_text(value, text, sizeof text) < sizeof text &&
           text_to_i64(text, 0, max, ret);
}

static bool read_argument(unsigned bit, const struct nettrace_value *value,
                          struct request_event *ret)
{
    switch (bit) {
    case REQUEST_ID:
        ret->id = hash_bytes(value->bytes, value->size);
        return value->size > 0;
    case REQUEST_PATH:
        if (nettrace_value_text(value, ret->path, sizeof ret->path) < sizeof ret->path)
            return true;
        ret->path[0] = '\0';
        return false;
    case REQUEST_STATUS:
        return read_number(value, INT32_MAX, &ret->status);
    default:
        if (!read_number(value, INT64_MAX / TICK_NS, &ret->duration))
            return false;
        ret->duration *= TICK_NS;
        return true;
    }
}

/* One {Key, Value}. Returns its bit, 0 if nobody wants it. */
static unsigned read_pair(struct nettrace_reader *pair, unsigned wanted, struct request_event *ret)
{
    struct nettrace_value key, value;

    if (!nettrace_read_next(pair, &key) || key.type->code != NETTRACE_UTF16_STRING)
        return 0;
    unsigned bit = bit_of(&key, wanted);
    if (!bit || !nettrace_read_next(pair, &value) || value.type->code != NETTRACE_UTF16_STRING)
        return 0;
    if (read_argument(bit, &value, ret))
        ret->found |= bit;
    return bit;
}

static void read_pairs(const struct nettrace_reader *outer, const struct nettrace_value *array,
                       unsigned wanted, struct request_event *ret)
{
    struct nettrace_reader pairs = nettrace_read_inside(outer, array);
    struct nettrace_value item;

    while (wanted && nettrace_read_element(&pairs, &item)) {
        if (item.type->code != NETTRACE_OBJECT)
            return;
        struct nettrace_reader pair = nettrace_read_inside(&pairs, &item);
        wanted &= ~read_pair(&pair, wanted, ret);
    }
}

void request_event_read(const struct nettrace_event *event, unsigned wanted,
                        struct request_event *ret)
{
    struct nettrace_reader r = nettrace_read_event(event);
    struct nettrace_value value;

    ret->found = 0;
    if (!wanted)
        return;
    while (nettrace_read_next(&r, &value)) {
        if (value.type->code == NETTRACE_ARRAY) {
            read_pairs(&r, &value, wanted, ret);
            return;
        }
    }
}
