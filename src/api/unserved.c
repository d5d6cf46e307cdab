/* Routes of the peer that this version does not have yet: they exist, so that authentication, the
 * metrics addresses, methods and parameters are the same, and say plainly that they do nothing. */
#include <errno.h>

#include "src/api/api.h"
#include "src/api/reply.h"
#include "src/http/router.h"

void api_unserved(void *user, struct http_exchange *x)
{
    const struct http_route *route = http_exchange_request(x)->route;
    struct error err;

    (void)user;
    (void)error_set(&err, -ENOSYS,
                    "%s %s is not in this version of portside. Its README lists what is; a newer "
                    "version, or dotnet-monitor itself, may serve it.",
                    route->method, route->pattern);
    reply_problem(x, &err);
}
