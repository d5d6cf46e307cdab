#include "src/config/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"

struct option_row {
    const char *key, *type, *help, *fallback; /* type: a name of options.def */
    void *field;
    int64_t min, max;
    unsigned flags; /* OPTION_SECRET... */
    /* Writes the value to `field`; false when it cannot be read. */
    bool (*parse)(const struct option_row *row, const char *value);
    const char *expected; /* what would do, for the error */
};

static const char default_process_key[] = "DefaultProcess:Filters";

static bool set_text(char **field, const char *value)
{
    char *copy = strdup(value);

    if (!copy)
        return false;
    free(*field);
    *field = copy;
    return true;
}

static bool parse_text(const struct option_row *row, const char *value)
{
    return set_text(row->field, value);
}

static bool parse_boolean(const struct option_row *row, const char *value)
{
    return text_to_bool(value, row->field);
}

static bool parse_number(const struct option_row *row, const char *value)
{
    return text_to_i64(value, row->min, row->max, row->field);
}

static bool parse_octal(const struct option_row *row, const char *value)
{
    char *end;

    if (value[0] < '0' || value[0] > '7')
        return false;
    errno = 0;
    long v = strtol(value, &end, 8);
    if (errno || *end || v < row->min || v > row->max)
        return false;
    *(int64_t *)row->field = v;
    return true;
}

