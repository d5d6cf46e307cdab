/* What holds for every request: the host it names, HSTS, CORS; and the file of a Unix address. */
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/support/pki.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

static struct http *ask(const char *method, const char *url, const char *a, const char *b)
{
    return http_run(&(struct http_request){.method = method, .url = url, .headers = {a, b}});
}

static const char *get(const struct http *h, const char *name)
{
    const char *value = http_header(h, name);

    return value ? value : "";
}

/* --- HSTS and AllowedHosts --- */

static const struct {
    const char *path, *host;
    long status;
    bool hsts; /* over https */
} host_rows[] = {
    {"/healthz", "Host: diag.example.org", 200, true},
    {"/healthz", "Host: DIAG.EXAMPLE.ORG:443", 200, true},
    {"/nosuch", "Host: diag.example.org", 404, true},
    {"/processes", "Host: diag.example.org", 401, true},
    {"/healthz", "Host: localhost:52323", 200, false},
    {"/healthz", "Host: LocalHost", 200, false},
    {"/healthz", "Host: 127.0.0.1", 200, false},
    {"/healthz", "Host: [::1]:1", 200, false},
    {"/healthz", "Host: localhost.example.org", 200, true},
    {"/healthz", "Host: evil.example", 400, false},
    {"/nosuch", "Host: evil.example", 400, false},
};

static void test_hosts(void)
{
    const char *dir = files_tmpdir();
    struct pki *pki = pki_make(&(struct pki_spec){.name = "server", .authority = false});

    http_trust(pki_write_certificates(dir, "tls.crt", pki, NULL));
    struct portside *p = portside_start(&(struct portside_options){
        .urls = "https://127.0.0.1:0;http://127.0.0.1:0",
        .authenticate = true,
        .env = {world_text("DotnetMonitor_Kestrel__Certificates__Default__Path=%s/tls.crt", dir),
                world_text("DotnetMonitor_Kestrel__Certificates__Default__KeyPath=%s",
                           pki_write_key(dir, "tls.key", pki, NULL)),
                "DotnetMonitor_AllowedHosts=*.example.org;localhost;127.0.0.1;[::1]"}});
    for (size_t i = 0; i < sizeof host_rows / sizeof host_rows[0]; i++) {
        const char *label = host_rows[i].host, *path = host_rows[i].path;
        struct http *tls = ask(NULL, world_text("%s%s", p->base, path), label, NULL);
        struct http *plain = ask(NULL, world_text("%s%s", p->metrics, path), label, NULL);
        CHECK_AT(world_text("%s: %ld", label, tls->status), tls->status == host_rows[i].status);
        CHECK_AT(label, plain->status == host_rows[i].status);
        CHECK_AT(label, strcmp(get(tls, "Strict-Transport-Security"),
                               host_rows[i].hsts ? "max-age=2592000" : "") == 0);
        CHECK_AT(label, !http_header(plain, "Strict-Transport-Security"));
    }
}

/* --- CORS: who is asked for a token, and who is not --- */

#define ORIGIN "Origin: https://a.example"

static const struct {
    const char *method, *path, *first, *second;
    long status;
    const char *origin, *methods;
} cors_rows[] = {
    {"OPTIONS", "/processes", ORIGIN, "Access-Control-Request-Method: GET", 204,
     "https://a.example", "GET"},
    {"OPTIONS", "/nosuch", ORIGIN, "Access-Control-Request-Method: PUT", 204, "https://a.example",
     "PUT"},
    {"OPTIONS", "/processes", "Origin: https://evil.example", "Access-Control-Request-Method: GET",
     204, "", ""},
    {"OPTIONS", "/processes", ORIGIN, NULL, 405, "https://a.example", ""},
    {"GET", "/processes", ORIGIN, NULL, 401, "", ""},
    {"GET", "/healthz", ORIGIN, NULL, 200, "https://a.example", ""},
    {"GET", "/healthz", "Origin: https://evil.example", NULL, 200, "", ""},
    {"GET", "/nosuch", ORIGIN, NULL, 404, "https://a.example", ""},
};

