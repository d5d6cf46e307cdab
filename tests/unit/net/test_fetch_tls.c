/* Whom a fetch trusts: against `openssl s_server` with a certificate of its own. */
#include <errno.h>
#include <stdlib.h>

#include "src/net/fetch.h"
#include "tests/support/files.h"
#include "tests/support/proc.h"
#include "tests/unit/io/loop.h"

enum { OPENSSL_MS = 20000, SERVER_MS = 10000 };

static const char answer[] = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\":1}";

struct run {
    uv_loop_t *loop;
    int ends, code;
    char text[1024], body[64];
};

static void on_done(void *user, const struct fetch_result *result)
{
    struct run *r = user;

    r->ends++;
    r->code = result->code;
    (void)snprintf(r->text, sizeof r->text, "%s", result->text);
    (void)snprintf(r->body, sizeof r->body, "%s", result->body);
}

static const struct run *fetch(const char *url)
{
    struct run *r = world_alloc(sizeof *r);
    struct fetch *f;
    struct error err = {0};
    const struct fetch_request request = {
        .url = url, .size_max = 1000, .connect_ms = LOOP_MS, .total_ms = LOOP_MS};

    r->loop = loop_new();
    REQUIRE(fetch_start(r->loop, &request, on_done, r, &f, &err) == 0);
    CHECK(LOOP_UNTIL(r->loop, LOOP_MS + 1000, r->ends > 0));
    loop_end(r->loop);
    return r;
}

static void make_certificate(const char *dir, const char *name, const char *alternative)
{
    const char *const argv[] = {"openssl",  "req",
                                "-x509",    "-newkey",
                                "rsa:2048", "-nodes",
                                "-days",    "2",
                                "-subj",    "/CN=portside test",
                                "-addext",  world_text("subjectAltName=%s", alternative),
                                "-keyout",  world_text("%s.key", name),
                                "-out",     world_text("%s.pem", name),
                                NULL};
    const char *output = NULL;

    int r = proc_run(&(struct proc_options){.argv = argv, .cwd = dir}, OPENSSL_MS, &output);
    CHECK_AT(output, r == 0);
    REQUIRE(r == 0);
}

/* "ACCEPT 127.0.0.1:PORT" */
static int port_of(const struct proc *p)
{
    const char *line = strstr(proc_output(p), "ACCEPT 127.0.0.1:");

    return line ? (int)strtol(line + sizeof "ACCEPT 127.0.0.1:" - 1, NULL, 10) : 0;
}

static int start_server(const char *dir)
{
    const char *const argv[] = {"openssl",  "s_server", "-accept",  "127.0.0.1:0", "-cert",
                                "good.pem", "-key",     "good.key", "-HTTP",       NULL};
    const struct proc *p = proc_spawn(&(struct proc_options){
        .argv = argv, .cwd = dir, .output = world_text("%s/server.log", dir)});

    REQUIRE(WAIT_UNTIL(SERVER_MS, port_of(p) > 0));
    return port_of(p);
}

static void test_trust(void)
{
    const char *dir = files_tmpdir();

    make_certificate(dir, "good", "IP:127.0.0.1");
    make_certificate(dir, "other", "IP:127.0.0.1");
    REQUIRE(files_write(world_text("%s/document", dir), answer, sizeof answer - 1));
    int port = start_server(dir);
    const char *url = world_text("https://127.0.0.1:%d/document", port);
    /* The certificate is for 127.0.0.1 alone. */
    const char *other_name = world_text("https://localhost:%d/document", port);
    const struct {
        const char *label, *authorities, *url;
        int code;
        const char *want; /* a part of the text; of the body when code is 0 */
    } rows[] = {
        {"the system's authorities", NULL, url, -EKEYREJECTED, "SSL_CERT_FILE"},
        {"its own", "good.pem", url, 0, "{\"a\":1}"},
        {"another", "other.pem", url, -EKEYREJECTED, "SSL_CERT_FILE"},
        {"another name", "good.pem", other_name, -EKEYREJECTED, "GET https://localhost:"},
        {"no file", "none.pem", url, -EKEYREJECTED, "ca-certificates"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].authorities)
            REQUIRE(setenv("SSL_CERT_FILE", world_text("%s/%s", dir, rows[i].authorities), 1) == 0);
        const struct run *r = fetch(rows[i].url);
        CHECK_AT(world_text("%s: %d %s", rows[i].label, r->code, r->text), r->code == rows[i].code);
        CHECK_AT(world_text("%s: %s%s", rows[i].label, r->text, r->body),
                 strstr(r->code ? r->text : r->body, rows[i].want) != NULL);
        (void)unsetenv("SSL_CERT_FILE");
    }
}

WORLD_SUITE("net/fetch_tls", {"trust", test_trust})
