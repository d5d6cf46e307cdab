/* Artifacts of a real app into folders: whole files; named, placed and told as by the peer. */
#include <ctype.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/core_file.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/trace_file.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
enum { END_MS = 60000, PEER_READY_MS = 60000, RUNNING_MS = 20000 };

static bool is_core(const char *path)
{
    return core_file_whole(path);
}

static bool is_trace(const char *path)
{
    size_t size = 0;
    const char *bytes = files_read(path, &size);
    const struct trace_file *t = bytes ? trace_file_of(bytes, size) : NULL;

    return t && t->result == 0 && t->lost == 0;
}

static bool is_gcdump(const char *path)
{
    const char *bytes = files_read(path, NULL);

    return bytes && files_size(path) > 1000 && memcmp(bytes + 4, "!FastSerialization.1", 20) == 0;
}

static bool is_log(const char *path)
{
    const char *text = files_read(path, NULL);

    return text && strstr(text, "Portside.Web.Logging") != NULL;
}

static bool is_there(const char *path)
{
    return files_size(path) >= 0;
}

static const struct {
    const char *query;
    bool (*check)(const char *path);
    bool stops; /* runs until it is stopped; meanwhile the app logs */
} artifacts[] = {
    {"dump?type=Mini", is_core, false},
    {"trace?durationSeconds=-1&profile=Cpu", is_trace, true},
    {"gcdump?", is_gcdump, false},
    {"logs?durationSeconds=-1&level=Information", is_log, true},
    {"livemetrics?durationSeconds=-1", is_there, true},
};

/* The operation when it has ended. */
static const cJSON *egress(const char *base, const char *provider, const struct dotnet_app *app,
                           size_t i)
{
    const char *query = artifacts[i].query;
    const struct http *h = http_run(&(struct http_request){
        .url = world_text("%s/%s&pid=%d&egressProvider=%s", base, query, app->proc->pid, provider),
        .headers = {"Accept: */*"}});
    const char *url = http_header(h, "Location"), *status = "";

    CHECK_AT(world_text("%s: %ld %s", query, h->status, h->body), h->status == 202 && url);
    REQUIRE(url);
    if (artifacts[i].stops) {
        CHECK_AT(query, WAIT_UNTIL(RUNNING_MS, strstr(http_get("%s", url)->body, "\"Running\"")));
        for (int k = 0; k < 3; k++)
            CHECK(http_get("%s/log?level=Error&n=1", app->base)->status == 200);
        CHECK_AT(query, http_delete("%s?stop=true", url)->status == 202);
    }
    CHECK_AT(query, WAIT_UNTIL(END_MS, (status = json_text(json_of(http_get("%s", url)), "status"),
                                        strcmp(status, "Succeeded") == 0 ||
                                            strcmp(status, "Failed") == 0)));
    h = http_get("%s", url);
    CHECK_AT(h->body, h->status == 201);
    return json_of(h);
}

static const char *place_of(const cJSON *op)
{
    return world_text("%s", json_text(op, "resourceLocation"));
}

static const char *const apps[] = {"web10", "web9", "web8"};

/* Both providers in turn: straight into the folder, and by way of another file system. */
static void test_whole(void)
{
    for (size_t a = 0; a < COUNT_OF(apps); a++) {
        if (!dotnet_have(apps[a]))
            continue;
        const char *dir = files_tmpdir();
        struct portside *p = portside_start(&(struct portside_options){
            .env = {
                world_text("DotnetMonitor_Egress__FileSystem__here__DirectoryPath=%s/here", dir),
                world_text("DotnetMonitor_Egress__FileSystem__moved__DirectoryPath=%s/moved", dir),
                "DotnetMonitor_Egress__FileSystem__moved__IntermediateDirectoryPath=/dev/shm"}});
        const struct dotnet_app *app = dotnet_web(p, apps[a], 0);
        static const char *const providers[] = {"here", "moved"};
        for (size_t i = 0; i < COUNT_OF(artifacts) * COUNT_OF(providers); i++) {
            const char *provider = providers[i % 2], *query = artifacts[i / 2].query;
            const char *path = place_of(egress(p->base, provider, app, i / 2));
            CHECK_AT(path, strncmp(path, world_text("%s/%s/", dir, provider),
                                   strlen(dir) + strlen(provider) + 2) == 0);
            CHECK_AT(world_text("%s %s: %s", apps[a], query, path), artifacts[i / 2].check(path));
        }
        CHECK(files_count(world_text("%s/here", dir)) == (int)COUNT_OF(artifacts));
        CHECK(files_count(world_text("%s/moved", dir)) == (int)COUNT_OF(artifacts));
        CHECK(dotnet_says_hello(app));
    }
}

/* The names differ in their times: each digit becomes 9. */
static const char *pattern_of(const char *path)
{
    char *text = world_text("%s", path);

    for (char *at = text; *at; at++) {
        if (isdigit((unsigned char)*at))
            *at = '9';
    }
    return text;
}

static bool peer_ready(const struct proc *peer, char base[static 64])
{
    const char *log = proc_output(peer), *at = strstr(log, "Now listening on: ");

    if (!at || !strstr(log, "Application started."))
        return false;
    (void)snprintf(base, 64, "%.*s", (int)strcspn(at + 18, " \r\n"), at + 18);
    return true;
}

static void compare(const char *query, const cJSON *ours, const cJSON *theirs)
{
    const char *mine = place_of(ours), *other = place_of(theirs);
    const char *difference = json_shape_difference(theirs, ours);
    struct stat a = {0}, b = {0};

    CHECK_AT(world_text("%s: %s", query, difference), !difference);
    CHECK_AT(world_text("%s: %s and %s", query, mine, other),
             strcmp(pattern_of(mine), pattern_of(other)) == 0);
    CHECK_AT(query, stat(mine, &a) == 0 && stat(other, &b) == 0 && a.st_mode == b.st_mode);
}

/* The same folder, app and requests. */
static void test_peer(void)
{
    const char *program = getenv("PORTSIDE_PEER"), *dir = files_tmpdir();
    const char *folder =
        world_text("DotnetMonitor_Egress__FileSystem__here__DirectoryPath=%s//a/", dir);
    char base[64];

    if (!program) {
        world_skip("PORTSIDE_PEER does not name the peer's program");
        return;
    }
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_start(&(struct portside_options){.env = {folder}});
    const struct dotnet_app *app = dotnet_web(p, "web10", 0);
    struct proc *peer = proc_spawn(&(struct proc_options){
        .argv = (const char *[]){program, "collect", "--no-auth", "--urls", "http://127.0.0.1:0",
                                 "--metrics", "false", NULL},
        .env = (const char *[]){world_text("HOME=%s", files_tmpdir()),
                                world_text("TMPDIR=%s", app->tmp), folder, NULL},
        .output = world_text("%s/peer.log", files_tmpdir())});
    REQUIRE(WAIT_UNTIL(PEER_READY_MS, peer_ready(peer, base)));
    for (size_t i = 0; i < COUNT_OF(artifacts); i++) {
        const cJSON *ours = egress(p->base, "HERE", app, i), *theirs = egress(base, "HERE", app, i);
        compare(artifacts[i].query, ours, theirs);
        CHECK(strcmp(json_text(ours, "egressProviderName"),
                     json_text(theirs, "egressProviderName")) == 0);
    }
    CHECK(files_count(world_text("%s/a", dir)) == 2 * (int)COUNT_OF(artifacts));
}

WORLD_SUITE("system/egress", {"whole", test_whole}, {"peer", test_peer})
