/*
 * config/layers.h - the twelve sources of configuration, in their order (CONTRACT section 7).
 *
 * Lowest first: defaults, command line, DOTNET_*, ASPNETCORE_*, appsettings.json (and
 * appsettings.ENVIRONMENT.json) beside the program, plain environment (OpenTelemetry's variables on
 * top of it), the user's settings.json, the shared settings.json, the shared folder as
 * key-per-file, DotnetMonitor_*, the file of
 * --configuration-file-path, and what is set on top by the program itself.
 *
 * In the first four an empty value counts as not set: the peer reads them through a "chained"
 * source, which passes over empty ones (measured). The same chain makes it call the source of
 * `urls` ASPNETCORE_ whenever one of the four has set it (golden cli-config-show-sources).
 */
#pragma once

#include "src/base/text.h"
#include "src/config/keys.h"

enum { LAYER_FOLDERS = 5 };

struct layers {
    char *const *environment; /* borrowed */
    char *program_folder, *user_folder, *shared_folder;
    char *extra_file; /* of --configuration-file-path; NULL: none, or none that is taken */
    bool in_kubernetes;
};

/* Finds out where the files are. `extra_file` may be NULL. What is passed over is told in
 * `warnings`, one line each. Returns 0 or -ENOMEM. */
int layers_init(struct layers *l, char *const *environment, const char *extra_file,
                struct text *warnings, struct error *err);
void layers_deinit(struct layers *l);

/*
 * Reads all of them into `keys`, which is empty. Files that are missing are empty layers; those
 * that may not be read are passed over with a line in `warnings`. A file that is not JSON, or a
 * key-per-file that may not be read, is an error whose text names file, line and column.
 */
int layers_read(const struct layers *l, const struct config_keys *command_line,
                const struct config_keys *on_top, struct config_keys *keys, struct text *warnings,
                struct error *err);

/* The folder of key-per-file: "..data" in the shared folder when that is a mounted volume of
 * Kubernetes, else the shared folder. Returns `buffer`. */
const char *layers_key_folder(const struct layers *l, char *buffer, size_t size);

/* The folders whose changes matter; there are LAYER_FOLDERS, "" for none. */
void layers_folder(const struct layers *l, size_t index, char *buffer, size_t size);
