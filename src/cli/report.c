#include "src/cli/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/text.h"
#include "src/cli/arguments.h"
#include "src/cli/profile_file.h"
#include "src/cli/trace_file.h"
#include "src/profile/event_counts.h"

enum { EXIT_USAGE = 1, EXIT_CANNOT = 255 };

struct request {
    const char *kind, *count;
    bool inclusive, verbose, json, help;
};

static const char help[] =
    "Usage: portside report FILE topn [-n N] [--inclusive] [-v] [--kind KIND] [--json]\n"
    "       portside report FILE events\n\n"
    "topn: the methods of a .nettrace file with the most time of their own (with --inclusive:\n"
    "with all that they called); -v: names in full; KIND as in `portside convert --help`.\n"
    "events: how many events of each kind it holds, how many were lost, how long it is.\n"
    "FILE may be - for standard input.\n";

static int parse(int argc, char **argv, struct request *q, const char *words[2], struct error *err)
{
    const struct argument table[] = {
        {"--number", "-n", &q->count, NULL},        {"--kind", "-k", &q->kind, NULL},
        {"--inclusive", NULL, NULL, &q->inclusive}, {"--verbose", "-v", NULL, &q->verbose},
        {"--json", NULL, NULL, &q->json},           {"--help", "-h", NULL, &q->help},
    };
    size_t count;
    int r =
        arguments_parse(argc, argv, table, sizeof table / sizeof table[0], words, 2, &count, err);

    if (r < 0 || q->help || count == 2)
        return r;
    return error_set(err, -EINVAL, "a FILE and topn or events are needed (portside report --help)");
}

static int report_topn(const char *file, const struct request *q, struct error *err)
{
    struct format_options options = {
        .kind = PROFILE_KINDS, .inclusive = q->inclusive, .verbose = q->verbose, .name = file};
    int64_t count = 0;

    if (q->kind && !profile_kind_parse(q->kind, &options.kind))
        return error_set(err, -EINVAL, "unknown kind %s (portside convert --help lists them)",
                         q->kind);
    if (q->count && !text_to_i64(q->count, 1, INT32_MAX, &count))
        return error_set(err, -EINVAL, "--number must be a number from 1 on, not %s", q->count);
    options.count = (size_t)count;
    return profile_file_write(file, format_find(q->json ? "topn-json" : "topn"), &options, "-",
                              err);
}

static int feed(void *user, const void *data, size_t size, struct error *err)
{
    return event_counts_feed(user, data, size, err);
}

static void print_events(const struct event_counts *c)
{
    double rate = c->trace.ticks_per_second ? (double)c->trace.ticks_per_second : 1;
    double passed = (double)(c->last_ticks - c->first_ticks) / rate;

    (void)printf("%12s %14s  %s\n", "Events", "Payload bytes", "Provider/Event");
    for (size_t i = 0; i < c->count; i++) {
        if (c->list[i].count > 0)
            (void)printf("%12" PRIu64 " %14" PRIu64 "  %s/%s\n", c->list[i].count, c->list[i].bytes,
                         names_get(&c->names, c->list[i].provider),
                         names_get(&c->names, c->list[i].title));
    }
    (void)printf("%12" PRIu64 " %14" PRIu64 "  all\n", c->events, c->bytes);
    (void)printf("%12" PRIu64 " %14s  lost\n", c->lost, "");
    (void)printf("%12.3f %14s  seconds from the first event to the last\n", c->events ? passed : 0,
                 "");
}

static int report_events(const char *file, const struct request *q, struct error *err)
{
    struct event_counts c;
    struct error end;
    int r = event_counts_init(&c, err);

    (void)q;
    if (r < 0)
        return r;
    r = trace_file_read(file, feed, &c, err);
    int finish = event_counts_finish(&c, &end);
    if (r == 0 && finish < 0)
        r = error_set(err, finish, "%s", end.text);
    if (r < 0 && c.events > 0) {
        (void)fprintf(stderr,
                      "portside: warning: %s: the trace is incomplete, this is what there "
                      "is: %s\n",
                      file, err->text);
        r = 0;
    }
    if (r == 0) {
        event_counts_sort(&c);
        print_events(&c);
    }
    event_counts_deinit(&c);
    return r < 0 ? error_prefix(err, "%s", file) : 0;
}

static const struct {
    const char *name;
    int (*run)(const char *file, const struct request *q, struct error *err);
} reports[] = {{"topn", report_topn}, {"events", report_events}};

static int run(const char *words[2], const struct request *q, struct error *err)
{
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        if (strcasecmp(reports[i].name, words[1]) == 0)
            return reports[i].run(words[0], q, err);
    }
    return error_set(err, -EINVAL, "unknown report %s: topn or events", words[1]);
}

int report_main(int argc, char **argv)
{
    struct request q = {0};
    const char *words[2] = {NULL, NULL};
    struct error err;
    int r = parse(argc, argv, &q, words, &err);

    if (r == 0 && q.help) {
        (void)fputs(help, stdout);
        return 0;
    }
    if (r == 0)
        r = run(words, &q, &err);
    if (r == 0 && fflush(stdout) != 0)
        r = error_set(&err, -errno, "write standard output: %s", strerror(errno));
    if (r == 0)
        return 0;
    (void)fprintf(stderr, "portside: %s\n", err.text);
    return r == -EINVAL ? EXIT_USAGE : EXIT_CANNOT;
}
