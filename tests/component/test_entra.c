/* The program with Authentication:AzureAd, against an authority on this machine. */
#include "src/base/limits.h"
#include "tests/support/files.h"
#include "tests/support/oidc_server.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

#define PREFIX "DotnetMonitor_Authentication__AzureAd__"
#define OTHER_TENANT "99999999-2222-3333-4444-555555555555"

enum { SOON_MS = 2000, CROWD = 20, LEAVE_MS = 300, WAIT_MS = LIMIT_OIDC_TOTAL_MS + 5000 };

static struct portside *start(const struct oidc_server *s)
{
    return portside_start(&(struct portside_options){
        .authenticate = true,
        .env = {world_text(PREFIX "Instance=%s", oidc_server_url(s)),
                PREFIX "TenantId=" OIDC_TENANT, PREFIX "ClientId=client",
                PREFIX "RequiredRole=monitor"},
    });
}

static struct http_request with_token(const struct portside *p, const char *token)
{
    return (struct http_request){
        .url = world_text("%s/processes", p->base),
        .headers = {token ? world_text("Authorization: Bearer %s", token) : NULL},
    };
}

static struct http *ask(const struct portside *p, const char *token)
{
    const struct http_request request = with_token(p, token);

    return http_run(&request);
}

static long status_of(const struct portside *p, const struct oidc_server *s,
                      const struct oidc_claims *claims)
{
    return ask(p, oidc_server_token(s, claims))->status;
}

static void test_verdicts(void)
{
    static const struct {
        const char *label;
        struct oidc_claims claims;
        long want;
    } rows[] = {
        {"right role", {0}, 200},
        {"version 1",
         {.issuer = "https://sts.windows.net/" OIDC_TENANT "/", .version = "1.0"},
         200},
        {"role missing", {.roles = "[\"reader\"]"}, 403},
        {"no roles at all", {.roles = ""}, 403},
        {"wrong tenant", {.tenant = OTHER_TENANT}, 401},
        {"wrong audience", {.audience = "\"api://other\""}, 401},
        {"expired", {.expires = -1000}, 401},
        {"broken signature", {.broken = true}, 401},
        {"unknown key", {.kid = "unknown"}, 401},
    };
    const struct oidc_server *s = oidc_server_start();
    const struct portside *p = start(s);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct http *h = ask(p, oidc_server_token(s, &rows[i].claims));
        const char *challenge = http_header(h, "WWW-Authenticate");
        CHECK_AT(world_text("%s: %ld", rows[i].label, h->status), h->status == rows[i].want);
        CHECK_AT(rows[i].label,
                 h->status != 401 || (challenge && strstr(challenge, "error=\"invalid_token\"")));
    }
}

static void test_without_token(void)
{
    const struct oidc_server *s = oidc_server_start();
    const struct portside *p = start(s);
    const struct http *h = ask(p, NULL);
    const char *challenge = http_header(h, "WWW-Authenticate");

    CHECK(h->status == 401 && challenge && strcmp(challenge, "Bearer") == 0);
    CHECK(ask(p, "")->status == 401);
    CHECK(ask(p, "a.b.c")->status == 401);
    CHECK(portside_get(p, "/healthz")->status == 200);
    CHECK(portside_get(p, "/readyz")->status == 200);
}

static void test_rotation(void)
{
    struct oidc_server *s = oidc_server_start();
    const struct portside *p = start(s);

    CHECK(status_of(p, s, &(struct oidc_claims){0}) == 200);
    oidc_server_rotate(s);
    CHECK(WAIT_UNTIL(SOON_MS, status_of(p, s, &(struct oidc_claims){0}) == 200));
}

static void test_down_later(void)
{
    struct oidc_server *s = oidc_server_start();
    const struct portside *p = start(s);

    CHECK(status_of(p, s, &(struct oidc_claims){0}) == 200);
    oidc_server_stop(s);
    CHECK(WAIT_UNTIL(SOON_MS, status_of(p, s, &(struct oidc_claims){.kid = "new"}) == 401 &&
                                  strstr(proc_output(p->proc), "cannot be renewed")));
    CHECK(status_of(p, s, &(struct oidc_claims){0}) == 200);
    oidc_server_resume(s);
}

/* Ready without it; tokens are refused with the reason, and taken once it is there. */
static void test_down_at_first(void)
{
    struct oidc_server *s = oidc_server_start();

    oidc_server_stop(s);
    const struct portside *p = start(s);
    const struct http *h = ask(p, oidc_server_token(s, &(struct oidc_claims){0}));
    const char *challenge = http_header(h, "WWW-Authenticate");
    CHECK(h->status == 401 && challenge && strstr(challenge, "unreachable"));
    CHECK(strstr(proc_output(p->proc), "cannot be fetched"));
    oidc_server_resume(s);
    CHECK(WAIT_UNTIL(WAIT_MS, status_of(p, s, &(struct oidc_claims){0}) == 200));
}

/* The authority takes the connection and never answers: only who needs it waits, and not for ever.
 */
