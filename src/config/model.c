#include "src/config/model.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"
#include "src/config/options.h"

static const struct key_row option_rows[] = {
#define OPTION(kind, name, keytext, def, lo, hi, marks, text)                                      \
    {.key = keytext,                                                                               \
     .fallback = def,                                                                              \
     .sentence = text,                                                                             \
     .type = &type_##kind,                                                                         \
     .min = lo,                                                                                    \
     .max = hi,                                                                                    \
     .flags = marks},
#include "src/config/options.def"
#undef OPTION
};
enum { OPTION_ROWS = sizeof option_rows / sizeof option_rows[0] };

size_t model_option_count(void)
{
    return OPTION_ROWS;
}

const struct key_row *model_option(size_t index)
{
    return &option_rows[index];
}

struct place model_root(void)
{
    return (struct place){.shape = shape_root, .is_fixed = true};
}

static bool is_name(const char *name, size_t size, const char *want)
{
    return strlen(want) == size && strncasecmp(name, want, size) == 0;
}

/* What follows the path in a key of options.def; NULL when it is not below it. */
static const char *below(const char *path, const char *key)
{
    size_t size = strlen(path);

    if (size == 0)
        return key;
    return strncasecmp(path, key, size) == 0 && key[size] == ':' ? key + size + 1 : NULL;
}

/* The row that is called `name` below the path; `*ret_more`: there are rows further down. */
static const struct key_row *find_option(const char *path, const char *name, size_t size,
                                         bool *ret_more)
{
    const struct key_row *found = NULL;

    *ret_more = false;
    for (size_t i = 0; i < OPTION_ROWS; i++) {
        const char *rest = below(path, option_rows[i].key);
        size_t first = rest ? strcspn(rest, ":") : 0;
        if (!rest || first != size || strncasecmp(rest, name, size) != 0)
            continue;
        if (rest[first])
            *ret_more = true;
        else
            found = &option_rows[i];
    }
    return found;
}

static const struct key_row *find_member(const struct shape *shape, const char *name, size_t size)
{
    for (size_t i = 0; shape && i < shape->count; i++) {
        if (is_name(name, size, shape->rows[i].key) || strcmp(shape->rows[i].key, "*") == 0)
            return &shape->rows[i];
    }
    return NULL;
}

static bool append(const char *path, const char *name, size_t size, char ret[MODEL_KEY_SIZE])
{
    int n = snprintf(ret, MODEL_KEY_SIZE, "%s%s%.*s", path, path[0] ? ":" : "", (int)size, name);

    return n >= 0 && n < MODEL_KEY_SIZE;
}

static bool holds_items(const struct place *p)
{
    bool is_list = p->type && p->type->list;

    return !p->is_item && (p->count != KEY_ONE || is_list);
}

static void make_item(const struct place *p, struct place *ret)
{
    ret->row = p->row;
    ret->type = p->type;
    ret->shape = p->shape;
    ret->is_item = true;
    ret->flags = p->flags;
}

/* A key of options.def. What the shape says about the same key holds too: a field that is only a
 * text to us still has its type. */
static void make_option(const struct key_row *option, const struct key_row *member,
                        struct place *ret)
{
    unsigned inherited = ret->flags & ~(unsigned)OPTION_LIVE; /* its own row says that */

    ret->row = option;
    ret->type = option->type;
    if (option->type == &type_text && member && member->type)
        ret->type = member->type;
    ret->flags = inherited | option->flags;
    if (member)
        ret->flags |= member->flags & (OPTION_REQUIRED | OPTION_SECRET);
}

static void make_member(const struct key_row *member, struct place *ret)
{
    ret->row = member;
    ret->type = member->type;
    ret->count = member->count;
    ret->is_free = (member->flags & OPTION_FREE) != 0;
    ret->flags |= member->flags;
}

static bool find_named(const struct place *p, const char *name, size_t size, struct place *ret)
{
    bool more = false;
    const struct key_row *option = p->is_fixed ? find_option(p->path, name, size, &more) : NULL;
    const struct key_row *member = find_member(p->shape, name, size);

    if (!option && !member && !more)
        return false;
    ret->is_fixed = p->is_fixed;
    if (option)
        make_option(option, member, ret);
    else if (member)
        make_member(member, ret);
    if (!member)
        return true;
    ret->shape = member->shape;
    /* A map can have rows of options.def in it (Logging:LogLevel). */
    ret->is_fixed = p->is_fixed && !member->variants && (member->count == KEY_ONE || more);
    return true;
}

bool model_child(const struct place *place, const char *name, size_t size, struct place *ret)
{
    *ret = (struct place){.flags = place->flags & KEY_INHERITED};
    if (!append(place->path, name, size, ret->path))
        return false;
    if (place->is_free) {
        ret->is_free = true;
        return true;
    }
    if (!holds_items(place))
        return find_named(place, name, size, ret);
    bool more;
    const struct key_row *option =
        place->is_fixed ? find_option(place->path, name, size, &more) : NULL;
    if (option)
        make_option(option, NULL, ret);
    else
        make_item(place, ret);
    return true;
}

struct place model_item(const struct place *place, const char *name)
{
    struct place item = {0};

    (void)append(place->path, name, strlen(name), item.path);
    make_item(place, &item);
    return item;
}

bool model_variant(const struct key_row *row, const char *type, const struct shape **ret)
{
    for (const struct key_variant *v = row->variants; v->type; v++) {
        if (strcmp(v->type, type) == 0) {
            *ret = v->shape;
            return true;
        }
    }
    return false;
}

/* Is an earlier row of options.def called the same at this level? */
static bool is_repeated(const char *path, size_t index, const char *name, size_t size)
{
    for (size_t i = 0; i < index; i++) {
        const char *rest = below(path, option_rows[i].key);
        if (rest && strcspn(rest, ":") == size && strncasecmp(rest, name, size) == 0)
            return true;
    }
    return false;
}

static void visit_one(const struct place *p, const char *name, size_t size, model_visit visit,
                      void *user)
{
    struct place member;
    char copy[MODEL_KEY_SIZE];

    (void)snprintf(copy, sizeof copy, "%.*s", (int)size, name);
    if (model_child(p, name, size, &member))
        visit(&member, copy, user);
}

void model_members(const struct place *place, model_visit visit, void *user)
{
    for (size_t i = 0; place->is_fixed && i < OPTION_ROWS; i++) {
        const char *rest = below(place->path, option_rows[i].key);
        size_t size = rest ? strcspn(rest, ":") : 0;
        if (rest && !is_repeated(place->path, i, rest, size))
            visit_one(place, rest, size, visit, user);
    }
    if (place->is_free || holds_items(place))
        return;
    for (size_t i = 0; place->shape && i < place->shape->count; i++) {
        const char *key = place->shape->rows[i].key;
        if (!place->is_fixed || !is_repeated(place->path, OPTION_ROWS, key, strlen(key)))
            visit_one(place, key, strlen(key), visit, user);
    }
}

const struct value_type *place_type(const struct place *place)
{
    bool is_container = place->count != KEY_ONE && !place->is_item;

    return is_container ? NULL : place->type;
}

bool place_is_object(const struct place *place)
{
    bool more = false;

    if (place->is_free || holds_items(place))
        return false;
    for (size_t i = 0; place->is_fixed && i < OPTION_ROWS; i++)
        more = more || below(place->path, option_rows[i].key);
    return more || place->shape;
}
