#include "src/api/feature.h"

#include <errno.h>

#include "src/base/text.h"
#include "src/config/settings.h"

static const struct {
    const char *key, *name;
} features[] = {
    [FEATURE_CALL_STACKS] = {"InProcessFeatures:CallStacks:Enabled", "Call Stacks"},
};

static bool is_off(const struct config_keys *keys, const char *key)
{
    const struct config_entry *entry = config_keys_find(keys, key);
    bool on = true;

    return entry && text_to_bool(entry->value, &on) && !on;
}

bool feature_is_on(const struct api *api, enum feature feature)
{
    const struct config_keys *keys = settings_keys(api->settings);

    return !is_off(keys, "InProcessFeatures:Enabled") && !is_off(keys, features[feature].key);
}

int feature_check(const struct api *api, enum feature feature, struct error *err)
{
    if (feature_is_on(api, feature))
        return 0;
    return error_set(err, -EINVAL, "The '%s' feature is not enabled.", features[feature].name);
}
