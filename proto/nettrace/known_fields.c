/* nettrace/known_fields.c - field lists written as text in the tables of known events. */
#include <ctype.h>
#include <string.h>

#include "proto/nettrace/known_events.h"

enum {
    FIELDS_MAX = 32, /* on one level */
    NAME_MAX_SIZE = 64,
};

struct field_text {
    const char *at;
    uint32_t version, pointer_size;
    struct pool *pool;
    bool bad; /* not such a text, or no memory */
};

static const struct {
    const char *name;
    uint8_t code;
    uint8_t size; /* 0: varies */
} type_names[] = {
    {"u8", NETTRACE_UINT8, 1},         {"u16", NETTRACE_UINT16, 2},
    {"u32", NETTRACE_UINT32, 4},       {"u64", NETTRACE_UINT64, 8},
    {"i32", NETTRACE_INT32, 4},        {"i64", NETTRACE_INT64, 8},
    {"f64", NETTRACE_DOUBLE, 8},       {"bool", NETTRACE_BOOLEAN32, 4},
    {"guid", NETTRACE_GUID, 16},       {"str", NETTRACE_UTF16_STRING, 0},
    {"ansi", NETTRACE_UTF8_STRING, 0},
};

static struct nettrace_fields parse_fields(struct field_text *t);

/* Takes letters and digits into `word`. */
static void parse_word(struct field_text *t, char word[static NAME_MAX_SIZE])
{
    size_t n = 0;

    while (isalnum((unsigned char)t->at[n]) && n < NAME_MAX_SIZE - 1)
        n++;
    memcpy(word, t->at, n);
    word[n] = '\0';
    t->bad |= n == 0;
    t->at += n;
}

static bool parse_mark(struct field_text *t, char mark)
{
    if (*t->at != mark)
        return false;
    t->at++;
    return true;
}

static const char *keep_word(struct field_text *t, const char *word)
{
    size_t size = strlen(word) + 1;
    char *copy = t->bad ? NULL : pool_take(t->pool, size);

    t->bad |= copy == NULL;
    if (copy)
        memcpy(copy, word, size);
    return copy;
}

static void parse_simple(struct field_text *t, struct nettrace_type *type)
{
    char word[NAME_MAX_SIZE];

    parse_word(t, word);
    if (strcmp(word, "ptr") == 0) {
        *type = (struct nettrace_type){.code = NETTRACE_POINTER, .size = t->pointer_size};
        return;
    }
    for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++) {
        if (strcmp(word, type_names[i].name) != 0)
            continue;
        type->code = type_names[i].code;
        type->size = type_names[i].size ? type_names[i].size : NETTRACE_SIZE_VARIES;
        return;
    }
    t->bad = true;
}

/* A name of the list above, or {fields}. */
static void parse_type(struct field_text *t, struct nettrace_type *type)
{
    if (!parse_mark(t, '{')) {
        parse_simple(t, type);
        return;
    }
    type->code = NETTRACE_OBJECT;
    type->fields = parse_fields(t);
    for (size_t i = 0; i < type->fields.count; i++)
        type->size = nettrace_size_plus(type->size, type->fields.list[i].type.size);
    t->bad |= !parse_mark(t, '}');
}

/* What stands in the brackets: the field that counts, or nothing. */
static void parse_count(struct field_text *t, const struct nettrace_fields *before,
                        struct nettrace_type *type)
{
    char word[NAME_MAX_SIZE];
    size_t index = 0;

    type->code = NETTRACE_ARRAY;
    type->size = NETTRACE_SIZE_VARIES;
    if (parse_mark(t, ']'))
        return;
    parse_word(t, word);
    while (index < before->count && strcmp(before->list[index].name, word) != 0)
        index++;
    t->bad |= index == before->count || !parse_mark(t, ']');
    type->code = NETTRACE_COUNTED_BY;
    type->count = (uint16_t)index;
}

static void parse_field(struct field_text *t, const struct nettrace_fields *before,
                        struct nettrace_field *field)
{
    char word[NAME_MAX_SIZE];
    struct nettrace_type *element = NULL;

    parse_word(t, word);
    field->name = keep_word(t, word);
    if (!t->bad && parse_mark(t, '[')) {
        parse_count(t, before, &field->type);
        element = pool_take(t->pool, sizeof *element);
        field->type.element = element;
        t->bad |= element == NULL;
    }
    t->bad |= !parse_mark(t, ':');
    if (!t->bad)
        parse_type(t, element ? element : &field->type);
}

/* "@2 ": goes on only if the event's version is at least that. */
static bool version_has_more(struct field_text *t)
{
    uint32_t version = 0;

    if (!parse_mark(t, '@'))
        return true;
    for (; isdigit((unsigned char)*t->at); t->at++)
        version = version * 10 + (uint32_t)(*t->at - '0');
    t->bad |= !parse_mark(t, ' ');
    return t->version >= version;
}

static struct nettrace_fields parse_fields(struct field_text *t)
{
    struct nettrace_field list[FIELDS_MAX] = {0};
    struct nettrace_fields fields = {list, 0};
    uint32_t offset = 0;

    while (!t->bad && *t->at != '\0' && *t->at != '}' && version_has_more(t)) {
        if (fields.count == FIELDS_MAX) {
            t->bad = true;
            break;
        }
        struct nettrace_field *field = &list[fields.count];
        parse_field(t, &fields, field);
        field->offset = offset;
        offset = nettrace_size_plus(offset, field->type.size);
        fields.count++;
        (void)parse_mark(t, ' ');
    }
    struct nettrace_field *kept =
        t->bad ? NULL : pool_take(t->pool, (fields.count + 1) * sizeof *kept);
    t->bad |= kept == NULL;
    if (!kept)
        return (struct nettrace_fields){0};
    memcpy(kept, list, fields.count * sizeof *kept);
    return (struct nettrace_fields){kept, fields.count};
}

bool known_fields_parse(const char *text, uint32_t version, uint32_t pointer_size,
                        struct pool *pool, struct nettrace_fields *ret_fields)
{
    struct field_text t = {
        .at = text, .version = version, .pointer_size = pointer_size, .pool = pool};
    struct nettrace_fields fields = parse_fields(&t);

    if (t.bad)
        return false;
    *ret_fields = fields;
    return true;
}
