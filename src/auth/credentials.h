/*
 * auth/credentials.h - all that may be presented to us, as one configuration says; replaced as a
 * whole when it changes.
 *
 *   Authentication:MonitorApiKey:{Subject,PublicKey,Issuer}        the peer's one key; may do all
 *   Authentication:Keys:NAME:{Subject,PublicKey,Issuer,Scopes}
 *   Authentication:Tokens:NAME:{File,Scopes}
 *   Authentication:ClientCertificates:NAME:{Subject,Fingerprint,Scopes}
 */
#pragma once

#include <uv.h>

#include "src/auth/api_key.h"
#include "src/auth/client_certificate.h"
#include "src/auth/scope.h"
#include "src/auth/temp_key.h"
#include "src/auth/token_file.h"
#include "src/base/error.h"
#include "src/base/limits.h"
#include "src/base/text.h"
#include "src/config/keys.h"

enum monitor_key_state { MONITOR_KEY_ABSENT, MONITOR_KEY_FAULTY, MONITOR_KEY_GOOD };

struct credentials {
    enum monitor_key_state monitor_key;
    struct error monitor_key_fault;
    struct api_key keys[LIMIT_CREDENTIALS + 1]; /* the first is MonitorApiKey when that is good */
    struct token_file tokens[LIMIT_CREDENTIALS];
    struct client_certificate certificates[LIMIT_CREDENTIALS];
    size_t key_count, token_count, certificate_count;
};

/* Reads them all. `pinned`, when not NULL, takes the place of MonitorApiKey. What makes no sense is
 * left out and told in `faults`, one line each: "Keys:one: Scopes is missing...". MonitorApiKey's
 * own faults are in the struct: they have never kept the peer from starting. -ENOMEM. */
int credentials_new(uv_loop_t *loop, const struct config_keys *keys, const struct temp_key *pinned,
                    struct text *faults, struct credentials **ret, struct error *err);
void credentials_free(struct credentials *c);

/* None at all, faulty ones included. */
bool credentials_are_none(const struct credentials *c);
