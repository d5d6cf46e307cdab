/* https with the program: certificates of all kinds, dumps, replacement under load, and what it
 * says when something is missing. */
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>

#include "tests/support/fake_runtime.h"
#include "tests/support/files.h"
#include "tests/support/pki.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { RSS_KIB = 512 * 1024 }; /* freed memory is kept for a while */
#else
enum { RSS_KIB = 8 * 1024 }; /* a dump may cost so much memory at the most */
#endif

enum {
    DUMP_SIZE = 96 << 20,
    THREADS = 4,
    REQUESTS = 600, /* of each thread */
    SWAPS = 10,
    VANISHING = 20,
};

#define KESTREL "DotnetMonitor_Kestrel__Certificates__Default__"

struct files {
    const char *dir, *ca, *path, *key;
    struct pki *authority, *server;
};

static struct files make_files(void)
{
    struct files f = {.dir = files_tmpdir()};

    f.authority = pki_make(&(struct pki_spec){.name = "authority", .authority = true});
    f.server = pki_make(&(struct pki_spec){.name = "server", .issuer = f.authority});
    f.ca = pki_write_certificates(f.dir, "ca.pem", f.authority, NULL);
    f.path = pki_write_certificates(f.dir, "tls.crt", f.server, NULL);
    f.key = pki_write_key(f.dir, "tls.key", f.server, NULL);
    http_trust(f.ca);
    return f;
}

static struct portside *start(const struct files *f)
{
    return portside_start(&(struct portside_options){
        .urls = "https://127.0.0.1:0",
        .env = {world_text(KESTREL "Path=%s", f->path), world_text(KESTREL "KeyPath=%s", f->key)}});
}

/* --- certificates --- */

static void test_kinds(void)
{
    struct files f = make_files();
    const char *pfx = pki_write_pfx(f.dir, "server.pfx", f.server, f.authority, NULL, "pw");
    const char *locked = pki_write_key(f.dir, "locked.key", f.server, "open sesame");
    const char *const env[][3] = {
        {world_text(KESTREL "Path=%s", pfx), KESTREL "Password=pw"},
        {world_text(KESTREL "Path=%s", f.path), world_text(KESTREL "KeyPath=%s", f.key)},
        {world_text(KESTREL "Path=%s", f.path), world_text(KESTREL "KeyPath=%s", locked),
         KESTREL "Password=open sesame"},
    };

    for (size_t i = 0; i < sizeof env / sizeof env[0]; i++) {
        struct portside *p = portside_start(&(struct portside_options){
            .urls = "https://localhost:0", .env = {env[i][0], env[i][1], env[i][2]}});
        CHECK_AT(p->base, strncmp(p->base, "https://localhost:", 18) == 0);
        struct http *h = portside_get(p, "/info");
        CHECK_AT(curl_easy_strerror(h->result), h->result == CURLE_OK && h->status == 200);
        CHECK(strstr(proc_output(p->proc), pki_fingerprint(f.server->certificate)) != NULL);
        CHECK(!strstr(proc_output(p->proc), "[14]\n      WARNING"));
        CHECK(portside_stop(p) == 0);
    }
}

static void test_self_signed(void)
{
    struct portside *p = portside_start(&(struct portside_options){
        .urls = "https://localhost:0", .env = {"DotnetMonitor_Tls__SelfSigned=true"}});
    const char *log = proc_output(p->proc);

    CHECK_AT(log,
             strstr(log, "TLS certificate in use: 'CN=portside', SHA-256 fingerprint ") != NULL);
    struct http *h = portside_get(p, "/info");
    CHECK_AT("nobody knows it", h->result == CURLE_PEER_FAILED_VERIFICATION);
    CHECK(portside_stop(p) == 0);
}

/* --- what is said when something is missing (events 14, 15; exit code) --- */

static const struct {
    const char *urls, *env;
    bool authenticate;
    int exit; /* -1: runs */
    const char *says[3];
    const char *says_not;
} start_rows[] = {
    {"https://127.0.0.1:0",
     "A=B",
     false,
     -1,
     {"fail: Microsoft.Diagnostics.Tools.Monitor.Startup[15]\n"
      "      Unable to listen to https://127.0.0.1:0. Dotnet-monitor functionality will be "
      "limited.\n      System.IO.IOException: https needs a server certificate",
      "Tls:SelfSigned=true", "Now listening on: http://127.0.0.1:"},
     "https://127.0.0.1:0 "},
    {"https://127.0.0.1:0;http://127.0.0.1:0",
     KESTREL "Path=/nowhere/tls.pfx",
     false,
     -1,
     {"Startup[15]", "cannot read /nowhere/tls.pfx (Kestrel:Certificates:Default:Path): No such",
      "Now listening on: http://127.0.0.1:"},
     "Startup[14]"},
    {"http://127.0.0.1:0;http://127.0.0.1:0",
     "A=B",
     true,
     -1,
     {"warn: Microsoft.Diagnostics.Tools.Monitor.Startup[14]\n"
      "      WARNING: Authentication is enabled over insecure http transport. This can pose a "
      "security risk and is not intended for production environments.\n"},
     "Startup[15]"},
    {"https://127.0.0.1:0",
     "DotnetMonitor_Tls__SelfSigned=true",
     true,
     -1,
     {"Now listening on: https://127.0.0.1:", "Now listening on: http://127.0.0.1:"},
     "Startup[14]"},
    {"https://127.0.0.1:0",
     "DotnetMonitor_Metrics__Enabled=false",
     false,
     255,
     {"Startup[15]", "Unable to bind any urls."},
     "Application started"},
    {"https://127.0.0.1:0;nonsense",
     "DotnetMonitor_Metrics__Enabled=false",
     false,
     255,
     {"Unable to listen to https://", "Unable to listen to nonsense.", "Unable to bind any urls."},
     "Application started"},
};

