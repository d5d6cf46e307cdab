/*
 * auth/oidc.h - the issuers and signing keys of one tenant of Entra ID: fetched, kept, renewed.
 *
 * An authority has two versions with the same keys and different issuers. What is fetched is what
 * Microsoft.Identity.Web fetches: {instance}/{tenant}/v2.0/.well-known/openid-configuration, the
 * keys it points to, and once {instance}/{tenant}/.well-known/openid-configuration for the issuer
 * of version 1. Fetches never delay anybody but who waits for them. A failed one changes nothing:
 * the keys that are there go on serving.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "src/auth/oidc_keys.h"
#include "src/base/error.h"

struct oidc;

/* In ms. */
struct oidc_times {
    int connect, total;      /* bounds of one fetch */
    int64_t renew;           /* after a success */
    int64_t retry;           /* after a failure, doubled each time... */
    int64_t retry_most;      /* ...up to this */
    int64_t gap_without;     /* oidc_refresh() while there are no keys: not sooner after an end */
    int64_t gap;             /* the same with keys... */
    int64_t allowance;       /* ...and in the long run not oftener than this... */
    int64_t allowance_burst; /* ...but for so many at once */
};
/* Renewed each 12 h, as the peer does. An unknown key is looked up at once (the peer: after up to
 * 5 min), 3 times in a row, then every 30 s: who sends tokens with invented keys cannot make more
 * of us. */
extern const struct oidc_times oidc_times_default;

struct oidc_config {
    const char *instance, *tenant;  /* copied */
    const struct oidc_times *times; /* copied */
    void (*on_end)(void *user);     /* a fetch has ended, well or badly */
    void *user;
};

/* Starts the first fetch. -EINVAL when `instance` is no address that may be fetched (see
 * net/fetch_url.h; http:// to this machine is allowed), -ENOSYS without libcurl. */
int oidc_new(uv_loop_t *loop, const struct oidc_config *config, struct oidc **ret,
             struct error *err);
/* on_end will not come. Not from on_end. NULL is fine. */
void oidc_free(struct oidc *o);

/* NULL before the first success. These three are valid until the next on_end. */
const struct oidc_keys *oidc_get_keys(const struct oidc *o);
/* Of version 2 and of version 1 (NULL: none); they may hold "{tenantid}". Without a document of
 * version 1 its issuer is Microsoft's https://sts.windows.net/ with the same tenant. */
const char *oidc_issuer(const struct oidc *o);
const char *oidc_issuer_v1(const struct oidc *o);

/* A key is missing. True when a fetch runs (now, or already): on_end comes later. False when it is
 * too soon after the last one. */
bool oidc_refresh(struct oidc *o);

/* Why the newest fetch failed; NULL when it did not. */
const struct error *oidc_failure(const struct oidc *o);