static void test_silent(void)
{
    struct oidc_server *s = oidc_server_start();
    oidc_server_set_mode(s, OIDC_SILENT);
    const struct portside *p = start(s);
    const struct http_request request =
        with_token(p, oidc_server_token(s, &(struct oidc_claims){0}));
    int64_t before = clock_monotonic_ms();
    struct http *waiting = http_start(&request);

    CHECK(WAIT_UNTIL(SOON_MS, oidc_server_requests(s) > 0));
    for (int i = 0; i < 20; i++) {
        int64_t asked = clock_monotonic_ms();
        CHECK(portside_get(p, "/healthz")->status == 200);
        CHECK(ask(p, NULL)->status == 401);
        CHECK(clock_monotonic_ms() - asked < LIMIT_OIDC_TOTAL_MS / 2);
    }
    CHECK(!http_wait(waiting, 0));
    CHECK(http_wait(waiting, WAIT_MS));
    CHECK(waiting->status == 401);
    CHECK(clock_monotonic_ms() - before >= LIMIT_OIDC_TOTAL_MS / 2);
    oidc_server_set_mode(s, OIDC_ANSWER);
    CHECK(WAIT_UNTIL(WAIT_MS, status_of(p, s, &(struct oidc_claims){0}) == 200));
}

/* Those who wait leave again and again: nothing stays behind, and later ones are served. */
static void test_crowd_leaves(void)
{
    struct oidc_server *s = oidc_server_start();
    oidc_server_set_mode(s, OIDC_SILENT);
    const struct portside *p = start(s);
    const char *token = oidc_server_token(s, &(struct oidc_claims){0});
    struct http_request request = with_token(p, token);
    struct http *crowd[CROWD];

    CHECK(WAIT_UNTIL(SOON_MS, oidc_server_requests(s) > 0));
    int before = portside_fds(p);
    request.timeout_ms = LEAVE_MS;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < CROWD; i++)
            crowd[i] = http_start(&request);
        for (size_t i = 0; i < CROWD; i++)
            CHECK(http_wait(crowd[i], WAIT_MS) && crowd[i]->status != 200);
    }
    CHECK_AT("descriptors", portside_fds_are_back(p, before));
    oidc_server_set_mode(s, OIDC_ANSWER);
    CHECK(WAIT_UNTIL(WAIT_MS, ask(p, token)->status == 200));
}

static void test_stop_while_waiting(void)
{
    struct oidc_server *s = oidc_server_start();
    oidc_server_set_mode(s, OIDC_SILENT);
    struct portside *p = start(s);
    const struct http_request request =
        with_token(p, oidc_server_token(s, &(struct oidc_claims){0}));
    struct http *waiting = http_start(&request);

    CHECK(WAIT_UNTIL(SOON_MS, oidc_server_requests(s) > 0));
    world_pause_ms(50); /* not needed: so that the request is most likely there */
    CHECK(portside_stop(p) == 0);
    CHECK(http_wait(waiting, SOON_MS) && waiting->status != 200);
}

static bool has_loaded(const struct portside *p, const char *library)
{
    char *maps = files_read(world_text("/proc/%d/maps", (int)p->proc->pid), NULL);

    return maps && strstr(maps, library);
}

/* libcurl takes more time than all else of a start. */
static void test_libcurl_only_when_needed(void)
{
    const struct oidc_server *s = oidc_server_start();

    CHECK(has_loaded(portside_start(NULL), "libuv"));
    CHECK(!has_loaded(portside_start(NULL), "libcurl"));
    CHECK(has_loaded(start(s), "libcurl"));
}

static void test_wrong_settings(void)
{
    static const struct {
        const char *label, *env[6], *want;
    } rows[] = {
        {"no role", {PREFIX "TenantId=t", PREFIX "ClientId=c"}, "RequiredRole"},
        {"only the instance", {PREFIX "Instance=https://x"}, "TenantId"},
        {"http",
         {PREFIX "Instance=http://login.microsoftonline.com", PREFIX "TenantId=t",
          PREFIX "ClientId=c", PREFIX "RequiredRole=r"},
         "https://"},
        {"both kinds",
         {"DotnetMonitor_Authentication__MonitorApiKey__Subject=s",
          "DotnetMonitor_Authentication__MonitorApiKey__PublicKey=eyJ9", PREFIX "TenantId=t",
          PREFIX "ClientId=c", PREFIX "RequiredRole=r"},
         "MonitorApiKey"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct portside_options o = {.authenticate = true};
        memcpy(o.env, rows[i].env, sizeof rows[i].env);
        const struct portside *p = portside_spawn(&o);
        CHECK_AT(rows[i].label, proc_wait(p->proc, PORTSIDE_READY_MS));
        CHECK_AT(rows[i].label, proc_exit_code(p->proc) == 255);
        CHECK_AT(proc_output(p->proc), strstr(proc_output(p->proc), rows[i].want) != NULL);
    }
}

WORLD_SUITE("component/entra", {"verdicts", test_verdicts}, {"without token", test_without_token},
            {"rotation", test_rotation}, {"down later", test_down_later},
            {"down at first", test_down_at_first}, {"silent", test_silent},
            {"crowd leaves", test_crowd_leaves}, {"stop while waiting", test_stop_while_waiting},
            {"libcurl only when needed", test_libcurl_only_when_needed},
            {"wrong settings", test_wrong_settings})
