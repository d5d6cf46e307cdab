/*
 * config/options.h - the configuration as a struct, made from options.def.
 *
 * Strings point into the struct's own copies; options_deinit() frees them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/base/log.h"
#include "src/config/keys.h"
#include "src/config/process_filter.h"

enum port_mode { PORT_CONNECT, PORT_LISTEN };
enum dump_transport { DUMP_TRANSPORT_FILE, DUMP_TRANSPORT_PIPE };

/* The flags of a row. */
enum {
    OPTION_LIVE = 1, /* takes effect when the configuration is read again; others need a restart */
    OPTION_SECRET = 2, /* never shown by `config show` */
};

struct option_names {
    char **items;
    size_t count;
};

typedef char *option_text;
typedef bool option_boolean;
typedef int64_t option_number;
typedef int64_t option_octal;
typedef enum port_mode option_port_mode;
typedef enum dump_transport option_transport;
typedef enum log_level option_level;
typedef struct option_names option_names;

struct options {
#define OPTION(type, field, ...) option_##type field;
#include "src/config/options.def"
#undef OPTION
    struct process_filters default_process; /* DefaultProcess:Filters */
    /* Switches of the command line that are no keys. */
    bool no_auth, temp_api_key, no_http_egress, exit_on_stdin_disconnect;
};

/* Fills `o` with defaults and what `keys` says. On failure the text names every faulty key, its
 * value, its source and what would do; `o` is then empty. */
int options_load(struct options *o, const struct config_keys *keys, struct error *err);
void options_deinit(struct options *o);

/* The keys of DotnetMonitor_ variables that are none of ours (a typo, or one that only the peer
 * knows), as "A:B, C"; NULL when there are none. The caller frees. */
char *options_unknown_keys(const struct config_keys *keys);

/* Prints the reference of all keys as Markdown (docs/configuration.md). */
void options_print_reference(void);
