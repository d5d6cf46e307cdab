/*
 * fuzz/fuzz_trace_tap.c - streams through a tap that looks for an event: in pieces whose size is
 * the first byte, and at once; both must find the same. Every field of every event becomes a text.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/parser.h"
#include "src/collect/event_names.h"
#include "src/collect/trace_tap.h"
#include "src/collect/value_text.h"

enum { FIELDS_MAX = 64, TEXT_SIZE = 24 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    unsigned matches, nevers;
    struct trace_figures figures;
};

static void on_match(void *user, const struct nettrace_metadata *event)
{
    ((struct seen *)user)->matches += event->title[0] != '\0';
}

static void on_never(void *user, const struct nettrace_metadata *event)
{
    ((struct seen *)user)->nevers += event->title[0] != '\0';
}

static struct seen tap(const uint8_t *data, size_t size, size_t step)
{
    static const struct event_match_field fields[] = {{"Number", "17"}, {"Text", "hello"}};
    static const struct event_match_need need = {"Sample-Provider", "Request/Start", fields, 2};
    struct seen seen = {0};
    struct trace_tap *t;
    struct error err;

    if (trace_tap_new(&need, &(struct trace_tap_events){&seen, on_match, on_never}, &t, &err) < 0)
        abort();
    for (size_t at = 0; at < size; at += step)
        trace_tap_feed(t, data + at, size - at < step ? size - at : step);
    seen.figures = trace_tap_figures(t);
    trace_tap_free(t);
    return seen;
}

/* A text that is cut is no longer than its room; one that is not has its length. */
static int write_fields(void *user, const struct nettrace_event *event)
{
    char text[TEXT_SIZE];
    struct nettrace_value value;
    size_t length;

    (void)user;
    for (size_t i = 0; i < event->metadata->fields.count && i < FIELDS_MAX; i++) {
        if (!nettrace_field_at(event, i, &value))
            break;
        const char *name = event->metadata->fields.list[i].name;
        if (value_text(&value, text, sizeof text, &length) &&
            (strlen(text) > length || strlen(text) >= sizeof text))
            abort();
        if (event_names_text(event->metadata, name, &value, text, sizeof text) &&
            strlen(text) >= sizeof text)
            abort();
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nettrace *n = nettrace_new(&(struct nettrace_callbacks){.on_event = write_fields}, NULL);

    if (!n)
        abort();
    if (size > 0) {
        struct seen pieces = tap(data + 1, size - 1, (size_t)data[0] + 1);
        struct seen whole = tap(data + 1, size - 1, size);
        if (pieces.matches != whole.matches || pieces.nevers != whole.nevers ||
            pieces.matches + pieces.nevers > 1 || pieces.figures.known != whole.figures.known ||
            pieces.figures.whole != whole.figures.whole ||
            pieces.figures.events != whole.figures.events ||
            pieces.figures.lost != whole.figures.lost)
            abort();
        (void)nettrace_feed(n, data + 1, size - 1);
    }
    nettrace_free(n);
    return 0;
}
