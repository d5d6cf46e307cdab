/*
 * egress/provider.h - what a type of destination has to offer. A new type is a file with one of
 * these tables, and a row in egress.c.
 */
#pragma once

#include <uv.h>

#include "src/config/keys.h"
#include "src/egress/sink.h"

/* First member of each type's own settings. */
struct provider {
    const struct provider_type *type;
};

struct provider_type {
    const char *name; /* in the settings: "FileSystem" */
    /* Reads the section ("Egress:TYPE:NAME"), which config/validate has found fine. NULL: this
     * version has only the name of the type. */
    int (*load)(const struct config_keys *keys, const char *section, struct provider **ret,
                struct error *err);
    void (*free)(struct provider *provider);
    /* The sink has copies of what it needs. */
    int (*sink_new)(uv_loop_t *loop, const struct provider *provider, struct sink **ret,
                    struct error *err);
};
