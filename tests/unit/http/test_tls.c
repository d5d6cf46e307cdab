/* What is spoken and what is refused, with clients that offer anything. */
#include "src/http/tls.h"
#include "tests/unit/http/tls_pair.h"

/* --- versions, ciphers, ALPN: by real clients --- */

struct offer {
    const char *name;
    int min, max;
    const char *ciphers; /* of TLS 1.2 and before; NULL: all that this OpenSSL has */
    const char *alpn;    /* wire form; NULL: none */
    bool ok;
    const char *chosen; /* protocol; "": none */
};

static const struct offer offers[] = {
    {"1.3", TLS1_3_VERSION, TLS1_3_VERSION, NULL, NULL, true, ""},
    {"1.2", TLS1_2_VERSION, TLS1_2_VERSION, NULL, NULL, true, ""},
    {"1.1", TLS1_1_VERSION, TLS1_1_VERSION, NULL, NULL, false, ""},
    {"1.0", TLS1_VERSION, TLS1_VERSION, NULL, NULL, false, ""},
    {"any", TLS1_VERSION, TLS1_3_VERSION, NULL, NULL, true, ""},
    {"GCM", TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE+AESGCM", NULL, true, ""},
    {"ChaCha", TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE+CHACHA20", NULL, true, ""},
    {"no forward secrecy", TLS1_2_VERSION, TLS1_2_VERSION, "kRSA", NULL, false, ""},
    {"CBC", TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE+AES:-AEAD:-AESGCM:-AESCCM", NULL, false, ""},
    {"no server key", TLS1_2_VERSION, TLS1_2_VERSION, "aNULL", NULL, false, ""},
    {"no encryption", TLS1_2_VERSION, TLS1_2_VERSION, "eNULL", NULL, false, ""},
    {"ALPN http/1.1", 0, 0, NULL, "\x08http/1.1", true, "http/1.1"},
    {"ALPN h2, http/1.1", 0, 0, NULL, "\x02h2\x08http/1.1", true, "http/1.1"},
    {"ALPN h2", 0, 0, NULL, "\x02h2", false, ""},
    {"ALPN http/1.0", 0, 0, NULL, "\x08http/1.0", false, ""},
};

static void offer(SSL_CTX *ctx, const void *user)
{
    const struct offer *o = user;

    if (o->min)
        REQUIRE(SSL_CTX_set_min_proto_version(ctx, o->min) == 1 &&
                SSL_CTX_set_max_proto_version(ctx, o->max) == 1);
    REQUIRE(SSL_CTX_set_cipher_list(ctx, o->ciphers ? o->ciphers : "ALL:COMPLEMENTOFALL") == 1);
    if (o->alpn)
        REQUIRE(SSL_CTX_set_alpn_protos(ctx, (const unsigned char *)o->alpn,
                                        (unsigned)strlen(o->alpn)) == 0);
}

static void check_connection(const struct offer *o, const struct tls_client *c)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(c->ssl);
    const unsigned char *chosen = NULL;
    unsigned size = 0;

    CHECK_AT(o->name, SSL_version(c->ssl) >= TLS1_2_VERSION && SSL_CIPHER_is_aead(cipher));
    CHECK_AT(o->name, SSL_CIPHER_get_kx_nid(cipher) == NID_kx_ecdhe ||
                          SSL_CIPHER_get_kx_nid(cipher) == NID_kx_any);
    CHECK_AT(o->name, SSL_get_current_compression(c->ssl) == NULL);
    SSL_get0_alpn_selected(c->ssl, &chosen, &size);
    CHECK_AT(o->name, size == strlen(o->chosen) &&
                          memcmp(chosen ? chosen : (const void *)"", o->chosen, size) == 0);
}

/* RSA, so that suites without forward secrecy could work at all. */
static struct tls_config rsa_config(void)
{
    const char *dir = files_tmpdir();
    struct pki *server = pki_make(&(struct pki_spec){.name = "server", .rsa_bits = 2048});

    struct tls_config config = tls_nothing;
    config.files.path = pki_write_certificates(dir, "server.pem", server, NULL);
    config.files.key_path = pki_write_key(dir, "server.key", server, NULL);
    return config;
}

static void test_offers(void)
{
    struct tls_config config = rsa_config();
    struct tls_server *s = tls_server_new(&config, NULL, tls_answer_hello);

    for (size_t i = 0; i < COUNT_OF(offers); i++) {
        struct tls_client c;
        tls_client_start(&c, tls_connect_plain(s), offer, &offers[i]);
        CHECK_AT(offers[i].name, TLS_UNTIL(s, &c, c.shaken || c.ended));
        CHECK_AT(offers[i].name, c.shaken == offers[i].ok);
        if (c.shaken) {
            check_connection(&offers[i], &c);
            tls_client_send(&c, TLS_REQUEST("/hello"));
            CHECK_AT(offers[i].name, TLS_UNTIL(s, &c, tls_client_has(&c, "\r\n\r\nhello")));
        } else {
            CHECK_AT("told why, by an alert", c.reason >= SSL_AD_REASON_OFFSET);
        }
        if (offers[i].alpn && !offers[i].ok)
            CHECK_AT(offers[i].name,
                     c.reason == SSL_AD_REASON_OFFSET + SSL_AD_NO_APPLICATION_PROTOCOL);
        tls_client_end(&c);
    }
    tls_server_end(s);
}

/* --- suites that this OpenSSL cannot even offer: by hand-made greetings --- */

static const struct {
    const char *name;
    uint16_t version, suite;
    uint8_t answer; /* record type */
    uint8_t alert;
} greetings[] = {
    {"ECDHE-ECDSA-AES128-GCM", 0x0303, 0xc02b, 22, 0},
    {"RC4", 0x0303, 0xc007, 21, 40},
    {"RSA-RC4", 0x0303, 0x0005, 21, 40},
    {"3DES", 0x0303, 0xc008, 21, 40},
    {"RSA-3DES", 0x0303, 0x000a, 21, 40},
    {"export", 0x0303, 0x0003, 21, 40},
    {"anonymous", 0x0303, 0xc018, 21, 40},
    {"anonymous DH, RC4 export", 0x0303, 0x0017, 21, 40},
    {"NULL", 0x0303, 0xc006, 21, 40},
    {"TLS 1.1", 0x0302, 0xc02b, 21, 70},
    {"TLS 1.0", 0x0301, 0xc009, 21, 70},
    {"SSL 3", 0x0300, 0xc009, 21, 40},
};

/* ClientHello with one suite, one curve, one signature algorithm. */
static size_t write_greeting(uint8_t *out, uint16_t version, uint16_t suite)
{
    static const uint8_t extensions[] = {
        0, 10, 0, 4, 0, 2, 0, 23, /* supported_groups: secp256r1 */
        0, 11, 0, 2, 1, 0,        /* ec_point_formats: uncompressed */
        0, 13, 0, 4, 0, 2, 4, 3,  /* signature_algorithms: ecdsa_secp256r1_sha256 */
    };
    uint8_t *at = out + 9;
    *at++ = (uint8_t)(version >> 8);
    *at++ = (uint8_t)version;
    memset(at, 0x5a, 32);
    at += 32;
    *at++ = 0; /* no session */
    *at++ = 0;
    *at++ = 2;
    *at++ = (uint8_t)(suite >> 8);
    *at++ = (uint8_t)suite;
    *at++ = 1; /* no compression */
    *at++ = 0;
    *at++ = 0;
    *at++ = sizeof extensions;
    memcpy(at, extensions, sizeof extensions);
    at += sizeof extensions;
    size_t size = (size_t)(at - out);
    const uint8_t head[] = {22,
                            3,
                            (uint8_t)(version >= 0x0301 ? 1 : 0),
                            0,
                            (uint8_t)(size - 5),
                            1,
                            0,
                            0,
                            (uint8_t)(size - 9)};
    memcpy(out, head, sizeof head);
    return size;
}

static void test_greetings(void)
{
    struct tls_config config = tls_self_signed();
    struct tls_server *s = tls_server_new(&config, NULL, tls_answer_hello);

    for (size_t i = 0; i < COUNT_OF(greetings); i++) {
        uint8_t greeting[256], answer[7] = {0};
        cleanup(close_fd) int fd = tls_connect_plain(s);
        size_t size = write_greeting(greeting, greetings[i].version, greetings[i].suite);
        REQUIRE(send(fd, greeting, size, MSG_NOSIGNAL) == (ssize_t)size);
        CHECK_AT(greetings[i].name,
                 LOOP_UNTIL(s->loop, LOOP_MS,
                            recv(fd, answer, sizeof answer, MSG_DONTWAIT) == sizeof answer));
        CHECK_AT(greetings[i].name, answer[0] == greetings[i].answer);
        if (greetings[i].answer == 21) {
            CHECK_AT(world_text("%s: alert %d", greetings[i].name, answer[6]),
                     answer[5] == 2 && answer[6] == greetings[i].alert);
            CHECK_AT("and closed, not reset",
                     LOOP_UNTIL(s->loop, LOOP_MS, recv(fd, answer, 1, MSG_DONTWAIT) == 0));
        }
    }
    CHECK(s->requests == 0);
    tls_server_end(s);
}

static void only_1_2(SSL_CTX *ctx, const void *user)
{
    (void)user;
    REQUIRE(SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) == 1);
}

static void test_no_renegotiation(void)
{
    struct tls_config config = tls_self_signed();
    struct tls_server *s = tls_server_new(&config, NULL, tls_answer_hello);
    struct tls_client c;

    tls_client_start(&c, tls_connect_plain(s), only_1_2, NULL);
    REQUIRE(TLS_UNTIL(s, &c, c.shaken));
    REQUIRE(SSL_renegotiate(c.ssl) == 1);
    c.shaken = false;
    CHECK(TLS_UNTIL(s, &c, c.shaken || c.ended));
    CHECK(!c.shaken && c.reason == SSL_R_NO_RENEGOTIATION);
    tls_client_end(&c);
    tls_server_end(s);
}

/* --- client certificates --- */

enum { NONE, GOOD, STRANGER, EXPIRED, SELF_SIGNED, IDENTITIES };

static const struct {
    int identity;
    bool authority, required, ok, known;
} client_rows[] = {
    {NONE, false, false, true, false},        {GOOD, false, false, true, false},
    {NONE, true, false, true, false},         {GOOD, true, false, true, true},
    {STRANGER, true, false, false, false},    {EXPIRED, true, false, false, false},
    {SELF_SIGNED, true, false, false, false}, {NONE, true, true, false, false},
    {GOOD, true, true, true, true},           {STRANGER, true, true, false, false},
};

struct identity {
    const struct pki *pki;
    int version;
};

static void show(SSL_CTX *ctx, const void *user)
{
    const struct identity *i = user;

    REQUIRE(SSL_CTX_set_max_proto_version(ctx, i->version) == 1);
    if (i->pki)
        REQUIRE(SSL_CTX_use_certificate(ctx, i->pki->certificate) == 1 &&
                SSL_CTX_use_PrivateKey(ctx, i->pki->key) == 1);
}

static void try_client(size_t row, const struct pki *pki, const char *authority, int version)
{
    const char *label = world_text("row %zu, version %x", row, (unsigned)version);
    struct tls_config config = tls_self_signed();
    struct identity identity = {pki, version};
    SSL_SESSION *session = NULL;
    struct tls_client c;

    config.client_ca = client_rows[row].authority ? authority : "";
    config.client_required = client_rows[row].required;
    struct tls_server *s = tls_server_new(&config, NULL, tls_answer_hello);
    for (int round = 0; round < 2; round++) { /* the second would like to resume */
        tls_client_start(&c, tls_connect_plain(s), show, &identity);
        if (session)
            REQUIRE(SSL_set_session(c.ssl, session) == 1);
        CHECK_AT(label, TLS_UNTIL(s, &c, c.shaken || c.ended));
        if (!c.ended)
            (void)SSL_write(c.ssl, TLS_REQUEST("/"), (int)strlen(TLS_REQUEST("/")));
        CHECK_AT(label, TLS_UNTIL(s, &c, c.ended || tls_client_has(&c, "hello")));
        CHECK_AT(label, tls_client_has(&c, "hello") == client_rows[row].ok);
        CHECK_AT(label, client_rows[row].ok || c.reason >= SSL_AD_REASON_OFFSET);
        if (client_rows[row].ok)
            CHECK_AT(label, SSL_session_reused(c.ssl) == (round && !client_rows[row].authority));
        SSL_SESSION_free(session);
        SSL_set_shutdown(c.ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); /* else it is spoilt */
        session = SSL_get1_session(c.ssl);
        tls_client_end(&c);
    }
    SSL_SESSION_free(session);
    if (client_rows[row].ok)
        CHECK_AT(s->client, strcmp(s->client, client_rows[row].known
                                                  ? world_text("CN=good,O=portside tests %s",
                                                               pki_fingerprint(pki->certificate))
                                                  : "- -") == 0);
    else
        CHECK_AT(label, s->requests == 0);
    tls_server_end(s);
}

static void test_client_certificates(void)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    struct pki *authority = pki_make(&(struct pki_spec){.name = "ours", .authority = true});
    struct pki *foreign = pki_make(&(struct pki_spec){.name = "theirs", .authority = true});
    struct pki *identities[IDENTITIES] = {
        [GOOD] = pki_make(&(struct pki_spec){.name = "good", .issuer = authority}),
        [STRANGER] = pki_make(&(struct pki_spec){.name = "good", .issuer = foreign}),
        [EXPIRED] =
            pki_make(&(struct pki_spec){.name = "good", .issuer = authority, .expired = true}),
        [SELF_SIGNED] = pki_make(&(struct pki_spec){.name = "good"}),
    };
    const char *path = pki_write_certificates(files_tmpdir(), "ca.pem", authority, NULL);

    for (size_t i = 0; i < COUNT_OF(client_rows); i++) {
        for (size_t v = 0; v < COUNT_OF(versions); v++)
            try_client(i, identities[client_rows[i].identity], path, versions[v]);
    }
}

