/*
 * rules/tokens.h - tokens in the settings of actions (CONTRACT 19.4, 19.5): `$(Process.Name)` and
 * the like, and `$(Actions.NAME.OUTPUT)`, what an earlier action has made.
 *
 * Values come from apps and are hostile: what is put in is not looked at for tokens again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proto/wire/guid.h"
#include "src/base/error.h"
#include "src/base/text.h"
#include "src/target/target.h"

/* Borrows from the target. */
struct token_values {
    char runtime_id[GUID_TEXT_SIZE], process_id[24], host[256], unix_time[24];
    const char *name, *command_line;
};

void token_values_init(struct token_values *v, const struct target *t);

/* A reference to an action in a text, and its parts. */
struct action_reference {
    size_t begin, size;        /* in the text, `$(` and `)` included */
    const char *inner;         /* "NAME.OUTPUT" */
    const char *name, *output; /* NULL: it is not of that form */
    size_t inner_size, name_size, output_size;
};

enum reference_found {
    REFERENCE_NONE,
    REFERENCE_FOUND,
    REFERENCE_UNENDED, /* there is no `)`; nothing follows */
};

/* The next reference from `*at` on, which then is behind it. */
enum reference_found action_reference_next(const char *text, size_t *at,
                                           struct action_reference *ret);

/* What an action has made; NULL: there is no such thing, and the reference stays as it is. */
struct action_results {
    void *user;
    const char *(*find)(void *user, const struct action_reference *reference);
};

/* `marks` has a byte for each of `text`: '1' where it comes from a value. */
struct expanded {
    struct text text, marks;
};

/* `results` NULL: references to actions stay. -E2BIG beyond LIMIT_RULE_SETTING; -ENOMEM. `ret` is
 * empty on failure. */
int tokens_expand(const char *text, const struct token_values *values,
                  const struct action_results *results, struct expanded *ret, struct error *err);
void expanded_deinit(struct expanded *e);
