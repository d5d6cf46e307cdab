#include "src/config/command_line.h"

#include "portside_version.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/config/command_table.h"
#include "src/config/command_value.h"

enum ask { ASK_NOTHING, ASK_HELP, ASK_VERSION };

struct parser {
    const struct command_row *command;
    struct command_value values[COMMAND_OPTIONS];
    size_t count;      /* of the values: one for each option of the command */
    char **at, **end;  /* the arguments that are left */
    struct text words; /* what nobody knows, one line each */
    enum ask ask;      /* the last one counts */
    bool only_words;   /* after "--" */
};

/* The options of the command that was reached; those of the one before meant nothing. */
static void enter_command(struct parser *p, const struct command_row *command)
{
    p->command = command;
    for (p->count = 0; command->options[p->count]; p->count++)
        p->values[p->count] = (struct command_value){.row = command->options[p->count]};
}

static void unknown(struct parser *p, const char *word)
{
    text_add_fmt(&p->words, "Unrecognized command or argument '%s'.\n", word);
}

static bool is_named(const char *name, const char *arg, size_t size)
{
    return name && strlen(name) == size && memcmp(name, arg, size) == 0;
}

static enum ask asked(const struct parser *p, const char *arg, size_t size)
{
    static const char *const help[] = {"--help", "-h", "-?", "/h", "/?"};

    for (size_t i = 0; i < sizeof help / sizeof help[0]; i++) {
        if (is_named(help[i], arg, size))
            return ASK_HELP;
    }
    return p->command == command_table_root() && is_named("--version", arg, size) ? ASK_VERSION
                                                                                  : ASK_NOTHING;
}

static struct command_value *find_option(struct parser *p, const char *arg, size_t size)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct option_row *row = p->values[i].row;
        if (is_named(row->name, arg, size) || is_named(row->alias, arg, size))
            return &p->values[i];
    }
    return NULL;
}

static void add_value(struct command_value *v, const char *value)
{
    if (v->count++)
        text_add_str(&v->joined, ";");
    text_add_str(&v->joined, value);
    v->last = value;
}

/* `attached` is what stood behind = or : (or NULL), else the next argument may be the value. */
static void take_option(struct parser *p, struct command_value *v, const char *given_as,
                        const char *attached)
{
    bool on;

    v->given_as = given_as;
    if (attached && !attached[0])
        attached = NULL;
    if (attached && command_value_is_switch(v->row) && !text_to_bool(attached, &on))
        unknown(p, attached);
    else if (attached)
        add_value(v, attached);
    else if (p->at < p->end && strcmp(*p->at, "--") != 0 &&
             (!command_value_is_switch(v->row) || text_to_bool(*p->at, &on)))
        add_value(v, *p->at++);
}

/* The option or question with the letter `c` alone. */
static bool find_letter(struct parser *p, char c, struct command_value **ret_value,
                        enum ask *ret_ask)
{
    const char alias[] = {'-', c};

    *ret_value = find_option(p, alias, sizeof alias);
    *ret_ask = asked(p, alias, sizeof alias);
    return *ret_value || *ret_ask != ASK_NOTHING;
}

/* "-mu x", "-mfalse", "-uhttp://x": letters of options, the last one with its value. */
static bool take_letters(struct parser *p, const char *arg)
{
    struct command_value *v;
    enum ask ask;

    if (arg[0] != '-' || arg[1] == '-' || !arg[1] || !find_letter(p, arg[1], &v, &ask))
        return false;
    for (const char *c = arg + 1; *c && find_letter(p, *c, &v, &ask); c++) {
        struct command_value *next;
        enum ask next_ask;
        if (!v) {
            p->ask = ask;
            continue;
        }
        bool more =
            c[1] && command_value_is_switch(v->row) && find_letter(p, c[1], &next, &next_ask);
        if (!more) {
            take_option(p, v, v->row->alias, c[1] ? c + 1 + strspn(c + 1, "=:") : NULL);
            return true;
        }
        v->given_as = v->row->alias;
    }
    return true;
}

static void take(struct parser *p, const char *arg)
{
    size_t size = strcspn(arg, "=:");
    struct command_value *v = find_option(p, arg, size);
    const struct command_row *child = command_table_child(p->command, arg);
    enum ask ask = asked(p, arg, size);

    if (p->only_words)
        unknown(p, arg);
    else if (strcmp(arg, "--") == 0)
        p->only_words = true;
    else if (child)
        enter_command(p, child);
    else if (ask != ASK_NOTHING)
        p->ask = ask;
    else if (v)
        take_option(p, v, is_named(v->row->name, arg, size) ? v->row->name : v->row->alias,
                    arg[size] ? arg + size + 1 : NULL);
    else if (!take_letters(p, arg))
        unknown(p, arg);
}

static int apply(struct parser *p, struct command_flags *flags, struct config_keys *keys,
                 struct error *err)
{
    const struct config_source *source = config_keys_add_source(
        keys, "command line", "CommandLineConfigurationProvider", false, err);
    struct text faults = {0};
    int r = source ? 0 : err->code;

    if (p->command->command == COMMAND_DONE)
        text_add_str(&faults, "Required command was not provided.\n");
    if (p->words.data)
        text_add_str(&faults, p->words.data);
    bool failed = p->words.failed;
    for (size_t i = 0; r == 0 && i < p->count; i++) {
        r = command_value_apply(&p->values[i], flags, keys, source, &faults, err);
        failed = failed || p->values[i].joined.failed;
    }
    if (r == 0 && (failed || faults.failed))
        r = error_set(err, -ENOMEM, "command line");
    if (r == 0 && faults.size) {
        command_table_print_help(p->command);
        r = error_set(err, -EINVAL, "%.*s", (int)faults.size - 1, faults.data);
    }
    text_deinit(&faults);
    return r;
}

static void parser_deinit(struct parser *p)
{
    for (size_t i = 0; i < p->count; i++)
        text_deinit(&p->values[i].joined);
    text_deinit(&p->words);
}

int command_line_parse(int argc, char **argv, enum command *ret_command,
                       struct command_flags *ret_flags, struct config_keys *keys, struct error *err)
{
    struct parser p = {.at = argv + (argc > 0), .end = argv + argc};
    int r = 0;

    *ret_flags = (struct command_flags){0};
    *ret_command = COMMAND_DONE;
    enter_command(&p, command_table_root());
    while (p.at < p.end)
        take(&p, *p.at++);
    if (p.ask == ASK_HELP)
        command_table_print_help(p.command);
    else if (p.ask == ASK_VERSION)
        printf("%s\n", PORTSIDE_VERSION);
    else
        r = apply(&p, ret_flags, keys, err);
    if (r == 0 && p.ask == ASK_NOTHING)
        *ret_command = p.command->command;
    parser_deinit(&p);
    return r;
}
