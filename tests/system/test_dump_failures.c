/*
 * Each cause of a failed dump that needs no container (FEASIBILITY.md section 1): 400 with the
 * cause and the cure, nothing left behind, the app lives on.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/core_file.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

enum { APP_UID = 1000, MONITOR_UID = 1654 };

/* One failed dump; `words` are what the message must name. */
static void expect_refusal(const struct portside *p, const struct dotnet_app *app,
                           const char *const words[2])
{
    const struct http *h = portside_get(p, "/dump?type=Full");
    const char *detail = json_text(json_of(h), "detail");
    const char *label = world_text("%ld: %.600s", h->status, *detail ? detail : "(no detail)");

    CHECK_AT(label, h->status == 400);
    for (int i = 0; i < 2 && words[i]; i++)
        CHECK_AT(world_text("'%s' in %s", words[i], label), strstr(detail, words[i]) != NULL);
    CHECK_AT(label, portside_nothing_left(p));
    CHECK_AT("the app lives", dotnet_wait_hello(app, 5000));
    CHECK_AT("and is listed", portside_listed(p, (uint64_t)app->proc->pid) != NULL);
    CHECK_AT("and answers", WAIT_UNTIL(5000, portside_get(p, "/env")->status == 200));
}

/* The app sees another file system: the folder is not there for it. */
static void test_folder_not_seen_by_the_app(void)
{
    if (!dotnet_have("web9") || !dotnet_need_root())
        return;
    const char *dir = files_tmpdir();
    const char *closed = files_mkdir(dir, "closed", 0700, MONITOR_UID);
    const char *dumps = files_mkdir(closed, "dumps", 0700, MONITOR_UID);
    struct portside *p =
        portside_start(&(struct portside_options){.uid = MONITOR_UID, .dumps = dumps});
    struct dotnet_app *app = dotnet_web(p, "web9", APP_UID);

    expect_refusal(p, app, (const char *const[2]){"Permission denied", dumps});
}

static void test_folder_missing(void)
{
    if (!dotnet_have("web10"))
        return;
    /* Neither there nor to be made. */
    struct portside *p = portside_start(&(struct portside_options){.dumps = "/proc/nosuch/dumps"});
    struct dotnet_app *app = dotnet_web(p, "web10", 0);

    expect_refusal(p, app, (const char *const[2]){"/proc/nosuch/dumps"});
}

/* A small volume in a mount namespace of our own; NULL after a loud skip. */
static const char *small_volume(const char *size)
{
    const char *dumps = files_mkdir(files_tmpdir(), "small", 0755, 0);

    if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("small", dumps, "tmpfs", 0, size) == 0)
        return dumps;
    world_skip("no mount namespace of our own here");
    return NULL;
}

/* Too small beyond doubt: the app is not even asked. */
static void test_volume_too_small(void)
{
    if (!dotnet_have("web10") || !dotnet_need_root())
        return;
    const char *dumps = small_volume("size=4m");

    if (!dumps)
        return;
    struct portside *p = portside_start(&(struct portside_options){
        .dumps = dumps, .env = {"DotnetMonitor_Storage__ReserveMegabytes=0"}});
    struct dotnet_app *app = dotnet_web(p, "web10", 0);

    expect_refusal(p, app, (const char *const[2]){"Not enough room", dumps});
    (void)umount2(dumps, MNT_DETACH);
}

/* It may fill up in the middle: a whole dump or a clean error, nothing between. */
static void test_volume_fills_up(void)
{
    static const char *const types[] = {"Mini", "WithHeap", "Full"};
    static const char *const sizes[] = {"size=40m", "size=70m", "size=100m", "size=130m"};

    if (!dotnet_have("web10") || !dotnet_need_root())
        return;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const char *dumps = small_volume(sizes[i]);
        if (!dumps)
            return;
        struct portside *p = portside_start(&(struct portside_options){
            .dumps = dumps, .env = {"DotnetMonitor_Storage__ReserveMegabytes=0"}});
        struct dotnet_app *app = dotnet_web(p, "web10", 0);

        for (size_t j = 0; j < sizeof types / sizeof types[0]; j++) {
            const char *file = world_text("%s/x.dmp", p->dir);
            const struct http *h = http_run(&(struct http_request){
                .url = world_text("%s/dump?type=%s", p->base, types[j]), .save_to = file});
            const char *label = world_text("%s, %s: %ld %d, %lld bytes", sizes[i], types[j],
                                           h->status, h->result, (long long)files_size(file));

            printf("\n    %s", label);
            CHECK_AT(label, h->result == CURLE_OK && (h->status == 400 || core_file_whole(file)));
            CHECK_AT(label, portside_nothing_left(p));
            CHECK_AT(label, dotnet_says_hello(app));
        }
        proc_kill_group(app->proc);
        CHECK(portside_stop(p) == 0);
        (void)umount2(dumps, MNT_DETACH);
    }
}

