/*
 * config/command_line.h - reads the arguments: commands, options in .NET's spellings, help.
 *
 * `--opt value`, `--opt=value` and `--opt:value` are the same; a switch may carry true or false.
 * Options that are configuration keys go into `keys` as the lowest layer; switches that are none go
 * into `flags`.
 */
#pragma once

#include "src/base/error.h"
#include "src/config/keys.h"

enum command {
    COMMAND_COLLECT,
    COMMAND_CONFIG_REFERENCE,
    COMMAND_DONE, /* help or version was printed */
};

struct command_flags {
    bool no_auth, temp_api_key, no_http_egress, exit_on_stdin_disconnect;
    const char *configuration_file; /* points into argv */
};

/* -EINVAL with the reason for the user when the arguments make no sense; the caller exits with 1.
 */
int command_line_parse(int argc, char **argv, enum command *ret_command,
                       struct command_flags *ret_flags, struct config_keys *keys,
                       struct error *err);
