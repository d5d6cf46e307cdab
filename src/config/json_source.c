#include "src/config/json_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/json_reader.h"
#include "src/base/limits.h"

struct level {
    size_t key_size; /* of the key of this object or array */
    size_t items;    /* children until now */
    bool is_array;
};

struct loader {
    struct config_keys *keys;
    const struct config_source *source;
    struct json_reader reader;
    char key[LIMIT_CONFIG_KEY]; /* of the present value */
    size_t key_size;
    unsigned line; /* of its name, or of the item */
    struct level levels[LIMIT_JSON_DEPTH];
    unsigned depth;
    struct error *err;
};

static const char too_long[] = "the names down to here make a key that is too long";

static int fault(struct loader *l, const char *text)
{
    return error_set(l->err, -EINVAL, "%s:%u:%u: %s", l->source->name, l->reader.line,
                     l->reader.column, text);
}

/* The key becomes that of a child of the present object or array. */
static int enter(struct loader *l, const char *name)
{
    size_t parent = l->levels[l->depth - 1].key_size;
    int n = snprintf(l->key + parent, sizeof l->key - parent, "%s%s", parent ? ":" : "", name);

    if (n < 0 || parent + (size_t)n >= sizeof l->key)
        return fault(l, too_long);
    l->key_size = parent + (size_t)n;
    l->line = l->reader.line;
    l->levels[l->depth - 1].items++;
    return 0;
}

static int enter_item(struct loader *l)
{
    char index[24];

    (void)snprintf(index, sizeof index, "%zu", l->levels[l->depth - 1].items);
    return enter(l, index);
}

/* Values that are there may not come twice; an empty object or array may. */
static int set(struct loader *l, const char *value, bool once)
{
    const struct config_entry *before = once ? config_keys_entry(l->keys, l->key) : NULL;
    char text[128 + LIMIT_CONFIG_KEY];

    if (before && before->source == l->source) {
        (void)snprintf(text, sizeof text, "%s stands here for the second time, after line %u",
                       l->key, before->line);
        return fault(l, text);
    }
    if (l->key_size == 0) /* the peer has such a key, but nothing can ask for it */
        return 0;
    int r = config_keys_put(l->keys, l->key, value, l->source, l->line, l->err);
    return r == -ENAMETOOLONG ? fault(l, too_long) : r;
}

static int open_level(struct loader *l, bool is_array)
{
    l->levels[l->depth++] = (struct level){.key_size = l->key_size, .is_array = is_array};
    return 0;
}

static int close_level(struct loader *l)
{
    const struct level *level = &l->levels[--l->depth];

    l->key_size = level->key_size;
    l->key[l->key_size] = '\0';
    if (level->items || l->depth == 0)
        return 0;
    return set(l, level->is_array ? "" : NULL, false);
}

static int take(struct loader *l, enum json_event event)
{
    switch (event) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        return open_level(l, event == JSON_ARRAY);
    case JSON_OBJECT_END:
    case JSON_ARRAY_END:
        return close_level(l);
    case JSON_NAME:
        return enter(l, l->reader.text);
    case JSON_TEXT:
    case JSON_NUMBER:
        return set(l, l->reader.text, true);
    case JSON_TRUE:
        return set(l, "True", true);
    case JSON_FALSE:
        return set(l, "False", true);
    case JSON_NULL:
        return set(l, NULL, true);
    case JSON_END:
        return 0;
    case JSON_BAD:
    default:
        return fault(l, l->reader.fault);
    }
}

static bool is_value(enum json_event event)
{
    return event != JSON_NAME && event != JSON_OBJECT_END && event != JSON_ARRAY_END &&
           event != JSON_END && event != JSON_BAD;
}

int json_source_add(struct config_keys *keys, const struct config_source *source, const char *data,
                    size_t size, struct error *err)
{
    struct loader l = {.keys = keys, .source = source, .err = err};
    enum json_event event;
    int r = 0;

    json_reader_init(&l.reader, data, size);
    do {
        event = json_reader_next(&l.reader);
        if (l.depth == 0 && is_value(event) && event != JSON_OBJECT)
            r = fault(&l, "a settings file is an object: { was expected");
        if (r == 0 && is_value(event) && l.depth && l.levels[l.depth - 1].is_array)
            r = enter_item(&l);
        if (r == 0)
            r = take(&l, event);
    } while (r == 0 && event != JSON_END);
    json_reader_deinit(&l.reader);
    return r;
}
