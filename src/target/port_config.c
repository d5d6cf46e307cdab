#include "src/target/port_config.h"

#include <errno.h>
#include <stdlib.h>

#include "src/base/text.h"
#include "src/config/group_option.h"

static int parse_uids(const struct option_names *names, uid_t **ret, struct error *err)
{
    uid_t *uids = calloc(names->count ? names->count : 1, sizeof *uids);

    if (!uids)
        return error_set(err, -ENOMEM, "DiagnosticPort:AllowedUids");
    for (size_t i = 0; i < names->count; i++) {
        int64_t number;
        if (!text_to_i64(names->items[i], 0, UINT32_MAX - 1, &number)) {
            free(uids);
            return error_set(err, -EINVAL, "DiagnosticPort:AllowedUids: '%s' is not a user id",
                             names->items[i]);
        }
        uids[i] = (uid_t)number;
    }
    *ret = uids;
    return 0;
}

int port_config_read(struct port_config *c, const struct options *options, struct error *err)
{
    *c = (struct port_config){.listener = {
                                  .path = options->port_name,
                                  .backlog = (int)options->port_backlog,
                                  .delete_existing = options->port_delete,
                                  .mode = (mode_t)options->port_socket_mode,
                                  .allowed_count = options->port_allowed_uids.count,
                              }};
    int r = group_option_read("DiagnosticPort:SocketGroup", options->port_socket_group,
                              &c->listener.group, err);
    if (r == 0)
        r = parse_uids(&options->port_allowed_uids, &c->uids, err);
    c->listener.allowed_uids = c->uids;
    return r;
}

void port_config_deinit(struct port_config *c)
{
    free(c->uids);
    c->uids = NULL;
}
