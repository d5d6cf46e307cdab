/*
 * A snapshot of the heap beside a dump of the same app at rest, read by ClrMD: the same objects by
 * type. The snapshot collects garbage, the dump has what came since: little, and none of what the
 * test has planted.
 */
#include <unistd.h>

#include "tests/support/core_file.h"
#include "tests/support/dotnet.h"
#include "tests/support/files.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define NODE "Portside.TestApps.Web.ListNode"

enum { PLANTED = 20000, COMMON = 40, ANSWER_MS = 120000 };

static const char *const apps[] = {"web10", "web9", "web8"};

static const struct http *ask(const struct portside *p, const char *path, const char *save_to)
{
    return http_run(&(struct http_request){
        .url = world_text("%s%s", p->base, path), .save_to = save_to, .timeout_ms = ANSWER_MS});
}

/* Large objects of a type are rows of their own: "System.Byte[] (Bytes > 1K)". */
static double count_of(const cJSON *heap, const char *type)
{
    const size_t size = strlen(type);
    const cJSON *row;
    double count = 0;

    cJSON_ArrayForEach(row, json_at(heap, "types"))
    {
        const char *name = json_text(row, "type");
        if (strncmp(name, type, size) == 0 && (!name[size] || strncmp(name + size, " (B", 3) == 0))
            count += json_number(row, "count");
    }
    return count;
}

/* The snapshot's name for it. Nested types have none of their enclosing types there: NULL. */
static const char *name_of(const cJSON *row)
{
    char *name = world_text("%s", json_text(row, "name")), *to = name;

    if (strchr(name, '+') || strcmp(name, "Free") == 0)
        return NULL;
    for (const char *at = name; *at; at++) {
        if (*at != ' ')
            *to++ = *at;
    }
    *to = '\0';
    return name;
}

static void compare(const char *app, const cJSON *heap, const cJSON *dump)
{
    unsigned common = 0, equal = 0;
    bool planted = false;
    const cJSON *row;

    cJSON_ArrayForEach(row, json_at(dump, "types"))
    {
        const char *name = name_of(row);
        double ours = name ? count_of(heap, name) : 0, theirs = json_number(row, "count");
        if (ours == 0)
            continue;
        common++;
        equal += ours == theirs;
        const char *label = world_text("%s: %s %.0f, ClrMD %.0f", app, name, ours, theirs);
        CHECK_AT(label, theirs > ours * 0.75 - 50 && theirs < ours * 1.25 + 50);
        if (strcmp(name, NODE) == 0) {
            planted = true;
            CHECK_AT(label, ours == PLANTED && theirs == PLANTED);
        }
    }
    const char *label = world_text("%s: %u types, %u equal", app, common, equal);
    CHECK_AT(label, planted && common >= COMMON && 2 * equal > common);
}

static void check_app(const char *name)
{
    struct portside *p = portside_without_metrics();
    struct dotnet_app *app = dotnet_web(p, name, 0);
    const char *file = world_text("%s/core", p->dir);
    /* Beside the shared runtime ClrMD finds it. */
    const char *dac = world_text("build/apps/%s/libmscordaccore.so", name);

    CHECK(http_get("%s/objects?n=%d", app->base, PLANTED)->status == 200);
    (void)ask(p, "/gcdump", NULL); /* the first one makes code and types of its own */
    const struct http *h = ask(p, "/gcdump?format=json", NULL);
    const struct http *d = ask(p, "/dump?type=WithHeap", file);
    CHECK_AT(name, h->status == 200 && d->status == 200 && core_file_whole(file));
    const cJSON *dump = core_file_read(file, files_exists(dac) ? dac : NULL);
    REQUIRE(dump != NULL);
    compare(name, json_of(h), dump);
    proc_kill_group(app->proc);
    (void)portside_stop(p);
    (void)unlink(file);
}

static void test_types(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (dotnet_have(apps[i]) && dotnet_have("clrmd"))
            check_app(apps[i]);
    }
}

WORLD_SUITE("system/heap_types", {"types", test_types})
