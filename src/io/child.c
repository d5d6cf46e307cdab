/*
 * A child is over when both its exit was reported and its output pipe is at end of file; only then
 * are all its words there. A grandchild may hold the pipe open, so after the exit it waits for at
 * most OUTPUT_MS.
 */
#include "src/io/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "src/io/timer.h"
#include "src/io/watch.h"

enum { OUTPUT_MS = 1000 };

struct child {
    uv_process_t process;
    int output; /* read end of the pipe */
    struct watch watch;
    bool exited, group;
    struct timer patience; /* after the exit, for a grandchild that holds the pipe */
    size_t size;
    struct child_result result;
    void (*on_exit)(void *user, const struct child_result *result);
    void *user;
};

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void finish(void *user)
{
    struct child *c = user;

    timer_stop(&c->patience);
    watch_stop(&c->watch);
    (void)close(c->output);
    c->output = -1;
    uv_close((uv_handle_t *)&c->process, on_closed);
    if (c->on_exit)
        c->on_exit(c->user, &c->result);
}

static void on_process_exit(uv_process_t *process, int64_t status, int signal)
{
    struct child *c = process->data;

    c->exited = true;
    c->result.exit_status = status;
    c->result.signal = signal;
    if (!c->watch.handle)
        finish(c);
    else
        (void)timer_start(&c->patience, process->loop, OUTPUT_MS, 0, finish, c);
}

static void on_output(void *user, int events)
{
    struct child *c = user;
    char chunk[512];

    (void)events;
    ssize_t n = read(c->output, chunk, sizeof chunk);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        watch_stop(&c->watch);
        if (c->exited)
            finish(c);
        return;
    }
    size_t room = sizeof c->result.output - 1 - c->size;
    size_t take = (size_t)n < room ? (size_t)n : room;
    memcpy(c->result.output + c->size, chunk, take);
    c->size += take;
}

/* What we run may come from a stranger's image: it must not gain by running here. Clearing the
 * ambient set keeps our own capabilities; they only stop being handed down. */
static void restrict_heirs(void)
{
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

static int spawn(struct child *c, uv_loop_t *loop, char *const argv[], const struct child_user *as,
                 int output)
{
    char path[] = "PATH=/usr/bin:/bin";
    char *environment[] = {path, NULL};
    uv_stdio_container_t stdio[] = {
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = output},
        {.flags = UV_INHERIT_FD, .data.fd = output},
    };
    uv_process_options_t options = {
        .file = argv[0],
        .args = (char **)(uintptr_t)argv,
        .stdio = stdio,
        .stdio_count = 3,
        .exit_cb = on_process_exit,
        .env = c->group ? NULL : environment,
        .flags = c->group ? UV_PROCESS_DETACHED : 0,
    };
    if (as) {
        options.flags |= UV_PROCESS_SETUID | UV_PROCESS_SETGID; /* and no further groups */
        options.uid = as->uid;
        options.gid = as->gid;
    }
    if (!c->group)
        restrict_heirs();
    int r = uv_spawn(loop, &c->process, &options);
    c->process.data = c;
    return r;
}

static struct child *child_new(int ends[static 2])
{
    struct child *c = calloc(1, sizeof *c);

    if (!c || pipe2(ends, O_CLOEXEC) < 0) {
        free(c);
        return NULL;
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    c->output = ends[0];
    return c;
}

static int start(struct child *c, uv_loop_t *loop, char *const argv[], const struct child_user *as,
                 int output, struct error *err)
{
    int r = spawn(c, loop, argv, as, output);

    (void)close(output);
    if (r == 0) /* if that fails: without its words, but with its exit */
        (void)watch_start(&c->watch, loop, c->output, UV_READABLE, on_output, c, err);
    if (r < 0) {
        (void)close(c->output);
        uv_close((uv_handle_t *)&c->process, on_closed);
        return error_set(err, r, "start %s: %s", argv[0], uv_strerror(r));
    }
    return 0;
}

static int start_with(uv_loop_t *loop, char *const argv[], const struct child_user *as, bool group,
                      void (*on_exit)(void *user, const struct child_result *result), void *user,
                      struct child **ret, struct error *err)
{
    int ends[2];
    struct child *c = child_new(ends);

    if (!c)
        return error_set(err, -ENOMEM, "start %s: no memory or descriptors", argv[0]);
    c->group = group;
    c->on_exit = on_exit;
    c->user = user;
    int r = start(c, loop, argv, as, ends[1], err);
    if (r == 0)
        *ret = c;
    return r;
}

int child_start(uv_loop_t *loop, char *const argv[], const struct child_user *as,
                void (*on_exit)(void *user, const struct child_result *result), void *user,
                struct child **ret, struct error *err)
{
    return start_with(loop, argv, as, false, on_exit, user, ret, err);
}

int child_start_chosen(uv_loop_t *loop, char *const argv[],
                       void (*on_exit)(void *user, const struct child_result *result), void *user,
                       struct child **ret, struct error *err)
{
    return start_with(loop, argv, NULL, true, on_exit, user, ret, err);
}

void child_abandon(struct child *c)
{
    c->on_exit = NULL;
    if (c->exited) /* the pid may be somebody else's by now */
        return;
    if (c->group)
        (void)kill(-c->process.pid, SIGKILL);
    else
        (void)uv_process_kill(&c->process, SIGKILL);
}
