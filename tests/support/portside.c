#include "tests/support/portside.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/support/world.h"

enum { ARGS_MAX = 32, LINES_MAX = 32, PORTSIDE_END_MS = 3000, FD_SHOWN = 1000 };

static const char **build_args(const struct portside *p, const struct portside_options *o)
{
    const char **args = world_alloc((ARGS_MAX + PORTSIDE_EXTRA) * sizeof *args);
    size_t n = 0;

    args[n++] = getenv("PORTSIDE_BIN");
    args[n++] = "collect";
    if (!o->urls || *o->urls) {
        args[n++] = "--urls";
        args[n++] = o->urls ? o->urls : "http://127.0.0.1:0";
    }
    args[n++] = "--metricUrls";
    args[n++] = "http://127.0.0.1:0";
    if (!o->authenticate)
        args[n++] = "--no-auth";
    if (!o->connect) {
        args[n++] = "--diagnostic-port";
        args[n++] = p->socket;
    }
    for (size_t i = 0; i < PORTSIDE_EXTRA && o->args[i]; i++)
        args[n++] = o->args[i];
    return args;
}

static const char **build_env(const struct portside *p, const struct portside_options *o)
{
    const char **env = world_alloc((LINES_MAX + PORTSIDE_EXTRA) * sizeof *env);
    size_t n = 0;

    env[n++] = world_text("HOME=%s", p->dir);
    env[n++] = world_text("TMPDIR=%s", p->tmp);
    env[n++] = world_text("DotnetMonitor_Storage__DumpTempFolder=%s", p->dumps);
    env[n++] =
        world_text("DotnetMonitorTestSettings__SharedConfigDirectoryOverride=%s/etc", p->dir);
    env[n++] = world_text("DotnetMonitorTestSettings__UserConfigDirectoryOverride=%s/user", p->dir);
    if (!o->exceptions)
        env[n++] = "DotnetMonitor_InProcessFeatures__Exceptions__Enabled=false";
    for (size_t i = 0; i < PORTSIDE_EXTRA && o->env[i]; i++)
        env[n++] = o->env[i];
    return env;
}

static const char *own_folder(const struct portside_options *o)
{
    if (o->dir)
        return o->dir;
    const char *dir = files_tmpdir();

    if (o->uid)
        REQUIRE(chown(dir, o->uid, o->uid) == 0);
    return dir;
}

/* Every daemon ends in order at the end of its test: crashes and leaks show then at the latest. */
static void end_portside(void *arg)
{
    const struct portside *p = arg;

    if (!proc_wait(p->proc, 0)) {
        proc_signal(p->proc, SIGCONT);
        proc_signal(p->proc, SIGTERM);
        (void)proc_wait(p->proc, PORTSIDE_END_MS);
    }
    int code = proc_exit_code(p->proc);
    CHECK_AT(world_text("the daemon ended with %d", code),
             code <= 1 || code == 255 || code == 128 + SIGKILL);
    CHECK_AT("a sanitizer's report", !strstr(proc_output(p->proc), "Sanitizer"));
}

struct portside *portside_spawn(const struct portside_options *o)
{
    static const struct portside_options defaults;
    struct portside *p = world_alloc(sizeof *p);
    static int serial;

    o = o ? o : &defaults;
    REQUIRE(getenv("PORTSIDE_BIN") && *getenv("PORTSIDE_BIN"));
    p->dir = own_folder(o);
    p->tmp = o->tmp ? o->tmp : world_text("%s/tmp", p->dir);
    p->socket = world_text("%s/diag.sock", p->dir);
    p->dumps = o->dumps ? o->dumps : world_text("%s/dumps", p->dir);
    if (!o->tmp && !o->dir)
        (void)files_mkdir(p->dir, "tmp", 01777, 0);
    p->errors = o->errors ? world_text("%s/errors.log", p->dir) : NULL;
    p->proc = proc_spawn(&(struct proc_options){
        .argv = build_args(p, o),
        .env = build_env(p, o),
        .clean_env = true,
        .output = world_text("%s/portside-%d.log", p->dir, ++serial),
        .errors = p->errors,
        .uid = o->uid,
        .stdin_pipe = o->stdin_pipe,
    });
    world_at_end(end_portside, p);
    return p;
}

