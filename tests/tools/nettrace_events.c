/*
 * tools/nettrace_events.c - what proto/nettrace makes of a file, in the forms of the oracle
 * (tests/oracles/traceevent).
 *
 *     nettrace_events summary FILE       JSON as `traceevent summary`
 *     nettrace_events lines FILE         a line per event, for `traceevent compare`
 *     nettrace_events rate FILE [d]      events a second of CPU time; with d fields are decoded
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "proto/nettrace/fields.h"
#include "proto/nettrace/format.h"
#include "proto/nettrace/known_events.h"
#include "proto/nettrace/parser.h"

struct kind {
    char *key;
    uint64_t count;
};

struct summary {
    struct kind *kinds;
    size_t count, capacity;
    uint64_t events, first, last;
};

static struct kind *kind_of(struct summary *s, const char *key)
{
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->kinds[i].key, key) == 0)
            return &s->kinds[i];
    }
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 64;
        s->kinds = realloc(s->kinds, s->capacity * sizeof *s->kinds);
        if (!s->kinds)
            abort();
    }
    s->kinds[s->count] = (struct kind){.key = strdup(key)};
    return &s->kinds[s->count++];
}

/* TraceEvent gives events named in their payload ids of their own, from 65524 down. */
static uint32_t id_of(const struct nettrace_event *e)
{
    return strcmp(nettrace_event_title(e), "GC/CommittedUsage") == 0 ? 65524
                                                                     : e->metadata->event_id;
}

static int add_event(void *user, const struct nettrace_event *e)
{
    struct summary *s = user;
    char key[1024];

    if (s->events++ == 0 || e->timestamp < s->first)
        s->first = e->timestamp;
    if (e->timestamp > s->last)
        s->last = e->timestamp;
    (void)snprintf(key, sizeof key, "%s/%u/%s", e->metadata->provider, id_of(e),
                   nettrace_event_title(e));
    kind_of(s, key)->count++;
    return 0;
}

static int compare_kinds(const void *a, const void *b)
{
    return strcmp(((const struct kind *)a)->key, ((const struct kind *)b)->key);
}

static struct nettrace *parse(const char *data, size_t size,
                              const struct nettrace_callbacks *callbacks)
{
    struct nettrace *n = nettrace_new(callbacks, NULL);

    if (!n)
        abort();
    if (nettrace_feed(n, data, size) < 0 || nettrace_finish(n) < 0)
        (void)fprintf(stderr, "nettrace_events: offset %" PRIu64 ": %s\n",
                      nettrace_error(n)->offset, nettrace_error(n)->text);
    return n;
}

static int print_summary(const char *data, size_t size)
{
    struct summary s = {0};
    struct nettrace *n =
        parse(data, size, &(struct nettrace_callbacks){.user = &s, .on_event = add_event});
    uint64_t lost = nettrace_stats(n)->loss.events;

    /* Where TraceEvent meets a thread id used again it says 2^31 - 1. */
    if (nettrace_stats(n)->loss.restarts > 0 || lost > INT32_MAX)
        lost = INT32_MAX;
    qsort(s.kinds, s.count, sizeof *s.kinds, compare_kinds);
    printf("{\n  \"events\": %" PRIu64 ",\n  \"lost\": %" PRIu64 ",\n  \"first\": %" PRIu64
           ",\n  \"last\": %" PRIu64 ",\n  \"counts\": {",
           s.events, lost, s.first, s.last);
    for (size_t i = 0; i < s.count; i++) {
        printf("%s\n    \"%s\": %" PRIu64, i ? "," : "", s.kinds[i].key, s.kinds[i].count);
        free(s.kinds[i].key);
    }
    printf("%s}\n}\n", s.count ? "\n  " : "");
    free(s.kinds);
    int code = nettrace_error(n)->code;
    nettrace_free(n);
    return code < 0;
}

/* UTF-16 units as the oracle's Escape() writes them. */
static void print_unit(unsigned unit)
{
    if (unit < 0x20 || unit == '"' || unit == '\\' || unit > 0x7e)
        printf("\\u%04x", unit);
    else
        putchar((int)unit);
}

static void print_text(const struct nettrace_value *v)
{
    uint8_t code = v->type->element ? v->type->element->code : v->type->code;
    size_t width = code == NETTRACE_UTF16_STRING || code == NETTRACE_UTF16_UNIT ? 2 : 1;

    putchar('"');
    for (size_t i = 0; i + width <= v->size; i += width)
        print_unit(width == 2 ? v->bytes[i] | (unsigned)v->bytes[i + 1] << 8 : v->bytes[i]);
    putchar('"');
}

static void print_value(const struct nettrace_reader *r, const struct nettrace_value *v);

