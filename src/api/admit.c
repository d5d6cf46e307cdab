/* Who may reach a route: by address, then by credential. */
#include "src/api/api.h"

/* The metrics addresses serve little; without --no-auth and without a key everything else is
 * closed. */
bool api_admit(void *user, const struct http_route *route, struct http_exchange *x)
{
    const struct api *api = user;
    static const struct http_pair challenge[] = {{"WWW-Authenticate", "Bearer"}};

    if (http_exchange_request(x)->role == ROLE_METRICS && !(route->flags & ROUTE_ON_METRICS)) {
        http_respond(x, 404, NULL, 0, NULL, 0);
        return false;
    }
    if (!(route->flags & ROUTE_OPEN) && !api->options->no_auth) {
        http_respond(x, 401, challenge, 1, NULL, 0);
        return false;
    }
    return true;
}
