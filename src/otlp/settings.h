/*
 * otlp/settings.h - what the options say about one signal: of each setting its own value, else that
 * of both.
 */
#pragma once

#include <stdbool.h>

#include "src/config/options.h"
#include "src/otlp/resource.h"
#include "src/otlp/sender.h"

enum otlp_signal { OTLP_METRICS, OTLP_LOGS, OTLP_SIGNALS };

/* Owns its texts, those of `sender` included. */
struct otlp_settings {
    bool on; /* else the rest is empty */
    struct sender_settings sender;
    char *url;
    char **headers; /* NULL at the end */
};

const char *otlp_signal_name(enum otlp_signal signal);

/*
 * What cannot be taken is told in the log, and left out. -ENOMEM; -EINVAL: without it the signal
 * would go to the wrong place (an endpoint that is no address) or without its credentials (headers
 * that cannot be read), and so stays off; the caller tells it.
 */
int otlp_settings_load(const struct options *o, enum otlp_signal signal, struct otlp_settings *ret,
                       struct error *err);
void otlp_settings_deinit(struct otlp_settings *s);

/* Attributes that cannot be read are told in the log, and left out. */
int otlp_resource_load(const struct options *o, struct resource *ret, struct error *err);
