/*
 * program/live.h - the settings while the program runs: taken at the start, and again when they
 * change.
 */
#pragma once

#include "src/api/api.h"
#include "src/base/error.h"
#include "src/config/command_line.h"
#include "src/config/options.h"
#include "src/config/settings.h"

/* Borrowed by whoever watches. */
struct live {
    struct settings *settings;
    struct options *options;
    struct api *api;
};

/* Fills the options (arguments that are no keys included) and the log's settings; logs what was
 * passed over and what has no effect. -EINVAL with all faults. */
int live_start(struct live *l, const struct command_flags *flags, struct error *err);

/* Watches the files of the settings. A change is given to everybody whom it concerns, or refused as
 * a whole and told why. settings_unwatch() ends it. */
int live_watch(struct live *l, uv_loop_t *loop, struct error *err);
