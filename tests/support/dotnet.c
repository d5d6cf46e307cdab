#include "tests/support/dotnet.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/cleanup.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

enum { BUILD_MS = 600000, NAMES_MAX = 16 };

static bool build(const char *name)
{
    const char *argv[] = {"tests/apps/build", name, NULL};
    const char *output = "";
    const char *log = world_text("%s/build.log", files_tmpdir());

    return proc_run(&(struct proc_options){.argv = argv, .output = log}, BUILD_MS, &output) == 0;
}

bool dotnet_have(const char *name)
{
    static const char *known[NAMES_MAX];
    size_t n = 0;

    while (n < NAMES_MAX && known[n] && strcmp(known[n], name) != 0)
        n++;
    if (n < NAMES_MAX && known[n])
        return true;
    if (!build(name)) {
        world_skip("the application %s cannot be built here (see tests/apps/build)", name);
        return false;
    }
    if (n < NAMES_MAX)
        known[n] = name;
    return true;
}

bool dotnet_need_root(void)
{
    if (getuid() == 0)
        return true;
    world_skip("needs root, to run processes as other users");
    return false;
}

static bool is_free(unsigned port)
{
    const struct sockaddr_in a = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)port)};
    cleanup(close_fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return bind(fd, (const struct sockaddr *)&a, sizeof a) == 0;
}

/* A port that was free a moment ago: the apps do not say which one they got. Below those that the
 * kernel gives to others (net.ipv4.ip_local_port_range). */
static unsigned free_port(void)
{
    enum { FIRST = 10000, COUNT = 20000, TRIES = 100 };
    unsigned port = 0;

    for (int i = 0; i < TRIES; i++) {
        REQUIRE(getrandom(&port, sizeof port, 0) == sizeof port);
        port = FIRST + port % COUNT;
        if (is_free(port))
            return port;
    }
    CHECK_AT("no port is free", false);
    return port;
}

/* The program of an application: its name without the version, but for these. */
static const char *stem_of(const char *name)
{
    static const struct {
        const char *name, *stem;
    } others[] = {
        {"single", "web"}, {"webroutes", "web"}, {"aot", "brief"}, {"exceptionsaot", "exceptions"}};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strncmp(name, others[i].name, strlen(others[i].name)) == 0)
            return others[i].stem;
    }
    return world_text("%.*s", (int)strcspn(name, "0123456789"), name);
}

/* "dotnet web.dll" for a framework-dependent app, the program itself for the others. */
static const char **build_argv(const struct dotnet_options *o)
{
    const char *stem = stem_of(o->name);
    char own[4096] = "";
    const char *folder = o->folder;
    const char **argv = world_alloc(4 * sizeof *argv);
    size_t n = 0;

    if (!folder) {
        REQUIRE(getcwd(own, sizeof own) != NULL);
        folder = world_text("%s/build/apps/%s", own, o->name);
    }
    const char *dll = world_text("%s/%s.dll", folder, stem);
    if (files_exists(dll) && !files_exists(world_text("%s/libcoreclr.so", folder))) {
        argv[n++] = "dotnet";
        argv[n++] = dll;
    } else {
        argv[n++] = world_text("%s/%s", folder, stem);
    }
    argv[n++] = o->arg;
    return argv;
}

struct dotnet_app *dotnet_start(const struct dotnet_options *o)
{
    struct dotnet_app *app = world_alloc(sizeof *app);
    const char **env = world_alloc(16 * sizeof *env);
    const char *dir = files_tmpdir();
    size_t n = 0;

    app->tmp = o->tmp ? o->tmp : files_mkdir(dir, "tmp", 01777, 0);
    (void)snprintf(app->base, sizeof app->base, "http://127.0.0.1:%u", free_port());
    env[n++] = world_text("ASPNETCORE_URLS=%s", app->base);
    env[n++] = world_text("TMPDIR=%s", app->tmp);
    env[n++] = world_text("HOME=%s", app->tmp);
    env[n++] = "DOTNET_NOLOGO=1";
    if (o->port)
        env[n++] = world_text("DOTNET_DiagnosticPorts=%s%s%s", o->port, o->mode ? "," : "",
                              o->mode ? o->mode : "");
    for (size_t i = 0; i < sizeof o->env / sizeof o->env[0] && o->env[i]; i++)
        env[n++] = o->env[i];
    app->proc = proc_spawn(&(struct proc_options){.argv = build_argv(o),
                                                  .env = env,
                                                  .clean_env = true,
                                                  .cwd = app->tmp,
                                                  .output = world_text("%s/app.log", dir),
                                                  .uid = o->uid});
    return app;
}

bool dotnet_says_hello(const struct dotnet_app *app)
{
    const struct http *h = http_run(
        &(struct http_request){.url = world_text("%s/hello", app->base), .timeout_ms = 2000});

    return h->status == 200 && strcmp(h->body, "hello") == 0;
}

bool dotnet_wait_hello(const struct dotnet_app *app, int ms)
{
    return WAIT_UNTIL(ms, dotnet_says_hello(app));
}

struct dotnet_app *dotnet_web(const struct portside *p, const char *name, uid_t uid)
{
    struct dotnet_app *app =
        dotnet_start(&(struct dotnet_options){.name = name, .port = p->socket, .uid = uid});

    REQUIRE(dotnet_wait_hello(app, DOTNET_START_MS));
    REQUIRE(WAIT_UNTIL(5000, portside_listed(p, (uint64_t)app->proc->pid) != NULL));
    return app;
}

const char *dotnet_copy(const char *name, const char *dir)
{
    const char *to = world_text("%s/%s", dir, name);
    const char *argv[] = {"cp", "-r", world_text("build/apps/%s", name), to, NULL};

    REQUIRE(proc_run(&(struct proc_options){.argv = argv}, 60000, NULL) == 0);
    return to;
}

bool dotnet_has_socket(const struct dotnet_app *app)
{
    const char *prefix = world_text("dotnet-diagnostic-%d-", (int)app->proc->pid);
    cleanup(close_dir) DIR *d = opendir(app->tmp);

    for (const struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (strncmp(e->d_name, prefix, strlen(prefix)) == 0)
            return true;
    }
    return false;
}

const char *dotnet_socket(const struct dotnet_app *app)
{
    const char *prefix = world_text("dotnet-diagnostic-%d-", (int)app->proc->pid);
    cleanup(close_dir) DIR *d = opendir(app->tmp);

    for (const struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (strncmp(e->d_name, prefix, strlen(prefix)) == 0)
            return world_text("%s/%s", app->tmp, e->d_name);
    }
    return "";
}
