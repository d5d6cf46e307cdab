/* GET /diagnose/threadpool: ours. */
#include <errno.h>
#include <string.h>

#include "src/api/accept.h"
#include "src/api/api.h"
#include "src/api/artifact_request.h"
#include "src/api/feature.h"
#include "src/api/process_request.h"
#include "src/api/reply.h"
#include "src/api/request_log.h"
#include "src/collect/threadpool.h"
#include "src/config/settings.h"
#include "src/metrics/service.h"

/* The format that is asked for by name, else by Accept; NULL: there is none of that name. */
static const struct pool_format *choose(const struct http_exchange *x)
{
    static const char *const types[] = {"text/plain", "application/json", NULL};
    const char *name = call_of(x)->at[PARAM_POOL_FORMAT].text;
    int chosen = accept_choose(http_exchange_request(x), types);

    if (name)
        return pool_format_find(name);
    return &pool_formats[chosen < 0 ? POOL_FORMAT_TEXT : chosen];
}

static int counters_of(const struct api *api, unsigned runtime_major, struct metrics_request *ret,
                       struct error *err)
{
    const struct metrics_choice choice = {
        .provider = "System.Runtime", .names = pool_counter_names, .name_count = POOL_COUNTERS};

    return metrics_request_chosen(settings_keys(api->settings), runtime_major, false, &choice, 1,
                                  ret, err);
}

/* What /metrics knows of the queue: with an interval of 5 s, 5 s bring one more. */
static size_t earlier_of(const struct api *api, const struct target *t,
                         double ret[static THREADPOOL_EARLIER])
{
    const struct scrape *scrape = metrics_service_scrape(api->metrics, t);
    size_t count = 0;

    if (!scrape)
        return 0;
    list_each(i, &scrape->process->instruments, const struct metric_instrument, link)
    {
        if (i->is_meter || strcmp(i->name, pool_counter_names[POOL_QUEUE]) != 0 ||
            list_empty(&i->series))
            continue;
        const struct metric_series *s =
            container_of(i->series.next, const struct metric_series, link);
        unsigned first = s->count > THREADPOOL_EARLIER ? s->count - THREADPOOL_EARLIER : 0;
        for (unsigned k = first; k < s->count && count < THREADPOOL_EARLIER; k++)
            ret[count++] = metric_series_point(s, k)->value;
    }
    return count;
}

static void start_threadpool(struct api *api, struct http_exchange *x, struct target *t)
{
    struct metrics_request request = {0};
    double earlier[THREADPOOL_EARLIER];
    struct threadpool_params params = {.request = &request,
                                       .duration_seconds =
                                           call_of(x)->at[PARAM_POOL_DURATION].number,
                                       .format = choose(x),
                                       .runtime_major = target_runtime_major(t),
                                       .earlier = earlier,
                                       .earlier_count = earlier_of(api, t, earlier)};
    char name[ARTIFACT_NAME];
    struct error err;
    int r = params.format ? 0
                          : error_set(&err, -EINVAL, "Unknown format '%s'. There are: text, json.",
                                      call_of(x)->at[PARAM_POOL_FORMAT].text);

    if (r == 0)
        r = counters_of(api, params.runtime_major, &request, &err);
    if (r < 0) {
        reply_problem(x, &err);
        return;
    }
    artifact_request_run(api, x, t,
                         &(struct operation_request){
                             .type = &collection_threadpool,
                             .params = &params,
                             .artifact_name = artifact_name(t, params.format->extension, name),
                             .content_type = params.format->media_type});
    metrics_request_deinit(&request);
}

void api_get_threadpool(void *user, struct http_exchange *x)
{
    const struct api *api = user;
    struct error err;

    request_log_artifact(x, collection_threadpool.name);
    if (feature_check(api, FEATURE_CALL_STACKS, &err) < 0)
        reply_problem(x, &err);
    else
        process_request_start(user, x, start_threadpool);
}