/* The address of the n-th "Now listening on: " of the log. */
static void find_address(const char *log, int nth, char *out, size_t size)
{
    static const char mark[] = "Now listening on: ";
    const char *at = strstr(log, mark);

    while (at && nth-- > 0)
        at = strstr(at + 1, mark);
    if (!at)
        return;
    at += sizeof mark - 1;
    (void)snprintf(out, size, "%.*s", (int)strcspn(at, " \r\n\"\\"), at);
}

bool portside_ready(struct portside *p)
{
    const char *log = proc_output(p->proc);

    if (!strstr(log, "Application started. Press Ctrl"))
        return false;
    find_address(log, 0, p->base, sizeof p->base);
    find_address(log, 1, p->metrics, sizeof p->metrics);
    return p->base[0] != '\0';
}

struct portside *portside_start(const struct portside_options *o)
{
    struct portside *p = portside_spawn(o);

    (void)WAIT_UNTIL(PORTSIDE_READY_MS, portside_ready(p) || proc_wait(p->proc, 0));
    REQUIRE(portside_ready(p));
    return p;
}

struct portside *portside_without_metrics(void)
{
    return portside_start(
        &(struct portside_options){.env = {"DotnetMonitor_Metrics__Enabled=false"}});
}

int portside_stop(struct portside *p)
{
    proc_signal(p->proc, SIGTERM);
    (void)proc_wait(p->proc, PORTSIDE_STOP_MS);
    return proc_exit_code(p->proc);
}

struct http *portside_get(const struct portside *p, const char *path)
{
    return http_get("%s%s", p->base, path);
}

const cJSON *portside_listed(const struct portside *p, uint64_t pid)
{
    const cJSON *list = json_of(portside_get(p, "/processes"));
    const cJSON *it;

    cJSON_ArrayForEach(it, list)
    {
        if (json_number(it, "pid") == (double)pid)
            return it;
    }
    return NULL;
}

int portside_count(const struct portside *p)
{
    const cJSON *list = json_of(portside_get(p, "/processes"));

    return cJSON_IsArray(list) ? cJSON_GetArraySize(list) : -1;
}

bool portside_wait_count(const struct portside *p, int count, int ms)
{
    return WAIT_UNTIL(ms, portside_count(p) == count);
}

bool portside_nothing_left(const struct portside *p)
{
    return WAIT_UNTIL(PORTSIDE_LEFT_MS, files_below(p->dumps) == 0);
}

int portside_fds(const struct portside *p)
{
    enum { SAME = 50, TRIES = 500 };
    int count = proc_fd_count(p->proc->pid);

    for (int same = 0, i = 0; same < SAME && i < TRIES; i++) {
        world_pause_ms(10);
        int now = proc_fd_count(p->proc->pid);
        same = now == count ? same + 1 : 0;
        count = now;
    }
    return count;
}

static void print_fds(const struct portside *p)
{
    char path[64], target[256];

    for (int fd = 0, left = proc_fd_count(p->proc->pid); left > 0 && fd < FD_SHOWN; fd++) {
        (void)snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)p->proc->pid, fd);
        ssize_t n = readlink(path, target, sizeof target);
        if (n > 0)
            printf("\n%d %.*s", fd, (int)n, target);
        left -= n > 0;
    }
}

bool portside_fds_are_back(const struct portside *p, int before)
{
    if (WAIT_UNTIL(PORTSIDE_LEFT_MS, portside_fds(p) <= before))
        return true;
    printf("\ndescriptors: %d before, %d now", before, proc_fd_count(p->proc->pid));
    print_fds(p);
    return false;
}

const cJSON *portside_last_operation(const struct portside *p)
{
    const cJSON *list = json_of(portside_get(p, "/operations"));
    int n = cJSON_GetArraySize(list);

    return n > 0 ? cJSON_GetArrayItem(list, n - 1) : NULL;
}

bool portside_wait_operation(const struct portside *p, const char *status, int ms)
{
    return WAIT_UNTIL(ms, strcmp(json_text(portside_last_operation(p), "status"), status) == 0);
}
