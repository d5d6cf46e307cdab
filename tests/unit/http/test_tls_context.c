/* A certificate that is replaced while the server runs, in all the ways in which files change. */
#include <sys/stat.h>

#include "src/http/tls_context.h"
#include "tests/unit/http/tls_pair.h"

enum { QUIET_MS = 400 };

struct place {
    const char *dir, *path, *key_path;
    struct tls_server *server;
    struct pki *now; /* what the server should show */
};

/* CN of what a new connection gets. */
static const char *shown(struct tls_server *s)
{
    struct tls_client c;
    char name[128] = "";

    tls_client_open(s, &c);
    (void)X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(c.ssl)),
                                    NID_commonName, name, sizeof name);
    tls_client_end(&c);
    return world_text("%s", name);
}

static bool shows(struct tls_server *s, const char *name)
{
    return strcmp(shown(s), name) == 0;
}

static struct pki *make(const char *name)
{
    return pki_make(&(struct pki_spec){.name = name});
}

static struct place set_up(void)
{
    struct place p = {.dir = files_tmpdir(), .now = make("first")};
    struct tls_config config = tls_nothing;

    p.path = pki_write_certificates(p.dir, "tls.crt", p.now, NULL);
    p.key_path = pki_write_key(p.dir, "tls.key", p.now, NULL);
    config.files.path = p.path;
    config.files.key_path = p.key_path;
    p.server = tls_server_new(&config, NULL, tls_answer_hello);
    CHECK(shows(p.server, "first"));
    return p;
}

static bool told(const struct text *lines, const char *text)
{
    return lines->data && strstr(lines->data, text);
}

static void test_first(void)
{
    struct place p = set_up();
    const char *line = world_text("TLS certificate in use: 'CN=first,O=portside tests', SHA-256 "
                                  "fingerprint %s, valid until ",
                                  pki_fingerprint(p.now->certificate));

    CHECK_AT(p.server->told.data, told(&p.server->told, line));
    CHECK(p.server->told_count == 1);
    tls_server_end(p.server);
}

static void test_in_place(void)
{
    struct place p = set_up();
    struct pki *second = make("second");
    struct tls_client running;

    tls_client_open(p.server, &running);
    (void)pki_write_certificates(p.dir, "tls.crt", second, NULL);
    (void)pki_write_key(p.dir, "tls.key", second, NULL);
    CHECK(LOOP_UNTIL(p.server->loop, LOOP_MS, shows(p.server, "second")));
    CHECK(told(&p.server->told, "'CN=second,"));
    /* The connection from before goes on. */
    tls_client_send(&running, TLS_REQUEST("/"));
    CHECK(TLS_UNTIL(p.server, &running, tls_client_has(&running, "hello")));
    tls_client_end(&running);
    tls_server_end(p.server);
}

static void test_by_rename(void)
{
    struct place p = set_up();
    struct pki *second = make("second");

    (void)pki_write_certificates(p.dir, "new.crt", second, NULL);
    (void)pki_write_key(p.dir, "new.key", second, NULL);
    REQUIRE(rename(world_text("%s/new.crt", p.dir), p.path) == 0);
    REQUIRE(rename(world_text("%s/new.key", p.dir), p.key_path) == 0);
    CHECK(LOOP_UNTIL(p.server->loop, LOOP_MS, shows(p.server, "second")));
    CHECK_AT("the two came together", p.server->trouble.size == 0);
    tls_server_end(p.server);
}

/* As Kubernetes: tls.crt -> ..data/tls.crt, ..data -> ..2026_1; the inner link is replaced. */
static void test_kubernetes(void)
{
    struct place p = {.dir = files_tmpdir(), .now = make("first")};
    struct pki *second = make("second");
    struct tls_config config = tls_nothing;

    const char *old = files_mkdir(p.dir, "..2026_1", 0700, 0);
    (void)pki_write_certificates(old, "tls.crt", p.now, NULL);
    (void)pki_write_key(old, "tls.key", p.now, NULL);
    REQUIRE(symlink("..2026_1", world_text("%s/..data", p.dir)) == 0);
    config.files.path = world_text("%s/tls.crt", p.dir);
    config.files.key_path = world_text("%s/tls.key", p.dir);
    REQUIRE(symlink("..data/tls.crt", config.files.path) == 0);
    REQUIRE(symlink("..data/tls.key", config.files.key_path) == 0);
    p.server = tls_server_new(&config, NULL, tls_answer_hello);
    CHECK(shows(p.server, "first"));

    const char *new = files_mkdir(p.dir, "..2026_2", 0700, 0);
    (void)pki_write_certificates(new, "tls.crt", second, NULL);
    (void)pki_write_key(new, "tls.key", second, NULL);
    REQUIRE(symlink("..2026_2", world_text("%s/..data_tmp", p.dir)) == 0);
    REQUIRE(rename(world_text("%s/..data_tmp", p.dir), world_text("%s/..data", p.dir)) == 0);
    files_remove_tree(old);
    CHECK(LOOP_UNTIL(p.server->loop, LOOP_MS, shows(p.server, "second")));
    CHECK(p.server->trouble.size == 0);
    tls_server_end(p.server);
}

/* Half written, deleted, a key of another certificate: the old one stays, the reason is told once;
 * then the files become whole. */
