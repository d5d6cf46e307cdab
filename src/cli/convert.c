#include "src/cli/convert.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "src/base/cleanup.h"
#include "src/base/text.h"
#include "src/cli/arguments.h"
#include "src/cli/profile_file.h"

enum { EXIT_USAGE = 1, EXIT_CANNOT = 255 };

struct request {
    const char *format, *kind, *out, *count;
    bool threads, inclusive, verbose, help;
};

static void print_help(FILE *to)
{
    (void)fputs(
        "Usage: portside convert FILE --format FORMAT [options]\n\n"
        "Writes what a .nettrace file says about time, memory or exceptions in a format that\n"
        "tools open. FILE may be - for standard input.\n\n"
        "  --format FORMAT\n",
        to);
    for (const struct format *f = formats; f->name; f++)
        (void)fprintf(to, "      %-12s %s\n", f->name, f->sentence);
    (void)fputs("  --kind KIND    the first that the trace has of\n", to);
    for (int i = 0; i < PROFILE_KINDS; i++)
        (void)fprintf(to, "      %-12s %s\n", profile_kinds[i].name, profile_kinds[i].title);
    (void)fputs(
        "  -o, --output OUT   a file, or - for standard output; FILE with the format's ending\n"
        "  --threads      collapsed: each thread by itself\n"
        "  -n, --number N, --inclusive, -v, --verbose   topn: as `portside report`\n",
        to);
}

static int parse(int argc, char **argv, struct request *q, const char **file, struct error *err)
{
    const struct argument table[] = {
        {"--format", "-f", &q->format, NULL},   {"--kind", "-k", &q->kind, NULL},
        {"--output", "-o", &q->out, NULL},      {"--number", "-n", &q->count, NULL},
        {"--threads", NULL, NULL, &q->threads}, {"--inclusive", NULL, NULL, &q->inclusive},
        {"--verbose", "-v", NULL, &q->verbose}, {"--help", "-h", NULL, &q->help},
    };
    size_t words;

    *file = NULL;
    return arguments_parse(argc, argv, table, sizeof table / sizeof table[0], file, 1, &words, err);
}

static int check(const struct request *q, const char *file, const struct format **ret_format,
                 struct format_options *options, struct error *err)
{
    int64_t count = 0;

    if (!file || !q->format)
        return error_set(err, -EINVAL, "a FILE and --format are needed (portside convert --help)");
    *ret_format = format_find(q->format);
    if (!*ret_format)
        return error_set(err, -EINVAL, "unknown format %s (portside convert --help lists them)",
                         q->format);
    options->kind = PROFILE_KINDS;
    if (q->kind && !profile_kind_parse(q->kind, &options->kind))
        return error_set(err, -EINVAL, "unknown kind %s (portside convert --help lists them)",
                         q->kind);
    if (q->count && !text_to_i64(q->count, 1, INT32_MAX, &count))
        return error_set(err, -EINVAL, "--number must be a number from 1 on, not %s", q->count);
    options->count = (size_t)count;
    options->threads = q->threads;
    options->inclusive = q->inclusive;
    options->verbose = q->verbose;
    return 0;
}

/* "/traces/web.nettrace" is web.speedscope.json in the same folder. */
static char *default_out(const char *file, const char *extension)
{
    static const char ending[] = ".nettrace";
    struct text t = {0};
    size_t size = strlen(file);

    if (strcmp(file, "-") == 0)
        return strdup("-");
    if (size > sizeof ending - 1 && strcmp(file + size - (sizeof ending - 1), ending) == 0)
        size -= sizeof ending - 1;
    text_add(&t, file, size);
    text_add_fmt(&t, ".%s", extension);
    return text_take(&t);
}

static int run(const char *file, const struct request *q, const struct format *format,
               struct format_options *options, struct error *err)
{
    cleanup(free_str) char *out = q->out ? strdup(q->out) : default_out(file, format->extension);
    const char *slash = strrchr(file, '/');

    if (!out)
        return error_set(err, -ENOMEM, "no memory");
    options->name = slash ? slash + 1 : file;
    int r = profile_file_write(file, format, options, out, err);
    if (r == 0 && strcmp(out, "-") != 0)
        (void)fprintf(stderr, "portside: %s written\n", out);
    return r;
}

int convert_main(int argc, char **argv)
{
    struct request q = {0};
    struct format_options options = {0};
    const struct format *format = NULL;
    const char *file;
    struct error err;
    int r = parse(argc, argv, &q, &file, &err);

    if (r == 0 && q.help) {
        print_help(stdout);
        return 0;
    }
    int code = EXIT_USAGE;
    if (r == 0)
        r = check(&q, file, &format, &options, &err);
    if (r == 0) {
        code = EXIT_CANNOT;
        r = run(file, &q, format, &options, &err);
    }
    if (r == 0)
        return 0;
    (void)fprintf(stderr, "portside: %s\n", err.text);
    return code;
}
