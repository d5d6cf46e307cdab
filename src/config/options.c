#include "src/config/options.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/config/model.h"

static_assert(sizeof(enum port_mode) == sizeof(unsigned), "choices are stored as unsigned");

static const char default_process_key[] = "DefaultProcess:Filters";

enum {
#define OPTION(type, field, ...) ROW_##field,
#include "src/config/options.def"
#undef OPTION
    ROW_COUNT,
};

static const size_t offsets[ROW_COUNT] = {
#define OPTION(type, field, ...) [ROW_##field] = offsetof(struct options, field),
#include "src/config/options.def"
#undef OPTION
};

static void *field_of(struct options *o, size_t row)
{
    return (char *)o + offsets[row];
}

static bool set_text(char **field, const char *value)
{
    char *copy = strdup(value);

    if (!copy)
        return false;
    free(*field);
    *field = copy;
    return true;
}

static bool add_name(struct option_names *names, const char *at, size_t size)
{
    char **items = realloc(names->items, (names->count + 1) * sizeof *items);

    if (!items)
        return false;
    names->items = items;
    items[names->count] = strndup(at, size);
    return items[names->count] != NULL && ++names->count;
}

void option_names_deinit(struct option_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct option_names){0};
}

static bool add_names(struct option_names *names, const char *list)
{
    const char *item;
    size_t size;

    while (value_next_item(&list, &item, &size)) {
        if (!add_name(names, item, size))
            return false;
    }
    return true;
}

/* False when there is no memory. */
static bool store(const struct value_type *type, const char *text, const struct value *v,
                  void *field)
{
    if (type->list)
        return add_names(field, text);
    switch (type->form) {
    case VALUE_TEXT:
        return set_text(field, text);
    case VALUE_BOOLEAN:
        *(bool *)field = v->boolean;
        return true;
    case VALUE_INTEGER:
    case VALUE_DURATION:
        *(int64_t *)field = v->integer;
        return true;
    case VALUE_REAL:
        *(double *)field = v->real;
        return true;
    case VALUE_CHOICE:
        memcpy(field, &v->choice, sizeof v->choice);
        return true;
    case VALUE_GUID:
    default:
        return false;
    }
}

static void add_fault(struct config_faults *faults, const struct key_row *row,
                      const struct config_entry *entry)
{
    char origin[CONFIG_ORIGIN_SIZE], expected[EXPECTATION_SIZE];
    bool is_secret = (row->flags & OPTION_SECRET) != 0;

    (void)value_expectation(row->type, row->min, row->max, expected);
    config_faults_add(faults, FAULT_ERROR, entry->key, config_entry_origin(entry, origin),
                      "'%.*s' is not %s", LIMIT_CONFIG_SHOWN, is_secret ? "..." : entry->value,
                      expected);
}

/* 0 or -ENOMEM; a value that cannot be read is a fault. */
static int load_value(struct options *o, size_t index, const struct config_entry *entry,
                      struct config_faults *faults)
{
    const struct key_row *row = model_option(index);
    struct value v = {0};

    if (!entry->value[0] && row->type->empty_is_unset)
        return 0;
    if (value_read(row->type, row->min, row->max, entry->value, &v))
        return store(row->type, entry->value, &v, field_of(o, index)) ? 0 : -ENOMEM;
    if (!(row->flags & OPTION_LENIENT))
        add_fault(faults, row, entry);
    return 0;
}

static int load_default(struct options *o, size_t index)
{
    const struct key_row *row = model_option(index);
    struct value v = {0};

    if (row->type->list && !row->fallback[0])
        return 0;
    if (!value_read(row->type, row->min, row->max, row->fallback, &v))
        return -EINVAL; /* a unit test reads all defaults */
    return store(row->type, row->fallback, &v, field_of(o, index)) ? 0 : -ENOMEM;
}

static int load_row(struct options *o, size_t index, const struct config_keys *keys,
                    struct config_faults *faults)
{
    const struct key_row *row = model_option(index);
    const struct config_entry *entry = config_keys_find(keys, row->key);
    int r = load_default(o, index);

    if (r == 0 && entry)
        r = load_value(o, index, entry, faults);
    if (!row->type->list)
        return r;
    for (size_t left = config_keys_below(keys, row->key, &entry); r == 0 && left; left--, entry++)
        r = load_value(o, index, entry, faults);
    return r;
}

/* The short form wins over the long one. Listen mode needs a path: the configured one, or the
 * default in the shared folder. */
