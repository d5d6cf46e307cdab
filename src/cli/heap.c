#include "src/cli/heap.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/cleanup.h"
#include "src/base/text.h"
#include "src/cli/arguments.h"
#include "src/cli/heap_file.h"
#include "src/cli/out_file.h"
#include "src/heap/diff.h"

enum { EXIT_USAGE = 1, EXIT_CANNOT = 255 };

struct request {
    const char *format, *sort, *count, *out;
    bool help;
    struct heap_options options;
    const struct heap_format *heap_format;
    heap_diff_writer *diff_format;
};

static void print_heap_help(void)
{
    (void)fputs("Usage: portside heap FILE [options]\n\n"
                "What lies on a .NET heap, by types, with what each retains and what holds it.\n"
                "FILE is a .gcdump, or a .nettrace with a heap snapshot; - is standard input.\n\n"
                "  --format FORMAT\n",
                stdout);
    for (const struct heap_format *f = heap_formats; f->name; f++)
        (void)printf("      %-12s %s\n", f->name, f->sentence);
    (void)fputs("  --sort SORT    bytes, count or retained\n"
                "  -n, --number N types at most\n"
                "  -o, --output OUT   a file, or - for standard output\n",
                stdout);
}

static void print_diff_help(void)
{
    (void)fputs("Usage: portside heapdiff BEFORE AFTER [options]\n\n"
                "What has grown between two snapshots of one app, by types, most first.\n"
                "Files as for `portside heap`.\n\n"
                "  --format FORMAT    text, json or csv\n"
                "  -n, --number N     types at most\n"
                "  -o, --output OUT   a file, or - for standard output\n",
                stdout);
}

static int parse(int argc, char **argv, struct request *q, const char **words, size_t capacity,
                 size_t *count, struct error *err)
{
    const struct argument table[] = {
        {"--format", "-f", &q->format, NULL}, {"--sort", NULL, &q->sort, NULL},
        {"--number", "-n", &q->count, NULL},  {"--output", "-o", &q->out, NULL},
        {"--help", "-h", NULL, &q->help},
    };
    int64_t number = 0;
    int r = arguments_parse(argc, argv, table, sizeof table / sizeof table[0], words, capacity,
                            count, err);

    if (r < 0 || q->help)
        return r;
    if (q->count && !text_to_i64(q->count, 1, INT32_MAX, &number))
        return error_set(err, -EINVAL, "--number must be a number from 1 on, not %s", q->count);
    q->options.count = (size_t)number;
    q->out = q->out ? q->out : "-";
    return 0;
}

static int check_heap(struct request *q, size_t words, struct error *err)
{
    int sort = 0;

    if (words != 1)
        return error_set(err, -EINVAL, "a FILE is needed (portside heap --help)");
    q->heap_format = heap_format_find(q->format ? q->format : "heapstat");
    if (!q->heap_format)
        return error_set(err, -EINVAL, "unknown format %s (portside heap --help lists them)",
                         q->format);
    while (q->sort && sort < HEAP_SORTS && strcasecmp(q->sort, heap_sort_names[sort]) != 0)
        sort++;
    if (sort == HEAP_SORTS)
        return error_set(err, -EINVAL, "unknown order %s: bytes, count or retained", q->sort);
    q->options.sort = (enum heap_sort)sort;
    return 0;
}

static int check_diff(struct request *q, size_t words, struct error *err)
{
    if (words != 2)
        return error_set(err, -EINVAL, "two files are needed (portside heapdiff --help)");
    if (q->sort)
        return error_set(err, -EINVAL, "heapdiff sorts by growth of bytes, always");
    q->diff_format = heap_diff_format(q->format ? q->format : "text");
    if (!q->diff_format)
        return error_set(err, -EINVAL, "unknown format %s: text, json or csv", q->format);
    return 0;
}

struct heap_job {
    const struct request *q;
    struct heap_graph *graph;
    const struct heap_diff *diff;
};

static int write_heap(void *user, int (*write)(void *, const void *, size_t), void *to,
                      struct error *err)
{
    const struct heap_job *job = user;

    return heap_write(job->q->heap_format, job->graph, &job->q->options, write, to, err);
}

static int write_diff(void *user, int (*write)(void *, const void *, size_t), void *to,
                      struct error *err)
{
    const struct heap_job *job = user;
    size_t count = job->q->options.count, all = job->diff->count;
    struct output o;

    output_init(&o, write, to);
    job->q->diff_format(job->diff, count && count < all ? count : all, &o);
    int r = output_end(&o);
    return r < 0 ? error_set(err, r, "the output was not taken") : 0;
}

static void warn_of_gaps(const char *path, const struct heap_graph *g)
{
    if (!g->origin.complete)
        (void)fprintf(stderr,
                      "portside: warning: %s: the snapshot is incomplete, this is what there is\n",
                      path);
}

static int run_heap(const struct request *q, const char *path, struct error *err)
{
    cleanup(heap_graph_cleanup) struct heap_graph *g = NULL;
    int r = heap_file_read(path, &g, err);

    if (r < 0)
        return r;
    warn_of_gaps(path, g);
    return out_file_write(q->out, write_heap, &(struct heap_job){q, g, NULL}, err);
}

static int run_diff(const struct request *q, const char *const words[2], struct error *err)
{
    cleanup(heap_graph_cleanup) struct heap_graph *before = NULL;
    cleanup(heap_graph_cleanup) struct heap_graph *after = NULL;
    struct heap_diff d;
    int r = heap_file_read(words[0], &before, err);

    if (r == 0)
        r = heap_file_read(words[1], &after, err);
    if (r < 0)
        return r;
    warn_of_gaps(words[0], before);
    warn_of_gaps(words[1], after);
    r = heap_diff_new(&d, before, after, err);
    if (r < 0)
        return r;
    r = out_file_write(q->out, write_diff, &(struct heap_job){q, NULL, &d}, err);
    heap_diff_deinit(&d);
    return r;
}

static int end(int r, bool usage, const struct error *err)
{
    if (r < 0)
        (void)fprintf(stderr, "portside: %s\n", err->text);
    if (r == 0)
        return 0;
    return usage ? EXIT_USAGE : EXIT_CANNOT;
}

int heap_main(int argc, char **argv)
{
    struct request q = {0};
    const char *word = NULL;
    size_t words = 0;
    struct error err;
    int r = parse(argc, argv, &q, &word, 1, &words, &err);

    if (r == 0 && q.help) {
        print_heap_help();
        return 0;
    }
    if (r == 0)
        r = check_heap(&q, words, &err);
    if (r < 0)
        return end(r, true, &err);
    return end(run_heap(&q, word, &err), false, &err);
}

int heapdiff_main(int argc, char **argv)
{
    struct request q = {0};
    const char *words[2] = {NULL, NULL};
    size_t count = 0;
    struct error err;
    int r = parse(argc, argv, &q, words, 2, &count, &err);

    if (r == 0 && q.help) {
        print_diff_help();
        return 0;
    }
    if (r == 0)
        r = check_diff(&q, count, &err);
    if (r < 0)
        return end(r, true, &err);
    return end(run_diff(&q, words, &err), false, &err);
}
