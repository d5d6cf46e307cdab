/*
 * fuzz/fuzz_app_logs.c - whole streams into lines of every format, in pieces whose size is the
 * first byte, with a silence after each. Lines must be lines, and no text may be missing.
 */
#include <stdlib.h>
#include <string.h>

#include "src/logs/decoder.h"
#include "src/logs/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reader {
    struct nettrace *parser;
    struct app_log_decoder *decoder;
};

static void on_entry(void *user, const struct app_log_entry *entry)
{
    struct text out = {0};

    (void)user;
    if (!entry->trace_id || !entry->span_id || !entry->formatted)
        abort();
    for (int i = 0; i < APP_LOG_FORMATS; i++) {
        out.size = 0;
        app_log_formats[i].write(&out, entry);
        const char *first = memchr(out.data, '\n', out.size);
        if (out.data[out.size - 1] != '\n' ||
            (i != APP_LOG_PLAIN && first != out.data + out.size - 1))
            abort();
    }
    text_deinit(&out);
}

static int on_event(void *user, const struct nettrace_event *event)
{
    struct reader *r = user;

    app_log_decoder_event(r->decoder, r->parser, event);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = {0};

    r.parser = nettrace_new(&(struct nettrace_callbacks){.user = &r, .on_event = on_event}, NULL);
    r.decoder = app_log_decoder_new(&(struct app_log_decoder_events){&r, on_entry});
    if (!r.parser || !r.decoder)
        abort();
    for (size_t at = 1; at < size;) {
        size_t n = size - at <= data[0] ? size - at : (size_t)data[0] + 1;
        if (nettrace_feed(r.parser, data + at, n) < 0)
            break;
        (void)app_log_decoder_settle(r.decoder);
        at += n;
    }
    app_log_decoder_finish(r.decoder);
    app_log_decoder_free(r.decoder);
    nettrace_free(r.parser);
    return 0;
}
