/* A JSON Web Key; what is taken must be a key that both libraries have. */
#include <stdint.h>
#include <stdlib.h>

#include "src/auth/api_key.h"
#include "src/auth/base64url.h"
#include "src/auth/jwk.h"

static void try_json(const uint8_t *data, size_t size)
{
    struct error err = {0};
    struct jwk *key = NULL;
    int r = jwk_parse((const char *)data, size, &key, &err);

    if ((r < 0) != (err.code < 0) || (r < 0) != (key == NULL))
        abort();
    if (key && (!jwk_cjose(key) || !jwk_openssl(key)))
        abort();
    jwk_free(key);
}

/* The same as a setting: base64url, made from it, cannot be what is refused. */
static void try_setting(const uint8_t *data, size_t size)
{
    char *text = base64url_encode(data, size);
    const struct api_key_settings settings = {.subject = "s", .public_key = text};
    struct api_key key;
    struct error err;

    if (!text)
        abort();
    if (api_key_init(&key, &settings, &err) == 0)
        api_key_deinit(&key);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_json(data, size);
    try_setting(data, size);
    return 0;
}
