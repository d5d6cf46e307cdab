/*
 * `portside top` against a scripted server: in a pipe, and in a terminal.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/support/oidc_server.h"
#include "tests/support/portside.h"
#include "tests/support/proc.h"
#include "tests/support/world.h"

#define PAGE                                                                                       \
    "portside_up{pid=\"7\",process=\"web\",uid=\"u\"} 1\n"                                         \
    "# HELP cpu CPU Usage (%)\n# TYPE cpu gauge\ncpu 5\nm1 1\nm2 2\nm3 3\nm4 4\nm5 5\nm6 6\n"

static struct oidc_server *serve(const char *page)
{
    struct oidc_server *s = oidc_server_start();

    oidc_server_raw(
        s, world_text("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(page), page));
    return s;
}

static int run(const char *const *arguments, const char *url, const char **ret_output)
{
    const char *argv[12] = {getenv("PORTSIDE_BIN"), "top", "--url", url};
    size_t n = 4;

    while (*arguments)
        argv[n++] = *arguments++;
    const char *output = world_text("%s/top", files_tmpdir());
    return proc_run(&(struct proc_options){.argv = argv, .output = output}, 60000, ret_output);
}

static void test_pipe(void)
{
    const char *url = world_text("%s/metrics", oidc_server_url(serve(PAGE))), *out = "";

    CHECK(run((const char *const[]){"-n", "2", "-d", "1", NULL}, url, &out) == 0);
    CHECK_AT(out, strstr(out, "web (7)\n  CPU Usage (%)") != NULL);
    CHECK_AT("two looks, nothing of a terminal",
             strstr(strstr(out, "web (7)") + 1, "web (7)") && !strchr(out, '\x1b'));
    CHECK(run((const char *const[]){"-n", "1", "--json", "-p", "7", NULL}, url, &out) == 0);
    CHECK_AT(out, strstr(out, "{\"name\":\"cpu\",\"labels\":{},\"value\":5}") != NULL);
}

static const struct {
    const char *label, *arguments[3];
    int code;
    const char *text;
} refusals[] = {
    {"delay", {"-d", "0"}, 1, "--delay must be from 1 to 3600, not 0"},
    {"count", {"-n", "x"}, 1, "--count must be a number from 1 on, not x"},
    {"option", {"--what"}, 1, "unknown option --what"},
    {"word", {"7"}, 1, "unexpected argument 7"},
};

static void test_refusals(void)
{
    struct oidc_server *s = oidc_server_start();
    const char *url = world_text("%s/metrics", oidc_server_url(s)), *out = "";

    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        CHECK_AT(refusals[i].label, run(refusals[i].arguments, url, &out) == refusals[i].code);
        CHECK_AT(world_text("%s: %s", refusals[i].label, out),
                 strstr(out, refusals[i].text) != NULL);
    }
    oidc_server_stop(s);
    CHECK(run((const char *const[]){"-n", "1", NULL}, url, &out) == 255);
    CHECK_AT(out, strstr(out, url) != NULL);
}

struct terminal {
    int fd;
    pid_t pid;
    char text[65536];
    size_t size;
};

static void terminal_start(struct terminal *t, const char *url, unsigned short rows)
{
    struct winsize size = {.ws_row = rows, .ws_col = 40};
    const char *program = getenv("PORTSIDE_BIN");

    t->size = 0;
    t->pid = forkpty(&t->fd, NULL, NULL, &size);
    if (t->pid == 0) {
        (void)execl(program, program, "top", "-d", "1", "--url", url, (char *)NULL);
        _exit(127);
    }
    REQUIRE(t->pid > 0);
}

/* Reads on until `want` has come behind `from`. */
static bool terminal_has(struct terminal *t, size_t from, const char *want)
{
    struct pollfd fd = {.fd = t->fd, .events = POLLIN};
    ssize_t n = 1;

    for (;;) {
        t->text[t->size] = '\0';
        if (t->size > from && strstr(t->text + from, want))
            return true;
        if (n <= 0 || poll(&fd, 1, 60000) != 1)
            return false;
        n = read(t->fd, t->text + t->size, sizeof t->text - 1 - t->size);
        t->size += n > 0 ? (size_t)n : 0;
    }
}