static void test_starts(void)
{
    for (size_t i = 0; i < sizeof start_rows / sizeof start_rows[0]; i++) {
        struct portside *p =
            portside_spawn(&(struct portside_options){.urls = start_rows[i].urls,
                                                      .env = {start_rows[i].env},
                                                      .authenticate = start_rows[i].authenticate});
        CHECK(WAIT_UNTIL(PORTSIDE_READY_MS, portside_ready(p) || proc_wait(p->proc, 0)));
        const char *log = proc_output(p->proc);
        CHECK_AT(log, proc_exit_code(p->proc) == start_rows[i].exit);
        for (size_t j = 0; j < 3 && start_rows[i].says[j]; j++)
            CHECK_AT(world_text("%s\n%s", start_rows[i].says[j], log),
                     strstr(log, start_rows[i].says[j]) != NULL);
        CHECK_AT(log, !strstr(log, start_rows[i].says_not));
        const char *warned = strstr(log, "Startup[14]");
        CHECK_AT("once", !warned || !strstr(warned + 1, "Startup[14]"));
    }
}

/* --- bodies --- */

static const char *digest_of(const char *path)
{
    unsigned char data[65536], digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    FILE *f = fopen(path, "re");
    char *text = world_alloc(2 * EVP_MAX_MD_SIZE + 1);
    unsigned size = 0;
    size_t n;

    REQUIRE(ctx && f && EVP_DigestInit(ctx, EVP_sha256()) == 1);
    while ((n = fread(data, 1, sizeof data, f)) > 0)
        (void)EVP_DigestUpdate(ctx, data, n);
    (void)fclose(f);
    REQUIRE(EVP_DigestFinal(ctx, digest, &size) == 1);
    EVP_MD_CTX_free(ctx);
    for (unsigned i = 0; i < size; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return text;
}

/* The same dump over http and https, byte for byte, and in bounded memory. */
static void test_dump(void)
{
    struct files f = make_files();
    struct portside *p = portside_start(&(struct portside_options){
        .urls = "https://127.0.0.1:0;http://127.0.0.1:0",
        .env = {world_text(KESTREL "Path=%s", f.path), world_text(KESTREL "KeyPath=%s", f.key)}});
    const char *paths[2] = {world_text("%s/plain", f.dir), world_text("%s/tls", f.dir)};

    (void)fake_runtime_start(
        &(struct fake_options){.port = p->socket, .dump = {.size = DUMP_SIZE, .piece = 1 << 20}});
    REQUIRE(portside_wait_count(p, 1, 5000));
    /* portside_ready() takes the second address for the metrics' one. */
    struct http *plain = http_run(
        &(struct http_request){.url = world_text("%s/dump", p->metrics), .save_to = paths[0]});
    long before = proc_status_number(p->proc->pid, "VmHWM");
    struct http *tls = http_run(
        &(struct http_request){.url = world_text("%s/dump", p->base), .save_to = paths[1]});
    long after = proc_status_number(p->proc->pid, "VmHWM");
    CHECK_AT(plain->head, plain->result == CURLE_OK && plain->status == 200);
    CHECK_AT(tls->head, tls->result == CURLE_OK && tls->status == 200);
    CHECK(files_size(paths[1]) == DUMP_SIZE);
    CHECK(strcmp(digest_of(paths[0]), digest_of(paths[1])) == 0);
    CHECK_AT(world_text("%ld -> %ld KiB", before, after), after - before < RSS_KIB);
    const char *location = http_header(tls, "Location");
    CHECK_AT(location, location && strncmp(location, world_text("%s/operations/", p->base),
                                           strlen(p->base) + 12) == 0);
    CHECK(portside_nothing_left(p));
}

static void test_vanish(void)
{
    struct files f = make_files();
    struct portside *p = start(&f);

    (void)fake_runtime_start(&(struct fake_options){.port = p->socket, .dump = {.size = 8 << 20}});
    REQUIRE(portside_wait_count(p, 1, 5000));
    CHECK(portside_get(p, "/dump")->status == 200); /* makes what stays, as the folder's lock */
    int before = portside_fds(p);
    for (size_t i = 0; i < VANISHING; i++) {
        (void)http_run(&(struct http_request){.url = world_text("%s/dump", p->base),
                                              .abort_after = 1 + i * 100000});
        CHECK(WAIT_UNTIL(5000, ({
                             const cJSON *last = portside_last_operation(p);
                             last &&strcmp(json_text(last, "status"), "Running") != 0 &&
                                 strcmp(json_text(last, "status"), "Starting") != 0;
                         })));
    }
    CHECK(portside_nothing_left(p));
    CHECK_AT("no descriptor is left", portside_fds_are_back(p, before));
    struct http *h = http_run(&(struct http_request){.url = world_text("%s/dump", p->base)});
    CHECK(h->result == CURLE_OK && h->body_size == 8 << 20);
}

/* --- replacement under load --- */

struct load {
    const char *url, *ca;
    atomic_int good, failed, running;
    char trouble[CURL_ERROR_SIZE];
};

static size_t ignore_body(char *data, size_t one, size_t n, void *user)
{
    (void)data;
    (void)one;
    (void)user;
    return n;
}

static void ask_once(struct load *l)
{
    char trouble[CURL_ERROR_SIZE] = "";
    CURL *c = curl_easy_init();
    long status = 0;

    curl_easy_setopt(c, CURLOPT_URL, l->url);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(c, CURLOPT_CAINFO, l->ca);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, 120000L);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, ignore_body);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, trouble);
    CURLcode r = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    if (r == CURLE_OK && status == 200)
        atomic_fetch_add(&l->good, 1);
    else if (atomic_fetch_add(&l->failed, 1) == 0)
        memcpy(l->trouble, trouble, sizeof trouble);
    curl_easy_cleanup(c);
}

