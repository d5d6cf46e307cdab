#include "src/api/api.h"

/* clang-format off */
static const struct http_route routes[] = {
    {"GET",    "/processes",                api_get_processes,    0},
    {"GET",    "/process",                  api_get_process,      0},
    {"GET",    "/env",                      api_get_env,          0},
    {"GET",    "/info",                     api_get_info,         0},
    {"GET",    "/dump",                     api_get_dump,         0},
    {"GET",    "/operations",               api_get_operations,   0},
    {"GET",    "/operations/{operationId}", api_get_operation,    0},
    {"DELETE", "/operations/{operationId}", api_delete_operation, 0},
    {"GET",    "/healthz",                  api_get_healthz,      ROUTE_OPEN | ROUTE_ON_METRICS},
    {"GET",    "/readyz",                   api_get_readyz,       ROUTE_OPEN | ROUTE_ON_METRICS},
};
/* clang-format on */

void api_init(struct api *api)
{
    api->router = (struct http_router){
        .routes = routes,
        .count = sizeof routes / sizeof routes[0],
        .user = api,
        .admit = api_admit,
    };
}

struct http_handler api_handler(struct api *api)
{
    return (struct http_handler){&api->router, http_router_dispatch};
}
