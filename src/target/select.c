#include "src/target/select.h"

#include <errno.h>
#include <string.h>

#include "src/base/text.h"

static bool is_meant(const struct target *t, const struct process_query *q)
{
    char pid[24];
    struct process_identity p = target_identity(t, pid);

    return (!q->pid || strcmp(q->pid, pid) == 0) && (!q->uid || guid_equal(q->uid, &t->cookie)) &&
           (!q->name || text_equal_nocase(q->name, p.text[PROCESS_KEY_NAME]));
}

bool process_is_default(const struct target *t, const struct process_filters *filters)
{
    char pid[24];
    struct process_identity p = target_identity(t, pid);

    return !filters->fault && process_filters_match(filters, &p);
}

int process_select(struct list *targets, const struct process_filters *defaults,
                   const struct process_query *q, struct target **ret, struct error *err)
{
    bool by_key = q->pid || q->uid || q->name;
    struct target *match = NULL;
    unsigned matches = 0;

    if (!by_key && defaults->fault)
        return error_set(err, -EINVAL, "%s", defaults->fault);
    list_each(t, targets, struct target, link)
    {
        if (!t->listed || !(by_key ? is_meant(t, q) : process_is_default(t, defaults)))
            continue;
        match = t;
        matches++;
    }
    if (matches == 0)
        return error_set(err, -ESRCH, "Unable to discover a target process.");
    if (matches > 1 && !by_key && defaults->count == 0)
        return error_set(err, -EINVAL, "No default process configuration has been set.");
    if (matches > 1)
        return error_set(err, -ENOTUNIQ,
                         "Unable to select a single target process because multiple target "
                         "processes have been discovered.");
    *ret = match;
    return 0;
}