static void test_cors(void)
{
    struct portside *p = portside_start(&(struct portside_options){
        .authenticate = true,
        .env = {"DotnetMonitor_CorsConfiguration__AllowedOrigins=https://a.example;http://b"}});

    for (size_t i = 0; i < sizeof cors_rows / sizeof cors_rows[0]; i++) {
        struct http *h = ask(cors_rows[i].method, world_text("%s%s", p->base, cors_rows[i].path),
                             cors_rows[i].first, cors_rows[i].second);
        const char *label = world_text("row %zu: %s", i, h->head ? h->head : "");
        CHECK_AT(label, h->status == cors_rows[i].status);
        CHECK_AT(label, strcmp(get(h, "Access-Control-Allow-Origin"), cors_rows[i].origin) == 0);
        CHECK_AT(label, strcmp(get(h, "Access-Control-Allow-Methods"), cors_rows[i].methods) == 0);
        CHECK_AT(label, strcmp(get(h, "Vary"), *cors_rows[i].origin ? "Origin" : "") == 0);
    }
}

static void test_without_cors(void)
{
    struct portside *p = portside_start(NULL);
    struct http *h = ask("OPTIONS", world_text("%s/processes", p->base), ORIGIN,
                         "Access-Control-Request-Method: GET");

    CHECK(h->status == 405 && !http_header(h, "Access-Control-Allow-Origin"));
}

/* --- the file of a Unix address --- */

static void test_socket_file(void)
{
    static const struct {
        const char *mode, *group;
        mode_t want;
        gid_t gid;
    } rows[] = {
        {NULL, NULL, 0660, 0},        {"0600", NULL, 0600, 0},          {"0777", NULL, 0777, 0},
        {NULL, "12345", 0660, 12345}, {"0620", "tty", 0620, (gid_t)-1},
    };
    const struct group *tty = getgrnam("tty");

    if (geteuid() != 0) {
        world_skip("groups can be given away by root only");
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *path = world_text("%s/http.sock", files_tmpdir());
        struct portside *p = portside_start(&(struct portside_options){
            .urls = world_text("http://unix:%s", path),
            .env = {rows[i].mode ? world_text("DotnetMonitor_Http__SocketMode=%s", rows[i].mode)
                                 : "A=B",
                    rows[i].group ? world_text("DotnetMonitor_Http__SocketGroup=%s", rows[i].group)
                                  : "A=B"}});
        struct stat st = {0};
        CHECK(lstat(path, &st) == 0 && S_ISSOCK(st.st_mode));
        CHECK_AT(world_text("%03o", st.st_mode & 0777), (st.st_mode & 0777) == rows[i].want);
        gid_t gid = rows[i].gid == (gid_t)-1 && tty ? tty->gr_gid : rows[i].gid;
        CHECK_AT(world_text("%u", st.st_gid), st.st_gid == gid);
        CHECK(portside_stop(p) == 0 && !files_exists(path));
    }
}

static void test_bad_socket_group(void)
{
    struct portside *p = portside_spawn(
        &(struct portside_options){.urls = world_text("http://unix:%s/s", files_tmpdir()),
                                   .env = {"DotnetMonitor_Http__SocketGroup=no-such-group"}});

    REQUIRE(proc_wait(p->proc, PORTSIDE_READY_MS));
    CHECK(proc_exit_code(p->proc) == 255);
    CHECK(strstr(proc_output(p->proc), "Http:SocketGroup: there is no group 'no-such-group'"));
}

WORLD_SUITE("component/front", {"hosts", test_hosts}, {"cors", test_cors},
            {"without cors", test_without_cors}, {"socket file", test_socket_file},
            {"bad socket group", test_bad_socket_group})
