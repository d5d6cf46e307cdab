/*
 * config/show.h - `config show`: the merged configuration as JSON, byte for byte as the peer prints
 * it (CONTRACT section 6.2, goldens cli-config-show*).
 */
#pragma once

#include "src/base/text.h"
#include "src/config/keys.h"

struct show_options {
    bool full;    /* secrets too */
    bool sources; /* after each value a comment that names its source */
};

/* Appends one indented object without a line feed at its end. */
void show_add(struct text *out, const struct config_keys *keys, const struct show_options *options);