static void *ask(void *user)
{
    struct load *l = user;

    for (int i = 0; i < REQUESTS; i++)
        ask_once(l);
    atomic_fetch_sub(&l->running, 1);
    return NULL;
}

static int swaps(const struct portside *p)
{
    int n = 0;

    for (const char *at = proc_output(p->proc); (at = strstr(at, "TLS certificate in use")); at++)
        n++;
    return n - 1;
}

static void test_swap_under_load(void)
{
    struct files f = make_files();
    struct pki *other =
        pki_make(&(struct pki_spec){.name = "other", .issuer = f.authority, .rsa_bits = 2048});
    struct portside *p = start(&f);
    struct load load = {.url = world_text("%s/healthz", p->base), .ca = f.ca, .running = THREADS};
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        REQUIRE(pthread_create(&threads[i], NULL, ask, &load) == 0);
    for (int i = 0; atomic_load(&load.running) > 0 || swaps(p) < SWAPS; i++) {
        const struct pki *next = i % 2 ? f.server : other;
        int done = swaps(p);
        (void)pki_write_certificates(f.dir, "tls.crt", next, NULL);
        (void)pki_write_key(f.dir, "tls.key", next, NULL);
        CHECK(WAIT_UNTIL(10000, swaps(p) > done));
    }
    for (size_t i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    int good = atomic_load(&load.good), failed = atomic_load(&load.failed);
    CHECK_AT(world_text("%d good, %d failed: %s", good, failed, load.trouble),
             failed == 0 && good == THREADS * REQUESTS);
    CHECK(swaps(p) >= SWAPS);
}

/* --- by the openssl program, as an auditor would look --- */

static const struct {
    const char *option;
    bool ok;
} versions[] = {{"-tls1", false}, {"-tls1_1", false}, {"-tls1_2", true}, {"-tls1_3", true}};

static void test_s_client(void)
{
    struct files f = make_files();
    struct portside *p = start(&f);

    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        const char *output = "";
        const char *const argv[] = {
            "openssl", "s_client",        "-connect",    p->base + 8,   "-CAfile",          f.ca,
            "-cipher", "ALL:@SECLEVEL=0", "-servername", "any.example", versions[i].option, NULL};
        int code = proc_run(
            &(struct proc_options){.argv = argv, .output = world_text("%s/s_client", f.dir)}, 60000,
            &output);
        CHECK_AT(output, (code == 0) == versions[i].ok);
        CHECK_AT(output, versions[i].ok || strstr(output, "alert"));
        if (versions[i].ok)
            CHECK_AT(output, strstr(output, "Compression: NONE") &&
                                 strstr(output, "Verify return code: 0 (ok)"));
    }
}

WORLD_SUITE("component/tls", {"kinds", test_kinds}, {"self-signed", test_self_signed},
            {"starts", test_starts}, {"dump", test_dump}, {"vanish", test_vanish},
            {"swap under load", test_swap_under_load}, {"s_client", test_s_client})
