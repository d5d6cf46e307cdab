/*
 * config/command_table.h - the commands and their options, as rows; parsing and help follow them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/config/command_line.h"

enum option_kind {
    OPTION_KIND_KEY,    /* texts for a configuration key, joined by ';' */
    OPTION_KIND_PORT,   /* --diagnostic-port */
    OPTION_KIND_PATH,   /* const char * of the flags */
    OPTION_KIND_SWITCH, /* bool of the flags, or of `key` when there is one */
    OPTION_KIND_LEVEL,
    OPTION_KIND_FORMAT,
    OPTION_KIND_EXPIRATION,
};

enum { COMMAND_OPTIONS = 12 };

struct option_row {
    const char *name, *alias; /* alias: "-u", NULL: none */
    const char *value;        /* its name in the help; NULL: none is shown */
    const char *fallback;     /* for the help and the key; NULL: none */
    enum option_kind kind;
    const char *key;
    size_t offset; /* in struct command_flags */
    const char *help;
};

struct command_row {
    const char *words;    /* "config show"; "" is the program itself */
    enum command command; /* COMMAND_DONE: it needs one of its sub-commands */
    const char *help;
    const struct option_row *options[COMMAND_OPTIONS + 1]; /* to the first NULL */
};

/* The program itself: where parsing begins. */
const struct command_row *command_table_root(void);

/* The sub-command of `parent` with this name, NULL when there is none. */
const struct command_row *command_table_child(const struct command_row *parent, const char *name);

/* To standard output. */
void command_table_print_help(const struct command_row *command);
