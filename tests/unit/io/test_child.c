#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/io/child.h"
#include "tests/support/files.h"
#include "tests/support/proc.h"
#include "tests/unit/io/loop.h"

struct waiter {
    int calls;
    struct child_result result;
};

static void on_exit_seen(void *user, const struct child_result *result)
{
    struct waiter *w = user;

    w->calls++;
    w->result = *result;
}

static int start_shell(uv_loop_t *loop, const char *script, struct waiter *w, struct child **ret)
{
    char *argv[] = {world_text("/bin/sh"), world_text("-c"), world_text("%s", script), NULL};
    struct error err = {0};

    return child_start(loop, argv, NULL, on_exit_seen, w, ret, &err);
}

static const struct {
    const char *label, *script;
    int64_t status;
    int signal;
    const char *output;
} rows[] = {
    {"silent", "exit 0", 0, 0, ""},
    {"status", "exit 7", 7, 0, ""},
    {"stdout", "echo one", 0, 0, "one\n"},
    {"stderr", "echo two >&2; exit 1", 1, 0, "two\n"},
    {"both in order", "echo one; echo two >&2; echo three", 0, 0, "one\ntwo\nthree\n"},
    {"no standard input", "cat; echo done", 0, 0, "done\n"},
    {"signal", "echo last; kill -KILL $$", 0, SIGKILL, "last\n"},
    {"not found", "exec /nonexistent/program 2>/dev/null", 127, 0, ""},
};

static void test_rows(void)
{
    uv_loop_t *loop = loop_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct waiter w = {0};
        struct child *c;
        CHECK_AT(rows[i].label, start_shell(loop, rows[i].script, &w, &c) == 0);
        CHECK_AT("never inside start", w.calls == 0);
        CHECK_AT(rows[i].label, LOOP_UNTIL(loop, LOOP_MS, w.calls > 0));
        CHECK_AT(rows[i].label, w.result.exit_status == rows[i].status);
        CHECK_AT(rows[i].label, w.result.signal == rows[i].signal);
        CHECK_AT(rows[i].label, strcmp(w.result.output, rows[i].output) == 0);
        CHECK_AT(rows[i].label, w.calls == 1);
    }
    loop_end(loop);
}

/* More than the buffer: the first lines are kept, and the child is never blocked. */
static void test_much_output(void)
{
    uv_loop_t *loop = loop_new();
    struct waiter w = {0};
    struct child *c;

    REQUIRE(start_shell(loop, "echo first; yes | head -c 300000; exit 3", &w, &c) == 0);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, w.calls == 1));
    CHECK(w.result.exit_status == 3);
    CHECK(strncmp(w.result.output, "first\ny\ny\n", 10) == 0);
    CHECK(strlen(w.result.output) == CHILD_OUTPUT_SIZE - 1);
    loop_end(loop);
}

static void test_missing_program(void)
{
    uv_loop_t *loop = loop_new();
    char *argv[] = {world_text("/nonexistent/createdump"), NULL};
    int before = proc_fd_count(getpid());
    struct waiter w = {0};
    struct child *c = NULL;
    struct error err = {0};

    CHECK(child_start(loop, argv, NULL, on_exit_seen, &w, &c, &err) == -ENOENT);
    CHECK(err.code == -ENOENT && strstr(err.text, "/nonexistent/createdump") && c == NULL);
    loop_end(loop);
    CHECK_AT("no callback after a failed start", w.calls == 0);
    CHECK_AT("no descriptor left", proc_fd_count(getpid()) <= before);
}

static void test_not_executable(void)
{
    uv_loop_t *loop = loop_new();
    const char *path = world_text("%s/plain", files_tmpdir());
    char *argv[] = {world_text("%s", path), NULL};
    struct waiter w = {0};
    struct child *c;
    struct error err = {0};

    REQUIRE(files_write(path, "x", 1));
    CHECK(child_start(loop, argv, NULL, on_exit_seen, &w, &c, &err) == -EACCES);
    CHECK(err.code == -EACCES);
    loop_end(loop);
}

/* Its own pid in a file, then it waits for ever. */
static pid_t start_sleeper(uv_loop_t *loop, struct waiter *w, struct child **ret)
{
    const char *file = world_text("%s/pid", files_tmpdir());
    const char *text = NULL;

    REQUIRE(
        start_shell(loop,
                    world_text("echo $$ >%s.new; mv %s.new %s; exec sleep 1000", file, file, file),
                    w, ret) == 0);
    REQUIRE(LOOP_UNTIL(loop, LOOP_MS, (text = files_read(file, NULL)) != NULL));
    return (pid_t)strtol(text, NULL, 10);
}