static void test_bad_ones(void)
{
    struct place p = set_up();
    struct pki *second = make("second");
    struct tls_server *s = p.server;

    REQUIRE(files_write(p.path, "-----BEGIN CERTIFICATE-----\nMIIB", 32));
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, told(&s->trouble, "tls.crt holds no certificate")));
    CHECK(shows(s, "first"));
    REQUIRE(unlink(p.key_path) == 0);
    REQUIRE(files_write(world_text("%s/unrelated", p.dir), "x", 1));
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, told(&s->trouble, "No such file")));
    CHECK(shows(s, "first"));
    (void)pki_write_certificates(p.dir, "tls.crt", second, NULL);
    (void)pki_write_key(p.dir, "tls.key", p.now, NULL);
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, told(&s->trouble, "does not belong to")));
    CHECK(shows(s, "first"));
    unsigned lines = s->told_count;
    REQUIRE(files_write(world_text("%s/unrelated", p.dir), "y", 1));
    loop_for(s->loop, QUIET_MS);
    CHECK_AT("nothing new, nothing told", s->told_count == lines);
    (void)pki_write_key(p.dir, "tls.key", second, NULL);
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, shows(s, "second")));
    CHECK(told(&s->trouble, "the one before stays"));
    tls_server_end(s);
}

/* The folder itself is replaced, twice: the watch must move along. */
static void test_folder(void)
{
    struct place p = set_up();
    const char *sub = files_mkdir(p.dir, "certificates", 0700, 0);
    struct pki *second = make("second"), *third = make("third");
    struct tls_config config = tls_nothing;

    config.files.path = pki_write_certificates(sub, "tls.crt", p.now, NULL);
    config.files.key_path = pki_write_key(sub, "tls.key", p.now, NULL);
    struct tls_server *s = tls_server_new(&config, NULL, tls_answer_hello);
    REQUIRE(rename(sub, world_text("%s/away", p.dir)) == 0);
    (void)files_mkdir(p.dir, "certificates", 0700, 0);
    (void)pki_write_certificates(sub, "tls.crt", second, NULL);
    (void)pki_write_key(sub, "tls.key", second, NULL);
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, shows(s, "second")));
    (void)pki_write_certificates(sub, "tls.crt", third, NULL);
    (void)pki_write_key(sub, "tls.key", third, NULL);
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, shows(s, "third")));
    tls_server_end(s);
    tls_server_end(p.server);
}

static void test_expired(void)
{
    struct place p = set_up();
    struct pki *old = pki_make(&(struct pki_spec){.name = "old", .expired = true});

    (void)pki_write_certificates(p.dir, "tls.crt", old, NULL);
    (void)pki_write_key(p.dir, "tls.key", old, NULL);
    CHECK(LOOP_UNTIL(p.server->loop, LOOP_MS, told(&p.server->trouble, "has expired")));
    CHECK_AT("used all the same, as the peer does", shows(p.server, "old"));
    tls_server_end(p.server);
}

/* Other settings: another path, then one that does not work, then none at all. */
static void test_settings(void)
{
    struct place p = set_up();
    struct tls_server *s = p.server;
    struct pki *second = make("second");
    struct tls_config config = tls_nothing;

    config.files.path = pki_write_pfx(p.dir, "other.pfx", second, NULL, NULL, "pw");
    config.files.password = "pw";
    tls_context_reload(s->tls, &config);
    tls_context_reload(s->tls, &config);
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, shows(s, "second")));
    unsigned lines = s->told_count;
    tls_context_reload(s->tls, &config);
    loop_for(s->loop, QUIET_MS);
    CHECK_AT("the same settings are no news", s->told_count == lines);
    config.files.password = "wrong";
    tls_context_reload(s->tls, &config);
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, told(&s->trouble, "Default:Password")));
    CHECK_AT("the password itself is not told", !told(&s->trouble, "wrong"));
    tls_context_reload(s->tls, &tls_nothing);
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, told(&s->trouble, "none is configured")));
    CHECK(shows(s, "second"));
    /* Two in a row, the first being loaded: the last one counts. */
    struct tls_config self_signed = tls_self_signed();
    tls_context_reload(s->tls, &self_signed);
    lines = s->told_count;
    config.files.password = "pw";
    tls_context_reload(s->tls, &config);
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, s->told_count == lines + 2));
    CHECK(shows(s, "second"));
    /* The new place is watched. */
    (void)pki_write_pfx(p.dir, "other.pfx", make("third"), NULL, NULL, "pw");
    CHECK(LOOP_UNTIL(s->loop, LOOP_MS, shows(s, "third")));
    tls_server_end(s);
}

/* Freed while a worker loads: the worker's result is thrown away. */
static void test_end_while_loading(void)
{
    for (int i = 0; i < 20; i++) {
        struct place p = set_up();
        struct tls_config config = tls_self_signed();
        tls_context_reload(p.server->tls, &config);
        if (i % 2)
            loop_turn(p.server->loop);
        tls_server_end(p.server);
    }
}

WORLD_SUITE("http/tls_context", {"first", test_first}, {"in place", test_in_place},
            {"by rename", test_by_rename}, {"kubernetes", test_kubernetes},
            {"bad ones", test_bad_ones}, {"folder", test_folder}, {"expired", test_expired},
            {"settings", test_settings}, {"end while loading", test_end_while_loading})