static const struct {
    const char *label;
    mode_t mode; /* of createdump; 0: it is missing */
    uid_t uid;
    const char *words[2];
} createdump_cases[] = {
    {"missing", 0, 0, {"createdump"}},
    {"missing, not root", 0, APP_UID, {"createdump"}},
    {"0744 and not root", 0744, APP_UID, {"createdump", "chmod"}},
    {"no x bit at all", 0644, 0, {"createdump", "chmod"}},
};

static void break_createdump(const char *folder, mode_t mode)
{
    const char *path = world_text("%s/createdump", folder);

    REQUIRE(mode ? chmod(path, mode) == 0 : unlink(path) == 0);
}

static void test_createdump(void)
{
    if (!dotnet_have("web9") || !dotnet_need_root())
        return;
    for (size_t i = 0; i < sizeof createdump_cases / sizeof createdump_cases[0]; i++) {
        const char *folder = dotnet_copy("web9", files_tmpdir());
        struct portside *p = portside_start(NULL);

        printf("\n    %s\n", createdump_cases[i].label);
        break_createdump(folder, createdump_cases[i].mode);
        struct dotnet_app *app = dotnet_start(&(struct dotnet_options){
            .name = "web9", .port = p->socket, .folder = folder, .uid = createdump_cases[i].uid});
        REQUIRE(dotnet_wait_hello(app, DOTNET_START_MS));
        REQUIRE(portside_wait_count(p, 1, 5000));
        expect_refusal(p, app, createdump_cases[i].words);
        CHECK_AT("its default socket is still there", dotnet_has_socket(app));
        proc_kill_group(app->proc);
        CHECK(portside_stop(p) == 0);
    }
}

static void test_native_aot(void)
{
    if (!dotnet_have("aot9"))
        return;
    struct portside *p = portside_start(NULL);
    struct dotnet_app *app =
        dotnet_start(&(struct dotnet_options){.name = "aot9", .port = p->socket, .arg = "60000"});

    REQUIRE(portside_wait_count(p, 1, 15000));
    const struct http *h = portside_get(p, "/dump");
    const char *detail = json_text(json_of(h), "detail");
    CHECK(h->status == 400);
    CHECK_AT(detail, strstr(detail, "NativeAOT") || strstr(detail, "Native AOT"));
    CHECK(!proc_wait(app->proc, 0));
    CHECK(portside_get(p, "/env")->status == 200);
    CHECK(portside_nothing_left(p));
}

/* The app is killed in the middle of its dump. */
static void test_app_dies(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_start(NULL);
    struct dotnet_app *app = dotnet_web(p, "web10", 0);

    CHECK(http_get("%s/alloc?mb=200", app->base)->status == 200);
    struct http *h =
        http_start(&(struct http_request){.url = world_text("%s/dump?type=Full", p->base)});
    REQUIRE(WAIT_UNTIL(10000, atomic_load(&h->received) > 0));
    proc_kill_group(app->proc);
    REQUIRE(http_wait(h, 20000));
    CHECK(h->result != CURLE_OK);
    CHECK(portside_wait_operation(p, "Failed", 5000));
    CHECK(portside_wait_count(p, 0, 5000));
    CHECK(portside_nothing_left(p));
}

WORLD_SUITE("system/dump_failures", {"folder not seen by the app", test_folder_not_seen_by_the_app},
            {"folder missing", test_folder_missing}, {"volume too small", test_volume_too_small},
            {"volume fills up", test_volume_fills_up}, {"createdump", test_createdump},
            {"NativeAOT", test_native_aot}, {"the app dies", test_app_dies})
