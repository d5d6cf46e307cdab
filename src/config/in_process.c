#include "src/config/in_process.h"

#include <stdio.h>

#include "src/base/text.h"

static bool is_off(const struct config_keys *keys, const char *key)
{
    const struct config_entry *entry = config_keys_find(keys, key);
    bool on = true;

    return entry && text_to_bool(entry->value, &on) && !on;
}

bool in_process_is_on(const struct config_keys *keys, const char *name)
{
    char key[96];

    (void)snprintf(key, sizeof key, "InProcessFeatures:%s:Enabled", name);
    return !is_off(keys, "InProcessFeatures:Enabled") && !is_off(keys, key);
}
