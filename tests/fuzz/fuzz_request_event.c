/*
 * fuzz/fuzz_request_event.c - whole streams through the decoder of requests, every subset of what
 * can be wanted.
 */
#include <stdlib.h>
#include <string.h>

#include "proto/nettrace/parser.h"
#include "src/rules/request_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SUBSETS = 16 };

static int on_event(void *user, const struct nettrace_event *event)
{
    static struct request_event e;

    (void)user;
    if (request_event_kind(event) == REQUEST_OTHER)
        return 0;
    for (unsigned wanted = 0; wanted < SUBSETS; wanted++) {
        request_event_read(event, wanted, &e);
        if ((e.found & ~wanted) || ((e.found & REQUEST_STATUS) && e.status < 0) ||
            ((e.found & REQUEST_DURATION) && e.duration < 0) ||
            ((e.found & REQUEST_PATH) && strnlen(e.path, sizeof e.path) == sizeof e.path))
            abort();
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nettrace *parser =
        nettrace_new(&(struct nettrace_callbacks){.on_event = on_event}, NULL);

    if (!parser)
        abort();
    if (nettrace_feed(parser, data, size) == 0)
        (void)nettrace_finish(parser);
    nettrace_free(parser);
    return 0;
}
