/* GET /dump */
#include "src/collect/dump.h"

#include <stdio.h>

#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/process_request.h"
#include "src/api/request_log.h"
#include "src/base/clock.h"

static void start_dump(struct api *api, struct http_exchange *x, struct target *t)
{
    char stamp[CLOCK_STAMP_SIZE], name[CLOCK_STAMP_SIZE + 8];
    /* The numbers of the schema are those of enum dump_type. */
    const struct dump_params params = {.type = (enum dump_type)call_of(x)->at[PARAM_TYPE].number};

    (void)snprintf(name, sizeof name, "core_%s", clock_stamp(clock_now_ticks(), stamp));
    artifact_request_start(api, x, t, &collection_dump, &params, name);
}

void api_get_dump(void *user, struct http_exchange *x)
{
    request_log_artifact(x, collection_dump.name);
    process_request_start(user, x, start_dump);
}
