/*
 * support/token_table.h - requests with tokens, and what must be answered.
 *
 * One table for three readers: the unit test of auth, the program over HTTP, and the real peer.
 * Where our answer differs from the peer's on purpose, the row has both (docs/DIFFERENCES.md).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tests/support/jose.h"

struct token_row {
    const char *label;
    const char *key;     /* type of the configured key; NULL: P-384 */
    const char *signer;  /* NULL: the configured key; "other": another one of that type; a type */
    const char *how;     /* see jose_token(); NULL: ES384 */
    const char *header;  /* NULL: {"alg":"ES384","typ":"JWT"} */
    const char *payload; /* NULL: everything right. "@+60" stands for now + 60 s */
    const char *(*change)(const char *token);
    const char *authorization[2]; /* header values, %s is the token; NULL: "Bearer %s" */
    int status;
    const char *challenge; /* WWW-Authenticate, "@-60" for a date; NULL: none */
    int peer_status;       /* 0: as ours */
    const char *peer_challenge;
};

extern const struct token_row token_rows[];
extern const size_t token_row_count;

#define TOKEN_SUBJECT "3f0f3a0e-6a1c-4d5e-9d0b-0a1f2e3d4c5b"

/* The keys that the rows speak of, made once for a test. */
struct token_keys {
    struct token_key {
        const char *type;
        const struct jose_key *own, *other;
    } types[4];
};

enum { TOKEN_KEY_TYPES = 4 };

void token_keys_make(struct token_keys *keys);

/* What to send: one or two values of Authorization. `now` in seconds. */
struct token_request {
    const char *authorization[2];
};
void token_request_make(const struct token_row *row, const struct token_keys *keys, int64_t now,
                        struct token_request *ret);

/* `challenge` with its dates filled in; NULL stays NULL. */
const char *token_challenge(const char *challenge, int64_t now);

/* Is the row for a server with this type of key? */
#define TOKEN_ROW_FOR(row, type) (strcmp((row)->key ? (row)->key : "P-384", (type)) == 0)
