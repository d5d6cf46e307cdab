/*
 * auth/token_file.h - one entry of Authentication:Tokens: a bearer token in a mounted file.
 *
 * The file is read at the start and again when something changes in its folder (Kubernetes replaces
 * a mounted secret by renaming a link) or a slow timer says so. Blanks and line ends around the
 * token are cut off. Kept is only its SHA-256: what is asked is hashed too and compared in constant
 * time, so neither length nor common beginning shows.
 *
 * A file that others may write to is refused. One that others may read is taken, since secrets are
 * mounted with mode 0644 unless told otherwise; the log says so.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "src/base/error.h"
#include "src/io/file_watch.h"
#include "src/io/timer.h"

enum { TOKEN_FILE_HASH_SIZE = 32 };

struct token_file {
    char *name, *path;
    unsigned scopes;
    bool usable, told; /* told: the log has the reason why it is not usable */
    uint8_t hash[TOKEN_FILE_HASH_SIZE];
    struct file_watch watch;
    struct timer timer;
};

/* Reads the file and begins to watch it; a file that cannot be used is logged (21) and counts for
 * nobody until it can. `t` must not move afterwards. -EINVAL for a relative path, -ENOMEM. */
int token_file_start(struct token_file *t, uv_loop_t *loop, const char *name, const char *path,
                     unsigned scopes, struct error *err);
void token_file_stop(struct token_file *t);

bool token_file_matches(const struct token_file *t, const char *token);