static void print_list(const struct nettrace_reader *outer, const struct nettrace_value *v)
{
    struct nettrace_reader r = nettrace_read_inside(outer, v);
    struct nettrace_value element;

    putchar('[');
    for (bool first = true; nettrace_read_element(&r, &element); first = false) {
        if (!first)
            putchar(',');
        print_value(&r, &element);
    }
    putchar(']');
}

static void print_object(const struct nettrace_reader *outer, const struct nettrace_value *v)
{
    struct nettrace_reader r = nettrace_read_inside(outer, v);
    struct nettrace_value value;
    bool first = true;

    putchar('{');
    for (const struct nettrace_field *f; (f = nettrace_read_next(&r, &value)); first = false) {
        printf("%s%s=", first ? "" : ",", f->name);
        print_value(&r, &value);
    }
    putchar('}');
}

static void print_value(const struct nettrace_reader *r, const struct nettrace_value *v)
{
    char text[GUID_TEXT_SIZE];
    struct guid guid = nettrace_value_guid(v);
    uint64_t bits;

    if (nettrace_value_is_text(v)) {
        print_text(v);
    } else if (v->type->element) {
        print_list(r, v);
    } else if (v->type->code == NETTRACE_OBJECT) {
        print_object(r, v);
    } else if (v->type->code == NETTRACE_GUID) {
        printf("%s", guid_format(&guid, text));
    } else if (v->type->code == NETTRACE_SINGLE || v->type->code == NETTRACE_DOUBLE) {
        memcpy(&bits, &v->f, sizeof bits);
        printf("f%016" PRIx64, bits);
    } else {
        printf("%" PRId64, v->i);
    }
}

static int print_line(void *user, const struct nettrace_event *e)
{
    struct nettrace_reader r = nettrace_read_event(e);
    struct nettrace_value value;
    uint64_t thread = e->thread_info ? e->thread_info->thread_id : e->thread;

    (void)user;
    printf("%" PRIu64 "\t%u\t%s\t%u\t%s", e->timestamp, (unsigned)thread, e->metadata->provider,
           id_of(e), nettrace_event_title(e));
    for (const struct nettrace_field *f; (f = nettrace_read_next(&r, &value));) {
        printf("\t%s=", f->name);
        print_value(&r, &value);
    }
    putchar('\n');
    return 0;
}

static int print_lines(const char *data, size_t size)
{
    struct nettrace *n = parse(data, size, &(struct nettrace_callbacks){.on_event = print_line});
    int code = nettrace_error(n)->code;

    nettrace_free(n);
    return code < 0;
}

static int count_event(void *user, const struct nettrace_event *e)
{
    *(uint64_t *)user += e->payload_size;
    return 0;
}

/* The value of every field: numbers, where texts begin and end, where lists do. */
static int decode_event(void *user, const struct nettrace_event *e)
{
    struct nettrace_value values[64];
    size_t count = nettrace_read_all(e, values, sizeof values / sizeof values[0]);
    uint64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += values[i].u + values[i].size;
    *(uint64_t *)user += sum;
    return 0;
}

static double user_time(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
}

static int print_rate(const char *data, size_t size, bool decode)
{
    for (int round = 0; round < 4; round++) {
        uint64_t sum = 0, events = 0;
        double start = user_time();
        int rounds = 0;
        for (; user_time() - start < 0.5; rounds++) {
            struct nettrace *n =
                parse(data, size,
                      &(struct nettrace_callbacks){
                          .user = &sum, .on_event = decode ? decode_event : count_event});
            events += nettrace_stats(n)->events;
            nettrace_free(n);
        }
        double used = user_time() - start;
        printf("%" PRIu64 " events in %.3f s of user time: %.2f M events/s (%" PRIu64 ")\n",
               events / (unsigned)rounds, used / rounds, (double)events / used / 1e6, sum);
    }
    return 0;
}

static char *read_file(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rbe");
    char *data = NULL;
    size_t size = 0, capacity = 0, got = 1;

    while (file && got > 0) {
        if (size == capacity) {
            capacity = capacity ? 2 * capacity : 1 << 20;
            data = realloc(data, capacity);
            if (!data)
                abort();
        }
        got = fread(data + size, 1, capacity - size, file);
        size += got;
    }
    if (file)
        (void)fclose(file);
    else
        perror(path);
    *ret_size = size;
    return data;
}

int main(int argc, char **argv)
{
    size_t size = 0;
    char *data = argc > 2 ? read_file(argv[2], &size) : NULL;
    int code = 2;

    if (!data)
        (void)fprintf(stderr, "usage: nettrace_events summary|lines|rate FILE [d]\n");
    else if (strcmp(argv[1], "summary") == 0)
        code = print_summary(data, size);
    else if (strcmp(argv[1], "lines") == 0)
        code = print_lines(data, size);
    else if (strcmp(argv[1], "rate") == 0)
        code = print_rate(data, size, argc > 3);
    free(data);
    return code;
}