static int settle_port(struct options *o, struct error *err)
{
    char *path = NULL;

    if (o->diagnostic_port[0]) {
        o->port_mode = PORT_LISTEN;
        if (!set_text(&o->port_name, o->diagnostic_port))
            return error_set(err, -ENOMEM, "DiagnosticPort");
    }
    if (o->port_mode != PORT_LISTEN || o->port_name[0])
        return 0;
    if (!o->shared_path[0])
        return error_set(err, -EINVAL,
                         "In 'Listen' mode, the diagnostic port endpoint name must be specified.");
    if (asprintf(&path, "%s/dotnet-monitor.sock", o->shared_path) < 0)
        return error_set(err, -ENOMEM, "DiagnosticPort:EndpointName");
    free(o->port_name);
    o->port_name = path;
    return 0;
}

/* The peer runs with a faulty filter, and refuses the requests that need it. */
static int load_filters(struct options *o, const struct config_keys *keys, struct error *err)
{
    const struct config_entry *first;
    char origin[CONFIG_ORIGIN_SIZE];
    int r = process_filters_load(&o->default_process, keys, default_process_key, err);

    if (r != -EINVAL || !config_keys_below(keys, default_process_key, &first))
        return r;
    if (asprintf(&o->default_process.fault, "%s (%s)", err->text,
                 config_entry_origin(first, origin)) < 0)
        return error_set(err, -ENOMEM, default_process_key);
    return 0;
}

/* 0, -ENOMEM with `err` filled; all else is in `faults`. */
static int load_all(struct options *o, const struct config_keys *keys, struct config_faults *faults,
                    struct error *err)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        int r = load_row(o, i, keys, faults);
        if (r < 0)
            return error_set(err, r, "%s: no memory for its value", model_option(i)->key);
    }
    return load_filters(o, keys, err);
}

int options_load(struct options *o, const struct config_keys *keys, struct error *err)
{
    struct config_faults faults = {0};
    struct error failure = {0};

    *o = (struct options){0};
    int r = load_all(o, keys, &faults, &failure);
    if (r == 0)
        r = config_faults_summary(&faults, &failure);
    if (r == 0)
        r = settle_port(o, &failure);
    config_faults_deinit(&faults);
    if (r < 0) {
        options_deinit(o);
        *err = failure;
    }
    return r;
}

void options_deinit(struct options *o)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct value_type *type = model_option(i)->type;
        if (type->list)
            option_names_deinit(field_of(o, i));
        else if (type->form == VALUE_TEXT)
            free(*(char **)field_of(o, i));
    }
    process_filters_deinit(&o->default_process);
    *o = (struct options){0};
}

static bool equal_names(const struct option_names *a, const struct option_names *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    }
    return true;
}

/* Bytes of a field; 0 for a list. */
static size_t size_of(const struct value_type *type)
{
    static const size_t sizes[] = {
        [VALUE_TEXT] = sizeof(char *),      [VALUE_BOOLEAN] = sizeof(bool),
        [VALUE_INTEGER] = sizeof(int64_t),  [VALUE_REAL] = sizeof(double),
        [VALUE_DURATION] = sizeof(int64_t), [VALUE_CHOICE] = sizeof(unsigned),
        [VALUE_GUID] = sizeof(struct guid),
    };

    return type->list ? sizeof(struct option_names) : sizes[type->form];
}

static bool is_equal(struct options *a, struct options *b, size_t row)
{
    const struct value_type *type = model_option(row)->type;
    void *x = field_of(a, row), *y = field_of(b, row);

    if (type->list)
        return equal_names(x, y);
    if (type->form == VALUE_TEXT)
        return strcmp(*(char **)x, *(char **)y) == 0;
    return memcmp(x, y, size_of(type)) == 0;
}

static void swap_bytes(void *a, void *b, size_t size)
{
    char kept[sizeof(struct process_filters) + sizeof(struct option_names)];

    memcpy(kept, a, size);
    memcpy(a, b, size);
    memcpy(b, kept, size);
}

int options_reload(struct options *o, const struct config_keys *keys, struct option_names *restart,
                   struct error *err)
{
    struct options loaded;
    int r = options_load(&loaded, keys, err);

    if (r == 0 && loaded.default_process.fault && !o->default_process.fault)
        r = error_set(err, -EINVAL, "%s", loaded.default_process.fault);
    for (size_t i = 0; r == 0 && i < ROW_COUNT; i++) {
        const struct key_row *row = model_option(i);
        if (!(row->flags & OPTION_LIVE) && !is_equal(o, &loaded, i) &&
            !add_name(restart, row->key, strlen(row->key)))
            r = error_set(err, -ENOMEM, "%s", row->key);
    }
    if (r < 0) {
        options_deinit(&loaded);
        return r;
    }
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (model_option(i)->flags & OPTION_LIVE)
            swap_bytes(field_of(o, i), field_of(&loaded, i), size_of(model_option(i)->type));
    }
    swap_bytes(&o->default_process, &loaded.default_process, sizeof o->default_process);
    options_deinit(&loaded);
    return 0;
}
