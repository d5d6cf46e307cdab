#include "src/api/openapi/security.h"

/* The names are the peer's. It says "apiKey" for a bearer token so that a client sends what it is
 * given as it is, the word "Bearer" included. */
static void write_api_key(struct json_out *w)
{
    json_out_open(w, "ApiKeyAuth", '{');
    json_out_string(w, "type", "apiKey");
    json_out_string(w, "description",
                    "The whole value of the header: the word Bearer, a blank, and a token (JWT).");
    json_out_string(w, "name", "Authorization");
    json_out_string(w, "in", "header");
    json_out_close(w, '}');
}

static void write_url(struct json_out *w, const char *name, const char *authority, const char *end)
{
    struct text url = {0};

    text_add_fmt(&url, "%s/oauth2/v2.0/%s", authority, end);
    w->to->failed |= url.failed;
    if (!url.failed)
        json_out_string(w, name, url.data);
    text_deinit(&url);
}

static void write_entra(struct json_out *w, const char *authority)
{
    json_out_open(w, "OAuth2", '{');
    json_out_string(w, "type", "oauth2");
    json_out_open(w, "flows", '{');
    json_out_open(w, "authorizationCode", '{');
    write_url(w, "authorizationUrl", authority, "authorize");
    write_url(w, "tokenUrl", authority, "token");
    json_out_raw(w, "scopes", "{}");
    json_out_close(w, '}');
    json_out_close(w, '}');
    json_out_close(w, '}');
}

void security_write_schemes(struct json_out *w, const struct api_security *security)
{
    if (security->kind == SECURITY_NONE)
        return;
    json_out_open(w, "securitySchemes", '{');
    if (security->kind == SECURITY_API_KEY)
        write_api_key(w);
    else
        write_entra(w, security->authority);
    json_out_close(w, '}');
}

void security_write_need(struct json_out *w, const struct api_security *security)
{
    if (security->kind == SECURITY_API_KEY)
        json_out_raw(w, "security", "[{\"ApiKeyAuth\":[]}]");
    else if (security->kind == SECURITY_ENTRA)
        json_out_raw(w, "security", "[{\"OAuth2\":[]}]");
}
