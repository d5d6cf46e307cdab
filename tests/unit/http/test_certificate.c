#include <errno.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/limits.h"
#include "src/http/certificate.h"
#include "tests/support/files.h"
#include "tests/support/pki.h"
#include "tests/support/proc.h"
#include "tests/support/world.h"

/* Files of one test: every row below says which of them it loads. */
struct files {
    const char *dir;
    struct pki *authority, *server, *other;
};

static struct files make_files(void)
{
    struct files f = {.dir = files_tmpdir()};

    f.authority = pki_make(&(struct pki_spec){.name = "authority", .authority = true});
    f.server = pki_make(&(struct pki_spec){.name = "server", .issuer = f.authority});
    f.other = pki_make(&(struct pki_spec){.name = "other", .rsa_bits = 2048});
    (void)pki_write_certificates(f.dir, "server.pem", f.server, NULL);
    (void)pki_write_certificates(f.dir, "chain.pem", f.server, f.authority);
    (void)pki_write_certificates(f.dir, "rsa.pem", f.other, NULL);
    (void)pki_write_key(f.dir, "server.key", f.server, NULL);
    (void)pki_write_key(f.dir, "locked.key", f.server, "open sesame");
    (void)pki_write_key(f.dir, "rsa.key", f.other, NULL);
    (void)pki_write_pfx(f.dir, "server.pfx", f.server, f.authority, f.other, "pw");
    (void)pki_write_pfx(f.dir, "open.pfx", f.server, NULL, NULL, "");
    (void)pki_write_pfx(f.dir, "bare.pfx", f.server, NULL, NULL, NULL);
    (void)files_mkdir(f.dir, "folder", 0700, 0);
    size_t size;
    char *pem = files_read(world_text("%s/server.pem", f.dir), &size);
    char *key = files_read(world_text("%s/server.key", f.dir), NULL);
    REQUIRE(pem && key);
    const char *both = world_text("%s%s", pem, key);
    REQUIRE(files_write(world_text("%s/both.pem", f.dir), both, strlen(both)));
    REQUIRE(files_write(world_text("%s/half.pem", f.dir), pem, size / 2));
    const char *torn = world_text("%s%.*s", pem, (int)size / 2, pem);
    REQUIRE(files_write(world_text("%s/torn.pem", f.dir), torn, strlen(torn)));
    char *pfx = files_read(world_text("%s/server.pfx", f.dir), &size);
    REQUIRE(pfx && files_write(world_text("%s/half.pfx", f.dir), pfx, size / 2));
    REQUIRE(files_write(world_text("%s/empty", f.dir), "", 0));
    char *large = world_alloc(LIMIT_CERTIFICATE_FILE + 1);
    REQUIRE(files_write(world_text("%s/large", f.dir), large, LIMIT_CERTIFICATE_FILE + 1));
    REQUIRE(mkfifo(world_text("%s/fifo", f.dir), 0600) == 0);
    return f;
}

/* `chain`: certificates behind the leaf; -1: refused, with both texts in the reason. */
static const struct {
    const char *path, *key, *password;
    int chain;
    const char *cause, *cure;
} rows[] = {
    {"server.pem", "server.key", "", 0, NULL, NULL},
    {"server.pem", "server.key", "not needed", 0, NULL, NULL},
    {"chain.pem", "server.key", "", 1, NULL, NULL},
    {"both.pem", "", "", 0, NULL, NULL},
    {"rsa.pem", "rsa.key", "", 0, NULL, NULL},
    {"server.pem", "locked.key", "open sesame", 0, NULL, NULL},
    {"server.pfx", "", "pw", 1, NULL, NULL},
    {"open.pfx", "", "", 0, NULL, NULL},
    {"bare.pfx", "", "", 0, NULL, NULL},
    {"server.pem", "locked.key", "", -1, "locked.key cannot be read", "Default:Password"},
    {"server.pem", "locked.key", "wrong", -1, "locked.key cannot be read", "Default:Password"},
    {"server.pem", "rsa.key", "", -1, "rsa.key does not belong", "server.pem"},
    {"rsa.pem", "server.key", "", -1, "server.key does not belong", "rsa.pem"},
    {"server.pem", "", "", -1, "server.pem holds no private key", "Default:KeyPath"},
    {"server.key", "server.key", "", -1, "server.key holds no certificate", ""},
    {"half.pem", "server.key", "", -1, "half.pem holds no certificate", ""},
    {"torn.pem", "server.key", "", -1, "certificate 2 in ", "torn.pem"},
    {"server.pfx", "", "", -1, "Default:Password) is missing", "server.pfx"},
    {"server.pfx", "", "PW", -1, "Default:Password) is another one", "server.pfx"},
    {"half.pfx", "", "pw", -1, "half.pfx is neither", "not complete"},
    {"empty", "", "", -1, "empty is neither", ""},
    {"large", "", "", -1, "large is too large", ""},
    {"folder", "", "", -1, "folder", "is not a file"},
    {"fifo", "", "", -1, "fifo", "is not a file"},
    {"server.pem", "nowhere.key", "", -1, "cannot read", "Default:KeyPath): No such file"},
    {"nowhere.pem", "", "", -1, "cannot read", "Default:Path): No such file"},
};

