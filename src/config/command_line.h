/*
 * config/command_line.h - reads the arguments: commands, options in .NET's spellings, help.
 *
 * As System.CommandLine reads them (measured): `--opt value`, `--opt=value` and `--opt:value` are
 * the same, and so are `-u value`, `-uvalue`, `-u:value`; an option that needs a value takes the
 * next argument whatever it looks like; a switch takes it when it is true or false; names are
 * case-sensitive; nothing after `--` is an option. Not taken over: response files (@file) and
 * directives ([suggest]).
 */
#pragma once

#include <stdint.h>

#include "src/base/error.h"
#include "src/config/keys.h"

enum command {
    COMMAND_DONE, /* help or version was printed */
    COMMAND_COLLECT,
    COMMAND_CONFIG_SHOW,
    COMMAND_CONFIG_VALIDATE,
    COMMAND_CONFIG_SCHEMA,
    COMMAND_CONFIG_REFERENCE,
    COMMAND_GENERATE_KEY,
};

/* --output of generatekey. */
enum key_format {
    KEY_FORMAT_JSON,
    KEY_FORMAT_TEXT,
    KEY_FORMAT_CMD,
    KEY_FORMAT_SHELL,
    KEY_FORMAT_POWERSHELL,
    KEY_FORMAT_MACHINE_JSON,
};

struct command_flags {
    bool no_auth, temp_api_key, no_http_egress, exit_on_stdin_disconnect;
    const char *configuration_file; /* points into argv; NULL: none */
    bool show_sources, show_full;   /* config show */
    enum key_format key_format;     /* generatekey */
    int64_t key_expiration_ticks;   /* of 100 ns; more than 0 */
};

/*
 * What the options say of configuration keys goes into `keys` with the source "command line": urls,
 * Metrics:Endpoints and Metrics:Enabled always, with their defaults; DiagnosticPort:* with
 * --diagnostic-port. -EINVAL when the arguments make no sense: the text has one line per fault, the
 * command's help was printed, and the caller exits with 1.
 */
int command_line_parse(int argc, char **argv, enum command *ret_command,
                       struct command_flags *ret_flags, struct config_keys *keys,
                       struct error *err);
