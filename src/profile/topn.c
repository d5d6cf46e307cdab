#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/profile/top.h"
#include "src/profile/writers.h"

enum { DEFAULT_COUNT = 5, NAME_COLUMN = 70, VALUE_COLUMN = 20 };

static size_t lines_of(const struct format_options *options, size_t count)
{
    size_t wanted = options->count ? options->count : DEFAULT_COUNT;

    return count < wanted ? count : wanted;
}

/* Bytes of the first `*columns` characters; `*columns` becomes how many there are. */
static size_t take_columns(const char *text, int *columns)
{
    size_t size = 0;
    int taken = 0;

    while (text[size] && taken < *columns) {
        size++;
        while (((unsigned char)text[size] & 0xC0) == 0x80)
            size++;
        taken++;
    }
    *columns = taken;
    return size;
}

/* "Namespace.Type.Method(arguments)" is "Type.Method(arguments)". */
static const char *brief_name(const char *name)
{
    const char *end = strrchr(name, '('), *dot;

    if (!end || !(dot = memrchr(name, '.', (size_t)(end - name))))
        return name;
    const char *before = memrchr(name, '.', (size_t)(dot - name));
    return before ? before + 1 : name;
}

static void put_blanks(struct output *o, int count)
{
    for (; count > 0; count--)
        output_put(o, " ", 1);
}

/* "12.5%", padded. Rounded to two digits. */
static void put_percent(struct output *o, uint64_t value, uint64_t sum)
{
    char text[32];
    double percent = sum ? 100.0 * (double)value / (double)sum : 0;

    (void)snprintf(text, sizeof text, "%.12g%%", rint(percent * 100) / 100);
    output_fmt(o, "%-*s", VALUE_COLUMN, text);
}

/* The name in as many lines as it needs when `verbose`, else one; the values are in the first. */
static void put_method(struct output *o, const struct profile *p, const struct top_method *m,
                       uint64_t sum, bool verbose)
{
    const char *name = brief_name(profile_frame_name(p, m->frame));
    int columns = NAME_COLUMN;
    size_t size = take_columns(name, &columns);

    output_put(o, name, size);
    put_blanks(o, NAME_COLUMN - columns + 4);
    put_percent(o, m->inclusive, sum);
    put_percent(o, m->exclusive, sum);
    output_str(o, "\n");
    for (name += size; verbose && *name; name += size) {
        columns = NAME_COLUMN;
        size = take_columns(name, &columns);
        put_blanks(o, 5);
        output_put(o, name, size);
        output_str(o, "\n");
    }
}

bool write_topn(const struct profile *p, const struct format_options *options, struct output *o)
{
    struct top_method *methods;
    size_t count;
    uint64_t sum = profile_sum(p, options->kind);

    if (!top_methods(p, options->kind, options->inclusive, &methods, &count))
        return false;
    size_t lines = lines_of(options, count);
    int digits = snprintf(NULL, 0, "%zu", lines);
    char header[64];
    (void)snprintf(header, sizeof header, "Top %zu Functions (%s)", lines,
                   options->inclusive ? "Inclusive" : "Exclusive");
    output_fmt(o, "%-*s%-*s%-*s\n", NAME_COLUMN + 6 + digits, header, VALUE_COLUMN, "Inclusive",
               VALUE_COLUMN, "Exclusive");
    for (size_t i = 0; i < lines; i++) {
        char number[32];
        (void)snprintf(number, sizeof number, "%zu.", i + 1);
        output_fmt(o, "%-*s", digits + 2, number);
        put_method(o, p, &methods[i], sum, options->verbose);
    }
    free(methods);
    return true;
}

bool write_topn_json(const struct profile *p, const struct format_options *options,
                     struct output *o)
{
    struct top_method *methods;
    size_t count;

    if (!top_methods(p, options->kind, options->inclusive, &methods, &count))
        return false;
    size_t lines = lines_of(options, count);
    output_fmt(o, "{\"kind\":\"%s\",\"unit\":\"%s\",\"total\":", profile_kinds[options->kind].name,
               profile_kinds[options->kind].unit);
    output_u64(o, profile_sum(p, options->kind));
    output_str(o, ",\"methods\":[");
    for (size_t i = 0; i < lines; i++) {
        output_str(o, i ? ",\n{\"name\":" : "\n{\"name\":");
        output_json(o, profile_frame_name(p, methods[i].frame));
        output_str(o, ",\"inclusive\":");
        output_u64(o, methods[i].inclusive);
        output_str(o, ",\"exclusive\":");
        output_u64(o, methods[i].exclusive);
        output_put(o, "}", 1);
    }
    output_str(o, "]}\n");
    free(methods);
    return true;
}
