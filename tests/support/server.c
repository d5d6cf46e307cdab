#include "tests/support/server.h"

#include <signal.h>
#include <stdlib.h>

#include "tests/support/files.h"
#include "tests/support/portside.h"
#include "tests/support/world.h"

enum { PEER_READY_MS = 60000, PEER_STOP_MS = 10000 };

bool server_has_peer(void)
{
    if (getenv("PORTSIDE_PEER"))
        return true;
    world_skip("PORTSIDE_PEER does not name the peer's program");
    return false;
}

const char *server_setting(const char *name, const char *value)
{
    return world_text("DotnetMonitor_Authentication__MonitorApiKey__%s=%s", name, value);
}

static void start_ours(struct server *s, const char *const *env)
{
    struct portside_options options = {.authenticate = true};

    for (size_t i = 0; i < SERVER_ENV && env[i]; i++)
        options.env[i] = env[i];
    const struct portside *p = portside_start(&options);
    (void)snprintf(s->base, sizeof s->base, "%s", p->base);
    s->proc = p->proc;
}

static bool find_base(struct server *s)
{
    static const char mark[] = "Now listening on: ";
    const char *log = proc_output(s->proc);
    const char *at = strstr(log, mark);

    if (!at || !strstr(log, "Application started."))
        return false;
    at += sizeof mark - 1;
    (void)snprintf(s->base, sizeof s->base, "%.*s", (int)strcspn(at, " \r\n"), at);
    return true;
}

static void start_peer(struct server *s, const char *const *env)
{
    const char *dir = files_tmpdir();
    const char *all[SERVER_ENV + 3] = {world_text("HOME=%s", dir), world_text("TMPDIR=%s", dir)};

    for (size_t i = 0; i < SERVER_ENV && env[i]; i++)
        all[i + 2] = env[i];
    s->proc = proc_spawn(&(struct proc_options){
        .argv = (const char *[]){getenv("PORTSIDE_PEER"), "collect", "--urls", "http://127.0.0.1:0",
                                 "--metrics", "false", NULL},
        .env = all,
        .output = world_text("%s/peer.log", dir),
    });
    REQUIRE(WAIT_UNTIL(PEER_READY_MS, find_base(s)));
}

void server_start(struct server *s, bool peer, const char *const env[static SERVER_ENV])
{
    *s = (struct server){.peer = peer};
    if (peer)
        start_peer(s, env);
    else
        start_ours(s, env);
}

void server_stop(struct server *s)
{
    proc_signal(s->proc, SIGTERM);
    CHECK(proc_wait(s->proc, PEER_STOP_MS));
}
