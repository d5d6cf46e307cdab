/*
 * config/model.h - what is known of each configuration key, also of those in lists and maps
 * (CollectionRules:NAME:Actions:0:Settings:Duration).
 *
 * Joins options.def and shapes.def to one tree and walks down it, one level of a key at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "src/config/keys.h"
#include "src/config/shape.h"

enum { MODEL_KEY_SIZE = 512 }; /* as the longest name of an environment variable (keys.c) */

/* One place in the tree. What it holds is in `row`, `shape` and `count`; all of them may be empty:
 * then rows of options.def are below. */
struct place {
    char path[MODEL_KEY_SIZE];
    const struct key_row *row;     /* of the value, or of the list or map; NULL: none */
    const struct value_type *type; /* of the value, or of each item; NULL: none */
    const struct shape *shape;     /* of the members below (of each item, when it holds several) */
    enum key_count count;          /* KEY_LIST, KEY_MAP: items are below */
    bool is_item;                  /* one item of the row's list or map */
    bool is_free;                  /* nothing is known of what is below */
    bool is_fixed;  /* no list, map or choice above: rows of options.def may be below */
    unsigned flags; /* of the row, and what is inherited */
};

/* The top of the tree. */
struct place model_root(void);

/* One level down: the child that is called by the `size` bytes at `name`. False when nothing is
 * known of it, or when the key gets too long; `ret` is then not to be used. */
bool model_child(const struct place *place, const char *name, size_t size, struct place *ret);

/* The settings that `type` (case matters, as in the peer) means for a place whose row has variants.
 * False when there is no such type; `*ret` is NULL when it has no settings. */
bool model_variant(const struct key_row *row, const char *type, const struct shape **ret);

/* Calls `visit` for each named member below the place: rows of options.def first, then those of the
 * shape. Items of lists and maps are no members: see model_item(). */
typedef void (*model_visit)(const struct place *member, const char *name, void *user);
void model_members(const struct place *place, model_visit visit, void *user);

/* An item of a list or map, called `name` in its path. */
struct place model_item(const struct place *place, const char *name);

/* The type of the value at this place; NULL when it has none. */
const struct value_type *place_type(const struct place *place);

/* Are named members below (of itself, not of its items)? */
bool place_is_object(const struct place *place);

/* The rows of options.def, in its order. */
size_t model_option_count(void);
const struct key_row *model_option(size_t index);

/* Must its value never be shown (passwords, keys, all of Egress:Properties...)? Unknown keys below
 * Egress and Authentication are secret too. */
bool config_key_is_secret(const char *key);
