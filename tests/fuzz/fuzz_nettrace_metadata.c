/*
 * fuzz/fuzz_nettrace_metadata.c - a definition and a payload that claims to be of that kind. Byte
 * 0: bit 0 = v6, bit 1 = pointers of 4 bytes; u16: size of the definition; the rest is the payload.
 * All values are visited, and each top-level field found by its index must be what the walk found.
 */
#include <stdint.h>
#include <stdlib.h>

#include "proto/nettrace/known_events.h"
#include "tests/support/nettrace_digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_fields(const struct nettrace_event *event)
{
    struct nettrace_digest d = {0};
    struct nettrace_reader r = nettrace_read_event(event);
    struct nettrace_value value, again, all[16];
    size_t whole = nettrace_read_all(event, all, 16);

    for (size_t i = 0; nettrace_read_next(&r, &value); i++) {
        if (i < 16 && (i >= whole || all[i].bytes != value.bytes || all[i].u != value.u))
            abort();
        digest_value(&d, &r, &value);
        if (!nettrace_field_at(event, i, &again) || again.bytes != value.bytes ||
            again.size != value.size || again.u != value.u)
            abort();
    }
    (void)nettrace_event_title(event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nettrace_metadata metadata = {0};
    struct pool pool = {.limit = 1 << 20};
    struct cursor in = cursor_of(data, size);
    uint8_t mode = cursor_u8(&in);
    struct cursor definition = cursor_sub(&in, cursor_u16(&in));

    if (in.bad)
        return 0;
    enum wire_status status = mode & 1 ? metadata_decode_v6(&definition, &pool, &metadata)
                                       : metadata_decode_v5(&definition, &pool, &metadata);
    if (status == WIRE_OK && known_event_complete(&metadata, mode & 2 ? 4 : 8, &pool)) {
        struct nettrace_event event = {
            .metadata = &metadata, .payload = in.at, .payload_size = (uint32_t)in.left};
        check_fields(&event);
    }
    pool_clear(&pool);
    return 0;
}