static void test_abandon(void)
{
    uv_loop_t *loop = loop_new();
    struct waiter w = {0};
    struct child *c;
    pid_t pid = start_sleeper(loop, &w, &c);

    child_abandon(c);
    CHECK_AT("killed and reaped", LOOP_UNTIL(loop, LOOP_MS, kill(pid, 0) < 0 && errno == ESRCH));
    loop_end(loop);
    CHECK(w.calls == 0);
}

static void test_abandon_at_once(void)
{
    uv_loop_t *loop = loop_new();
    struct waiter w = {0};
    struct child *c;

    REQUIRE(start_shell(loop, "exec sleep 1000", &w, &c) == 0);
    child_abandon(c);
    loop_end(loop);
    CHECK(w.calls == 0);
}

/* A grandchild holds the output open: the words count until it has ended, too. */
static void test_grandchild(void)
{
    uv_loop_t *loop = loop_new();
    const char *gate = world_text("%s/gate", files_tmpdir());
    struct waiter w = {0};
    struct child *c;

    REQUIRE(start_shell(
                loop,
                world_text("(while [ ! -e %s ]; do sleep 0.01; done; echo late) & exit 5", gate),
                &w, &c) == 0);
    loop_for(loop, 50);
    CHECK(w.calls == 0);
    CHECK(files_write(gate, "", 0));
    CHECK(LOOP_UNTIL(loop, LOOP_MS, w.calls == 1));
    CHECK(w.result.exit_status == 5 && strcmp(w.result.output, "late\n") == 0);
    loop_end(loop);
}

/* The pipe is close-on-exec, and a running child costs a descriptor or two, an ended one none. */
static void test_descriptors(void)
{
    /* What the test itself inherited does not count. */
    (void)close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
    uv_loop_t *loop = loop_new();
    struct waiter w = {0};
    struct child *c;

    REQUIRE(start_shell(loop, "exit 0", &w, &c) == 0);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, w.calls == 1));
    int before = proc_fd_count(getpid());
    for (int i = 2; i <= 5; i++) {
        REQUIRE(start_shell(loop, "ls /proc/self/fd | wc -l", &w, &c) == 0);
        CHECK(LOOP_UNTIL(loop, LOOP_MS, w.calls == i));
        CHECK_AT("only 0, 1, 2 and ls' own", strtol(w.result.output, NULL, 10) == 4);
    }
    CHECK(proc_fd_count(getpid()) == before);
    loop_end(loop);
}

/* One that the user has chosen: our environment, and its children end with it. */
static void test_chosen(void)
{
    const char *file = world_text("%s/pid", files_tmpdir());
    char *argv[] = {world_text("/bin/sh"), world_text("-c"),
                    world_text("echo $PATH; sleep 1000 & echo $! > %s; wait", file), NULL};
    uv_loop_t *loop = loop_new();
    struct waiter w = {0};
    struct child *c;
    struct error err;

    REQUIRE(setenv("PATH", "/of/ours:/usr/bin:/bin", 1) == 0);
    REQUIRE(child_start_chosen(loop, argv, on_exit_seen, &w, &c, &err) == 0);
    REQUIRE(LOOP_UNTIL(loop, LOOP_MS, files_size(file) > 0));
    int pid = atoi(files_read(file, NULL));
    child_abandon(c);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, proc_state(pid) == '?' || proc_state(pid) == 'Z'));
    loop_end(loop);
    CHECK(w.calls == 0);

    char *print[] = {world_text("/bin/sh"), world_text("-c"), world_text("echo $PATH"), NULL};
    loop = loop_new();
    REQUIRE(child_start_chosen(loop, print, on_exit_seen, &w, &c, &err) == 0);
    CHECK(LOOP_UNTIL(loop, LOOP_MS, w.calls == 1));
    CHECK(strcmp(w.result.output, "/of/ours:/usr/bin:/bin\n") == 0);
    loop_end(loop);
}

WORLD_SUITE("io/child", {"chosen", test_chosen}, {"rows", test_rows},
            {"much output", test_much_output}, {"missing program", test_missing_program},
            {"not executable", test_not_executable}, {"abandon", test_abandon},
            {"abandon at once", test_abandon_at_once}, {"grandchild", test_grandchild},
            {"descriptors", test_descriptors})
