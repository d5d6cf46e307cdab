/*
 * exceptions/decoder.h - the payload of the runtime's event ExceptionThrown (80, version 1).
 *
 * UTF-16 text ExceptionType, text ExceptionMessage, pointer EIP, u32 HRESULT, u16 flags, u16
 * ClrInstanceID. Nothing is copied: texts are units of the payload.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EXCEPTION_HAS_INNER = 1,
    EXCEPTION_NESTED = 2,   /* thrown while another one was handled */
    EXCEPTION_RETHROWN = 4, /* .NET 8; later runtimes tell nothing of a rethrow */
    EXCEPTION_CORRUPTED = 8,
};

struct exception_text {
    const uint8_t *units; /* UTF-16, unaligned, without the NUL */
    size_t count;
};

struct exception_payload {
    struct exception_text type, message; /* a message that is null has no units */
    uint32_t hresult;
    uint16_t flags;
};

/* False: cut, or not such a payload. `pointer_size` is 4 or 8. */
bool exception_payload_decode(const uint8_t *payload, size_t size, uint32_t pointer_size,
                              struct exception_payload *ret);
