#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/config/settings.h"
#include "tests/support/files.h"
#include "tests/unit/io/loop.h"

enum { QUIET_MS = 700 };

struct fixture {
    const char *dir, *shared, *user;
    char *environment[8];
    struct config_keys command_line;
    struct settings *settings;
    uv_loop_t *loop;
    int changes, failures;
    char reason[ERROR_TEXT_SIZE];
};

static void on_changed(void *user)
{
    ((struct fixture *)user)->changes++;
}

static void on_failed(void *user, const char *reason)
{
    struct fixture *f = user;

    f->failures++;
    (void)snprintf(f->reason, sizeof f->reason, "%s", reason);
}

static struct fixture *fixture_new(void)
{
    struct fixture *f = world_alloc(sizeof *f);

    f->dir = files_tmpdir();
    f->shared = files_mkdir(f->dir, "shared", 0755, 0);
    f->user = files_mkdir(f->dir, "user", 0755, 0);
    f->environment[0] =
        world_text("DotnetMonitorTestSettings__SharedConfigDirectoryOverride=%s", f->shared);
    f->environment[1] =
        world_text("DotnetMonitorTestSettings__UserConfigDirectoryOverride=%s", f->user);
    return f;
}

static void write_text(const char *path, const char *text)
{
    CHECK(files_write(path, text, strlen(text)));
}

static int open_settings(struct fixture *f, const char *extra, struct error *err)
{
    const struct settings_start start = {&f->command_line, f->environment, extra};

    return settings_new(&start, &f->settings, err);
}

static void watch(struct fixture *f)
{
    const struct settings_watcher watcher = {on_changed, on_failed, f};
    struct error err;

    f->loop = loop_new();
    REQUIRE(settings_watch(f->settings, f->loop, &watcher, &err) == 0);
}

static void end(struct fixture *f)
{
    settings_free(f->settings);
    config_keys_deinit(&f->command_line);
    if (f->loop)
        loop_end(f->loop);
}

static bool says(const struct fixture *f, const char *key, const char *value)
{
    const struct config_entry *e = config_keys_find(settings_keys(f->settings), key);

    return e ? strcmp(e->value, value) == 0 : !*value;
}

