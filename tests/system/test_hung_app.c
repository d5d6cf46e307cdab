/*
 * Apps that do not answer: one is stopped, of the other only the diagnostic server is blocked, by a
 * client of its default port that sends nothing. Both are described by what the kernel knows, soon.
 */
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "src/base/cleanup.h"
#include "tests/support/core_file.h"
#include "tests/support/dotnet.h"
#include "tests/support/world.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum {
    ANSWER_MS = 20 * 1000, /* the promise is 2 s; the figure is printed */
    MARKED_MS = 40 * 1000, /* it is asked every 5 s, and marked 3 s later */
};

static const char *const apps[] = {"starve10", "starve9", "starve8"};

static int hold_port(const struct dotnet_app *app)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    REQUIRE(fd >= 0 && strlen(dotnet_socket(app)) < sizeof address.sun_path);
    memcpy(address.sun_path, dotnet_socket(app), strlen(dotnet_socket(app)));
    REQUIRE(connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

static const struct http *timed(const struct portside *p, const char *path, const char *label)
{
    int64_t begin = clock_monotonic_ms();
    const struct http *h = portside_get(p, path);
    int64_t took = clock_monotonic_ms() - begin;

    printf("%s: %s after %d ms\n", label, path, (int)took);
    CHECK_AT(world_text("%s: %s %s", label, path, h->body), h->status == 200 && took < ANSWER_MS);
    return h;
}

static const cJSON *thread_of(const cJSON *threads, const char *name)
{
    const cJSON *t;

    cJSON_ArrayForEach(t, threads)
    {
        if (strcmp(json_text(t, "threadName"), name) == 0)
            return t;
    }
    return NULL;
}

/* `state` of each thread; NULL: as it may be. */
static void check_threads(const cJSON *threads, const char *state, const char *label)
{
    const cJSON *t, *finalizer = thread_of(threads, ".NET Finalizer");

    CHECK_AT(label, finalizer && cJSON_IsNumber(json_at(finalizer, "cpuTicks")) &&
                        cJSON_IsString(json_at(finalizer, "wchan")));
    cJSON_ArrayForEach(t, threads)
    {
        CHECK_AT(label, !state || strcmp(json_text(t, "state"), state) == 0);
    }
}

static void check_facts(const cJSON *kernel, const char *label)
{
    REQUIRE(kernel != NULL);
    CHECK_AT(label, json_at(kernel, "threadCount")->valueint > 3);
    CHECK_AT(label, json_at(kernel, "files.open")->valueint > 3);
    CHECK_AT(label, json_at(kernel, "files.limit") != NULL);
    CHECK_AT(label, json_at(kernel, "memory.residentBytes")->valuedouble > 1e6);
    CHECK_AT(label, json_at(kernel, "memory.groupLimit") && json_at(kernel, "cpu.groupLimit"));
}

static void check_answers(const struct portside *p, const struct dotnet_app *app, const char *state,
                          const char *label)
{
    const char *const path = "/process?kernel=true";
    const cJSON *json = json_of(timed(p, path, label));

    check_facts(json_at(json, "kernel"), label);
    check_threads(json_at(json, "kernel.threads"), state, label);
    json = json_of(timed(p, "/stacks?format=json", label));
    CHECK_AT(label, json_at(json, "unresponsiveSince") && json_at(json, "incomplete"));
    check_facts(json_at(json, "kernel"), label);
    check_threads(json_at(json, "kernelThreads"), state, label);
    CHECK_AT(label, WAIT_UNTIL(MARKED_MS,
                               json_at(json_of(portside_get(p, "/process")), "unresponsiveSince")));
    json = json_of(portside_get(p, "/process"));
    check_facts(json_at(json, "kernel"), label);
    CHECK(json_at(portside_listed(p, (uint64_t)app->proc->pid), "unresponsiveSince") != NULL);
    CHECK(strstr(http_get("%s/metrics", p->base)->body, "portside_unresponsive_seconds{") != NULL);
    CHECK(WAIT_UNTIL(MARKED_MS, strstr(proc_output(p->proc), "does not answer on its diagnostic")));
}

/* From outside, with the app's own createdump. */
static void check_dump(const struct portside *p, const char *label)
{
    const char *file = world_text("%s/hung.dmp", p->dir);
    const struct http *h = http_run(&(struct http_request){
        .url = world_text("%s/dump?type=Mini", p->base), .save_to = file, .timeout_ms = 120000});

    CHECK_AT(label, h->status == 200 && h->result == CURLE_OK && core_file_whole(file));
}

static bool answers(const struct portside *p)
{
    const cJSON *json = json_of(portside_get(p, "/process"));

    return json && !json_at(json, "unresponsiveSince") && !json_at(json, "kernel");
}

static struct dotnet_app *start_app(const struct portside *p, const char *name)
{
    struct dotnet_app *app = dotnet_start(
        &(struct dotnet_options){.name = name, .port = p->socket, .mode = "nosuspend"});

    REQUIRE(WAIT_UNTIL(DOTNET_START_MS, strstr(proc_output(app->proc), "starve: idle started")));
    REQUIRE(portside_wait_count(p, 1, DOTNET_START_MS));
    CHECK_AT("a healthy one answers as the peer", answers(p));
    return app;
}

static void test_stopped(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = portside_start(NULL);
        struct dotnet_app *app = start_app(p, apps[i]);
        proc_signal(app->proc, SIGSTOP);
        REQUIRE(WAIT_UNTIL(5000, proc_state(app->proc->pid) == 'T'));
        const cJSON *json = json_of(timed(p, "/process", apps[i]));
        CHECK_AT("seen before anybody has waited for an answer",
                 strcmp(json_text(json, "kernel.state"), "T") == 0);
        check_answers(p, app, "T", apps[i]);
        check_dump(p, apps[i]);
        proc_signal(app->proc, SIGCONT);
        CHECK(WAIT_UNTIL(MARKED_MS, answers(p)));
        CHECK(WAIT_UNTIL(MARKED_MS, strstr(proc_output(p->proc), "answers again, after")));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

static void test_server_blocked(void)
{
    for (size_t i = 0; i < COUNT_OF(apps); i++) {
        if (!dotnet_have(apps[i]))
            continue;
        struct portside *p = portside_start(NULL);
        struct dotnet_app *app = start_app(p, apps[i]);
        int fd = hold_port(app);
        check_answers(p, app, NULL, apps[i]);
        check_dump(p, apps[i]);
        close_fd(&fd);
        CHECK(WAIT_UNTIL(MARKED_MS, answers(p)));
        CHECK(!proc_wait(app->proc, 0));
        proc_kill_group(app->proc);
        (void)portside_stop(p);
    }
}

WORLD_SUITE("system/hung_app", {"stopped", test_stopped}, {"server blocked", test_server_blocked})
