/*
 * Never hurt a target: what in facts/FACTS.md section 3 ("THINGS THAT KILL OR CUT OFF THE TARGET")
 * a client could cause through our API, against real runtimes.
 *
 * 1, 2 (empty and truncated payloads): every route that sends a command, on each runtime.
 * 3 (an empty dump path): an empty dump folder setting.
 * 4, 5 (environment, startup hook): no route sends these commands.
 * 6 (createdump cannot be run): Connect mode keeps the default socket.
 * Also: % in the dump path is user data; a client that goes away; many at a time.
 */
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/core_file.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

static const char *const routes[] = {
    "/processes",
    "/process",
    "/env",
    "/env?pid=-1",
    "/process?uid=zzz",
    "/dump?type=Mini",
    "/dump?type=9",
    "/dump?type=0",
    "/dump?type=",
    "/dump?type=Mini,Full",
    "/dump?type=Triage",
    "/dump?egressProvider=x",
    "/info",
    "/operations",
};

static void call_all_routes(const struct portside *p)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        const struct http *h = portside_get(p, routes[i]);

        CHECK_AT(world_text("%s: %ld", routes[i], h->status), h->status == 200 || h->status == 400);
    }
}

static void test_every_route(void)
{
    static const char *const names[] = {"web10", "web9", "web8"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (int connect = 0; connect <= 1; connect++) {
            if (!dotnet_have(names[i]))
                continue;
            struct portside *p = portside_start(&(struct portside_options){.connect = connect});
            struct dotnet_app *app = dotnet_start(&(struct dotnet_options){
                .name = names[i], .tmp = p->tmp, .port = connect ? NULL : p->socket});

            REQUIRE(dotnet_wait_hello(app, DOTNET_START_MS));
            REQUIRE(portside_wait_count(p, 1, 5000));
            call_all_routes(p);
            CHECK_AT(names[i], dotnet_says_hello(app));
            CHECK_AT(names[i], dotnet_has_socket(app));
            CHECK_AT(names[i], portside_get(p, "/env")->status == 200);
            proc_kill_group(app->proc);
            CHECK(portside_stop(p) == 0);
        }
    }
}

static void test_every_route_native(void)
{
    if (!dotnet_have("aot9"))
        return;
    for (int connect = 0; connect <= 1; connect++) {
        struct portside *p = portside_start(&(struct portside_options){.connect = connect});
        struct dotnet_app *app = dotnet_start(&(struct dotnet_options){
            .name = "aot9", .tmp = p->tmp, .port = connect ? NULL : p->socket, .arg = "60000"});

        REQUIRE(portside_wait_count(p, 1, 15000));
        call_all_routes(p);
        CHECK(!proc_wait(app->proc, 0));
        CHECK(portside_get(p, "/env")->status == 200);
        proc_kill_group(app->proc);
        CHECK(portside_stop(p) == 0);
    }
}

static const struct {
    const char *label;
    mode_t mode; /* of createdump; 0: it is missing */
    uid_t uid;
} createdump_cases[] = {{"missing", 0, 0}, {"not executable", 0644, 0}, {"0744", 0744, 1000}};

/* The runtime would answer E_FAIL and unlink its own socket: gone for ever. */
static void test_connect_without_createdump(void)
{
    if (!dotnet_have("web9") || !dotnet_need_root())
        return;
    for (size_t i = 0; i < sizeof createdump_cases / sizeof createdump_cases[0]; i++) {
        const char *label = createdump_cases[i].label;
        const char *folder = dotnet_copy("web9", files_tmpdir());
        const char *createdump = world_text("%s/createdump", folder);
        struct portside *p = portside_start(&(struct portside_options){.connect = true});

        REQUIRE(createdump_cases[i].mode ? chmod(createdump, createdump_cases[i].mode) == 0
                                         : unlink(createdump) == 0);
        struct dotnet_app *app = dotnet_start(&(struct dotnet_options){
            .name = "web9", .tmp = p->tmp, .folder = folder, .uid = createdump_cases[i].uid});
        REQUIRE(dotnet_wait_hello(app, DOTNET_START_MS));
        REQUIRE(portside_wait_count(p, 1, 5000));
        const struct http *h = portside_get(p, "/dump");
        CHECK_AT(world_text("%s: %.400s", label, h->body), h->status == 400);
        CHECK_AT(label, strstr(h->body, "createdump") != NULL);
        CHECK_AT(label, dotnet_has_socket(app));
        CHECK_AT(label, portside_get(p, "/env")->status == 200);
        CHECK_AT(label, dotnet_says_hello(app));
        proc_kill_group(app->proc);
        CHECK(portside_stop(p) == 0);
    }
}

