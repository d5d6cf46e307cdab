#include "src/api/feature.h"

#include <errno.h>

#include "src/config/in_process.h"
#include "src/config/settings.h"

static const struct {
    const char *key, *name; /* of the configuration, for people */
} features[] = {
    [FEATURE_CALL_STACKS] = {"CallStacks", "Call Stacks"},
    [FEATURE_EXCEPTIONS] = {"Exceptions", "Exceptions"},
};

bool feature_is_on(const struct api *api, enum feature feature)
{
    return in_process_is_on(settings_keys(api->settings), features[feature].key);
}

int feature_check(const struct api *api, enum feature feature, struct error *err)
{
    if (feature_is_on(api, feature))
        return 0;
    return error_set(err, -EINVAL, "The '%s' feature is not enabled.", features[feature].name);
}