/* .NET takes enum values by name without case, or by number. */
static bool parse_enum(const char *const *names, unsigned count, const char *value, unsigned *ret)
{
    for (unsigned i = 0; i < count; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%u", i);
        if (text_equal_nocase(value, names[i]) || strcmp(value, number) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool parse_port_mode(const struct option_row *row, const char *value)
{
    static const char *const names[] = {"Connect", "Listen"};
    unsigned v;

    if (!parse_enum(names, 2, value, &v))
        return false;
    *(enum port_mode *)row->field = (enum port_mode)v;
    return true;
}

static bool parse_transport(const struct option_row *row, const char *value)
{
    static const char *const names[] = {"File", "Pipe"};
    unsigned v;

    if (!parse_enum(names, 2, value, &v))
        return false;
    *(enum dump_transport *)row->field = (enum dump_transport)v;
    return true;
}

static bool parse_level(const struct option_row *row, const char *value)
{
    static const char *const names[] = {"Trace", "Debug",    "Information", "Warning",
                                        "Error", "Critical", "None"};
    unsigned v;

    if (!parse_enum(names, 7, value, &v))
        return false;
    *(enum log_level *)row->field = (enum log_level)v;
    return true;
}

static bool add_name(struct option_names *names, const char *at, size_t size)
{
    char **items = realloc(names->items, (names->count + 1) * sizeof *items);

    if (!items)
        return false;
    names->items = items;
    items[names->count] = strndup(at, size);
    return items[names->count++] != NULL;
}

/* Adds the items, without the blanks around them. False when there is none: a list that is set and
 * turns out empty must not be taken for one that is not set. */
static bool parse_names(const struct option_row *row, const char *value)
{
    struct option_names *names = row->field;
    size_t before = names->count;

    while (*value) {
        value += strspn(value, " \t;,");
        size_t size = strcspn(value, ";,");
        const char *next = value + size;
        while (size && (value[size - 1] == ' ' || value[size - 1] == '\t'))
            size--;
        if (size && !add_name(names, value, size))
            return false;
        value = next;
    }
    return names->count > before;
}

#define EXPECTED_text "a text"
#define EXPECTED_boolean "true or false"
#define EXPECTED_number "a number"
#define EXPECTED_octal "an octal mode of at most three digits, as 0660"
#define EXPECTED_port_mode "Connect or Listen"
#define EXPECTED_transport "File or Pipe"
#define EXPECTED_level "one of Trace, Debug, Information, Warning, Error, Critical, None"
#define EXPECTED_names "a list of at least one item, with ; between them"

enum {
#define OPTION(type, field, ...) ROW_##field,
#include "src/config/options.def"
#undef OPTION
    ROW_COUNT,
};

static void rows_init(struct option_row rows[static ROW_COUNT], struct options *o)
{
    struct option_row *row = rows;
#define OPTION(kind, name, keytext, def, lo, hi, marks, sentence)                                  \
    *row++ = (struct option_row){.key = keytext,                                                   \
                                 .type = #kind,                                                    \
                                 .help = sentence,                                                 \
                                 .fallback = def,                                                  \
                                 .field = &o->name,                                                \
                                 .min = lo,                                                        \
                                 .max = hi,                                                        \
                                 .flags = marks,                                                   \
                                 .parse = parse_##kind,                                            \
                                 .expected = EXPECTED_##kind};
#include "src/config/options.def"
#undef OPTION
}

/* Appends one fault to the text, so that all of them are told at once. */
static void add_fault(struct error *err, const struct option_row *row,
                      const struct config_entry *entry)
{
    char range[64] = "", origin[CONFIG_ORIGIN_SIZE];

    if (row->max > row->min && row->parse == parse_number)
        (void)snprintf(range, sizeof range, " from %lld to %lld", (long long)row->min,
                       (long long)row->max);
    if (!err->code)
        err->text[0] = '\0';
    err->code = -EINVAL;
    (void)error_append(err, "%s%s (%s): '%s' is not %s%s", err->text[0] ? "\n" : "", entry->key,
                       config_entry_origin(entry, origin), entry->value, row->expected, range);
}

static void load_row(const struct option_row *row, const struct config_keys *keys,
                     struct error *err)
{
    const struct config_entry *entry = config_keys_find(keys, row->key);

    bool is_empty_list = row->parse == parse_names && !row->fallback[0];

    if (!is_empty_list &&
        !row->parse(row, row->fallback)) { /* the table's own defaults can be read: no memory */
        (void)error_set(err, -ENOMEM, "%s", row->key);
        return;
    }
    if (entry && !row->parse(row, entry->value))
        add_fault(err, row, entry);
    if (row->parse != parse_names)
        return;
    for (size_t left = config_keys_below(keys, row->key, &entry); left; left--, entry++) {
        if (!row->parse(row, entry->value))
            add_fault(err, row, entry);
    }
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

int options_load(struct options *o, const struct config_keys *keys, struct error *err)
{
    struct option_row rows[ROW_COUNT];
    struct error faults = {0}, filter;

    *o = (struct options){0};
    rows_init(rows, o);
    for (size_t i = 0; i < ROW_COUNT; i++)
        load_row(&rows[i], keys, &faults);
    if (process_filters_load(&o->default_process, keys, default_process_key, &filter) < 0)
        (void)(faults.code ? error_append(&faults, "\n%s", filter.text)
                           : error_set(&faults, filter.code, "%s", filter.text));
    if (faults.code < 0) {
        options_deinit(o);
        *err = faults;
        return err->code;
    }
    int r = settle_port(o, err);
    if (r < 0)
        options_deinit(o);
    return r;
}

static void free_row(struct option_row *row)
{
    if (row->parse == parse_text) {
        free(*(char **)row->field);
    } else if (row->parse == parse_names) {
        struct option_names *names = row->field;
        for (size_t i = 0; i < names->count; i++)
            free(names->items[i]);
        free(names->items);
    }
}

void options_deinit(struct options *o)
{
    struct option_row rows[ROW_COUNT];

    rows_init(rows, o);
    for (size_t i = 0; i < ROW_COUNT; i++)
        free_row(&rows[i]);
    process_filters_deinit(&o->default_process);
    *o = (struct options){0};
}

static bool is_below(const char *key, const char *prefix)
{
    size_t size = strlen(prefix);

    return strncasecmp(key, prefix, size) == 0 && key[size] == ':';
}

static bool is_known(const struct option_row rows[static ROW_COUNT], const char *key)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (text_equal_nocase(key, rows[i].key) ||
            (rows[i].parse == parse_names && is_below(key, rows[i].key)))
            return true;
    }
    return is_below(key, default_process_key) || is_below(key, "Logging");
}

char *options_unknown_keys(const struct config_keys *keys)
{
    struct options none = {0};
    struct option_row rows[ROW_COUNT];
    struct text found = {0};

    rows_init(rows, &none);
    for (size_t i = 0; i < keys->count; i++) {
        const struct config_entry *entry = &keys->entries[i];
        if (config_entry_is_ours(entry) && !is_known(rows, entry->key))
            text_add_fmt(&found, "%s%s", found.size ? ", " : "", entry->key);
    }
    return found.size ? text_take(&found) : NULL;
}

void options_print_reference(void)
{
    struct options none = {0};
    struct option_row rows[ROW_COUNT];

    rows_init(rows, &none);
    printf("# Configuration reference\n\n"
           "Printed by `portside config reference`; a test fails when this file differs.\n\n"
           "As an environment variable a key is `DotnetMonitor_` and the key with `__` for `:`, "
           "for example `DotnetMonitor_Storage__DumpTempFolder=/diag/dumps`.\n\n"
           "| key | type | default | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < ROW_COUNT; i++)
        printf("| `%s` | %s | %s%s%s | %s |\n", rows[i].key, rows[i].type,
               rows[i].fallback[0] ? "`" : "", rows[i].fallback, rows[i].fallback[0] ? "`" : "",
               rows[i].help);
    printf("| `DefaultProcess:Filters:N:{Key,Value,MatchType}` | list | | Which process is meant "
           "when a request names none; also `{ProcessId,ProcessName,CommandLine,"
           "ManagedEntryPointAssemblyName}` in short. |\n");
}
