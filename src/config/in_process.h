/*
 * config/in_process.h - what the peer calls in-process features, and switches on one by one.
 *
 * Ours load nothing into the app, so they are on unless they are switched off: by their own switch,
 * or by InProcessFeatures:Enabled, which when false switches all off, as in the peer.
 */
#pragma once

#include "src/config/keys.h"

/* `name` as in its key: "CallStacks". */
bool in_process_is_on(const struct config_keys *keys, const char *name);
