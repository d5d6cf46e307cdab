#include "src/otlp/resource.h"

#include <stdlib.h>
#include <string.h>

#include "src/otlp/attributes.h"

static const char service_name[] = "service.name", instance_id[] = "service.instance.id",
                  process_pid[] = "process.pid", host_name[] = "host.name";

static const char *service_of(const struct resource *r, const struct resource_process *p)
{
    const char *configured = pairs_find(&r->attributes, service_name);

    if (r->service_name)
        return r->service_name;
    return configured ? configured : p->name;
}

void resource_add(struct proto_json *j, const struct resource *r, const struct resource_process *p)
{
    proto_json_name(j, "resource");
    proto_json_open(j, '{');
    proto_json_name(j, "attributes");
    proto_json_open(j, '[');
    attribute_text(j, service_name, service_of(r, p));
    attribute_text(j, instance_id, p->uid);
    attribute_integer(j, process_pid, (int64_t)p->pid);
    if (r->host[0] && !pairs_find(&r->attributes, host_name))
        attribute_text(j, host_name, r->host);
    for (size_t i = 0; i < r->attributes.count; i++) {
        const struct pair *a = &r->attributes.items[i];
        if (strcmp(a->name, service_name) != 0 && strcmp(a->name, instance_id) != 0 &&
            strcmp(a->name, process_pid) != 0)
            attribute_text(j, a->name, a->value);
    }
    proto_json_close(j);
    proto_json_close(j);
}

void resource_deinit(struct resource *r)
{
    pairs_deinit(&r->attributes);
    free(r->service_name);
    *r = (struct resource){0};
}