/* --- what is sent with our certificate --- */

static void test_chain(void)
{
    const char *dir = files_tmpdir();
    struct pki *authority = pki_make(&(struct pki_spec){.name = "ours", .authority = true});
    struct pki *server = pki_make(&(struct pki_spec){.name = "server", .issuer = authority});
    const char *ca = pki_write_certificates(dir, "ca.pem", authority, NULL);
    const char *key = pki_write_key(dir, "key.pem", server, NULL);
    const struct {
        struct certificate_files files;
        int sent;
    } rows[] = {
        {{pki_write_certificates(dir, "chain.pem", server, authority), key, ""}, 2},
        {{pki_write_pfx(dir, "chain.pfx", server, authority, NULL, "pw"), "", "pw"}, 2},
        {{pki_write_certificates(dir, "leaf.pem", server, NULL), key, ""}, 1},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        /* The clients' authority adds nothing to it. */
        struct tls_config config = {.files = rows[i].files, .client_ca = ca};
        struct tls_server *s = tls_server_new(&config, NULL, tls_answer_hello);
        struct tls_client c;
        tls_client_open(s, &c);
        CHECK_AT(rows[i].files.path, sk_X509_num(SSL_get_peer_cert_chain(c.ssl)) == rows[i].sent);
        CHECK(X509_cmp(SSL_get0_peer_certificate(c.ssl), server->certificate) == 0);
        tls_client_end(&c);
        tls_server_end(s);
    }
}

