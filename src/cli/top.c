/*
 * Fetch -> show -> wait -> fetch... The page is asked for again only when the one before is there,
 * so a slow server is not asked twice at once.
 */
#include "src/cli/top.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "src/base/clock.h"
#include "src/cli/arguments.h"
#include "src/cli/key_file.h"
#include "src/cli/top_screen.h"
#include "src/cli/top_view.h"
#include "src/io/timer.h"
#include "src/net/fetch.h"

enum {
    EXIT_USAGE = 1,
    EXIT_CANNOT = 255,
    PAGE_MAX = 32 * 1024 * 1024,
    CONNECT_MS = 5000,
    TOTAL_MS = 20 * 1000,
};

static const char help[] =
    "Usage: portside top [-p PID] [-f TEXT] [-d SECONDS] [-n COUNT] [--json] [--own] [--url "
    "URL] [--key-file FILE]\n\n"
    "Shows the metrics of all .NET processes, or of one, as a running portside has them; again\n"
    "every 2 seconds. In a terminal: arrows, page up and down, q.\n\n"
    "  -p, --pid PID        only this process\n"
    "  -f, --filter TEXT    only metrics whose name or description has TEXT in it\n"
    "  -d, --delay SECONDS  between two looks (2)\n"
    "  -n, --count COUNT    end after so many looks\n"
    "      --json           a line of JSON each time\n"
    "      --own            also portside's own metrics\n"
    "      --url URL        where (http://localhost:52325/metrics)\n"
    "      --key-file FILE  with the API key or token to show (-: standard input); without it,\n"
    "                       that of " KEY_VARIABLE "\n";

struct request {
    const char *url, *delay, *count, *key_file;
    char *key; /* as a header; NULL: none */
    bool json, help;
    struct top_view view;
    int64_t delay_ms, left; /* left: looks; 0: no end */
};

struct top {
    uv_loop_t loop;
    const struct request *request;
    struct fetch *fetch;
    struct timer timer;
    struct top_screen *screen; /* NULL: not a terminal, or JSON */
    struct exposition before;
    bool has_before;
    uint64_t before_at;
    int64_t left;
    uv_signal_t signals[2];
    struct error failure;
};

static int parse(int argc, char **argv, struct request *q, struct error *err)
{
    const struct argument table[] = {
        {"--pid", "-p", &q->view.pid, NULL},      {"--filter", "-f", &q->view.filter, NULL},
        {"--delay", "-d", &q->delay, NULL},       {"--count", "-n", &q->count, NULL},
        {"--json", NULL, NULL, &q->json},         {"--own", NULL, NULL, &q->view.own},
        {"--url", NULL, &q->url, NULL},           {"--help", "-h", NULL, &q->help},
        {"--key-file", NULL, &q->key_file, NULL},
    };
    int64_t seconds = 2;
    size_t words;
    int r =
        arguments_parse(argc, argv, table, sizeof table / sizeof table[0], NULL, 0, &words, err);

    if (r < 0)
        return r;
    if (q->delay && !text_to_i64(q->delay, 1, 3600, &seconds))
        return error_set(err, -EINVAL, "--delay must be from 1 to 3600, not %s", q->delay);
    if (q->count && !text_to_i64(q->count, 1, INT64_MAX, &q->left))
        return error_set(err, -EINVAL, "--count must be a number from 1 on, not %s", q->count);
    q->delay_ms = 1000 * seconds;
    return 0;
}

/* Nothing keeps the loop any more. */
static void end(struct top *t)
{
    timer_stop(&t->timer);
    if (t->fetch)
        fetch_abandon(t->fetch);
    if (t->screen)
        top_screen_close(t->screen);
    t->fetch = NULL;
    t->screen = NULL;
    for (size_t i = 0; i < 2; i++) {
        if (!uv_is_closing((uv_handle_t *)&t->signals[i]))
            uv_close((uv_handle_t *)&t->signals[i], NULL);
    }
}

static void on_quit(void *user)
{
    end(user);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    end(handle->data);
}

static void print(struct top *t, const char *body)
{
    (void)fputs(body, stdout);
    if (fflush(stdout) == 0)
        return;
    (void)error_set(&t->failure, -errno, "write standard output: %s", strerror(errno));
    end(t);
}

