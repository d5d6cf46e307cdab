/*
 * config/shape.h - the form of the structured keys: objects, lists by index, maps by name.
 *
 * A shape is a table of members, written down in shapes.def. Together with options.def, whose rows
 * are the keys that have a field in struct options, the shapes describe every key there is.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "src/config/types.h"

/* The flags of a row. Those in KEY_INHERITED hold for everything below as well. */
enum {
    OPTION_LIVE = 1, /* takes effect when the configuration is read again; others need a restart */
    OPTION_SECRET = 2,   /* never shown by `config show` */
    OPTION_REQUIRED = 4, /* an object without it is of no use */
    OPTION_LATER = 8,    /* accepted, and without effect in this version */
    OPTION_FREE = 16,    /* whatever is below is accepted as it is */
    OPTION_OURS = 32,    /* the peer does not know it */
    OPTION_LENIENT = 64, /* a faulty value leaves the default; who reads the key tells it */
    KEY_INHERITED = OPTION_LIVE | OPTION_SECRET | OPTION_LATER | OPTION_OURS,
};

enum key_count {
    KEY_ONE,
    KEY_LIST, /* children 0, 1, 2... */
    KEY_MAP,  /* children by name */
};

struct shape;

/* Settings whose shape the member `Type` beside it chooses. */
struct key_variant {
    const char *type;
    const struct shape *shape; /* NULL: has no settings */
};

struct key_row {
    const char *key; /* of options.def: the whole; of a shape: one member, "*" is any other name */
    const char *fallback, *sentence;
    const struct value_type *type;      /* of the value, or of each item; NULL: there is none */
    const struct shape *shape;          /* of the object, or of each item */
    const struct key_variant *variants; /* NULL type at the end */
    enum key_count count;
    int64_t min, max; /* no range unless min < max */
    unsigned flags;
};

struct check;

struct shape {
    const char *name; /* unique: the name of its definition in the JSON schema */
    const struct key_row *rows;
    size_t count;
    /* Rules between members (config/checks.h); NULL: none. */
    void (*check)(const struct check *check);
};

/* What is at the root of the configuration. */
extern const struct shape *const shape_root;