/* The runtime expands %p %e %h %t in the path, and crashes on an empty one. */
static void test_dump_folders(void)
{
    if (!dotnet_have("web10"))
        return;
    const char *dir = files_tmpdir();
    const struct {
        const char *label, *folder;
    } cases[] = {
        {"percent signs", world_text("%s/a%%p%%h %%", dir)},
        {"a quote and a blank", world_text("%s/it's \"x\" y", dir)},
        {"not ASCII", world_text("%s/d\xc3\xbcmps-\xf0\x9f\x90\x98", dir)},
        {"empty", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct portside *p = portside_start(&(struct portside_options){.dumps = cases[i].folder});
        struct dotnet_app *app = dotnet_web(p, "web10", 0);
        const struct http *h = portside_get(p, "/dump?type=Mini");

        CHECK_AT(world_text("%s: %ld %.300s", cases[i].label, h->status,
                            h->status == 200 ? "" : h->body),
                 h->status == 200 && h->result == CURLE_OK);
        CHECK_AT(cases[i].label, dotnet_says_hello(app));
        if (*cases[i].folder)
            CHECK_AT(cases[i].label, WAIT_UNTIL(5000, files_below(cases[i].folder) == 0));
        proc_kill_group(app->proc);
        CHECK(portside_stop(p) == 0);
    }
}

static void test_client_goes(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_start(NULL);
    struct dotnet_app *app = dotnet_web(p, "web10", 0);

    CHECK(portside_get(p, "/dump?type=Mini")->status == 200); /* makes what stays */
    int fds = portside_fds(p);
    CHECK(http_get("%s/alloc?mb=100", app->base)->status == 200);
    for (int i = 0; i < 5; i++) {
        struct http *h = NULL;

        CHECK(WAIT_UNTIL(
            10000, (h = http_run(&(struct http_request){
                        .url = world_text("%s/dump?type=Full", p->base), .abort_after = 65536}))
                           ->status != 429));
        CHECK_AT(world_text("%ld", h->status), h->status == 200);
    }
    CHECK(dotnet_wait_hello(app, 10000));
    CHECK(portside_nothing_left(p));
    CHECK(WAIT_UNTIL(10000, portside_get(p, "/env")->status == 200));
    CHECK(portside_fds_are_back(p, fds));
    CHECK(!proc_wait(app->proc, 0));
}

enum { CLIENTS = 24 };

/* Many requests at once for one single-threaded server thread. */
static void test_many_clients(void)
{
    if (!dotnet_have("web10"))
        return;
    for (int connect = 0; connect <= 1; connect++) {
        struct portside *p = portside_start(&(struct portside_options){.connect = connect});
        struct dotnet_app *app = dotnet_start(&(struct dotnet_options){
            .name = "web10", .tmp = p->tmp, .port = connect ? NULL : p->socket});
        struct http *h[CLIENTS];

        REQUIRE(dotnet_wait_hello(app, DOTNET_START_MS));
        REQUIRE(portside_wait_count(p, 1, 5000));
        for (int i = 0; i < CLIENTS; i++)
            h[i] = http_start(&(struct http_request){.url = world_text("%s/env", p->base)});
        for (int i = 0; i < CLIENTS; i++)
            CHECK(http_wait(h[i], 20000) && h[i]->status == 200);
        CHECK(dotnet_says_hello(app));
        proc_kill_group(app->proc);
    }
}

WORLD_SUITE("system/never_hurt", {"every route", test_every_route},
            {"every route, NativeAOT", test_every_route_native},
            {"Connect without createdump", test_connect_without_createdump},
            {"dump folders", test_dump_folders}, {"client goes", test_client_goes},
            {"many clients", test_many_clients})
