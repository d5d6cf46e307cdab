#include "src/http/certificate_pfx.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>

#include "src/base/cleanup.h"
#include "src/http/tls_error.h"

#define KEY(name) "Kestrel:Certificates:Default:" name

/* What PKCS12_parse() gives. */
struct parsed {
    X509 *leaf;
    EVP_PKEY *key;
    STACK_OF(X509) * others;
};

static void free_parsed(struct parsed *p)
{
    X509_free(p->leaf);
    EVP_PKEY_free(p->key);
    sk_X509_pop_free(p->others, X509_free);
}

static void free_pkcs12(PKCS12 **p)
{
    PKCS12_free(*p);
}

static bool parse(PKCS12 *pfx, const char *password, struct parsed *ret)
{
    return PKCS12_parse(pfx, password, &ret->key, &ret->leaf, &ret->others) == 1;
}

/* --- old encryption --- */

static X509 *copy_certificate(const X509 *x)
{
    unsigned char *der = NULL;
    int size = i2d_X509(x, &der);
    const unsigned char *at = der;
    X509 *copy = size > 0 ? d2i_X509(NULL, &at, size) : NULL;

    OPENSSL_free(der);
    return copy;
}

static EVP_PKEY *copy_key(const EVP_PKEY *key)
{
    unsigned char *der = NULL;
    int size = i2d_PrivateKey(key, &der);
    const unsigned char *at = der;
    EVP_PKEY *copy = size > 0 ? d2i_AutoPrivateKey(NULL, &at, size) : NULL;

    OPENSSL_clear_free(der, size > 0 ? (size_t)size : 0);
    return copy;
}

/* Everything anew in the library's common context; the private one ends soon. */
static bool copy(const struct parsed *from, struct parsed *to)
{
    *to = (struct parsed){.others = sk_X509_new_null()};
    if (from->leaf)
        to->leaf = copy_certificate(from->leaf);
    if (from->key)
        to->key = copy_key(from->key);
    for (int i = 0; to->others && i < sk_X509_num(from->others); i++) {
        X509 *x = copy_certificate(sk_X509_value(from->others, i));
        if (x && sk_X509_push(to->others, x) <= 0)
            X509_free(x);
    }
    return to->others && (to->leaf || !from->leaf) && (to->key || !from->key);
}

static bool parse_in(OSSL_LIB_CTX *library, const unsigned char *data, long size,
                     const char *password, struct parsed *ret)
{
    cleanup(free_pkcs12) PKCS12 *pfx = PKCS12_init_ex(NID_pkcs7_data, library, NULL);
    cleanup(free_parsed) struct parsed parsed = {0};

    return pfx && d2i_PKCS12(&pfx, &data, size) && parse(pfx, password, &parsed) &&
           copy(&parsed, ret);
}

static bool parse_old(const unsigned char *data, long size, const char *password,
                      struct parsed *ret)
{
    OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *standard = library ? OSSL_PROVIDER_load(library, "default") : NULL;
    OSSL_PROVIDER *legacy = standard ? OSSL_PROVIDER_load(library, "legacy") : NULL;
    bool ok = legacy && parse_in(library, data, size, password, ret);

    if (legacy)
        (void)OSSL_PROVIDER_unload(legacy);
    if (standard)
        (void)OSSL_PROVIDER_unload(standard);
    OSSL_LIB_CTX_free(library);
    return ok;
}

/* --- both --- */

static bool last_is(int library, int reason)
{
    unsigned long last = ERR_peek_last_error();

    return (library == 0 || ERR_GET_LIB(last) == library) && ERR_GET_REASON(last) == reason;
}

static int failure(const char *path, const char *password, struct error *err)
{
    if (!last_is(ERR_LIB_PKCS12, PKCS12_R_MAC_VERIFY_FAILURE))
        return tls_error_set(err, -EINVAL, "%s cannot be read as a PFX file", path);
    ERR_clear_error();
    return error_set(err, -EINVAL, "the password of %s (" KEY("Password") ") is %s", path,
                     *password ? "another one" : "missing");
}

static int failure_of_old(const char *path, struct error *err)
{
    ERR_clear_error();
    return error_set(err, -EINVAL,
                     "%s is encrypted in an old way (RC2, say), which needs OpenSSL's legacy "
                     "module; write it anew with `openssl pkcs12 -legacy -in OLD -out X.pem -nodes "
                     "&& openssl pkcs12 -export -in X.pem -out NEW`",
                     path);
}

/* Each certificate behind the one that it has issued; what belongs to no chain is left out. */
static STACK_OF(X509) * sort_chain(X509 *leaf, STACK_OF(X509) * pool)
{
    STACK_OF(X509) *sorted = sk_X509_new_null();
    X509 *current = leaf;

    for (int i = 0; sorted && i < sk_X509_num(pool);) {
        X509 *x = sk_X509_value(pool, i++);
        if (X509_cmp(x, current) == 0 || X509_check_issued(x, current) != X509_V_OK)
            continue;
        (void)sk_X509_delete(pool, i - 1);
        if (sk_X509_push(sorted, x) <= 0)
            X509_free(x);
        current = x;
        i = 0;
    }
    return sorted;
}

int certificate_read_pfx(struct certificate *c, const void *data, long size,
                         const struct certificate_files *files, struct error *err)
{
    const unsigned char *at = data;
    cleanup(free_pkcs12) PKCS12 *pfx = d2i_PKCS12(NULL, &at, size);
    cleanup(free_parsed) struct parsed parsed = {0};

    if (!pfx) {
        ERR_clear_error();
        return error_set(err, -EINVAL,
                         "%s is neither a PFX file nor a PEM file, or it is not complete",
                         files->path);
    }
    if (!parse(pfx, files->password, &parsed)) {
        if (!last_is(0, ERR_R_UNSUPPORTED))
            return failure(files->path, files->password, err);
        if (!parse_old(data, size, files->password, &parsed))
            return failure_of_old(files->path, err);
    }
    if (!parsed.leaf || !parsed.key)
        return error_set(err, -EINVAL, "%s holds no certificate with its private key", files->path);
    c->leaf = take_ptr(parsed.leaf);
    c->key = take_ptr(parsed.key);
    c->chain = sort_chain(c->leaf, parsed.others);
    return 0;
}
