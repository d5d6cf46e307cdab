/* App and daemon under different users: the dump arrives, whoever they are. */
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/core_file.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

static const struct {
    const char *label;
    uid_t app, monitor; /* 0: root */
} pairs[] = {
    {"both root", 0, 0},
    {"app 1000, monitor 1654", 1000, 1654},
    {"app root, monitor 1654", 0, 1654},
    {"app 1000, monitor root", 1000, 0},
    {"both 1654", 1654, 1654},
};

static void test_pairs(void)
{
    if (!dotnet_have("web10") || !dotnet_need_root())
        return;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct portside *p = portside_start(&(struct portside_options){.uid = pairs[i].monitor});
        struct dotnet_app *app = dotnet_web(p, "web10", pairs[i].app);
        const char *file = world_text("%s/a.dmp", files_tmpdir());
        const struct http *h = http_run(&(struct http_request){
            .url = world_text("%s/dump?type=Mini", p->base), .save_to = file});

        CHECK_AT(world_text("%s: %ld", pairs[i].label, h->status),
                 h->status == 200 && h->result == CURLE_OK);
        CHECK_AT(pairs[i].label, core_file_whole(file));
        CHECK_AT(pairs[i].label, portside_nothing_left(p));
        CHECK_AT(pairs[i].label, dotnet_says_hello(app));
        proc_kill_group(app->proc);
        CHECK_AT(pairs[i].label, portside_stop(p) == 0);
    }
}

/* Strangers can pass through the folder that holds the dump, but not see what is in it. */
static void test_folder_is_private(void)
{
    if (!dotnet_have("web10"))
        return;
    struct portside *p = portside_start(NULL);
    glob_t found;
    struct stat st;

    (void)dotnet_web(p, "web10", 0);
    CHECK(portside_get(p, "/dump?type=Mini")->status == 200);
    REQUIRE(glob(world_text("%s/*", p->dumps), 0, NULL, &found) == 0);
    CHECK(found.gl_pathc == 1);
    CHECK(stat(found.gl_pathv[0], &st) == 0 && S_ISDIR(st.st_mode));
    CHECK_AT(world_text("mode %o", st.st_mode & 07777), (st.st_mode & 0066) == 0);
    globfree(&found);
}

WORLD_SUITE("system/dump_uids", {"pairs of users", test_pairs},
            {"the folder is private", test_folder_is_private})
