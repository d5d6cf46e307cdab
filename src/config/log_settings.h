/*
 * config/log_settings.h - the section Logging of the configuration, as the log wants it.
 *
 * A fault there never keeps the monitor from running: the value is passed over, and told.
 */
#pragma once

#include <stddef.h>

#include "src/base/log.h"
#include "src/config/keys.h"

/* The lowest layer of the section, as the peer ships it in a file of its own (golden
 * cli-config-show-sources). */
extern const struct config_default log_default_keys[];
extern const size_t log_default_count;

/*
 * Fills `ret` from `keys`, with log_default_keys[] below them (it does not matter whether they have
 * been merged already). `ret_faults` gets one line for each value that was passed over, "" when
 * there is none; NULL when nobody wants to know. -ENOMEM, with nothing to free.
 */
int log_settings_load(const struct config_keys *keys, struct log_settings *ret, char **ret_faults,
                      struct error *err);