static void show(struct top *t, const char *body)
{
    char title[256], clock[16] = "";
    time_t now = time(NULL);
    struct tm parts;

    if (!t->screen) {
        print(t, body);
        return;
    }
    if (localtime_r(&now, &parts))
        (void)strftime(clock, sizeof clock, "%H:%M:%S", &parts);
    (void)snprintf(title, sizeof title, " portside top  %s  %s  (arrows, q: quit) ", clock,
                   t->request->url);
    top_screen_show(t->screen, title, body);
}

static int64_t unix_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void show_page(struct top *t, struct exposition *page)
{
    const struct exposition *before = t->has_before ? &t->before : NULL;
    uint64_t now = uv_now(&t->loop);
    double seconds = (double)(now - t->before_at) / 1000;
    struct text out = {0};

    if (t->request->json)
        top_view_json(&t->request->view, page, before, seconds, unix_ms(), &out);
    else
        top_view_text(&t->request->view, page, before, seconds, &out);
    exposition_deinit(&t->before);
    t->before = *page;
    t->before_at = now;
    t->has_before = true;
    show(t, out.data ? out.data : "");
    text_deinit(&out);
}

static void look(void *user);

/* A server that does not answer may be starting again: with a screen, wait for it. */
static void on_page(void *user, const struct fetch_result *result)
{
    struct top *t = user;
    struct exposition page;
    struct error err;

    t->fetch = NULL;
    int r = result->code ? error_set(&err, result->code, "%s: %s", t->request->url, result->text)
                         : exposition_parse(result->body, &page, &err);
    if (r == 0)
        show_page(t, &page);
    else if (t->screen)
        show(t, err.text);
    else
        t->failure = err;
    if (t->failure.code || (t->left > 0 && --t->left == 0))
        end(t);
    else if (!uv_is_closing((uv_handle_t *)&t->signals[0]))
        (void)timer_start(&t->timer, &t->loop, (uint64_t)t->request->delay_ms, 0, look, t);
}

static void look(void *user)
{
    struct top *t = user;
    const struct fetch_request request = {.url = t->request->url,
                                          .loopback = true,
                                          .size_max = PAGE_MAX,
                                          .connect_ms = CONNECT_MS,
                                          .total_ms = TOTAL_MS,
                                          .header = t->request->key};

    if (fetch_start(&t->loop, &request, on_page, t, &t->fetch, &t->failure) < 0)
        end(t);
}

static int start(struct top *t, struct error *err)
{
    static const int numbers[2] = {SIGINT, SIGTERM};
    const struct top_screen_events events = {t, on_quit};

    (void)uv_loop_init(&t->loop);
    for (size_t i = 0; i < 2; i++) {
        (void)uv_signal_init(&t->loop, &t->signals[i]);
        t->signals[i].data = t;
        (void)uv_signal_start(&t->signals[i], on_signal, numbers[i]);
    }
    if (t->request->json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return 0;
    return top_screen_open(&t->loop, &events, &t->screen, err);
}

static int run(const struct request *q, struct error *err)
{
    static struct top t;

    (void)signal(SIGPIPE, SIG_IGN);
    t.request = q;
    t.left = q->left;
    int r = start(&t, err);
    if (r == 0)
        look(&t);
    else
        end(&t);
    (void)uv_run(&t.loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&t.loop);
    exposition_deinit(&t.before);
    if (r == 0 && t.failure.code)
        *err = t.failure;
    return r < 0 ? r : t.failure.code;
}

int top_main(int argc, char **argv)
{
    struct request q = {.url = "http://localhost:52325/metrics"};
    struct error err;
    int r = parse(argc, argv, &q, &err);

    if (r == 0 && q.help) {
        (void)fputs(help, stdout);
        return 0;
    }
    if (r == 0)
        r = key_file_header(q.key_file, &q.key, &err);
    if (r == 0)
        r = run(&q, &err);
    free(q.key);
    if (r == 0)
        return 0;
    (void)fprintf(stderr, "portside: %s\n", err.text);
    return r == -EINVAL ? EXIT_USAGE : EXIT_CANNOT;
}
