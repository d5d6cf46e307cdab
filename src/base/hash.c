#include "src/base/hash.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>

/* Odd, with bits spread evenly (from the golden ratio and from Murmur's finaliser). */
#define MIX_ONE UINT64_C(0x9E3779B97F4A7C15)
#define MIX_TWO UINT64_C(0xFF51AFD7ED558CCD)

/* Also of worker threads: the first one to make a seed wins. */
static uint64_t seed(void)
{
    static _Atomic uint64_t value;
    uint64_t known = atomic_load_explicit(&value, memory_order_relaxed), fresh;

    if (known != 0)
        return known;
    if (getrandom(&fresh, sizeof fresh, GRND_NONBLOCK) != (ssize_t)sizeof fresh)
        fresh = (uint64_t)(uintptr_t)&value; /* early boot: the address layout must do */
    fresh |= 1;
    return atomic_compare_exchange_strong(&value, &known, fresh) ? fresh : known;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * MIX_ONE;
    return h ^ h >> 29;
}

static uint64_t finish(uint64_t h)
{
    h *= MIX_TWO;
    return h ^ h >> 32;
}

uint64_t hash_number(uint64_t value)
{
    return finish(mix(seed(), value));
}

uint64_t hash_bytes(const void *data, size_t size)
{
    const uint8_t *at = data;
    uint64_t h = seed() ^ size, word;

    for (; size >= sizeof word; at += sizeof word, size -= sizeof word) {
        memcpy(&word, at, sizeof word);
        h = mix(h, word);
    }
    word = 0;
    if (size)
        memcpy(&word, at, size);
    return finish(mix(h, word));
}