/* Written to the end without truncation first, as editors and the peer's own tests do. */
static void rewrite(const char *path, const char *text)
{
    FILE *file = fopen(path, "r+");

    REQUIRE(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK(fflush(file) == 0 && ftruncate(fileno(file), (off_t)strlen(text)) == 0);
    CHECK(fclose(file) == 0);
}

/* Changed in place, replaced, removed, back again; equal content is no change. */
static void test_reload(void)
{
    struct fixture *f = fixture_new();
    const char *path = world_text("%s/settings.json", f->user);
    const char *other = world_text("%s/other", f->user);
    struct error err;

    write_text(path, "{\"A\":\"1\"}");
    REQUIRE(open_settings(f, NULL, &err) == 0);
    watch(f);
    CHECK(says(f, "A", "1"));
    rewrite(path, "{\"A\":\"2\"}");
    CHECK(LOOP_UNTIL(f->loop, LOOP_MS, f->changes == 1) && says(f, "A", "2"));
    write_text(other, "{\"A\":\"3\"}");
    REQUIRE(rename(other, path) == 0);
    CHECK(LOOP_UNTIL(f->loop, LOOP_MS, f->changes == 2) && says(f, "A", "3"));
    rewrite(path, "{ /* the same */ \"A\":\"3\"}");
    loop_for(f->loop, QUIET_MS);
    CHECK_AT("no call", f->changes == 2 && f->failures == 0);
    REQUIRE(unlink(path) == 0);
    CHECK(LOOP_UNTIL(f->loop, LOOP_MS, f->changes == 3) && says(f, "A", ""));
    write_text(path, "{\"A\":\"4\"}");
    CHECK(LOOP_UNTIL(f->loop, LOOP_MS, f->changes == 4) && says(f, "A", "4"));
    end(f);
}

/* A bad file keeps what was there, and says why once; the next good one is taken. */
static void test_bad(void)
{
    struct fixture *f = fixture_new();
    const char *path = world_text("%s/extra.json", f->dir);
    struct error err;

    write_text(path, "{\"A\":\"1\"}");
    REQUIRE(open_settings(f, path, &err) == 0);
    watch(f);
    write_text(path, "{\n\"A\" \"2\"}");
    CHECK(LOOP_UNTIL(f->loop, LOOP_MS, f->failures == 1) && says(f, "A", "1"));
    CHECK(strstr(f->reason, world_text("%s:2:5: ", path)) != NULL);
    write_text(world_text("%s/unrelated", f->dir), "x");
    loop_for(f->loop, QUIET_MS);
    CHECK_AT("told once", f->failures == 1 && f->changes == 0);
    write_text(path, "{\"A\":\"3\"}");
    CHECK(LOOP_UNTIL(f->loop, LOOP_MS, f->changes == 1) && says(f, "A", "3"));
    write_text(path, "{");
    CHECK_AT("told again", LOOP_UNTIL(f->loop, LOOP_MS, f->failures == 2));
    end(f);
}

/* A mounted volume of Kubernetes: the files are links into ..data, which is swapped. */
static void test_volume(void)
{
    struct fixture *f = fixture_new();
    const char *data = world_text("%s/..data", f->shared);
    struct error err;

    f->environment[2] = world_text("KUBERNETES_SERVICE_HOST=10.0.0.1");
    for (int i = 1; i <= 2; i++) {
        const char *version = files_mkdir(f->shared, i == 1 ? "..1" : "..2", 0755, 0);
        write_text(world_text("%s/A__B", version), i == 1 ? "one\n" : "two\n");
        write_text(world_text("%s/settings.json", version),
                   i == 1 ? "{\"C\":\"one\"}" : "{\"C\":\"two\"}");
    }
    REQUIRE(symlink("..1", data) == 0);
    REQUIRE(symlink("..data/settings.json", world_text("%s/settings.json", f->shared)) == 0);
    REQUIRE(open_settings(f, NULL, &err) == 0);
    CHECK(says(f, "A:B", "one") && says(f, "C", "one"));
    watch(f);
    for (int i = 2; i >= 1; i--) {
        const char *next = world_text("%s/..data_tmp", f->shared);
        REQUIRE(symlink(i == 1 ? "..1" : "..2", next) == 0 && rename(next, data) == 0);
        const char *value = i == 1 ? "one" : "two";
        CHECK(LOOP_UNTIL(f->loop, LOOP_MS, says(f, "A:B", value)) && says(f, "C", value));
    }
    end(f);
}

/* Not in Kubernetes: the files of the folder itself, whatever ..data is. */
static void test_plain_folder(void)
{
    struct fixture *f = fixture_new();
    struct error err;

    write_text(world_text("%s/A__B", files_mkdir(f->shared, "..data", 0755, 0)), "hidden");
    write_text(world_text("%s/A__B", f->shared), "plain");
    REQUIRE(open_settings(f, NULL, &err) == 0);
    CHECK(says(f, "A:B", "plain"));
    watch(f);
    rewrite(world_text("%s/A__B", f->shared), "other\n");
    CHECK(LOOP_UNTIL(f->loop, LOOP_MS, f->changes == 1) && says(f, "A:B", "other"));
    end(f);
}

static void test_on_top(void)
{
    struct fixture *f = fixture_new();
    const char *path = world_text("%s/extra.json", f->dir);
    bool changed = true;
    struct error err;

    write_text(path, "{\"A\":\"1\",\"B\":\"1\"}");
    REQUIRE(open_settings(f, path, &err) == 0);
    CHECK(settings_set(f->settings, "A", "top", &err) == 0 && says(f, "A", "top"));
    CHECK(settings_reload(f->settings, &changed, &err) == 0 && !changed);
    write_text(path, "{\"A\":\"2\",\"B\":\"2\"}");
    CHECK(settings_reload(f->settings, &changed, &err) == 0 && changed);
    CHECK(says(f, "A", "top") && says(f, "B", "2"));
    end(f);
}

static void test_extra_file(void)
{
    static const char *const names[] = {"none.json", "there.txt", "there.JSON"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct fixture *f = fixture_new();
        const char *path = world_text("%s/%s", f->dir, names[i]);
        struct error err;
        if (i > 0)
            write_text(path, "{\"A\":\"1\"}");
        REQUIRE(open_settings(f, path, &err) == 0);
        CHECK_AT(names[i], (strstr(settings_warnings(f->settings), path) != NULL) == (i < 2));
        CHECK_AT(names[i], says(f, "A", i < 2 ? "" : "1"));
        end(f);
    }
}

static void test_bad_at_start(void)
{
    struct fixture *f = fixture_new();
    struct error err = {0};

    write_text(world_text("%s/settings.json", f->shared), "{\"A\":1\n\"B\":2}");
    CHECK(open_settings(f, NULL, &err) == -EINVAL);
    CHECK(strstr(err.text, world_text("%s/settings.json:2:1: ", f->shared)) != NULL);
}

/* An unreadable settings file is passed over and told; the others still reload. */
static void test_unreadable(void)
{
    struct fixture *f = fixture_new();
    const char *path = world_text("%s/settings.json", f->user);
    bool changed = false;
    struct error err;

    REQUIRE(chmod(f->dir, 0755) == 0);
    write_text(path, "{\"A\":\"1\"}");
    REQUIRE(chmod(path, 0) == 0);
    if (getuid() == 0)
        REQUIRE(seteuid(65534) == 0);
    int r = open_settings(f, NULL, &err);
    if (getuid() == 0)
        REQUIRE(seteuid(0) == 0);
    REQUIRE(r == 0);
    CHECK(strstr(settings_warnings(f->settings), path) != NULL && says(f, "A", ""));
    if (getuid() == 0)
        REQUIRE(seteuid(65534) == 0);
    r = settings_reload(f->settings, &changed, &err);
    if (getuid() == 0)
        REQUIRE(seteuid(0) == 0);
    CHECK(r == 0 && !changed);
    REQUIRE(chmod(path, 0644) == 0);
    CHECK(settings_reload(f->settings, &changed, &err) == 0 && changed && says(f, "A", "1"));
    end(f);
}

WORLD_SUITE("config/settings", {"reload", test_reload}, {"bad file", test_bad},
            {"volume", test_volume}, {"plain folder", test_plain_folder}, {"on top", test_on_top},
            {"extra file", test_extra_file}, {"bad at start", test_bad_at_start},
            {"unreadable", test_unreadable})