static void test_terminal(void)
{
    static struct terminal t;
    const char *url = world_text("%s/metrics", oidc_server_url(serve(PAGE)));
    int status;

    terminal_start(&t, url, 5);
    CHECK(terminal_has(&t, 0, "\x1b[?1049h"));
    CHECK(terminal_has(&t, 0, "web (7)"));
    CHECK(terminal_has(&t, 0, "m2"));
    CHECK_AT("only what fits", strstr(t.text, "m3") == NULL);
    size_t before = t.size;
    CHECK(write(t.fd, "\x1b[6~", 4) == 4);
    CHECK_AT("page down", terminal_has(&t, before, "m5"));
    before = t.size;
    CHECK(ioctl(t.fd, TIOCSWINSZ, &(struct winsize){.ws_row = 20, .ws_col = 40}) == 0);
    CHECK_AT("larger: from the top again", terminal_has(&t, before, "m6"));
    CHECK(strstr(t.text + before, "web (7)") != NULL);
    CHECK(write(t.fd, "q", 1) == 1);
    CHECK_AT("as it was", terminal_has(&t, before, "\x1b[?1049l"));
    CHECK(waitpid(t.pid, &status, 0) == t.pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    (void)close(t.fd);
}

/* A server that goes away is told on the screen, and shown again when it is back. */
static void test_server_restarts(void)
{
    static struct terminal t;
    struct oidc_server *s = serve(PAGE);
    const char *url = world_text("%s/metrics", oidc_server_url(s));
    int status;

    terminal_start(&t, url, 20);
    CHECK(terminal_has(&t, 0, "web (7)"));
    oidc_server_stop(s);
    CHECK(terminal_has(&t, 0, "\r\nhttp://"));
    size_t before = t.size;
    oidc_server_resume(s);
    CHECK(terminal_has(&t, before, "web (7)"));
    CHECK(kill(t.pid, SIGTERM) == 0);
    CHECK(terminal_has(&t, before, "\x1b[?1049l"));
    CHECK(waitpid(t.pid, &status, 0) == t.pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    (void)close(t.fd);
}

/* The key is in no argument. */
static void test_key(void)
{
    static const char key[] = "0123456789abcdefABCDEF0123456789";
    const char *file = world_text("%s/key", files_tmpdir()), *out = "";
    const char *padded = world_text(" %s\r\n", key);

    REQUIRE(files_write(file, padded, strlen(padded)));
    const struct portside *p = portside_start(&(struct portside_options){
        .authenticate = true,
        .env = {"DotnetMonitor_Metrics__RequireAuthentication=true",
                world_text("DotnetMonitor_Authentication__Tokens__top__File=%s", file),
                "DotnetMonitor_Authentication__Tokens__top__Scopes=metrics"}});
    const char *url = world_text("%s/metrics", p->metrics);
    CHECK(run((const char *const[]){"-n", "1", "--own", NULL}, url, &out) == 255);
    CHECK_AT(out, strstr(out, "401") != NULL);
    CHECK(run((const char *const[]){"-n", "1", "--own", "--key-file", file, NULL}, url, &out) == 0);
    CHECK_AT(out, strstr(out, "portside") != NULL);
    REQUIRE(setenv("PORTSIDE_API_KEY", key, 1) == 0);
    CHECK(run((const char *const[]){"-n", "1", "--own", NULL}, url, &out) == 0);
    REQUIRE(setenv("PORTSIDE_API_KEY", "two words", 1) == 0);
    CHECK(run((const char *const[]){"-n", "1", NULL}, url, &out) == 1);
    CHECK_AT(out, strstr(out, "PORTSIDE_API_KEY: not a key") != NULL);
    REQUIRE(unsetenv("PORTSIDE_API_KEY") == 0);
}

WORLD_SUITE("component/top", {"pipe", test_pipe}, {"refusals", test_refusals}, {"key", test_key},
            {"terminal", test_terminal}, {"server restarts", test_server_restarts})
