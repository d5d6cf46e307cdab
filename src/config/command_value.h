/*
 * config/command_value.h - what the options were given, turned into flags and configuration keys.
 */
#pragma once

#include "src/base/text.h"
#include "src/config/command_table.h"

/* One option of the command, as far as it was given. */
struct command_value {
    const struct option_row *row;
    const char *given_as; /* the spelling of its last mention: "-u"; NULL: not given */
    struct text joined;   /* its values, with ';' between them */
    const char *last;     /* the last of them; NULL: none */
    size_t count;
};

/* Is a value always needed, and may it come several times? */
bool command_value_is_switch(const struct option_row *row);

/* Checks and stores; appends one line per fault to `faults`. Options that were not given set their
 * default. Returns 0, or -ENOMEM from the keys. */
int command_value_apply(const struct command_value *v, struct command_flags *flags,
                        struct config_keys *keys, const struct config_source *source,
                        struct text *faults, struct error *err);
