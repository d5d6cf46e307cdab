#include "src/config/model.h"

bool config_key_is_secret(const char *key)
{
    (void)key;
    return false;
}
