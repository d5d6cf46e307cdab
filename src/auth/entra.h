/*
 * auth/entra.h - tokens of Entra ID (Authentication:AzureAd; CONTRACT sections 8 and 10.3).
 *
 * Settings: TenantId, ClientId and RequiredRole are required; Instance (default
 * https://login.microsoftonline.com; http:// only to this machine) and AppIdUri (default
 * api://{ClientId}) are not. Not reloadable.
 */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "src/auth/auth.h"
#include "src/auth/oidc.h"
#include "src/base/error.h"
#include "src/base/list.h"
#include "src/config/keys.h"

struct entra;

/* The public cloud, when Instance is not set. */
#define ENTRA_INSTANCE "https://login.microsoftonline.com"

/* Is there any setting of it? */
bool entra_configured(const struct config_keys *keys);

/* Starts fetching the signing keys in the background. `keys` is borrowed for the call; `times` NULL
 * is the default. -EINVAL with everything that is wrong with the settings, -ENOSYS without
 * libcurl. */
int entra_new(uv_loop_t *loop, const struct config_keys *keys, const struct oidc_times *times,
              struct entra **ret, struct error *err);
/* Waiters are dropped, their on_ready does not come. NULL is fine. */
void entra_free(struct entra *e);

/* Judges a token (what follows "Bearer "). A token that cannot count whatever its signature is
 * refused without a fetch. */
void entra_ask(struct entra *e, const char *token, struct auth_answer *answer);

/* See auth_wait(): after AUTH_WAIT only. */
void entra_wait(struct entra *e, struct auth_waiter *waiter, void (*on_ready)(void *user),
                void *user);