static void test_load(void)
{
    struct files f = make_files();

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *label = world_text("%s + %s", rows[i].path, rows[i].key);
        struct certificate c = {0};
        struct error err = {0};
        int r = certificate_load(
            &c,
            &(struct certificate_files){
                .path = world_text("%s/%s", f.dir, rows[i].path),
                .key_path = *rows[i].key ? world_text("%s/%s", f.dir, rows[i].key) : "",
                .password = rows[i].password},
            &err);
        CHECK_AT(world_text("%s: %s", label, err.text), (r == 0) == (rows[i].chain >= 0));
        CHECK_AT(label, (r < 0) == (err.code < 0) && r == err.code);
        if (r < 0) {
            CHECK_AT(err.text, strstr(err.text, rows[i].cause) && strstr(err.text, rows[i].cure));
            CHECK_AT(label, !c.leaf && !c.key && !c.chain);
            continue;
        }
        CHECK_AT(label, X509_check_private_key(c.leaf, c.key) == 1);
        int others = c.chain ? sk_X509_num(c.chain) : 0;
        CHECK_AT(label, others == rows[i].chain);
        if (others == 1)
            CHECK_AT(label, X509_cmp(sk_X509_value(c.chain, 0), f.authority->certificate) == 0);
        certificate_deinit(&c);
    }
}

/* As OpenSSL 1 and Windows wrote them; the module that reads them may be missing. */
static void test_old_pfx(void)
{
    struct files f = make_files();
    const char *path = world_text("%s/old.pfx", f.dir), *output = "";
    const char *const argv[] = {"openssl",   "pkcs12",
                                "-export",   "-legacy",
                                "-in",       world_text("%s/server.pem", f.dir),
                                "-inkey",    world_text("%s/server.key", f.dir),
                                "-certfile", world_text("%s/chain.pem", f.dir),
                                "-out",      path,
                                "-passout",  "pass:pw",
                                NULL};
    struct certificate c;
    struct error err = {0};

    if (proc_run(&(struct proc_options){.argv = argv, .output = world_text("%s/log", f.dir)}, 20000,
                 &output) != 0) {
        world_skip("openssl cannot write old PFX files here: %s", output);
        return;
    }
    int r = certificate_load(&c, &(struct certificate_files){path, "", "pw"}, &err);
    CHECK_AT(err.text, r == 0);
    REQUIRE(r == 0);
    CHECK(X509_cmp(c.leaf, f.server->certificate) == 0);
    CHECK(X509_check_private_key(c.leaf, c.key) == 1 && sk_X509_num(c.chain) == 1);
    certificate_deinit(&c);
    CHECK(certificate_load(&c, &(struct certificate_files){path, "", "wrong"}, &err) == -EINVAL);
    CHECK_AT(err.text, strstr(err.text, "Default:Password) is another one"));
    REQUIRE(setenv("OPENSSL_MODULES", f.dir, 1) == 0); /* where there are none */
    CHECK(certificate_load(&c, &(struct certificate_files){path, "", "pw"}, &err) == -EINVAL);
    CHECK_AT(err.text, strstr(err.text, "legacy module") && strstr(err.text, path));
    REQUIRE(unsetenv("OPENSSL_MODULES") == 0);
}

static void test_facts(void)
{
    struct pki *good = pki_make(&(struct pki_spec){.name = "b\xc3\xb6se,\n\"x\""});
    struct pki *old = pki_make(&(struct pki_spec){.name = "old", .expired = true});
    char fingerprint[CERTIFICATE_FINGERPRINT_SIZE];
    struct text text = {0};

    certificate_fingerprint(good->certificate, fingerprint);
    CHECK(strlen(fingerprint) == 64);
    CHECK(strcmp(fingerprint, pki_fingerprint(good->certificate)) == 0);
    certificate_subject(good->certificate, &text);
    CHECK_AT(text.data, strcmp(text.data, "CN=b\\C3\\B6se\\,\\0A\\\"x\\\",O=portside tests") == 0);
    text_deinit(&text);
    CHECK(!certificate_validity(good->certificate, &text));
    CHECK_AT(text.data, strstr(text.data, " GMT") != NULL);
    text_deinit(&text);
    CHECK(certificate_validity(old->certificate, &text));
    text_deinit(&text);
}

static void test_make(void)
{
    struct certificate c, d;
    struct error err = {0};
    char host[256] = "";

    REQUIRE(certificate_make(&c, &err) == 0 && certificate_make(&d, &err) == 0);
    CHECK(X509_check_private_key(c.leaf, c.key) == 1);
    CHECK(X509_check_host(c.leaf, "localhost", 0, 0, NULL) == 1);
    CHECK(X509_check_ip_asc(c.leaf, "127.0.0.1", 0) == 1);
    CHECK(X509_check_ip_asc(c.leaf, "::1", 0) == 1);
    CHECK(X509_check_host(c.leaf, "example.org", 0, 0, NULL) == 0);
    REQUIRE(gethostname(host, sizeof host - 1) == 0);
    CHECK_AT(host, X509_check_host(c.leaf, host, 0, 0, NULL) == 1);
    CHECK(X509_verify(c.leaf, c.key) == 1 && X509_check_ca(c.leaf) == 0);
    CHECK(EVP_PKEY_is_a(c.key, "EC") && EVP_PKEY_get_bits(c.key) == 256);
    CHECK(X509_cmp_current_time(X509_get0_notBefore(c.leaf)) < 0);
    CHECK(X509_cmp_current_time(X509_get0_notAfter(c.leaf)) > 0);
    CHECK_AT("two are never the same", X509_cmp(c.leaf, d.leaf) != 0);
    certificate_deinit(&c);
    certificate_deinit(&d);
}

WORLD_SUITE("http/certificate", {"load", test_load}, {"old PFX", test_old_pfx},
            {"facts", test_facts}, {"make", test_make})