/* --- what cannot be used --- */

static void test_refusals(void)
{
    const char *dir = files_tmpdir();
    struct pki *weak = pki_make(&(struct pki_spec){.name = "weak", .rsa_bits = 1024});
    const char *nothing = world_text("%s/nothing", dir);
    REQUIRE(files_write(nothing, "nothing\n", 8));
    const char *certificate = pki_write_certificates(dir, "weak.pem", weak, NULL);
    const char *key = pki_write_key(dir, "weak.key", weak, NULL);
    const struct {
        struct tls_config config;
        int code;
        const char *text;
    } rows[] = {
        {{.files = {"", "", ""}, .client_ca = ""}, -ENOENT, "Tls:SelfSigned=true"},
        {{.files = {certificate, key, ""}, .client_ca = ""}, -EINVAL, "key too small"},
        {{.files = {"", "", ""}, .self_signed = true, .client_ca = "", .client_required = true},
         -EINVAL,
         "needs Tls:ClientCertificateAuthority"},
        {{.files = {"", "", ""}, .self_signed = true, .client_ca = nothing}, -EINVAL, nothing},
        {{.files = {nothing, "", ""}, .self_signed = true, .client_ca = ""}, -EINVAL, nothing},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct tls_facts facts;
        struct error err = {0};
        SSL_CTX *ctx = NULL;
        CHECK_AT(rows[i].text, tls_make(&rows[i].config, &ctx, &facts, &err) == rows[i].code);
        CHECK_AT(err.text, strstr(err.text, rows[i].text) && !ctx && !facts.certificate.data);
    }
}

WORLD_SUITE("http/tls", {"offers", test_offers}, {"greetings", test_greetings},
            {"no renegotiation", test_no_renegotiation},
            {"client certificates", test_client_certificates}, {"chain", test_chain},
            {"refusals", test_refusals})
