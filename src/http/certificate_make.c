/* A certificate for one run, when none is configured. */
#include <errno.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "src/http/certificate.h"
#include "src/http/tls_error.h"

enum {
    LIFE_SECONDS = 2 * 365 * 24 * 3600, /* longer than a pod runs */
    CLOCK_SLACK_SECONDS = 3600,         /* the client's clock may be behind ours */
    SERIAL_BITS = 127,                  /* at most 20 bytes, positive (RFC 5280 section 4.1.2.2) */
};

static void free_number(BIGNUM **n)
{
    BN_free(*n);
}

static bool set_serial(X509 *x)
{
    cleanup(free_number) BIGNUM *n = BN_new();

    return n && BN_rand(n, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
}

static bool set_name(X509 *x)
{
    static const unsigned char name[] = "portside";
    X509_NAME *subject = X509_get_subject_name(x);

    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, sizeof name - 1, -1, 0) ==
               1 &&
           X509_set_issuer_name(x, subject) == 1;
}

static bool add_extension(X509 *x, int nid, const char *value)
{
    X509V3_CTX context;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool ok = e && X509_add_ext(x, e, -1) == 1;
    X509_EXTENSION_free(e);
    return ok;
}

/* The text is read by a parser that knows commas and colons. */
static bool is_host_name(const char *s)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";

    return *s && s[strspn(s, allowed)] == '\0';
}

static bool add_names(X509 *x)
{
    char host[256] = "", names[512];

    (void)gethostname(host, sizeof host - 1);
    if (!is_host_name(host))
        (void)snprintf(host, sizeof host, "localhost");
    (void)snprintf(names, sizeof names, "DNS:localhost,DNS:%s,IP:127.0.0.1,IP:::1", host);
    return add_extension(x, NID_subject_alt_name, names);
}

static bool fill(X509 *x, EVP_PKEY *key)
{
    return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) && set_name(x) &&
           X509_gmtime_adj(X509_getm_notBefore(x), -CLOCK_SLACK_SECONDS) &&
           X509_gmtime_adj(X509_getm_notAfter(x), LIFE_SECONDS) && X509_set_pubkey(x, key) == 1 &&
           add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(x, NID_key_usage, "critical,digitalSignature") &&
           add_extension(x, NID_ext_key_usage, "serverAuth") &&
           add_extension(x, NID_subject_key_identifier, "hash") && add_names(x) &&
           X509_sign(x, key, EVP_sha256()) > 0;
}

int certificate_make(struct certificate *c, struct error *err)
{
    *c = (struct certificate){.leaf = X509_new(), .key = EVP_EC_gen("P-256")};
    if (c->leaf && c->key && fill(c->leaf, c->key))
        return 0;
    certificate_deinit(c);
    return tls_error_set(err, -EIO, "make a self-signed certificate");
}
