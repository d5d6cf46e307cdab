/*
 * auth/temp_key.h - a new API key: what `generatekey` prints and what --temp-apikey makes for one
 * run.
 *
 * Same shape as the peer's (CONTRACT 6.3, goldens cli-generatekey*): P-384, a token signed with
 * ES384 whose `exp` is quoted, a random GUID for the subject. The private key is forgotten as soon
 * as the one token is signed.
 */
#pragma once

#include <stdint.h>

#include "src/base/error.h"

struct temp_key {
    char subject[37];
    char *public_key; /* value of Authentication:MonitorApiKey:PublicKey: base64url of a JWK */
    char *token;      /* what follows "Bearer " */
};

#define TEMP_KEY_AUDIENCE "https://github.com/dotnet/dotnet-monitor"
#define TEMP_KEY_ISSUER "https://github.com/dotnet/dotnet-monitor/generatekey+MonitorApiKey"
#define TEMP_KEY_TICKS (INT64_C(7) * 24 * 3600 * 10000000)

/* With the default life time. -EIO when OpenSSL has no random numbers, -ENOMEM. */
int temp_key_make(struct temp_key *ret, struct error *err);

/* `ticks` of 100 ns. -EINVAL unless they are positive and end before the year 10000. */
int temp_key_make_for(int64_t ticks, struct temp_key *ret, struct error *err);
void temp_key_deinit(struct temp_key *key);
