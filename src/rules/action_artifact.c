#include "src/rules/action_artifact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/cleanup.h"

struct action_artifact {
    struct action base;
    struct action_events events;
    struct operation *op;
    struct operation_watch watch;
    bool starting, over; /* the operation ended within start() */
};

static void on_running(void *user)
{
    struct action_artifact *a = user;

    a->events.on_started(a->events.user);
}

static void on_end(void *user, const struct operation *op)
{
    struct action_artifact *a = user;
    struct error err;

    if (op->state == OPERATION_SUCCEEDED) {
        a->events.on_done(a->events.user, op->resource_location, NULL);
    } else {
        const char *reason =
            op->state == OPERATION_CANCELLED ? "The operation was cancelled." : op->error;
        (void)error_set(&err, -EIO, "%s", reason ? reason : "The operation has failed.");
        a->events.on_done(a->events.user, NULL, &err);
    }
    a->over = true;
    if (!a->starting)
        free(a);
}

static int start_operation(struct action_artifact *a, const struct action_call *call,
                           const struct artifact_job *job, const char *provider, const char *name,
                           struct error *err)
{
    cleanup(free_str) char *subject = NULL;
    struct sink *sink;

    if (asprintf(&subject, "collection rule %s", call->rule) < 0)
        return error_set(err, -ENOMEM, "artifact");
    int r = egress_sink_new(call->context->egress, provider, &sink, err);
    if (r < 0)
        return r;
    return operations_start(call->context->operations,
                            &(struct operation_request){.type = job->type,
                                                        .target = call->target,
                                                        .params = job->params,
                                                        .artifact_name = name,
                                                        .content_type = job->content_type,
                                                        .subject = subject,
                                                        .egress_provider = provider,
                                                        .unlimited = true,
                                                        .scope = call->scope},
                            sink, &a->op, err);
}

/* The rule's destination, or that of all. */
static int read_provider(const struct action_call *call, char **ret, struct error *err)
{
    const char *common =
        config_keys_child(call->context->keys, "CollectionRuleDefaults:Actions", "Egress");
    int r = action_text(call, "Egress", ret, err);

    if (r == 0 && !*ret && common && common[0])
        *ret = strdup(common);
    if (r == 0 && !*ret)
        r = error_set(err, -EINVAL, "Egress is missing.");
    return r;
}

int action_artifact_start(const struct action_call *call, const struct artifact_job *job,
                          struct action **ret, struct error *err)
{
    cleanup(free_str) char *provider = NULL;
    cleanup(free_str) char *name = NULL;
    struct action_artifact *a = calloc(1, sizeof *a);
    int r = a ? read_provider(call, &provider, err) : error_set(err, -ENOMEM, "artifact");

    if (r == 0)
        r = action_text(call, "ArtifactName", &name, err);
    if (r == 0)
        r = start_operation(a, call, job, provider, name ? name : job->name, err);
    if (r < 0) {
        free(a);
        return r;
    }
    *a = (struct action_artifact){
        .base.type = call->definition->type, .events = call->events, .op = a->op, .starting = true};
    operation_watch(a->op, &a->watch, on_end, a);
    a->starting = false;
    *ret = NULL;
    if (a->over) {
        free(a);
        return 0;
    }
    a->watch.on_running = on_running;
    if (a->op->state != OPERATION_STARTING)
        on_running(a);
    *ret = &a->base;
    return 0;
}

void action_artifact_end(struct action *action, enum action_end how)
{
    struct action_artifact *a = container_of(action, struct action_artifact, base);
    struct error err;

    operation_unwatch(&a->watch);
    operation_leave(a->op);
    if (how == ACTION_CANCEL)
        (void)operation_cancel(a->op, &err);
    free(a);
}
