#include "src/api/process_request.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/api/reply.h"
#include "src/base/text.h"

/* A request that waits for processes to settle. */
struct waiting {
    struct api *api;
    struct http_exchange *x;
    struct registry_wait wait;
    struct process_keys keys;
    void (*run_selected)(struct api *api, struct http_exchange *x, struct target *t);
    void (*run_settled)(struct api *api, struct http_exchange *x);
};

bool process_keys_read(struct http_exchange *x, struct process_keys *ret)
{
    const struct http_request *request = http_exchange_request(x);
    const char *pid = http_request_query(request, "pid");
    const char *uid = http_request_query(request, "uid");
    const char *name = http_request_query(request, "name");
    int64_t number;

    *ret = (struct process_keys){0};
    if (pid && !text_to_i64(pid, INT_MIN, INT_MAX, &number)) {
        reply_empty(x, 400);
        return false;
    }
    if (uid && !guid_parse(uid, &ret->uid)) {
        reply_empty(x, 400);
        return false;
    }
    if (pid)
        (void)snprintf(ret->pid, sizeof ret->pid, "%lld", (long long)number);
    ret->has_uid = uid != NULL;
    ret->name = name && name[0] ? name : NULL;
    return true;
}

struct process_query process_keys_query(const struct process_keys *keys)
{
    return (struct process_query){
        .pid = keys->pid[0] ? keys->pid : NULL,
        .uid = keys->has_uid ? &keys->uid : NULL,
        .name = keys->name,
    };
}

static void on_client_gone(void *user)
{
    struct waiting *w = user;

    registry_wait_cancel(&w->wait);
    free(w);
}

static void on_settled(void *user)
{
    struct waiting *w = user;
    struct waiting done = *w;
    struct process_query query;
    struct target *t;
    struct error err;

    registry_wait_cancel(&w->wait);
    free(w);
    http_exchange_watch(done.x, &(struct http_exchange_events){0});
    if (done.run_settled) {
        done.run_settled(done.api, done.x);
        return;
    }
    query = process_keys_query(&done.keys);
    if (registry_select(done.api->registry, &query, &t, &err) < 0)
        reply_problem(done.x, &err);
    else
        done.run_selected(done.api, done.x, t);
}

static void wait_for_processes(struct waiting *w)
{
    struct http_exchange_events events = {.user = w, .on_gone = on_client_gone};

    http_exchange_watch(w->x, &events);
    registry_settle(w->api->registry, &w->wait, on_settled, w);
}

static struct waiting *waiting_new(struct api *api, struct http_exchange *x)
{
    struct waiting *w = calloc(1, sizeof *w);

    if (!w) {
        reply_empty(x, 500);
        return NULL;
    }
    w->api = api;
    w->x = x;
    return w;
}

void process_request_start(struct api *api, struct http_exchange *x,
                           void (*run)(struct api *api, struct http_exchange *x, struct target *t))
{
    struct process_keys keys;

    if (!process_keys_read(x, &keys))
        return;
    struct waiting *w = waiting_new(api, x);
    if (!w)
        return;
    w->keys = keys;
    w->run_selected = run;
    wait_for_processes(w);
}

void process_request_settle(struct api *api, struct http_exchange *x,
                            void (*run)(struct api *api, struct http_exchange *x))
{
    struct waiting *w = waiting_new(api, x);

    if (!w)
        return;
    w->run_settled = run;
    wait_for_processes(w);
}
