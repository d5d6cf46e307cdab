/*
 * otlp/resource.h - the resource of OTLP that stands for a process.
 *
 * service.name is what the process is called as a service (target_service_name),
 * service.instance.id the runtime's cookie, process.pid the pid as the process sees itself,
 * host.name this machine or container. What is configured goes before them, but for the two that
 * tell processes apart.
 */
#pragma once

#include <stdint.h>

#include "src/otlp/pairs.h"
#include "src/otlp/proto_json.h"

struct resource {
    struct pairs attributes;
    char *service_name; /* NULL: not configured */
    char host[256];
};

/* Who a resource is for. */
struct resource_process {
    uint64_t pid;
    const char *name, *uid;
};

/* Writes the member "resource" and its value. */
void resource_add(struct proto_json *j, const struct resource *r, const struct resource_process *p);
void resource_deinit(struct resource *r);
