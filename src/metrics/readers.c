#include "src/metrics/readers.h"

#include <stddef.h>

int64_t metrics_readers_turn(struct metrics_readers *r, uint64_t connection, int64_t unix_ns)
{
    struct metrics_reader *oldest = &r->at[0];

    for (size_t i = 0; i < LIMIT_METRIC_READERS; i++) {
        struct metrics_reader *known = &r->at[i];
        if (known->unix_ns != 0 && known->connection == connection) {
            int64_t last = known->unix_ns;
            known->unix_ns = unix_ns;
            return last;
        }
        if (known->unix_ns < oldest->unix_ns)
            oldest = known;
    }
    *oldest = (struct metrics_reader){.connection = connection, .unix_ns = unix_ns};
    return INT64_MAX;
}
