/*
 * target/port_config.h - the listener's configuration, from the options: names and numbers of users
 * and groups.
 */
#pragma once

#include "src/config/options.h"
#include "src/ipc/listener.h"

struct port_config {
    struct ipc_listener_config listener; /* borrows from the options and from `uids` */
    uid_t *uids;
};

/* -EINVAL names the key and the value that is no user or group. Deinit on every outcome. */
int port_config_read(struct port_config *c, const struct options *options, struct error *err);
void port_config_deinit(struct port_config *c);
