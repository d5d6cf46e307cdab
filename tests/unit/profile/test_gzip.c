#include <stdlib.h>

#include "src/base/text.h"
#include "src/profile/gzip.h"
#include "tests/support/check.h"

static int take(void *user, const void *data, size_t size)
{
    text_add(user, data, size);
    return 0;
}

static void test_round_trip(void)
{
    static const size_t sizes[] = {0, 1, 16 * 1024, 1000000};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *data = malloc(sizes[i] + 1), *back = malloc(sizes[i] + 1);
        struct text t = {0};
        struct output o;
        struct gzip g;
        z_stream z = {0};
        REQUIRE(data && back);
        for (size_t k = 0; k < sizes[i]; k++)
            data[k] = (uint8_t)(k * k >> 5);
        output_init(&o, take, &t);
        REQUIRE(gzip_init(&g, &o));
        for (size_t at = 0; at < sizes[i]; at += 1000)
            output_put(&g.in, data + at, sizes[i] - at < 1000 ? sizes[i] - at : 1000);
        CHECK(gzip_end(&g));
        CHECK(output_end(&o) == 0);
        z.next_in = (Bytef *)t.data;
        z.avail_in = (uInt)t.size;
        z.next_out = back;
        z.avail_out = (uInt)sizes[i] + 1;
        REQUIRE(inflateInit2(&z, 15 + 16) == Z_OK);
        CHECK(inflate(&z, Z_FINISH) == Z_STREAM_END);
        CHECK(z.total_out == sizes[i] && memcmp(back, data, sizes[i]) == 0);
        (void)inflateEnd(&z);
        text_deinit(&t);
        free(data);
        free(back);
    }
}

TEST_SUITE("profile/gzip", {"round trip", test_round_trip})
