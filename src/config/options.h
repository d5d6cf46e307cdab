/*
 * config/options.h - the configuration as a struct, made from options.def.
 *
 * Strings point into the struct's own copies; options_deinit() frees them, and options_reload()
 * those of live fields.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/base/log.h"
#include "src/config/faults.h"
#include "src/config/keys.h"
#include "src/config/process_filter.h"
#include "src/config/shape.h"

enum port_mode { PORT_CONNECT, PORT_LISTEN };
enum metrics_exposition { METRICS_COMPAT, METRICS_OPENTELEMETRY };
enum dump_transport { DUMP_TRANSPORT_FILE, DUMP_TRANSPORT_PIPE };

struct option_names {
    char **items;
    size_t count;
};

/* The C type of each value type (types.h) that options.def uses. */
typedef char *option_text;
typedef bool option_boolean;
typedef int64_t option_number;
typedef int64_t option_octal;
typedef int64_t option_timespan; /* ticks */
typedef double option_real;
typedef enum port_mode option_port_mode;
typedef enum dump_transport option_transport;
typedef enum metrics_exposition option_exposition;
typedef enum log_level option_level;
typedef struct option_names option_names;

struct options {
#define OPTION(type, field, ...) option_##type field;
#include "src/config/options.def"
#undef OPTION
    struct process_filters default_process; /* DefaultProcess:Filters; live */
    /* Switches of the command line that are no keys. */
    bool no_auth, temp_api_key, no_http_egress, exit_on_stdin_disconnect;
};

/* Fills `o` with defaults and what `keys` says. On failure the text names every faulty key (as many
 * as there is room for), its value, its source and what would do; `o` is then empty. A faulty
 * default process is no failure: it is told in `default_process.fault`. */
int options_load(struct options *o, const struct config_keys *keys, struct error *err);
void options_deinit(struct options *o);

/*
 * Reads the configuration again: rows with OPTION_LIVE and the default process get their new
 * values, all others keep theirs. Keys whose value differs but needs a restart are added to
 * `restart`, which the caller empties with option_names_deinit(). On failure, as of options_load()
 * or because the default process was right until now and is faulty, nothing has changed.
 */
int options_reload(struct options *o, const struct config_keys *keys, struct option_names *restart,
                   struct error *err);

void option_names_deinit(struct option_names *names);
