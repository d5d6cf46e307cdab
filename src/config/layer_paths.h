/*
 * config/layer_paths.h - where settings files lie. All results are absolute, or "" for "nowhere",
 * and freed by the caller; NULL: no memory.
 */
#pragma once

#include "src/base/text.h"

/* The folder of the running program: its appsettings.json. */
char *layer_paths_program(void);

/* The user's folder: $XDG_CONFIG_HOME/dotnet-monitor, else $HOME/.config/dotnet-monitor. */
char *layer_paths_user(char *const *environment);

/* /etc/dotnet-monitor. For both the peer's tests have variables that name other folders
 * (DotnetMonitorTestSettings__{User,Shared}ConfigDirectoryOverride). */
char *layer_paths_shared(char *const *environment);

/* --configuration-file-path. NULL with a line in `warnings` when it does not exist or its name does
 * not end in .json: then the peer goes on without it. */
char *layer_paths_extra(const char *path, struct text *warnings);
