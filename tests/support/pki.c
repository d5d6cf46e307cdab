#include "tests/support/pki.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>

#include "tests/support/world.h"

enum { DAY = 24 * 3600 };

static void end_pki(void *arg)
{
    struct pki *p = arg;

    X509_free(p->certificate);
    EVP_PKEY_free(p->key);
}

static void add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    REQUIRE(e && X509_add_ext(x, e, -1) == 1);
    X509_EXTENSION_free(e);
}

static void set_names(X509 *x, const char *name, const X509 *issuer)
{
    X509_NAME *subject = X509_get_subject_name(x);

    REQUIRE(X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
                                       (const unsigned char *)"portside tests", -1, -1, 0) == 1);
    REQUIRE(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name,
                                       -1, -1, 0) == 1);
    REQUIRE(X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer) : subject) == 1);
}

struct pki *pki_make(const struct pki_spec *spec)
{
    static atomic_long serial = 1;
    struct pki *p = world_alloc(sizeof *p);
    const char *alt = "DNS:localhost,DNS:diag.example.org,IP:127.0.0.1,IP:::1";

    p->certificate = X509_new();
    p->key = spec->rsa_bits ? EVP_RSA_gen((unsigned)spec->rsa_bits) : EVP_EC_gen("P-256");
    world_at_end(end_pki, p);
    X509 *x = p->certificate;
    REQUIRE(x && p->key && X509_set_version(x, X509_VERSION_3) == 1);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(x), atomic_fetch_add(&serial, 1));
    set_names(x, spec->name, spec->issuer ? spec->issuer->certificate : NULL);
    (void)X509_gmtime_adj(X509_getm_notBefore(x), -10 * DAY);
    (void)X509_gmtime_adj(X509_getm_notAfter(x), spec->expired ? -DAY : 30 * DAY);
    REQUIRE(X509_set_pubkey(x, p->key) == 1);
    X509 *issuer = spec->issuer ? spec->issuer->certificate : x;
    add_extension(x, issuer, NID_basic_constraints,
                  spec->authority ? "critical,CA:TRUE" : "CA:FALSE");
    add_extension(x, issuer, NID_subject_key_identifier, "hash");
    if (!spec->authority)
        add_extension(x, issuer, NID_subject_alt_name, spec->alt_name ? spec->alt_name : alt);
    REQUIRE(X509_sign(x, spec->issuer ? spec->issuer->key : p->key, EVP_sha256()) > 0);
    return p;
}

static FILE *create(const char *path)
{
    FILE *f = fopen(path, "we");

    REQUIRE(f != NULL);
    return f;
}

const char *pki_write_certificates(const char *dir, const char *name, const struct pki *first,
                                   const struct pki *second)
{
    const char *path = world_text("%s/%s", dir, name);
    FILE *f = create(path);

    REQUIRE(PEM_write_X509(f, first->certificate) == 1);
    if (second)
        REQUIRE(PEM_write_X509(f, second->certificate) == 1);
    REQUIRE(fclose(f) == 0);
    return path;
}

const char *pki_write_key(const char *dir, const char *name, const struct pki *p,
                          const char *password)
{
    const char *path = world_text("%s/%s", dir, name);
    FILE *f = create(path);

    REQUIRE(PEM_write_PKCS8PrivateKey(f, p->key, password ? EVP_aes_256_cbc() : NULL, password,
                                      password ? (int)strlen(password) : 0, NULL, NULL) == 1);
    REQUIRE(fclose(f) == 0);
    return path;
}

const char *pki_write_pfx(const char *dir, const char *name, const struct pki *p,
                          const struct pki *issuer, const struct pki *unrelated,
                          const char *password)
{
    const char *path = world_text("%s/%s", dir, name);
    STACK_OF(X509) *others = sk_X509_new_null();
    FILE *f = create(path);

    if (unrelated)
        (void)sk_X509_push(others, unrelated->certificate);
    if (issuer)
        (void)sk_X509_push(others, issuer->certificate);
    PKCS12 *pfx = PKCS12_create(password, "test", p->key, p->certificate, others, 0, 0, 0, 0, 0);
    REQUIRE(pfx && i2d_PKCS12_fp(f, pfx) == 1 && fclose(f) == 0);
    PKCS12_free(pfx);
    sk_X509_free(others);
    return path;
}

const char *pki_fingerprint(const X509 *x)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char *text = world_alloc(2 * EVP_MAX_MD_SIZE + 1);
    unsigned size = 0;

    REQUIRE(X509_digest(x, EVP_sha256(), digest, &size) == 1);
    for (unsigned i = 0; i < size; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return text;
}
