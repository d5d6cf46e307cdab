/*
 * The table of tokens over HTTP, against the program and, when PORTSIDE_PEER names dotnet-monitor,
 * against the peer.
 */
#include <time.h>

#include "tests/support/http.h"
#include "tests/support/server.h"
#include "tests/support/token_table.h"
#include "tests/support/world.h"

static const char *send_header(const char *value)
{
    if (!value)
        return NULL;
    return *value ? world_text("Authorization: %s", value) : "Authorization;";
}

static bool same_text(const char *a, const char *b)
{
    return !a || !b ? a == b : strcmp(a, b) == 0;
}

static void try_row(const struct server *s, const struct token_keys *keys,
                    const struct token_row *row)
{
    int64_t now = time(NULL);
    bool own = s->peer && row->peer_status;
    int status = own ? row->peer_status : row->status;
    const char *challenge = token_challenge(own ? row->peer_challenge : row->challenge, now);
    struct token_request request;

    token_request_make(row, keys, now, &request);
    const struct http *h = http_run(&(struct http_request){
        .url = world_text("%s/info", s->base),
        .headers = {send_header(request.authorization[0]), send_header(request.authorization[1])},
    });
    const char *got = http_header(h, "WWW-Authenticate");
    bool good = h->status == status && same_text(got, challenge);
    CHECK_AT(row->label, good);
    if (!good)
        (void)printf("%s: got %ld %s\n%*s want %d %s\n", row->label, h->status, got ? got : "-",
                     (int)strlen(row->label), "", status, challenge ? challenge : "-");
}

static void try_rows(bool peer)
{
    struct token_keys keys;

    token_keys_make(&keys);
    for (size_t k = 0; k < TOKEN_KEY_TYPES; k++) {
        const char *key = jose_base64url_text(keys.types[k].own->jwk);
        const char *env[SERVER_ENV] = {server_setting("Subject", TOKEN_SUBJECT),
                                       server_setting("PublicKey", key)};
        struct server server;
        server_start(&server, peer, env);
        for (size_t i = 0; i < token_row_count; i++) {
            if (TOKEN_ROW_FOR(&token_rows[i], keys.types[k].type))
                try_row(&server, &keys, &token_rows[i]);
        }
        server_stop(&server);
    }
}

static void test_ours(void)
{
    try_rows(false);
}

static void test_peer(void)
{
    if (server_has_peer())
        try_rows(true);
}

WORLD_SUITE("component/token_table", {"this program", test_ours}, {"the peer", test_peer})
