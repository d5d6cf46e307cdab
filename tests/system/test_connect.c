/* Connect mode with real apps: no diagnostic port, only their sockets in the temp folder. */
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/core_file.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

static struct dotnet_app *connect_app(const struct portside *p, const char *name,
                                      const char *folder)
{
    struct dotnet_app *app =
        dotnet_start(&(struct dotnet_options){.name = name, .tmp = p->tmp, .folder = folder});

    REQUIRE(dotnet_wait_hello(app, DOTNET_START_MS));
    REQUIRE(WAIT_UNTIL(5000, portside_listed(p, (uint64_t)app->proc->pid) != NULL));
    return app;
}

static void test_routes(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_start(&(struct portside_options){.connect = true});
    struct dotnet_app *app = connect_app(p, "web10", NULL);
    const char *file = world_text("%s/a.dmp", p->dir);

    CHECK(strcmp(json_text(json_of(portside_get(p, "/process")), "managedEntryPointAssemblyName"),
                 "web") == 0);
    CHECK(strcmp(json_text(json_of(portside_get(p, "/env")), "ASPNETCORE_URLS"), app->base) == 0);
    const struct http *h = http_run(
        &(struct http_request){.url = world_text("%s/dump?type=Mini", p->base), .save_to = file});
    CHECK(h->status == 200 && h->result == CURLE_OK && core_file_whole(file));
    proc_kill_group(app->proc); /* leaves its socket file */
    CHECK(dotnet_has_socket(app));
    CHECK(portside_wait_count(p, 0, 5000));
}

/* Two monitors look at one app: neither keeps a connection that would lock the other out. */
static void test_two_monitors(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *a = portside_start(&(struct portside_options){.connect = true});
    struct portside *b = portside_start(&(struct portside_options){.connect = true, .tmp = a->tmp});

    (void)connect_app(a, "web10", NULL);
    REQUIRE(portside_wait_count(b, 1, 5000));
    for (int i = 0; i < 10; i++) {
        CHECK(portside_get(a, "/env")->status == 200);
        CHECK(portside_get(b, "/env")->status == 200);
    }
}

static void test_both_ways(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *listen = portside_start(NULL);
    struct portside *connect =
        portside_start(&(struct portside_options){.connect = true, .tmp = listen->tmp});
    struct dotnet_app *app = dotnet_start(
        &(struct dotnet_options){.name = "web10", .port = listen->socket, .tmp = listen->tmp});

    REQUIRE(dotnet_wait_hello(app, DOTNET_START_MS));
    CHECK(portside_wait_count(listen, 1, 5000));
    CHECK(portside_wait_count(connect, 1, 5000));
    CHECK(portside_get(listen, "/dump?type=Mini")->status == 200);
    CHECK(portside_get(connect, "/dump?type=Mini")->status == 200);
    CHECK(dotnet_says_hello(app));
}

WORLD_SUITE("system/connect", {"routes", test_routes}, {"two monitors", test_two_monitors},
            {"both ways", test_both_ways})
