#include "src/http/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/http/tls_error.h"

enum { SECURITY_LEVEL = 2 };

static const char ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

static void free_context(SSL_CTX **ctx)
{
    SSL_CTX_free(*ctx);
}

void tls_facts_deinit(struct tls_facts *facts)
{
    text_deinit(&facts->certificate);
    *facts = (struct tls_facts){0};
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                           const unsigned char *in, unsigned in_size, void *user)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen;

    (void)ssl;
    (void)user;
    if (SSL_select_next_proto(&chosen, out_size, ours, sizeof ours - 1, in, in_size) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static int set_protocol(SSL_CTX *ctx, struct error *err)
{
    /* An end without close_notify is an end: requests carry their own length. */
    (void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                       SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_ENABLE_KTLS |
                                       SSL_OP_IGNORE_UNEXPECTED_EOF);
    /* Tickets are enough for clients that come back: nothing is kept here for them. */
    (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    /* NO_AUTO_CHAIN: what is sent is what was configured, not what the clients' authorities make of
     * it. */
    (void)SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_security_level(ctx, SECURITY_LEVEL);
    SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
    if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(ctx, ciphers) != 1)
        return tls_error_set(err, -EIO, "TLS");
    return 0;
}

/* --- our certificate --- */

static void describe(const struct certificate *c, struct tls_facts *facts)
{
    char fingerprint[CERTIFICATE_FINGERPRINT_SIZE];
    struct text *out = &facts->certificate;

    certificate_fingerprint(c->leaf, fingerprint);
    text_add_str(out, "'");
    certificate_subject(c->leaf, out);
    text_add_fmt(out, "', SHA-256 fingerprint %s, valid until ", fingerprint);
    facts->outdated = certificate_validity(c->leaf, out);
}

static int use_certificate(SSL_CTX *ctx, const struct tls_config *config, struct tls_facts *facts,
                           struct error *err)
{
    struct certificate c;
    bool configured = *config->files.path != '\0';
    int r;

    if (configured)
        r = certificate_load(&c, &config->files, err);
    else if (config->self_signed)
        r = certificate_make(&c, err);
    else
        r = error_set(err, -ENOENT,
                      "https needs a server certificate and none is configured; set "
                      "Kestrel:Certificates:Default:Path (PFX, or PEM with KeyPath), or "
                      "Tls:SelfSigned=true for one made in memory");
    if (r < 0)
        return r;
    if (SSL_CTX_use_cert_and_key(ctx, c.leaf, c.key, c.chain, 1) != 1)
        r = tls_error_set(err, -EINVAL, "%s cannot be used as server certificate",
                          configured ? config->files.path : "the certificate");
    else
        describe(&c, facts);
    certificate_deinit(&c);
    return r;
}

/* --- the clients' --- */

/* Sessions are not resumed then: a resumed one would carry on with a certificate that may have
 * expired meanwhile. */
static void verify_always(SSL_CTX *ctx, bool required)
{
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       NULL);
    (void)SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    (void)SSL_CTX_set_num_tickets(ctx, 0);
}

static int use_client_authority(SSL_CTX *ctx, const struct tls_config *config, struct error *err)
{
    const char *path = config->client_ca;

    if (*path == '\0' && config->client_required)
        return error_set(err, -EINVAL,
                         "Tls:ClientCertificateRequired needs Tls:ClientCertificateAuthority");
    if (*path == '\0')
        return 0;
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(path);
    if (!names || SSL_CTX_load_verify_file(ctx, path) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return tls_error_set(
            err, -EINVAL, "Tls:ClientCertificateAuthority: %s cannot be read as PEM certificates",
            path);
    }
    SSL_CTX_set_client_CA_list(ctx, names); /* takes them over */
    verify_always(ctx, config->client_required);
    return 0;
}

int tls_make(const struct tls_config *config, SSL_CTX **ret, struct tls_facts *facts,
             struct error *err)
{
    ERR_clear_error();
    cleanup(free_context) SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    *facts = (struct tls_facts){0};
    if (!ctx)
        return tls_error_set(err, -ENOMEM, "TLS");
    int r = set_protocol(ctx, err);
    if (r == 0)
        r = use_client_authority(ctx, config, err);
    if (r == 0)
        r = use_certificate(ctx, config, facts, err);
    if (r == 0)
        *ret = take_ptr(ctx);
    return r;
}
