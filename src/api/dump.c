/* GET /dump */
#include "src/collect/dump.h"

#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/process_request.h"
#include "src/api/request_log.h"

static void start_dump(struct api *api, struct http_exchange *x, struct target *t)
{
    char name[ARTIFACT_NAME];
    /* The numbers of the schema are those of enum dump_type. */
    const struct dump_params params = {.type = (enum dump_type)call_of(x)->at[PARAM_TYPE].number};

    artifact_request_start(api, x, t, &collection_dump, &params, artifact_core_name(name));
}

void api_get_dump(void *user, struct http_exchange *x)
{
    request_log_artifact(x, collection_dump.name);
    process_request_start(user, x, start_dump);
}
