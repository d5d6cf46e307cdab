#include "proto/nettrace/type.h"

#include "proto/nettrace/format.h"

enum {
    VARIES = 255,
};

static const uint8_t sizes[NETTRACE_WIRE_TYPES] = {
    [NETTRACE_BOOLEAN32] = 4,    [NETTRACE_UTF16_UNIT] = 2,
    [NETTRACE_INT8] = 1,         [NETTRACE_UINT8] = 1,
    [NETTRACE_INT16] = 2,        [NETTRACE_UINT16] = 2,
    [NETTRACE_INT32] = 4,        [NETTRACE_UINT32] = 4,
    [NETTRACE_INT64] = 8,        [NETTRACE_UINT64] = 8,
    [NETTRACE_SINGLE] = 4,       [NETTRACE_DOUBLE] = 8,
    [NETTRACE_DECIMAL] = 16,     [NETTRACE_DATE_TIME] = 8,
    [NETTRACE_GUID] = 16,        [NETTRACE_UTF16_STRING] = VARIES,
    [NETTRACE_ARRAY] = VARIES,   [NETTRACE_VARINT] = VARIES,
    [NETTRACE_VARUINT] = VARIES, [NETTRACE_UTF8_UNIT] = 1,
    [NETTRACE_REL_LOC] = 4,      [NETTRACE_DATA_LOC] = 4,
    [NETTRACE_BOOLEAN8] = 1,
};

/* First code that only v6 has. */
static bool known_to(uint8_t code, unsigned version)
{
    return code < NETTRACE_VARINT || version >= NETTRACE_V6;
}

uint32_t nettrace_type_size(uint8_t code, unsigned version)
{
    if (code >= NETTRACE_WIRE_TYPES || !known_to(code, version))
        return 0;
    if (code == NETTRACE_DATE_TIME && version >= NETTRACE_V6)
        return 16;
    return sizes[code] == VARIES ? NETTRACE_SIZE_VARIES : sizes[code];
}

uint32_t nettrace_size_times(uint32_t size, uint32_t count)
{
    if (count == 0)
        return 0;
    if (size == NETTRACE_SIZE_VARIES)
        return NETTRACE_SIZE_VARIES;
    uint64_t product = (uint64_t)size * count;
    return product > NETTRACE_SIZE_MAX ? NETTRACE_SIZE_MAX : (uint32_t)product;
}

uint32_t nettrace_size_plus(uint32_t a, uint32_t b)
{
    if (a == NETTRACE_SIZE_VARIES || b == NETTRACE_SIZE_VARIES)
        return NETTRACE_SIZE_VARIES;
    uint64_t sum = (uint64_t)a + b;
    return sum > NETTRACE_SIZE_MAX ? NETTRACE_SIZE_MAX : (uint32_t)sum;
}
